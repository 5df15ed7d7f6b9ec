//! One certificate.

use super::MAX_BYTES;
use super::account::{Posts, Standing};
use super::canonical::{self, Json, Member};
use super::changed;
use super::conclusion::Worked;
use super::digest::Digest;
use super::flaw::{Flaw, Place};
use super::foreign;
use super::members::{self, Members};
use super::number::Number;
use super::program::{self, Edition, Program};
use super::tree::Inclusion;
use super::value::{Kind, Value};

const FORMATS: [(&str, Edition); 2] = [("huzhu-certificate/1", Edition::One), ("huzhu-certificate/2", Edition::Two)];

/// What a certificate says that holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    edition: Edition,
    claim: String,
    enrollment: String,
    member: Option<String>,
    plan: String,
    version: String,
    decision: &'static str,
    payable: String,
    digest: String,
    program_digest: String,
    inclusion: Option<Inclusion>,
}

impl Verified {
    /// The version of the format, 1 or 2. A certificate of version 1 states of facts and earlier amounts no more than their type: neither that days and shares
    /// are whole, nor that nothing is negative or out of bounds.
    #[must_use]
    pub fn format(&self) -> u8 {
        self.edition.number()
    }

    /// The id of the claim.
    #[must_use]
    pub fn claim(&self) -> &str {
        &self.claim
    }

    /// The id of the enrollment.
    #[must_use]
    pub fn enrollment(&self) -> &str {
        &self.enrollment
    }

    /// The id of the member, which version 1 does not state.
    #[must_use]
    pub fn member(&self) -> Option<&str> {
        self.member.as_deref()
    }

    /// The id of the plan, by its program.
    #[must_use]
    pub fn plan(&self) -> &str {
        &self.plan
    }

    /// The version of the plan, by its program.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    /// `paid`, `nothing-due`, `denied` or `pended`.
    #[must_use]
    pub fn decision(&self) -> &'static str {
        self.decision
    }

    /// The amount in yuan, in the canonical form: `7119.87`, `0`.
    #[must_use]
    pub fn payable(&self) -> &str {
        &self.payable
    }

    /// The digest of the certificate.
    #[must_use]
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// The digest of the program. That it is the pack's is for the reader to compare with the published one.
    #[must_use]
    pub fn program_digest(&self) -> &str {
        &self.program_digest
    }

    /// The place in a batch, if the certificate proves one. That the root is the noted one is for the reader to compare.
    #[must_use]
    pub fn inclusion(&self) -> Option<&Inclusion> {
        self.inclusion.as_ref()
    }
}

/// Checks one certificate, the bytes of its file.
///
/// # Errors
///
/// The first [`Flaw`] found, if anything does not hold.
pub fn certificate(bytes: &[u8]) -> Result<Verified, Flaw> {
    if bytes.len() > MAX_BYTES {
        return Err(Flaw::new("", "超过 64 MiB", "it is longer than 64 MiB"));
    }
    let read = canonical::text_of(bytes).and_then(|text| canonical::read(text.strip_suffix('\n').unwrap_or(text)));
    let json = read.map_err(|flaw| foreign::told(bytes, flaw))?;
    let is_of_certificate = |member: &Member<'_>| matches!(&*member.name, "program" | "conclusion" | "values");
    if !matches!(&json, Json::Object(members) if members.iter().any(is_of_certificate)) {
        return Err(foreign::told(bytes, Flaw::new("", "不是凭证", "it is no certificate")));
    }
    let place = Place::Whole;
    let mut members = Members::of(&json, &place)?;
    let program = members.take("program")?;
    let inclusion = members.take_if_there("inclusion");
    let program_digest = Digest::of(&[program.text.as_bytes()]);
    let program = Program::read(&program.value, &place.member("program")).map_err(of_the_rules)?;
    let Checked { digest, verified, .. } = body(&json, members, &program, program_digest)?;
    let inclusion = inclusion.map(|member| Inclusion::read(&member.value, digest, &place.member("inclusion")));
    let inclusion = inclusion.transpose().map_err(|flaw| {
        flaw.of_a_change("不能证明凭证在所称的批次中", "the proof that the certificate is in its batch does not hold")
    })?;
    Ok(Verified { inclusion, ..verified })
}

/// A flaw in the program.
pub(super) fn of_the_rules(flaw: Flaw) -> Flaw {
    flaw.of_a_change("凭证中的规则（程序）被改动过", "the rules in the certificate, its program, were changed")
}

/// What a certificate says that holds, and how its claim stands in its account.
pub(super) struct Checked {
    pub(super) digest: Digest,
    pub(super) verified: Verified,
    pub(super) standing: Standing,
    /// What it inherits, in the order of the program.
    pub(super) priors: Vec<Option<Number>>,
    /// What it adds, if it is decided.
    pub(super) posts: Option<Posts>,
}

