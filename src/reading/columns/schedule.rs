//! From a graph to a program: only what the answers need, in order, in as few registers as stay alive together.

use std::cell::Cell;

use super::graph::{Date, Graph, Mask, Node, Number, Operation, TooWide};
use super::program::{
    Column, DateFrom, DateRegister, MaskFrom, MaskRegister, NumberFrom, NumberRegister, Program, Step, ToDate, ToMask,
    ToNumber,
};
use crate::arena::Index;

/// The program that gives these numbers and truths.
///
/// A node that is used before it stands somewhere would be a fault of the graph: then there is no program, rather than a zero.
pub(crate) fn schedule(graph: &Graph, numbers: &[Number], masks: &[Mask]) -> Result<Program, TooWide> {
    let roots: Vec<Node> = numbers.iter().map(|n| n.node()).chain(masks.iter().map(|m| m.node())).collect();
    let last_uses = last_uses(graph.operations(), &roots);
    let mut scheduler = Scheduler {
        places: vec![None; graph.operations().len()],
        last_uses,
        is_lost: Cell::new(false),
        program: Program::default(),
        free: Free::default(),
    };
    for (node, operation) in (0_u32..).zip(graph.operations()) {
        if scheduler.last_use(node).is_some() {
            scheduler.emit(node, operation);
        }
    }
    let number_outputs = numbers.iter().map(|number| scheduler.number(*number)).collect();
    let mask_outputs = masks.iter().map(|mask| scheduler.mask(*mask)).collect();
    if scheduler.is_lost.get() {
        return Err(TooWide);
    }
    Ok(Program { number_outputs, mask_outputs, ..scheduler.program })
}

/// The last operation that needs each node; `None` where no answer does. An answer itself is needed to the end.
fn last_uses(operations: &[Operation], roots: &[Node]) -> Vec<Option<Node>> {
    let mut last_uses = vec![None; operations.len()];
    for root in roots {
        set(&mut last_uses, *root, u32::MAX);
    }
    let nodes: Vec<(Node, &Operation)> = (0..).zip(operations).collect();
    for (node, operation) in nodes.into_iter().rev() {
        if place(&last_uses, node).is_some() {
            for operand in operands(operation) {
                if place(&last_uses, operand).is_none() {
                    set(&mut last_uses, operand, node);
                }
            }
        }
    }
    last_uses
}

fn place<T: Copy>(list: &[Option<T>], node: Node) -> Option<T> {
    usize::try_from(node).ok().and_then(|node| list.get(node)).copied().flatten()
}

fn set<T>(list: &mut [Option<T>], node: Node, value: T) {
    if let Some(place) = usize::try_from(node).ok().and_then(|node| list.get_mut(node)) {
        *place = Some(value);
    }
}

fn operands(operation: &Operation) -> Vec<Node> {
    match operation {
        Operation::Constant(..)
        | Operation::NumberFact(_)
        | Operation::Prior(_)
        | Operation::LookUpCategory(..)
        | Operation::Given(_)
        | Operation::TruthFact(_)
        | Operation::Among(..)
        | Operation::Never
        | Operation::Always
        | Operation::Day(_)
        | Operation::DateFact(_) => Vec::new(),
        Operation::Add(a, b)
        | Operation::Subtract(a, b)
        | Operation::Times(a, b)
        | Operation::Least(a, b)
        | Operation::Greatest(a, b)
        | Operation::Union(a, b)
        | Operation::Compare(_, a, b) => vec![a.node(), b.node()],
        Operation::Choose(condition, a, b) => vec![condition.node(), a.node(), b.node()],
        Operation::Divide(a, ..) | Operation::LookUp(a, ..) => vec![a.node()],
        Operation::DaysBetween(a, b)
        | Operation::MonthsBetween(a, b)
        | Operation::YearsBetween(a, b)
        | Operation::CompareDates(_, a, b) => vec![a.node(), b.node()],
        Operation::And(a, b) | Operation::Or(a, b) => vec![a.node(), b.node()],
        Operation::Not(a) => vec![a.node()],
        Operation::PlusDays(date, days) => vec![date.node(), days.node()],
        Operation::PlusMonths(date, _) => vec![date.node()],
        Operation::ChooseDate(condition, a, b) => vec![condition.node(), a.node(), b.node()],
    }
}

