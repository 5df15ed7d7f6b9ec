//! Histories on which a promise over many claims is tried: drawn around a claim that is paid, and made small where one breaks it.

use chrono::Datelike;
use rust_decimal::Decimal;

use super::tried::{Dice, Trial, Tried, paid_most};
use crate::accumulator::Accumulators;
use crate::adjudicate::Decision;
use crate::exact;
use crate::fact::Kind;
use crate::scope::Scope;
use crate::text::{Text, say};

/// To try a history costs as much as to try so many claims.
const CLAIMS_A_HISTORY: usize = 40;
/// The claims of a short history, and of a long one.
const FEW_CLAIMS: u32 = 6;
const MANY_CLAIMS: u32 = 120;
const HALF_A_YEAR: i64 = 182;
/// A history ends where so many claims in turn were paid nothing.
const UNPAID_IN_TURN: usize = 4;

/// Claims of one scope that are paid more together than is promised.
pub(super) fn refute(trial: &Trial<'_>, scope: Scope, most: Decimal, tries: usize) -> Option<Text> {
    let mut dice = Dice::new();
    let mut paid = None;
    let histories = tries.div_ceil(CLAIMS_A_HISTORY);
    let mut histories = (0..histories).take_while(|_| trial.has_work(CLAIMS_A_HISTORY));
    let breaking = histories.find_map(|_| History::draw(trial, scope, most, &mut paid, &mut dice))?;
    breaking.made_small(trial, most).words(trial)
}

/// Claims under one cover, decided one after the other.
#[derive(Clone)]
struct History {
    claims: Vec<Tried>,
}

impl History {
    /// Claims around one that is paid, if they are paid too much together.
    fn draw(
        trial: &Trial<'_>,
        scope: Scope,
        most: Decimal,
        paid: &mut Option<Tried>,
        dice: &mut Dice,
    ) -> Option<History> {
        let plan = trial.plan;
        let mut first = paid_most(trial, paid, dice);
        if dice.below(3) == 0 {
            let dates = plan.slots().filter(|slot| plan.fact(*slot).kind == Kind::Date);
            first = first.moved(&dates.collect::<Vec<_>>(), HALF_A_YEAR);
        }
        let claims = if dice.below(4) == 0 { MANY_CLAIMS } else { FEW_CLAIMS };
        let repeats = dice.below(3);
        let mut account = Account::default();
        let mut history = History { claims: Vec::new() };
        let mut unpaid = 0_usize;
        for _ in 0..claims {
            let claim = if history.claims.is_empty() || dice.below(3) < repeats {
                first.clone()
            } else {
                another(trial, scope, &first, dice)
            };
            let Some(payable) = account.decide(trial, &claim) else { continue };
            history.claims.push(claim);
            if account.together > most {
                return Some(history);
            }
            unpaid = if payable.is_zero() { unpaid.saturating_add(1) } else { 0 };
            if unpaid == UNPAID_IN_TURN {
                return None;
            }
        }
        None
    }

    fn breaks(&self, trial: &Trial<'_>, most: Decimal) -> bool {
        trial.has_work(self.claims.len())
            && self.paid(trial).is_some_and(|paid| sum(&paid).is_some_and(|together| together > most))
    }

    /// What each claim is paid; none if one is not decided.
    fn paid(&self, trial: &Trial<'_>) -> Option<Vec<Decimal>> {
        let mut account = Account::default();
        self.claims.iter().map(|claim| account.decide(trial, claim)).collect()
    }

    /// The same without the claims and the facts that do not matter, and with claims that are alike.
    fn made_small(self, trial: &Trial<'_>, most: Decimal) -> History {
        let mut small = self;
        let keep_if_breaking = |small: &mut History, smaller: History| {
            let breaks = smaller.breaks(trial, most);
            if breaks {
                *small = smaller;
            }
            breaks
        };
        let mut place = 0;
        while place < small.claims.len() {
            let mut fewer = small.clone();
            fewer.claims.remove(place);
            if !keep_if_breaking(&mut small, fewer) {
                place = place.saturating_add(1);
            }
        }
        for slot in trial.plan.slots() {
            let mut fewer = small.clone();
            fewer.claims.iter_mut().for_each(|claim| claim.leave_out(slot));
            keep_if_breaking(&mut small, fewer);
        }
        for place in 1..small.claims.len() {
            let mut alike = small.clone();
            if let [.., before, claim] = alike.claims.get_mut(..=place).unwrap_or_default() {
                claim.clone_from(before);
            }
            keep_if_breaking(&mut small, alike);
        }
        small
    }