/// Checks what stands in a certificate beside program and inclusion. What was worked out wrong is said before what was hashed wrong, since it tells more.
pub(super) fn body(
    json: &Json<'_>,
    mut members: Members<'_, '_, '_>,
    program: &Program,
    program_digest: Digest,
) -> Result<Checked, Flaw> {
    let place = Place::Whole;
    if members.one_of("format", &FORMATS)? != program.edition {
        return Err(Flaw::new("format", "与程序的版本不同", "its program is of another version"));
    }
    let (claim, enrollment) = (members.text("claim")?.to_owned(), members.text("enrollment")?.to_owned());
    let member = match program.edition {
        Edition::One => None,
        Edition::Two => Some(members.text("member")?.to_owned()),
    };
    let facts = facts(&members.take("facts")?.value, program, &place.member("facts"))?;
    let (priors, prior_missing) = priors(&members.take("priors")?.value, program, &place.member("priors"))?;
    let values = values(&members.take("values")?.value, program, &facts, &priors)?;
    let worked = Worked { program, values: &values, prior_missing: &prior_missing };
    let (decision, payable) = conclusion(&members.take("conclusion")?.value, worked, &place.member("conclusion"))?;
    let (stated_program, stated) = (members.digest("program_digest")?, members.digest("digest")?);
    members.end()?;
    same_digest(stated_program, program_digest, "program_digest").map_err(|flaw| {
        flaw.of_a_change(
            "凭证中的规则（程序）不是出具时的规则",
            "the rules in the certificate are not those that it was issued with",
        )
    })?;
    let digest = digest_of(json);
    same_digest(stated, digest, "digest").map_err(|flaw| {
        flaw.of_a_change(
            "凭证的内容不是出具时的内容：理赔编号、参保编号或不影响金额的事实被改动过，或改动后重算了金额",
            "the content is not the one that the digest was made of: the id of the claim or the enrollment was changed, or a fact with all that follows from it",
        )
    })?;
    let date = |step: usize| values.get(step).and_then(|value| value.date());
    let standing = Standing {
        claim: claim.clone(),
        enrollment: enrollment.clone(),
        event_date: date(program.outcome.event_date),
        coverage_start: date(program.outcome.coverage_start),
    };
    let number = |step: usize| values.get(step).and_then(|value| value.number());
    let posts = program.posts.iter().map(|(entry, step)| (entry.clone(), number(*step)));
    let posts = matches!(decision, "paid" | "nothing-due").then(|| posts.collect());
    let priors = priors.iter().map(|value| value.number()).collect();
    let verified = Verified {
        edition: program.edition,
        claim,
        enrollment,
        member,
        plan: program.plan.clone(),
        version: program.version.clone(),
        decision,
        payable,
        digest: digest.to_string(),
        program_digest: program_digest.to_string(),
        inclusion: None,
    };
    Ok(Checked { digest, verified, standing, priors, posts })
}

pub(super) fn same_digest(stated: Digest, found: Digest, name: &str) -> Result<(), Flaw> {
    if stated == found {
        return Ok(());
    }
    Err(Flaw::new(name, format!("应为 {found}"), format!("the digest is {found}")))
}

/// The first place at which what is stated is not what follows.
fn difference(follows: &Json<'_>, stated: &Json<'_>, place: &Place<'_>) -> Flaw {
    match (follows, stated) {
        (Json::List(follows), Json::List(stated)) if follows.len() == stated.len() => {
            let mut items = follows.iter().zip(stated).enumerate();
            match items.find(|(_, (follows, stated))| !follows.is(stated)) {
                Some((number, (follows, stated))) => difference(follows, stated, &place.item(number)),
                None => Flaw::new(place, "与应得的不符", "it is not what follows"),
            }
        }
        (Json::List(follows), Json::List(stated)) => {
            let (follows, stated) = (follows.len(), stated.len());
            Flaw::new(
                place,
                format!("应有 {follows} 项，有 {stated} 项"),
                format!("it has {stated} items, not {follows}"),
            )
        }
        (Json::Object(follows), Json::Object(stated)) => {
            let of = |members: &[Member<'_>], name: &str| members.iter().position(|member| member.name == name);
            if let Some(missing) = follows.iter().find(|member| of(stated, &member.name).is_none()) {
                let name = &missing.name;
                return Flaw::new(place, format!("没有成员 `{name}`"), format!("it has no member `{name}`"));
            }
            if let Some(more) = stated.iter().find(|member| of(follows, &member.name).is_none()) {
                return Flaw::new(place.member(&more.name), "不应有此成员", "it must not be there");
            }
            match follows.iter().zip(stated).find(|(follows, stated)| !follows.value.is(&stated.value)) {
                Some((follows, stated)) => difference(&follows.value, &stated.value, &place.member(&follows.name)),
                None => Flaw::new(place, "与应得的不符", "it is not what follows"),
            }
        }
        (follows, stated) => {
            let (follows, stated) = (follows.brief(), stated.brief());
            Flaw::new(place, format!("应为 {follows}，不是 {stated}"), format!("{follows} follows, not {stated}"))
        }
    }
}

/// The digest of a certificate: of its canonical text without program, digest and inclusion. Since the file is canonical, that is its own text with those cut out.
fn digest_of(json: &Json<'_>) -> Digest {
    let Json::Object(members) = json else { return Digest::of(&[]) };
    let is_covered = |name: &str| !matches!(name, "program" | "digest" | "inclusion");
    let covered = members.iter().filter(|member| is_covered(&member.name)).map(|member| member.whole.as_bytes());
    let mut pieces: Vec<&[u8]> = Vec::new();
    for member in covered {
        pieces.push(if pieces.is_empty() { b"{" } else { b"," });
        pieces.push(member);
    }
    pieces.push(b"}");
    Digest::of(&pieces)
}

/// The facts in the order of the program: each of them, and no other.
fn facts<'j>(json: &'j Json<'_>, program: &Program, place: &Place<'_>) -> Result<Vec<Value<'j>>, Flaw> {
    let Json::Object(members) = json else { return Err(Flaw::new(place, "应为对象", "it must be an object")) };
    let mut facts = vec![None; program.facts.list.len()];
    for member in members {
        let place = place.member(&member.name);
        let number = program.facts.named(&member.name, &place)?;
        if let (Some(fact), Some(slot)) = (program.facts.list.get(number), facts.get_mut(number)) {
            let value = Value::read(&member.value, fact.kind, &place)?;
            fact.check(value, &place)?;
            *slot = Some(value);
        }
    }
    let facts = program.facts.list.iter().zip(facts).map(|(fact, value)| {
        let name = &fact.name;
        value.ok_or_else(|| Flaw::new(place, format!("没有成员 `{name}`"), format!("it has no member `{name}`")))
    });
    facts.collect()
}

