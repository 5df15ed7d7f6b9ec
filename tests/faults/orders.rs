//! Claims of one event in any order.
//!
//! Case 00: a death after a disability of the same accident was paid another sum than a disability after a death.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;

use huzhu::{Accumulators, Claim, Code, Decision, Diagnostics, Enrollment, Language, Plan, Value, exact, pack};
use rust_decimal::Decimal;

use super::program::{adjudicated, batched, huzhu, input};
use crate::oracle::draw::Draw;

// ── case 00 ──────────────────────────────────────────────────────────────

#[test]
fn a_death_after_a_disability_fills_up_to_one_sum() {
    let json = adjudicated("00-order-of-one-event/death-after-disability.json");
    assert_eq!((&json["decision"], &json["payable"]), (&"paid".into(), &"5000.00".into()));
}

#[test]
fn a_disability_after_a_death_is_paid_nothing_more() {
    let text = fs::read_to_string(input("00-order-of-one-event/death-after-disability.json")).unwrap();
    let mut case: serde_json::Value = serde_json::from_str(&text).unwrap();
    let disability = case["history"][0].take();
    case["history"][0] = case["claim"].take();
    case["claim"] = disability;
    let folder = Folder::new("turned");
    let json = adjudicated_at(&folder.write("turned.json", &case.to_string()));
    assert_eq!((&json["decision"], &json["payable"]), (&"nothing-due".into(), &"0.00".into()));
}

/// `a-2`, the death, comes before `z-1`, the disability.
#[test]
fn a_file_of_both_is_paid_one_sum() {
    let (rows, summary) = batched("00-order-of-one-event/claims.csv", "00-order-of-one-event/enrollments.csv", &[]);
    assert_eq!(
        paid(&rows),
        [("a-2", "50000.00"), ("z-1", "0.00")].map(|(id, paid)| (id.to_owned(), yuan(paid))).into()
    );
    assert_eq!(summary["totals"]["payable"].as_str().or(summary["payable"].as_str()), Some("50000.00"));
}

#[test]
fn a_file_with_the_other_ids_is_paid_the_same_sum() {
    let text = fs::read_to_string(input("00-order-of-one-event/claims.csv")).unwrap();
    let text = text.replace("z-1", "a-1").replace("a-2", "z-2");
    let enrollments = fs::read_to_string(input("00-order-of-one-event/enrollments.csv")).unwrap();
    let paid = batched_texts("other-ids", &text, &enrollments);
    assert_eq!(paid, [("a-1", "45000.00"), ("z-2", "5000.00")].map(|(id, paid)| (id.to_owned(), yuan(paid))).into());
}

/// One claim for both: the disability first, then what is left of the sum for the death.
#[test]
fn a_claim_of_both_is_paid_one_sum() {
    let claims = "claim_id,enrollment_id,event_date,cause,disability_grade,death\nb-3,E1,2025-03-01,accident,2,true\n";
    let enrollments = fs::read_to_string(input("00-order-of-one-event/enrollments.csv")).unwrap();
    assert_eq!(batched_texts("both", claims, &enrollments), [("b-3".to_owned(), yuan("50000.00"))].into());
}

// ── the shipped packs ────────────────────────────────────────────────────

/// The limits that hold a death and a disability of one accident together.
const LIMITS: [(&str, &str); 3] = [
    ("henan-accident", "amount     = \"death_sum * shares\"\nper        = \"event\""),
    ("guangdong-accident", "amount     = \"principal_sum\"\nper        = \"event\""),
    ("wuxi-xixinbao", "amount     = \"accident_sum\"\nper        = \"period\""),
];

/// A limit that forgets earlier claims is a limit by which the order counts again.
#[test]
fn without_the_limit_that_counts_both_ways_the_promise_is_broken() {
    for (plan, limit) in LIMITS {
        let text = rules(plan);
        assert!(pack::load(plan, text.as_bytes()).is_ok(), "{plan}");
        assert_eq!(text.matches(limit).count(), 1, "{plan}: {limit}");
        let (amount, _) = limit.split_once('\n').unwrap();
        let forgetful = text.replace(limit, &format!("{amount}\nper        = \"claim\""));
        let wrong = pack::load(plan, forgetful.as_bytes()).unwrap_err();
        assert_eq!(only(&wrong), Code::PromiseBroken, "{plan}");
    }
}

