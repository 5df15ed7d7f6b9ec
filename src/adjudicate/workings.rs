//! How a decision was worked out: the rules with the numbers that a claim gives them.
//!
//! Nothing is worked out here. Every number is asked of the one meaning of the plan, read once more for the same claim.

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::shown::{self, Form, Function, Infix, Naming, Term};
use crate::accumulator::Accumulators;
use crate::arena::Arena;
use crate::claim::Claim;
use crate::enrollment::Enrollment;
use crate::fact::{Kind, Value};
use crate::plan::expression::{
    BenefitIndex, Choice, Comparison, Date, LadderIndex, Number, Prior, Several, SlabIndex, Slot, StepIndex,
    TableIndex, Truth,
};
use crate::plan::{
    Action, AnyFigure, AnyValue, Benefit, Derived, EarlierBenefit, LedgerAmount, Limit, Origin, Period, Plan,
    Provenance, Rows, Waiting,
};
use crate::reading::exact::{Exact, Known, Silence};
use crate::scope::Scope;
use crate::semantics::{Meaning, Reading, Source};
use crate::text::{Text, say};

/// A figure of the pack that a decision was made with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UsedFigure {
    /// Its name in the pack.
    pub name: String,
    /// What it is called.
    pub title: Text,
    /// Its value: of a table the row that applied, of bands that pick one value the band. None of bands that each pay a part.
    pub value: Option<Text>,
    /// Why this row or band: what it was looked up by.
    pub because: Vec<Text>,
    /// Where it is written.
    pub clause: Text,
    /// How sure we are of it.
    pub provenance: Provenance,
}

/// A fact that the claim does not state and that follows from others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DerivedFact {
    /// Its name.
    pub fact: String,
    /// What it is called.
    pub title: Text,
    /// What it comes to.
    pub value: Text,
    /// How it follows.
    pub formula: Text,
}

/// A step with its numbers.
pub(super) struct Working {
    pub(super) text: Text,
    /// Whether the step has a condition that is not met, so that it was passed over.
    pub(super) applies: bool,
}

/// Reads single rules of a plan for a claim, to show them with their numbers.
pub(super) struct Worker<'a> {
    plan: &'a Plan,
    meaning: Meaning<'a, Exact<'a, Silence>>,
    /// How deep what is being shown stands in a rule.
    depth: usize,
    /// How many parts of the rule have been shown.
    shown: usize,
}

/// A person reads no formula that nests deeper; what lies below is shown by what it comes to.
const DEEPEST: usize = 16;
/// Nor one of more parts.
const MOST_PARTS: usize = 500;
/// Nor more values of a list.
const MOST_VALUES: usize = 200;

/// What is being looked for in a truth: why it is so, or what keeps it from being so.
type Observed = Vec<Text>;

