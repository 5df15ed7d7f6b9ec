//! Rejected rows of an input, given back as they came: corrected, the file is an input again.

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::disk;
use super::input::Source;
use super::work_folder::partial;
use crate::batch::Reject;
use crate::batch::files::{Original, Originals, Positions, RejectsFile, Style, letters};
use crate::error::Error;

/// The rejected rows of an input while they are written. The input is read once more, and only where a row of it was rejected.
pub(super) struct GivenBack<'a> {
    source: &'a Source,
    path: PathBuf,
    style: &'a Style,
    /// What reading the input once more may take.
    memory: u64,
    places: BTreeMap<String, (usize, bool)>,
    /// Where cells stand, if the input is a sheet.
    positions: Option<Positions>,
    file: Option<RejectsFile>,
    originals: Option<Originals<'a>>,
    /// What is wrong with the last row.
    faults: Vec<Reject>,
    rows: u64,
}

impl<'a> GivenBack<'a> {
    pub(super) fn of(source: &'a Source, path: PathBuf, style: &'a Style, memory: u64) -> GivenBack<'a> {
        GivenBack {
            source,
            path,
            style,
            memory,
            places: source.places(),
            positions: source.manner().positions,
            file: None,
            originals: None,
            faults: Vec::new(),
            rows: 0,
        }
    }

    pub(super) fn create(&mut self) -> Result<(), Error> {
        if self.file.is_none() {
            let (columns, own) = self.source.own_columns();
            let ids = self.places.values().filter(|(_, is_id)| *is_id).map(|(place, _)| *place).collect();
            let file = RejectsFile::create(&partial(&self.path), &self.path, &columns, own, &ids, self.style)?;
            self.file = Some(file);
        }
        Ok(())
    }

    /// Takes what is wrong with a row; rows come in order, and all of a row together.
    pub(super) fn add(&mut self, reject: Reject) -> Result<(), Error> {
        if self.faults.last().is_some_and(|last| last.row != reject.row) {
            self.write()?;
        }
        self.faults.push(reject);
        Ok(())
    }

    /// Ends the file; how many rows it has.
    pub(super) fn finish(mut self) -> Result<u64, Error> {
        self.write()?;
        self.file.map_or(Ok(()), RejectsFile::finish)?;
        Ok(self.rows)
    }

    fn write(&mut self) -> Result<(), Error> {
        let Some(row) = self.faults.first().map(|fault| fault.row) else { return Ok(()) };
        self.create()?;
        let originals = match &mut self.originals {
            Some(originals) => originals,
            None => self.originals.insert(self.source.originals(self.memory)?),
        };
        let original = originals.find(row)?.ok_or_else(disk::changed)?;
        let original = self.whole_again(self.without_doubtful_ids(original));
        let faults = std::mem::take(&mut self.faults);
        let located = faults.into_iter().map(|fault| {
            let cell = self.cell(&fault, &original);
            (fault, cell)
        });
        let located: Vec<(Reject, String)> = located.collect();
        let line = match &self.positions {
            Some(positions) => Some(positions.row_of_sheet(row)),
            None => original.lines.map(|lines| lines.of_text),
        };
        if let Some(file) = &mut self.file {
            file.add(&original, line, &located)?;
        }
        self.rows = self.rows.saturating_add(1);
        Ok(())
    }

    /// The cell at fault, as a spreadsheet names it; the whole row where no column is. Nothing where there are no cells.
    fn cell(&self, fault: &Reject, original: &Original) -> String {
        match (&self.positions, original.lines) {
            (Some(positions), _) => positions.cell(fault.row, &fault.column),
            (None, Some(lines)) => {
                let (row, place) = (lines.of_sheet, self.places.get(&fault.column));
                let place = place.and_then(|(place, _)| u32::try_from(*place).ok());
                place.map_or_else(|| format!("{row}:{row}"), |place| format!("{}{row}", letters(place)))
            }
            (None, None) => String::new(),
        }
    }

    /// The row with its whole text, if it still stands only in the column for that, as ingest has said.
    fn whole_again(&self, mut original: Original) -> Original {
        let is_of_whole = self.faults.iter().all(|fault| fault.column.is_empty());
        if let (Some(place), Some(values), true) = (self.source.whole(), &original.values, is_of_whole) {
            let is_empty = |place: &usize| values.get(*place).is_none_or(String::is_empty);
            let mut ids = self.places.values().filter(|(_, is_id)| *is_id).map(|(place, _)| place);
            if ids.all(is_empty) {
                original.whole = values.get(place).cloned().unwrap_or_default();
            }
        }
        original
    }

    /// An id that was not read for certain is not given back: any text would be taken for one, and the row be decided under it.
    fn without_doubtful_ids(&self, mut original: Original) -> Original {
        let is_id = |place: &usize| self.places.values().any(|(of, is_id)| of == place && *is_id);
        for place in original.unread.iter().filter(|place| is_id(place)) {
            if let Some(value) = original.values.as_mut().and_then(|values| values.get_mut(*place)) {
                value.clear();
            }
        }
        original
    }
}
