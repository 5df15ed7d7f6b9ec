//! Rounds: the first claim of every account, then the second, and so on, so that blocks of claims are decided together.

use std::collections::{BTreeMap, BTreeSet};
use std::mem;
use std::ops::Range;

use chrono::Datelike;
use rust_decimal::Decimal;

use super::dates::{Dated, Dates};
use super::facts::date;
use super::gather::{Gathered, mark_beyond};
use super::grouping::Account;
use super::payouts::{Line, Results, TextPlace};
use super::plans::{Ledger, PlanIndex, Prepared, TallyIndex, VersionIndex};
use super::ties::Ties;
use super::{Bucket, fallback};
use crate::accumulator::{Accumulators, Entry, Group, Period};
use crate::adjudicate::Decision;
use crate::adjudicate::detail::detailed;
use crate::arena::{Arena, Index};
use crate::code::Code;
use crate::error::{Error, OrBug};
use crate::plan::Plan;
use crate::plan::expression::PriorIndex;
use crate::reading::columns::answer::{Answers, Decisions, missing};
use crate::reading::columns::lower::MOST_POSTED;
use crate::reading::columns::program::{Inputs, Outputs};
use crate::scope::Scope;

/// The claims of a bucket on their way through columns.
pub(super) struct Rounds<'b> {
    bucket: Bucket<'b>,
    /// By account: whether columns have no answer for one of its claims.
    exact: Vec<bool>,
    /// By place.
    account_of: Vec<u32>,
    /// By place: the day of the event, and the first day of the cover.
    days: Vec<(i32, i32)>,
    /// Accounts with claims of one day, which only their ids put in order.
    tied: Vec<Account>,
    /// Those of them where an amount hangs on it.
    hanging: BTreeSet<usize>,
}

/// Claims that are decided together: one plan, one version, the same turn in their accounts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Turn {
    plan: PlanIndex,
    round: usize,
    version: VersionIndex,
    /// Whether no later claim of the account asks what this one has posted, nor one that is tied with it.
    is_last: bool,
}

/// What earlier claims of a plan's accounts have posted, after each claim.
pub(super) struct Tallies {
    /// By place.
    pub(super) after: Arena<TallyIndex, Vec<i64>>,
}

impl<'b> Rounds<'b> {
    pub(super) fn new(bucket: Bucket<'b>) -> Rounds<'b> {
        let claims = bucket.accounts.claim_count();
        Rounds {
            bucket,
            exact: vec![false; bucket.accounts.count()],
            account_of: vec![0; claims],
            days: vec![(0, 0); claims],
            tied: Vec::new(),
            hanging: BTreeSet::new(),
        }
    }

    pub(super) fn bucket(&self) -> Bucket<'b> {
        self.bucket
    }

    pub(super) fn needs_exact(&self, account: usize) -> bool {
        self.exact.get(account).is_none_or(|exact| *exact)
    }

    /// Whether the claim at the place is left to the exact reading.
    pub(super) fn is_left_at(&self, place: usize) -> bool {
        let account = self.account_of.get(place).and_then(|account| usize::try_from(*account).ok());
        account.is_none_or(|account| self.needs_exact(account))
    }

    /// Decides every account that columns can.
    ///
    /// # Errors
    /// [`Error::is_bug`].
    pub(super) fn decide(&mut self, results: &mut Results) -> Result<(), Error> {
        let bucket = self.bucket;
        let turns = self.turns();
        for (plan, turns) in turns {
            let prepared = bucket.plans.prepared(plan);
            let Some(ledger) = prepared.ledger(bucket.plans.vocabulary()) else { continue };
            let needs_tallies = turns.keys().any(|turn| !turn.is_last);
            let places = if needs_tallies { bucket.accounts.claim_count() } else { 0 };
            let mut tallies = Tallies { after: ledger.tallies.each(vec![0; places]) };
            for (turn, places) in &turns {
                self.decide_turn(prepared, ledger, *turn, places, &mut tallies, results)?;
            }
            self.look_at_ties((prepared, ledger, plan), &tallies, results)?;
        }
        Ok(())
    }

