//! Changed certificates: written otherwise, or with other contents and all digests worked out again.

use std::collections::BTreeSet;
use std::ops::Range;

use serde_json::{Map, Value as Json, json};
use sha2::{Digest, Sha256};

/// What is done to a list.
type Edit = fn(&mut Vec<Json>);

pub(crate) struct Forged {
    pub(crate) what: String,
    pub(crate) text: String,
}

/// A text with one digit changed.
pub(crate) struct ChangedDigit {
    pub(crate) place: usize,
    pub(crate) bytes: Vec<u8>,
}

pub(crate) fn changed_digits(text: &str, others: impl Fn(u8) -> Vec<u8>) -> impl Iterator<Item = ChangedDigit> {
    let digits = text.bytes().enumerate().filter(|(_, byte)| byte.is_ascii_digit());
    digits.flat_map(move |(place, byte)| {
        let changed = others(byte - b'0').into_iter().map(|other| {
            let mut bytes = text.as_bytes().to_vec();
            bytes[place] = b'0' + other;
            ChangedDigit { place, bytes }
        });
        changed.collect::<Vec<_>>()
    })
}

/// The same certificate, written in another way, or not to its end.
pub(crate) fn rewritten(text: &str) -> Vec<Forged> {
    let line = text.trim_end();
    let mut forged = Vec::new();
    let mut add = |what: &str, text: String| {
        assert_ne!(text, line, "{what} changes nothing");
        forged.push(Forged { what: what.to_owned(), text });
    };
    for part in 0..32 {
        let end = (0..=line.len() * part / 32).rev().find(|end| line.is_char_boundary(*end)).unwrap();
        add(&format!("cut at {end}"), line.split_at(end).0.to_owned());
    }
    add("cut by one byte", line.split_at(line.len() - 1).0.to_owned());
    for (what, ending) in [
        ("two line feeds", "\n\n"),
        ("a carriage return", "\r\n"),
        ("a space", " "),
        ("a space", " \n"),
        ("more", "{}"),
        ("nul", "\0"),
    ] {
        add(what, format!("{line}{ending}"));
    }
    for (what, beginning) in [("a mark of the byte order", "\u{feff}"), ("a space", " "), ("a line feed", "\n")] {
        add(what, format!("{beginning}{line}"));
    }
    add("all pretty", serde_json::to_string_pretty(&parsed(line)).unwrap());
    for (what, from, to) in [
        ("a space in an object", "{\"claim\"", "{ \"claim\""),
        ("a space after a comma", ",\"conclusion\"", ", \"conclusion\""),
        ("a space after a colon", "\"conclusion\":", "\"conclusion\": "),
        ("a line feed between", ",\"conclusion\"", ",\n\"conclusion\""),
        ("a tab in a list", "[{", "[\t{"),
        ("a key twice", "{\"claim\":", "{\"claim\":\"x\",\"claim\":"),
        ("a key twice after", ",\"conclusion\":", ",\"claim\":\"x\",\"conclusion\":"),
        ("an escape in a key", "\"claim\"", "\"\\u0063laim\""),
        ("an escape of a letter", "\"huzhu-certificate/2\"", "\"\\u0068uzhu-certificate/2\""),
        ("an escaped solidus", "\"huzhu-certificate/2\"", "\"huzhu-certificate\\/2\""),
        ("an escape in upper case", "\"huzhu-certificate/2\"", "\"huzhu\\u002Dcertificate/2\""),
        ("an escaped sign", "，", "\\uff0c"),
        ("a point in a whole number", "\"args\":[2,3]", "\"args\":[2.0,3]"),
        ("an exponent in a whole number", "\"args\":[2,3]", "\"args\":[2e0,3]"),
        ("a zero before a whole number", "\"args\":[2,3]", "\"args\":[02,3]"),
        ("a sign before a whole number", "\"args\":[2,3]", "\"args\":[+2,3]"),
        ("a negative zero", "\"args\":[2,3]", "\"args\":[-0,3]"),
        ("a comma at the end", "\"args\":[2,3]", "\"args\":[2,3,]"),
        ("a whole number as a text", "\"args\":[2,3]", "\"args\":[\"2\",3]"),
        ("another truth", "true", "True"),
        ("another null", "null", "Null"),
        ("not a number", "null", "NaN"),
        ("a number without quotes", "\"value\":\"0\"", "\"value\":0"),
        ("a comment", "\"args\":[2,3]", "\"args\":[2,/**/3]"),
    ] {
        add(what, line.replacen(from, to, 1));
    }
    let digest = parsed(line)["digest"].as_str().unwrap().to_owned();
    add("a digest in upper case", line.replacen(&digest, &digest.to_uppercase(), 1));
    // the first two members change places
    let json = parsed(line);
    let claim = format!("\"claim\":{}", json["claim"]);
    let rest = line.strip_prefix(&format!("{{{claim},")).unwrap();
    let (second, rest) = rest.split_at(rest.find(",\"digest\":").unwrap());
    add("members in another order", format!("{{{second},{claim}{rest}"));
    forged
}

