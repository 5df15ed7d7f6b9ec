//! Every way in gives the same: the library, a case file, a batch of CSV, of Parquet and of record batches, certificates alone and of a
//! batch, a workbook, and what an audit works out again.
//!
//! [`agree`] decides a [`World`] of claims in all these ways, stops where two differ, and gives what all of them said.

use std::collections::{BTreeMap, BTreeSet};
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::Decimal128Type;
use arrow_array::{Array, ArrayRef, RecordBatch, StringArray};
use arrow_cast::cast;
use arrow_schema::DataType;
use calamine::{Data, Reader, Xlsx};
use huzhu::certificate::Extract;
use huzhu::{
    Accumulators, Adjudication, Case, Catalog, Certifier, Claim, Enrollment, Kind, Language, StandardFact, Workbook,
    batch, history,
};
use parquet::arrow::ArrowWriter;
use serde_json::{Map, Value as Json, json};

use super::program::{huzhu, input};
use crate::drawn::claims::pair;
use crate::oracle::draw::Draw;
use crate::oracle::population::{PLANS, history as drawn_history};

/// One row of an input, by column; what is not given is not there.
type Row = BTreeMap<String, String>;

/// Claims and enrollments, as columns would hold them.
#[derive(Debug, Default)]
pub(super) struct World {
    claims: Vec<Row>,
    enrollments: Vec<Row>,
}

/// What was said of a claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Told {
    pub(super) decision: String,
    pub(super) payable: String,
    /// By benefit: its id, the gross amount, what is paid, and each step with what it takes and leaves.
    pub(super) benefits: Vec<(String, String, String, Vec<[String; 3]>)>,
    /// Each reason's code, and the fact that is missing.
    pub(super) reasons: Vec<(String, Option<String>)>,
    /// The facts that the reasons are about.
    pub(super) details: String,
    /// Of the certificate; none of a reversal, nor of a claim that is pended for what is around it.
    pub(super) digest: Option<String>,
}

/// What was said of every claim by enrollment and claim; `None` of one that every way refuses.
pub(super) type AllTold = BTreeMap<(String, String), Option<Told>>;

impl World {
    /// The inputs of these names under `tests/faults/inputs`.
    pub(super) fn of_inputs(claims: &str, enrollments: &str) -> World {
        let text = |name: &str| std::fs::read_to_string(input(name)).unwrap();
        World::of_csv(&text(claims), &text(enrollments))
    }

    pub(super) fn of_csv(claims: &str, enrollments: &str) -> World {
        World { claims: rows(claims), enrollments: rows(enrollments) }
    }

    /// Members each with their claims and the enrollments that those are made under; of an enrollment, what is said with its first claim
    /// counts. All ids are made those of one file.
    pub(super) fn of_members(members: &[Vec<(Enrollment, Claim)>]) -> World {
        let mut world = World::default();
        for (member, pairs) in members.iter().enumerate() {
            for (enrollment, claim) in pairs {
                let under = format!("{member}-{}", enrollment.id());
                let mut row = row_of(&serde_json::to_value(claim).unwrap());
                row.insert("claim_id".to_owned(), format!("{member}-{}", claim.id()));
                row.insert("enrollment_id".to_owned(), under.clone());
                if let Some(of) = claim.reverses() {
                    row.insert("reverses".to_owned(), format!("{member}-{of}"));
                }
                world.claims.push(row);
                if world.enrollments.iter().any(|row| row["enrollment_id"] == under) {
                    continue;
                }
                let mut row = row_of(&serde_json::to_value(enrollment).unwrap());
                row.insert("enrollment_id".to_owned(), under);
                row.insert("member_id".to_owned(), format!("{member}-{}", enrollment.member()));
                row.remove("member");
                world.enrollments.push(row);
            }
        }
        world
    }

    fn pairs(&self) -> Vec<(Enrollment, Claim)> {
        let enrollment = |id: &str| self.enrollments.iter().find(|row| row["enrollment_id"] == id).unwrap();
        self.claims.iter().map(|row| (enrollment_of(enrollment(&row["enrollment_id"])), claim_of(row))).collect()
    }
}

fn rows(csv: &str) -> Vec<Row> {
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let heads = reader.headers().unwrap().clone();
    let row = |record: csv::StringRecord| {
        let cells = heads.iter().zip(record.iter()).filter(|(_, cell)| !cell.is_empty());
        cells.map(|(head, cell)| (head.to_owned(), cell.to_owned())).collect()
    };
    reader.records().map(|record| row(record.unwrap())).collect()
}

