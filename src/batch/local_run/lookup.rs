//! The whole accounts of a few claims, sought in the files.

use std::collections::BTreeSet;

use arrow_array::{BooleanArray, RecordBatch};
use arrow_select::concat::concat_batches;
use arrow_select::filter::filter_record_batch;

use super::Sources;
use super::budget::Budget;
use super::input::Source;
use super::job::Job;
use super::partition::texts;
use super::progress::{Progress, heed};
use super::spill::unencodable;
use crate::batch::accounts::{History, Plans, histories};
use crate::batch::ingest::Vocabulary;
use crate::batch::{Given, refused};
use crate::catalog::Catalog;
use crate::error::Error;

/// Every account that has one of these claims. Both files are read twice, and of their rows only these members' are kept.
pub(crate) fn seek<'c>(
    job: &Job,
    catalog: &'c Catalog,
    claims: &BTreeSet<&str>,
    progress: &dyn Progress,
) -> Result<Vec<History<'c>>, Error> {
    let vocabulary = Vocabulary::of(catalog)?;
    let sources = Sources::open(job, &vocabulary)?;
    let rows = Budget::of(job).reading(0).rows;
    let among = |source: &Source, column: &str, wanted: &BTreeSet<&str>| among(source, rows, column, wanted, progress);
    let wanted = among(&sources.claims, "claim_id", claims)?;
    let holders = among(&sources.enrollments, "enrollment_id", &set(&wanted, "enrollment_id")?)?;
    let enrollments = among(&sources.enrollments, "member_id", &set(&holders, "member_id")?)?;
    let all = among(&sources.claims, "enrollment_id", &set(&enrollments, "enrollment_id")?)?;
    let refused = refused(&sources.claims, rows, progress)?;
    let given = Given { claims: &all, refused: &refused, enrollments: &enrollments };
    histories(&Plans::of(catalog, &vocabulary), given, claims)
}

/// The rejected rows that say whose claim they are.
fn refused(source: &Source, rows: usize, progress: &dyn Progress) -> Result<RecordBatch, Error> {
    let stream = source.stream(rows)?;
    let mut lane = stream.lane();
    let mut found = Vec::new();
    while let Some(block) = lane.next()? {
        heed(progress)?;
        found.push(block.refused);
    }
    concat_batches(refused::schema(), &found).map_err(unencodable)
}

/// The rows of a file that have one of these texts in a column.
fn among(
    source: &Source,
    rows: usize,
    column: &str,
    wanted: &BTreeSet<&str>,
    progress: &dyn Progress,
) -> Result<RecordBatch, Error> {
    let stream = source.stream(rows)?;
    let mut lane = stream.lane();
    let mut found = Vec::new();
    while let Some(block) = lane.next()? {
        heed(progress)?;
        let is_wanted = texts(&block.rows, column)?.iter().map(|text| text.map(|text| wanted.contains(text)));
        found.push(filter_record_batch(&block.rows, &is_wanted.collect::<BooleanArray>()).map_err(unencodable)?);
    }
    concat_batches(source.schema(), &found).map_err(unencodable)
}

fn set<'r>(rows: &'r RecordBatch, column: &str) -> Result<BTreeSet<&'r str>, Error> {
    Ok(texts(rows, column)?.iter().flatten().collect())
}
