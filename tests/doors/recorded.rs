//! Any bytes as the payouts that another system has recorded: each row is found equal, different, or is told of; the same by two threads.

use std::fs;
use std::num::NonZeroUsize;

use huzhu::audit::{self, Audit, Unit};

use super::files::{Folder, SECOND_RUNS, all_are_accounted_for};
use super::{TWO_PLANS, is_one_of, root, said};

const MEMORY: u64 = 96 << 20;

pub(super) fn amounts(bytes: &[u8]) {
    let folder = Folder::of_its_own();
    let recorded = folder.with("recorded.csv", bytes);
    let cases = root().join("rules/cases");
    let audit = |out: &str, threads: usize| {
        let threads = NonZeroUsize::new(threads).expect("there is one");
        let (claims, enrollments) = (cases.join("claims.csv"), cases.join("enrollments.csv"));
        let audit = Audit::new(claims, enrollments, &recorded, folder.path(out)).threads(threads).memory(MEMORY);
        if bytes.len().is_multiple_of(2) { audit } else { audit.unit(Unit::Fen) }
    };
    let one = audit("one.csv", 1);
    match audit::run(&one, &TWO_PLANS, &()) {
        Ok(summary) => {
            all_are_accounted_for(&summary.batch);
            let rows = summary.rows;
            let told =
                [rows.equal, rows.different, rows.again, rows.pended, rows.orphans, rows.ambiguous, rows.rejected];
            assert_eq!(rows.read, told.into_iter().sum::<u64>(), "{rows:?}");
            if is_one_of(SECOND_RUNS, bytes) {
                let two = audit("two.csv", 2);
                audit::run(&two, &TWO_PLANS, &()).expect("two threads compare what one does");
                assert_eq!(fs::read(one.out_path()).unwrap(), fs::read(two.out_path()).unwrap());
                assert_eq!(fs::read(one.notes_path()).ok(), fs::read(two.notes_path()).ok());
            }
        }
        Err(error) => {
            said::is_an_answer(&error);
            assert!(!one.out_path().exists() && !one.manifest_path().exists(), "an error, and a result");
        }
    }
}
