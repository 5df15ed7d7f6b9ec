//! What is asked of a plan's graph: a decision, what it posts, why nothing is paid.

use super::graph::{Graph, Mask, Number, TooWide};
use super::lower::{Codes, Given, Lack, Lowered, Presence, Waterfall, lower};
use super::program::{Outputs, Program};
use super::schedule::schedule;
use crate::arena::{Arena, Index};
use crate::code::Code;
use crate::fact::Kind;
use crate::plan::Plan;
use crate::plan::expression::{BenefitIndex, Comparison, ConditionIndex, EntryIndex, IdentityIndex, Prior, PriorIndex};
use crate::reading::absence::Absence;
use crate::reading::formula::Formula;
use crate::reading::formula::extents::{AsStated, places_of_entries};
use crate::semantics::outcome::{
    CAUSES, DECISIONS, Decision, Effect, Ground, NONE_APPLIES, NOTHING_CLAIMED, OTHERWISE, Part,
};

/// The programs of one version of a plan, for claims of which so much is given.
#[derive(Debug)]
pub(crate) struct Answers {
    /// All that earlier claims have posted and the programs read.
    pub(crate) priors: Arena<PriorIndex, Prior>,
    /// Numbers: payable, in fen. Masks: denied, decided, pended.
    pub(crate) decision: Program,
    /// The same, then each entry's posting as a number, and as a mask whether all of them are known.
    pub(crate) posting: Program,
    /// The key of the reasons of a claim that is denied or paid nothing.
    pub(crate) reasons: Program,
    /// The key of the reasons of a claim that is pended, and the facts that are missing, a bit each.
    pub(crate) gaps: Program,
    /// For each benefit what it starts from and what it pays; masks: whether it applies.
    pub(crate) lines: Program,
    /// The places of the amount that each benefit starts from.
    pub(crate) gross_places: Arena<BenefitIndex, u32>,
    /// The conditions in the order in which they are read: a bit each in the key.
    conditions: Vec<ConditionIndex>,
    /// The identities between facts: a bit each above the conditions in the key of what is pended.
    identities: Vec<IdentityIndex>,
}

/// Places of postings: what members are paid is in fen.
const MONEY_PLACES: u32 = 2;
/// A benefit takes four bits in the key of the reasons that nothing is paid.
const BITS_OF_A_BENEFIT: u32 = 4;
/// More benefits, or more conditions and identities, do not fit a key.
const MOST_BENEFITS: usize = 15;
const MOST_FLAGS: usize = 62;

/// What a plan keeps of claims, and reads of earlier ones.
pub(crate) struct Ledger {
    /// The places at which each entry is kept, enough for every claim that posts to it.
    pub(crate) places: Arena<EntryIndex, u32>,
    /// All that is read.
    pub(crate) priors: Arena<PriorIndex, Prior>,
}

/// The ledger of a plan, for all its claims.
///
/// # Errors
/// [`TooWide`] if columns cannot hold a number of the plan.
pub(crate) fn ledger(plan: &Plan, formula: &Formula, codes: &dyn Codes) -> Result<Ledger, TooWide> {
    let places = places_of_entries(plan, formula, &AsStated(plan));
    let presence = plan.facts.each(Presence::Sometimes);
    let lowered = lower(plan, formula, Given { codes, presence: &presence, places: &places, earlier: true })?;
    Ok(Ledger { places, priors: lowered.priors })
}

impl Answers {
    /// Compiles the plan for claims of which so much is given.
    pub(crate) fn compile(plan: &Plan, formula: &Formula, given: Given<'_>) -> Result<Answers, TooWide> {
        let places = given.places;
        let mut lowered = lower(plan, formula, given)?;
        let flags = lowered.unmet.len().saturating_add(lowered.broken.len());
        if plan.benefits.len() > MOST_BENEFITS || flags > MOST_FLAGS {
            return Err(TooWide);
        }
        let (payable, in_fen) = reduced(&mut lowered.graph, lowered.payable.value, MONEY_PLACES);
        let Decided { denied, pended, open } = lowered.decided();
        let decided = lowered.graph.and(open, in_fen);
        let pended = if lowered.tells_gaps { pended } else { Mask::NEVER };
        let within = lowered.graph.not(lowered.beyond);
        let [denied, decided, pended] = [denied, decided, pended].map(|mask| lowered.graph.and(mask, within));
        let nothing = lowered.graph.constant_at(0, MONEY_PLACES);
        let payable = lowered.graph.greatest(payable, nothing);
        let (posted, all_known) = lowered.postings(places);
        let key = lowered.key(denied);
        let (flaws, gap) = (lowered.flaws(), lowered.gap());
        let (gross_and_paid, applies, gross_places, lined) = lowered.benefits()?;
        if let Some(too_wide) = lowered.graph.too_wide {
            return Err(too_wide);
        }
        let graph = &lowered.graph;
        let answer = [payable];
        let posting: Vec<Number> = answer.into_iter().chain(posted).collect();
        let masks: Vec<Mask> = applies.into_iter().chain([lined]).collect();
        Ok(Answers {
            decision: schedule(graph, &answer, &[denied, decided, pended])?,
            posting: schedule(graph, &posting, &[denied, decided, pended, all_known])?,
            reasons: schedule(graph, &[key], &[])?,
            gaps: schedule(graph, &[flaws, gap], &[])?,
            lines: schedule(graph, &gross_and_paid, &masks)?,
            gross_places,
            conditions: lowered.unmet.iter().map(|(condition, _)| *condition).collect(),
            identities: lowered.broken.iter().map(|(identity, _)| *identity).collect(),
            priors: lowered.priors,
        })
    }