/// The value of each prior, and the missing fact without which it has none.
fn priors<'j>(
    json: &'j Json<'_>,
    program: &Program,
    place: &Place<'_>,
) -> Result<(Vec<Value<'j>>, Vec<Option<usize>>), Flaw> {
    let stated = program::items(json, program.priors.len(), place)?.iter().zip(&program.priors).enumerate();
    let priors = stated.map(|(number, (prior, of))| {
        let place = place.item(number);
        let mut members = Members::of(prior, &place)?;
        let value = Value::read(&members.take("value")?.value, Kind::Number, &place.member("value"))?;
        if let (Some(bounds), Value::Number(number)) = (of.bounds, value) {
            bounds.check(number, &place.member("value"))?;
        }
        let missing = &members.take("missing")?.value;
        members.end()?;
        let place = place.member("missing");
        match (value, missing) {
            (Value::Null, missing) => {
                let name = members::text(missing, &place)?;
                Ok((value, Some(program.facts.named(name, &place)?)))
            }
            (_, Json::Null) => Ok((value, None)),
            _ => Err(Flaw::new(place, "应为 `null`", "it must be null")),
        }
    });
    Ok(priors.collect::<Result<Vec<_>, Flaw>>()?.into_iter().unzip())
}

/// Works out every step and compares it.
fn values<'j>(
    json: &'j Json<'_>,
    program: &Program,
    facts: &[Value<'j>],
    priors: &[Value<'j>],
) -> Result<Vec<Value<'j>>, Flaw> {
    let place = Place::Whole;
    let place = place.member("values");
    let stated = program::items(json, program.steps.len(), &place)?;
    let mut values = Vec::with_capacity(stated.len());
    for (number, (step, stated)) in program.steps.iter().zip(stated).enumerate() {
        let place = place.item(number);
        let value = step.value(&values, facts, priors).map_err(|refusal| refusal.flaw(place).of_step(number))?;
        let stated = Value::read(stated, step.kind, &place).map_err(|flaw| flaw.of_step(number))?;
        if stated != value {
            let op = &step.name;
            let [zh_at, en_at] =
                step.at.as_ref().map_or_else(Default::default, |at| [format!("，在 `{at}`"), format!(", of `{at}`")]);
            let zh = format!("应为 {value}，不是 {stated}（第 {number} 步，{op}{zh_at}）");
            let en = format!("{value} follows, not {stated} (step {number}, {op}{en_at})");
            let [zh_what, en_what] = changed::value(step, program);
            return Err(Flaw::new(place, zh, en).of_step(number).of_a_change(zh_what, en_what));
        }
        values.push(value);
    }
    Ok(values)
}

/// Works out the conclusion and compares it.
fn conclusion(json: &Json<'_>, worked: Worked<'_, '_>, place: &Place<'_>) -> Result<(&'static str, String), Flaw> {
    let follows = worked.conclusion(place)?;
    let mut members = Members::of(json, place)?;
    let payable = follows.payable.to_string();
    for (name, text) in [
        ("decision", canonical::quoted(follows.decision.name())),
        ("payable", canonical::quoted(&payable)),
        ("benefits", follows.benefits),
        ("reasons", follows.reasons),
        ("posts", follows.posts),
    ] {
        let stated = members.take(name)?;
        if stated.text != text {
            let follows = canonical::read(&text)?;
            let [zh, en] = changed::conclusion(name, &follows, &stated.value);
            return Err(difference(&follows, &stated.value, &place.member(name)).of_a_change(zh, en));
        }
    }
    members.end()?;
    Ok((follows.decision.name(), payable))
}