    /// Claims that are alike are said once.
    fn words(&self, trial: &Trial<'_>) -> Option<Text> {
        let plan = trial.plan;
        let paid = self.paid(trial)?;
        let together = crate::money::print(sum(&paid)?);
        let first = self.claims.first()?;
        let is_common = |slot| self.claims.iter().all(|claim| claim.value(slot) == first.value(slot));
        let (Text { zh: common_zh, en: common }, _) = first.words_of(plan, is_common);
        let mut alike: Vec<(Text, Vec<Decimal>)> = Vec::new();
        for (claim, paid) in self.claims.iter().zip(paid) {
            let (_, own) = claim.words_of(plan, is_common);
            match alike.last_mut() {
                Some((known, all)) if *known == own => all.push(paid),
                Some(_) | None => alike.push((own, vec![paid])),
            }
        }
        let groups: Vec<Text> = alike.iter().map(|(own, paid)| in_turn(own, paid)).collect();
        let list = |of: fn(&Text) -> &str, by: &str| groups.iter().map(of).collect::<Vec<_>>().join(by);
        let (zh, en) = (list(|text| &text.zh, "，再 "), list(|text| &text.en, ", then "));
        Some(say!(
            "反例：{common_zh}：先 {zh}，合计 {together}",
            "a history that breaks it: with {common}: {en}, {together} together"
        ))
    }
}

/// Claims with the same facts, one after the other.
fn in_turn(own: &Text, paid: &[Decimal]) -> Text {
    let count = paid.len();
    let in_brackets = |own: &str| if own.is_empty() { String::new() } else { format!(" ({own})") };
    let (zh, en) = (in_brackets(&own.zh), in_brackets(&own.en));
    let amounts: Vec<String> = paid.iter().map(|paid| crate::money::print(*paid)).collect();
    let is_all_alike = paid.windows(2).all(|two| matches!(two, [one, other] if one == other));
    match amounts.first().filter(|_| is_all_alike) {
        Some(amount) if count == 1 => say!("1 次{zh} → {amount}", "1 claim{en} → {amount}"),
        Some(amount) => say!("{count} 次{zh} → 每次 {amount}", "{count} claims{en} → {amount} each"),
        None => {
            let amounts = amounts.join(" + ");
            say!("{count} 次{zh} → {amounts}", "{count} claims{en} → {amounts}")
        }
    }
}

fn sum(paid: &[Decimal]) -> Option<Decimal> {
    paid.iter().try_fold(Decimal::ZERO, |sum, paid| exact::add(sum, *paid).ok())
}

/// Another claim under the cover that counts with the first.
fn another(trial: &Trial<'_>, scope: Scope, first: &Tried, dice: &mut Dice) -> Tried {
    let plan = trial.plan;
    let other = first.beside(trial, scope == Scope::Event, dice);
    match scope {
        Scope::CalendarYear => {
            let year = |tried: &Tried| tried.date(plan.event_date).map(|date| date.year());
            if year(&other) == year(first) { other } else { first.clone() }
        }
        // a period or a life may go on into another year
        Scope::Period | Scope::Life if dice.below(2) == 0 => other.moved(&[plan.event_date], dice.below(365).into()),
        Scope::Event | Scope::Period | Scope::Life => other,
    }
}

/// The account that a history is decided on.
#[derive(Default)]
struct Account {
    accumulators: Accumulators,
    claims: usize,
    together: Decimal,
}

impl Account {
    /// What the next claim is paid, once it is posted; none if it is not decided.
    fn decide(&mut self, trial: &Trial<'_>, claim: &Tried) -> Option<Decimal> {
        self.claims = self.claims.saturating_add(1);
        let outcome = claim.outcome(trial, &format!("C{}", self.claims), &self.accumulators)?;
        match outcome.decision() {
            Decision::Paid | Decision::NothingDue | Decision::Denied => {}
            Decision::Pended | Decision::Reversed => return None,
        }
        if let Some(posting) = outcome.posting() {
            self.accumulators.post(posting).ok()?;
        }
        self.together = exact::add(self.together, outcome.payable()).ok()?;
        Some(outcome.payable())
    }
}
