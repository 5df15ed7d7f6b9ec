//! The outcome of a claim, with all reasons, and whether the sheet can tell it.

use super::{Pen, WRONG, reached};
use crate::reading::formula::graph::Node;
use crate::reading::sheet::{self, MISSING, MOST, MOST_UNITS, REACH, StepCells, power_of_ten, quoted, word_of};
use crate::semantics::outcome::{DECISIONS, Ground, OTHERWISE, Part};
use crate::workbook::grid::{Ink, Style};
use crate::workbook::rows::{DECISION, EXACT, PAYABLE, READABLE, REASONS};
use crate::workbook::words::{self, BEYOND, UNREADABLE};

impl Pen<'_> {
    pub(super) fn outcome(&mut self, steps: &[StepCells]) {
        let outcome = self.page.formula.outcome;
        let language = self.page.language;
        let decided = DECISIONS.iter().rev().fold(quoted(OTHERWISE.name()), |otherwise, (ground, decision)| {
            format!("IF({},{},{otherwise})", self.ground(*ground), quoted(decision.name()))
        });
        let code = format!(
            "IF($C${READABLE}>0,{},IF($C${EXACT}>={MOST_UNITS},{},{decided}))",
            quoted(UNREADABLE),
            quoted(BEYOND)
        );
        let payable = self.cell(outcome.payable);
        self.grid.put(DECISION, 'A', Style::Label, self.say("审核结果", "Decision"));
        let outcomes = words::outcomes(language);
        let words = outcomes.iter().rev().fold("\"\"".to_owned(), |rest, (code, word)| {
            format!("IF($C${DECISION}={},{},{rest})", quoted(code), quoted(word))
        });
        let word = outcomes.iter().find(|(code, _)| *code == self.outcome).map_or("", |(_, word)| word);
        self.grid.live(DECISION, 'B', Style::Strong, words, word);
        self.grid.live(DECISION, 'C', Style::Strong, code, self.outcome);

        self.grid.put(PAYABLE, 'A', Style::Label, self.say("应付（元）", "Payable (yuan)"));
        let places = self.sheet.places_of(outcome.payable);
        let amount = format!(
            "IF(OR($C${DECISION}={},$C${DECISION}={}),\"\",IF($C${DECISION}=\"paid\",{payable}/{},0))",
            quoted(UNREADABLE),
            quoted(BEYOND),
            power_of_ten(places)
        );
        let paid = self.page.conclusion.payable.normalize();
        let paid = if self.is_calculated() { paid.to_string() } else { String::new() };
        self.grid.live(PAYABLE, 'C', Style::StrongAmount, amount, paid);

        self.grid.put(REASONS, 'A', Style::Label, self.say("理由", "Reasons"));
        let [(codes, code_texts), (words, word_texts)] = self.chain.clone();
        self.grid.live(REASONS, 'B', Style::Text, format!("{words}&\"\""), word_texts);
        self.grid.live(REASONS, 'C', Style::Faint, format!("{codes}&\"\""), code_texts);

        self.readable_inputs();
        self.exactness(steps);
        let needed = self.page.formula.asked(self.page.values);
        for (word, column) in MISSING.into_iter().enumerate().take(self.sheet.words()) {
            let (always, if_sound): (Vec<Part>, Vec<Part>) =
                Part::ALL.into_iter().partition(|part| part.is_asked_of_unsound());
            let [always, if_sound] = [always, if_sound].map(|parts| {
                let nodes: Vec<Node> = parts.into_iter().map(|part| outcome.node(part)).collect();
                self.sheet.missing_of(&nodes, word)
            });
            let formula = format!("_xlfn.BITOR({always},IF({},0,{if_sound}))", self.ground(Ground::Unsound));
            self.grid.live(DECISION, column, Style::Work, formula, word_of(needed, word));
        }
        let inks = [("paid", Ink::Good), ("nothing-due", Ink::Doubt), ("denied", Ink::Bad), ("pended", Ink::Doubt)];
        for (code, ink) in inks.into_iter().chain([(UNREADABLE, Ink::Bad), (BEYOND, Ink::Bad)]) {
            self.grid.signal((DECISION, 'B'), (DECISION, 'C'), format!("=$C${DECISION}={}", quoted(code)), ink);
        }
        self.grid.named.push(("decision".to_owned(), DECISION, 'C'));
        self.grid.named.push(("payable".to_owned(), PAYABLE, 'C'));
        self.grid.named.push(("reasons".to_owned(), REASONS, 'C'));
        self.grid.last_printed = Some((self.rows.identities.title.saturating_sub(2), 'F'));
    }

    /// A formula that holds where a ground does.
    pub(super) fn ground(&self, ground: Ground) -> String {
        let outcome = &self.page.formula.outcome;
        match ground {
            Ground::Unsound => self.is_false(outcome.sound),
            Ground::Ineligible => self.is_false(outcome.eligible),
            Ground::Uncleared => self.is_false(outcome.cleared),
            Ground::Unknown => {
                let is_open = |part: Part| format!("{}=\"\"", self.cell(outcome.node(part)));
                format!("OR({})", Part::ALL.map(is_open).join(","))
            }
            Ground::Payable => format!("{}>0", self.cell(outcome.payable)),
        }
    }

    pub(super) fn readable_inputs(&mut self) {
        self.grid.put(READABLE, 'A', Style::Label, self.say("输入", "Inputs"));
        let facts = self.rows.facts.column(WRONG);
        let priors = if self.rows.priors.count > 0 {
            format!("+SUM({})", self.rows.priors.column(WRONG))
        } else {
            String::new()
        };
        let formula = format!("SUM({facts}){priors}+SUM({})", self.page.figures.wrong);
        self.grid.live(READABLE, 'C', Style::Plain, formula, 0);
        let (good, bad) = (
            self.say("都读得出", "all can be read"),
            self.say(
                "右边数目的输入读不出，见红色格",
                "so many inputs cannot be read: see the red cells here and on the plan's sheet",
            ),
        );
        let words = format!("IF($C${READABLE}=0,{},{})", quoted(good), quoted(bad));
        self.grid.live(READABLE, 'B', Style::Text, words, good);
        self.grid.signal((READABLE, 'B'), (READABLE, 'C'), format!("=$C${READABLE}>0"), Ink::Bad);
    }

    pub(super) fn exactness(&mut self, steps: &[StepCells]) {
        self.grid.put(EXACT, 'A', Style::Label, self.say("精确", "Exactness"));
        let (values, reach) = (self.rows.steps.column(sheet::VALUE), self.rows.steps.column(REACH));
        let formula = format!("MAX(MAX({values}),-MIN({values}),MAX({reach}))");
        self.grid.live(EXACT, 'C', Style::Plain, formula, reached(steps));
        let (good, bad) = (
            self.say(
                "各步的整数都小于 10^15，电子表格能精确表示",
                "every step is a whole number below 10^15, which a spreadsheet holds exactly",
            ),
            self.say(
                "有整数达到 10^15，电子表格不能保证精确，不予计算",
                "a step reaches 10^15, which a spreadsheet does not hold exactly: nothing is worked out",
            ),
        );
        let words = format!("IF($C${EXACT}<{MOST_UNITS},{},{})", quoted(good), quoted(bad));
        let is_exact = reached(steps) < MOST;
        self.grid.live(EXACT, 'B', Style::Text, words, if is_exact { good } else { bad });
        self.grid.signal((EXACT, 'B'), (EXACT, 'C'), format!("=$C${EXACT}>={MOST_UNITS}"), Ink::Bad);
    }
}
