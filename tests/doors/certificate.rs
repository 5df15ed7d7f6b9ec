//! Any bytes as a certificate or a batch: the checker in Rust and the one in Python accept both, or refuse both.
//!
//! Bytes that begin like JSON are taken as they are, and once more with all digests made right. All others say what a forger changes in a certificate or a
//! batch that holds, with all digests and the root right again; or who works all values out again, too, so that only a bound or an account is broken.

use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{LazyLock, Mutex, PoisonError};

use huzhu::certificate::Roll;
use huzhu::{Catalog, Certifier, Claim, Enrollment, verify};
use serde_json::{Value as Json, json};

use super::choices::Choices;
use super::{expression, is_one_of, root};
use crate::forgery::forge;

/// Of so many certificates that Rust refuses, Python is asked of one; of those that Rust accepts, of each.
const REFUSED_IN_PYTHON: u32 = 16;

pub(super) fn text(bytes: &[u8]) {
    if bytes.first().is_none_or(|first| *first == b'{') {
        both_say_the_same(bytes);
        if let Some(lines) = lines(bytes) {
            both_say_the_same(sealed(&lines).as_bytes());
        }
    } else {
        forged(&mut Choices::of(bytes));
    }
}

/// The JSON of each line.
fn lines(bytes: &[u8]) -> Option<Vec<Json>> {
    let text = str::from_utf8(bytes).ok()?;
    text.lines().map(|line| serde_json::from_str(line).ok()).collect()
}

fn sealed(lines: &[Json]) -> String {
    lines.iter().map(|line| forge::sealed(line.clone()) + "\n").collect()
}

/// The same, where most lines are still what they were.
fn sealed_where_changed(lines: &[Json], held: &Held) -> String {
    let was = |line: &Json| held.lines.iter().position(|held| held == line).map(|place| held.texts[place].clone());
    lines.iter().map(|line| was(line).unwrap_or_else(|| forge::sealed(line.clone())) + "\n").collect()
}

fn forged(choices: &mut Choices<'_>) {
    let held = &HOLD[usize::from(choices.next()) % HOLD.len()];
    let mut lines = held.lines.clone();
    let (is_batch, program) = (lines.len() > 1, lines[0]["program_digest"].clone());
    let works_out_again = choices.next().is_multiple_of(8);
    for _ in 0..=choices.below(3) {
        let line = usize::from(choices.next()) % lines.len();
        change(&mut lines[line], choices);
    }
    if choices.next().is_multiple_of(8) {
        change_a_list(&mut lines, choices);
    }
    if is_batch
        && lines[0] != held.lines[0]
        && let Ok(first) = serde_json::from_str::<Json>(&forge::sealed(lines[0].clone()))
    {
        // a changed program is the one that the lines after it name
        lines.iter_mut().filter(|line| line.get("program_digest") == Some(&program)).for_each(|line| {
            line["program_digest"] = first.get("program_digest").cloned().unwrap_or_default();
        });
    }
    let mut text = sealed_where_changed(&lines, held);
    if works_out_again && let Some(again) = PYTHON.lock().unwrap_or_else(PoisonError::into_inner).again(&text) {
        text = again;
    }
    if is_batch {
        text = rolled(&text).unwrap_or(text);
    }
    both_say_the_same(text.as_bytes());
}

/// Goes down to a value and puts another in its place.
fn change(json: &mut Json, choices: &mut Choices<'_>) {
    match json {
        Json::Object(members) if !members.is_empty() && !choices.next().is_multiple_of(16) => {
            let names: Vec<String> = members.keys().cloned().collect();
            let name = &names[usize::from(choices.next()) % names.len()];
            match choices.next() {
                255 => drop(members.remove(name)),
                254 => drop(members.insert("zz".to_owned(), Json::Null)),
                _ => change(&mut members[name], choices),
            }
        }
        Json::Array(items) if !items.is_empty() && !choices.next().is_multiple_of(16) => {
            let place = choices.below(items.len());
            change(&mut items[place], choices);
        }
        Json::Array(items) => change_a_list(items, choices),
        other => *other = another(other, choices),
    }
}

fn change_a_list(items: &mut Vec<Json>, choices: &mut Choices<'_>) {
    let Some(most) = items.len().checked_sub(1) else { return items.push(Json::Null) };
    let (from, to) = (usize::from(choices.next()).min(most), usize::from(choices.next()).min(most));
    match choices.next() % 3 {
        0 => drop(items.remove(from)),
        1 => items.insert(to, items[from].clone()),
        _ => items.swap(from, to),
    }
}

fn another(value: &Json, choices: &mut Choices<'_>) -> Json {
    let written = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    match choices.next() % 16 {
        0 => Json::Null,
        1 => json!(true),
        2 => json!(false),
        3 => json!({}),
        4 => json!([]),
        5 => json!(choices.below(1 << 20)),
        6 => json!(1_u64 << 53),
        7 => json!(choices.below(1 << 20).to_string()),
        8 => json!(format!("{}.{:02}", choices.below(1 << 20), choices.below(100))),
        9 => json!(format!("-{written}")),
        10 => json!(format!("{written}.5")),
        11 => json!(format!("20{:02}-{:02}-{:02}", choices.below(100), choices.below(14), choices.below(33))),
        12 => json!(format!("{written}0")),
        13 => json!("79228162514264337593543950336"),
        14 => json!(
            ["deny", "pend", "paid", "denied", "pended", "n", "d", "b", "t", "year", "period"]
                [usize::from(choices.next()) % 11]
        ),
        _ => json!(choices.next()),
    }
}

