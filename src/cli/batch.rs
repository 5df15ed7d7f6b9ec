//! `huzhu batch`: many claims decided from files.

use std::io::{self, Write};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use huzhu::batch::{self, Cause, Certificates, Encoding, Input, Job, Observation, Reject, Rows, Summary};
use huzhu::{Catalog, Code, Decision, Language, Order, Plan};
use serde_json::{Value as Json, json};

use super::check::{self, json as print};
use super::explain::with_its_meaning;
use super::feeding::Which;
use super::figures::{MOST_LISTED, count, figures, list, seconds};
use super::files;
use super::layout::{Ink, Lines, Look, clean, grouped};
use super::meter::Meter;
use super::options::{Batch, Format, Setting};
use super::words::{self, pick, say};
use super::{COULD_NOT_RUN, Failure, Report};

/// Fewer claims make no speed.
const FEWEST_FOR_SPEED: u64 = 1_000;

pub(super) fn run(asked: &Batch, setting: &Setting) -> Result<Report, Failure> {
    let catalog = match files::catalog(setting)? {
        Ok(catalog) => asked.policy.of(catalog),
        Err(wrong) => return Ok(check::refused(&wrong, setting)),
    };
    let job = job(asked, setting);
    let loud = quiet_about_damaged_files();
    let meter = Meter::new(setting, asked.quiet, stop_on_interrupt());
    let done = if asked.dry_run {
        batch::rehearse(&job, &catalog, &meter).map(|rehearsal| Done {
            summary: rehearsal.summary,
            rejects: rehearsal.rejects,
            job,
            is_rehearsal: true,
            is_spreadsheet_safe: asked.feeding.spreadsheet_safe,
        })
    } else {
        batch::run(&job, &catalog, &meter).map(|summary| Done {
            summary,
            rejects: Vec::new(),
            job,
            is_rehearsal: false,
            is_spreadsheet_safe: asked.feeding.spreadsheet_safe,
        })
    };
    meter.end();
    std::panic::set_hook(loud);
    let done = done.map_err(|error| failure(&error, asked, setting))?;
    let results = match setting.format {
        Format::Text => done.text(&catalog, setting),
        Format::Json => print(&done.json(setting.language)),
    };
    let is_wrong = done.summary.claims().rejected > 0 || done.summary.enrollments().rejected > 0;
    Ok(Report { results, is_wrong, ..Report::default() })
}

fn job(asked: &Batch, setting: &Setting) -> Job {
    let mut job = Job::new(&asked.claims, &asked.enrollments, &asked.out)
        .ignore_columns(asked.feeding.reading.ignored())
        .claims_as(asked.feeding.reading.intake(Which::Claims))
        .enrollments_as(asked.feeding.reading.intake(Which::Enrollments))
        .memory(asked.resources.memory.bytes)
        .language(setting.language);
    if let Some(headers) = asked.feeding.headers() {
        job = job.headers(headers);
    }
    if asked.feeding.reading.strict {
        job = job.strict();
    }
    if let Some(marks) = asked.feeding.bom {
        job = job.mark_encoding(marks);
    }
    if let Some(threads) = asked.resources.threads {
        job = job.threads(threads);
    }
    if let Some(folder) = &asked.resources.work_dir {
        job = job.work_dir(folder);
    }
    if let Some(space) = asked.resources.work_space {
        job = job.work_space(space.bytes);
    }
    if let Some(lines) = &asked.lines {
        job = job.lines(lines);
    }
    if let Some(file) = &asked.certificates {
        job = job.certificates(file.clone().unwrap_or_else(|| asked.out.with_extension("certificates.jsonl")));
    }
    if let Some(rejects) = &asked.rejects {
        job = job.rejects(rejects);
    }
    if asked.feeding.spreadsheet_safe {
        job = job.spreadsheet_safe();
    }
    if asked.force { job.force() } else { job }
}

/// A flag that Ctrl-C sets; a second one ends the program at once.
pub(super) fn stop_on_interrupt() -> Arc<AtomicBool> {
    let flag = Arc::new(AtomicBool::new(false));
    let set = Arc::clone(&flag);
    // Where no handler can be set, an interrupt ends the program, and the same command goes on from there as well.
    let _unheard = ctrlc::set_handler(move || {
        if set.swap(true, Ordering::Relaxed) {
            std::process::exit(COULD_NOT_RUN.into());
        }
    });
    flag
}