#[test]
fn a_pack_that_deducts_one_way_only_is_shown_a_pair() {
    let one_way = rules("henan-accident")
        .replace("over       = [\"disability\", \"death\", \"sudden-death\"]", "over       = [\"sudden-death\"]")
        .replace(
            "gross      = \"death_sum * shares\"\n",
            "gross      = \"death_sum * shares\"\nsteps      = [{ offset = [\"disability\"], per = \"event\" }]\n",
        );
    let wrong = pack::load("one-way.toml", one_way.as_bytes()).unwrap_err();
    assert_eq!(only(&wrong), Code::PromiseBroken);
    let help: Vec<&str> = wrong.iter().flat_map(|wrong| wrong.help(Language::En)).collect();
    let [help] = help.as_slice() else { panic!("{help:?}") };
    assert!(help.starts_with("two claims that break it: "), "{help}");
    assert!(help.contains(" together; but ") && help.ends_with(" together"), "{help}");
}

/// These do not promise it, since their order counts by the bylaw: rates by the number of stays, and one allowance a person.
#[test]
fn where_the_order_counts_the_promise_is_broken() {
    for plan in [
        "gansu-comprehensive",
        "guangdong-second-medical.2015",
        "guangdong-second-medical.2019",
        "guangdong-second-medical.2025-07",
        "wuxi-return-allowance",
    ] {
        let text = rules(plan) + "same_in_any_order = \"event\"\n";
        let wrong = pack::load(plan, text.as_bytes()).unwrap_err();
        assert_eq!(only(&wrong), Code::PromiseBroken, "{plan}");
    }
}

const ORDERS: [[usize; 3]; 6] = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];

/// Three claims of one event, the same under ids in each of the six orders: a member each, by one run of the program.
#[test]
fn a_file_pays_three_claims_of_one_event_the_same_under_any_ids() {
    let mut draw = Draw::seeded(9);
    let mut enrollments =
        "enrollment_id,member_id,plan,shares,coverage_start,coverage_end,birth_date,place_number\n".to_owned();
    let mut claims =
        "claim_id,enrollment_id,event_date,cause,disability_grade,death,personal_burden,hospital_days\n".to_owned();
    for plan in ["henan-accident", "guangdong-accident", "wuxi-xixinbao"] {
        for event in 0..40 {
            let shares = draw.between(1, 2);
            let rows: Vec<String> = (0..3).map(|_| an_accident(&mut draw)).collect();
            for (number, order) in ORDERS.iter().enumerate() {
                let member = format!("{plan}-{event}-{number}");
                writeln!(enrollments, "{member},{member},{plan},{shares},2025-07-01,2026-06-30,1990-05-01,1").unwrap();
                for (place, row) in order.iter().zip(&rows) {
                    writeln!(claims, "{member}-{place},{member},{row}").unwrap();
                }
            }
        }
    }
    let mut together: BTreeMap<String, Vec<Decimal>> = BTreeMap::new();
    for (claim, paid) in batched_texts("ids", &claims, &enrollments) {
        let parts: Vec<&str> = claim.rsplitn(3, '-').collect();
        let [_, order, event] = parts.as_slice() else { panic!("{claim}") };
        let orders = together.entry((*event).to_owned()).or_insert_with(|| vec![Decimal::ZERO; 6]);
        let sum = &mut orders[order.parse::<usize>().unwrap()];
        *sum = exact::add(*sum, paid).unwrap();
    }
    assert_eq!(together.len(), 120);
    for (event, sums) in &together {
        assert!(sums.iter().all(|sum| *sum == sums[0]), "{event}: {sums:?}");
    }
    assert!(together.values().filter(|sums| !sums[0].is_zero()).count() > 60);
}

fn an_accident(draw: &mut Draw) -> String {
    let cause = if draw.chance(85) { "accident" } else { "sudden-death" };
    let grade = if draw.chance(60) { draw.between(1, 10).to_string() } else { String::new() };
    let death = if draw.chance(50) { "true" } else { "" };
    let (burden, days) = if draw.chance(50) {
        (format!("{}.5{}", draw.between(0, 15_000), draw.between(0, 9)), draw.between(1, 120).to_string())
    } else {
        (String::new(), String::new())
    };
    format!("2025-09-10,{cause},{grade},{death},{burden},{days}")
}

// ── any pack ─────────────────────────────────────────────────────────────

/// `ORDER_PACKS=1000` asks for another number.
const PACKS: u64 = 40;
const EVENTS: usize = 60;

