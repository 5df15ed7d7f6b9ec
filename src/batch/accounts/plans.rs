//! The plans of a catalog made ready for columns: compiled where they are needed, once.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use super::payouts::fen;
use crate::accumulator::Entry;
use crate::arena::{Arena, indexes};
use crate::batch::ingest::Vocabulary;
use crate::catalog::Catalog;
use crate::joint::Turn;
use crate::order::{self, Order, OrderRule};
use crate::plan::expression::{EntryIndex, Prior, Slot};
use crate::plan::{EffectiveBy, Plan, PlanFact, PlanReference};
use crate::reading::columns::answer::{Answers, ledger};
use crate::reading::columns::graph::TooWide;
use crate::reading::columns::lower::{self, Codes, Presence, day_number};
use crate::reading::formula::Formula;
use crate::reading::formula::extents::{AsStated, Extents, places_of_priors};
use crate::scope::Scope;

indexes! {
    /// A plan among those of the catalog.
    PlanIndex,
    /// A version among those of its plan.
    VersionIndex,
    /// A running sum among those of its plan.
    TallyIndex,
}

/// All plans of a catalog, with what the values of categories are called.
pub(crate) struct Plans<'c> {
    catalog: &'c Catalog,
    vocabulary: Vocabulary,
    /// Every version of every plan, by id and date.
    all: Vec<&'c Plan>,
    /// Sorted by id.
    prepared: Arena<PlanIndex, Prepared<'c>>,
    /// When joint limits serve it, and the least amount over it in fen.
    joint: Arena<PlanIndex, Option<(Turn, i64)>>,
    /// Of the amounts that benefits start from, in the output.
    gross_places: u32,
    compiled: Mutex<BTreeMap<Key, Option<Arc<Answers>>>>,
    words: Mutex<Words>,
}

/// What plans read in texts that they do not know letter for letter, by version, fact and text; `None` where it cannot be decided.
type Words = BTreeMap<(VersionNumber, Box<str>), BTreeMap<Box<str>, Option<Option<u16>>>>;

/// So many texts of a fact are kept in mind.
const MOST_WORDS: usize = 10_000;

/// What a compiled version depends on: plan and version, whether claims may have others before them, what is given.
type Key = (PlanIndex, VersionIndex, bool, Arena<Slot, Presence>);

/// The number of a version among those of all plans.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct VersionNumber(u32);

/// A plan whose members have accounts in columns.
#[derive(Debug)]
pub(super) struct Prepared<'c> {
    id: &'c str,
    pub(super) versions: &'c [Plan],
    /// The first and the last day of each version, as day numbers.
    effective: Arena<VersionIndex, (i32, i32)>,
    /// Its number among those of all plans.
    numbers: Arena<VersionIndex, VersionNumber>,
    /// As it is needed.
    formulas: Arena<VersionIndex, OnceLock<Formula>>,
    /// `None` if the plan cannot be read by columns.
    ledger: OnceLock<Option<Ledger>>,
}

/// What the members' accounts under a plan hold.
#[derive(Debug)]
pub(super) struct Ledger {
    /// All that a version reads of earlier claims.
    pub(super) tallies: Arena<TallyIndex, Tally>,
    /// The places of its entries.
    places: Arena<VersionIndex, Arena<EntryIndex, u32>>,
}

/// A running sum over the earlier claims of a scope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Tally {
    pub(super) entry: Entry,
    pub(super) scope: Scope,
    /// Of the sums, after the point.
    pub(super) places: u32,
}

/// The amounts that benefits start from have at least so many places in the output, whatever the plans.
const LEAST_GROSS_PLACES: u32 = 8;

impl<'c> Plans<'c> {
    pub(crate) fn of(catalog: &'c Catalog, vocabulary: &Vocabulary) -> Plans<'c> {
        let all: Vec<&Plan> = catalog.plans().collect();
        let mut prepared: Vec<Prepared<'c>> = Vec::new();
        for (number, plan) in (0..).map(VersionNumber).zip(&all) {
            match prepared.last_mut().filter(|last| last.id == plan.id()) {
                Some(last) => _ = last.numbers.push(number),
                None => prepared.push(Prepared::of(plan.id(), catalog.versions(plan.id()), number)),
            }
        }
        let joint_limits = catalog.joint_limits();
        let joint = |prepared: &Prepared<'_>| {
            let least = joint_limits.least_over(prepared.id)?;
            // of what does not fit a column nothing is known to lie below it
            Some((joint_limits.turn_of(prepared.id)?, fen(least).unwrap_or(0)))
        };
        let prepared: Arena<PlanIndex, Prepared<'c>> = prepared.into();
        let joint = prepared.iter().map(joint).collect();
        let gross_places = prepared.iter().map(Prepared::gross_places).fold(LEAST_GROSS_PLACES, u32::max);
        Plans {
            catalog,
            vocabulary: vocabulary.clone(),
            all,
            prepared,
            joint,
            gross_places,
            compiled: Mutex::default(),
            words: Mutex::default(),
        }
    }

