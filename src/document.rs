//! TOML and JSON files as nodes: every key and value with its place, every number as it was written.

mod bare_dates;
pub(crate) mod full_width;
mod other_kind;
mod parsers;

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::NaiveDate;
use jsonc_parser::ast;
use toml::de::{DeTable, DeValue};

use crate::code::Code;
use crate::diagnostic::{Diagnostics, Findings, Source, Span};
use crate::text::{Text, say};
use crate::written::without_zeros;

/// A rule pack or a file of worked cases is at most 1 MiB.
pub const MAX_PACK_BYTES: usize = 1 << 20;
/// A case file is at most 16 MiB.
pub const MAX_CASE_BYTES: usize = 16 << 20;
/// Tables and lists nest at most 64 deep.
pub const MAX_DEPTH: usize = 64;
/// A table has at most 10,000 keys.
pub const MAX_KEYS: usize = 10_000;
/// A number has at most 19 digits.
pub const MAX_NUMBER_DIGITS: usize = 19;

/// The notation of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Notation {
    Toml,
    Json,
}

/// A value with its place.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Node {
    pub(crate) span: Span,
    pub(crate) form: Form,
}

/// What a value is.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Form {
    Table(Vec<Entry>),
    List(Vec<Node>),
    Text {
        text: String,
        /// Where the text starts in the file, if it stands there letter for letter.
        starts: Option<usize>,
    },
    /// As written, without underscores.
    Number(String),
    YesNo(bool),
    Date(NaiveDate),
    /// A time of day, a moment, `null`, a hexadecimal number: nothing that a rule file or a case may say.
    Other,
    /// Something that was reported already.
    Poisoned,
}

/// One key of a table with its value.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Entry {
    pub(crate) key: String,
    pub(crate) key_span: Span,
    pub(crate) node: Node,
}

impl Node {
    pub(crate) fn entries(&self) -> &[Entry] {
        let Form::Table(entries) = &self.form else { return &[] };
        entries
    }

    pub(crate) fn get(&self, key: &str) -> Option<&Node> {
        self.entries().iter().find(|entry| entry.key == key).map(|entry| &entry.node)
    }

    /// A text in both languages; one that is written in one language alone reads the same in both.
    pub(crate) fn words(&self) -> Text {
        let part = |key| self.get(key).and_then(Node::text).filter(|text| !text.is_empty());
        match (self.text(), part("zh"), part("en")) {
            (Some(text), ..) => Text::same(text),
            (None, Some(zh), Some(en)) => Text { zh: zh.to_owned(), en: en.to_owned() },
            (None, Some(alone), None) | (None, None, Some(alone)) => Text::same(alone),
            (None, None, None) => Text::default(),
        }
    }

    pub(crate) fn is_table(&self) -> bool {
        matches!(self.form, Form::Table(_))
    }

    pub(crate) fn items(&self) -> &[Node] {
        let Form::List(items) = &self.form else { return &[] };
        items
    }

    pub(crate) fn is_empty_list(&self) -> bool {
        matches!(&self.form, Form::List(items) if items.is_empty())
    }

    pub(crate) fn text(&self) -> Option<&str> {
        let Form::Text { text, .. } = &self.form else { return None };
        Some(text)
    }
}

/// Reads a file's bytes into nodes.
///
/// The root is always a table; after a syntax error it holds what could be read, and the findings are not empty.
pub(crate) fn read(
    path: &str,
    bytes: &[u8],
    notation: Notation,
    max_bytes: usize,
) -> Result<(Node, Findings), Diagnostics> {
    let admitted = admit(path, bytes, max_bytes)?;
    let mut findings = Findings::of(Arc::new(admitted));
    let source = Arc::clone(findings.source());
    let root = match notation {
        Notation::Toml => read_toml(&source.text, &mut findings),
        Notation::Json => read_json(&source.text, &mut findings),
    };
    Ok((root, findings))
}

