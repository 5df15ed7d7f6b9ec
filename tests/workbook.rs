//! A spreadsheet works out the same as the engine, to the last digit, also after inputs were changed.
//!
//! `WORKBOOK_MEMBERS=100` draws another number of members of each plan, `WORKBOOK_PACKS=500` another number of random packs,
//! `WORKBOOK_SEED=7` others than the usual ones.

pub(crate) mod file;
pub(crate) mod office;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use huzhu::{Accumulators, Adjudication, Case, Catalog, Claim, Decision, Enrollment, Language, Workbook, history};
use rust_decimal::Decimal;
use serde_json::{Value as Json, json};

use self::file::{LONGEST_SHEET, Sheet};
use self::office::{Change, Job, Sheets, recalculated};
use crate::drawn::claims::pair;
use crate::oracle::draw::Draw;
use crate::oracle::population::{PLANS, history as drawn_history};

/// Of each plan.
const MEMBERS: u64 = 8;
#[cfg(feature = "batch")]
const PACKS: u64 = 30;
/// Of each random pack.
#[cfg(feature = "batch")]
const CLAIMS_OF_A_PACK: usize = 6;
const CLAIMS_OF_A_WORKBOOK: usize = 20;
/// So often all inputs of a sheet are changed to those of another claim.
const CHANGES: usize = 2;
const LEAST_CLAIMS: usize = 300;
const MOST_SHOWN: usize = 20;

/// A claim with what is posted before it, and what the engine decides.
struct Known {
    enrollment: Enrollment,
    claim: Claim,
    before: Accumulators,
    decided: Adjudication,
}

/// What was compared.
#[derive(Debug, Default)]
struct Count {
    workbooks: usize,
    claims: usize,
    recalculated_sheets: usize,
    cells: usize,
    amounts: usize,
    beyond_exact: usize,
    decisions: BTreeMap<String, usize>,
}

#[test]
#[ignore = "it needs LibreOffice Calc, which scripts/setup installs"]
fn a_spreadsheet_works_out_what_the_engine_decides_under_every_pack() {
    let catalog = catalog();
    let mut draw = Draw::seeded(asked("WORKBOOK_SEED", 20_261_124));
    let mut by_version: BTreeMap<(String, String), Vec<Known>> = BTreeMap::new();
    for plan in PLANS {
        for _ in 0..asked("WORKBOOK_MEMBERS", MEMBERS) {
            let facts = drawn_history(plan, &mut draw).into_iter().enumerate();
            let claims: Vec<_> = facts.map(|(index, facts)| pair(plan.id, &facts, index)).collect();
            for known in decided(&catalog, &claims) {
                let plan = catalog.resolve(&known.enrollment, &known.claim).expect("it has a plan");
                by_version.entry((plan.id().to_owned(), plan.version().to_owned())).or_default().push(known);
            }
        }
    }
    assert_eq!(by_version.len(), catalog.plans().count(), "every version of every plan");
    let groups: Vec<(&Catalog, Vec<Known>)> = by_version.into_values().map(|claims| (&catalog, claims)).collect();
    let count = compare("packs", &groups);
    assert!(count.claims >= LEAST_CLAIMS, "{count:?}");
    assert!(
        count.beyond_exact * 20 < count.recalculated_sheets,
        "few claims are too large for a spreadsheet: {count:?}"
    );
    // a reversal has no workbook
    assert_eq!(count.decisions.len(), Decision::ALL.len() - 1, "{count:?}");
}

