//! What is decided of each claim, and its columns in the output.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow_array::{ArrayRef, Decimal128Array, RecordBatch, StringArray, UInt32Array};
use arrow_schema::{ArrowError, DataType, Field, Schema};
use arrow_select::take::take;
use rust_decimal::Decimal;

use super::Bucket;
use super::grouping::Account;
use super::plans::VersionNumber;
use crate::adjudicate::{Adjudication, Decision};
use crate::batch::{Decided, Reject, refused};
use crate::code::Code;
use crate::error::{Error, OrBug};
use crate::notice::Notice;
use crate::plan::Plan;
use crate::plan::expression::BenefitIndex;
use crate::text::say;

/// All results of a bucket, by place.
#[derive(Debug)]
pub(super) struct Results {
    /// `None` for a claim that is rejected.
    settled: Vec<Option<Settled>>,
    /// Places in `texts`.
    reasons: Vec<TextPlace>,
    /// Likewise.
    details: Vec<TextPlace>,
    /// Likewise.
    notices: Vec<TextPlace>,
    texts: Texts,
    lines: Option<Vec<Line>>,
}

/// What is decided of a claim.
#[derive(Debug, Clone, Copy)]
struct Settled {
    decision: Decision,
    /// In fen.
    payable: i64,
    /// The version that decided.
    version: VersionNumber,
}

/// One benefit of one claim.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Line {
    pub(super) place: usize,
    pub(super) benefit: BenefitIndex,
    /// With the places of [`super::plans::Plans::gross_places`].
    pub(super) gross: i128,
    /// In fen.
    pub(super) paid: i64,
}

/// The digits that a column of payouts holds, and one of the amounts that benefits start from.
const PAYOUT_DIGITS: u8 = 18;
const GROSS_DIGITS: u8 = 38;
/// Payouts are columns of fen.
const PAYOUT_PLACES: u32 = 2;

/// An amount that its column cannot hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Unheld(pub(super) Decimal);

/// Texts that occur again and again.
#[derive(Debug, Default)]
struct Texts {
    texts: Vec<String>,
    places: BTreeMap<String, TextPlace>,
}

/// Where a text stands among those that occur.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TextPlace(usize);

impl Texts {
    fn place_of(&mut self, text: &str) -> TextPlace {
        if let Some(place) = self.places.get(text) {
            return *place;
        }
        let place = TextPlace(self.texts.len());
        self.texts.push(text.to_owned());
        self.places.insert(text.to_owned(), place);
        place
    }

    #[expect(clippy::indexing_slicing, reason = "a place is given to texts that are there")]
    fn at(&self, TextPlace(place): TextPlace) -> &str {
        &self.texts[place]
    }
}

impl Results {
    pub(super) fn new(claims: usize, with_lines: bool) -> Results {
        let mut texts = Texts::default();
        let nothing = texts.place_of("");
        Results {
            settled: vec![None; claims],
            reasons: vec![nothing; claims],
            details: vec![nothing; claims],
            notices: vec![nothing; claims],
            texts,
            lines: with_lines.then(Vec::new),
        }
    }

    pub(super) fn wants_lines(&self) -> bool {
        self.lines.is_some()
    }

    pub(super) fn set(&mut self, place: usize, decision: Decision, payable: i64, version: VersionNumber) {
        put(&mut self.settled, place, Some(Settled { decision, payable, version }));
    }

    /// The number of a list of codes, joined.
    pub(super) fn number_of_reasons(&mut self, codes: &[&str]) -> TextPlace {
        self.texts.place_of(&codes.join(";"))
    }

    pub(super) fn set_reasons(&mut self, place: usize, reasons: TextPlace) {
        put(&mut self.reasons, place, reasons);
    }

    /// Which facts the reasons of the claim at a place are about.
    pub(super) fn detail(&mut self, place: usize, details: &str) {
        let text = self.texts.place_of(details);
        put(&mut self.details, place, text);
    }

    /// Says something of the claim at a place beside its decision.
    pub(super) fn note(&mut self, place: usize, notices: &[Notice]) {
        let told: Vec<String> = notices.iter().map(told).collect();
        let text = self.texts.place_of(&told.join(";"));
        put(&mut self.notices, place, text);
    }