/// Bounds what comes in at the door: size and encoding.
fn admit(path: &str, bytes: &[u8], max_bytes: usize) -> Result<Source, Diagnostics> {
    let refused = |code, place: usize, text: &str, message, help: Option<Text>| {
        let mut findings = Findings::of(Arc::new(Source { path: path.to_owned(), text: text.to_owned() }));
        findings.report(code, &(place..place), message).help_with(help);
        Err(findings.into_diagnostics())
    };
    if let Some(message) = other_kind::told(bytes) {
        return refused(Code::NotText, 0, "", message, Some(other_kind::help()));
    }
    let size = bytes.len();
    if size > max_bytes {
        return refused(
            Code::TooLarge,
            0,
            "",
            say!("文件有 {size} 字节，上限为 {max_bytes}", "the file has {size} bytes, at most {max_bytes} are read"),
            None,
        );
    }
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    match str::from_utf8(bytes) {
        Ok(text) => Ok(Source { path: path.to_owned(), text: text.to_owned() }),
        Err(fault) => {
            let place = fault.valid_up_to();
            let readable = String::from_utf8_lossy(bytes.get(..place).unwrap_or_default());
            refused(
                Code::NotUtf8,
                place,
                &readable,
                say!("第 {place} 字节处不是 UTF-8 编码", "not UTF-8 at byte {place}"),
                Some(if other_kind::is_utf16(bytes) {
                    say!(
                        "文件存为 UTF-16：在原软件中“另存为”，编码选 UTF-8",
                        "it was saved as UTF-16: save it anew where it was written, with UTF-8 as its encoding"
                    )
                } else {
                    say!(
                        "文件多半存为 GBK（GB18030）：在原软件中“另存为”，编码选 UTF-8",
                        "most likely it was saved as GBK (GB18030): save it anew where it was written, with UTF-8 as its encoding"
                    )
                }),
            )
        }
    }
}

fn read_toml(text: &str, findings: &mut Findings) -> Node {
    let (root, faults) = DeTable::parse_recoverable(text);
    let mut lines = full_width::Lines::new(text, Notation::Toml);
    let mut dates = bare_dates::Dates::new(text);
    for fault in without_echoes(faults) {
        if fault.message() == KEY_OF_TOO_MANY_PARTS {
            too_deep(long_key(text), findings);
            continue;
        }
        let span = fault.span().unwrap_or_default();
        if full_width_sign(&mut lines, span.start, findings) || dates.told(span.start, findings) {
            continue;
        }
        findings.report(Code::Syntax, &span, parsers::of_toml(fault.message()));
    }
    let span = root.span();
    toml_table(root.into_inner(), span, text, 1, findings)
}

/// Where signs on the line of a fault are full-width, they are to blame, and the help is the line as it should be; such a line is told once.
fn full_width_sign(lines: &mut full_width::Lines<'_>, place: usize, findings: &mut Findings) -> bool {
    let Some(full_width::Mended { sign, place, line }) = lines.mended(place) else { return false };
    let (sign, place) = (*sign, *place);
    let message =
        say!("`{sign}` 是全角符号，此处须用半角", "`{sign}` is a full-width sign; a plain one is wanted here");
    let help = say!("写作 `{line}`", "write `{line}`");
    findings.report(Code::Syntax, &(place..place.saturating_add(sign.len_utf8())), message).help_with([help]);
    true
}

/// What the parser says of a dotted key that it does not follow to its end; it gives no place.
const KEY_OF_TOO_MANY_PARTS: &str = "recursion limit";