#[cfg(feature = "batch")]
#[test]
#[ignore = "it needs LibreOffice Calc, which scripts/setup installs"]
fn a_spreadsheet_works_out_what_the_engine_decides_under_any_pack() {
    use crate::random_packs;
    use crate::random_packs::compare::decidable_histories;
    let first = asked("WORKBOOK_SEED", 0);
    let mut groups = Vec::new();
    for seed in first..first + asked("WORKBOOK_PACKS", PACKS) {
        let mut draw = Draw::seeded(seed);
        let drawn = random_packs::packs::drawn(&mut draw);
        let files = drawn.packs.iter().enumerate();
        let files = files.map(|(version, pack)| (format!("drawn.{version}.toml"), pack.text().into_bytes()));
        let Ok(catalog) = Catalog::read(files) else { continue };
        let catalog: &Catalog = Box::leak(Box::new(catalog));
        let reads = |name: &str| catalog.plans().any(|plan| plan.reads(name));
        let mut by_version: BTreeMap<String, Vec<Known>> = BTreeMap::new();
        for number in 0..CLAIMS_OF_A_PACK {
            let member = random_packs::histories::member(&drawn, &reads, number, &mut draw);
            for claims in decidable_histories(catalog, &member) {
                for known in decided(catalog, &claims) {
                    let plan = catalog.resolve(&known.enrollment, &known.claim).expect("it has a plan");
                    by_version.entry(plan.version().to_owned()).or_default().push(known);
                }
            }
        }
        for mut claims in by_version.into_values() {
            claims.truncate(CLAIMS_OF_A_PACK);
            groups.push((catalog, claims));
        }
    }
    let count = compare("random", &groups);
    assert!(count.cells > 0);
}

/// Every claim, on top of what is posted before it.
fn decided(catalog: &Catalog, claims: &[(Enrollment, Claim)]) -> Vec<Known> {
    let mut known = Vec::new();
    let mut account = Accumulators::new();
    let (adjudications, _) = history::decide(catalog, claims).expect("a member's history can be decided");
    for decided in adjudications {
        let (enrollment, claim) =
            claims.iter().find(|(_, claim)| claim.id() == decided.outcome().claim()).expect("it is one of them");
        let before = account.clone();
        match (claim.reverses(), decided.posting()) {
            (Some(reversed), _) => {
                account.reverse(reversed).expect("it was decided before");
                continue;
            }
            (None, Some(posting)) => account.post(posting).expect("it is posted once"),
            (None, None) => {}
        }
        known.push(Known { enrollment: enrollment.clone(), claim: claim.clone(), before, decided });
    }
    known
}

/// Each group is of one version of one plan. Its claims are written, worked out as they are, and again after the inputs of each were changed
/// to those of another; every formula then comes to what the engine has written for that other.
fn compare(name: &str, groups: &[(&Catalog, Vec<Known>)]) -> Count {
    let mut count = Count::default();
    let (mut jobs, mut told) = (Vec::new(), Vec::new());
    for (number, (catalog, claims)) in groups.iter().enumerate() {
        for part in claims.chunks(CLAIMS_OF_A_WORKBOOK) {
            let language = if jobs.len() % 2 == 0 { Language::Zh } else { Language::En };
            let mut book = Workbook::new(catalog, language);
            for known in part {
                let added = book.add_claim(&known.enrollment, &known.claim, &known.before);
                added.unwrap_or_else(|error| panic!("group {number}: {error}"));
            }
            let bytes = book.to_bytes().expect("it is written");
            let file = file::read(&bytes);
            // behind the list, if there is one
            let sheets = file::names(&bytes).into_iter().skip(usize::from(part.len() > 1)).take(part.len());
            let sheets: Vec<String> = sheets.collect();
            // in each round the sheets hold these claims
            let held: Vec<Vec<usize>> =
                (0..=CHANGES).map(|round| (0..part.len()).map(|at| (at + round * 7) % part.len()).collect()).collect();
            let mut rounds = vec![Vec::new()];
            for pair in held.windows(2) {
                let mut changes = Vec::new();
                for (sheet, (before, after)) in sheets.iter().zip(pair[0].iter().zip(&pair[1])) {
                    changes.extend(changed(sheet, &file[&sheets[*before]], &file[&sheets[*after]]));
                }
                rounds.push(changes);
            }
            count.workbooks += 1;
            count.claims += part.len();
            for known in part {
                *count.decisions.entry(known.decided.decision().name().to_owned()).or_default() += 1;
            }
            jobs.push(Job { file: bytes, rounds });
            told.push((file, sheets, held, part));
        }
    }
    let found = recalculated(name, &jobs);
    let mut faults = Vec::new();
    for ((number, (file, sheets, held, part)), rounds) in told.iter().enumerate().zip(&found) {
        assert_eq!(rounds.len(), held.len());
        for ((round, found), held) in (0..).zip(rounds).zip(held) {
            for (sheet, known) in sheets.iter().zip(held) {
                let at = format!("workbook {number}, round {round}, sheet {sheet}");
                let (own, other) = (&file[sheet], &file[&sheets[*known]]);
                count.recalculated_sheets += 1;
                if other.value(3, 2) == "beyond-exact" {
                    count.beyond_exact += 1;
                    assert_eq!(found[sheet][3][2], "beyond-exact", "{at}");
                    continue;
                }
                let before = faults.len();
                differences(&at, own, other, &found[sheet], &mut count, &mut faults);
                if faults.len() == before {
                    is_decided_so(&at, &part[*known].decided, &found[sheet], &mut count);
                }
            }
        }
    }
    println!("{name}: {count:?}");
    let shown: Vec<&str> = faults.iter().take(MOST_SHOWN).map(String::as_str).collect();
    assert!(faults.is_empty(), "{} cells differ:\n{}", faults.len(), shown.join("\n"));
    count
}

