//! Joint limits over several plans: the same from every way in, and never exceeded.

use std::collections::BTreeMap;
use std::fs;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch, StringArray};
use huzhu::batch::{self, Alone, Job};
use huzhu::{
    Accumulators, Adjudication, Case, Catalog, Claim, Code, Decider, Decision, Enrollment, MemberAccounts, history,
    money,
};
use rust_decimal::Decimal;
use serde_json::{Value as Json, json};

use super::program::huzhu;
use crate::results::read::amounts;

/// Four plans of Guangdong in the order in which the joint limit serves them, which is not that of their ids.
const PLANS: [&str; 4] =
    ["guangdong-second-medical", "guangdong-self-funded", "guangdong-accident", "guangdong-hospital-allowance"];
/// Every scope, with a limit in yuan that many of the members drawn reach.
const SCOPES: [(&str, u32); 4] = [("event", 1_500), ("period", 5_000), ("calendar-year", 4_000), ("life", 5_000)];
const FACTS: [&str; 6] = ["event_date", "cause", "admitted", "hospital_days", "in_pool_burden", "self_funded"];

/// A place for the files of a test, with the packs of Guangdong under a joint limit of so many yuan.
struct World {
    folder: PathBuf,
    catalog: Catalog,
}

impl World {
    fn new(name: &str, amount: u32, per: &str) -> World {
        let folder = std::env::temp_dir().join(format!("huzhu-joint-{}-{name}", std::process::id()));
        let _gone = fs::remove_dir_all(&folder);
        let rules = folder.join("rules");
        fs::create_dir_all(&rules).unwrap();
        for entry in fs::read_dir("rules").unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if name.starts_with("guangdong-") && !name.ends_with(".cases.toml") {
                fs::copy(&path, rules.join(name)).unwrap();
            }
        }
        fs::write(rules.join("guangdong.joint.toml"), joint("guangdong-family", &PLANS, amount, per)).unwrap();
        let catalog = Catalog::load(&rules).unwrap();
        World { folder, catalog }
    }

    fn path(&self, name: &str) -> String {
        self.folder.join(name).to_string_lossy().into_owned()
    }

    fn write(&self, name: &str, text: &str) -> String {
        fs::write(self.path(name), text).unwrap();
        self.path(name)
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    /// Runs the program with the rules of this place.
    fn run(&self, arguments: &[&str]) -> super::program::Ran {
        huzhu(&[arguments, &["--rules", &self.path("rules")]].concat())
    }

    /// Writes the members' rows as they come, or the other way round.
    fn write_rows(&self, members: &[Member], is_reversed: bool) -> (String, String) {
        let (mut claims, mut enrollments) = (Vec::new(), Vec::new());
        for member in members {
            enrollments.extend(member.covers.values().map(Cover::row));
            claims.extend(member.covers.values().flat_map(Cover::claim_rows));
        }
        if is_reversed {
            claims.reverse();
            enrollments.reverse();
        }
        let claims = format!("claim_id,enrollment_id,reverses,{}\n{}", FACTS.join(","), claims.concat());
        let head = "enrollment_id,member_id,plan,shares,coverage_start,coverage_end,previous_coverage_end,birth_date";
        let enrollments = format!("{head}\n{}", enrollments.concat());
        (self.write("claims.csv", &claims), self.write("enrollments.csv", &enrollments))
    }

    /// The payouts and the lines of a run over the files, row by row.
    fn batch(&self, members: &[Member], threads: usize, is_reversed: bool) -> (String, String) {
        let (claims, enrollments) = self.write_rows(members, is_reversed);
        let job = Job::new(claims, enrollments, self.path("payouts.csv")).lines(self.path("lines.csv")).force();
        batch::run(&job.threads(NonZeroUsize::new(threads).unwrap()), &self.catalog, &()).unwrap();
        assert_eq!(self.read("payouts.rejects.csv").lines().count(), 1, "no row is rejected");
        (self.read("payouts.csv"), self.read("lines.csv"))
    }
}

impl Drop for World {
    fn drop(&mut self) {
        let _gone = fs::remove_dir_all(&self.folder);
    }
}

fn joint(id: &str, plans: &[&str], amount: u32, per: &str) -> String {
    format!(
        "[joint]\nid = \"{id}\"\ntitle = {{ zh = \"合计限额\", en = \"most together\" }}\nplans = {plans:?}\n\
         amount = \"{amount} yuan\"\nper = \"{per}\"\nclause = \"Article 1\"\nprovenance = \"assumed\"\n"
    )
}

/// What a member has under one plan.
#[derive(Debug, Clone)]
struct Cover {
    id: String,
    member: String,
    plan: &'static str,
    start: &'static str,
    end: &'static str,
    claims: Vec<Told>,
}

