//! Recorded payouts with one error in a hundred.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::Decimal128Type;
use arrow_array::{ArrayRef, Decimal128Array, RecordBatch};
use huzhu::audit::{self, Audit, Summary};
use huzhu::batch::{self, Job};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use crate::rounds::{Totals, Variant};
use crate::{CATALOG, of_summary};

/// One payout in so many is recorded otherwise: of a claim with something due, as soon as there is one.
const ONE_IN: usize = 100;
const KINDS: u64 = 5;

/// The batch alone, and the audit of its payouts.
pub(crate) fn variants(folder: &Path, out: &Path, threads: std::num::NonZeroUsize) -> Vec<Variant> {
    let [claims, enrollments] = ["claims.parquet", "enrollments.parquet"].map(|name| folder.join(name));
    let [payouts, recorded, differences] =
        ["due.parquet", "recorded.parquet", "differences.parquet"].map(|ending| out.with_extension(ending));
    let job = Job::new(&claims, &enrollments, &payouts).threads(threads).force();
    batch::run(&job, &CATALOG, &()).expect("the files can be decided");
    let wrong = record(&payouts, &recorded);
    let audit = Audit::new(claims, enrollments, recorded, differences).threads(threads).force();
    let alone = Variant::new("huzhu batch", move || {
        of_summary(&batch::run(&job, &CATALOG, &()).expect("the files can be decided"))
    });
    let audited = Variant::new("huzhu audit", move || {
        let summary: Summary = audit::run(&audit, &CATALOG, &()).expect("the files can be audited");
        assert_eq!(summary.rows.different, wrong, "every error is found, and no other");
        Totals { payable: summary.recomputed, ..of_summary(&summary.batch) }
    });
    vec![alone, audited]
}

/// Writes payouts as another system has them; says how many are wrong.
fn record(payouts: &PathBuf, recorded: &PathBuf) -> u64 {
    let rows = ParquetRecordBatchReaderBuilder::try_new(File::open(payouts).expect("it is there"));
    let mut writer: Option<ArrowWriter<File>> = None;
    let (mut sound, mut wrong) = (0, 0);
    for rows in rows.expect("it is Parquet").build().expect("it can be read") {
        let rows = rows.expect("it can be read");
        let due = rows.column(5).as_primitive::<Decimal128Type>();
        let amounts: Decimal128Array = due
            .iter()
            .map(|due| {
                let due = due.unwrap_or_default();
                sound += 1;
                if sound < ONE_IN || due == 0 {
                    return due;
                }
                (sound, wrong) = (sound - ONE_IN, wrong + 1);
                slipped(due, wrong)
            })
            .map(Some)
            .collect();
        let amounts: ArrayRef = Arc::new(amounts.with_precision_and_scale(18, 2).expect("they fit"));
        let columns = [("claim_id", Arc::clone(rows.column(0))), ("payable", amounts)];
        let rows = RecordBatch::try_from_iter(columns).expect("they are as long");
        let writer = writer.get_or_insert_with(|| {
            let file = File::create(recorded).expect("it can be written");
            ArrowWriter::try_new(file, rows.schema(), None).expect("it can be written")
        });
        writer.write(&rows).expect("it can be written");
    }
    writer.expect("there are payouts").close().expect("it can be written");
    wrong
}

/// Slips of the pen, roundings, payments in double, and what nothing explains.
fn slipped(due: i128, index: u64) -> i128 {
    match index % KINDS {
        0 => due * 10,
        1 => -due,
        2 => due + 1,
        3 => due * 2,
        _ => due + 12_345,
    }
}
