//! The report of an audit: one HTML file that needs nothing else, to be read on a screen, on a phone or printed.

mod benefits;
mod table;

use chrono::NaiveDate;
use rust_decimal::Decimal;

use self::table::{Cell, Table};
use super::chart::{self, Bar, Names, Point, Scatter, Side};
use super::difference::{Difference, MOST_LISTED};
use super::plans::PlanTotal;
use super::sample::Sampling;
use super::summary::{CauseTotal, Rows, Summary};
use super::title;
use crate::batch::InputFile;
use crate::foreign::in_markup;
use crate::money;
use crate::text::Language;

const STYLE: &str = include_str!("report/style.css");

/// The report of an audit as a page: made by [`Summary::report`], changed by the other functions, written by [`Report::to_html`].
#[derive(Debug, Clone)]
pub struct Report<'s> {
    summary: &'s Summary,
    language: Language,
    fund: Option<String>,
    date: Option<NaiveDate>,
}

impl Summary {
    /// The report in one language, without the name of a fund and without a date.
    #[must_use]
    pub fn report(&self, language: Language) -> Report<'_> {
        Report { summary: self, language, fund: None, date: None }
    }
}

impl Report<'_> {
    /// Puts the name of the fund on top.
    #[must_use]
    pub fn fund(self, name: impl Into<String>) -> Self {
        Report { fund: Some(name.into()), ..self }
    }

    /// Says on which day it was made.
    #[must_use]
    pub fn dated(self, date: NaiveDate) -> Self {
        Report { date: Some(date), ..self }
    }

    /// One HTML file, which needs nothing else.
    #[must_use]
    pub fn to_html(&self) -> String {
        let (lang, heading) = (self.pick("zh-CN", "en"), self.pick("已付记录核对报告", "Audit of recorded payouts"));
        let fund = self.fund.as_deref().map(in_markup);
        let title = fund.as_ref().map_or_else(|| heading.to_owned(), |fund| format!("{heading} · {fund}"));
        let fund = fund.map(|fund| format!("<p class=\"fund\">{fund}</p>\n")).unwrap_or_default();
        let (about, headline, sections) = (self.about(), self.headline(), self.sections());
        format!(
            "<!doctype html>\n<html lang=\"{lang}\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{title}</title>\n\
             <style>\n{STYLE}</style>\n</head>\n<body>\n<header>\n{fund}<h1>{heading}</h1>\n{about}</header>\n\
             <main>\n{headline}{sections}</main>\n</body>\n</html>\n"
        )
    }

    fn sections(&self) -> String {
        let what_was_found = [self.records(), self.plans(), self.causes(), self.not_checked()];
        let each = [self.against(), self.sample(), self.gravest(), self.roundings()];
        [what_was_found.concat(), each.concat(), self.basis(), self.reading()].concat()
    }

    /// The date, and the plans by title, each once.
    fn about(&self) -> String {
        let mut titles: Vec<&str> = Vec::new();
        for plan in &self.summary.plans {
            let title = plan.title.in_language(self.language);
            if !titles.contains(&title) {
                titles.push(title);
            }
        }
        let titles = titles.into_iter().map(in_markup).collect::<Vec<_>>().join(self.pick("、", ", "));
        let date = self.date.map(|date| match self.language {
            Language::Zh => date.format("%Y年%-m月%-d日").to_string(),
            Language::En => date.format("%-d %B %Y").to_string(),
        });
        let lines = [(self.pick("日期", "Date"), date), (self.pick("计划", "Plans"), Some(titles))];
        let lines = lines.into_iter().filter_map(|(name, what)| Some((name, what.filter(|what| !what.is_empty())?)));
        let lines = lines.map(|(name, what)| format!("<dt>{name}</dt><dd>{what}</dd>\n"));
        let lines = lines.collect::<Vec<_>>().concat();
        if lines.is_empty() { lines } else { format!("<dl class=\"about\">\n{lines}</dl>\n") }
    }

    /// The figures that are seen first.
    fn headline(&self) -> String {
        let found = self.summary.headline();
        let net = found.net();
        let net_name = match net {
            0 => self.pick("多付与少付相抵", "Net"),
            1.. => self.pick("净多付", "Net overpaid"),
            ..0 => self.pick("净少付", "Net underpaid"),
        };
        let share = found.share_right().map_or_else(|| "–".to_owned(), hundredths);
        let (right, read) = (count(found.right), self.records_of(found.read));
        let of_all = match self.language {
            Language::Zh => format!("{read}中 {right} 笔"),
            Language::En => format!("{right} of {read}"),
        };
        let tiles = [
            ("over", self.pick("多付", "Overpaid"), yuan(found.over), self.payouts(found.over_count)),
            ("under", self.pick("少付", "Underpaid"), yuan(found.under), self.payouts(found.under_count)),
            ("", net_name, yuan(net.saturating_abs()), self.pick("多付减少付", "overpaid less underpaid").to_owned()),
            ("", self.pick("记录正确", "Recorded right"), share, of_all),
        ];
        let unit = self.pick("元", "yuan");
        let tiles = tiles.map(|(class, name, figure, below)| {
            let unit = if figure.ends_with(['%', '–']) { String::new() } else { format!(" <small>{unit}</small>") };
            let width = if figure.chars().count() > WIDE { "figure wide" } else { "figure" };
            format!(
                "<div class=\"{class}\"><dt>{name}</dt><dd class=\"{width}\">{figure}{unit}</dd>\
                 <dd class=\"faint\">{below}</dd></div>\n"
            )
        });
        let caution = self.caution(found.not_checked_count, found.not_checked);
        format!("<dl class=\"headline\">\n{}</dl>\n{caution}", tiles.concat())
    }

    fn caution(&self, number: u64, sum: i64) -> String {
        if number == 0 {
            return String::new();
        }
        let (records, sum) = (self.records_of(number), yuan(sum));
        let text = match self.language {
            Language::Zh => {
                format!("另有 {records}（合计 {sum} 元）无法核对，既不算多付也不算少付，见“无法核对的记录”。")
            }
            Language::En => format!(
                "Another {records} ({sum} yuan in all) could not be checked and count neither as overpaid nor as underpaid; \
                 see “Payouts that could not be checked”."
            ),
        };
        format!("<p class=\"caution\">{text}</p>\n")
    }

    /// What became of every record: the parts add up to the whole.
    fn records(&self) -> String {
        let Rows { read, equal, different, again, pended, orphans, ambiguous, rejected, put_right, .. } =
            self.summary.rows;
        let parts = [
            (self.pick("与应付相同", "as is due"), equal),
            (self.pick("与应付不同", "other than is due"), different),
            (self.pick("理赔暂缓，应付未定", "of a claim that is pended: what is due is not known"), pended),
            (self.pick("同一理赔重复记录", "of a claim that is recorded already"), again),
            (self.pick("没有对应的已审核理赔", "of no claim that was decided"), orphans),
            (self.pick("理赔编号不唯一", "of an id that several claims have"), ambiguous),
            (self.pick("无法读取", "that could not be read"), rejected),
        ];
        let beside = [
            (self.pick("写法经换算后读入的记录", "Recorded payouts that were read in another form"), put_right),
            (self.pick("应付而无记录的理赔", "Claims with something due and no record"), self.summary.not_recorded),
            (self.pick("无法审核的理赔申请", "Claims that could not be decided"), self.summary.batch.claims().rejected),
        ];
        let columns = [(self.pick("已付记录", "Recorded payouts"), false), (self.pick("数量", "Number"), true)];
        let mut table = Table::of(&columns).narrow();
        let line = |name: &str, number: u64| vec![Cell::Words(name.to_owned()), Cell::Number(count(number))];
        table.row("", line(self.pick("读入的全部记录", "All that were read"), read));
        for (name, number) in parts.into_iter().filter(|(_, number)| *number > 0) {
            table.row("part", line(name, number));
        }
        for (name, number) in beside.into_iter().filter(|(_, number)| *number > 0) {
            table.row("", line(name, number));
        }
        section(self.pick("记录概况", "What became of the records"), &table.into_html())
    }

    fn plans(&self) -> String {
        if self.summary.plans.is_empty() {
            return String::new();
        }
        let columns = [
            (self.pick("计划和版本", "Plan and version"), false),
            (self.pick("记录笔数", "Payouts"), true),
            (self.pick("其中正确", "Right"), true),
            (self.pick("记录金额（元）", "Recorded, yuan"), true),
            (self.pick("应付金额（元）", "Due, yuan"), true),
            (self.pick("差额（元）", "Difference, yuan"), true),
        ];
        let mut table = Table::of(&columns);
        let row = |name: &str, [number, right]: [u64; 2], [recorded, due]: [i64; 2]| {
            let difference = signed(recorded.saturating_sub(due));
            let numbers = [count(number), count(right), yuan(recorded), yuan(due), difference];
            [Cell::Words(name.to_owned())].into_iter().chain(numbers.map(Cell::Number)).collect()
        };
        for total in &self.summary.plans {
            let PlanTotal { count, right, recorded, due, .. } = *total;
            table.row("", row(&self.plan_in_words(total), [count, right], [recorded, due]));
        }
        let sum = |of: fn(&PlanTotal) -> u64| self.summary.plans.iter().map(of).fold(0, u64::saturating_add);
        let counts = [sum(|total| total.count), sum(|total| total.right)];
        table.row("sum", row(self.pick("合计", "All"), counts, [self.summary.recorded, self.summary.recomputed]));
        let said = self.pick(
            "只含应付已定的记录。重复的记录、应付而无记录的理赔、理赔暂缓而应付未定的记录不在其中，因此差额合计可以与净额不同。",
            "Only payouts of which it is known what is due: those recorded again, claims without a record and payouts of claims that are pended are not among them, so that the difference may be other than the net.",
        );
        let body = format!("<p class=\"faint\">{said}</p>\n{}", table.into_html());
        section(self.pick("各计划", "By plan"), &body)
    }

    fn plan_in_words(&self, total: &PlanTotal) -> String {
        let (title, version) = (total.title.in_language(self.language), &total.plan.version);
        match self.language {
            Language::Zh => format!("{title}（{version} 版）"),
            Language::En => format!("{title}, version {version}"),
        }
    }

    fn causes(&self) -> String {
        if self.summary.causes_checked().next().is_none() {
            return String::new();
        }
        let columns = [
            (self.pick("原因", "Cause"), false),
            (self.pick("笔数", "Payouts"), true),
            (self.pick("多付（元）", "Overpaid, yuan"), true),
            (self.pick("少付（元）", "Underpaid, yuan"), true),
            (self.pick("最大一笔（元）", "Largest, yuan"), true),
        ];
        let amount = |fen: i64| if fen == 0 { Cell::Nothing } else { Cell::Number(yuan(fen)) };
        let mut table = Table::of(&columns);
        for total in self.summary.causes_checked() {
            let (number, largest) = (Cell::Number(count(total.checked())), Cell::Number(signed(total.largest)));
            table.row("", vec![self.cause(total), number, amount(total.over), amount(total.under), largest]);
        }
        let found = self.summary.headline();
        let number = found.over_count.saturating_add(found.under_count);
        let sums = [count(number), yuan(found.over), yuan(found.under), String::new()].map(Cell::Number);
        let name = Cell::Words(self.pick("合计", "All").to_owned());
        table.row("sum", [name].into_iter().chain(sums).collect());
        let charts = self.by_amount() + &self.by_count();
        section(self.pick("差异的原因", "Causes of the differences"), &(table.into_html() + &charts))
    }

    /// The title, and the code that the file of differences has; a page in Chinese has no English beside it.
    fn cause(&self, total: &CauseTotal) -> Cell {
        let name = in_markup(title(total.cause).in_language(self.language));
        Cell::Markup(match self.language {
            Language::Zh => name,
            Language::En => format!("{name} <span class=\"faint code\">{}</span>", total.cause.name()),
        })
    }

    fn by_amount(&self) -> String {
        let bar = |side: Side, name: &str, fen: i64| {
            (fen != 0).then(|| Bar { side, number: fen.unsigned_abs(), label: format!("{name} {}", yuan(fen)) })
        };
        let (over, under) = (self.pick("多付", "over"), self.pick("少付", "under"));
        let groups = self.summary.causes_checked().map(|total| {
            let bars = [bar(Side::Over, over, total.over), bar(Side::Under, under, total.under)];
            (title(total.cause).in_language(self.language).to_owned(), bars.into_iter().flatten().collect())
        });
        let heading = self.pick("各原因的金额（元）", "By amount, yuan");
        format!("<h3>{heading}</h3>\n{}", chart::bars(&groups.collect::<Vec<_>>()))
    }

    fn by_count(&self) -> String {
        let groups = self.summary.causes_checked().map(|total| {
            let number = total.checked();
            let bar = Bar { side: Side::Count, number, label: self.payouts(number) };
            (title(total.cause).in_language(self.language).to_owned(), vec![bar])
        });
        let heading = self.pick("各原因的笔数", "By number of payouts");
        format!("<h3>{heading}</h3>\n{}", chart::bars(&groups.collect::<Vec<_>>()))
    }

    fn not_checked(&self) -> String {
        let columns = [
            (self.pick("为何无法核对", "Why"), false),
            (self.pick("笔数", "Payouts"), true),
            (self.pick("记录金额（元）", "Recorded, yuan"), true),
        ];
        let mut table = Table::of(&columns);
        for total in self.summary.causes_not_checked() {
            let numbers = [count(total.not_checked), yuan(total.not_checked_recorded)];
            table.row("", [self.cause(total)].into_iter().chain(numbers.map(Cell::Number)).collect());
        }
        if table.is_empty() {
            return String::new();
        }
        section(self.pick("无法核对的记录", "Payouts that could not be checked"), &table.into_html())
    }

    fn against(&self) -> String {
        let known = |line: &Difference| line.recorded.zip(line.recomputed);
        let all = self.summary.differences.iter().filter_map(|line| Some((line, known(line)?)));
        let points: Vec<Point> = all.clone().take(chart::MOST_POINTS).map(|(line, at)| self.point(line, at)).collect();
        if points.is_empty() {
            return String::new();
        }
        let heading = self.pick("记录金额与应付金额", "Recorded against due");
        let names = Names {
            title: heading,
            due: self.pick("应付金额（元）", "due, yuan"),
            recorded: self.pick("记录金额（元）", "recorded, yuan"),
            same: self.pick("记录等于应付", "recorded as is due"),
        };
        let Scatter { svg, beyond } = chart::scatter(&points, &names);
        let said = self.of_points(points.len(), all.count(), beyond);
        let legend = self.pick("多付（斜线以上）", "overpaid (above the line)");
        let under = self.pick("少付（斜线以下）", "underpaid (below the line)");
        let caption = format!(
            "<figcaption><span class=\"key over\">●</span> {legend} &nbsp; <span class=\"key under\">■</span> {under}<br>{said}</figcaption>"
        );
        section(heading, &format!("<figure>\n{svg}{caption}\n</figure>\n"))
    }

    fn point(&self, line: &Difference, (recorded, due): (i64, i64)) -> Point {
        let (claim, was, is) = (&line.claim, yuan(recorded), yuan(due));
        let label = match self.language {
            Language::Zh => format!("{claim}：应付 {is} 元，记录 {was} 元"),
            Language::En => format!("{claim}: due {is}, recorded {was} yuan"),
        };
        Point { due, recorded, label }
    }

    fn of_points(&self, drawn: usize, all: usize, beyond: usize) -> String {
        let (number, of) = (count_of(drawn), count_of(all));
        let which = match (self.language, drawn < all) {
            (Language::Zh, true) => format!("每点为一笔与应付不同的记录：图中为差额最大的 {number} 笔，共有 {of} 笔。"),
            (Language::Zh, false) => format!("每点为一笔与应付不同的记录，共 {number} 笔。"),
            (Language::En, true) => {
                format!("Each point is a payout that differs from what is due: the gravest {number} of {of}.")
            }
            (Language::En, false) => format!("Each point is a payout that differs from what is due, {number} in all."),
        };
        let outside = match (self.language, beyond) {
            (_, 0) => String::new(),
            (Language::Zh, _) => format!("▲▼ 金额超出图的范围，画在边上：{} 笔。", count_of(beyond)),
            (Language::En, 1) => " ▲▼ 1 lies beyond the edge and is drawn at it.".to_owned(),
            (Language::En, _) => format!(" ▲▼ {} lie beyond the edge and are drawn at it.", count_of(beyond)),
        };
        which + &outside
    }

    fn sample(&self) -> String {
        let Some(sample) = &self.summary.sample else { return String::new() };
        // what speaks for the fund is rounded down, what speaks against it up
        let percent = |millionths: u64| hundredths(millionths.div_euclid(100));
        let at_most = |millionths: u64| hundredths(millionths.div_ceil(100));
        let (size, population, errors) = (count(sample.size), count(sample.population), count(sample.errors));
        let (rate, low, high) = (at_most(sample.error_rate), percent(sample.interval.0), at_most(sample.interval.1));
        let (payment, financial) =
            (percent(sample.payment_accuracy), sample.financial_accuracy.map_or_else(|| "–".to_owned(), percent));
        let Sampling { seed, is_stratified, .. } = sample.sampling;
        let draw = if is_stratified {
            self.pick("按计划和给付大小分层", ", by plan and size of payout,")
        } else {
            ""
        };
        let drawn = match self.language {
            Language::Zh => format!("{population} 笔中{draw}抽取 {size} 笔（种子 {seed}），其中 {errors} 笔有误。"),
            Language::En => {
                format!(
                    "{size} of {population} payouts were drawn{draw} with the seed {seed}; {errors} of them are wrong."
                )
            }
        };
        let lines = [
            (self.pick("差错率", "Error rate"), rate),
            (
                self.pick("差错率的 95% 置信区间", "Error rate, 95% confidence interval"),
                match self.language {
                    Language::Zh => format!("{low} 至 {high}"),
                    Language::En => format!("{low} to {high}"),
                },
            ),
            (self.pick("笔数准确率", "Payment accuracy"), payment),
            (self.pick("金额准确率", "Financial accuracy"), financial),
        ];
        let columns = [(self.pick("指标", "Measure"), false), (self.pick("数值", "Value"), true)];
        let mut table = Table::of(&columns).narrow();
        for (name, value) in lines {
            table.row("", vec![Cell::Words(name.to_owned()), Cell::Number(value)]);
        }
        section(self.pick("抽样", "Sample"), &format!("<p>{drawn}</p>\n{}", table.into_html()))
    }

    fn gravest(&self) -> String {
        let amount = |fen: Option<i64>| fen.map_or_else(|| "–".to_owned(), yuan);
        let due = |line: &Difference| match line.recomputed {
            None if !line.is_known() => self.pick("未定", "not known").to_owned(),
            due => amount(due),
        };
        let excess = |line: &Difference| line.excess().map_or_else(|| "–".to_owned(), signed);
        let columns = [
            (self.pick("理赔编号", "Claim"), false),
            (self.pick("记录金额（元）", "Recorded, yuan"), true),
            (self.pick("应付金额（元）", "Due, yuan"), true),
            (self.pick("差额（元）", "Difference, yuan"), true),
            (self.pick("可能的原因", "Likely causes"), false),
        ];
        let mut table = Table::of(&columns);
        for line in self.summary.differences.iter().take(MOST_LISTED) {
            let causes: Vec<String> = line.causes.iter().map(|cause| cause.in_words(self.language)).collect();
            let numbers = [amount(line.recorded), due(line), excess(line)].map(Cell::Number);
            let cells = [Cell::Code(line.claim.clone())].into_iter().chain(numbers);
            let cells = cells.chain([Cell::Words(causes.join(self.pick("；", "; ")))]).collect();
            match self.due_in_words(line) {
                None => table.row("", cells),
                Some(folded) => {
                    table.row("has-below", cells);
                    table.below(&folded);
                }
            }
        }
        if table.is_empty() {
            return String::new();
        }
        let said = match (self.language, self.summary.differences.len()) {
            (Language::Zh, all) if all > MOST_LISTED => {
                format!("先列原因不明的，再按差额从大到小；共 {} 处，此处列出 {MOST_LISTED} 处。", count_of(all))
            }
            (Language::Zh, _) => "先列原因不明的，再按差额从大到小。".to_owned(),
            (Language::En, all) if all > MOST_LISTED => format!(
                "What nothing explains first, then the largest difference; the first {MOST_LISTED} of {}.",
                count_of(all)
            ),
            (Language::En, _) => "What nothing explains first, then the largest difference.".to_owned(),
        };
        let body = format!("<p class=\"faint\">{said}</p>\n{}", table.into_html());
        section(self.pick("差异明细", "The gravest differences"), &body)
    }

    fn roundings(&self) -> String {
        if self.summary.roundings.is_empty() {
            return String::new();
        }
        let columns = [
            (self.pick("舍入规则", "Rule of rounding"), false),
            (self.pick("能解释的记录", "Payouts explained"), true),
            (self.pick("组别", "Group"), true),
        ];
        let mut table = Table::of(&columns);
        for fit in &self.summary.roundings {
            let name = fit.policy.title().in_language(self.language).to_owned();
            let numbers = [count(fit.explained), count_of(fit.group.saturating_add(1))];
            table.row("", [Cell::Words(name)].into_iter().chain(numbers.map(Cell::Number)).collect());
        }
        let said = self.pick(
            "按哪种舍入规则重算最能解释记录的金额；同组的规则在这批数据上没有区别。",
            "Which rule of rounding explains the recorded amounts best; rules of one group are alike on this data.",
        );
        section(self.pick("舍入", "Rounding"), &format!("<p class=\"faint\">{said}</p>\n{}", table.into_html()))
    }

    /// What was audited, by which rules, and with what.
    fn basis(&self) -> String {
        let columns = [
            (self.pick("文件", "File"), false),
            (self.pick("名称", "Name"), false),
            (self.pick("大小（字节）", "Size, bytes"), true),
            (self.pick("摘要（SHA-256）", "Digest (SHA-256)"), false),
        ];
        let mut files = Table::of(&columns);
        let inputs = self.summary.batch.manifest().map_or(&[][..], |manifest| &manifest.inputs);
        for InputFile { holds, file, bytes, sha256 } in inputs {
            let holds = match holds.as_str() {
                "claims" => self.pick("理赔申请", "Claims"),
                "enrollments" => self.pick("参保记录", "Enrollments"),
                "recorded" => self.pick("已付记录", "Recorded payouts"),
                other => other,
            };
            let holds = Cell::Words(holds.to_owned());
            files.row(
                "",
                vec![holds, Cell::Code(file.clone()), Cell::Number(count(*bytes)), Cell::Code(sha256.clone())],
            );
        }
        let columns = [
            (self.pick("规则", "Rules"), false),
            (self.pick("计划编号", "Plan id"), false),
            (self.pick("版本", "Version"), false),
            (self.pick("规则包指纹（SHA-256）", "Fingerprint of the pack (SHA-256)"), false),
        ];
        let mut packs = Table::of(&columns);
        for PlanTotal { plan, title, .. } in &self.summary.plans {
            let ids = [&plan.id, &plan.version, &plan.fingerprint].map(|id| Cell::Code(id.clone()));
            let title = Cell::Words(title.in_language(self.language).to_owned());
            packs.row("", [title].into_iter().chain(ids).collect());
        }
        let packs = if packs.is_empty() { String::new() } else { packs.into_html() };
        let program = concat!("huzhu ", env!("CARGO_PKG_VERSION"));
        let made = match self.language {
            Language::Zh => format!("由程序 {program} 核对。"),
            Language::En => format!("Audited by {program}."),
        };
        section(self.pick("依据", "Basis"), &format!("{}{packs}<p class=\"faint\">{made}</p>\n", files.into_html()))
    }

    /// What the figures mean.
    fn reading(&self) -> String {
        let lines = [
            self.pick(
                "每笔记录都按计划条款重新计算应付金额，再与记录金额比较，精确到分。",
                "What is due of each recorded payout was worked out anew from the clauses of the plan and compared with what is recorded, to the fen.",
            ),
            self.pick(
                "多付：记录金额大于应付金额的部分，包括同一理赔重复记录的金额。少付：记录金额小于应付金额的部分，包括应付而无记录的理赔。",
                "Overpaid is what is recorded above what is due, with payouts recorded again; underpaid is what is recorded below it, with claims that have something due and no record.",
            ),
            self.pick(
                "记录正确：与应付金额分毫不差的记录在全部记录中的比例，只舍不入。",
                "Recorded right is the share of all recorded payouts that are as is due to the fen, rounded down.",
            ),
            self.pick(
                "原因：指出哪一种错误恰好得出记录的金额。一笔记录可能有几种解释，统计时取最可能的一种；原因是推断，不是认定。",
                "A cause is a mistake that gives exactly the recorded amount. A payout may have several; it is counted under the most likely one. A cause is a lead, not a finding.",
            ),
        ];
        let lines = lines.map(|line| format!("<li>{line}</li>\n"));
        section(self.pick("如何阅读", "How to read this"), &format!("<ul>\n{}</ul>\n", lines.concat()))
    }

    /// So many payouts, recorded or not.
    fn payouts(&self, number: u64) -> String {
        match self.language {
            Language::Zh => format!("{} 笔", count(number)),
            Language::En => self.records_of(number),
        }
    }

    /// So many recorded payouts.
    fn records_of(&self, number: u64) -> String {
        let shown = count(number);
        match (self.language, number) {
            (Language::Zh, _) => format!("{shown} 笔记录"),
            (Language::En, 1) => format!("{shown} payout"),
            (Language::En, _) => format!("{shown} payouts"),
        }
    }

    fn pick<'t>(&self, zh: &'t str, en: &'t str) -> &'t str {
        match self.language {
            Language::Zh => zh,
            Language::En => en,
        }
    }
}

/// A figure of more letters is set smaller.
const WIDE: usize = 10;

fn section(heading: &str, body: &str) -> String {
    format!("<section>\n<h2>{heading}</h2>\n{body}</section>\n")
}

/// An amount in fen as yuan, its digits in groups.
fn yuan(fen: i64) -> String {
    money::grouped(&money::print(Decimal::new(fen, 2)))
}

/// The same with its sign, so that too much and too little are told apart.
fn signed(fen: i64) -> String {
    if fen > 0 { format!("+{}", yuan(fen)) } else { yuan(fen) }
}

fn count(number: u64) -> String {
    money::grouped(&number.to_string())
}

fn count_of(number: usize) -> String {
    money::grouped(&number.to_string())
}

/// Hundredths of a per cent.
fn hundredths(number: u64) -> String {
    format!("{}.{:02}%", number.div_euclid(100), number.rem_euclid(100))
}
