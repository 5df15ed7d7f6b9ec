//! Which single rule of rounding explains the most recorded payouts, and which rules this data cannot tell apart.
//!
//! Every rule is put into all plans, and all claims are decided so from the first one of each member on.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock};

use arrow_array::StringArray;
use arrow_array::cast::AsArray;
use arrow_array::types::Decimal128Type;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_128;

use super::binary::{self, Habit};
use super::plan_variants::{PLACES, modes};
use super::recorded::{PayoutIndex, Recorded};
use crate::accumulator::Accumulators;
use crate::arena::Index;
use crate::batch::accounts::{self, Plans, decide_bucket, histories};
use crate::batch::{Decided, Given};
use crate::catalog::Catalog;
use crate::error::{Error, OrBug, unless_bug};
use crate::history;
use crate::joint::Room;
use crate::plan::Plan;
use crate::rounding::{Mode, Rounding};
use crate::text::{Text, say};

/// A rule of rounding that a system may have for all of its plans.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Policy {
    /// What the packs say.
    OfThePacks,
    /// Once, at the end of each benefit.
    AtTheEnd(Rounding),
    /// After each step.
    EachStep(Rounding),
    /// What the packs say, worked out in binary floating point and scaled to whole fen.
    BinaryScaled,
    /// What the packs say, worked out in binary floating point and printed to the fen.
    BinaryPrinted,
}

impl Policy {
    /// Its name: `half-up-0.01`, `down-1-each-step`.
    #[must_use]
    pub fn name(self) -> String {
        let of = |rounding: Rounding| format!("{}-{}", rounding.mode.name(), rounding.to);
        match self {
            Policy::OfThePacks => "of-the-packs".to_owned(),
            Policy::AtTheEnd(rounding) => of(rounding),
            Policy::EachStep(rounding) => format!("{}-each-step", of(rounding)),
            Policy::BinaryScaled => "binary-scaled".to_owned(),
            Policy::BinaryPrinted => "binary-printed".to_owned(),
        }
    }

    /// The same in words.
    #[must_use]
    pub fn title(self) -> Text {
        let words = |Rounding { to, mode }: Rounding| {
            let Text { zh, en } = mode.title();
            say!("{zh}至 {to} 元", "{en} to {to} yuan")
        };
        match self {
            Policy::OfThePacks => say!("按规则包", "as the packs say"),
            Policy::AtTheEnd(rounding) => words(rounding),
            Policy::EachStep(rounding) => {
                let Text { zh, en } = words(rounding);
                say!("每步{zh}", "{en} at each step")
            }
            Policy::BinaryScaled => say!("二进制浮点，放大取整", "binary floating point, scaled"),
            Policy::BinaryPrinted => say!("二进制浮点，按两位打印", "binary floating point, printed to two places"),
        }
    }

    fn habit(self) -> Option<Habit> {
        match self {
            Policy::BinaryScaled => Some(Habit::Scales),
            Policy::BinaryPrinted => Some(Habit::Prints),
            Policy::OfThePacks | Policy::AtTheEnd(_) | Policy::EachStep(_) => None,
        }
    }

    /// Puts the rule into a plan.
    fn change(self, plan: &mut Plan) {
        for benefit in &mut plan.benefits {
            match self {
                Policy::AtTheEnd(rounding) => benefit.rounding = rounding,
                Policy::EachStep(rounding) => {
                    (benefit.rounding, benefit.rounding_of_steps) = (rounding, Some(rounding));
                }
                Policy::OfThePacks | Policy::BinaryScaled | Policy::BinaryPrinted => {}
            }
        }
    }
}

/// How many recorded payouts a rule explains.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Fit {
    /// The rule.
    pub policy: Policy,
    /// The recorded payouts that are what it gives.
    pub explained: u64,
    /// Rules with the same number give the same amount for every recorded payout: this data cannot tell them apart.
    pub group: usize,
}

/// What a rule makes due of recorded payouts.
#[derive(Debug, Clone, Default)]
struct Amounts {
    /// Of every claim of a bucket, in its order.
    ids: Option<StringArray>,
    payouts: Arc<[Option<PayoutIndex>]>,
    fen: Vec<i64>,
}