    /// Says something of the claim at a place that is about these others, and nothing else.
    pub(super) fn note_about(&mut self, place: usize, code: Code, others: &[&str]) {
        let text = self.texts.place_of(&told_about(code, others));
        put(&mut self.notices, place, text);
    }

    /// Says something of every claim that is decided, after what is said of it already; of a reversal there is nothing to say.
    pub(super) fn note_of_all(&mut self, notice: &Notice) {
        let said = told(notice);
        for (settled, place) in self.settled.iter().zip(&mut self.notices) {
            let is_reversal = |settled: &Settled| match settled.decision {
                Decision::Reversed => true,
                Decision::Paid | Decision::NothingDue | Decision::Denied | Decision::Pended => false,
            };
            if settled.is_some_and(|settled| !is_reversal(&settled)) {
                let before = self.texts.at(*place).to_owned();
                *place =
                    self.texts.place_of(&if before.is_empty() { said.clone() } else { format!("{before};{said}") });
            }
        }
    }

    /// Whether a joint limit could cut what the accounts are paid in all.
    pub(super) fn may_be_cut(&self, bucket: Bucket<'_>, accounts: &[Account]) -> bool {
        let paid = |account: &Account| -> i64 {
            let settled = self.settled.get(account.places.clone()).into_iter().flatten().flatten();
            settled.map(|settled| settled.payable).fold(0, i64::saturating_add)
        };
        let least = accounts.iter().filter_map(|account| bucket.plans.least_joint_limit(account.plan)).min();
        let in_all = accounts.iter().map(paid).fold(0, i64::saturating_add);
        least.is_some_and(|least| in_all > least)
    }

    /// What became of the claim at a place so far.
    #[expect(clippy::indexing_slicing, reason = "there is a result for each place of the accounts")]
    pub(super) fn decision(&self, place: usize) -> Option<Decision> {
        self.settled[place].map(|settled| settled.decision)
    }

    /// The same, and what it is paid, in fen.
    pub(super) fn settled(&self, place: usize) -> Option<(Decision, i64)> {
        let settled = self.settled.get(place).copied().flatten()?;
        Some((settled.decision, settled.payable))
    }

    pub(super) fn reject(&mut self, place: usize) {
        put(&mut self.settled, place, None);
    }

    pub(super) fn add_line(&mut self, line: Line) {
        if let Some(lines) = &mut self.lines {
            lines.push(line);
        }
    }

    /// Forgets the lines of claims that are decided anew.
    pub(super) fn keep_lines(&mut self, is_kept: impl Fn(usize) -> bool) {
        if let Some(lines) = &mut self.lines {
            lines.retain(|line| is_kept(line.place));
        }
    }

    /// The result of the exact reading; nothing is set if an amount does not fit its column.
    pub(super) fn set_exactly(
        &mut self,
        bucket: Bucket<'_>,
        place: usize,
        adjudication: &Adjudication,
    ) -> Result<Result<(), Unheld>, Error> {
        let decision = adjudication.decision();
        let version = bucket.plans.number_of_version(adjudication.outcome().plan()).or_bug()?;
        let plan = bucket.plans.version(version).or_bug()?;
        let Ok(payable) = fen(adjudication.payable()) else { return Ok(Err(Unheld(adjudication.payable()))) };
        if self.wants_lines() && (decision.is_open() || decision == Decision::Reversed) {
            let mut all = Vec::new();
            for lines in adjudication.benefits() {
                let benefit = plan.benefits.position(|stated| *stated.id == *lines.id()).or_bug()?;
                let gross = units(lines.gross(), bucket.plans.gross_places(), GROSS_DIGITS);
                let Some(gross) = gross else { return Ok(Err(Unheld(lines.gross()))) };
                let Ok(paid) = fen(lines.paid()) else { return Ok(Err(Unheld(lines.paid()))) };
                all.push(Line { place, benefit, gross, paid });
            }
            for line in all {
                self.add_line(line);
            }
        }
        self.set(place, decision, payable, version);
        let codes: Vec<&str> = adjudication.reasons().iter().map(|reason| reason.code.as_str()).collect();
        let reasons = self.number_of_reasons(&codes);
        self.set_reasons(place, reasons);
        self.detail(place, &adjudication.details());
        self.note(place, adjudication.notices());
        Ok(Ok(()))
    }