impl<'a> Worker<'a> {
    /// The amounts are what each benefit pays before limits, as far as they are known.
    pub(super) fn new(
        plan: &'a Plan,
        enrollment: &'a Enrollment,
        claim: &'a Claim,
        accumulators: &'a Accumulators,
        paid: Arena<BenefitIndex, Known<Decimal>>,
    ) -> Worker<'a> {
        let paid = paid.into_iter().map(Known::fixed).collect();
        let reading = Exact::new(plan, enrollment, claim, accumulators, Silence);
        Worker { plan, meaning: Meaning::beside(plan, reading, paid), depth: 0, shown: 0 }
    }

    /// Goes one level down in a rule, unless it nests too deep, or is too wide, to be read.
    fn deeper<T>(&mut self, show: impl FnOnce(&mut Self) -> T) -> Option<T> {
        self.shown = if self.depth == 0 { 0 } else { self.shown.saturating_add(1) };
        if self.depth >= DEEPEST || self.shown > MOST_PARTS {
            return None;
        }
        self.depth = self.depth.saturating_add(1);
        let shown = show(self);
        self.depth = self.depth.saturating_sub(1);
        Some(shown)
    }

    /// How the gross amount comes about, unless it is a single number that the claim states.
    pub(super) fn gross(&mut self, benefit: &'a Benefit, gross: Decimal) -> Option<Text> {
        let mut because = Observed::new();
        let term = self.term(&benefit.gross.expression, Form::Yuan, &mut because)?;
        if term.is_single() && because.is_empty() {
            return None;
        }
        self.sound(equation(&term, Naming::Bare, &Form::Yuan.result(gross), because))
    }

    /// How a step comes to what it leaves of the due, or why it does not apply.
    pub(super) fn step(
        &mut self,
        benefit: BenefitIndex,
        step: StepIndex,
        due: Decimal,
        leaves: Decimal,
    ) -> Option<Working> {
        let stated = self.plan.benefit(benefit).step(step);
        if let Some(when) = &stated.when
            && self.meaning.truth(when) == Known::Known(false)
        {
            let mut because = Observed::new();
            self.observe(when, &mut because);
            let Text { zh, en } = shown::joined(&because, "，", ", ");
            return self.sound(Working { text: say!("不适用：{zh}", "does not apply: {en}"), applies: false });
        }
        let mut because = Observed::new();
        if let Some(when) = &stated.when {
            self.observe(when, &mut because);
        }
        let text = with_reasons(self.action(&stated.action, due, leaves)?, because);
        self.sound(Working { text, applies: true })
    }

    fn action(&mut self, action: &'a Action, due: Decimal, leaves: Decimal) -> Option<Text> {
        match action {
            Action::Pay(rate) => {
                let mut because = Observed::new();
                let rate = self.term(rate, Form::Rate, &mut because)?;
                let due = Term::Number { name: Text::default(), value: due, form: Form::Yuan };
                let term = Term::Infix(Infix::Times, Box::new([due, rate]));
                Some(equation(&term, Naming::Bare, &Form::Yuan.result(leaves), because))
            }
            Action::Bands(ladder) => Some(self.ladder(*ladder, due)),
            Action::Deductible { amount, used } => self.room(amount, *used, say!("已扣", "taken before")),
            Action::Limit { amount, used } => self.room(amount, *used, say!("已用", "used")),
            Action::Less(amount) | Action::Franchise { amount, .. } | Action::Minimum(amount) | Action::Add(amount) => {
                let mut because = Observed::new();
                let term = self.term(amount, Form::Yuan, &mut because)?;
                let value = self.number(amount)?;
                if term.is_single() {
                    let Text { zh, en } = Form::Yuan.show(value);
                    return Some(with_reasons(say!("{zh}", "{en}"), because));
                }
                Some(equation(&term, Naming::Bare, &Form::Yuan.result(value), because))
            }
            Action::Offset(benefits) | Action::Exclusive(benefits) => self.earlier(benefits),
            Action::Waiting(index) => self.waiting(self.plan.waiting(*index)),
        }
    }

    /// What each band pays on its part.
    fn ladder(&mut self, index: LadderIndex, due: Decimal) -> Text {
        let source = Source::Ladder(index);
        let due = Known::Known(due.into());
        let mut parts = Vec::new();
        for rung in &self.plan.ladder(index).rungs {
            let inside = self.meaning.inside(source, rung, &due);
            let pays = self.meaning.rung(source, rung, inside);
            let (Known::Known(inside), Known::Known(pays)) = (inside.decimal(), pays.decimal()) else { continue };
            if inside.is_zero() {
                continue;
            }
            let Text { zh, en } = band(rung.from, rung.up_to);
            let Text { zh: zh_cap, en: en_cap } = rung.at_most.map_or_else(Text::default, at_most);
            let (inside, rate) = (Form::Yuan.show(inside), Form::Rate.show(rung.pays));
            let (zh_inside, en_inside, rate, pays) = (inside.zh, inside.en, rate.en, Form::Yuan.result(pays).en);
            parts.push(say!(
                "{zh}：{zh_inside} × {rate} = {pays}{zh_cap}",
                "{en}: {en_inside} × {rate} = {pays}{en_cap}"
            ));
        }
        shown::joined(&parts, "；", "; ")
    }

    /// An amount, and what is left of it where some was used before.
    fn room(&mut self, amount: &'a Number, used: Option<Prior>, word: Text) -> Option<Text> {
        let room = self.meaning.room(amount, used).decimal().known()?;
        let used = match used {
            Some(prior) => self.meaning.reading.prior(prior).decimal().known()?,
            None => Decimal::ZERO,
        };
        self.left(amount, used, word, room)
    }

    /// How a limit over several benefits comes about, and what was used of it by earlier claims.
    pub(super) fn limit(&mut self, limit: &'a Limit) -> Option<Working> {
        let mut used = self.meaning.reading.number(Decimal::ZERO);
        for prior in limit.over.iter().filter_map(|earlier| earlier.paid_before) {
            let before = self.meaning.reading.prior(prior);
            used = self.meaning.reading.add(used, before);
        }
        let used = used.decimal().known()?;
        let room = self.meaning.room_of(limit).decimal().known()?;
        let text = self.left(&limit.amount, used, say!("已用", "used"), room)?;
        self.sound(Working { text, applies: true })
    }

    fn left(&mut self, amount: &'a Number, used: Decimal, word: Text, room: Decimal) -> Option<Text> {
        let mut because = Observed::new();
        let term = self.term(amount, Form::Yuan, &mut because)?;
        let whole = Form::Yuan.result(self.number(amount)?);
        let whole = if term.is_single() {
            with_reasons(whole, because)
        } else {
            equation(&term, Naming::Bare, &whole, because)
        };
        if used.is_zero() {
            return Some(whole);
        }
        let (Text { zh, en }, Text { zh: zh_word, en: en_word }) = (whole, word);
        let (used, room) = (Form::Yuan.result(used).en, Form::Yuan.result(room).en);
        Some(say!("{zh}，{zh_word} {used}，余 {room}", "{en}, less {used} {en_word}, leaves {room}"))
    }

    /// What benefits that stand before pay now, and what they have paid before.
    fn earlier(&mut self, benefits: &[EarlierBenefit]) -> Option<Text> {
        let mut parts = Vec::new();
        for EarlierBenefit { benefit, paid_before } in benefits {
            let Text { zh, en } = &*self.plan.benefit(*benefit).title;
            let now = self.meaning.paid(*benefit).decimal().known()?;
            let now = Form::Yuan.result(now).en;
            parts.push(match paid_before {
                None => say!("{zh}：本次 {now}", "{en}: {now} now"),
                Some(prior) => {
                    let before = self.meaning.reading.prior(*prior).decimal().known()?;
                    let before = Form::Yuan.result(before).en;
                    say!("{zh}：本次 {now}，此前 {before}", "{en}: {now} now, {before} before")
                }
            });
        }
        Some(shown::joined(&parts, "；", "; "))
    }

    /// How many days or months lie before the date that counts, and how many must.
    fn waiting(&mut self, waiting: &'a Waiting) -> Option<Text> {
        let (from, counts) = (self.meaning.date(&waiting.from), self.meaning.date(&waiting.counts));
        let (passed, wanted) = match &waiting.period {
            Period::Days(days) => {
                let passed = self.meaning.reading.days_between(from, counts).decimal().known()?;
                (Form::Days.show(passed), Form::Days.show(self.number(days)?))
            }
            Period::Months(months) => {
                let passed = self.meaning.reading.months_between(from, counts).decimal().known()?;
                (Form::Months.show(passed), Form::Months.show(months.count.into()))
            }
        };
        let (Text { zh, en }, Text { zh: zh_wanted, en: en_wanted }) = (passed, wanted);
        Some(say!("已满 {zh}，等待期 {zh_wanted}", "{en} passed, the waiting period is {en_wanted}"))
    }

    /// What keeps a condition from being met: what is so, and what is wanted.
    pub(super) fn unmet(&mut self, truth: &'a Truth) -> Vec<Text> {
        let mut found = Observed::new();
        self.refute(truth, true, &mut found);
        self.sound(found).into_iter().flatten().collect()
    }

    /// A fact that follows from others, if it does for this claim.
    pub(super) fn derived(&mut self, slot: Slot) -> Option<DerivedFact> {
        let fact = self.plan.fact(slot);
        let form = Form::of_fact(&fact.name, fact.kind);
        let (value, formula) = match fact.derived.as_ref()? {
            Derived::Number(number) => {
                let mut because = Observed::new();
                let value = form.result(self.number(number)?);
                let term = self.term(number, form, &mut because)?;
                let formula = equation(&term, Naming::Named, &value, because);
                (value, formula)
            }
            Derived::Date(date) => {
                let value = shown::date(self.day(date)?);
                (value.clone(), self.name_of_date(date))
            }
        };
        let derived = DerivedFact { fact: fact.name.to_string(), title: fact.title.clone(), value, formula };
        self.sound(derived)
    }

    /// A figure, a table or bands of the pack with what they come to for this claim.
    pub(super) fn figure(&mut self, source: Source) -> Option<UsedFigure> {
        let plan = self.plan;
        let mut because = Observed::new();
        let (origin, value) = match source {
            Source::Figure(AnyFigure::Number(index)) => {
                let figure = plan.number_figure(index);
                (&figure.origin, Some(Form::of_unit(figure.unit).show(figure.value)))
            }
            Source::Figure(AnyFigure::Date(index)) => {
                let figure = plan.date_figure(index);
                (&figure.origin, Some(shown::date(figure.value)))
            }
            Source::Table(index) => {
                let value = self.row(index, &mut because)?;
                (&plan.table(index).origin, Some(self.form_of_table(index).show(value)))
            }
            Source::Slab(index) => {
                let value = self.meaning.pick(index).decimal().known()?;
                self.band_of(index, &mut because);
                (&plan.slab(index).origin, Some(self.form_of_slab(index).show(value)))
            }
            Source::Ladder(index) => (&plan.ladder(index).origin, None),
        };
        let Origin { name, title, clause, provenance } = origin;
        let (title, clause) = (title.clone(), clause.clone());
        self.sound(UsedFigure { name: name.to_string(), title, value, because, clause, provenance: *provenance })
    }

    /// The row of a table that applies, and what it was looked up by.
    fn row(&mut self, index: TableIndex, because: &mut Observed) -> Option<Decimal> {
        let value = self.meaning.look_up(index).decimal().known()?;
        let fact = self.plan.fact(self.plan.table(index).by);
        let key = match self.meaning.reading.given_value(self.plan.table(index).by) {
            Some(value) => self.words_of(self.plan.table(index).by, &value),
            None => match &self.plan.table(index).rows {
                Rows::Numbers(_) => {
                    let key = self.meaning.number_fact(self.plan.table(index).by).decimal().known()?;
                    Form::of_fact(&fact.name, fact.kind).show(key)
                }
                Rows::Categories(_) | Rows::YesNo { .. } => say!("未填", "not given"),
            },
        };
        because.push(pair(&fact.title, &key));
        Some(value)
    }

    /// The band that was picked.
    fn band_of(&mut self, index: SlabIndex, because: &mut Observed) -> Option<()> {
        let slab = self.plan.slab(index);
        let (name, form) = (self.name(&slab.by), self.form(&slab.by));
        let key = self.number(&slab.by)?;
        because.push(pair(&name, &form.beside_name(key)));
        Some(())
    }

    /// What was worked out, unless a number did not fit on the way.
    fn sound<T>(&mut self, worked: T) -> Option<T> {
        self.meaning.reading.fault().is_none().then_some(worked)
    }

    fn number(&mut self, number: &'a Number) -> Option<Decimal> {
        self.meaning.number(number).decimal().known()
    }

    fn day(&mut self, date: &'a Date) -> Option<NaiveDate> {
        self.meaning.date(date).known()
    }

    /// An expression with its numbers: of choices what was chosen, and why; of sums what is not nothing.
    fn term(&mut self, number: &'a Number, hint: Form, because: &mut Observed) -> Option<Term> {
        match self.deeper(|worker| worker.parts(number, hint, because)) {
            Some(term) => term,
            None => self.single(number, hint),
        }
    }

    fn parts(&mut self, number: &'a Number, hint: Form, because: &mut Observed) -> Option<Term> {
        let infix =
            |infix: Infix, [left, right]: [Option<Term>; 2]| Some(Term::Infix(infix, Box::new([left?, right?])));
        match number {
            Number::Constant(_)
            | Number::Figure(_)
            | Number::Fact(_)
            | Number::Paid(_)
            | Number::Prior(_)
            | Number::DaysBetween(_)
            | Number::MonthsBetween(_)
            | Number::YearsBetween(_) => self.single(number, hint),
            Number::Table(index) => {
                self.row(*index, because)?;
                self.single(number, hint)
            }
            Number::Slab(index) => {
                self.band_of(*index, because)?;
                self.single(number, hint)
            }
            Number::Value(index) => self.term(self.plan.number_value(*index), hint, because),
            Number::Times(sides) => {
                let [left, right] = &**sides;
                infix(Infix::Times, [self.term(left, Form::Plain, because), self.term(right, Form::Plain, because)])
            }
            Number::Add(sides) => {
                let [left, right] = &**sides;
                match (self.number(left)?.is_zero(), self.number(right)?.is_zero()) {
                    (_, true) => self.term(left, hint, because),
                    (true, false) => self.term(right, hint, because),
                    (false, false) => {
                        infix(Infix::Add, [self.term(left, hint, because), self.term(right, hint, because)])
                    }
                }
            }
            Number::Subtract(sides) => {
                let [left, right] = &**sides;
                if self.number(right)?.is_zero() {
                    return self.term(left, hint, because);
                }
                infix(Infix::Subtract, [self.term(left, hint, because), self.term(right, hint, because)])
            }
            Number::Least(several) => self.several(Function::Least, number, several, hint, because),
            Number::Greatest(several) => self.several(Function::Greatest, number, several, hint, because),
            Number::Choose(choice) => {
                let Choice { condition, then, otherwise } = &**choice;
                let chosen = if self.meaning.truth(condition).known()? { then } else { otherwise };
                self.observe(condition, because);
                self.term(chosen, hint, because)
            }
        }
    }

    fn single(&mut self, number: &'a Number, hint: Form) -> Option<Term> {
        let (name, form, value) = (self.name(number), self.form(number).or(hint), self.number(number)?);
        Some(Term::Number { name, value, form })
    }

    /// A bound that the pack sets and that did not count, such as a cap of shares or that no amount is below nothing, is left out.
    fn several(
        &mut self,
        function: Function,
        number: &'a Number,
        several: &'a Several,
        hint: Form,
        because: &mut Observed,
    ) -> Option<Term> {
        let whole = self.number(number)?;
        let is_bound = |one: &Number| matches!(one, Number::Constant(_) | Number::Figure(_));
        let shares = several.iter().find(|one| matches!(one, Number::Fact(_)) && self.form(one) == Form::Shares);
        let mut subjects = several.iter().filter(|one| !is_bound(one));
        let only = shares.or(subjects.next().filter(|_| subjects.next().is_none()));
        if let Some(only) = only {
            let (name, form, value) = (self.name(only), self.form(only), self.number(only)?);
            if value == whole {
                return self.term(only, hint, because);
            }
            if form == Form::Shares {
                return Some(Term::Number { name, value: whole, form: Form::SharesOf(value) });
            }
        }
        let terms = several.iter().map(|one| self.term(one, hint, because));
        Some(Term::Function(function, terms.collect::<Option<_>>()?))
    }

    /// What a number counts.
    fn form(&self, number: &Number) -> Form {
        match number {
            Number::Figure(index) => Form::of_unit(self.plan.number_figure(*index).unit),
            Number::Fact(slot) => {
                let fact = self.plan.fact(*slot);
                Form::of_fact(&fact.name, fact.kind)
            }
            Number::Value(index) => self.form(self.plan.number_value(*index)),
            Number::Table(index) => self.form_of_table(*index),
            Number::Slab(index) => self.form_of_slab(*index),
            Number::Paid(_) => Form::Yuan,
            Number::Prior(prior) => match &self.plan.entry(prior.entry).amount {
                LedgerAmount::Paid(_) | LedgerAmount::Deducted(_) => Form::Yuan,
                LedgerAmount::Count(_) => Form::Plain,
                LedgerAmount::Sum(number) => self.form_of_sum(number),
            },
            Number::Add(sides) | Number::Subtract(sides) => {
                sides.iter().fold(Form::Plain, |form, one| form.or(self.form(one)))
            }
            Number::Times(sides) => {
                let [left, right] = &**sides;
                match (self.form(left), self.form(right)) {
                    (Form::YuanPerDay, Form::Days) | (Form::Days, Form::YuanPerDay) => Form::Yuan,
                    (Form::Plain | Form::Rate | Form::Shares | Form::SharesOf(_), form) | (form, _) => form,
                }
            }
            Number::Least(several) | Number::Greatest(several) => {
                several.iter().fold(Form::Plain, |form, one| form.or(self.form(one)))
            }
            Number::Choose(choice) => self.form(&choice.then).or(self.form(&choice.otherwise)),
            Number::DaysBetween(_) => Form::Days,
            Number::Constant(_) | Number::MonthsBetween(_) | Number::YearsBetween(_) => Form::Plain,
        }
    }

    /// What is summed may hang on the same sum before, so that its parts are not asked.
    fn form_of_sum(&self, summed: &Number) -> Form {
        let summed = if let Number::Value(index) = summed { self.plan.number_value(*index) } else { summed };
        match summed {
            Number::Figure(_)
            | Number::Fact(_)
            | Number::Table(_)
            | Number::Slab(_)
            | Number::Paid(_)
            | Number::DaysBetween(_) => self.form(summed),
            Number::Constant(_)
            | Number::Value(_)
            | Number::Prior(_)
            | Number::Add(_)
            | Number::Subtract(_)
            | Number::Times(_)
            | Number::Least(_)
            | Number::Greatest(_)
            | Number::Choose(_)
            | Number::MonthsBetween(_)
            | Number::YearsBetween(_) => Form::Plain,
        }
    }

    fn form_of_table(&self, index: TableIndex) -> Form {
        let values: Vec<Decimal> = match &self.plan.table(index).rows {
            Rows::Numbers(rows) => rows.iter().map(|(_, value)| *value).collect(),
            Rows::Categories(rows) => rows.iter().map(|(_, value)| *value).collect(),
            Rows::YesNo { yes, no } => vec![*yes, *no],
        };
        form_of_values(&values)
    }

    fn form_of_slab(&self, index: SlabIndex) -> Form {
        let slab = self.plan.slab(index);
        let values: Vec<Decimal> = slab.bands.iter().map(|(_, value)| *value).chain([slab.above]).collect();
        form_of_values(&values)
    }

    fn name(&self, number: &Number) -> Text {
        let plan = self.plan;
        match number {
            Number::Figure(index) => plan.number_figure(*index).origin.title.clone(),
            Number::Fact(slot) => plan.fact(*slot).title.clone(),
            Number::Value(index) => plan.title_of_value(AnyValue::Number(*index)),
            Number::Table(index) => plan.table(*index).origin.title.clone(),
            Number::Slab(index) => plan.slab(*index).origin.title.clone(),
            Number::Paid(benefit) => {
                let Text { zh, en } = &*plan.benefit(*benefit).title;
                say!("本次{zh}", "paid now for {en}")
            }
            Number::Prior(prior) => self.name_of_prior(*prior),
            Number::DaysBetween(dates) => {
                let [from, to] = &**dates;
                let (from, to) = (self.name_of_date(from), self.name_of_date(to));
                let (zh, zh_to, en, en_to) = (from.zh, to.zh, from.en, to.en);
                say!("{zh}至{zh_to}的天数", "days from {en} to {en_to}")
            }
            Number::MonthsBetween(dates) => {
                let [from, to] = &**dates;
                let (from, to) = (self.name_of_date(from), self.name_of_date(to));
                let (zh, zh_to, en, en_to) = (from.zh, to.zh, from.en, to.en);
                say!("{zh}至{zh_to}的足月数", "completed months from {en} to {en_to}")
            }
            Number::YearsBetween(dates) => {
                let [_, to] = &**dates;
                let Text { zh, en } = self.name_of_date(to);
                say!("{zh}时的周岁", "age on the {en}")
            }
            Number::Constant(_)
            | Number::Add(_)
            | Number::Subtract(_)
            | Number::Times(_)
            | Number::Least(_)
            | Number::Greatest(_)
            | Number::Choose(_) => Text::default(),
        }
    }

    fn name_of_prior(&self, prior: Prior) -> Text {
        let plan = self.plan;
        let Text { zh: zh_scope, en: en_scope } = match prior.scope {
            Scope::Event => say!("同一事件", "for the same event"),
            Scope::Period => say!("本保障期", "in this cover"),
            Scope::CalendarYear => say!("本自然年度", "in the same calendar year"),
            Scope::Life => say!("历次", "ever"),
        };
        match &plan.entry(prior.entry).amount {
            LedgerAmount::Paid(benefit) => {
                let Text { zh, en } = &*plan.benefit(*benefit).title;
                say!("{zh_scope}此前已付{zh}", "paid before for {en} {en_scope}")
            }
            LedgerAmount::Count(benefit) => {
                let Text { zh, en } = &*plan.benefit(*benefit).title;
                say!("{zh_scope}此前给付{zh}的次数", "times {en} was paid before {en_scope}")
            }
            LedgerAmount::Deducted(benefit) => {
                let Text { zh, en } = &*plan.benefit(*benefit).title;
                say!("{zh_scope}此前已扣起付线（{zh}）", "deducted before from {en} {en_scope}")
            }
            LedgerAmount::Sum(number) => {
                let Text { zh, en } = self.name(number);
                say!("{zh_scope}此前累计{zh}", "sum before of {en} {en_scope}")
            }
        }
    }

    fn name_of_date(&self, date: &Date) -> Text {
        match date {
            Date::Figure(index) => self.plan.date_figure(*index).origin.title.clone(),
            Date::Fact(slot) => self.plan.fact(*slot).title.clone(),
            Date::Value(index) => self.plan.title_of_value(AnyValue::Date(*index)),
            Date::PlusDays(sides) => self.name_of_date(&sides.0),
            Date::PlusMonths(date, _) => self.name_of_date(date),
            Date::Choose(choice) => self.name_of_date(&choice.then),
        }
    }

    /// The value of a fact in words.
    fn words_of(&self, slot: Slot, value: &Value) -> Text {
        let fact = self.plan.fact(slot);
        match value {
            Value::Number(number) if fact.kind == Kind::Money => Form::Yuan.show(*number),
            Value::Number(number) => Form::of_fact(&fact.name, fact.kind).show(*number),
            Value::YesNo(answer) => shown::yes(*answer),
            Value::Date(date) => shown::date(*date),
            Value::Text(text) => self.title_of_symbol(slot, text),
        }
    }

    fn title_of_symbol(&self, slot: Slot, name: &str) -> Text {
        let known = self.plan.fact(slot).symbols.named(name);
        known.map_or_else(|| Text::same(name), |symbol| symbol.title.clone())
    }

    /// Why a truth is as it is: the values that it stands on.
    fn observe(&mut self, truth: &'a Truth, seen: &mut Observed) {
        let _too_deep = self.deeper(|worker| worker.observe_here(truth, seen));
    }

    fn observe_here(&mut self, truth: &'a Truth, seen: &mut Observed) {
        match truth {
            Truth::Fact(slot) => {
                if let Known::Known(answer) = self.meaning.truth(truth) {
                    seen.push(pair(&self.plan.fact(*slot).title, &shown::yes(answer)));
                }
            }
            Truth::Value(index) => {
                if let Known::Known(answer) = self.meaning.truth(truth) {
                    seen.push(pair(&self.plan.title_of_value(AnyValue::Truth(*index)), &shown::yes(answer)));
                }
            }
            Truth::Given(slot) => {
                if let Known::Known(answer) = self.meaning.truth(truth) {
                    seen.push(pair(&self.plan.fact(*slot).title, &given(answer)));
                }
            }
            Truth::Compare(_, sides) => {
                let [left, right] = &**sides;
                seen.extend(self.subject(left, right));
            }
            Truth::Within(_, numbers) => {
                let [subject, from, _] = &**numbers;
                seen.extend(self.subject(subject, from));
            }
            Truth::CompareDates(_, dates) => {
                let [date, _] = &**dates;
                seen.extend(self.subject_date(date));
            }
            Truth::WithinDates(_, dates) => {
                let [date, ..] = &**dates;
                seen.extend(self.subject_date(date));
            }
            Truth::Among(slot, _) => seen.push(self.subject_category(*slot)),
            Truth::And(sides) | Truth::Or(sides) => sides.iter().for_each(|side| self.observe(side, seen)),
            Truth::Not(truth) => self.observe(truth, seen),
            Truth::Choose(choice) => {
                self.observe(&choice.condition, seen);
                if let Known::Known(answer) = self.meaning.truth(&choice.condition) {
                    self.observe(if answer { &choice.then } else { &choice.otherwise }, seen);
                }
            }
        }
    }

    /// What keeps a truth from being what it should be.
    fn refute(&mut self, truth: &'a Truth, should: bool, found: &mut Observed) {
        if self.meaning.truth(truth) == Known::Known(!should) {
            let _too_deep = self.deeper(|worker| worker.refute_here(truth, should, found));
        }
    }

    fn refute_here(&mut self, truth: &'a Truth, should: bool, found: &mut Observed) {
        match truth {
            Truth::Fact(slot) => {
                let is = pair(&self.plan.fact(*slot).title, &shown::yes(!should));
                found.push(wanted(&is, &shown::yes(should)));
            }
            Truth::Value(index) => self.refute(self.plan.truth_value(*index), should, found),
            Truth::Given(slot) => {
                let is = pair(&self.plan.fact(*slot).title, &given(!should));
                found.push(wanted(&is, &given(should)));
            }
            Truth::Compare(comparison, sides) => {
                let [left, right] = &**sides;
                let form = self.form(left).or(self.form(right));
                let (Some(is), Some(bound)) = (self.subject(left, right), self.number(right)) else { return };
                found.push(wanted(&is, &compared(*comparison, should, &form.show(bound))));
            }
            Truth::CompareDates(comparison, dates) => {
                let [left, right] = &**dates;
                let (Some(is), Some(bound)) = (self.subject_date(left), self.day(right)) else { return };
                found.push(wanted(&is, &compared_date(*comparison, should, bound)));
            }
            Truth::Within(upper, numbers) => {
                let [subject, from, to] = &**numbers;
                let form = self.form(subject).or(self.form(from)).or(self.form(to));
                let (Some(is), Some(from), Some(to)) =
                    (self.subject(subject, from), self.number(from), self.number(to))
                else {
                    return;
                };
                found.push(wanted(&is, &range(*upper, should, &form.show(from), &form.show(to))));
            }
            Truth::WithinDates(upper, dates) => {
                let [subject, from, to] = &**dates;
                let (Some(is), Some(from), Some(to)) = (self.subject_date(subject), self.day(from), self.day(to))
                else {
                    return;
                };
                found.push(wanted(&is, &range(*upper, should, &shown::date(from), &shown::date(to))));
            }
            Truth::Among(slot, values) => {
                let is = self.subject_category(*slot);
                let all = values.listed().len();
                let first = values.listed().iter().take(MOST_VALUES);
                let mut values: Vec<Text> = first.map(|value| self.title_of_symbol(*slot, value)).collect();
                if all > MOST_VALUES {
                    values.push(say!("……（共 {all} 个）", "… ({all} in all)"));
                }
                found.push(wanted(&is, &one_of(should, &values)));
            }
            Truth::And(sides) | Truth::Or(sides) => sides.iter().for_each(|side| self.refute(side, should, found)),
            Truth::Not(truth) => self.refute(truth, !should, found),
            Truth::Choose(choice) => {
                if let Known::Known(answer) = self.meaning.truth(&choice.condition) {
                    self.refute(if answer { &choice.then } else { &choice.otherwise }, should, found);
                }
            }
        }
    }

    /// A number by its name; where it has none, by the numbers in it.
    fn subject(&mut self, number: &'a Number, beside: &Number) -> Option<Text> {
        let form = self.form(number).or(self.form(beside));
        let value = self.number(number)?;
        let name = self.name(number);
        if name != Text::default() {
            return Some(pair(&name, &form.beside_name(value)));
        }
        let term = self.term(number, form, &mut Observed::new())?;
        Some(equation(&term, Naming::Named, &form.show(value), Observed::new()))
    }

    fn subject_date(&mut self, date: &'a Date) -> Option<Text> {
        Some(pair(&self.name_of_date(date), &shown::date(self.day(date)?)))
    }

    fn subject_category(&mut self, slot: Slot) -> Text {
        let value = match self.meaning.reading.given_value(slot) {
            Some(value) => self.words_of(slot, &value),
            None => given(false),
        };
        pair(&self.plan.fact(slot).title, &value)
    }
}

