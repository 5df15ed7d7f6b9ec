//! The sections of a pack to a plan.

mod benefits;
mod facts;
mod identities;
mod premium;
mod sums;
mod tables;
mod terms;

use super::resolve::{Counted, Declared, DeclaredValue, Named, Resolver, ValueState, expression, literal};
use super::syntax::{Literal, Syntax, Term, Unit, Words};
use crate::accumulator::Measure;
use crate::arena::{Arena, Index};
use crate::code::Code;
use crate::diagnostic::{Findings, Span, did_you_mean};
use crate::document::Node;
use crate::fact::{Kind, STANDARD, StandardFact};
use crate::pack::resolve::{Extent, MAX_PARTS};
use crate::plan::expression::{
    BenefitIndex, ConditionIndex, Date, EntryIndex, LimitIndex, MAX_FACTS, Number, PayerIndex, StepIndex, TableIndex,
    Truth,
};
use crate::plan::parts::{Parts, Shared};
use crate::plan::{
    AllAssumed, Assumed, Benefit, Citation, Condition, Figures, Limit, Origin, Plan, PlanReference, Provenance, Slab,
    Spelled, Table, Values, Waiting,
};

use crate::scope::Scope;
use crate::text::{Language, Text, say};
use rust_decimal::Decimal;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The sections whose entries share one namespace.
const NAMING_SECTIONS: [&str; 7] = ["figure", "fact", "table", "list", "bands", "value", "waiting"];

/// Bands have at most so many rows.
pub const MAX_BANDS: usize = 100;

/// Where the parts of a plan stand in the file.
#[derive(Debug, Default)]
pub(super) struct Places {
    pub(super) conditions: Arena<ConditionIndex, Span>,
    pub(super) whens: Arena<BenefitIndex, Span>,
    pub(super) grosses: Arena<BenefitIndex, Span>,
    pub(super) steps: Arena<BenefitIndex, Arena<StepIndex, Span>>,
    /// The conditions of steps.
    pub(super) step_whens: BTreeMap<(BenefitIndex, StepIndex), Span>,
    pub(super) limits: Arena<LimitIndex, Span>,
    pub(super) plan: Span,
    pub(super) union_pays: Span,
    pub(super) price: Span,
    /// The conditions of enrolling.
    pub(super) admissions: Vec<Span>,
    pub(super) payers: Arena<PayerIndex, premium::PayerPlaces>,
    /// Numbers that must be whole.
    pub(super) counted: Vec<Counted>,
    /// The expression of most parts, and how many it has.
    pub(super) largest: (u64, Span),
}

/// A plan of the root table, whose shape was checked; `None` where something was reported.
pub(super) fn build(
    root: &Node,
    fingerprint: String,
    sums: &BTreeSet<Arc<str>>,
    findings: Findings,
) -> (Option<(Plan, Places)>, Resolver) {
    let mut named_nodes = BTreeMap::new();
    for entry in NAMING_SECTIONS.into_iter().filter_map(|section| root.get(section)).flat_map(Node::entries) {
        named_nodes.entry(entry.key.as_str()).or_insert(&entry.node);
    }
    let mut builder = Builder {
        root,
        named_nodes,
        resolver: Resolver::new(findings),
        places: Places::default(),
        figures: Figures::default(),
        tables: Arena::new(),
        some_shares_count: None,
    };
    let plan = builder.plan(fingerprint, sums);
    let Builder { mut resolver, mut places, .. } = builder;
    places.counted = std::mem::take(&mut resolver.counted);
    places.largest = resolver.largest.clone().unwrap_or_default();
    (plan.map(|plan| (plan, places)), resolver)
}

struct Builder<'n> {
    root: &'n Node,
    /// What is declared by name, in the first section that has the name.
    named_nodes: BTreeMap<&'n str, &'n Node>,
    resolver: Resolver,
    places: Places,
    figures: Figures,
    tables: Arena<TableIndex, Table>,
    /// What every benefit needs besides its own conditions.
    some_shares_count: Option<Spelled<Truth>>,
}