pub(super) type Hook = Box<dyn Fn(&std::panic::PanicHookInfo<'_>) + Send + Sync>;

/// The libraries that read files panic at some damaged bytes. The run says which file is damaged; the panic itself is no news.
pub(super) fn quiet_about_damaged_files() -> Hook {
    const READERS: [&str; 12] = [
        "/parquet-",
        "/arrow-",
        "/snap-",
        "/bytes-",
        "/brotli",
        "/lz4",
        "/flate2-",
        "/calamine-",
        "/zip-",
        "/quick-xml-",
        "/encoding_rs-",
        "/zlib-rs-",
    ];
    let loud = std::panic::take_hook();
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map_or("", |place| place.file());
        if !READERS.iter().any(|reader| place.contains(reader)) {
            let _unheard = writeln!(io::stderr(), "{panic}");
        }
    }));
    loud
}

/// Why files could not be read or decided; of columns, how to go on.
pub(super) fn not_run(error: &huzhu::Error, setting: &Setting) -> Failure {
    let language = setting.language;
    let failure = Failure::new(files::said(error, language));
    if !error.is_columns() {
        return failure;
    }
    failure.with_help([say!(
        language,
        "不属于任何计划的列可用 `--ignore-columns 列名,列名` 略去；`huzhu template` 列出各列",
        "leave out columns that no plan knows with `--ignore-columns a,b`; `huzhu template` lists those that are known"
    )])
}

fn failure(error: &huzhu::Error, asked: &Batch, setting: &Setting) -> Failure {
    let (language, failure) = (setting.language, not_run(error, setting));
    if error.is_output() && job(asked, setting).work_folder().exists() {
        return failure.with_help([say!(
            language,
            "已完成的部分保留在工作目录中；问题解决后再次运行同一命令即可继续",
            "what is done is kept in the work folder; once this is mended, the same command goes on from there"
        )]);
    }
    failure
}

/// What came of the command.
struct Done {
    summary: Summary,
    rejects: Vec<Reject>,
    job: Job,
    is_rehearsal: bool,
    is_spreadsheet_safe: bool,
}

impl Done {
    fn json(&self, language: Language) -> Json {
        let (summary, job) = (&self.summary, &self.job);
        let decisions =
            Decision::ALL.map(|decision| (decision.name().to_owned(), Json::from(summary.decided(decision))));
        let reasons = summary.reasons().into_iter().map(|(code, claims)| json!({ "code": code, "claims": claims }));
        let notices = summary.notices().into_iter().map(|(code, claims)| json!({ "code": code, "claims": claims }));
        let observations = summary.observations().into_iter().map(|seen| {
            json!({
                "input": seen.input.name(),
                "column": seen.column,
                "code": seen.code.name(),
                "text": seen.text.in_language(language),
                "rows": seen.rows,
                "first_row": seen.first_row,
                "first_cell": summary.cell(seen.input, seen.first_row, &seen.column),
            })
        });
        let causes = summary.causes().iter().map(|cause| {
            json!({
                "input": cause.input.name(),
                "column": cause.column,
                "reason": cause.reason.in_language(language),
                "rows": cause.count,
                "first_row": cause.first_row,
                "first_cell": summary.cell(cause.input, cause.first_row, &cause.column),
            })
        });
        let (claims, enrollments) = (summary.claims(), summary.enrollments());
        json!({
            "claims": { "read": claims.read, "decided": claims.taken, "rejected": claims.rejected },
            "enrollments": { "read": enrollments.read, "accepted": enrollments.taken, "rejected": enrollments.rejected },
            "read_as": read_as_json(summary, language),
            "decisions": Json::Object(decisions.into_iter().collect()),
            "payable": summary.payable(),
            "paid": summary.paid(),
            "to_recover": summary.to_recover(),
            "certificates": summary.certificates().map(|made| json!({ "count": made.count, "root": made.root, "cut_by_a_joint_limit": made.cut })),
            "reasons": reasons.collect::<Vec<_>>(),
            "notices": notices.collect::<Vec<_>>(),
            "observations": observations.collect::<Vec<_>>(),
            "rejects": causes.collect::<Vec<_>>(),
            "dry_run": self.is_rehearsal,
            "resumed": summary.is_resumed(),
            "milliseconds": u64::try_from(summary.took().as_millis()).unwrap_or(u64::MAX),
            "claims_per_second": summary.claims_a_second(),
            "files": if self.is_rehearsal { Json::Null } else { json!({
                "out": job.out_path(),
                "lines": job.lines_path(),
                "certificates": job.certificates_path(),
                "rejects": job.rejects_path(),
                "rejected_enrollments": self.rejected_enrollments(),
                "manifest": job.manifest_path(),
            }) },
        })
    }