/// Where the program stands in a certificate.
pub(crate) fn program_in(text: &str) -> Range<usize> {
    let start = text.find("\"program\":{").unwrap_or_default();
    start..text.find("\"program_digest\"").unwrap_or(start)
}

/// Other contents, with all digests right again; of the program too, if it is asked for. One in so many is made.
pub(crate) fn forged(text: &str, with_program: bool, one_in: usize) -> Vec<Forged> {
    let original = parsed(text);
    let (mut forged, mut thought_of) = (Vec::new(), 0_usize);
    let mut add = |what: String, json: Json| {
        if json != original && json["claim"] == original["claim"] && json["enrollment"] == original["enrollment"] {
            if thought_of.is_multiple_of(one_in) {
                forged.push(Forged { what, text: sealed(json) });
            }
            thought_of += 1;
        }
    };
    for place in places(&original).into_iter().filter(|place| with_program || !place.starts_with("/program")) {
        let here = original.pointer(&place).unwrap();
        let with = |new: Json| {
            let mut json = original.clone();
            *json.pointer_mut(&place).unwrap() = new;
            json
        };
        match here {
            Json::Object(members) => {
                let mut more = members.clone();
                more.insert("zz".to_owned(), Json::Null);
                add(format!("{place}: a member more"), with(Json::Object(more)));
                if place.is_empty() {
                    let mut signed = members.clone();
                    signed.insert("signature".to_owned(), "00".into());
                    add("a signature".to_owned(), with(Json::Object(signed)));
                }
                for name in
                    members.keys().filter(|name| !matches!(name.as_str(), "digest" | "program_digest" | "program"))
                {
                    let mut fewer = members.clone();
                    fewer.remove(name);
                    // what may be left out changes a digest that is compared, or a proof that is
                    if !(place.is_empty() && name == "inclusion") {
                        add(format!("{place}: without {name}"), with(Json::Object(fewer)));
                    }
                }
            }
            Json::Array(items) => {
                let edits: [(&str, Edit); 7] = [
                    ("the last is dropped", |items| drop(items.pop())),
                    ("the first is dropped", |items| drop((!items.is_empty()).then(|| items.remove(0)))),
                    ("the last is doubled", |items| items.extend(items.last().cloned())),
                    ("the first is doubled", |items| {
                        if let Some(first) = items.first().cloned() {
                            items.insert(0, first);
                        }
                    }),
                    ("the first two are swapped", |items| {
                        if items.len() > 1 {
                            items.swap(0, 1);
                        }
                    }),
                    ("the last goes to the front", |items| {
                        let steps = items.len().min(1);
                        items.rotate_right(steps);
                    }),
                    ("all are dropped", Vec::clear),
                ];
                for (what, edit) in edits {
                    let mut items = items.clone();
                    edit(&mut items);
                    add(format!("{place}: {what}"), with(Json::Array(items)));
                }
            }
            value => {
                for other in other_values(value) {
                    add(format!("{place}: {value} becomes {other}"), with(other));
                }
            }
        }
    }
    if !with_program {
        return forged;
    }
    // steps change places, with their values
    let steps = original["program"]["steps"].as_array().unwrap().len();
    for step in (0..steps - 1).step_by(7) {
        let mut json = original.clone();
        json["program"]["steps"].as_array_mut().unwrap().swap(step, step + 1);
        add(format!("steps {step} and the next are swapped"), json.clone());
        json["values"].as_array_mut().unwrap().swap(step, step + 1);
        add(format!("steps {step} and the next are swapped with their values"), json);
        let mut json = original.clone();
        json["program"]["steps"].as_array_mut().unwrap().remove(step);
        json["values"].as_array_mut().unwrap().remove(step);
        add(format!("step {step} is dropped with its value"), json);
        let mut json = original.clone();
        let (again, value) = (json["program"]["steps"][step].clone(), json["values"][step].clone());
        json["program"]["steps"].as_array_mut().unwrap().insert(step, again);
        json["values"].as_array_mut().unwrap().insert(step, value);
        add(format!("step {step} is doubled with its value"), json);
    }
    forged
}