    /// The places of each turn, by plan.
    fn turns(&mut self) -> BTreeMap<PlanIndex, BTreeMap<Turn, Vec<usize>>> {
        let bucket = self.bucket;
        let mut turns: BTreeMap<PlanIndex, BTreeMap<Turn, Vec<usize>>> = BTreeMap::new();
        let dates = Dates::of(bucket);
        let mut versions = Vec::new();
        for account in bucket.accounts.iter() {
            versions.clear();
            if self.take(&account, &dates, &mut versions).is_none() {
                self.give_up(account.index);
                continue;
            }
            let last = versions.len().saturating_sub(1);
            let is_tied = self.tied.last().is_some_and(|tied| tied.index == account.index);
            for (round, (place, version)) in account.places.clone().zip(&versions).enumerate() {
                let turn = Turn { plan: account.plan, round, version: *version, is_last: round == last && !is_tied };
                turns.entry(account.plan).or_default().entry(turn).or_default().push(place);
            }
        }
        turns
    }

    /// Leaves accounts to the exact reading.
    pub(super) fn leave(&mut self, accounts: &[Account]) {
        for account in accounts {
            self.give_up(account.index);
        }
    }

    /// Leaves an account to the exact reading.
    pub(super) fn give_up(&mut self, account: usize) {
        if let Some(exact) = self.exact.get_mut(account) {
            *exact = true;
        }
    }

    /// The version of each claim of an account that columns can try.
    fn take(&mut self, account: &Account, dates: &Dates<'_>, versions: &mut Vec<VersionIndex>) -> Option<()> {
        let bucket = self.bucket;
        let prepared = bucket.plans.prepared(account.plan);
        let ledger = prepared.ledger(bucket.plans.vocabulary())?;
        let may_hang_on_order = account.lacks_order && !ledger.tallies.is_empty();
        let is_beyond_columns = || {
            let plans = bucket.plans;
            !plans.is_ordered_by_event_date_alone(account.plan) || plans.holds_open_claims(account.plan)
        };
        if account.has_reversals
            || (may_hang_on_order && is_beyond_columns())
            || bucket.around.is_told_of(account.index)
        {
            return None;
        }
        if may_hang_on_order {
            self.tied.push(account.clone());
        }
        let index = u32::try_from(account.index).ok()?;
        let (mut before, mut last) = (None, None);
        for place in account.places.clone() {
            let Dated { event, start, version } = dates.at(bucket, prepared, place)?;
            let enrollment = bucket.accounts.enrollment_at(place);
            if before > Some((start, enrollment)) {
                return None; // an earlier cover again: its sums were left behind
            }
            before = Some((start, enrollment));
            if last > Some(event) {
                return None; // an earlier day again: its sums were left behind
            }
            last = Some(event);
            *self.days.get_mut(place)? = (event, start);
            *self.account_of.get_mut(place)? = index;
            versions.push(version);
        }
        Some(())
    }

    fn decide_turn(
        &mut self,
        prepared: &Prepared<'_>,
        ledger: &Ledger,
        turn: Turn,
        places: &[usize],
        tallies: &mut Tallies,
        results: &mut Results,
    ) -> Result<(), Error> {
        let plan = prepared.version(turn.version);
        let mut gathered = Gathered::of(self.bucket, plan, places)?;
        let answers = self.bucket.plans.answers(turn.plan, turn.version, turn.round > 0, gathered.presence.clone());
        let Some(answers) = answers else {
            for place in places {
                self.give_up_at(*place);
            }
            return Ok(());
        };
        if turn.round > 0 {
            gathered.inputs.priors = self.priors(ledger, plan, &answers, places, tallies, &mut gathered.odd)?;
        }
        let program = if turn.is_last { &answers.decision } else { &answers.posting };
        let outputs = program.run(&gathered.inputs, places.len())?;
        let open = self.settle(turn, places, &outputs, &gathered.odd, results);
        for place in open {
            self.pend(ledger, turn, place, tallies, results)?;
        }
        if !turn.is_last {
            self.post(ledger, plan, turn, places, &outputs, tallies)?;
        }
        let decisions = Decisions::of(&outputs);
        give_reasons(plan, &answers, &gathered.inputs, places, decisions, results)?;
        self.give_gaps(plan, &answers, &gathered.inputs, places, decisions, results)?;
        if results.wants_lines() {
            self.give_lines(plan, &answers, &gathered.inputs, places, decisions, results)?;
        }
        Ok(())
    }

    fn give_up_at(&mut self, place: usize) {
        if let Some(account) = self.account_of.get(place).and_then(|account| usize::try_from(*account).ok()) {
            self.give_up(account);
        }
    }