/// A claim as its row tells it.
#[derive(Debug, Clone)]
struct Told {
    id: String,
    reverses: String,
    facts: [String; 6],
}

#[derive(Debug, Clone)]
struct Member {
    covers: BTreeMap<&'static str, Cover>,
}

impl Cover {
    fn row(&self) -> String {
        let Cover { id, member, plan, start, end, .. } = self;
        format!("{id},{member},{plan},1,{start},{end},2025-06-30,1985-06-15\n")
    }

    fn claim_rows(&self) -> Vec<String> {
        let row = |Told { id, reverses, facts }: &Told| format!("{id},{},{reverses},{}\n", self.id, facts.join(","));
        self.claims.iter().map(row).collect()
    }

    fn enrollment(&self) -> Enrollment {
        let facts = [
            ("shares", "1"),
            ("coverage_start", self.start),
            ("coverage_end", self.end),
            ("previous_coverage_end", "2025-06-30"),
            ("birth_date", "1985-06-15"),
        ];
        let enrollment = Enrollment::new(&self.id, self.plan, &self.member);
        facts.iter().fold(enrollment, |enrollment, (name, value)| enrollment.with(name, *value).unwrap())
    }

    fn history(&self) -> Vec<(Enrollment, Claim)> {
        self.claims.iter().map(|told| (self.enrollment(), told.claim())).collect()
    }

    /// The enrollment as a case file has it.
    fn json(&self) -> Json {
        json!({
            "id": self.id, "plan": self.plan, "member": self.member, "shares": 1, "coverage_start": self.start,
            "coverage_end": self.end, "previous_coverage_end": "2025-06-30", "birth_date": "1985-06-15",
        })
    }
}

impl Told {
    fn claim(&self) -> Claim {
        let claim =
            if self.reverses.is_empty() { Claim::new(&self.id) } else { Claim::reversal(&self.id, &self.reverses) };
        let given = FACTS.iter().zip(&self.facts).filter(|(_, value)| !value.is_empty());
        given.fold(claim, |claim, (name, value)| claim.with(name, value.as_str()).unwrap())
    }

    fn json(&self) -> Json {
        let mut json = json!({ "id": self.id });
        if !self.reverses.is_empty() {
            json["reverses"] = self.reverses.as_str().into();
        }
        for (name, value) in FACTS.iter().zip(&self.facts).filter(|(_, value)| !value.is_empty()) {
            json[*name] = value.as_str().into();
        }
        json
    }
}

impl Member {
    /// One of the claims as a row, and all enrollments.
    fn rows(&self, plan: &str, claim: &str) -> (RecordBatch, RecordBatch) {
        let cover = &self.covers[plan];
        let told = cover.claims.iter().find(|told| told.id == claim).unwrap();
        let ids = [("claim_id", &told.id), ("enrollment_id", &cover.id), ("reverses", &told.reverses)];
        let claim = ids.into_iter().chain(FACTS.into_iter().zip(&told.facts));
        let head = "enrollment_id,member_id,plan,shares,coverage_start,coverage_end,previous_coverage_end,birth_date";
        let rows: Vec<String> = self.covers.values().map(Cover::row).collect();
        let cells = |place| -> ArrayRef {
            Arc::new(rows.iter().map(|row| row.trim().split(',').nth(place)).collect::<StringArray>())
        };
        let cell = |value: &String| -> ArrayRef { Arc::new(StringArray::from(vec![value.as_str()])) };
        let claim = claim.map(|(name, value)| (name, cell(value)));
        let enrollments = head.split(',').enumerate().map(|(place, name)| (name, cells(place)));
        (RecordBatch::try_from_iter(claim).unwrap(), RecordBatch::try_from_iter(enrollments).unwrap())
    }

    fn claims(&self) -> Vec<(Enrollment, Claim)> {
        self.covers.values().flat_map(Cover::history).collect()
    }
}

/// Numbers in a fixed order that looks like none.
struct Draw(u64);

impl Draw {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }

    fn one_of<T: Copy>(&mut self, all: &[T]) -> T {
        all[usize::try_from(self.below(u64::try_from(all.len()).unwrap())).unwrap()]
    }
}

/// Members with covers under one to four plans, which start on the same day or not, with claims of the same events and of
/// others, some of them reversed.
fn members(count: u64, seed: u64, is_same_start: bool) -> Vec<Member> {
    let mut draw = Draw(seed);
    (0..count).map(|number| member(number, &mut draw, is_same_start)).collect()
}