    /// The columns of the output, in order.
    pub(super) fn lay_out(mut self, bucket: Bucket<'_>, rejects: Vec<Reject>) -> Result<Decided, Error> {
        let (ids, enrollments) = (bucket.claims.texts("claim_id")?, bucket.claims.texts("enrollment_id")?);
        let decided = self.shown(bucket)?;
        let reversed = bucket.claims.some_texts("reverses");
        let reverses = |claim: &Shown<'_>| match claim.settled.decision {
            Decision::Reversed => reversed.at(claim.row).map_or("", |id| id),
            Decision::Paid | Decision::NothingDue | Decision::Denied | Decision::Pended => "",
        };
        let to_recover = |claim: &Shown<'_>| match claim.settled.decision {
            Decision::Reversed => i128::from(claim.settled.payable).saturating_neg(),
            Decision::Paid | Decision::NothingDue | Decision::Denied | Decision::Pended => 0,
        };
        let rows = decided.iter().map(|claim| u32::try_from(claim.row)).collect::<Result<Vec<u32>, _>>().or_bug()?;
        let rows = UInt32Array::from(rows);
        let payouts = batch(vec![
            taken("claim_id", ids, &rows)?,
            taken("enrollment_id", enrollments, &rows)?,
            text("plan", decided.iter().map(|claim| claim.plan.id())),
            text("plan_version", decided.iter().map(|claim| claim.plan.version())),
            text("decision", decided.iter().map(|claim| claim.settled.decision.name())),
            amount("payable", decided.iter().map(|claim| claim.settled.payable.into()), PAYOUT_DIGITS, PAYOUT_PLACES)?,
            text("reasons", decided.iter().map(|claim| self.texts.at(claim.reasons))),
            text("notices", decided.iter().map(|claim| self.texts.at(claim.notices))),
            text("reverses", decided.iter().map(reverses)),
            amount("to_recover", decided.iter().map(to_recover), PAYOUT_DIGITS, PAYOUT_PLACES)?,
            text("pack_fingerprint", decided.iter().map(|claim| short(claim.plan.fingerprint()))),
            text("details", decided.iter().map(|claim| self.texts.at(claim.details))),
        ])?;
        let members = bucket.enrollments.texts("member_id")?;
        let lines = self.shown_lines(bucket)?;
        let lines = batch(vec![
            text("claim_id", lines.iter().map(|line| ids.value(line.row))),
            text("benefit", lines.iter().map(|line| line.benefit)),
            amount("gross", lines.iter().map(|line| line.gross), GROSS_DIGITS, bucket.plans.gross_places())?,
            amount("paid", lines.iter().map(|line| line.paid.into()), PAYOUT_DIGITS, PAYOUT_PLACES)?,
            text("enrollment_id", lines.iter().map(|line| enrollments.value(line.row))),
            text("member_id", lines.iter().map(|line| members.value(line.enrollment))),
            text("plan", lines.iter().map(|line| line.plan)),
        ])?;
        let mut observations = bucket.around.observations.clone();
        observations.extend_with(refused::unplaced(bucket.accounts.unplaced.iter().copied()).as_slice());
        Ok(Decided { payouts, lines, rejects, observations: observations.list() })
    }

    /// The claims that are decided, in order.
    fn shown<'b>(&self, bucket: Bucket<'b>) -> Result<Vec<Shown<'b>>, Error> {
        let texts = self.reasons.iter().zip(&self.details).zip(&self.notices);
        let decided = self.settled.iter().zip(texts).enumerate();
        let decided = decided.filter_map(|(place, (settled, texts))| Some((place, (*settled)?, texts)));
        let shown = decided.map(|(place, settled, ((reasons, details), notices))| {
            let plan = bucket.plans.version(settled.version).or_bug()?;
            let (reasons, details, notices) = (*reasons, *details, *notices);
            Ok(Shown { row: bucket.accounts.claim_at(place), settled, plan, reasons, details, notices })
        });
        shown.collect()
    }

    /// The lines of the claims that are decided, in order.
    fn shown_lines<'b>(&mut self, bucket: Bucket<'b>) -> Result<Vec<ShownLine<'b>>, Error> {
        let mut lines = self.lines.take().into_iter().flatten().collect::<Vec<Line>>();
        lines.sort_unstable();
        let mut shown = Vec::with_capacity(lines.len());
        for Line { place, benefit, gross, paid } in lines {
            if let Some(settled) = self.settled.get(place).or_bug()? {
                let plan = bucket.plans.version(settled.version).or_bug()?;
                let benefit = plan.benefits.find(benefit).or_bug()?;
                let (row, enrollment) = (bucket.accounts.claim_at(place), bucket.accounts.enrollment_at(place));
                shown.push(ShownLine { row, enrollment, plan: plan.id(), benefit: &benefit.id, gross, paid });
            }
        }
        Ok(shown)
    }
}