/// What must be put into a sheet that holds one claim so that it holds another.
fn changed(sheet: &str, before: &Sheet, after: &Sheet) -> Vec<Change> {
    let inputs = before.inputs();
    assert_eq!(inputs, after.inputs(), "sheets of one version are laid out alike");
    let changed = inputs.into_iter().filter(|(row, column)| before.value(*row, *column) != after.value(*row, *column));
    changed
        .map(|(row, column)| {
            let value = after.value(row, column);
            let value = if value == "" { Json::Null } else { value };
            Change { sheet: sheet.to_owned(), cell: file::name(row, column), value }
        })
        .collect()
}

/// Where each benefit begins. What is paid comes first, so that their order is that of the claim.
fn benefits(sheet: &Sheet) -> Vec<(usize, Json)> {
    let says = |formula: &str| formula.contains("\"适用\"") || formula.contains("\"applies\"");
    let starts = sheet.formulas.iter().filter(|((_, column), formula)| *column == 4 && says(formula));
    let mut starts: Vec<(usize, Json)> = starts.map(|((row, _), _)| (*row, sheet.value(*row, 0))).collect();
    starts.sort_by_key(|(row, _)| *row);
    starts
}

/// The row of another claim's sheet that says the same.
fn same_row(row: usize, own: &[(usize, Json)], other: &[(usize, Json)]) -> usize {
    let Some(place) = own.iter().rposition(|(start, _)| *start <= row) else { return row };
    let (start, id) = &own[place];
    let there = other.iter().position(|(_, other)| other == id).expect("sheets of one version have the same benefits");
    // what stands behind the last benefit does not move, as all of them together are as long in every sheet
    let is_behind = |all: &[(usize, Json)], place: usize| {
        all.get(place + 1).is_some_and(|(next, _)| row - start >= next - all[place].0)
    };
    if is_behind(other, there) { row } else { other[there].0 + row - start }
}

/// Every formula of a sheet comes to what the engine has written for the claim that its inputs tell.
fn differences(at: &str, own: &Sheet, other: &Sheet, found: &[Vec<Json>], count: &mut Count, faults: &mut Vec<String>) {
    let (own_benefits, other_benefits) = (benefits(own), benefits(other));
    for ((row, column), formula) in &own.formulas {
        let expected = other.value(same_row(*row, &own_benefits, &other_benefits), *column);
        let shown = found.get(*row).and_then(|cells| cells.get(*column)).cloned().unwrap_or_else(|| "".into());
        count.cells += 1;
        let is_same = match (expected.as_f64(), shown.as_f64()) {
            (Some(expected), Some(shown)) => expected.to_bits() == shown.to_bits() || (expected == 0.0 && shown == 0.0),
            // a text such as `0` is kept in the file as a number, and is a text again once it is worked out
            (Some(expected), None) if formula.ends_with("&\"\")") => {
                shown.as_str().and_then(|text| text.parse().ok()) == Some(expected)
            }
            _ => expected == shown,
        };
        if !is_same {
            faults.push(format!("{at}, {}: {shown}, not {expected}: {formula}", file::name(*row, *column)));
        }
    }
}

