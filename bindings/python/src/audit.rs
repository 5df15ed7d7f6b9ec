//! Recorded payouts recomputed, from files to files.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use huzhu::audit::{self, Audit, Difference, Summary, Unit};
use huzhu::batch::{Progress, Stage};
use huzhu::{Catalog, Decimal, Error, Language, money};
use pyo3::prelude::*;
use serde_json::{Value as Json, json};

use crate::refusal::Refusal;

/// So often it is asked whether the user wants it to stop.
const TURN: Duration = Duration::from_millis(50);

/// What is asked for.
pub(crate) struct Asked {
    pub(crate) files: [PathBuf; 4],
    pub(crate) in_fen: bool,
    pub(crate) ignore_columns: Vec<String>,
    pub(crate) report: Option<PathBuf>,
    pub(crate) language: Language,
    pub(crate) force: bool,
}

/// Runs an audit; what came of it, as JSON. An interrupt stops it where the same call goes on.
pub(crate) fn run(py: Python<'_>, catalog: &Catalog, asked: &Asked) -> PyResult<String> {
    let stop = Stop(AtomicBool::new(false));
    let (done, signal) = py.detach(|| {
        thread::scope(|scope| {
            let work = scope.spawn(|| recompute(catalog, asked, &stop));
            let mut signal = Ok(());
            while !work.is_finished() && signal.is_ok() {
                thread::park_timeout(TURN);
                signal = Python::attach(interrupt);
            }
            stop.0.store(signal.is_err(), Ordering::Relaxed);
            (work.join(), signal)
        })
    });
    match (signal, done) {
        (Err(interrupt), _) => Err(interrupt),
        (Ok(()), Ok(done)) => Ok(told(&done.map_err(Refusal::from)?).to_string()),
        (Ok(()), Err(fault)) => std::panic::resume_unwind(fault),
    }
}

/// What a signal that has come makes of it; `KeyboardInterrupt` above all.
fn interrupt(py: Python<'_>) -> PyResult<()> {
    py.check_signals()
}

struct Stop(AtomicBool);

impl Progress for Stop {
    fn advance(&self, _: Stage, _: u64, _: u64) {}

    fn stops(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

fn recompute(catalog: &Catalog, asked: &Asked, stop: &Stop) -> Result<Summary, Error> {
    let [claims, enrollments, recorded, out] = &asked.files;
    let mut audit = Audit::new(claims, enrollments, recorded, out)
        .unit(if asked.in_fen { Unit::Fen } else { Unit::Yuan })
        .ignore_columns(asked.ignore_columns.iter().cloned())
        .language(asked.language);
    if asked.force {
        audit = audit.force();
    }
    if asked.report.is_some() {
        audit = audit.keep_gravest();
    }
    audit::run_with(&audit, catalog, stop, |summary| {
        let page = |path: &PathBuf| (path.clone(), summary.report(asked.language).to_html().into_bytes());
        Ok(asked.report.iter().map(page).collect())
    })
}

fn told(summary: &Summary) -> Json {
    let (headline, rows) = (summary.headline(), summary.rows);
    let causes = summary.causes.iter().map(|total| {
        json!({
            "cause": total.cause.name(),
            "title": audit::title(total.cause),
            "count": total.count,
            "over": yuan(total.over),
            "under": yuan(total.under),
        })
    });
    json!({
        "read": rows.read,
        "equal": rows.equal,
        "different": rows.different,
        "again": rows.again,
        "pended": rows.pended,
        "orphans": rows.orphans,
        "ambiguous": rows.ambiguous,
        "rejected": rows.rejected,
        "not_recorded": summary.not_recorded,
        "overpaid": yuan(headline.over),
        "underpaid": yuan(headline.under),
        "recorded": yuan(summary.recorded),
        "recomputed": yuan(summary.recomputed),
        "causes": causes.collect::<Vec<_>>(),
        "differences": summary.differences.iter().map(difference).collect::<Vec<_>>(),
    })
}

fn difference(found: &Difference) -> Json {
    let causes: Vec<&str> = found.codes().map(huzhu::Code::name).collect();
    json!({
        "claim": found.claim,
        "recorded": found.recorded.map(yuan),
        "recomputed": found.recomputed.map(yuan),
        "causes": causes,
        "details": found.details(),
    })
}

fn yuan(fen: i64) -> String {
    money::print(Decimal::new(fen, 2))
}
