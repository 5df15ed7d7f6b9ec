//! Claims decided as a batch decides them, and booked.

use std::collections::BTreeMap;
use std::path::Path;

use arrow_array::cast::AsArray;
use arrow_array::types::Decimal128Type;
use arrow_array::{Array, RecordBatch};
use huzhu_ledger::{Book, Booked, Fault, Kept, Message, Newest, Part, Taken as Known};

use super::Taken;
use super::claims::{self, Claims, settlement_of};
use super::record::{Content, JOINT};
use super::results::{Results, Row};
use super::set_aside::{SetAside, Why};
use crate::adjudicate::Decision;
use crate::batch::{Decided, Input};
use crate::code::Code;
use crate::decider::Decider;
use crate::error::{Error, OrBug};
use crate::text::say;

/// The book of the ledger, and where that is.
pub(super) struct Writing<'l> {
    pub(super) book: Book<'l>,
    pub(super) path: Option<&'l Path>,
}

impl Writing<'_> {
    pub(super) fn take(&self, message: &Message<'_>) -> Result<Known, Error> {
        self.book.take(message).map_err(|found| fault(self.path, &found))
    }

    pub(super) fn kept(&self, kind: &str, id: &str) -> Result<Option<Kept>, Error> {
        self.book.message(kind, id).map_err(|found| fault(self.path, &found))
    }

    pub(super) fn of_owner(&self, kind: &str, owner: &str) -> Result<Vec<Kept>, Error> {
        self.book.messages_of(kind, owner).map_err(|found| fault(self.path, &found))
    }

    fn newest_of(&self, owner: &str) -> Result<Vec<Newest>, Error> {
        self.book.newest_of(owner).map_err(|found| fault(self.path, &found))
    }

    /// Decisions of one version of a plan rest on one text of it.
    fn check_rules(&self, plan: &str, version: &str, fingerprint: &str) -> Result<(), Error> {
        let kept = self.book.take_rules(plan, version, fingerprint).map_err(|found| fault(self.path, &found))?;
        let Some(kept) = kept else { return Ok(()) };
        Err(Error::history(say!(
            "计划 `{plan}` 版本 `{version}` 的规则包（指纹 `{fingerprint}`）不是账本已入账所依据的（指纹 `{kept}`）；条款有变，请另立版本",
            "the version `{version}` of `{plan}` has the fingerprint `{fingerprint}`, and the ledger was booked by `{kept}`: \
             rules that change are a version of their own"
        )))
    }
}

/// What the ledger says of a fault.
pub(super) fn fault(path: Option<&Path>, fault: &Fault) -> Error {
    let place = path.map_or_else(
        || say!("账本", "the ledger"),
        |path| {
            let path = path.display();
            say!("账本 `{path}`", "the ledger `{path}`")
        },
    );
    match fault {
        Fault::Busy => Error::output(say!("{place}正由另一个程序写入", "another program is writing to {place}"; place)),
        Fault::NotOpened => {
            Error::output(say!("{place}不存在，或打不开", "{place} is not there, or cannot be opened"; place))
        }
        Fault::NoLedger => Error::output(say!("{place}不是账本", "{place} is no ledger"; place)),
        Fault::Newer { schema, known } => Error::output(say!(
            "{place}的格式是第 {schema} 版，本程序只支持到第 {known} 版",
            "{place} is of schema {schema}, and this program knows up to {known}"; place
        )),
        Fault::Older { schema, known } => Error::output(say!(
            "{place}的格式是首次发布之前的第 {schema} 版，本程序只支持第 {known} 版及以后的；请用原有文件重新入账",
            "{place} is of schema {schema}, from before the first release, and this program knows none below {known}: settle the files anew"; place
        )),
        Fault::TooLarge => Error::arithmetic(say!("{place}中的金额过大", "an amount of {place} is too large"; place)),
        Fault::Database(_) | Fault::Unbalanced { .. } | _ => {
            let said = fault.to_string();
            Error::output(say!("{place}出错：`{said}`", "{place} fails: `{said}`"; place))
        }
    }
}

/// Decides the claims and books what has changed; gives the rows of all claims.
pub(super) fn decide(
    decider: &Decider<'_>,
    claims: &Claims,
    certificates: &BTreeMap<String, String>,
    taken: &Taken,
    book: &Writing<'_>,
    results: &mut Results,
) -> Result<Vec<Row>, Error> {
    take_back_replaced(claims, taken, book, results)?;
    let mut rows = Vec::new();
    if claims.rows.is_empty() {
        return Ok(rows);
    }
    let decided = decided(decider, &claims.rows, &claims.enrollments)?;
    let members = members(&claims.enrollments);
    let facts: BTreeMap<&str, &Content> =
        claims.rows.iter().filter_map(|row| Some((text(row, "claim_id")?, row))).collect();
    let parts = parts(&decided.lines)?;
    let payouts = Payouts(&decided.payouts);
    for place in 0..decided.payouts.num_rows() {
        let row = payouts.row(place, &members)?;
        book.check_rules(&row.plan, &row.plan_version, payouts.text("pack_fingerprint", place)?)?;
        let of_claim = facts.get(row.claim.as_str()).or_bug()?;
        let valid_on = text(of_claim, "setl_time").or_else(|| text(of_claim, "event_date")).or_bug()?;
        let none = Vec::new();
        let certificate = certificates.get(&row.claim).map(String::as_str);
        let booked = row.book(valid_on, parts.get(&row.claim).unwrap_or(&none), certificate, book)?;
        rows.push(row.clone());
        tell(row, booked, taken, results)?;
    }
    for reject in &decided.rejects {
        let place = usize::try_from(reject.row).ok().and_then(|row| row.checked_sub(1));
        let claim = place.filter(|_| reject.input == Input::Claims).and_then(|place| claims.rows.get(place));
        let id = claim.and_then(|claim| text(claim, "setl_id"));
        let asked = id.and_then(|id| Some((id, taken.places.get(id)?)));
        if let Some((id, place)) = asked {
            let (field, value, why) = (reject.column.clone(), reject.value.clone(), reject.reason.clone());
            results.set_aside(SetAside::of(place.clone(), id, Why::NotDecided { field, value, why }));
        }
    }
    Ok(rows)
}