impl<'n> Builder<'n> {
    fn plan(&mut self, fingerprint: String, sums: &BTreeSet<Arc<str>>) -> Option<Plan> {
        let head = self.root.get("plan");
        self.places.plan = head.and_then(|head| head.get("id")).map(|id| id.span.clone()).unwrap_or_default();
        self.name_benefits();
        self.declare_what_is_no_table();
        if let Some(none) = self.root.get("benefit").filter(|node| node.is_empty_list()) {
            let message = say!("规则包没有待遇", "the pack has no benefit");
            let help = say!("至少写一项 `[[benefit]]`", "write at least one `[[benefit]]`");
            self.resolver.findings.report(Code::BadValue, &none.span, message).help_with([help]);
        }
        self.declare_figures();
        self.declare_facts();
        self.declare_tables();
        self.declare_lists();
        let (slab_nodes, ladders) = self.declare_bands();
        let waiting_nodes = self.declare_waitings();
        self.declare_values();
        self.declare_slab_keys(&slab_nodes);
        let event_date = self.resolver.slot("event_date")?;
        let coverage_start = self.resolver.slot("coverage_start")?;
        let terms = self.terms();
        let slabs: Vec<Option<Slab>> =
            slab_nodes.indexed().map(|(index, declared)| self.slab(index, *declared)).collect();
        let waitings: Vec<Option<Waiting>> =
            waiting_nodes.into_iter().map(|(name, node)| self.waiting(&name, node)).collect();
        let values = self.values();
        let mut conditions: Vec<Option<Condition>> = self.items("condition").map(|node| self.condition(node)).collect();
        let effective = head.and_then(|head| head.get("effective")).and_then(|node| self.effective(node));
        let order = self.order_of_claims(head.and_then(|head| head.get("order")));
        let rounding = head.and_then(|head| head.get("rounding")).and_then(|node| self.rounding(node));
        let of_the_plan = rounding.as_ref().map(|(rounding, _)| *rounding);
        let benefits = self.resolver.benefits.indexes().zip(self.items("benefit"));
        let benefits: Vec<Option<Benefit>> =
            benefits.map(|(index, node)| self.benefit(index, node, of_the_plan)).collect();
        let limits: Vec<Option<Limit>> = self.items("limit").map(|node| self.limit(node)).collect();
        self.check_promise_names();
        self.post_every_sum(sums);
        let rule_facts = self.resolver.rule_facts.iter().copied().collect();
        conditions.extend(self.standing_conditions(terms.as_ref()));
        let identities = self.identities();
        self.post_every_benefit();
        self.check_unused();
        self.check_counts();
        let (mut limits, mut benefits): (Arena<LimitIndex, Limit>, Arena<BenefitIndex, Benefit>) =
            (whole(limits)?, whole(benefits)?);
        benefits::count_at_the_outermost(&mut limits, &mut benefits);
        let (_, rounding_citation) = rounding?;
        let mut posting_order: Vec<EntryIndex> = self.resolver.entries.indexes().collect();
        posting_order.sort_by_key(|index| self.resolver.entries[*index].entry.clone());
        let slot_of = |index| self.resolver.facts.position(|fact| fact.standard == Some(index));
        let standard_slots = StandardFact::indexed().map(|(index, _)| slot_of(index)).collect();
        let facts = self.resolver.facts.indexed();
        let own_facts = facts.clone().filter(|(_, fact)| fact.standard.is_none()).map(|(slot, _)| slot).collect();
        let worded = facts.filter(|(_, fact)| fact.is_worded()).map(|(slot, _)| slot).collect();
        let mut plan = Plan {
            reference: Arc::new(PlanReference {
                id: head?.get("id")?.text()?.to_owned(),
                version: head?.get("version").and_then(Node::text).unwrap_or("1").to_owned(),
                fingerprint,
            }),
            title: title(head?)?,
            effective: effective?,
            terms: terms?,
            order: order?,
            holds_duplicates: head?.get("duplicates").and_then(Node::text) == Some("pend"),
            facts: std::mem::take(&mut self.resolver.facts),
            figures: std::mem::take(&mut self.figures),
            tables: std::mem::take(&mut self.tables),
            slabs: whole(slabs)?,
            ladders: whole(ladders)?,
            values: values?,
            waitings: whole(waitings)?,
            conditions: whole(conditions)?,
            benefits,
            limits,
            entries: std::mem::take(&mut self.resolver.entries),
            posting_order,
            identities: identities.into(),
            event_date,
            coverage_start,
            rounding_citation,
            holds_open_claims: head?.get("earlier_open").and_then(Node::text) == Some("pend"),
            own_facts,
            kin_facts: Arc::default(),
            worded,
            standard_slots,
            rule_facts,
            promises: Vec::new(),
            parts: 0,
            shared: Shared::default(),
        };
        let Parts { count, shared } = Parts::of(&plan);
        (plan.parts, plan.shared) = (count, shared);
        self.resolver.findings.is_empty().then_some(plan)
    }

