//! Any bytes as a case file, in JSON or in TOML: a decision whose lines balance, an error, or problems that lie in the text.

#![no_main]

use std::sync::LazyLock;

use huzhu::{Adjudication, Case, Catalog, Decision, exact};
use huzhu_fuzz::assert_located;
use libfuzzer_sys::fuzz_target;

static CATALOG: LazyLock<Catalog> = LazyLock::new(|| {
    let rules = concat!(env!("CARGO_MANIFEST_DIR"), "/../rules");
    Catalog::load(rules.as_ref()).expect("the shipped packs are right")
});

fuzz_target!(|bytes: &[u8]| {
    for path in ["case.json", "case.toml"] {
        match Case::read(path, bytes, &CATALOG) {
            Ok(case) => {
                if let Ok((adjudication, _)) = case.decide(&CATALOG) {
                    assert_balanced(&adjudication);
                }
            }
            Err(found) => assert_located(&found, bytes),
        }
    }
});

fn assert_balanced(adjudication: &Adjudication) {
    let payable = adjudication.payable();
    match adjudication.decision() {
        Decision::Paid => assert!(payable > rust_decimal::Decimal::ZERO, "{payable} is paid"),
        Decision::Reversed => assert!(payable <= rust_decimal::Decimal::ZERO, "{payable} is taken back"),
        Decision::NothingDue | Decision::Denied | Decision::Pended => assert!(payable.is_zero(), "{payable} is due"),
    }
    let mut paid = rust_decimal::Decimal::ZERO;
    for benefit in adjudication.benefits() {
        let mut rest = benefit.gross();
        for line in benefit.lines() {
            rest = exact::subtract(rest, line.takes()).expect("a line takes what is there");
            assert_eq!(rest, line.leaves());
        }
        assert_eq!(rest, benefit.paid());
        paid = exact::add(paid, rest).expect("the benefits can be added");
    }
    assert_eq!(paid, payable, "the benefits do not add up");
}