/// What becomes of rows of claims with rows of enrollments.
fn decided(decider: &Decider<'_>, claims: &[Content], enrollments: &[Content]) -> Result<Decided, Error> {
    decider.decide_rows(&claims::columns(claims)?, &claims::columns(enrollments)?)
}

/// What rows of claims with rows of enrollments would be paid, by claim; nothing is booked.
pub(super) fn tried(
    decider: &Decider<'_>,
    claims: &[Content],
    enrollments: &[Content],
) -> Result<BTreeMap<String, i64>, Error> {
    let decided = decided(decider, claims, enrollments)?;
    let payouts = Payouts(&decided.payouts);
    let paid = |place| Ok((payouts.text("claim_id", place)?.to_owned(), payouts.fen("payable", place)?));
    (0..decided.payouts.num_rows()).map(paid).collect()
}

/// Whose each enrollment is.
fn members(enrollments: &[Content]) -> BTreeMap<&str, &str> {
    enrollments.iter().filter_map(|row| Some((text(row, "enrollment_id")?, text(row, "member_id")?))).collect()
}

/// A claim of the feed is told of, and one that is decided otherwise now.
fn tell(row: Row, booked: Booked, taken: &Taken, results: &mut Results) -> Result<(), Error> {
    let is_asked = taken.places.contains_key(settlement_of(&row.claim));
    if is_asked || booked.is_first || booked.before != booked.now { results.decided(row, booked) } else { Ok(()) }
}

/// What was decided of settlements before the one came that is decided in their place.
fn take_back_replaced(claims: &Claims, taken: &Taken, book: &Writing<'_>, results: &mut Results) -> Result<(), Error> {
    for (member, settlement) in &claims.replaced {
        for newest in book.newest_of(member)? {
            if settlement_of(&newest.claim) != settlement {
                continue;
            }
            let enrollment = newest.claim.split_once(JOINT).map_or("", |(_, enrollment)| enrollment).to_owned();
            let row = Row {
                claim: newest.claim,
                enrollment,
                member: member.clone(),
                plan: newest.plan,
                plan_version: newest.version,
                decision: Decision::Denied.name().to_owned(),
                payable: 0,
                reasons: Code::RecordRepeated.name().to_owned(),
                details: String::new(),
                notices: String::new(),
            };
            let booked = row.book(&newest.valid_on, &[], None, book)?;
            tell(row, booked, taken, results)?;
        }
    }
    Ok(())
}

pub(super) fn text<'r>(row: &'r Content, name: &str) -> Option<&'r str> {
    row.get(name).map(String::as_str)
}

/// What each claim is paid by its benefits, and the accounts that bear it.
fn parts(lines: &RecordBatch) -> Result<BTreeMap<String, Vec<Part>>, Error> {
    let lines = Payouts(lines);
    let mut parts: BTreeMap<String, Vec<Part>> = BTreeMap::new();
    for place in 0..lines.0.num_rows() {
        let (claim, plan, benefit) =
            (lines.text("claim_id", place)?, lines.text("plan", place)?, lines.text("benefit", place)?);
        let part = Part { account: format!("expense:{plan}:{benefit}"), fen: lines.fen("paid", place)? };
        parts.entry(claim.to_owned()).or_default().push(part);
    }
    Ok(parts)
}

impl Row {
    fn book(
        &self,
        valid_on: &str,
        parts: &[Part],
        certificate: Option<&str>,
        book: &Writing<'_>,
    ) -> Result<Booked, Error> {
        let content = serde_json::json!({ "reasons": self.reasons, "details": self.details, "notices": self.notices });
        let content = content.to_string();
        let decision = huzhu_ledger::Decision {
            claim: &self.claim,
            owner: &self.member,
            plan: &self.plan,
            version: &self.plan_version,
            outcome: &self.decision,
            fen: self.payable,
            valid_on,
            content: &content,
            certificate,
        };
        book.book.decide(&decision, parts).map_err(|found| fault(book.path, &found))
    }
}

/// Rows of payouts, or of lines.
struct Payouts<'p>(&'p RecordBatch);

impl Payouts<'_> {
    fn row(&self, place: usize, members: &BTreeMap<&str, &str>) -> Result<Row, Error> {
        let owned = |name| self.text(name, place).map(str::to_owned);
        let enrollment = owned("enrollment_id")?;
        Ok(Row {
            claim: owned("claim_id")?,
            member: (*members.get(enrollment.as_str()).or_bug()?).to_owned(),
            enrollment,
            plan: owned("plan")?,
            plan_version: owned("plan_version")?,
            decision: owned("decision")?,
            payable: self.fen("payable", place)?,
            reasons: owned("reasons")?,
            details: owned("details")?,
            notices: owned("notices")?,
        })
    }

    fn text(&self, name: &str, place: usize) -> Result<&str, Error> {
        let column = self.0.column_by_name(name).or_bug()?.as_string_opt::<i32>().or_bug()?;
        Ok(if column.is_valid(place) { column.value(place) } else { "" })
    }

    fn fen(&self, name: &str, place: usize) -> Result<i64, Error> {
        let column = self.0.column_by_name(name).or_bug()?.as_primitive_opt::<Decimal128Type>().or_bug()?;
        i64::try_from(column.value(place)).ok().or_bug()
    }
}
