//! `huzhu audit`: recorded payouts recomputed, the differences sorted by cause.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use chrono::{DateTime, NaiveDate};
use huzhu::audit::{self, Audit, CauseTotal, Difference, Fit, Note, Rows, Sample, Sampled, Sampling, Summary, Unit};
use huzhu::batch::{Manifest, Pack};
use huzhu::{Catalog, Code, Language, Workbook, money};
use rust_decimal::Decimal;
use serde_json::{Value as Json, json};

use super::batch::{decided_apart, observation_in_words, quiet_about_damaged_files, read_in_words, stop_on_interrupt};
use super::check::{self, json as print};
use super::feeding::Which;
use super::figures::{MOST_LISTED, count, figures, list, seconds};
use super::files;
use super::layout::{Ink, Lines, Look, clean, grouped, pad, pad_left, width};
use super::meter::Meter;
use super::options::{self, Draw, Format, RecordedUnit, Setting};
use super::words::{pick, say};
use super::{Failure, Report};

pub(super) fn run(asked: &options::Audit, setting: &Setting) -> Result<Report, Failure> {
    let catalog = match files::catalog(setting)? {
        Ok(catalog) => asked.policy.of(catalog),
        Err(wrong) => return Ok(check::refused(&wrong, setting)),
    };
    let audit = audit(asked, setting);
    check_files(asked, &audit, setting)?;
    let loud = quiet_about_damaged_files();
    let meter = Meter::new(setting, asked.quiet, stop_on_interrupt());
    let mut made = None;
    let done = audit::run_with(&audit, &catalog, &meter, |summary| {
        let (sample, path) = (summary.sample.as_ref(), asked.workbook.as_ref());
        let book = sample.zip(path).map(|(sample, path)| book(path, &audit, &catalog, sample, setting, &meter));
        let book = book.transpose()?;
        let report = asked.report.as_ref().map(|path| (path.clone(), page(summary, asked, setting).into_bytes()));
        let (file, book) = book.map(|(book, bytes)| ((book.path.clone(), bytes), book)).unzip();
        made = book;
        Ok([file, report].into_iter().flatten().collect())
    });
    meter.end();
    std::panic::set_hook(loud);
    let (summary, book) = (done.map_err(|error| Failure::new(files::said(&error, setting.language)))?, made);
    let is_wrong = summary.is_wrong();
    let done = Done { summary, audit, report: asked.report.clone(), book };
    let results = match setting.format {
        Format::Text => done.text(setting),
        Format::Json => print(&done.json(setting.language)),
    };
    Ok(Report { results, is_wrong, ..Report::default() })
}

/// The report, dated as the day is in China, where the funds are.
fn page(summary: &Summary, asked: &options::Audit, setting: &Setting) -> String {
    let report = summary.report(setting.language);
    let report = asked.fund.iter().fold(report, audit::Report::fund);
    today_in_china().into_iter().fold(report, audit::Report::dated).to_html()
}

pub(super) fn today_in_china() -> Option<NaiveDate> {
    const EAST: u64 = 8 * 60 * 60;
    let since = SystemTime::now().duration_since(UNIX_EPOCH).ok()?.as_secs().saturating_add(EAST);
    Some(DateTime::from_timestamp(i64::try_from(since).ok()?, 0)?.date_naive())
}

/// The workbook of a sample, to be written.
struct Book {
    path: PathBuf,
    /// Those of claims.
    sheets: usize,
}

fn book(
    path: &Path,
    audit: &Audit,
    catalog: &Catalog,
    sample: &Sample,
    setting: &Setting,
    meter: &Meter,
) -> Result<(Book, Vec<u8>), huzhu::Error> {
    let workbook = audit::workbook(audit, catalog, sample, setting.language, meter)?;
    Ok((Book { path: path.to_owned(), sheets: workbook.len() }, workbook.to_bytes()?))
}

