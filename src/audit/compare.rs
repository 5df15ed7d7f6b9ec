//! Where recorded payouts lie beside those that are due, bucket by bucket.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::{Mutex, OnceLock, PoisonError};

use arrow_array::cast::AsArray;
use arrow_array::types::Decimal128Type;
use arrow_array::{Array, RecordBatch, StringArray};

use super::cause::Cause;
use super::difference::{self, Difference};
use super::found::{Findings, Found, State, VersionNumber};
use super::hypotheses::{Earlier, MOST_EARLIER, Scene};
use super::plan_variants::Variants;
use super::recorded::{PayoutIndex, Recorded};
use super::roundings::{Fit, Roundings};
use crate::adjudicate::{Adjudication, Decision, Detail};
use crate::batch::accounts::{History, histories};
use crate::batch::files::Sink;
use crate::batch::{AllAccounts, Consumer, DecidedAccounts, Outside, Sealing};
use crate::catalog::Catalog;
use crate::code::Code;
use crate::error::{Error, OrBug};
use crate::history;
use crate::plan::Plan;
use crate::text::{Language, Text, say};

/// The comparer of an audit.
pub(super) struct Comparer<'a> {
    catalog: &'a Catalog,
    pub(super) recorded: &'a Recorded,
    /// The claims whose records could not be read.
    unread: BTreeSet<&'a str>,
    sink: &'a Sink,
    /// By the number of the version that decides; made where one is first needed.
    variants: Vec<OnceLock<Variants>>,
    roundings: Option<Roundings<'a>>,
    keeps_gravest: bool,
    /// Once all accounts are decided.
    found: Mutex<Option<Found>>,
}