fn member(number: u64, draw: &mut Draw, is_same_start: bool) -> Member {
    let dates = ["2025-07-20", "2025-10-08", "2025-10-09", "2025-12-31", "2026-01-01", "2026-02-03", "2026-06-30"];
    let mut covers = BTreeMap::new();
    let few = draw.below(3) == 0;
    for plan in PLANS {
        if draw.below(4) <= u64::from(few) {
            continue;
        }
        let (start, end) = match draw.below(3) {
            0 if !is_same_start => ("2025-10-01", "2026-09-30"),
            _ => ("2025-07-01", "2026-06-30"),
        };
        let mut claims: Vec<Told> = Vec::new();
        for turn in 0..draw.below(5) {
            let date = draw.one_of(&dates);
            let fen = |draw: &mut Draw| format!("{}.{:02}", draw.below(4_000), draw.below(100));
            let facts = [
                if draw.below(30) == 0 { String::new() } else { date.to_owned() },
                draw.one_of(&["accident", "illness"]).to_owned(),
                date.to_owned(),
                draw.below(40).to_string(),
                fen(draw),
                fen(draw),
            ];
            let id = format!("{number}-{turn}");
            claims.push(Told { id: id.clone(), reverses: String::new(), facts });
        }
        if draw.below(3) == 0
            && let Some(reversed) = claims.first().filter(|told| !told.facts[0].is_empty())
        {
            let told = Told { id: format!("{number}-r"), reverses: reversed.id.clone(), facts: Default::default() };
            claims.push(told);
        }
        let cover = Cover { id: format!("E{number}-{plan}"), member: format!("M{number}"), plan, start, end, claims };
        covers.insert(plan, cover);
    }
    Member { covers }
}

/// Reversals that can be made: of claims that have posted. The others would be rejected.
fn with_sound_reversals(catalog: &Catalog, members: Vec<Member>) -> Vec<Member> {
    let mut sound = members;
    for cover in sound.iter_mut().flat_map(|member| member.covers.values_mut()) {
        if history::decide(catalog, &cover.history()).is_err() {
            cover.claims.retain(|told| told.reverses.is_empty());
        }
    }
    sound
}

/// Decision, payable and reasons of a claim, and what each benefit paid: as rows of payouts and of lines have them.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Result {
    decision: String,
    payable: String,
    reasons: String,
    lines: Vec<(String, String)>,
}

impl Result {
    fn of(adjudication: &Adjudication) -> Result {
        let lines = adjudication.benefits().iter().map(|lines| (lines.id().to_owned(), money::print(lines.paid())));
        let reasons: Vec<&str> = adjudication.reasons().iter().map(|reason| reason.code.as_str()).collect();
        Result {
            decision: adjudication.decision().name().to_owned(),
            payable: money::print(adjudication.payable()),
            reasons: reasons.join(";"),
            lines: lines.collect(),
        }
    }
}

/// The results of a run by plan and claim.
fn results(payouts: &str, lines: &str) -> BTreeMap<(String, String), Result> {
    let rows = |text: &str| -> Vec<Vec<String>> {
        text.lines().skip(1).map(|row| row.split(',').map(str::to_owned).collect()).collect()
    };
    let mut by_claim: BTreeMap<(String, String), Result> = BTreeMap::new();
    let mut benefits: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
    for row in rows(lines) {
        benefits.entry(row[0].clone()).or_default().push((row[1].clone(), row[3].clone()));
    }
    for row in rows(payouts) {
        let all = benefits.get(&row[0]).cloned().unwrap_or_default();
        let lines = all.into_iter().filter(|(benefit, _)| plan_of(benefit) == row[2]).collect();
        let result = Result { decision: row[4].clone(), payable: row[5].clone(), reasons: row[6].clone(), lines };
        assert_eq!(by_claim.insert((row[2].clone(), row[0].clone()), result), None);
    }
    by_claim
}

/// The plan of a benefit; claims under several plans may share an id.
fn plan_of(benefit: &str) -> &'static str {
    match benefit {
        "second-medical" => PLANS[0],
        "self-funded" => PLANS[1],
        "hospital-allowance" => PLANS[3],
        accident => {
            assert!(accident.starts_with("accident"), "{accident}");
            PLANS[2]
        }
    }
}

// ── the same from every way in ────────────────────────────────────────────