/// All but the id.
fn row_of(json: &Json) -> Row {
    let text = |value: &Json| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let mut row = Row::new();
    for (key, value) in json.as_object().unwrap() {
        match value {
            Json::Object(inner) => row.extend(inner.iter().map(|(key, value)| (key.clone(), text(value)))),
            value => row.extend([(key.clone(), text(value))]),
        }
    }
    row.remove("id");
    row
}

const NO_FACTS: [&str; 6] = ["claim_id", "enrollment_id", "reverses", "member_id", "plan", "plan_version"];

fn facts(row: &Row) -> impl Iterator<Item = (&str, &str)> {
    row.iter().map(|(name, value)| (name.as_str(), value.as_str())).filter(|(name, _)| !NO_FACTS.contains(name))
}

fn enrollment_of(row: &Row) -> Enrollment {
    let mut enrollment = Enrollment::new(&row["enrollment_id"], &row["plan"], &row["member_id"]);
    if let Some(version) = row.get("plan_version") {
        enrollment = enrollment.with_plan_version(version);
    }
    facts(row).fold(enrollment, |enrollment, (name, value)| enrollment.with(name, value).unwrap())
}

fn claim_of(row: &Row) -> Claim {
    let id = &row["claim_id"];
    let claim = row.get("reverses").map_or_else(|| Claim::new(id), |of| Claim::reversal(id, of));
    facts(row).fold(claim, |claim, (name, value)| claim.with(name, value).unwrap())
}

/// Decides all claims in every way in; they must agree. Gives what they say.
pub(super) fn agree(world: &World) -> AllTold {
    agree_under(Path::new("rules"), world)
}

/// The same under the packs of another folder.
pub(super) fn agree_under(rules: &Path, world: &World) -> AllTold {
    let catalog = Catalog::load(rules).unwrap();
    let accounts = accounts(&catalog, world);
    let (mut told, certifier) = (AllTold::new(), Certifier::new(&catalog));
    for account in &accounts {
        told.extend(by_library(&catalog, &certifier, account));
        told.extend(account.refused.iter().map(|(enrollment, claim)| (key(enrollment, claim), None)));
    }
    assert_eq!(told.len(), world.claims.len());
    for account in &accounts {
        by_case_files(&catalog, account, &told);
    }
    by_workbook(&catalog, &accounts, &told);
    by_record_batches(&catalog, world, &told);
    by_programs(rules, world, &told);
    told
}

fn key(enrollment: &Enrollment, claim: &Claim) -> (String, String) {
    (enrollment.id().to_owned(), claim.id().to_owned())
}

/// What one member has under one plan.
struct Account {
    /// In the order in which they are decided.
    claims: Vec<(Enrollment, Claim)>,
    /// Those that cannot be decided.
    refused: Vec<(Enrollment, Claim)>,
}

fn accounts(catalog: &Catalog, world: &World) -> Vec<Account> {
    let mut all: BTreeMap<(String, String), Vec<(Enrollment, Claim)>> = BTreeMap::new();
    for (enrollment, claim) in world.pairs() {
        let account = (enrollment.member().to_owned(), enrollment.plan().to_owned());
        all.entry(account).or_default().push((enrollment, claim));
    }
    let decided = |pair: &(Enrollment, Claim)| {
        pair.1.reverses().is_some() || history::decide(catalog, std::slice::from_ref(pair)).is_ok()
    };
    let account = |pairs: Vec<(Enrollment, Claim)>| {
        let (mut claims, refused): (Vec<_>, Vec<_>) = pairs.into_iter().partition(decided);
        let (in_order, _) = history::decide(catalog, &claims).unwrap();
        let place = |claim: &Claim| in_order.iter().position(|decided| decided.outcome().claim() == claim.id());
        claims.sort_by_key(|(_, claim)| place(claim));
        Account { claims, refused }
    };
    all.into_values().map(account).collect()
}

