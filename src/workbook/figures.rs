//! The sheet of a plan: its figures, tables and bands, each with clause and provenance.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::grid::{Choice, Content, Grid, Ink, Style};
use super::words::{self, pick};
use crate::plan::{AnyFigure, Edge, Origin, Plan, Provenance, Rows};
use crate::reading::formula::Formula;
use crate::reading::formula::graph::Operation;
use crate::reading::sheet::{LEAST_PLACES, PackPlaces, TablePlace, of_date, power_of_ten};
use crate::semantics::Source;
use crate::text::Language;

/// The figures of a plan on their sheet, and where each stands.
pub(super) struct Figures {
    pub(super) grid: Grid,
    pub(super) places: PackPlaces,
    /// The cells that are 1 where a value cannot be read.
    pub(super) wrong: String,
    /// What the formulas refer to.
    used: BTreeSet<(Source, Decimal)>,
    used_dates: BTreeSet<Source>,
    language: Language,
    row: usize,
}

const FIRST: usize = 6;

impl Figures {
    pub(super) fn of(plan: &Plan, formula: &Formula, name: String, language: Language) -> Figures {
        let grid = Grid::new(name);
        let (mut used, mut used_dates) = (BTreeSet::new(), BTreeSet::new());
        for step in formula.graph.steps() {
            match &step.operation {
                Operation::Number(number, Some(source)) => used.extend([(*source, number.normalize())]),
                Operation::PlusMonths(_, months, Some(source)) => used.extend([(*source, (*months).into())]),
                Operation::Date(_, Some(source)) => used_dates.extend([*source]),
                _other => {}
            }
        }
        let places = PackPlaces::default();
        let mut figures = Figures { grid, places, wrong: String::new(), used, used_dates, language, row: FIRST };
        figures.head(plan);
        figures.figures(plan);
        figures.tables(plan);
        figures.bands(plan);
        figures.end();
        figures
    }

    fn head(&mut self, plan: &Plan) {
        let language = self.language;
        self.grid.widths = vec![('A', 24), ('B', 46), ('C', 18), ('D', 14), ('E', 12), ('F', 60), ('G', 6)];
        self.grid.is_figures = true;
        self.grid.frozen = 5;
        self.grid.put(1, 'A', Style::Title, plan.title().in_language(language));
        let (id, version, fingerprint) = (plan.id(), plan.version(), plan.fingerprint());
        self.grid.put(2, 'A', Style::Faint, format!("{id} · {version} · SHA-256 {fingerprint}"));
        let note = pick(
            language,
            "各申请的公式引用本页数字。改动黄色格，应付随之改变。橙色为推定，原文未载。无黄色底的数字不进入公式。",
            "The formulas of the claims refer to these cells. Change a yellow one, and the payouts change. Orange: assumed, no source states it. \
             What is not yellow is in no formula.",
        );
        self.grid.put(3, 'A', Style::Faint, note);
        let heads = [
            ('A', pick(language, "名称", "name")),
            ('B', pick(language, "标题", "title")),
            ('C', pick(language, "值", "value")),
            ('D', pick(language, "单位", "unit")),
            ('E', pick(language, "出处", "provenance")),
            ('F', pick(language, "条款", "clause")),
            ('G', "✗"),
        ];
        self.grid.texts(5, Style::Head, &heads);
    }

    fn figures(&mut self, plan: &Plan) {
        for any in &plan.figures.in_order {
            let source = Source::Figure(*any);
            match any {
                AnyFigure::Number(index) => {
                    let figure = plan.number_figure(*index);
                    let row = self.cited(&figure.origin, figure.unit);
                    let least = if matches!(figure.unit, Some("days" | "months")) { 0 } else { LEAST_PLACES };
                    self.number(row, source, figure.value, least);
                    if figure.unit.is_some_and(|unit| unit.starts_with("yuan")) {
                        self.restyle(row, Style::InputAmount, Style::Amount);
                    } else if figure.unit.is_none() && is_rate(figure.value) {
                        self.as_percentage(row);
                    }
                }
                AnyFigure::Date(index) => {
                    let figure = plan.date_figure(*index);
                    let row = self.cited(&figure.origin, figure.unit);
                    self.date(row, source, figure.value);
                }
            }
        }
    }

