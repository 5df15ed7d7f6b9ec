//! A pack that comes with the program, in the words of the reader: its comments, and its units.

use huzhu::Language;

/// Where the Chinese and the English of a comment part: `# 中文 · English`.
const BETWEEN: &str = " · ";
/// The longer of two that begin alike comes first.
const UNITS: [(&str, &str); 8] = [
    ("yuan/day", "元/天"),
    ("yuan", "元"),
    ("days", "天"),
    ("day", "天"),
    ("months", "个月"),
    ("month", "个月"),
    ("years", "年"),
    ("year", "年"),
];

/// Of each comment the reader's part, and for one who reads Chinese the units in Chinese; what the pack means is the same.
pub(super) fn spoken(pack: &str, language: Language) -> String {
    let lines = pack.lines().map(|line| {
        let (code, comment) = line.split_at(comment_of(line));
        let code = match language {
            Language::En => code.to_owned(),
            Language::Zh => in_chinese_units(code),
        };
        code + &readers_part(comment, language) + "\n"
    });
    lines.collect()
}

/// Where the comment of a line begins; its end, if there is none.
fn comment_of(line: &str) -> usize {
    let mut is_text = false;
    let begins = line.char_indices().find(|(_, letter)| {
        is_text ^= *letter == '"';
        *letter == '#' && !is_text
    });
    begins.map_or(line.len(), |(place, _)| place)
}

fn readers_part(comment: &str, language: Language) -> String {
    match (comment.split_once(BETWEEN), language) {
        (Some((zh, _)), Language::Zh) => zh.to_owned(),
        (Some((_, en)), Language::En) => format!("# {en}"),
        (None, _) => comment.to_owned(),
    }
}

/// The units of all texts but those for one who reads English.
fn in_chinese_units(code: &str) -> String {
    let mut done = String::new();
    for (number, part) in code.split('"').enumerate() {
        let is_text = number % 2 == 1;
        let is_english = key_before(&done) == "en";
        if number > 0 {
            done.push('"');
        }
        if is_text && !is_english {
            done += &UNITS.into_iter().fold(part.to_owned(), |text, (en, zh)| with_unit(&text, en, zh));
        } else {
            done += part;
        }
    }
    done
}

/// The key that a value is of, as in `clause.en = `.
fn key_before(code: &str) -> &str {
    let key = code.trim_end().strip_suffix('=').unwrap_or_default().trim_end();
    key.rsplit(|letter: char| !letter.is_alphanumeric() && letter != '_').next().unwrap_or_default()
}

/// `0.01 yuan` is `0.01元`; the unit stands between a number and what is no letter.
fn with_unit(text: &str, en: &str, zh: &str) -> String {
    let unit = format!(" {en}");
    let mut parts = text.split(&unit);
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |before, after| {
        let is_unit = before.ends_with(|last: char| last.is_ascii_digit()) && !after.starts_with(char::is_alphanumeric);
        before + if is_unit { zh } else { &unit } + after
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_those_of_numbers_in_texts_that_are_not_english() {
        let lines = [
            ("to = \"0.01 yuan\"", "to = \"0.01元\""),
            ("a = [\"50 yuan/day\", \"1 year\", \"12 months\"]", "a = [\"50元/天\", \"1年\", \"12个月\"]"),
            ("when = \"hospital_days > 0 days and x\"", "when = \"hospital_days > 0天 and x\""),
            ("{ zh = \"每天 1 day\", en = \"1 day\" }", "{ zh = \"每天 1天\", en = \"1 day\" }"),
            ("clause.en  = \"30 days\"", "clause.en  = \"30 days\""),
            ("id = \"3 daylight yuan\"", "id = \"3 daylight yuan\""),
        ];
        for (english, chinese) in lines {
            assert_eq!(spoken(english, Language::Zh), format!("{chinese}\n"));
            assert_eq!(spoken(english, Language::En), format!("{english}\n"));
        }
    }

    #[test]
    fn of_a_comment_the_readers_part_stays() {
        let line = "id = \"#1\"   # 编号 · the id";
        assert_eq!(spoken(line, Language::Zh), "id = \"#1\"   # 编号\n");
        assert_eq!(spoken(line, Language::En), "id = \"#1\"   # the id\n");
        assert_eq!(spoken("#\n# 100 × 2", Language::En), "#\n# 100 × 2\n");
    }
}
