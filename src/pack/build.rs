//! The sections of a pack to a plan.

use std::collections::BTreeSet;
use std::sync::Arc;

use rust_decimal::Decimal;

use super::parse;
use super::resolve::{Declared, Named, Resolver, Typed, ValueState, read};
use super::syntax::{Literal, Syntax, Term, Unit, Words};
use crate::accumulator::Measure;
use crate::code::Code;
use crate::diagnostic::{Findings, Span, did_you_mean};
use crate::document::{Form, Node};
use crate::fact::{Absent, Bounds, Holder, Kind, STANDARD};
use crate::plan::expression::{Comparison, Date, Number, Slot, Truth};
use crate::plan::{
    Action, Assumed, Benefit, Citation, Condition, Derived, EarlierBenefit, Effective, EffectiveBy, Excess, Figure,
    FigureValue, Identity, Ladder, Limit, NamedValue, Otherwise, Period, Plan, PlanFact, PlanReference, Provenance, Rows,
    Rung, Slab, Spelled, Step, Symbol, Table, Term as CoverTerm, Terms, Waiting,
};
use crate::reading::exact::MAX_FACTS;
use crate::rounding::{Mode, Rounding};
use crate::scope::Scope;
use crate::text::{Language, Text, say};

/// Where the parts of a plan stand in the file.
#[derive(Debug, Default)]
pub(super) struct Places {
    pub(super) conditions: Vec<Span>,
    pub(super) whens: Vec<Span>,
    pub(super) grosses: Vec<Span>,
    pub(super) steps: Vec<Vec<Span>>,
    pub(super) limits: Vec<Span>,
    pub(super) plan: Span,
    pub(super) union_pays: Span,
}

/// A plan of the root table, whose shape was checked; `None` where something was reported.
pub(super) fn build(root: &Node, fingerprint: String, findings: Findings) -> (Option<(Plan, Places)>, Resolver) {
    let mut builder = Builder { root, resolver: Resolver::new(findings), places: Places::default(), figures: Vec::new(), tables: Vec::new() };
    let plan = builder.plan(fingerprint);
    let Builder { resolver, places, .. } = builder;
    (plan.map(|plan| (plan, places)), resolver)
}

struct Builder<'n> {
    root: &'n Node,
    resolver: Resolver,
    places: Places,
    figures: Vec<Figure>,
    tables: Vec<Table>,
}

impl<'n> Builder<'n> {
    fn plan(&mut self, fingerprint: String) -> Option<Plan> {
        let head = self.root.get("plan");
        self.places.plan = head.and_then(|head| head.get("id")).map(|id| id.span.clone()).unwrap_or_default();
        self.name_benefits();
        self.declare_figures();
        self.declare_facts();
        self.declare_tables();
        self.declare_lists();
        let (slab_nodes, ladders) = self.declare_bands();
        let waiting_nodes = self.declare_waitings();
        self.declare_values();
        let event_date = self.resolver.slot("event_date")?;
        let coverage_start = self.resolver.slot("coverage_start")?;
        let terms = self.terms();
        let slabs: Vec<Option<Slab>> = slab_nodes.into_iter().map(|(name, node)| self.slab(&name, node)).collect();
        let waitings: Vec<Option<Waiting>> = waiting_nodes.into_iter().map(|(name, node)| self.waiting(&name, node)).collect();
        let values = self.values();
        let mut conditions: Vec<Option<Condition>> = self.items("condition").map(|node| self.condition(node)).collect();
        let rounding = head.and_then(|head| head.get("rounding")).and_then(|node| self.rounding(node));
        let benefits: Vec<Option<Benefit>> =
            self.items("benefit").enumerate().map(|(index, node)| self.benefit(index, node, rounding.as_ref().map(|(rounding, _)| *rounding))).collect();
        let limits: Vec<Option<Limit>> = self.items("limit").map(|node| self.limit(node)).collect();
        self.check_promise_names();
        let rule_facts = self.resolver.rule_facts.iter().copied().collect();
        conditions.extend(self.standing_conditions(&terms));
        let identities = self.identities();
        self.post_every_benefit();
        self.check_unused();
        self.check_fact_count();
        let (mut limits, mut benefits) = (whole(limits)?, whole(benefits)?);
        count_at_the_outermost(&mut limits, &mut benefits);
        let (_, rounding_citation) = rounding?;
        let plan = Plan {
            reference: Arc::new(PlanReference {
                id: head?.get("id")?.text()?.to_owned(),
                version: head?.get("version").and_then(Node::text).unwrap_or("1").to_owned(),
                fingerprint,
            }),
            title: title(head?)?,
            effective: self.effective(head?.get("effective")?)?,
            terms: terms?,
            facts: std::mem::take(&mut self.resolver.facts),
            figures: std::mem::take(&mut self.figures),
            tables: std::mem::take(&mut self.tables),
            slabs: whole(slabs)?,
            ladders,
            values: values?,
            waitings: whole(waitings)?,
            conditions: whole(conditions)?,
            benefits,
            limits,
            entries: std::mem::take(&mut self.resolver.entries),
            identities,
            event_date,
            coverage_start,
            rounding_citation,
            rule_facts,
        };
        self.resolver.findings.is_empty().then_some(plan)
    }

    fn items(&self, section: &str) -> impl Iterator<Item = &'n Node> + use<'n> {
        let root = self.root;
        root.get(section).into_iter().flat_map(Node::items)
    }

    /// The entries of a section, each with its name and its table.
    fn named(&self, section: &str) -> impl Iterator<Item = (&'n str, &'n Span, &'n Node)> + use<'n> {
        let root = self.root;
        let entries = root.get(section).into_iter().flat_map(Node::entries);
        entries.map(|entry| (entry.key.as_str(), &entry.key_span, &entry.node))
    }

    fn read(&mut self, node: &Node) -> Option<Syntax> {
        read(node, &mut self.resolver.findings, parse::expression)
    }

    fn read_literal(&mut self, node: &Node) -> Option<(Literal, Span)> {
        let syntax = read(node, &mut self.resolver.findings, parse::literal)?;
        match syntax.term {
            Term::Number(literal) => Some((literal, syntax.span)),
            Term::Date(_) => {
                self.resolver.findings.report(Code::TypeMismatch, &syntax.span, say!("此处应为数", "a number is expected here"));
                None
            }
            Term::Name(_) | Term::Call(..) | Term::Binary(..) | Term::Within(..) | Term::Not(_) | Term::If(_) => None,
        }
    }

    /// A literal of one unit.
    fn amount(&mut self, node: &Node, unit: Unit) -> Option<Decimal> {
        let (literal, span) = self.read_literal(node)?;
        if literal.unit != unit {
            let found = literal.unit;
            let message = say!("此处应为 {unit},却是 {found}", "{unit} expected, {found} found");
            self.resolver.findings.report(Code::UnitMismatch, &span, message);
            return None;
        }
        Some(literal.number)
    }

    /// Takes a name in the one space of the pack's names.
    fn declare(&mut self, name: &str, span: &Span, named: Named, assumed: BTreeSet<Assumed>) {
        let taken = self.resolver.names.contains_key(name)
            || self.resolver.own_facts.contains_key(name)
            || STANDARD.iter().any(|fact| fact.name == name);
        if taken {
            let message = say!("名称 `{name}` 已被使用", "the name `{name}` is taken");
            let help = say!("数字、表、清单、分段、中间值、等待期与事实不可同名", "figures, tables, lists, bands, values, waiting periods and facts share one space of names");
            self.resolver.findings.report(Code::DuplicateName, span, message).help_with([help]);
            return;
        }
        self.resolver.names.insert(name.to_owned(), Declared { span: span.clone(), named, assumed });
    }

    fn name_benefits(&mut self) {
        let mut names: Vec<Arc<str>> = Vec::new();
        for node in self.items("benefit") {
            let id = node.get("id").and_then(Node::text).unwrap_or_default();
            self.check_duplicate_id(node, names.iter().any(|name| &**name == id));
            names.push(id.into());
        }
        self.resolver.benefits = names;
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
            let message = say!("编号 `{name}` 重复", "the id `{name}` stands twice");
            self.resolver.findings.report(Code::DuplicateName, &id.span, message);
        }
    }

