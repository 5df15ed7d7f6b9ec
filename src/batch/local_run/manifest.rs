//! What was decided, of what, by what: written beside the results and into them, so that a payout can be traced years later.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::digest::Digest;
use super::job::Job;
use super::read_as::ReadAs;
use super::summary::{Certificates, Counts, Rows};
use crate::batch::Input;
use crate::batch::accounts::FINGERPRINT_DIGITS;
use crate::batch::files::Intake;
use crate::catalog::Catalog;
use crate::error::Error;
use crate::order::Order;
use crate::text::{Language, say};

/// What a run has read, what it has decided by, and what came of it: the same for the same inputs and packs, however it was run.
///
/// It names no folder, no machine and no time, so that the same run gives the same bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Manifest {
    /// The layout of this record: 1.
    pub manifest: u32,
    /// `huzhu`, and its version.
    pub program: Program,
    /// `batch`, or `audit` where payouts were compared and not written.
    pub command: String,
    /// The files that were read.
    pub inputs: Vec<InputFile>,
    /// Every version of every plan that could decide.
    pub packs: Vec<Pack>,
    /// The joint limits over them.
    pub joint_limits: Vec<JointLimitFile>,
    /// What was asked for that changes what is written.
    pub options: Settings,
    /// What became of the rows.
    pub counts: Numbers,
    /// What it comes to, in yuan.
    pub totals: Totals,
    /// The certificates, if they were asked for.
    pub certificates: Option<Certificates>,
    /// The files that were written; none in the footer of a Parquet file, which cannot hold its own digest.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub outputs: Vec<OutputFile>,
}

/// What decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Program {
    /// `huzhu`.
    pub name: String,
    /// Its version.
    pub version: String,
}

/// A file that was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct InputFile {
    /// `claims`, `enrollments` or `recorded`.
    pub holds: String,
    /// Its name, without the folder.
    pub file: String,
    /// Its size.
    pub bytes: u64,
    /// The SHA-256 of its bytes, in lower-case hexadecimal.
    pub sha256: String,
}

impl InputFile {
    pub(crate) fn of(holds: &str, path: &std::path::Path, digest: &Digest) -> InputFile {
        InputFile { holds: holds.to_owned(), file: name_of(path), bytes: digest.bytes, sha256: digest.sha256.clone() }
    }
}

/// A file that was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct OutputFile {
    /// `payouts` or `differences`, `lines`, `rejects`, `rejected-enrollments`, `certificates` or `notes`.
    pub holds: String,
    /// Its name, without the folder.
    pub file: String,
    /// Its size.
    pub bytes: u64,
    /// The SHA-256 of its bytes, in lower-case hexadecimal.
    pub sha256: String,
}

impl OutputFile {
    pub(super) fn of(holds: &str, path: &std::path::Path, digest: Digest) -> OutputFile {
        let Digest { bytes, sha256 } = digest;
        OutputFile { holds: holds.to_owned(), file: name_of(path), bytes, sha256 }
    }
}

fn name_of(path: &std::path::Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}

/// A version of a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Pack {
    /// The plan's id.
    pub plan: String,
    /// The version.
    pub version: String,
    /// The fingerprint of its pack; payouts have the first 16 digits in `pack_fingerprint`.
    pub fingerprint: String,
}

/// A joint limit over several plans.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct JointLimitFile {
    /// Its id.
    pub id: String,
    /// The fingerprint of its file.
    pub fingerprint: String,
}

/// The options that change what is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Settings {
    /// The columns that were left out.
    pub ignore_columns: Vec<String>,
    /// What pends claims, by an option or by a pack's own word: plan, version and what.
    pub holds: Vec<String>,
    /// The order in which a member's claims were decided.
    #[serde(default)]
    pub order: Order,
    /// How each input was read, in their order.
    pub intakes: Vec<InputIntake>,
    /// The unit of recorded payouts that name none, `yuan` or `fen`; none of a batch.
    pub unit: Option<String>,
    /// Whether values that are not written plainly were refused.
    pub strict: bool,
    /// Whether CSV begins with a mark of its encoding, where it was said.
    pub bom: Option<bool>,
    /// Whether texts in CSV that a spreadsheet takes for formulas were neutralised.
    pub spreadsheet_safe: bool,
    /// The language of titles and words where payouts or benefits have these in place of names and codes; none where they have not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub words: Option<Language>,
}

