//! A folder of rule packs: finds the plan and the version for a claim.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::NaiveDate;

use crate::accumulator::{Accumulators, Posting};
use crate::adjudicate::Adjudication;
use crate::calendar;
use crate::claim::Claim;
use crate::code::Code;
use crate::diagnostic::{Diagnostics, Findings, did_you_mean};
use crate::enrollment::Enrollment;
use crate::error::Error;
use crate::fact::Value;
use crate::joint::{self, Cover, JointLimit};
use crate::names;
use crate::pack::{self, Loaded};
use crate::plan::{EffectiveBy, Plan, PlanReference};
use crate::text::say;

/// Plans in all their versions, and the joint limits over them.
#[derive(Debug, Default)]
pub struct Catalog {
    /// By id; the versions of a plan from the earliest to the latest.
    plans: BTreeMap<String, Vec<Plan>>,
    joint_limits: Vec<JointLimit>,
}

/// Why a folder of packs could not be loaded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LoadError {
    /// The folder or a file in it could not be read.
    #[error("{} can not be read", path.display())]
    Unreadable {
        /// The folder or the file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// What is wrong with the packs.
    #[error(transparent)]
    Rules(#[from] Diagnostics),
}

impl Catalog {
    /// Loads every `*.toml` of a folder: packs, and joint limits (`*.joint.toml`); worked cases (`*.cases.toml`) are left out.
    ///
    /// # Errors
    /// [`LoadError::Unreadable`] for the file system, [`LoadError::Rules`] with all that is wrong in all files.
    pub fn load(folder: &Path) -> Result<Catalog, LoadError> {
        let unreadable = |path: &Path| {
            let path = path.to_owned();
            |source| LoadError::Unreadable { path, source }
        };
        let mut files = BTreeMap::new();
        for entry in std::fs::read_dir(folder).map_err(unreadable(folder))? {
            let path = entry.map_err(unreadable(folder))?.path();
            let name = path.to_string_lossy().into_owned();
            let is_toml = path.extension().is_some_and(|ending| ending == "toml");
            if path.is_file() && is_toml && !name.ends_with(".cases.toml") {
                let bytes = std::fs::read(&path).map_err(unreadable(&path))?;
                files.insert(name, bytes);
            }
        }
        Ok(Catalog::read(files)?)
    }

    /// Reads files that are already in memory: their names and their bytes.
    ///
    /// # Errors
    /// All that is wrong in all files, and between them: versions that leave a gap or overlap, plans that are not there.
    pub fn read(files: impl IntoIterator<Item = (String, Vec<u8>)>) -> Result<Catalog, Diagnostics> {
        let mut wrong = Diagnostics::default();
        let (mut packs, mut joints) = (Vec::new(), Vec::new());
        for (name, bytes) in files {
            if name.ends_with(".joint.toml") {
                joint::read(&name, &bytes).map_or_else(|found| wrong.extend(found), |joint| joints.push(joint));
            } else {
                pack::read(&name, &bytes).map_or_else(|found| wrong.extend(found), |pack| packs.push(pack));
            }
        }
        if !wrong.is_empty() {
            // What is between packs makes sense only once each is right.
            for joint in joints {
                wrong.extend(joint.findings.into_diagnostics());
            }
            return Err(wrong.by_file());
        }
        packs.sort_by(|a, b| (a.plan.id(), a.plan.effective().from).cmp(&(b.plan.id(), b.plan.effective().from)));
        wrong.extend(duplicate_versions(&packs));
        for pair in packs.windows(2) {
            if let [earlier, later] = pair {
                wrong.extend(between_versions(earlier, later));
            }
        }
        let mut catalog = Catalog::default();
        for pack in packs {
            catalog.plans.entry(pack.plan.id().to_owned()).or_default().push(pack.plan);
        }
        for joint in joints {
            match catalog.known_plans(joint) {
                Ok(limit) => catalog.joint_limits.push(limit),
                Err(found) => wrong.extend(found),
            }
        }
        if wrong.is_empty() { Ok(catalog) } else { Err(wrong.by_file()) }
    }

    /// Every version of every plan, by id and date.
    pub fn plans(&self) -> impl Iterator<Item = &Plan> {
        self.plans.values().flatten()
    }

    /// The same plans, each changed; without the limits over several of them.
    #[cfg(feature = "batch")]
    pub(crate) fn with_each(&self, change: impl Fn(&mut Plan)) -> Catalog {
        let mut plans = self.plans.clone();
        plans.values_mut().flatten().for_each(change);
        Catalog { plans, joint_limits: Vec::new() }
    }

    /// The versions of one plan, from the earliest to the latest; none if there is no such plan.
    #[must_use]
    pub fn versions(&self, plan: &str) -> &[Plan] {
        self.plans.get(plan).map(Vec::as_slice).unwrap_or_default()
    }

    /// The version of the enrollment's plan that decides the claim: the one it names, or the one that its date leads to.
    ///
    /// Where the date that counts is missing, the latest version; it pends the claim and names the date.
    ///
    /// # Errors
    /// [`Error::is_plan`] if there is no such plan, [`Error::is_version`] if none of its versions holds at the date.
    pub fn resolve(&self, enrollment: &Enrollment, claim: &Claim) -> Result<&Plan, Error> {
        let date = |value: Option<&Value>| match value {
            Some(Value::Date(date)) => Some(*date),
            Some(Value::Number(_) | Value::YesNo(_) | Value::Text(_)) | None => None,
        };
        self.resolve_on(enrollment, |by| match by {
            EffectiveBy::CoverageStart => date(enrollment.fact("coverage_start")),
            EffectiveBy::EventDate => date(claim.fact("event_date")),
        })
    }

    /// The version that has decided.
    ///
    /// # Errors
    /// [`Error::is_version`] if it is none of these.
    pub fn decided_by(&self, adjudication: &Adjudication) -> Result<&Plan, Error> {
        let PlanReference { id, version, .. } = &**adjudication.outcome().plan();
        self.version(id, version)
    }

    fn version(&self, id: &str, version: &str) -> Result<&Plan, Error> {
        self.versions(id).iter().find(|plan| plan.version() == version).ok_or_else(|| {
            Error::version(say!("计划 `{id}` 没有版本 `{version}`", "the plan `{id}` has no version `{version}`"))
        })
    }

    /// The version that has decided a claim, by what it has posted: a reversal need not repeat the date.
    pub(crate) fn resolve_posted(&self, enrollment: &Enrollment, posting: &Posting) -> Result<&Plan, Error> {
        self.resolve_on(enrollment, |by| match by {
            EffectiveBy::CoverageStart => Some(posting.coverage_start),
            EffectiveBy::EventDate => Some(posting.event_date),
        })
    }

    fn resolve_on(
        &self,
        enrollment: &Enrollment,
        date: impl Fn(EffectiveBy) -> Option<NaiveDate>,
    ) -> Result<&Plan, Error> {
        let id = enrollment.plan();
        let versions = self.versions(id);
        let Some(latest) = versions.last() else { return Err(self.unknown_plan(id)) };
        if let Some(version) = enrollment.plan_version() {
            return self.version(id, version);
        }
        let Some(date) = date(latest.effective().by) else { return Ok(latest) };
        versions.iter().find(|plan| plan.effective().holds_on(date)).ok_or_else(|| {
            Error::version(say!(
                "计划 `{id}` 没有适用于 {date} 的版本",
                "no version of the plan `{id}` holds on {date}"
            ))
        })
    }

    /// Decides one claim under several enrollments of a member, each alone; then joint limits take off what is beyond them.
    ///
    /// Each enrollment comes with what the member's earlier claims have posted under its plan.
    ///
    /// # Errors
    /// Those of [`Catalog::resolve`] and [`Plan::adjudicate`]: a reversal is of one plan and not decided so.
    pub fn adjudicate_together(
        &self,
        covers: &[(&Enrollment, &Accumulators)],
        claim: &Claim,
    ) -> Result<Vec<Adjudication>, Error> {
        let mut decided = Vec::new();
        for (enrollment, accumulators) in covers {
            let adjudication = self.resolve(enrollment, claim)?.adjudicate(enrollment, claim, accumulators)?;
            decided.push(Cover { enrollment, accumulators, adjudication });
        }
        for limit in &self.joint_limits {
            limit.apply(claim, &mut decided)?;
        }
        Ok(decided.into_iter().map(|cover| cover.adjudication).collect())
    }

    pub(crate) fn unknown_plan(&self, id: &str) -> Error {
        match names::nearest(id, self.plans.keys().map(String::as_str)) {
            Some(near) => Error::plan(say!(
                "没有计划 `{id}`；是否想写 `{near}`？",
                "there is no plan `{id}`; did you mean `{near}`?"
            )),
            None => Error::plan(say!("没有计划 `{id}`", "there is no plan `{id}`")),
        }
    }

    pub(crate) fn plan_ids(&self) -> impl Iterator<Item = &str> {
        self.plans.keys().map(String::as_str)
    }

    fn known_plans(&self, joint: joint::Read) -> Result<JointLimit, Diagnostics> {
        let joint::Read { limit, plan_nodes, mut findings } = joint;
        for node in plan_nodes.iter().filter(|node| node.text().is_some_and(names::is_id)) {
            let id = node.text().unwrap_or_default();
            if !self.plans.contains_key(id) {
                let help = did_you_mean(id, self.plan_ids());
                findings
                    .report(Code::UnknownPlan, &node.span, say!("没有计划 `{id}`", "there is no plan `{id}`"))
                    .help_with(help);
            }
        }
        limit.filter(|_| findings.is_empty()).ok_or_else(|| findings.into_diagnostics())
    }
}

/// Versions of one plan that share a name.
fn duplicate_versions(packs: &[Loaded]) -> Diagnostics {
    let mut first: BTreeMap<(&str, &str), &Loaded> = BTreeMap::new();
    let mut wrong = Diagnostics::default();
    for pack in packs {
        let (id, version) = (pack.plan.id(), pack.plan.version());
        if let Some(earlier) = first.insert((id, version), pack) {
            let mut findings = Findings::of(Arc::clone(&pack.source));
            let path = &earlier.source.path;
            let message = say!(
                "计划 `{id}` 的版本 `{version}` 在 {path} 中已有",
                "version `{version}` of `{id}` stands in {path} already"
            );
            findings.report(Code::DuplicateVersion, &pack.place, message);
            wrong.extend(findings.into_diagnostics());
        }
    }
    wrong
}

/// What is wrong between two packs that follow each other by id and date.
fn between_versions(earlier: &Loaded, later: &Loaded) -> Diagnostics {
    let mut findings = Findings::of(Arc::clone(&later.source));
    let (before, after) = (&earlier.plan, &later.plan);
    if before.id() != after.id() || before.version() == after.version() {
        return findings.into_diagnostics();
    }
    let (version, other) = (after.version(), before.version());
    let from = after.effective().from;
    let next: Option<NaiveDate> = before.effective().until.and_then(|until| calendar::plus_days(until, 1));
    match next {
        Some(next) if next == from => {}
        Some(next) if next < from => {
            let message = say!(
                "版本 `{other}` 之后，{next} 至 {from} 前没有适用版本",
                "no version holds from {next}, after `{other}`, until {from}"
            );
            findings.report(Code::VersionGap, &later.place, message);
        }
        Some(_) | None => {
            let message = say!(
                "版本 `{version}` 自 {from} 起与版本 `{other}` 重叠",
                "version `{version}`, from {from}, overlaps version `{other}`"
            );
            let help = calendar::plus_days(from, -1).filter(|last| *last >= before.effective().from).map(|last| {
                say!(
                    "较早版本 `{other}` 写 `until = {last}`",
                    "let the earlier version `{other}` end: `until = {last}`"
                )
            });
            findings.report(Code::VersionOverlap, &later.place, message).help_with(help);
        }
    }
    findings.into_diagnostics()
}
