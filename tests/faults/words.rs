//! Categories as people write them, and facts that no plan knows.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::{ArrayRef, RecordBatch, StringArray};
use huzhu::certificate::{Extract, Roll};
use huzhu::{Accumulators, Case, Catalog, Certifier, Claim, Decision, Enrollment, Error, Outcome, batch};

use super::program::{adjudicated, batched, huzhu, input};
use crate::oracle::draw::Draw;

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
    let digest = format!("\"digest\":\"{}\"", alone[0].certificate().unwrap().digest());
    assert!(extracts[0].as_text().contains(&digest), "{}", extracts[0].as_text());
    assert!(extracts[0].as_text().contains(r#""illness_class":"influenza""#));
}

const KIND: &str = "11-category-blank-or-case";

#[test]
fn an_occupation_is_read_as_meant_in_a_batch() {
    let (rows, summary) = batched(&format!("{KIND}/c.csv"), &format!("{KIND}/e.csv"), &[]);
    let paid = rows.iter().filter(|row| row.contains(",paid,")).count();
    assert_eq!((rows.len(), paid), (8, 7), "{rows:?}");
    let seen = &summary["observations"][0];
    assert_eq!((&seen["code"], &seen["column"]), (&"read-as-meant".into(), &"occupation".into()), "{summary}");
    assert_eq!((&seen["rows"], &seen["first_row"]), (&6.into(), &2.into()), "{summary}");
    assert!(seen["text"].as_str().unwrap().contains("`courier ` of `occupation` is read as `courier`"), "{summary}");
}

#[test]
fn a_class_of_illness_is_read_as_meant_or_told_to_be_near() {
    let known = adjudicated(&format!("{KIND}/illness-16.json"));
    let meant = adjudicated(&format!("{KIND}/illness-17.json"));
    assert_eq!((&known["decision"], &known["payable"]), (&meant["decision"], &meant["payable"]));
    assert_eq!((&known["decision"], known.get("notices")), (&"paid".into(), None));
    assert_eq!(meant["notices"][0]["code"], "read-as-meant");
    let text = "`malignant-tumour ` of `illness_class` is read as `malignant-tumour`";
    assert_eq!(meant["notices"][0]["text"], text);

    let near = huzhu(&["adjudicate", &input(&format!("{KIND}/illness-15.json"))]);
    assert_eq!((near.code, near.out.as_str()), (1, ""));
    let said = "`illness_class` has no value `malignant-tumor`; did you mean `malignant-tumour`?";
    assert!(near.err.contains(said), "{}", near.err);
}

/// The claim of the case as the library decides it, its class of illness written so.
fn decided(illness: &str) -> Result<Decision, Error> {
    let catalog = shipped();
    let name = input(&format!("{KIND}/illness-16.json"));
    let case = Case::read(&name, &std::fs::read(&name).unwrap(), &catalog).unwrap();
    let claim = case.claim.with("illness_class", illness)?;
    let plan = catalog.resolve(&case.enrollment, &claim)?;
    let decided = plan.adjudicate(&case.enrollment, &claim, &Accumulators::new())?;
    let alone = plan.decide(&case.enrollment, &claim, &Accumulators::new())?;
    assert_eq!((alone.decision(), alone.payable()), (decided.decision(), decided.payable()));
    Ok(decided.decision())
}

#[test]
fn the_library_reads_a_category_as_a_case_file_does() {
    for meant in
        ["malignant-tumour", "Malignant Tumour", "malignant_tumour\u{200b}", "恶性肿瘤（重度）", "恶性肿瘤(重度)"]
    {
        assert_eq!(decided(meant), Ok(Decision::Paid), "{meant}");
    }
    assert_eq!(decided("influenza"), Ok(Decision::Denied));
    let says = |illness| decided(illness).unwrap_err();
    assert!(says("malignant-tumor").is_fact());
    assert_eq!(
        says("恶性肿瘤").to_string(),
        "`illness_class` has no value `恶性肿瘤`; did you mean `malignant-tumour` or `mild-malignant-tumour`?"
    );
    assert_eq!(
        says(" \u{200b}").to_string(),
        "the value of `illness_class` is blank; a fact that is not known is left out"
    );
}

#[test]
fn a_fact_that_no_plan_knows_is_told_at_the_librarys_door() {
    let error = Claim::new("C").with("hospital_day", 51).unwrap_err();
    assert!(error.is_fact());
    assert_eq!(error.to_string(), "no fact is named `hospital_day`; did you mean `hospital_days`?");
    let error = Enrollment::new("E", "henan-accident", "M").with("share", 2).unwrap_err();
    assert_eq!(error.to_string(), "no fact is named `share`; did you mean `shares`?");
    let error = serde_json::from_str::<Claim>(r#"{"id":"C","hospital_day":51}"#).unwrap_err();
    assert!(error.to_string().starts_with("no fact is named `hospital_day`; did you mean `hospital_days`?"), "{error}");
}

#[test]
fn a_fact_that_the_deciding_plan_does_not_know_is_told_unless_it_is_foreign() {
    let catalog = shipped();
    let cover =
        |plan| Enrollment::new("E", plan, "M").with("shares", 1).unwrap().with("coverage_start", "2025-08-01").unwrap();
    let claim = |fact: &str| Claim::new("C").with("event_date", "2025-08-10").unwrap().with(fact, "2025-08-10");
    let decide = |enrollment: &Enrollment, claim: &Claim| {
        catalog.resolve(enrollment, claim).unwrap().decide(enrollment, claim, &Accumulators::new())
    };

    // a fact of the women's plan, and a slip in its name
    let womens = cover("guangdong-womens-illness");
    assert!(decide(&womens, &claim("confirmed_on").unwrap()).is_ok());
    let error = decide(&womens, &claim("confirmd_on").unwrap()).unwrap_err();
    assert!(error.is_fact());
    assert_eq!(
        error.to_string(),
        "the plan `guangdong-womens-illness` knows no fact `confirmd_on`; did you mean `confirmed_on`?"
    );

    // another plan's fact says nothing to this one; a fact of no plan must be said to be foreign
    let henan = cover("henan-accident");
    assert!(decide(&henan, &claim("confirmed_on").unwrap()).is_ok());
    let error = decide(&henan, &claim("ward").unwrap()).unwrap_err();
    assert_eq!(error.to_string(), "the plan `henan-accident` knows no fact `ward`");
    let foreign = Claim::new("C").with("event_date", "2025-08-10").unwrap().with_foreign("ward", "2025-08-10").unwrap();
    assert!(decide(&henan, &foreign).is_ok());
    let written = serde_json::to_string(&foreign).unwrap();
    assert_eq!(written, r#"{"id":"C","event_date":"2025-08-10","foreign":{"ward":"2025-08-10"}}"#);
    assert_eq!(serde_json::from_str::<Claim>(&written).unwrap(), foreign);

    // a fact that another version of the plan has says nothing to this one
    let second =
        cover("guangdong-second-medical").with("in_hardship", true).unwrap().with("high_risk_trade", true).unwrap();
    let claim = Claim::new("C").with("event_date", "2025-08-10").unwrap();
    assert!(!catalog.resolve(&second, &claim).unwrap().reads("high_risk_trade"));
    assert!(decide(&second, &claim).is_ok());
    // and one of the claim is none of the enrollment
    let misplaced = womens.with("confirmed_on", "2025-08-10").unwrap();
    assert!(decide(&misplaced, &claim).unwrap_err().is_fact());
}

/// An enrollment and a claim in which one category is to be spelt otherwise.
struct Spelt {
    fact: &'static str,
    enrollment: Enrollment,
    claim: Claim,
}

impl Spelt {
    fn of(plan: &str, fact: &'static str, of_enrollment: &[(&str, &str)], of_claim: &[(&str, &str)]) -> Spelt {
        let enrollment = Enrollment::new("E", plan, "M");
        let enrollment = of_enrollment.iter().fold(enrollment, |all, (name, value)| all.with(name, *value).unwrap());
        let claim = of_claim.iter().fold(Claim::new("C"), |all, (name, value)| all.with(name, *value).unwrap());
        Spelt { fact, enrollment, claim }
    }

    fn with(&self, value: &str) -> Result<(Enrollment, Claim), Error> {
        let (enrollment, claim) = (self.enrollment.clone(), self.claim.clone());
        match self.fact {
            "occupation" | "sex" => Ok((enrollment.with(self.fact, value)?, claim)),
            _ => Ok((enrollment, claim.with(self.fact, value)?)),
        }
    }

    fn by_library(&self, catalog: &Catalog, value: &str) -> Result<Outcome, Error> {
        let (enrollment, claim) = self.with(value)?;
        catalog.resolve(&enrollment, &claim)?.decide(&enrollment, &claim, &Accumulators::new())
    }

    /// Decision and amount as a case file that has the text gives them; none if it is refused.
    fn by_case(&self, catalog: &Catalog, value: &str) -> Option<(Decision, String)> {
        let (mut enrollment, mut claim) =
            (serde_json::to_value(&self.enrollment).unwrap(), serde_json::to_value(&self.claim).unwrap());
        match self.fact {
            "occupation" | "sex" => enrollment[self.fact] = value.into(),
            _ => claim[self.fact] = value.into(),
        }
        let file = serde_json::json!({ "enrollment": enrollment, "claim": claim }).to_string();
        let (decided, _) = Case::read("case.json", file.as_bytes(), catalog).ok()?.decide(catalog).ok()?;
        Some((decided.decision(), format!("{:.2}", decided.payable())))
    }

    fn by_batch(&self, catalog: &Catalog, values: &[String]) -> Vec<Option<(String, String)>> {
        let columns = |json: serde_json::Value, id: &str| -> RecordBatch {
            let column = |(name, given): (&String, &serde_json::Value)| {
                let given = given.as_str().map_or_else(|| given.to_string(), str::to_owned);
                let cell = |row: usize| match name.as_str() {
                    "id" | "member" => format!("{given}{row}"),
                    name if name == self.fact => values[row].clone(),
                    _ => given.clone(),
                };
                let name = match name.as_str() {
                    "id" => id,
                    "member" => "member_id",
                    other => other,
                };
                let cells: ArrayRef = Arc::new((0..values.len()).map(|row| Some(cell(row))).collect::<StringArray>());
                (name.to_owned(), cells)
            };
            let mut all: Vec<(String, ArrayRef)> = json.as_object().unwrap().iter().map(column).collect();
            if id == "claim_id" {
                let under: ArrayRef =
                    Arc::new((0..values.len()).map(|row| Some(format!("E{row}"))).collect::<StringArray>());
                all.push(("enrollment_id".to_owned(), under));
            }
            RecordBatch::try_from_iter(all).unwrap()
        };
        let (enrollment, claim) = self.with(&values[0]).unwrap();
        let claims = columns(serde_json::to_value(claim).unwrap(), "claim_id");
        let enrollments = columns(serde_json::to_value(enrollment).unwrap(), "enrollment_id");
        let decided = batch::decide(catalog, &claims, &enrollments).unwrap();
        let text = |name: &str| {
            let column = arrow_cast::cast(decided.payouts.column_by_name(name).unwrap(), &arrow_schema::DataType::Utf8);
            column.unwrap().as_string::<i32>().iter().map(|text| text.unwrap().to_owned()).collect::<Vec<_>>()
        };
        let mut found = vec![None; values.len()];
        for ((claim, decision), payable) in text("claim_id").into_iter().zip(text("decision")).zip(text("payable")) {
            found[claim.trim_start_matches('C').parse::<usize>().unwrap()] = Some((decision, payable));
        }
        found
    }
}

/// A spelling of a value by its name or a title; now and then with a slip.
fn spelling(draw: &mut Draw, names: &[String]) -> String {
    let mut letters: Vec<char> = names[draw.one_of(&[0, 1, 2])].chars().collect();
    if letters.len() > 2 && draw.chance(25) {
        let at = usize::try_from(draw.between(0, i64::try_from(letters.len() - 1).unwrap())).unwrap();
        match draw.one_of(&[0, 1, 2]) {
            0 => drop(letters.remove(at)),
            1 => letters[at] = draw.one_of(&['x', '某']),
            _ => letters.insert(at, 'q'),
        }
    }
    let mut text = draw.one_of(&["", "", " ", "\u{3000}", "\u{feff}", "\t"]).to_owned();
    for letter in letters {
        text.push(match letter {
            '-' | ' ' => draw.one_of(&['-', ' ', '_', '\u{2014}', '\u{a0}']),
            letter if letter.is_ascii_graphic() && draw.chance(20) => {
                char::from_u32(u32::from(letter) + 0xfee0).unwrap()
            }
            letter if draw.chance(30) => letter.to_ascii_uppercase(),
            letter => letter,
        });
        if draw.chance(10) {
            text.push(draw.one_of(&['\u{200b}', '\u{ad}', '\u{2060}']));
        }
    }
    text + draw.one_of(&["", "", " ", "\u{a0}", "\u{200d}"])
}

/// Of each value.
const SPELLINGS: usize = 24;

#[test]
fn any_spelling_of_a_category_gives_the_answer_of_its_value_or_is_refused() {
    let catalog = shipped();
    let cover = |year: &'static str| [("shares", "1"), ("coverage_start", year), ("birth_date", "1990-05-05")];
    let gansu = [&cover("2022-01-01")[..], &[("coverage_end", "2022-12-31")]].concat();
    let guangdong = [&cover("2025-07-01")[..], &[("coverage_end", "2026-06-30")]].concat();
    let stay = [("event_date", "2022-03-01"), ("cause", "illness"), ("hospital_days", "3"), ("hospital_grade", "3")];
    let stay = [&stay[..], &[("in_pool_burden", "1000.00"), ("personal_burden", "900.00")]].concat();
    let illness = [("event_date", "2026-03-01"), ("confirmed_on", "2026-03-01"), ("cause", "illness")];
    let cancer = [&illness[..], &[("illness_class", "breast-cancer")]].concat();
    let woman = [&guangdong[..], &[("sex", "female")]].concat();
    let courier = [&gansu[..], &[("occupation", "courier")]].concat();
    let accident = [("event_date", "2026-03-01"), ("cause", "accident"), ("personal_burden", "2019.87")];
    let accident = [&accident[..], &[("hospital_days", "51"), ("death", "false")]].concat();
    let all = [
        (Spelt::of("gansu-comprehensive", "occupation", &gansu, &stay), gansu_values(&catalog, "occupation")),
        (Spelt::of("gansu-comprehensive", "illness_class", &courier, &stay), gansu_values(&catalog, "illness_class")),
        (
            Spelt::of("guangdong-critical-illness", "illness_class", &guangdong, &illness[..1]),
            values(&catalog, "guangdong-critical-illness", "illness_class", ILLNESSES),
        ),
        (
            Spelt::of("guangdong-womens-illness", "sex", &guangdong, &cancer),
            values(&catalog, "guangdong-womens-illness", "sex", &["female", "male"]),
        ),
        (
            Spelt::of("guangdong-womens-illness", "illness_class", &woman, &illness),
            values(&catalog, "guangdong-womens-illness", "illness_class", &["breast-cancer", "carcinoma-in-situ"]),
        ),
        (
            Spelt::of("henan-accident", "cause", &guangdong, &accident[..1]),
            values(&catalog, "henan-accident", "cause", &["accident", "sudden-death", "illness"]),
        ),
        (
            Spelt::of("henan-accident", "death", &guangdong, &accident[..4]),
            vec![strings(&["true", "yes", "是"]), strings(&["false", "no", "否"])],
        ),
    ];
    let mut draw = Draw::seeded(5);
    let (mut same, mut refused, mut paid) = (0, 0, 0);
    for (spelt, values) in all {
        for names in values {
            let known = spelt.by_library(&catalog, &names[0]).unwrap();
            let known = (known.decision(), format!("{:.2}", known.payable()));
            let spellings: Vec<String> =
                [names[0].clone()].into_iter().chain((1..SPELLINGS).map(|_| spelling(&mut draw, &names))).collect();
            for (text, batch) in spellings.iter().zip(spelt.by_batch(&catalog, &spellings)) {
                let library = spelt.by_library(&catalog, text);
                let library = library.ok().map(|outcome| (outcome.decision(), format!("{:.2}", outcome.payable())));
                let case = spelt.by_case(&catalog, text);
                let said = library.clone().map(|(decision, payable)| (decision.name().to_owned(), payable));
                assert_eq!((&case, &batch), (&library, &said), "{} {text:?}", spelt.fact);
                match library {
                    Some(library) => {
                        assert_eq!(library, known, "{} {text:?} of {names:?}", spelt.fact);
                        same += 1;
                        paid += usize::from(library.0 == Decision::Paid);
                    }
                    None => refused += 1,
                }
            }
        }
    }
    assert!(same > 400 && refused > 100 && paid > 200, "{same} {refused} {paid}");
}

const ILLNESSES: &[&str] =
    &["malignant-tumour", "mild-malignant-tumour", "organ-transplant", "stroke-sequelae", "bypass-surgery"];

fn gansu_values(catalog: &Catalog, fact: &str) -> Vec<Vec<String>> {
    let known: &[&str] = match fact {
        "occupation" => &["courier", "food-delivery-rider", "truck-driver", "care-worker", "security-guard"],
        _ => &["severe-malignancy", "coronary-bypass", "deep-coma"],
    };
    values(catalog, "gansu-comprehensive", fact, known)
}

/// Each value's name with its titles.
fn values(catalog: &Catalog, plan: &str, fact: &str, known: &[&str]) -> Vec<Vec<String>> {
    let plan = catalog.versions(plan).last().unwrap();
    let names = |value: &&str| {
        let title = plan.value_title(fact, value).unwrap();
        vec![(*value).to_owned(), title.zh.clone(), title.en.clone()]
    };
    known.iter().map(names).collect()
}

fn strings(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}
