//! Tables, lists and bands.

use super::{Builder, assumption, origin, whole};
use crate::arena::Arena;
use crate::code::Code;
use crate::diagnostic::{Span, did_you_mean};
use crate::document::Node;
use crate::fact::{Absent, Kind, STANDARD};
use crate::names;
use crate::pack::build::MAX_BANDS;
use crate::pack::resolve::{Extent, Named, SlabKey, SlabState};
use crate::pack::shape::{self, Keys};
use crate::pack::syntax::Unit;
use crate::plan::Edge;
use crate::plan::expression::{LadderIndex, Members, SlabIndex, Slot};
use crate::plan::{Ladder, PlanFact, Rows, Rung, Slab, Table};
use crate::text::say;
use rust_decimal::Decimal;
use std::collections::BTreeSet;

impl<'n> Builder<'n> {
    pub(super) fn declare_tables(&mut self) {
        for (name, span, node) in self.named("table") {
            let assumed = assumption(name, node, None);
            match self.table(name, node, span) {
                Some((table, unit)) => {
                    self.resolver.table_keys.push(table.by);
                    let index = self.tables.push(table);
                    self.declare(name, span, Named::Table(index, unit), assumed);
                }
                None => self.declare(name, span, Named::Poisoned, assumed),
            }
        }
    }

    fn table(&mut self, name: &str, node: &'n Node, span: &Span) -> Option<(Table, Unit)> {
        let entries = node.get("rows").filter(|rows| rows.is_table())?.entries();
        let mut unit = None;
        let values: Vec<Value> = entries.iter().map(|entry| self.row_value(&entry.node, &mut unit)).collect();
        let otherwise = node.get("otherwise").map(|node| self.row_value(node, &mut unit));
        let by = self.fact_named(node.get("by")?)?;
        // A value that cannot be read is none of the table, but its row is there.
        let rows: Vec<Row<'n>> = entries
            .iter()
            .zip(&values)
            .map(|(entry, value)| Row { key: &entry.key, span: &entry.key_span, value: *value })
            .collect();
        let rows = self.rows(by, &rows, otherwise, span)?;
        let otherwise = match otherwise {
            Some(otherwise) => Some(otherwise?),
            None => None,
        };
        Some((Table { by, rows, otherwise, origin: origin(name, node) }, unit?))
    }

    /// The slot of a fact that a text names.
    pub(super) fn fact_named(&mut self, node: &Node) -> Option<Slot> {
        let name = node.text()?;
        let slot = self.resolver.rule_slot(name);
        if slot.is_none() && !self.resolver.may_be_poisoned(name) {
            let own = self.resolver.own_facts.keys().map(String::as_str);
            let help = did_you_mean(name, own.chain(STANDARD.iter().map(|fact| fact.name)));
            let message = say!("没有名为 `{name}` 的事实", "no fact is named `{name}`");
            self.resolver.findings.report(Code::UnknownName, &node.span, message).help_with(help);
        }
        slot
    }

    /// A row's value, in the unit that the first row set.
    pub(super) fn row_value(&mut self, node: &Node, unit: &mut Option<Unit>) -> Option<Decimal> {
        let (literal, span) = self.read_literal(node)?;
        let expected = *unit.get_or_insert(literal.unit);
        if literal.unit != expected {
            let (expected, found) = (expected.said(), literal.unit.said());
            let message = say!(
                "各行单位须相同：此前为{expected}，此处为{found}",
                "all rows have one unit: {expected} before, {found} here"; expected, found
            );
            self.resolver.findings.report(Code::UnitMismatch, &span, message);
            return None;
        }
        Some(literal.number)
    }