/// The outcome and the waterfalls, as the engine says them.
fn is_decided_so(at: &str, decided: &Adjudication, found: &[Vec<Json>], count: &mut Count) {
    assert_eq!(found[3][2], decided.decision().name(), "{at}");
    assert_eq!(found[4][2].as_f64(), Some(nearest(decided.payable())), "{at}");
    let reasons = decided.reasons().iter().map(|reason| match &reason.fact {
        Some(fact) => format!("{}:{fact}", reason.code),
        None => reason.code.clone(),
    });
    assert_eq!(found[5][2], reasons.collect::<Vec<_>>().join(";"), "{at}");
    count.amounts += 1;
    for benefit in decided.benefits() {
        let is_name =
            |row: &usize| found[*row][0] == benefit.id() && found[*row].get(6).and_then(Json::as_f64) == Some(1.0);
        let name = (0..found.len()).find(is_name).unwrap_or_else(|| panic!("{at}: {} is not shown", benefit.id()));
        let amount = |row: usize, column: usize| found[row][column].as_f64();
        assert_eq!(amount(name + 1, 3), Some(nearest(benefit.gross())), "{at}: gross of {}", benefit.id());
        let mut row = name + 2;
        for line in benefit.lines() {
            while found[row][3] == "" {
                row += 1;
            }
            let step = found[row][0].as_str().unwrap();
            assert!(step == line.step() || step == in_chinese(line.step()), "{at}: {step}, not {}", line.step());
            assert_eq!(amount(row, 2), Some(nearest(line.takes())), "{at}: {} takes", line.step());
            assert_eq!(amount(row, 3), Some(nearest(line.leaves())), "{at}: {} leaves", line.step());
            count.amounts += 2;
            row += 1;
        }
        while found[row][3] == "" {
            row += 1;
        }
        assert_eq!(amount(row, 3), Some(nearest(benefit.paid())), "{at}: {} pays", benefit.id());
        count.amounts += 2;
    }
}

/// What a step is called in a Chinese workbook: as in the schema of packs.
fn in_chinese(step: &str) -> String {
    if step == "rounding" {
        return "舍入".to_owned();
    }
    let schema = huzhu::pack::schema();
    let steps = &schema["properties"]["benefit"]["items"]["properties"]["steps"]["items"]["properties"];
    let title = steps[step]["title"].as_str().unwrap_or_else(|| panic!("no step is named `{step}`"));
    title.split(" · ").next().expect("a text has a beginning").to_owned()
}

/// What a spreadsheet holds for a decimal.
fn nearest(amount: Decimal) -> f64 {
    amount.normalize().to_string().parse().expect("a number")
}

#[test]
#[ignore = "it needs LibreOffice Calc, which scripts/setup installs"]
fn a_changed_figure_changes_the_payout_as_a_changed_pack_does() {
    let zhao = std::fs::read("rules/cases/zhao.json").expect("it is read");
    let catalog = catalog();
    let case = Case::read("zhao.json", &zhao, &catalog).expect("it is right");
    let mut book = Workbook::new(&catalog, Language::En);
    book.add(&case).expect("it is decided");
    let bytes = book.to_bytes().expect("it is written");
    let file = file::read(&bytes);
    let figures = file.keys().find(|name| name.starts_with("henan")).expect("the plan has a sheet").clone();
    // the figure, its new value in the pack, the same in the sheet
    let changes = [
        ("daily_allowance", "\"61.5 yuan/day\"", json!(61.5)),
        ("medical_limit", "\"1_000.01 yuan\"", json!(1000.01)),
        ("allowance_days", "\"40 days\"", json!(40)),
        ("max_shares", "1", json!(1)),
        ("min_age", "40", json!(40)),
    ];
    let mut pack = std::fs::read_to_string("rules/henan-accident.toml").expect("it is read");
    let (mut rounds, mut packs) = (vec![Vec::new()], vec![pack.clone()]);
    for (name, written, value) in changes {
        let sheet = &file[&figures];
        let row = (0..LONGEST_SHEET).find(|row| sheet.value(*row, 0) == name).expect("the figure is there");
        rounds.push(vec![Change { sheet: figures.clone(), cell: file::name(row, 2), value }]);
        let at = pack.find(&format!("[figure.{name}]")).expect("the figure is there");
        let (before, section) = pack.split_at(at);
        let (head, value) = section.split_once("value ").expect("it has a value");
        let (_, rest) = value.split_once('\n').expect("more follows");
        let changed = format!("{before}{head}value = {written}\n{rest}");
        assert_ne!(pack, changed, "{name}");
        pack.clone_from(&changed);
        packs.push(changed);
    }
    let found = recalculated("figures", &[Job { file: bytes, rounds }]);
    let mut payouts = BTreeSet::new();
    for (number, (sheets, pack)) in found[0].iter().zip(&packs).enumerate() {
        let catalog = Catalog::read([("henan-accident.toml".to_owned(), pack.clone().into_bytes())]);
        let (decided, _) = case.decide(&catalog.expect("the pack is right")).expect("it is decided");
        is_decided_so(&format!("change {number}"), &decided, &sheets["zhao-2025-01"], &mut Count::default());
        payouts.insert(decided.payable());
    }
    assert!(payouts.len() > 4, "the changes matter: {payouts:?}");
}

