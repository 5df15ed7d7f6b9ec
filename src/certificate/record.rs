//! What a batch records of one claim.

use serde_json::{Map, Value as Json, json};

use super::Certificate;
use super::canonical::{canonical, decimal, digest};
use crate::accumulator::Posting;
use crate::claim::Claim;
use crate::enrollment::Enrollment;

/// What a batch records of one claim: its certificate; or, where it has none, how it moves its member's account, so that those of later claims can be
/// held against it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Record {
    /// Of a claim that its plan alone decides.
    Certificate(Certificate),
    /// Of a reversal, or of a claim that a joint limit cuts.
    Move(Move),
}

impl Record {
    /// The certificate, if it is one.
    #[must_use]
    pub fn certificate(&self) -> Option<&Certificate> {
        match self {
            Record::Certificate(certificate) => Some(certificate),
            Record::Move(_) => None,
        }
    }
}

/// How a claim moves its member's account without a certificate: a line of a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Move {
    line: String,
}

impl Move {
    /// What a decided claim adds.
    pub(crate) fn posting(enrollment: &Enrollment, posting: &Posting) -> Move {
        let known = posting.amounts().map(|(entry, amount)| (entry.to_string(), json!(decimal(amount))));
        let unknown = posting.unknown.iter().map(|entry| (entry.to_string(), Json::Null));
        let posts: Map<String, Json> = known.chain(unknown).collect();
        let posting = json!({
            "claim": posting.claim(),
            "coverage_start": posting.period.start.to_string(),
            "enrollment": enrollment.id(),
            "event_date": posting.event_date.to_string(),
            "member": enrollment.member(),
            "plan": enrollment.plan(),
            "posts": posts,
        });
        Move { line: canonical(json!({ "posting": posting })) }
    }

    /// That a reversal takes back what another claim has added.
    pub(crate) fn reversal(enrollment: &Enrollment, claim: &Claim, reversed: &str) -> Move {
        let reversal = json!({
            "claim": claim.id(),
            "enrollment": enrollment.id(),
            "member": enrollment.member(),
            "plan": enrollment.plan(),
            "reverses": reversed,
        });
        Move { line: canonical(json!({ "reversal": reversal })) }
    }

    /// Its line in a batch, canonical JSON.
    #[must_use]
    pub fn as_text(&self) -> &str {
        &self.line
    }

    /// What the root covers of such a line.
    pub(super) fn digest_of(line: &str) -> [u8; 32] {
        digest(line.as_bytes())
    }
}
