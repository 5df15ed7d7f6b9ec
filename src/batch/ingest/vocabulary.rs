//! The facts that columns may hold, with the values of categories as small numbers.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::batch::Input;
use crate::batch::headings::id_called;
use crate::batch::ingest::columns::{holder, is_id, other};
use crate::catalog::Catalog;
use crate::error::Error;
use crate::fact::{Holder, Kind, STANDARD, StandardFact};
use crate::plan::{Plan, PlanFact, Symbols};
use crate::spelling;
use crate::text::say;
use crate::titles::{Called, Titles};

/// Columns that are no facts, by the input that has them.
pub(super) const RESERVED: [&str; 7] =
    ["row", "claim_id", "enrollment_id", "reverses", "member_id", "plan", "plan_version"];

/// Every fact that some plan may be asked about: the standard ones, and those of the packs' own.
#[derive(Debug, Clone)]
pub(crate) struct Vocabulary {
    facts: BTreeMap<String, KnownFact>,
    titles: Titles,
    plans: Arc<PlanTitles>,
}

/// The plans by their titles.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct PlanTitles {
    ids: BTreeSet<Box<str>>,
    /// By folded title; none where several go by one.
    titled: BTreeMap<String, Option<String>>,
}

impl PlanTitles {
    fn of(catalog: &Catalog) -> PlanTitles {
        let titles = catalog.plans().flat_map(|plan| [&plan.title().zh, &plan.title().en]);
        let folded = titles.map(|title| (spelling::fold(title), catalog.plan_called(title).map(str::to_owned)));
        PlanTitles { titled: folded.collect(), ids: catalog.plan_ids().map(Box::from).collect() }
    }

    /// The plan that goes by a title; none where the text is an id, or no title.
    pub(super) fn plan(&self, called: &str) -> Option<&str> {
        // Nearly every text is an id, and to fold one takes ten times as long.
        if self.ids.contains(called) {
            return None;
        }
        self.titled.get(&spelling::fold(called))?.as_deref()
    }
}

