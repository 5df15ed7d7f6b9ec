//! A joint limit over several plans that pay for one event.

use std::collections::BTreeSet;

use rust_decimal::Decimal;

use crate::accumulator::{Accumulators, Group};
use crate::adjudicate::Adjudication;
use crate::claim::Claim;
use crate::code::Code;
use crate::diagnostic::{Diagnostics, Findings};
use crate::document::{self, Node, Notation};
use crate::enrollment::Enrollment;
use crate::error::Error;
use crate::exact;
use crate::fact::Value;
use crate::money::FEN;
use crate::pack::shape;
use crate::scope::Scope;
use crate::text::{Text, say};

/// At most so much from several plans together, served in the order of the list.
#[derive(Debug)]
pub(crate) struct JointLimit {
    pub(crate) plans: Vec<String>,
    title: Text,
    clause: Text,
    amount: Decimal,
    scope: Scope,
}

/// A file of a joint limit as far as it could be read, with what is wrong with it so far.
pub(crate) struct Read {
    pub(crate) limit: Option<JointLimit>,
    /// The places of the plans that it names.
    pub(crate) plan_nodes: Vec<Node>,
    pub(crate) findings: Findings,
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
    let plan_nodes = plans.map(|plans| plan_nodes(plans, &mut findings)).unwrap_or_default();
    let limit = node.and_then(|node| limit(node, &plan_nodes, &mut findings));
    Ok(Read { limit, plan_nodes, findings })
}

/// Each plan that the list names, once.
fn plan_nodes(list: &Node, findings: &mut Findings) -> Vec<Node> {
    if list.is_empty_list() {
        findings.report(Code::BadValue, &list.span, say!("列表不能为空", "the list is empty"));
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
    let per = node.get("per")?.text()?;
    Some(JointLimit {
        plans: plans.iter().filter_map(|plan| plan.text().map(str::to_owned)).collect(),
        title: node.get("title")?.words(),
        clause: node.get("clause")?.words(),
        amount,
        scope: Scope::ALL.into_iter().find(|(name, _)| *name == per).map(|(_, scope)| scope)?,
    })
}

/// What a joint limit leaves is paid as it stands.
fn check_is_in_fen(amount: Decimal, node: &Node, findings: &mut Findings) {
    if let Some(node) = node.get("amount").filter(|_| !exact::divides(FEN, amount)) {
        let message = say!("联合限额 `{amount} yuan` 不是分的整倍数", "`{amount} yuan` is no multiple of the fen");
        findings.report(Code::FinerThanMoney, &node.span, message);
    }
}

/// One of the covers that are decided together.
pub(crate) struct Cover<'c> {
    pub(crate) enrollment: &'c Enrollment,
    pub(crate) accumulators: &'c Accumulators,
    pub(crate) adjudication: Adjudication,
}

impl JointLimit {
    /// Cuts what is beyond the limit, plan after plan; what the plans paid before in the scope counts, also of those that
    /// pay nothing now.
    pub(crate) fn apply(&self, claim: &Claim, covers: &mut [Cover<'_>]) -> Result<(), Error> {
        let mut room = self.amount;
        for cover in covers.iter().filter(|cover| self.plans.iter().any(|plan| plan == cover.enrollment.plan())) {
            room = exact::subtract(room, self.paid_before(claim, cover)?).map_err(does_not_fit)?;
        }
        for plan in &self.plans {
            for cover in covers.iter_mut().filter(|cover| cover.enrollment.plan() == plan) {
                let payable = cover.adjudication.payable();
                let allowed = payable.min(room.max(Decimal::ZERO));
                let takes = exact::subtract(payable, allowed).map_err(does_not_fit)?;
                cover.adjudication.cut(takes, &self.title, &self.clause)?;
                room = exact::subtract(room, allowed).map_err(does_not_fit)?;
            }
        }
        Ok(())
    }

    /// What earlier claims of the scope were paid; nothing where a date is missing, since then the claim is pended.
    fn paid_before(&self, claim: &Claim, cover: &Cover<'_>) -> Result<Decimal, Error> {
        match (claim.fact("event_date"), cover.enrollment.fact("coverage_start")) {
            (Some(Value::Date(event_date)), Some(Value::Date(coverage_start))) => {
                let group = Group::of(self.scope, *event_date, *coverage_start);
                cover.accumulators.paid_in_all(group).map_err(does_not_fit)
            }
            (Some(_) | None, _) => Ok(Decimal::ZERO),
        }
    }
}

fn does_not_fit(_: exact::Inexact) -> Error {
    Error::arithmetic(say!("联合限额的合计超出范围", "the sum under a joint limit does not fit"))
}