    fn declare_figures(&mut self) {
        for (name, span, node) in self.named("figure") {
            let syntax = node.get("value").and_then(|value| read(value, &mut self.resolver.findings, parse::literal));
            let index = self.figures.len();
            let (value, named) = match syntax.as_ref().map(|syntax| &syntax.term) {
                Some(Term::Number(literal)) => (FigureValue::Number(literal.number), Named::NumberFigure(index, literal.unit)),
                Some(Term::Date(date)) => (FigureValue::Date(*date), Named::DateFigure(index)),
                Some(Term::Name(_) | Term::Call(..) | Term::Binary(..) | Term::Within(..) | Term::Not(_) | Term::If(_)) | None => {
                    (FigureValue::Number(Decimal::ZERO), Named::Poisoned)
                }
            };
            let written = syntax.map(|syntax| syntax.to_string());
            let assumed = assumption(name, node, written);
            self.figures.push(Figure { value });
            self.declare(name, span, named, assumed);
        }
    }

    fn declare_facts(&mut self) {
        for (name, span, node) in self.named("fact") {
            let standard = PlanFact::standard(name);
            if let Some(fact) = self.own_fact(name, span, node, standard) {
                if self.resolver.names.contains_key(name) {
                    self.declare(name, span, Named::Poisoned, BTreeSet::new());
                } else {
                    self.resolver.own_facts.insert(name.to_owned(), (span.clone(), fact));
                }
            }
        }
    }

    fn own_fact(&mut self, name: &str, span: &Span, node: &Node, standard: Option<PlanFact>) -> Option<PlanFact> {
        let text = |key| node.get(key).and_then(Node::text);
        let mut fact = match standard {
            Some(fact) => {
                for key in ["of", "type"] {
                    if let Some(entry) = node.entries().iter().find(|entry| entry.key == key) {
                        let message = say!("标准事实 `{name}` 不能改变 `{key}`", "`{key}` of the standard fact `{name}` can not be changed");
                        self.resolver.findings.report(Code::UnknownKey, &entry.key_span, message);
                    }
                }
                fact
            }
            None => {
                for key in ["title", "of", "type"] {
                    if node.get(key).is_none() {
                        let message = say!("自有事实 `{name}` 缺少 `{key}`", "`{key}` is missing: the pack's own fact `{name}` needs it");
                        self.resolver.findings.report(Code::MissingKey, span, message);
                    }
                }
                let kind = text("type").and_then(|name| Kind::ALL.iter().find(|(known, _)| *known == name)).map(|(_, kind)| *kind)?;
                PlanFact {
                    name: name.into(),
                    standard: None,
                    holder: if text("of") == Some("enrollment") { Holder::Enrollment } else { Holder::Claim },
                    kind,
                    bounds: Bounds::of(kind),
                    absent: Absent::Unknown,
                    derived: None,
                    title: title(node)?,
                    symbols: Vec::new(),
                    open: true,
                }
            }
        };
        if let Some(given) = title(node) {
            fact.title = given;
        }
        match text("absent") {
            Some("none") => fact.absent = Absent::None,
            Some("unknown") => fact.absent = Absent::Unknown,
            Some(_) | None => {}
        }
        self.narrow(&mut fact, node);
        self.set_symbols(&mut fact, node);
        Some(fact)
    }

    /// The pack's own bounds, within those of the kind or of the standard fact.
    fn narrow(&mut self, fact: &mut PlanFact, node: &Node) {
        let unit = match fact.kind {
            Kind::Money => Unit::Yuan,
            Kind::Days => Unit::Day,
            Kind::Ratio | Kind::Number => Unit::Plain,
            Kind::Date | Kind::YesNo | Kind::Category => {
                for key in ["min", "max"] {
                    if let Some(bound) = node.get(key) {
                        self.resolver.findings.report(Code::TypeMismatch, &bound.span, say!("只有数才有 `{key}`", "only a number has a `{key}`"));
                    }
                }
                return;
            }
        };
        let widest = fact.bounds;
        if let Some(min) = node.get("min").and_then(|node| self.amount(node, unit)) {
            fact.bounds.min = min.max(widest.min);
        }
        if let Some(max) = node.get("max").and_then(|node| self.amount(node, unit)) {
            fact.bounds.max = max.min(widest.max);
        }
        if fact.bounds.min > fact.bounds.max {
            let (min, max) = (fact.bounds.min, fact.bounds.max);
            let message = say!("最小值 {min} 大于最大值 {max}", "the least, {min}, is above the most, {max}");
            self.resolver.findings.report(Code::BadValue, &node.get("min").unwrap_or(node).span, message);
            fact.bounds = widest;
        }
    }

    fn set_symbols(&mut self, fact: &mut PlanFact, node: &Node) {
        let Some(values) = node.get("values") else { return };
        if fact.kind != Kind::Category {
            self.resolver.findings.report(Code::TypeMismatch, &values.span, say!("只有类别才有 `values`", "only a category has `values`"));
            return;
        }
        if !fact.open {
            let name = &fact.name;
            self.resolver.findings.report(Code::BadValue, &values.span, say!("`{name}` 的取值是固定的", "the values of `{name}` are fixed"));
            return;
        }
        let listed = values.items().iter().filter_map(|node| Some((node.text()?, &node.span, Text::same(node.text()?))));
        let titled = values.entries().iter().map(|entry| (entry.key.as_str(), &entry.key_span, entry.node.words()));
        for (name, span, title) in listed.chain(titled) {
            if fact.symbols.iter().any(|symbol| &*symbol.name == name) {
                self.resolver.findings.report(Code::DuplicateName, span, say!("取值 `{name}` 重复", "the value `{name}` stands twice"));
            } else {
                fact.symbols.push(Symbol { name: name.into(), title });
            }
        }
    }

    fn declare_tables(&mut self) {
        for (name, span, node) in self.named("table") {
            let assumed = assumption(name, node, None);
            match self.table(node, span) {
                Some((table, unit)) => {
                    let index = self.tables.len();
                    self.resolver.table_keys.push(table.by);
                    self.tables.push(table);
                    self.declare(name, span, Named::Table(index, unit), assumed);
                }
                None => self.declare(name, span, Named::Poisoned, assumed),
            }
        }
    }

    fn table(&mut self, node: &'n Node, span: &Span) -> Option<(Table, Unit)> {
        let by_node = node.get("by")?;
        let by = self.fact_named(by_node)?;
        let mut unit = None;
        let entries = node.get("rows")?.entries();
        let values: Vec<Option<Decimal>> = entries.iter().map(|entry| self.row_value(&entry.node, &mut unit)).collect();
        let otherwise = match node.get("otherwise") {
            Some(node) => Some(self.row_value(node, &mut unit)?),
            None => None,
        };
        let values: Vec<Decimal> = values.into_iter().collect::<Option<_>>()?;
        let rows: Vec<Row<'n>> =
            entries.iter().zip(values).map(|(entry, value)| Row { key: &entry.key, span: &entry.key_span, value }).collect();
        let rows = self.rows(by, &rows, otherwise, span)?;
        Some((Table { by, rows, otherwise }, unit?))
    }