fn by_library(catalog: &Catalog, certifier: &Certifier<'_>, account: &Account) -> AllTold {
    let mut before = Accumulators::new();
    let (decided, _) = history::decide(catalog, &account.claims).unwrap();
    let mut digests: BTreeMap<(String, String), String> = BTreeMap::new();
    for record in certifier.certify_history(&account.claims).unwrap() {
        let Some(certificate) = record.certificate() else { continue };
        let json: Json = serde_json::from_str(&certificate.to_text()).unwrap();
        let text = |key: &str| json[key].as_str().unwrap().to_owned();
        digests.insert((text("enrollment"), text("claim")), certificate.digest());
    }
    let mut told = AllTold::new();
    for ((enrollment, claim), decided) in history::known(catalog, &account.claims).iter().zip(&decided) {
        let digest = digests.remove(&key(enrollment, claim));
        if let Some(reversed) = claim.reverses() {
            before.reverse(reversed).unwrap();
        } else if digest.is_some() {
            // what is said around a claim, and pends it, is not the plan's to say; nor has such a claim a certificate
            let plan = catalog.resolve(enrollment, claim).unwrap();
            let alone = plan.decide(enrollment, claim, &before).unwrap();
            assert_eq!(&alone, decided.outcome(), "decide and adjudicate of {}", claim.id());
        }
        if let Some(posting) = decided.posting() {
            before.post(posting).unwrap();
        }
        told.insert(key(enrollment, claim), Some(Told { digest, ..told_of(decided) }));
    }
    assert!(digests.is_empty());
    told
}

fn told_of(decided: &Adjudication) -> Told {
    told_in(&serde_json::to_value(decided.explain(Language::En)).unwrap())
}

fn told_in(json: &Json) -> Told {
    let text = |json: &Json, key: &str| json[key].as_str().unwrap().to_owned();
    let step = |step: &Json| ["step", "takes", "leaves"].map(|key| text(step, key));
    let list = |json: &Json, key: &str| json[key].as_array().unwrap().clone();
    let benefit = |benefit: &Json| {
        let steps = list(benefit, "steps").iter().map(step).collect();
        (text(benefit, "id"), text(benefit, "gross"), text(benefit, "paid"), steps)
    };
    let reason = |reason: &Json| (text(reason, "code"), reason["fact"].as_str().map(str::to_owned));
    let detail = |reason: &Json| Some(format!("{}({})", text(reason, "code"), reason["detail"].as_str()?));
    Told {
        decision: text(json, "decision"),
        payable: text(json, "payable"),
        benefits: list(json, "benefits").iter().map(benefit).collect(),
        reasons: list(json, "reasons").iter().map(reason).collect(),
        details: list(json, "reasons").iter().filter_map(detail).collect::<Vec<_>>().join(";"),
        digest: None,
    }
}

/// The cases of an account: each claim on top of those before it. None where a case file cannot say what differed of an earlier cover.
fn cases(catalog: &Catalog, account: &Account, told: &AllTold) -> Vec<((String, String), Option<String>)> {
    let is_held = |(enrollment, claim): &(Enrollment, Claim)| {
        let told = told[&key(enrollment, claim)].as_ref();
        claim.reverses().is_none() && told.is_some_and(|told| told.digest.is_none())
    };
    if account.claims.iter().any(is_held) {
        return Vec::new(); // what holds a claim may come after it, and is not in its file
    }
    let of_history = |of: &Enrollment, (enrollment, claim): &(Enrollment, Claim)| {
        let mut json = claim_json(catalog, enrollment, claim);
        let (now, then) = (enrollment_json(catalog, of), enrollment_json(catalog, enrollment));
        let is_fact = |key: &str| !matches!(key, "id" | "plan" | "plan_version" | "member");
        let lacks = now.keys().any(|key| is_fact(key) && !then.contains_key(key));
        if lacks || now.get("plan_version") != then.get("plan_version") {
            return None;
        }
        let differs: Map<String, Json> =
            then.into_iter().filter(|(key, value)| is_fact(key) && now.get(key) != Some(value)).collect();
        if !differs.is_empty() {
            json.insert("enrollment".to_owned(), Json::Object(differs));
        }
        Some(Json::Object(json))
    };
    let decided = account.claims.iter().enumerate().map(|(place, pair)| (&account.claims[..place], pair));
    let refused = account.refused.iter().map(|pair| (&account.claims[..0], pair));
    let case = |(before, (enrollment, claim)): (&[(Enrollment, Claim)], &(Enrollment, Claim))| {
        let history: Option<Vec<Json>> = before.iter().map(|earlier| of_history(enrollment, earlier)).collect();
        let case = history.map(|history| {
            let (of, claim) = (enrollment_json(catalog, enrollment), claim_json(catalog, enrollment, claim));
            json!({ "enrollment": of, "history": history, "claim": claim }).to_string()
        });
        (key(enrollment, claim), case)
    };
    decided.chain(refused).map(case).collect()
}

