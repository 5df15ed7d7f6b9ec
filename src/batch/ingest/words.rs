//! Texts of a category that have no code: read as meant, kept as they are, or refused. Each is looked at once.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow_array::{ArrayRef, StringArray, UInt16Array};

use crate::batch::ingest::target::{Bad, Read, Seen, Target, Wrong};
use crate::code::Code;
use crate::fact::{Misfit, Value};
use crate::spelling;
use crate::text::Text;

/// What becomes of a text.
#[derive(Clone)]
enum Word {
    /// It has this code, 0 if it is kept as it is; and what it is read as, if that is something else.
    Taken {
        code: u16,
        meant: Option<Box<str>>,
    },
    Refused(Wrong),
}

/// The column whose codes are 0 where a text has none.
pub(super) fn read(target: &Target, codes: &UInt16Array, texts: &StringArray) -> Read {
    let (mut known, mut bad, mut meant) = (BTreeMap::new(), Vec::new(), Vec::new());
    let mut taken = |(row, (code, text)): (usize, (Option<u16>, Option<_>))| {
        let (Some(0), Some(text)) = (code, text) else { return (code, None) };
        match known.entry(text).or_insert_with(|| word(target, text)).clone() {
            Word::Taken { code, meant: read } => {
                meant.extend(read.map(|read| (row, text, read)));
                (Some(code), Some(text).filter(|_| code == 0))
            }
            Word::Refused(wrong) => {
                bad.push(Bad { row, wrong });
                (None, None)
            }
        }
    };
    let (codes, uncoded): (Vec<Option<u16>>, Vec<Option<&str>>) =
        codes.iter().zip(texts).enumerate().map(&mut taken).unzip();
    let seen = meant.first().map(|(row, text, read)| seen(Code::ReadAsMeant, meant.len(), *row, target, text, read));
    let uncoded: ArrayRef = Arc::new(StringArray::from(uncoded));
    let uncoded = Some(uncoded).filter(|_| target.has_uncoded());
    Read { array: Arc::new(UInt16Array::from(codes)), uncoded, bad, seen: seen.into_iter().collect() }
}

/// What is said of values that are read as meant; the first of them stands for all.
pub(super) fn seen(code: Code, count: usize, first: usize, target: &Target, text: &str, read: &str) -> Seen {
    let rows = u64::try_from(count).unwrap_or(u64::MAX);
    let fact = Text { zh: format!("`{}` ", target.name), en: format!("`{}`", target.name) };
    Seen { code, rows, first, text: spelling::meant_text(&fact, text, read, target.title_of(read).as_ref()) }
}

fn word(target: &Target, text: &str) -> Word {
    if !target.is_closed() {
        if spelling::is_blank(text) {
            return Word::Refused(Misfit::Blank.into());
        }
        return Word::Taken { code: 0, meant: target.meant(text).map(Box::from) };
    }
    match target.fit_text(text) {
        Ok(Value::Text(read)) => Word::Taken { code: target.codes.code(&read), meant: Some(read) },
        Ok(Value::Number(_) | Value::YesNo(_) | Value::Date(_)) => Word::Refused(Misfit::Kind.into()),
        Err(misfit) => Word::Refused(misfit.into()),
    }
}