/// The column that people call so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Meant<'v> {
    Name(&'v str),
    /// One of several.
    Any(Vec<&'v str>),
    Stranger,
}

/// What ingest needs to know of a fact.
#[derive(Debug, Clone)]
pub(super) struct KnownFact {
    pub(super) holder: Holder,
    pub(super) kind: Kind,
    pub(super) standard: Option<&'static StandardFact>,
    /// The values that some plan tells apart, sorted; the place of one, counted from 1, is its code.
    pub(super) values: Vec<Box<str>>,
    /// The same of an open category, plan by plan, with their spellings; plans that tell the same apart stand once.
    pub(super) lexicons: Vec<Symbols>,
    /// The plan that it was first seen in; empty for a standard fact.
    plan: String,
}

impl Vocabulary {
    /// The facts of all versions of all plans.
    ///
    /// # Errors
    /// If two plans have own facts of one name and different meaning, or one that a column cannot be named after.
    pub(crate) fn of(catalog: &Catalog) -> Result<Vocabulary, Error> {
        let mut facts: BTreeMap<String, KnownFact> =
            STANDARD.iter().map(|fact| (fact.name.to_owned(), KnownFact::standard(fact))).collect();
        let mut titles = Titles::standard();
        let mut values: BTreeMap<String, BTreeSet<Box<str>>> = STANDARD
            .iter()
            .map(|fact| (fact.name.to_owned(), fact.values.iter().copied().map(Box::from).collect()))
            .collect();
        for plan in catalog.plans() {
            for fact in &plan.facts {
                match facts.get(&*fact.name) {
                    Some(known) => known.agrees(fact, plan)?,
                    None => {
                        facts.insert(fact.name.to_string(), KnownFact::own(fact, plan)?);
                    }
                }
                titles.add(fact.holder, &fact.name, &fact.title);
                let symbols = fact.symbols.iter().map(|symbol| symbol.name.clone());
                values.entry(fact.name.to_string()).or_default().extend(symbols);
                if let Some(known) = facts.get_mut(&*fact.name).filter(|_| fact.is_worded())
                    && !known.lexicons.contains(&fact.symbols)
                {
                    known.lexicons.push(fact.symbols.clone());
                }
            }
        }
        for (name, values) in values {
            if u16::try_from(values.len()).is_err() {
                return Err(Error::columns(say!(
                    "`{name}` 的取值超过 65535 个",
                    "`{name}` has more than 65535 values"
                )));
            }
            if let Some(fact) = facts.get_mut(&name) {
                fact.values = values.into_iter().collect();
            }
        }
        Ok(Vocabulary { facts, titles, plans: Arc::new(PlanTitles::of(catalog)) })
    }

    /// The code of a category's value; 0 if no plan tells it apart from others.
    #[must_use]
    pub(crate) fn code(&self, fact: &str, text: &str) -> u16 {
        self.facts.get(fact).map_or(0, |known| known.code(text))
    }

    /// The value that a code stands for; `None` for 0 and for what is no code of the fact.
    #[must_use]
    pub(crate) fn text(&self, fact: &str, code: u16) -> Option<&str> {
        let place = usize::from(code).checked_sub(1)?;
        self.facts.get(fact)?.values.get(place).map(|value| &**value)
    }

    /// The highest code of a fact.
    pub(crate) fn highest(&self, fact: &str) -> u16 {
        self.facts.get(fact).map_or(0, |known| u16::try_from(known.values.len()).unwrap_or(u16::MAX))
    }

    /// What the values of a fact are.
    pub(crate) fn kind(&self, fact: &str) -> Option<Kind> {
        self.facts.get(fact).map(|known| known.kind)
    }

    /// The facts of this kind.
    pub(crate) fn names_of(&self, kind: Kind) -> impl Iterator<Item = &str> {
        self.facts.iter().filter(move |(_, fact)| fact.kind == kind).map(|(name, _)| name.as_str())
    }

    /// The column of an input that is called so: by its name, by what queries call it, or by a title.
    pub(super) fn meant_by<'v>(&'v self, input: Input, called: &'v str) -> Meant<'v> {
        let name = StandardFact::meant_by(called);
        if self.facts.contains_key(name) || RESERVED.contains(&name) {
            return Meant::Name(name);
        }
        let (own, other) = (holder(input), holder(other(input)));
        let id = id_called(called);
        if let Some(id) = id.filter(|id| is_id(input, id)) {
            return Meant::Name(id);
        }
        match (self.titles.find(own, called), id, self.titles.find(other, called)) {
            (Called::One(name), ..) | (Called::Nothing, None, Called::One(name)) => Meant::Name(name),
            (Called::Any(names), ..) => Meant::Any(names),
            (Called::Nothing, Some(id), _) => Meant::Name(id),
            (Called::Nothing, None, Called::Any(_) | Called::Nothing) => Meant::Stranger,
        }
    }

    /// The column of enrollments that is called so: an id, the plan, or a fact of the enrollment.
    pub(crate) fn column_of_enrollments(&self, called: &str) -> Option<&str> {
        let Meant::Name(name) = self.meant_by(Input::Enrollments, called) else { return None };
        let name = RESERVED.into_iter().find(|known| *known == name).or_else(|| {
            let (name, fact) = self.facts.get_key_value(name)?;
            (fact.holder == Holder::Enrollment).then_some(name.as_str())
        })?;
        is_of_enrollments(name).then_some(name)
    }

    /// The column of an input whose title is a part of what another is called.
    pub(super) fn near_title(&self, input: Input, called: &str) -> Option<&str> {
        self.titles.near(holder(input), called)
    }

    /// Whether a column of an input that is called so is the one of this name.
    pub(crate) fn is_name(&self, input: Input, called: &str, name: &str) -> bool {
        self.meant_by(input, called) == Meant::Name(name)
    }

    /// Whether some column is called so.
    pub(crate) fn knows(&self, called: &str) -> bool {
        let name = StandardFact::meant_by(called);
        self.facts.contains_key(name)
            || RESERVED.contains(&name)
            || id_called(called).is_some()
            || self.titles.knows(called)
    }

    /// The plans by their titles.
    pub(super) fn plans(&self) -> Arc<PlanTitles> {
        Arc::clone(&self.plans)
    }

    pub(super) fn fact(&self, name: &str) -> Option<&KnownFact> {
        self.facts.get(name)
    }

    /// The names of all facts of a holder.
    pub(super) fn names(&self, holder: Holder) -> impl Iterator<Item = &str> {
        self.facts.iter().filter(move |(_, fact)| fact.holder == holder).map(|(name, _)| name.as_str())
    }
}

fn is_of_enrollments(name: &str) -> bool {
    !["row", "claim_id", "reverses"].contains(&name)
}

impl KnownFact {
    fn standard(fact: &'static StandardFact) -> KnownFact {
        let StandardFact { holder, kind, .. } = *fact;
        KnownFact { holder, kind, standard: Some(fact), values: Vec::new(), lexicons: Vec::new(), plan: String::new() }
    }

    fn own(fact: &PlanFact, plan: &Plan) -> Result<KnownFact, Error> {
        let (name, id) = (&fact.name, plan.id());
        if RESERVED.contains(&&**name) {
            return Err(Error::columns(say!(
                "计划 `{id}` 的自有事实 `{name}` 与批量输入的固有列同名，无法成为一列",
                "the fact `{name}` of the plan `{id}` cannot be a column: every batch has another column of that name"
            )));
        }
        let PlanFact { holder, kind, .. } = *fact;
        Ok(KnownFact { holder, kind, standard: None, values: Vec::new(), lexicons: Vec::new(), plan: id.to_owned() })
    }

    /// A column has one meaning, whichever plan reads it.
    fn agrees(&self, fact: &PlanFact, plan: &Plan) -> Result<(), Error> {
        if (self.holder, self.kind) == (fact.holder, fact.kind) {
            return Ok(());
        }
        let (name, first, second) = (&fact.name, &self.plan, plan.id());
        Err(Error::columns(say!(
            "计划 `{first}` 与 `{second}` 的自有事实 `{name}` 类型或归属不同，不能共用一列",
            "`{name}` is one fact in the plan `{first}` and another in `{second}`: they differ in `type` or `of`, \
             so one column cannot hold both"
        )))
    }

    /// The code of a value; 0 if no plan tells it apart from others.
    pub(super) fn code(&self, text: &str) -> u16 {
        let found = self.values.binary_search_by(|value| (**value).cmp(text));
        found.ok().and_then(|place| u16::try_from(place.saturating_add(1)).ok()).unwrap_or(0)
    }
}
