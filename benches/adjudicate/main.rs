//! How long the engine takes: to load packs, to decide a claim, to decide it with its reasons. See `README.md` beside this file.

#![expect(clippy::expect_used, reason = "a bench that cannot be set up has nothing to measure")]

mod by_hand;

use std::fs;
use std::hint::black_box;
use std::time::Duration;

use criterion::Criterion;
use data::rules;
use huzhu::{Accumulators, Case, Catalog, Plan, pack};

/// One claim for every shipped pack: the pack's file, the case, and what is payable.
const CLAIMS: [(&str, &str, &str); 14] = [
    // the published case; the same facts as in rules/cases/zhao.json
    (
        "henan-accident",
        r#"enrollment = { id = "E1", plan = "henan-accident", member = "M1", occupation = "courier", shares = 2, coverage_start = 2025-01-01, coverage_end = 2025-12-31, birth_date = 1990-05-05 }
           claim = { id = "C1", event_date = 2025-01-10, cause = "accident", total_cost = "9566.46", fund_paid = "7546.59", personal_burden = "2019.87", hospital_days = 51 }"#,
        "7119.87",
    ),
    (
        "gansu-comprehensive",
        r#"enrollment = { id = "E1", plan = "gansu-comprehensive", member = "M1", occupation = "truck-driver", shares = 1, coverage_start = 2025-01-01, coverage_end = 2025-12-31 }
           claim = { id = "C1", event_date = 2025-03-01, cause = "illness", hospital_grade = 3, in_pool_burden = "2000.00", hospital_days = 7 }"#,
        "1700",
    ),
    (
        "guangdong-accident",
        r#"enrollment = { id = "E1", plan = "guangdong-accident", member = "M1", shares = 1, coverage_start = 2025-07-01, coverage_end = 2026-06-30, previous_coverage_end = 2025-06-30, birth_date = 1985-06-15 }
           claim = { id = "C1", event_date = 2025-10-08, cause = "accident", disability_grade = 9 }"#,
        "10000",
    ),
    (
        "guangdong-critical-illness",
        r#"enrollment = { id = "E1", plan = "guangdong-critical-illness", member = "M1", shares = 1, coverage_start = 2025-07-01, coverage_end = 2026-06-30, previous_coverage_end = 2025-06-30, birth_date = 1985-06-15 }
           claim = { id = "C1", event_date = 2025-10-08, cause = "illness", illness_class = "mild-malignant-tumour" }"#,
        "58500",
    ),
    (
        "guangdong-hospital-allowance",
        r#"enrollment = { id = "E1", plan = "guangdong-hospital-allowance", member = "M1", shares = 1, coverage_start = 2025-07-01, coverage_end = 2026-06-30, previous_coverage_end = 2025-06-30, birth_date = 1985-06-15 }
           claim = { id = "C1", event_date = 2025-10-08, cause = "illness", admitted = 2025-10-08, hospital_days = 7 }"#,
        "420",
    ),
    (
        "guangdong-second-medical.2015",
        r#"enrollment = { id = "E1", plan = "guangdong-second-medical", member = "M1", shares = 1, coverage_start = 2016-01-01, coverage_end = 2016-12-31, previous_coverage_end = 2015-12-31, birth_date = 1985-06-15 }
           claim = { id = "C1", event_date = 2016-05-06, cause = "illness", admitted = 2016-02-01, in_pool_burden = "12345.67" }"#,
        "8641.97",
    ),
    (
        "guangdong-second-medical.2019",
        r#"enrollment = { id = "E1", plan = "guangdong-second-medical", member = "M1", shares = 1, coverage_start = 2024-01-01, coverage_end = 2024-12-31, previous_coverage_end = 2023-12-31, birth_date = 1985-06-15 }
           claim = { id = "C1", event_date = 2024-05-06, cause = "illness", admitted = 2024-02-01, in_pool_burden = "12345.67" }"#,
        "9876.54",
    ),
    (
        "guangdong-second-medical.2025-07",
        r#"enrollment = { id = "E1", plan = "guangdong-second-medical", member = "M1", shares = 1, coverage_start = 2025-07-01, coverage_end = 2026-06-30, previous_coverage_end = 2025-06-30, birth_date = 1985-06-15 }
           claim = { id = "C1", event_date = 2025-10-08, cause = "illness", admitted = 2025-08-01, in_pool_burden = "12345.67" }"#,
        "9876.54",
    ),
    (
        "guangdong-self-funded",
        r#"enrollment = { id = "E1", plan = "guangdong-self-funded", member = "M1", shares = 1, coverage_start = 2025-07-01, coverage_end = 2026-06-30, previous_coverage_end = 2025-06-30, birth_date = 1985-06-15 }
           claim = { id = "C1", event_date = 2025-10-08, cause = "illness", admitted = 2025-10-08, self_funded = "1234.57" }"#,
        "617.29",
    ),
    (
        "guangdong-womens-illness",
        r#"enrollment = { id = "E1", plan = "guangdong-womens-illness", member = "M1", sex = "female", shares = 1, coverage_start = 2025-07-01, coverage_end = 2026-06-30, birth_date = 1985-06-15 }
           claim = { id = "C1", event_date = 2025-10-08, cause = "illness", confirmed_on = 2025-07-31, illness_class = "carcinoma-in-situ" }"#,
        "5400",
    ),
    (
        "ningbo-critical",
        r#"enrollment = { id = "E1", plan = "ningbo-critical", member = "M1", shares = 4, coverage_start = 2025-01-01, coverage_end = 2025-12-31, previous_coverage_end = 2024-12-31, birth_date = 1975-06-15 }
           claim = { id = "C1", event_date = 2025-05-20, cause = "illness", illness_class = "malignant-tumour" }"#,
        "30000",
    ),
    (
        "ningbo-hospital",
        r#"enrollment = { id = "E1", plan = "ningbo-hospital", member = "M1", employment = "retired", shares = 1, coverage_start = 2025-01-01, coverage_end = 2025-12-31, previous_coverage_end = 2024-12-31, birth_date = 1962-06-15 }
           claim = { id = "C1", event_date = 2025-05-20, cause = "illness", admitted = 2025-05-20, computed_base = "3000.05", receipt_self_paid = "3000.05" }"#,
        "1700.01",
    ),
    (
        "wuxi-return-allowance",
        r#"enrollment = { id = "E1", plan = "wuxi-return-allowance", member = "M1", shares = 1, coverage_start = 2026-02-21, coverage_end = 2026-03-04 }
           claim = { id = "C1", event_date = 2026-02-25, came_from = "out-of-province", registered_in_wuxi = false, travel_ticket = true, social_insurance_record = true, voucher_number = 1, voucher_online = true, reported_on = 2026-03-10 }"#,
        "200",
    ),
    (
        "wuxi-xixinbao",
        r#"enrollment = { id = "E1", plan = "wuxi-xixinbao", member = "M1", shares = 1, coverage_start = 2025-01-01, coverage_end = 2025-12-31, birth_date = 1990-05-05, place_number = 1 }
           claim = { id = "C1", event_date = 2025-03-01, cause = "accident", disability_grade = 10, hospital_days = 10 }"#,
        "10350",
    ),
];

