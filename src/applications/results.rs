//! What a run over applications writes.

use std::path::Path;
use std::sync::Arc;

use arrow_array::{ArrayRef, Decimal128Array, RecordBatch, StringArray, UInt64Array};
use arrow_schema::{Field, Schema};
use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::files::{Job, PoolSummary, Summary};
use super::rows::Rejected;
use crate::batch::Words;
use crate::batch::files::{Sink, Style};
use crate::catalog::Catalog;
use crate::code::Code;
use crate::disk::{self, Unpublished};
use crate::enroll::{Answer, Application, Drawn, Enrolled, Pools};
use crate::enrollment::Enrollment;
use crate::error::{Error, OrBug};
use crate::exact;
use crate::facts;
use crate::money;
use crate::plan::{Plan, PoolUnit};
use crate::text::{Language, Text, say};

/// What is to be written, column by column.
pub(super) struct Results<'c> {
    catalog: &'c Catalog,
    pub(super) summary: Summary,
    decided: Decided,
    payers: Payers,
    pools: Entries,
    covers: Vec<Enrollment>,
}

#[derive(Default)]
struct Decided {
    application: Vec<String>,
    member: Vec<String>,
    plan: Vec<String>,
    version: Vec<String>,
    decision: Vec<&'static str>,
    shares: Vec<Option<u64>>,
    void: Vec<Option<u64>>,
    start: Vec<Option<NaiveDate>>,
    end: Vec<Option<NaiveDate>>,
    total: Vec<Option<Decimal>>,
    member_pays: Vec<Option<Decimal>>,
    reasons: Vec<String>,
    details: Vec<Text>,
}

#[derive(Default)]
struct Payers {
    application: Vec<String>,
    plan: Vec<String>,
    payer: Vec<String>,
    pays: Vec<Option<Decimal>>,
    leaves: Vec<Option<Decimal>>,
    reason: Vec<Text>,
    clause: Vec<Text>,
}

/// The entries of all pools, in the order in which they were made.
#[derive(Default)]
struct Entries {
    plan: Vec<String>,
    pool: Vec<String>,
    unit: Vec<&'static str>,
    entry: Vec<&'static str>,
    application: Vec<String>,
    taken: Vec<Decimal>,
    left: Vec<Decimal>,
    is_yuan: Vec<bool>,
}

