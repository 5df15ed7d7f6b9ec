//! A pack whose steps no shipped plan has, through every way in. A new step is tried here with a pack and its cases.

use std::path::Path;

use huzhu::{Case, Catalog, Certifier, WorkedCases, verify};

use crate::curve;
use crate::forgery::python;

const FOLDER: &str = "tests/steps";

#[test]
fn the_cases_come_out_as_they_say() {
    let catalog = catalog();
    let ran = read(&catalog).run(&catalog);
    assert!(ran.failures.is_empty(), "{}", ran.failures);
    assert_eq!(ran.cases.len(), 16);
}

#[test]
fn every_case_has_a_certificate_that_both_checkers_take() {
    let catalog = catalog();
    let certifier = Certifier::new(&catalog);
    let certificates: Vec<String> =
        cases(&catalog).iter().map(|case| certifier.certify(case).unwrap().to_text()).collect();
    for certificate in &certificates {
        verify::certificate(certificate.as_bytes()).unwrap_or_else(|flaw| panic!("{flaw}"));
    }
    let said = python::judge(certificates);
    assert_eq!(said.iter().filter(|said| *said == "holds").count(), said.len(), "{said:?}");
}

#[test]
fn a_curve_jumps_where_a_franchise_is_met() {
    let catalog = catalog();
    let case = &cases(&catalog)[0];
    let curve = curve::curve(&catalog, case, "personal_burden").expect("it has a curve");
    curve::check_ends(&curve, "personal_burden");
    assert!(curve.pieces.iter().map(|piece| curve::check_piece(&catalog, case, &curve, piece)).sum::<usize>() > 10);
    let jump = curve.pieces.iter().find(|piece| !piece.payable_from.is_zero()).expect("something is paid");
    assert_eq!((jump.from.to_string().as_str(), jump.payable_from.to_string().as_str()), ("600.00", "360.00"));
}

#[cfg(feature = "workbook")]
#[test]
fn a_workbook_names_every_step() {
    use crate::workbook::file;
    use huzhu::{Language, Workbook};

    let catalog = catalog();
    for (language, word) in [(Language::Zh, "给付门槛"), (Language::En, "franchise")] {
        let mut book = Workbook::new(&catalog, language);
        book.add(&cases(&catalog)[0]).unwrap();
        let text = format!(
            "{:?}",
            file::read(&book.to_bytes().unwrap()).values().map(|sheet| &sheet.values).collect::<Vec<_>>()
        );
        assert!(text.contains(word), "{word} in {text}");
    }
}

#[cfg(feature = "cli")]
#[test]
fn a_batch_pays_and_an_audit_names_the_franchise_that_was_misread() {
    use crate::faults::program::{Folder, huzhu};

    let folder = Folder::new("steps");
    let (payouts, differences) = (folder.path("payouts.csv"), folder.path("differences.csv"));
    let files = ["--rules", FOLDER, "-c", "tests/steps/claims.csv", "-e", "tests/steps/enrollments.csv"];
    let ran = huzhu(&[["batch"].as_slice(), &files, &["-o", &payouts]].concat());
    assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{ran:?}");
    assert_eq!(column(&payouts, "payable"), ["0.00", "600.00", "0.00"]);

    let ran = huzhu(&[["audit"].as_slice(), &files, &["-r", "tests/steps/recorded.csv", "-o", &differences]].concat());
    assert_eq!(ran.code, 1, "{ran:?}");
    let found = ["franchise-as-deductible;benefit-left-out", "franchise-missed", "franchise-missed"];
    assert_eq!(column(&differences, "causes"), found, "{ran:?}");
}

/// The cells of a column, row by row.
#[cfg(feature = "cli")]
fn column(file: &str, name: &str) -> Vec<String> {
    let text = std::fs::read_to_string(file).unwrap();
    let mut rows = text.lines().map(|line| line.split(',').collect::<Vec<_>>());
    let at = rows.next().unwrap().iter().position(|head| *head == name).unwrap_or_else(|| panic!("{name} in {text}"));
    rows.map(|row| row[at].to_owned()).collect()
}

fn catalog() -> Catalog {
    Catalog::load(Path::new(FOLDER)).unwrap_or_else(|found| panic!("{found}"))
}

fn read(catalog: &Catalog) -> WorkedCases {
    let path = Path::new(FOLDER).join("small-aid.cases.toml");
    WorkedCases::read(&path.to_string_lossy(), &std::fs::read(&path).unwrap(), catalog).unwrap()
}

fn cases(catalog: &Catalog) -> Vec<Case> {
    read(catalog).cases().collect()
}
