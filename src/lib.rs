//! Decides mutual-aid insurance claims exactly, with reasons.
//!
#![doc = page!("../README.md")]
//!
//! # References
//!
//! [The pack format](mod@format), [the certificate format](mod@certificate_format), [how the engine is built](mod@design).

/// A page in a module of its own. Pages name each other as files; the first definition of a link counts, so that here they are modules.
macro_rules! page {
    ($file:literal) => {
        concat!(
            "[readme]: crate\n",
            "[readme.zh]: crate::chinese\n",
            "[rules]: crate::rule_packs\n",
            "[rules.zh]: crate::rule_packs::zh\n",
            "[guide]: crate::guide\n",
            "[guide.zh]: crate::guide::zh\n",
            "[format]: mod@crate::format\n",
            "[format.zh]: crate::format::zh\n",
            "[certificate]: crate::certificate_format\n",
            "[certificate.zh]: crate::certificate_format::zh\n",
            "[ledger]: crate::ledger_format\n",
            "[ledger.zh]: crate::ledger_format::zh\n",
            "[design]: crate::design\n",
            "[words]: crate::words\n",
            "[contributing]: crate::contributing\n",
            "[changelog]: crate::changelog\n",
            "[security]: crate::security\n",
            "[security.zh]: crate::security::zh\n",
            "[limits]: crate::limits\n",
            "[commands]: crate::guide#commands\n",
            "[commands.zh]: crate::guide::zh#命令\n",
            "[many-claims]: crate::guide#many-claims\n",
            "[recorded-payouts]: crate::guide#recorded-payouts\n",
            "[settlement-records]: crate::guide#settlement-records-without-an-application\n",
            "[applications]: crate::guide#applications-for-cover\n",
            "[certificates]: crate::guide#certificates\n",
            "[workbooks]: crate::guide#workbooks\n",
            "[`Adjudication::explain`]: crate::Adjudication::explain\n",
            "[`Plan::decide`]: crate::Plan::decide\n",
            "\n",
            include_str!($file)
        )
    };
}
use page;

mod accumulator;
mod adjudicate;
mod alike;
pub mod applications;
mod arena;
#[cfg(feature = "batch")]
pub mod audit;
#[cfg(feature = "batch")]
pub mod batch;
pub mod calendar;
mod case;
mod cases;
mod catalog;
pub mod certificate;
mod claim;
mod code;
pub mod curve;
mod decider;
mod diagnostic;
pub mod disability;
mod disk;
mod document;
pub mod enroll;
mod enrollment;
mod error;
pub mod exact;
pub mod explain;
mod fact;
pub mod facts;
mod foreign;
mod given;
pub mod history;
mod joint;
mod member;
pub mod money;
mod names;
mod notice;
mod order;
pub mod pack;
mod plan;
mod quote;
mod reading;
pub mod rounding;
mod scale;
mod schema;
mod scope;
mod semantics;
#[cfg(feature = "settle")]
pub mod settle;
mod spelling;
mod text;
mod titles;
mod wording;
#[cfg(feature = "workbook")]
mod workbook;
mod written;

pub use accumulator::{Accumulators, Posting};
pub use adjudicate::{
    Adjudication, BenefitLines, Decision, DerivedFact, Inapplicable, Line, Outcome, Reason, UsedFigure,
};
pub use case::{Case, OtherCover, WorkedCase};
pub use cases::{CaseReport, CasesReport, WorkedCases};
pub use catalog::{Catalog, Hold, LoadError, rule_files};
pub use certificate::{Certificate, Certifier};
pub use chrono::NaiveDate;
pub use claim::Claim;
pub use code::{Code, CodeKind};
pub use curve::Curve;
#[cfg(feature = "batch")]
pub use decider::Continued;
pub use decider::{Decider, MemberAccounts};
pub use diagnostic::{Diagnostic, Diagnostics};
#[doc(hidden)]
pub use disk::{Unpublished, in_the_way, make_folder, publish};
pub use enrollment::Enrollment;
pub use error::{Error, Remedy};
pub use explain::Explanation;
pub use fact::{Absent, Holder, Kind, STANDARD, StandardFact, Value};
pub use foreign::{is_control, quoted, shown};
/// Certificates checked by a crate that shares no code with this one.
pub use huzhu_verify as verify;
pub use notice::{Notice, Recalculated, Recalculation};
pub use order::{Order, UnknownOrder};
pub use plan::{Assumed, Condition, Effective, EffectiveBy, Otherwise, Plan, PlanReference, Provenance};
pub use quote::Quote;
pub use rust_decimal::Decimal;
pub use schema::case_schema;
pub use scope::Scope;
pub use text::{Language, Text};
#[cfg(feature = "workbook")]
pub use workbook::Workbook;

/// What may come in at the door; one more is refused with a code.
pub mod limits {
    pub use crate::cases::MAX_EARLIER_ROWS;
    pub use crate::diagnostic::MAX_PROBLEMS;
    pub use crate::document::{MAX_CASE_BYTES, MAX_DEPTH, MAX_KEYS, MAX_NUMBER_DIGITS, MAX_PACK_BYTES};
    pub use crate::exact::{DIGITS_AFTER_THE_POINT, DIGITS_BEFORE_THE_POINT};
    pub use crate::history::MAX_CLAIMS;
    pub use crate::pack::{MAX_BANDS, MAX_EXPRESSION_BYTES, MAX_EXPRESSION_DEPTH, MAX_NESTING, MAX_PARTS, MAX_RULES};
    pub use crate::plan::expression::MAX_FACTS;
}

#[doc = page!("docs/format.en.md")]
pub mod format {
    #[doc = page!("docs/format.zh.md")]
    pub mod zh {}
}

#[doc = page!("docs/certificate.en.md")]
pub mod certificate_format {
    #[doc = page!("docs/certificate.zh.md")]
    pub mod zh {}
}

#[doc = page!("docs/ledger.en.md")]
pub mod ledger_format {
    #[doc = page!("docs/ledger.zh.md")]
    pub mod zh {}
}

#[doc = page!("docs/guide.en.md")]
pub mod guide {
    #[doc = page!("docs/guide.zh.md")]
    pub mod zh {}
}

#[doc = page!("docs/design.md")]
pub mod design {}

#[doc = page!("docs/words.md")]
pub mod words {}

#[doc = page!("../rules/README.md")]
pub mod rule_packs {
    #[doc = page!("../rules/README.zh.md")]
    pub mod zh {}
}

#[doc = page!("../CONTRIBUTING.md")]
pub mod contributing {}

#[doc = page!("../SECURITY.md")]
pub mod security {
    #[doc = page!("../SECURITY.zh.md")]
    pub mod zh {}
}

#[doc = page!("../CHANGELOG.md")]
pub mod changelog {}

#[doc = page!("../README.zh.md")]
pub mod chinese {}
