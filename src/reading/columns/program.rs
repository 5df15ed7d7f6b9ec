//! A program of kernels over a few registers, and how it is run over blocks of claims.

#![expect(
    clippy::inline_always,
    reason = "a kernel takes the vector instructions of the function that it is inlined into"
)]

use super::graph::Table;
use super::kernel::{self, In};
use crate::arena::{Arena, Index, indexes};
use crate::error::Error;
use crate::plan::expression::{Comparison, PriorIndex, Slot};
use crate::rounding::Mode;
use std::sync::Arc;

/// Claims of one block: what all live registers hold of them stays in the nearest cache.
pub(crate) const BLOCK: usize = 256;

indexes! {
    NumberRegister,
    MaskRegister,
    DateRegister,
}

/// How many registers of each kind a program fills.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Count {
    pub(super) numbers: usize,
    pub(super) masks: usize,
    pub(super) dates: usize,
}

/// Where a number is read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NumberFrom {
    Register(NumberRegister),
    Fact(Slot),
    Prior(PriorIndex),
    Constant(i64),
}

/// Where a truth is read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum MaskFrom {
    Register(MaskRegister),
    Fact(Slot),
    Given(Slot),
    Constant(bool),
}

/// Where a date is read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DateFrom {
    Register(DateRegister),
    Fact(Slot),
    Constant(i32),
}

/// One kernel with its operands and the register that it fills.
#[derive(Debug, Clone)]
pub(super) enum Step {
    Number(NumberRegister, ToNumber),
    Mask(MaskRegister, ToMask),
    Date(DateRegister, ToDate),
}

#[derive(Debug, Clone)]
pub(super) enum ToNumber {
    Add(NumberFrom, NumberFrom),
    Subtract(NumberFrom, NumberFrom),
    Times(NumberFrom, NumberFrom),
    Least(NumberFrom, NumberFrom),
    Greatest(NumberFrom, NumberFrom),
    Union(NumberFrom, NumberFrom),
    Choose(MaskFrom, NumberFrom, NumberFrom),
    Divide(NumberFrom, i64, Mode),
    LookUp(NumberFrom, i64, Table),
    LookUpCategory(Slot, Table),
    DaysBetween(DateFrom, DateFrom),
    MonthsBetween(DateFrom, DateFrom),
    YearsBetween(DateFrom, DateFrom),
}

#[derive(Debug, Clone)]
pub(super) enum ToMask {
    Among(Slot, Arc<[bool]>),
    Compare(Comparison, NumberFrom, NumberFrom),
    CompareDates(Comparison, DateFrom, DateFrom),
    And(MaskFrom, MaskFrom),
    Or(MaskFrom, MaskFrom),
    Not(MaskFrom),
}

#[derive(Debug, Clone)]
pub(super) enum ToDate {
    PlusDays(DateFrom, NumberFrom),
    PlusMonths(DateFrom, u32),
    Choose(MaskFrom, DateFrom, DateFrom),
}

/// The values of a fact, one for each claim; 0 where it is not given.
#[derive(Debug, Clone, Default)]
pub(crate) enum Values {
    #[default]
    None,
    Numbers(Vec<i64>),
    Truths(Vec<u8>),
    Dates(Vec<i32>),
    /// Codes of a category; `u16::MAX` where it is not given.
    Codes(Vec<u16>),
}

/// What a program reads.
#[derive(Debug, Default)]
pub(crate) struct Inputs {
    pub(crate) facts: Arena<Slot, Values>,
    /// 1 where the fact is given; empty where that is so of all or of none.
    pub(crate) given: Arena<Slot, Vec<u8>>,
    pub(crate) priors: Arena<PriorIndex, Vec<i64>>,
}

/// A column that a program reads: of a kind, as the program was compiled for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Column {
    Numbers(Slot),
    Truths(Slot),
    Dates(Slot),
    Codes(Slot),
    Given(Slot),
    Prior(PriorIndex),
}

impl Inputs {
    /// Whether the column is there, of its kind, with a value for each claim.
    fn has(&self, column: Column, claims: usize) -> bool {
        let length = match column {
            Column::Numbers(slot) => match self.facts.find(slot) {
                Some(Values::Numbers(numbers)) => Some(numbers.len()),
                Some(Values::None | Values::Truths(_) | Values::Dates(_) | Values::Codes(_)) | None => None,
            },
            Column::Truths(slot) => match self.facts.find(slot) {
                Some(Values::Truths(truths)) => Some(truths.len()),
                Some(Values::None | Values::Numbers(_) | Values::Dates(_) | Values::Codes(_)) | None => None,
            },
            Column::Dates(slot) => match self.facts.find(slot) {
                Some(Values::Dates(dates)) => Some(dates.len()),
                Some(Values::None | Values::Numbers(_) | Values::Truths(_) | Values::Codes(_)) | None => None,
            },
            Column::Codes(slot) => match self.facts.find(slot) {
                Some(Values::Codes(codes)) => Some(codes.len()),
                Some(Values::None | Values::Numbers(_) | Values::Truths(_) | Values::Dates(_)) | None => None,
            },
            Column::Given(slot) => self.given.find(slot).map(Vec::len),
            Column::Prior(prior) => self.priors.find(prior).map(Vec::len),
        };
        length == Some(claims)
    }

