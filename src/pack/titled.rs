//! The claims that break a promise, in Chinese: facts and their values by what they are called.

use crate::plan::{Plan, PlanFact};
use crate::spelling::answer_title;
use crate::text::Text;

/// What ends the value of a fact in a list of facts.
const ENDS: [char; 7] = [',', ' ', ')', '，', '；', '：', '→'];

/// The text with `cause = accident` as `原因 = 意外伤害` in Chinese.
pub(super) fn words(plan: &Plan, Text { zh, en }: Text) -> Text {
    let mut facts: Vec<&PlanFact> = plan.facts.iter().collect();
    facts.sort_by_key(|fact| std::cmp::Reverse(fact.name.len())); // a name may end as another
    Text { zh: facts.into_iter().fold(zh, |zh, fact| titled(fact, &zh)), en }
}

fn titled(fact: &PlanFact, text: &str) -> String {
    let head = format!("{} = ", fact.name);
    let (mut titled, mut rest) = (String::with_capacity(text.len()), text);
    while let Some((before, after)) = rest.split_once(&head) {
        titled.push_str(before);
        let is_whole = !before.ends_with(|last: char| last.is_ascii_alphanumeric() || last == '_');
        let end = after.find(ENDS).unwrap_or(after.len());
        let (value, behind) = after.split_at_checked(end).unwrap_or((after, ""));
        if is_whole {
            let symbol =
                fact.symbols.iter().find(|symbol| *symbol.name == *value).map(|symbol| symbol.title.zh.clone());
            let shown = symbol.unwrap_or_else(|| answer_title(value).zh);
            let shown = if shown.is_empty() { value } else { &shown };
            titled.extend([&*fact.title.zh, " = ", shown]);
        } else {
            titled.push_str(&head);
            titled.push_str(value);
        }
        rest = behind;
    }
    titled + rest
}