    fn text(&self, catalog: &Catalog, setting: &Setting) -> String {
        let (language, look) = (setting.language, setting.results);
        let mut lines = Lines::default();
        self.heading(&mut lines, language, look);
        self.counts(&mut lines, language, look);
        match catalog.order() {
            Order::ByEvent => {}
            Order::AsReceived => lines.line(pick(
                language,
                "  同一会员的理赔按收到的先后审核（`as-received`）",
                "  the claims of a member are decided as they were received (`as-received`)",
            )),
        }
        for said in read_in_words(&self.summary, language) {
            lines.line(&clean(&said));
        }
        self.claims(&mut lines, catalog, language, look);
        self.rows(&mut lines, language, look);
        self.rejected(&mut lines, language, look);
        self.certified(&mut lines, language, look);
        lines.blank();
        lines.line(&self.speed(language));
        lines.into_text()
    }

    fn heading(&self, lines: &mut Lines, language: Language, look: Look) {
        if self.is_rehearsal {
            lines.line(
                &look.paint(Ink::Strong, &say!(language, "试运行：未写任何文件", "dry run: nothing was written")),
            );
            lines.blank();
        }
        if let Some(warning) = decided_apart(&self.summary, language) {
            lines.line(&look.paint(Ink::Doubt, &warning));
            lines.blank();
        }
    }

    /// Reasons and notices, with how many claims have each.
    fn claims(&self, lines: &mut Lines, catalog: &Catalog, language: Language, look: Look) {
        let plans: Vec<&Plan> = catalog.plans().collect();
        let meant = |code: &str| with_its_meaning(code, &plans, language);
        let reasons = self.summary.reasons();
        let reasons = reasons.iter().map(|(code, claims)| (count(*claims), meant(code)));
        list(lines, pick(language, "理由", "Reasons"), reasons.collect(), language, look);
        let notices = self.summary.notices();
        let notices = notices.iter().map(|(code, claims)| (count(*claims), meant(code)));
        list(lines, pick(language, "请注意的理赔", "Claims to look at"), notices.collect(), language, look);
    }

    /// What was seen of rows: what was read as it was meant is routine, and stands below what someone has to look at.
    fn rows(&self, lines: &mut Lines, language: Language, look: Look) {
        let summary = &self.summary;
        let (routine, others): (Vec<Observation>, Vec<Observation>) = summary
            .observations()
            .into_iter()
            .partition(|seen| matches!(seen.code, Code::ReadAsMeant | Code::Normalised));
        for (head, seen) in [
            (pick(language, "请注意的行", "Rows to look at"), others),
            (pick(language, "已按意思读取的写法", "Read as it was meant"), routine),
        ] {
            let seen = seen.iter().map(|seen| (count(seen.rows), observation_in_words(seen, summary, language)));
            list(lines, head, seen.collect(), language, look);
        }
    }

    fn rejected(&self, lines: &mut Lines, language: Language, look: Look) {
        let causes = self.summary.causes();
        let causes = causes.iter().map(|cause| (count(cause.count), cause_in_words(cause, &self.summary, language)));
        list(lines, &self.rejected_in_words(language), causes.collect(), language, look);
        for line in self.way_on(language) {
            lines.line(&look.paint(Ink::Faint, &clean(&line)));
        }
        for reject in self.rejects.iter().take(MOST_LISTED) {
            lines.line(&look.paint(Ink::Faint, &clean(&reject_in_words(reject, language))));
        }
        if let Some(more) = self.rejects.len().checked_sub(MOST_LISTED).filter(|more| *more > 0) {
            let more = say!(language, "  另有退回的 {more} 行", "  and {more} more rejected rows");
            lines.line(&look.paint(Ink::Faint, &more));
        }
    }

    fn certified(&self, lines: &mut Lines, language: Language, look: Look) {
        let Some(Certificates { count: made, root, cut, .. }) = self.summary.certificates() else { return };
        let made = count(*made);
        lines.blank();
        lines.line(&say!(language, "{made} 份凭证，根为（请留底）", "{made} certificates; note their root:"));
        lines.line(&look.paint(Ink::Strong, &format!("  {root}")));
        if *cut > 0 {
            let cut = count(*cut);
            lines.line(&say!(
                language,
                "{cut} 件被合计限额减少，没有凭证：凭证只证明计划本身的给付",
                "{cut} without one, cut by a joint limit: a certificate proves what a plan alone pays"
            ));
        }
    }