/// What a case file would say; a file has only what its plan knows.
fn enrollment_json(catalog: &Catalog, enrollment: &Enrollment) -> Map<String, Json> {
    known(
        catalog,
        enrollment.plan(),
        serde_json::to_value(enrollment).unwrap(),
        &["id", "plan", "plan_version", "member"],
    )
}

fn claim_json(catalog: &Catalog, enrollment: &Enrollment, claim: &Claim) -> Map<String, Json> {
    known(catalog, enrollment.plan(), serde_json::to_value(claim).unwrap(), &["id", "reverses", "settlement"])
}

fn known(catalog: &Catalog, plan: &str, json: Json, keys: &[&str]) -> Map<String, Json> {
    let is_known = |key: &str| {
        keys.contains(&key)
            || StandardFact::named(key).is_some()
            || catalog.versions(plan).iter().any(|plan| plan.reads(key))
    };
    let Json::Object(json) = json else { panic!("no object: {json}") };
    json.into_iter().filter(|(key, _)| is_known(key)).collect()
}

fn by_case_files(catalog: &Catalog, account: &Account, told: &AllTold) {
    for (key, case) in cases(catalog, account, told) {
        let Some(case) = case else { continue };
        let decided = Case::read("case.json", case.as_bytes(), catalog).ok().and_then(|case| case.decide(catalog).ok());
        let found = decided.map(|(decided, _)| told_of(&decided));
        let expected = told[&key].clone().map(|told| Told { digest: None, ..told });
        assert_eq!(found, expected, "case file of {key:?}: {case}");
    }
}

/// The values that are in the cells of the list of claims.
fn by_workbook(catalog: &Catalog, accounts: &[Account], told: &AllTold) {
    let mut workbook = Workbook::new(catalog, Language::En);
    let mut keys = Vec::new();
    for account in accounts {
        keys.extend(added(&mut workbook, catalog, account, told));
    }
    if keys.is_empty() {
        return;
    }
    let mut file = Xlsx::new(std::io::Cursor::new(workbook.to_bytes().unwrap())).unwrap();
    let list = file.worksheet_range("claims").unwrap();
    for (row, key) in list.rows().skip(2).zip(&keys) {
        let expected = told[key].as_ref().unwrap();
        let cell = |place: usize| match &row[place] {
            Data::String(text) => text.clone(),
            Data::Float(number) => format!("{number:.2}"),
            Data::Empty => String::new(),
            other => panic!("{other:?} in the list of claims"),
        };
        if cell(2) == "beyond-exact" {
            continue; // said instead of an amount that a spreadsheet cannot hold
        }
        let found = (cell(0), cell(2), cell(3));
        assert_eq!(found, (key.1.clone(), expected.decision.clone(), expected.payable.clone()), "workbook");
    }
    assert_eq!(list.rows().skip(2).count(), keys.len());
}

/// Adds all claims of the account that have a certificate.
fn added(workbook: &mut Workbook<'_>, catalog: &Catalog, account: &Account, told: &AllTold) -> Vec<(String, String)> {
    let (mut before, mut keys) = (Accumulators::new(), Vec::new());
    let (decided, _) = history::decide(catalog, &account.claims).unwrap();
    for ((enrollment, claim), decided) in account.claims.iter().zip(&decided) {
        let key = key(enrollment, claim);
        if let Some(reversed) = claim.reverses() {
            before.reverse(reversed).unwrap();
        } else if told[&key].as_ref().unwrap().digest.is_some() {
            // recorded, so that there is a list of claims
            workbook.add_recorded(enrollment, claim, &before, 0.into()).unwrap();
            keys.push(key);
        }
        if let Some(posting) = decided.posting() {
            before.post(posting).unwrap();
        }
    }
    keys
}

fn batch_of(rows: &[Row], text: impl Fn(&str, Vec<Option<&str>>) -> ArrayRef) -> RecordBatch {
    let heads: BTreeSet<&String> = rows.iter().flat_map(BTreeMap::keys).collect();
    let column = |head: &str| text(head, rows.iter().map(|row| row.get(head).map(String::as_str)).collect());
    RecordBatch::try_from_iter(heads.into_iter().map(|head| (head.as_str(), column(head)))).unwrap()
}

