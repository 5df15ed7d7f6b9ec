//! A few claims of two files, each worked out for a person to read.

use std::collections::{BTreeMap, BTreeSet};

use arrow_array::RecordBatch;
use arrow_array::cast::AsArray;
use arrow_array::types::Decimal128Type;
use rust_decimal::Decimal;

use super::Sources;
use super::job::Job;
use super::lookup::Members;
use super::partition::{row_numbers, texts};
use super::progress::Progress;
use crate::accumulator::Accumulators;
use crate::adjudicate::{Adjudication, Decision, Detail};
use crate::batch::accounts::{Asked, History, Plans, decide_bucket, fen, histories};
use crate::batch::ingest::Vocabulary;
use crate::batch::{Decided, Reject};
use crate::case::{self, Case};
use crate::catalog::Catalog;
use crate::error::{Error, OrBug};
use crate::notice::Notice;

/// A claim of two files as a run over all of them decides it, with all that it takes to explain it.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct WorkedClaim {
    /// The claim with its enrollment, and the member's claims under the plan that come before it.
    pub case: Case,
    /// What the earlier claims have posted.
    pub before: Accumulators,
    /// The decision, as [`crate::Plan::work_out`] gives it.
    pub adjudication: Adjudication,
    /// What is posted once the claim is.
    pub after: Accumulators,
    /// What one more yuan of each amount would change, where the claim is paid or nothing is due.
    pub next_yuan: Vec<(String, Decimal)>,
}

impl WorkedClaim {
    /// Whether a [workbook](crate::Workbook) can have the claim: not if it is a reversal, pended for what is known around it, or cut by a joint limit.
    #[must_use]
    pub fn has_sheet(&self) -> bool {
        self.case.claim.reverses().is_none() && !self.adjudication.is_held() && !self.adjudication.is_cut()
    }
}

/// What became of a claim that was looked up.
#[derive(Debug, Clone)]
pub enum Sought {
    /// It was decided.
    Worked(Box<WorkedClaim>),
    /// Its row was rejected, with all that is wrong with it.
    Rejected(Vec<Reject>),
}

/// Looks up claims in the inputs of a job and decides them as [`run`](super::run) does, on top of the member's other claims in the files. Writes nothing.
///
/// Gives for each id every claim that has it, since claims of several members may share one; nothing for an id that no row has.
///
/// # Errors
/// Those of [`run`](super::run) that come of reading.
pub fn look_up<'i>(
    job: &Job,
    catalog: &Catalog,
    claims: &[&'i str],
    progress: &dyn Progress,
) -> Result<Vec<(&'i str, Vec<Sought>)>, Error> {
    let vocabulary = Vocabulary::of(catalog)?;
    let sources = Sources::open(job, &vocabulary)?;
    let wanted: BTreeSet<&str> = claims.iter().copied().collect();
    let members = Members::seek(&sources, job, &wanted, progress)?;
    let plans = Plans::of(catalog, &vocabulary);
    let decided = decide_bucket(&plans, members.given(), false)?;
    let payouts = Payouts::of(&decided)?;
    let mut found: BTreeMap<String, Vec<Sought>> = BTreeMap::new();
    for history in histories(&plans, members.given(), &wanted)? {
        for worked in work_out(catalog, &history, &wanted)? {
            let id = worked.case.claim.id().to_owned();
            let payout = payouts.of.get(&(worked.case.enrollment.id(), &id));
            let Some(payout) = payout.copied() else { continue }; // what the run has rejected
            let worked = WorkedClaim { adjudication: noted(worked.adjudication, members.given().is_apart), ..worked };
            payout.is_of(&worked.adjudication).then_some(()).or_bug()?;
            found.entry(id).or_default().push(Sought::Worked(Box::new(worked)));
        }
    }
    let manners = sources.manners();
    let mut rejects: BTreeMap<(String, u64), Vec<Reject>> = BTreeMap::new();
    for (claim, mut reject) in members.rejects.iter().cloned().chain(undecided(&members.claims, &decided, &wanted)?) {
        reject.column = sources.called(reject.input, reject.column);
        let reject = manners.located(reject);
        rejects.entry((claim, reject.row)).or_default().push(reject);
    }
    for ((claim, _), rejects) in rejects {
        found.entry(claim).or_default().push(Sought::Rejected(rejects));
    }
    Ok(claims.iter().map(|claim| (*claim, found.remove(*claim).unwrap_or_default())).collect())
}

/// The same decision with what is said of all claims of a run.
fn noted(mut adjudication: Adjudication, is_apart: bool) -> Adjudication {
    if is_apart && adjudication.decision() != Decision::Reversed {
        adjudication.note(Notice::decided_apart());
    }
    adjudication
}

/// The rows of these claims that could be read and not decided.
fn undecided(rows: &RecordBatch, decided: &Decided, wanted: &BTreeSet<&str>) -> Result<Vec<(String, Reject)>, Error> {
    let ids: BTreeMap<u64, &str> =
        row_numbers(rows)?.values().iter().copied().zip(texts(rows, "claim_id")?.iter().flatten()).collect();
    let claims = decided.rejects.iter().filter_map(|reject| Some((*ids.get(&reject.row)?, reject)));
    let claims = claims.filter(|(claim, _)| wanted.contains(claim));
    Ok(claims.map(|(claim, reject)| (claim.to_owned(), reject.clone())).collect())
}

/// The claims of an account that are looked up and can be decided.
fn work_out(catalog: &Catalog, history: &History<'_>, wanted: &BTreeSet<&str>) -> Result<Vec<WorkedClaim>, Error> {
    let mut worked = Vec::new();
    history.decide(catalog, wanted, Detail::Worked, |asked| {
        let Asked { earlier, enrollment, claim, room, before, decided: adjudication, after } = asked;
        let next_yuan = if adjudication.decision().is_open() {
            case::next_yuan(catalog, enrollment, claim, &before, room)?
        } else {
            Vec::new()
        };
        let case = Case {
            enrollment: enrollment.clone(),
            history: earlier.to_vec(),
            other_covers: None,
            claim: claim.clone(),
        };
        worked.push(WorkedClaim { case, before, adjudication, after: after.clone(), next_yuan });
        Ok(())
    })?;
    Ok(worked)
}

/// What a run decides, by enrollment and claim.
struct Payouts<'r> {
    of: BTreeMap<(&'r str, &'r str), Payout<'r>>,
}

#[derive(Clone, Copy)]
struct Payout<'r> {
    decision: &'r str,
    /// In fen.
    payable: i128,
}

impl<'r> Payouts<'r> {
    fn of(Decided { payouts, .. }: &'r Decided) -> Result<Payouts<'r>, Error> {
        let payable = payouts.column_by_name("payable").and_then(|column| column.as_primitive_opt::<Decimal128Type>());
        let ids = texts(payouts, "enrollment_id")?.iter().zip(texts(payouts, "claim_id")?);
        let says = texts(payouts, "decision")?.iter().zip(payable.or_bug()?);
        let of = ids.zip(says).map(|((enrollment, claim), (decision, payable))| {
            let payout = Payout { decision: decision.or_bug()?, payable: payable.or_bug()? };
            Ok(((enrollment.or_bug()?, claim.or_bug()?), payout))
        });
        Ok(Payouts { of: of.collect::<Result<_, Error>>()? })
    }
}

impl Payout<'_> {
    /// Whether the decision that is explained is the one that the run makes.
    fn is_of(&self, adjudication: &Adjudication) -> bool {
        let payable = fen(adjudication.payable()).ok().map(i128::from);
        self.decision == adjudication.decision().name() && payable == Some(self.payable)
    }
}
