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
#[cfg(feature = "workbook")]
use crate::batch::accounts::{History, Plans, histories};
#[cfg(feature = "workbook")]
use crate::batch::ingest::Vocabulary;
use crate::batch::{Given, Reject, refused};
#[cfg(feature = "workbook")]
use crate::catalog::Catalog;
use crate::error::Error;

/// Every account that has one of these claims.
#[cfg(feature = "workbook")]
pub(crate) fn seek<'c>(
    job: &Job,
    catalog: &'c Catalog,
    claims: &BTreeSet<&str>,
    progress: &dyn Progress,
) -> Result<Vec<History<'c>>, Error> {
    let vocabulary = Vocabulary::of(catalog)?;
    let members = Members::seek(&Sources::open(job, &vocabulary)?, job, claims, progress)?;
    histories(&Plans::of(catalog, &vocabulary), members.given(), claims)
}

/// The members who have one of a few claims: all of their claims and enrollments.
pub(super) struct Members {
    /// Those claims too whose enrollment is not there.
    pub(super) claims: RecordBatch,
    refused: RecordBatch,
    enrollments: RecordBatch,
    is_apart: bool,
    /// What is wrong with rows of the claims themselves, each with the claim that its row names.
    pub(super) rejects: Vec<(String, Reject)>,
}

impl Members {
    /// Both files are read twice, and of their rows only these members' are kept.
    pub(super) fn seek(
        sources: &Sources,
        job: &Job,
        claims: &BTreeSet<&str>,
        progress: &dyn Progress,
    ) -> Result<Members, Error> {
        let rows = Budget::of(job).reading(0, sources.held()?)?.rows;
        let among =
            |source: &Source, column: &str, wanted: &BTreeSet<&str>| among(source, rows, column, wanted, progress);
        let wanted = among(&sources.claims, "claim_id", claims)?;
        let holders = among(&sources.enrollments, "enrollment_id", &set(&wanted, "enrollment_id")?)?;
        let enrollments = among(&sources.enrollments, "member_id", &set(&holders, "member_id")?)?;
        let covers = set(&enrollments, "enrollment_id")?.into_iter().chain(set(&wanted, "enrollment_id")?).collect();
        let all = among(&sources.claims, "enrollment_id", &covers)?;
        let (refused, rejects) = refused(&sources.claims, rows, claims, progress)?;
        Ok(Members { claims: all, refused, enrollments, is_apart: sources.are_apart(), rejects })
    }

    /// What there is to decide.
    pub(super) fn given(&self) -> Given<'_> {
        let Members { claims, refused, enrollments, is_apart, .. } = self;
        Given { claims, refused, enrollments, is_apart: *is_apart }
    }
}

/// The rejected rows that say whose claim they are, and what is wrong with those of these claims.
fn refused(
    source: &Source,
    rows: usize,
    claims: &BTreeSet<&str>,
    progress: &dyn Progress,
) -> Result<(RecordBatch, Vec<(String, Reject)>), Error> {
    let stream = source.stream(rows)?;
    let mut lane = stream.lane();
    let (mut found, mut rejects) = (Vec::new(), Vec::new());
    while let Some(block) = lane.next()? {
        heed(progress)?;
        found.push(block.refused);
        for (row, claim) in block.refused_claims.iter().filter(|(_, claim)| claims.contains(claim.as_str())) {
            let of_row = block.rejects.iter().filter(|reject| reject.row == *row);
            rejects.extend(of_row.map(|reject| (claim.clone(), reject.clone())));
        }
    }
    Ok((concat_batches(refused::schema(), &found).map_err(unencodable)?, rejects))
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
