//! The JSON Schema of case files, from the table of standard facts.

use serde_json::{Map, Value as Json, json};

use crate::fact::{Absent, Holder, Kind, STANDARD, StandardFact};
use crate::history::MAX_CLAIMS;

/// A name of a fact of a pack's own.
const NAME: &str = "^[a-z][a-z0-9]*(_[a-z0-9]+)*$";

/// The JSON Schema (draft 2020-12) of case files: every standard fact with its type, unit, bounds, titles in Chinese and in
/// English, and what it means that it is absent.
///
/// ```
/// let schema = huzhu::case_schema();
/// let grade = &schema["$defs"]["claim"]["properties"]["disability_grade"];
/// assert_eq!(grade["title"], "伤残等级 · disability grade");
/// assert_eq!(grade["anyOf"][0]["maximum"], 10);
/// ```
#[must_use]
pub fn case_schema() -> Json {
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "huzhu case file",
        "description": "一份参保记录、该会员的既往理赔和待审核的理赔 · one enrollment, the member's earlier claims, and the claim to decide",
        "type": "object",
        "properties": {
            "enrollment": { "$ref": "#/$defs/enrollment" },
            "history": {
                "title": "既往理赔 · earlier claims",
                "description": "先于此件按事件日期和编号逐件审核 · decided first, by event date and then by id",
                "type": "array",
                "maxItems": MAX_CLAIMS,
                "items": { "$ref": "#/$defs/earlier_claim" },
            },
            "other_covers": {
                "title": "该会员在其他计划的参保 · the member's covers under other plans",
                "description": "合计限额按各计划合计，未提供即不明 · a joint limit counts all plans; if absent it is not known, if empty there is none",
                "type": "array",
                "items": { "$ref": "#/$defs/other_cover" },
            },
            "claim": { "$ref": "#/$defs/claim" },
            "notes": { "title": "备注，不参与审核 · notes, which decide nothing" },
        },
        "required": ["enrollment", "claim"],
        "additionalProperties": false,
        "$defs": {
            "enrollment": enrollment(),
            "other_cover": {
                "title": "其他计划的参保和理赔 · a cover under another plan, and the claims under it",
                "type": "object",
                "properties": {
                    "enrollment": { "$ref": "#/$defs/enrollment" },
                    "history": {
                        "title": "该计划下的理赔 · the claims under it",
                        "type": "array",
                        "maxItems": MAX_CLAIMS,
                        "items": { "$ref": "#/$defs/earlier_claim" },
                    },
                },
                "required": ["enrollment"],
                "additionalProperties": false,
            },
            "claim": claim(None),
            "earlier_claim": claim(Some(changed_enrollment())),
            "settlement": settlement(),
            "own_fact": {
                "title": "规则包自有事实 · a fact of the pack's own",
                "type": ["string", "number", "boolean"],
            },
        },
    })
}

fn enrollment() -> Json {
    let mut properties = facts(|fact| fact.holder == Holder::Enrollment);
    properties.insert("id".into(), text("参保编号 · the enrollment's id"));
    properties.insert("plan".into(), text("计划编号 · the plan's id"));
    properties.insert(
        "plan_version".into(),
        text("指定版本，不写则由日期确定 · the version, if the dates are not to pick it"),
    );
    properties.insert("member".into(), text("会员编号 · the member's id"));
    with_own_facts("参保记录 · the enrollment", Holder::Enrollment, properties, &["id", "plan", "member"])
}

/// What was different about the enrollment when an earlier claim was made, such as the dates of the last cover.
fn changed_enrollment() -> Json {
    let properties = facts(|fact| fact.holder == Holder::Enrollment);
    with_own_facts(
        "该次理赔时不同的参保事实 · facts of the enrollment that were different then",
        Holder::Enrollment,
        properties,
        &[],
    )
}

fn claim(changed_enrollment: Option<Json>) -> Json {
    let mut properties = facts(|fact| fact.holder == Holder::Claim && !fact.settlement);
    properties.insert("id".into(), text("理赔申请编号 · the claim's id"));
    properties.insert("reverses".into(), text("所冲销的理赔申请编号 · the id of the claim that this one reverses"));
    properties.insert("settlement".into(), json!({ "$ref": "#/$defs/settlement" }));
    if let Some(changed) = changed_enrollment {
        properties.insert("enrollment".into(), changed);
    }
    with_own_facts("理赔申请 · the claim", Holder::Claim, properties, &["id"])
}

fn settlement() -> Json {
    json!({
        "title": "医保结算记录 · the settlement record of basic insurance",
        "type": "object",
        "properties": with_aliases(facts(|fact| fact.settlement)),
        "additionalProperties": false,
    })
}

fn text(title: &str) -> Json {
    json!({ "title": title, "type": "string", "minLength": 1 })
}

/// An object that may also hold facts of the pack's own, but none that belongs to the other holder.
fn with_own_facts(title: &str, holder: Holder, properties: Map<String, Json>, required: &[&str]) -> Json {
    let others: Vec<&str> = STANDARD.iter().filter(|fact| fact.holder != holder).map(|fact| fact.name).collect();
    json!({
        "title": title,
        "type": "object",
        "properties": properties,
        "required": required,
        "propertyNames": { "pattern": NAME, "not": { "enum": others } },
        "additionalProperties": { "$ref": "#/$defs/own_fact" },
    })
}