impl<'c> Results<'c> {
    pub(super) fn new(catalog: &'c Catalog, pools: &Pools) -> Results<'c> {
        let mut results = Results {
            catalog,
            summary: Summary::default(),
            decided: Decided::default(),
            payers: Payers::default(),
            pools: Entries::default(),
            covers: Vec::new(),
        };
        for plan in catalog.plans() {
            for pool in &plan.terms.pools {
                let is_known = |known: &PoolSummary| known.plan == plan.id() && known.pool == *pool.id;
                if results.summary.pools.iter().any(is_known) {
                    continue;
                }
                let before = pools.taken(plan.id(), &pool.id);
                let left = pools.left(plan, &pool.id).unwrap_or_default();
                let unit = pool.unit;
                results.entry(plan.id(), &pool.id, unit, "opening", "", Decimal::ZERO, pool.holds);
                if !before.is_zero() {
                    results.entry(plan.id(), &pool.id, unit, "earlier", "", before, left);
                }
                results.summary.pools.push(PoolSummary {
                    plan: plan.id().to_owned(),
                    pool: pool.id.to_string(),
                    unit,
                    taken: Decimal::ZERO,
                    left,
                    too_late: 0,
                });
            }
        }
        results
    }

    #[expect(clippy::too_many_arguments, reason = "they are the columns of an entry")]
    fn entry(
        &mut self,
        plan: &str,
        pool: &str,
        unit: PoolUnit,
        entry: &'static str,
        application: &str,
        taken: Decimal,
        left: Decimal,
    ) {
        let (unit, is_yuan) = match unit {
            PoolUnit::Shares => ("shares", false),
            PoolUnit::Yuan => ("yuan", true),
        };
        let entries = &mut self.pools;
        entries.plan.push(plan.to_owned());
        entries.pool.push(pool.to_owned());
        entries.unit.push(unit);
        entries.entry.push(entry);
        entries.application.push(application.to_owned());
        entries.taken.push(taken);
        entries.left.push(left);
        entries.is_yuan.push(is_yuan);
    }

    /// What became of the next application.
    pub(super) fn add(&mut self, application: &Application, answer: &Answer, job: &Job) -> Result<(), Error> {
        let id = application.id();
        if job.explained.iter().any(|asked| asked == id) {
            self.summary.explained.insert(id.to_owned(), answer.explain(job.language));
        }
        count(self.summary.decisions.entry(answer.name()).or_default());
        self.decide(application, answer);
        match answer {
            Answer::Enrolled(enrolled) => {
                self.summary.total = exact::add(self.summary.total, enrolled.total())?;
                for line in enrolled.payers() {
                    let plan = answer.plan().id.clone();
                    let sum = self.summary.payers.entry((plan, line.id().to_owned())).or_default();
                    *sum = exact::add(*sum, line.pays())?;
                    self.payers.application.push(application.id().to_owned());
                    self.payers.plan.push(answer.plan().id.clone());
                    self.payers.payer.push(line.id().to_owned());
                    self.payers.pays.push(Some(line.pays()));
                    self.payers.leaves.push(Some(line.leaves()));
                    self.payers.reason.push(line.reason().clone());
                    self.payers.clause.push(line.clause().clone());
                    if let Some(drawn) = line.drawn() {
                        self.draw(&answer.plan().id, application.id(), drawn)?;
                    }
                    if let Some(pool) = line.short_of() {
                        self.too_late(answer, application.id(), pool);
                    }
                }
                self.covers.push(enrolled.enrollment().clone());
            }
            Answer::Refused(_) | Answer::Pended(_) => {
                let used_up = answer.reasons().iter().filter(|reason| reason.code == Code::PoolUsedUp.name());
                for pool in used_up.filter_map(|reason| reason.detail.as_deref()) {
                    self.too_late(answer, application.id(), pool);
                }
            }
        }
        Ok(())
    }

    fn decide(&mut self, application: &Application, answer: &Answer) {
        let (asked, enrolled) = (application.enrollment(), answer.enrolled());
        let known = enrolled.map_or(asked, Enrolled::enrollment);
        let whole = |number: Decimal| u64::try_from(number.normalize().mantissa()).ok();
        let decided = &mut self.decided;
        decided.application.push(application.id().to_owned());
        decided.member.push(asked.member().to_owned());
        decided.plan.push(answer.plan().id.clone());
        decided.version.push(answer.plan().version.clone());
        decided.decision.push(answer.name());
        decided.shares.push(enrolled.and_then(|enrolled| whole(enrolled.shares())));
        decided.void.push(enrolled.and_then(|enrolled| whole(enrolled.void_shares())));
        decided.start.push(known.fact(facts::COVERAGE_START));
        decided.end.push(known.fact(facts::COVERAGE_END));
        decided.total.push(enrolled.map(Enrolled::total));
        decided.member_pays.push(enrolled.and_then(|enrolled| Some(enrolled.payers().last()?.pays())));
        let reasons = answer.reasons();
        decided.reasons.push(reasons.iter().map(|reason| reason.code.as_str()).collect::<Vec<_>>().join(";"));
        let text = |of: fn(&Text) -> &str| reasons.iter().map(|reason| of(&reason.text)).collect::<Vec<_>>();
        decided.details.push(Text { zh: text(|text| &text.zh).join("；"), en: text(|text| &text.en).join("; ") });
    }

    fn draw(&mut self, plan: &str, application: &str, drawn: &Drawn) -> Result<(), Error> {
        self.entry(plan, drawn.pool(), drawn.unit(), "taken", application, drawn.taken(), drawn.left());
        if let Some(pool) = self.pool(plan, drawn.pool()) {
            pool.taken = exact::add(pool.taken, drawn.taken())?;
        }
        Ok(())
    }

    /// One for whom the pool has not enough: it gets what is left, or nothing.
    fn too_late(&mut self, answer: &Answer, application: &str, pool: &str) {
        let plan = answer.plan().id.clone();
        let known = self.pool(&plan, pool).map(|pool| {
            count(&mut pool.too_late);
            pool.unit
        });
        let left = self.pools.left_of(&plan, pool);
        if let Some(unit) = known {
            self.entry(&plan, pool, unit, "too-late", application, Decimal::ZERO, left);
        }
    }

    fn pool(&mut self, plan: &str, pool: &str) -> Option<&mut PoolSummary> {
        self.summary.pools.iter_mut().find(|known| known.plan == plan && known.pool == pool)
    }

    /// What is left of all pools.
    pub(super) fn pools(&mut self, pools: &Pools) {
        for known in &mut self.summary.pools {
            let plan: Option<&Plan> = self.catalog.versions(&known.plan).last();
            let left = plan.and_then(|plan| pools.left(plan, &known.pool));
            known.left = left.unwrap_or(known.left);
        }
    }

    /// Writes all files, or none of them.
    pub(super) fn finish(mut self, mut rejected: Vec<Rejected>, job: &Job) -> Result<Summary, Error> {
        rejected.sort_by_key(|reject| reject.row);
        self.summary.rejected = u64::try_from(rejected.len()).unwrap_or(u64::MAX);
        let style = Style::of(Words::of(self.catalog, job.language));
        let tables = [
            self.decided.table(job.language)?,
            self.payers.table(job.language)?,
            self.pools.table()?,
            covers(&self.covers)?,
            rejects(&rejected, job.language)?,
        ];
        let paths = job.written();
        let mut files = Vec::with_capacity(paths.len());
        for (path, rows) in paths.iter().zip(&tables) {
            files.push((path.as_path(), bytes(path, &style, rows)?));
        }
        let files = files.iter().map(|(path, bytes)| (*path, bytes.as_slice()));
        disk::publish(files).map_err(|Unpublished { path, fault }| {
            let why = Text::of_the_system_writing(&path, &fault);
            let path = path.display();
            Error::output(say!("无法写入 `{path}`：{why}", "`{path}` cannot be written: {why}"; why))
        })?;
        Ok(self.summary)
    }
}

impl Decided {
    fn table(&self, language: Language) -> Result<RecordBatch, Error> {
        table(vec![
            ("application_id", texts(self.application.iter())),
            ("member_id", texts(self.member.iter())),
            ("plan", texts(self.plan.iter())),
            ("plan_version", texts(self.version.iter())),
            ("decision", texts(self.decision.iter())),
            ("shares", Arc::new(self.shares.iter().copied().collect::<UInt64Array>())),
            ("void_shares", Arc::new(self.void.iter().copied().collect::<UInt64Array>())),
            ("coverage_start", days(self.start.iter().copied())),
            ("coverage_end", days(self.end.iter().copied())),
            ("price", amounts(&self.total)?),
            ("member_pays", amounts(&self.member_pays)?),
            ("reasons", texts(self.reasons.iter())),
            ("details", texts(self.details.iter().map(|text| text.in_language(language)))),
        ])
    }
}

impl Payers {
    fn table(&self, language: Language) -> Result<RecordBatch, Error> {
        table(vec![
            ("application_id", texts(self.application.iter())),
            ("plan", texts(self.plan.iter())),
            ("payer", texts(self.payer.iter())),
            ("pays", amounts(&self.pays)?),
            ("leaves", amounts(&self.leaves)?),
            ("reason", texts(self.reason.iter().map(|text| text.in_language(language)))),
            ("clause", texts(self.clause.iter().map(|text| text.in_language(language)))),
        ])
    }
}

impl Entries {
    fn left_of(&self, plan: &str, pool: &str) -> Decimal {
        let entries = self.plan.iter().zip(&self.pool).zip(&self.left).rev();
        let last = entries.into_iter().find(|((known, of), _)| *known == plan && *of == pool);
        last.map_or(Decimal::ZERO, |(_, left)| *left)
    }