/// The column that an operation reads, if it reads one.
fn column_of(operation: &Operation) -> Option<Column> {
    match operation {
        Operation::NumberFact(slot) => Some(Column::Numbers(*slot)),
        Operation::Prior(prior) => Some(Column::Prior(*prior)),
        Operation::Given(slot) => Some(Column::Given(*slot)),
        Operation::TruthFact(slot) => Some(Column::Truths(*slot)),
        Operation::DateFact(slot) => Some(Column::Dates(*slot)),
        Operation::LookUpCategory(slot, _) | Operation::Among(slot, _) => Some(Column::Codes(*slot)),
        Operation::Constant(..)
        | Operation::Add(..)
        | Operation::Subtract(..)
        | Operation::Times(..)
        | Operation::Least(..)
        | Operation::Greatest(..)
        | Operation::Choose(..)
        | Operation::Union(..)
        | Operation::Divide(..)
        | Operation::LookUp(..)
        | Operation::DaysBetween(..)
        | Operation::MonthsBetween(..)
        | Operation::YearsBetween(..)
        | Operation::Compare(..)
        | Operation::CompareDates(..)
        | Operation::And(..)
        | Operation::Or(..)
        | Operation::Not(_)
        | Operation::Never
        | Operation::Always
        | Operation::Day(_)
        | Operation::PlusDays(..)
        | Operation::PlusMonths(..)
        | Operation::ChooseDate(..) => None,
    }
}

/// Where the value of a node stands.
#[derive(Debug, Clone, Copy)]
enum Held {
    Number(NumberFrom),
    Mask(MaskFrom),
    Date(DateFrom),
}

struct Scheduler {
    places: Vec<Option<Held>>,
    /// Whether a node was asked for that stands nowhere.
    is_lost: Cell<bool>,
    last_uses: Vec<Option<Node>>,
    program: Program,
    free: Free,
}

/// Registers that hold nothing needed.
#[derive(Default)]
struct Free {
    numbers: Vec<NumberRegister>,
    masks: Vec<MaskRegister>,
    dates: Vec<DateRegister>,
}

impl Scheduler {
    fn last_use(&self, node: Node) -> Option<Node> {
        place(&self.last_uses, node)
    }

    fn number(&self, number: Number) -> NumberFrom {
        match place(&self.places, number.node()) {
            Some(Held::Number(from)) => from,
            Some(Held::Mask(_) | Held::Date(_)) | None => self.lost(NumberFrom::Constant(0)),
        }
    }

    fn mask(&self, mask: Mask) -> MaskFrom {
        match place(&self.places, mask.node()) {
            Some(Held::Mask(from)) => from,
            Some(Held::Number(_) | Held::Date(_)) | None => self.lost(MaskFrom::Constant(false)),
        }
    }

    fn date(&self, date: Date) -> DateFrom {
        match place(&self.places, date.node()) {
            Some(Held::Date(from)) => from,
            Some(Held::Number(_) | Held::Mask(_)) | None => self.lost(DateFrom::Constant(0)),
        }
    }

    #[cold]
    fn lost<T>(&self, instead: T) -> T {
        self.is_lost.set(true);
        instead
    }

