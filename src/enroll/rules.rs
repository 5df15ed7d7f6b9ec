//! The rules of enrolling, read for one application.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::answer::{Answer, Drawn, Enrolled, PayerLine, Reasons};
use super::application::Application;
use super::explain::{reason_of, why_nothing};
use super::pools::Pools;
use crate::accumulator::Accumulators;
use crate::adjudicate::Reason;
use crate::arena::Arena;
use crate::claim::Claim;
use crate::code::Code;
use crate::enrollment::Enrollment;
use crate::error::{Error, OrBug};
use crate::exact::{self, Fixed};
use crate::fact::{Holder, StandardFact};
use crate::facts;
use crate::money;
use crate::plan::expression::{IdentityIndex, PoolIndex, Slots};
use crate::plan::{Assumed, Draws, Excess, IfShort, Otherwise, Overlap, Part, Plan, PoolUnit};
use crate::reading::exact::{Exact, Known, Listener, Silence};
use crate::semantics::{Event, Meaning, Premium};
use crate::text::{Text, say};

impl Plan {
    /// Decides an application, where the member has these other covers and so much was taken from pools before.
    ///
    /// Covers of others and those of other plans do not count. What a cover takes from pools is not taken yet: [`Pools::take`] does that.
    ///
    /// ```
    /// use huzhu::enroll::{Application, Pools};
    /// use huzhu::{Catalog, Enrollment, facts};
    ///
    /// let catalog = Catalog::load("rules".as_ref())?;
    /// let henan = &catalog.versions("henan-accident")[0];
    /// let asked = Enrollment::new("A1", "henan-accident", "M1")
    ///     .with(facts::SHARES, 3)?
    ///     .with(facts::BIRTH_DATE, "1990-05-05".parse()?)?
    ///     .with(facts::COVERAGE_START, "2025-01-01".parse()?)?;
    ///
    /// let answer = henan.enroll(&Application::new(asked.clone()), &[], &Pools::new())?;
    /// let enrolled = answer.enrolled().expect("nothing speaks against it");
    /// assert_eq!((enrolled.shares().to_string(), enrolled.void_shares().to_string()), ("2".to_owned(), "1".to_owned()));
    /// assert_eq!(enrolled.paid_by("member"), Some("50".parse()?));
    /// assert_eq!(enrolled.enrollment().fact(facts::COVERAGE_END), Some("2025-12-31".parse()?));
    ///
    /// let again = Application::new(Enrollment::new("A2", "henan-accident", "M1").with(facts::SHARES, 1)?);
    /// let answer = henan.enroll(&again, &[enrolled.enrollment().clone()], &Pools::new())?;
    /// assert_eq!(answer.name(), "pended"); // when is the cover to start?
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::is_plan`] or [`Error::is_version`] if the application is for another plan or version; [`Error::is_fact`] if a fact of the
    /// pack's own has a value that it cannot have; [`Error::is_arithmetic`] if a sum does not fit.
    pub fn enroll(&self, application: &Application, covers: &[Enrollment], pools: &Pools) -> Result<Answer, Error> {
        self.check_belongs(&application.enrollment)?;
        let own = &application.enrollment;
        let others: Vec<&Enrollment> = covers
            .iter()
            .filter(|cover| cover.plan() == own.plan() && cover.member() == own.member() && cover.id() != own.id())
            .collect();
        let mut asked = Asked::new(self, own.clone());
        asked.date(&others)?;
        self.check_holds(&asked.enrollment)?;
        asked.look_at(&others)?;
        asked.decide(pools)
    }

    /// The first day of a cover that is applied for, as far as it can be told.
    pub(crate) fn first_day_of(
        &self,
        enrollment: &Enrollment,
        others: &[&Enrollment],
    ) -> Result<Option<NaiveDate>, Error> {
        let mut asked = Asked::new(self, enrollment.clone());
        asked.date(others)?;
        Ok(asked.enrollment.fact(facts::COVERAGE_START))
    }

    fn check_holds(&self, enrollment: &Enrollment) -> Result<(), Error> {
        match enrollment.fact(facts::COVERAGE_START) {
            Some(day) if enrollment.plan_version().is_none() && !self.effective.holds_on(day) => {
                let (id, version) = (self.id(), self.version());
                Err(Error::version(say!(
                    "计划 `{id}` 的版本 `{version}` 在 {day} 不适用",
                    "version `{version}` of `{id}` does not hold on {day}"
                )))
            }
            Some(_) | None => Ok(()),
        }
    }
}

/// An application on its way through the rules.
struct Asked<'a> {
    plan: &'a Plan,
    /// The enrollment as far as it is known.
    enrollment: Enrollment,
    period: Option<[NaiveDate; 2]>,
    /// The shares of other covers of the member that overlap.
    elsewhere: Decimal,
    /// What stands against each other.
    contradictions: Vec<Reason>,
    refusals: Vec<Reason>,
    /// What must be proved first.
    open: Vec<Reason>,
    missing: Slots,
    assumed: BTreeSet<Arc<Assumed>>,
}

impl<'a> Asked<'a> {
    fn new(plan: &'a Plan, enrollment: Enrollment) -> Asked<'a> {
        Asked {
            plan,
            enrollment,
            period: None,
            elsewhere: Decimal::ZERO,
            contradictions: Vec::new(),
            refusals: Vec::new(),
            open: Vec::new(),
            missing: Slots::default(),
            assumed: BTreeSet::new(),
        }
    }

    /// The first and the last day of the cover: by the rules where they say so, else as the application says.
    fn date(&mut self, others: &[&Enrollment]) -> Result<(), Error> {
        let by_rule = match self.plan.terms.cover.as_ref() {
            None => None,
            Some(cover) => {
                self.assumed.extend(cover.citation.assumed.iter().cloned());
                cover.starts.as_ref()
            }
        };
        if let Some(starts) = by_rule {
            let (claim, nothing, renewed) = (Claim::new(""), Accumulators::new(), self.after_the_last_of(others)?);
            let mut meaning = Meaning::new(self.plan, Exact::new(self.plan, &renewed, &claim, &nothing, Silence));
            let day = meaning.date(&starts.expression);
            if let Some(fault) = meaning.reading.fault() {
                return Err(fault);
            }
            match day {
                Known::Known(day) => self.set_date("coverage_start", day)?,
                Known::Missing(gap) => self.missing = self.missing.and(gap),
            }
        }
        let start = self.enrollment.fact(facts::COVERAGE_START);
        if let Some(start) = start.filter(|_| self.plan.terms.term.is_some()) {
            let end = self
                .plan
                .last_day_of_cover(start)
                .ok_or_else(|| Error::arithmetic(say!("日期超出日历范围", "a date lies beyond the calendar")))?;
            self.set_date("coverage_end", end)?;
        }
        let end = self.enrollment.fact(facts::COVERAGE_END);
        self.period = start.zip(end).map(|(start, end)| [start, end]);
        if start.is_none() && by_rule.is_none() {
            self.lack("coverage_start");
        }
        if end.is_none() && self.plan.terms.term.is_none() {
            self.lack("coverage_end");
        }
        Ok(())
    }

    /// The enrollment as one that follows the last of the member's covers: whether it does, the rule of its first day says.
    fn after_the_last_of(&self, others: &[&Enrollment]) -> Result<Enrollment, Error> {
        let given = self.enrollment.fact(facts::PREVIOUS_COVERAGE_END);
        let last = others.iter().filter_map(|cover| cover.fact(facts::COVERAGE_END)).max();
        let own = self.enrollment.clone();
        last.max(given).map_or(Ok(own.clone()), |last| own.with(facts::PREVIOUS_COVERAGE_END, last))
    }

    /// What follows from the rules; an application that says otherwise contradicts them.
    fn set_date(&mut self, fact: &str, day: NaiveDate) -> Result<(), Error> {
        let given = match fact {
            "coverage_start" => self.enrollment.fact(facts::COVERAGE_START),
            _ => self.enrollment.fact(facts::COVERAGE_END),
        };
        match given {
            Some(given) if given != day => {
                let (title, name) = (self.title_of(fact), fact);
                let Text { zh, en } = title;
                self.contradictions.push(Reason {
                    detail: Some(format!("{name}={given} by rule {day}")),
                    ..reason(
                        Code::FactContradicts,
                        say!(
                            "{zh}按规则为 {day}，申请写的是 {given}",
                            "{en} (`{name}`) is {day} by the rules, the application says {given}"
                        ),
                    )
                });
            }
            Some(_) => {}
            None => self.enrollment.facts.set(Holder::Enrollment, fact, day.into())?,
        }
        Ok(())
    }

    fn title_of(&self, fact: &str) -> Text {
        self.plan
            .fact_title(fact)
            .cloned()
            .or_else(|| {
                let standard = StandardFact::named(fact)?;
                Some(Text { zh: standard.zh.to_owned(), en: standard.en.to_owned() })
            })
            .unwrap_or_else(|| Text::same(fact))
    }

    /// A fact that every enrollment has.
    fn lack(&mut self, fact: &str) {
        let Text { zh, en } = self.title_of(fact);
        self.open.push(Reason {
            fact: Some(fact.to_owned()),
            detail: Some(fact.to_owned()),
            ..reason(Code::MissingFact, say!("缺少{zh}", "{en} (`{fact}`) is missing"))
        });
    }

    /// The member's other covers of the plan: which came before, and which overlap.
    fn look_at(&mut self, others: &[&Enrollment]) -> Result<(), Error> {
        let Some([start, end]) = self.period else { return Ok(()) };
        let mut previous = None;
        for cover in others {
            let days = cover.fact(facts::COVERAGE_START).zip(cover.fact(facts::COVERAGE_END));
            let Some((first, last)) = days else {
                let id = cover.id();
                self.open.push(reason(
                    Code::MissingFact,
                    say!("其他保障 `{id}` 没有起止日期", "the other cover `{id}` has no first and last day"),
                ));
                continue;
            };
            if last < start {
                previous = previous.max(Some(last));
            } else if first <= end {
                self.overlap(cover, first, last)?;
            }
        }
        self.follow(previous)
    }

    fn overlap(&mut self, cover: &Enrollment, first: NaiveDate, last: NaiveDate) -> Result<(), Error> {
        let id = cover.id();
        match self.plan.terms.overlap() {
            Overlap::Refuse => {
                let clause = self.plan.terms.cover.as_ref().map(|cover| Text::clone(&cover.citation.clause));
                self.refusals.push(Reason {
                    clause,
                    ..reason(
                        Code::CoverOverlaps,
                        say!("与 `{id}`（{first} 至 {last}）重叠", "overlaps `{id}` ({first} to {last})"),
                    )
                });
            }
            Overlap::Join => match cover.fact(facts::SHARES) {
                Some(shares) => self.elsewhere = exact::add(self.elsewhere, shares.into())?,
                None => self.open.push(reason(
                    Code::MissingFact,
                    say!("其他保障 `{id}` 没有份数", "the other cover `{id}` does not say how many shares it holds"),
                )),
            },
        }
        Ok(())
    }

    /// The cover before this one. The member may tell of one that nobody here knows, if it is the later.
    fn follow(&mut self, known: Option<NaiveDate>) -> Result<(), Error> {
        let given = self.enrollment.fact(facts::PREVIOUS_COVERAGE_END);
        match (known, given) {
            (Some(known), Some(given)) if given < known => {
                self.contradictions.push(reason(
                    Code::FactContradicts,
                    say!(
                        "上期保障终止于 {known}，申请写的是 {given}",
                        "the previous cover ended on {known}, the application says {given}"
                    ),
                ));
                Ok(())
            }
            (Some(known), None) => self.enrollment.facts.set(Holder::Enrollment, "previous_coverage_end", known.into()),
            (Some(_) | None, _) => Ok(()),
        }
    }

    fn decide(mut self, pools: &Pools) -> Result<Answer, Error> {
        let mut claim = Claim::new("");
        if !self.elsewhere.is_zero() {
            claim = claim.with("shares_elsewhere", self.elsewhere)?;
        }
        let enrollment = self.enrollment.clone();
        let nothing = Accumulators::new();
        let plan = self.plan;
        let exact = Exact::new(plan, &enrollment, &claim, &nothing, Broken::default());
        let mut meaning = Meaning::new(plan, exact);
        meaning.sound();
        self.ask_conditions(&mut meaning);
        let shares = self.shares(&claim)?;
        let holds = self.holds(pools)?;
        let number = match shares {
            Some(shares) => Known::Known(Fixed::from(shares)),
            None => Known::Missing(Slots::default()), // asked for already
        };
        let gifted = self.gifted();
        let number = [number, Known::Known(gifted.into())];
        let premium = plan.terms.price.as_ref().map(|price| meaning.premium(&price.expression, number, known(&holds)));
        let waived = plan.waitings.iter().filter(|waiting| meaning.renewed(waiting) == Known::Known(true));
        let waived = waived.map(|waiting| Arc::clone(&waiting.title)).collect();
        if let Some(fault) = meaning.reading.fault() {
            return Err(fault);
        }
        let Broken(broken) = meaning.reading.listener;
        self.contradictions.extend(broken.into_iter().map(|index| {
            let identity = plan.identity(index);
            Reason { code: identity.id.to_owned(), ..reason(Code::FactContradicts, identity.broken.clone()) }
        }));
        if let Some(premium) = &premium {
            self.look_for_what_lacks(premium, &holds);
            if self.missing.is_empty() {
                self.check_gifts(gives(premium)?);
            }
        }
        self.answer(shares, premium, &holds, waived)
    }

    fn ask_conditions<L: Listener>(&mut self, meaning: &mut Meaning<'a, Exact<'_, L>>) {
        for condition in &self.plan.terms.conditions {
            self.assumed.extend(condition.citation.assumed.iter().cloned());
            match meaning.truth(&condition.require) {
                Known::Known(true) => {}
                Known::Known(false) => {
                    let unmet = Reason {
                        code: condition.id.to_string(),
                        clause: Some(Text::clone(&condition.citation.clause)),
                        ..reason(Code::MissingFact, Text::clone(&condition.text))
                    };
                    match condition.otherwise {
                        Otherwise::Deny => self.refusals.push(unmet),
                        Otherwise::Pend => self.open.push(unmet),
                    }
                }
                Known::Missing(gap) => self.missing = self.missing.and(gap),
            }
        }
    }

    /// The shares that count. Where the plan does not ask for them, an application need not say.
    fn shares(&mut self, claim: &Claim) -> Result<Option<Decimal>, Error> {
        let plan = self.plan;
        let most = plan.most_shares(&self.enrollment)?;
        let counted = plan.counted_shares_of(&self.enrollment, claim)?;
        let Some(held) = self.enrollment.fact(facts::SHARES).map(Decimal::from) else {
            if plan.terms.price.is_some() || most.is_some() {
                self.lack("shares");
            }
            return Ok(None);
        };
        let elsewhere = self.elsewhere.normalize();
        match (&plan.terms.max_shares, most) {
            (Some((_, Excess::Refuse)), Some(most)) if exact::add(held, self.elsewhere)? > most => {
                let (held, most) = (held.normalize(), most.normalize());
                self.refusals.push(reason(
                    Code::TooManyShares,
                    say!(
                        "申请 {held} 份，其他保障已计入 {elsewhere} 份，上限为 {most} 份",
                        "{held} shares are asked for and other covers count {elsewhere}, at most {most} may be held"
                    ),
                ));
            }
            (Some((_, Excess::Void)), Some(most)) if counted.is_some_and(|counted| counted.is_zero()) => {
                let most = most.normalize();
                self.refusals.push(reason(
                    Code::NoShareLeft,
                    say!(
                        "其他保障已计入 {elsewhere} 份，上限为 {most} 份",
                        "other covers count {elsewhere} shares, at most {most} count"
                    ),
                ));
            }
            (Some(_) | None, _) => {}
        }
        Ok(counted)
    }

    fn holds(&self, pools: &Pools) -> Result<Arena<PoolIndex, Decimal>, Error> {
        let mut holds = Arena::with_capacity(self.plan.terms.pools.len());
        for pool in &self.plan.terms.pools {
            holds.push(pools.left_in(self.plan, pool)?);
        }
        Ok(holds)
    }

    /// The shares that were gifted, as the application says; where it says nothing, none was.
    fn gifted(&self) -> Decimal {
        match self.enrollment.fact(facts::GIFTED_SHARES) {
            Some(gifted) => gifted.into(),
            None => Decimal::ZERO,
        }
    }

    /// Where the rules say who gives shares, an application cannot say otherwise.
    fn check_gifts(&mut self, given: Decimal) {
        let by_rule = !self.plan.terms.payers.iter().any(|payer| payer.part == Part::Gifted);
        let told = self.gifted();
        if by_rule && !self.plan.terms.payers.is_empty() && !told.is_zero() && told != given {
            let (given, told) = (given.normalize(), told.normalize());
            self.contradictions.push(Reason {
                detail: Some(format!("gifted_shares={told} by rule {given}")),
                ..reason(
                    Code::FactContradicts,
                    say!(
                        "赠送份数按规则为 {given}，申请写的是 {told}",
                        "`gifted_shares` is {given} by the rules, the application says {told}"
                    ),
                )
            });
        }
    }

    /// Facts that the premium needs, and pools that have too little for an application that stands or falls with them.
    fn look_for_what_lacks(&mut self, premium: &Premium<Exact<'_, Broken>>, holds: &Arena<PoolIndex, Decimal>) {
        self.missing = self.missing.and(premium.total.missing());
        for (index, line) in premium.lines.indexed() {
            let payer = self.plan.payer(index);
            self.missing = self.missing.and(line.applies.missing()).and(line.pays.missing());
            if let Some(Draws { pool, if_short: IfShort::Refuse, .. }) = payer.draws
                && line.short == Known::Known(true)
            {
                let left = holds[pool];
                let pool = self.plan.pool(pool);
                let (title, left) = (&*pool.title, measured(left, pool.unit));
                self.refusals.push(Reason {
                    clause: Some(Text::clone(&payer.citation.clause)),
                    detail: Some(pool.id.to_string()),
                    ..reason(
                        Code::PoolUsedUp,
                        say!("{title}尚余{left}，不足", "left of {title}: {left}, which is not enough"; left, title),
                    )
                });
            }
        }
    }

    /// What the price stands on, and each payer that it is for.
    fn assume_the_price(&mut self, premium: Option<&Premium<Exact<'_, Broken>>>) {
        let Some(premium) = premium else { return };
        self.assumed.extend(self.plan.terms.assumed.iter().cloned());
        for (index, line) in premium.lines.indexed() {
            if line.applies == Known::Known(true) {
                self.assumed.extend(self.plan.payer(index).citation.assumed.iter().cloned());
            }
        }
    }

    fn answer(
        mut self,
        shares: Option<Decimal>,
        premium: Option<Premium<Exact<'_, Broken>>>,
        holds: &Arena<PoolIndex, Decimal>,
        waived: Vec<Arc<Text>>,
    ) -> Result<Answer, Error> {
        self.ask_for_what_lacks();
        if self.contradictions.is_empty() && self.refusals.is_empty() && self.open.is_empty() {
            self.assume_the_price(premium.as_ref());
            return self.enrolled(shares, premium, holds, waived);
        }
        let reasons = |list| Reasons {
            application: Arc::clone(&self.enrollment.id),
            plan: Arc::clone(self.plan.reference()),
            list,
            assumed: self.assumed.iter().cloned().collect(),
        };
        Ok(if !self.contradictions.is_empty() {
            Answer::Pended(reasons(self.contradictions))
        } else if !self.refusals.is_empty() {
            Answer::Refused(reasons(self.refusals))
        } else {
            Answer::Pended(reasons(self.open))
        })
    }

    /// Asks for the facts that are missing, each once. Days that follow by a rule wait for what the rule reads, which is asked for.
    fn ask_for_what_lacks(&mut self) {
        let follow = self.plan.terms.cover.as_ref().is_some_and(|cover| cover.starts.is_some());
        let follows = |name: &str| follow && ["coverage_start", "coverage_end"].contains(&name);
        for slot in self.missing.iter() {
            let name = self.plan.fact(slot).name.to_string();
            if !follows(&name) {
                self.lack(&name);
            }
        }
        let mut seen = BTreeSet::new();
        self.open.retain(|reason| seen.insert((reason.code.clone(), reason.text.en.clone())));
    }

    fn enrolled(
        self,
        shares: Option<Decimal>,
        premium: Option<Premium<Exact<'_, Broken>>>,
        holds: &Arena<PoolIndex, Decimal>,
        waived: Vec<Arc<Text>>,
    ) -> Result<Answer, Error> {
        // A plan that does not ask for shares counts none.
        let (held, shares) = match (self.enrollment.fact(facts::SHARES), shares) {
            (Some(held), Some(shares)) => (Decimal::from(held), shares),
            (Some(_) | None, _) => (Decimal::ZERO, Decimal::ZERO),
        };
        let (price, total, payers) = match premium {
            None => (None, Decimal::ZERO, Vec::new()),
            Some(premium) => {
                let price = Decimal::from(premium.price.known().or_bug()?);
                let total = Decimal::from(premium.total.known().or_bug()?);
                (Some(price), total, lines(self.plan, &premium, holds)?)
            }
        };
        let gifted = payers.iter().try_fold(Decimal::ZERO, |sum, line| exact::add(sum, line.gives))?;
        let mut enrollment = self.enrollment;
        if !shares.is_zero() {
            enrollment = enrollment.with("shares", shares)?;
        }
        if !gifted.is_zero() {
            enrollment = enrollment.with("gifted_shares", gifted)?;
        }
        Ok(Answer::Enrolled(Box::new(Enrolled {
            plan: Arc::clone(self.plan.reference()),
            enrollment,
            shares,
            void_shares: exact::subtract(held, shares)?.max(Decimal::ZERO),
            price,
            total,
            payers,
            period: self.plan.terms.cover.as_ref().map(|cover| Arc::clone(&cover.citation.clause)),
            waived,
            assumed: self.assumed.into_iter().collect(),
        })))
    }
}

/// The shares that payers give whole.
fn gives(premium: &Premium<Exact<'_, Broken>>) -> Result<Decimal, Error> {
    let known = premium.lines.iter().filter_map(|line| line.gives.known().map(Decimal::from));
    Ok(known.into_iter().try_fold(Decimal::ZERO, exact::add)?)
}

/// What the pools hold, as a reading takes it.
fn known(holds: &Arena<PoolIndex, Decimal>) -> Arena<PoolIndex, Known<Fixed>> {
    holds.iter().map(|holds| Known::Known((*holds).into())).collect()
}

/// What each payer pays, once nothing is missing.
fn lines(
    plan: &Plan,
    premium: &Premium<Exact<'_, Broken>>,
    holds: &Arena<PoolIndex, Decimal>,
) -> Result<Vec<PayerLine>, Error> {
    let mut left = holds.clone();
    let mut lines = Vec::with_capacity(premium.lines.len());
    for (index, line) in premium.lines.indexed() {
        let payer = plan.payer(index);
        let amount = |known: &Known<Fixed>| known.known().map(Decimal::from).or_bug();
        let (gives, pays, leaves) = (amount(&line.gives)?, amount(&line.pays)?, amount(&line.leaves)?);
        let mut drawn = None;
        if let Some(Draws { pool: index, .. }) = payer.draws {
            let pool = plan.pool(index);
            let taken = match pool.unit {
                PoolUnit::Shares => gives,
                PoolUnit::Yuan => pays,
            };
            left[index] = exact::subtract(left[index], taken)?;
            let (id, title) = (Arc::clone(&pool.id), Arc::clone(&pool.title));
            drawn = Some(Drawn { pool: id, title, unit: pool.unit, taken, left: left[index] });
        }
        let applies = line.applies.known().or_bug()?;
        let short = line.short.known().or_bug()?;
        let reason = if applies { reason_of(plan, payer, short) } else { why_nothing(plan, payer) };
        lines.push(PayerLine {
            id: Arc::clone(&payer.id),
            title: Arc::clone(&payer.title),
            reason,
            clause: Arc::clone(&payer.citation.clause),
            gives,
            pays,
            leaves,
            drawn: drawn.filter(|drawn| !drawn.taken.is_zero()),
            short_of: payer.draws.filter(|_| short).map(|draws| Arc::clone(&plan.pool(draws.pool).id)),
        });
    }
    Ok(lines)
}

/// So many shares, or so much money.
pub(super) fn measured(amount: Decimal, unit: PoolUnit) -> Text {
    match unit {
        PoolUnit::Shares => {
            let number = amount.normalize();
            if amount == Decimal::ONE {
                say!(" {number} 份", "{number} share")
            } else {
                say!(" {number} 份", "{number} shares")
            }
        }
        PoolUnit::Yuan => {
            let number = money::print(amount);
            say!(" {number} 元", "{number} yuan")
        }
    }
}

fn reason(code: Code, text: Text) -> Reason {
    Reason { code: code.name().to_owned(), text, clause: None, fact: None, detail: None, found: Vec::new() }
}

/// Hears which facts contradict each other.
#[derive(Debug, Default)]
struct Broken(Vec<IdentityIndex>);

impl Listener for Broken {
    fn hear(&mut self, event: Event<'_, Exact<'_, Broken>>) {
        if let Event::Identity { index, holds: Known::Known(false), .. } = event {
            self.0.push(index);
        }
    }
}
