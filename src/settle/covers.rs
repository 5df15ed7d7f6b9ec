//! The covers of the members whose claims are decided, taken in from the enrollments.

use std::collections::{BTreeMap, BTreeSet};

use huzhu_ledger::{Kept, Message, Taken as Known};

use super::book::Writing;
use super::job::Job;
use super::record::{self, Content, canonical};
use super::results::Results;
use super::set_aside::{SetAside, Why};
use super::{COVER, Place};
use crate::batch::files::Source;
use crate::batch::{Input, Vocabulary, text_at};
use crate::error::{Error, OrBug};
use crate::text::say;
use crate::written;

const ROWS_AT_ONCE: usize = 8_192;

/// Takes the enrollments of these members in. One that is kept already stays as it is.
pub(super) fn take(
    job: &Job,
    vocabulary: &Vocabulary,
    members: &BTreeSet<String>,
    book: &Writing<'_>,
    results: &mut Results,
) -> Result<(), Error> {
    let path = &job.enrollments;
    let file = path.display().to_string();
    let knows = |called: &str| vocabulary.knows(called);
    let mut source = Source::open(path, Input::Enrollments, &job.intake, &knows)?;
    let ingest = source.ingest(vocabulary, &[])?; // refuses columns that nobody knows
    let called: BTreeMap<&str, &str> = ingest.called().collect();
    let schema = source.schema();
    let names: Vec<String> = schema
        .fields()
        .iter()
        .map(|field| field.name().trim())
        .map(|name| called.get(name).copied().unwrap_or(name).to_owned())
        .collect();
    let place_of = |name: &str| names.iter().position(|known| known == name).or_bug();
    let (member_at, id_at) = (place_of("member_id")?, place_of("enrollment_id")?);
    let columns: Vec<usize> = (0..names.len()).collect();
    let stream = source.stream(&columns, ROWS_AT_ONCE)?;
    let mut lane = stream.lane();
    while let Some(raw) = lane.next()? {
        let (members_of, ids) =
            (raw.batch.columns().get(member_at).or_bug()?, raw.batch.columns().get(id_at).or_bug()?);
        for row in 0..raw.batch.num_rows() {
            let member = text_at(members_of, row).trim().to_owned();
            if !members.contains(&member) {
                continue;
            }
            let place = Place { file: file.clone(), row: raw.rows.number(row) };
            let id = text_at(ids, row).trim().to_owned();
            if id.is_empty() {
                let why = say!("参保记录没有编号", "the enrollment has no id");
                results.set_aside(SetAside::unread(place, "enrollment_id", "", why));
                continue;
            }
            let values = names.iter().zip(raw.batch.columns()).map(|(name, column)| (name, text_at(column, row)));
            let content = values.filter(|(_, value)| !value.trim().is_empty()).map(|(name, value)| {
                let value = value.trim();
                // A value that does not fit stays as it is: whoever decides says why.
                (name.clone(), canonical(name, value).unwrap_or_else(|_| value.to_owned()))
            });
            let content = serde_json::to_string(&content.collect::<Content>()).ok().or_bug()?;
            let message = Message { kind: COVER, id: &id, owner: &member, undoes: None, content: &content };
            if let Known::Conflict { kept, came } = book.take(&message)? {
                results.set_aside(SetAside::of(place, "", Why::CoverConflict { enrollment: id, kept, came }));
            }
        }
        for reject in raw.rejects {
            let place = Place { file: file.clone(), row: reject.row };
            results.set_aside(SetAside::unread(place, &reject.column, &reject.value, reject.reason));
        }
    }
    Ok(())
}

/// A cover that is kept.
pub(super) struct Cover {
    pub(super) id: String,
    pub(super) content: Content,
}

impl Cover {
    pub(super) fn of(kept: Kept) -> Result<Cover, Error> {
        Ok(Cover { id: kept.id, content: record::kept(&kept.content)? })
    }

    /// Whether it may cover a day: one whose own days cannot be read may, so that whoever decides says what is wrong with it.
    pub(super) fn covers(&self, day: &str) -> bool {
        let day = written::date(day, true);
        let bound = |name: &str| self.content.get(name).map(|text| written::date(text, true));
        let (Ok(day), Some(Ok(first)), Some(Ok(last))) = (day, bound("coverage_start"), bound("coverage_end")) else {
            return true;
        };
        first <= day && day <= last
    }
}