    /// The same of some of the claims.
    pub(crate) fn only(&self, claims: &[usize]) -> Inputs {
        Inputs {
            facts: self.facts.iter().map(|values| values.only(claims)).collect(),
            given: self.given.iter().map(|given| only(given, claims)).collect(),
            priors: self.priors.iter().map(|prior| only(prior, claims)).collect(),
        }
    }
}

impl Values {
    fn only(&self, claims: &[usize]) -> Values {
        match self {
            Values::None => Values::None,
            Values::Numbers(numbers) => Values::Numbers(only(numbers, claims)),
            Values::Truths(truths) => Values::Truths(only(truths, claims)),
            Values::Dates(dates) => Values::Dates(only(dates, claims)),
            Values::Codes(codes) => Values::Codes(only(codes, claims)),
        }
    }
}

fn only<T: Copy>(values: &[T], claims: &[usize]) -> Vec<T> {
    claims.iter().filter_map(|claim| values.get(*claim).copied()).collect()
}

/// What a program gives: a column for each number and each truth that was asked for.
#[derive(Debug, Default)]
pub(crate) struct Outputs {
    pub(crate) numbers: Vec<Vec<i64>>,
    pub(crate) masks: Vec<Vec<u8>>,
}

/// A plan, or a part of what it says, as kernels in order.
#[derive(Debug, Default)]
pub(crate) struct Program {
    /// Every column that a step or an output reads.
    pub(super) reads: Vec<Column>,
    pub(super) steps: Vec<Step>,
    pub(super) registers: Count,
    pub(super) number_outputs: Vec<NumberFrom>,
    pub(super) mask_outputs: Vec<MaskFrom>,
}

#[derive(Debug, Default)]
struct Registers {
    numbers: Arena<NumberRegister, Vec<i64>>,
    masks: Arena<MaskRegister, Vec<u8>>,
    dates: Arena<DateRegister, Vec<i32>>,
}

impl Program {
    /// Runs the program over so many claims.
    ///
    /// # Errors
    /// [`Error::is_bug`] if a column that it reads is not there, of another kind or of another length.
    pub(crate) fn run(&self, inputs: &Inputs, claims: usize) -> Result<Outputs, Error> {
        if !self.reads.iter().all(|column| inputs.has(*column, claims)) {
            return Err(Error::bug());
        }
        let mut outputs = Outputs {
            numbers: vec![vec![0; claims]; self.number_outputs.len()],
            masks: vec![vec![0; claims]; self.mask_outputs.len()],
        };
        let mut registers = Registers {
            numbers: vec![vec![0; BLOCK]; self.registers.numbers].into(),
            masks: vec![vec![0; BLOCK]; self.registers.masks].into(),
            dates: vec![vec![0; BLOCK]; self.registers.dates].into(),
        };
        let vectors = pulp::Arch::new();
        for start in (0..claims).step_by(BLOCK) {
            let block = Block { inputs, start, end: start.saturating_add(BLOCK).min(claims) };
            vectors.dispatch(
                #[inline(always)]
                || self.run_block(block, &mut registers),
            );
            self.give(block, &registers, &mut outputs);
        }
        Ok(outputs)
    }

    #[inline(always)]
    fn run_block(&self, block: Block<'_>, registers: &mut Registers) {
        for step in &self.steps {
            match step {
                Step::Number(register, step) => {
                    let mut into = taken(&mut registers.numbers, *register);
                    block.to_number(step, registers, block.head(&mut into));
                    put_back(&mut registers.numbers, *register, into);
                }
                Step::Mask(register, step) => {
                    let mut into = taken(&mut registers.masks, *register);
                    block.to_mask(step, registers, block.head(&mut into));
                    put_back(&mut registers.masks, *register, into);
                }
                Step::Date(register, step) => {
                    let mut into = taken(&mut registers.dates, *register);
                    block.to_date(step, registers, block.head(&mut into));
                    put_back(&mut registers.dates, *register, into);
                }
            }
        }
    }