    /// Whether nothing but the event date and the id order the claims under a plan: of a rejected row no other date is known.
    pub(super) fn is_ordered_by_event_date_alone(&self, plan: PlanIndex) -> bool {
        let order = self.catalog.order_of(self.prepared[plan].id);
        self.catalog.order() == Order::ByEvent && *order == *order::BY_EVENT_DATE
    }

    /// What orders the claims under each plan.
    pub(super) fn order_rules(&self) -> impl Iterator<Item = &OrderRule> {
        self.prepared.iter().map(|prepared| self.catalog.order_of(prepared.id))
    }

    /// The plans of another catalog with the same facts.
    pub(crate) fn under<'d>(&self, catalog: &'d Catalog) -> Plans<'d> {
        Plans::of(catalog, &self.vocabulary)
    }

    /// The places of the amounts that benefits start from, enough for every plan of the catalog.
    pub(super) fn gross_places(&self) -> u32 {
        self.gross_places
    }

    /// The number of a plan's version among those of all plans.
    pub(super) fn version_number(&self, plan: PlanIndex, version: VersionIndex) -> VersionNumber {
        self.prepared[plan].numbers[version]
    }

    /// The same of a version that the exact reading names.
    pub(super) fn number_of_version(&self, decided_by: &PlanReference) -> Option<VersionNumber> {
        let mut all = (0..).map(VersionNumber).zip(&self.all);
        all.find(|(_, plan)| **plan.reference() == *decided_by).map(|(number, _)| number)
    }

    /// The version of this number.
    pub(super) fn version(&self, VersionNumber(number): VersionNumber) -> Option<&'c Plan> {
        usize::try_from(number).ok().and_then(|number| self.all.get(number)).copied()
    }

    pub(crate) fn catalog(&self) -> &'c Catalog {
        self.catalog
    }

    pub(super) fn vocabulary(&self) -> &Vocabulary {
        &self.vocabulary
    }

    /// The code of another value that a plan reads in a text, if it does; `None` where the text cannot be decided.
    pub(super) fn word(&self, plan: &Plan, fact: &PlanFact, text: &str) -> Option<Option<u16>> {
        let key = (self.number_of_version(plan.reference())?, fact.name.clone());
        let mut words = self.words.lock().unwrap_or_else(PoisonError::into_inner);
        let words = words.entry(key).or_default();
        if let Some(word) = words.get(text) {
            return *word;
        }
        let read = fact.word(text).ok();
        let word = read.map(|meant| meant.map(|value| self.vocabulary.code(&fact.name, value)));
        if words.len() >= MOST_WORDS {
            words.clear();
        }
        words.insert(text.into(), word);
        word
    }

    /// The number of a plan.
    pub(super) fn number_of(&self, id: &str) -> Option<PlanIndex> {
        self.prepared.search_by(|prepared| prepared.id.cmp(id))
    }

    pub(super) fn prepared(&self, plan: PlanIndex) -> &Prepared<'c> {
        &self.prepared[plan]
    }

    /// Whether a joint limit is over one of the plans.
    pub(super) fn has_joint_limits(&self) -> bool {
        self.joint.iter().any(Option::is_some)
    }

    /// When joint limits serve the plan; none if there is none over it.
    pub(super) fn turn_of(&self, plan: PlanIndex) -> Option<Turn> {
        self.joint[plan].map(|(turn, _)| turn)
    }

    /// The least joint limit over the plan, in fen. Amounts that are no more in all are not cut by any.
    pub(super) fn least_joint_limit(&self, plan: PlanIndex) -> Option<i64> {
        self.joint[plan].map(|(_, least)| least)
    }

    /// Whether a version of the plan pends claims that hang on an open one.
    pub(super) fn holds_open_claims(&self, plan: PlanIndex) -> bool {
        self.prepared(plan).versions.iter().any(|version| version.holds_open_claims)
    }

    /// The programs of a version for what is given; `None` where columns cannot be proven to fit.
    pub(super) fn answers(
        &self,
        plan: PlanIndex,
        version: VersionIndex,
        earlier: bool,
        presence: Arena<Slot, Presence>,
    ) -> Option<Arc<Answers>> {
        let key = (plan, version, earlier, presence);
        let mut compiled = self.compiled.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(answers) = compiled.get(&key) {
            return answers.clone();
        }
        let answers = self.compile(&key).map(Arc::new);
        compiled.insert(key, answers.clone());
        answers
    }

    fn compile(&self, (plan, version, earlier, presence): &Key) -> Option<Answers> {
        let prepared = self.prepared(*plan);
        let places = &prepared.ledger(&self.vocabulary)?.places[*version];
        let (plan, formula) = prepared.formula(*version);
        let given = lower::Given { codes: &self.vocabulary, presence, places, earlier: *earlier };
        Answers::compile(plan, formula, given).ok()
    }
}