impl<'a> Comparer<'a> {
    pub(super) fn new(
        catalog: &'a Catalog,
        recorded: &'a Recorded,
        sink: &'a Sink,
        roundings: Option<Roundings<'a>>,
        keeps_gravest: bool,
    ) -> Comparer<'a> {
        Comparer {
            catalog,
            recorded,
            unread: recorded.notes.iter().filter(|note| note.is_rejected()).map(|note| note.claim.as_str()).collect(),
            sink,
            variants: catalog.plans().map(|_| OnceLock::new()).collect(),
            roundings,
            keeps_gravest,
            found: Mutex::new(None),
        }
    }

    /// What was found in all, and how well each rule of rounding fits.
    pub(super) fn into_found(self) -> Result<(Found, Vec<Fit>), Error> {
        let found = self.found.into_inner().unwrap_or_else(PoisonError::into_inner).or_bug()?;
        let fits = self.roundings.map_or_else(Vec::new, |roundings| roundings.fits(&found.roundings));
        Ok((found, fits))
    }

    /// What is found in the accounts of a bucket.
    fn findings(&self, accounts: DecidedAccounts<'_>) -> Result<Findings, Error> {
        let DecidedAccounts { plans, given, decided } = accounts;
        let mut findings = Findings { rejected: self.rejected(given.claims, &decided.payouts)?, ..Findings::default() };
        let differing = self.compare(&decided.payouts, &mut findings)?;
        if !differing.is_empty() {
            let mut explained = Vec::new();
            let wanted = differing.keys().map(String::as_str).collect();
            for history in histories(plans, given, &wanted)? {
                self.explain(&history, &differing, &mut explained);
            }
            let known: BTreeSet<PayoutIndex> = explained.iter().map(|(payout, _)| *payout).collect();
            let unknown = differing.values().filter(|payout| !known.contains(payout));
            findings.differing.extend(unknown.map(|payout| (*payout, vec![Code::Unexplained.into()])));
            findings.differing.extend(explained);
        }
        if let Some(roundings) = &self.roundings {
            findings.roundings = roundings.of(plans, given)?;
        }
        Ok(findings)
    }

    /// The recorded payouts whose claims have no payout.
    fn rejected(&self, claims: &RecordBatch, payouts: &RecordBatch) -> Result<Vec<PayoutIndex>, Error> {
        if payouts.num_rows() >= claims.num_rows() {
            return Ok(Vec::new());
        }
        let kept: BTreeSet<&str> = text(payouts, "claim_id")?.iter().flatten().collect();
        let rejected = text(claims, "claim_id")?.iter().flatten().filter(|id| !kept.contains(id));
        Ok(rejected.filter_map(|id| self.recorded.find(id)).collect())
    }

    /// Compares the payouts of a bucket with what is recorded of them; gives by claim those that differ.
    fn compare(&self, payouts: &RecordBatch, findings: &mut Findings) -> Result<BTreeMap<String, PayoutIndex>, Error> {
        let columns = Payouts::of(payouts)?;
        let mut differing = BTreeMap::new();
        let mut version = (("", ""), None);
        for (row, payout) in self.recorded.find_all(columns.ids).into_iter().enumerate() {
            let (id, due) = (columns.ids.value(row), columns.due(row)?);
            let now = (columns.plans.value(row), columns.versions.value(row));
            if version.0 != now {
                version = (now, Some(VersionNumber::of(self.catalog, now.0, now.1)?));
            }
            match payout {
                Some(payout) => {
                    findings.matched.push((payout, due, version.1.or_bug()?));
                    let recorded = self.recorded.amount(payout);
                    // Of a claim that waits nothing is paid, and nothing is as it should be.
                    if due.map_or(recorded != 0, |due| recorded != due) {
                        differing.insert(id.to_owned(), payout);
                    }
                }
                None if self.unread.contains(id) => {}
                None if due.is_some_and(|due| due != 0) => findings.unrecorded.push((id.to_owned(), due.or_bug()?)),
                None => findings.nothing_to_record = findings.nothing_to_record.saturating_add(1),
            }
        }
        Ok(differing)
    }

    /// The causes of the payouts of one account that differ.
    fn explain<'s>(
        &'s self,
        history: &'s History<'s>,
        differing: &BTreeMap<String, PayoutIndex>,
        found: &mut Vec<(PayoutIndex, Vec<Cause>)>,
    ) {
        let last = history.claims.iter().rposition(|(_, claim)| differing.contains_key(claim.id()));
        let (mut earlier, mut account) = (Vec::new(), history.start.clone());
        let recorded = |claim: &str| self.recorded.find(claim).map(|payout| self.recorded.amount(payout));
        for (place, (pair, room)) in history.iter().enumerate() {
            if let Some(payout) = differing.get(pair.1.id()) {
                let scene = Scene::of(self.catalog, history, place, &earlier, &account, &recorded);
                let variants =
                    scene.as_ref().and_then(|scene| self.variants_of(scene.plan()).map(|variants| (scene, variants)));
                if let Some((scene, variants)) = variants {
                    found.push((*payout, scene.causes(variants)));
                }
            }
            if Some(place) == last {
                return;
            }
            // A claim that cannot be decided is open; the run has rejected it.
            let decided = Earlier::decide(self.catalog, pair, room, &mut account);
            if decided.is_none() {
                history::give_up(self.catalog, &pair.0, &pair.1, &mut account);
            }
            earlier.extend(decided.filter(|_| history.claims.len() <= MOST_EARLIER));
        }
    }

    fn variants_of(&self, plan: &Plan) -> Option<&Variants> {
        let made = self.variants.get(VersionNumber::of(self.catalog, plan.id(), plan.version()).ok()?.place())?;
        Some(made.get_or_init(|| Variants::of(plan, self.catalog.versions(plan.id()))))
    }

    /// What was found in all buckets.
    fn gather(&self, all: &AllAccounts<'_>) -> Result<Found, Error> {
        let mut found = Found::none_of(self.recorded);
        all.outside(&mut |claim, why| {
            if let Some(payout) = self.recorded.find(claim) {
                let state = match why {
                    Outside::WithoutEnrollment => State::TurnedAway,
                    Outside::Unread => State::Rejected,
                };
                found.settle(payout, state);
            }
        })?;
        all.each_part(self, |bucket, part| found.take(Findings::read(part).or_bug()?, bucket, self.recorded))?;
        self.lines(&mut found);
        Ok(found)
    }

    /// How the claims of the gravest differences were decided, with the numbers of every rule for a person to read.
    fn gravest(&self, found: &Found, all: &AllAccounts<'_>) -> Result<BTreeMap<String, Adjudication>, Error> {
        let mut gravest = BTreeMap::new();
        for (bucket, claims) in found.gravest_by_bucket() {
            let (plans, rows) = all.again(bucket)?;
            for history in histories(plans, rows.given(), &claims)? {
                history.decide(self.catalog, &claims, Detail::Worked, |asked| {
                    gravest.insert(asked.claim.id().to_owned(), asked.decided);
                    Ok(())
                })?;
            }
        }
        Ok(gravest)
    }

    /// Every line of the differences, in order.
    fn lines(&self, found: &mut Found) {
        let recorded = |payout: PayoutIndex| (self.recorded.id(payout), Some(self.recorded.amount(payout)));
        let mut lines = Vec::new();
        for (payout, causes) in std::mem::take(&mut found.differing) {
            let due = match found.states[payout] {
                State::Matched => Some(found.due[payout]),
                State::Pended => None,
                State::Open | State::TurnedAway | State::Rejected | State::Ambiguous | State::Again => continue,
            };
            let (id, amount) = recorded(payout);
            lines.push(Difference::new(id, amount, due, causes));
        }
        for (payout, state) in found.states.indexed() {
            let cause = match state {
                State::Matched | State::Pended => continue,
                State::Open => Code::NoSuchClaim,
                State::TurnedAway => Code::UnknownEnrollment,
                State::Rejected => Code::ClaimRejected,
                State::Ambiguous => Code::ClaimAmbiguous,
                State::Again => Code::PaidAgain,
            };
            let (id, amount) = recorded(payout);
            lines.push(Difference::new(id, amount, None, vec![cause.into()]));
        }
        let unrecorded = std::mem::take(&mut found.unrecorded);
        // only a reversal is due less than nothing
        let codes: fn(i64) -> &'static [Code] =
            |due| if due < 0 { &[Code::NotRecorded, Code::Reversal] } else { &[Code::NotRecorded] };
        let causes = |due: i64| codes(due).iter().copied().map(Cause::from).collect();
        lines.extend(unrecorded.iter().map(|(id, due)| Difference::new(id, None, Some(*due), causes(*due))));
        difference::sort(&mut lines);
        found.lines = lines;
    }
}

