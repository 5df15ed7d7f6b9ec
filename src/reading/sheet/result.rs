//! What the formulas come to, from the values of the graph: a program that does not calculate shows the exact ones.

use chrono::{Datelike, NaiveDate};
use rust_decimal::Decimal;

use super::{Live, Sheet};
use crate::fact::Value;
use crate::reading::formula::graph::{Node, Operation};
use crate::rounding::Rounding;

/// A number in whole units.
pub(crate) type Whole = i128;

/// The number in whole units of so many places; all its own are among them.
pub(crate) fn units(number: Decimal, places: u32) -> Whole {
    let short = number.normalize();
    let more = places.saturating_sub(short.scale());
    short.mantissa().saturating_mul(10_i128.saturating_pow(more))
}

/// `1000` for 3.
pub(crate) fn power_of_ten(places: u32) -> String {
    10_i128.saturating_pow(places).to_string()
}

/// Days since 30 December 1899, as spreadsheets count from 1 March 1900 on.
pub(crate) fn serial(date: NaiveDate) -> i64 {
    const FROM_THE_YEAR_1: i64 = 693_594;
    i64::from(date.num_days_from_ce()).saturating_sub(FROM_THE_YEAR_1)
}

/// 1 January 1 and 31 December 9999, between which all dates lie, counted so.
pub(crate) const FIRST_SERIAL: i64 = -693_593;
pub(crate) const LAST_SERIAL: i64 = 2_958_465;

impl Sheet<'_> {
    pub(super) fn result_of(&self, node: Node) -> String {
        match self.values.value(node) {
            Some(Value::Number(number)) => units(*number, self.places_of(node)).to_string(),
            Some(Value::YesNo(truth)) => if *truth { "TRUE" } else { "FALSE" }.to_owned(),
            Some(Value::Date(date)) => serial(*date).to_string(),
            Some(Value::Text(text)) => text.to_string(),
            None => String::new(),
        }
    }

    /// What a step needs beside its value.
    pub(super) fn work(&self, node: Node, operation: &Operation) -> Vec<Live> {
        let formulas = self.work_formulas(node, operation).into_iter();
        let results = match operation {
            Operation::Round(number, rounding) => self.quotient(*number, *rounding),
            _other => match self.values.value(node) {
                Some(Value::Date(date)) => {
                    vec![date.year().to_string(), date.month().to_string(), date.day().to_string()]
                }
                Some(_) | None => Vec::new(),
            },
        };
        let results = results.into_iter().chain(std::iter::repeat(String::new()));
        formulas.zip(results).map(|(formula, result)| Live { formula, result }).collect()
    }

    fn quotient(&self, number: Node, rounding: Rounding) -> Vec<String> {
        let places = self.places_of(number).max(rounding.to.scale());
        let multiple = units(rounding.to, places);
        let Some(value) = self.units_at(number, places) else { return Vec::new() };
        let parts = value.checked_div_euclid(multiple).zip(value.checked_rem_euclid(multiple));
        parts.map_or_else(Vec::new, |(quotient, rest)| vec![quotient.to_string(), rest.to_string()])
    }

    pub(super) fn reach(&self, operation: &Operation) -> Option<Live> {
        let formula = self.reach_formula(operation)?;
        let (narrow, places) = match operation {
            Operation::Round(number, rounding) => (*number, rounding.to.scale()),
            other => {
                let sides = || other.arguments().iter().copied();
                let places = sides().map(|side| self.places_of(side)).fold(0, u32::max);
                (sides().find(|side| self.places_of(*side) < places)?, places)
            }
        };
        let reached = self.units_at(narrow, places).map_or(0, Whole::abs); // an empty cell counts as 0 there
        Some(Live { formula, result: reached.to_string() })
    }
}
