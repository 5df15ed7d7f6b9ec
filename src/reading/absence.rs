//! What is not known, and for want of which facts: how that spreads from what an operation is worked out from to what it comes to.
//!
//! The rules stand here once. A reading that has no unknown of its own says what its truths and its sets of facts are, and gets
//! absence as operations on these: masks and bits of columns, formulas of a sheet, and plainly the values of one claim.

#[cfg(any(feature = "batch", feature = "workbook"))]
use super::formula::graph::{Logic, Node, Operation};
#[cfg(any(feature = "batch", feature = "workbook"))]
use crate::plan::expression::{PriorIndex, Slot, TableIndex};

/// Whether something is known, and the facts that are missing to tell it: none where it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Lack<T, F> {
    pub(crate) known: T,
    pub(crate) missing: F,
}

/// A truth that may be unknown: neither yes nor no where facts are missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Ternary<T, F> {
    pub(crate) yes: T,
    pub(crate) no: T,
    pub(crate) missing: F,
}

/// The same in a reading.
pub(crate) type LackOf<A> = Lack<<A as Absence>::Truth, <A as Absence>::Facts>;
pub(crate) type TernaryOf<A> = Ternary<<A as Absence>::Truth, <A as Absence>::Facts>;

/// Truths and sets of facts as a reading has them, and the rules of the unknown on them.
#[cfg_attr(not(feature = "batch"), expect(dead_code, reason = "one claim alone needs but a few of the rules"))]
pub(crate) trait Absence {
    type Truth: Clone;
    type Facts: Clone;

    fn always(&mut self) -> Self::Truth;
    fn both(&mut self, one: Self::Truth, other: Self::Truth) -> Self::Truth;
    fn either(&mut self, one: Self::Truth, other: Self::Truth) -> Self::Truth;
    fn contrary(&mut self, truth: Self::Truth) -> Self::Truth;
    fn no_facts(&mut self) -> Self::Facts;
    fn facts_of_both(&mut self, one: Self::Facts, other: Self::Facts) -> Self::Facts;
    /// The first set where it is true, else the second one.
    fn facts_where(&mut self, truth: Self::Truth, then: Self::Facts, otherwise: Self::Facts) -> Self::Facts;

    /// What is known whatever is missing.
    #[inline]
    fn nothing_lacks(&mut self) -> LackOf<Self> {
        Lack { known: self.always(), missing: self.no_facts() }
    }

    /// What is known where these facts are not needed.
    #[inline]
    fn lacks_unless(&mut self, known: Self::Truth, facts: Self::Facts) -> LackOf<Self> {
        let none = self.no_facts();
        Lack { known: known.clone(), missing: self.facts_where(known, none, facts) }
    }

    /// Both, or all that is missing to tell either.
    #[inline]
    fn with(&mut self, left: LackOf<Self>, right: LackOf<Self>) -> LackOf<Self> {
        Lack { known: self.both(left.known, right.known), missing: self.facts_of_both(left.missing, right.missing) }
    }

    /// The side that the condition chooses; where that is not known, all that is missing to tell it and the sides.
    #[inline]
    fn chosen(&mut self, condition: TernaryOf<Self>, then: LackOf<Self>, otherwise: LackOf<Self>) -> LackOf<Self> {
        let Ternary { yes, no, missing } = condition;
        let is_then = self.both(yes.clone(), then.known);
        let is_otherwise = self.both(no.clone(), otherwise.known);
        let sides = self.facts_of_both(then.missing.clone(), otherwise.missing.clone());
        let all = self.facts_of_both(missing, sides);
        let unless_then = self.facts_where(no, otherwise.missing, all);
        Lack { known: self.either(is_then, is_otherwise), missing: self.facts_where(yes, then.missing, unless_then) }
    }

    /// What is found by a key that is known; where it is not found, the facts for want of which it is not.
    #[inline]
    fn found(&mut self, key: LackOf<Self>, is_found: Self::Truth, facts: Self::Facts) -> LackOf<Self> {
        let Lack { known: row, missing } = self.lacks_unless(is_found, facts);
        let missing = self.facts_where(key.known.clone(), missing, key.missing);
        Lack { known: self.both(key.known, row), missing }
    }

    /// A truth that says so where it is known.
    #[inline]
    fn told(&mut self, holds: Self::Truth, lack: LackOf<Self>) -> TernaryOf<Self> {
        let fails = self.contrary(holds.clone());
        let Lack { known, missing } = lack;
        Ternary { yes: self.both(known.clone(), holds), no: self.both(known, fails), missing }
    }

    /// Where a truth is known.
    #[inline]
    fn lack(&mut self, truth: TernaryOf<Self>) -> LackOf<Self> {
        Lack { known: self.either(truth.yes, truth.no), missing: truth.missing }
    }

    /// A no is enough, whatever is missing to tell the other.
    #[inline]
    fn conjunction(&mut self, left: TernaryOf<Self>, right: TernaryOf<Self>) -> TernaryOf<Self> {
        let (yes, no) = (self.both(left.yes, right.yes), self.either(left.no, right.no));
        let (none, all) = (self.no_facts(), self.facts_of_both(left.missing, right.missing));
        Ternary { yes, no: no.clone(), missing: self.facts_where(no, none, all) }
    }

    /// A yes is enough, whatever is missing to tell the other.
    #[inline]
    fn disjunction(&mut self, left: TernaryOf<Self>, right: TernaryOf<Self>) -> TernaryOf<Self> {
        let contrary = self.conjunction(left.contrary(), right.contrary());
        contrary.contrary()
    }

