//! A decision with all that it takes to work it out again: what [`mod@crate::certificate_format`] describes.

mod canonical;
mod certifier;
pub(crate) mod conclusion;
mod earlier;
mod extract;
mod line;
pub(crate) mod program;
mod record;
mod roll;
mod tree;
#[cfg(test)]
#[cfg(unix)]
mod trial;

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Map, Value as Json, json};

use crate::accumulator::Accumulators;
use crate::adjudicate::{Adjudication, Detail};
use crate::claim::Claim;
use crate::enrollment::Enrollment;
use crate::error::Error;
use crate::fact::Value;
use crate::plan::Plan;
use crate::reading::formula::Formula;
use crate::reading::formula::evaluate::{Inputs, Values};
use crate::text::{hexadecimal, say};
use canonical::{canonical, decimal, digest};
use conclusion::Conclusion;
use earlier::Earlier;

pub use certifier::Certifier;
pub use extract::Extract;
pub use record::{Move, Record};
pub use roll::Roll;
pub use tree::{Inclusion, Tree};

/// A plan as the steps that decide any claim: what all its certificates share.
///
/// ```
/// # use huzhu::{Accumulators, Catalog, Case};
/// # let catalog = Catalog::load("rules".as_ref())?;
/// # let case = Case::read("zhao.json", &std::fs::read("rules/cases/zhao.json")?, &catalog)?;
/// let plan = catalog.resolve(&case.enrollment, &case.claim)?;
/// let program = plan.program();
/// let certificate = program.certify(&case.enrollment, &case.claim, &Accumulators::new())?;
/// assert!(certificate.to_text().contains(program.digest()));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Program<'p> {
    plan: &'p Plan,
    formula: Formula,
    /// What each earlier amount can be, in the order of the formula's.
    earlier: Vec<Earlier>,
    text: Arc<str>,
    digest: String,
}

impl Plan {
    /// The plan as a program of exact steps. It takes a while; keep it for all claims of the plan.
    #[must_use]
    pub fn program(&self) -> Program<'_> {
        let formula = Formula::of(self);
        let earlier: Vec<Earlier> = formula.priors.iter().map(|prior| Earlier::of(self, *prior)).collect();
        let text = canonical(program::json(self, &formula, &earlier));
        let digest = hexadecimal(&digest(text.as_bytes()));
        Program { plan: self, formula, earlier, text: text.into(), digest }
    }
}

impl Program<'_> {
    /// SHA-256 of the program, in lower-case hexadecimal: to be published beside the pack.
    #[must_use]
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// The program in canonical JSON.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Decides a claim and certifies it.
    ///
    /// # Errors
    /// Those of [`Plan::adjudicate`]; [`Error::is_certificate`] if the claim is a reversal or held for a notice, if an earlier amount is none that the
    /// format has, or if what the steps come to is not what the plan decides, which would be a fault of the engine.
    pub fn certify(
        &self,
        enrollment: &Enrollment,
        claim: &Claim,
        accumulators: &Accumulators,
    ) -> Result<Certificate, Error> {
        let (certificate, _) = self.decide(enrollment, claim, accumulators)?;
        certificate.map_err(Uncertified::into)
    }

    /// The certificate with the decision that it is of, or why there is none.
    fn decide(
        &self,
        enrollment: &Enrollment,
        claim: &Claim,
        accumulators: &Accumulators,
    ) -> Result<(Result<Certificate, Uncertified>, Adjudication), Error> {
        if claim.reverses().is_some() {
            return Err(Error::certificate(say!("冲销没有凭证", "a reversal has no certificate")));
        }
        let adjudication = self.plan.reasoned(enrollment, claim, accumulators, Detail::Plain)?;
        if adjudication.is_held() {
            return Ok((Err(Uncertified::Held), adjudication));
        }
        let inputs = Inputs::of(self.plan, &self.formula.priors, enrollment, claim, accumulators)?;
        let mut priors = inputs.priors.iter().zip(&self.earlier);
        if !priors.all(|(prior, earlier)| prior.as_ref().is_ok_and(|amount| earlier.has(*amount)) || prior.is_err()) {
            return Ok((Err(Uncertified::Beyond), adjudication));
        }
        let values = self.formula.values(self.plan, &inputs)?;
        let conclusion = Conclusion::of(self.plan, &self.formula, &values)?;
        if !conclusion.is_that_of(&adjudication) {
            let id = claim.id();
            return Err(Error::certificate(say!(
                "理赔申请 `{id}` 的凭证与审核结果不符，请报告此错误",
                "the certificate of the claim `{id}` differs from its decision; please report this"
            )));
        }
        let certificate = self.certificate(enrollment, claim, &inputs, &values, &conclusion);
        Ok((Ok(certificate), adjudication))
    }

    fn certificate(
        &self,
        enrollment: &Enrollment,
        claim: &Claim,
        inputs: &Inputs,
        values: &Values<'_>,
        conclusion: &Conclusion,
    ) -> Certificate {
        let values: Vec<Json> = values.all().iter().map(|value| written(value.value())).collect();
        let members = [
            ("format", json!("huzhu-certificate/2")),
            ("claim", json!(claim.id())),
            ("enrollment", json!(enrollment.id())),
            ("member", json!(enrollment.member())),
            ("program_digest", json!(self.digest)),
            ("facts", Json::Object(self.facts(inputs))),
            ("priors", Json::Array(self.priors(inputs))),
            ("values", Json::Array(values)),
            ("conclusion", conclusion.json()),
        ];
        let members = Members(members.map(|(name, json)| (name, canonical(json))).into());
        let digest = digest(members.to_text([]).as_bytes());
        Certificate { program: Arc::clone(&self.text), program_digest: self.digest.clone(), members, digest }
    }

    fn facts(&self, inputs: &Inputs) -> Map<String, Json> {
        let facts = self.plan.facts.iter().zip(&inputs.facts);
        facts.map(|(fact, value)| (fact.name.to_string(), written(value.as_ref()))).collect()
    }

    fn priors(&self, inputs: &Inputs) -> Vec<Json> {
        let fact = |slot| &*self.plan.fact(slot).name;
        let priors = inputs.priors.iter().map(|prior| match prior {
            Ok(amount) => json!({ "value": decimal(*amount), "missing": null }),
            Err(gap) => json!({ "value": null, "missing": gap.iter().next().map(fact) }),
        });
        priors.collect()
    }
}

