//! The program of a certificate: its form, and that each part refers to what is there.

use super::account::{Prior, Scope};
use super::bounds::Bounds;
use super::canonical::Json;
use super::flaw::{Flaw, Place};
use super::inputs::{Facts, fact, places_of, provenance, source};
use super::members::{self, Members};
use super::step::{Before, Step};
use super::value::Kind;

/// The version of the format that a certificate, its program and its batch are of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Edition {
    One,
    /// States what facts and earlier amounts may be, and whose account they stand in.
    Two,
}

impl Edition {
    pub(super) fn number(self) -> u8 {
        match self {
            Edition::One => 1,
            Edition::Two => 2,
        }
    }
}

#[derive(Debug)]
pub(super) struct Program {
    pub(super) edition: Edition,
    pub(super) plan: String,
    pub(super) version: String,
    pub(super) facts: Facts,
    pub(super) priors: Vec<Prior>,
    pub(super) steps: Vec<Step>,
    /// Each with the step that says whether it holds.
    pub(super) identities: Vec<(String, usize)>,
    /// Each with the step that says whether it is met.
    pub(super) conditions: Vec<(String, usize)>,
    pub(super) benefits: Vec<Benefit>,
    pub(super) outcome: Outcome,
    /// Entries, each with the step that is posted.
    pub(super) posts: Vec<(String, usize)>,
}

#[derive(Debug)]
pub(super) struct Benefit {
    pub(super) id: String,
    pub(super) applies: usize,
    pub(super) gross: usize,
    pub(super) lines: Vec<Line>,
}

#[derive(Debug)]
pub(super) struct Line {
    pub(super) leaves: usize,
    /// The code of the reason, where this line is why nothing is due.
    pub(super) reason: &'static str,
}

#[derive(Debug)]
pub(super) struct Outcome {
    pub(super) cleared: usize,
    pub(super) coverage_start: usize,
    pub(super) eligible: usize,
    pub(super) event_date: usize,
    pub(super) payable: usize,
    pub(super) sound: usize,
}

const FORMATS: [(&str, Edition); 2] = [("huzhu-program/1", Edition::One), ("huzhu-program/2", Edition::Two)];

/// The kinds of lines, with the reason that each gives where it leaves nothing.
const LINE_KINDS: [(&str, &str); 12] = [
    ("pay", "rate-is-zero"),
    ("bands", "rate-is-zero"),
    ("deductible", "deductible-not-met"),
    ("limit", "limit-reached"),
    ("less", "offset-by-others"),
    ("offset", "offset-by-others"),
    ("exclusive", "excluded-by-others"),
    ("waiting", "waiting-period"),
    ("franchise", "franchise-not-met"),
    ("minimum", "rate-is-zero"),
    ("add", "rate-is-zero"),
    ("rounding", "rounded-to-nothing"),
];

impl Program {
    pub(super) fn read(json: &Json<'_>, place: &Place<'_>) -> Result<Program, Flaw> {
        let mut members = Members::of(json, place)?;
        let edition = members.one_of("format", &FORMATS)?;
        let (plan, version) = plan(&members.take("plan")?.value, &place.member("plan"))?;
        let facts = each(&mut members, place, "facts", |members, place| fact(members, edition, place))?;
        let facts = Facts::of(facts, &place.member("facts"))?;
        let sources = each(&mut members, place, "sources", source)?;
        let priors = each(&mut members, place, "priors", |members, place| prior(members, edition, place))?;
        let mut steps = Vec::new();
        let steps_place = place.member("steps");
        for (number, step) in members.list("steps")?.iter().enumerate() {
            let before = Before { facts: &facts, sources: &sources, priors: priors.len(), steps: &steps };
            let step = Step::read(step, before, &steps_place.item(number)).map_err(|flaw| flaw.of_step(number))?;
            steps.push(step);
        }
        let identities = each(&mut members, place, "identities", |members, place| {
            members.words("text")?;
            Ok((members.text("id")?.to_owned(), step_of(members, place, "holds", &steps, Kind::Truth)?))
        })?;
        let conditions = each(&mut members, place, "conditions", |members, place| {
            members.words("clause")?;
            members.words("text")?;
            provenance(members)?;
            members.one_of("otherwise", &[("deny", ()), ("pend", ())])?;
            Ok((members.text("id")?.to_owned(), step_of(members, place, "met", &steps, Kind::Truth)?))
        })?;
        let benefits = each(&mut members, place, "benefits", |members, place| benefit(members, place, &steps))?;
        let outcome = outcome(&members.take("outcome")?.value, &place.member("outcome"), &steps)?;
        let posts = each(&mut members, place, "posts", |members, place| {
            Ok((members.text("entry")?.to_owned(), step_of(members, place, "step", &steps, Kind::Number)?))
        })?;
        places_of(posts.iter().map(|(entry, _)| entry), &place.member("posts"))?;
        members.end()?;
        Ok(Program { edition, plan, version, facts, priors, steps, identities, conditions, benefits, outcome, posts })
    }
}

