//! Members: one person under one id, covers that overlap, bills that come twice.

use super::program::batched;

#[test]
fn an_id_that_a_spreadsheet_has_rewritten_is_said_with_its_rows() {
    let (_, summary) = batched("12-excel-mangled-member/c.csv", "12-excel-mangled-member/e.csv", &[]);
    let seen = &summary["observations"][0];
    assert_eq!(
        (&seen["code"], &seen["input"], &seen["column"], &seen["rows"], &seen["first_row"]),
        (&"spreadsheet-id".into(), &"enrollments".into(), &"member_id".into(), &2.into(), &1.into())
    );
    let text = seen["text"].as_str().unwrap();
    assert!(text.starts_with("`3.10101E+17` looks like a long number"), "{text}");
}
