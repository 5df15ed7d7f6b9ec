//! Where recorded payouts lie beside those that are due, bucket by bucket.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::{Mutex, OnceLock, PoisonError};

use arrow_array::cast::AsArray;
use arrow_array::types::Decimal128Type;
use arrow_array::{Array, RecordBatch, StringArray};

use super::cause::Cause;
use super::difference::{self, Difference, MOST_LISTED};
use super::found::{Found, State};
use super::hypotheses::{Earlier, MOST_EARLIER, Scene};
use super::note;
use super::plan_variants::Variants;
use super::recorded::Recorded;
use super::roundings::{Fit, Roundings};
use crate::adjudicate::Decision;
use crate::batch::accounts::{History, Plans, histories};
use crate::batch::files::Sink;
use crate::batch::{Decided, Given, Watch};
use crate::catalog::Catalog;
use crate::code::Code;
use crate::error::{Error, OrBug};
use crate::history;
use crate::plan::Plan;
use crate::text::{Text, say};

/// The comparer of an audit.
pub(super) struct Comparer<'a> {
    catalog: &'a Catalog,
    pub(super) recorded: &'a Recorded,
    /// The claims whose records could not be read.
    unread: BTreeSet<&'a str>,
    sink: &'a Sink,
    notes: &'a Sink,
    /// By the number of the version that decides; made where one is first needed.
    variants: Vec<OnceLock<Variants>>,
    found: Mutex<Found>,
    forensics: Option<Roundings<'a>>,
    keeps_gravest: bool,
}

impl<'a> Comparer<'a> {
    pub(super) fn new(
        catalog: &'a Catalog,
        recorded: &'a Recorded,
        [sink, notes]: [&'a Sink; 2],
        forensics: Option<Roundings<'a>>,
        keeps_gravest: bool,
    ) -> Comparer<'a> {
        let count = recorded.len();
        let mut states = vec![State::Open; count];
        for place in &recorded.again {
            set(&mut states, *place, State::Again);
        }
        let found = Found {
            states,
            due: vec![0; count],
            plans: vec![0; count],
            differing: Vec::new(),
            unrecorded: Vec::new(),
            nothing_to_record: 0,
            gravest: BTreeMap::new(),
            lines: Vec::new(),
        };
        Comparer {
            catalog,
            recorded,
            unread: recorded.notes.iter().filter(|note| note.is_rejected()).map(|note| note.claim.as_str()).collect(),
            sink,
            notes,
            variants: catalog.plans().map(|_| OnceLock::new()).collect(),
            found: Mutex::new(found),
            forensics,
            keeps_gravest,
        }
    }

    pub(super) fn into_found(self) -> (Found, Vec<Fit>) {
        let fits = self.forensics.map_or_else(Vec::new, Roundings::into_fits);
        (self.found.into_inner().unwrap_or_else(PoisonError::into_inner), fits)
    }

    fn mark(&self, claim: &str, state: State) {
        if let Some(place) = self.recorded.find(claim) {
            let mut found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
            found.settle(place, state);
        }
    }

    /// Compares the payouts of a bucket with what is recorded of them.
    fn compare(&self, payouts: &RecordBatch) -> Result<Compared, Error> {
        let columns = Payouts::of(payouts)?;
        let mut compared = Compared::default();
        let mut version = (("", ""), None);
        for (row, place) in self.recorded.find_all(columns.ids).into_iter().enumerate() {
            let (id, due) = (columns.ids.value(row), columns.due(row)?);
            let now = (columns.plans.value(row), columns.versions.value(row));
            if version.0 != now {
                version = (now, Some(self.number_of(now)?));
            }
            match place {
                Some(place) => {
                    compared.matched.push((place, due, version.1.or_bug()?));
                    // Of a claim that waits nothing is paid, and nothing is as it should be.
                    if self.recorded.amount(place) != due.unwrap_or(0) {
                        compared.differing.insert(id.to_owned(), (place, self.recorded.amount(place)));
                    }
                }
                None if self.unread.contains(id) => {}
                None if due.is_some_and(|due| due != 0) => compared.unrecorded.push((id.to_owned(), due.or_bug()?)),
                None => compared.nothing_to_record = compared.nothing_to_record.saturating_add(1),
            }
        }
        Ok(compared)
    }

    fn number_of(&self, (plan, version): (&str, &str)) -> Result<u16, Error> {
        let number = self.catalog.plans().position(|known| known.id() == plan && known.version() == version);
        u16::try_from(number.or_bug()?).or_bug()
    }

