//! The formulas of the operations.

use super::lacks::{Lacks, Test, is_yes_or_no};
use super::result::{FIRST_SERIAL, LAST_SERIAL, power_of_ten, serial};
use super::{Sheet, TablePlace, VALUE, WORK};
use crate::fact;
use crate::plan::Rows;
use crate::plan::expression::{Comparison, PriorIndex, Slot, TableIndex};
use crate::reading::absence::{Lack, Spread, Ternary};
use crate::reading::formula::extents::Kind;
use crate::reading::formula::graph::{Logic, Node, Operation};
use crate::rounding::{Mode, Rounding};

/// Serial numbers up to here are other days in other programs: there was no 29 February 1900.
const FIRST_SAFE_SERIAL: u32 = 61;
/// Two thousand years: the calendar repeats itself, and every program knows the later ones.
const TWO_THOUSAND_YEARS: u32 = 730_485;

impl Sheet<'_> {
    /// The formula of an operation: the one place that knows how a spreadsheet does it.
    pub(super) fn formula_of(&self, node: Node, operation: &Operation) -> String {
        let value = |node: &Node| self.value(*node);
        let worth = match operation {
            Operation::Number(number, source) => {
                return match source.and_then(|source| self.pack.numbers.get(&(source, *number))) {
                    Some((cell, places)) => in_units(cell, *places),
                    None => number.normalize().mantissa().to_string(),
                };
            }
            Operation::Date(date, source) => {
                return match source.and_then(|source| self.pack.dates.get(&(source, *date))) {
                    Some(cell) => of_date(cell),
                    None => serial(*date).to_string(),
                };
            }
            Operation::Truth(truth) => return if *truth { "TRUE" } else { "FALSE" }.to_owned(),
            Operation::Fact(slot) => return self.fact(*slot),
            Operation::Prior(index) => {
                let [amount, _] = self.prior_cells(*index);
                return in_units(amount, self.places_of(node));
            }
            Operation::Logic(logic) => return self.logic(node, logic),
            Operation::Choose([condition, then, otherwise]) => {
                let places = self.places_of(node);
                let (then, otherwise) = (self.known_at(*then, places), self.known_at(*otherwise, places));
                let [yes, no] = is_yes_or_no(&value(condition));
                return format!("IF({yes},{then},IF({no},{otherwise},\"\"))");
            }
            Operation::LookUp(key, table) => return self.look_up(*key, *table),
            Operation::Derived(follows, _) => return value(follows),
            Operation::Add(sides) => self.of_both(sides, |left, right| format!("{left}+{right}")),
            Operation::Subtract(sides) => self.of_both(sides, |left, right| format!("{left}-{right}")),
            Operation::Times([left, right]) => format!("{}*{}", value(left), value(right)),
            Operation::Least(sides) => self.of_both(sides, |left, right| format!("MIN({left},{right})")),
            Operation::Greatest(sides) => self.of_both(sides, |left, right| format!("MAX({left},{right})")),
            Operation::Round(number, rounding) => self.rounded(node, *number, *rounding),
            Operation::DaysBetween([from, to]) => format!("{}-{}", value(to), value(from)),
            Operation::MonthsBetween([from, to]) => self.months(*from, *to),
            Operation::YearsBetween([from, to]) => self.years(*from, *to),
            Operation::PlusDays([date, days]) => self.plus_days(*date, *days),
            Operation::PlusMonths(date, months, source) => {
                let (date, last) = (value(date), LAST_SERIAL);
                let stated = source.and_then(|source| self.pack.numbers.get(&(source, (*months).into())));
                let months = stated.map_or_else(|| months.to_string(), |(cell, _)| in_units(cell, 0));
                let later = format!(
                    "IF({date}<{FIRST_SAFE_SERIAL},EDATE({date}+{TWO_THOUSAND_YEARS},{months})-{TWO_THOUSAND_YEARS},\
                     EDATE({date},{months}))"
                );
                format!("IFERROR(IF({later}>{last},\"\",{later}),\"\")")
            }
            Operation::Compare(comparison, sides) => {
                let by = match comparison {
                    Comparison::Equal => "=",
                    Comparison::Unequal => "<>",
                    Comparison::Less => "<",
                    Comparison::AtMost => "<=",
                    Comparison::Greater => ">",
                    Comparison::AtLeast => ">=",
                };
                self.of_both(sides, |left, right| format!("{left}{by}{right}"))
            }
            Operation::Among(fact, values) => one_of(&value(fact), values.listed()),
        };
        format!("IF({},{worth},\"\")", self.known(node, operation))
    }

    /// A truth by what others say: what it is where it is known to be so, or not to be so.
    fn logic(&self, node: Node, logic: &Logic) -> String {
        let Ok(Ternary { yes, no, .. }) = Lacks::of(self, node, 0).logic(logic);
        match logic {
            Logic::NotFalse(_) | Logic::Given(_) => yes.to_string(),
            Logic::And(_) | Logic::Or(_) | Logic::Not(_) => format!("IF({yes},TRUE,IF({no},FALSE,\"\"))"),
        }
    }

    /// A formula that holds where all is known that the operation needs.
    fn known(&self, node: Node, operation: &Operation) -> Test {
        let Ok(Lack { known, .. }) = Lacks::of(self, node, 0).absence(operation);
        known
    }

    fn wider_places(&self, [left, right]: &[Node; 2]) -> u32 {
        self.places_of(*left).max(self.places_of(*right))
    }

    /// Both sides in the same units.
    fn of_both(&self, sides: &[Node; 2], join: impl FnOnce(&str, &str) -> String) -> String {
        let places = self.wider_places(sides);
        let [left, right] = *sides;
        join(&self.value_at(left, places), &self.value_at(right, places))
    }

    /// A value that may be unknown, in units of so many places.
    fn known_at(&self, node: Node, places: u32) -> String {
        let (value, scaled) = (self.value(node), self.value_at(node, places));
        if value == scaled { value } else { format!("IF({value}=\"\",\"\",{scaled})") }
    }

    fn fact(&self, slot: Slot) -> String {
        let Some(cell) = self.places.facts.get(&slot) else { return "\"\"".to_owned() };
        match self.plan.fact(slot).kind {
            kind @ (fact::Kind::Money | fact::Kind::Ratio | fact::Kind::Number | fact::Kind::Days) => {
                in_units(cell, kind.places())
            }
            fact::Kind::Date => of_date(cell),
            fact::Kind::YesNo => format!(
                "IF(ISLOGICAL({cell}),{cell},IF(OR({cell}=\"yes\",{cell}=\"是\"),TRUE,IF(OR({cell}=\"no\",{cell}=\"否\"),FALSE,\"\")))"
            ),
            fact::Kind::Category => {
                let titled = self.plan.fact(slot).titled_values();
                let as_named = titled.into_iter().rev().fold(format!("{cell}&\"\""), |otherwise, (name, title)| {
                    format!("IF({cell}={},{},{otherwise})", quoted(&title), quoted(name))
                });
                format!("IF({cell}=\"\",\"\",{as_named})")
            }
        }
    }

    /// A rounding by quotient and rest, in whole numbers; both stand beside it.
    fn rounded(&self, node: Node, number: Node, rounding: Rounding) -> String {
        let [quotient, rest, _] = WORK.map(|column| self.cell(column, node));
        let Division { value, multiple, coefficient } = self.division(number, rounding);
        let nearest = |at_half: &str| format!("IF({rest}*2>{multiple},1,IF({rest}*2={multiple},{at_half},0))");
        let up = match rounding.mode {
            Mode::HalfUp => nearest(&format!("IF({value}>=0,1,0)")),
            Mode::HalfDown => nearest(&format!("IF({value}<0,1,0)")),
            Mode::HalfEven => nearest(&format!("{quotient}-2*INT({quotient}/2)")),
            Mode::Up => format!("IF(AND({rest}>0,{value}>0),1,0)"),
            Mode::Down => format!("IF(AND({rest}>0,{value}<0),1,0)"),
            Mode::Ceiling => format!("IF({rest}>0,1,0)"),
            Mode::Floor => "0".to_owned(),
        };
        let multiples = format!("{quotient}+{up}");
        if coefficient == 1 { multiples } else { format!("({multiples})*{coefficient}") }
    }

    fn division(&self, number: Node, rounding: Rounding) -> Division {
        let to = rounding.to;
        let places = self.places_of(number).max(to.scale());
        let multiple = super::units(to, places);
        Division { value: self.value_at(number, places), multiple, coefficient: to.mantissa() }
    }

    fn months(&self, from: Node, to: Node) -> String {
        let [[y1, m1, d1], [y2, m2, d2]] = [from, to].map(|date| WORK.map(|column| self.cell(column, date)));
        // a month is complete on the same day, or on the last one of a month that has no such day
        let next = later_by_two_thousand_years(&format!("{}+1", self.value(to)));
        let is_short = format!("IF(AND({d1}>{d2},DAY({next})<>1),1,0)");
        format!("MAX(0,({y2}-{y1})*12+{m2}-{m1}-{is_short})")
    }

    fn years(&self, from: Node, to: Node) -> String {
        let [[y1, m1, d1], [y2, m2, d2]] = [from, to].map(|date| WORK.map(|column| self.cell(column, date)));
        let is_short = format!("IF({m2}*100+{d2}<{m1}*100+{d1},1,0)");
        format!("MAX(0,{y2}-{y1}-{is_short})")
    }

    fn plus_days(&self, date: Node, days: Node) -> String {
        let (date, days, places) = (self.value(date), self.value(days), self.places_of(days));
        let [whole, is_whole] = if places == 0 {
            [days.clone(), "TRUE".to_owned()]
        } else {
            let unit = power_of_ten(places);
            [format!("{days}/{unit}"), format!("MOD({days},{unit})=0")]
        };
        let (first, last) = (FIRST_SERIAL, LAST_SERIAL);
        let later = format!("{date}+{whole}");
        format!("IF(AND({is_whole},{later}>={first},{later}<={last}),{later},\"\")")
    }

    fn look_up(&self, key: Node, table: TableIndex) -> String {
        let Some(TablePlace { keys, values, otherwise, places }) = self.pack.tables.get(&table) else {
            return "\"\"".to_owned();
        };
        let cell = self.value(key);
        let otherwise = otherwise.as_ref().map_or_else(|| "\"\"".to_owned(), |cell| in_units(cell, *places));
        let scale = power_of_ten(*places);
        match &self.plan.table(table).rows {
            Rows::Categories(_) => format!(
                "IF({cell}=\"\",\"\",IF(SUMPRODUCT(EXACT({keys},{cell})*1)=0,{otherwise},\
                 ROUND(SUMPRODUCT(EXACT({keys},{cell})*1,{values})*{scale},0)))"
            ),
            Rows::Numbers(_) | Rows::YesNo { .. } => {
                let key = match self.places_of(key) {
                    0 => cell.clone(),
                    places => format!("{cell}/{}", power_of_ten(places)),
                };
                format!(
                    "IF({cell}=\"\",\"\",IF(ISNUMBER(MATCH({key},{keys},0)),\
                     ROUND(INDEX({values},MATCH({key},{keys},0))*{scale},0),{otherwise}))"
                )
            }
        }
    }

    /// What a step needs beside its value, as formulas.
    pub(super) fn work_formulas(&self, node: Node, operation: &Operation) -> Vec<String> {
        let own = self.cell(VALUE, node);
        if let Kind::Date(_) = self.kind(node) {
            let safe = later_by_two_thousand_years(&own);
            let year = format!("IF({own}=\"\",\"\",YEAR({safe})-IF({own}<{FIRST_SAFE_SERIAL},2000,0))");
            let part = |of: &str| format!("IF({own}=\"\",\"\",{of}({safe}))");
            return vec![year, part("MONTH"), part("DAY")];
        }
        let Operation::Round(number, rounding) = operation else { return Vec::new() };
        let [quotient, _, _] = WORK.map(|column| self.cell(column, node));
        let (given, Division { value, multiple, .. }) = (self.value(*number), self.division(*number, *rounding));
        let near = format!("INT({value}/{multiple})");
        let rest = format!("{value}-{near}*{multiple}");
        // a program that takes 2.9999999999999996 for 3 is put right
        let floor = format!("{near}+IF({rest}>={multiple},1,0)-IF({rest}<0,1,0)");
        vec![
            format!("IF({given}=\"\",\"\",{floor})"),
            format!("IF({quotient}=\"\",\"\",{value}-{quotient}*{multiple})"),
        ]
    }

    /// The largest whole number that an operation puts its arguments in, where it is not one of the values.
    pub(super) fn reach_formula(&self, operation: &Operation) -> Option<String> {
        let at = |node: Node, places: u32| {
            let scaled = self.known_at(node, places);
            if scaled == self.value(node) {
                None
            } else {
                Some(format!("IF({}=\"\",0,ABS({}))", self.value(node), self.value_at(node, places)))
            }
        };
        match operation {
            Operation::Add(sides)
            | Operation::Subtract(sides)
            | Operation::Least(sides)
            | Operation::Greatest(sides)
            | Operation::Compare(_, sides) => {
                let places = self.wider_places(sides);
                sides.iter().find_map(|side| at(*side, places))
            }
            Operation::Round(number, rounding) => at(*number, self.places_of(*number).max(rounding.to.scale())),
            Operation::Number(..)
            | Operation::Date(..)
            | Operation::Truth(_)
            | Operation::Fact(_)
            | Operation::Prior(_)
            | Operation::Times(_)
            | Operation::DaysBetween(_)
            | Operation::MonthsBetween(_)
            | Operation::YearsBetween(_)
            | Operation::PlusDays(_)
            | Operation::PlusMonths(..)
            | Operation::Logic(_)
            | Operation::Among(..)
            | Operation::Choose(_)
            | Operation::LookUp(..)
            | Operation::Derived(..) => None,
        }
    }

    pub(super) fn prior_cells(&self, index: PriorIndex) -> &[String; 2] {
        &self.places.priors[index]
    }

    /// The missing facts, of one word, without which a step has no value.
    pub(super) fn missing_formula(&self, node: Node, operation: &Operation, word: usize) -> String {
        let Ok(Lack { missing, .. }) = Lacks::of(self, node, word).absence(operation);
        missing
    }
}

