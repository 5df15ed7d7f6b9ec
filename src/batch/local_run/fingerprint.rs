//! What a run is about: work of an earlier run counts only for the same.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::digest::{self, Digest};
use super::job::Job;
use super::manifest::InputFile;
use crate::batch::files::{Headers, Intake};
use crate::catalog::Catalog;
use crate::error::Error;
use crate::order::Order;
use crate::text::{Language, Text, say};

/// The layout of the work files; another one is not read.
const FORMAT: u32 = 8;

/// Inputs by size, packs by fingerprint, and the options that change what is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Fingerprint {
    format: u32,
    program: String,
    /// What decided claims are laid beside; none of a batch.
    recorded: Option<Recorded>,
    claims: Source,
    enrollments: Source,
    /// The fingerprint of every version of every plan, and of every joint limit.
    packs: BTreeMap<String, String>,
    /// What pends claims, by an option or by a pack's own word.
    holds: BTreeSet<String>,
    order: Order,
    ignored: BTreeSet<String>,
    /// How claims and enrollments are read.
    intakes: [Intake; 2],
    is_strict: bool,
    marks: Option<bool>,
    is_spreadsheet_safe: bool,
    language: Language,
    headers: Option<Headers>,
    out: String,
    lines: Option<String>,
    certificates: Option<String>,
    rejects: String,
    notes: Option<String>,
}

/// The recorded payouts of an audit, and what is asked of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Recorded {
    file: InputFile,
    intake: Intake,
    unit: String,
    compares_roundings: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Source {
    path: String,
    bytes: u64,
}

impl Source {
    fn of(path: &Path) -> Result<Source, Error> {
        let (bytes, _) = digest::stamp(path)?;
        Ok(Source { path: name(path), bytes })
    }
}

/// The digests of the two inputs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Digests {
    pub(super) claims: Digest,
    pub(super) enrollments: Digest,
}

/// What pends claims, by an option or by a pack's own word.
pub(super) fn holds(catalog: &Catalog) -> BTreeSet<String> {
    let holds = catalog.plans().flat_map(|plan| {
        let said = [(plan.holds_open_claims, "open-claims"), (plan.holds_duplicates, "duplicates")];
        let said = said.into_iter().filter(|(holds, _)| *holds);
        said.map(move |(_, what)| format!("{} {} {what}", plan.id(), plan.version()))
    });
    holds.collect()
}

impl Fingerprint {
    pub(super) fn of(job: &Job, catalog: &Catalog) -> Result<Fingerprint, Error> {
        let packs = catalog.plans().map(|plan| {
            let (id, version) = (plan.id(), plan.version());
            (format!("{id} {version}"), plan.fingerprint().to_owned())
        });
        let joint_limits = catalog.joint_limits().all();
        let joint_limits = joint_limits.map(|limit| (limit.id().to_owned(), limit.fingerprint().to_owned()));
        Ok(Fingerprint {
            format: FORMAT,
            program: env!("CARGO_PKG_VERSION").to_owned(),
            recorded: job.recorded.as_ref().map(|recorded| Recorded {
                file: recorded.file.clone(),
                intake: recorded.intake.clone(),
                unit: recorded.unit.to_owned(),
                compares_roundings: recorded.compares_roundings,
            }),
            claims: Source::of(&job.claims)?,
            enrollments: Source::of(&job.enrollments)?,
            packs: packs.chain(joint_limits).collect(),
            holds: holds(catalog),
            order: catalog.order(),
            ignored: job.ignored.clone(),
            is_spreadsheet_safe: job.is_spreadsheet_safe,
            language: job.language,
            headers: job.headers,
            intakes: [job.claims_as.clone(), job.enrollments_as.clone()],
            is_strict: job.is_strict,
            marks: job.marks,
            out: name(&job.out),
            lines: job.lines.as_deref().map(name),
            certificates: job.certificates.as_deref().map(name),
            rejects: name(&job.rejects),
            notes: job.notes.as_deref().map(name),
        })
    }

    /// The first thing in which the earlier run was about something else. A file that was only moved is the same.
    pub(super) fn difference(&self, earlier: &Fingerprint) -> Option<Text> {
        if (earlier.format, &earlier.program) != (self.format, &self.program) {
            let (then, now) = (&earlier.program, &self.program);
            return Some(say!(
                "它由版本 {then} 写成，现为 {now}",
                "version {then} of the program made it, this is {now}"
            ));
        }
        let command = || match (&self.recorded, &earlier.recorded) {
            (None, None) => None,
            (Some(_), None) => Some(say!("它由 `huzhu batch` 写成", "`huzhu batch` made it")),
            (None, Some(_)) => Some(say!("它由 `huzhu audit` 写成", "`huzhu audit` made it")),
            (Some(now), Some(then)) => now.difference(then),
        };
        command()
            .or_else(|| self.other_input(earlier))
            .or_else(|| self.other_option(earlier))
            .or_else(|| self.other_name(earlier))
    }