/// Report and workbook are refused before anything is worked out, if they may not be written.
fn check_files(asked: &options::Audit, audit: &Audit, setting: &Setting) -> Result<(), Failure> {
    let most = u64::try_from(Workbook::MOST_CLAIMS).unwrap_or(u64::MAX);
    if asked.workbook.is_some() && asked.sample.is_some_and(|size| size > most) {
        let message = say!(
            setting.language,
            "一个工作簿至多 {most} 份理赔申请；请减少 `--sample`",
            "a workbook has at most {most} claims; draw fewer with `--sample`"
        );
        return Err(Failure::new(message));
    }
    // whether two inputs may be one file is for the run to say
    let inputs = BTreeSet::from([&asked.claims, &asked.enrollments, &asked.recorded]);
    let inputs = inputs.into_iter().chain([&asked.out]);
    let outputs = [&asked.rejects, &asked.notes, &asked.report, &asked.workbook].into_iter().flatten();
    files::each_once(inputs.chain(outputs), setting.language)?;
    asked.workbook.iter().try_for_each(|path| files::check_workbook(path, setting.language))?;
    let there = asked.report.iter().chain(&asked.workbook);
    let there = there.filter(|path| path.exists() && !asked.force && !audit.has_left(path));
    let there: Vec<String> = there.map(|path| format!("`{}`", path.display())).collect();
    if there.is_empty() {
        return Ok(());
    }
    let (zh, en) = (there.join("、"), there.join(", "));
    let exist = if there.len() > 1 { "exist" } else { "exists" };
    Err(Failure::new(say!(
        setting.language,
        "{zh} 已存在；用 `--force` 覆盖",
        "{en} already {exist}; `--force` overwrites what is there"
    )))
}

fn audit(asked: &options::Audit, setting: &Setting) -> Audit {
    let unit = match asked.unit {
        RecordedUnit::Yuan => Unit::Yuan,
        RecordedUnit::Fen => Unit::Fen,
    };
    let mut audit = Audit::new(&asked.claims, &asked.enrollments, &asked.recorded, &asked.out)
        .ignore_columns(asked.feeding.reading.ignored())
        .memory(asked.resources.memory.bytes)
        .unit(unit)
        .claims_as(asked.feeding.reading.intake(Which::Claims))
        .enrollments_as(asked.feeding.reading.intake(Which::Enrollments))
        .recorded_as(asked.feeding.reading.intake(Which::Recorded))
        .language(setting.language);
    if let Some(headers) = asked.feeding.headers() {
        audit = audit.headers(headers);
    }
    if asked.feeding.reading.strict {
        audit = audit.strict();
    }
    if let Some(marks) = asked.feeding.bom {
        audit = audit.mark_encoding(marks);
    }
    if let Some(threads) = asked.resources.threads {
        audit = audit.threads(threads);
    }
    if let Some(folder) = &asked.resources.work_dir {
        audit = audit.work_dir(folder);
    }
    if let Some(space) = asked.resources.work_space {
        audit = audit.work_space(space.bytes);
    }
    if let Some(rejects) = &asked.rejects {
        audit = audit.rejects(rejects);
    }
    if let Some(notes) = &asked.notes {
        audit = audit.notes(notes);
    }
    if asked.report.is_some() {
        audit = audit.keep_gravest();
    }
    if asked.rounding {
        audit = audit.roundings();
    }
    if let Some(size) = asked.sample {
        audit = audit.sample(Sampling { size, seed: asked.seed, is_stratified: asked.draw == Draw::Stratified });
    }
    if asked.feeding.spreadsheet_safe {
        audit = audit.spreadsheet_safe();
    }
    if asked.force { audit.force() } else { audit }
}

/// What came of the command.
struct Done {
    summary: Summary,
    audit: Audit,
    report: Option<PathBuf>,
    book: Option<Book>,
}