impl Amounts {
    /// Those of a bucket; what was looked up for another rule is not looked up again.
    fn of(decided: &Decided, recorded: &Recorded, other: Option<&Amounts>) -> Result<Amounts, Error> {
        let column = |name: &str| decided.payouts.column_by_name(name);
        let ids = column("claim_id").and_then(|column| column.as_string_opt::<i32>());
        let payable = column("payable").and_then(|column| column.as_primitive_opt::<Decimal128Type>());
        let (Some(ids), Some(payable)) = (ids, payable) else {
            return Err(Error::columns(Text::same("claim_id, payable")));
        };
        let payouts = match other.filter(|other| other.ids.as_ref() == Some(ids)) {
            Some(other) => Arc::clone(&other.payouts),
            None => recorded.find_all(ids).into(),
        };
        let fen = payable.values().iter().map(|fen| i64::try_from(*fen).or_bug());
        Ok(Amounts { ids: Some(ids.clone()), payouts, fen: fen.collect::<Result<_, Error>>()? })
    }

    /// The recorded payouts, and what is due of each, in fen; the same rows for every rule.
    fn iter(&self) -> impl Iterator<Item = (PayoutIndex, i64)> {
        self.payouts.iter().zip(&self.fen).filter_map(|(payout, fen)| Some(((*payout)?, *fen)))
    }
}

/// All rules, each with the catalog that has it.
#[derive(Debug)]
pub(super) struct Policies {
    all: Vec<(Policy, Catalog)>,
}

/// Where a rule rounds a half to tell whether binary floating point could matter.
const FEN: Decimal = Decimal::from_parts(1, 0, 0, false, 2);

impl Policies {
    pub(super) fn of(catalog: &Catalog) -> Policies {
        let roundings = PLACES.into_iter().flat_map(|to| modes().map(move |mode| Rounding { to, mode }));
        let steps = modes().map(|mode| Policy::EachStep(Rounding { to: FEN, mode }));
        let all = [Policy::OfThePacks].into_iter().chain(roundings.map(Policy::AtTheEnd)).chain(steps);
        let all = all.chain([Policy::BinaryScaled, Policy::BinaryPrinted]);
        Policies { all: all.map(|policy| (policy, catalog.with_each(|plan| policy.change(plan)))).collect() }
    }
}

/// All rules beside what is recorded.
pub(super) struct Roundings<'a> {
    policies: &'a Policies,
    recorded: &'a Recorded,
    plans: OnceLock<Vec<Plans<'a>>>,
}

/// Payouts explained, and the sum of the hashes of all amounts with their claims.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub(super) struct Tally {
    explained: u64,
    signature: u128,
}

impl Tally {
    pub(super) fn add(&mut self, more: Tally) {
        self.explained = self.explained.saturating_add(more.explained);
        self.signature = self.signature.wrapping_add(more.signature);
    }
}

