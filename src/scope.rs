//! Which claims of a member count together.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Claims that count together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scope {
    /// The same member and event date.
    Event,
    /// The same cover.
    Period,
    /// The calendar year of the event date.
    CalendarYear,
    /// All claims of the member under the plan.
    Life,
}

impl Scope {
    /// Every scope with its name in a pack.
    pub const ALL: [(&'static str, Scope); 4] = [
        ("event", Scope::Event),
        ("period", Scope::Period),
        ("calendar-year", Scope::CalendarYear),
        ("life", Scope::Life),
    ];
}

impl Scope {
    /// Whether all claims that the other counts together count together in this one, too: a day lies in one calendar year, but a period may lie in two.
    pub(crate) fn holds_all_of(self, other: Scope) -> bool {
        match self {
            Scope::Life => true,
            Scope::CalendarYear => matches!(other, Scope::CalendarYear | Scope::Event),
            Scope::Period | Scope::Event => self == other,
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Scope::Event => "event",
            Scope::Period => "period",
            Scope::CalendarYear => "calendar-year",
            Scope::Life => "life",
        })
    }
}
