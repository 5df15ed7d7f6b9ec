//! Gathers the facts of some claims, side by side, as a program reads them.

use std::collections::BTreeMap;

use arrow_array::{Array, BooleanArray, Date32Array, Int64Array, UInt16Array};
use rust_decimal::Decimal;

use super::Bucket;
use super::facts::Rows;
use super::payouts::units;
use super::plans::Plans;
use crate::arena::Arena;
use crate::error::{Error, OrBug};
use crate::fact::Holder;
use crate::plan::expression::Slot;
use crate::plan::{Plan, PlanFact};
use crate::reading::columns::lower::{Presence, most_of};
use crate::reading::columns::program::{Inputs, Values};

/// The digits of a bound that columns compare with.
const MOST_DIGITS: u8 = 18;

/// The facts of some claims, side by side.
#[derive(Default)]
pub(super) struct Gathered {
    pub(super) inputs: Inputs,
    pub(super) presence: Arena<Slot, Presence>,
    /// Claims with a value that columns do not take; empty if there is none.
    pub(super) odd: Vec<bool>,
}

impl Gathered {
    pub(super) fn of(bucket: Bucket<'_>, plan: &Plan, places: &[usize]) -> Result<Gathered, Error> {
        let claims = places.iter().map(|place| bucket.accounts.claim_at(*place)).collect::<Vec<usize>>();
        let enrollments = places.iter().map(|place| bucket.accounts.enrollment_at(*place)).collect::<Vec<usize>>();
        let mut gathered = Gathered { inputs: Inputs::default(), presence: Arena::new(), odd: Vec::new() };
        for fact in &plan.facts {
            let (source, rows) = match fact.holder {
                Holder::Claim => (bucket.claims, &claims),
                Holder::Enrollment => (bucket.enrollments, &enrollments),
            };
            gathered.push(bucket.plans, plan, source, fact, rows)?;
        }
        Ok(gathered)
    }

    fn push(
        &mut self,
        plans: &Plans<'_>,
        plan: &Plan,
        source: &Rows<'_>,
        fact: &PlanFact,
        rows: &[usize],
    ) -> Result<(), Error> {
        let column = source.column(&fact.name);
        let given = column.map_or_else(Vec::new, |column| given(column.as_ref(), rows));
        let somewhere = given.contains(&1);
        let everywhere = column.is_some() && !given.contains(&0);
        let (presence, mut values) = match column {
            Some(column) if everywhere || somewhere => {
                let presence = if everywhere { Presence::Always } else { Presence::Sometimes };
                (presence, values(column.as_ref(), rows, &given)?)
            }
            Some(_) | None => (Presence::Never, Values::None),
        };
        if let Values::Codes(codes) = &mut values
            && fact.is_worded()
        {
            let words = Words { plans, plan, source, fact };
            mark(words.read(rows, codes).iter().copied(), &mut self.odd);
        }
        if let Values::Numbers(numbers) = &values {
            let units = |bound: Decimal| {
                let units = units(bound, fact.kind.places(), MOST_DIGITS);
                units.and_then(|units| i64::try_from(units).ok())
            };
            // Within a bound that is finer than the fact itself, nothing is known to lie, and all is left to the exact reading.
            let most = units(fact.bounds.max).map_or(0, |most| most.min(most_of(fact.kind)));
            mark_beyond(numbers, most, &mut self.odd);
            if fact.standard.is_none() {
                mark_below(numbers, &given, units(fact.bounds.min).map_or(i64::MAX, |least| least), &mut self.odd);
            }
        }
        self.presence.push(presence);
        self.inputs.facts.push(values);
        self.inputs.given.push(given);
        Ok(())
    }
}

/// What a plan reads in a category of which it tells some values apart.
struct Words<'a> {
    plans: &'a Plans<'a>,
    plan: &'a Plan,
    source: &'a Rows<'a>,
    fact: &'a PlanFact,
}