    /// The slot of a fact that a text names.
    fn fact_named(&mut self, node: &Node) -> Option<Slot> {
        let name = node.text()?;
        let slot = self.resolver.slot(name);
        if slot.is_none() {
            let own = self.resolver.own_facts.keys().map(String::as_str);
            let help = did_you_mean(name, own.chain(STANDARD.iter().map(|fact| fact.name)));
            let message = say!("没有名为 `{name}` 的事实", "no fact is named `{name}`");
            self.resolver.findings.report(Code::UnknownName, &node.span, message).help_with(help);
        }
        slot
    }

    /// A row's value, in the unit that the first row set.
    fn row_value(&mut self, node: &Node, unit: &mut Option<Unit>) -> Option<Decimal> {
        let (literal, span) = self.read_literal(node)?;
        let expected = *unit.get_or_insert(literal.unit);
        if literal.unit != expected {
            let found = literal.unit;
            let message = say!("各行单位须相同:此前为 {expected},此处为 {found}", "all rows have one unit: {expected} before, {found} here");
            self.resolver.findings.report(Code::UnitMismatch, &span, message);
            return None;
        }
        Some(literal.number)
    }

    fn rows(&mut self, by: Slot, rows: &[Row<'_>], otherwise: Option<Decimal>, span: &Span) -> Option<Rows> {
        let fact = self.resolver.facts.get(by)?.clone();
        match fact.kind {
            Kind::Number => self.number_rows(&fact, rows, otherwise, span),
            Kind::Category => self.category_rows(&fact, rows, otherwise, span),
            Kind::YesNo => {
                let find = |key| rows.iter().find(|row| row.key == key).map(|row| row.value).or(otherwise);
                for row in rows.iter().filter(|row| !matches!(row.key, "true" | "false")) {
                    self.wrong_key(&fact, row, "true, false");
                }
                match (find("true"), find("false")) {
                    (Some(yes), Some(no)) => Some(Rows::YesNo { yes, no }),
                    (None, _) => self.not_total("true", span),
                    (Some(_), None) => self.not_total("false", span),
                }
            }
            Kind::Money | Kind::Ratio | Kind::Days | Kind::Date => {
                let name = &fact.name;
                let message = say!("不能按 `{name}` 查表", "a table can not be looked up by `{name}`");
                let help = say!("金额、比例、天数用 [bands]", "use [bands] for money, ratios and days");
                self.resolver.findings.report(Code::TableKey, span, message).help_with([help]);
                None
            }
        }
    }

    fn number_rows(&mut self, fact: &PlanFact, rows: &[Row<'_>], otherwise: Option<Decimal>, span: &Span) -> Option<Rows> {
        let (min, max) = (fact.bounds.min, fact.bounds.max);
        let mut found = Vec::new();
        for row in rows {
            match crate::exact::parse(row.key) {
                Ok(key) if key >= min && key <= max => found.push((key, row.value)),
                Ok(_) | Err(_) => self.wrong_key(fact, row, &format!("{min}–{max}")),
            }
        }
        found.sort_unstable();
        let mut expected = min;
        for (key, _) in &found {
            if *key != expected && otherwise.is_none() {
                return self.not_total(&expected.to_string(), span);
            }
            expected = crate::exact::add(*key, Decimal::ONE).ok()?;
        }
        if expected <= max && otherwise.is_none() {
            return self.not_total(&expected.to_string(), span);
        }
        Some(Rows::Numbers(found))
    }

    fn category_rows(&mut self, fact: &PlanFact, rows: &[Row<'_>], otherwise: Option<Decimal>, span: &Span) -> Option<Rows> {
        let known = fact.symbols.iter().map(|symbol| &*symbol.name).collect::<Vec<_>>().join(", ");
        for row in rows.iter().filter(|row| !fact.symbols.iter().any(|symbol| &*symbol.name == row.key)) {
            self.wrong_key(fact, row, &known);
        }
        if otherwise.is_none() {
            if fact.open || fact.absent == Absent::None {
                return self.not_total("…", span);
            }
            if let Some(symbol) = fact.symbols.iter().find(|symbol| !rows.iter().any(|row| row.key == &*symbol.name)) {
                return self.not_total(&symbol.name, span);
            }
        }
        Some(Rows::Categories(rows.iter().map(|row| (row.key.into(), row.value)).collect()))
    }

    fn wrong_key(&mut self, fact: &PlanFact, row: &Row<'_>, known: &str) {
        let (name, key) = (&fact.name, row.key);
        let message = say!("`{name}` 不会是 `{key}`(可取:{known})", "`{name}` is never `{key}` (it may be {known})");
        self.resolver.findings.report(Code::TableKey, row.span, message);
    }

    fn not_total<T>(&mut self, missing: &str, span: &Span) -> Option<T> {
        let message = say!("表中缺少 `{missing}` 一行", "the table has no row for `{missing}`");
        let help = say!("补上该行,或写 `otherwise`", "add the row, or say `otherwise`");
        self.resolver.findings.report(Code::TableNotTotal, span, message).help_with([help]);
        None
    }

    fn declare_lists(&mut self) {
        for (name, span, node) in self.named("list") {
            let assumed = assumption(name, node, None);
            let named = self.list(node).unwrap_or(Named::Poisoned);
            self.declare(name, span, named, assumed);
        }
    }

    fn list(&mut self, node: &Node) -> Option<Named> {
        let of = node.get("of")?;
        let slot = self.fact_named(of)?;
        let fact = self.resolver.facts.get(slot)?.clone();
        let values = node.get("values")?.items();
        if fact.kind != Kind::Category {
            let name = &fact.name;
            self.resolver.findings.report(Code::TypeMismatch, &of.span, say!("`{name}` 不是类别", "`{name}` is not a category"));
            return None;
        }
        let mut listed: Vec<Box<str>> = Vec::new();
        for (text, span) in values.iter().filter_map(|node| Some((node.text()?, &node.span))) {
            if !fact.symbols.iter().any(|symbol| &*symbol.name == text) {
                let name = &fact.name;
                let help = did_you_mean(text, fact.symbols.iter().map(|symbol| &*symbol.name))
                    .unwrap_or_else(|| say!("在 `[fact.{name}]` 的 values 中列出它", "declare it in the values of `[fact.{name}]`"));
                let message = say!("`{name}` 没有取值 `{text}`", "`{name}` has no value `{text}`");
                self.resolver.findings.report(Code::UnknownCategoryValue, span, message).help_with([help]);
            }
            if listed.iter().any(|known| **known == *text) {
                self.resolver.findings.report(Code::DuplicateName, span, say!("取值 `{text}` 重复", "the value `{text}` stands twice"));
            }
            listed.push(text.into());
        }
        Some(Named::List(fact.name.to_string(), listed))
    }

    /// Declares bands; slabs are resolved later, when every name is known.
    fn declare_bands(&mut self) -> (Vec<(String, &'n Node)>, Vec<Ladder>) {
        let (mut slabs, mut ladders) = (Vec::new(), Vec::new());
        for (name, span, node) in self.named("bands") {
            let assumed = assumption(name, node, None);
            let is_marginal = node.get("kind").and_then(Node::text) == Some("marginal");
            let rows = node.get("rows").map(Node::items).unwrap_or_default();
            let named = if is_marginal {
                let ladder = self.ladder(node, rows);
                ladders.push(ladder);
                Named::Ladder(ladders.len().saturating_sub(1))
            } else {
                let unit = rows.first().and_then(|row| row.get("pays")).and_then(|pays| self.read_literal(pays));
                slabs.push((name.to_owned(), node));
                unit.map_or(Named::Poisoned, |(literal, _)| Named::Slab(slabs.len().saturating_sub(1), literal.unit))
            };
            self.declare(name, span, named, assumed);
        }
        (slabs, ladders)
    }

    fn ladder(&mut self, node: &Node, rows: &[Node]) -> Ladder {
        for key in ["by", "edge"] {
            if let Some(entry) = node.entries().iter().find(|entry| entry.key == key) {
                let message = say!("分段累进没有 `{key}`", "marginal bands have no `{key}`");
                self.resolver.findings.report(Code::UnknownKey, &entry.key_span, message);
            }
        }
        let edges = self.edges(rows, Unit::Yuan);
        let mut rungs = Vec::new();
        for (row, (from, up_to)) in rows.iter().zip(edges) {
            let pays = row.get("pays").and_then(|pays| {
                let rate = self.amount(pays, Unit::Plain)?;
                self.check_rate(rate, &pays.span);
                Some(rate)
            });
            let at_most = row.get("at_most").and_then(|cap| self.amount(cap, Unit::Yuan));
            rungs.push(Rung { from, up_to, pays: pays.unwrap_or_default(), at_most });
        }
        Ladder { rungs }
    }

    fn check_rate(&mut self, rate: Decimal, span: &Span) {
        if rate > Decimal::ONE {
            self.resolver.findings.report(Code::RateOutOfRange, span, say!("比例超过 100%", "a rate above 100%"));
        }
    }

    /// The edges of bands, from low to high, without gap.
    fn edges(&mut self, rows: &[Node], unit: Unit) -> Vec<(Decimal, Option<Decimal>)> {
        let mut edges = Vec::new();
        let mut last = Decimal::ZERO;
        let mut sound = true;
        for (number, row) in rows.iter().enumerate() {
            let is_last = number.saturating_add(1) == rows.len();
            if let Some(above) = row.get("above").filter(|_| sound)
                && let Some(edge) = self.amount(above, unit)
                && edge != last
            {
                let message = say!("本段从 {edge} 起,上一段到 {last} 止", "this band starts at {edge}, the one before ends at {last}");
                self.resolver.findings.report(Code::BandsGap, &above.span, message);
            }
            match row.get("up_to") {
                Some(node) => {
                    if is_last {
                        let message = say!("最后一段不能有上界", "the last band has no upper edge");
                        let help = say!("再加一段不写 `up_to` 的,说明更高部分如何处理", "add a band without `up_to` that says what becomes of more");
                        self.resolver.findings.report(Code::BandsOpenEnd, &node.span, message).help_with([help]);
                    }
                    let edge = self.amount(node, unit);
                    sound = edge.is_some();
                    let edge = edge.unwrap_or(last);
                    if edge <= last && sound {
                        let message = say!("上界 {edge} 不高于上一段的 {last}", "the upper edge {edge} is not above {last} of the band before");
                        self.resolver.findings.report(Code::BandsOutOfOrder, &node.span, message);
                    }
                    edges.push((last, Some(edge)));
                    last = edge;
                }
                None => {
                    if !is_last {
                        let message = say!("只有最后一段可以没有 `up_to`", "only the last band may be without `up_to`");
                        self.resolver.findings.report(Code::BandsOutOfOrder, &row.span, message);
                    }
                    edges.push((last, None));
                }
            }
        }
        edges
    }

    fn slab(&mut self, name: &str, node: &'n Node) -> Option<Slab> {
        for key in ["by", "edge"] {
            if node.get(key).is_none() {
                let span = self.resolver.names.get(name).map(|declared| declared.span.clone()).unwrap_or_default();
                let message = say!("全额分档缺少 `{key}`", "`{key}` is missing: a slab needs it");
                self.resolver.findings.report(Code::MissingKey, &span, message);
            }
        }
        let syntax = self.read(node.get("by")?)?;
        self.resolver.guard(&syntax);
        let by = self.resolver.measured(&syntax);
        let assumed = self.resolver.take_touched();
        if let Some(declared) = self.resolver.names.get_mut(name) {
            declared.assumed.extend(assumed);
        }
        let (by, unit) = by?;
        let rows = node.get("rows").map(Node::items).unwrap_or_default();
        let edges = self.edges(rows, unit);
        let mut pays_unit = None;
        let mut bands = Vec::new();
        let mut above = None;
        for (row, (_, up_to)) in rows.iter().zip(edges) {
            let pays = row.get("pays").and_then(|pays| self.row_value(pays, &mut pays_unit));
            if let Some(entry) = row.entries().iter().find(|entry| entry.key == "at_most") {
                self.resolver.findings.report(Code::UnknownKey, &entry.key_span, say!("全额分档没有 `at_most`", "a slab has no `at_most`"));
            }
            match up_to {
                Some(edge) => bands.push((edge, pays?)),
                None => above = pays,
            }
        }
        Some(Slab { by, up_to: node.get("edge").and_then(Node::text) == Some("up-to"), bands, above: above? })
    }

    fn declare_waitings(&mut self) -> Vec<(String, &'n Node)> {
        let mut nodes = Vec::new();
        for (name, span, node) in self.named("waiting") {
            self.declare(name, span, Named::Waiting(nodes.len()), assumption(name, node, None));
            nodes.push((name.to_owned(), node));
        }
        nodes
    }

    fn waiting(&mut self, name: &str, node: &'n Node) -> Option<Waiting> {
        for key in ["not_when", "counts"] {
            if let Some(syntax) = node.get(key).and_then(|node| read(node, &mut Findings::of(Arc::clone(self.resolver.findings.source())), parse::expression)) {
                self.resolver.guard(&syntax);
            }
        }
        let period = node.get("period").and_then(|node| self.period(node));
        let counts = node.get("counts").and_then(|node| self.date(node));
        let from = match node.get("from") {
            Some(node) => self.date(node),
            None => self.resolver.slot("coverage_start").map(Date::Fact),
        };
        let not_when = self.optional(node, "not_when", |b, node| b.truth(node));
        let waived_within = self.optional(node, "waived_within", |b, node| {
            let grace = b.number(node, Unit::Day)?;
            Some((grace, b.resolver.slot("previous_coverage_end")?))
        });
        let reduced = match (node.get("reduced_until"), node.get("reduced_pay")) {
            (Some(until), Some(pay)) => {
                let (until, pay) = (self.number(until, Unit::Day), self.number(pay, Unit::Plain));
                until.zip(pay).map(Some)
            }
            (Some(lone), None) | (None, Some(lone)) => {
                let message = say!("`reduced_until` 与 `reduced_pay` 须同时写", "`reduced_until` and `reduced_pay` go together");
                self.resolver.findings.report(Code::MissingKey, &lone.span, message);
                None
            }
            (None, None) => Some(None),
        };
        let assumed = self.resolver.take_touched();
        if let Some(declared) = self.resolver.names.get_mut(name) {
            declared.assumed.extend(assumed);
        }
        Some(Waiting { period: period?, counts: counts?, from: from?, not_when: not_when?, waived_within: waived_within?, reduced: reduced? })
    }

    fn period(&mut self, node: &Node) -> Option<Period> {
        let syntax = self.read(node)?;
        let (number, unit) = self.resolver.measured(&syntax)?;
        let months = match &number {
            Number::Constant(months) => Some(*months),
            Number::Figure(index) => match self.figures.get(*index)?.value {
                FigureValue::Number(months) => Some(months),
                FigureValue::Date(_) => None,
            },
            _ => None,
        };
        match (unit, months.and_then(|months| u32::try_from(months.normalize().mantissa()).ok())) {
            (Unit::Day, _) => Some(Period::Days(number)),
            (Unit::Month, Some(months)) => Some(Period::Months(months)),
            (Unit::Plain | Unit::Yuan | Unit::YuanPerDay | Unit::Month, _) => {
                let message = say!("等待期须为天数,或以月计的数字,却是 {unit}", "a waiting period is in days, or a figure in months; {unit} found");
                self.resolver.findings.report(Code::UnitMismatch, &syntax.span, message);
                None
            }
        }
    }

    /// `Some(None)` where the key is absent, `None` where it is wrong.
    fn optional<T>(&mut self, node: &Node, key: &str, by: impl FnOnce(&mut Self, &Node) -> Option<T>) -> Option<Option<T>> {
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
                    self.resolver.values.push((name.to_owned(), ValueState::Waiting(syntax)));
                    Named::Value(self.resolver.values.len().saturating_sub(1))
                }
                None => Named::Poisoned,
            };
            self.declare(name, span, named, assumption(name, node, None));
        }
    }

    /// Resolves every value, also those that nothing uses.
    fn values(&mut self) -> Option<Vec<NamedValue>> {
        let names: Vec<(String, Span)> = self.named("value").map(|(name, span, _)| (name.to_owned(), span.clone())).collect();
        for (name, span) in names {
            let was_used = self.resolver.used.contains(&name);
            self.resolver.typed(&Syntax { span, term: Term::Name(name.clone()) });
            if !was_used {
                self.resolver.used.remove(&name);
            }
            self.resolver.take_touched();
        }
        let states = self.resolver.values.iter().map(|(_, state)| match state {
            ValueState::Done(Some((value, _))) => Some(value.clone()),
            ValueState::Done(None) | ValueState::Waiting(_) | ValueState::UnderWay => None,
        });
        states.collect()
    }

    fn terms(&mut self) -> Option<Terms> {
        let Some(node) = self.root.get("enrollment") else { return Some(Terms::default()) };
        let max = self.optional(node, "max_shares", |b, node| b.number(node, Unit::Plain))?;
        let max_shares = match (max, node.get("excess").and_then(Node::text)) {
            (Some(max), Some("void")) => {
                self.resolver.max_shares = Some(max.clone());
                Some((max, Excess::Void))
            }
            (Some(max), Some(_)) => Some((max, Excess::Refuse)),
            (Some(_), None) => {
                let message = say!("有份数上限就须写 `excess`", "`excess` is missing: it says what becomes of shares beyond `max_shares`");
                self.resolver.findings.report(Code::MissingKey, &node.span, message);
                None
            }
            (None, Some(_)) => {
                let message = say!("没有 `max_shares`,`excess` 无意义", "`excess` says nothing without `max_shares`");
                let span = node.get("excess").map(|node| node.span.clone()).unwrap_or_default();
                self.resolver.findings.report(Code::Unused, &span, message);
                None
            }
            (None, None) => None,
        };
        let price = self.optional(node, "price", |b, node| b.number(node, Unit::Yuan))?;
        let union_pays = self.optional(node, "union_pays", |b, node| b.number(node, Unit::Yuan))?;
        self.places.union_pays = node.get("union_pays").map(|node| node.span.clone()).unwrap_or_default();
        if union_pays.is_some() && price.is_none() {
            let span = self.places.union_pays.clone();
            self.resolver.findings.report(Code::MissingKey, &span, say!("没有 `price`,`union_pays` 无意义", "`price` is missing: `union_pays` is a part of it"));
        }
        let term = self.optional(node, "term", Self::term)?;
        self.resolver.take_touched();
        Some(Terms { price, union_pays, max_shares, term })
    }

    fn term(&mut self, node: &Node) -> Option<CoverTerm> {
        let text = node.text()?;
        let parts: Vec<&str> = text.split_whitespace().collect();
        let parsed = match parts.as_slice() {
            [count, unit] => count.parse::<u32>().ok().filter(|count| *count > 0).and_then(|count| match *unit {
                "year" | "years" => Some(CoverTerm::Years(count)),
                "month" | "months" => Some(CoverTerm::Months(count)),
                "day" | "days" => Some(CoverTerm::Days(count)),
                _ => None,
            }),
            _ => None,
        };
        if parsed.is_none() {
            let message = say!("`{text}` 不是期限", "`{text}` is not a term");
            let help = say!("写成 `1 year`、`12 months` 或 `365 days`", "write `1 year`, `12 months` or `365 days`");
            self.resolver.findings.report(Code::BadValue, &node.span, message).help_with([help]);
        }
        parsed
    }

    fn rounding(&mut self, node: &Node) -> Option<(Rounding, Citation)> {
        let to_node = node.get("to")?;
        let to = self.amount(to_node, Unit::Yuan)?;
        if to <= Decimal::ZERO {
            self.resolver.findings.report(Code::BadValue, &to_node.span, say!("舍入倍数须大于零", "the multiple is above zero"));
            return None;
        }
        let name = node.get("mode")?.text()?;
        let mode = Mode::ALL.into_iter().find(|(known, _)| *known == name).map(|(_, mode)| mode)?;
        let written = format!("{to} yuan, {name}");
        self.resolver.touched.extend(assumption("rounding", node, Some(written)).into_iter().map(|mut assumed| {
            assumed.title = say!("舍入规则", "rounding");
            assumed
        }));
        Some((Rounding { to: to.normalize(), mode }, self.citation(node)?))
    }

    /// Closes an item: its clause, its provenance, and all that it assumes.
    fn citation(&mut self, node: &Node) -> Option<Citation> {
        let assumed = self.resolver.take_touched();
        let provenance = match node.get("provenance")?.text()? {
            "stated" => Provenance::Stated,
            "published" => Provenance::Published,
            _ => Provenance::Assumed,
        };
        Some(Citation { clause: node.get("clause")?.words(), provenance, assumed })
    }

    fn condition(&mut self, node: &'n Node) -> Option<Condition> {
        let id = node.get("id")?.text()?;
        let require_node = node.get("require")?;
        self.places.conditions.push(require_node.span.clone());
        let require = self.truth(require_node);
        self.resolver.touched.extend(assumption_titled(id, node, "text"));
        let citation = self.citation(node);
        let otherwise = if node.get("otherwise")?.text()? == "pend" { Otherwise::Pend } else { Otherwise::Deny };
        Some(Condition { id: id.into(), require: require?, otherwise, text: node.get("text")?.words(), citation: citation? })
    }

    fn benefit(&mut self, index: usize, node: &'n Node, plan_rounding: Option<Rounding>) -> Option<Benefit> {
        self.resolver.benefit = index;
        let id = Arc::clone(self.resolver.benefits.get(index)?);
        let (when_node, gross_node) = (node.get("when"), node.get("gross"));
        self.places.whens.push(when_node.map(|node| node.span.clone()).unwrap_or_default());
        self.places.grosses.push(gross_node.map(|node| node.span.clone()).unwrap_or_default());
        self.places.steps.push(Vec::new());
        let when_syntax = when_node.and_then(|node| self.read(node));
        if let Some(syntax) = &when_syntax {
            self.resolver.guard(syntax);
        }
        let when = when_syntax.and_then(|syntax| {
            let parts: Vec<Option<Spelled<Truth>>> = syntax.conjuncts().into_iter().map(|part| self.spelled_truth(part)).collect();
            whole(parts)
        });
        let gross_syntax = gross_node.and_then(|node| self.read(node));
        let gross = gross_syntax.and_then(|syntax| {
            self.resolver.guard(&syntax);
            let expression = self.resolver.number(&syntax, Unit::Yuan)?;
            Some(Spelled { expression, wording: self.wording(&syntax) })
        });
        let steps: Vec<Option<Step>> =
            node.get("steps").map(Node::items).unwrap_or_default().iter().map(|step| self.step(index, step)).collect();
        self.check_step_order(&steps, index);
        self.resolver.touched.extend(assumption(&id, node, None));
        let own_rounding = self.optional(node, "rounding", |b, node| {
            let outer = std::mem::take(&mut b.resolver.touched);
            let rounding = b.rounding(node).map(|(rounding, citation)| (rounding, citation.assumed));
            b.resolver.touched.extend(outer);
            rounding
        });
        let citation = self.citation(node);
        let rounding = match own_rounding? {
            Some((rounding, _)) => rounding,
            None => plan_rounding?,
        };
        Some(Benefit {
            id,
            title: title(node)?,
            when: when?,
            gross: gross?,
            steps: whole(steps)?,
            rounding,
            citation: citation?,
            is_within_outermost: false,
        })
    }

    fn spelled_truth(&mut self, syntax: &Syntax) -> Option<Spelled<Truth>> {
        let expression = self.resolver.truth(syntax)?;
        Some(Spelled { expression, wording: self.wording(syntax) })
    }

    fn step(&mut self, benefit: usize, node: &'n Node) -> Option<Step> {
        if let Some(places) = self.places.steps.get_mut(benefit) {
            places.push(node.span.clone());
        }
        const ACTIONS: [&str; 10] = ["pay", "bands", "deductible", "limit", "less", "offset", "exclusive", "waiting", "minimum", "add"];
        let actions: Vec<_> = node.entries().iter().filter(|entry| ACTIONS.contains(&entry.key.as_str())).collect();
        let [action] = actions.as_slice() else {
            let list = ACTIONS.join(", ");
            let message = say!("一个步骤恰有一个动作:{list}", "a step does one thing: {list}");
            self.resolver.findings.report(Code::StepForm, &node.span, message);
            return None;
        };
        let takes_scope = matches!(action.key.as_str(), "deductible" | "limit" | "offset" | "exclusive");
        if let Some(per) = node.entries().iter().find(|entry| entry.key == "per").filter(|_| !takes_scope) {
            let key = &action.key;
            self.resolver.findings.report(Code::StepForm, &per.key_span, say!("`{key}` 没有 `per`", "`{key}` has no `per`"));
        }
        if takes_scope && node.get("per").is_none() {
            let key = &action.key;
            let message = say!("`{key}` 须写 `per`,说明累计范围", "`per` is missing: `{key}` counts within a scope");
            self.resolver.findings.report(Code::MissingKey, &action.key_span, message);
        }
        let when = self.optional(node, "when", |b, node| b.truth(node));
        let (parsed, wording) = self.action(benefit, &action.key, &action.node, node)?;
        let text = node.get("text").map(Node::words).unwrap_or_else(|| standing_reason(&parsed, &wording));
        Some(Step { action: parsed, when: when?, text, clause: node.get("clause").map(Node::words) })
    }

    fn action(&mut self, benefit: usize, key: &str, value: &'n Node, step: &'n Node) -> Option<(Action, Text)> {
        let scope = step.get("per").and_then(Node::text).and_then(scope_named);
        match key {
            "pay" => {
                let (rate, wording) = self.spelled_number(value, Unit::Plain)?;
                if let Number::Figure(index) = rate
                    && let Some(FigureValue::Number(figure)) = self.figures.get(index).map(|figure| figure.value)
                {
                    self.check_rate(figure, &value.span);
                }
                Some((Action::Pay(rate), wording))
            }
            "deductible" => {
                let (amount, wording) = self.spelled_number(value, Unit::Yuan)?;
                let used = self.used(Measure::Deducted, benefit, scope);
                Some((Action::Deductible { amount, used }, wording))
            }
            "limit" => {
                let (amount, wording) = self.spelled_number(value, Unit::Yuan)?;
                let used = self.used(Measure::Paid, benefit, scope);
                Some((Action::Limit { amount, used }, wording))
            }
            "less" => self.spelled_number(value, Unit::Yuan).map(|(amount, wording)| (Action::Less(amount), wording)),
            "minimum" => self.spelled_number(value, Unit::Yuan).map(|(amount, wording)| (Action::Minimum(amount), wording)),
            "add" => self.spelled_number(value, Unit::Yuan).map(|(amount, wording)| (Action::Add(amount), wording)),
            "offset" => self.earlier(value, scope).map(|earlier| (Action::Offset(earlier), self.benefit_titles(value))),
            "exclusive" => self.earlier(value, scope).map(|earlier| (Action::Exclusive(earlier), self.benefit_titles(value))),
            "bands" => match self.declared(value)?.named {
                Named::Ladder(index) => Some((Action::Bands(index), self.named_title(value))),
                Named::Poisoned => None,
                _ => self.not_such(value, say!("不是分段累进(kind = marginal)", "is not marginal bands")),
            },
            _ => match self.declared(value)?.named {
                Named::Waiting(index) => Some((Action::Waiting(index), self.named_title(value))),
                Named::Poisoned => None,
                _ => self.not_such(value, say!("不是等待期", "is not a waiting period")),
            },
        }
    }

    fn used(&mut self, measure: Measure, benefit: usize, scope: Option<Scope>) -> Option<crate::plan::expression::Prior> {
        scope.and_then(|scope| self.resolver.prior(measure, benefit, scope))
    }

    fn declared(&mut self, node: &Node) -> Option<Declared> {
        let name = node.text()?;
        match self.resolver.names.get(name).cloned() {
            Some(declared) => {
                self.resolver.used.insert(name.to_owned());
                self.resolver.touched.extend(declared.assumed.iter().cloned());
                Some(declared)
            }
            None => {
                let help = did_you_mean(name, self.resolver.names.keys().map(String::as_str));
                let message = say!("没有名为 `{name}` 的分段或等待期", "no bands or waiting period is named `{name}`");
                self.resolver.findings.report(Code::UnknownName, &node.span, message).help_with(help);
                None
            }
        }
    }

    fn not_such<T>(&mut self, node: &Node, what: Text) -> Option<T> {
        let name = node.text()?;
        let (zh, en) = (what.zh, what.en);
        self.resolver.findings.report(Code::TypeMismatch, &node.span, say!("`{name}` {zh}", "`{name}` {en}"));
        None
    }

    fn spelled_number(&mut self, node: &Node, unit: Unit) -> Option<(Number, Text)> {
        let syntax = self.read(node)?;
        self.resolver.guard(&syntax);
        let number = self.resolver.number(&syntax, unit)?;
        Some((number, self.wording(&syntax)))
    }

    /// Benefits that stand before, each with what it has paid before in the scope.
    fn earlier(&mut self, list: &Node, scope: Option<Scope>) -> Option<Vec<EarlierBenefit>> {
        let found: Vec<Option<EarlierBenefit>> = list
            .items()
            .iter()
            .map(|node| {
                let benefit = self.resolver.earlier_benefit(node.text()?, &node.span)?;
                let paid_before = scope.and_then(|scope| self.resolver.prior(Measure::Paid, benefit, scope));
                Some(EarlierBenefit { benefit, paid_before })
            })
            .collect();
        whole(found)
    }

    fn check_step_order(&mut self, steps: &[Option<Step>], benefit: usize) {
        let spans = self.places.steps.get(benefit).cloned().unwrap_or_default();
        let mut limited = false;
        let mut accumulated = false;
        for (step, span) in steps.iter().zip(&spans) {
            match step.as_ref().map(|step| &step.action) {
                Some(Action::Limit { .. }) => limited = true,
                Some(Action::Add(_) | Action::Minimum(_)) if limited => {
                    let message = say!("限额之后不能再加", "nothing can be added after a limit");
                    let help = say!("把限额移到最后", "move the limit to the end");
                    self.resolver.findings.report(Code::AdditionAfterLimit, span, message).help_with([help]);
                }
                Some(Action::Deductible { used: Some(_), .. }) if accumulated => {
                    let message = say!("一项待遇只能有一个累计起付线", "a benefit has one accumulated deductible at most");
                    self.resolver.findings.report(Code::TwoAccumulatedDeductibles, span, message);
                }
                Some(Action::Deductible { used: Some(_), .. }) => accumulated = true,
                Some(_) | None => {}
            }
        }
    }

    fn limit(&mut self, node: &'n Node) -> Option<Limit> {
        let id = node.get("id")?.text()?;
        let amount_node = node.get("amount")?;
        self.places.limits.push(amount_node.span.clone());
        self.resolver.benefit = self.resolver.benefits.len();
        let scope = node.get("per").and_then(Node::text).and_then(scope_named);
        let over = self.earlier(node.get("over")?, scope);
        let amount = self.number(amount_node, Unit::Yuan);
        self.resolver.touched.extend(assumption(id, node, None));
        let citation = self.citation(node);
        Some(Limit { id: id.into(), title: title(node)?, over: over?, amount: amount?, citation: citation?, is_outermost: false })
    }

    fn effective(&mut self, node: &Node) -> Option<Effective> {
        let date = |key| match node.get(key).map(|node| &node.form) {
            Some(Form::Date(date)) => Some(*date),
            Some(_) | None => None,
        };
        let from = date("from")?;
        let until = date("until");
        if until.is_some_and(|until| until < from) {
            let span = node.get("until").map(|node| node.span.clone()).unwrap_or_default();
            self.resolver.findings.report(Code::EffectiveReversed, &span, say!("失效日早于生效日", "the last day is before the first"));
        }
        let by = if node.get("by")?.text()? == "event_date" { EffectiveBy::EventDate } else { EffectiveBy::CoverageStart };
        Some(Effective { from, until, by })
    }

    /// Promises name facts; what they promise is checked when the plan exists.
    fn check_promise_names(&mut self) {
        let Some(node) = self.root.get("promise") else { return };
        let borne = node.get("never_pays_more_than_borne").into_iter();
        let monotone = node.get("monotone_in").map(Node::items).unwrap_or_default();
        for name in borne.chain(monotone) {
            let is_read = name.text().is_some_and(|text| self.resolver.facts.iter().any(|fact| &*fact.name == text));
            if !is_read {
                let text = name.text().unwrap_or_default();
                let help = did_you_mean(text, self.resolver.facts.iter().map(|fact| &*fact.name));
                let message = say!("规则中没有用到事实 `{text}`", "no rule reads a fact named `{text}`");
                self.resolver.findings.report(Code::UnknownName, &name.span, message).help_with(help);
            }
        }
    }

    /// The conditions of every plan: a settlement record that stands, shares that may be held.
    fn standing_conditions(&mut self, terms: &Option<Terms>) -> Vec<Option<Condition>> {
        let mut conditions = vec![
            self.not_among("refd_setl_flag", "1", "settlement-refunded", say!("结算未退费", "the settlement was not refunded")),
            self.not_among("vali_flag", "0", "settlement-invalid", say!("结算记录有效", "the settlement record is valid")),
        ];
        if let Some(Terms { max_shares: Some((max, Excess::Refuse)), .. }) = terms {
            let held = self.resolver.slot("shares").map(Number::Fact);
            conditions.push(held.map(|held| {
                let require = Truth::Compare(Comparison::AtMost, Box::new([held, max.clone()]));
                standing("too-many-shares", require, say!("持有份数不超过上限", "no more shares than the cap"))
            }));
        }
        conditions
    }

    fn not_among(&mut self, fact: &str, value: &str, id: &str, text: Text) -> Option<Condition> {
        let slot = self.resolver.slot(fact)?;
        let among = Truth::Among(slot, vec![value.into()]);
        Some(standing(id, Truth::Not(Box::new(among)), text))
    }

    /// What must agree between facts, whatever the plan: see [`IDENTITIES`].
    fn identities(&mut self) -> Vec<Identity> {
        let mut identities: Vec<Identity> = IDENTITIES
            .iter()
            .filter_map(|(id, left, relation, right, guard, zh, en)| {
                let guard = self.resolver.standard(guard, Resolver::truth)?;
                let comparison = if *relation == "=" { Comparison::Equal } else { Comparison::AtMost };
                let sides = self.resolver.standard(left, |r, left| Some(r.typed(left))).zip(self.resolver.standard(right, |r, right| Some(r.typed(right))))?;
                let (compared, sides) = match sides {
                    (Typed::Number(left, _), Typed::Number(right, _)) => {
                        (Truth::Compare(comparison, Box::new([left.clone(), right.clone()])), Some(Box::new([left, right])))
                    }
                    (Typed::Date(left), Typed::Date(right)) => (Truth::CompareDates(comparison, Box::new([left, right])), None),
                    _ => return None,
                };
                let holds = Truth::Or(Box::new([Truth::Not(Box::new(guard)), compared]));
                Some(Identity { id, text: Text { zh: (*zh).to_owned(), en: (*en).to_owned() }, holds, sides })
            })
            .collect();
        let derived: Vec<(Slot, PlanFact)> = self.resolver.facts.iter().cloned().enumerate().filter(|(_, fact)| fact.derived.is_some()).collect();
        for (slot, fact) in derived {
            identities.extend(derivation_identity(slot, &fact));
        }
        identities
    }

    /// Later versions may count what this one does not, so every benefit posts.
    fn post_every_benefit(&mut self) {
        for benefit in 0..self.resolver.benefits.len() {
            for measure in [Measure::Paid, Measure::Count] {
                self.resolver.prior(measure, benefit, Scope::Life);
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
        for (name, span) in unused {
            let message = say!("`{name}` 没有用到", "`{name}` is never used");
            let help = say!("删去它,或在规则中使用它", "remove it, or use it in a rule");
            self.resolver.findings.report(Code::Unused, &span, message).help_with([help]);
        }
    }

    fn check_fact_count(&mut self) {
        let count = self.resolver.facts.len();
        if count > MAX_FACTS {
            let span = self.places.plan.clone();
            let message = say!("规则用到 {count} 个事实,上限为 {MAX_FACTS}", "the rules read {count} facts, at most {MAX_FACTS} are possible");
            self.resolver.findings.report(Code::TooMany, &span, message);
        }
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
        for section in ["figure", "table", "list", "bands", "value", "waiting"] {
            if let Some(node) = self.root.get(section).and_then(|section| section.get(name)) {
                return title(node).unwrap_or_else(|| Text::same(name));
            }
        }
        let symbols = self.resolver.facts.iter().flat_map(|fact| &fact.symbols);
        symbols.into_iter().find(|symbol| &*symbol.name == name).map_or_else(|| Text::same(name), |symbol| symbol.title.clone())
    }

    fn benefit_title(&self, id: &str) -> Text {
        let node = self.items("benefit").find(|node| node.get("id").and_then(Node::text) == Some(id));
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

/// One row of a table as written.
struct Row<'n> {
    key: &'n str,
    span: &'n Span,
    value: Decimal,
}

/// Identities between standard facts: id, left side, relation, right side, when it can be asked, Chinese and English text.
///
/// The settlement's are those of the national platform's record (`setlinfo`); all amounts in yuan.
const IDENTITIES: [(&str, &str, &str, &str, &str, &str, &str); 8] = [
    ("cover-dates", "coverage_start", "<=", "coverage_end", "given(coverage_start) and given(coverage_end)", "保障终止日不早于起始日", "the cover does not end before it starts"),
    ("stay-dates", "admitted", "<=", "discharged", "(given(admitted) or given(begndate)) and (given(discharged) or given(enddate))", "出院日期不早于入院日期", "the discharge is not before the admission"),
    ("birth-after-event", "birth_date", "<=", "event_date", "given(birth_date) and given(event_date)", "出生日期不晚于事故日期", "the birth is not after the event"),
    ("fund-above-total", "fund_paid", "<=", "total_cost", "(given(fund_paid) or given(fund_pay_sumamt)) and (given(total_cost) or given(medfee_sumamt))", "基金支付不超过医疗费总额", "the funds pay no more than the total cost"),
    ("settlement-scope", "inscp_scp_amt", "=", "medfee_sumamt - fulamt_ownpay_amt - overlmt_selfpay - preselfpay_amt", "given(inscp_scp_amt)", "符合政策范围金额 = 总额 − 全自费 − 超限价 − 先行自付", "within scope = total - self-funded - above the limit - paid first"),
    ("settlement-funds", "fund_pay_sumamt", "=", "hifp_pay + cvlserv_pay + hifes_pay + hifmi_pay + hifob_pay + maf_pay + oth_pay", "given(fund_pay_sumamt) and given(hifp_pay)", "基金支付总额 = 七项基金之和", "all funds = the sum of the seven"),
    ("settlement-burden", "psn_part_amt", "=", "medfee_sumamt - fund_pay_sumamt - hosp_part_amt", "given(psn_part_amt)", "个人负担 = 总额 − 基金 − 医院负担", "borne by the person = total - funds - hospital's part"),
    ("settlement-payments", "psn_part_amt", "=", "acct_pay + psn_cash_pay + acct_mulaid_pay", "given(psn_part_amt) and given(acct_pay)", "个人负担 = 个人账户 + 现金 + 共济", "borne by the person = account + cash + relative's account"),
];

/// A fact that is given must agree with what follows from others; what follows must lie within the fact's bounds.
fn derivation_identity(slot: Slot, fact: &PlanFact) -> Option<Identity> {
    let title = &fact.title;
    let text = Text {
        zh: format!("所给{}与其他事实一致", title.zh),
        en: format!("{} agrees with the other facts", title.en),
    };
    let not_given = Truth::Not(Box::new(Truth::Given(slot)));
    let (agrees, within, sides) = match fact.derived.as_ref()? {
        Derived::Number(derived) => {
            let sides = Box::new([Number::Fact(slot), derived.clone()]);
            let max = Number::Constant(fact.bounds.max);
            let within = Truth::Compare(Comparison::AtMost, Box::new([Number::Fact(slot), max]));
            (Truth::Compare(Comparison::Equal, sides.clone()), (fact.kind == Kind::Days).then_some(within), Some(sides))
        }
        Derived::Date(derived) => {
            let sides = Box::new([Date::Fact(slot), derived.clone()]);
            (Truth::CompareDates(Comparison::Equal, sides), None, None)
        }
    };
    let agrees = if &*fact.name == "hospital_days" {
        // A stay's length that is given beside no dates contradicts nothing.
        let no_dates = Truth::Compare(Comparison::Equal, Box::new([sides.as_ref()?[1].clone(), Number::Constant(Decimal::ZERO)]));
        Truth::Or(Box::new([no_dates, agrees]))
    } else {
        agrees
    };
    let holds = Truth::Or(Box::new([not_given, agrees]));
    let holds = match within {
        Some(within) => Truth::And(Box::new([within, holds])),
        None => holds,
    };
    Some(Identity { id: Code::FactContradicts.name(), text, holds, sides })
}

fn standing(id: &str, require: Truth, text: Text) -> Condition {
    let clause = say!("通则", "general rule");
    let citation = Citation { clause, provenance: Provenance::Stated, assumed: Vec::new() };
    Condition { id: id.into(), require, otherwise: Otherwise::Deny, text, citation }
}

/// The reason of a step that states none of its own.
fn standing_reason(action: &Action, wording: &Text) -> Text {
    let (zh, en) = (&wording.zh, &wording.en);
    match action {
        Action::Pay(_) => say!("按{zh}给付", "paid at {en}"),
        Action::Bands(_) => say!("分段给付:{zh}", "paid by bands: {en}"),
        Action::Deductible { .. } => say!("起付线:{zh}", "deductible: {en}"),
        Action::Limit { .. } => say!("限额:{zh}", "limit: {en}"),
        Action::Less(_) => say!("扣减:{zh}", "less {en}"),
        Action::Offset(_) => say!("扣减已给付的{zh}", "less what is paid for {en}"),
        Action::Exclusive(_) => say!("与{zh}不重复给付", "not beside {en}"),
        Action::Waiting(_) => say!("等待期:{zh}", "waiting period: {en}"),
        Action::Minimum(_) => say!("最低给付:{zh}", "at least {en}"),
        Action::Add(_) => say!("加给:{zh}", "plus {en}"),
    }
}

/// Which limit has the last word on each benefit, so that the total can be counted at the limits.
fn count_at_the_outermost(limits: &mut [Limit], benefits: &mut [Benefit]) {
    let last_over: Vec<Option<usize>> = (0..benefits.len())
        .map(|benefit| limits.iter().rposition(|limit| limit.over.iter().any(|earlier| earlier.benefit == benefit)))
        .collect();
    let last = |benefit: usize| last_over.get(benefit).copied().flatten();
    for (index, limit) in limits.iter_mut().enumerate() {
        limit.is_outermost = limit.over.iter().all(|earlier| last(earlier.benefit) == Some(index));
    }
    let outermost: Vec<bool> = limits.iter().map(|limit| limit.is_outermost).collect();
    for (index, benefit) in benefits.iter_mut().enumerate() {
        benefit.is_within_outermost = last(index).and_then(|limit| outermost.get(limit).copied()).unwrap_or(false);
    }
}

fn scope_named(name: &str) -> Option<Scope> {
    Scope::ALL.into_iter().find(|(known, _)| *known == name).map(|(_, scope)| scope)
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

fn title(node: &Node) -> Option<Text> {
    node.get("title").map(Node::words)
}

fn whole<T>(parts: Vec<Option<T>>) -> Option<Vec<T>> {
    parts.into_iter().collect()
}
