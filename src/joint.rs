//! Joint limits: at most so much from several plans together.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::accumulator::{Accumulators, Group, Open, Period};
use crate::adjudicate::Adjudication;
use crate::claim::Claim;
use crate::code::Code;
use crate::diagnostic::{Diagnostics, Findings};
use crate::document::{self, Node, Notation};
use crate::enrollment::Enrollment;
use crate::error::Error;
use crate::exact;
use crate::facts;
use crate::money::FEN;
use crate::pack::shape;
use crate::plan::{AllAssumed, Assumed, Plan};
use crate::scope::Scope;
use crate::text::{Text, say};

/// At most so much from several plans together, served in the order of the list.
#[derive(Debug, Clone)]
pub(crate) struct JointLimit {
    id: String,
    plans: Vec<String>,
    title: Arc<Text>,
    clause: Arc<Text>,
    amount: Decimal,
    scope: Scope,
    /// Itself, if it is assumed.
    assumed: AllAssumed,
    /// Of what its file says.
    #[cfg(feature = "batch")]
    fingerprint: String,
}

/// A file of a joint limit as far as it could be read, with what is wrong with it so far.
pub(crate) struct Read {
    pub(crate) limit: Option<JointLimit>,
    /// The places of the plans that it names.
    pub(crate) plan_nodes: Vec<Node>,
    /// The place of its amount.
    pub(crate) amount_node: Option<Node>,
    pub(crate) findings: Findings,
}

impl Read {
    /// By what it comes before another: its id; what has none is refused anyway.
    pub(crate) fn id(&self) -> &str {
        self.limit.as_ref().map_or("", |limit| limit.id.as_str())
    }
}

/// Reads a `.joint.toml` file.
pub(crate) fn read(path: &str, bytes: &[u8]) -> Result<Read, Diagnostics> {
    let (root, mut findings) = document::read(path, bytes, Notation::Toml, document::MAX_PACK_BYTES)?;
    if !findings.is_readable() {
        return Err(findings.into_diagnostics());
    }
    shape::JOINT.check(&root, &mut findings);
    let node = root.get("joint");
    let plans = node.and_then(|node| node.get("plans"));
    let plan_nodes = plans.map_or_else(Vec::new, |plans| plan_nodes(plans, &mut findings));
    let limit = node.and_then(|node| limit(node, &plan_nodes, &mut findings));
    let amount_node = node.and_then(|node| node.get("amount")).cloned();
    Ok(Read { limit, plan_nodes, amount_node, findings })
}

/// Each plan that the list names, once.
fn plan_nodes(list: &Node, findings: &mut Findings) -> Vec<Node> {
    if list.is_empty_list() {
        let help = say!("写上所限的计划编号", "name the plans that it limits");
        findings.report(Code::BadValue, &list.span, say!("列表不能为空", "the list is empty")).help_with([help]);
    }
    let mut seen = BTreeSet::new();
    let mut nodes = Vec::new();
    for node in list.items() {
        let Some(plan) = node.text() else { continue };
        if seen.insert(plan) {
            nodes.push(node.clone());
        } else {
            let message = say!("计划 `{plan}` 列了两次", "the plan `{plan}` is listed twice");
            findings.report(Code::DuplicateName, &node.span, message);
        }
    }
    nodes
}

fn limit(node: &Node, plans: &[Node], findings: &mut Findings) -> Option<JointLimit> {
    let amount = crate::pack::yuan(node.get("amount")?, findings)?;
    check_is_in_fen(amount, node, findings);
    let (id, title) = (node.get("id")?.text()?.to_owned(), node.get("title")?.words());
    let per = node.get("per")?.text()?;
    let is_assumed = node.get("provenance").and_then(Node::text) == Some("assumed");
    let assumed = Assumed {
        name: id.clone(),
        title: title.clone(),
        value: node.get("amount").and_then(Node::text).map(str::to_owned),
    };
    Some(JointLimit {
        plans: plans.iter().filter_map(|plan| plan.text().map(str::to_owned)).collect(),
        clause: node.get("clause")?.words().into(),
        scope: Scope::ALL.into_iter().find(|(name, _)| *name == per).map(|(_, scope)| scope)?,
        assumed: is_assumed.then_some(assumed).into_iter().map(Arc::new).collect(),
        #[cfg(feature = "batch")]
        fingerprint: crate::pack::fingerprint::of(node),
        id,
        title: title.into(),
        amount,
    })
}

/// What a joint limit leaves is paid as it stands.
fn check_is_in_fen(amount: Decimal, node: &Node, findings: &mut Findings) {
    if let Some(node) = node.get("amount").filter(|_| !exact::divides(FEN, amount)) {
        let message = say!("合计限额 {amount} 元不是分的整倍数", "`{amount} yuan` is not a multiple of the fen");
        findings.report(Code::FinerThanMoney, &node.span, message);
    }
}

