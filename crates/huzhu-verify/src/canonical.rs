//! Canonical JSON (RFC 8785), read strictly: what is not written in the one form is refused.
//!
//! Nothing needs to be written again to compare: each rule of the form is a rule of this reader.

use std::borrow::Cow;

use super::flaw::Flaw;

/// The format nests eight deep.
const MOST_DEPTH: usize = 16;
const LARGEST_WHOLE: u64 = 9_007_199_254_740_991;

#[derive(Debug)]
pub(super) enum Json<'t> {
    Null,
    Truth(bool),
    Whole(u64),
    Text(Cow<'t, str>),
    List(Vec<Json<'t>>),
    Object(Vec<Member<'t>>),
}

#[derive(Debug)]
pub(super) struct Member<'t> {
    pub(super) name: Cow<'t, str>,
    pub(super) value: Json<'t>,
    /// The value as it is written.
    pub(super) text: &'t str,
    /// Name, colon and value as they are written.
    pub(super) whole: &'t str,
}

impl Json<'_> {
    /// Whether both say the same.
    pub(super) fn is(&self, other: &Json<'_>) -> bool {
        match (self, other) {
            (Json::Null, Json::Null) => true,
            (Json::Truth(one), Json::Truth(other)) => one == other,
            (Json::Whole(one), Json::Whole(other)) => one == other,
            (Json::Text(one), Json::Text(other)) => one == other,
            (Json::List(one), Json::List(other)) => {
                one.len() == other.len() && one.iter().zip(other).all(|(one, other)| one.is(other))
            }
            (Json::Object(one), Json::Object(other)) => {
                let same =
                    |(one, other): (&Member<'_>, &Member<'_>)| one.name == other.name && one.value.is(&other.value);
                one.len() == other.len() && one.iter().zip(other).all(same)
            }
            (
                Json::Null | Json::Truth(_) | Json::Whole(_) | Json::Text(_) | Json::List(_) | Json::Object(_),
                Json::Null | Json::Truth(_) | Json::Whole(_) | Json::Text(_) | Json::List(_) | Json::Object(_),
            ) => false,
        }
    }

    /// The value in a sentence, which has no room for long ones.
    pub(super) fn brief(&self) -> String {
        match self {
            Json::Null => "null".to_owned(),
            Json::Truth(truth) => truth.to_string(),
            Json::Whole(number) => number.to_string(),
            Json::Text(text) => quoted(text),
            Json::List(_) => "[…]".to_owned(),
            Json::Object(_) => "{…}".to_owned(),
        }
    }
}

/// Reads a text that is one canonical value and nothing else.
pub(super) fn read(text: &str) -> Result<Json<'_>, Flaw> {
    let mut reader = Reader { text, rest: text };
    let value = reader.value(MOST_DEPTH)?;
    if reader.rest.is_empty() { Ok(value) } else { Err(reader.not_canonical()) }
}

/// The text of bytes.
pub(super) fn text_of(bytes: &[u8]) -> Result<&str, Flaw> {
    std::str::from_utf8(bytes)
        .map_err(|fault| Flaw::new(format!("byte {}", fault.valid_up_to()), "不是 UTF-8", "it is not UTF-8"))
}

/// A text as canonical JSON writes it.
pub(super) fn quoted(text: &str) -> String {
    let mut quoted = String::from('"');
    for letter in text.chars() {
        match (letter, short_escape_of(letter)) {
            (_, Some(escape)) => quoted.extend(['\\', escape]),
            ('\0'..' ', None) => {
                let code = format!("\\u{:04x}", u32::from(letter));
                quoted.push_str(&code);
            }
            (_, None) => quoted.push(letter),
        }
    }
    quoted.push('"');
    quoted
}

fn short_escape_of(letter: char) -> Option<char> {
    ESCAPES.iter().find(|(_, known)| *known == letter).map(|(escape, _)| *escape)
}

const ESCAPES: [(char, char); 7] =
    [('"', '"'), ('\\', '\\'), ('b', '\u{8}'), ('t', '\t'), ('n', '\n'), ('f', '\u{c}'), ('r', '\r')];

struct Reader<'t> {
    text: &'t str,
    rest: &'t str,
}

