//! A joint limit over several plans that pay for one event.

use rust_decimal::Decimal;

use crate::accumulator::{Accumulators, Group};
use crate::adjudicate::Adjudication;
use crate::diagnostic::{Diagnostics, Findings};
use crate::document::{self, Node, Notation};
use crate::error::Error;
use crate::exact;
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

/// A joint limit with the findings of its file, empty so far, and the places of the plans it names.
pub(crate) struct Read {
    pub(crate) limit: JointLimit,
    pub(crate) plan_nodes: Vec<Node>,
    pub(crate) findings: Findings,
}

/// Reads a `.joint.toml` file.
pub(crate) fn read(path: &str, bytes: &[u8]) -> Result<Read, Diagnostics> {
    let (root, mut findings) = document::read(path, bytes, Notation::Toml, document::MAX_PACK_BYTES)?;
    if findings.is_empty() {
        shape::JOINT.check(&root, &mut findings);
    }
    let limit = root.get("joint").and_then(|node| limit(node, &mut findings));
    match limit {
        Some(limit) if findings.is_empty() => {
            let plan_nodes =
                root.get("joint").and_then(|node| node.get("plans")).map(Node::items).unwrap_or_default().to_vec();
            Ok(Read { limit, plan_nodes, findings })
        }
        Some(_) | None => Err(findings.into_diagnostics()),
    }
}

fn limit(node: &Node, findings: &mut Findings) -> Option<JointLimit> {
    let amount = crate::pack::yuan(node.get("amount")?, findings)?;
    let per = node.get("per")?.text()?;
    Some(JointLimit {
        plans: node.get("plans")?.items().iter().filter_map(|plan| plan.text().map(str::to_owned)).collect(),
        title: node.get("title")?.words(),
        clause: node.get("clause")?.words(),
        amount,
        scope: Scope::ALL.into_iter().find(|(name, _)| *name == per).map(|(_, scope)| scope)?,
    })
}

impl JointLimit {
    /// Cuts what is beyond the limit, plan after plan; each comes with what its member's earlier claims have posted.
    pub(crate) fn apply(&self, decided: &mut [(&Accumulators, Adjudication)]) -> Result<(), Error> {
        let does_not_fit =
            |_| Error::arithmetic(say!("联合限额的合计超出范围", "the sum under a joint limit does not fit"));
        let mut room = self.amount;
        for (accumulators, adjudication) in decided.iter().filter(|(_, decided)| self.covers(decided)) {
            if let Some(posting) = adjudication.posting() {
                let group = Group::of(self.scope, posting.event_date, posting.coverage_start);
                let before = accumulators.paid_in_all(group).map_err(does_not_fit)?;
                room = exact::subtract(room, before).map_err(does_not_fit)?;
            }
        }
        for plan in &self.plans {
            for (_, adjudication) in decided.iter_mut().filter(|(_, decided)| decided.outcome().plan().id == *plan) {
                let payable = adjudication.payable();
                let allowed = payable.min(room.max(Decimal::ZERO));
                let takes = exact::subtract(payable, allowed).map_err(does_not_fit)?;
                adjudication.cut(takes, &self.title, &self.clause)?;
                room = exact::subtract(room, allowed).map_err(does_not_fit)?;
            }
        }
        Ok(())
    }

    fn covers(&self, adjudication: &Adjudication) -> bool {
        self.plans.contains(&adjudication.outcome().plan().id)
    }
}
