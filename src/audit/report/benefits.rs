//! How what is due comes about, folded below a difference.

use super::Report;
use super::table::{Cell, Table};
use crate::audit::difference::Difference;
use crate::explain::{BenefitExplanation, Explanation};
use crate::foreign::in_markup;
use crate::money;

impl Report<'_> {
    /// The explanation of benefits of a line; a fold that opens on a touch, and by itself in print.
    pub(super) fn due_in_words(&self, line: &Difference) -> Option<String> {
        let is_of_this = line.recomputed.is_some() || !line.is_known();
        let decided = self.summary.gravest.get(&line.claim).filter(|_| is_of_this)?;
        let Explanation { benefits, reasons, plan, payable, .. } = decided.explain(self.language);
        let known = self.summary.plans.iter().find(|total| total.plan == plan);
        let plan = known.map_or_else(|| format!("{} {}", plan.id, plan.version), |total| self.plan_in_words(total));
        let reasons = reasons.iter().map(|reason| {
            let lines = [&reason.text].into_iter().chain(&reason.found).map(|line| in_markup(line));
            format!("<p>{}</p>", lines.collect::<Vec<_>>().join("<br>"))
        });
        let reasons = reasons.collect::<Vec<_>>().concat();
        let benefits: String = benefits.iter().map(|benefit| self.benefit(benefit)).collect();
        let (plan, payable) = (in_markup(&plan), money::grouped(&payable));
        if !line.is_known() {
            let heading = self.pick("应付为何未定", "Why it is not known what is due");
            return Some(format!(
                "<details><summary>{heading}</summary><p class=\"faint\">{plan}</p>{reasons}</details>"
            ));
        }
        let heading = self.pick("应付金额如何得出", "How what is due comes about");
        let (due, unit) = (self.pick("应付合计", "Payable in all:"), self.pick("元", "yuan"));
        Some(format!(
            "<details><summary>{heading}</summary><p class=\"faint\">{plan}</p>{reasons}{benefits}<p><strong>{due} {payable} {unit}</strong></p></details>"
        ))
    }

    fn benefit(&self, benefit: &BenefitExplanation) -> String {
        let columns =
            [(benefit.title.as_str(), false), (self.pick("扣除", "Takes"), true), (self.pick("余下", "Leaves"), true)];
        let mut table = Table::of(&columns).narrow();
        let mut step = |reason: &str, takes: &str, leaves: &str, clause: &str| {
            let words = format!("{} <span class=\"faint\">{}</span>", in_markup(reason), in_markup(clause));
            let numbers = [takes, leaves].map(|amount| Cell::Number(money::grouped(amount)));
            table.row("", [Cell::Markup(words)].into_iter().chain(numbers).collect());
        };
        let with = |reason: &str, working: &Option<String>| match working {
            Some(working) => format!("{reason}{}{working}", self.pick("：", ": ")),
            None => reason.to_owned(),
        };
        step(&with(&benefit.basis, &benefit.formula), "", &benefit.gross, &benefit.clause);
        for line in &benefit.steps {
            step(&with(&line.reason, &line.working), &line.takes, &line.leaves, &line.clause);
        }
        table.into_html()
    }
}