/// What the checker takes for proven holds of three claims in all orders, on accounts with and without earlier claims.
#[test]
fn a_promise_that_is_proven_is_kept() {
    let packs = std::env::var("ORDER_PACKS").map_or(PACKS, |asked| asked.parse().unwrap());
    let mut verdicts: BTreeMap<String, u64> = BTreeMap::new();
    let mut interplay = 0_u64;
    for seed in 0..packs {
        let mut draw = Draw::seeded(seed);
        let text = a_pack(&mut draw);
        let loaded = pack::load("drawn.toml", text.as_bytes());
        let verdict = match &loaded {
            Ok(_) => "proven".to_owned(),
            Err(wrong) => wrong.iter().map(|wrong| wrong.code().name()).collect::<Vec<_>>().join(" "),
        };
        *verdicts.entry(verdict).or_default() += 1;
        let Ok(plan) = loaded else { continue };
        for _ in 0..EVENTS {
            let event = AnEvent::drawn(&plan, &mut draw);
            let orders: Vec<Option<Decimal>> = ORDERS.iter().map(|order| event.paid(&plan, *order)).collect();
            assert!(orders.iter().all(|sum| *sum == orders[0]), "seed {seed}: {orders:?}\n{event:?}\n{text}");
            interplay += u64::from(orders[0] != event.paid_apart(&plan));
        }
    }
    println!("{verdicts:?}; {interplay} events in which claims share what is paid");
    let of = |verdict: &str| verdicts.get(verdict).copied().unwrap_or(0);
    assert!(of("proven") * 5 >= packs, "{verdicts:?}");
    assert!(of("promise-broken") * 10 >= packs, "{verdicts:?}");
    assert!(interplay > packs, "{interplay}");
}

#[derive(Debug)]
struct AnEvent {
    enrollment: Enrollment,
    before: Option<Claim>,
    claims: [Claim; 3],
}

impl AnEvent {
    fn drawn(plan: &Plan, draw: &mut Draw) -> AnEvent {
        let enrollment = Enrollment::new("E", "drawn", "M");
        let shares = u32::try_from(draw.between(1, 3)).unwrap();
        let enrollment = enrollment.with("coverage_start", day(1)).unwrap().with("shares", shares).unwrap();
        let before = draw.chance(40).then(|| a_claim(plan, "A", if draw.chance(50) { 20 } else { 10 }, draw));
        AnEvent { enrollment, before, claims: ["B", "C", "D"].map(|id| a_claim(plan, id, 10, draw)) }
    }

    /// What the claims are paid together in this order.
    fn paid(&self, plan: &Plan, order: [usize; 3]) -> Option<Decimal> {
        let mut account = Accumulators::new();
        if let Some(before) = &self.before {
            self.next(plan, before, &mut account);
        }
        order
            .into_iter()
            .map(|claim| self.next(plan, &self.claims[claim], &mut account))
            .map(Some)
            .reduce(sum)
            .flatten()
    }

    /// What they would be paid if none knew of the others.
    fn paid_apart(&self, plan: &Plan) -> Option<Decimal> {
        self.claims.iter().map(|claim| self.next(plan, claim, &mut Accumulators::new())).map(Some).reduce(sum).flatten()
    }

    fn next(&self, plan: &Plan, claim: &Claim, account: &mut Accumulators) -> Decimal {
        let outcome = plan.decide(&self.enrollment, claim, account).unwrap();
        assert_ne!(outcome.decision(), Decision::Pended);
        if let Some(posting) = outcome.posting() {
            account.post(posting).unwrap();
        }
        outcome.payable()
    }
}

fn sum(left: Option<Decimal>, right: Option<Decimal>) -> Option<Decimal> {
    exact::add(left?, right?).ok()
}

fn day(number: u32) -> Value {
    Value::Date(chrono::NaiveDate::from_yo_opt(2025, number).unwrap())
}

fn a_claim(plan: &Plan, id: &str, date: u32, draw: &mut Draw) -> Claim {
    let amount = |draw: &mut Draw| match draw.between(0, 3) {
        0 => Decimal::from(draw.between(0, 8) * 50),
        1 => Decimal::new(draw.between(0, 40_000), 2),
        2 => Decimal::new(draw.between(0, 300), 2),
        _ => Decimal::ZERO,
    };
    let (cost, lump) = (amount(draw), amount(draw));
    let facts = [
        ("cost", Value::from(cost)),
        ("lump", Value::from(lump)),
        ("kind_of_loss", Value::from(u32::try_from(draw.between(1, 3)).unwrap())),
        ("is_severe", Value::from(draw.chance(50))),
    ];
    let claim = Claim::new(id).with("event_date", day(date)).unwrap();
    let read = facts.into_iter().filter(|(fact, _)| plan.reads(fact));
    read.fold(claim, |claim, (fact, value)| claim.with(fact, value).unwrap())
}