/// A part of the due between two edges.
fn band(from: Decimal, up_to: Option<Decimal>) -> Text {
    let Text { zh: zh_from, en: en_from } = Form::Yuan.show(from);
    match up_to.map(|edge| Form::Yuan.show(edge)) {
        Some(Text { zh, en }) if from.is_zero() => say!("{zh}以内", "up to {en}"),
        Some(Text { zh, en }) => say!("{zh_from}至{zh}", "{en_from} to {en}"),
        None if from.is_zero() => say!("全部", "all of it"),
        None => say!("{zh_from}以上", "above {en_from}"),
    }
}

fn at_most(cap: Decimal) -> Text {
    let Text { zh, en } = Form::Yuan.show(cap);
    say!("（至多 {zh}）", " (at most {en})")
}

/// Rates are fractions, and so is a whole one among them.
fn form_of_values(values: &[Decimal]) -> Form {
    let is_rate = values.iter().any(|value| !value.is_integer());
    if is_rate && values.iter().all(|value| *value <= Decimal::ONE) { Form::Rate } else { Form::Plain }
}

fn equation(term: &Term, naming: Naming, result: &Text, because: Observed) -> Text {
    let (Text { zh, en }, Text { zh: zh_result, en: en_result }) = (term.text(naming), result);
    let text = if term.is_single() && naming == Naming::Bare {
        Text { zh, en }
    } else {
        say!("{zh} = {zh_result}", "{en} = {en_result}")
    };
    with_reasons(text, because)
}

