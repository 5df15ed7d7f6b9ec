//! What a function of an expression comes to, and what it reads of earlier claims.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::{DeclaredValue, Named, Resolver, Typed};
use crate::accumulator::{Entry, Measure};
use crate::code::Code;
use crate::diagnostic::{Span, did_you_mean};
use crate::pack::choice;
use crate::pack::syntax::{Syntax, Term, Unit};
use crate::plan::expression::{BenefitIndex, Date, EntryIndex, Number, Prior, Slot, Truth};
use crate::plan::{LedgerAmount, LedgerEntry};
use crate::scope::Scope;
use crate::text::say;

impl Resolver {
    pub(super) fn call(&mut self, function: &str, arguments: &[Syntax], span: &Span) -> Option<Typed> {
        match (function, arguments) {
            ("least", [_, ..]) => {
                self.numbers(arguments).map(|(numbers, unit)| Typed::Number(Number::Least(numbers), unit))
            }
            ("greatest", [_, ..]) => {
                self.numbers(arguments).map(|(numbers, unit)| Typed::Number(Number::Greatest(numbers), unit))
            }
            ("age", [at]) => {
                let born = self.rule_slot("birth_date").map(Date::Fact)?;
                let at = self.date(at)?;
                Some(Typed::Number(Number::YearsBetween(Box::new([born, at])), Unit::Plain))
            }
            ("days", [from, to]) => {
                let dates = self.dates(from, to)?;
                Some(Typed::Number(Number::DaysBetween(dates), Unit::Day))
            }
            ("months", [from, to]) => {
                let dates = self.dates(from, to)?;
                Some(Typed::Number(Number::MonthsBetween(dates), Unit::Plain))
            }
            ("given", [Syntax { term: Term::Name(name), span }]) => self.given(name, span),
            ("paid", [Syntax { term: Term::Name(name), span }]) => {
                let benefit = self.earlier_benefit(name, span)?;
                Some(Typed::Number(Number::Paid(benefit), Unit::Yuan))
            }
            ("prior.paid" | "prior.count" | "prior.sum", [Syntax { term: Term::Name(name), span }]) => {
                self.prior_call(function, name, span, None)
            }
            (
                "prior.paid" | "prior.count" | "prior.sum",
                [Syntax { term: Term::Name(name), span }, Syntax { term: Term::Name(scope), span: scope_span }],
            ) => self.prior_call(function, name, span, Some((scope, scope_span))),
            _ => {
                self.unknown_call(function, span);
                None
            }
        }
    }

    pub(super) fn unknown_call(&mut self, function: &str, span: &Span) {
        const FORMS: [(&str, &str); 10] = [
            ("least", "least(a, b, …)"),
            ("greatest", "greatest(a, b, …)"),
            ("age", "age(date)"),
            ("days", "days(from, to)"),
            ("months", "months(from, to)"),
            ("given", "given(fact)"),
            ("paid", "paid(benefit)"),
            ("prior.paid", "prior.paid(benefit, scope)"),
            ("prior.count", "prior.count(benefit, scope)"),
            ("prior.sum", "prior.sum(name, scope)"),
        ];
        if let Some((_, form)) = FORMS.iter().find(|(name, _)| *name == function) {
            let message = say!("`{function}` 的写法是 `{form}`", "`{function}` is written `{form}`");
            self.findings.report(Code::ExpressionSyntax, span, message);
            return;
        }
        let help = did_you_mean(function, FORMS.iter().map(|(name, _)| *name));
        let message = say!("没有名为 `{function}` 的函数", "no function is named `{function}`");
        self.findings.report(Code::UnknownName, span, message).help_with(help);
    }

    pub(super) fn given(&mut self, name: &str, span: &Span) -> Option<Typed> {
        let Some(slot) = self.rule_slot(name) else {
            self.unknown_name(name, span);
            return None;
        };
        if self.facts[slot].derived.is_some() && !self.standard {
            let message = say!(
                "`{name}` 可由其他事实推出，不能用 `given` 判断",
                "`{name}` may follow from other facts; `given` cannot be asked of it"
            );
            self.findings.report(Code::TypeMismatch, span, message);
            return None;
        }
        Some(Typed::Truth(Truth::Given(slot)))
    }

    pub(super) fn prior_call(
        &mut self,
        function: &str,
        name: &str,
        span: &Span,
        scope: Option<(&str, &Span)>,
    ) -> Option<Typed> {
        let scope = match scope {
            None => Scope::Period,
            Some((word, span)) => self.scope(word, span)?,
        };
        match function {
            "prior.sum" => self.prior_sum(name, span, scope),
            "prior.count" => {
                let benefit = self.benefit_named(name, span)?;
                let prior = self.prior(Measure::Count, benefit, scope)?;
                Some(Typed::Number(Number::Prior(prior), Unit::Plain))
            }
            _ => {
                let benefit = self.benefit_named(name, span)?;
                let prior = self.prior(Measure::Paid, benefit, scope)?;
                Some(Typed::Number(Number::Prior(prior), Unit::Yuan))
            }
        }
    }