/// A whole history, a run over files, however its rows come and its threads work, and each claim as a case of its own.
#[test]
fn every_way_in_takes_the_same_off() {
    for (seed, (per, amount)) in (1..).zip(SCOPES) {
        let world = World::new(&format!("ways-{per}"), amount, per);
        let members = with_sound_reversals(&world.catalog, members(60, seed, false));
        let (payouts, lines) = world.batch(&members, 1, false);
        assert_eq!((payouts.clone(), lines.clone()), world.batch(&members, 3, true), "{per}");
        let batched = results(&payouts, &lines);
        let (mut cut, mut decided, mut calls) = (0, 0, 0);
        for member in &members {
            let (together, _) = history::decide_together(&world.catalog, &member.claims()).unwrap();
            for adjudication in &together {
                let (plan, claim) =
                    (adjudication.outcome().plan().id.clone(), adjudication.outcome().claim().to_owned());
                assert_eq!(Result::of(adjudication), batched[&(plan.clone(), claim.clone())], "{per}: {plan} {claim}");
                balances(adjudication);
                let taken = adjudication.benefits().iter().flat_map(huzhu::BenefitLines::lines);
                cut += u32::from(taken.filter(|line| line.step() == "joint-limit").count() > 0);
                decided += 1;
            }
            each_as_a_case(&world.catalog, member, &together);
            calls += call_after_call(&world.catalog, member, &together);
        }
        assert!(calls >= 60, "{calls}");
        assert_eq!(decided, batched.len());
        assert!(cut >= 20, "{per}: {cut} claims of {decided} are cut");
    }
}

/// Every claim of the member in a call of its own, with the accounts going out and coming back; how many calls there were. A claim without a date would
/// have to be known from the start.
fn call_after_call(catalog: &Catalog, member: &Member, together: &[Adjudication]) -> usize {
    let claims = history::known(catalog, &member.claims());
    if claims.iter().any(|(_, claim)| claim.reverses().is_none() && claim.fact("event_date").is_none()) {
        return 0;
    }
    let decider = Decider::new(catalog);
    let Some((enrollment, _)) = claims.first() else { return 0 };
    let mut accounts = MemberAccounts::new(enrollment.member());
    let mut kept = MemberAccounts::to_rows([]).unwrap();
    for expected in together {
        let (plan, id) = (&expected.outcome().plan().id, expected.outcome().claim());
        let is_meant = |(enrollment, claim): &&(Enrollment, Claim)| enrollment.plan() == plan && claim.id() == id;
        let (enrollment, claim) = claims.iter().find(is_meant).unwrap();
        accounts = serde_json::from_str(&serde_json::to_string(&accounts).unwrap()).unwrap();
        let decided = decider.next(&mut accounts, enrollment, claim).unwrap();
        assert_eq!(decided.outcome(), expected.outcome());
        assert_eq!(decided.benefits(), expected.benefits(), "{id}");
        assert_eq!(decided.reasons(), expected.reasons(), "{id}");
        let (claim, enrollments) = member.rows(plan, id);
        let next = decider.decide_rows_on(&kept, &claim, &enrollments).unwrap();
        assert!(next.decided.rejects.is_empty(), "{:?}", next.decided.rejects);
        assert_eq!(amounts(&next.decided.payouts, "payable"), [expected.payable().normalize().to_string()], "{id}");
        assert_eq!(MemberAccounts::to_rows([&accounts]).unwrap(), next.accounts, "{id}");
        kept = next.accounts;
    }
    together.len()
}

/// Every claim of the member as the claim of a case file, with the claims that come before it, or may: those without a date.
fn each_as_a_case(catalog: &Catalog, member: &Member, together: &[Adjudication]) {
    for cover in member.covers.values() {
        let (in_order, _) = history::decide(catalog, &cover.history()).unwrap();
        for (place, id) in in_order.iter().map(|adjudication| adjudication.outcome().claim()).enumerate() {
            let earlier = |told: &&Told| {
                let is_before = in_order[..place].iter().any(|before| before.outcome().claim() == told.id);
                is_before || (told.id != *id && told.reverses.is_empty() && told.json()["event_date"].is_null())
            };
            let others = member.covers.values().filter(|other| other.plan != cover.plan);
            let told = |cover: &Cover| cover.claims.iter().map(Told::json).collect::<Vec<_>>();
            let text = json!({
                "enrollment": cover.json(),
                "history": cover.claims.iter().filter(earlier).map(Told::json).collect::<Vec<_>>(),
                "other_covers": others.map(|other| json!({ "enrollment": other.json(), "history": told(other) })).collect::<Vec<_>>(),
                "claim": cover.claims.iter().find(|told| told.id == *id).map(Told::json),
            });
            let case =
                Case::read("case.json", text.to_string().as_bytes(), catalog).unwrap_or_else(|wrong| panic!("{wrong}"));
            let (adjudication, _) = case.decide(catalog).unwrap();
            let same = |of: &&Adjudication| of.outcome().plan().id == cover.plan && of.outcome().claim() == id;
            let decided = together.iter().find(same).unwrap();
            // Of two claims that are tied the first does not know of the second, which is not in its history.
            let notices = |of: &Adjudication| {
                let notices = of.notices().iter().filter(|notice| notice.code() != Code::DecidedById);
                notices.cloned().collect::<Vec<_>>()
            };
            assert_eq!(adjudication.outcome(), decided.outcome(), "{}", case.claim.id());
            assert_eq!(adjudication.benefits(), decided.benefits(), "{}", case.claim.id());
            assert_eq!(adjudication.reasons(), decided.reasons(), "{}", case.claim.id());
            assert_eq!(notices(&adjudication), notices(decided), "{}", case.claim.id());
        }
    }
}

