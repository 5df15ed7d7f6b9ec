//! Rule packs: text to a checked [`Plan`], or every reason why not.

mod build;
mod check;
pub(crate) mod choice;
pub(crate) mod fingerprint;
mod parse;
mod promise;
mod resolve;
pub(crate) mod shape;
mod syntax;
#[cfg(test)]
mod tests;

pub use build::MAX_BANDS;
pub use parse::{MAX_EXPRESSION_BYTES, MAX_EXPRESSION_DEPTH};
pub use resolve::{MAX_NESTING, MAX_PARTS};

use std::collections::BTreeSet;
use std::sync::Arc;

use rust_decimal::Decimal;
use serde_json::Value as Json;
use syntax::{Term, Unit};

use crate::code::Code;
use crate::diagnostic::{Diagnostics, Findings, Source, Span};
use crate::document::{self, Node, Notation};
use crate::plan::Plan;
use crate::text::say;

/// A pack has at most 10,000 figures, tables, conditions, benefits, … in all.
pub const MAX_RULES: usize = 10_000;

/// Reads a rule pack (TOML, UTF-8, at most 1 MiB) and checks it; the path is only for messages.
///
/// # Errors
/// All problems at once, in the order of the text.
///
/// ```
/// let broken = huzhu::pack::load("my-plan.toml", b"[plan]\nid = \"My Plan\"\n").unwrap_err();
/// assert_eq!(broken.iter().next().unwrap().code().name(), "missing-key");
/// ```
pub fn load(path: &str, bytes: &[u8]) -> Result<Plan, Diagnostics> {
    read(path, bytes).map(|loaded| loaded.plan)
}

/// A plan with the place of its head, for what is wrong between packs.
pub(crate) struct Loaded {
    pub(crate) plan: Plan,
    pub(crate) source: Arc<Source>,
    pub(crate) place: Span,
}

/// Reads and checks a pack, and keeps its place.
pub(crate) fn read(path: &str, bytes: &[u8]) -> Result<Loaded, Diagnostics> {
    read_beside(path, bytes, &BTreeSet::new())
}

/// The same where versions of the plan sum these names over earlier claims: this one posts them as well.
pub(crate) fn read_beside(path: &str, bytes: &[u8], sums: &BTreeSet<Arc<str>>) -> Result<Loaded, Diagnostics> {
    let (root, mut findings) = document::read(path, bytes, Notation::Toml, document::MAX_PACK_BYTES)?;
    if findings.is_readable() {
        check_size(&root, &mut findings);
        shape::PACK.check(&root, &mut findings);
    } else {
        return Err(findings.into_diagnostics());
    }
    let (built, resolver) = build::build(&root, fingerprint::of(&root), sums, findings);
    let mut findings = resolver.findings;
    if let Some((mut plan, places)) = built {
        check::check(&plan, &places, &mut findings);
        if findings.is_empty() {
            promise::check(&plan, &places, root.get("promise"), &mut findings);
        }
        if findings.is_empty() {
            plan.promises =
                root.get("promise").map(|node| promise::words(&plan, node, &mut findings)).unwrap_or_default();
            return Ok(Loaded { plan, source: Arc::clone(findings.source()), place: places.plan });
        }
    }
    Err(findings.into_diagnostics())
}

/// An amount in yuan, as a figure is written.
pub(crate) fn yuan(node: &Node, findings: &mut Findings) -> Option<Decimal> {
    let syntax = resolve::literal(node, findings)?;
    match syntax.term {
        Term::Number(literal) if literal.unit == Unit::Yuan => Some(literal.number),
        _ => {
            findings.report(
                Code::UnitMismatch,
                &syntax.span,
                say!("此处应为以元计的金额", "an amount in yuan is expected here"),
            );
            None
        }
    }
}

/// The JSON Schema of rule packs, from the same description of the keys that the checker reads.
#[must_use]
pub fn schema() -> Json {
    let mut schema = shape::PACK.schema();
    if let Some(object) = schema.as_object_mut() {
        object.insert("$schema".into(), "https://json-schema.org/draft/2020-12/schema".into());
        object.insert("title".into(), "huzhu rule pack".into());
    }
    schema
}

fn check_size(root: &Node, findings: &mut Findings) {
    let rules: usize =
        root.entries().iter().map(|entry| entry.node.entries().len().max(entry.node.items().len())).sum();
    if rules > MAX_RULES {
        let message = say!(
            "规则包有 {rules} 条规则，上限为 {MAX_RULES}",
            "the pack has {rules} rules, at most {MAX_RULES} are read"
        );
        findings.report(Code::TooMany, &(0..0), message);
    }
}