    fn tables(&mut self, plan: &Plan) {
        for (index, table) in plan.tables.indexed() {
            let source = Source::Table(index);
            self.titled(&table.origin);
            let fact = plan.fact(table.by);
            let by = fact.title.in_language(self.language);
            let first = self.row;
            let values = table.rows.values();
            let places = values.iter().chain(&table.otherwise).map(|value| value.normalize().scale()).max();
            let places = places.unwrap_or_default().max(LEAST_PLACES);
            let are_rates =
                values.iter().any(|value| is_rate(*value)) && values.iter().all(|value| *value <= Decimal::ONE);
            match &table.rows {
                Rows::Numbers(rows) => {
                    for (key, value) in rows {
                        self.keyed(by.to_owned(), Content::Number(*key), *value, places);
                    }
                }
                Rows::Categories(rows) => {
                    for (key, value) in rows {
                        let symbol = fact.symbols.iter().find(|symbol| symbol.name == *key);
                        let title = symbol.map_or("", |symbol| symbol.title.in_language(self.language));
                        self.keyed(format!("{by}: {title}"), Content::Text(key.to_string()), *value, places);
                    }
                }
                Rows::YesNo { yes, no } => {
                    for (truth, value) in [(true, yes), (false, no)] {
                        let row = self.next();
                        self.grid.put(row, 'A', Style::Code, words::yes(truth, self.language));
                        self.grid.put(row, 'B', Style::Text, by);
                        self.number(row, source, *value, places);
                    }
                }
            }
            let last = self.row.saturating_sub(1);
            if are_rates {
                (first..=last).for_each(|row| self.as_percentage(row));
            }
            let otherwise = table.otherwise.map(|otherwise| {
                let row = self.next();
                self.grid.put(row, 'A', Style::Code, pick(self.language, "其他", "otherwise"));
                self.number(row, source, otherwise, places);
                if are_rates {
                    self.as_percentage(row);
                }
                self.grid.address(row, 'C')
            });
            let range = |column| format!("{}:${column}${last}", self.grid.address(first, column));
            let (keys, values) = (range('A'), range('C'));
            self.places.tables.insert(index, TablePlace { keys, values, otherwise, places });
        }
    }

    /// A row of a table, which the look-ups find by its key.
    fn keyed(&mut self, title: String, key: Content, value: Decimal, places: u32) {
        let row = self.next();
        self.grid.put(row, 'A', Style::Plain, key);
        self.grid.put(row, 'B', Style::Text, title);
        self.grid.put(row, 'C', Style::Input, value);
        self.check_number(row, places);
    }

    fn bands(&mut self, plan: &Plan) {
        let language = self.language;
        let up_to = pick(language, "至", "up to");
        for (index, slab) in plan.slabs.indexed() {
            let source = Source::Slab(index);
            self.titled(&slab.origin);
            let edge_is = match slab.edge {
                Edge::UpTo => up_to,
                Edge::Below => pick(language, "低于", "below"),
            };
            for (count, (edge, value)) in (1..).zip(&slab.bands) {
                self.part(source, count, edge_is, *edge);
                self.part(source, count, pick(language, "值", "value"), *value);
            }
            let above = slab.bands.len().saturating_add(1);
            self.part(source, above, pick(language, "以上的值", "value above"), slab.above);
        }
        for (index, ladder) in plan.ladders.indexed() {
            let source = Source::Ladder(index);
            self.titled(&ladder.origin);
            for (count, rung) in (1..).zip(&ladder.rungs) {
                self.part(source, count, pick(language, "超过", "above"), rung.from);
                if let Some(edge) = rung.up_to {
                    self.part(source, count, up_to, edge);
                }
                self.part(source, count, pick(language, "比例", "rate"), rung.pays);
                self.as_percentage(self.row.saturating_sub(1));
                if let Some(most) = rung.at_most {
                    self.part(source, count, pick(language, "至多", "at most"), most);
                }
            }
        }
    }

    fn part(&mut self, source: Source, count: usize, what: &str, number: Decimal) {
        let row = self.next();
        let band = match self.language {
            Language::Zh => format!("第{count}段"),
            Language::En => format!("band {count}"),
        };
        self.grid.put(row, 'A', Style::Code, band);
        self.grid.put(row, 'B', Style::Text, what);
        self.number(row, source, number, LEAST_PLACES);
    }

    fn as_percentage(&mut self, row: usize) {
        self.restyle(row, Style::InputPercent, Style::Percent);
    }

    /// Another look for a value: one for what formulas refer to, one for what they do not.
    fn restyle(&mut self, row: usize, input: Style, plain: Style) {
        if let Some(cell) = self.grid.cells.get_mut(&(row, 'C')) {
            cell.style = if cell.style == Style::Input { input } else { plain };
        }
    }

    fn next(&mut self) -> usize {
        let row = self.row;
        self.row = row.saturating_add(1);
        row
    }