fn facts(wanted: impl Fn(&StandardFact) -> bool) -> Map<String, Json> {
    STANDARD.iter().filter(|fact| wanted(fact)).map(|fact| (fact.name.to_owned(), fact.schema())).collect()
}

/// The same with what queries call some of them.
fn with_aliases(mut properties: Map<String, Json>) -> Map<String, Json> {
    for fact in &STANDARD {
        let Some((alias, mut schema)) = fact.alias.zip(properties.get(fact.name).cloned()) else { continue };
        if let Some(object) = schema.as_object_mut() {
            let name = fact.name;
            object.insert("description".into(), format!("即 `{name}` · another name of `{name}`").into());
        }
        properties.insert(alias.to_owned(), schema);
    }
    properties
}

impl StandardFact {
    fn schema(&self) -> Json {
        let mut schema = self.form();
        if let Some(object) = schema.as_object_mut() {
            object.insert("title".into(), format!("{} · {}", self.zh, self.en).into());
            object.insert("description".into(), self.description().into());
            if let Some(unit) = self.unit() {
                object.insert("x-unit".into(), unit.into());
            }
        }
        schema
    }

    fn unit(&self) -> Option<&'static str> {
        match self.kind {
            Kind::Money => Some("yuan"),
            Kind::Days => Some("day"),
            Kind::Ratio | Kind::Number | Kind::Date | Kind::YesNo | Kind::Category => None,
        }
    }

    /// What its value may be; numbers and texts of numbers are read alike, digit by digit.
    fn form(&self) -> Json {
        let bounds = self.bounds();
        match self.kind {
            Kind::Money => json!({ "anyOf": [
                { "type": "string", "pattern": r"^[0-9]{1,15}(\.[0-9]{1,2}0{0,6})?$" },
                { "type": "number", "minimum": 0 },
            ] }),
            Kind::Ratio => json!({ "anyOf": [
                { "type": "string", "pattern": r"^(0(\.[0-9]{1,8})?|1(\.0{1,8})?)$" },
                { "type": "number", "minimum": 0, "maximum": 1 },
            ] }),
            Kind::Number | Kind::Days => {
                let bound = |bound: rust_decimal::Decimal| i64::try_from(bound).map_or(Json::Null, Json::from);
                json!({ "anyOf": [
                    { "type": "integer", "minimum": bound(bounds.min), "maximum": bound(bounds.max) },
                    { "type": "string", "pattern": "^[0-9]{1,10}$" },
                ] })
            }
            Kind::Date if self.settlement => {
                json!({ "type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}([ T][0-9]{2}:[0-9]{2}:[0-9]{2})?$" })
            }
            Kind::Date => json!({ "type": "string", "format": "date", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$" }),
            Kind::YesNo => json!({ "enum": [true, false, "true", "false"] }),
            Kind::Category if self.is_open() => json!({ "type": ["string", "integer"] }),
            Kind::Category => {
                let texts = self.values.iter().map(|value| Json::from(*value));
                let numbers = self.values.iter().filter_map(|value| value.parse::<u32>().ok()).map(Json::from);
                json!({ "enum": texts.chain(numbers).collect::<Vec<_>>() })
            }
        }
    }

    fn description(&self) -> String {
        let kind = match self.kind {
            Kind::Money => "金额，元，至多两位小数 · yuan, at most 2 places",
            Kind::Ratio => "0至1的比例 · a ratio from 0 to 1",
            Kind::Number => "整数 · a whole number",
            Kind::Days => "天数 · days",
            Kind::Date => "日期 YYYY-MM-DD · a date",
            Kind::YesNo => "是或否 · true or false",
            Kind::Category if self.is_open() => "类别，取值由规则包声明 · a category; packs declare its values",
            Kind::Category => "类别 · a category",
        };
        let absent = match (self.absent, self.derived) {
            (_, Some(derived)) => format!("未提供时推算为 · if absent it is derived: {derived}"),
            (Absent::None, None) => "未提供即没有 · if absent there was none".to_owned(),
            (Absent::Unknown, None) => {
                "未提供即不明，需要它的申请暂缓 · if absent it is unknown; a claim that needs it is pended".to_owned()
            }
        };
        format!("{kind}。{absent}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_standard_fact_is_in_the_schema_once() {
        let schema = case_schema();
        for fact in &STANDARD {
            let places = ["enrollment", "claim", "settlement"]
                .into_iter()
                .filter(|place| !schema["$defs"][place]["properties"][fact.name].is_null());
            assert_eq!(places.count(), 1, "{}", fact.name);
        }
    }

    #[test]
    fn what_queries_call_a_field_is_in_the_schema_too() {
        let settlement = &case_schema()["$defs"]["settlement"]["properties"];
        assert_eq!(settlement["psn_pay"]["title"], settlement["psn_part_amt"]["title"]);
        assert_eq!(settlement["psn_pay"]["description"], "即 `psn_part_amt` · another name of `psn_part_amt`");
    }

    #[test]
    fn no_fact_is_taken_from_the_wrong_holder() {
        let schema = case_schema();
        let refused = |place: &str| schema["$defs"][place]["propertyNames"]["not"]["enum"].to_string();
        assert!(refused("claim").contains("\"shares\"") && !refused("claim").contains("\"event_date\""));
        assert!(refused("enrollment").contains("\"event_date\"") && !refused("enrollment").contains("\"shares\""));
    }
}