fn as_text(_: &str, cells: Vec<Option<&str>>) -> ArrayRef {
    Arc::new(StringArray::from(cells))
}

/// The type that a column of the fact would have in a database, if all its values have it.
fn as_typed(name: &str, cells: Vec<Option<&str>>) -> ArrayRef {
    let texts: ArrayRef = Arc::new(StringArray::from(cells.clone()));
    let given = || cells.iter().flatten();
    let is_amount = |cell: &&&str| {
        let (whole, places) = cell.split_once('.').unwrap_or((cell, "0"));
        let are_digits = |text: &str| !text.is_empty() && text.bytes().all(|digit| digit.is_ascii_digit());
        are_digits(whole) && are_digits(places) && places.len() <= 2 && whole.len() <= 16
    };
    let wanted = match StandardFact::named(name).map(|fact| fact.kind) {
        Some(Kind::Money) if given().filter(is_amount).count() == given().count() => DataType::Decimal128(18, 2),
        Some(Kind::Date) => DataType::Date32,
        Some(Kind::Number | Kind::Days) => DataType::Int64,
        Some(Kind::Category) => DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8)),
        Some(Kind::Money | Kind::Ratio | Kind::YesNo) | None => DataType::Utf8,
    };
    match cast(&texts, &wanted) {
        Ok(typed) if typed.null_count() == texts.null_count() => typed,
        Ok(_) | Err(_) => texts,
    }
}

fn by_record_batches(catalog: &Catalog, world: &World, told: &AllTold) {
    let (claims, enrollments) = (batch_of(&world.claims, as_text), batch_of(&world.enrollments, as_text));
    let decided = batch::decide(catalog, &claims, &enrollments).unwrap();
    compare("batch::decide", &decided.payouts, &decided.lines, told);
    let rejected: BTreeSet<u64> = decided.rejects.iter().map(|reject| reject.row).collect();
    assert_eq!(rejected.len(), told.values().filter(|told| told.is_none()).count(), "{:?}", decided.rejects);
}

/// Payouts and lines against what was told.
fn compare(way: &str, payouts: &RecordBatch, lines: &RecordBatch, told: &AllTold) {
    let texts = |batch: &RecordBatch, name: &str| -> Vec<String> {
        let column = cast(batch.column_by_name(name).unwrap(), &DataType::Utf8).unwrap();
        column.as_string::<i32>().iter().map(|text| text.unwrap_or_default().to_owned()).collect()
    };
    let fen = |batch: &RecordBatch, name: &str| -> Vec<i128> {
        let column = cast(batch.column_by_name(name).unwrap(), &DataType::Decimal128(38, 10)).unwrap();
        column.as_primitive::<Decimal128Type>().values().to_vec()
    };
    let mut of_claim: BTreeMap<String, Vec<(String, i128, i128)>> = BTreeMap::new();
    let amounts = fen(lines, "gross").into_iter().zip(fen(lines, "paid"));
    for ((claim, benefit), (gross, paid)) in
        texts(lines, "claim_id").into_iter().zip(texts(lines, "benefit")).zip(amounts)
    {
        of_claim.entry(claim).or_default().push((benefit, gross, paid));
    }
    let mut found = BTreeMap::new();
    let rows = texts(payouts, "enrollment_id").into_iter().zip(texts(payouts, "claim_id"));
    let says = texts(payouts, "decision").into_iter().zip(fen(payouts, "payable")).zip(texts(payouts, "reasons"));
    let says = says.zip(texts(payouts, "details")).map(|((says, reasons), details)| (says, (reasons, details)));
    for ((enrollment, claim), ((decision, payable), reasons)) in rows.zip(says) {
        let lines = of_claim.get(&claim).cloned().unwrap_or_default();
        found.insert((enrollment, claim), (decision, payable, reasons, lines));
    }
    let number = |text: &str| {
        let (negative, text) = text.strip_prefix('-').map_or((false, text), |text| (true, text));
        let (whole, places) = text.split_once('.').unwrap_or((text, ""));
        let amount = format!("{whole}{places:0<10}").parse::<i128>().unwrap();
        if negative { -amount } else { amount }
    };
    let unique = |claim: &str| told.keys().filter(|(_, other)| other == claim).count() == 1;
    let mut expected = BTreeMap::new();
    for (key, told) in told {
        let Some(told) = told else { continue };
        let benefits = told.benefits.iter();
        let lines: Vec<_> = benefits.map(|(id, gross, paid, _)| (id.clone(), number(gross), number(paid))).collect();
        let codes: Vec<&str> = told.reasons.iter().map(|(code, _)| code.as_str()).collect();
        let reasons = (codes.join(";"), told.details.clone());
        expected.insert(key.clone(), (told.decision.clone(), number(&told.payable), reasons, lines));
    }
    for (key, (.., lines)) in &mut found {
        if !unique(&key.1) {
            lines.clear();
        }
    }
    for (key, (.., lines)) in &mut expected {
        if !unique(&key.1) {
            lines.clear();
        }
    }
    for key in told.keys() {
        assert_eq!(found.remove(key), expected.remove(key), "{way} of {key:?}");
    }
    assert!(found.is_empty(), "{way}: {found:?}");
}

