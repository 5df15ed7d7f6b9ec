//! Categories as people write them, and facts that no plan knows.

use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch, StringArray};
use huzhu::{Catalog, Certifier, Claim, Enrollment, Extract, Roll, batch};

fn shipped() -> Catalog {
    Catalog::load("rules".as_ref()).unwrap()
}

/// One row, a text in each column.
fn row(columns: &[(&str, &str)]) -> RecordBatch {
    let text = |text: &str| -> ArrayRef { Arc::new(StringArray::from(vec![text])) };
    let columns = columns.iter().map(|(name, given)| (*name, text(given)));
    RecordBatch::try_from_iter(columns).unwrap()
}

#[test]
fn a_certificate_of_a_batch_tells_the_facts_as_given() {
    let catalog = shipped();
    let cover = [("shares", "1"), ("coverage_start", "2022-01-01"), ("coverage_end", "2022-12-31")];
    let member = [("birth_date", "1990-05-05"), ("occupation", "teacher")];
    let stay = [("event_date", "2022-03-01"), ("cause", "illness"), ("hospital_days", "3"), ("hospital_grade", "3")];
    let bill = [("in_pool_burden", "1000.00"), ("illness_class", "influenza"), ("setl_id", "S-2022-0007")];

    let enrollment = cover
        .iter()
        .chain(&member)
        .fold(Enrollment::new("E1", "gansu-comprehensive", "M1"), |enrollment, (name, value)| {
            enrollment.with(name, *value).unwrap()
        });
    let claim =
        stay.iter().chain(&bill).fold(Claim::new("C1"), |claim, (name, value)| claim.with(name, *value).unwrap());
    let alone = Certifier::new(&catalog).certify_history(&[(enrollment, claim)]).unwrap();

    let ids = [("enrollment_id", "E1"), ("member_id", "M1"), ("plan", "gansu-comprehensive")];
    let enrollments = row(&[&ids[..], &cover, &member].concat());
    let claims = row(&[&[("claim_id", "C1"), ("enrollment_id", "E1")][..], &stay, &bill].concat());
    let mut file = Vec::new();
    let mut roll = Roll::to(&mut file);
    assert_eq!(batch::certify(&catalog, &claims, &enrollments, &mut roll).unwrap(), []);
    roll.end().unwrap();
    let extracts = Extract::all(file.as_slice(), "C1").unwrap();
    let digest = format!("\"digest\":\"{}\"", alone[0].digest());
    assert!(extracts[0].as_text().contains(&digest), "{}", extracts[0].as_text());
    assert!(extracts[0].as_text().contains(r#""illness_class":"influenza""#));
}
