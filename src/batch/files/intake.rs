//! How a file that is fed in is to be read, where that is not left to what is found in it.

use std::num::NonZeroU32;

use serde::{Deserialize, Serialize};

use super::encoding::Encoding;

/// How a file is to be read; what is not said is found.
///
/// ```
/// use huzhu::batch::Intake;
///
/// let intake = Intake::default().sheet("2025").header_row(3.try_into()?);
/// # Ok::<(), std::num::TryFromIntError>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Intake {
    pub(super) encoding: Option<Encoding>,
    pub(super) sheet: Option<String>,
    pub(super) header_row: Option<NonZeroU32>,
}

impl Intake {
    /// The text of the file is in this encoding; found unless it is said.
    #[must_use]
    pub fn encoding(self, encoding: Encoding) -> Intake {
        Intake { encoding: Some(encoding), ..self }
    }

    /// Whether it is of another sheet of the same workbook.
    pub(crate) fn is_other_sheet(&self, other: &Intake) -> bool {
        self.sheet != other.sheet
    }

    /// The same with the encoding that was found, if the file is a text.
    pub(crate) fn found(self, encoding: Option<Encoding>) -> Intake {
        Intake { encoding: encoding.or(self.encoding), ..self }
    }

    /// Reads the sheet of this name; the first that is not hidden unless it is said.
    #[must_use]
    pub fn sheet(self, name: impl Into<String>) -> Intake {
        Intake { sheet: Some(name.into()), ..self }
    }

    /// The header stands in this row, counted from 1; what is above it is left out.
    #[must_use]
    pub fn header_row(self, row: NonZeroU32) -> Intake {
        Intake { header_row: Some(row), ..self }
    }
}
