//! Words of the sheets in the language of the workbook.

use super::grid::{Grid, Style};
use crate::adjudicate::Decision;
use crate::fact::{Absent, Kind};
use crate::plan::expression::BenefitIndex;
use crate::plan::{Benefit, Plan, Provenance, StepKind};
use crate::reading::formula::graph::{Logic, Operation};
use crate::scope::Scope;
use crate::semantics::Place;
use crate::semantics::outcome::{CAUSES, LineKind};
use crate::text::Language;

pub(super) fn pick<'t>(language: Language, zh: &'t str, en: &'t str) -> &'t str {
    match language {
        Language::Zh => zh,
        Language::En => en,
    }
}

pub(super) fn claims(language: Language) -> &'static str {
    pick(language, "理赔申请", "claims")
}

/// The column of the list that has the reasons: after what is recorded, where that is there.
pub(super) fn reasons_of_list(has_recorded: bool) -> char {
    if has_recorded { 'G' } else { 'E' }
}

/// The head of the list of claims, with what is recorded of them or without.
pub(super) fn list(grid: &mut Grid, has_recorded: bool, language: Language) {
    let reasons = reasons_of_list(has_recorded);
    grid.widths = vec![('A', 28), ('B', 34), ('C', 16), ('D', 16), (reasons, 60)];
    grid.frozen = 2;
    grid.put(1, 'A', Style::Title, claims(language));
    let heads = [
        ('A', pick(language, "理赔申请", "claim")),
        ('B', pick(language, "计划", "plan")),
        ('C', pick(language, "审核结果", "decision")),
        ('D', pick(language, "应付（元）", "payable (yuan)")),
        (reasons, pick(language, "理由", "reasons")),
    ];
    grid.texts(2, Style::Head, &heads);
    if has_recorded {
        grid.widths.extend([('E', 16), ('F', 16)]);
        let recorded = pick(language, "记录（元）", "recorded (yuan)");
        grid.texts(2, Style::Head, &[('E', recorded), ('F', pick(language, "差额（元）", "difference (yuan)"))]);
    }
}

/// Beside the decisions, what a sheet says of itself.
pub(super) const UNREADABLE: &str = "unreadable-input";
pub(super) const BEYOND: &str = "beyond-exact";

/// Every word that may stand as the outcome, by its code.
pub(super) fn outcomes(language: Language) -> [(&'static str, &'static str); 6] {
    let decision = |decision: Decision| (decision.name(), decision.title(language));
    [
        decision(Decision::Paid),
        decision(Decision::NothingDue),
        decision(Decision::Denied),
        decision(Decision::Pended),
        (UNREADABLE, pick(language, "有输入读不出，未计算", "Not worked out: an input cannot be read")),
        (
            BEYOND,
            pick(
                language,
                "未计算：数字过大，电子表格不能精确表示",
                "Not worked out: a number is too large for a spreadsheet to hold exactly",
            ),
        ),
    ]
}

pub(super) fn provenance(provenance: Provenance, language: Language) -> &'static str {
    match provenance {
        Provenance::Stated => pick(language, "原文载明", "stated"),
        Provenance::Published => pick(language, "公开资料", "published"),
        Provenance::Assumed => pick(language, "推定", "assumed"),
    }
}

pub(super) fn scope(scope: Scope, language: Language) -> &'static str {
    match scope {
        Scope::Event => pick(language, "同一事件", "of the same event"),
        Scope::Period => pick(language, "同一保障期", "of the same cover"),
        Scope::CalendarYear => pick(language, "同一自然年度", "of the same calendar year"),
        Scope::Life => pick(language, "历次", "of all times"),
    }
}

/// What may be put in for a fact.
pub(super) fn kind(kind: Kind, language: Language) -> &'static str {
    match kind {
        Kind::Money => pick(language, "元", "yuan"),
        Kind::Ratio => pick(language, "比例", "ratio"),
        Kind::Number => pick(language, "整数", "whole number"),
        Kind::Days => pick(language, "天", "days"),
        Kind::Date => {
            pick(language, "日期；1900年3月1日前写文本 YYYY-MM-DD", "date; before 1 March 1900 as text YYYY-MM-DD")
        }
        Kind::YesNo => pick(language, "是 / 否", "yes / no"),
        Kind::Category => pick(language, "类别", "category"),
    }
}

pub(super) fn yes(truth: bool, language: Language) -> &'static str {
    if truth { pick(language, "是", "yes") } else { pick(language, "否", "no") }
}

pub(super) fn absent(absent: Absent, language: Language) -> &'static str {
    match absent {
        Absent::None => pick(language, "未填：无", "not given: there was none"),
        Absent::Unknown => pick(language, "未填", "not given"),
    }
}