    fn emit(&mut self, node: Node, operation: &Operation) {
        self.program.reads.extend(column_of(operation));
        let held = match operation {
            Operation::Constant(value, _) => Held::Number(NumberFrom::Constant(*value)),
            Operation::NumberFact(slot) => Held::Number(NumberFrom::Fact(*slot)),
            Operation::Prior(prior) => Held::Number(NumberFrom::Prior(*prior)),
            Operation::Given(slot) => Held::Mask(MaskFrom::Given(*slot)),
            Operation::TruthFact(slot) => Held::Mask(MaskFrom::Fact(*slot)),
            Operation::Never => Held::Mask(MaskFrom::Constant(false)),
            Operation::Always => Held::Mask(MaskFrom::Constant(true)),
            Operation::Day(day) => Held::Date(DateFrom::Constant(*day)),
            Operation::DateFact(slot) => Held::Date(DateFrom::Fact(*slot)),
            Operation::Add(a, b) => self.fill_number(ToNumber::Add(self.number(*a), self.number(*b))),
            Operation::Subtract(a, b) => self.fill_number(ToNumber::Subtract(self.number(*a), self.number(*b))),
            Operation::Times(a, b) => self.fill_number(ToNumber::Times(self.number(*a), self.number(*b))),
            Operation::Least(a, b) => self.fill_number(ToNumber::Least(self.number(*a), self.number(*b))),
            Operation::Greatest(a, b) => self.fill_number(ToNumber::Greatest(self.number(*a), self.number(*b))),
            Operation::Union(a, b) => self.fill_number(ToNumber::Union(self.number(*a), self.number(*b))),
            Operation::Choose(condition, a, b) => {
                self.fill_number(ToNumber::Choose(self.mask(*condition), self.number(*a), self.number(*b)))
            }
            Operation::Divide(a, divisor, mode, _) => {
                self.fill_number(ToNumber::Divide(self.number(*a), *divisor, *mode))
            }
            Operation::LookUp(key, first, table) => {
                self.fill_number(ToNumber::LookUp(self.number(*key), *first, table.clone()))
            }
            Operation::LookUpCategory(slot, table) => self.fill_number(ToNumber::LookUpCategory(*slot, table.clone())),
            Operation::DaysBetween(a, b) => self.fill_number(ToNumber::DaysBetween(self.date(*a), self.date(*b))),
            Operation::MonthsBetween(a, b) => self.fill_number(ToNumber::MonthsBetween(self.date(*a), self.date(*b))),
            Operation::YearsBetween(a, b) => self.fill_number(ToNumber::YearsBetween(self.date(*a), self.date(*b))),
            Operation::Among(slot, set) => self.fill_mask(ToMask::Among(*slot, set.clone())),
            Operation::Compare(by, a, b) => self.fill_mask(ToMask::Compare(*by, self.number(*a), self.number(*b))),
            Operation::CompareDates(by, a, b) => {
                self.fill_mask(ToMask::CompareDates(*by, self.date(*a), self.date(*b)))
            }
            Operation::And(a, b) => self.fill_mask(ToMask::And(self.mask(*a), self.mask(*b))),
            Operation::Or(a, b) => self.fill_mask(ToMask::Or(self.mask(*a), self.mask(*b))),
            Operation::Not(a) => self.fill_mask(ToMask::Not(self.mask(*a))),
            Operation::PlusDays(date, days) => self.fill_date(ToDate::PlusDays(self.date(*date), self.number(*days))),
            Operation::PlusMonths(date, months) => self.fill_date(ToDate::PlusMonths(self.date(*date), *months)),
            Operation::ChooseDate(condition, a, b) => {
                self.fill_date(ToDate::Choose(self.mask(*condition), self.date(*a), self.date(*b)))
            }
        };
        set(&mut self.places, node, held);
        for operand in operands(operation) {
            if self.last_use(operand) == Some(node) {
                self.release(operand);
            }
        }
    }

    fn fill_number(&mut self, step: ToNumber) -> Held {
        let register = take(&mut self.free.numbers, &mut self.program.registers.numbers);
        self.program.steps.push(Step::Number(register, step));
        Held::Number(NumberFrom::Register(register))
    }

    fn fill_mask(&mut self, step: ToMask) -> Held {
        let register = take(&mut self.free.masks, &mut self.program.registers.masks);
        self.program.steps.push(Step::Mask(register, step));
        Held::Mask(MaskFrom::Register(register))
    }

    fn fill_date(&mut self, step: ToDate) -> Held {
        let register = take(&mut self.free.dates, &mut self.program.registers.dates);
        self.program.steps.push(Step::Date(register, step));
        Held::Date(DateFrom::Register(register))
    }

    fn release(&mut self, node: Node) {
        match place(&self.places, node) {
            Some(Held::Number(NumberFrom::Register(register))) => give_back(&mut self.free.numbers, register),
            Some(Held::Mask(MaskFrom::Register(register))) => give_back(&mut self.free.masks, register),
            Some(Held::Date(DateFrom::Register(register))) => give_back(&mut self.free.dates, register),
            Some(Held::Number(_) | Held::Mask(_) | Held::Date(_)) | None => {}
        }
    }
}

fn give_back<I: PartialEq>(free: &mut Vec<I>, register: I) {
    if !free.contains(&register) {
        free.push(register);
    }
}

/// A free register of the kind, or one more.
fn take<I: Index>(free: &mut Vec<I>, count: &mut usize) -> I {
    free.pop().unwrap_or_else(|| {
        let register = I::at(*count);
        *count = count.saturating_add(1);
        register
    })
}