/// How an input was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct InputIntake {
    /// `claims`, `enrollments` or `recorded`.
    pub input: String,
    /// The sheet and the row of the header where they were said, and the encoding of a text file, said or found.
    #[serde(flatten)]
    pub intake: Intake,
}

impl InputIntake {
    fn of(input: &str, intake: Intake) -> InputIntake {
        InputIntake { input: input.to_owned(), intake }
    }
}

/// What became of the rows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Numbers {
    /// Of the claims.
    pub claims: Rows,
    /// Of the enrollments.
    pub enrollments: Rows,
    /// The claims by decision.
    pub decisions: BTreeMap<String, u64>,
}

/// Sums of payouts, in yuan with two places.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Totals {
    /// What is due in all.
    pub payable: String,
    /// What is paid, reversals not counted.
    pub paid: String,
    /// What reversals take back.
    pub to_recover: String,
}

impl Manifest {
    /// The key under which Parquet files of payouts and lines have it.
    pub const KEY: &'static str = "huzhu.manifest";
    /// So many digits of a fingerprint stand in each payout: enough that no two versions share them by chance.
    pub const FINGERPRINT_DIGITS: usize = FINGERPRINT_DIGITS;

    pub(super) fn of(
        job: &Job,
        catalog: &Catalog,
        manners: &ReadAs,
        inputs: Vec<InputFile>,
        words: Option<Language>,
        counts: &Counts,
    ) -> Manifest {
        let packs = catalog.plans().map(|plan| Pack {
            plan: plan.id().to_owned(),
            version: plan.version().to_owned(),
            fingerprint: plan.fingerprint().to_owned(),
        });
        let joint_limits = catalog.joint_limits().all().map(|limit| {
            let (id, fingerprint) = (limit.id().to_owned(), limit.fingerprint().to_owned());
            JointLimitFile { id, fingerprint }
        });
        let intakes = [Input::Claims, Input::Enrollments].map(|input| {
            let (_, intake) = job.input(input);
            InputIntake::of(input.name(), intake.clone().found(manners.of(input).encoding))
        });
        let recorded = job.recorded.as_ref();
        let intakes = intakes.into_iter().chain(recorded.map(|of| InputIntake::of("recorded", of.intake.clone())));
        Manifest {
            manifest: 1,
            program: Program { name: "huzhu".to_owned(), version: env!("CARGO_PKG_VERSION").to_owned() },
            command: if job.is_audit() { "audit" } else { "batch" }.to_owned(),
            inputs,
            packs: packs.collect(),
            joint_limits: joint_limits.collect(),
            options: Settings {
                ignore_columns: job.ignored.iter().cloned().collect(),
                holds: super::fingerprint::holds(catalog).into_iter().collect(),
                order: catalog.order(),
                intakes: intakes.collect(),
                unit: recorded.map(|recorded| recorded.unit.to_owned()),
                strict: job.is_strict,
                bom: job.marks,
                spreadsheet_safe: job.is_spreadsheet_safe,
                words,
            },
            counts: Numbers {
                claims: counts.claims,
                enrollments: counts.enrollments,
                decisions: counts.tally.decisions().clone(),
            },
            totals: counts.tally.totals(),
            certificates: counts.certificates.clone(),
            outputs: Vec::new(),
        }
    }

    /// The record as JSON with line breaks, as it stands in its file.
    pub(super) fn to_text(&self) -> Result<String, Error> {
        let text = serde_json::to_string_pretty(self).map(|text| format!("{text}\n"));
        text.map_err(|fault| Error::output(say!("运行清单写不出：{fault}", "the manifest cannot be written: {fault}")))
    }
}