    /// How many rows were rejected, above the causes: a list of causes says it neither where it ends early nor where a row has two.
    fn rejected_in_words(&self, language: Language) -> String {
        let rejected = self.summary.claims().rejected.saturating_add(self.summary.enrollments().rejected);
        let rows = count(rejected);
        say!(language, "退回的行：共 {rows} 行", "Rejected rows: {rows} in all")
    }

    /// The file of rejected enrollments, if there is one.
    fn rejected_enrollments(&self) -> Option<PathBuf> {
        (self.summary.enrollments().rejected > 0 && !self.is_rehearsal).then(|| self.job.rejected_enrollments_path())
    }

    /// How to go on with rejected rows.
    fn way_on(&self, language: Language) -> Vec<String> {
        let (path, enrollments) = (self.job.rejects_path(), self.rejected_enrollments());
        let is_no_input = self.is_spreadsheet_safe || path.extension().is_some_and(|ending| ending == "jsonl");
        if self.is_rehearsal || is_no_input {
            return Vec::new();
        }
        let claims = path.display();
        let claims = (self.summary.claims().rejected > 0).then(|| {
            say!(
                language,
                "  `{claims}` 中是退回的理赔申请，原有各列都在：请把改好的行放回原表，整表重审；单独再审不计同一会员的其他理赔，应付可能偏多",
                "  `{claims}` has the rejected claims with all their columns: correct them, put them back into their table and decide all of it again; given alone as `--claims`, other claims of the same members are not counted, so that too much may be due"
            )
        });
        let enrollments = enrollments.map(|path| {
            let path = path.display();
            say!(
                language,
                "  `{path}` 中是退回的参保记录：改正后补回参保文件，再审其理赔申请",
                "  `{path}` has the rejected enrollments: put them back corrected, then decide their claims again"
            )
        });
        enrollments.into_iter().chain(claims).collect()
    }

    fn counts(&self, lines: &mut Lines, language: Language, look: Look) {
        let Rows { read, taken, rejected } = self.summary.claims();
        let enrollments = self.summary.enrollments();
        let mut rows = vec![
            (Ink::Plain, pick(language, "参保记录", "enrollments read").to_owned(), count(enrollments.read)),
            (Ink::Plain, pick(language, "  其中退回", "  rejected").to_owned(), count(enrollments.rejected)),
            (Ink::Plain, pick(language, "理赔申请", "claims read").to_owned(), count(read)),
            (Ink::Plain, pick(language, "  其中退回", "  rejected").to_owned(), count(rejected)),
            (Ink::Plain, pick(language, "  其中已审", "  decided").to_owned(), count(taken)),
        ];
        for decision in Decision::ALL {
            let name = format!("    {}", words::decision(decision, language).to_lowercase());
            rows.push((Ink::Plain, name, count(self.summary.decided(decision))));
        }
        rows.push((
            Ink::Strong,
            pick(language, "应付合计（元）", "payable, in yuan").to_owned(),
            grouped(&self.summary.payable()),
        ));
        if self.summary.decided(Decision::Reversed) > 0 {
            let (paid, back) = (self.summary.paid(), self.summary.to_recover());
            rows.push((Ink::Plain, pick(language, "  给付", "  paid").to_owned(), grouped(&paid)));
            rows.push((Ink::Plain, pick(language, "  应追回", "  less to be recovered").to_owned(), grouped(&back)));
        }
        figures(lines, &rows, look);
    }

    /// How long it took and where the results are.
    fn speed(&self, language: Language) -> String {
        let claims = count(self.summary.claims().read);
        let took = seconds(self.summary.took());
        let rate = self.summary.claims_a_second().filter(|_| self.summary.claims().read >= FEWEST_FOR_SPEED);
        let speed = match rate.map(count) {
            Some(rate) => say!(
                language,
                "{claims} 条，用时 {took} 秒，每秒 {rate} 条",
                "{claims} claims in {took} s, {rate} a second"
            ),
            None if !self.summary.is_resumed() => {
                say!(language, "{claims} 条，用时 {took} 秒", "{claims} claims in {took} s")
            }
            None => say!(
                language,
                "接着上次运行，本次用时 {took} 秒",
                "resumed from an earlier run; this one took {took} s"
            ),
        };
        if self.is_rehearsal {
            return say!(language, "{claims} 条，用时 {took} 秒", "{claims} claims in {took} s");
        }
        let job = &self.job;
        let (rejected_enrollments, manifest) = (self.rejected_enrollments(), job.manifest_path());
        let results = [Some(job.out_path()), job.lines_path(), job.certificates_path(), Some(job.rejects_path())];
        let files = results.into_iter().chain([rejected_enrollments.as_deref(), Some(&*manifest)]).flatten();
        let files: Vec<String> = files.map(|path| format!("`{}`", path.display())).collect();
        let files = files.join(pick(language, "、", ", "));
        say!(language, "{speed}；写出 {files}", "{speed}; wrote {files}")
    }
}