/// The joint limits of a catalog, by id, and the order in which their plans are served.
#[derive(Debug, Clone, Default)]
pub(crate) struct JointLimits {
    limits: Vec<JointLimit>,
    /// By plan.
    turns: BTreeMap<String, Turn>,
}

/// When a plan is served.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Turn {
    /// The number of the family: plans that a chain of joint limits holds together.
    pub(crate) family: usize,
    /// Its place among the plans of the family.
    pub(crate) place: usize,
}

impl JointLimits {
    /// Limits whose orders do not contradict each other, by id.
    pub(crate) fn of(limits: Vec<JointLimit>) -> JointLimits {
        let mut turns = BTreeMap::new();
        for (family, plans) in families(&limits).into_iter().enumerate() {
            let turn = |place| Turn { family, place };
            turns.extend(in_turn(&limits, &plans).into_iter().enumerate().map(|(place, plan)| (plan, turn(place))));
        }
        JointLimits { limits, turns }
    }

    /// All of them, by id.
    #[cfg(feature = "batch")]
    pub(crate) fn all(&self) -> impl Iterator<Item = &JointLimit> {
        self.limits.iter()
    }

    /// When the plan is served; none if no joint limit is over it.
    pub(crate) fn turn_of(&self, plan: &str) -> Option<Turn> {
        self.turns.get(plan).copied()
    }

    /// The place of the plan among those of one event and day.
    pub(crate) fn place_of(&self, plan: &str) -> usize {
        self.turn_of(plan).map_or(0, |turn| turn.place)
    }

    /// Whether a chain of joint limits is over both plans.
    pub(crate) fn holds_together(&self, one: &str, other: &str) -> bool {
        self.turn_of(one).zip(self.turn_of(other)).is_some_and(|(one, other)| one.family == other.family)
    }

    /// Those over the plan.
    pub(crate) fn over<'j>(&'j self, plan: &str) -> impl Iterator<Item = &'j JointLimit> {
        self.limits.iter().filter(move |limit| limit.names(plan))
    }

    /// The least amount over the plan; up to it no joint limit cuts anything.
    #[cfg(feature = "batch")]
    pub(crate) fn least_over(&self, plan: &str) -> Option<Decimal> {
        self.over(plan).map(|limit| limit.amount).min()
    }

    /// What is left for a claim by each limit over its plan, but for what its own cover was paid before.
    pub(crate) fn room<'j>(
        &'j self,
        enrollment: &Enrollment,
        claim: &Claim,
        accounts: &[Held],
        own: Option<usize>,
    ) -> Result<Room<'j>, Error> {
        let mut room = Room::unlimited();
        let (Some(event_date), Some(start)) = (claim.fact(facts::EVENT_DATE), enrollment.fact(facts::COVERAGE_START))
        else {
            return Ok(room); // the claim is pended
        };
        let period = Period::of(start, &enrollment.id);
        for limit in self.over(enrollment.plan()) {
            let group = Group::of(limit.scope, event_date, &period);
            let mut left = limit.amount;
            for (place, held) in accounts.iter().enumerate().filter(|(_, held)| limit.names(&held.plan)) {
                for counted in held.groups(&group, event_date) {
                    if own != Some(place) || counted != group {
                        let paid = held.accumulators.paid_in_all(&counted).map_err(does_not_fit)?;
                        left = exact::subtract(left, paid).map_err(does_not_fit)?;
                    }
                }
            }
            room.shares.push(Share { limit, group, left });
        }
        Ok(room)
    }
}

impl JointLimit {
    /// Whether the limit is over more plans than one.
    pub(crate) fn is_over_several(&self) -> bool {
        self.plans.len() > 1
    }

    /// The unit that a benefit of the plans is rounded to and that the amount is not a multiple of.
    pub(crate) fn finer_than(&self, plans: &[&Plan]) -> Option<Decimal> {
        let mut units = plans.iter().flat_map(|plan| &plan.benefits).map(|benefit| benefit.rounding.to);
        units.find(|unit| !exact::divides(*unit, self.amount))
    }

    #[cfg(feature = "batch")]
    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    /// The SHA-256 of what its file says, as of a pack.
    #[cfg(feature = "batch")]
    pub(crate) fn fingerprint(&self) -> &str {
        &self.fingerprint
    }

    /// What the limit is called.
    pub(crate) fn title(&self) -> &Text {
        &self.title
    }

    fn names(&self, plan: &str) -> bool {
        self.plans.iter().any(|known| known == plan)
    }
}