impl Consumer for Comparer<'_> {
    fn holds(&self) -> &'static str {
        "differences"
    }

    fn path(&self) -> &Path {
        self.sink.path()
    }

    fn language(&self) -> Option<Language> {
        self.sink.language()
    }

    fn see(&self, accounts: DecidedAccounts<'_>, part: &mut Sealing) -> Result<u64, Error> {
        part.put(&self.findings(accounts)?.into_bytes()?)?;
        Ok(0)
    }

    fn write(&self, all: &AllAccounts<'_>, to: &Path, _manifest: &str) -> Result<(), Error> {
        let mut found = self.gather(all)?;
        let rows = difference::rows(&found.lines).map_err(|fault| Error::output(Text::same(&fault.to_string())))?;
        self.sink.whole(&rows, to)?;
        if self.keeps_gravest {
            found.gravest = self.gravest(&found, all)?;
        }
        *self.found.lock().unwrap_or_else(PoisonError::into_inner) = Some(found);
        Ok(())
    }

    /// What the gravest differences stand on are rows, which are gone by then.
    fn recall(&self, all: Option<&AllAccounts<'_>>) -> Result<bool, Error> {
        let Some(all) = all.filter(|all| !self.keeps_gravest && all.are_whole(self)) else { return Ok(false) };
        *self.found.lock().unwrap_or_else(PoisonError::into_inner) = Some(self.gather(all)?);
        Ok(true)
    }
}

/// The columns of payouts that an audit reads.
struct Payouts<'r> {
    ids: &'r StringArray,
    plans: &'r StringArray,
    versions: &'r StringArray,
    decisions: &'r StringArray,
    payable: &'r arrow_array::Decimal128Array,
}

impl<'r> Payouts<'r> {
    fn of(rows: &'r RecordBatch) -> Result<Payouts<'r>, Error> {
        let payable = rows.column_by_name("payable").and_then(|column| column.as_primitive_opt::<Decimal128Type>());
        Ok(Payouts {
            ids: text(rows, "claim_id")?,
            plans: text(rows, "plan")?,
            versions: text(rows, "plan_version")?,
            decisions: text(rows, "decision")?,
            payable: payable.ok_or_else(|| no_column("payable"))?,
        })
    }

    /// In fen; of a claim that is pended nobody knows it.
    fn due(&self, row: usize) -> Result<Option<i64>, Error> {
        if self.decisions.value(row) == Decision::Pended.name() {
            return Ok(None);
        }
        let payable = self.payable.is_valid(row).then(|| self.payable.value(row)).or_bug()?;
        i64::try_from(payable).or_bug().map(Some)
    }
}

fn text<'r>(rows: &'r RecordBatch, name: &str) -> Result<&'r StringArray, Error> {
    rows.column_by_name(name).and_then(|column| column.as_string_opt()).ok_or_else(|| no_column(name))
}

fn no_column(name: &str) -> Error {
    Error::columns(say!("缺少列 `{name}`", "there is no column `{name}`"))
}