/// Under Ningbo's plan: the base is 8,000.07 yuan.
const STAY: &str = r#"{
    "enrollment": {
        "id": "E1", "plan": "ningbo-hospital", "member": "M1", "shares": 1, "employment": "active", "birth_date": "1980-05-05",
        "coverage_start": "2025-07-01", "coverage_end": "2026-06-30"
    },
    "claim": {
        "id": "N1", "event_date": "2025-09-10", "cause": "illness", "admitted": "2025-09-10", "hospital_days": 12,
        "computed_base": "8000.07", "receipt_self_paid": "9000.00"
    }
}"#;
/// Under Henan's plan: a disability of the second grade.
const DISABILITY: &str = r#"{
    "enrollment": {
        "id": "E2", "plan": "henan-accident", "member": "M2", "shares": 2, "birth_date": "1980-05-05",
        "coverage_start": "2025-07-01", "coverage_end": "2026-06-30"
    },
    "claim": { "id": "N1", "event_date": "2025-09-10", "cause": "accident", "disability_grade": 2, "personal_burden": "0" }
}"#;

/// A part of a pack as it stands and as it is to be; how far below its name the cell is, and its new value.
type ChangedPart = (String, String, usize, Json);

#[test]
#[ignore = "it needs LibreOffice Calc, which scripts/setup installs"]
fn changed_bands_and_tables_change_the_payout_as_a_changed_pack_does() {
    // the case and its pack, what it is changed to by text, and by cells so many rows below the name of the bands or of the table
    let edge = [
        "{ above = \"0 yuan\",     up_to = \"3_000 yuan\", pays = \"80%\" },\n  { above = \"3_000 yuan\",",
        "pays = \"10%\" }",
    ];
    let changes: [(&str, &str, &str, Vec<ChangedPart>); 2] = [
        (
            STAY,
            "ningbo-hospital",
            "active_ladder",
            vec![
                (edge[0].to_owned(), edge[0].replace("3_000 yuan", "2_500.5 yuan"), 2, json!(2500.5)),
                ("pays = \"80%\"".to_owned(), "pays = \"77.5%\"".to_owned(), 3, json!(0.775)),
                ("pays = \"80%\"".to_owned(), "pays = \"75%\"".to_owned(), 3, json!(0.75)),
                (edge[1].to_owned(), "pays = \"1%\" }".to_owned(), 5, json!(0.01)),
            ],
        ),
        (
            DISABILITY,
            "henan-accident",
            "disability_ratio",
            vec![
                ("2 = \"90%\"".to_owned(), "2 = \"85%\"".to_owned(), 2, json!(0.85)),
                ("2 = \"85%\"".to_owned(), "2 = \"1%\"".to_owned(), 2, json!(0.01)),
            ],
        ),
    ];
    for (text, plan, name, changes) in changes {
        let path = format!("rules/{plan}.toml");
        let mut pack = std::fs::read_to_string(&path).expect("it is read");
        let catalog = Catalog::read([(path.clone(), pack.clone().into_bytes())]).expect("the pack is right");
        let case = Case::read("case.json", text.as_bytes(), &catalog).expect("the case is right");
        let mut book = Workbook::new(&catalog, Language::Zh);
        book.add(&case).expect("it is decided");
        let bytes = book.to_bytes().expect("it is written");
        let file = file::read(&bytes);
        let figures = file.keys().find(|sheet| sheet.starts_with(plan)).expect("the plan has a sheet").clone();
        let row = (0..LONGEST_SHEET).find(|row| file[&figures].value(*row, 0) == name).expect("it is there");
        let (mut rounds, mut packs) = (vec![Vec::new()], vec![Some(pack.clone())]);
        for (before, after, below, value) in changes {
            // a rate with more places than the formulas carry is refused
            let is_read = value.as_f64() != Some(0.775);
            rounds.push(vec![Change { sheet: figures.clone(), cell: file::name(row + below, 2), value }]);
            let (head, section) = pack.split_once(&format!(".{name}]")).expect("it is there");
            assert!(section.contains(&before), "{before}");
            let changed = format!("{head}.{name}]{}", section.replacen(&before, &after, 1));
            packs.push(is_read.then(|| changed.clone()));
            if is_read {
                pack = changed;
            }
        }
        let found = recalculated(plan, &[Job { file: bytes, rounds }]);
        let mut payouts = BTreeSet::new();
        for (number, (sheets, pack)) in found[0].iter().zip(&packs).enumerate() {
            let Some(pack) = pack else {
                assert_eq!(sheets["N1"][3][2], "unreadable-input");
                continue;
            };
            let catalog = Catalog::read([(path.clone(), pack.clone().into_bytes())]).expect("the pack is right");
            let (decided, _) = case.decide(&catalog).expect("it is decided");
            is_decided_so(&format!("{plan}, change {number}"), &decided, &sheets["N1"], &mut Count::default());
            payouts.insert(decided.payable());
        }
        assert_eq!(payouts.len(), packs.iter().flatten().count(), "the changes matter: {payouts:?}");
    }
}