/// The lines with a last line of their own.
fn rolled(text: &str) -> Option<String> {
    let mut file = Vec::new();
    let mut roll = Roll::to(&mut file);
    let (lines, _) = text.trim_end().rsplit_once('\n')?;
    for line in lines.lines() {
        roll.append(line).ok()?;
    }
    roll.end().ok()?;
    String::from_utf8(file).ok()
}

/// A certificate or a batch that holds, line by line.
struct Held {
    lines: Vec<Json>,
    texts: Vec<String>,
}

impl Held {
    fn of(text: &str) -> Held {
        Held {
            lines: lines(text.as_bytes()).expect("each line is JSON"),
            texts: text.lines().map(str::to_owned).collect(),
        }
    }
}

/// Certificates and batches that hold, of a small pack.
static HOLD: LazyLock<Vec<Held>> = LazyLock::new(|| {
    let catalog = Catalog::read([("pack.toml".to_owned(), expression::usual().into_bytes())]);
    let catalog = catalog.expect("the pack is right");
    let certifier = Certifier::new(&catalog);
    let cover = Enrollment::new("E1", "example", "M1").with("shares", 2).unwrap();
    let cover = cover.with("coverage_start", "2025-01-01").unwrap().with("coverage_end", "2025-12-31").unwrap();
    let bill = |id: &str, day: &str, burden: &str| {
        (cover.clone(), Claim::new(id).with("event_date", day).unwrap().with("personal_burden", burden).unwrap())
    };
    let mut graded = bill("C3", "2025-05-01", "0");
    graded.1 = graded.1.with("disability_grade", 9).unwrap();
    let late = bill("C4", "2026-02-01", "100");
    let open = (cover.clone(), Claim::new("C5").with("event_date", "2025-06-01").unwrap());
    let (first, second) = (bill("C1", "2025-01-10", "19000.5"), bill("C2", "2025-02-10", "2019.87"));
    let back = (cover.clone(), Claim::reversal("R1", "C1"));
    let histories =
        [vec![first.clone(), second.clone(), back, graded.clone()], vec![late.clone(), open.clone(), second.clone()]];
    let mut hold = Vec::new();
    for history in histories {
        let mut file = Vec::new();
        let mut roll = Roll::to(&mut file);
        for record in certifier.certify_history(&history).unwrap() {
            roll.record(&record).unwrap();
        }
        roll.end().unwrap();
        hold.push(Held::of(str::from_utf8(&file).unwrap()));
    }
    let plan = catalog.plans().next().unwrap();
    for (cover, claim) in [first, second, graded, late, open] {
        let certificate = plan.program().certify(&cover, &claim, &huzhu::Accumulators::new()).unwrap();
        hold.push(Held::of(&certificate.to_text()));
    }
    hold
});

fn both_say_the_same(bytes: &[u8]) {
    let in_rust = if verify::begins_a_batch(bytes) {
        verify::batch(bytes).map(|batch| {
            let mut programs = batch.programs().to_vec();
            programs.sort();
            format!("holds {} {}", programs.join(","), batch.root())
        })
    } else {
        verify::certificate(bytes).map(|held| {
            let root = held.inclusion().map_or("None", |inclusion| inclusion.root());
            format!("holds {} {root}", held.program_digest())
        })
    };
    if let Err(flaw) = &in_rust {
        assert!(!flaw.en().contains('\n') && !flaw.zh().contains('\n'));
        if !is_one_of(REFUSED_IN_PYTHON, bytes) {
            return;
        }
    }
    let in_python = PYTHON.lock().unwrap_or_else(PoisonError::into_inner).judge(bytes);
    let said = || String::from_utf8_lossy(bytes);
    match in_rust {
        Ok(held) => assert_eq!(held, in_python, "{}", said()),
        Err(flaw) => {
            assert!(in_python.starts_with("refused"), "{in_python}, and in Rust: {flaw}: {}", said());
        }
    }
}

static PYTHON: LazyLock<Mutex<Python>> = LazyLock::new(|| Mutex::new(Python::started()));

/// The checker in Python, which is asked line by line.
struct Python {
    _child: Child,
    asked: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Python {
    fn started() -> Python {
        let script = root().join("tests/doors/judge.py");
        let child = Command::new("python3").arg(script).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
        let mut child = child.expect("there is a python3");
        let (asked, answers) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        Python { _child: child, asked, answers: BufReader::new(answers) }
    }

    fn judge(&mut self, bytes: &[u8]) -> String {
        self.ask("judge", bytes)
    }

    /// A certificate with all that follows from its facts and its earlier amounts, if anything does.
    fn again(&mut self, text: &str) -> Option<String> {
        let answer = self.ask("again", text.as_bytes());
        answer.strip_prefix("again ").map(|text| text.to_owned() + "\n")
    }

    fn ask(&mut self, what: &str, bytes: &[u8]) -> String {
        let mut digits = String::with_capacity(bytes.len() * 2);
        for byte in bytes {
            write!(digits, "{byte:02x}").expect("a text takes it");
        }
        let mut answer = String::new();
        let told = writeln!(self.asked, "{what} {digits}").and_then(|()| self.answers.read_line(&mut answer));
        assert!(told.is_ok() && answer.ends_with('\n'), "the checker in Python has stopped");
        answer.trim_end().to_owned()
    }
}