impl Words<'_> {
    /// Puts the code of the value that is meant in place of another spelling's; gives where a word cannot be decided. Empty if all are
    /// the plan's own values.
    fn read(&self, rows: &[usize], codes: &mut [u16]) -> Vec<bool> {
        let vocabulary = self.plans.vocabulary();
        let mut is_own = vec![false; usize::from(vocabulary.highest(&self.fact.name)).saturating_add(1)];
        for symbol in self.fact.symbols.iter() {
            if let Some(is_own) = is_own.get_mut(usize::from(vocabulary.code(&self.fact.name, &symbol.name))) {
                *is_own = true;
            }
        }
        // What is not given has a code beyond all.
        let is_known = |code: u16| is_own.get(usize::from(code)) != Some(&false);
        if codes.iter().all(|code| is_known(*code)) {
            return Vec::new();
        }
        let mut read: BTreeMap<&str, Option<Option<u16>>> = BTreeMap::new();
        let unread = codes.iter_mut().zip(rows).map(|(code, row)| {
            if is_known(*code) {
                return false;
            }
            let Some(text) = self.source.category_text(&self.fact.name, *row, vocabulary) else { return false };
            let word = *read.entry(text).or_insert_with(|| self.plans.word(self.plan, self.fact, text));
            *code = word.flatten().unwrap_or(*code);
            word.is_none()
        });
        unread.collect()
    }
}

/// 1 where a row has a value; empty if that is so of every row.
fn given(column: &dyn Array, rows: &[usize]) -> Vec<u8> {
    match column.nulls() {
        Some(nulls) if nulls.null_count() > 0 => {
            rows.iter().map(|row| u8::from(*row < nulls.len() && nulls.is_valid(*row))).collect()
        }
        Some(_) | None => Vec::new(),
    }
}

fn values(column: &dyn Array, rows: &[usize], given: &[u8]) -> Result<Values, Error> {
    let column = column.as_any();
    Ok(if let Some(numbers) = column.downcast_ref::<Int64Array>() {
        Values::Numbers(gathered(numbers.values(), rows, given, 0)?)
    } else if let Some(days) = column.downcast_ref::<Date32Array>() {
        Values::Dates(gathered(days.values(), rows, given, 0)?)
    } else if let Some(codes) = column.downcast_ref::<UInt16Array>() {
        Values::Codes(gathered(codes.values(), rows, given, u16::MAX)?)
    } else if let Some(truths) = column.downcast_ref::<BooleanArray>() {
        let is_true = |row: &usize| u8::from(*row < truths.len() && truths.is_valid(*row) && truths.value(*row));
        Values::Truths(rows.iter().map(is_true).collect())
    } else {
        Values::None
    })
}

fn gathered<T: Copy>(values: &[T], rows: &[usize], given: &[u8], absent: T) -> Result<Vec<T>, Error> {
    let taken = rows.iter().map(|row| values.get(*row).copied());
    let gathered: Option<Vec<T>> = if given.is_empty() {
        taken.collect()
    } else {
        taken.zip(given).map(|(value, given)| if *given == 0 { Some(absent) } else { value }).collect()
    };
    gathered.or_bug()
}

pub(super) fn mark_beyond(numbers: &[i64], most: i64, odd: &mut Vec<bool>) {
    mark(numbers.iter().map(|number| *number > most || *number < 0), odd);
}

fn mark_below(numbers: &[i64], given: &[u8], least: i64, odd: &mut Vec<bool>) {
    let is_given = |at: usize| given.is_empty() || given.get(at) == Some(&1);
    mark(numbers.iter().enumerate().map(|(at, number)| *number < least && is_given(at)), odd);
}

/// Marks rows; the list stays empty as long as there is none.
fn mark(rows: impl ExactSizeIterator<Item = bool> + Clone, odd: &mut Vec<bool>) {
    if rows.clone().any(|is_odd| is_odd) {
        odd.resize(rows.len(), false);
        rows.zip(odd).for_each(|(is_odd, odd)| *odd |= is_odd);
    }
}