#[test]
#[ignore = "it needs LibreOffice Calc, which scripts/setup installs"]
fn what_a_sheet_can_not_read_or_hold_is_not_worked_out() {
    let catalog = catalog();
    let zhao = std::fs::read("rules/cases/zhao.json").expect("it is read");
    let case = Case::read("zhao.json", &zhao, &catalog).expect("it is right");
    let mut book = Workbook::new(&catalog, Language::Zh);
    book.add(&case).expect("it is decided");
    let bytes = book.to_bytes().expect("it is written");
    let file = file::read(&bytes);
    let name = "zhao-2025-01";
    let change = |fact: &str, value: Json| {
        let cell = file::name(file[name].row_of(fact), 2);
        Change { sheet: name.to_owned(), cell, value }
    };
    let day = |serial: u32| json!(serial);
    let rounds = [
        (vec![change("shares", json!("two"))], "unreadable-input"),
        (vec![change("shares", json!(1.5))], "unreadable-input"),
        (vec![change("shares", json!(2)), change("personal_burden", json!(2019.875))], "unreadable-input"),
        (vec![change("personal_burden", json!(-1))], "unreadable-input"),
        (vec![change("personal_burden", json!(99_999_999_999_999_u64))], "beyond-exact"),
        (vec![change("personal_burden", json!(2019.87)), change("cause", json!("Accident"))], "unreadable-input"),
        (vec![change("cause", json!("accident")), change("death", json!("maybe"))], "unreadable-input"),
        (vec![change("death", Json::Null), change("birth_date", day(60))], "unreadable-input"),
        (vec![change("birth_date", json!("1899-02-29"))], "unreadable-input"),
        // a text is a date, and the only way to write the days before 1 March 1900
        (vec![change("birth_date", json!("1899-12-31"))], "denied"),
        (vec![change("birth_date", json!("1990-05-05"))], "paid"),
        (vec![change("birth_date", Json::Null)], "pended"),
        (vec![change("birth_date", day(61))], "denied"),
        (vec![change("birth_date", day(32_998)), change("event_date", Json::Null)], "pended"),
    ];
    let expected: Vec<&str> = rounds.iter().map(|(_, decision)| *decision).collect();
    let rounds = rounds.into_iter().map(|(changes, _)| changes).collect();
    let found = recalculated("limits", &[Job { file: bytes, rounds }]);
    let decisions: Vec<&Json> = found[0].iter().map(|sheets: &Sheets| &sheets[name][3][2]).collect();
    assert_eq!(decisions, expected);
    for sheets in &found[0] {
        let cells = &sheets[name];
        let is_worked_out = cells[3][2] != "unreadable-input" && cells[3][2] != "beyond-exact";
        assert_eq!(cells[4][2] != "", is_worked_out, "{:?}", cells[3]);
    }
}