    /// Unless it is known to be false; known always.
    #[inline]
    fn unless_false(&mut self, truth: TernaryOf<Self>) -> TernaryOf<Self> {
        Ternary { yes: self.contrary(truth.no.clone()), no: truth.no, missing: self.no_facts() }
    }

    /// Whether it is known; known always.
    #[inline]
    fn is_known(&mut self, lack: LackOf<Self>) -> TernaryOf<Self> {
        Ternary { yes: lack.known.clone(), no: self.contrary(lack.known), missing: self.no_facts() }
    }
}

impl<T, F> Ternary<T, F> {
    /// No for yes; as unknown as before.
    #[inline]
    pub(crate) fn contrary(self) -> Ternary<T, F> {
        Ternary { yes: self.no, no: self.yes, missing: self.missing }
    }
}

/// What is known of each operation of a formula that a reading goes through.
#[cfg(any(feature = "batch", feature = "workbook"))]
pub(crate) trait Spread {
    type Terms: Absence;
    /// Where the reading has no answer.
    type Fault;

    /// Its truths and sets of facts.
    fn terms(&mut self) -> &mut Self::Terms;
    /// What was found of an operation that came before.
    fn lack_of(&mut self, node: Node) -> Result<LackOf<Self::Terms>, Self::Fault>;
    /// The same of one that is a truth.
    fn truth_of(&mut self, node: Node) -> Result<TernaryOf<Self::Terms>, Self::Fault>;
    /// Where a fact is given.
    fn is_given(&mut self, slot: Slot) -> <Self::Terms as Absence>::Truth;
    /// The set of this fact.
    fn only(&mut self, slot: Slot) -> <Self::Terms as Absence>::Facts;
    /// What is known of what earlier claims have posted.
    fn prior(&mut self, index: PriorIndex) -> LackOf<Self::Terms>;
    /// Where a key that is known has a row, or the table has a value beside its rows.
    fn has_row(&mut self, key: Node, table: TableIndex) -> Result<<Self::Terms as Absence>::Truth, Self::Fault>;
    /// The fact that tells the row of a table.
    fn fact_of(&self, table: TableIndex) -> Slot;

    /// What is known of an operation, by what is known of those that it is worked out from.
    ///
    /// A date beyond the calendar is a fault of the data and asks for no fact: where it is not known, the reading itself says so.
    ///
    /// # Errors
    /// If the reading has no answer for one of them.
    fn absence(&mut self, operation: &Operation) -> Result<LackOf<Self::Terms>, Self::Fault> {
        Ok(match operation {
            Operation::Number(..) | Operation::Date(..) | Operation::Truth(_) => self.terms().nothing_lacks(),
            Operation::Fact(slot) => {
                let (given, itself) = (self.is_given(*slot), self.only(*slot));
                self.terms().lacks_unless(given, itself)
            }
            Operation::Prior(index) => self.prior(*index),
            Operation::Add(nodes)
            | Operation::Subtract(nodes)
            | Operation::Times(nodes)
            | Operation::Least(nodes)
            | Operation::Greatest(nodes)
            | Operation::DaysBetween(nodes)
            | Operation::MonthsBetween(nodes)
            | Operation::YearsBetween(nodes)
            | Operation::PlusDays(nodes)
            | Operation::Compare(_, nodes) => {
                let (left, right) = (self.lack_of(nodes[0])?, self.lack_of(nodes[1])?);
                self.terms().with(left, right)
            }
            Operation::Round(node, _) | Operation::PlusMonths(node, ..) | Operation::Among(node, _) => {
                self.lack_of(*node)?
            }
            Operation::Logic(logic) => {
                let truth = self.logic(logic)?;
                self.terms().lack(truth)
            }
            Operation::Choose([condition, then, otherwise]) => {
                let condition = self.truth_of(*condition)?;
                let (then, otherwise) = (self.lack_of(*then)?, self.lack_of(*otherwise)?);
                self.terms().chosen(condition, then, otherwise)
            }
            Operation::LookUp(key, table) => {
                let (lack, has_row) = (self.lack_of(*key)?, self.has_row(*key, *table)?);
                let by = self.only(self.fact_of(*table));
                self.terms().found(lack, has_row, by)
            }
            Operation::Derived(node, slot) => {
                let (known, itself) = (self.lack_of(*node)?.known, self.only(*slot));
                self.terms().lacks_unless(known, itself)
            }
        })
    }

    /// A truth by what others say, or do not say.
    ///
    /// # Errors
    /// If the reading has no answer for one of them.
    fn logic(&mut self, logic: &Logic) -> Result<TernaryOf<Self::Terms>, Self::Fault> {
        Ok(match logic {
            Logic::And([left, right]) => {
                let (left, right) = (self.truth_of(*left)?, self.truth_of(*right)?);
                self.terms().conjunction(left, right)
            }
            Logic::Or([left, right]) => {
                let (left, right) = (self.truth_of(*left)?, self.truth_of(*right)?);
                self.terms().disjunction(left, right)
            }
            Logic::Not(node) => self.truth_of(*node)?.contrary(),
            Logic::NotFalse(node) => {
                let truth = self.truth_of(*node)?;
                self.terms().unless_false(truth)
            }
            Logic::Given(node) => {
                let lack = self.lack_of(*node)?;
                self.terms().is_known(lack)
            }
        })
    }
}