/// Where every value stands; of long lists of the program, the first item of each form.
fn places(json: &Json) -> Vec<String> {
    fn visit(json: &Json, place: &str, places: &mut Vec<String>) {
        places.push(place.to_owned());
        match json {
            Json::Object(members) => {
                members
                    .iter()
                    .for_each(|(name, member)| visit(member, &format!("{place}/{}", name.replace('/', "~1")), places));
            }
            Json::Array(items) => {
                let mut seen = BTreeSet::new();
                for (number, item) in items.iter().enumerate() {
                    let names = item.as_object().map(|members| members.keys().cloned().collect::<Vec<_>>());
                    let form = (
                        item["op"].as_str(),
                        item["step"].as_str(),
                        item["kind"].as_str(),
                        names,
                        std::mem::discriminant(item),
                    );
                    let form = format!("{form:?}");
                    if seen.insert(form) {
                        visit(item, &format!("{place}/{number}"), places);
                    }
                }
            }
            _ => {}
        }
    }
    let mut places = Vec::new();
    visit(json, "", &mut places);
    let is_free =
        |place: &String| matches!(place.as_str(), "/digest" | "/program_digest" | "/claim" | "/enrollment" | "/member");
    places.retain(|place| !is_free(place));
    places
}

/// Values that stand where another one does: of its type, of other types, and none.
pub(crate) fn other_values(value: &Json) -> Vec<Json> {
    let mut others =
        vec![json!(null), json!(true), json!(false), json!("0"), json!(0), json!("2025-02-29"), json!([]), json!({})];
    match value {
        Json::Number(number) => {
            let number = number.as_u64().unwrap();
            others.extend([json!(number + 1), json!(number.wrapping_sub(1)), json!(100_000), json!(1_u64 << 53)]);
        }
        Json::String(text) => {
            let point = if text.contains('.') { "" } else { "." };
            others.extend([
                json!(format!("-{text}")),
                json!(format!("{text}1")),
                json!(format!("{text}{point}0")),
                json!(format!("0{text}")),
            ]);
            others.extend([
                json!(format!("{text} ")),
                json!("79228162514264337593543950336"),
                json!("2024-02-29"),
                json!("-0"),
            ]);
        }
        _ => {}
    }
    others.retain(|other| other != value);
    others
}

/// A proof with each part changed.
pub(crate) fn proofs(json: &Json) -> Vec<Forged> {
    let (inclusion, mut forged) = (&json["inclusion"], Vec::new());
    let mut add = |what: String, part: &str, new: Json| {
        let mut json = json.clone();
        json["inclusion"][part] = new;
        forged.push(Forged { what, text: written(&json) });
    };
    let (index, count) = (inclusion["index"].as_u64().unwrap(), inclusion["count"].as_u64().unwrap());
    for other in (0..count + 2).filter(|other| *other != index) {
        add(format!("index {other}"), "index", other.into());
    }
    for other in (0..count + 9).filter(|other| *other != count) {
        add(format!("count {other}"), "count", other.into());
    }
    let flipped = |digest: &Json, bit: usize| {
        let mut digest: Vec<char> = digest.as_str().unwrap().chars().collect();
        let nibble = digest[bit / 4].to_digit(16).unwrap() ^ (1 << (bit % 4));
        digest[bit / 4] = char::from_digit(nibble, 16).unwrap();
        json!(digest.into_iter().collect::<String>())
    };
    let path = inclusion["path"].as_array().unwrap();
    for bit in (0..256).step_by(101) {
        add(format!("bit {bit} of the root"), "root", flipped(&inclusion["root"], bit));
        for step in 0..path.len() {
            let mut path = path.clone();
            path[step] = flipped(&path[step], bit);
            add(format!("bit {bit} of step {step}"), "path", path.into());
        }
    }
    for step in 0..path.len() {
        let mut dropped = path.clone();
        dropped.remove(step);
        add(format!("step {step} dropped"), "path", dropped.into());
        let mut doubled = path.clone();
        doubled.insert(step, doubled[step].clone());
        add(format!("step {step} doubled"), "path", doubled.into());
    }
    let mut longer = path.clone();
    longer.push(inclusion["root"].clone());
    add("a step more".to_owned(), "path", longer.into());
    forged
}

