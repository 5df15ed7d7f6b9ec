//! The files of a feed, read record by record and taken in.

use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use huzhu_ledger::{Message, Taken as Known};

use super::book::Writing;
use super::job::Job;
use super::mapping::Mapping;
use super::record::{Broken, Fields, Record};
use super::results::Results;
use super::set_aside::{SetAside, Why};
use super::{Place, REFUNDED, SETTLEMENT, Taken};
use crate::batch::files::Source;
use crate::batch::{Input, Intake, Vocabulary, text_at};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::disk::fs;
use crate::document::{self, Form, Node, Notation};
use crate::error::{Error, OrBug};
use crate::text::{Text, say};

/// So many rows are read at once.
const ROWS_AT_ONCE: usize = 8_192;
/// A record of a line is at most so long.
const MOST_BYTES_OF_A_RECORD: usize = 1 << 20;
/// Where interfaces put the record inside of a message.
const ENVELOPES: [&str; 3] = ["output", "data", "setlinfo"];

/// Takes all records of all files in.
pub(super) fn take(
    job: &Job,
    mapping: &Mapping,
    vocabulary: &Vocabulary,
    book: &Writing<'_>,
    results: &mut Results,
) -> Result<Taken, Error> {
    let mut taken = Taken::default();
    for path in &job.feed {
        let file = path.display().to_string();
        each(job, path, vocabulary, &mut |row, fields| {
            let place = Place { file: file.clone(), row };
            results.summary.records = results.summary.records.saturating_add(1);
            match fields.and_then(|fields| Record::of(&fields, mapping).map_err(|broken| (fields, broken))) {
                Ok(record) => take_one(&record, place, book, &mut taken, results),
                Err((fields, broken)) => {
                    let id = fields.iter().find(|(name, _)| name.trim() == "setl_id");
                    let id = id.map(|(_, id)| id.trim().to_owned()).unwrap_or_default();
                    results.set_aside(SetAside::broken(place, id, broken));
                    Ok(())
                }
            }
        })?;
    }
    Ok(taken)
}

fn take_one(
    record: &Record,
    place: Place,
    book: &Writing<'_>,
    taken: &mut Taken,
    results: &mut Results,
) -> Result<(), Error> {
    let Record { id, member, undoes, is_refunded, content } = record;
    let content = serde_json::to_string(content).ok().or_bug()?;
    let message = Message { kind: SETTLEMENT, id, owner: member, undoes: undoes.as_deref(), content: &content };
    let aside = |why| SetAside::of(place.clone(), id, why);
    match book.take(&message)? {
        Known::New => results.summary.new = results.summary.new.saturating_add(1),
        Known::Known => results.summary.known = results.summary.known.saturating_add(1),
        Known::Conflict { kept, came } => {
            results.set_aside(aside(Why::Conflict { kept, came }));
            return Ok(());
        }
        Known::UndoneBy(other) => {
            let of = undoes.clone().unwrap_or_default();
            results.set_aside(aside(Why::RefundedAlready { of, by: other }));
            return Ok(());
        }
    }
    if *is_refunded && undoes.is_none() {
        book.take(&Message { kind: REFUNDED, id, owner: member, undoes: None, content: "" })?;
    }
    taken.members.insert(member.clone());
    taken.places.insert(id.clone(), place);
    Ok(())
}

pub(super) type Each<'e> = &'e mut dyn FnMut(u64, Result<Fields, (Fields, Broken)>) -> Result<(), Error>;

fn each(job: &Job, path: &Path, vocabulary: &Vocabulary, each: Each<'_>) -> Result<(), Error> {
    let is_lines = path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("jsonl"));
    let knows = |called: &str| vocabulary.knows(called);
    if is_lines { each_line(path, each) } else { each_row(&job.intake, path, &knows, each) }
}

/// The rows of a table, each with its number.
pub(super) fn each_row(
    intake: &Intake,
    path: &Path,
    knows: &dyn Fn(&str) -> bool,
    each: Each<'_>,
) -> Result<(), Error> {
    let source = Source::open(path, Input::Claims, intake, knows)?;
    let names: Vec<String> = source.schema().fields().iter().map(|field| field.name().trim().to_owned()).collect();
    let columns: Vec<usize> = (0..names.len()).collect();
    let stream = source.stream(&columns, ROWS_AT_ONCE)?;
    let mut lane = stream.lane();
    while let Some(raw) = lane.next()? {
        for place in 0..raw.batch.num_rows() {
            let values = raw.batch.columns().iter().map(|column| text_at(column, place));
            each(raw.rows.number(place), Ok(names.iter().cloned().zip(values).collect()))?;
        }
        for reject in raw.rejects {
            let broken = Broken { field: reject.column, value: reject.value, why: reject.reason };
            each(reject.row, Err((Fields::new(), broken)))?;
        }
    }
    Ok(())
}

fn each_line(path: &Path, each: Each<'_>) -> Result<(), Error> {
    let unread = |fault: io::Error| {
        let (name, why) = (path.display(), Text::of_the_system(&fault));
        Error::input(say!("无法读取 `{name}`：{why}", "`{name}` cannot be read: {why}"; why))
    };
    let mut file = BufReader::new(fs::File::open(path).map_err(unread)?);
    let (mut line, mut row) = (Vec::new(), 0_u64);
    while next_line(&mut file, &mut line).map_err(unread)? {
        row = row.saturating_add(1);
        if !line.trim_ascii().is_empty() {
            each(row, of_line(line.trim_ascii()).map_err(|broken| (Fields::new(), broken)))?;
        }
    }
    Ok(())
}

/// The next line; false after the last. Of one that is too long so much as shows it.
fn next_line(file: &mut impl BufRead, line: &mut Vec<u8>) -> io::Result<bool> {
    line.clear();
    let most = u64::try_from(MOST_BYTES_OF_A_RECORD).unwrap_or(u64::MAX).saturating_add(2);
    if file.take(most).read_until(b'\n', line)? == 0 {
        return Ok(false);
    }
    if !line.ends_with(b"\n") {
        file.skip_until(b'\n')?;
    }
    Ok(true)
}

/// The fields of an object of JSON: those of the record in it, where it stands in an envelope.
fn of_line(line: &[u8]) -> Result<Fields, Broken> {
    let broken = |why| Broken { field: String::new(), value: String::new(), why };
    let unread =
        |said: Option<Text>| broken(said.unwrap_or_else(|| say!("不是一个 JSON 对象", "this is no object of JSON")));
    let read = document::read("", line, Notation::Json, MOST_BYTES_OF_A_RECORD);
    let first = |wrong: &Diagnostics| wrong.iter().next().map(Diagnostic::text);
    let (root, findings) = read.map_err(|wrong| unread(first(&wrong)))?;
    if !findings.is_empty() {
        return Err(unread(first(&findings.into_diagnostics())));
    }
    if !root.is_table() {
        return Err(unread(None));
    }
    let mut fields = Fields::new();
    fill(&mut fields, &root);
    Ok(fields)
}

fn fill(fields: &mut Fields, table: &Node) {
    for entry in table.entries() {
        let value = match &entry.node.form {
            Form::Table(_) if ENVELOPES.contains(&entry.key.as_str()) => {
                fill(fields, &entry.node);
                continue;
            }
            Form::Text { text, .. } => text.clone(),
            Form::Number(number) => number.clone(),
            Form::YesNo(answer) => answer.to_string(),
            Form::Date(date) => date.to_string(),
            // `null`; lists and tables of other things than the record
            Form::Other | Form::Table(_) | Form::List(_) | Form::Poisoned => continue,
        };
        fields.push((entry.key.clone(), value));
    }
}