    pub(super) fn scope(&mut self, word: &str, span: &Span) -> Option<Scope> {
        let found = Scope::ALL.into_iter().find(|(name, _)| *name == word).map(|(_, scope)| scope);
        if found.is_none() {
            let names = Scope::ALL.map(|(name, _)| name);
            let message = choice::refused(word, &names);
            self.findings.report(Code::BadValue, span, message).help_with([choice::help(word, &names)]);
        }
        found
    }

    pub(in crate::pack) fn prior_sum(&mut self, name: &str, span: &Span, scope: Scope) -> Option<Typed> {
        // What is summed is read when an earlier claim is decided, so a value may sum itself.
        let itself = match self.names.get(name).map(|declared| declared.named.clone()) {
            Some(Named::Value(index)) => self.sum_of_itself(index, span),
            _ => None,
        };
        let (number, unit) = match itself {
            Some(index) => {
                self.used.insert(name.to_owned());
                (Number::Value(index), Unit::Yuan)
            }
            None => match self.name(name, span)? {
                Typed::Number(number, unit) => (number, unit),
                Typed::Poisoned => return None,
                Typed::Truth(_) | Typed::Date(_) | Typed::Category(_) => {
                    self.findings.report(
                        Code::TypeMismatch,
                        span,
                        say!("`{name}` 不是数，不能累计", "`{name}` is not a number and cannot be summed"),
                    );
                    return None;
                }
            },
        };
        let entry = Entry { measure: Measure::Sum, name: name.into() };
        let named = self.first_fact(name);
        let index = self.entry(entry, LedgerAmount::Sum(number), named);
        Some(Typed::Number(Number::Prior(Prior { entry: index, scope }), unit))
    }

    /// What earlier claims have posted of a benefit.
    pub(in crate::pack) fn prior(&mut self, measure: Measure, benefit: BenefitIndex, scope: Scope) -> Option<Prior> {
        let amount = match measure {
            Measure::Paid => LedgerAmount::Paid(benefit),
            Measure::Count => LedgerAmount::Count(benefit),
            Measure::Deducted => LedgerAmount::Deducted(benefit),
            Measure::Sum => return None,
        };
        let name = Arc::clone(&self.benefits[benefit]);
        Some(Prior { entry: self.entry(Entry { measure, name }, amount, None), scope })
    }

    /// The fact of this name, or the first that the value of this name is worked out from, be it by way of other values.
    pub(in crate::pack) fn first_fact(&mut self, name: &str) -> Option<Slot> {
        if self.value_named(name).is_none() {
            return self.slot(name);
        }
        let (mut open, mut seen) = (vec![name.to_owned()], BTreeSet::new());
        while let Some(name) = open.pop() {
            if let Some(slot) = self.facts.position(|fact| *fact.name == *name) {
                return Some(slot);
            }
            if let Some(names) = self.value_named(&name).map(|index| &self.value_names[index])
                && seen.insert(name)
            {
                open.extend(names.iter().rev().cloned());
            }
        }
        None
    }

    fn value_named(&self, name: &str) -> Option<DeclaredValue> {
        if let Named::Value(index) = self.names.get(name)?.named { Some(index) } else { None }
    }

    pub(super) fn entry(&mut self, entry: Entry, amount: LedgerAmount, named: Option<Slot>) -> EntryIndex {
        if let Some(index) = self.entry_places.get(&entry) {
            return *index;
        }
        let index = self.entries.push(LedgerEntry { entry: entry.clone(), amount, named });
        self.entry_places.insert(entry, index);
        index
    }

    pub(in crate::pack) fn benefit_named(&mut self, name: &str, span: &Span) -> Option<BenefitIndex> {
        let found = self.benefit_places.get(name).copied();
        let is_every_benefit_named = || !self.benefits.is_empty() && !self.benefit_places.contains_key("");
        if found.is_none() && is_every_benefit_named() {
            if self.findings.is_full() {
                self.findings.one_more(Code::UnknownName, span);
                return None;
            }
            let help = did_you_mean(name, self.benefits.iter().map(|benefit| &**benefit));
            let message = say!("没有名为 `{name}` 的待遇", "no benefit is named `{name}`");
            self.findings.report(Code::UnknownName, span, message).help_with(help);
        }
        found
    }

    pub(in crate::pack) fn earlier_benefit(&mut self, name: &str, span: &Span) -> Option<BenefitIndex> {
        let found = self.benefit_named(name, span)?;
        if found >= self.benefit {
            let message = say!("待遇 `{name}` 不在本待遇之前", "the benefit `{name}` does not come before this one");
            let help = say!("调整 `[[benefit]]` 的先后", "change the order of the [[benefit]] tables");
            self.findings.report(Code::StandsAfter, span, message).help_with([help]);
            return None;
        }
        Some(found)
    }
}
