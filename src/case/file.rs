//! A case as a case file says it.

use std::collections::BTreeMap;

use serde::ser::{Error as _, SerializeMap};
use serde::{Serialize, Serializer};
use serde_json::{Map, Value as Json};

use super::{Case, OtherCover};
use crate::claim::Claim;
use crate::enrollment::Enrollment;

/// As a case file says it, which [`Case::read`] reads as the same. A history that a file cannot say is refused: one of whose claims was made under an
/// enrollment that lacks what the enrollment of the case has.
impl Serialize for Case {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Case { enrollment, history, other_covers, claim } = self;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("enrollment", enrollment)?;
        if !history.is_empty() {
            map.serialize_entry("history", &earlier::<S>(enrollment, history)?)?;
        }
        if let Some(covers) = other_covers {
            let covers = covers.iter().map(other_cover::<S>).collect::<Result<Vec<_>, _>>()?;
            map.serialize_entry("other_covers", &covers)?;
        }
        map.serialize_entry("claim", claim)?;
        map.end()
    }
}

fn other_cover<S: Serializer>(cover: &OtherCover) -> Result<BTreeMap<&'static str, Json>, S::Error> {
    let enrollment = object::<S>(&cover.enrollment)?;
    let history = earlier::<S>(&cover.enrollment, &cover.history)?;
    Ok([("enrollment", Json::Object(enrollment)), ("history", history.into())].into())
}

/// The claims of a history, each with what was different of the enrollment that it was made under.
fn earlier<S: Serializer>(now: &Enrollment, history: &[(Enrollment, Claim)]) -> Result<Vec<Json>, S::Error> {
    let now = object::<S>(now)?;
    let said = |(then, claim): &(Enrollment, Claim)| {
        let (then, mut claim) = (object::<S>(then)?, object::<S>(claim)?);
        if let Some((lacked, _)) = now.iter().find(|(key, _)| !then.contains_key(*key)) {
            return Err(S::Error::custom(format_args!(
                "a case file cannot say that an earlier claim has no `{lacked}`"
            )));
        }
        let changes: Map<String, Json> = then.into_iter().filter(|(key, value)| now.get(key) != Some(value)).collect();
        if !changes.is_empty() {
            claim.insert("enrollment".to_owned(), Json::Object(changes));
        }
        Ok(Json::Object(claim))
    };
    history.iter().map(said).collect()
}

fn object<S: Serializer>(of: &impl Serialize) -> Result<Map<String, Json>, S::Error> {
    match serde_json::to_value(of).map_err(S::Error::custom)? {
        Json::Object(map) => Ok(map),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) | Json::Array(_) => {
            Err(S::Error::custom("a claim and an enrollment are objects"))
        }
    }
}