fn balances(adjudication: &Adjudication) {
    for benefit in adjudication.benefits() {
        let taken: Decimal = benefit.lines().iter().map(huzhu::Line::takes).sum();
        assert_eq!(benefit.gross(), taken + benefit.paid());
    }
}

/// One claim under several covers at once is decided as claims of one day under each of them.
#[test]
fn one_claim_under_several_covers_is_decided_in_the_declared_order() {
    for (seed, (per, _)) in (11..).zip(SCOPES) {
        let world = World::new(&format!("together-{per}"), 3_000, per);
        let mut cut = 0;
        for member in members(60, seed, false) {
            let Some(told) =
                member.covers.values().flat_map(|cover| &cover.claims).find(|told| told.reverses.is_empty())
            else {
                continue;
            };
            let (claim, nothing) = (told.claim(), Accumulators::new());
            let enrollments: Vec<Enrollment> = member.covers.values().map(Cover::enrollment).collect();
            let covers: Vec<_> = enrollments.iter().map(|enrollment| (enrollment, &nothing)).collect();
            let mut at_once = world.catalog.adjudicate_together(&covers, &claim).unwrap();
            at_once.sort_by_key(|adjudication| PLANS.iter().position(|plan| *plan == adjudication.outcome().plan().id));
            let claims: Vec<_> = enrollments.into_iter().map(|enrollment| (enrollment, claim.clone())).collect();
            let (one_by_one, _) = history::decide_together(&world.catalog, &claims).unwrap();
            assert_eq!(at_once, one_by_one, "{per}");
            let sum: Decimal = at_once.iter().map(Adjudication::payable).sum();
            assert!(sum <= Decimal::from(3_000));
            cut += u32::from(sum == Decimal::from(3_000));
        }
        assert!(cut > 10, "{per}: {cut}");
    }
}

// ── the law ───────────────────────────────────────────────────────────────

/// What all plans of a joint limit have paid in its scope, less what was taken back, is never above it, after any claim.
#[test]
fn a_joint_limit_is_never_exceeded_over_all_plans() {
    for (seed, (per, amount)) in (21..).zip(SCOPES) {
        let (world, most) = (World::new(&format!("law-{per}"), amount, per), Decimal::from(amount));
        let (mut reached, mut given_back) = (0, 0);
        for member in with_sound_reversals(&world.catalog, members(80, seed, true)) {
            let claims = member.claims();
            let (decided, accounts) = history::decide_together(&world.catalog, &claims).unwrap();
            let mut paid: BTreeMap<String, Decimal> = BTreeMap::new();
            let postings =
                accounts.iter().flat_map(|(plan, account)| account.postings().map(move |posting| (plan, posting)));
            for (plan, posting) in postings {
                let of_claim = |(enrollment, claim): &&(Enrollment, Claim)| {
                    enrollment.plan() == plan && claim.id() == posting.claim()
                };
                let date = claims.iter().find(of_claim).unwrap().1.fact("event_date").unwrap().to_string();
                *paid.entry(scope_of(per, &date)).or_default() += posting.paid().unwrap();
            }
            assert!(paid.values().all(|paid| *paid <= most), "{per}: {paid:?}");
            reached += paid.values().filter(|paid| **paid == most).count();
            let before: Decimal = decided.iter().map(Adjudication::payable).filter(Decimal::is_sign_positive).sum();
            given_back += u32::from(paid.len() == 1 && paid.values().sum::<Decimal>() == most && before > most);
        }
        assert!(reached > 10, "{per}: {reached} sums are at the limit");
        assert!(
            per == "event" || per == "calendar-year" || given_back > 0,
            "{per}: no room was given back and taken again"
        );
    }
}

/// What counts together with a claim of this day, where all covers start on one day.
fn scope_of(per: &str, date: &str) -> String {
    match per {
        "event" => date.to_owned(),
        "calendar-year" => date.split('-').next().unwrap().to_owned(),
        _ => String::new(),
    }
}

// ── one member, in figures ────────────────────────────────────────────────