/// The program itself: `batch` of CSV with certificates, of Parquet, and `audit`; of few claims also `adjudicate`.
fn by_programs(rules: &Path, world: &World, told: &AllTold) {
    let folder = Folder::new();
    let rules = std::path::absolute(rules).unwrap().to_string_lossy().into_owned();
    let (claims, enrollments) = (folder.path("claims.csv"), folder.path("enrollments.csv"));
    written(&claims, &world.claims);
    written(&enrollments, &world.enrollments);
    let (payouts, lines, roll) = (folder.path("payouts.csv"), folder.path("lines.csv"), folder.path("roll.jsonl"));
    let refused = told.values().any(Option::is_none);
    let run = |arguments: &[&str], code: i32| {
        let ran = huzhu(&[arguments, &["--rules", &rules]].concat());
        assert_eq!(ran.code, code, "{arguments:?} {ran:?}");
        ran
    };
    let files = ["batch", "--claims", &claims, "--enrollments", &enrollments, "--out", &payouts, "--lines", &lines];
    run(&[&files[..], &["--certificates", &roll]].concat(), i32::from(refused));
    compare("batch of CSV", &csv_batch(&payouts), &csv_batch(&lines), told);
    compare_certificates(&roll, told);

    let (parquet_claims, parquet_enrollments) = (folder.path("claims.parquet"), folder.path("enrollments.parquet"));
    stored(&parquet_claims, &batch_of(&world.claims, as_typed));
    stored(&parquet_enrollments, &batch_of(&world.enrollments, as_typed));
    let (payouts, lines) = (folder.path("payouts-2.csv"), folder.path("lines-2.csv"));
    let inputs = ["batch", "--claims", &parquet_claims, "--enrollments", &parquet_enrollments];
    run(&[&inputs[..], &["--out", &payouts, "--lines", &lines]].concat(), i32::from(refused));
    compare("batch of Parquet", &csv_batch(&payouts), &csv_batch(&lines), told);

    by_audit(&folder, &claims, &enrollments, told, run);
    if told.len() <= FEW {
        by_adjudicate(&folder, &rules, world, told);
    }
}

/// The digests of a batch of certificates, and of a few extracts of it, against what was told.
fn compare_certificates(roll: &str, told: &AllTold) {
    let text = |json: &Json, key: &str| json[key].as_str().unwrap().to_owned();
    let lines = std::fs::read_to_string(roll).unwrap();
    let lines = lines.lines().map(|line| serde_json::from_str::<Json>(line).unwrap());
    let of_claims = lines.filter(|line| line.get("claim").is_some());
    let found: BTreeMap<(String, String), String> =
        of_claims.map(|line| ((text(&line, "enrollment"), text(&line, "claim")), text(&line, "digest"))).collect();
    let digest = |told: &Option<Told>| told.as_ref().and_then(|told| told.digest.clone());
    for (key, told) in told {
        assert_eq!(found.get(key), digest(told).as_ref(), "certificate of {key:?} in a batch");
    }
    for ((enrollment, claim), told) in told.iter().take(FEW) {
        let extracts = Extract::all(BufReader::new(std::fs::File::open(roll).unwrap()), claim).unwrap();
        let extract = extracts.iter().find(|extract| extract.enrollment() == enrollment);
        let found = extract.map(|extract| text(&serde_json::from_str(extract.as_text()).unwrap(), "digest"));
        assert_eq!(found, digest(told), "extract of {claim}");
    }
}

/// So many claims are also decided by a program each.
const FEW: usize = 8;

