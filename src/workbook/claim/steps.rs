//! Every step, one below the other.

use super::Pen;
use crate::reading::formula::extents::Kind;
use crate::reading::formula::graph::{Node, Operation};
use crate::reading::sheet::{self, MISSING, REACH, StepCells, WORK};
use crate::semantics::Source;
use crate::workbook::grid::{Content, Style};
use crate::workbook::words;

impl Pen<'_> {
    pub(super) fn steps(&mut self, steps: &[StepCells]) {
        let section = self.rows.steps;
        let heads = [
            ('A', self.say("步骤", "step")),
            ('B', self.say("内容", "what it is")),
            ('C', self.say("值（末位为单位的整数）", "value (in whole units of its last place)")),
            ('D', self.say("读作", "reads")),
            ('E', self.say("属于", "belongs to")),
            ('F', self.say("条款", "clause")),
            (WORK[0], self.say("年 / 商", "year / quotient")),
            (WORK[1], self.say("月 / 余", "month / rest")),
            (WORK[2], self.say("日", "day")),
            (REACH, self.say("最大", "reach")),
            (MISSING[0], self.say("缺少的事实", "facts missing, as bits")),
        ];
        self.section(section.title, self.say("每一步", "Every step"), &heads);
        let graph = self.page.formula.graph.nodes();
        for (row, ((node, step), cells)) in (section.first..).zip(graph.zip(steps)) {
            let name = words::operation(&step.operation, self.page.language);
            self.grid.put(row, 'A', Style::Work, format!("{row} {name}"));
            let (what, source) = self.step_words(&step.operation);
            self.grid.put(row, 'B', Style::Work, what);
            let live = |cell: &sheet::Live| Content::Live(cell.clone());
            self.grid.put(row, 'C', Style::Work, live(&cells.value));
            if self.is_in_other_units(node) {
                let (formula, result) = self.readable(node, self.page.values.value(node));
                self.grid.live(row, 'D', Style::Work, formula, result);
            }
            let (place, clause) =
                step.place.map(|place| words::place(self.page.plan, place, self.page.language)).unwrap_or_default();
            self.grid.put(row, 'E', Style::Work, place);
            self.grid.put(row, 'F', Style::Work, source.unwrap_or(clause));
            for (column, cell) in WORK.into_iter().zip(&cells.work) {
                self.grid.put(row, column, Style::Work, live(cell));
            }
            if let Some(reach) = &cells.reach {
                self.grid.put(row, REACH, Style::Work, live(reach));
            }
            for (column, cell) in MISSING.into_iter().zip(&cells.missing) {
                self.grid.put(row, column, Style::Work, live(cell));
            }
        }
        self.grid.groups.push((section.first, section.last(), false));
    }

    /// Whether a reader writes the value in another way than the cell has it.
    fn is_in_other_units(&self, node: Node) -> bool {
        match self.sheet.kind(node) {
            Kind::Date(_) => true,
            Kind::Number(_) => self.sheet.places_of(node) > 0,
            Kind::Truth | Kind::Text => false,
        }
    }

    /// What a step is about, and the clause of its figure.
    pub(super) fn step_words(&self, operation: &Operation) -> (String, Option<String>) {
        let plan = self.page.plan;
        let cite = |source: Source| {
            let origin = match source {
                Source::Figure(figure) => plan.origin_of(figure),
                Source::Table(index) => &plan.table(index).origin,
                Source::Slab(index) => &plan.slab(index).origin,
                Source::Ladder(index) => &plan.ladder(index).origin,
            };
            let title = self.words(&origin.title);
            (if title.is_empty() { origin.name.to_string() } else { title }, Some(self.words(&origin.clause)))
        };
        match operation {
            Operation::Number(_, Some(source)) | Operation::Date(_, Some(source)) => cite(*source),
            Operation::PlusMonths(date, _, Some(source)) => {
                let (title, clause) = cite(*source);
                (format!("{}, {title}", self.cell(*date)), clause)
            }
            Operation::LookUp(_, table) => cite(Source::Table(*table)),
            Operation::Fact(slot) | Operation::Derived(_, slot) => (self.words(&plan.fact(*slot).title), None),
            Operation::Prior(index) => {
                let entry = &plan.entry(self.page.formula.priors[*index].entry).entry;
                (self.entry_words(&entry.name, entry.measure), None)
            }
            Operation::Round(_, rounding) => {
                let mode = rounding.mode.title();
                (format!("{} · {}", rounding.to.normalize(), self.words(&mode)), None)
            }
            Operation::Among(_, values) => (values.listed().join(", "), None),
            other => {
                let cells: Vec<String> = other.arguments().iter().map(|node| self.cell(*node)).collect();
                (cells.join(", "), None)
            }
        }
    }
}