    /// Shares are counted, yuan have two places.
    fn measured<'e>(&'e self, amounts: &'e [Decimal]) -> impl Iterator<Item = String> + 'e {
        amounts.iter().zip(&self.is_yuan).map(|(amount, is_yuan)| match is_yuan {
            true => money::print(*amount),
            false => amount.normalize().to_string(),
        })
    }

    fn table(&self) -> Result<RecordBatch, Error> {
        table(vec![
            ("plan", texts(self.plan.iter())),
            ("pool", texts(self.pool.iter())),
            ("unit", texts(self.unit.iter())),
            ("entry", texts(self.entry.iter())),
            ("application_id", texts(self.application.iter())),
            ("taken", texts(self.measured(&self.taken))),
            ("left", texts(self.measured(&self.left))),
        ])
    }
}

/// The covers as the other commands read them: with every fact that some application gives.
fn covers(covers: &[Enrollment]) -> Result<RecordBatch, Error> {
    let mut names: Vec<&str> = Vec::new();
    for cover in covers {
        for (name, _) in cover.facts.iter() {
            if !names.contains(&name) {
                names.push(name);
            }
        }
    }
    let mut columns: Vec<(&str, ArrayRef)> = vec![
        ("enrollment_id", texts(covers.iter().map(Enrollment::id))),
        ("member_id", texts(covers.iter().map(Enrollment::member))),
        ("plan", texts(covers.iter().map(Enrollment::plan))),
    ];
    for name in ["shares", "coverage_start", "coverage_end"].into_iter().filter(|name| !names.contains(name)) {
        columns.push((name, texts(covers.iter().map(|_| ""))));
    }
    for name in names {
        let value = |cover: &Enrollment| cover.fact(name).map(ToString::to_string).unwrap_or_default();
        columns.push((name, texts(covers.iter().map(value))));
    }
    table(columns)
}

fn rejects(rejected: &[Rejected], language: Language) -> Result<RecordBatch, Error> {
    table(vec![
        ("row", Arc::new(rejected.iter().map(|reject| Some(reject.row)).collect::<UInt64Array>())),
        ("application_id", texts(rejected.iter().map(|reject| &reject.id))),
        ("column", texts(rejected.iter().map(|reject| &reject.column))),
        ("value", texts(rejected.iter().map(|reject| &reject.value))),
        ("reason", texts(rejected.iter().map(|reject| reject.why.in_language(language)))),
    ])
}

fn texts<T: AsRef<str>>(texts: impl Iterator<Item = T>) -> ArrayRef {
    Arc::new(texts.map(Some).collect::<StringArray>())
}

fn amounts(amounts: &[Option<Decimal>]) -> Result<ArrayRef, Error> {
    let mut in_fen = Vec::with_capacity(amounts.len());
    for amount in amounts {
        in_fen.push(amount.map(fen).transpose()?);
    }
    let array: Decimal128Array = in_fen.into_iter().collect();
    Ok(Arc::new(array.with_precision_and_scale(18, 2).ok().or_bug()?))
}

/// The checker has seen to it that nobody pays parts of a fen.
fn fen(amount: Decimal) -> Result<i128, Error> {
    let fen = exact::multiply(amount, Decimal::ONE_HUNDRED)?.normalize();
    if fen.scale() == 0 { Ok(fen.mantissa()) } else { Err(Error::bug()) }
}

fn days(days: impl Iterator<Item = Option<NaiveDate>>) -> ArrayRef {
    Arc::new(days.map(|day| day.map(|day| day.to_string())).collect::<StringArray>())
}

fn table(columns: Vec<(&str, ArrayRef)>) -> Result<RecordBatch, Error> {
    let fields = columns.iter().map(|(name, column)| Field::new(*name, column.data_type().clone(), true));
    let schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
    RecordBatch::try_new(schema, columns.into_iter().map(|(_, column)| column).collect()).ok().or_bug()
}

fn bytes(path: &Path, style: &Style, rows: &RecordBatch) -> Result<Vec<u8>, Error> {
    Sink::new(path, &rows.schema())?.styled(style).bytes(rows, path)
}

fn count(number: &mut u64) {
    *number = number.saturating_add(1);
}