/// What a drawn pack may name; what it does not name is left out.
const NAMED: [(&str, &str); 8] = [
    ("cost", "[fact.cost]\nof = \"claim\"\ntype = \"money\"\nmin = \"0 yuan\"\nmax = \"1_000 yuan\"\n"),
    ("lump", "[fact.lump]\nof = \"claim\"\ntype = \"money\"\nmin = \"0 yuan\"\nmax = \"1_000 yuan\"\n"),
    ("is_severe", "[fact.is_severe]\nof = \"claim\"\ntype = \"yes-no\"\n"),
    ("ratio", "[table.ratio]\nby = \"kind_of_loss\"\nrows = { 1 = \"100%\", 2 = \"35%\", 3 = \"0%\" }\n"),
    ("kind_of_loss", "[fact.kind_of_loss]\nof = \"claim\"\ntype = \"number\"\nmin = 1\nmax = 3\n"),
    ("sum_a", "[figure.sum_a]\nvalue = \"150 yuan\"\n"),
    ("sum_b", "[figure.sum_b]\nvalue = \"200 yuan\"\n"),
    ("rate", "[figure.rate]\nvalue = \"35%\"\n"),
];
const CITED: &str = "clause = \"c\"\nprovenance = \"stated\"\n";
const TITLED: &str = "title = { zh = \"t\", en = \"t\" }\n";
const SCOPES: [&str; 5] = ["claim", "event", "event", "period", "life"];

/// Benefits with limits, deductions and counts of earlier claims, some of which come to the same in any order.
fn a_pack(draw: &mut Draw) -> String {
    let mode = draw.one_of(&["half-up", "half-up", "half-even", "down", "up"]);
    let to = draw.one_of(&["0.01 yuan", "0.01 yuan", "1 yuan"]);
    let mut text = format!(
        "[plan]\nid = \"drawn\"\n{TITLED}effective = {{ from = 2025-01-01, by = \"coverage_start\" }}\n\
         rounding = {{ to = \"{to}\", mode = \"{mode}\", clause = \"c\", provenance = \"stated\" }}\n"
    );
    let benefits = draw.between(1, 4);
    for benefit in 0..benefits {
        let mut steps: Vec<String> = Vec::new();
        for _ in 0..draw.between(0, 2) {
            steps.push(a_step(benefit, benefits, draw));
        }
        let (when, gross) = (a_when(benefit, benefits, draw), a_gross(draw));
        let rounding = if draw.chance(10) {
            "rounding = { to = \"1 yuan\", mode = \"half-up\", clause = \"c\", provenance = \"stated\" }\n"
        } else {
            ""
        };
        write!(
            text,
            "\n[[benefit]]\nid = \"b{benefit}\"\n{TITLED}when = \"{when}\"\ngross = \"{gross}\"\n{rounding}{CITED}steps = [{}]\n",
            steps.join(", ")
        )
        .unwrap();
    }
    for limit in 0..draw.between(0, 3) {
        let mut over: Vec<i64> = (0..benefits).filter(|_| draw.chance(70)).collect();
        if draw.chance(50) {
            over = (0..benefits).collect();
        }
        if over.is_empty() {
            continue;
        }
        let over: Vec<String> = over.iter().map(|benefit| format!("\"b{benefit}\"")).collect();
        let (amount, per) = (an_amount(draw), draw.one_of(&SCOPES));
        write!(
            text,
            "\n[[limit]]\nid = \"l{limit}\"\n{TITLED}over = [{}]\namount = \"{amount}\"\nper = \"{per}\"\n{CITED}",
            over.join(", ")
        )
        .unwrap();
    }
    for (name, item) in NAMED {
        let is_named =
            |text: &str| text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').any(|word| word == name);
        if is_named(&text) {
            let cited = if item.starts_with("[fact") { "" } else { CITED };
            write!(text, "\n{item}{TITLED}{cited}").unwrap();
        }
    }
    text + "\n[promise]\nsame_in_any_order = \"event\"\n"
}

fn an_amount(draw: &mut Draw) -> &'static str {
    if draw.chance(4) {
        return "lump";
    }
    draw.one_of(&["sum_a", "sum_b", "sum_a * shares", "least(sum_a * shares, sum_b)"])
}

fn a_gross(draw: &mut Draw) -> &'static str {
    draw.one_of(&["cost", "lump", "sum_a", "sum_b * ratio", "cost + lump", "sum_a * shares", "greatest(cost, lump)"])
}