/// What is said first where the input was a file of rejected rows; nothing where no claim of it was decided.
pub(super) fn decided_apart(summary: &Summary, language: Language) -> Option<String> {
    let (_, claims) = summary.notices().into_iter().find(|(code, _)| *code == Code::DecidedApart.name())?;
    let claims = count(claims);
    Some(say!(
        language,
        "注意：这是退回文件，已审的 {claims} 件是单独审核的，会员的其他理赔没有计入，应付可能偏多；付款前请把改好的行放回原表，整表重审",
        "note: this is a file of rejected rows; the claims decided ({claims}) were decided apart from the members' others, so that too much may be due; before anything is paid, put the corrected rows back into their table and decide all of it again"
    ))
}

/// How the inputs were read, in words and by their encodings.
fn read_as_json(summary: &Summary, language: Language) -> Json {
    let of = |input| {
        let said = summary.read_as(input).map(|said| said.in_language(language).to_owned());
        json!({ "encoding": summary.encoding(input).map(Encoding::name), "text": said })
    };
    json!({ "claims": of(Input::Claims), "enrollments": of(Input::Enrollments) })
}

/// How inputs were read, where that is not what everyone expects.
pub(super) fn read_in_words(summary: &Summary, language: Language) -> Vec<String> {
    let said = |input| {
        let (input, said) = (input_in_words(input, language), summary.read_as(input)?.in_language(language));
        Some(say!(language, "{input}：{said}", "{input} read as: {said}"))
    };
    [Input::Enrollments, Input::Claims].into_iter().filter_map(said).collect()
}

/// Where the first row of many stands.
fn first_in_words(summary: &Summary, input: Input, row: u64, column: &str, language: Language) -> String {
    match summary.cell(input, row, column) {
        Some(cell) => say!(language, "（首见 `{cell}`）", " (first in `{cell}`)"),
        None => say!(language, "（首见第 {row} 行）", " (first in row {row})"),
    }
}

fn cause_in_words(cause: &Cause, summary: &Summary, language: Language) -> String {
    let (input, column) = (input_in_words(cause.input, language), &cause.column);
    let first = first_in_words(summary, cause.input, cause.first_row, column, language);
    let reason = match cause.reason.in_language(language) {
        "" => pick(language, "其他", "other faults"),
        reason => reason,
    };
    let reason = without_the_column(reason, column);
    if column.is_empty() {
        return say!(language, "{input}的整行：{reason}{first}", "{input}, the whole row: {reason}{first}");
    }
    say!(language, "{input}的 `{column}` 列：{reason}{first}", "{input}, column `{column}`: {reason}{first}")
}

/// What is said of a value of a column, without the column where it is named already.
fn without_the_column(text: &str, column: &str) -> String {
    let zh = [format!("`{column}` 的值 "), format!("`{column}` 的 "), format!("`{column}` ")];
    match zh.iter().find_map(|head| text.strip_prefix(head.as_str())) {
        Some(rest) => rest.to_owned(),
        None => text.replacen(&format!(" of `{column}`"), "", 1),
    }
}

pub(super) fn observation_in_words(seen: &Observation, summary: &Summary, language: Language) -> String {
    let (input, Observation { column, first_row, .. }) = (input_in_words(seen.input, language), seen);
    let first = first_in_words(summary, seen.input, *first_row, column, language);
    let text = without_the_column(seen.text.in_language(language), column);
    say!(language, "{input}的 `{column}` 列：{text}{first}", "{input}, column `{column}`: {text}{first}")
}

fn reject_in_words(reject: &Reject, language: Language) -> String {
    let (input, Reject { row, column, value, .. }) = (input_in_words(reject.input, language), reject);
    let reason = reject.reason.in_language(language);
    if column.is_empty() {
        return say!(
            language,
            "  {input}第 {row} 行整行 `{value}`：{reason}",
            "  {input}, row {row}, the whole row `{value}`: {reason}"
        );
    }
    say!(
        language,
        "  {input}第 {row} 行 `{column}` 列 `{value}`：{reason}",
        "  {input}, row {row}, column `{column}`, `{value}`: {reason}"
    )
}

fn input_in_words(input: Input, language: Language) -> &'static str {
    match input {
        Input::Claims => pick(language, "理赔申请", "claims"),
        Input::Enrollments => pick(language, "参保记录", "enrollments"),
    }
}