/// 5,000 yuan in the pool at 80% are 4,000; 20 days at 60 yuan are 1,200, of which a limit of 4,500 leaves 500; nothing is left for
/// half of what was self-funded two months later. Once the stay is reversed, a last claim is paid in full.
fn one_member() -> Member {
    let told = |id: &str, date: &str, days: &str, in_pool: &str, own: &str| Told {
        id: id.to_owned(),
        reverses: String::new(),
        facts: [date, "illness", date, days, in_pool, own].map(str::to_owned),
    };
    let cover = |plan: &'static str, claims: Vec<Told>| {
        let (id, member) = (format!("E-{plan}"), "M".to_owned());
        (plan, Cover { id, member, plan, start: "2025-07-01", end: "2026-06-30", claims })
    };
    let covers = [
        cover(PLANS[0], vec![told("stay", "2025-10-08", "", "5000.00", "")]),
        cover(PLANS[1], vec![told("drugs", "2025-12-08", "", "", "1000.00")]),
        cover(PLANS[3], vec![told("days", "2025-10-08", "20", "", "")]),
    ];
    Member { covers: covers.into() }
}

const DUE: [(&str, &str, &str, &str); 3] =
    [("days", "paid", "500.00", ""), ("drugs", "nothing-due", "0.00", "joint-limit"), ("stay", "paid", "4000.00", "")];

#[test]
fn a_batch_serves_the_plans_of_one_day_in_the_order_of_the_joint_limit() {
    let world = World::new("served", 4_500, "period");
    let mut member = one_member();
    let found = |member: &Member| {
        let (payouts, lines) = world.batch(std::slice::from_ref(member), 1, false);
        let found = results(&payouts, &lines).into_iter().map(|((_, claim), result)| (claim, result));
        found.collect::<BTreeMap<String, Result>>()
    };
    let results = found(&member);
    let due = results.iter().map(|(claim, result)| (&**claim, &*result.decision, &*result.payable, &*result.reasons));
    assert_eq!(due.collect::<Vec<_>>(), DUE);
    assert_eq!(results["days"].lines, [("hospital-allowance".to_owned(), "500.00".to_owned())]);
    assert_eq!(results["drugs"].lines, [("self-funded".to_owned(), "0.00".to_owned())]);
    let stay = member.covers.get_mut(PLANS[0]).unwrap();
    stay.claims.push(Told { id: "back".to_owned(), reverses: "stay".to_owned(), facts: Default::default() });
    let results = found(&member);
    assert_eq!((&*results["days"].payable, &*results["drugs"].payable), ("1200.00", "500.00"));
}

#[test]
fn a_joint_limit_below_what_one_plan_pays_cuts_that_plan() {
    let world = World::new("one-plan", 1_000, "life");
    let mut member = one_member();
    member.covers.retain(|plan, _| *plan == PLANS[0]);
    let (payouts, lines) = world.batch(&[member.clone()], 1, false);
    let result = &results(&payouts, &lines)[&(PLANS[0].to_owned(), "stay".to_owned())];
    assert_eq!((&*result.decision, &*result.payable), ("paid", "1000.00"));
    let (decided, _) = history::decide(&world.catalog, &member.claims()).unwrap();
    assert_eq!(*result, Result::of(&decided[0]));
    let (cover, told) = (&member.covers[PLANS[0]], &member.covers[PLANS[0]].claims[0]);
    let texts = |columns: &[(&str, &str)]| {
        let column = |(name, value): &(&str, &str)| {
            let values: ArrayRef = Arc::new(StringArray::from(vec![*value]));
            ((*name).to_owned(), values)
        };
        RecordBatch::try_from_iter(columns.iter().map(column)).unwrap()
    };
    let mut claim = vec![("claim_id", &*told.id), ("enrollment_id", &*cover.id)];
    claim.extend(FACTS.into_iter().zip(told.facts.iter().map(String::as_str)).filter(|(_, value)| !value.is_empty()));
    let enrollment = [
        ("enrollment_id", &*cover.id),
        ("member_id", "M"),
        ("plan", cover.plan),
        ("shares", "1"),
        ("coverage_start", cover.start),
        ("coverage_end", cover.end),
        ("previous_coverage_end", "2025-06-30"),
        ("birth_date", "1985-06-15"),
    ];
    let alone = Alone::of(&world.catalog, &texts(&claim), &texts(&enrollment)).unwrap();
    assert_eq!(alone.decide(), [Some((Decision::Paid, 100_000))]);
}