    /// The codes of the reasons that a key stands for, in the order in which an explanation gives them.
    pub(crate) fn codes<'p>(&self, plan: &'p Plan, is_denied: bool, key: i64) -> Vec<&'p str> {
        if is_denied {
            return self.unmet(plan, key).collect();
        }
        let cause = |benefit: u32| {
            let place = key.rotate_right(benefit.saturating_mul(BITS_OF_A_BENEFIT)) & 0xf;
            usize::try_from(place).ok().and_then(|place| CAUSES.get(place.checked_sub(1)?))
        };
        let benefits = (0_u32..).zip(&plan.benefits).map(|(benefit, _)| benefit);
        let causes: Vec<&str> = benefits.filter_map(cause).map(|code| code.name()).collect();
        if causes.is_empty() { vec![NONE_APPLIES.name()] } else { causes }
    }

    /// The same of a claim that is pended: identities that are broken, conditions that are not met, facts that are missing.
    pub(crate) fn codes_of_gaps<'p>(&self, plan: &'p Plan, flaws: i64, gap: i64) -> Vec<&'p str> {
        let conditions = self.conditions.iter().fold(0_u32, |count, _| count.saturating_add(1));
        let broken = flagged_in(flaws.rotate_right(conditions), &self.identities);
        let broken = broken.map(|identity| plan.identity(identity).id);
        let missing = (0..gap.count_ones()).map(|_| Code::MissingFact.name());
        broken.chain(self.unmet(plan, flaws)).chain(missing).collect()
    }

    /// Whether identities are broken; then nothing is said of missing facts.
    pub(crate) fn are_facts_broken(&self, flaws: i64) -> bool {
        let conditions = self.conditions.iter().fold(0_u32, |count, _| count.saturating_add(1));
        flagged_in(flaws.rotate_right(conditions), &self.identities).next().is_some()
    }

    fn unmet<'p>(&self, plan: &'p Plan, key: i64) -> impl Iterator<Item = &'p str> {
        flagged_in(key, &self.conditions).map(|condition| plan.condition(condition).id())
    }
}

/// The facts that a pended claim lacks, by the bits of its gap.
pub(crate) fn missing(plan: &Plan, gap: i64) -> impl Iterator<Item = &str> {
    let facts = (0_u32..i64::BITS).zip(&plan.facts);
    facts.filter(move |(bit, _)| gap.rotate_right(*bit) & 1 == 1).map(|(_, fact)| &*fact.name)
}

/// Those of the list whose bits are set, the first one's being the lowest.
fn flagged_in<I: Index>(key: i64, list: &[I]) -> impl Iterator<Item = I> {
    (0_u32..).zip(list).filter(move |(bit, _)| key.rotate_right(*bit) & 1 == 1).map(|(_, index)| *index)
}

/// What the programs of a decision and of a posting say of each claim.
#[derive(Clone, Copy)]
pub(crate) struct Decisions<'o> {
    payable: &'o [i64],
    denied: &'o [u8],
    decided: &'o [u8],
    pended: &'o [u8],
    /// Whether all that is posted is known; only a program that posts says it.
    all_known: Option<&'o [u8]>,
}