/// What an audit works out, where a yuan more is recorded than is due.
fn by_audit(
    folder: &Folder,
    claims: &str,
    enrollments: &str,
    told: &AllTold,
    run: impl Fn(&[&str], i32) -> super::program::Ran,
) {
    let unique = |claim: &str| told.keys().filter(|(_, other)| other == claim).count() == 1;
    let due = told.iter().filter_map(|((_, claim), told)| Some((claim, told.as_ref().filter(|_| unique(claim))?)));
    let due: Vec<(&String, &Told)> =
        due.filter(|(_, told)| told.digest.is_some() && told.decision != "pended").collect();
    if due.is_empty() {
        return;
    }
    let more = |payable: &str| {
        let (whole, places) = payable.split_once('.').unwrap();
        format!("{}.{places}", whole.parse::<i64>().unwrap() + 1)
    };
    let recorded = due.iter().map(|(claim, told)| format!("{claim},{}", more(&told.payable)));
    let recorded: Vec<String> = ["claim_id,payable".to_owned()].into_iter().chain(recorded).collect();
    let (record, out) = (folder.path("recorded.csv"), folder.path("differences.csv"));
    std::fs::write(&record, recorded.join("\n")).unwrap();
    run(&["audit", "--claims", claims, "--enrollments", enrollments, "--recorded", &record, "--out", &out], 1);
    let rows = rows(&std::fs::read_to_string(&out).unwrap());
    for (claim, told) in due {
        let row = rows.iter().find(|row| row["claim_id"] == *claim && row.contains_key("recorded")).unwrap();
        assert_eq!(row.get("recomputed"), Some(&told.payable), "audit of {claim}");
    }
}

/// `adjudicate` of each case, with its certificate.
fn by_adjudicate(folder: &Folder, rules: &str, world: &World, told: &AllTold) {
    let rules = packs_of(folder, rules, world);
    let run = |arguments: &[&str], code: i32| {
        let ran = huzhu(&[arguments, &["--rules", &rules]].concat());
        assert_eq!(ran.code, code, "{arguments:?} {ran:?}");
        ran
    };
    let catalog = Catalog::load(Path::new(&rules)).unwrap();
    let cases = accounts(&catalog, world).into_iter().flat_map(|account| cases(&catalog, &account, told));
    for (key, case) in cases.filter_map(|(key, case)| Some((key, case?))) {
        let (file, certificate) = (folder.path("case.json"), folder.path("certificate.json"));
        std::fs::write(&file, case).unwrap();
        let Some(expected) = &told[&key] else {
            assert_eq!(run(&["adjudicate", &file], 1).out, "");
            continue;
        };
        let mut arguments = vec!["adjudicate", &file, "--format", "json"];
        if expected.digest.is_some() {
            arguments.extend(["--certificate", &certificate]);
        }
        let ran = run(&arguments, 0);
        let digest = expected.digest.as_ref().map(|_| {
            let text = std::fs::read_to_string(&certificate).unwrap();
            serde_json::from_str::<Json>(&text).unwrap()["digest"].as_str().unwrap().to_owned()
        });
        let found = Told { digest, ..told_in(&serde_json::from_str(&ran.out).unwrap()) };
        assert_eq!(&found, expected, "adjudicate {key:?}");
    }
}

/// A folder with the packs of a world's plans, and of those that a joint limit holds together with them: each start of the program reads them all.
fn packs_of(folder: &Folder, rules: &str, world: &World) -> String {
    let families: BTreeSet<&str> =
        world.enrollments.iter().filter_map(|row| row.get("plan")?.split('-').next()).collect();
    let packs = folder.path("packs");
    std::fs::create_dir(&packs).unwrap();
    for entry in std::fs::read_dir(rules).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        if families.iter().any(|family| name.starts_with(family)) {
            std::fs::copy(Path::new(rules).join(&name), Path::new(&packs).join(&name)).unwrap();
        }
    }
    packs
}

fn written(path: &str, rows: &[Row]) {
    let heads: BTreeSet<&String> = rows.iter().flat_map(BTreeMap::keys).collect();
    let mut writer = csv::Writer::from_path(path).unwrap();
    writer.write_record(&heads).unwrap();
    for row in rows {
        writer.write_record(heads.iter().map(|head| row.get(*head).map_or("", String::as_str))).unwrap();
    }
    writer.flush().unwrap();
}

