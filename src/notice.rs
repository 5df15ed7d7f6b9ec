//! What is said of a claim beside its decision, from what is known around it: the member's other claims and covers.

use rust_decimal::Decimal;

use crate::code::Code;
use crate::text::{Text, say};

/// So many claims are named in words; a notice has them all.
const NAMED: usize = 5;

/// Claims in words: the first few by their ids, and how many there are.
pub(crate) fn named<T: AsRef<str>>(claims: &[T]) -> Text {
    let first: Vec<&str> = claims.iter().take(NAMED).map(AsRef::as_ref).collect();
    let first = first.join("`, `");
    match claims.len().saturating_sub(NAMED) {
        0 => say!("`{first}`", "`{first}`"),
        more => {
            let all = claims.len();
            say!("`{first}`等 {all} 件", "`{first}` and {more} more")
        }
    }
}

/// Something around a claim that a person may want to look at, or must before anything is paid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    code: Code,
    about: Vec<String>,
    text: Text,
    holds: bool,
    recalculation: Option<Recalculation>,
}

impl Notice {
    /// A notice that changes nothing of the decision.
    pub(crate) fn new(code: Code, text: Text) -> Notice {
        Notice { code, about: Vec::new(), text, holds: false, recalculation: None }
    }

    /// What is said of a claim whose input is a file of rejected rows: nobody knows what else the member has.
    #[cfg(feature = "batch")]
    pub(crate) fn decided_apart() -> Notice {
        let text = say!(
            "本件来自退回文件，单独审核：会员的其他理赔没有计入，限额、起付线可能多算，应付可能偏多；请把改好的行放回原表，整表重审",
            "the claim comes from a file of rejected rows: what the member has beside them is not counted, so that too much may be due; put the corrected rows back into their table and decide all of it again"
        );
        Notice::new(Code::DecidedApart, text)
    }

    /// The same about these claims, enrollments or rows.
    #[must_use]
    pub(crate) fn about(mut self, about: impl IntoIterator<Item = impl Into<String>>) -> Notice {
        self.about.extend(about.into_iter().map(Into::into));
        self
    }

    /// The same, and the claim is pended until it is settled.
    #[must_use]
    pub(crate) fn holding(self) -> Notice {
        Notice { holds: true, ..self }
    }

    /// The same with what another order makes of the amounts.
    #[must_use]
    pub(crate) fn with_recalculation(self, recalculation: Recalculation) -> Notice {
        Notice { recalculation: Some(recalculation), ..self }
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

    /// What the declared order makes of the amounts, where claims were decided in another one.
    #[must_use]
    pub fn recalculation(&self) -> Option<&Recalculation> {
        self.recalculation.as_ref()
    }
}

/// What claims are paid in the order in which they were received, and what in the declared order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recalculation {
    pub(crate) claims: Vec<Recalculated>,
    pub(crate) as_received: Decimal,
    pub(crate) in_order: Decimal,
    pub(crate) difference: Decimal,
}

impl Recalculation {
    /// Each claim whose amount the order can change, in the declared order: the one that is decided, then those after it.
    #[must_use]
    pub fn claims(&self) -> &[Recalculated] {
        &self.claims
    }

    /// What they are paid in all as they were received, in yuan.
    #[must_use]
    pub fn as_received(&self) -> Decimal {
        self.as_received
    }

    /// What they would be paid in all in the declared order, in yuan.
    #[must_use]
    pub fn in_order(&self) -> Decimal {
        self.in_order
    }

    /// How much more that is; less if it is negative.
    #[must_use]
    pub fn difference(&self) -> Decimal {
        self.difference
    }
}

/// What one claim is paid either way, in yuan.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Recalculated {
    /// The id of the claim.
    pub claim: String,
    /// As it was received.
    pub as_received: Decimal,
    /// In the declared order.
    pub in_order: Decimal,
}