impl Done {
    fn json(&self, language: Language) -> Json {
        let Summary { rows, batch, .. } = &self.summary;
        let headline = self.summary.headline();
        let causes = self.summary.causes.iter().map(|total| {
            json!({
                "cause": total.cause.name(),
                "title": audit::title(total.cause).in_language(language),
                "count": total.count,
                "listed": total.listed,
                "not_checked": total.not_checked,
                "not_checked_recorded": yuan(total.not_checked_recorded),
                "over": yuan(total.over),
                "under": yuan(total.under),
                "largest": yuan(total.largest),
            })
        });
        json!({
            "recorded": {
                "read": rows.read,
                "equal": rows.equal,
                "different": rows.different,
                "again": rows.again,
                "pended": rows.pended,
                "orphans": rows.orphans,
                "ambiguous": rows.ambiguous,
                "rejected": rows.rejected,
                "put_right": rows.put_right,
            },
            "not_recorded": self.summary.not_recorded,
            "nothing_to_record": self.summary.nothing_to_record,
            "overpaid": yuan(headline.over),
            "underpaid": yuan(headline.under),
            "net": yuan(headline.net()),
            "not_checked": { "count": headline.not_checked_count, "recorded": yuan(headline.not_checked) },
            "recorded_sum": yuan(self.summary.recorded),
            "recomputed_sum": yuan(self.summary.recomputed),
            "differences": self.summary.differences.len(),
            "causes": causes.collect::<Vec<_>>(),
            "roundings": self.summary.roundings.iter().map(|fit| fit_as_json(fit, language)).collect::<Vec<_>>(),
            "sample": self.summary.sample.as_ref().map(sample_as_json),
            "claims": { "read": batch.claims().read, "decided": batch.claims().taken, "rejected": batch.claims().rejected },
            "enrollments": { "read": batch.enrollments().read, "rejected": batch.enrollments().rejected },
            "inputs": batch.manifest().map(|manifest| &manifest.inputs),
            "packs": self.packs(),
            "resumed": batch.is_resumed(),
            "milliseconds": u64::try_from(self.summary.took.as_millis()).unwrap_or(u64::MAX),
            "files": {
                "out": self.audit.out_path(),
                "rejects": self.audit.rejects_path(),
                "rejected_enrollments": self.rejected_enrollments(),
                "notes": self.audit.notes_path(),
                "manifest": self.audit.manifest_path(),
                "report": self.report,
                "workbook": self.book.as_ref().map(|book| &book.path),
            },
        })
    }

    fn text(&self, setting: &Setting) -> String {
        let (language, look, summary) = (setting.language, setting.results, &self.summary);
        let mut lines = Lines::default();
        if let Some(warning) = decided_apart(&summary.batch, language) {
            lines.line(&look.paint(Ink::Doubt, &warning));
            lines.blank();
        }
        self.counts(&mut lines, language, look);
        let recorded = summary.recorded_read_as.as_ref().map(|said| {
            let said = said.in_language(language);
            say!(language, "已付记录：{said}", "recorded payouts read as: {said}")
        });
        for said in read_in_words(&summary.batch, language).into_iter().chain(recorded) {
            lines.line(&clean(&said));
        }
        let seen = summary.batch.observations();
        let seen = seen.iter().map(|seen| (count(seen.rows), observation_in_words(seen, &summary.batch, language)));
        list(&mut lines, pick(language, "请注意的行", "Rows to look at"), seen.collect(), language, look);
        causes(&mut lines, &summary.causes, language, look);
        gravest(&mut lines, &summary.differences, language, look);
        let notes = summary.notes.iter().map(|note| (note.row.to_string(), note_in_words(note, language)));
        list(
            &mut lines,
            pick(language, "记录中退回或改读的行", "Recorded rows rejected or put right"),
            notes.collect(),
            language,
            look,
        );
        roundings(&mut lines, &summary.roundings, language, look);
        if let Some(sample) = &summary.sample {
            sampled(&mut lines, sample, language, look);
            if let Some(without) = self.without_a_sheet(sample) {
                lines.line(&say!(
                    language,
                    "  {without} 件在工作簿中没有工作表（冲销、为合计限额所减、因其他记录而暂缓的理赔没有）",
                    "  without a sheet in the workbook (reversals, claims cut by a joint limit, claims pended for other records): {without}"
                ));
            }
        }
        if self.looks_like_fen() {
            lines.blank();
            let hint = pick(
                language,
                "多数记录的小数点移位；若以分记录，请加 `--unit fen`",
                "most records have the decimal point moved; if they are in fen, read them with `--unit fen`",
            );
            lines.line(&look.paint(Ink::Strong, hint));
        }
        self.origins(&mut lines, language, look);
        lines.blank();
        lines.line(&self.end(language));
        lines.into_text()
    }

    /// The versions that have decided a recorded claim.
    fn packs(&self) -> Vec<&Pack> {
        let has_decided = |pack: &&Pack| {
            self.summary.plans.iter().any(|plan| plan.plan.id == pack.plan && plan.plan.version == pack.version)
        };
        self.summary
            .batch
            .manifest()
            .map_or_else(Vec::new, |manifest| manifest.packs.iter().filter(has_decided).collect())
    }

