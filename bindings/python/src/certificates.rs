//! Certificates checked without the engine.

use huzhu::Text;
use huzhu::verify::{self as checker, Flaw};
use pyo3::prelude::*;
use serde_json::{Value as Json, json};

use crate::refusal::Refusal;

/// Checks a certificate, or a batch of them; what it is of, as JSON.
#[pyfunction]
pub(crate) fn verify(py: Python<'_>, certificate: &[u8]) -> PyResult<String> {
    let held =
        py.detach(|| if checker::begins_a_batch(certificate) { batch(certificate) } else { single(certificate) });
    Ok(held.map_err(|flaw| refusal(&flaw))?.to_string())
}

fn single(bytes: &[u8]) -> Result<Json, Flaw> {
    let held = checker::certificate(bytes)?;
    let inclusion = held.inclusion();
    Ok(json!({
        "claim": held.claim(),
        "enrollment": held.enrollment(),
        "member": held.member(),
        "plan": held.plan(),
        "version": held.version(),
        "decision": held.decision(),
        "payable": held.payable(),
        "digest": held.digest(),
        "program_digest": held.program_digest(),
        "root": inclusion.map(checker::Inclusion::root),
    }))
}

fn batch(bytes: &[u8]) -> Result<Json, Flaw> {
    let held = checker::batch(bytes)?;
    Ok(json!({
        "count": held.count(),
        "moves": held.moves(),
        "root": held.root(),
        "program_digests": held.programs(),
    }))
}

fn refusal(flaw: &Flaw) -> Refusal {
    Refusal::of_certificate(flaw.place(), &Text { zh: flaw.zh(), en: flaw.en() })
}