/// The plans of each chain of limits, in the order in which the limits name them.
fn families(limits: &[JointLimit]) -> Vec<Vec<String>> {
    let mut families: Vec<Vec<String>> = Vec::new();
    for limit in limits {
        let (joined, mut apart): (Vec<_>, Vec<_>) =
            families.into_iter().partition(|family| family.iter().any(|plan| limit.names(plan)));
        let mut family = joined.concat();
        let new: Vec<String> = limit.plans.iter().filter(|plan| !family.contains(plan)).cloned().collect();
        family.extend(new);
        apart.push(family);
        families = apart;
    }
    families
}

/// The plans of a family so that each comes after all that a limit lists before it; else as they are named.
fn in_turn(limits: &[JointLimit], plans: &[String]) -> Vec<String> {
    let mut open: Vec<&String> = plans.iter().collect();
    let mut served = Vec::with_capacity(open.len());
    while !open.is_empty() {
        let waits = |plan: &str| open.iter().any(|other| limits.iter().any(|limit| limit.serves_before(other, plan)));
        let next = open.iter().position(|plan| !waits(plan)).unwrap_or(0);
        served.push(open.remove(next).clone());
    }
    served
}

impl JointLimit {
    fn serves_before(&self, one: &str, other: &str) -> bool {
        let place = |plan: &str| self.plans.iter().position(|known| known == plan);
        place(one).zip(place(other)).is_some_and(|(one, other)| one < other)
    }

    /// Reports what cannot hold beside the limits before it, which come with the paths of their files.
    pub(crate) fn check_beside(&self, before: &[(JointLimit, String)], plan_nodes: &[Node], findings: &mut Findings) {
        let named: Vec<(&str, &Node)> = plan_nodes.iter().filter_map(|node| Some((node.text()?, node))).collect();
        let pairs =
            named.iter().enumerate().flat_map(|(place, other)| named.iter().take(place).map(move |one| (one, other)));
        let mut at_odds =
            pairs.filter_map(|((one, _), (other, node))| Some((one, other, node, comes_before(other, one, before)?)));
        if let Some((one, other, node, path)) = at_odds.next() {
            let message = say!(
                "计划 `{one}` 在此排在 `{other}` 之前，按 {path} 则在其后",
                "`{one}` is served before `{other}` here, and after it by {path}"
            );
            let help = say!(
                "各合计限额中，相同计划的先后次序须一致",
                "joint limits list the plans that they share in one order"
            );
            findings.report(Code::JointOrder, &node.span, message).help_with([help]);
        }
        if let (Some((_, path)), Some(node)) =
            (before.iter().find(|(limit, _)| limit.id == self.id), plan_nodes.first())
        {
            let id = &self.id;
            let message = say!("合计限额 `{id}` 在 {path} 中已有", "the joint limit `{id}` is already in {path}");
            findings.report(Code::DuplicateName, &node.span, message);
        }
    }
}

/// The file by which a plan is served before another, be it by way of others: the last on the way.
fn comes_before<'l>(one: &str, other: &str, limits: &'l [(JointLimit, String)]) -> Option<&'l str> {
    let (mut reached, mut open) = (BTreeSet::new(), vec![one]);
    while let Some(plan) = open.pop() {
        for (limit, path) in limits {
            let place = limit.plans.iter().position(|known| known == plan);
            let after = place.and_then(|place| limit.plans.get(place.saturating_add(1)..)).unwrap_or(&[]);
            if after.iter().any(|known| known == other) {
                return Some(path);
            }
            open.extend(after.iter().map(String::as_str).filter(|known| reached.insert(*known)));
        }
    }
    None
}

/// One account of a member as joint limits see it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Held {
    pub(crate) plan: String,
    pub(crate) accumulators: Accumulators,
    /// The first days of its covers that claims were made under, with the last one where it is given.
    covers: BTreeMap<Period, Option<NaiveDate>>,
}

impl Held {
    /// An account under a plan.
    pub(crate) fn new(plan: &str, accumulators: Accumulators) -> Held {
        Held { plan: plan.to_owned(), accumulators, covers: BTreeMap::new() }
    }

    /// An account with the covers under which claims were made.
    pub(crate) fn of(plan: &str, accumulators: Accumulators, covers: Vec<Cover>) -> Held {
        let cover = |Cover { enrollment_id, start, end }| {
            (Period { start, enrollment: enrollment_id.as_deref().map(Arc::from) }, end)
        };
        Held { covers: covers.into_iter().map(cover).collect(), ..Held::new(plan, accumulators) }
    }

    /// The covers under which claims were made.
    pub(crate) fn covers(&self) -> Vec<Cover> {
        let cover = |(period, end): (&Period, &Option<NaiveDate>)| {
            let enrollment_id = period.enrollment.as_deref().map(str::to_owned);
            Cover { enrollment_id, start: period.start, end: *end }
        };
        self.covers.iter().map(cover).collect()
    }

    /// The same with a cover under which claims are made.
    pub(crate) fn under(mut self, enrollment: &Enrollment) -> Held {
        self.note(enrollment);
        self
    }