    /// What was read and by what it was decided, by digest.
    fn origins(&self, lines: &mut Lines, language: Language, look: Look) {
        let short = |digest: &str| digest.chars().take(Manifest::FINGERPRINT_DIGITS).collect::<String>();
        let inputs = self.summary.batch.manifest().map_or(&[][..], |manifest| &manifest.inputs);
        let inputs = inputs.iter().map(|input| (short(&input.sha256), clean(&input.file)));
        let packs = self.packs();
        let packs = packs.iter().map(|pack| (short(&pack.fingerprint), format!("{} {}", pack.plan, pack.version)));
        let title = pick(language, "输入文件的摘要、规则包的指纹", "Fingerprints of inputs and packs");
        list(lines, title, inputs.chain(packs).collect(), language, look);
    }

    fn rejected_enrollments(&self) -> Option<PathBuf> {
        (self.summary.batch.enrollments().rejected > 0).then(|| self.audit.rejected_enrollments_path())
    }

    /// How many claims of the sample the workbook does not have.
    fn without_a_sheet(&self, sample: &Sample) -> Option<usize> {
        sample.claims.len().checked_sub(self.book.as_ref()?.sheets).filter(|without| *without > 0)
    }

    /// Whether more than half of the records have the decimal point moved.
    fn looks_like_fen(&self) -> bool {
        let moved = self.summary.causes.iter().find(|total| total.cause == Code::PointMoved);
        let compared = self.summary.rows.equal.saturating_add(self.summary.rows.different);
        moved.is_some_and(|total| total.count > compared.div_euclid(2))
    }

    fn counts(&self, lines: &mut Lines, language: Language, look: Look) {
        let Summary { rows, .. } = &self.summary;
        let Rows { read, equal, different, again, pended, orphans, ambiguous, rejected, put_right, .. } = *rows;
        let numbers = [
            (Ink::Strong, pick(language, "已付记录", "recorded payouts read"), count(read)),
            (Ink::Plain, pick(language, "  与应付相同", "  as is due"), count(equal)),
            (Ink::Plain, pick(language, "  与应付不同", "  other than is due"), count(different)),
            (Ink::Plain, pick(language, "  重复", "  of a claim recorded before"), count(again)),
            (Ink::Plain, pick(language, "  理赔暂缓，应付未定", "  of a claim that is pended"), count(pended)),
            (Ink::Plain, pick(language, "  没有可审的理赔", "  of no claim that was decided"), count(orphans)),
            (Ink::Plain, pick(language, "  编号不唯一", "  of an id that several claims have"), count(ambiguous)),
            (Ink::Plain, pick(language, "  退回", "  rejected"), count(rejected)),
            (Ink::Plain, pick(language, "其中改读", "put right among them"), count(put_right)),
            (Ink::Plain, pick(language, "应付而无记录", "due, but not recorded"), count(self.summary.not_recorded)),
            (
                Ink::Plain,
                pick(language, "退回的理赔申请", "claims rejected"),
                count(self.summary.batch.claims().rejected),
            ),
            (
                Ink::Plain,
                pick(language, "应付已定的记录合计（元）", "recorded where the due is known, in yuan"),
                grouped(&yuan(self.summary.recorded)),
            ),
            (
                Ink::Plain,
                pick(language, "同一批记录的应付合计（元）", "due of the same, in yuan"),
                grouped(&yuan(self.summary.recomputed)),
            ),
        ];
        figures(lines, &numbers, look);
    }