fn stored(path: &str, rows: &RecordBatch) {
    let mut writer = ArrowWriter::try_new(std::fs::File::create(path).unwrap(), rows.schema(), None).unwrap();
    writer.write(rows).unwrap();
    writer.close().unwrap();
}

/// A CSV file with all columns as text.
fn csv_batch(path: &str) -> RecordBatch {
    let text = std::fs::read_to_string(path).unwrap();
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let heads = reader.headers().unwrap().clone();
    let records: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    let column = |place: usize| -> ArrayRef {
        Arc::new(records.iter().map(|record| record.get(place)).collect::<StringArray>())
    };
    RecordBatch::try_from_iter(heads.iter().enumerate().map(|(place, head)| (head, column(place)))).unwrap()
}

/// A folder that goes with the test.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Folder {
        static COUNT: std::sync::atomic::AtomicUsize = std::sync::atomic::AtomicUsize::new(0);
        let count = COUNT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let path = std::env::temp_dir().join(format!("huzhu-every-way-{}-{count}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Folder(path)
    }

    fn path(&self, name: &str) -> String {
        self.0.join(name).to_string_lossy().into_owned()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _gone = std::fs::remove_dir_all(&self.0);
    }
}

#[test]
fn the_inputs_get_the_same_in_every_way() {
    let told = agree(&World::of_inputs("11-category-blank-or-case/c.csv", "11-category-blank-or-case/e.csv"));
    assert!(told.values().all(|told| told.as_ref().unwrap().decision == "paid"), "{told:?}");
    for case in [
        "06-reversal-amount",
        "07-late-claim",
        "08-part-above-whole",
        "12-excel-mangled-member",
        "15-overlapping-covers",
    ] {
        agree(&World::of_inputs(&format!("{case}/c.csv"), &format!("{case}/e.csv")));
    }
    agree(&World::of_inputs("00-order-of-one-event/claims.csv", "00-order-of-one-event/enrollments.csv"));
}

/// A pack that closes a category leaves no value that is denied because it is not known.
#[test]
fn a_value_that_a_closed_category_does_not_have_is_refused_in_every_way() {
    let sexes = ["female", "女", " ＦＥＭＡＬＥ ", "male", "", "F", "unknown", "女性"];
    let csv = |head: &str, row: fn(usize, &str) -> String| {
        let rows = sexes.iter().enumerate().map(|(place, sex)| row(place, sex));
        std::iter::once(head.to_owned()).chain(rows).collect::<Vec<_>>().join("\n")
    };
    let claims = csv("claim_id,enrollment_id,event_date,confirmed_on,illness_class", |place, _| {
        format!("c{place},e{place},2025-10-08,2025-10-08,breast-cancer")
    });
    let enrollments = "enrollment_id,member_id,plan,shares,coverage_start,coverage_end,birth_date,sex";
    let enrollments = csv(enrollments, |place, sex| {
        format!("e{place},m{place},guangdong-womens-illness,1,2025-07-01,2026-06-30,1985-06-15,{sex}")
    });
    let told = agree(&World::of_csv(&claims, &enrollments));
    let decisions: Vec<&str> =
        told.values().map(|told| told.as_ref().map_or("refused", |told| told.decision.as_str())).collect();
    assert_eq!(decisions, ["paid", "paid", "paid", "denied", "pended", "refused", "refused", "refused"]);
}

/// Of each plan.
const MEMBERS: usize = 1;
const MANY_MEMBERS: usize = 6;

#[test]
fn drawn_claims_get_the_same_in_every_way() {
    drawn_claims_agree(MEMBERS);
}

#[test]
#[ignore = "it takes long: the same of more members"]
fn drawn_claims_of_many_get_the_same_in_every_way() {
    drawn_claims_agree(MANY_MEMBERS);
}

fn drawn_claims_agree(of_each_plan: usize) {
    let mut draw = Draw::seeded(10);
    let mut members = Vec::new();
    for plan in PLANS {
        for _ in 0..of_each_plan {
            let claims = drawn_history(plan, &mut draw);
            members.push(claims.iter().enumerate().map(|(index, facts)| pair(plan.id, facts, index)).collect());
        }
    }
    let told = agree(&World::of_members(&members));
    let decisions: BTreeSet<&str> = told.values().flatten().map(|told| told.decision.as_str()).collect();
    assert!(told.len() > 30 * of_each_plan && decisions.len() == 4, "{} {decisions:?}", told.len());
}