pub(super) fn unit(unit: Option<&str>, language: Language) -> String {
    match unit {
        Some("yuan") => pick(language, "元", "yuan").to_owned(),
        Some("yuan/day") => pick(language, "元/天", "yuan a day").to_owned(),
        Some("days") => pick(language, "天", "days").to_owned(),
        Some("months") => pick(language, "个月", "months").to_owned(),
        Some(other) => other.to_owned(),
        None => String::new(),
    }
}

/// The name of an operation.
pub(super) fn operation(operation: &Operation, language: Language) -> &'static str {
    let (zh, en) = match operation {
        Operation::Number(..) => ("数", "number"),
        Operation::Date(..) => ("日期", "date"),
        Operation::Truth(_) => ("恒定", "truth"),
        Operation::Fact(_) => ("事实", "fact"),
        Operation::Prior(_) => ("此前入账", "earlier claims"),
        Operation::Add(_) => ("相加", "add"),
        Operation::Subtract(_) => ("相减", "subtract"),
        Operation::Times(_) => ("相乘", "times"),
        Operation::Least(_) => ("取小", "the smaller"),
        Operation::Greatest(_) => ("取大", "the larger"),
        Operation::Round(..) => ("舍入", "round"),
        Operation::DaysBetween(_) => ("相隔天数", "days between"),
        Operation::MonthsBetween(_) => ("相隔足月", "completed months"),
        Operation::YearsBetween(_) => ("相隔足年", "completed years"),
        Operation::PlusDays(_) => ("加天数", "days later"),
        Operation::PlusMonths(..) => ("加月数", "months later"),
        Operation::Compare(..) => ("比较", "compare"),
        Operation::Logic(Logic::And(_)) => ("且", "and"),
        Operation::Logic(Logic::Or(_)) => ("或", "or"),
        Operation::Logic(Logic::Not(_)) => ("非", "not"),
        Operation::Logic(Logic::NotFalse(_)) => ("不为否", "not false"),
        Operation::Logic(Logic::Given(_)) => ("已填", "given"),
        Operation::Among(..) => ("属于", "among"),
        Operation::Choose(_) => ("择一", "choose"),
        Operation::LookUp(..) => ("查表", "look up"),
        Operation::Derived(..) => ("推算", "follows"),
    };
    pick(language, zh, en)
}

/// A line of a waterfall.
pub(super) fn line(kind: LineKind, benefit: &Benefit, language: Language) -> &'static str {
    match kind {
        LineKind::Step(index) => step(benefit.step(index).action.kind(), language),
        LineKind::Rounding => pick(language, "舍入", "rounding"),
        LineKind::Limit(_) => step(StepKind::Limit, language),
    }
}

/// A step, as it is called in Chinese; in English by its key.
fn step(kind: StepKind, language: Language) -> &'static str {
    let (zh, _) = kind.titles();
    pick(language, zh, kind.key())
}

/// Why nothing is due of a benefit, by its code, in words.
pub(super) fn why(code: &str, language: Language) -> &str {
    CAUSES.iter().find(|cause| cause.name() == code).and_then(|cause| cause.title(language)).unwrap_or(code)
}

/// What a place of the pack is called, and its clause.
pub(super) fn place(plan: &Plan, place: Place, language: Language) -> (String, String) {
    let of = |text: &crate::text::Text| text.in_language(language).to_owned();
    let benefit = |index: BenefitIndex, part: &str| {
        let benefit = plan.benefit(index);
        (format!("{} · {part}", of(&benefit.title)), of(&benefit.citation.clause))
    };
    match place {
        Place::Identity(index) => (of(&plan.identity(index).text), String::new()),
        Place::Condition(index) => {
            let condition = plan.condition(index);
            (of(&condition.text), of(&condition.citation.clause))
        }
        Place::When(index) => benefit(index, pick(language, "是否适用", "whether it applies")),
        Place::Gross(index) => benefit(index, pick(language, "给付前金额", "gross amount")),
        Place::Step(index, step) => {
            let step = plan.benefit(index).step(step);
            let (text, (name, clause)) = (of(&step.text), benefit(index, self::step(step.action.kind(), language)));
            let clause = step.clause.as_deref().map_or(clause, of);
            (if text.is_empty() { name } else { format!("{name}{}{text}", pick(language, "：", ": ")) }, clause)
        }
        Place::Rounding(index) => {
            let citation = plan.rounding_citation(plan.benefit(index));
            (benefit(index, pick(language, "舍入", "rounding")).0, of(&citation.clause))
        }
        Place::Limit(index) => {
            let limit = plan.limit(index);
            (of(&limit.title), of(&limit.citation.clause))
        }
        Place::Ledger => (pick(language, "入账", "what is posted").to_owned(), String::new()),
    }
}