#[test]
fn the_same_claims_give_the_same_bytes() {
    let catalog = catalog();
    let written = || {
        let mut book = Workbook::new(&catalog, Language::Zh);
        for name in ["limited", "denied", "pended", "settlement"] {
            let path = format!("tests/expected/{name}.json");
            let case = Case::read(&path, &std::fs::read(&path).expect("it is read"), &catalog).expect("it is right");
            book.add(&case).expect("it is decided");
        }
        book.to_bytes().expect("it is written")
    };
    assert!(written() == written());
    let file = file::read(&written());
    let list = &file["理赔申请"];
    let listed: Vec<Json> = (2..6).map(|row| list.value(row, 2)).collect();
    assert_eq!(listed, ["paid", "denied", "pended", "paid"]);
}

/// What a clerk reads: first what is paid, last what does not apply, and every step in Chinese.
#[test]
fn a_chinese_workbook_has_what_is_paid_first_and_no_english_step() {
    let catalog = catalog();
    let case = Case::read("zhao.json", &std::fs::read("rules/cases/zhao.json").expect("it is read"), &catalog);
    let mut book = Workbook::new(&catalog, Language::Zh);
    book.add(&case.expect("it is right")).expect("it is decided");
    let bytes = book.to_bytes().expect("it is written");
    let file = file::read(&bytes);
    let sheet = &file["zhao-2025-01"];
    let column: Vec<Json> = (0..LONGEST_SHEET).map(|row| sheet.value(row, 0)).collect();
    let benefits = ["hospital-medical", "hospital-allowance", "disability", "death", "sudden-death"];
    let head = column.iter().position(|cell| cell == "步骤").expect("benefits have a head");
    let column = &column[head..];
    let rows = benefits.map(|id| column.iter().position(|cell| cell == id).expect("every benefit is there"));
    assert!(rows.is_sorted(), "{rows:?}");
    let steps: Vec<&Json> = column[rows[0] + 1..rows[1]].iter().collect();
    assert_eq!(steps, ["给付前", "限额", "舍入", "限额", "给付"]);
    assert!(!column.iter().any(|cell| cell == "limit" || cell == "rounding" || cell == "waiting"));
    let texts: Vec<Json> = (0..LONGEST_SHEET).map(|row| sheet.value(row, 1)).collect();
    assert!(texts.iter().any(|cell| cell == "0.01 · 四舍五入"));
    assert!(!texts.iter().any(|cell| cell.as_str().is_some_and(|text| text.contains("half-up"))));
}

#[test]
fn claims_of_one_name_have_sheets_of_their_own() {
    let catalog = catalog();
    let case = Case::read("zhao.json", &std::fs::read("rules/cases/zhao.json").expect("it is read"), &catalog);
    let case = case.expect("it is right");
    let mut book = Workbook::new(&catalog, Language::En);
    assert!(book.is_empty());
    let ids = [
        "C1",
        "c1",
        "claims",
        "a/b:c*?[d]",
        "henan-accident 1",
        "很长的理赔申请编号很长的理赔申请编号很长的理赔申请编号很长的理赔申请编号",
    ];
    for id in ids {
        let claim = ["event_date", "cause"].iter().fold(Claim::new(id), |claim, fact| {
            claim.with(fact, case.claim.fact(fact).expect("it is given").clone()).expect("it fits")
        });
        book.add_claim(&case.enrollment, &claim, &Accumulators::new()).expect("it is decided");
    }
    assert_eq!(book.len(), ids.len());
    let file = file::read(&book.to_bytes().expect("it is written"));
    assert_eq!(file.len(), ids.len() + 2, "{:?}", file.keys());
    assert!(file.keys().all(|name| name.chars().count() <= 31));
    let reversal = Claim::reversal("C2", "C1").with("event_date", "2025-01-10").expect("it fits");
    let refused = book.add_claim(&case.enrollment, &reversal, &Accumulators::new());
    assert!(refused.is_err_and(|error| error.is_workbook()));
}

fn asked(name: &str, usual: u64) -> u64 {
    std::env::var(name).map_or(usual, |asked| asked.parse().expect("a whole number"))
}

fn catalog() -> Catalog {
    Catalog::load(Path::new("rules")).expect("the packs are right")
}