impl<'o> Decisions<'o> {
    pub(crate) fn of(outputs: &'o Outputs) -> Decisions<'o> {
        // Without a column there is no decision, and the exact reading is asked.
        let mask = |place: usize| outputs.masks.get(place).map_or(&[][..], Vec::as_slice);
        let payable = outputs.numbers.first().map_or(&[][..], Vec::as_slice);
        let all_known = outputs.masks.get(3).map(Vec::as_slice);
        Decisions { payable, denied: mask(0), decided: mask(1), pended: mask(2), all_known }
    }

    /// Whether all is known that the claim posts.
    pub(crate) fn is_posting_known(self, claim: usize) -> bool {
        let posts = self.at(claim).is_some_and(|(decision, _)| decision.is_open());
        !posts || self.all_known.is_none_or(|known| known.get(claim) == Some(&1))
    }

    /// The decision, and what is payable in fen; `None` where columns do not know.
    pub(crate) fn at(self, claim: usize) -> Option<(Decision, i64)> {
        let masks = (self.denied.get(claim)?, self.decided.get(claim)?, self.pended.get(claim)?);
        match (masks, *self.payable.get(claim)?) {
            ((1, ..), _) => Some((Decision::Denied, 0)),
            ((_, 1, _), 0) => Some((Decision::NothingDue, 0)),
            ((_, 1, _), payable) => Some((Decision::Paid, payable)),
            ((.., 1), _) => Some((Decision::Pended, 0)),
            _ => None,
        }
    }
}

/// Where claims are decided how.
struct Decided {
    denied: Mask,
    pended: Mask,
    /// Paid, or nothing is due.
    open: Mask,
}

impl Decided {
    fn add(&mut self, graph: &mut Graph, decision: Decision, here: Mask) {
        let where_so = match decision {
            Decision::Denied => &mut self.denied,
            Decision::Pended => &mut self.pended,
            Decision::Paid | Decision::NothingDue => &mut self.open,
            Decision::Reversed => return, // no rule reverses
        };
        *where_so = graph.or(*where_so, here);
    }
}

/// The number at so many places, and where that takes nothing from it.
fn reduced(graph: &mut Graph, number: Number, places: u32) -> (Number, Mask) {
    let finer = graph.range(number).places().saturating_sub(places);
    if finer == 0 {
        return (graph.at_places(number, places), Mask::ALWAYS);
    }
    let divisor = 10_i64.saturating_pow(finer);
    let whole = graph.divide(number, divisor, crate::rounding::Mode::Down, places);
    let exact = graph.compare(Comparison::Equal, whole, number);
    (whole, exact)
}

impl Lowered {
    /// Where claims are decided how. Whether anything is payable is seen in the amount.
    fn decided(&mut self) -> Decided {
        let mut decided = Decided { denied: Mask::NEVER, pended: Mask::NEVER, open: Mask::NEVER };
        let mut left = Mask::ALWAYS;
        for (ground, decision) in DECISIONS {
            let Some(holds) = self.ground(ground) else { continue };
            let here = self.graph.and(left, holds);
            decided.add(&mut self.graph, decision, here);
            let not = self.graph.not(holds);
            left = self.graph.and(left, not);
        }
        decided.add(&mut self.graph, OTHERWISE, left);
        decided
    }

    /// Where a ground holds; `None` of the one that only parts what is open to benefits.
    fn ground(&mut self, ground: Ground) -> Option<Mask> {
        match ground {
            Ground::Unsound => Some(self.sound.no),
            Ground::Ineligible => Some(self.eligible.no),
            Ground::Uncleared => Some(self.cleared.no),
            Ground::Unknown => {
                let known = Part::ALL.map(|part| self.lack(part).known);
                let all = known.into_iter().fold(Mask::ALWAYS, |all, known| self.graph.and(all, known));
                Some(self.graph.not(all))
            }
            Ground::Payable => None,
        }
    }

    /// Where a part of the verdict is known, and what is missing where it is not.
    fn lack(&mut self, part: Part) -> Lack {
        match part {
            // A claim without either never comes to columns.
            Part::EventDate | Part::CoverageStart => self.graph.nothing_lacks(),
            Part::Eligible => self.graph.lack(self.eligible),
            Part::Cleared => self.graph.lack(self.cleared),
            Part::Payable => self.payable.lack,
        }
    }

    /// A bit for each condition that is not met, and above them for each identity that is broken.
    fn flaws(&mut self) -> Number {
        let (unmet, broken) = (self.unmet.iter().map(|(_, fails)| *fails), self.broken.iter().map(|(_, fails)| *fails));
        let flags: Vec<Mask> = unmet.chain(broken).collect();
        self.flags(&flags)
    }

    fn flags(&mut self, flags: &[Mask]) -> Number {
        let mut all = self.graph.constant_at(0, 0);
        for (bit, mask) in (0_u32..).zip(flags) {
            let (flag, none) = (self.graph.constant_at(1_i64.rotate_left(bit), 0), self.graph.constant_at(0, 0));
            let here = self.graph.choose(*mask, flag, none);
            all = self.graph.union(all, here);
        }
        all
    }