    /// The name of a table or of bands.
    fn titled(&mut self, origin: &Origin) {
        self.next();
        let row = self.cited(origin, None);
        for column in ['A', 'B'] {
            if let Some(cell) = self.grid.cells.get_mut(&(row, column)) {
                cell.style = Style::BenefitText;
            }
        }
    }

    fn cited(&mut self, origin: &Origin, unit: Option<&str>) -> usize {
        let (row, language) = (self.next(), self.language);
        let provenance = words::provenance(origin.provenance, language);
        let sure = if origin.provenance == Provenance::Assumed { Style::Assumed } else { Style::Text };
        self.grid.put(row, 'A', Style::Code, &*origin.name);
        self.grid.put(row, 'B', Style::Text, origin.title.in_language(language));
        self.grid.put(row, 'D', Style::Code, words::unit(unit, language));
        self.grid.put(row, 'E', sure, provenance);
        self.grid.put(row, 'F', Style::Clause, origin.clause.in_language(language));
        row
    }

    /// A number that formulas may refer to. Equal numbers of one source are one: the second follows the first.
    fn number(&mut self, row: usize, source: Source, number: Decimal, least_places: u32) {
        let number = number.normalize();
        let key = (source, number);
        let places = number.scale().max(least_places);
        if let Some((first, _)) = self.places.numbers.get(&key) {
            let formula = first.clone();
            self.grid.live(row, 'C', Style::Plain, formula, number);
            return;
        }
        self.places.numbers.insert(key, (self.grid.address(row, 'C'), places));
        let is_used = self.used.contains(&key);
        let style = if is_used { Style::Input } else { Style::Plain };
        self.grid.put(row, 'C', style, number);
        if is_used {
            self.grid.choices.push((row, 'C', Choice::Between { min: Decimal::from(-MOST), max: Decimal::from(MOST) }));
            self.check_number(row, places);
        }
    }

    fn date(&mut self, row: usize, source: Source, date: NaiveDate) {
        self.places.dates.insert((source, date), self.grid.address(row, 'C'));
        if self.used_dates.contains(&source) {
            self.grid.put(row, 'C', Style::InputDate, Content::Date(date));
            let formula = format!("IF(ISNUMBER({}),0,1)", of_date(&format!("C{row}")));
            self.grid.live(row, 'G', Style::Work, formula, 0);
        } else {
            self.grid.put(row, 'C', Style::Plain, date.to_string());
        }
    }

    fn check_number(&mut self, row: usize, places: u32) {
        let scale = power_of_ten(places);
        let formula = format!("IF(ISNUMBER(C{row}),IF(ROUND(C{row}*{scale},0)/{scale}=C{row},0,1),1)");
        self.grid.live(row, 'G', Style::Work, formula, 0);
    }

    fn end(&mut self) {
        let last = self.row;
        self.wrong = format!("{}:$G${last}", self.grid.address(FIRST, 'G'));
        self.grid.signal((FIRST, 'A'), (last, 'G'), format!("=$G{FIRST}=1"), Ink::Bad);
        self.grid.last_printed = Some((last, 'F'));
    }
}

/// A number without a unit that is no whole one is a rate.
fn is_rate(number: Decimal) -> bool {
    !number.is_integer()
}

/// More than any figure.
const MOST: i64 = 1_000_000_000_000_000;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Catalog;

    #[test]
    fn a_rate_is_shown_as_a_percentage_and_a_count_as_a_number() -> Result<(), Box<dyn std::error::Error>> {
        let catalog = Catalog::load("rules".as_ref())?;
        let styles = |id: &str, name: &str, below: usize| {
            let plan = catalog.versions(id).last()?;
            let grid = Figures::of(plan, &Formula::of(plan), "figures".to_owned(), Language::Zh).grid;
            let is_named =
                |cell: &super::super::grid::Cell| matches!(&cell.content, Content::Text(text) if text == name);
            let (row, _) = grid.cells.iter().find(|((_, column), cell)| *column == 'A' && is_named(cell))?.0;
            grid.cells.get(&(row.saturating_add(below), 'C')).map(|cell| cell.style)
        };
        assert_eq!(styles("guangdong-second-medical", "first_claim_rate", 0), Some(Style::InputPercent));
        assert_eq!(styles("henan-accident", "disability_ratio", 1), Some(Style::InputPercent));
        assert_eq!(styles("ningbo-hospital", "active_ladder", 3), Some(Style::InputPercent));
        assert_eq!(styles("henan-accident", "max_age", 0), Some(Style::Input));
        Ok(())
    }
}
