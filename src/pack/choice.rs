//! A text that must be one of a few: what each of them means, and what people write for it.

use crate::adjudicate::Decision;
use crate::diagnostic::did_you_mean;
use crate::fact::Kind;
use crate::rounding::Mode;
use crate::spelling;
use crate::text::{Language, Text, say};

/// What the words of packs mean that no type of the engine gives a title, in Chinese and in English.
const MEANINGS: [(&str, &str, &str); 22] = [
    ("stated", "原文载明", "the text says so"),
    ("published", "公开资料", "published elsewhere"),
    ("assumed", "推定", "not published, to be verified"),
    ("claim", "每次理赔", "each claim"),
    ("event", "每次事件", "each event"),
    ("period", "每个保障期", "each period of cover"),
    ("calendar-year", "每个自然年", "each calendar year"),
    ("life", "终身", "the member's life"),
    ("coverage_start", "保障生效日", "the first day of the cover"),
    ("event_date", "事件日期", "the date of the event"),
    ("decide", "照常审核", "decided as others"),
    ("pend", "暂缓", "pended"),
    ("deny", "不予给付", "denied"),
    ("void", "超出的份数不计", "shares beyond do not count"),
    ("refuse", "不予给付", "the claim is denied"),
    ("enrollment", "参保", "of the enrollment"),
    ("unknown", "不知道", "not known"),
    ("none", "没有", "there was none"),
    ("marginal", "分段累进", "each part has its rate"),
    ("slab", "分段全额", "one rate for the whole"),
    ("up-to", "恰好等于时归下方", "what is exactly the edge counts below it"),
    ("below", "恰好等于时归上方", "what is exactly the edge counts above it"),
];

/// What people write for a word, where that is not what it is called.
const OTHERWISE_CALLED: [(&str, &str); 27] = [
    ("原文", "stated"),
    ("条款", "stated"),
    ("载明", "stated"),
    ("明文", "stated"),
    ("公开", "published"),
    ("公布", "published"),
    ("假设", "assumed"),
    ("推断", "assumed"),
    ("每次", "claim"),
    ("每件", "claim"),
    ("申请", "claim"),
    ("事件", "event"),
    ("每次事故", "event"),
    ("保障期", "period"),
    ("每期", "period"),
    ("自然年", "calendar-year"),
    ("年度", "calendar-year"),
    ("每年度", "calendar-year"),
    ("year", "calendar-year"),
    ("一生", "life"),
    ("累计", "life"),
    ("参保日期", "coverage_start"),
    ("生效日", "coverage_start"),
    ("无效", "void"),
    ("拒绝", "deny"),
    ("累进", "marginal"),
    ("全额", "slab"),
];

/// What people say that may mean either of two words.
const OF_TWO_MEANINGS: [(&str, [&str; 2]); 2] =
    [("每年", ["period", "calendar-year"]), ("一年", ["period", "calendar-year"])];

/// What is said of a text that is none of these.
pub(crate) fn refused(text: &str, values: &[&str]) -> Text {
    let quoted: Vec<String> = values.iter().map(|value| format!("`{value}`")).collect();
    let (zh, en) = (quoted.join("、"), values.join(", "));
    say!("`{text}` 不是下列之一：{zh}", "`{text}` is not one of {en}")
}

/// What to write instead: what is meant, what is near, or what each of them means.
pub(crate) fn help(text: &str, values: &[&'static str]) -> Text {
    let meant = meant(text, values);
    match meant.as_slice() {
        [] => did_you_mean(text, values.iter().copied()).unwrap_or_else(|| all(values)),
        [one] => say!("`{text}` 写作 `{one}`", "`{text}` is written `{one}`"),
        several => {
            let list = listed(several);
            say!("`{text}` 可能指 {list}", "`{text}` can mean {list}"; list)
        }
    }
}

/// The values with what they mean.
pub(crate) fn all(values: &[&str]) -> Text {
    let list = listed(values);
    say!("可写 {list}", "write {list}"; list)
}

/// Those of the values that a text means.
fn meant(text: &str, values: &[&'static str]) -> Vec<&'static str> {
    let folded = spelling::fold(text);
    let is_called = |value: &str| {
        meaning(value).is_some_and(|meaning| spelling::fold(&meaning.zh) == folded)
            || OTHERWISE_CALLED.contains(&(text, value))
            || OF_TWO_MEANINGS.iter().any(|(called, two)| *called == text && two.contains(&value))
    };
    values.iter().copied().filter(|value| is_called(value)).collect()
}

fn listed(values: &[&str]) -> Text {
    let with_meaning = |value: &&str| match meaning(value) {
        Some(Text { zh, en }) if en == *value => say!("`{value}`（{zh}）", "`{value}`"),
        Some(Text { zh, en }) => say!("`{value}`（{zh}）", "`{value}` ({en})"),
        None => Text::same(&format!("`{value}`")),
    };
    let list: Vec<Text> = values.iter().map(with_meaning).collect();
    let (mut zh, mut en) = (String::new(), String::new());
    for (place, text) in list.iter().enumerate() {
        let is_last = place.saturating_add(1) == list.len();
        let joints = match place {
            0 => ("", ""),
            _ if is_last => ("或", " or "),
            _ => ("、", ", "),
        };
        zh.push_str(joints.0);
        zh.push_str(&text.zh);
        en.push_str(joints.1);
        en.push_str(&text.en);
    }
    Text { zh, en }
}

/// What a word means; none where it says so itself.
fn meaning(value: &str) -> Option<Text> {
    if let Some((_, mode)) = Mode::ALL.iter().find(|(name, _)| *name == value) {
        return Some(mode.title());
    }
    if let Some((_, kind)) = Kind::ALL.iter().find(|(name, _)| *name == value) {
        return Some(kind.said());
    }
    if let Some(decision) = Decision::ALL.iter().find(|decision| decision.name() == value) {
        return Some(Text { zh: decision.title(Language::Zh).to_owned(), en: decision.title(Language::En).to_owned() });
    }
    MEANINGS.iter().find(|(name, ..)| *name == value).map(|(_, zh, en)| say!("{zh}", "{en}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const SCOPES: [&str; 5] = ["claim", "event", "period", "calendar-year", "life"];

    #[test]
    fn a_word_of_chinese_is_answered_with_the_word_of_the_pack() {
        let sure = ["stated", "published", "assumed"];
        assert_eq!(help("推定", &sure).zh, "`推定` 写作 `assumed`");
        assert_eq!(help("四舍五入", &["half-up", "floor"]).zh, "`四舍五入` 写作 `half-up`");
        assert_eq!(help("每年", &SCOPES).zh, "`每年` 可能指 `period`（每个保障期）或`calendar-year`（每个自然年）");
        assert_eq!(help("assumd", &sure).zh, "是否想写 `assumed`？");
        assert_eq!(help("x", &sure).zh, "可写 `stated`（原文载明）、`published`（公开资料）或`assumed`（推定）");
    }

    #[test]
    fn what_people_write_for_a_word_is_no_word_twice() {
        for (called, value) in OTHERWISE_CALLED {
            assert!(meaning(value).is_some(), "{called}");
            assert!(OTHERWISE_CALLED.iter().filter(|(other, _)| *other == called).count() == 1, "{called}");
        }
    }
}