impl<'c> Prepared<'c> {
    fn of(id: &'c str, versions: &'c [Plan], first: VersionNumber) -> Prepared<'c> {
        let effective = versions.iter().map(Plan::effective);
        let effective =
            effective.map(|held| (day_number(held.from), held.until.map_or(i32::MAX, day_number))).collect();
        let formulas = versions.iter().map(|_| OnceLock::new()).collect();
        Prepared { id, versions, effective, numbers: vec![first].into(), formulas, ledger: OnceLock::new() }
    }

    /// A version as its formula.
    fn formula(&self, version: VersionIndex) -> (&'c Plan, &Formula) {
        let plan = self.version(version);
        (plan, self.formulas[version].get_or_init(|| Formula::of(plan)))
    }

    /// The most places that an amount can have from which a benefit starts.
    fn gross_places(&self) -> u32 {
        let formulas = self.formulas.indexes().map(|version| self.formula(version));
        let places = formulas.flat_map(|(plan, formula)| {
            let stated = AsStated(plan);
            let extents = Extents::of(plan, formula, &stated, &places_of_priors(plan, formula, &stated));
            formula.benefits.iter().map(move |waterfall| extents.places(waterfall.gross))
        });
        places.fold(0, u32::max)
    }

    /// The version at its place.
    #[expect(clippy::indexing_slicing, reason = "the places of versions are those of this list")]
    pub(super) fn version(&self, version: VersionIndex) -> &'c Plan {
        &self.versions[version.0]
    }

    /// The version of this name.
    pub(super) fn named(&self, name: &str) -> Option<VersionIndex> {
        self.versions.iter().position(|plan| plan.version() == name).map(VersionIndex)
    }

    /// The plan's id.
    pub(super) fn id(&self) -> &'c str {
        self.id
    }

    /// What accounts hold, at the places that suit all versions; `None` if the plan cannot be read by columns.
    pub(super) fn ledger(&self, vocabulary: &Vocabulary) -> Option<&Ledger> {
        self.ledger.get_or_init(|| Ledger::of(self, vocabulary).ok()).as_ref()
    }

    /// The version that decides, as the catalog resolves it.
    pub(super) fn version_on(&self, event: i32, coverage_start: i32) -> Option<VersionIndex> {
        let day = match self.versions.last()?.effective().by {
            EffectiveBy::CoverageStart => coverage_start,
            EffectiveBy::EventDate => event,
        };
        self.effective.position(|(from, until)| (*from..=*until).contains(&day))
    }
}

impl Ledger {
    fn of(prepared: &Prepared<'_>, vocabulary: &Vocabulary) -> Result<Ledger, TooWide> {
        let versions = prepared.versions;
        let of_version = |version: VersionIndex| {
            let (plan, formula) = prepared.formula(version);
            ledger(plan, formula, vocabulary)
        };
        let ledgers = prepared.formulas.indexes().map(of_version).collect::<Result<Vec<_>, TooWide>>()?;
        let mut finest: BTreeMap<&Entry, u32> = BTreeMap::new();
        for (plan, ledger) in versions.iter().zip(&ledgers) {
            for (stated, places) in plan.entries.iter().zip(&ledger.places) {
                let sofar = finest.entry(&stated.entry).or_default();
                *sofar = (*sofar).max(*places);
            }
        }
        // An entry without places would be none of the plan's: then columns do not read it.
        let places_of = |entry: &Entry| finest.get(entry).copied().ok_or(TooWide);
        let mut tallies: Vec<Tally> = Vec::new();
        for (plan, ledger) in versions.iter().zip(&ledgers) {
            for prior in &ledger.priors {
                let entry = plan.entry(prior.entry).entry.clone();
                let tally = Tally { places: places_of(&entry)?, entry, scope: prior.scope };
                if !tallies.contains(&tally) {
                    tallies.push(tally);
                }
            }
        }
        let of_version = |plan: &Plan| plan.entries.iter().map(|stated| places_of(&stated.entry)).collect();
        Ok(Ledger { tallies: tallies.into(), places: versions.iter().map(of_version).collect::<Result<_, TooWide>>()? })
    }

    /// The tally that a prior of this version reads.
    pub(super) fn tally_of(&self, plan: &Plan, prior: Prior) -> Option<TallyIndex> {
        let entry = &plan.entry(prior.entry).entry;
        self.tallies.position(|tally| tally.scope == prior.scope && tally.entry == *entry)
    }
}

impl Codes for Vocabulary {
    fn code(&self, fact: &str, value: &str) -> Option<u16> {
        Some(Vocabulary::code(self, fact, value)).filter(|code| *code > 0)
    }

    fn highest(&self, fact: &str) -> u16 {
        Vocabulary::highest(self, fact)
    }
}