    /// The causes of the payouts of one account that differ.
    fn explain<'s>(
        &'s self,
        history: &'s History<'s>,
        differing: &BTreeMap<String, (usize, i64)>,
        found: &mut Vec<(usize, Vec<Cause>)>,
    ) {
        let last = history.claims.iter().rposition(|(_, claim)| differing.contains_key(claim.id()));
        let (mut earlier, mut account) = (Vec::new(), history.start.clone());
        let recorded = |claim: &str| self.recorded.find(claim).map(|place| self.recorded.amount(place));
        for (place, (pair, room)) in history.iter().enumerate() {
            if let Some((at, _)) = differing.get(pair.1.id()) {
                let scene = Scene::of(self.catalog, history, place, &earlier, &account, &recorded);
                let variants =
                    scene.as_ref().and_then(|scene| self.variants_of(scene.plan()).map(|variants| (scene, variants)));
                if let Some((scene, variants)) = variants {
                    let causes = scene.causes(variants);
                    if self.keeps_gravest {
                        self.keep(scene, &causes);
                    }
                    found.push((*at, causes));
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
        let made = self.variants.get(usize::from(self.number_of((plan.id(), plan.version())).ok()?))?;
        Some(made.get_or_init(|| Variants::of(plan, self.catalog.versions(plan.id()))))
    }

    fn keep(&self, scene: &Scene<'_>, causes: &[Cause]) {
        let (claim, excess) = scene.differs_by();
        let gravity = (causes.iter().all(|cause| cause.code != Code::Unexplained), Reverse(excess), claim.to_owned());
        let mut found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        let is_among_the_gravest = found.gravest.len() < MOST_LISTED
            || found.gravest.last_key_value().is_some_and(|(least, _)| gravity < *least);
        if is_among_the_gravest {
            found.gravest.insert(gravity, scene.worked_out());
            if found.gravest.len() > MOST_LISTED {
                found.gravest.pop_last();
            }
        }
    }

    fn take(&self, compared: Compared, explained: Vec<(usize, Vec<Cause>)>) {
        let mut found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        let found = &mut *found;
        for (place, due, plan) in compared.matched {
            let is_known = due.is_some() || self.recorded.amount(place) == 0;
            found.settle(place, if is_known { State::Matched } else { State::Pended });
            set(&mut found.due, place, due.unwrap_or(0));
            set(&mut found.plans, place, plan);
        }
        let known: BTreeSet<usize> = explained.iter().map(|(place, _)| *place).collect();
        let unknown = compared.differing.values().filter(|(place, _)| !known.contains(place));
        found.differing.extend(unknown.map(|(place, _)| (*place, vec![Code::Unexplained.into()])));
        found.differing.extend(explained);
        found.unrecorded.extend(compared.unrecorded);
        found.nothing_to_record = found.nothing_to_record.saturating_add(compared.nothing_to_record);
    }

    /// Every line of the differences, in order.
    fn lines(&self, found: &mut Found) {
        let recorded = |place: usize| (self.recorded.id(place), Some(self.recorded.amount(place)));
        let mut lines = Vec::new();
        for (place, causes) in std::mem::take(&mut found.differing) {
            let due = match found.states.get(place) {
                Some(State::Matched) => found.due.get(place).copied(),
                Some(State::Pended) => None,
                Some(State::Open | State::TurnedAway | State::Rejected | State::Ambiguous | State::Again) | None => {
                    continue;
                }
            };
            let (id, amount) = recorded(place);
            lines.push(Difference::new(id, amount, due, causes));
        }
        for (place, state) in found.states.iter().enumerate() {
            let cause = match state {
                State::Matched | State::Pended => continue,
                State::Open => Code::NoSuchClaim,
                State::TurnedAway => Code::UnknownEnrollment,
                State::Rejected => Code::ClaimRejected,
                State::Ambiguous => Code::ClaimAmbiguous,
                State::Again => Code::PaidAgain,
            };
            let (id, amount) = recorded(place);
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

impl Watch for Comparer<'_> {
    fn turn_away(&self, claim: &str) {
        self.mark(claim, State::TurnedAway);
    }

    fn refuse(&self, claim: &str) {
        self.mark(claim, State::Rejected);
    }

    fn see(&self, plans: &Plans<'_>, given: Given<'_>, decided: &Decided) -> Result<(), Error> {
        if decided.payouts.num_rows() < given.claims.num_rows() {
            let kept = text(&decided.payouts, "claim_id")?;
            let kept: BTreeSet<&str> = kept.iter().flatten().collect();
            let rejected = text(given.claims, "claim_id")?.iter().flatten().filter(|id| !kept.contains(id));
            rejected.for_each(|id| self.mark(id, State::Rejected));
        }
        let compared = self.compare(&decided.payouts)?;
        let mut explained = Vec::new();
        if !compared.differing.is_empty() {
            let wanted = compared.differing.keys().map(String::as_str).collect();
            for history in histories(plans, given, &wanted)? {
                self.explain(&history, &compared.differing, &mut explained);
            }
        }
        self.take(compared, explained);
        self.forensics.as_ref().map_or(Ok(()), |forensics| forensics.see(plans, given))
    }

    fn write(&self, to: &Path) -> Result<(), Error> {
        let mut found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        self.lines(&mut found);
        let rows = difference::rows(&found.lines).map_err(|fault| Error::output(Text::same(&fault.to_string())))?;
        self.sink.whole(&rows, to)
    }

    fn write_notes(&self, to: &Path) -> Result<(), Error> {
        let rows = note::rows(&self.recorded.notes, self.notes.speaks());
        self.notes.whole(&rows.map_err(|fault| Error::output(Text::same(&fault.to_string())))?, to)
    }
}

/// The payouts of a bucket beside what is recorded of them.
#[derive(Default)]
struct Compared {
    /// The place of the recorded payout, what is due if that is known, and the version.
    matched: Vec<(usize, Option<i64>, u16)>,
    /// By claim: the place, and what is recorded.
    differing: BTreeMap<String, (usize, i64)>,
    unrecorded: Vec<(String, i64)>,
    nothing_to_record: u64,
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

fn set<T>(list: &mut [T], place: usize, value: T) {
    if let Some(slot) = list.get_mut(place) {
        *slot = value;
    }
}
