//! The report of an audit: one HTML file that needs nothing else, to be read on a screen or printed.

use std::fmt::Write as _;

use super::chart;
use super::difference::{Difference, MOST_LISTED};
use super::sample::Sampling;
use super::summary::{CauseTotal, Rows, Summary};
use super::title;
use crate::explain::{BenefitExplanation, Explanation};
use crate::text::Language;

const STYLE: &str = "body{font:15px/1.5 'Noto Sans CJK SC','Microsoft YaHei',sans-serif;max-width:62rem;margin:2rem auto;padding:0 1rem;color:#1d2733}\
    h1{font-size:1.6rem}h2{font-size:1.15rem;margin-top:2rem}table{border-collapse:collapse;width:100%}\
    th,td{padding:.25rem .5rem;border-bottom:1px solid #d5dbe1;text-align:left;vertical-align:top}\
    th.n,td.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}summary{cursor:pointer;color:#1f5f99}\
    svg{max-width:100%;height:auto}.faint{color:#66727f}details table{margin:.4rem 0 .8rem;font-size:.92em}\
    @media print{body{margin:0;max-width:none}details{break-inside:avoid}tr{break-inside:avoid}}";

impl Summary {
    /// The report as one HTML file, which needs nothing else.
    #[must_use]
    pub fn report(&self, language: Language) -> String {
        html(self, language)
    }
}

fn html(summary: &Summary, language: Language) -> String {
    let page = Page { summary, language };
    let (lang, heading) = (page.pick("zh", "en"), page.pick("已付记录核对报告", "Audit of recorded payouts"));
    let (figures, causes, charts) = (page.figures(), page.causes(), page.charts());
    let body = [figures, causes, charts, page.sample(), page.gravest(), page.roundings(), page.basis()].concat();
    format!(
        "<!doctype html>\n<html lang=\"{lang}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n<title>{heading}</title>\n<style>{STYLE}</style>\n</head>\n\
         <body>\n<h1>{heading}</h1>\n{body}</body>\n</html>\n"
    )
}

struct Page<'a> {
    summary: &'a Summary,
    language: Language,
}