/// Why a decided claim has no certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Uncertified {
    /// No rule of the plan has pended it.
    Held,
    /// An earlier amount is none that the format has.
    Beyond,
    /// A joint limit takes off what the plan pays.
    Cut,
}

impl From<Uncertified> for Error {
    fn from(why: Uncertified) -> Error {
        Error::certificate(match why {
            Uncertified::Held => say!(
                "理赔申请因计划以外的情况暂缓，没有凭证：凭证只证明按计划审核的结果",
                "the claim is pended for what is known around it and has no certificate: a certificate proves what the plan itself comes to"
            ),
            Uncertified::Beyond => say!(
                "此前累计的某个数为负、位数过多或过大，凭证写不了，故不出具",
                "an earlier amount is negative, has too many places or is too large for a certificate, and there is none"
            ),
            Uncertified::Cut => say!(
                "合计限额减少了给付，凭证只能证明计划本身的给付，故不出具",
                "a joint limit cuts the claim: a certificate proves what the plan alone pays, and there is none"
            ),
        })
    }
}

/// One certified decision: every step with its value, so that [`verify`](crate::verify) can check it without the engine; made by [`Certifier`], and
/// described in [`mod@crate::certificate_format`].
///
/// ```
/// use huzhu::{Case, Catalog, Certifier, verify};
///
/// # let catalog = Catalog::load("rules".as_ref())?;
/// let case = Case::read("zhao.json", &std::fs::read("rules/cases/zhao.json")?, &catalog)?;
/// let certificate = Certifier::new(&catalog).certify(&case)?;
/// let forged = certificate.to_text().replacen("7119.87", "9119.87", 1);
/// assert!(verify::certificate(certificate.to_text().as_bytes()).is_ok());
/// assert!(verify::certificate(forged.as_bytes()).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    program: Arc<str>,
    program_digest: String,
    /// What the digest covers.
    members: Members,
    digest: [u8; 32],
}

impl Certificate {
    /// SHA-256 of all but the program, in lower-case hexadecimal; the program is bound by its own digest.
    #[must_use]
    pub fn digest(&self) -> String {
        hexadecimal(&self.digest)
    }

    /// The certificate in canonical JSON, with its program: all that a checker needs.
    #[must_use]
    pub fn to_text(&self) -> String {
        self.with([("program", self.program.to_string())])
    }

    /// The same with the proof that it is one of many.
    #[must_use]
    pub fn to_text_within(&self, inclusion: &Inclusion) -> String {
        self.with([("program", self.program.to_string()), ("inclusion", canonical(inclusion.json()))])
    }

    /// The line of a batch that has its program.
    fn program_line(&self) -> String {
        format!("{{\"program\":{},\"program_digest\":\"{}\"}}", self.program, self.program_digest)
    }

    /// Its line in a batch, which has the program elsewhere.
    fn line(&self) -> String {
        self.with([])
    }

    fn with<const N: usize>(&self, beside: [(&'static str, String); N]) -> String {
        let digest = [("digest", canonical(json!(self.digest())))];
        self.members.to_text(digest.into_iter().chain(beside))
    }
}

/// The members of an object by their names, each in canonical JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Members(BTreeMap<&'static str, String>);

impl Members {
    /// The object with these members and some more.
    fn to_text(&self, more: impl IntoIterator<Item = (&'static str, String)>) -> String {
        let more: BTreeMap<&str, String> = more.into_iter().collect();
        let mut all: Vec<(&str, &str)> =
            self.0.iter().chain(&more).map(|(name, json)| (*name, json.as_str())).collect();
        all.sort_unstable();
        let members: Vec<String> = all.into_iter().map(|(name, json)| format!("\"{name}\":{json}")).collect();
        format!("{{{}}}", members.join(","))
    }
}

/// A value in the one form that it has in certificates.
fn written(value: Option<&Value>) -> Json {
    match value {
        Some(Value::Number(number)) => Json::String(decimal(*number)),
        Some(Value::YesNo(truth)) => Json::Bool(*truth),
        Some(Value::Date(date)) => Json::String(date.to_string()),
        Some(Value::Text(text)) => Json::String(text.to_string()),
        None => Json::Null,
    }
}