    fn rows(&mut self, by: Slot, rows: &[Row<'_>], otherwise: Option<Value>, span: &Span) -> Option<Rows> {
        let fact = self.resolver.facts[by].clone();
        match fact.kind {
            Kind::Number => self.number_rows(&fact, rows, otherwise, span),
            Kind::Category => self.category_rows(&fact, rows, otherwise, span),
            Kind::YesNo => self.yes_no_rows(&fact, rows, otherwise, span),
            Kind::Money | Kind::Ratio | Kind::Days | Kind::Date => {
                let name = &fact.name;
                let message = say!("不能按 `{name}` 查表", "a table cannot be looked up by `{name}`");
                let help = say!("金额、比例、天数用 `[bands]`", "use [bands] for money, ratios and days");
                self.resolver.findings.report(Code::TableKey, span, message).help_with([help]);
                None
            }
        }
    }

    fn yes_no_rows(
        &mut self,
        fact: &PlanFact,
        rows: &[Row<'_>],
        otherwise: Option<Value>,
        span: &Span,
    ) -> Option<Rows> {
        let find = |key| rows.iter().find(|row| row.key == key).map(|row| row.value).or(otherwise);
        for row in rows.iter().filter(|row| !matches!(row.key, "true" | "false")) {
            self.wrong_key(fact, row, &["true", "false"]);
        }
        match (find("true"), find("false")) {
            (Some(yes), Some(no)) => Some(Rows::YesNo { yes: yes?, no: no? }),
            _ if rows.iter().any(|row| !matches!(row.key, "true" | "false")) => None,
            (None, _) => self.not_total("true", rows, span),
            (Some(_), None) => self.not_total("false", rows, span),
        }
    }

    fn number_rows(
        &mut self,
        fact: &PlanFact,
        rows: &[Row<'_>],
        otherwise: Option<Value>,
        span: &Span,
    ) -> Option<Rows> {
        let (min, max) = (fact.bounds.min, fact.bounds.max);
        let mut found = Vec::new();
        for row in rows {
            match crate::exact::parse(row.key) {
                Ok(key) if key >= min && key <= max => found.push((key, row)),
                Ok(_) | Err(_) => self.wrong_key(fact, row, &[&format!("{min}–{max}")]),
            }
        }
        found.sort_by_key(|(key, row)| (*key, row.span.start));
        for ((key, row), (other, again)) in found.iter().zip(found.iter().skip(1)) {
            if key == other {
                let (first, second) = (row.key, again.key);
                let message = say!("`{second}` 与 `{first}` 是同一行", "`{second}` duplicates the row `{first}`");
                self.resolver.findings.report(Code::TableKey, again.span, message);
            }
        }
        found.dedup_by_key(|(key, _)| *key);
        let mut expected = min;
        for (key, _) in &found {
            if *key != expected && otherwise.is_none() {
                return self.not_total(&expected.to_string(), rows, span);
            }
            expected = crate::exact::add(*key, Decimal::ONE).ok()?;
        }
        if expected <= max && otherwise.is_none() {
            return self.not_total(&expected.to_string(), rows, span);
        }
        found.into_iter().map(|(key, row)| Some((key, row.value?))).collect::<Option<_>>().map(Rows::Numbers)
    }

    fn category_rows(
        &mut self,
        fact: &PlanFact,
        rows: &[Row<'_>],
        otherwise: Option<Value>,
        span: &Span,
    ) -> Option<Rows> {
        let known: Vec<&str> = fact.symbols.iter().map(|symbol| &*symbol.name).collect();
        let is_known: BTreeSet<&str> = known.iter().copied().collect();
        for row in rows.iter().filter(|row| !is_known.contains(row.key)) {
            self.wrong_key(fact, row, &known);
        }
        if otherwise.is_none() {
            if fact.open || fact.absent == Absent::None {
                return self.not_total("…", rows, span);
            }
            let is_full = self.resolver.findings.is_full();
            let meant = |row: &Row<'_>| match is_known.get(row.key) {
                None if is_full => None,
                None => names::nearest(row.key, known.iter().copied()),
                Some(known) => Some(*known),
            };
            let all_meant: BTreeSet<&str> = rows.iter().filter_map(meant).collect();
            if let Some(missing) = known.iter().find(|known| !all_meant.contains(**known)) {
                return self.not_total(missing, rows, span);
            }
        }
        rows.iter().map(|row| Some((row.key.into(), row.value?))).collect::<Option<_>>().map(Rows::Categories)
    }

    /// A key that is none of the known ones; one that cannot be a key at all was reported.
    fn wrong_key(&mut self, fact: &PlanFact, row: &Row<'_>, known: &[&str]) {
        if !Keys::Rows.takes(row.key) || self.resolver.of_unread_values.contains(&*fact.name) {
            return;
        }
        if self.resolver.findings.is_full() {
            self.resolver.findings.one_more(Code::TableKey, row.span);
            return;
        }
        let (name, key, list) = (&fact.name, row.key, known.join(", "));
        let message = say!("`{name}` 不会是 `{key}`（可取：{list}）", "`{name}` is never `{key}` (it may be {list})");
        let help = did_you_mean(key, known.iter().copied());
        self.resolver.findings.report(Code::TableKey, row.span, message).help_with(help);
    }

    /// A row is missing, unless it may be one whose key cannot be read.
    fn not_total<T>(&mut self, missing: &str, rows: &[Row<'_>], span: &Span) -> Option<T> {
        if rows.iter().any(|row| !Keys::Rows.takes(row.key)) {
            return None;
        }
        let message = say!("表中缺少 `{missing}` 一行", "the table has no row for `{missing}`");
        let help = say!("补上该行，或写 `otherwise`", "add the row, or say `otherwise`");
        self.resolver.findings.report(Code::TableNotTotal, span, message).help_with([help]);
        None
    }

    pub(super) fn declare_lists(&mut self) {
        for (name, span, node) in self.named("list") {
            let assumed = assumption(name, node, None);
            let named = self.list(node).unwrap_or(Named::Poisoned);
            self.declare(name, span, named, assumed);
        }
    }

    fn list(&mut self, node: &Node) -> Option<Named> {
        let of = node.get("of")?;
        let slot = self.fact_named(of)?;
        let fact = self.resolver.facts[slot].clone();
        let values = node.get("values")?.items();
        if fact.kind != Kind::Category {
            let name = &fact.name;
            self.resolver.findings.report(
                Code::TypeMismatch,
                &of.span,
                say!("`{name}` 不是类别", "`{name}` is not a category"),
            );
            return None;
        }
        let mut listed: Vec<Box<str>> = Vec::new();
        let mut seen = BTreeSet::new();
        for (text, span) in values.iter().filter_map(|node| Some((node.text()?, &node.span))) {
            if fact.symbols.named(text).is_none() {
                self.resolver.no_such_value(slot, text, span);
            }
            if !seen.insert(text) {
                self.resolver.findings.report(
                    Code::DuplicateName,
                    span,
                    say!("取值 `{text}` 重复", "duplicate value `{text}`"),
                );
            }
            listed.push(text.into());
        }
        Some(Named::List(fact.name.to_string(), Members::of(listed)))
    }

    /// Declares bands; slabs are resolved later, when every name is known.
    pub(super) fn declare_bands(&mut self) -> (Arena<SlabIndex, Declaration<'n>>, Arena<LadderIndex, Option<Ladder>>) {
        let (mut slabs, mut ladders) = (Arena::new(), Arena::new());
        for (name, span, node) in self.named("bands") {
            let assumed = assumption(name, node, None);
            let rows = node.get("rows").map(Node::items).unwrap_or_default();
            if let Some(none) = node.get("rows").filter(|rows| rows.is_empty_list()) {
                let message = say!("分段没有行", "the bands have no rows");
                let help = say!(
                    "每段写一行，如 `{{ above = \"0元\", pays = \"80%\" }}`",
                    "write a row for each band, such as `{{ above = \"0 yuan\", pays = \"80%\" }}`"
                );
                self.resolver.findings.report(Code::BadValue, &none.span, message).help_with([help]);
                self.declare(name, span, Named::Poisoned, assumed);
                continue;
            }
            if rows.len() > MAX_BANDS {
                let count = rows.len();
                let message = say!(
                    "分段有 {count} 行，上限为 {MAX_BANDS}",
                    "the bands have {count} rows, at most {MAX_BANDS} are read"
                );
                self.resolver.findings.report(Code::TooMany, span, message);
                self.declare(name, span, Named::Poisoned, assumed);
                continue;
            }
            let named = match node.get("kind").and_then(Node::text) {
                Some("marginal") => {
                    let ladder = self.ladder(name, node, rows);
                    Named::Ladder(ladders.push(ladder))
                }
                Some("slab") => {
                    let unit = rows.first().and_then(|row| row.get("pays")).and_then(|pays| self.read_literal(pays));
                    let slab = slabs.push((name, span, node));
                    unit.map_or(Named::Poisoned, |(literal, _)| Named::Slab(slab, literal.unit))
                }
                Some(_) | None => {
                    for entry in rows.iter().flat_map(Node::entries) {
                        self.read_literal(&entry.node);
                    }
                    Named::Poisoned
                }
            };
            self.declare(name, span, named, assumed);
        }
        (slabs, ladders)
    }

    fn ladder(&mut self, name: &str, node: &Node, rows: &[Node]) -> Option<Ladder> {
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
            rungs.push(pays.map(|pays| Rung { from, up_to, pays, at_most }));
        }
        Some(Ladder { rungs: whole(rungs)?, origin: origin(name, node) })
    }

    pub(super) fn check_rate(&mut self, rate: Decimal, span: &Span) {
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
                let message = say!(
                    "本段从 {edge} 起，上一段到 {last} 止",
                    "this band starts at {edge}, the one before ends at {last}"
                );
                self.resolver.findings.report(Code::BandsGap, &above.span, message);
            }
            match row.get("up_to") {
                Some(node) => {
                    if is_last {
                        let message = say!(
                            "最后一段写了 `up_to`，更高部分没有规定",
                            "the last band has an `up_to`: nothing is said of what is above"
                        );
                        let help = say!(
                            "再加一段不写 `up_to` 的，说明更高部分如何处理",
                            "add a band without `up_to` that says what becomes of more"
                        );
                        self.resolver.findings.report(Code::BandsOpenEnd, &node.span, message).help_with([help]);
                    }
                    let edge = self.amount(node, unit);
                    sound = edge.is_some();
                    let edge = edge.unwrap_or(last);
                    if edge <= last && sound {
                        let message = say!(
                            "上界 {edge} 不高于上一段的 {last}",
                            "the upper edge {edge} is not above {last} of the band before"
                        );
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

    /// What slabs are picked by is read once every name is known, and resolved where it is first needed.
    pub(super) fn declare_slab_keys(&mut self, slabs: &Arena<SlabIndex, Declaration<'n>>) {
        for (name, _, node) in slabs {
            let syntax = node.get("by").and_then(|by| self.read(by));
            let state = syntax.map_or(SlabState::Done(None, Extent::default()), SlabState::Waiting);
            self.resolver.slab_keys.push(SlabKey { name: (*name).to_owned(), state });
        }
    }

    pub(super) fn slab(&mut self, index: SlabIndex, (name, span, node): Declaration<'n>) -> Option<Slab> {
        for key in ["by", "edge"] {
            if node.get(key).is_none() {
                let message = say!("分段全额缺少 `{key}`", "`{key}` is missing: a slab needs it");
                self.resolver.findings.report(Code::MissingKey, span, message).help_with(shape::example_for_bands(key));
            }
        }
        self.resolver.slab(index, span);
        self.resolver.take_touched();
        let (by, unit) = self.resolver.slab_key(index)?;
        let rows = node.get("rows").map(Node::items).unwrap_or_default();
        let edges = self.edges(rows, unit);
        let mut pays_unit = None;
        let mut bands = Vec::new();
        let mut above = None;
        for (row, (_, up_to)) in rows.iter().zip(edges) {
            let pays = row.get("pays").and_then(|pays| self.row_value(pays, &mut pays_unit));
            if let Some(entry) = row.entries().iter().find(|entry| entry.key == "at_most") {
                self.resolver.findings.report(
                    Code::UnknownKey,
                    &entry.key_span,
                    say!("分段全额没有 `at_most`", "a slab has no `at_most`"),
                );
            }
            match up_to {
                Some(edge) => bands.push((edge, pays?)),
                None => above = pays,
            }
        }
        let edge = node.get("edge").and_then(Node::text).and_then(Edge::named)?;
        Some(Slab { by, edge, bands, above: above?, origin: origin(name, node) })
    }
}

/// A name, its place, and what it stands for.
pub(super) type Declaration<'n> = (&'n str, &'n Span, &'n Node);

/// One row of a table as written.
struct Row<'n> {
    key: &'n str,
    span: &'n Span,
    value: Value,
}

/// What a table gives; `None` where it cannot be read, which was reported.
type Value = Option<Decimal>;