    /// Says of which claims ids alone decide the amount; an account with a day of which columns do not know it, and where it may be so, is left to the
    /// exact reading.
    fn look_at_ties(
        &mut self,
        of: (&Prepared<'_>, &Ledger, PlanIndex),
        tallies: &Tallies,
        results: &mut Results,
    ) -> Result<(), Error> {
        let (_, ledger, plan) = of;
        let is_of_the_plan = |account: &Account| account.plan == plan;
        let (tied, others): (Vec<_>, Vec<_>) = mem::take(&mut self.tied).into_iter().partition(is_of_the_plan);
        self.tied = others;
        let tied: Vec<Account> = tied.into_iter().filter(|account| !self.needs_exact(account.index)).collect();
        if tied.is_empty() {
            return Ok(());
        }
        let Ties { hanging, in_doubt } = Ties::of(self, of, &tied, tallies, results)?;
        for account in &tied {
            let starts = in_doubt.range(account.places.clone());
            if self.hang_on_ids(ledger, account, starts.copied(), tallies)? {
                self.give_up(account.index);
            }
        }
        let ids = self.bucket.claims.texts("claim_id")?;
        let id = |place: usize| ids.value(self.bucket.accounts.claim_at(place));
        for (place, day) in hanging {
            let others: Vec<&str> = day.filter(|other| *other != place).map(id).collect();
            results.note_about(place, Code::DecidedById, &others);
            self.hanging.insert(self.bucket.accounts.account_at(place));
        }
        Ok(())
    }

    /// Whether something is said of a claim of the account because only its id puts it in order.
    pub(super) fn hangs_on_ids(&self, account: usize) -> bool {
        self.hanging.contains(&account)
    }

    pub(super) fn is_under_one_cover(&self, places: &Range<usize>) -> bool {
        let cover = |place: usize| self.bucket.accounts.enrollment_at(place);
        places.clone().all(|place| cover(place) == cover(places.start))
    }

    /// The claims of an account that share their day with others.
    pub(super) fn runs_of_a_day(&self, account: &Account) -> Vec<Range<usize>> {
        let day = |place: usize| self.days.get(place).map(|(event, _)| *event);
        let (mut runs, mut start) = (Vec::new(), account.places.start);
        while start < account.places.end {
            let past =
                (start..account.places.end).find(|place| day(*place) != day(start)).unwrap_or(account.places.end);
            if past.saturating_sub(start) > 1 {
                runs.push(start..past);
            }
            start = past;
        }
        runs
    }

    /// Whether ids decide an amount of the claims of these days; they may where the claims are under several covers.
    fn hang_on_ids(
        &self,
        ledger: &Ledger,
        account: &Account,
        starts: impl Iterator<Item = usize> + Clone,
        tallies: &Tallies,
    ) -> Result<bool, Error> {
        let is_in_doubt = |run: &Range<usize>| starts.clone().any(|start| start == run.start);
        for run in self.runs_of_a_day(account).into_iter().filter(is_in_doubt) {
            if !self.is_under_one_cover(&run) {
                return Ok(true);
            }
            let is_first = run.start == account.places.start;
            let before = if is_first { Accumulators::new() } else { self.balances(ledger, run.start, tallies)? };
            if fallback::hang_on_ids(self.bucket, account, run, before)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Asks the exact reading which facts a claim lacks. A claim that is pended posts nothing, and the others stand.
    fn pend(
        &mut self,
        ledger: &Ledger,
        turn: Turn,
        place: usize,
        tallies: &Tallies,
        results: &mut Results,
    ) -> Result<(), Error> {
        let before = if turn.round > 0 { self.balances(ledger, place, tallies)? } else { Accumulators::new() };
        let pended = fallback::alone(self.bucket, place, &before).filter(|decided| decided.posting().is_none());
        let is_set = match pended {
            Some(adjudication) => results.set_exactly(self.bucket, place, &adjudication)?.is_ok(),
            None => false,
        };
        if !is_set {
            self.give_up_at(place);
        }
        Ok(())
    }

    /// What the account of the claim holds before it, of all that the plan reads.
    fn balances(&self, ledger: &Ledger, place: usize, tallies: &Tallies) -> Result<Accumulators, Error> {
        let (event, start) = self.days.get(place).or_bug()?;
        let (event, start) = (date(*event).or_bug()?, date(*start).or_bug()?);
        let enrollments = self.bucket.enrollments.texts("enrollment_id")?;
        let period = Period::of(start, &enrollments.value(self.bucket.accounts.enrollment_at(place)).into());
        let mut sums = Vec::new();
        for (tally, after) in ledger.tallies.iter().zip(&tallies.after) {
            let found = self.found(after, tally.scope, place).or_bug()?;
            let sum = Decimal::from_i128_with_scale(found.into(), tally.places);
            if !sum.is_zero() {
                let group = Group::of(tally.scope, event, &period);
                sums.push((group, tally.entry.clone(), sum));
            }
        }
        Ok(Accumulators::of_balances(sums))
    }

    /// Takes the decisions; gives the claims that have none. An account that columns cannot follow is given up.
    fn settle(
        &mut self,
        turn: Turn,
        places: &[usize],
        outputs: &Outputs,
        odd: &[bool],
        results: &mut Results,
    ) -> Vec<usize> {
        let mut open = Vec::new();
        let version = self.bucket.plans.version_number(turn.plan, turn.version);
        let decisions = Decisions::of(outputs);
        for (at, place) in places.iter().enumerate() {
            if odd.get(at) == Some(&true) || !decisions.is_posting_known(at) {
                self.give_up_at(*place);
                continue;
            }
            match decisions.at(at) {
                Some((decision, payable)) => results.set(*place, decision, payable, version),
                None => open.push(*place),
            }
        }
        open
    }

    /// The sums that the claims find: those after the claim before, where it counts together with them.
    fn priors(
        &self,
        ledger: &Ledger,
        plan: &Plan,
        answers: &Answers,
        places: &[usize],
        tallies: &Tallies,
        odd: &mut Vec<bool>,
    ) -> Result<Arena<PriorIndex, Vec<i64>>, Error> {
        let mut priors = Arena::with_capacity(answers.priors.len());
        for prior in &answers.priors {
            let after = &tallies.after[ledger.tally_of(plan, *prior).or_bug()?];
            let found = places.iter().map(|place| self.found(after, prior.scope, *place));
            let column = found.collect::<Option<Vec<i64>>>().or_bug()?;
            mark_beyond(&column, MOST_POSTED, odd);
            priors.push(column);
        }
        Ok(priors)
    }

    /// What the tally holds for a claim that is not its account's first, before it posts; `None` for a place that is nobody's.
    #[inline]
    pub(super) fn found(&self, after: &[i64], scope: Scope, place: usize) -> Option<i64> {
        let before = place.checked_sub(1)?;
        let (event, start) = self.days.get(place)?;
        let (event_before, start_before) = self.days.get(before)?;
        let cover = |place: usize| self.bucket.accounts.enrollment_at(place);
        let together = match scope {
            Scope::Event => event == event_before,
            Scope::Period => start == start_before && cover(place) == cover(before),
            Scope::CalendarYear => year(*event) == year(*event_before),
            Scope::Life => true,
        };
        if together { after.get(before).copied() } else { Some(0) }
    }

    fn post(
        &self,
        ledger: &Ledger,
        plan: &Plan,
        turn: Turn,
        places: &[usize],
        outputs: &Outputs,
        tallies: &mut Tallies,
    ) -> Result<(), Error> {
        let decisions = Decisions::of(outputs);
        for (tally, after) in ledger.tallies.iter().zip(&mut tallies.after) {
            let posted = Posted::to(&tally.entry, plan, outputs)?;
            for (at, place) in places.iter().enumerate() {
                let before = if turn.round > 0 { self.found(after, tally.scope, *place).or_bug()? } else { 0 };
                // Only an account that was given up before can have come so far.
                *after.get_mut(*place).or_bug()? = before.saturating_add(posted.at(at, decisions)?);
            }
        }
        Ok(())
    }

    /// Why claims are pended: facts that are missing, or contradict each other.
    fn give_gaps(
        &mut self,
        plan: &Plan,
        answers: &Answers,
        inputs: &Inputs,
        places: &[usize],
        decisions: Decisions<'_>,
        results: &mut Results,
    ) -> Result<(), Error> {
        let pended = those(places, decisions, |decision| decision == Decision::Pended);
        let keys = answers.gaps.run(&inputs.only(&pended), pended.len())?.numbers;
        let [flaws, gaps] = keys.as_slice() else { return Ok(()) };
        let keys = flaws.iter().copied().zip(gaps.iter().copied());
        set_reasons(pended.iter().copied().zip(keys.clone()), places, results, |(flaws, gap)| {
            answers.codes_of_gaps(plan, flaws, gap)
        });
        for (at, (flaws, gap)) in pended.iter().zip(keys) {
            let place = *places.get(*at).or_bug()?;
            if !answers.are_facts_broken(flaws) {
                let told = missing(plan, gap).map(|fact| detailed(Code::MissingFact.name(), fact));
                results.detail(place, &told.collect::<Vec<_>>().join(";"));
                continue;
            }
            // Facts are held against each other alone, whatever the account holds.
            match fallback::alone(self.bucket, place, &Accumulators::new()) {
                Some(adjudication) => results.detail(place, &adjudication.details()),
                None => self.give_up_at(place),
            }
        }
        Ok(())
    }

    fn give_lines(
        &mut self,
        plan: &Plan,
        answers: &Answers,
        inputs: &Inputs,
        places: &[usize],
        decisions: Decisions<'_>,
        results: &mut Results,
    ) -> Result<(), Error> {
        let lines = answers.lines.run(inputs, places.len())?;
        let all_told = lines.masks.last();
        for (at, place) in places.iter().enumerate() {
            if !posts(decisions.at(at)) {
                continue;
            }
            if all_told.and_then(|told| told.get(at)) != Some(&1) {
                self.give_up_at(*place);
            }
            let columns = lines.masks.iter().zip(lines.numbers.chunks(2));
            for (benefit, (applies, amounts)) in plan.benefits.indexes().zip(columns) {
                let [gross, paid] = amounts else { continue };
                if applies.get(at) == Some(&1) {
                    let places = answers.gross_places[benefit];
                    let finer = 10_i128.checked_pow(self.bucket.plans.gross_places().checked_sub(places).or_bug()?);
                    let gross = i128::from(*gross.get(at).or_bug()?);
                    results.add_line(Line {
                        place: *place,
                        benefit,
                        gross: finer.and_then(|finer| gross.checked_mul(finer)).or_bug()?,
                        paid: *paid.get(at).or_bug()?,
                    });
                }
            }
        }
        Ok(())
    }
}

/// What claims post to an entry.
pub(super) struct Posted<'o>(Option<&'o [i64]>);

impl<'o> Posted<'o> {
    /// Nothing where the version does not know the entry, which another one counts.
    pub(super) fn to(entry: &Entry, plan: &Plan, outputs: &'o Outputs) -> Result<Posted<'o>, Error> {
        let stated = plan.entries.position(|stated| stated.entry == *entry);
        Ok(Posted(match stated {
            Some(stated) => Some(outputs.numbers.get(stated.place().saturating_add(1)).or_bug()?),
            None => None,
        }))
    }

    pub(super) fn at(&self, claim: usize, decisions: Decisions<'_>) -> Result<i64, Error> {
        match self.0 {
            Some(posted) if posts(decisions.at(claim)) => posted.get(claim).copied().or_bug(),
            Some(_) | None => Ok(0),
        }
    }
}

/// Why claims are denied or paid nothing; worked out for these alone.
fn give_reasons(
    plan: &Plan,
    answers: &Answers,
    inputs: &Inputs,
    places: &[usize],
    decisions: Decisions<'_>,
    results: &mut Results,
) -> Result<(), Error> {
    let unpaid = those(places, decisions, |decision| matches!(decision, Decision::Denied | Decision::NothingDue));
    let keys = answers.reasons.run(&inputs.only(&unpaid), unpaid.len())?.numbers;
    if let [keys] = keys.as_slice() {
        let is_denied = |at: usize| matches!(decisions.at(at), Some((Decision::Denied, _)));
        let keys = unpaid.iter().zip(keys).map(|(at, key)| (*at, (is_denied(*at), *key)));
        set_reasons(keys, places, results, |(is_denied, key)| answers.codes(plan, is_denied, key));
    }
    Ok(())
}

/// The claims of a block that are decided so.
fn those(places: &[usize], decisions: Decisions<'_>, is_wanted: fn(Decision) -> bool) -> Vec<usize> {
    (0..places.len()).filter(|at| decisions.at(*at).is_some_and(|(decision, _)| is_wanted(decision))).collect()
}

/// Sets reasons by their keys; few keys occur, and each is put into words once.
fn set_reasons<'p, K: Copy + Ord>(
    keys: impl Iterator<Item = (usize, K)>,
    places: &[usize],
    results: &mut Results,
    codes: impl Fn(K) -> Vec<&'p str>,
) {
    let mut numbers: BTreeMap<K, TextPlace> = BTreeMap::new();
    for (at, key) in keys {
        let number = *numbers.entry(key).or_insert_with(|| results.number_of_reasons(&codes(key)));
        if let Some(place) = places.get(at) {
            results.set_reasons(*place, number);
        }
    }
}

/// Whether a claim that is so decided posts to the account.
fn posts(decision: Option<(Decision, i64)>) -> bool {
    decision.is_some_and(|(decision, _)| decision.is_open())
}

fn year(day: i32) -> Option<i32> {
    date(day).map(|date| date.year())
}
