//! What is asked of a claim: that facts agree, and that conditions are met.

use super::Pen;
use crate::plan::Otherwise;
use crate::reading::formula::graph::Node;
use crate::reading::sheet::quoted;
use crate::semantics::outcome::ReasonKind;
use crate::workbook::grid::{Ink, Style};
use crate::workbook::words;

impl Pen<'_> {
    pub(super) fn identities(&mut self) {
        let section = self.rows.identities;
        let heads = [
            ('A', self.say("勾稽", "identity")),
            ('B', self.say("内容", "what must agree")),
            ('C', self.say("结果", "result")),
        ];
        self.section(section.title, self.say("事实之间的勾稽", "How the facts must agree"), &heads);
        let words = [self.say("相符", "agrees"), self.say("矛盾", "contradicts"), self.say("未知", "not known")];
        for (row, (index, holds)) in (section.first..).zip(self.page.formula.identities.clone()) {
            let identity = self.page.plan.identity(index);
            self.grid.put(row, 'A', Style::Code, identity.id);
            self.grid.put(row, 'B', Style::Text, identity.text.in_language(self.page.language));
            let (formula, result) = self.in_words(holds, words);
            self.grid.live(row, 'C', Style::Plain, formula, result);
            let counts = self.gives(ReasonKind::Contradiction) && self.page.values.truth(holds) == Some(false);
            let broken = format!("AND({},{})", Pen::has(ReasonKind::Contradiction), self.is_false(holds));
            self.reason(row, &broken, counts, identity.id, &self.words(&identity.broken));
        }
        let (first, last) = ((section.first, 'A'), (section.last(), 'C'));
        if section.count > 0 {
            self.grid.signal(first, last, format!("=$C{}={}", section.first, quoted(words[1])), Ink::Bad);
            let is_sound = self.page.values.truth(self.page.formula.outcome.sound) != Some(false);
            self.grid.groups.push((section.first, section.last(), is_sound));
        }
    }

    /// A formula that holds where a step is known to be false.
    pub(super) fn is_false(&self, truth: Node) -> String {
        let cell = self.cell(truth);
        format!("IF({cell}=\"\",FALSE,NOT({cell}))")
    }

    pub(super) fn conditions(&mut self) {
        let section = self.rows.conditions;
        let heads = [
            ('A', self.say("条件", "condition")),
            ('B', self.say("要求", "what is required")),
            ('C', self.say("结果", "result")),
            ('D', self.say("不满足则", "otherwise")),
            ('E', self.say("出处", "provenance")),
            ('F', self.say("条款", "clause")),
        ];
        self.section(section.title, self.say("条件", "Conditions"), &heads);
        let words = [self.say("满足", "met"), self.say("不满足", "not met"), self.say("未知", "not known")];
        for (row, (index, met)) in (section.first..).zip(self.page.formula.conditions.clone()) {
            let condition = self.page.plan.condition(index);
            self.grid.put(row, 'A', Style::Code, &*condition.id);
            self.grid.put(row, 'B', Style::Text, condition.text.in_language(self.page.language));
            let (formula, result) = self.in_words(met, words);
            self.grid.live(row, 'C', Style::Plain, formula, result);
            let otherwise = match condition.otherwise {
                Otherwise::Deny => self.say("不予给付", "denied"),
                Otherwise::Pend => self.say("暂缓", "pended"),
            };
            self.grid.put(row, 'D', Style::Plain, otherwise);
            let provenance = words::provenance(condition.citation.provenance, self.page.language);
            let is_assumed = condition.citation.provenance == crate::plan::Provenance::Assumed;
            self.grid.put(row, 'E', if is_assumed { Style::Assumed } else { Style::Mark }, provenance);
            self.grid.put(row, 'F', Style::Clause, condition.citation.clause.in_language(self.page.language));
            let counts = self.gives(ReasonKind::Unmet) && self.page.values.truth(met) == Some(false);
            let unmet = format!("AND({},{})", Pen::has(ReasonKind::Unmet), self.is_false(met));
            let what = self.words(&condition.text);
            self.reason(row, &unmet, counts, &condition.id, &what);
        }
        if section.count > 0 {
            let (first, last) = ((section.first, 'C'), (section.last(), 'C'));
            for (word, ink) in words.into_iter().zip([Ink::Good, Ink::Bad, Ink::Doubt]) {
                self.grid.signal(first, last, format!("=$C{}={}", section.first, quoted(word)), ink);
            }
        }
    }
}