fn a_when(benefit: i64, benefits: i64, draw: &mut Draw) -> String {
    let any = draw.between(0, benefits - 1);
    let plain = draw.one_of(&["is_severe", "not is_severe", "cost > 0 yuan", "kind_of_loss = 1", "lump < cost"]);
    match draw.between(0, 15) {
        0 => format!("prior.count(b{any}, life) = prior.count(b{any}, event)"),
        1 => format!("{plain} and prior.count(b{any}, period) <= prior.count(b{any}, event)"),
        2 => format!("prior.count(b{any}, event) = 0"),
        3 => format!("{plain} and prior.paid(b{any}, event) - prior.paid(b{any}, life) < sum_a"),
        4 => format!("prior.paid(b{any}, event) < sum_a"),
        5 if benefit > 0 => format!("paid(b{}) > 0 yuan", draw.between(0, benefit - 1)),
        6 => format!("{plain} and prior.count(b{any}, life) = 0"),
        _ => plain.to_owned(),
    }
}

fn a_step(benefit: i64, benefits: i64, draw: &mut Draw) -> String {
    let scope = draw.one_of(&SCOPES);
    let when = if draw.chance(10) { ", when = \"is_severe\"" } else { "" };
    let amount = an_amount(draw);
    let earlier = |draw: &mut Draw| draw.between(0, benefit - 1);
    match draw.between(0, 12) {
        0 => format!("{{ pay = \"rate\"{when} }}"),
        1 => format!("{{ pay = \"ratio\"{when} }}"),
        2..=4 => format!("{{ limit = \"{amount}\", per = \"{scope}\"{when} }}"),
        5 | 6 => {
            format!("{{ less = \"prior.paid(b{benefit}, {})\"{when} }}", draw.one_of(&["event", "period", "life"]))
        }
        7 => format!("{{ less = \"prior.paid(b{}, event)\"{when} }}", draw.between(0, benefits - 1)),
        8 if benefit > 0 => format!("{{ offset = [\"b{}\"], per = \"{scope}\"{when} }}", earlier(draw)),
        9 if benefit > 0 => format!("{{ exclusive = [\"b{}\"], per = \"{scope}\"{when} }}", earlier(draw)),
        10 if draw.chance(30) => format!("{{ deductible = \"{amount}\", per = \"{scope}\"{when} }}"),
        11 => format!("{{ less = \"lump\"{when} }}"),
        _ => format!("{{ limit = \"{amount}\", per = \"{scope}\" }}"),
    }
}

// ── files and answers ────────────────────────────────────────────────────

/// A folder that is gone at the end.
struct Folder(std::path::PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        let folder = std::env::temp_dir().join(format!("huzhu-orders-{}-{name}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        Folder(folder)
    }

    fn path(&self, name: &str) -> String {
        self.0.join(name).to_string_lossy().into_owned()
    }

    fn write(&self, name: &str, text: &str) -> String {
        let path = self.path(name);
        fs::write(&path, text).unwrap();
        path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _gone = fs::remove_dir_all(&self.0);
    }
}

fn adjudicated_at(path: &str) -> serde_json::Value {
    let ran = huzhu(&["adjudicate", path, "--format", "json"]);
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    serde_json::from_str(&ran.out).unwrap()
}

/// What each claim of the files is paid.
fn batched_texts(name: &str, claims: &str, enrollments: &str) -> BTreeMap<String, Decimal> {
    let folder = Folder::new(name);
    let (claims, enrollments) = (folder.write("claims.csv", claims), folder.write("enrollments.csv", enrollments));
    let out = folder.path("payouts.csv");
    let ran = huzhu(&["batch", "--claims", &claims, "--enrollments", &enrollments, "--out", &out]);
    assert_eq!(ran.code, 0, "{ran:?}");
    paid(&fs::read_to_string(&out).unwrap().lines().map(str::to_owned).collect::<Vec<_>>())
}

fn paid(rows: &[String]) -> BTreeMap<String, Decimal> {
    let (header, rows) = rows.split_first().unwrap();
    let place = |name: &str| header.split(',').position(|column| column == name).unwrap();
    let (id, payable) = (place("claim_id"), place("payable"));
    let cell = |row: &str, place: usize| row.split(',').nth(place).unwrap().to_owned();
    rows.iter().map(|row| (cell(row, id), yuan(&cell(row, payable)))).collect()
}

fn yuan(text: &str) -> Decimal {
    text.parse().unwrap()
}

fn rules(plan: &str) -> String {
    fs::read_to_string(format!("{}/rules/{plan}.toml", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

fn only(wrong: &Diagnostics) -> Code {
    let codes: Vec<Code> = wrong.iter().map(huzhu::Diagnostic::code).collect();
    let [code] = codes.as_slice() else { panic!("{codes:?}") };
    *code
}