/// A bracket that is not closed swallows all that follows: what the parser says of that is one mistake, told where it is
/// first seen.
fn without_echoes(mut faults: Vec<toml::de::Error>) -> Vec<toml::de::Error> {
    const UNCLOSED: [&str; 2] = ["unclosed inline table", "unclosed array,"];
    const INSIDE: [&str; 3] = ["between key-value pairs", "inline table element", "between array elements"];
    let says = |fault: &toml::de::Error, parts: &[&str]| parts.iter().any(|part| fault.message().contains(part));
    let is_inside = |fault: &&toml::de::Error| says(fault, &INSIDE);
    if faults.iter().any(|fault| says(fault, &UNCLOSED))
        && let Some(first) =
            faults.iter().filter(is_inside).filter_map(toml::de::Error::span).map(|span| span.start).min()
    {
        faults.retain(|fault| {
            fault.span().is_none_or(|span| span.start < first || (span.start == first && is_inside(&fault)))
        });
    }
    faults
}

/// The first key of more parts than [`MAX_DEPTH`].
fn long_key(text: &str) -> Span {
    let mut line_start = 0_usize;
    for line in text.split_inclusive('\n') {
        let head = line.split(['=', ']', '#', '\n']).next().unwrap_or_default();
        let key = head.trim_start_matches(['[', ' ', '\t']);
        if key.matches('.').count() >= MAX_DEPTH {
            let start = line_start.saturating_add(head.len().saturating_sub(key.len()));
            return start..start.saturating_add(key.trim_end().len());
        }
        line_start = line_start.saturating_add(line.len());
    }
    0..0
}

fn toml_table(table: DeTable<'_>, span: Span, text: &str, depth: usize, findings: &mut Findings) -> Node {
    if let Some(refused) = too_many_keys(table.len(), &span, findings) {
        return refused;
    }
    let entries = table.into_iter().map(|(key, value)| {
        let (key_span, span) = (key.span(), value.span());
        Entry {
            key: key.into_inner().into_owned(),
            key_span,
            node: toml_node(value.into_inner(), span, text, depth, findings),
        }
    });
    Node { span, form: Form::Table(entries.collect()) }
}

fn toml_node(value: DeValue<'_>, span: Span, text: &str, depth: usize, findings: &mut Findings) -> Node {
    if depth > MAX_DEPTH {
        return too_deep(span, findings);
    }
    let deeper = depth.saturating_add(1);
    let form = match value {
        DeValue::String(string) => text_form(string.into_owned(), &span, text),
        DeValue::Integer(integer) if integer.radix() == 10 => number_form(integer.as_str(), &span, findings),
        DeValue::Integer(_) => Form::Other,
        DeValue::Float(float) => number_form(float.as_str(), &span, findings),
        DeValue::Boolean(answer) => Form::YesNo(answer),
        DeValue::Datetime(moment) => match (moment.date, moment.time) {
            (Some(date), None) => crate::calendar::parse(&date.to_string()).map_or(Form::Other, Form::Date),
            (Some(_) | None, _) => Form::Other,
        },
        DeValue::Array(items) => {
            let nodes = items.into_iter().map(|item| {
                let span = item.span();
                toml_node(item.into_inner(), span, text, deeper, findings)
            });
            Form::List(nodes.collect())
        }
        DeValue::Table(table) => return toml_table(table, span, text, deeper, findings),
    };
    Node { span, form }
}

fn read_json(text: &str, findings: &mut Findings) -> Node {
    let empty = |span: Span| Node { span, form: Form::Table(Vec::new()) };
    if let Some(place) = json_too_deep(text) {
        too_deep(place..place.saturating_add(1), findings);
        return empty(0..0);
    }
    let strict = jsonc_parser::ParseOptions {
        allow_comments: false,
        allow_loose_object_property_names: false,
        allow_trailing_commas: false,
    };
    let without_pairs = without_pairs(text);
    let parsed = jsonc_parser::parse_to_ast(&without_pairs, &jsonc_parser::CollectOptions::default(), &strict);
    let value = match parsed {
        Ok(parsed) => parsed.value,
        Err(fault) => {
            let span = fault.range().start..fault.range().end;
            if !full_width_sign(&mut full_width::Lines::new(text, Notation::Json), span.start, findings) {
                findings.report(Code::Syntax, &span, parsers::of_json(&fault.kind().to_string()));
            }
            return empty(span);
        }
    };
    let Some(value) = value else {
        findings.report(Code::Syntax, &(0..0), say!("文件是空的", "the file is empty"));
        return empty(0..0);
    };
    // The parser that keeps places forgives more than JSON does, and the other one misplaces control characters.
    if let Some(place) = control_character(text) {
        let message = say!(
            "文本中的控制字符须写成转义，如 `\\n`",
            "a control character in a text is written as an escape, such as `\\n`"
        );
        findings.report(Code::Syntax, &(place..place.saturating_add(1)), message);
        return empty(0..0);
    }
    if let Err(fault) = serde_json::from_str::<serde::de::IgnoredAny>(text) {
        let place = offset(text, fault.line(), fault.column());
        let fault = fault.to_string();
        let kind = fault.split(" at line ").next().unwrap_or_default();
        findings.report(Code::Syntax, &(place..place), parsers::of_json(kind));
        return empty(0..0);
    }
    json_node(value, text, findings)
}

