//! What a file tells of one member.

use chrono::NaiveDate;

use super::facts::{Facts, Named, Value};
use super::population::Plan;

/// A member with covers under one plan or several, and the claims made under them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Member {
    pub(crate) id: String,
    pub(crate) covers: Vec<Cover>,
    pub(crate) claims: Vec<Told>,
}

/// One enrollment.
#[derive(Clone, Debug)]
pub(crate) struct Cover {
    pub(crate) id: &'static str,
    pub(crate) plan: &'static Plan,
    pub(crate) facts: Named,
}

/// A claim as its row tells it.
#[derive(Clone, Debug)]
pub(crate) struct Told {
    pub(crate) id: String,
    /// Its place among the covers.
    pub(crate) cover: usize,
    /// The claim that it takes back.
    pub(crate) reverses: Option<String>,
    pub(crate) facts: Named,
}

impl Member {
    pub(crate) fn cover_of(&self, claim: &Told) -> &Cover {
        &self.covers[claim.cover]
    }

    pub(crate) fn plan_of(&self, claim: &Told) -> &'static str {
        self.cover_of(claim).plan.id
    }

    pub(crate) fn facts_of(&self, claim: &Told) -> Facts {
        let cover = self.cover_of(claim);
        Facts { enrollment_id: cover.id, enrollment: cover.facts.clone(), claim: claim.facts.clone() }
    }

    /// The member as if this were the only claim.
    pub(crate) fn with_only(&self, claim: &Told) -> Self {
        Self { claims: vec![claim.clone()], ..self.clone() }
    }

    /// The same before one of the claims is received.
    pub(crate) fn before(&self, claim: &Told) -> Self {
        let claims = self.claims.iter().filter(|told| told.id != claim.id).cloned().collect();
        Self { claims, ..self.clone() }
    }

    /// Another member whose claims are called the other way round.
    pub(crate) fn with_ids_turned(&self, id: &str) -> Self {
        let mut turned = self.clone();
        id.clone_into(&mut turned.id);
        for cover in &mut turned.covers {
            cover.id = cover.id.replace(&self.id, id).leak();
        }
        let mut names: Vec<String> = self.claims.iter().map(|told| told.id.replace(&self.id, id)).collect();
        names.sort();
        let mut by_id: Vec<&mut Told> = turned.claims.iter_mut().collect();
        by_id.sort_by(|one, other| other.id.cmp(&one.id));
        for (told, name) in by_id.into_iter().zip(names) {
            told.id = name;
        }
        turned
    }

    /// The member with another word for a category, wherever it is told.
    pub(crate) fn with_word(&self, category: &'static str, word: &'static str) -> Self {
        let mut member = self.clone();
        let of_covers = member.covers.iter_mut().map(|cover| &mut cover.facts);
        for facts in of_covers.chain(member.claims.iter_mut().map(|told| &mut told.facts)) {
            if facts.contains_key(category) {
                facts.insert(category, Value::Word(word));
            }
        }
        member
    }

    /// The member of whom nobody tells the category.
    pub(crate) fn without(&self, category: &str) -> Self {
        let mut member = self.clone();
        for facts in member.covers.iter_mut().map(|cover| &mut cover.facts) {
            facts.remove(category);
        }
        for told in &mut member.claims {
            told.facts.remove(category);
        }
        member
    }

    /// Whether every cover is known from a claim under it.
    pub(crate) fn claims_under_every_cover(&self) -> bool {
        (0..self.covers.len()).all(|place| self.claims.iter().any(|told| told.cover == place))
    }

    pub(crate) fn forget_covers_without_claims(&mut self) {
        let mut kept = Vec::new();
        for (place, cover) in std::mem::take(&mut self.covers).into_iter().enumerate() {
            if self.claims.iter().any(|told| told.cover == place) {
                for told in self.claims.iter_mut().filter(|told| told.cover == place) {
                    told.cover = kept.len();
                }
                kept.push(cover);
            }
        }
        self.covers = kept;
    }

    /// Neither taken back nor taking back.
    pub(crate) fn stands(&self, told: &Told) -> bool {
        told.reverses.is_none() && self.taking_back(told).is_none()
    }

    /// The claim that takes this one back.
    pub(crate) fn taking_back(&self, told: &Told) -> Option<&Told> {
        let plan = self.plan_of(told);
        self.claims.iter().find(|other| other.reverses.as_ref() == Some(&told.id) && self.plan_of(other) == plan)
    }

    /// Its place among the claims as they were received.
    pub(crate) fn receipt(&self, told: &Told) -> usize {
        let plan = self.plan_of(told);
        let is_it = |other: &Told| other.id == told.id && self.plan_of(other) == plan;
        self.claims.iter().position(is_it).expect("it is one of them")
    }

    /// The claim of this id under the same plan.
    pub(crate) fn named(&self, id: &str, plan: &str) -> Option<&Told> {
        self.claims.iter().find(|told| told.id == id && self.plan_of(told) == plan)
    }
}

impl Cover {
    pub(crate) fn start(&self) -> Option<NaiveDate> {
        date(&self.facts, "coverage_start")
    }

    /// The cover that starts first counts first; of two that start on one day, the one whose id comes first.
    pub(crate) fn counts_before(&self, other: &Self) -> bool {
        (self.start(), self.id) < (other.start(), other.id)
    }

    pub(crate) fn shares(&self) -> Option<i64> {
        match self.facts.get("shares")? {
            Value::Whole(shares) => Some(i64::from(*shares)),
            other => panic!("shares are no {other:?}"),
        }
    }

    /// In force from its first day to its last, both included.
    pub(crate) fn holds_on(&self, day: NaiveDate) -> bool {
        let (start, end) = (self.start(), date(&self.facts, "coverage_end"));
        start.is_some_and(|start| start <= day) && end.is_some_and(|end| day <= end)
    }
}

impl Told {
    pub(crate) fn event_date(&self) -> Option<NaiveDate> {
        date(&self.facts, "event_date")
    }
}

pub(crate) fn date(facts: &Named, name: &str) -> Option<NaiveDate> {
    match facts.get(name)? {
        Value::Date(date) => Some(*date),
        other => panic!("`{name}` is not a date: {other:?}"),
    }
}
