//! Any bytes as a case file, in JSON or in TOML: a decision whose lines balance and whose certificate holds, an error, or problems that lie in the text.

use std::sync::LazyLock;

use huzhu::{Adjudication, Case, Certifier, Decision, WorkedCases, exact, verify};
use rust_decimal::Decimal;
use serde_json::json;

use super::{CATALOG, said};

pub(super) fn file(bytes: &[u8]) {
    for path in ["case.json", "case.toml"] {
        match Case::read(path, bytes, &CATALOG) {
            Ok(case) => decided(&case),
            Err(found) => said::is_located(&found, bytes),
        }
    }
    match WorkedCases::read("pack.cases.toml", bytes, &CATALOG) {
        Ok(cases) => drop(cases.run(&CATALOG)),
        Err(found) => said::is_located(&found, bytes),
    }
}

fn decided(case: &Case) {
    match (case.decide(&CATALOG), case.work_out(&CATALOG)) {
        (Ok((adjudication, posted)), Ok((worked_out, posted_too))) => {
            assert_eq!(adjudication.outcome(), worked_out.outcome());
            assert_eq!(posted, posted_too);
            balances(&adjudication);
            if case.claim.reverses().is_none() {
                is_certified(case, &adjudication);
            }
        }
        (Err(error), Err(other)) => {
            said::is_an_answer(&error);
            assert_eq!(error.to_string(), other.to_string());
        }
        (Ok(_), Err(error)) | (Err(error), Ok(_)) => panic!("decided, and not worked out: {error}"),
    }
}

fn balances(adjudication: &Adjudication) {
    let payable = adjudication.payable();
    match adjudication.decision() {
        Decision::Paid => assert!(payable > Decimal::ZERO, "{payable} is paid"),
        Decision::Reversed => assert!(payable <= Decimal::ZERO, "{payable} is taken back"),
        Decision::NothingDue | Decision::Denied | Decision::Pended => assert!(payable.is_zero(), "{payable} is due"),
    }
    let mut paid = Decimal::ZERO;
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

static CERTIFIER: LazyLock<Certifier<'static>> = LazyLock::new(|| Certifier::new(&CATALOG));

/// A certificate of the claim, where it can have one, holds and states what is decided.
fn is_certified(case: &Case, decided: &Adjudication) {
    match CERTIFIER.certify(case) {
        Ok(certificate) => {
            let text = certificate.to_text();
            let verified = verify::certificate(text.as_bytes()).unwrap_or_else(|flaw| panic!("{flaw}: {text}"));
            assert_eq!(Some(verified.decision()), json!(decided.decision()).as_str());
            assert_eq!(verified.payable().parse::<Decimal>(), Ok(decided.payable()));
        }
        Err(error) => {
            said::is_an_answer(&error);
            assert!(!error.to_string().contains("please report"), "{error}");
        }
    }
}
