//! Applications in, covers out: premiums by payer, refusals with their reasons, and what is left of pools.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use rust_decimal::Decimal;

use super::results::Results;
use super::rows::{self, Rejected, Row, Table};
use super::{Round, round};
use crate::batch::{Intake, Vocabulary, refuse_to_lose};
use crate::catalog::Catalog;
use crate::enroll::{Application, PoolUnit, Pools};
use crate::error::{Error, unless_bug};
use crate::text::{Language, say};

/// A file of applications, the covers that are there, and where the results go.
#[derive(Debug, Clone)]
pub struct Job {
    pub(super) applications: PathBuf,
    pub(super) enrollments: Option<PathBuf>,
    pub(super) pools: Option<PathBuf>,
    pub(super) out: PathBuf,
    pub(super) language: Language,
    pub(super) explained: Vec<String>,
    intake: Intake,
    is_forced: bool,
}

impl Job {
    /// Decides the applications of this file into this file of results; all others stand beside it.
    #[must_use]
    pub fn new(applications: &Path, out: &Path) -> Job {
        Job {
            applications: applications.to_owned(),
            enrollments: None,
            pools: None,
            out: out.to_owned(),
            language: Language::En,
            explained: Vec::new(),
            intake: Intake::default(),
            is_forced: false,
        }
    }

    /// The covers that are there: an application may overlap one, or renew it.
    #[must_use]
    pub fn enrollments(self, path: &Path) -> Job {
        Job { enrollments: Some(path.to_owned()), ..self }
    }

    /// What was taken from pools before: the file of pools of an earlier run.
    #[must_use]
    pub fn pools(self, path: &Path) -> Job {
        Job { pools: Some(path.to_owned()), ..self }
    }

    /// The language of what is written for people.
    #[must_use]
    pub fn language(self, language: Language) -> Job {
        Job { language, ..self }
    }

    /// The answers to these applications are explained in the summary.
    #[must_use]
    pub fn explain(self, applications: impl IntoIterator<Item = String>) -> Job {
        Job { explained: applications.into_iter().collect(), ..self }
    }

    /// Files of results that are there are replaced.
    #[must_use]
    pub fn force(self) -> Job {
        Job { is_forced: true, ..self }
    }

    /// What is written: decisions, what each payer pays, pools, covers, and rejected rows.
    #[must_use]
    pub fn written(&self) -> [PathBuf; 5] {
        let beside = |ending: &str| self.out.with_extension(ending);
        [self.out.clone(), beside("payers.csv"), beside("pools.csv"), beside("enrollments.csv"), beside("rejects.csv")]
    }
}

/// What became of all applications.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Summary {
    /// Rows of applications.
    pub rows: u64,
    /// How many were decided so.
    pub decisions: BTreeMap<&'static str, u64>,
    /// Rows that could not be decided.
    pub rejected: u64,
    /// What all covers cost together.
    pub total: Decimal,
    /// What each payer pays, by plan and payer.
    pub payers: BTreeMap<(String, String), Decimal>,
    /// What became of each pool.
    pub pools: Vec<PoolSummary>,
    /// What was asked to be explained, by application.
    pub explained: BTreeMap<String, String>,
}

/// What became of a pool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PoolSummary {
    /// The plan.
    pub plan: String,
    /// The pool's id.
    pub pool: String,
    /// What it holds.
    pub unit: PoolUnit,
    /// What was taken by this run.
    pub taken: Decimal,
    /// What is left.
    pub left: Decimal,
    /// How many came too late.
    pub too_late: u64,
}