/// An escape, `\u` and four digits, has so many bytes.
const ESCAPE_BYTES: usize = 6;

/// The text with other escapes for every two that mean one character (RFC 8259, section 7), of which the parser that keeps places knows nothing.
/// All stands where it stood; [`unescaped`] has what was meant.
fn without_pairs(text: &str) -> Cow<'_, str> {
    let mut plain = String::new();
    let (mut copied, mut next) = (0_usize, 0_usize);
    for (place, _) in text.match_indices('\\') {
        if place < next {
            continue; // what the backslash before it escapes
        }
        let end = place.saturating_add(2 * ESCAPE_BYTES);
        next = place.saturating_add(2);
        if text.get(place..end).is_some_and(is_pair) {
            plain.push_str(text.get(copied..place).unwrap_or_default());
            plain.push_str("\\ufffd\\ufffd");
            (copied, next) = (end, end);
        }
    }
    if copied == 0 {
        return Cow::Borrowed(text);
    }
    plain.push_str(text.get(copied..).unwrap_or_default());
    Cow::Owned(plain)
}

fn is_pair(escapes: &str) -> bool {
    let unit = |escape: Option<&str>, range: std::ops::RangeInclusive<u16>| {
        let digits = escape.and_then(|escape| escape.strip_prefix("\\u"));
        digits.and_then(|digits| u16::from_str_radix(digits, 16).ok()).is_some_and(|unit| range.contains(&unit))
    };
    unit(escapes.get(..ESCAPE_BYTES), 0xd800..=0xdbff) && unit(escapes.get(ESCAPE_BYTES..), 0xdc00..=0xdfff)
}

/// What a text says that stands here, if it has escapes: they are read by the other parser, which knows them all.
fn unescaped(span: &Span, source: &str) -> Option<String> {
    let written = source.get(span.clone()).filter(|written| written.contains('\\'))?;
    serde_json::from_str(written).ok()
}

/// The byte of a line and a column that both count from 1; the column counts bytes.
fn offset(text: &str, line: usize, column: usize) -> usize {
    let before: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    before.saturating_add(column.saturating_sub(1)).min(text.len())
}

/// Where JSON text nests deeper than [`MAX_DEPTH`]; found before the parser recurses.
fn json_too_deep(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    let mut opens_too_deep = |byte: u8| {
        depth = match byte {
            b'{' | b'[' => depth.saturating_add(1),
            b'}' | b']' => depth.saturating_sub(1),
            _ => depth,
        };
        depth > MAX_DEPTH
    };
    json_bytes(text).find(|(_, byte, in_text)| !in_text && opens_too_deep(*byte)).map(|(place, ..)| place)
}

/// Where a control character stands in a text, which JSON does not allow.
fn control_character(text: &str) -> Option<usize> {
    json_bytes(text).find(|(_, byte, in_text)| *in_text && *byte < b' ').map(|(place, ..)| place)
}

