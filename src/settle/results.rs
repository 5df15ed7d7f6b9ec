//! The files that a run writes: what was decided, and what was set aside.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::{ArrayRef, Decimal128Array, RecordBatch, StringArray, UInt64Array};
use arrow_schema::{Field, Schema};
use huzhu_ledger::Booked;
use rust_decimal::Decimal;

use super::claims::settlement_of;
use super::job::Job;
use super::missed::{self, Missed};
use super::orders::{self, Apart};
use super::preview::Change;
use super::set_aside::SetAside;
use super::summary::Summary;
use crate::batch::Words;
use crate::batch::files::{Sink, Style};
use crate::catalog::Catalog;
use crate::disk::{self, Unpublished};
use crate::error::{Error, OrBug};
use crate::exact;
use crate::text::{Language, Text, say};

/// What was decided of a claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) claim: String,
    pub(super) enrollment: String,
    pub(super) member: String,
    pub(super) plan: String,
    pub(super) plan_version: String,
    pub(super) decision: String,
    /// In fen.
    pub(super) payable: i64,
    pub(super) reasons: String,
    pub(super) details: String,
    pub(super) notices: String,
}

/// What is to be written.
#[derive(Debug, Default)]
pub(super) struct Results {
    pub(super) summary: Summary,
    decided: Vec<(Row, Booked)>,
    set_aside: Vec<SetAside>,
    /// Who is not paid; none if nobody asks.
    pub(super) missed: Option<Vec<Missed>>,
    /// What the other order pays otherwise; none if nobody asks.
    pub(super) apart: Option<Vec<Apart>>,
}

impl Results {
    pub(super) fn set_aside(&mut self, record: SetAside) {
        count(self.summary.set_aside.entry(record.code).or_default());
        self.set_aside.push(record);
    }

    pub(super) fn decided(&mut self, row: Row, booked: Booked) -> Result<(), Error> {
        count(self.summary.decisions.entry(row.decision.clone()).or_default());
        if !booked.is_first && booked.before != booked.now {
            count(&mut self.summary.changed);
        }
        self.summary.payable = exact::add(self.summary.payable, yuan(booked.now)?)?;
        self.summary.booked = exact::add(self.summary.booked, yuan(booked.difference().or_bug()?)?)?;
        self.decided.push((row, booked));
        Ok(())
    }

    /// Whose claims would be paid otherwise than they are, and how.
    pub(super) fn changes(&self) -> Result<Vec<Change>, Error> {
        let mut members: BTreeMap<&str, Change> = BTreeMap::new();
        for (row, booked) in self.decided.iter().filter(|(_, booked)| booked.before != booked.now) {
            let member = row.member.clone();
            let change = members.entry(&row.member).or_insert_with(|| Change { member, ..Change::default() });
            count(&mut change.claims);
            change.before = exact::add(change.before, yuan(booked.before)?)?;
            change.now = exact::add(change.now, yuan(booked.now)?)?;
        }
        Ok(members.into_values().collect())
    }

    /// What the files are to hold, each with its place.
    pub(super) fn written(&mut self, job: &Job, catalog: &Catalog) -> Result<Vec<(PathBuf, Vec<u8>)>, Error> {
        self.decided.sort_by(|(one, _), (other, _)| (&one.member, &one.claim).cmp(&(&other.member, &other.claim)));
        let place = |record: &SetAside| (record.place.file.clone(), record.place.row);
        self.set_aside.sort_by_cached_key(place);
        let style = Style::of(Words::of(catalog, job.language));
        let file = |path: &Path, rows: &RecordBatch| -> Result<(PathBuf, Vec<u8>), Error> {
            Ok((path.to_owned(), bytes(path, &style, rows)?))
        };
        let mut files = vec![file(&job.out, &self.payouts()?)?, file(&job.rejects, &self.aside(job.language)?)?];
        if let (Some(path), Some(missed)) = (&job.missed, &mut self.missed) {
            missed.sort();
            files.push(file(path, &missed::rows(missed)?)?);
        }
        if let (Some(path), Some(apart)) = (&job.orders, &mut self.apart) {
            apart.sort();
            files.push(file(path, &orders::rows(apart)?)?);
        }
        Ok(files)
    }

