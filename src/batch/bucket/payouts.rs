//! What is decided of each claim, and its columns in the output.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::{ArrayRef, Decimal128Array, RecordBatch, StringArray, UInt32Array};
use arrow::compute::take;
use arrow::datatypes::{DataType, Field, Schema};
use arrow::error::ArrowError;
use rust_decimal::Decimal;

use super::Bucket;
use super::accounts::Account;
use crate::adjudicate::{Adjudication, BenefitLines, Decision};
use crate::batch::{Decided, Reject, refused};
use crate::error::Error;
use crate::notice::Notice;
use crate::plan::Plan;
use crate::text::say;

/// All results of a bucket, by place.
#[derive(Debug)]
pub(super) struct Results {
    /// `None` for a claim that is rejected.
    decisions: Vec<Option<Decision>>,
    /// In fen.
    payable: Vec<i64>,
    /// The number of the version that decided.
    versions: Vec<u16>,
    /// Places in `texts`.
    reasons: Vec<u32>,
    /// Likewise.
    notices: Vec<u32>,
    texts: Texts,
    lines: Option<Vec<Line>>,
}

/// One benefit of one claim.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Line {
    pub(super) place: usize,
    /// The place of the benefit in its plan.
    pub(super) benefit: usize,
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

/// An amount that its column can not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Unheld(pub(super) Decimal);

/// Texts that occur again and again.
#[derive(Debug, Default)]
struct Texts {
    texts: Vec<String>,
    places: BTreeMap<String, u32>,
}

impl Texts {
    fn place_of(&mut self, text: &str) -> u32 {
        if let Some(place) = self.places.get(text) {
            return *place;
        }
        let place = u32::try_from(self.texts.len()).unwrap_or(u32::MAX);
        self.texts.push(text.to_owned());
        self.places.insert(text.to_owned(), place);
        place
    }

    fn at(&self, place: u32) -> &str {
        usize::try_from(place).ok().and_then(|place| self.texts.get(place)).map_or("", String::as_str)
    }
}

impl Results {
    pub(super) fn new(claims: usize, with_lines: bool) -> Results {
        let mut texts = Texts::default();
        texts.place_of("");
        Results {
            decisions: vec![None; claims],
            payable: vec![0; claims],
            versions: vec![0; claims],
            reasons: vec![0; claims],
            notices: vec![0; claims],
            texts,
            lines: with_lines.then(Vec::new),
        }
    }

    pub(super) fn wants_lines(&self) -> bool {
        self.lines.is_some()
    }

    pub(super) fn set(&mut self, place: usize, decision: Decision, payable: i64, version: usize) {
        put(&mut self.decisions, place, Some(decision));
        put(&mut self.payable, place, payable);
        put(&mut self.versions, place, u16::try_from(version).unwrap_or(u16::MAX));
    }

    /// The number of a list of codes, joined.
    pub(super) fn number_of_reasons(&mut self, codes: &[&str]) -> u32 {
        self.texts.place_of(&codes.join(";"))
    }

    pub(super) fn set_reasons(&mut self, place: usize, reasons: u32) {
        put(&mut self.reasons, place, reasons);
    }

    /// Says something of the claim at a place beside its decision.
    pub(super) fn note(&mut self, place: usize, notices: &[Notice]) {
        let told: Vec<String> = notices.iter().map(told).collect();
        let text = self.texts.place_of(&told.join(";"));
        put(&mut self.notices, place, text);
    }

    /// Whether a joint limit could cut what the accounts are paid in all.
    pub(super) fn may_be_cut(&self, bucket: Bucket<'_>, accounts: &[Account]) -> bool {
        let paid = |account: &Account| -> i64 {
            let payable = self.payable.get(account.places.clone()).unwrap_or_default();
            payable.iter().copied().fold(0, i64::saturating_add)
        };
        let least = accounts.iter().filter_map(|account| bucket.plans.least_joint_limit(account.plan)).min();
        let in_all = accounts.iter().map(paid).fold(0, i64::saturating_add);
        least.is_some_and(|least| in_all > least)
    }

    /// What became of the claim at a place so far.
    pub(super) fn decision(&self, place: usize) -> Option<Decision> {
        self.decisions.get(place).copied().flatten()
    }

    pub(super) fn reject(&mut self, place: usize) {
        put(&mut self.decisions, place, None);
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
    ) -> Result<(), Unheld> {
        let decision = adjudication.decision();
        let version = bucket.plans.number_of_version(adjudication.outcome().plan());
        let payable = fen(adjudication.payable())?;
        if let (true, Some(plan)) = (self.wants_lines(), bucket.plans.version(version))
            && matches!(decision, Decision::Paid | Decision::NothingDue | Decision::Reversed)
        {
            let line = |lines: &BenefitLines| {
                let benefit = plan.benefit_ids().position(|id| id == lines.id()).unwrap_or_default();
                let gross = units(lines.gross(), bucket.plans.gross_places(), GROSS_DIGITS);
                let gross = gross.ok_or(Unheld(lines.gross()))?;
                Ok(Line { place, benefit, gross, paid: fen(lines.paid())? })
            };
            let lines: Vec<Line> = adjudication.benefits().iter().map(line).collect::<Result<_, Unheld>>()?;
            for line in lines {
                self.add_line(line);
            }
        }
        self.set(place, decision, payable, version);
        let codes: Vec<&str> = adjudication.reasons().iter().map(|reason| reason.code.as_str()).collect();
        let reasons = self.number_of_reasons(&codes);
        self.set_reasons(place, reasons);
        self.note(place, adjudication.notices());
        Ok(())
    }