/// A batch with lines dropped, doubled, moved, or changed with their digests.
pub(crate) fn batches(text: &str) -> Vec<Forged> {
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let mut forged = vec![
        Forged { what: "nothing".to_owned(), text: String::new() },
        Forged { what: "without the last line feed".to_owned(), text: text.trim_end().to_owned() },
        Forged { what: "a line feed more".to_owned(), text: format!("{text}\n") },
        Forged { what: "a carriage return".to_owned(), text: text.replacen('\n', "\r\n", 1) },
        Forged { what: "a line between".to_owned(), text: text.replacen('\n', "\n\n", 1) },
        Forged { what: "more after the end".to_owned(), text: format!("{text}{}", lines[1]) },
    ];
    let mut add = |what: String, lines: Vec<String>| forged.push(Forged { what, text: lines.concat() });
    let owned: Vec<String> = lines.iter().map(|line| (*line).to_owned()).collect();
    for line in 0..lines.len() {
        let mut dropped = owned.clone();
        dropped.remove(line);
        add(format!("line {line} dropped"), dropped);
        let mut doubled = owned.clone();
        doubled.insert(line, doubled[line].clone());
        add(format!("line {line} doubled"), doubled);
        if line + 1 < lines.len() {
            let mut swapped = owned.clone();
            swapped.swap(line, line + 1);
            add(format!("line {line} and the next swapped"), swapped);
        }
        let mut spaced = owned.clone();
        spaced[line] = spaced[line].replacen(':', ": ", 1);
        add(format!("a space in line {line}"), spaced);
    }
    // another claim's id, with the digest of the certificate right again: only the root shows it
    let mut renamed = owned.clone();
    let mut json = parsed(&renamed[1]);
    json["claim"] = "another".into();
    json["digest"] = Json::Null;
    renamed[1] = format!("{}\n", sealed_alone(json));
    add("another claim".to_owned(), renamed);
    // a program that no certificate names
    let mut idle = owned.clone();
    let mut program = parsed(&idle[0]);
    program["program"]["plan"]["version"] = "0".into();
    program["program_digest"] = digest_of(&program["program"]).into();
    idle.insert(0, format!("{}\n", written(&program)));
    add("an idle program".to_owned(), idle);
    let end = parsed(lines[lines.len() - 1]);
    for (name, value) in
        [("count", json!(8)), ("count", json!("7")), ("format", json!("huzhu-batch/1")), ("zz", json!(null))]
    {
        let mut changed = end.clone();
        changed[name] = value;
        let mut lines = owned.clone();
        *lines.last_mut().unwrap() = format!("{}\n", written(&changed));
        add(format!("another {name}"), lines);
    }
    forged
}

/// The canonical text with both digests worked out again.
pub(crate) fn sealed(mut json: Json) -> String {
    if json.get("program").is_some() && json.get("program_digest").is_some() {
        json["program_digest"] = digest_of(&json["program"]).into();
    }
    sealed_alone(json)
}

/// A text with a part replaced, and with the digest of its very bytes, canonical or not.
pub(crate) fn sealed_as_written(text: &str, from: &str, to: &str) -> String {
    let mut text = text.trim_end().replacen(from, to, 1);
    let digest = parsed(&text)["digest"].as_str().unwrap().to_owned();
    let mut covered = text.replacen(&format!("\"digest\":\"{digest}\","), "", 1);
    covered.replace_range(program_in(&covered), "");
    let right: String = Sha256::digest(&covered).iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat();
    text = text.replacen(&digest, &right, 1);
    text
}

fn sealed_alone(mut json: Json) -> String {
    let covered: Map<String, Json> = match json.as_object() {
        Some(members) => members
            .clone()
            .into_iter()
            .filter(|(name, _)| !matches!(name.as_str(), "program" | "digest" | "inclusion"))
            .collect(),
        None => Map::new(),
    };
    if json.get("digest").is_some() {
        json["digest"] = digest_of(&Json::Object(covered)).into();
    }
    written(&json)
}

pub(crate) fn written(json: &Json) -> String {
    serde_json_canonicalizer::to_string(json).unwrap()
}

fn digest_of(json: &Json) -> String {
    Sha256::digest(written(json)).iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat()
}

fn parsed(text: &str) -> Json {
    serde_json::from_str(text).unwrap()
}
