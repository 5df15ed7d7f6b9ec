//! A member's enrollment in a plan.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use serde::de::{Error as _, MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::error::Error;
use crate::fact::{Holder, Value};
use crate::facts::{FactName, Takes};
use crate::given::Facts;

/// One member's cover under one plan for one period, with its facts.
///
/// ```
/// use huzhu::{Enrollment, facts};
///
/// let enrollment = Enrollment::new("E1", "henan-accident", "M1")
///     .with(facts::SHARES, 2)? // by its constant, of its type
///     .with("coverage_start", "2025-01-01")?; // by its name, as text
/// assert_eq!(enrollment.fact(facts::COVERAGE_START), Some("2025-01-01".parse()?));
/// assert!(enrollment.with("shares", "two").is_err_and(|error| error.is_fact()));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Enrollment {
    pub(crate) id: Arc<str>,
    plan: String,
    plan_version: Option<String>,
    member: String,
    pub(crate) facts: Facts,
}

impl Enrollment {
    /// An enrollment without facts.
    #[must_use]
    pub fn new(id: &str, plan: &str, member: &str) -> Enrollment {
        Enrollment { id: id.into(), plan: plan.to_owned(), member: member.to_owned(), ..Enrollment::default() }
    }

    /// The same with one more fact; a fact that was given is replaced.
    ///
    /// A name that is no standard fact's is that of a fact of a pack's own. The plan that decides must know it, or another plan of its
    /// catalog; else the claim is not decided, as it may be a slip.
    ///
    /// # Errors
    /// [`Error::is_fact`] if the value does not fit the standard fact of this name, if that is a fact of the claim, or if the name is near
    /// that of a standard fact.
    pub fn with<N: Takes<Enrollment, V>, V>(mut self, fact: N, value: V) -> Result<Enrollment, Error> {
        self.facts.set(Holder::Enrollment, fact.name(), N::value(value))?;
        Ok(self)
    }

    /// The same with a fact that no plan need know, such as one of another system. A plan that knows it reads it.
    ///
    /// # Errors
    /// [`Error::is_fact`] if the value does not fit the standard fact of this name, or if that is a fact of the claim.
    pub fn with_foreign(mut self, fact: &str, value: impl Into<Value>) -> Result<Enrollment, Error> {
        self.facts.set_foreign(Holder::Enrollment, fact, value.into())?;
        Ok(self)
    }

    /// The same without a fact, as if it had not been given.
    #[must_use]
    pub fn without(mut self, fact: impl FactName<Enrollment>) -> Enrollment {
        self.facts.unset(fact.name());
        self
    }

    /// The same, bound to one version of the plan whatever the dates say.
    #[must_use]
    pub fn with_plan_version(mut self, version: &str) -> Enrollment {
        self.plan_version = Some(version.to_owned());
        self
    }

    /// The enrollment's id.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The id of the plan.
    #[must_use]
    pub fn plan(&self) -> &str {
        &self.plan
    }

    /// The version that was asked for by name.
    #[must_use]
    pub fn plan_version(&self) -> Option<&str> {
        self.plan_version.as_deref()
    }

    /// The member's id.
    #[must_use]
    pub fn member(&self) -> &str {
        &self.member
    }

    /// The given value of a fact: of a constant of [`facts`](crate::facts) as its type, by a name as a [`Value`].
    #[must_use]
    pub fn fact<N: FactName<Enrollment>>(&self, fact: N) -> Option<N::Read<'_>> {
        self.facts.get(fact.name()).and_then(N::read)
    }
}

impl Serialize for Enrollment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("id", &*self.id)?;
        map.serialize_entry("plan", &self.plan)?;
        if let Some(version) = &self.plan_version {
            map.serialize_entry("plan_version", version)?;
        }
        map.serialize_entry("member", &self.member)?;
        for (name, value) in self.facts.iter().filter(|(name, _)| !self.facts.is_foreign(name)) {
            map.serialize_entry(name, value)?;
        }
        let foreign = self.facts.foreign();
        if !foreign.is_empty() {
            map.serialize_entry("foreign", &foreign)?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for Enrollment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Enrollment, D::Error> {
        deserializer.deserialize_map(FromMap)
    }
}

struct FromMap;

impl<'de> Visitor<'de> for FromMap {
    type Value = Enrollment;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an enrollment")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Enrollment, A::Error> {
        let mut enrollment = Enrollment::default();
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "id" => enrollment.id = map.next_value::<String>()?.into(),
                "plan" => enrollment.plan = map.next_value()?,
                "plan_version" => enrollment.plan_version = map.next_value()?,
                "member" => enrollment.member = map.next_value()?,
                "foreign" => {
                    for (fact, value) in map.next_value::<BTreeMap<String, Value>>()? {
                        enrollment.facts.set_foreign(Holder::Enrollment, &fact, value).map_err(A::Error::custom)?;
                    }
                }
                fact => {
                    let value = map.next_value::<Value>()?;
                    enrollment.facts.tell(Holder::Enrollment, fact, value).map_err(A::Error::custom)?;
                }
            }
        }
        for (key, value) in [("id", &*enrollment.id), ("plan", &*enrollment.plan), ("member", &*enrollment.member)] {
            if value.is_empty() {
                return Err(A::Error::missing_field(key));
            }
        }
        Ok(enrollment)
    }
}