/// Every byte of a JSON file with its place, and whether it stands in a text.
fn json_bytes(text: &str) -> impl Iterator<Item = (usize, u8, bool)> {
    let (mut in_text, mut escaped) = (false, false);
    text.bytes().enumerate().map(move |(place, byte)| {
        let stands_in_text = in_text;
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_text => escaped = true,
            b'"' => in_text = !in_text,
            _ => {}
        }
        (place, byte, stands_in_text)
    })
}

fn json_node(value: ast::Value<'_>, text: &str, findings: &mut Findings) -> Node {
    let range = |range: jsonc_parser::common::Range| range.start..range.end;
    match value {
        ast::Value::StringLit(string) => {
            let span = range(string.range);
            let said = unescaped(&span, text).unwrap_or_else(|| string.value.into_owned());
            let form = text_form(said, &span, text);
            Node { span, form }
        }
        ast::Value::NumberLit(number) => {
            let span = range(number.range);
            let form = number_form(number.value, &span, findings);
            Node { span, form }
        }
        ast::Value::BooleanLit(answer) => Node { span: range(answer.range), form: Form::YesNo(answer.value) },
        ast::Value::NullKeyword(null) => Node { span: range(null.range), form: Form::Other },
        ast::Value::Array(array) => {
            let items = array.elements.into_iter().map(|item| json_node(item, text, findings)).collect();
            Node { span: range(array.range), form: Form::List(items) }
        }
        ast::Value::Object(object) => {
            let span = range(object.range);
            if let Some(refused) = too_many_keys(object.properties.len(), &span, findings) {
                return refused;
            }
            let mut entries: Vec<Entry> = Vec::new();
            let mut seen = BTreeSet::new();
            for property in object.properties {
                let key_span = match &property.name {
                    ast::ObjectPropName::String(name) => range(name.range),
                    ast::ObjectPropName::Word(name) => range(name.range),
                };
                let key = unescaped(&key_span, text).unwrap_or_else(|| property.name.into_string());
                let node = json_node(property.value, text, findings);
                if seen.contains(&key) {
                    findings.report(Code::DuplicateKey, &key_span, say!("键 `{key}` 重复", "duplicate key `{key}`"));
                } else {
                    seen.insert(key.clone());
                    entries.push(Entry { key, key_span, node });
                }
            }
            Node { span, form: Form::Table(entries) }
        }
    }
}

fn text_form(value: String, span: &Span, source: &str) -> Form {
    let inner = span.start.saturating_add(1)..span.end.saturating_sub(1);
    let starts = (source.get(inner.clone()) == Some(value.as_str())).then_some(inner.start);
    Form::Text { text: value, starts }
}

fn number_form(raw: &str, span: &Span, findings: &mut Findings) -> Form {
    let plain: String = raw.chars().filter(|c| *c != '_').collect();
    // zeros at the end are no digits that anyone has to keep
    if without_zeros(&plain).chars().filter(char::is_ascii_digit).count() > MAX_NUMBER_DIGITS {
        findings.report(
            Code::NumberTooLong,
            span,
            say!("数字超过 {MAX_NUMBER_DIGITS} 位", "a number of more than {MAX_NUMBER_DIGITS} digits"),
        );
        return Form::Poisoned;
    }
    Form::Number(plain)
}

fn too_many_keys(count: usize, span: &Span, findings: &mut Findings) -> Option<Node> {
    if count <= MAX_KEYS {
        return None;
    }
    let message =
        say!("一个表有 {count} 个键，上限为 {MAX_KEYS}", "a table of {count} keys, at most {MAX_KEYS} are read");
    findings.report(Code::TooMany, &(span.start..span.start), message);
    Some(Node { span: span.clone(), form: Form::Poisoned })
}

fn too_deep(span: Span, findings: &mut Findings) -> Node {
    findings.report(Code::TooDeep, &span, say!("嵌套超过 {MAX_DEPTH} 层", "nested more than {MAX_DEPTH} deep"));
    Node { span, form: Form::Poisoned }
}