    fn end(&self, language: Language) -> String {
        let (took, found) =
            (seconds(self.summary.took), count(u64::try_from(self.summary.differences.len()).unwrap_or(0)));
        let (rejected_enrollments, manifest) = (self.rejected_enrollments(), self.audit.manifest_path());
        let files = [self.audit.out_path(), self.audit.rejects_path(), self.audit.notes_path(), &manifest];
        let files = files.into_iter().chain(rejected_enrollments.as_deref()).chain(self.report.as_deref());
        let files = files.chain(self.book.as_ref().map(|book| book.path.as_path()));
        let files: Vec<String> = files.map(|path| format!("`{}`", path.display())).collect();
        let files = files.join(pick(language, "、", ", "));
        let differences = if found == "1" { "difference" } else { "differences" };
        if self.summary.batch.is_resumed() {
            return say!(
                language,
                "{found} 处差异；接着上次运行，本次用时 {took} 秒；写出 {files}",
                "{found} {differences}; resumed from an earlier run, this one took {took} s; wrote {files}"
            );
        }
        say!(
            language,
            "{found} 处差异，用时 {took} 秒；写出 {files}",
            "{found} {differences} in {took} s; wrote {files}"
        )
    }
}

/// Every cause with its number, what was paid too much and too little, and the largest.
fn causes(lines: &mut Lines, causes: &[CauseTotal], language: Language, look: Look) {
    if causes.is_empty() {
        return;
    }
    let head = ["原因", "笔数", "多付", "少付", "最大"].into_iter().zip(["Cause", "count", "over", "under", "largest"]);
    let head: Vec<String> = head.map(|(zh, en)| pick(language, zh, en).to_owned()).collect();
    // Where nobody knows what is due, nobody knows the difference.
    let amount = |total: &CauseTotal, fen: i64| {
        if total.not_checked == total.count { "-".to_owned() } else { grouped(&yuan(fen)) }
    };
    let row = |total: &CauseTotal| {
        let title = audit::title(total.cause);
        vec![
            format!("{}  {}", total.cause, title.in_language(language)),
            count(total.count),
            amount(total, total.over),
            amount(total, total.under),
            amount(total, total.largest),
        ]
    };
    lines.blank();
    table(lines, &head, &causes.iter().filter(|total| total.count > 0).map(row).collect::<Vec<_>>(), look);
}

fn gravest(lines: &mut Lines, differences: &[Difference], language: Language, look: Look) {
    if differences.is_empty() {
        return;
    }
    let head = ["理赔", "记录", "应付", "差额", "可能的原因"].into_iter().zip([
        "Claim",
        "recorded",
        "due",
        "difference",
        "causes",
    ]);
    let head: Vec<String> = head.map(|(zh, en)| pick(language, zh, en).to_owned()).collect();
    let amount = |fen: Option<i64>| fen.map_or_else(|| "-".to_owned(), |fen| grouped(&yuan(fen)));
    let row = |line: &Difference| {
        let causes = line.causes.iter().map(|cause| match language {
            Language::Zh => cause.in_words(language),
            Language::En => cause.to_string(),
        });
        vec![
            clean(&line.claim),
            amount(line.recorded),
            match line.recomputed {
                None if !line.is_known() => pick(language, "未定", "not known").to_owned(),
                due => amount(due),
            },
            amount(line.excess()),
            clean(&causes.collect::<Vec<_>>().join(pick(language, "；", ";"))),
        ]
    };
    lines.blank();
    table(lines, &head, &differences.iter().take(MOST_LISTED).map(row).collect::<Vec<_>>(), look);
    if let Some(more) = differences.len().checked_sub(MOST_LISTED).filter(|more| *more > 0) {
        lines.line(&say!(language, "另有 {more} 处", "and {more} more"));
    }
}

/// The rules of rounding that fit best, each with those that this data cannot tell from it.
fn roundings(lines: &mut Lines, fits: &[Fit], language: Language, look: Look) {
    let mut rows: Vec<(usize, Vec<String>)> = Vec::new();
    for fit in fits {
        let title = fit.policy.title();
        let title = title.in_language(language);
        match rows.iter_mut().find(|(group, _)| *group == fit.group) {
            Some((_, row)) => row.extend([title.to_owned()]),
            None => rows.push((fit.group, vec![count(fit.explained), title.to_owned()])),
        }
    }
    let rows = rows.into_iter().filter_map(|(_, row)| {
        let (number, titles) = row.split_first()?;
        Some((number.clone(), titles.join(pick(language, "＝", " = "))))
    });
    let title = pick(
        language,
        "舍入规则所能解释的记录（＝ 连接的规则在此数据上无从区分）",
        "Recorded payouts that a rule of rounding explains (= joins rules that this data cannot tell apart)",
    );
    list(lines, title, rows.collect(), language, look);
}

