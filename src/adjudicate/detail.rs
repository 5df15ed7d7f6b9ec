//! Which facts a reason is about, for programs: the same few characters from every way in, in no language.

use rust_decimal::Decimal;

use super::{Adjudication, Reason};
use crate::claim::Claim;
use crate::enrollment::Enrollment;
use crate::exact;
use crate::fact::{Holder, Value};
use crate::plan::expression::Slot;
use crate::plan::{Identity, Plan};

impl Adjudication {
    /// The facts that the reasons are about, each after its code and apart by `;`: `missing-fact(death);missing-fact(cause)`, or
    /// `fact-contradicts(hospital_days=5 admitted=2026-01-01 discharged=2026-01-05 by 1)`. A batch has them in its column `details`.
    #[must_use]
    pub fn details(&self) -> String {
        let told = |reason: &Reason| reason.detail.as_ref().map(|detail| detailed(&reason.code, detail));
        self.reasons.iter().filter_map(told).collect::<Vec<_>>().join(";")
    }
}

/// A code, and in brackets the facts that it is about.
pub(crate) fn detailed(code: &str, detail: &str) -> String {
    format!("{code}({detail})")
}

/// The facts that contradict each other as far as they are given, and by how much the one side is more than the other.
pub(super) fn contradiction(
    plan: &Plan,
    identity: &Identity,
    sides: Option<(Decimal, Decimal)>,
    enrollment: &Enrollment,
    claim: &Claim,
) -> String {
    let given = identity.about.iter().filter_map(|slot| given(plan, *slot, enrollment, claim));
    let by = sides.and_then(|(left, right)| exact::subtract(left, right).ok());
    given.chain(by.map(|by| format!("by {}", by.normalize()))).collect::<Vec<_>>().join(" ")
}

fn given(plan: &Plan, slot: Slot, enrollment: &Enrollment, claim: &Claim) -> Option<String> {
    let fact = plan.fact(slot);
    let value = match fact.holder {
        Holder::Enrollment => enrollment.facts.get(&fact.name),
        Holder::Claim => claim.facts.get(&fact.name),
    };
    let value = match value? {
        Value::Number(number) => number.normalize().to_string(),
        Value::Text(text) => text.replace([',', ';', '(', ')', ' '], "_"), // these set details apart
        other @ (Value::YesNo(_) | Value::Date(_)) => other.to_string(),
    };
    Some(format!("{}={value}", fact.name))
}