impl<'a> Roundings<'a> {
    pub(super) fn new(policies: &'a Policies, recorded: &'a Recorded) -> Roundings<'a> {
        Roundings { policies, recorded, plans: OnceLock::new() }
    }

    /// Tries every rule on a bucket.
    pub(super) fn of(&self, plans: &Plans<'_>, given: Given<'_>) -> Result<Vec<Tally>, Error> {
        let all = self.policies.all.iter();
        let under = self.plans.get_or_init(|| all.clone().map(|(_, catalog)| plans.under(catalog)).collect());
        let mut tallies = Vec::new();
        let mut by_policy: Vec<(Policy, Amounts)> = Vec::new();
        for ((policy, _), plans) in all.zip(under) {
            let amounts = match policy.habit() {
                None => {
                    let decided = decide_bucket(plans, given, false)?;
                    Amounts::of(&decided, self.recorded, by_policy.first().map(|(_, amounts)| amounts))?
                }
                Some(habit) => self.in_binary(habit, &by_policy, plans, given)?,
            };
            tallies.push(self.tally(&amounts));
            by_policy.push((*policy, amounts));
        }
        Ok(tallies)
    }

    /// The amounts of the packs, and where they hang on a half, those of binary floating point.
    ///
    /// An exact amount that is no half is at least a hundred-millionth of a fen from one; a float errs by far less.
    fn in_binary(
        &self,
        habit: Habit,
        by_policy: &[(Policy, Amounts)],
        plans: &Plans<'_>,
        given: Given<'_>,
    ) -> Result<Amounts, Error> {
        let of = |wanted: Policy| by_policy.iter().find(|(policy, _)| *policy == wanted).map(|(_, amounts)| amounts);
        let halves = |mode| of(Policy::AtTheEnd(Rounding { to: FEN, mode }));
        let mut amounts = of(Policy::OfThePacks).or_bug()?.clone();
        let (Some(up), Some(down)) = (halves(Mode::HalfUp), halves(Mode::HalfDown)) else { return Ok(amounts) };
        let rows = up.payouts.iter().zip(up.fen.iter().zip(&down.fen)).enumerate();
        let open = rows.filter(|(_, (_, (up, down)))| up != down);
        let open = open.filter_map(|(row, (payout, _))| Some((self.recorded.id((*payout)?), row)));
        let open: BTreeMap<&str, usize> = open.collect();
        let wanted: BTreeSet<&str> = open.keys().copied().collect();
        if wanted.is_empty() {
            return Ok(amounts);
        }
        for history in histories(plans, given, &wanted)? {
            let (mut before, mut paid) = (history.start.clone(), BTreeMap::new());
            let taken_back = history.claims.iter().filter(|(_, claim)| open.contains_key(claim.id()));
            let taken_back: BTreeSet<&str> = taken_back.filter_map(|(_, claim)| claim.reverses()).collect();
            for ((enrollment, claim), room) in history.iter() {
                let row = open.get(claim.id());
                let now = match (claim.reverses(), plans.catalog().resolve(enrollment, claim)) {
                    (Some(reversed), _) => paid.get(reversed).copied().and_then(i64::checked_neg),
                    (None, Ok(plan)) if row.is_some() || taken_back.contains(claim.id()) => {
                        let paid = binary::payable(plan, enrollment, claim, &before, habit);
                        paid.map(|paid| within(room, paid, &before)).transpose()?
                    }
                    (None, _) => None,
                };
                paid.extend(now.map(|fen| (claim.id(), fen)));
                if let Some((fen, now)) = row.and_then(|row| amounts.fen.get_mut(*row)).zip(now) {
                    *fen = now;
                }
                if unless_bug(history::pass(plans.catalog(), enrollment, claim, &mut before, room))?.is_none() {
                    history::give_up(plans.catalog(), enrollment, claim, &mut before);
                }
            }
        }
        Ok(amounts)
    }

    fn tally(&self, amounts: &Amounts) -> Tally {
        let mut tally = Tally::default();
        for (payout, fen) in amounts.iter() {
            let is_explained = self.recorded.amount(payout) == fen;
            tally.explained = tally.explained.saturating_add(u64::from(is_explained));
            let place = u64::try_from(payout.place()).unwrap_or(u64::MAX);
            let [place, fen] = [place, fen.cast_unsigned()].map(u64::to_le_bytes);
            tally.signature = tally.signature.wrapping_add(xxh3_128([place, fen].as_flattened()));
        }
        tally
    }

    /// Every rule with what it explains in all, the one that explains the most first; of those that explain as many, what the packs say.
    pub(super) fn fits(&self, tallies: &[Tally]) -> Vec<Fit> {
        let mut signatures: Vec<u128> = Vec::new();
        let mut fits = Vec::new();
        let tallies = tallies.iter().copied().chain(std::iter::repeat(Tally::default()));
        for ((policy, _), Tally { explained, signature }) in self.policies.all.iter().zip(tallies) {
            let group = signatures.iter().position(|other| *other == signature).unwrap_or_else(|| {
                signatures.push(signature);
                signatures.len().saturating_sub(1)
            });
            fits.push(Fit { policy: *policy, explained, group });
        }
        fits.sort_by_key(|fit| (std::cmp::Reverse(fit.explained), fit.group));
        numbered_as_listed(&mut fits);
        fits
    }
}

/// As much of an amount in fen as joint limits leave.
fn within(room: &Room<'_>, fen: i64, before: &Accumulators) -> Result<i64, Error> {
    let left = room.caps(Decimal::new(fen, 2), before)?;
    accounts::fen(left).map(|left| left.min(fen)).map_err(|_| Error::bug())
}

/// Groups are numbered in the order in which they are listed.
fn numbered_as_listed(fits: &mut [Fit]) {
    let mut groups: Vec<usize> = Vec::new();
    for fit in fits {
        let place = groups.iter().position(|group| *group == fit.group);
        fit.group = place.unwrap_or_else(|| {
            groups.push(fit.group);
            groups.len().saturating_sub(1)
        });
    }
}