    fn give(&self, block: Block<'_>, registers: &Registers, outputs: &mut Outputs) {
        for (from, into) in self.number_outputs.iter().zip(&mut outputs.numbers) {
            if let Some(into) = into.get_mut(block.start..block.end) {
                kernel::map(into, block.number(*from, registers), |value| value);
            }
        }
        for (from, into) in self.mask_outputs.iter().zip(&mut outputs.masks) {
            if let Some(into) = into.get_mut(block.start..block.end) {
                kernel::map(into, block.mask(*from, registers), |value| value);
            }
        }
    }
}

/// Some claims that stand next to each other.
#[derive(Clone, Copy)]
struct Block<'a> {
    inputs: &'a Inputs,
    start: usize,
    end: usize,
}

impl<'a> Block<'a> {
    fn len(self) -> usize {
        self.end.saturating_sub(self.start)
    }

    /// As much of a register as the block has claims.
    fn head<T>(self, register: &mut [T]) -> &mut [T] {
        let claims = self.len().min(register.len());
        register.split_at_mut(claims).0
    }

    /// The claims of the block in a column, which `run` has seen to be there.
    fn part<T>(self, column: Option<&'a Vec<T>>) -> &'a [T] {
        column.and_then(|column| column.get(self.start..self.end)).map_or(&[], |part| part)
    }

    fn number(self, from: NumberFrom, registers: &'a Registers) -> In<'a, i64> {
        match from {
            NumberFrom::Register(register) => In::Each(registered(&registers.numbers, register, self.len())),
            NumberFrom::Fact(slot) => match self.inputs.facts.find(slot) {
                Some(Values::Numbers(numbers)) => In::Each(self.part(Some(numbers))),
                Some(Values::None | Values::Truths(_) | Values::Dates(_) | Values::Codes(_)) | None => In::All(0),
            },
            NumberFrom::Prior(prior) => In::Each(self.part(self.inputs.priors.find(prior))),
            NumberFrom::Constant(value) => In::All(value),
        }
    }

    fn mask(self, from: MaskFrom, registers: &'a Registers) -> In<'a, u8> {
        match from {
            MaskFrom::Register(register) => In::Each(registered(&registers.masks, register, self.len())),
            MaskFrom::Fact(slot) => match self.inputs.facts.find(slot) {
                Some(Values::Truths(truths)) => In::Each(self.part(Some(truths))),
                Some(Values::None | Values::Numbers(_) | Values::Dates(_) | Values::Codes(_)) | None => In::All(0),
            },
            MaskFrom::Given(slot) => In::Each(self.part(self.inputs.given.find(slot))),
            MaskFrom::Constant(truth) => In::All(truth.into()),
        }
    }

    fn date(self, from: DateFrom, registers: &'a Registers) -> In<'a, i32> {
        match from {
            DateFrom::Register(register) => In::Each(registered(&registers.dates, register, self.len())),
            DateFrom::Fact(slot) => match self.inputs.facts.find(slot) {
                Some(Values::Dates(dates)) => In::Each(self.part(Some(dates))),
                Some(Values::None | Values::Numbers(_) | Values::Truths(_) | Values::Codes(_)) | None => In::All(0),
            },
            DateFrom::Constant(day) => In::All(day),
        }
    }

    fn codes(self, slot: Slot) -> &'a [u16] {
        match self.inputs.facts.find(slot) {
            Some(Values::Codes(codes)) => self.part(Some(codes)),
            Some(Values::None | Values::Numbers(_) | Values::Truths(_) | Values::Dates(_)) | None => &[],
        }
    }

    #[inline(always)]
    fn to_number(self, step: &ToNumber, registers: &'a Registers, into: &mut [i64]) {
        let number = |from: &NumberFrom| self.number(*from, registers);
        let date = |from: &DateFrom| self.date(*from, registers);
        match step {
            ToNumber::Add(left, right) => kernel::join(into, number(left), number(right), i64::wrapping_add),
            ToNumber::Subtract(left, right) => kernel::join(into, number(left), number(right), i64::wrapping_sub),
            ToNumber::Times(left, right) => kernel::join(into, number(left), number(right), i64::wrapping_mul),
            ToNumber::Least(left, right) => kernel::join(into, number(left), number(right), i64::min),
            ToNumber::Greatest(left, right) => kernel::join(into, number(left), number(right), i64::max),
            ToNumber::Union(left, right) => kernel::join(into, number(left), number(right), |left, right| left | right),
            ToNumber::Choose(condition, then, otherwise) => {
                kernel::choose(into, self.mask(*condition, registers), number(then), number(otherwise));
            }
            ToNumber::Divide(from, divisor, mode) => kernel::divide(into, number(from), *divisor, *mode),
            ToNumber::LookUp(key, first, table) => {
                kernel::look_up(into, number(key), *first, &table.values, table.beside);
            }
            ToNumber::LookUpCategory(slot, table) => {
                kernel::look_up_category(into, self.codes(*slot), &table.values, table.beside);
            }
            ToNumber::DaysBetween(from, to) => {
                kernel::join(into, date(from), date(to), |from, to| i64::from(to).wrapping_sub(from.into()));
            }
            ToNumber::MonthsBetween(from, to) => kernel::months_between(into, date(from), date(to)),
            ToNumber::YearsBetween(from, to) => kernel::years_between(into, date(from), date(to)),
        }
    }

    #[inline(always)]
    fn to_mask(self, step: &ToMask, registers: &'a Registers, into: &mut [u8]) {
        let mask = |from: &MaskFrom| self.mask(*from, registers);
        match step {
            ToMask::Among(slot, set) => kernel::among(into, self.codes(*slot), set),
            ToMask::Compare(by, left, right) => {
                kernel::compare(into, *by, self.number(*left, registers), self.number(*right, registers));
            }
            ToMask::CompareDates(by, left, right) => {
                kernel::compare(into, *by, self.date(*left, registers), self.date(*right, registers));
            }
            ToMask::And(left, right) => kernel::join(into, mask(left), mask(right), |left, right| left & right),
            ToMask::Or(left, right) => kernel::join(into, mask(left), mask(right), |left, right| left | right),
            ToMask::Not(inner) => kernel::map(into, mask(inner), |truth| truth ^ 1),
        }
    }

    #[inline(always)]
    fn to_date(self, step: &ToDate, registers: &'a Registers, into: &mut [i32]) {
        let date = |from: &DateFrom| self.date(*from, registers);
        match step {
            ToDate::PlusDays(from, days) => {
                kernel::join(into, date(from), self.number(*days, registers), |from, days| {
                    kernel::low(i64::from(from).wrapping_add(days)) // the graph has proven it to lie within the calendar
                });
            }
            ToDate::PlusMonths(from, months) => kernel::plus_months(into, date(from), *months),
            ToDate::Choose(condition, then, otherwise) => {
                kernel::choose(into, self.mask(*condition, registers), date(then), date(otherwise));
            }
        }
    }
}

/// The register itself, so that it can be filled while the others are read.
#[inline]
fn taken<I: Index, T>(registers: &mut Arena<I, Vec<T>>, register: I) -> Vec<T> {
    std::mem::take(&mut registers[register])
}

#[inline]
fn put_back<I: Index, T>(registers: &mut Arena<I, Vec<T>>, register: I, filled: Vec<T>) {
    registers[register] = filled;
}

#[expect(clippy::indexing_slicing, reason = "a register is as long as a block, and no block has more claims")]
#[inline]
fn registered<I: Index, T>(registers: &Arena<I, Vec<T>>, register: I, claims: usize) -> &[T] {
    &registers[register][..claims]
}

#[cfg(test)]
mod tests {
    use super::super::graph::Graph;
    use super::super::schedule::schedule;
    use super::*;
    use crate::reading::range::Range;

    #[test]
    fn no_kernel_runs_on_a_column_of_another_kind_or_length() {
        let mut graph = Graph::new();
        let fact = graph.number_fact(Slot(0), Range::units(0, 9, 0));
        let prior = graph.prior(PriorIndex(0), Range::units(0, 9, 0));
        let sum = graph.add(fact, prior);
        let program = schedule(&graph, &[sum], &[]).unwrap();
        let run = |facts: Values, priors: Vec<Vec<i64>>| {
            let inputs = Inputs { facts: vec![facts].into(), given: vec![Vec::new()].into(), priors: priors.into() };
            program.run(&inputs, 2).map(|outputs| outputs.numbers)
        };
        assert_eq!(run(Values::Numbers(vec![1, 2]), vec![vec![3, 4]]), Ok(vec![vec![4, 6]]));
        for (facts, priors) in [
            (Values::None, vec![vec![3, 4]]),
            (Values::Dates(vec![1, 2]), vec![vec![3, 4]]),
            (Values::Numbers(vec![1]), vec![vec![3, 4]]),
            (Values::Numbers(vec![1, 2, 3]), vec![vec![3, 4]]),
            (Values::Numbers(vec![1, 2]), vec![Vec::new()]),
            (Values::Numbers(vec![1, 2]), Vec::new()),
        ] {
            let fault = run(facts, priors).unwrap_err();
            assert!(fault.is_bug() && fault.to_string().contains("src/reading/columns/program.rs:"), "{fault}");
        }
    }

    /// What is chosen at run time is only what was built in: without it the kernels run one number at a time, and nothing but their speed tells.
    #[test]
    #[cfg(target_arch = "x86_64")]
    fn kernels_run_with_the_vector_instructions_of_the_processor() {
        let is_scalar = matches!(pulp::Arch::new(), pulp::Arch::Scalar);
        assert_eq!(is_scalar, !(std::is_x86_feature_detected!("avx2") && std::is_x86_feature_detected!("fma")));
    }
}
