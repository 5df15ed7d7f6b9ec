//! One settlement record: its keys, and what it says, written in one way only.

use std::collections::BTreeMap;

use super::mapping::Mapping;
use crate::error::{Error, OrBug};
use crate::fact::{Kind, StandardFact, Value};
use crate::given::{misfit_text, told_twice_text};
use crate::money;
use crate::text::{Text, say};

/// The names and values of a record as they stand in a file.
pub(super) type Fields = Vec<(String, String)>;

/// What a record says, by the names of its fields; a standard field goes by its first name, and its value is written in one way only.
pub(super) type Content = BTreeMap<String, String>;

/// What a record said, as the ledger keeps it.
///
/// # Errors
/// [`Error::is_bug`]: nothing else is written there.
pub(super) fn kept(content: &str) -> Result<Content, Error> {
    serde_json::from_str(content).ok().or_bug()
}

/// A record with its keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Record {
    pub(super) id: String,
    pub(super) member: String,
    /// The settlement that it takes back.
    pub(super) undoes: Option<String>,
    /// Whether it is flagged as refunded. That changes when the refund comes, so that it is no part of what the record says.
    pub(super) is_refunded: bool,
    pub(super) content: Content,
}

/// What is wrong with a record, and in which of its fields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Broken {
    pub(super) field: String,
    pub(super) value: String,
    pub(super) why: Text,
}

const ID: &str = "setl_id";
const UNDOES: &str = "init_setl_id";
const IS_REFUNDED: &str = "refd_setl_flag";
/// Between the ids of a settlement and an enrollment in that of a claim.
pub(super) const JOINT: char = '/';

impl Record {
    pub(super) fn of(fields: &[(String, String)], mapping: &Mapping) -> Result<Record, Broken> {
        let mut content = Content::new();
        for (called, value) in fields {
            let (name, value) = (StandardFact::meant_by(called.trim()), bare(value));
            if value.is_empty() {
                continue;
            }
            let said = canonical(name, value)?;
            if let Some(before) = content.insert(name.to_owned(), said.clone()).filter(|before| *before != said) {
                let why = told_twice_text(name, &Value::from(&*before), &Value::from(&*said));
                return Err(Broken { field: called.clone(), value: value.to_owned(), why });
            }
        }
        let id = content.remove(ID).ok_or_else(|| missing(ID))?;
        if id.contains(JOINT) {
            let why = say!("结算编号 `{id}` 含有 `/`", "the settlement id `{id}` has a `/`");
            return Err(Broken { field: ID.to_owned(), value: id, why });
        }
        let member = content.get(mapping.member()).cloned().ok_or_else(|| missing(mapping.member()))?;
        let undoes = content.remove(UNDOES);
        let is_refunded = content.remove(IS_REFUNDED).is_some_and(|flag| flag == "1");
        check_signs(&content, undoes.is_some())?;
        if undoes.as_ref() == Some(&id) {
            let why = say!("结算 `{id}` 冲退自身", "the settlement `{id}` takes itself back");
            return Err(Broken { field: UNDOES.to_owned(), value: id, why });
        }
        content.retain(|name, _| !mapping.leaves_out(name));
        Ok(Record { id, member, undoes, is_refunded, content })
    }
}

fn missing(field: &str) -> Broken {
    let why = say!("记录缺少 `{field}`", "the record has no `{field}`");
    Broken { field: field.to_owned(), value: String::new(), why }
}

/// A value without what spreadsheets and exports put around it; empty where there is none.
fn bare(value: &str) -> &str {
    let value = value.trim();
    if value.eq_ignore_ascii_case("null") { "" } else { value }
}

/// A value of a standard field in the one way in which it is kept; of any other as it stands.
pub(super) fn canonical(name: &str, value: &str) -> Result<String, Broken> {
    let Some(fact) = StandardFact::named(name) else { return Ok(value.to_owned()) };
    let (sign, size) = match (fact.kind, value.strip_prefix('-')) {
        (Kind::Money, Some(size)) => ("-", size),
        (_, _) => ("", value),
    };
    let given = Value::from(size);
    let fit = fact.fit(&given).map_err(|misfit| Broken {
        field: name.to_owned(),
        value: value.to_owned(),
        why: misfit_text(fact, &given, misfit),
    })?;
    Ok(match fit {
        Value::Number(amount) if fact.kind == Kind::Money && amount.is_zero() => money::print(amount),
        Value::Number(amount) if fact.kind == Kind::Money => format!("{sign}{}", money::print(amount)),
        Value::Number(number) => number.normalize().to_string(),
        Value::YesNo(_) | Value::Date(_) | Value::Text(_) => fit.to_string(),
    })
}

/// Amounts of a refund are negative, all others are not.
fn check_signs(content: &Content, is_refund: bool) -> Result<(), Broken> {
    let wrong = amounts(content).find(|(_, amount)| !is_zero(amount) && amount.starts_with('-') != is_refund);
    let Some((field, amount)) = wrong else { return Ok(()) };
    let why = if is_refund {
        say!(
            "退费记录的 `{field}` 应为负数，却是 `{amount}`",
            "`{field}` of a refund should be negative, and is `{amount}`"
        )
    } else {
        say!(
            "`{field}` 是负数 `{amount}`，而记录没有写明冲退哪次结算（`init_setl_id`）",
            "`{field}` is `{amount}`, below zero, and the record names no settlement that it takes back (`init_setl_id`)"
        )
    };
    Err(Broken { field: field.to_owned(), value: amount.to_owned(), why })
}

fn amounts(content: &Content) -> impl Iterator<Item = (&str, &str)> {
    let is_money = |name: &str| StandardFact::named(name).is_some_and(|fact| fact.kind == Kind::Money);
    content.iter().map(|(name, value)| (name.as_str(), value.as_str())).filter(move |(name, _)| is_money(name))
}

fn is_zero(amount: &str) -> bool {
    amount.chars().all(|sign| matches!(sign, '0' | '.'))
}

/// The first amount of a refund that is not the one of the settlement with the other sign: the field, and both.
pub(super) fn unmatched<'c>(settlement: &'c Content, refund: &'c Content) -> Option<(&'c str, &'c str, &'c str)> {
    let own = |field: &str| settlement.get(field).map_or("0.00", String::as_str);
    let taken_back = amounts(refund).map(|(field, back)| (field, own(field), back));
    let mut left = amounts(settlement).filter(|(field, _)| !refund.contains_key(*field));
    let left = left.find(|(_, amount)| !is_zero(amount)).map(|(field, amount)| (field, amount, "0.00"));
    taken_back
        .filter(|(_, own, back)| *own != back.strip_prefix('-').unwrap_or(back))
        .chain(left.filter(|_| amounts(refund).next().is_some()))
        .next()
}