/// A number over a multiple, in the same whole units.
struct Division {
    value: String,
    multiple: super::Whole,
    /// Of the multiple in its own units.
    coefficient: super::Whole,
}

/// A decimal of a cell in whole units of so many places; what is no number is not known.
pub(crate) fn in_units(cell: &str, places: u32) -> String {
    match places {
        0 => format!("IF(ISNUMBER({cell}),ROUND({cell},0),\"\")"),
        places => format!("IF(ISNUMBER({cell}),ROUND({cell}*{},0),\"\")", power_of_ten(places)),
    }
}

/// The serial number of a day: of a date, or of a text `YYYY-MM-DD`, which says also what is before 1 March 1900.
pub(crate) fn of_date(cell: &str) -> String {
    let later = format!("DATE(VALUE(LEFT({cell},4))+2000,VALUE(MID({cell},6,2)),VALUE(MID({cell},9,2)))");
    format!("IF({cell}=\"\",\"\",IF(ISNUMBER({cell}),{cell},IFERROR({later}-{TWO_THOUSAND_YEARS},\"\")))")
}

/// `YYYY-MM-DD` from the cells of year, month and day.
pub(crate) fn text_of_date([year, month, day]: [&str; 3]) -> String {
    format!("TEXT({year},\"0000\")&\"-\"&TEXT({month},\"00\")&\"-\"&TEXT({day},\"00\")")
}

/// A day on which every program agrees, with the same month and day.
fn later_by_two_thousand_years(serial: &str) -> String {
    format!("IF({serial}<{FIRST_SAFE_SERIAL},{serial}+{TWO_THOUSAND_YEARS},{serial})")
}

/// Whether a text is one of a list; capitals count.
pub(crate) fn one_of(cell: &str, texts: impl IntoIterator<Item = impl AsRef<str>>) -> String {
    let texts: Vec<String> = texts.into_iter().map(|text| format!("EXACT({cell},{})", quoted(text.as_ref()))).collect();
    if texts.is_empty() { "FALSE".to_owned() } else { format!("OR({})", texts.join(",")) }
}

/// A text as a formula writes it.
pub(crate) fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

/// All bits of these cells.
pub(super) fn union(cells: impl Iterator<Item = String>) -> String {
    cells.reduce(|all, cell| format!("_xlfn.BITOR({all},{cell})")).unwrap_or_else(|| "0".to_owned())
}
