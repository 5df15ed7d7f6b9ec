//! An answer in words, line by line.

use super::answer::{Answer, Drawn, Enrolled, PayerLine, Reasons};
use super::rules::measured;
use crate::adjudicate::Reason;
use crate::facts;
use crate::money;
use crate::plan::{Draws, Of, Part, Payer, Per, Plan};
use crate::text::{Language, Text, say};

impl Answer {
    /// The answer in words of one language, line by line, each with its clause.
    #[must_use]
    pub fn explain(&self, language: Language) -> String {
        let lines = match self {
            Answer::Enrolled(enrolled) => enrolled.words(),
            Answer::Refused(reasons) => reasons.words(say!("不予受理", "refused")),
            Answer::Pended(reasons) => reasons.words(say!("暂缓", "pended")),
        };
        let assumed: Vec<&Text> = self.assumed().map(|assumed| &assumed.title).collect();
        let all =
            |of: fn(&Text) -> &str, joint: &str| assumed.iter().map(|text| of(text)).collect::<Vec<_>>().join(joint);
        let (zh, en) = (all(|text| &text.zh, "、"), all(|text| &text.en, "; "));
        let assumed = (!assumed.is_empty()).then(|| say!("推定：{zh}", "assumed: {en}"));
        let lines = lines.into_iter().chain(assumed);
        lines.map(|line| line.in_language(language).to_owned() + "\n").collect()
    }
}

impl Reasons {
    fn words(&self, decision: Text) -> Vec<Text> {
        let (id, plan) = (&self.application, &self.plan.id);
        let head = say!("参保申请 `{id}`（{plan}）：{decision}", "application `{id}` ({plan}): {decision}"; decision);
        [head].into_iter().chain(self.list.iter().map(reason_line)).collect()
    }
}

fn reason_line(Reason { code, text, clause, .. }: &Reason) -> Text {
    let line = say!("  `{code}`：{text}", "  `{code}`: {text}"; text);
    cited(line, clause.as_ref())
}

fn cited(line: Text, clause: Option<&Text>) -> Text {
    match clause {
        Some(clause) => say!("{line}（{clause}）", "{line} ({clause})"; line, clause),
        None => line,
    }
}

impl Enrolled {
    fn words(&self) -> Vec<Text> {
        let (id, plan, shares) = (self.enrollment.id(), &self.plan.id, self.shares.normalize());
        let mut lines = vec![say!("参保申请 `{id}`（{plan}）：已受理", "application `{id}` ({plan}): enrolled")];
        let days = self.enrollment.fact(facts::COVERAGE_START).zip(self.enrollment.fact(facts::COVERAGE_END));
        if let Some((first, last)) = days {
            let line = say!("  保障期 {first} 至 {last}", "  covered from {first} to {last}");
            lines.push(cited(line, self.period.as_deref()));
        }
        if !self.void_shares.is_zero() {
            let void = self.void_shares.normalize();
            lines.push(say!("  计入 {shares} 份，另有 {void} 份无效", "  {shares} shares count, {void} more are void"));
        }
        lines.extend(self.waived().map(|title| say!("  续保，免{title}", "  a renewal: no {title}"; title)));
        if let Some(price) = self.price {
            let (price, total) = (money::print(price), money::print(self.total));
            lines.push(say!(
                "  {shares} 份，每份 {price} 元，共 {total} 元",
                "  {shares} shares at {price} yuan: {total} yuan"
            ));
        }
        lines.extend(self.payers.iter().map(payer_line));
        lines
    }
}

fn payer_line(line: &PayerLine) -> Text {
    let PayerLine { title, reason, clause, pays, leaves, drawn, .. } = line;
    let (pays, leaves, title) = (money::print(*pays), money::print(*leaves), Text::clone(title));
    let from = match drawn {
        Some(Drawn { title, left, unit, .. }) => {
            let (left, title) = (measured(*left, *unit), &**title);
            say!("；{title}尚余{left}", "; left of {title}: {left}"; left, title)
        }
        None => Text::default(),
    };
    let words = say!(
        "    {title} {pays} 元，余 {leaves} 元：{reason}{from}",
        "    {title} {pays} yuan, leaves {leaves}: {reason}{from}"; title, reason, from
    );
    cited(words, Some(clause))
}

/// What a payer pays by its rule.
pub(super) fn reason_of(plan: &Plan, payer: &Payer, short: bool) -> Text {
    let per = |per: Per| match per {
        Per::Share => say!("每份", "a share"),
        Per::Person => say!("每人", "a person"),
    };
    let rule = match &payer.part {
        Part::Rest => say!("其余部分", "the rest"),
        Part::Shares(_) | Part::Gifted => say!("整份承担", "whole shares"),
        Part::Amount(amount, counts) => {
            let (amount, per) = (&*amount.wording, per(*counts));
            say!("{per}{amount}", "{amount} {per}"; amount, per)
        }
        Part::Rate(rate, Of::Price) => {
            let rate = &*rate.wording;
            say!("会费 × {rate}", "the price × {rate}"; rate)
        }
        Part::Rate(rate, Of::Rest) => {
            let rate = &*rate.wording;
            say!("余下 × {rate}", "what is left × {rate}"; rate)
        }
    };
    let rule = match &payer.at_most {
        None => rule,
        Some((most, counts)) => {
            let (most, per) = (&*most.wording, per(*counts));
            say!("{rule}，{per}不超过{most}", "{rule}, at most {most} {per}"; rule, most, per)
        }
    };
    match payer.draws {
        Some(Draws { pool, .. }) if short => {
            let title = &*plan.pool(pool).title;
            say!("{rule}；{title}不足", "{rule}; there is not enough of {title}"; rule, title)
        }
        Some(_) | None => rule,
    }
}

/// Why a payer pays nothing for this applicant.
pub(super) fn why_nothing(plan: &Plan, payer: &Payer) -> Text {
    let mut needs = Vec::new();
    if let Some(when) = &payer.when {
        needs.push(Text::clone(&when.wording));
    }
    if let Some(Draws { pool, .. }) = payer.draws {
        let pool = plan.pool(pool);
        let from = pool.from;
        needs.push(match pool.until {
            Some(until) => say!("{from} 至 {until} 申请", "applied for from {from} to {until}"),
            None => say!("{from} 起申请", "applied for from {from} on"),
        });
    }
    let joined = |of: fn(&Text) -> &str, joint: &str| needs.iter().map(of).collect::<Vec<_>>().join(joint);
    let (zh, en) = (joined(|text| &text.zh, "，且"), joined(|text| &text.en, " and "));
    say!("不适用：须{zh}", "does not apply unless {en}")
}