fn with_reasons(text: Text, because: Observed) -> Text {
    let Text { zh, en } = text;
    if because.is_empty() {
        return Text { zh, en };
    }
    let Text { zh: zh_because, en: en_because } = shown::joined(&because, "，", ", ");
    say!("{zh}（{zh_because}）", "{en} ({en_because})")
}

fn pair(name: &Text, value: &Text) -> Text {
    let (Text { zh, en }, Text { zh: zh_value, en: en_value }) = (name, value);
    say!("{zh} {zh_value}", "{en} {en_value}")
}

fn wanted(is: &Text, wanted: &Text) -> Text {
    let (Text { zh, en }, Text { zh: zh_wanted, en: en_wanted }) = (is, wanted);
    say!("{zh}，应为{zh_wanted}", "{en}, {en_wanted} wanted")
}

fn given(answer: bool) -> Text {
    if answer { say!("已填", "given") } else { say!("未填", "not given") }
}

fn compared(comparison: Comparison, should: bool, bound: &Text) -> Text {
    let Text { zh, en } = bound;
    match effective(comparison, should) {
        Comparison::Equal => say!(" {zh}", "{en}"),
        Comparison::Unequal => say!("非 {zh}", "other than {en}"),
        Comparison::Less => say!("小于 {zh}", "less than {en}"),
        Comparison::AtMost => say!("不超过 {zh}", "at most {en}"),
        Comparison::Greater => say!("大于 {zh}", "more than {en}"),
        Comparison::AtLeast => say!("不低于 {zh}", "at least {en}"),
    }
}