    fn items(&self, section: &str) -> impl Iterator<Item = &'n Node> + use<'n> {
        let root = self.root;
        root.get(section).into_iter().flat_map(Node::items)
    }

    /// The entries of a section that are tables, each with its name.
    fn named(&self, section: &str) -> impl Iterator<Item = (&'n str, &'n Span, &'n Node)> + use<'n> {
        let root = self.root;
        let entries = root.get(section).into_iter().flat_map(Node::entries).filter(|entry| entry.node.is_table());
        entries.map(|entry| (entry.key.as_str(), &entry.key_span, &entry.node))
    }

    /// What should be a table, and is none, has a name all the same; of a section that is none no name is known.
    fn declare_what_is_no_table(&mut self) {
        let root = self.root;
        for section in NAMING_SECTIONS.into_iter().filter_map(|section| root.get(section)) {
            self.resolver.has_unread_names |= !section.is_table();
            for entry in section.entries().iter().filter(|entry| !entry.node.is_table()) {
                self.declare(&entry.key, &entry.key_span, Named::Poisoned, BTreeSet::new());
            }
        }
    }

    fn read(&mut self, node: &Node) -> Option<Syntax> {
        let root = self.root;
        expression(node, &mut self.resolver.findings, &|title| name_titled(root, title))
    }

    fn read_literal(&mut self, node: &Node) -> Option<(Literal, Span)> {
        let syntax = literal(node, &mut self.resolver.findings)?;
        match syntax.term {
            Term::Number(literal) => Some((literal, syntax.span)),
            Term::Date(_) => {
                self.resolver.findings.report(
                    Code::TypeMismatch,
                    &syntax.span,
                    say!("此处应为数", "a number is expected here"),
                );
                None
            }
            Term::Name(_) | Term::Call(..) | Term::Binary(..) | Term::Within(..) | Term::Not(_) | Term::If(_) => None,
        }
    }

    /// A literal of one unit.
    fn amount(&mut self, node: &Node, unit: Unit) -> Option<Decimal> {
        let (literal, span) = self.read_literal(node)?;
        if literal.unit != unit {
            let (wanted, unit, found) = (unit, unit.said(), literal.unit.said());
            let fit = Literal { unit: wanted, percent: false, ..literal }.said();
            let message = say!("此处应为{unit}，却是{found}", "{unit} expected, {found} found"; unit, found);
            let help = say!("写作 `{fit}`", "write `{fit}`"; fit);
            self.resolver.findings.report(Code::UnitMismatch, &span, message).help_with([help]);
            return None;
        }
        Some(literal.number)
    }

    /// Takes a name in the one space of the pack's names; one that is taken may mean either, so what uses it is not to blame.
    fn declare(&mut self, name: &str, span: &Span, named: Named, assumed: BTreeSet<Assumed>) {
        let taken = self.resolver.names.contains_key(name)
            || self.resolver.own_facts.contains_key(name)
            || STANDARD.iter().any(|fact| fact.name == name);
        if taken {
            let message = say!("名称 `{name}` 已被使用", "the name `{name}` is taken");
            let help = say!(
                "数值、对照表、名单、分段、计算值、等待期与事实不可同名",
                "figures, tables, lists, bands, values, waiting periods and facts share one namespace"
            );
            self.resolver.findings.report(Code::DuplicateName, span, message).help_with([help]);
        }
        let named = if taken { Named::Poisoned } else { named };
        let assumed = self.resolver.assume(assumed);
        self.resolver.names.insert(name.to_owned(), Declared { span: span.clone(), named, assumed });
    }

    fn name_benefits(&mut self) {
        let items: Vec<&Node> = self.items("benefit").collect();
        for node in items {
            let id: Arc<str> = node.get("id").and_then(Node::text).unwrap_or_default().into();
            self.check_duplicate_id(node, self.resolver.benefit_places.contains_key(&id));
            let index = self.resolver.benefits.push(Arc::clone(&id));
            self.resolver.benefit_places.entry(id).or_insert(index);
        }
        for section in ["condition", "limit"] {
            let mut seen = BTreeSet::new();
            for node in self.items(section) {
                let id = node.get("id").and_then(Node::text).unwrap_or_default();
                self.check_duplicate_id(node, !seen.insert(id));
            }
        }
    }

    fn check_duplicate_id(&mut self, node: &Node, is_duplicate: bool) {
        if let Some(id) = node.get("id").filter(|_| is_duplicate) {
            let name = id.text().unwrap_or_default();
            let message = say!("编号 `{name}` 重复", "duplicate id `{name}`");
            self.resolver.findings.report(Code::DuplicateName, &id.span, message);
        }
    }

    /// `Some(None)` where the key is absent, `None` where it is wrong.
    fn optional<T>(
        &mut self,
        node: &Node,
        key: &str,
        by: impl FnOnce(&mut Self, &Node) -> Option<T>,
    ) -> Option<Option<T>> {
        match node.get(key) {
            None => Some(None),
            Some(node) => by(self, node).map(Some),
        }
    }

    fn number(&mut self, node: &Node, unit: Unit) -> Option<Number> {
        let syntax = self.read(node)?;
        self.resolver.guard(&syntax);
        self.resolver.number(&syntax, unit)
    }

    fn truth(&mut self, node: &Node) -> Option<Truth> {
        let syntax = self.read(node)?;
        self.resolver.guard(&syntax);
        self.resolver.truth(&syntax)
    }

    fn date(&mut self, node: &Node) -> Option<Date> {
        let syntax = self.read(node)?;
        self.resolver.date(&syntax)
    }

    fn declare_values(&mut self) {
        for (name, span, node) in self.named("value") {
            let syntax = node.get("is").and_then(|node| self.read(node));
            let named = match syntax {
                Some(syntax) => {
                    self.resolver.value_names.push(names_in(&syntax));
                    self.resolver.extents.push(Extent::default());
                    Named::Value(self.resolver.values.push((name.to_owned(), ValueState::Waiting(syntax))))
                }
                None => Named::Poisoned,
            };
            self.declare(name, span, named, assumption(name, node, None));
        }
    }

    /// Resolves every value, also those that nothing uses.
    fn values(&mut self) -> Option<Values> {
        let names: Arena<DeclaredValue, String> = self.resolver.values.iter().map(|(name, _)| name.clone()).collect();
        for (index, name) in names.indexed() {
            let was_used = self.resolver.used.contains(name);
            self.resolver.value(index, &self.places.plan);
            if !was_used {
                self.resolver.used.remove(name); // it may sum itself, which is no use of it
            }
            self.resolver.take_touched();
        }
        let titles = names.iter().map(|name| self.title_of(name)).collect();
        self.resolver.resolved_values(titles)
    }

    /// Closes an item: its clause, its provenance, and all that it assumes.
    fn citation(&mut self, node: &Node) -> Option<Citation> {
        let assumed = self.resolver.take_touched();
        let assumed = self.resolver.all_assumed(&assumed);
        Some(Citation { clause: node.get("clause")?.words().into(), provenance: provenance(node)?, assumed })
    }

    /// What is read, and what this part of an item alone stands on that is assumed.
    fn assumed_by<T>(&mut self, read: impl FnOnce(&mut Self) -> T) -> (T, AllAssumed) {
        let outer = std::mem::take(&mut self.resolver.touched);
        let read = read(self);
        let own = self.resolver.all_assumed(&self.resolver.touched);
        self.resolver.touched.extend(&outer);
        (read, own)
    }

    /// Promises name facts; what they promise is checked when the plan exists.
    fn check_promise_names(&mut self) {
        let Some(node) = self.root.get("promise") else { return };
        if let Some(name) = node.get("never_pays_more_than_borne")
            && let Some(found) = self.promised(name).and_then(Unit::of).filter(|unit| *unit != Unit::Yuan)
        {
            let found = found.said();
            let message = say!("此处应为元，却是{found}", "yuan expected, {found} found"; found);
            self.resolver.findings.report(Code::UnitMismatch, &name.span, message);
        }
        for node in node.get("monotone_in").map(Node::items).unwrap_or_default() {
            self.promised(node);
        }
    }

    /// The kind of a fact that a rule reads and of which there can be more.
    fn promised(&mut self, node: &Node) -> Option<Kind> {
        let name = node.text()?;
        let Some(kind) = self.resolver.facts.iter().find(|fact| &*fact.name == name).map(|fact| fact.kind) else {
            if !self.resolver.may_be_poisoned(name) {
                let help = did_you_mean(name, self.resolver.facts.iter().map(|fact| &*fact.name));
                let message = say!("规则中没有用到事实 `{name}`", "no rule reads a fact named `{name}`");
                self.resolver.findings.report(Code::UnknownName, &node.span, message).help_with(help);
            }
            return None;
        };
        if matches!(kind, Kind::Date | Kind::Category) {
            let kind = kind.said();
            let message = say!("{kind}没有多少之分", "a fact of type {kind} cannot be more"; kind);
            self.resolver.findings.report(Code::TypeMismatch, &node.span, message);
        }
        Some(kind)
    }

    /// Later versions may count what this one does not, so every benefit posts.
    fn post_every_benefit(&mut self) {
        for benefit in self.resolver.benefits.indexes() {
            for measure in [Measure::Paid, Measure::Count] {
                self.resolver.prior(measure, benefit, Scope::Life);
            }
        }
    }

    /// What another version sums over earlier claims is posted by this one, or those that it has decided would count as nothing there.
    fn post_every_sum(&mut self, sums: &BTreeSet<Arc<str>>) {
        let place = self.places.plan.clone();
        for name in sums {
            if self.resolver.first_fact(name).is_some() || self.resolver.names.contains_key(&**name) {
                self.resolver.prior_sum(name, &place, Scope::Life);
            } else {
                let message = say!(
                    "同一计划的另一版本对 `{name}` 求和，而本版本没有此项",
                    "another version of the plan sums `{name}` over earlier claims, and this one does not know it"
                );
                let help = say!(
                    "在本版本中也声明 `{name}`，此前的理赔才有数可计",
                    "declare `{name}` here too, so that earlier claims have a number to count"
                );
                self.resolver.findings.report(Code::UnknownName, &place, message).help_with([help]);
            }
        }
    }

    fn check_unused(&mut self) {
        let names = self.resolver.names.iter().map(|(name, declared)| (name, &declared.span));
        let facts = self.resolver.own_facts.iter().map(|(name, (span, _))| (name, span));
        let unused: Vec<(String, Span)> = names
            .chain(facts)
            .filter(|(name, _)| !self.resolver.used.contains(*name))
            .map(|(name, span)| (name.clone(), span.clone()))
            .collect();
        // Where something else is wrong, a name that is written anywhere may be used by what could not be read.
        let written = if self.resolver.findings.is_empty() { BTreeSet::new() } else { words_in(self.root) };
        for (name, span) in unused.into_iter().filter(|(name, _)| !written.contains(name.as_str())) {
            let message = say!("`{name}` 没有用到", "`{name}` is never used");
            let help = say!("删去它，或在规则中使用它", "remove it, or use it in a rule");
            self.resolver.findings.report(Code::Unused, &span, message).help_with([help]);
        }
    }

    fn check_counts(&mut self) {
        let span = self.places.plan.clone();
        let count = self.resolver.facts.len();
        if count > MAX_FACTS {
            let message = say!(
                "规则用到 {count} 个事实，上限为 {MAX_FACTS}",
                "the rules read {count} facts, at most {MAX_FACTS} are possible"
            );
            self.resolver.findings.report(Code::TooMany, &span, message);
        }
        if self.resolver.extent.parts > MAX_PARTS {
            self.tell_the_largest();
        }
    }

    fn tell_the_largest(&mut self) {
        let Some((parts, span)) = self.resolver.largest.clone() else { return };
        let ([zh_all, en_all], [zh, en]) = (counted(self.resolver.extent.parts), counted(parts));
        let message = say!(
            "各表达式展开后共有{zh_all}个部分，上限为 {MAX_PARTS}；此处的最大，有{zh}个",
            "the expressions come to {en_all} parts once values are put in, at most {MAX_PARTS} are read; the largest is here, with {en}"
        );
        let help = say!(
            "计算值、分段和等待期每用一次，其中各部分就计一次：少用几次，或改用对照表、名单、分段累进",
            "values, bands and waiting periods count with all their parts wherever they are used: use them fewer times, or write tables, lists or marginal bands"
        );
        self.resolver.findings.report(Code::TooMany, &span, message).help_with([help]);
    }

    /// Notes what an item assumes.
    fn touch(&mut self, assumed: BTreeSet<Assumed>) {
        let assumed = self.resolver.assume(assumed);
        self.resolver.touched.extend(&assumed);
    }

    /// The wording of an expression, titles for names.
    fn wording(&self, syntax: &Syntax) -> Text {
        let name = |language| move |name: &str| self.title_of(name).in_language(language).to_owned();
        let benefit = |language| move |id: &str| self.benefit_title(id).in_language(language).to_owned();
        let (zh, en) = (Language::Zh, Language::En);
        Text {
            zh: syntax.wording(&Words { language: Some(zh), name: &name(zh), benefit: &benefit(zh) }),
            en: syntax.wording(&Words { language: Some(en), name: &name(en), benefit: &benefit(en) }),
        }
    }

    fn title_of(&self, name: &str) -> Text {
        if let Some(fact) = self.resolver.facts.iter().find(|fact| &*fact.name == name) {
            return fact.title.clone();
        }
        if let Some(node) = self.named_nodes.get(name) {
            return title(node).unwrap_or_else(|| Text::same(name));
        }
        let mut facts = self.resolver.facts.iter();
        facts.find_map(|fact| fact.symbols.named(name)).map_or_else(|| Text::same(name), |symbol| symbol.title.clone())
    }

    fn benefit_title(&self, id: &str) -> Text {
        let place = self.resolver.benefit_places.get(id);
        let node = place.and_then(|place| self.root.get("benefit")?.items().get(place.place()));
        node.and_then(title).unwrap_or_else(|| Text::same(id))
    }

    fn named_title(&self, node: &Node) -> Text {
        node.text().map(|name| self.title_of(name)).unwrap_or_default()
    }

    fn benefit_titles(&self, list: &Node) -> Text {
        let titles: Vec<Text> = list.items().iter().filter_map(Node::text).map(|id| self.benefit_title(id)).collect();
        Text {
            zh: titles.iter().map(|title| title.zh.as_str()).collect::<Vec<_>>().join("、"),
            en: titles.iter().map(|title| title.en.as_str()).collect::<Vec<_>>().join(", "),
        }
    }
}

/// Beyond this nobody needs to know how many parts there are.
const MOST_COUNTED: u64 = 1_000_000;

/// A number of parts, in Chinese and in English.
fn counted(parts: u64) -> [String; 2] {
    if parts > MOST_COUNTED {
        [format!("超过 {MOST_COUNTED} "), format!("over {MOST_COUNTED}")]
    } else {
        [format!(" {parts} "), parts.to_string()]
    }
}

/// What an item adds to the assumptions of its users: itself, if it is assumed.
fn assumption(name: &str, node: &Node, value: Option<String>) -> BTreeSet<Assumed> {
    if node.get("provenance").and_then(Node::text) != Some("assumed") {
        return BTreeSet::new();
    }
    let title = title(node).unwrap_or_else(|| Text::same(name));
    BTreeSet::from([Assumed { name: name.to_owned(), title, value }])
}

fn assumption_titled(name: &str, node: &Node, key: &str) -> BTreeSet<Assumed> {
    assumption(name, node, None)
        .into_iter()
        .map(|assumed| Assumed { title: node.get(key).map(Node::words).unwrap_or_default(), ..assumed })
        .collect()
}

/// What something declared is called, and where it is written; what lacks there was reported.
fn origin(name: &str, node: &Node) -> Origin {
    Origin {
        name: name.into(),
        title: title(node).unwrap_or_else(|| Text::same(name)),
        clause: node.get("clause").map(Node::words).unwrap_or_default(),
        provenance: provenance(node).unwrap_or(Provenance::Assumed),
    }
}

fn provenance(node: &Node) -> Option<Provenance> {
    Some(match node.get("provenance")?.text()? {
        "stated" => Provenance::Stated,
        "published" => Provenance::Published,
        _ => Provenance::Assumed,
    })
}

/// What the pack names so: a figure, a fact, a value of a fact, a table, ….
fn name_titled(root: &Node, wanted: &str) -> Option<String> {
    let is_titled = |words: &Text| words.zh == wanted;
    let sections = NAMING_SECTIONS.into_iter().filter_map(|section| root.get(section));
    let entries = || sections.clone().flat_map(Node::entries);
    let values = || entries().filter_map(|entry| entry.node.get("values")).flat_map(Node::entries);
    let of_a_name = entries().find(|entry| title(&entry.node).as_ref().is_some_and(is_titled));
    let found = of_a_name.or_else(|| values().find(|value| is_titled(&value.node.words())));
    found.map(|entry| entry.key.clone())
}

fn title(node: &Node) -> Option<Text> {
    node.get("title").map(Node::words)
}

/// The names in an expression, from left to right.
fn names_in(syntax: &Syntax) -> Vec<String> {
    let mut names = Vec::new();
    syntax.walk(&mut |inner| {
        if let Term::Name(name) = &inner.term {
            names.push(name.clone());
        }
    });
    names
}

/// Every word of every text below a node.
fn words_in(node: &Node) -> BTreeSet<&str> {
    let own = node.text().into_iter().flat_map(|text| text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_'));
    let below = node.entries().iter().map(|entry| &entry.node).chain(node.items()).flat_map(words_in);
    own.chain(below).collect()
}

fn whole<T, L: FromIterator<T>>(parts: impl IntoIterator<Item = Option<T>>) -> Option<L> {
    parts.into_iter().collect()
}
