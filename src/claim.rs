//! A claim: what happened to a member, and what it cost.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use rust_decimal::Decimal;
use serde::de::{Error as _, MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::error::Error;
use crate::fact::{Holder, SHARES_ELSEWHERE, StandardFact, StandardIndex, Value};
use crate::facts::{FactName, Takes};
use crate::given::Facts;
use crate::notice::Notice;

/// One claim with its facts, those of the settlement record among them.
///
/// ```
/// use huzhu::{Claim, facts};
///
/// let claim = Claim::new("C1")
///     .with(facts::HOSPITAL_DAYS, 51)? // by its constant, of its type
///     .with("personal_burden", "2019.87")?; // by its name, as text
/// assert_eq!(claim.fact(facts::PERSONAL_BURDEN), Some("2019.87".parse()?));
/// assert!(claim.clone().with("personal_burden", "-1").is_err_and(|error| error.is_fact()));
///
/// let refund = Claim::reversal("C2", "C1"); // takes back what `C1` was paid
/// assert_eq!(refund.reverses(), Some("C1"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Claim {
    pub(crate) id: Arc<str>,
    reverses: Option<String>,
    pub(crate) facts: Facts,
    /// What is known around it: whoever decides it, in whatever way, says so and heeds it.
    notices: Vec<Notice>,
    /// Whether the shares that count first under other covers were counted from these, and not given.
    was_counted: bool,
}

impl Claim {
    /// A claim without facts.
    #[must_use]
    pub fn new(id: &str) -> Claim {
        Claim { id: id.into(), ..Claim::default() }
    }

    /// A reversal: it undoes what the claim of that id has posted.
    #[must_use]
    pub fn reversal(id: &str, of: &str) -> Claim {
        Claim { id: id.into(), reverses: Some(of.to_owned()), ..Claim::default() }
    }

    /// The same with one more fact; a fact that was given is replaced.
    ///
    /// A name that is no standard fact's is that of a fact of a pack's own. The plan that decides must know it, or another plan of its
    /// catalog; else the claim is not decided, as it may be a slip.
    ///
    /// # Errors
    /// [`Error::is_fact`] if the value does not fit the standard fact of this name, if that is a fact of the enrollment, or if the name is near
    /// that of a standard fact.
    pub fn with<N: Takes<Claim, V>, V>(mut self, fact: N, value: V) -> Result<Claim, Error> {
        self.facts.set(Holder::Claim, fact.name(), N::value(value))?;
        Ok(self)
    }

    /// The same with a fact that no plan need know, such as one of another system. A plan that knows it reads it.
    ///
    /// # Errors
    /// [`Error::is_fact`] if the value does not fit the standard fact of this name, or if that is a fact of the enrollment.
    pub fn with_foreign(mut self, fact: &str, value: impl Into<Value>) -> Result<Claim, Error> {
        self.facts.set_foreign(Holder::Claim, fact, value.into())?;
        Ok(self)
    }

    /// The same without a fact, as if it had not been given.
    #[must_use]
    pub fn without(mut self, fact: impl FactName<Claim>) -> Claim {
        self.facts.unset(fact.name());
        self
    }

    /// The claim's id.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The id of the claim that this one reverses.
    #[must_use]
    pub fn reverses(&self) -> Option<&str> {
        self.reverses.as_deref()
    }

    /// The given value of a fact: of a constant of [`facts`](crate::facts) as its type, by a name as a [`Value`].
    #[must_use]
    pub fn fact<N: FactName<Claim>>(&self, fact: N) -> Option<N::Read<'_>> {
        self.facts.get(fact.name()).and_then(N::read)
    }

    /// Tells the claim what is known around it, in place of what it was told before.
    pub(crate) fn tell(&mut self, notices: Vec<Notice>, shares_elsewhere: Option<Decimal>) {
        if self.was_counted {
            self.facts.unset(SHARES_ELSEWHERE);
        }
        self.notices = notices;
        self.was_counted = shares_elsewhere.is_some();
        if let Some(shares) = shares_elsewhere {
            self.facts.put(const { StandardIndex::of(SHARES_ELSEWHERE) }, Value::Number(shares));
        }
    }

    /// The same, told one thing more, if there is any.
    pub(crate) fn noting(mut self, notice: Option<Notice>) -> Claim {
        self.notices.extend(notice);
        self
    }

    /// Whether the claim was told something.
    pub(crate) fn was_told(&self) -> bool {
        self.was_counted || !self.notices.is_empty()
    }

    /// How many shares count first under other covers, as the claim itself says.
    pub(crate) fn shares_elsewhere(&self) -> Option<&Value> {
        self.fact(SHARES_ELSEWHERE).filter(|_| !self.was_counted)
    }

    /// What is known around the claim.
    pub(crate) fn notices(&self) -> &[Notice] {
        &self.notices
    }

    /// Whether something around the claim pends it, whatever its own facts are.
    pub(crate) fn is_held(&self) -> bool {
        self.notices.iter().any(Notice::holds)
    }
}

impl Serialize for Claim {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let is_settlement = |name: &str| StandardFact::named(name).is_some_and(|fact| fact.settlement);
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("id", &*self.id)?;
        if let Some(id) = &self.reverses {
            map.serialize_entry("reverses", id)?;
        }
        for (name, value) in self.facts.iter().filter(|(name, _)| !is_settlement(name) && !self.facts.is_foreign(name))
        {
            map.serialize_entry(name, value)?;
        }
        let foreign = self.facts.foreign();
        if !foreign.is_empty() {
            map.serialize_entry("foreign", &foreign)?;
        }
        let settlement: BTreeMap<&str, &Value> = self.facts.iter().filter(|(name, _)| is_settlement(name)).collect();
        if !settlement.is_empty() {
            map.serialize_entry("settlement", &settlement)?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for Claim {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Claim, D::Error> {
        deserializer.deserialize_map(FromMap)
    }
}

struct FromMap;

impl<'de> Visitor<'de> for FromMap {
    type Value = Claim;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a claim")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Claim, A::Error> {
        let mut claim = Claim::default();
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "id" => claim.id = map.next_value::<String>()?.into(),
                "reverses" => claim.reverses = map.next_value()?,
                "settlement" => {
                    for (field, value) in map.next_value::<BTreeMap<String, Value>>()? {
                        let meant = StandardFact::named(StandardFact::meant_by(&field));
                        if !meant.is_some_and(|fact| fact.settlement) {
                            return Err(A::Error::custom(format_args!(
                                "`{field}` is no field of the settlement record"
                            )));
                        }
                        claim.facts.tell(Holder::Claim, &field, value).map_err(A::Error::custom)?;
                    }
                }
                "foreign" => {
                    for (fact, value) in map.next_value::<BTreeMap<String, Value>>()? {
                        claim.facts.set_foreign(Holder::Claim, &fact, value).map_err(A::Error::custom)?;
                    }
                }
                fact => {
                    let value = map.next_value::<Value>()?;
                    claim.facts.tell(Holder::Claim, fact, value).map_err(A::Error::custom)?;
                }
            }
        }
        if claim.id.is_empty() {
            return Err(A::Error::missing_field("id"));
        }
        Ok(claim)
    }
}