fn compared_date(comparison: Comparison, should: bool, bound: NaiveDate) -> Text {
    match effective(comparison, should) {
        Comparison::Equal => say!(" {bound}", "{bound}"),
        Comparison::Unequal => say!("非 {bound}", "not {bound}"),
        Comparison::Less => say!("早于 {bound}", "before {bound}"),
        Comparison::AtMost => say!("不晚于 {bound}", "no later than {bound}"),
        Comparison::Greater => say!("晚于 {bound}", "after {bound}"),
        Comparison::AtLeast => say!("不早于 {bound}", "no earlier than {bound}"),
    }
}

/// The comparison that is wanted: the other one, where the given one should not hold.
fn effective(comparison: Comparison, should: bool) -> Comparison {
    if should {
        return comparison;
    }
    match comparison {
        Comparison::Equal => Comparison::Unequal,
        Comparison::Unequal => Comparison::Equal,
        Comparison::Less => Comparison::AtLeast,
        Comparison::AtMost => Comparison::Greater,
        Comparison::Greater => Comparison::AtMost,
        Comparison::AtLeast => Comparison::Less,
    }
}

fn range(upper: Comparison, should: bool, from: &Text, to: &Text) -> Text {
    let (Text { zh, en }, Text { zh: zh_to, en: en_to }) = (from, to);
    let Text { zh, en } = match upper {
        Comparison::Less => say!("{zh} 至 {zh_to}（不含）", "{en} to below {en_to}"),
        Comparison::Equal | Comparison::Unequal | Comparison::AtMost | Comparison::Greater | Comparison::AtLeast => {
            say!("{zh} 至 {zh_to}", "{en} to {en_to}")
        }
    };
    if should { say!(" {zh}", "{en}") } else { say!("{zh} 之外", "outside {en}") }
}

fn one_of(should: bool, values: &[Text]) -> Text {
    let Text { zh, en } = shown::joined(values, "、", " or ");
    match (should, values.len()) {
        (true, 1) => say!("{zh}", "{en}"),
        (true, _) => say!("{zh}之一", "{en}"),
        (false, _) => say!("{zh}以外", "other than {en}"),
    }
}