/// Decides all applications of a file in the order of their moments, then of their ids, and writes all results at once or none.
///
/// ```
/// use huzhu::{Catalog, applications};
///
/// # let folder = std::env::temp_dir().join(format!("huzhu-enroll-{}", std::process::id()));
/// # std::fs::create_dir_all(&folder)?;
/// # let file = |name: &str| folder.join(name);
/// std::fs::write(file("applications.csv"), "application_id,member_id,plan,shares,birth_date,coverage_start\n\
///     A1,M1,henan-accident,2,1990-05-05,2025-01-01\n\
///     A2,M2,henan-accident,two,1990-05-05,2025-01-01\n")?;
///
/// let catalog = Catalog::load("rules".as_ref())?;
/// let job = applications::Job::new(&file("applications.csv"), &file("answers.csv")).force();
/// let summary = applications::run(&job, &catalog)?;
/// assert_eq!((summary.decisions["enrolled"], summary.rejected, summary.total), (1, 1, "50".parse()?));
/// # std::fs::remove_dir_all(&folder)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`Error::is_input`] and [`Error::is_columns`] of a file that cannot be read, [`Error::is_output`] of one that cannot be written. Nothing is written then.
pub fn run(job: &Job, catalog: &Catalog) -> Result<Summary, Error> {
    if !job.is_forced {
        refuse_to_lose(job.written().into_iter(), &[], &job.out)?;
    }
    let vocabulary = Vocabulary::of(catalog)?;
    let pools = job.pools.as_ref().map_or_else(|| Ok(Pools::new()), |path| rows::pools(path, &job.intake))?;
    let mut results = Results::new(catalog, &pools);
    let mut round = Round::new(catalog, pools);
    if let Some(path) = &job.enrollments {
        take_covers(path, job, catalog, &vocabulary, &mut round)?;
    }
    let table = Table::of_applications(&job.applications, &job.intake, &vocabulary)?;
    let (mut rejected, mut read) = (Vec::new(), Vec::new());
    table.each(&mut rejected, &mut |row| {
        read.push(row);
        Ok(())
    })?;
    results.summary.rows = u64::try_from(read.len().saturating_add(rejected.len())).unwrap_or(u64::MAX);
    decide(job, &table.names, &read, &mut round, &mut rejected, &mut results)?;
    results.finish(rejected, job)
}

/// The covers that are there. One that cannot be read might be the one that a renewal follows: so the run stops at it.
fn take_covers(
    path: &Path,
    job: &Job,
    catalog: &Catalog,
    vocabulary: &Vocabulary,
    round: &mut Round<'_>,
) -> Result<(), Error> {
    let table = Table::of_covers(path, &job.intake, vocabulary)?;
    let file = path.display();
    let stop = |reject: &Rejected| {
        let Rejected { row, why, .. } = reject;
        Error::input(say!("`{file}` 第 {row} 行：{why}", "row {row} of `{file}`: {why}"; why))
    };
    let mut rejected = Vec::new();
    table.each(&mut rejected, &mut |row| {
        round.add(&rows::enrollment(&table.names, &row, catalog).map_err(|reject| stop(&reject))?);
        Ok(())
    })?;
    rejected.first().map_or(Ok(()), |reject| Err(stop(reject)))
}

/// Decides every row in its turn.
fn decide(
    job: &Job,
    names: &[String],
    read: &[Row],
    round: &mut Round<'_>,
    rejected: &mut Vec<Rejected>,
    results: &mut Results<'_>,
) -> Result<(), Error> {
    let twice = round::twice(read.iter().map(|row| row.cell(names, "enrollment_id")).filter(|id| !id.is_empty()));
    let mut in_turn = Vec::with_capacity(read.len());
    for row in read {
        let id = row.cell(names, "enrollment_id");
        if twice.contains(id) {
            rejected.push(rows::rejected(names, row, "application_id", super::is_twice(id).text()));
            continue;
        }
        match rows::application(names, row, round.catalog()) {
            Ok(application) => in_turn.push((application.moment(), row)),
            Err(reject) => rejected.push(*reject),
        }
    }
    let id = |row: &Row| row.cell(names, "enrollment_id").to_owned();
    in_turn.sort_by_cached_key(|(moment, row)| (moment.is_none(), *moment, id(row)));
    for (_, row) in in_turn {
        let Ok(application) = rows::application(names, row, round.catalog()) else { continue };
        let answer = round.decide(&application);
        match answer {
            Ok(answer) => results.add(&application, &answer, job)?,
            Err(error) => {
                let text = error.text();
                unless_bug::<Application>(Err(error))?;
                rejected.push(rows::rejected(names, row, "", text));
            }
        }
    }
    results.pools(round.pools());
    Ok(())
}