    /// The facts that a pended claim is asked for.
    fn gap(&mut self) -> Number {
        let none = self.graph.constant_at(0, 0);
        let (mut always, mut if_sound) = (none, none);
        for part in Part::ALL {
            let gap = self.lack(part).missing;
            let all = if part.is_asked_of_unsound() { &mut always } else { &mut if_sound };
            *all = self.graph.union(*all, gap);
        }
        let if_sound = self.graph.choose(self.sound.no, none, if_sound);
        self.graph.union(always, if_sound)
    }

    fn postings(&mut self, places: &Arena<EntryIndex, u32>) -> (Vec<Number>, Mask) {
        let mut all_known = Mask::ALWAYS;
        let mut posted = Vec::new();
        for (posting, places) in self.posted.iter().zip(places) {
            let (amount, is_exact) = reduced(&mut self.graph, posting.value, *places);
            all_known = self.graph.and(all_known, posting.lack.known);
            all_known = self.graph.and(all_known, is_exact);
            posted.push(amount);
        }
        (posted, all_known)
    }

    /// The key of the reasons: a bit for each condition that a denial names, else four bits for each benefit.
    fn key(&mut self, denied: Mask) -> Number {
        let unmet: Vec<Mask> = self.unmet.iter().map(|(_, fails)| *fails).collect();
        let unmet = self.flags(&unmet);
        let mut causes = self.graph.constant_at(0, 0);
        for (benefit, waterfall) in (0_u32..).zip(&self.waterfalls) {
            if waterfall.applies == Mask::NEVER {
                continue;
            }
            let cause = cause(&mut self.graph, waterfall);
            let shift = self.graph.constant_at(1_i64.rotate_left(benefit.saturating_mul(BITS_OF_A_BENEFIT)), 0);
            let none = self.graph.constant_at(0, 0);
            let cause = self.graph.choose(waterfall.applies, cause, none);
            let cause = self.graph.times(cause, shift);
            causes = self.graph.add(causes, cause);
        }
        self.graph.choose(denied, unmet, causes)
    }

    #[expect(clippy::type_complexity, reason = "four lists that are taken apart at once")]
    fn benefits(&mut self) -> Result<(Vec<Number>, Vec<Mask>, Arena<BenefitIndex, u32>, Mask), TooWide> {
        let (mut amounts, mut applies, mut places) = (Vec::new(), Vec::new(), Arena::new());
        let mut all_known = Mask::ALWAYS;
        for (waterfall, paid) in self.waterfalls.iter().zip(&self.paid) {
            let (gross, known, mask) = (waterfall.gross.value, waterfall.gross.lack.known, waterfall.applies);
            let (paid, in_fen) = reduced(&mut self.graph, paid.value, MONEY_PLACES);
            let not = self.graph.not(mask);
            let known = self.graph.and(known, in_fen);
            let told = self.graph.or(not, known);
            all_known = self.graph.and(all_known, told);
            let range = self.graph.range(gross);
            if range.places() > Kind::Ratio.places() {
                return Err(TooWide);
            }
            amounts.extend([gross, paid]);
            applies.push(mask);
            places.push(range.places());
        }
        Ok((amounts, applies, places, all_known))
    }
}

/// Why the benefit leaves nothing: the first line that does, if there was anything before it.
fn cause(graph: &mut Graph, waterfall: &Waterfall) -> Number {
    let number = |graph: &mut Graph, code: Code| {
        let place = (1_i64..).zip(CAUSES).find(|(_, cause)| *cause == code).map_or(1, |(place, _)| place);
        graph.constant_at(place, 0)
    };
    let nothing_claimed = number(graph, NOTHING_CLAIMED);
    let nothing = graph.constant_at(0, 0);
    let (mut before, mut known) = (waterfall.gross.value, waterfall.gross.lack.known);
    let (mut cause, mut found) = (nothing_claimed, Mask::NEVER);
    for line in &waterfall.lines {
        let is_zero = graph.compare(Comparison::Equal, line.leaves.value, nothing);
        let is_zero = graph.and(line.leaves.lack.known, is_zero);
        let was_zero = graph.compare(Comparison::Equal, before, nothing);
        let was_zero = graph.and(known, was_zero);
        let [of_nothing, of_all] = [Effect::LeavesNothingOfNothing, Effect::TakesAll];
        let [of_nothing, of_all] = [of_nothing, of_all].map(|effect| number(graph, effect.cause(line.cause)));
        let here = graph.choose(was_zero, of_nothing, of_all);
        let is_first = graph.not(found);
        let is_first = graph.and(is_first, is_zero);
        cause = graph.choose(is_first, here, cause);
        found = graph.or(found, is_zero);
        before = graph.choose(line.leaves.lack.known, line.leaves.value, before);
        known = graph.or(known, line.leaves.lack.known);
    }
    cause
}