fn fit_as_json(fit: &Fit, language: Language) -> Json {
    json!({
        "policy": fit.policy.name(),
        "title": fit.policy.title().in_language(language),
        "explained": fit.explained,
        "group": fit.group,
    })
}

fn sampled(lines: &mut Lines, sample: &Sample, language: Language, look: Look) {
    let Sample { size, population, errors, interval: (low, high), .. } = sample;
    let seed = sample.sampling.seed;
    let (size, population, errors) = (count(*size), count(*population), count(*errors));
    let (low, high, rate) = (percent(*low), percent(*high), percent(sample.error_rate));
    let title = say!(
        language,
        "抽样：{population} 笔中抽 {size} 笔（种子 {seed}），{errors} 笔有误",
        "Sample: {size} of {population} (seed {seed}), {errors} of them wrong"
    );
    let method = if sample.strata.len() > 1 { "Korn-Graubard" } else { "Clopper-Pearson" };
    let payment = percent(sample.payment_accuracy);
    let financial = sample.financial_accuracy.map_or_else(|| "-".to_owned(), percent);
    lines.blank();
    lines.line(&look.paint(Ink::Strong, &title));
    let line = say!(
        language,
        "  差错率 {rate}，95% 置信区间 {low} 至 {high}（{method}）",
        "  error rate {rate}, with 95% confidence from {low} to {high} ({method})"
    );
    lines.line(&line);
    let line = say!(
        language,
        "  笔数准确率 {payment}；金额准确率 {financial}",
        "  payment accuracy {payment}; financial accuracy {financial}"
    );
    lines.line(&line);
}

fn sampled_as_json(drawn: &Sampled) -> Json {
    json!({ "claim": drawn.claim, "recorded": yuan(drawn.recorded), "due": yuan(drawn.due) })
}

fn sample_as_json(sample: &Sample) -> Json {
    let strata = sample.strata.iter().map(|stratum| {
        json!({
            "plan": stratum.plan,
            "below": stratum.below.map(yuan),
            "population": stratum.population,
            "size": stratum.size,
            "errors": stratum.errors,
        })
    });
    json!({
        "seed": sample.sampling.seed,
        "stratified": sample.sampling.is_stratified,
        "population": sample.population,
        "size": sample.size,
        "errors": sample.errors,
        "error_rate": percent(sample.error_rate),
        "confidence": "95%",
        "low": percent(sample.interval.0),
        "high": percent(sample.interval.1),
        "payment_accuracy": percent(sample.payment_accuracy),
        "financial_accuracy": sample.financial_accuracy.map(percent),
        "strata": strata.collect::<Vec<_>>(),
        "claims": sample.claims.iter().map(sampled_as_json).collect::<Vec<_>>(),
    })
}

/// Millionths as per cent.
fn percent(millionths: u64) -> String {
    format!("{}.{:04}%", millionths.div_euclid(10_000), millionths.rem_euclid(10_000))
}

/// Columns of which the first is flush left, and the last too if it is text.
fn table(lines: &mut Lines, head: &[String], rows: &[Vec<String>], look: Look) {
    let widest = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column)).chain(head.get(column));
        cells.map(|cell| width(cell)).max().unwrap_or(0)
    };
    let is_text = |column: usize| {
        column == 0 || head.get(column).is_some_and(|head| ["causes", "可能的原因"].contains(&head.as_str()))
    };
    let line = |row: &[String]| {
        let cells = row.iter().enumerate().map(|(column, cell)| {
            if is_text(column) { pad(cell, widest(column)) } else { pad_left(cell, widest(column)) }
        });
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    lines.line(&look.paint(Ink::Strong, &line(head)));
    for row in rows {
        lines.line(&line(row));
    }
}

fn note_in_words(note: &Note, language: Language) -> String {
    let (value, reason) = (&note.value, note.reason.in_language(language));
    match note.read_as.map(yuan) {
        Some(amount) => say!(language, "`{value}` 读作 {amount}：{reason}", "`{value}` read as {amount}: {reason}"),
        None => say!(language, "`{value}` 退回：{reason}", "`{value}` rejected: {reason}"),
    }
}

/// An amount in fen as yuan.
fn yuan(fen: i64) -> String {
    money::print(Decimal::new(fen, 2))
}
