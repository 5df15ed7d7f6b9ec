//! A dry run: the columns checked against the packs, and the first thousand claims decided, without a file written.

use std::collections::BTreeSet;
use std::time::Instant;

use arrow_array::{BooleanArray, RecordBatch};
use arrow_select::concat::concat_batches;
use arrow_select::filter::filter_record_batch;

use super::Sources;
use super::budget::Budget;
use super::input::{Block, Source};
use super::job::Job;
use super::output::Output;
use super::partition::{row_numbers, texts};
use super::progress::{Progress, heed};
use super::rejects::rows_of;
use super::spill::unencodable;
use super::summary::{Causes, Counts, Rows, Summary, Tally};
use crate::batch::accounts::{Plans, decide_bucket};
use crate::batch::ingest::Vocabulary;
use crate::batch::{Decided, Given, Input, Observations, Reject, refused};
use crate::catalog::Catalog;
use crate::error::Error;

/// So many claims are decided, each with no others before it than these.
const CLAIMS: u64 = 1000;

/// So many enrollments are looked at whether a claim needs them or not, as in a run.
const FIRST: u64 = 1000;

/// What a dry run has found.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Rehearsal {
    /// The numbers, of these claims and of the enrollments that were read for them: those of a run where neither file has more than a thousand rows.
    pub summary: Summary,
    /// Every rejected row among them.
    pub rejects: Vec<Reject>,
}

/// Checks the columns of both inputs and decides the first thousand claims; writes nothing.
///
/// A member's claims beyond the first thousand are not counted, so that amounts can differ from those of [`run`](super::run).
///
/// # Errors
/// Those of [`run`](super::run) that come of reading.
pub fn rehearse(job: &Job, catalog: &Catalog, progress: &dyn Progress) -> Result<Rehearsal, Error> {
    let started = Instant::now();
    job.check()?;
    let vocabulary = Vocabulary::of(catalog)?;
    let sources = Sources::open(job, &vocabulary)?;
    let plans = Plans::of(catalog, &vocabulary);
    Output::all(job, &sources, &plans, &job.style(catalog, &[]))?;
    let rows = Budget::of(job).reading(0, sources.held()?)?.rows;
    let mut observations = Observations::default();
    let First { claims, refused, mut rejects } = first_claims(&sources.claims, rows.min(1000), &mut observations)?;
    let rejected_at_the_door = rows_of(&rejects, Input::Claims);
    let Needed { enrollments, read, rejects: rejected } =
        enrollments_of(&claims, &sources.enrollments, rows, progress, &mut observations)?;
    rejects.extend(rejected);
    let given = Given { claims: &claims, refused: &refused, enrollments: &enrollments, is_apart: sources.are_apart() };
    let decided = decide_bucket(&plans, given, false)?;
    let Decided { payouts, rejects: undecided, observations: seen, .. } = decided;
    observations.extend(&seen.into_iter().collect());
    let observations = observations.renamed(|input, column| sources.called(input, column));
    rejects.extend(undecided);
    for reject in &mut rejects {
        reject.column = sources.called(reject.input, std::mem::take(&mut reject.column));
    }
    rejects.sort();
    let mut causes = Causes::default();
    for reject in &rejects {
        causes.count(reject);
    }
    let rows = |rows: usize| u64::try_from(rows).unwrap_or(u64::MAX);
    let taken = rows(payouts.num_rows());
    let claims = Rows {
        read: rows(claims.num_rows()).saturating_add(rejected_at_the_door),
        taken,
        rejected: rows_of(&rejects, Input::Claims),
    };
    let rejected = rows_of(&rejects, Input::Enrollments);
    let enrollments = Rows { read, taken: read.saturating_sub(rejected), rejected };
    let (tally, causes) = (Tally::of(&payouts), causes.into_list());
    let counts =
        Counts { claims, enrollments, tally, causes, observations, parts: 0, certificates: None, manifest: None };
    let manners = sources.manners();
    let rejects = rejects.into_iter().map(|reject| manners.located(reject)).collect();
    let summary = Summary { counts, manners, took: started.elapsed(), is_resumed: false };
    Ok(Rehearsal { summary, rejects })
}

/// The first claims, and those among them that ingest rejects.
struct First {
    claims: RecordBatch,
    /// Of the rejected those that say whose claim they are.
    refused: RecordBatch,
    rejects: Vec<Reject>,
}

fn first_claims(source: &Source, rows: usize, observations: &mut Observations) -> Result<First, Error> {
    let stream = source.stream(rows)?;
    let mut lane = stream.lane();
    let (mut claims, mut refused, mut rejects) = (Vec::new(), Vec::new(), Vec::new());
    let mut seen = 0_u64;
    while seen < CLAIMS {
        let Some(block) = lane.next()? else { break };
        seen = seen.saturating_add(block.read);
        observations.extend(&block.observations);
        let count = row_numbers(&block.rows)?.values().partition_point(|row| *row <= CLAIMS);
        claims.push(block.rows.slice(0, count));
        let count = row_numbers(&block.refused)?.values().partition_point(|row| *row <= CLAIMS);
        refused.push(block.refused.slice(0, count));
        rejects.extend(block.rejects.into_iter().filter(|reject| reject.row <= CLAIMS));
    }
    let claims = concat_batches(source.schema(), &claims).map_err(unencodable)?;
    Ok(First { claims, refused: concat_batches(refused::schema(), &refused).map_err(unencodable)?, rejects })
}

/// The enrollments that are needed.
struct Needed {
    enrollments: RecordBatch,
    /// How many rows were read for them.
    read: u64,
    /// Those that ingest rejects on the way.
    rejects: Vec<Reject>,
}

/// The first enrollments, and those beyond that claims name. Reading ends where all are found.
fn enrollments_of(
    claims: &RecordBatch,
    source: &Source,
    rows: usize,
    progress: &dyn Progress,
    observations: &mut Observations,
) -> Result<Needed, Error> {
    let mut wanted: BTreeSet<&str> = texts(claims, "enrollment_id")?.iter().flatten().collect();
    let all = wanted.clone();
    let (mut found, mut rejects, mut read) = (Vec::new(), Vec::new(), 0_u64);
    let stream = source.stream(rows)?;
    let mut lane = stream.lane();
    while !wanted.is_empty() || read < FIRST {
        heed(progress)?;
        let Some(block) = lane.next()? else { break };
        read = read.saturating_add(block.read);
        let Block { rows, rejects: rejected, observations: seen, .. } = block;
        observations.extend(&seen);
        rejects.extend(rejected);
        let ids = texts(&rows, "enrollment_id")?;
        let is_first = row_numbers(&rows)?.values().iter().map(|row| *row <= FIRST);
        let is_wanted: BooleanArray =
            ids.iter().zip(is_first).map(|(id, first)| id.map(|id| first || all.contains(id))).collect();
        ids.iter().flatten().for_each(|id| {
            wanted.remove(id);
        });
        found.push(filter_record_batch(&rows, &is_wanted).map_err(unencodable)?);
    }
    Ok(Needed { enrollments: concat_batches(source.schema(), &found).map_err(unencodable)?, read, rejects })
}
