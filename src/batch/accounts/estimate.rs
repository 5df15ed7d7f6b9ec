//! Claims each decided as if it were its member's first.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow_array::RecordBatch;

use super::dates::Dates;
use super::facts::Rows;
use super::gather::Gathered;
use super::grouping::Accounts;
use super::payouts::fen;
use super::plans::{PlanIndex, Plans, VersionIndex};
use super::surroundings::Surroundings;
use super::{Bucket, fallback};
use crate::accumulator::Accumulators;
use crate::adjudicate::Decision;
use crate::batch::Reject;
use crate::batch::ingest::{self, Entered, Vocabulary};
use crate::catalog::Catalog;
use crate::error::Error;
use crate::reading::columns::answer::{Answers, Decisions};

/// Claims joined with their enrollments, each to be decided alone: what would it pay if the member had claimed nothing before?
///
/// For estimates, and for services that keep what members were paid in a place of their own. Nothing is posted, and no
/// limit counts an earlier claim; a joint limit counts no other plan.
pub struct Alone<'c> {
    plans: Plans<'c>,
    claims: RecordBatch,
    enrollments: RecordBatch,
    accounts: Accounts,
    around: Surroundings,
    parts: Vec<Part>,
    rejects: Vec<Reject>,
}

/// The claims that one version decides, side by side.
struct Part {
    places: Vec<usize>,
    gathered: Gathered,
    /// `None` where columns do not do for the plan.
    answers: Option<Arc<Answers>>,
    /// In fen.
    least_joint_limit: Option<i64>,
}

impl<'c> Alone<'c> {
    /// Reads and joins; the columns are those of [`crate::batch::decide`].
    ///
    /// # Errors
    /// Those of [`crate::batch::decide`].
    pub fn of(catalog: &'c Catalog, claims: &RecordBatch, enrollments: &RecordBatch) -> Result<Alone<'c>, Error> {
        let vocabulary = Vocabulary::of(catalog)?;
        let Entered { claims, refused, enrollments, mut rejects, .. } =
            ingest::enter(&vocabulary, claims, enrollments)?;
        let plans = Plans::of(catalog, &vocabulary);
        let rows = (Rows::of(&claims)?, Rows::of(&enrollments)?);
        let accounts = Accounts::of(&plans, &rows.0, &Rows::of(&refused)?, &rows.1, &mut rejects)?;
        let around = Surroundings::of(&vocabulary, &rows.0, &rows.1, &accounts)?;
        rejects.sort();
        let mut alone = Alone { plans, claims, enrollments, accounts, around, parts: Vec::new(), rejects };
        alone.parts = alone.parts()?;
        Ok(alone)
    }

    /// The rows that are not decided, each with the reason.
    #[must_use]
    pub fn rejects(&self) -> &[Reject] {
        &self.rejects
    }

    /// Gives each claim's decision and what is payable, in fen; `None` for a claim that cannot be decided: no version of
    /// its plan is for it, a fact is out of the pack's bounds, or it is a reversal, of which there is nothing to take back. The claims come by member, plan, date and id.
    #[must_use]
    pub fn decide(&self) -> Vec<Option<(Decision, i64)>> {
        let mut decided = vec![None; self.accounts.claim_count()];
        for part in &self.parts {
            self.decide_part(part, &mut decided);
        }
        decided
    }

    fn decide_part(&self, part: &Part, decided: &mut [Option<(Decision, i64)>]) {
        // Without outputs there is no decision from columns, and the exact reading is asked.
        let run = |answers: &Arc<Answers>| answers.decision.run(&part.gathered.inputs, part.places.len()).ok();
        let outputs = part.answers.as_ref().and_then(run);
        let decisions = outputs.as_ref().map(Decisions::of);
        for (at, place) in part.places.iter().enumerate() {
            let is_within = |payable: i64| part.least_joint_limit.is_none_or(|least| payable <= least);
            let decision = decisions.and_then(|decisions| decisions.at(at)).filter(|(_, payable)| is_within(*payable));
            let decision = decision.filter(|_| part.gathered.odd.get(at) != Some(&true));
            if let Some(slot) = decided.get_mut(*place) {
                *slot = decision.or_else(|| self.ask(*place));
            }
        }
    }

    /// Asks the exact reading.
    fn ask(&self, place: usize) -> Option<(Decision, i64)> {
        let (claims, enrollments) = (Rows::of(&self.claims).ok()?, Rows::of(&self.enrollments).ok()?);
        let bucket = self.bucket(&claims, &enrollments);
        let adjudication = fallback::alone(bucket, place, &Accumulators::new())?;
        fen(adjudication.payable()).ok().map(|fen| (adjudication.decision(), fen))
    }

    fn bucket<'a>(&'a self, claims: &'a Rows<'a>, enrollments: &'a Rows<'a>) -> Bucket<'a> {
        Bucket { plans: &self.plans, claims, enrollments, accounts: &self.accounts, around: &self.around }
    }

    fn parts(&self) -> Result<Vec<Part>, Error> {
        let (claims, enrollments) = (Rows::of(&self.claims)?, Rows::of(&self.enrollments)?);
        let bucket = self.bucket(&claims, &enrollments);
        let (dates, reverses) = (Dates::of(bucket), claims.some_texts("reverses"));
        let mut places: BTreeMap<(PlanIndex, Option<VersionIndex>), Vec<usize>> = BTreeMap::new();
        for account in self.accounts.iter() {
            let prepared = self.plans.prepared(account.plan);
            // a reversal takes back what is posted, and here nothing is
            for place in account.places.filter(|place| reverses.at(self.accounts.claim_at(*place)).is_none()) {
                // What is told of a claim is heeded by the exact reading.
                let dated = dates.at(bucket, prepared, place).filter(|_| !self.around.is_told_of(account.index));
                let version = dated.map(|dated| dated.version);
                places.entry((account.plan, version)).or_default().push(place);
            }
        }
        let part = |((plan, version), places): ((PlanIndex, Option<VersionIndex>), Vec<usize>)| {
            let least_joint_limit = self.plans.least_joint_limit(plan);
            let Some(version) = version else {
                return Ok(Part { places, gathered: Gathered::default(), answers: None, least_joint_limit });
            };
            let gathered = Gathered::of(bucket, self.plans.prepared(plan).version(version), &places)?;
            let answers = self.plans.answers(plan, version, false, gathered.presence.clone());
            Ok(Part { places, gathered, answers, least_joint_limit })
        };
        places.into_iter().map(part).collect()
    }
}
