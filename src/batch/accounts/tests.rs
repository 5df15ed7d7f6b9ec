//! A bucket that is decided in shares.

use std::path::Path;
use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch, StringArray};

use super::{decide_bucket, decide_in_shares_of};
use crate::Catalog;
use crate::batch::{Prepared, ingest};

/// Alike ids, overlapping covers, rejected and open claims, enrollments without claims: what is seen around a claim stays in its share.
#[test]
fn shares_of_members_are_decided_as_all_of_them_at_once() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let catalog = Catalog::load(&root.join("rules")).unwrap();
    let Prepared { vocabulary, plans } = &Prepared::of(&catalog).unwrap();
    let inputs =
        ["05-open-earlier-claims", "12-excel-mangled-member", "15-overlapping-covers", "11-category-blank-or-case"];
    for input in inputs {
        let folder = root.join("tests/faults/inputs").join(input);
        let [claims, enrollments] = ["c.csv", "e.csv"].map(|name| table(&folder.join(name)));
        let entered = ingest::enter(vocabulary, &claims, &enrollments).unwrap();
        let whole = decide_bucket(plans, entered.given(), true).unwrap();
        assert!(whole.payouts.num_rows() > 1, "{input}");
        for most in 1..=3 {
            let shares = decide_in_shares_of(most, plans, entered.given()).unwrap();
            assert_eq!(format!("{shares:?}"), format!("{whole:?}"), "{input} in shares of {most}");
        }
    }
}

fn table(path: &Path) -> RecordBatch {
    let mut reader = csv::Reader::from_path(path).unwrap();
    let headers = reader.headers().unwrap().clone();
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    let cell =
        |row: &csv::StringRecord, place: usize| row.get(place).filter(|cell| !cell.is_empty()).map(str::to_owned);
    let column =
        |place: usize| -> ArrayRef { Arc::new(rows.iter().map(|row| cell(row, place)).collect::<StringArray>()) };
    RecordBatch::try_from_iter(headers.iter().enumerate().map(|(place, name)| (name, column(place)))).unwrap()
}