impl Page<'_> {
    fn pick<'t>(&self, zh: &'t str, en: &'t str) -> &'t str {
        match self.language {
            Language::Zh => zh,
            Language::En => en,
        }
    }

    fn figures(&self) -> String {
        let Rows { read, equal, different, again, orphans, ambiguous, rejected, put_right, .. } = self.summary.rows;
        let counts = [
            (self.pick("记录的给付", "recorded payouts read"), read),
            (self.pick("与应付相同", "as is due"), equal),
            (self.pick("与应付不同", "other than is due"), different),
            (self.pick("重复", "of a claim recorded before"), again),
            (self.pick("没有可审的理赔", "of no claim that was decided"), orphans),
            (self.pick("编号不唯一", "of an id that several claims have"), ambiguous),
            (self.pick("被拒", "rejected"), rejected),
            (self.pick("其中改读", "put right among them"), put_right),
            (self.pick("应付而无记录", "due, but not recorded"), self.summary.not_recorded),
            (self.pick("理赔申请被拒", "claims rejected"), self.summary.batch.claims().rejected),
        ];
        let counts = counts.map(|(name, number)| (name, number.to_string()));
        let sums = [
            (self.pick("已审理赔的记录合计（元）", "recorded of decided claims, in yuan"), yuan(self.summary.recorded)),
            (self.pick("同一批理赔的应付合计（元）", "due of the same claims, in yuan"), yuan(self.summary.recomputed)),
        ];
        let rows = counts.iter().chain(&sums);
        let rows = rows.map(|(name, number)| format!("<tr><td>{name}</td><td class=\"n\">{number}</td></tr>\n"));
        section(self.pick("摘要", "Summary"), &format!("<table>\n{}</table>\n", rows.collect::<String>()))
    }

    fn causes(&self) -> String {
        let row = |total: &&CauseTotal| {
            let (code, title) = (total.cause.name(), title(total.cause));
            let (title, count) = (escaped(title.in_language(self.language)), total.count.to_string());
            let first = format!("<td>{title} <span class=\"faint\">{code}</span></td>");
            let numbers = [count, yuan(total.over), yuan(total.under), yuan(total.largest)].map(|number| cell(&number));
            format!("<tr>{first}{}</tr>\n", numbers.concat())
        };
        let rows: String =
            self.summary.causes.iter().filter(|total| total.count > 0).map(|total| row(&total)).collect();
        let head =
            self.head(&["原因", "件数", "多付", "少付", "最大"], &["Cause", "count", "over", "under", "largest"]);
        section(self.pick("差异的原因", "Causes of the differences"), &format!("<table>\n{head}{rows}</table>\n"))
    }

    fn charts(&self) -> String {
        let bars = self.summary.causes.iter().filter(|total| total.count > 0);
        let bars: Vec<(String, u64)> =
            bars.map(|total| (escaped(title(total.cause).in_language(self.language)), total.count)).collect();
        if bars.is_empty() {
            return String::new();
        }
        let both = |line: &Difference| line.recorded.zip(line.recomputed);
        let points: Vec<(i64, i64)> =
            self.summary.differences.iter().filter_map(both).take(chart::MOST_POINTS).collect();
        let axes = [self.pick("应付（元）", "due, in yuan"), self.pick("记录（元）", "recorded, in yuan")];
        let by_cause = section(self.pick("各原因的件数", "Differences by cause"), &chart::bars(&bars));
        let against = section(self.pick("记录与应付", "Recorded against due"), &chart::points(&points, axes));
        by_cause + &against
    }

    fn sample(&self) -> String {
        let Some(sample) = &self.summary.sample else { return String::new() };
        let percent =
            |millionths: u64| format!("{}.{:04}%", millionths.div_euclid(10_000), millionths.rem_euclid(10_000));
        let (size, population, errors) = (sample.size, sample.population, sample.errors);
        let (rate, low, high) = (percent(sample.error_rate), percent(sample.interval.0), percent(sample.interval.1));
        let (payment, financial) =
            (percent(sample.payment_accuracy), sample.financial_accuracy.map_or_else(|| "-".to_owned(), percent));
        let Sampling { seed, is_stratified, .. } = sample.sampling;
        let draw =
            if is_stratified { self.pick("按计划和给付大小分层", " by plan and size of payout") } else { "" };
        let text = match self.language {
            Language::Zh => format!(
                "{population} 件中{draw}抽 {size} 件（种子 {seed}），{errors} 件有误。差错率 {rate}，95% 置信区间 {low} 至 {high}。\
                 件数准确率 {payment}；金额准确率 {financial}。"
            ),
            Language::En => format!(
                "{size} of {population} were drawn{draw} (seed {seed}), {errors} of them wrong. The error rate is {rate}, with 95% confidence from {low} to {high}. \
                 Payment accuracy {payment}; financial accuracy {financial}."
            ),
        };
        section(self.pick("抽样", "Sample"), &format!("<p>{text}</p>\n"))
    }

    fn roundings(&self) -> String {
        if self.summary.roundings.is_empty() {
            return String::new();
        }
        let rows = self.summary.roundings.iter().map(|fit| {
            let title = fit.policy.title();
            let title = escaped(title.in_language(self.language));
            let group = fit.group.saturating_add(1).to_string();
            format!("<tr><td>{title}</td>{}{}</tr>\n", cell(&fit.explained.to_string()), cell(&group))
        });
        let head = self.head(
            &["舍入规则", "能解释的记录", "组（同组在此数据上无从区分）"],
            &["Rule of rounding", "explained", "group (alike on this data)"],
        );
        let table = format!("<table>\n{head}{}</table>\n", rows.collect::<String>());
        section(self.pick("舍入", "Rounding"), &table)
    }

    /// What was audited, and by which rules.
    fn basis(&self) -> String {
        let names = [
            self.pick("理赔申请", "claims"),
            self.pick("参保记录", "enrollments"),
            self.pick("已付记录", "recorded payouts"),
        ];
        let files = names.into_iter().zip(&self.summary.inputs);
        let files = files.map(|(name, path)| (name.to_owned(), escaped(&path.to_string_lossy())));
        let (plan, version) = (self.pick("规则", "rules of"), self.pick("版本", "version"));
        let plans = self.summary.plans.iter().map(|decided| {
            let name = format!("{plan} {} {version} {}", escaped(&decided.id), escaped(&decided.version));
            (name, decided.fingerprint.clone())
        });
        let rows = files.chain(plans);
        let rows = rows.map(|(name, what)| format!("<tr><td>{name}</td><td class=\"faint\">{what}</td></tr>\n"));
        section(self.pick("依据", "Basis"), &format!("<table>\n{}</table>\n", rows.collect::<String>()))
    }

    fn gravest(&self) -> String {
        let amount = |fen: Option<i64>| fen.map_or_else(|| "–".to_owned(), yuan);
        let mut rows = String::new();
        for line in self.summary.differences.iter().take(MOST_LISTED) {
            let causes: Vec<String> =
                line.causes.iter().map(|cause| escaped(title(*cause).in_language(self.language))).collect();
            let numbers =
                [amount(line.recorded), amount(line.recomputed), yuan(line.excess())].map(|number| cell(&number));
            let (claim, numbers, causes) = (escaped(&line.claim), numbers.concat(), causes.join(self.pick("；", "; ")));
            let _infallible =
                writeln!(rows, "<tr><td>{claim}</td>{numbers}<td>{causes}{}</td></tr>", self.folded(line));
        }
        if rows.is_empty() {
            return String::new();
        }
        let head = self.head(
            &["理赔", "记录", "应付", "差额", "可能的原因"],
            &["Claim", "recorded", "due", "difference", "Causes"],
        );
        let head = head.replacen("<th class=\"n\">可能的原因", "<th>可能的原因", 1).replacen(
            "<th class=\"n\">Causes",
            "<th>Causes",
            1,
        );
        section(self.pick("最重的差异", "The gravest differences"), &format!("<table>\n{head}{rows}</table>\n"))
    }

    /// The explanation of benefits of a line, folded.
    fn folded(&self, line: &Difference) -> String {
        let Some(decided) = self.summary.gravest.get(&line.claim).filter(|_| line.recomputed.is_some()) else {
            return String::new();
        };
        let Explanation { benefits, reasons, plan, payable, .. } = decided.explain(self.language);
        let reasons = reasons.iter().map(|reason| format!("<p>{}</p>", escaped(&reason.text)));
        let benefits: String = benefits.iter().map(|benefit| self.benefit(benefit)).collect();
        let (heading, plan) =
            (self.pick("待遇计算", "how it is due"), escaped(&format!("{} {}", plan.id, plan.version)));
        let due = self.pick("应付合计（元）：", "payable in all, in yuan: ");
        format!(
            "<details><summary>{heading}</summary><p class=\"faint\">{plan}</p>{}{benefits}<p>{due}{payable}</p></details>",
            reasons.collect::<String>()
        )
    }

    fn benefit(&self, benefit: &BenefitExplanation) -> String {
        let step = |(reason, takes, leaves, clause): (&str, &str, &str, &str)| {
            let (reason, clause) = (escaped(reason), escaped(clause));
            format!("<tr><td>{reason} <span class=\"faint\">{clause}</span></td>{}{}</tr>", cell(takes), cell(leaves))
        };
        let steps = benefit.steps.iter().map(|line| step((&line.reason, &line.takes, &line.leaves, &line.clause)));
        let first = step((&benefit.basis, "", &benefit.gross, &benefit.clause));
        let head = self.head(&[&benefit.title, "减", "余"], &[&benefit.title, "takes", "leaves"]);
        format!("<table>{head}{first}{}</table>", steps.collect::<String>())
    }

    /// The first column flush left, the others right.
    fn head(&self, zh: &[&str], en: &[&str]) -> String {
        let names = match self.language {
            Language::Zh => zh,
            Language::En => en,
        };
        let cells = names.iter().enumerate().map(|(column, name)| {
            let name = escaped(name);
            if column == 0 { format!("<th>{name}</th>") } else { format!("<th class=\"n\">{name}</th>") }
        });
        format!("<tr>{}</tr>\n", cells.collect::<String>())
    }
}

fn section(heading: &str, body: &str) -> String {
    format!("<section>\n<h2>{heading}</h2>\n{body}</section>\n")
}

fn cell(number: &str) -> String {
    format!("<td class=\"n\">{number}</td>")
}

/// What a file says can not become a part of the page.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            control if control.is_control() => safe.push('\u{fffd}'),
            other => safe.push(other),
        }
    }
    safe
}

/// An amount in fen as yuan, its digits in groups.
fn yuan(fen: i64) -> String {
    let (whole, rest) = (fen.unsigned_abs().div_euclid(100).to_string(), fen.unsigned_abs().rem_euclid(100));
    let mut grouped = String::new();
    for (place, digit) in whole.chars().enumerate() {
        if place > 0 && whole.len().saturating_sub(place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    format!("{}{grouped}.{rest:02}", if fen < 0 { "-" } else { "" })
}