#[test]
fn a_case_file_says_what_the_member_has_under_other_plans() {
    let world = World::new("case", 4_500, "period");
    let member = one_member();
    let [stay, drugs, days] = [PLANS[0], PLANS[1], PLANS[3]].map(|plan| &member.covers[plan]);
    let case = |others: Option<Vec<Json>>| {
        let mut case = json!({ "enrollment": drugs.json(), "claim": drugs.claims[0].json() });
        if let Some(others) = others {
            case["other_covers"] = others.into();
        }
        world.write("case.json", &case.to_string())
    };
    let other = |cover: &Cover| json!({ "enrollment": cover.json(), "history": [cover.claims[0].json()] });
    let result = |case: &str| {
        let ran = world.run(&["adjudicate", case, "--format", "json"]);
        assert_eq!((ran.code, &*ran.err), (0, ""));
        serde_json::from_str::<Json>(&ran.out).unwrap()
    };
    let alone = result(&case(None));
    assert_eq!((&alone["decision"], &alone["payable"]), (&"paid".into(), &"500.00".into()));
    assert_eq!(alone["next_yuan"][0]["change"], "0.50");
    let with_one = result(&case(Some(vec![other(stay)])));
    assert_eq!((&with_one["payable"], &with_one["next_yuan"][0]["change"]), (&"500.00".into(), &"0.00".into()));
    let with_both = result(&case(Some(vec![other(days), other(stay)])));
    assert_eq!(
        (&with_both["decision"], &with_both["reasons"][0]["code"]),
        (&"nothing-due".into(), &"joint-limit".into())
    );
    let line = &with_both["benefits"][0]["steps"].as_array().unwrap().last().unwrap().clone();
    let (takes, leaves) = (&line["takes"], &line["leaves"]);
    assert_eq!((&line["step"], takes, leaves), (&"joint-limit".into(), &"500.00".into(), &"0.00".into()));
    assert_eq!(line["assumed"], json!(["guangdong-family"]));
    assert!(with_both["assumed"].as_array().unwrap().contains(&"guangdong-family".into()));
    let says = "without `other_covers`, only what this plan paid is counted";
    let page = |case: &str| {
        let out = world.run(&["adjudicate", case]).out;
        out.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    assert!(page(&case(None)).contains(says));
    assert!(!page(&case(Some(Vec::new()))).contains(says));
    assert!(page(&case(Some(vec![other(stay)]))).contains("other covers guangdong-second-medical"));
}

#[test]
fn a_claim_that_a_joint_limit_cuts_has_neither_certificate_nor_workbook() {
    let world = World::new("certified", 4_500, "period");
    let member = one_member();
    let (claims, enrollments) = world.write_rows(std::slice::from_ref(&member), false);
    let (out, file) = (world.path("out.csv"), world.path("out.certificates.jsonl"));
    let files = ["batch", "--claims", &claims, "--enrollments", &enrollments, "--out", &out];
    let ran = world.run(&[&files[..], &["--certificates", &file, "--format", "json"]].concat());
    assert_eq!((ran.code, &*ran.err), (0, ""));
    let summary: Json = serde_json::from_str(&ran.out).unwrap();
    let made = &summary["certificates"];
    assert_eq!((&made["count"], &made["cut_by_a_joint_limit"]), (&1.into(), &2.into()));
    assert_eq!(world.run(&["verify", &file]).code, 0);
    let ran = world.run(&[&files[..], &["--certificates", &file, "--force"]].concat());
    assert!(
        ran.out.contains("2 without one, cut by a joint limit: a certificate proves what a plan alone pays"),
        "{ran:?}"
    );

    let [stay, days] = [PLANS[0], PLANS[3]].map(|plan| &member.covers[plan]);
    let other = json!({ "enrollment": stay.json(), "history": [stay.claims[0].json()] });
    let case = json!({ "enrollment": days.json(), "other_covers": [other], "claim": days.claims[0].json() });
    let case = world.write("case.json", &case.to_string());
    for (option, file) in [("--certificate", "case.certificate.json"), ("--workbook", "case.xlsx")] {
        let ran = world.run(&["adjudicate", &case, option, &world.path(file)]);
        assert_eq!(ran.code, 1);
        assert!(ran.err.contains("a joint limit cuts the claim"), "{ran:?}");
        assert!(!PathBuf::from(world.path(file)).exists());
    }
    let ran = world.run(&["adjudicate", &case, "--curve", "hospital_days"]);
    assert!(ran.out.contains("This is what the plan alone pays; a joint limit leaves 500.00 yuan"), "{ran:?}");
}

/// What is cut and what is taken back has no certificate, and yet a batch says it, so that the certificates of the member's other claims go on from it.
#[test]
fn the_certificates_of_a_batch_go_on_from_what_is_cut_and_taken_back() {
    for (seed, (per, amount)) in (1..).zip(SCOPES) {
        let world = World::new(&format!("certified-{per}"), amount, per);
        let members = with_sound_reversals(&world.catalog, members(60, seed, false));
        let (claims, enrollments) = world.write_rows(&members, false);
        let job = Job::new(claims, enrollments, world.path("payouts.csv")).certificates(world.path("all.jsonl"));
        let run = batch::run(&job, &world.catalog, &()).unwrap();
        let made = run.certificates().unwrap();
        let text = world.read("all.jsonl");
        let held = huzhu::verify::batch(text.as_bytes()).unwrap_or_else(|flaw| panic!("{per}: {flaw}"));
        assert_eq!((held.count(), held.root(), held.continued()), (made.count, &*made.root, 0), "{per}");
        let lines = |kind: &str| text.lines().filter(|line| line.starts_with(kind)).count();
        let (postings, reversals) = (lines("{\"posting\":"), lines("{\"reversal\":"));
        assert_eq!(u64::try_from(postings).unwrap(), made.cut, "{per}");
        assert!(postings > 0 && reversals > 0 && held.moves() == u64::try_from(postings + reversals).unwrap(), "{per}");
        assert_eq!(crate::forgery::python::judge([text]), ["holds"], "{per}");
    }
}

#[test]
fn an_audit_takes_what_joint_limits_leave_as_right_and_names_them_where_they_are_ignored() {
    let world = World::new("audit", 4_500, "period");
    let (claims, enrollments) = world.write_rows(&[one_member()], false);
    let audit = |recorded: &str, options: &[&str]| {
        let recorded = world.write("recorded.csv", &format!("claim_id,payable\n{recorded}"));
        let out = world.path("differences.csv");
        let files =
            ["audit", "-c", &claims, "-e", &enrollments, "-r", &recorded, "-o", &out, "--format", "json", "--force"];
        let ran = world.run(&[&files[..], options].concat());
        (ran.code, world.read("differences.csv"), serde_json::from_str::<Json>(&ran.out).unwrap())
    };
    let (code, differences, summary) = audit("stay,4000.00\ndays,500.00\ndrugs,0.00\n", &["--rounding"]);
    assert_eq!((code, differences.lines().count()), (0, 1), "{differences}");
    let fits = summary["roundings"].as_array().unwrap();
    assert!(fits.len() > 20 && fits.iter().all(|fit| fit["explained"] == 3), "{fits:?}");
    let (code, differences, _) = audit("stay,4000.00\ndays,1200.00\ndrugs,500.00\n", &[]);
    let expected = [
        "claim_id,recorded,recomputed,difference,causes,details",
        "days,1200.00,500.00,700.00,joint-limit-ignored,joint-limit-ignored(guangdong-family)",
        "drugs,500.00,0.00,500.00,joint-limit-ignored,joint-limit-ignored(guangdong-family)",
    ];
    assert_eq!((code, differences.lines().collect::<Vec<_>>()), (1, expected.to_vec()));
}

// ── what cannot be applied ────────────────────────────────────────────────

#[test]
fn a_folder_whose_joint_limits_cannot_be_applied_is_refused_by_every_command() {
    let world = World::new("refused", 4_500, "period");
    let backwards = [PLANS[3], PLANS[0]];
    world.write("rules/two.joint.toml", &joint("two", &backwards, 1_000, "event"));
    let (claims, enrollments) = world.write_rows(&[one_member()], false);
    let case = world.write("case.json", &format!(r#"{{"enrollment": {{"plan": "{}"}}}}"#, PLANS[0]));
    let out = world.path("out.csv");
    let files = ["--claims", &claims, "--enrollments", &enrollments, "--out", &out];
    let commands: [&[&str]; 3] = [&["check"], &["adjudicate", &case], &[&["batch"], &files[..]].concat()];
    for command in commands {
        let ran = world.run(command);
        assert_eq!(ran.code, 1, "{ran:?}");
        let said = format!("{}{}", ran.out, ran.err);
        assert!(said.contains("joint-order"), "{said}");
        let at_odds =
            "`guangdong-hospital-allowance` is served before `guangdong-second-medical` here, and after it by";
        assert!(said.contains(at_odds), "{said}");
    }
    let ring = [[PLANS[0], PLANS[1]], [PLANS[1], PLANS[2]], [PLANS[2], PLANS[0]]];
    let limits: Vec<(String, Vec<u8>)> = (0..)
        .zip(ring)
        .map(|(number, plans)| {
            let id = format!("l{number}");
            (format!("{id}.joint.toml"), joint(&id, &plans, 1_000, "event").into_bytes())
        })
        .collect();
    let packs = fs::read_dir(world.path("rules")).unwrap().map(|entry| entry.unwrap().path());
    let packs = packs.filter(|path| !path.to_string_lossy().ends_with(".joint.toml"));
    let packs = packs.map(|path| (path.to_string_lossy().into_owned(), fs::read(&path).unwrap()));
    let wrong = Catalog::read(packs.chain(limits)).unwrap_err();
    assert_eq!(
        wrong.iter().map(|wrong| (wrong.path(), wrong.code().name())).collect::<Vec<_>>(),
        [("l2.joint.toml", "joint-order")]
    );
}