    /// The columns of the output, in order.
    pub(super) fn lay_out(mut self, bucket: Bucket<'_>, rejects: Vec<Reject>) -> Result<Decided, Error> {
        let (ids, enrollments) = (bucket.claims.texts("claim_id")?, bucket.claims.texts("enrollment_id")?);
        let decided: Vec<usize> = self.decided().collect();
        let row = |place: &usize| bucket.accounts.claim_at(*place);
        let plan = |place: &usize| {
            let version = self.versions.get(*place).copied().unwrap_or_default();
            bucket.plans.version(version.into())
        };
        let decision = |place: &usize| self.decisions.get(*place).copied().flatten().map_or("", Decision::name);
        let payable = |place: &usize| i128::from(self.payable.get(*place).copied().unwrap_or_default());
        let is_reversal = |place: &usize| self.decisions.get(*place) == Some(&Some(Decision::Reversed));
        let reversed = bucket.claims.some_texts("reverses");
        let reverses = |place: &usize| reversed.at(row(place)).filter(|_| is_reversal(place)).unwrap_or_default();
        let to_recover = |place: &usize| if is_reversal(place) { payable(place).saturating_neg() } else { 0 };
        let text_of = |texts: &[u32], place: usize| self.texts.at(texts.get(place).copied().unwrap_or_default());
        let reasons = |place: &usize| text_of(&self.reasons, *place);
        let notices = |place: &usize| text_of(&self.notices, *place);
        let rows = decided.iter().map(|place| u32::try_from(row(place)).unwrap_or(u32::MAX)).collect::<UInt32Array>();
        let payouts = batch(vec![
            taken("claim_id", ids, &rows)?,
            taken("enrollment_id", enrollments, &rows)?,
            text("plan", decided.iter().map(|place| plan(place).map_or("", Plan::id))),
            text("plan_version", decided.iter().map(|place| plan(place).map_or("", Plan::version))),
            text("decision", decided.iter().map(decision)),
            amount("payable", decided.iter().map(payable), PAYOUT_DIGITS, PAYOUT_PLACES)?,
            text("reasons", decided.iter().map(reasons)),
            text("notices", decided.iter().map(notices)),
            text("reverses", decided.iter().map(reverses)),
            amount("to_recover", decided.iter().map(to_recover), PAYOUT_DIGITS, PAYOUT_PLACES)?,
        ])?;
        let mut lines = self.lines.take().unwrap_or_default();
        lines.retain(|line| self.decisions.get(line.place).is_some_and(Option::is_some));
        lines.sort_unstable();
        let benefit =
            |line: &Line| plan(&line.place).and_then(|plan| plan.benefit_ids().nth(line.benefit)).unwrap_or_default();
        let lines = batch(vec![
            text("claim_id", lines.iter().map(|line| ids.value(row(&line.place)))),
            text("benefit", lines.iter().map(benefit)),
            amount("gross", lines.iter().map(|line| line.gross), GROSS_DIGITS, bucket.plans.gross_places())?,
            amount("paid", lines.iter().map(|line| line.paid.into()), PAYOUT_DIGITS, PAYOUT_PLACES)?,
        ])?;
        let mut observations = bucket.around.observations.clone();
        observations.extend_with(refused::unplaced(bucket.accounts.unplaced.iter().copied()).as_slice());
        Ok(Decided { payouts, lines, rejects, observations: observations.list() })
    }

    fn decided(&self) -> impl Iterator<Item = usize> {
        let decisions = self.decisions.iter().enumerate();
        decisions.filter(|(_, decision)| decision.is_some()).map(|(place, _)| place)
    }
}

/// So many names stand in a column.
const NAMED: usize = 20;

/// A notice in a column: its code, and in brackets what it is about. Entries are apart by semicolons, so that no name has one.
fn told(notice: &Notice) -> String {
    let subjects = notice.subjects();
    let mut about = subjects.iter().take(NAMED).map(String::as_str).collect::<Vec<_>>().join(", ");
    if subjects.len() > NAMED {
        about.push_str(", …");
    }
    let about = about.replace([';', '(', ')'], "_");
    if about.is_empty() { notice.code().to_string() } else { format!("{}({about})", notice.code()) }
}

fn put<T>(list: &mut [T], place: usize, value: T) {
    if let Some(slot) = list.get_mut(place) {
        *slot = value;
    }
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

type Column = (Field, ArrayRef);

fn text<'a>(name: &'a str, values: impl Iterator<Item = &'a str>) -> Column {
    (Field::new(name, DataType::Utf8, false), Arc::new(StringArray::from_iter_values(values)))
}

fn taken(name: &str, values: &StringArray, rows: &UInt32Array) -> Result<Column, Error> {
    Ok((Field::new(name, DataType::Utf8, false), take(values, rows, None).map_err(internal)?))
}

fn amount(name: &str, values: impl Iterator<Item = i128>, precision: u8, places: u32) -> Result<Column, Error> {
    let scale = i8::try_from(places).unwrap_or(i8::MAX);
    let array =
        Decimal128Array::from_iter_values(values).with_precision_and_scale(precision, scale).map_err(internal)?;
    Ok((Field::new(name, DataType::Decimal128(precision, scale), false), Arc::new(array)))
}

fn batch(columns: Vec<Column>) -> Result<RecordBatch, Error> {
    let (fields, arrays): (Vec<Field>, Vec<ArrayRef>) = columns.into_iter().unzip();
    RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays).map_err(internal)
}

fn internal(error: ArrowError) -> Error {
    Error::columns(say!("结果无法成列：{error}", "the results do not form columns: {error}"))
}