    pub(super) fn into_summary(self) -> Summary {
        self.summary
    }

    fn payouts(&self) -> Result<RecordBatch, Error> {
        let text = |of: &dyn Fn(&Row) -> &str| -> ArrayRef {
            Arc::new(self.decided.iter().map(|(row, _)| Some(of(row))).collect::<StringArray>())
        };
        let amount = |of: &dyn Fn(&Booked) -> Option<i64>| -> Result<ArrayRef, Error> {
            let fen = self.decided.iter().map(|(_, booked)| of(booked).map(i128::from));
            Ok(Arc::new(fen.collect::<Decimal128Array>().with_precision_and_scale(18, 2).ok().or_bug()?))
        };
        table([
            ("setl_id", text(&|row| settlement_of(&row.claim))),
            ("claim_id", text(&|row| &row.claim)),
            ("enrollment_id", text(&|row| &row.enrollment)),
            ("member_id", text(&|row| &row.member)),
            ("plan", text(&|row| &row.plan)),
            ("plan_version", text(&|row| &row.plan_version)),
            ("decision", text(&|row| &row.decision)),
            ("payable", amount(&|booked| Some(booked.now))?),
            ("before", amount(&|booked| Some(booked.before))?),
            ("booked", amount(&|booked| booked.difference())?),
            ("reasons", text(&|row| &row.reasons)),
            ("details", text(&|row| &row.details)),
            ("notices", text(&|row| &row.notices)),
        ])
    }

    fn aside(&self, language: Language) -> Result<RecordBatch, Error> {
        let text = |of: &dyn Fn(&SetAside) -> String| -> ArrayRef {
            Arc::new(self.set_aside.iter().map(|record| Some(of(record))).collect::<StringArray>())
        };
        let rows: UInt64Array = self.set_aside.iter().map(|record| Some(record.place.row)).collect();
        table([
            ("file", text(&|record| record.place.file.clone())),
            ("row", Arc::new(rows)),
            ("setl_id", text(&|record| record.id.clone())),
            ("code", text(&|record| record.code.name().to_owned())),
            ("column", text(&|record| record.field.clone())),
            ("value", text(&|record| record.value.clone())),
            ("reason", text(&|record| record.why.in_language(language).to_owned())),
        ])
    }
}

pub(super) fn table<const N: usize>(columns: [(&str, ArrayRef); N]) -> Result<RecordBatch, Error> {
    let fields =
        columns.iter().map(|(name, column)| Field::new(*name, column.data_type().clone(), column.null_count() > 0));
    let schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
    RecordBatch::try_new(schema, columns.into_iter().map(|(_, column)| column).collect()).ok().or_bug()
}

pub(super) fn bytes(path: &Path, style: &Style, rows: &RecordBatch) -> Result<Vec<u8>, Error> {
    Sink::new(path, &rows.schema())?.styled(style).bytes(rows, path)
}

/// Writes the files once the ledger has kept everything. Where that fails, the same run again gives the same files.
pub(super) fn publish(files: &[(PathBuf, Vec<u8>)]) -> Result<(), Error> {
    disk::publish(files.iter().map(|(path, bytes)| (path.as_path(), bytes.as_slice()))).map_err(
        |Unpublished { path, fault }| {
            let (path, why) = (path.display(), Text::of_the_system(&fault));
            Error::output(say!("无法写入 `{path}`：{why}", "`{path}` cannot be written: {why}"; why))
        },
    )
}

pub(super) fn count(number: &mut u64) {
    *number = number.saturating_add(1);
}

pub(super) fn yuan(fen: i64) -> Result<Decimal, Error> {
    Decimal::try_from_i128_with_scale(fen.into(), 2).ok().or_bug()
}