    fn other_input(&self, earlier: &Fingerprint) -> Option<Text> {
        let inputs = [(&self.claims, &earlier.claims), (&self.enrollments, &earlier.enrollments)];
        let other = inputs.into_iter().find(|(now, then)| now.bytes != then.bytes);
        other.map(|(now, _)| changed(&now.path)).or_else(|| {
            let pack = other_key(&self.packs, &earlier.packs)?;
            Some(say!("规则包 `{pack}` 已改变", "the pack `{pack}` has changed"))
        })
    }

    fn other_option(&self, earlier: &Fingerprint) -> Option<Text> {
        let options = [
            (self.holds == earlier.holds, say!("另予暂缓的情形不同", "what pends claims is not the same")),
            (self.order == earlier.order, say!("理赔的审核先后不同", "the order of claims is not the same")),
            (self.ignored == earlier.ignored, say!("略过的列不同", "the columns that are left out are not the same")),
            (self.intakes == earlier.intakes, read_otherwise()),
            (
                self.is_strict == earlier.is_strict,
                say!("是否只收标准写法不同", "whether only the plain form is read is not the same"),
            ),
            (
                self.marks == earlier.marks,
                say!("结果开头是否加编码标记不同", "whether results begin with a byte order mark is not the same"),
            ),
            (
                self.is_spreadsheet_safe == earlier.is_spreadsheet_safe,
                say!(
                    "是否防止电子表格当作公式不同",
                    "whether texts are kept from being taken for formulas is not the same"
                ),
            ),
            (
                (self.language, self.headers) == (earlier.language, earlier.headers),
                say!("结果的语言或列名写法不同", "the language or the headers of the results are not the same"),
            ),
        ];
        options.into_iter().find_map(|(is_same, text)| (!is_same).then_some(text))
    }

    /// The result that would get another name.
    fn other_name(&self, earlier: &Fingerprint) -> Option<Text> {
        let names = |fingerprint: &Fingerprint| {
            [
                (("给付结果", "the payouts"), Some(fingerprint.out.clone())),
                (("待遇明细", "the benefits"), fingerprint.lines.clone()),
                (("凭证", "the certificates"), fingerprint.certificates.clone()),
                (("退回的行", "the rejected rows"), Some(fingerprint.rejects.clone())),
                (("附注", "the notes"), fingerprint.notes.clone()),
            ]
        };
        let mut pairs = names(self).into_iter().zip(names(earlier));
        let (((zh, en), _), _) = pairs.find(|((_, now), (_, then))| now != then)?;
        Some(say!("{zh}的去处不同", "the file of {en} is not the same"))
    }
}

impl Recorded {
    /// The first thing in which an earlier audit had other records, or asked something else of them.
    fn difference(&self, earlier: &Recorded) -> Option<Text> {
        let same = [
            (self.file.sha256 == earlier.file.sha256, changed(&self.file.file)),
            (self.intake == earlier.intake, read_otherwise()),
            (self.unit == earlier.unit, say!("已付金额的单位不同", "the unit of recorded amounts is not the same")),
            (
                self.compares_roundings == earlier.compares_roundings,
                say!("是否比对舍入规则不同", "whether rules of rounding are compared is not the same"),
            ),
        ];
        same.into_iter().find(|(is_same, _)| !is_same).map(|(_, text)| text)
    }
}

fn read_otherwise() -> Text {
    say!("工作表、列名所在的行或编码不同", "the sheet, the row of the header or the encoding is not the same")
}

impl Digests {
    /// The first input that is no longer the same.
    pub(super) fn difference(&self, earlier: &Digests, job: &Job) -> Option<Text> {
        let pairs =
            [(&self.claims, &earlier.claims, &job.claims), (&self.enrollments, &earlier.enrollments, &job.enrollments)];
        let (_, _, path) = pairs.into_iter().find(|(now, then, _)| now != then)?;
        Some(changed(&name(path)))
    }
}

fn changed(path: &str) -> Text {
    say!("`{path}` 的内容已改变", "`{path}` has changed since")
}

/// A key that only one of them has, or whose values differ.
fn other_key<'k>(now: &'k BTreeMap<String, String>, then: &'k BTreeMap<String, String>) -> Option<&'k str> {
    let mut keys = now.keys().chain(then.keys());
    keys.find(|key| now.get(*key) != then.get(*key)).map(String::as_str)
}

fn name(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}
