//! What was changed in a certificate, as far as the place of the flaw tells it, in an auditor's words: in Chinese and in English.

use super::canonical::{Json, Member};
use super::program::Program;
use super::step::{Op, Step};

/// A value that does not follow.
pub(super) fn value(step: &Step, program: &Program) -> [String; 2] {
    let fact = |fact: usize| program.facts.list.get(fact).map_or("", |fact| &fact.name);
    match (&step.op, step.at.as_deref()) {
        (Op::Fact(place), _) => {
            let name = fact(*place);
            [
                format!("事实 `{name}` 不是计算金额所用的那个"),
                format!("the fact `{name}` is not the one that the amounts were worked out from"),
            ]
        }
        (Op::Prior(_), _) => [
            "此前已给付的金额不是计算金额所用的那个".to_owned(),
            "what was paid before is not what the amounts were worked out from".to_owned(),
        ],
        (Op::Derived { fact: place }, _) => {
            let name = fact(*place);
            [
                format!("事实 `{name}` 不是由其他事实推算所得"),
                format!("the fact `{name}` does not follow from the others"),
            ]
        }
        (_, Some(at)) => place(at),
        (_, None) => ["有一个数值不是由其依据得出的".to_owned(), "a value does not follow from its inputs".to_owned()],
    }
}

/// A place of the pack: `benefit:hospital-medical/step:0`.
fn place(at: &str) -> [String; 2] {
    let (kind, rest) = at.split_once(':').unwrap_or((at, ""));
    let (id, part) = rest.split_once('/').unwrap_or((rest, ""));
    match (kind, part) {
        ("benefit", "when") => [
            format!("待遇 `{id}` 是否适用，不是由其依据得出的"),
            format!("whether the benefit `{id}` applies does not follow from its inputs"),
        ],
        ("benefit", _) => [
            format!("待遇 `{id}` 的金额不是由其依据得出的"),
            format!("the amount of the benefit `{id}` does not follow from its inputs"),
        ],
        ("limit", _) => [
            format!("限额 `{id}` 所余的金额不是由其依据得出的"),
            format!("what the limit `{id}` leaves does not follow from its inputs"),
        ],
        ("condition", _) => [
            format!("条件 `{id}` 是否满足，不是由其依据得出的"),
            format!("whether the condition `{id}` is met does not follow from its inputs"),
        ],
        ("identity", _) => [
            format!("事实之间是否一致（`{id}`），不是由其依据得出的"),
            format!("whether the facts agree (`{id}`) does not follow from them"),
        ],
        ("posts", _) => [
            "计入以后理赔的金额不是由其依据得出的".to_owned(),
            "what counts for later claims does not follow from its inputs".to_owned(),
        ],
        (_, _) => {
            [format!("`{at}` 的数值不是由其依据得出的"), format!("a value of `{at}` does not follow from its inputs")]
        }
    }
}

/// A member of the conclusion that does not follow from the values.
pub(super) fn conclusion(name: &str, follows: &Json<'_>, stated: &Json<'_>) -> [String; 2] {
    match name {
        "decision" => both("审核结果不是由各数值得出的", "the decision does not follow from the values"),
        "payable" => both("应付金额不是由各数值得出的", "the amount payable does not follow from the values"),
        "reasons" => both("理由不是由各数值得出的", "the reasons do not follow from the values"),
        "posts" => {
            both("计入以后理赔的金额不是由各数值得出的", "what counts for later claims does not follow from the values")
        }
        _ => benefit(follows, stated),
    }
}

/// The first benefit that is stated otherwise, by the id that it has in truth.
fn benefit(follows: &Json<'_>, stated: &Json<'_>) -> [String; 2] {
    let (Json::List(follows), Json::List(stated)) = (follows, stated) else { return other_benefits() };
    if follows.len() != stated.len() {
        return other_benefits();
    }
    let found = follows.iter().zip(stated).find(|(follows, stated)| !follows.is(stated));
    let Some((Json::Object(follows), Json::Object(stated))) = found else { return other_benefits() };
    let id = follows.iter().find(|member| member.name == "id").map(|member| &member.value);
    let Some(Json::Text(id)) = id else { return other_benefits() };
    let is_other = |follows: &Member<'_>| {
        let stated = stated.iter().find(|stated| stated.name == follows.name);
        stated.is_none_or(|stated| !follows.value.is(&stated.value))
    };
    match follows.iter().find(|member| is_other(member)).map(|member| &*member.name) {
        Some("paid") => [
            format!("待遇 `{id}` 的给付金额不是由其依据得出的"),
            format!("the amount paid of the benefit `{id}` does not follow from its inputs"),
        ],
        Some("gross") => [
            format!("待遇 `{id}` 的基数不是由其依据得出的"),
            format!("the amount before all steps of the benefit `{id}` does not follow from its inputs"),
        ],
        Some("lines") => [
            format!("待遇 `{id}` 的某一步不是由其依据得出的"),
            format!("a step of the benefit `{id}` does not follow from its inputs"),
        ],
        Some(_) | None => other_benefits(),
    }
}

fn other_benefits() -> [String; 2] {
    both("所列的待遇不是由各数值得出的", "the benefits that are listed are not those that follow from the values")
}

fn both(zh: &str, en: &str) -> [String; 2] {
    [zh.to_owned(), en.to_owned()]
}