    /// Notes a cover that a claim is made under.
    pub(crate) fn note(&mut self, enrollment: &Enrollment) {
        if let Some(start) = enrollment.fact(facts::COVERAGE_START) {
            let end = enrollment.fact(facts::COVERAGE_END);
            let known = self.covers.entry(Period::of(start, &enrollment.id)).or_insert(end);
            *known = (*known).zip(end).map(|(known, end)| known.max(end));
        }
    }

    /// What is known of the account besides postings.
    pub(crate) fn mark(&self) -> Mark {
        Mark { open: self.accumulators.open_ones().clone(), covers: self.covers.clone() }
    }

    /// Takes back what these claims have done since then.
    pub(crate) fn go_back(&mut self, to: Mark, claims: &[&str]) -> Result<(), Error> {
        for claim in claims {
            if self.accumulators.has_posted(claim) {
                self.accumulators.reverse(claim)?;
            }
        }
        self.accumulators.set_open(to.open);
        self.covers = to.covers;
        Ok(())
    }

    /// The claims of the account that count together with one of this group and day. Of a period: those under a cover that
    /// starts on the same day, or that holds on the day of the event.
    fn groups(&self, group: &Group, event_date: NaiveDate) -> Vec<Group> {
        let Group::Period(own) = group else { return vec![group.clone()] };
        let holds = |start: NaiveDate, end: Option<NaiveDate>| {
            start == own.start || (start <= event_date && end.is_none_or(|end| event_date <= end))
        };
        let counted = self.covers.iter().filter(|(period, end)| holds(period.start, **end)).map(|(period, _)| period);
        // What does not say its cover counts once for each day on which covers start.
        let unsaid: BTreeSet<Period> = counted.clone().map(|period| Period::of_any_that_starts(period.start)).collect();
        counted.cloned().chain(unsaid).map(Group::Period).collect()
    }
}

/// A cover under which claims were made, as it is kept.
#[derive(Serialize, Deserialize)]
pub(crate) struct Cover {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) enrollment_id: Option<String>,
    pub(crate) start: NaiveDate,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) end: Option<NaiveDate>,
}

/// What is known of an account besides postings: its open claims, and the covers under which claims were made.
pub(crate) struct Mark {
    open: Open,
    covers: BTreeMap<Period, Option<NaiveDate>>,
}

/// What joint limits leave for one claim.
#[derive(Debug, Clone)]
pub(crate) struct Room<'j> {
    shares: Vec<Share<'j>>,
}

/// What one of them leaves.
#[derive(Debug, Clone)]
struct Share<'j> {
    limit: &'j JointLimit,
    /// The claims of the claim's own cover that count with it.
    group: Group,
    left: Decimal,
}

impl Share<'_> {
    fn left_after(&self, before: &Accumulators) -> Result<Decimal, Error> {
        let paid = before.paid_in_all(&self.group).map_err(does_not_fit)?;
        exact::subtract(self.left, paid).map(|left| left.max(Decimal::ZERO)).map_err(does_not_fit)
    }
}

impl Room<'_> {
    /// Where no joint limit is over the plan, or none is heeded.
    pub(crate) fn unlimited() -> Self {
        Room { shares: Vec::new() }
    }

    /// Takes off what is beyond a limit, limit after limit.
    pub(crate) fn cut(&self, adjudication: &mut Adjudication, before: &Accumulators) -> Result<(), Error> {
        for share in &self.shares {
            let payable = adjudication.payable();
            let leaves = payable.min(share.left_after(before)?);
            let takes = exact::subtract(payable, leaves).map_err(does_not_fit)?;
            adjudication.cut(takes, &share.limit.title, &share.limit.clause, &share.limit.assumed)?;
        }
        Ok(())
    }

    /// The limits that the claim counts in, by id and title.
    #[cfg(feature = "batch")]
    pub(crate) fn limits(&self) -> impl Iterator<Item = (&str, &Text)> {
        self.shares.iter().map(|share| (share.limit.id(), &*share.limit.title))
    }

    /// The most that the limits leave; none if there is none.
    pub(crate) fn most(&self, before: &Accumulators) -> Result<Option<Decimal>, Error> {
        let lefts = self.shares.iter().map(|share| share.left_after(before)).collect::<Result<Vec<_>, Error>>()?;
        Ok(lefts.into_iter().min())
    }

    /// As much of an amount as the limits leave.
    pub(crate) fn caps(&self, payable: Decimal, before: &Accumulators) -> Result<Decimal, Error> {
        Ok(self.most(before)?.map_or(payable, |most| payable.min(most)))
    }
}

fn does_not_fit(_: exact::Inexact) -> Error {
    Error::arithmetic(say!("合计限额的合计超出范围", "the sum under a joint limit does not fit"))
}
