//! How much is done for the promises of large packs, and what is told where it is not enough.

#![expect(clippy::arithmetic_side_effects, reason = "the numbers here are small")]

use std::collections::BTreeSet;

use super::super::tests::{a_pack, nested, paying};
use super::super::{build, fingerprint};
use super::work::Work;
use super::{check_within, work};
use crate::document::{self, Notation};
use crate::text::Language;

/// What is told of the promises of a pack, and how much was read to prove and to try them.
fn checked(text: &str, proofs: usize, trials: usize) -> (Vec<String>, usize, usize) {
    let (root, findings) =
        document::read("large.toml", text.as_bytes(), Notation::Toml, document::MAX_PACK_BYTES).unwrap();
    let (built, resolver) = build::build(&root, fingerprint::of(&root), &BTreeSet::new(), findings);
    let mut findings = resolver.findings;
    let (plan, places) = built.expect("the pack has no mistake");
    let (proving, trying) = (Work::of(proofs), Work::of(trials));
    check_within(&proving, &trying, &plan, &places, root.get("promise"), &mut findings);
    let told = findings.into_diagnostics();
    let texts = told.iter().flat_map(|found| {
        [Language::Zh, Language::En].map(|language| {
            let help: Vec<&str> = found.help(language).collect();
            format!("{}: {}", found.message(language), help.join("; "))
        })
    });
    (texts.collect(), proofs - proving.left(), trials - trying.left())
}

fn promising(values: &[String], amount: &str, promise: &str) -> String {
    a_pack(values, &format!("{}[promise]\n{promise}\n", paying(amount)))
}

#[test]
fn what_is_proven_at_once_is_read_a_few_times() {
    let text = promising(&nested(4, 20), "v3", "monotone_in = [\"personal_burden\"]");
    let (told, proofs, trials) = checked(&text, work::FOR_PROOFS, work::FOR_TRIALS);
    assert_eq!((told, proofs, trials), (Vec::new(), 3 * 1959, 0));
}

#[test]
fn what_is_neither_proven_nor_refuted_costs_no_more_than_is_allowed() {
    let text = promising(&nested(3, 60), "greatest(v2 - v2, 0 yuan)", "monotone_in = [\"personal_burden\"]");
    let (told, proofs, trials) = checked(&text, 10_000, 1_000_000);
    assert_eq!(
        told,
        [
            "承诺未得证明，也未找到反例: 未能证明：待遇 `b` 的计算基数（`gross`）可能随之减少; 规则共有 2022 个部分，核验以定量的工作为限，未能全部看完；最大的表达式在第 29 行，展开后有 29047 个部分",
            "the promise is neither proven nor refuted: it could not be proven: `gross` of `b` may pay less where it is more; the rules come to 2022 parts, too many to look at every case within the limit of work; the largest expression is in line 29, 29047 parts once values are put in",
        ]
    );
    // to prove: what each benefit pays, single questions, all claims as one case; to try: 450 claims
    assert_eq!((proofs, trials), (3 * 2022, 450 * (2022 + 200)));
}

#[test]
fn a_promise_leaves_to_the_next_what_it_does_not_need() {
    let both = "never_pays_more_than = \"100 yuan\"\nmonotone_in = [\"personal_burden\"]";
    let (told, proofs, _) = checked(&promising(&nested(2, 5), "v1", both), work::FOR_PROOFS, work::FOR_TRIALS);
    let (_, one, _) =
        checked(&promising(&nested(2, 5), "v1", "never_pays_more_than = \"100 yuan\""), work::FOR_PROOFS, 0);
    assert_eq!((told, proofs), (Vec::new(), 2 * one));
}