/// A claim that is decided, as the output shows it.
struct Shown<'b> {
    row: usize,
    settled: Settled,
    plan: &'b Plan,
    reasons: TextPlace,
    details: TextPlace,
    notices: TextPlace,
}

/// A line of it.
struct ShownLine<'b> {
    /// The row of the claim, and that of its enrollment.
    row: usize,
    enrollment: usize,
    plan: &'b str,
    benefit: &'b str,
    gross: i128,
    paid: i64,
}

/// So many names stand in a column.
const NAMED: usize = 20;

/// A notice in a column: its code, and in brackets what it is about. Entries are apart by semicolons, so that no name has one.
fn told(notice: &Notice) -> String {
    told_about(notice.code(), notice.subjects())
}

fn told_about(code: Code, subjects: &[impl AsRef<str>]) -> String {
    let mut about = subjects.iter().take(NAMED).map(AsRef::as_ref).collect::<Vec<_>>().join(", ");
    if subjects.len() > NAMED {
        about.push_str(", …");
    }
    let about = about.replace([';', '(', ')'], "_");
    if about.is_empty() { code.to_string() } else { format!("{code}({about})") }
}

#[expect(clippy::indexing_slicing, reason = "there is a result for each place of the accounts")]
fn put<T>(list: &mut [T], place: usize, value: T) {
    list[place] = value;
}

/// The number in units of 10 to the minus `places`; `None` if it is finer, or has more than so many digits.
pub(super) fn units(number: Decimal, places: u32, digits: u8) -> Option<i128> {
    let short = number.normalize();
    let raise = 10_i128.checked_pow(places.checked_sub(short.scale())?)?;
    let units = short.mantissa().checked_mul(raise)?;
    (units.unsigned_abs() < 10_u128.checked_pow(digits.into())?).then_some(units)
}

/// An amount in whole fen; it fails if it is finer, or longer than its column.
pub(crate) fn fen(amount: Decimal) -> Result<i64, Unheld> {
    let fen = units(amount, PAYOUT_PLACES, PAYOUT_DIGITS).and_then(|fen| i64::try_from(fen).ok());
    fen.ok_or(Unheld(amount))
}

/// So many digits of a fingerprint stand in each payout; the manifest has all of them. Two versions share them by chance once in 2 to the 64.
pub(crate) const FINGERPRINT_DIGITS: usize = 16;

fn short(fingerprint: &str) -> &str {
    fingerprint.get(..FINGERPRINT_DIGITS).unwrap_or(fingerprint)
}

type Column = (Field, ArrayRef);

fn text<'a>(name: &'a str, values: impl Iterator<Item = &'a str>) -> Column {
    (Field::new(name, DataType::Utf8, false), Arc::new(StringArray::from_iter_values(values)))
}

fn taken(name: &str, values: &StringArray, rows: &UInt32Array) -> Result<Column, Error> {
    Ok((Field::new(name, DataType::Utf8, false), take(values, rows, None).map_err(internal)?))
}

fn amount(name: &str, values: impl Iterator<Item = i128>, precision: u8, places: u32) -> Result<Column, Error> {
    let scale = i8::try_from(places).or_bug()?;
    let array =
        Decimal128Array::from_iter_values(values).with_precision_and_scale(precision, scale).map_err(internal)?;
    Ok((Field::new(name, DataType::Decimal128(precision, scale), false), Arc::new(array)))
}

fn batch(columns: Vec<Column>) -> Result<RecordBatch, Error> {
    let (fields, arrays): (Vec<Field>, Vec<ArrayRef>) = columns.into_iter().unzip();
    RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays).map_err(internal)
}

pub(super) fn internal(error: ArrowError) -> Error {
    Error::columns(say!("结果无法成列：{error}", "the results do not form columns: {error}"))
}