impl<'t> Reader<'t> {
    fn value(&mut self, depth: usize) -> Result<Json<'t>, Flaw> {
        let Some(depth) = depth.checked_sub(1) else { return Err(self.refused("嵌套过深", "it nests too deep")) };
        match self.rest.as_bytes().first() {
            Some(b'{') => self.object(depth),
            Some(b'[') => self.list(depth),
            Some(b'"') => self.string().map(Json::Text),
            Some(b'0'..=b'9') => self.whole(),
            _ if self.takes("null") => Ok(Json::Null),
            _ if self.takes("true") => Ok(Json::Truth(true)),
            _ if self.takes("false") => Ok(Json::Truth(false)),
            _ => Err(self.not_canonical()),
        }
    }

    fn object(&mut self, depth: usize) -> Result<Json<'t>, Flaw> {
        let mut members: Vec<Member<'t>> = Vec::new();
        self.must_take("{")?;
        if self.takes("}") {
            return Ok(Json::Object(members));
        }
        loop {
            let (start, before) = (self.place(), self.rest);
            let name = self.string()?;
            if !name.is_ascii() {
                return Err(self.refused("键不是 ASCII", "a key is not ASCII"));
            }
            if members.last().is_some_and(|last| last.name >= name) {
                return Err(self.refused(
                    format!("键 `{name}` 重复或次序不对"),
                    format!("the key `{name}` is a duplicate or out of order"),
                ));
            }
            self.must_take(":")?;
            let (name_end, inside) = (self.place(), self.rest);
            let value = self.value(depth)?;
            let text = inside.get(..self.place().saturating_sub(name_end)).unwrap_or_default();
            let whole = before.get(..self.place().saturating_sub(start)).unwrap_or_default();
            members.push(Member { name, value, text, whole });
            if self.takes("}") {
                return Ok(Json::Object(members));
            }
            self.must_take(",")?;
        }
    }

    fn list(&mut self, depth: usize) -> Result<Json<'t>, Flaw> {
        let mut items = Vec::new();
        self.must_take("[")?;
        if self.takes("]") {
            return Ok(Json::List(items));
        }
        loop {
            items.push(self.value(depth)?);
            if self.takes("]") {
                return Ok(Json::List(items));
            }
            self.must_take(",")?;
        }
    }

    fn whole(&mut self) -> Result<Json<'t>, Flaw> {
        let end = self.rest.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(self.rest.len());
        let digits = self.rest.get(..end).unwrap_or_default();
        let number = digits.parse().ok().filter(|number| *number <= LARGEST_WHOLE);
        match number {
            Some(number) if digits == "0" || !digits.starts_with('0') => {
                self.skip(end);
                Ok(Json::Whole(number))
            }
            Some(_) | None => Err(self.not_canonical()),
        }
    }

    fn string(&mut self) -> Result<Cow<'t, str>, Flaw> {
        self.must_take("\"")?;
        let plain = self.plain();
        if self.takes("\"") {
            return Ok(Cow::Borrowed(plain));
        }
        let mut text = plain.to_owned();
        while !self.takes("\"") {
            text.push(self.escaped()?);
            text.push_str(self.plain());
        }
        Ok(Cow::Owned(text))
    }

    /// What stands for itself in a string.
    fn plain(&mut self) -> &'t str {
        let ends = |byte: u8| byte == b'"' || byte == b'\\' || byte < b' ';
        let end = self.rest.bytes().position(ends).unwrap_or(self.rest.len());
        let plain = self.rest.get(..end).unwrap_or_default();
        self.skip(end);
        plain
    }

    fn escaped(&mut self) -> Result<char, Flaw> {
        let escapes = self.rest.strip_prefix('\\').and_then(|rest| rest.chars().next());
        if let Some((_, letter)) = ESCAPES.iter().find(|(escape, _)| Some(*escape) == escapes) {
            self.skip(2);
            return Ok(*letter);
        }
        // Six characters, lower case; only for what has no escape of its own and cannot stand for itself.
        let digits = self.rest.strip_prefix("\\u00").and_then(|rest| rest.get(..2));
        let digits = digits.filter(|digits| digits.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')));
        let letter = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()).map(char::from);
        match letter.filter(|letter| *letter < ' ' && short_escape_of(*letter).is_none()) {
            Some(letter) => {
                self.skip(6);
                Ok(letter)
            }
            None => Err(self.not_canonical()),
        }
    }

    fn takes(&mut self, text: &str) -> bool {
        match self.rest.strip_prefix(text) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn must_take(&mut self, text: &str) -> Result<(), Flaw> {
        if self.takes(text) { Ok(()) } else { Err(self.not_canonical()) }
    }

    fn skip(&mut self, bytes: usize) {
        self.rest = self.rest.get(bytes..).unwrap_or_default();
    }

    fn place(&self) -> usize {
        self.text.len().saturating_sub(self.rest.len())
    }

    fn not_canonical(&self) -> Flaw {
        self.refused("不是规范 JSON（RFC 8785）", "it is not canonical JSON (RFC 8785)")
    }

    fn refused(&self, zh: impl Into<String>, en: impl Into<String>) -> Flaw {
        Flaw::new(format!("byte {}", self.place()), zh, en)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_read_only_in_its_one_form() {
        for good in
            ["null", "0", "9007199254740991", r#""\u0000\u001f\b\t\n\f\r\"\\/é😀""#, "{}", r#"{"a":[1,[]],"b":{}}"#]
        {
            assert!(read(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            " null",
            "null ",
            "nul",
            "00",
            "01",
            "-0",
            "-1",
            "1.0",
            "1e3",
            "9007199254740992",
            "99999999999999999999",
            "+1",
            r#""\u0008""#,
            r#""\u001F""#,
            r#""\u0020""#,
            r#""\u00e9""#,
            r#""\/""#,
            r#""\ud83d""#,
            "\"\u{1}\"",
            "\"",
            r#""\u00"#,
            "[1,]",
            "[1 ,2]",
            "[",
            r#"{"a":1,"a":2}"#,
            r#"{"b":1,"a":2}"#,
            r#"{"a": 1}"#,
            r#"{"a":1,}"#,
            r"{é:1}",
            r#"{"é":1}"#,
            "{}{}",
            "{}\n",
            "\u{feff}{}",
            "NaN",
        ] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_value_nests_no_deeper_than_the_format_needs() {
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert!(read(&nested(MOST_DEPTH)).is_ok());
        assert!(read(&nested(MOST_DEPTH + 1)).is_err());
        assert!(read(&"[".repeat(1_000_000)).is_err());
    }

    #[test]
    fn what_is_quoted_is_read_back() {
        let text: String = ('\0'..'\u{80}').chain("é中😀".chars()).collect();
        assert!(matches!(read(&quoted(&text)), Ok(Json::Text(read)) if read == text));
    }
}
