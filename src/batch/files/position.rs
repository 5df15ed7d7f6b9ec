//! Where a value stands in a sheet, by the name that a spreadsheet gives the place.

use std::collections::BTreeMap;

/// The places of a sheet's columns and rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Positions {
    sheet: String,
    /// Counted from 1.
    header_row: u64,
    /// By what they are called, counted from 0.
    columns: BTreeMap<String, u32>,
}

impl Positions {
    pub(super) fn new(sheet: &str, header_row: u64, columns: BTreeMap<String, u32>) -> Positions {
        Positions { sheet: quoted(sheet), header_row, columns }
    }

    /// Also finds a column by this name.
    pub(crate) fn also(&mut self, called: &str, name: &str) {
        if let Some(place) = self.columns.get(called) {
            self.columns.insert(name.to_owned(), *place);
        }
    }

    /// The number of a row in its sheet, as a spreadsheet shows it.
    pub(crate) fn row_of_sheet(&self, row: u64) -> u64 {
        self.header_row.saturating_add(row)
    }

    /// The cell of a row in a column, such as `Sheet1!C2`; the whole row if there is no such column.
    pub(crate) fn cell(&self, row: u64, column: &str) -> String {
        let (sheet, row) = (&self.sheet, self.row_of_sheet(row));
        match self.columns.get(column) {
            Some(place) => format!("{sheet}!{}{row}", letters(*place)),
            None => format!("{sheet}!{row}:{row}"),
        }
    }
}

/// The letters of a column that is counted from 0.
pub(crate) fn letters(place: u32) -> String {
    const ALPHABET: [char; 26] = [
        'A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'I', 'J', 'K', 'L', 'M', 'N', 'O', 'P', 'Q', 'R', 'S', 'T', 'U', 'V',
        'W', 'X', 'Y', 'Z',
    ];
    let (mut letters, mut left) = (Vec::<char>::new(), u64::from(place).saturating_add(1));
    while let Some(before) = left.checked_sub(1) {
        let letter = usize::try_from(before.rem_euclid(26)).ok().and_then(|letter| ALPHABET.get(letter));
        letters.extend(letter);
        left = before.div_euclid(26);
    }
    letters.iter().rev().collect()
}

/// The name of a sheet as formulas write it.
fn quoted(sheet: &str) -> String {
    let is_plain =
        sheet.chars().all(|c| c.is_alphanumeric() || c == '_') && !sheet.starts_with(|c: char| c.is_numeric());
    if is_plain { sheet.to_owned() } else { format!("'{}'", sheet.replace('\'', "''")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_named_as_a_spreadsheet_names_it() {
        let columns = [("a", 0), ("c", 2), ("aa", 26), ("last", 16_383)].map(|(name, place)| (name.to_owned(), place));
        let mut positions = Positions::new("Sheet1", 1, columns.into());
        positions.also("c", "claim_id");
        assert_eq!(positions.cell(1, "c"), "Sheet1!C2");
        assert_eq!(positions.cell(1, "claim_id"), "Sheet1!C2");
        assert_eq!(positions.cell(9, "aa"), "Sheet1!AA10");
        assert_eq!(positions.cell(1, "last"), "Sheet1!XFD2");
        assert_eq!(positions.cell(1, ""), "Sheet1!2:2");
        for (sheet, named) in [("理赔", "理赔!A4"), ("2025", "'2025'!A4"), ("it's", "'it''s'!A4")] {
            assert_eq!(Positions::new(sheet, 3, [("a".to_owned(), 0)].into()).cell(1, "a"), named);
        }
    }
}
