//! How an input was read: what people should see of it.

use crate::batch::files::{Encoding, Positions};
use crate::batch::{Input, Reject};
use crate::text::{Text, say};

/// How an input was read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Manner {
    /// What of it is not as everyone expects.
    pub(super) said: Option<Text>,
    pub(super) encoding: Option<Encoding>,
    /// Where its cells stand, if it is a sheet.
    pub(super) positions: Option<Positions>,
}

/// How both were read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct ReadAs {
    pub(super) claims: Manner,
    pub(super) enrollments: Manner,
}

impl ReadAs {
    pub(super) fn of(&self, input: Input) -> &Manner {
        match input {
            Input::Claims => &self.claims,
            Input::Enrollments => &self.enrollments,
        }
    }

    pub(super) fn encodings(&self) -> [Option<Encoding>; 2] {
        [self.claims.encoding, self.enrollments.encoding]
    }

    /// The cell of a row in a column, if the input is a sheet.
    pub(super) fn cell(&self, input: Input, row: u64, column: &str) -> Option<String> {
        self.of(input).positions.as_ref().map(|positions| positions.cell(row, column))
    }

    /// The same reject, with the cell in its reason if it stands in a sheet.
    pub(super) fn located(&self, reject: Reject) -> Reject {
        let Some(cell) = self.cell(reject.input, reject.row, &reject.column) else { return reject };
        let Text { zh, en } = &reject.reason;
        let reason = say!("{zh}（单元格 `{cell}`）", "{en} (cell `{cell}`)");
        Reject { reason, ..reject }
    }
}