fn main() {
    let mut criterion = Criterion::default()
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(1))
        .configure_from_args();
    by_hand::bench(&mut criterion);
    let catalog = Catalog::load(&rules()).expect("the shipped packs are right");
    for (pack, case, payable) in CLAIMS {
        decide(&mut criterion, &catalog, pack, case, payable);
    }
    for (pack, _, _) in CLAIMS {
        load(&mut criterion, pack);
    }
    load_all(&mut criterion);
    criterion.final_summary();
}

/// One claim, alone and with its reasons; nothing was posted before it.
fn decide(criterion: &mut Criterion, catalog: &Catalog, pack: &str, case: &str, payable: &str) {
    let payable = huzhu::exact::parse(payable).expect("the expected amount is a number");
    let Case { enrollment, claim, .. } = Case::read("bench.toml", case.as_bytes(), catalog).expect("the case is right");
    let plan = catalog.resolve(&enrollment, &claim).expect("a version holds");
    assert_eq!(file_of(plan), pack, "the dates lead to another version");
    let nothing = Accumulators::new();

    let outcome = plan.decide(&enrollment, &claim, &nothing).expect("the claim can be decided");
    assert_eq!(outcome.payable(), payable, "{pack}");
    criterion.bench_function(&format!("decide/{pack}"), |bencher| {
        bencher.iter(|| black_box(plan).decide(black_box(&enrollment), black_box(&claim), black_box(&nothing)));
    });

    let adjudication = plan.adjudicate(&enrollment, &claim, &nothing).expect("the claim can be decided");
    assert_eq!(adjudication.payable(), payable, "{pack}");
    criterion.bench_function(&format!("adjudicate/{pack}"), |bencher| {
        bencher.iter(|| black_box(plan).adjudicate(black_box(&enrollment), black_box(&claim), black_box(&nothing)));
    });
}

/// One pack, from its bytes to a checked plan with its promises proven.
fn load(criterion: &mut Criterion, pack: &str) {
    let path = rules().join(pack).with_added_extension("toml");
    let path = path.to_str().expect("the folder has a name in UTF-8");
    let bytes = fs::read(path).expect("the pack is there");
    let plan = pack::load(path, &bytes).expect("the pack is right");
    assert_eq!(file_of(&plan), pack);
    criterion.bench_function(&format!("load/{pack}"), |bencher| {
        bencher.iter(|| pack::load(black_box(path), black_box(&bytes)));
    });
}

/// The whole folder from the file system, the joint limits too.
fn load_all(criterion: &mut Criterion) {
    let folder = rules();
    let catalog = Catalog::load(&folder).expect("the shipped packs are right");
    assert_eq!(catalog.plans().count(), CLAIMS.len(), "a shipped pack has no bench");
    criterion.bench_function("load all packs", |bencher| bencher.iter(|| Catalog::load(black_box(&folder))));
}

/// A pack's file is named by the plan, and by the version where there are several.
fn file_of(plan: &Plan) -> String {
    let with_version = format!("{}.{}", plan.id(), plan.version());
    if rules().join(&with_version).with_added_extension("toml").exists() { with_version } else { plan.id().to_owned() }
}
