//! The plans of a catalog made ready for columns: compiled where they are needed, once.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use crate::accumulator::Entry;
use crate::batch::door::Vocabulary;
use crate::catalog::Catalog;
use crate::plan::Plan;
use crate::plan::expression::Prior;
use crate::reading::columns::answer::{Answers, ledger};
use crate::reading::columns::record::{Codes, Presence};
use crate::scope::Scope;

/// All plans of a catalog, with what the values of categories are called.
pub(crate) struct Plans<'c> {
    catalog: &'c Catalog,
    vocabulary: &'c Vocabulary,
    /// Sorted by id.
    prepared: Vec<Prepared<'c>>,
    compiled: Mutex<BTreeMap<Key, Option<Arc<Answers>>>>,
}

/// What a compiled version depends on: plan and version, whether claims may have others before them, what is given.
type Key = (usize, usize, bool, Vec<Presence>);

/// A plan whose members have accounts in columns.
#[derive(Debug)]
pub(super) struct Prepared<'c> {
    id: &'c str,
    pub(super) versions: &'c [Plan],
    /// All that a version reads of earlier claims.
    pub(super) tallies: Vec<Tally>,
    /// By version: the places of its ledger's entries; `None` if the plan can not be read by columns.
    places: Option<Vec<Vec<u32>>>,
}

/// A running sum over the earlier claims of a scope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Tally {
    pub(super) entry: Entry,
    pub(super) scope: Scope,
}

impl<'c> Plans<'c> {
    pub(crate) fn of(catalog: &'c Catalog, vocabulary: &'c Vocabulary) -> Plans<'c> {
        let ids: BTreeSet<&str> = catalog.plans().map(Plan::id).collect();
        let prepared = ids.into_iter().map(|id| Prepared::of(id, catalog.versions(id), vocabulary)).collect();
        Plans { catalog, vocabulary, prepared, compiled: Mutex::default() }
    }

    pub(super) fn catalog(&self) -> &'c Catalog {
        self.catalog
    }

    pub(super) fn vocabulary(&self) -> &'c Vocabulary {
        self.vocabulary
    }

    /// The number of a plan.
    pub(super) fn number_of(&self, id: &str) -> Option<usize> {
        self.prepared.binary_search_by(|prepared| prepared.id.cmp(id)).ok()
    }

    pub(super) fn prepared(&self, plan: usize) -> Option<&Prepared<'c>> {
        self.prepared.get(plan)
    }

    /// The programs of a version for what is given; `None` where columns can not be proven to fit.
    pub(super) fn answers(
        &self,
        plan: usize,
        version: usize,
        earlier: bool,
        presence: Vec<Presence>,
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
        let prepared = self.prepared.get(*plan)?;
        let places = prepared.places.as_ref()?.get(*version)?;
        Answers::compile(prepared.versions.get(*version)?, self.vocabulary, presence, places, *earlier).ok()
    }
}

impl<'c> Prepared<'c> {
    fn of(id: &'c str, versions: &'c [Plan], vocabulary: &Vocabulary) -> Prepared<'c> {
        let ledgers: Option<Vec<(Vec<u32>, Vec<Prior>)>> =
            versions.iter().map(|plan| ledger(plan, vocabulary).ok()).collect();
        let Some(ledgers) = ledgers else { return Prepared { id, versions, tallies: Vec::new(), places: None } };
        let mut tallies: Vec<Tally> = Vec::new();
        let mut finest: BTreeMap<&Entry, u32> = BTreeMap::new();
        for (plan, (places, priors)) in versions.iter().zip(&ledgers) {
            for (stated, places) in plan.entries.iter().zip(places) {
                let sofar = finest.entry(&stated.entry).or_default();
                *sofar = (*sofar).max(*places);
            }
            for prior in priors {
                let tally = Tally { entry: plan.entry(prior.entry).entry.clone(), scope: prior.scope };
                if !tallies.contains(&tally) {
                    tallies.push(tally);
                }
            }
        }
        let of_version = |plan: &Plan| {
            let entries = plan.entries.iter();
            entries.map(|stated| finest.get(&stated.entry).copied().unwrap_or_default()).collect()
        };
        Prepared { id, versions, places: Some(versions.iter().map(of_version).collect()), tallies }
    }

    pub(super) fn is_readable(&self) -> bool {
        self.places.is_some()
    }

    /// The tally that a prior of this version reads.
    pub(super) fn tally_of(&self, plan: &Plan, prior: Prior) -> Option<usize> {
        let entry = &plan.entry(prior.entry).entry;
        self.tallies.iter().position(|tally| tally.scope == prior.scope && tally.entry == *entry)
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