/// Reads every object of a list.
fn each<T>(
    members: &mut Members<'_, '_, '_>,
    place: &Place<'_>,
    name: &str,
    read: impl Fn(&mut Members<'_, '_, '_>, &Place<'_>) -> Result<T, Flaw>,
) -> Result<Vec<T>, Flaw> {
    let place = place.member(name);
    let items = members.list(name)?.iter().enumerate().map(|(number, item)| {
        let place = place.item(number);
        let mut members = Members::of(item, &place)?;
        let read = read(&mut members, &place)?;
        members.end()?;
        Ok(read)
    });
    items.collect()
}

/// A member that is a step of a type.
fn step_of(
    members: &mut Members<'_, '_, '_>,
    place: &Place<'_>,
    name: &str,
    steps: &[Step],
    kind: Kind,
) -> Result<usize, Flaw> {
    let step = usize::try_from(members.whole(name)?).ok();
    let known = step.filter(|step| steps.get(*step).is_some_and(|step| step.kind == kind));
    known.ok_or_else(|| {
        let message = (format!("不是值为{}的步", kind.zh()), format!("it is no step that is {}", kind.en()));
        Flaw::new(place.member(name), message.0, message.1)
    })
}

/// The id and the version.
fn plan(json: &Json<'_>, place: &Place<'_>) -> Result<(String, String), Flaw> {
    let mut members = Members::of(json, place)?;
    members.text("fingerprint")?;
    members.words("title")?;
    let plan = (members.text("id")?.to_owned(), members.text("version")?.to_owned());
    members.end()?;
    Ok(plan)
}

fn prior(members: &mut Members<'_, '_, '_>, edition: Edition, place: &Place<'_>) -> Result<Prior, Flaw> {
    let entry = members.text("entry")?.to_owned();
    let scope = members.one_of("scope", &Scope::ALL)?;
    let bounds = match edition {
        Edition::One => None,
        Edition::Two => Some(Bounds::of_entry(members, &entry, place)?),
    };
    Ok(Prior { entry, scope, bounds })
}

fn benefit(members: &mut Members<'_, '_, '_>, place: &Place<'_>, steps: &[Step]) -> Result<Benefit, Flaw> {
    members.words("clause")?;
    members.words("title")?;
    provenance(members)?;
    let lines = each(members, place, "lines", |members, place| {
        members.words("clause")?;
        members.words("text")?;
        let reason = members.one_of("step", &LINE_KINDS)?;
        Ok(Line { leaves: step_of(members, place, "leaves", steps, Kind::Number)?, reason })
    })?;
    if lines.is_empty() {
        return Err(Flaw::new(place.member("lines"), "不能为空", "it must not be empty"));
    }
    Ok(Benefit {
        id: members.text("id")?.to_owned(),
        applies: step_of(members, place, "applies", steps, Kind::Truth)?,
        gross: step_of(members, place, "gross", steps, Kind::Number)?,
        lines,
    })
}

fn outcome(json: &Json<'_>, place: &Place<'_>, steps: &[Step]) -> Result<Outcome, Flaw> {
    let mut members = Members::of(json, place)?;
    let mut step = |name: &str, kind: Kind| step_of(&mut members, place, name, steps, kind);
    let outcome = Outcome {
        cleared: step("cleared", Kind::Truth)?,
        coverage_start: step("coverage_start", Kind::Date)?,
        eligible: step("eligible", Kind::Truth)?,
        event_date: step("event_date", Kind::Date)?,
        payable: step("payable", Kind::Number)?,
        sound: step("sound", Kind::Truth)?,
    };
    members.end()?;
    Ok(outcome)
}

/// Checks a list of one kind of steps by name, as `members` reads it.
pub(super) fn items<'j, 't>(json: &'j Json<'t>, length: usize, place: &Place<'_>) -> Result<&'j [Json<'t>], Flaw> {
    let items = members::list(json, place)?;
    if items.len() == length {
        return Ok(items);
    }
    let found = items.len();
    Err(Flaw::new(place, format!("应有 {length} 项，有 {found} 项"), format!("it has {found} items, not {length}")))
}
