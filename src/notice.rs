//! What is said of a claim beside its decision, from what is known around it: the member's other claims and covers.

use crate::code::Code;
use crate::text::Text;

/// Something around a claim that a person may want to look at, or must before anything is paid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    code: Code,
    about: Vec<String>,
    text: Text,
    holds: bool,
}

impl Notice {
    /// A notice that changes nothing of the decision.
    pub(crate) fn new(code: Code, text: Text) -> Notice {
        Notice { code, about: Vec::new(), text, holds: false }
    }

    /// The same about these claims, enrollments or rows.
    #[must_use]
    pub(crate) fn about(mut self, about: impl IntoIterator<Item = impl Into<String>>) -> Notice {
        self.about.extend(about.into_iter().map(Into::into));
        self
    }

    /// The same, and the claim is pended until it is settled.
    #[expect(dead_code, reason = "what contradicts between claims and covers is to pend them")]
    #[must_use]
    pub(crate) fn holding(self) -> Notice {
        Notice { holds: true, ..self }
    }

    /// What kind of notice it is.
    #[must_use]
    pub fn code(&self) -> Code {
        self.code
    }

    /// The claims, enrollments or rows that it is about.
    #[must_use]
    pub fn subjects(&self) -> &[String] {
        &self.about
    }

    /// The notice in words.
    #[must_use]
    pub fn text(&self) -> &Text {
        &self.text
    }

    /// Whether the claim is pended for it.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.holds
    }
}
