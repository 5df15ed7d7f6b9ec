//! A case with a fact changed: it is the case that says so, whichever way it was written, and taking the change back gives the case.

use huzhu::{Adjudication, Case, Error, Holder};
use serde_json::{Value as Json, json};

use super::choices::{self, Choices};
use super::{CATALOG, said};

pub(super) fn of_a_case(bytes: &[u8]) {
    let mut choices = Choices::of(bytes);
    let case = choices::case(&mut choices);
    let (fact, value) = choices::change(&mut choices);
    let typed = match choices.next() {
        // what somebody types who has no list of values
        0..64 => str::from_utf8(bytes.get(bytes.len() / 2..).unwrap_or_default()).unwrap_or_default(),
        _ => value.unwrap_or_default(),
    };
    let changed = match case.with(&CATALOG, fact.name, typed) {
        Ok(changed) => changed,
        Err(error) => return said::is_an_answer(&error),
    };
    let without = case.with(&CATALOG, fact.name, "").expect("any fact can be taken away");
    let once_more = without.with(&CATALOG, fact.name, typed).expect("it fits");
    assert_eq!(changed, once_more);
    let decided = decide(&changed);
    assert_eq!(decided, decide(&once_more));
    let before = choices::flat_of(&case, fact.holder).remove(fact.name).unwrap_or_default();
    if let Ok(back) = changed.with(&CATALOG, fact.name, &before) {
        assert_eq!(decide(&back), decide(&case), "{} = {typed} and back: {case:?}", fact.name);
    }
    if case.history.is_empty() && case.other_covers.is_none() {
        is_the_case_that_says_so(&case, fact.name, fact.holder, typed, decided);
    }
}

/// The same, read from a file in which the value stands as text.
fn is_the_case_that_says_so(
    case: &Case,
    fact: &str,
    holder: Holder,
    typed: &str,
    decided: Result<Adjudication, Error>,
) {
    let mut file = json!({ "enrollment": case.enrollment, "history": [], "claim": case.claim });
    let part = match holder {
        Holder::Enrollment => &mut file["enrollment"],
        Holder::Claim => &mut file["claim"],
    };
    let part = part.as_object_mut().expect("it is an object");
    if let Some(settlement) = part.remove("settlement") {
        part.extend(settlement.as_object().cloned().unwrap_or_default());
    }
    match typed {
        "" => drop(part.remove(fact)),
        typed => drop(part.insert(fact.to_owned(), Json::from(typed))),
    }
    if let Ok(read) = Case::read("case.json", file.to_string().as_bytes(), &CATALOG) {
        assert_eq!(decide(&read), decided, "{file}");
    }
}

fn decide(case: &Case) -> Result<Adjudication, Error> {
    case.decide(&CATALOG).map(|(adjudication, _)| adjudication)
}
