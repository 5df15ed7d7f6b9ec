//! Random packs: text that is well typed, and what a history needs to know of it.

use std::collections::{BTreeMap, BTreeSet};

use super::expressions::{Number, Size, amount};
use super::tree::{Sort, Tree};
use crate::oracle::draw::Draw;

pub(crate) const PLAN: &str = "drawn";
const CITED: &str = "clause = \"c\"\nprovenance = \"stated\"\n";
const TITLED: &str = "title = { zh = \"t\", en = \"t\" }\n";
const MODES: [&str; 7] = ["half-up", "half-down", "half-even", "up", "down", "ceiling", "floor"];
const MULTIPLES: [&str; 12] = ["0.01", "0.01", "0.05", "0.05", "0.1", "0.1", "1", "1", "10", "0.25", "3", "0.07"];
const SCOPES: [&str; 5] = ["claim", "event", "period", "calendar-year", "life"];
const CATEGORIES: [(&str, &[&str]); 6] = [
    ("cause", &["accident", "sudden-death", "illness"]),
    ("insured_as", &["employee", "resident", "none"]),
    ("employment", &["active", "retired"]),
    ("occupation", &["courier", "truck-driver", "care-worker"]),
    ("illness_class", &["stroke", "lupus"]),
    ("own_class", &["small", "middle", "large"]),
];

/// One version of a plan.
#[derive(Debug, Clone)]
pub(crate) struct Pack {
    items: Vec<Item>,
}

/// A part of the file that may be left out.
#[derive(Debug, Clone)]
struct Item {
    /// What others use it by; an item without a name is used as it stands.
    name: Option<String>,
    tree: Tree,
}

impl Pack {
    /// The file, without what nothing uses.
    pub(crate) fn text(&self) -> String {
        let mut items: Vec<(Option<&str>, String)> =
            self.items.iter().map(|item| (item.name.as_deref(), item.tree.text())).collect();
        loop {
            let words = |text: &str| -> BTreeSet<String> {
                text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').map(str::to_owned).collect()
            };
            let mut uses: BTreeMap<String, u32> = BTreeMap::new();
            for word in items.iter().flat_map(|(_, text)| words(text)) {
                *uses.entry(word).or_default() += 1;
            }
            let before = items.len();
            items.retain(|(name, _)| name.is_none_or(|name| uses.get(name).is_some_and(|uses| *uses > 1)));
            if items.len() == before {
                return items.into_iter().map(|(_, text)| text).collect::<Vec<_>>().join("\n");
            }
        }
    }

    /// Every pack that is the same but for one smaller part.
    pub(crate) fn smaller(&self) -> Vec<Pack> {
        let mut found = Vec::new();
        for (place, item) in self.items.iter().enumerate().rev() {
            if item.name.is_none() && place > 0 {
                let mut items = self.items.clone();
                items.remove(place);
                found.push(Pack { items });
            }
        }
        for (place, item) in self.items.iter().enumerate() {
            for tree in item.tree.smaller() {
                let mut items = self.items.clone();
                items[place] = Item { name: item.name.clone(), tree };
                found.push(Pack { items });
            }
        }
        found
    }
}

/// A fact that all versions of a plan have in common.
#[derive(Debug, Clone)]
pub(crate) struct OwnFact {
    pub(crate) name: String,
    pub(crate) kind: &'static str,
    pub(crate) holder: &'static str,
    /// In fen, in hundred-millionths of a ratio, or whole.
    pub(crate) min: i64,
    pub(crate) max: i64,
    pub(crate) is_none_if_absent: bool,
}

/// Numbers that a pack compares with, in fen or whole.
#[derive(Debug, Clone, Default)]
pub(crate) struct Edges {
    pub(crate) money: Vec<i64>,
    pub(crate) days: Vec<i64>,
    pub(crate) plain: Vec<i64>,
}

/// A plan in one or two versions.
#[derive(Debug, Clone)]
pub(crate) struct Drawn {
    pub(crate) packs: Vec<Pack>,
    pub(crate) own: Vec<OwnFact>,
    pub(crate) edges: Edges,
}

pub(crate) fn drawn(draw: &mut Draw) -> Drawn {
    let own = own_facts(draw);
    let benefits: Vec<String> = (0..draw.between(1, 4)).map(|benefit| format!("b{benefit}-aid")).collect();
    let by = draw.one_of(&["coverage_start", "event_date"]);
    let has_two = draw.chance(25);
    let spans: &[(&str, &str)] = if has_two {
        &[("v1", "from = 2025-01-01, until = 2025-06-30"), ("v2", "from = 2025-07-01")]
    } else {
        &[("v1", "from = 2024-01-01")]
    };
    let mut edges = Edges::default();
    let mut packs = Vec::new();
    for (version, span) in spans {
        let mut maker = Maker::new(draw, own.clone(), benefits.clone());
        maker.pack(version, span, by);
        edges.money.append(&mut maker.edges.money);
        edges.days.append(&mut maker.edges.days);
        edges.plain.append(&mut maker.edges.plain);
        packs.push(Pack { items: maker.items });
    }
    Drawn { packs, own, edges }
}

fn own_facts(draw: &mut Draw) -> Vec<OwnFact> {
    let kinds = [
        ("own_cost", "money"),
        ("own_credit", "money"),
        ("own_count", "number"),
        ("own_days", "days"),
        ("own_ratio", "ratio"),
        ("own_date", "date"),
        ("own_flag", "yes-no"),
        ("own_class", "category"),
    ];
    let mut facts = Vec::new();
    for (name, kind) in kinds {
        let is_none_if_absent = draw.chance(40);
        let is_wide = draw.chance(20);
        let (min, max) = match kind {
            "money" if is_wide => (0, 99_999_999_999_999_999),
            "money" => (draw.one_of(&[0, 0, 12_345]), draw.one_of(&[10_000_000, 3_333_333, 100_000_000])),
            "number" if is_wide => (0, 1_000_000_000),
            "number" => (draw.one_of(&[0, 1]), draw.between(2, 5)),
            "days" if is_wide => (0, 36_500),
            "days" => (draw.one_of(&[0, 3]), 200),
            "ratio" if is_wide => (0, 100_000_000),
            "ratio" => (20_000_000, 87_500_000),
            _ => (0, 0),
        };
        let min = if is_none_if_absent { 0 } else { min };
        facts.push(OwnFact {
            name: name.to_owned(),
            kind,
            holder: draw.one_of(&["claim", "claim", "enrollment"]),
            min,
            max,
            is_none_if_absent,
        });
    }
    facts
}

/// Puts one pack together.
pub(crate) struct Maker<'d> {
    pub(crate) draw: &'d mut Draw,
    items: Vec<Item>,
    own: Vec<OwnFact>,
    benefits: Vec<String>,
    /// The benefits that stand before the one that is being made.
    pub(crate) earlier: Vec<String>,
    /// Tables, slabs and values by what they are.
    named: Vec<(Sort, String, Size)>,
    ladders: Vec<String>,
    waitings: Vec<String>,
    pub(crate) edges: Edges,
    /// The most of standard facts that this pack narrows, in fen or days.
    most: BTreeMap<&'static str, i64>,
    pub(crate) has_fine_rounding: bool,
    /// Whether its numbers are small enough for columns of 64 bits.
    pub(crate) is_narrow: bool,
    count: u32,
}

impl<'d> Maker<'d> {
    fn new(draw: &'d mut Draw, own: Vec<OwnFact>, benefits: Vec<String>) -> Maker<'d> {
        let (has_fine_rounding, is_narrow) = (draw.chance(50), draw.chance(85));
        Maker {
            draw,
            items: Vec::new(),
            own,
            benefits,
            earlier: Vec::new(),
            named: Vec::new(),
            ladders: Vec::new(),
            waitings: Vec::new(),
            edges: Edges::default(),
            most: BTreeMap::new(),
            has_fine_rounding,
            is_narrow,
            count: 0,
        }
    }

    fn pack(&mut self, version: &str, span: &str, by: &str) {
        let rounding = self.rounding();
        let head = format!(
            "[plan]\nid = \"{PLAN}\"\nversion = \"{version}\"\n{TITLED}effective = {{ {span}, by = \"{by}\" }}\n{rounding}"
        );
        self.item(None, Tree::leaf(Sort::Fixed, head));
        self.facts();
        self.enrollment();
        for _ in 0..self.draw.between(0, 2) {
            self.waiting();
        }
        for condition in 0..self.draw.between(0, 3) {
            self.condition(condition);
        }
        for benefit in self.benefits.clone() {
            self.benefit(&benefit);
            self.earlier.push(benefit);
        }
        for limit in 0..self.draw.between(0, 3) {
            self.limit(limit);
        }
    }

    fn item(&mut self, name: Option<&str>, tree: Tree) {
        self.items.push(Item { name: name.map(str::to_owned), tree });
    }

    pub(crate) fn put(&mut self, name: &str, text: &str) {
        self.item(Some(name), Tree::leaf(Sort::Fixed, text));
    }

    pub(crate) fn name(&mut self, letter: &str) -> String {
        self.count += 1;
        format!("{letter}_{}", self.count)
    }

    pub(crate) fn figure(&mut self, value: &str) -> String {
        self.figure_bare(&format!("\"{value}\""))
    }

    pub(crate) fn figure_bare(&mut self, value: &str) -> String {
        let name = self.name("f");
        self.put(&name, &format!("[figure.{name}]\nvalue = {value}\n{TITLED}{CITED}"));
        name
    }

    pub(crate) fn own_of(&self, kind: &str) -> Vec<OwnFact> {
        self.own.iter().filter(|fact| fact.kind == kind).cloned().collect()
    }

    pub(crate) fn any_benefit(&mut self) -> String {
        let at = self.draw.between(0, i64::try_from(self.benefits.len()).expect("few") - 1);
        self.benefits[usize::try_from(at).expect("not negative")].clone()
    }

    pub(crate) fn category_fact(&mut self) -> (&'static str, &'static [&'static str]) {
        self.draw.one_of(&[
            CATEGORIES[0],
            CATEGORIES[0],
            CATEGORIES[1],
            CATEGORIES[2],
            CATEGORIES[3],
            CATEGORIES[4],
            CATEGORIES[5],
        ])
    }

    pub(crate) fn size_of_standard(&self, name: &str) -> Size {
        let most = self.most.get(name).copied().unwrap_or(99_999_999_999_999_999);
        Size::new(u128::try_from(most / 100).expect("not negative") + 1, 2)
    }

    fn rounding(&mut self) -> String {
        let to = if self.has_fine_rounding { "0.01" } else { self.draw.one_of(&MULTIPLES) };
        let mode = self.draw.one_of(&MODES);
        format!("rounding = {{ to = \"{to} yuan\", mode = \"{mode}\", clause = \"c\", provenance = \"stated\" }}\n")
    }

    fn facts(&mut self) {
        for own in self.own.clone() {
            let OwnFact { name, kind, holder, min, max, is_none_if_absent } = own;
            let written = |number: i64| match kind {
                // A bound may be finer than the fact.
                "money" if number == 3_333_333 => "33333.335 yuan".to_owned(),
                "money" => format!("{} yuan", amount(number)),
                "days" => format!("{number} days"),
                "ratio" => format!("0.{number:08}"),
                _ => number.to_string(),
            };
            let mut text = format!("[fact.{name}]\nof = \"{holder}\"\ntype = \"{kind}\"\n{TITLED}");
            if min > 0 {
                text += &format!("min = \"{}\"\n", written(min));
            }
            let is_widest = matches!(max, 99_999_999_999_999_999 | 1_000_000_000 | 36_500 | 100_000_000 | 0);
            if !is_widest || (kind == "money" && max == 100_000_000) {
                text += &format!("max = \"{}\"\n", written(max));
            }
            if is_none_if_absent {
                text += "absent = \"none\"\n";
            }
            if kind == "category" {
                text += "values = [\"small\", \"middle\", \"large\"]\n";
            }
            self.put(&name, &text);
            match kind {
                "money" if is_widest => self.edges.money.push(min),
                "money" => self.edges.money.extend([min, max]),
                "days" => self.edges.days.extend([min, max]),
                "number" => self.edges.plain.extend([min, max]),
                _ => {}
            }
        }
        for (name, values) in [CATEGORIES[3], CATEGORIES[4]] {
            let text = if self.draw.chance(50) {
                format!("[fact.{name}]\nvalues = {values:?}\n")
            } else {
                let rows: Vec<String> =
                    values.iter().map(|value| format!("{value} = {{ zh = \"t\", en = \"t\" }}")).collect();
                format!("[fact.{name}]\nvalues = {{ {} }}\n", rows.join(", "))
            };
            self.put(name, &text);
        }
        for name in ["personal_burden", "in_pool_burden", "self_funded", "total_cost", "fund_paid", "other_paid"] {
            if self.draw.chance(if self.is_narrow { 60 } else { 30 }) {
                let most = self.draw.one_of(&[100_000_000, 1_000_000_000, 123_456_789]);
                self.most.insert(name, most);
                self.edges.money.push(most);
                self.put(name, &format!("[fact.{name}]\nmax = \"{} yuan\"\n", amount(most)));
            }
        }
        for name in ["cvlserv_pay", "psn_part_amt", "medfee_sumamt", "death"] {
            if self.draw.chance(30) {
                let word = if name == "death" { "unknown" } else { "none" };
                self.put(name, &format!("[fact.{name}]\nabsent = \"{word}\"\n"));
            }
        }
        if self.draw.chance(20) {
            self.put("hospital_days", "[fact.hospital_days]\nmax = \"180 days\"\n");
            self.edges.days.push(180);
        }
        if self.draw.chance(10) {
            self.put("hospital_grade", "[fact.hospital_grade]\nabsent = \"none\"\nmax = 3\n");
        }
    }

    fn enrollment(&mut self) {
        if self.draw.chance(35) {
            return;
        }
        let mut text = "[enrollment]\nterm = \"1 year\"\n".to_owned();
        if self.draw.chance(70) {
            let most = self.draw.between(1, 4);
            self.edges.plain.push(most);
            let name = self.figure(&most.to_string());
            let excess = self.draw.one_of(&["void", "refuse"]);
            text += &format!("max_shares = \"{name}\"\nexcess = \"{excess}\"\n");
        }
        self.item(None, Tree::leaf(Sort::Fixed, text));
    }

    fn condition(&mut self, number: i64) {
        let usual = match self.draw.between(0, 5) {
            0 => "event_date in coverage_start..=coverage_end".to_owned(),
            1 | 2 => {
                let (from, to) = (self.draw.between(16, 30), self.draw.between(45, 65));
                self.edges.plain.extend([from, from, to, to]);
                let (from, to) = (self.figure(&from.to_string()), self.figure(&to.to_string()));
                format!("age(coverage_start) in {from}..={to}")
            }
            3 => "occupation in [courier, truck-driver]".to_owned(),
            _ => String::new(),
        };
        let require = match usual.as_str() {
            "" => {
                let (left, right) = (self.truth(2), self.truth(1));
                Tree::of(Sort::Truth, "@ or @", [left, right])
            }
            usual if self.draw.chance(50) => {
                let other = self.truth(1);
                Tree::of(Sort::Truth, &format!("{usual} or @"), [other])
            }
            usual => Tree::leaf(Sort::Truth, usual),
        };
        let otherwise = self.draw.one_of(&["deny", "deny", "pend"]);
        let template = format!(
            "[[condition]]\nid = \"c{number}-must\"\nrequire = \"@\"\notherwise = \"{otherwise}\"\n\
             text = {{ zh = \"t\", en = \"t\" }}\n{CITED}"
        );
        self.item(None, Tree::of(Sort::Fixed, &template, [require]));
    }

    fn waiting(&mut self) {
        let name = self.name("w");
        let period = match self.draw.between(0, 3) {
            0 => {
                let months = self.draw.between(1, 14);
                Tree::leaf(Sort::Fixed, self.figure(&format!("{months} months")))
            }
            1 => self.number(Sort::Days, 1).0,
            _ => {
                let days = self.draw.between(10, 90);
                self.edges.days.push(days);
                Tree::leaf(Sort::Days, self.figure(&format!("{days} days")))
            }
        };
        let counts = self.draw.one_of(&["event_date", "event_date", "admitted", "reported_on"]);
        let counts = if self.draw.chance(15) { self.date(1) } else { Tree::leaf(Sort::Date, counts) };
        let mut lines = Vec::new();
        if self.draw.chance(25) {
            let from = self.date(1);
            lines.push(Tree::of(Sort::Line, "from = \"@\"\n", [from]));
        }
        if self.draw.chance(50) {
            let not_when =
                if self.draw.chance(50) { Tree::leaf(Sort::Truth, "cause = accident") } else { self.truth(1) };
            lines.push(Tree::of(Sort::Line, "not_when = \"@\"\n", [not_when]));
        }
        if self.draw.chance(50) {
            let grace = self.draw.between(5, 60);
            let grace = self.figure(&format!("{grace} days"));
            let days = if self.draw.chance(80) { Tree::leaf(Sort::Days, grace) } else { self.number(Sort::Days, 1).0 };
            lines.push(Tree::of(Sort::Line, "waived_within = \"@\"\n", [days]));
        }
        if self.draw.chance(50) {
            let until = self.draw.between(60, 200);
            let until = Tree::leaf(Sort::Days, self.figure(&format!("{until} days")));
            let percent = self.percent().0;
            let rate = Tree::leaf(Sort::Rate, self.figure(&percent));
            lines.push(Tree::of(Sort::Line, "reduced_until = \"@\"\nreduced_pay = \"@\"\n", [until, rate]));
        }
        let template = format!("[waiting.{name}]\nperiod = \"@\"\ncounts = \"@\"\n@{TITLED}{CITED}");
        let lines = Tree::all(Sort::Fixed, lines);
        self.item(Some(&name), Tree::of(Sort::Fixed, &template, [period, counts, lines]));
        self.waitings.push(name);
    }

    fn benefit(&mut self, id: &str) {
        let when = match self.draw.between(0, 5) {
            0 => Tree::leaf(Sort::Truth, "personal_burden > 0 yuan"),
            1 => Tree::leaf(Sort::Truth, "cause = illness or in_pool_burden > 0 yuan"),
            2 | 3 => {
                let (left, right) = (self.truth(1), self.truth(1));
                Tree::of(Sort::Truth, &format!("@ {} @", self.draw.one_of(&["or", "or", "and"])), [left, right])
            }
            _ => {
                let other = self.truth(1);
                Tree::of(Sort::Truth, "@ or event_date >= coverage_start", [other])
            }
        };
        let (gross, size) = if self.draw.chance(40) { self.simple(Sort::Money) } else { self.number(Sort::Money, 3) };
        let steps = self.steps(size);
        let rounding = if self.draw.chance(25) {
            let text = self.rounding();
            Tree::leaf(Sort::Line, text)
        } else {
            Tree::leaf(Sort::Fixed, "")
        };
        let template =
            format!("[[benefit]]\nid = \"{id}\"\n{TITLED}{CITED}when = \"@\"\ngross = \"@\"\nsteps = [\n@]\n@");
        self.item(None, Tree::of(Sort::Fixed, &template, [when, gross, steps, rounding]));
    }

    fn steps(&mut self, gross: Size) -> Tree {
        let mut due = gross;
        let mut steps = Vec::new();
        let (mut is_limited, mut is_deducted) = (false, false);
        for _ in 0..self.draw.between(0, 5) {
            let scope = self.draw.one_of(&SCOPES);
            let (text, inner): (String, Vec<Tree>) = match self.draw.between(0, 13) {
                0 | 1 => {
                    let (rate, size) = self.number(Sort::Rate, 2);
                    let Some(product) = self.times(due, size) else { continue };
                    due = product;
                    ("pay = \"@\"".to_owned(), vec![rate])
                }
                2 => {
                    let Some(product) = self.times(due, Size::new(1, 4)) else { continue };
                    due = product;
                    let ladder = self.ladder();
                    (format!("bands = \"{ladder}\""), Vec::new())
                }
                3 | 4 if !is_deducted => {
                    is_deducted = scope != "claim";
                    let depth = u32::from(self.draw.chance(40));
                    let (amount, size) = self.number(Sort::Money, depth);
                    due = due.or(Size::new(0, size.places));
                    (format!("deductible = \"@\", per = \"{scope}\""), vec![amount])
                }
                5 | 6 => {
                    is_limited = true;
                    let depth = u32::try_from(self.draw.between(0, 2)).expect("small");
                    let amount = self.number(Sort::Cap, depth).0;
                    (format!("limit = \"@\", per = \"{scope}\""), vec![amount])
                }
                7 => {
                    let depth = u32::from(self.draw.chance(40));
                    let (amount, size) = self.number(Sort::Money, depth);
                    due = due.or(Size::new(0, size.places));
                    ("less = \"@\"".to_owned(), vec![amount])
                }
                8 | 9 if !self.earlier.is_empty() => {
                    let word = self.draw.one_of(&["offset", "exclusive"]);
                    let list = self.some_of(self.earlier.clone());
                    (format!("{word} = {list:?}, per = \"{scope}\""), Vec::new())
                }
                10 if !self.waitings.is_empty() => {
                    let Some(product) = self.times(due, Size::new(1, 4)) else { continue };
                    due = product;
                    let last = self.waitings.len() - 1;
                    let waiting = self.waitings[if self.draw.chance(50) { 0 } else { last }].clone();
                    (format!("waiting = \"{waiting}\""), Vec::new())
                }
                11 | 12 if !is_limited => {
                    let (amount, size) = self.number(Sort::Money, 1);
                    due = due.plus(size);
                    (format!("{} = \"@\"", self.draw.one_of(&["minimum", "add"])), vec![amount])
                }
                13 => {
                    let depth = u32::from(self.draw.chance(40));
                    let (amount, size) = self.number(Sort::Money, depth);
                    due = due.or(Size::new(0, size.places));
                    let edge = self.draw.one_of(&["up-to", "below"]);
                    (format!("franchise = \"@\", edge = \"{edge}\""), vec![amount])
                }
                _ => continue,
            };
            let mut inner = inner;
            let mut template = format!("  {{ {text}");
            if self.draw.chance(30) {
                template += "@";
                let depth = u32::from(self.draw.chance(50));
                let when = self.truth(depth);
                inner.push(Tree::of(Sort::Line, ", when = \"@\"", [when]));
            }
            steps.push(Tree::of(Sort::Line, &(template + " },\n"), inner));
        }
        Tree::all(Sort::Fixed, steps)
    }

    /// One or more of them, in any order.
    fn some_of(&mut self, mut all: Vec<String>) -> Vec<String> {
        let mut some = Vec::new();
        while !all.is_empty() && (some.is_empty() || self.draw.chance(60)) {
            let at = self.draw.between(0, i64::try_from(all.len()).expect("few") - 1);
            some.push(all.remove(usize::try_from(at).expect("not negative")));
        }
        some
    }

    fn limit(&mut self, number: i64) {
        let over = self.some_of(self.benefits.clone());
        let depth = u32::try_from(self.draw.between(0, 2)).expect("small");
        let amount = self.number(Sort::Cap, depth).0;
        let scope = self.draw.one_of(&SCOPES);
        let template = format!(
            "[[limit]]\nid = \"l{number}-top\"\n{TITLED}{CITED}over = {over:?}\namount = \"@\"\nper = \"{scope}\"\n"
        );
        self.item(None, Tree::of(Sort::Fixed, &template, [amount]));
    }

    fn ladder(&mut self) -> String {
        if !self.ladders.is_empty() && self.draw.chance(40) {
            return self.ladders[0].clone();
        }
        let name = self.name("h");
        let mut rows = Vec::new();
        let mut edge = 0;
        let last = self.draw.between(1, 4);
        for row in 1..=last {
            let rate = if self.draw.chance(10) { "0%".to_owned() } else { self.percent().0 };
            let mut text = String::new();
            if self.draw.chance(50) {
                text += &format!("above = \"{} yuan\", ", amount(edge));
            }
            if row < last {
                edge += self.cents();
                self.edges.money.push(edge);
                text += &format!("up_to = \"{} yuan\", ", amount(edge));
            }
            text += &format!("pays = \"{rate}\"");
            if self.draw.chance(25) {
                let most = self.cents();
                text += &format!(", at_most = \"{} yuan\"", amount(most));
            }
            rows.push(format!("{{ {text} }}"));
        }
        self.put(&name, &format!("[bands.{name}]\nkind = \"marginal\"\nrows = [{}]\n{CITED}", rows.join(", ")));
        self.ladders.push(name.clone());
        name
    }

    /// A table, a slab or a value of the sort: one that there is, or a new one.
    pub(crate) fn named_number(&mut self, sort: Sort) -> Option<Number> {
        let sort = if sort == Sort::Signed && self.draw.chance(70) { Sort::Money } else { sort };
        let known: Vec<(String, Size)> = self
            .named
            .iter()
            .filter(|(known, ..)| *known == sort)
            .map(|(_, text, size)| (text.clone(), *size))
            .collect();
        if !known.is_empty() && self.draw.chance(50) {
            let at = self.draw.between(0, i64::try_from(known.len()).expect("few") - 1);
            let (text, size) = known[usize::try_from(at).expect("not negative")].clone();
            return Some((Tree::leaf(sort, text), size));
        }
        if self.named.len() > 12 {
            return None;
        }
        // What a benefit before this one pays is known only inside a benefit.
        let earlier = std::mem::take(&mut self.earlier);
        let (text, size) = match self.draw.between(0, 4) {
            0 | 1 => self.table(sort),
            2 if sort != Sort::Cap => self.slab(sort),
            3 if sort == Sort::Money => self.capped_over_claims(),
            _ => {
                let name = self.name("v");
                let (tree, size) = self.number(sort, 2);
                self.value(&name, tree);
                if matches!(sort, Sort::Money | Sort::Days | Sort::Plain) && size.places <= 4 && self.draw.chance(25) {
                    self.named.push((sort, name.clone(), size));
                    (format!("prior.sum({name}, period)"), Size::new(1_000_000_000_000_000, 8))
                } else {
                    (name, size)
                }
            }
        };
        self.earlier = earlier;
        self.named.push((sort, text.clone(), size));
        Some((Tree::leaf(sort, text), size))
    }

    fn value(&mut self, name: &str, is: Tree) {
        let template = format!("[value.{name}]\nis = \"@\"\n{TITLED}{CITED}");
        self.item(Some(name), Tree::of(Sort::Fixed, &template, [is]));
    }

    /// A value that sums itself.
    fn capped_over_claims(&mut self) -> (String, Size) {
        let name = self.name("v");
        let (cap, _) = self.number(Sort::Cap, 0);
        let (amount, size) = self.simple(Sort::Money);
        let scope = self.draw.one_of(&["event", "period", "calendar-year", "life"]);
        let template = format!("least(@, greatest(@ - prior.sum({name}, {scope}), 0 yuan))");
        self.value(&name, Tree::of(Sort::Money, &template, [amount, cap]));
        (name, size.or(Size::new(0, 8)))
    }

    pub(crate) fn named(&mut self, sort: Sort) -> Option<String> {
        let known: Vec<String> =
            self.named.iter().filter(|(known, ..)| *known == sort).map(|(_, text, _)| text.clone()).collect();
        if !known.is_empty() && self.draw.chance(60) {
            return Some(known[0].clone());
        }
        if self.named.len() > 12 {
            return None;
        }
        let name = self.name("v");
        let earlier = std::mem::take(&mut self.earlier);
        let is = if sort == Sort::Date { self.date(2) } else { self.truth(2) };
        self.earlier = earlier;
        self.value(&name, is);
        self.named.push((sort, name.clone(), Size::new(0, 0)));
        Some(name)
    }

    /// What a row of a table or a slab says, with all rows in one unit.
    fn row(&mut self, sort: Sort) -> String {
        match sort {
            Sort::Cap => {
                let cents = self.draw.between(0, 60) * 30_000;
                format!("{} yuan", amount(cents))
            }
            Sort::Money | Sort::Signed => {
                let cents = if self.draw.chance(10) { 0 } else { self.cents() };
                format!("{} yuan", amount(cents))
            }
            Sort::Rate => self.percent().0,
            Sort::Days => format!("{} days", self.draw.between(0, 90)),
            Sort::Plain | Sort::Truth | Sort::Date | Sort::Line | Sort::Fixed => self.draw.between(0, 9).to_string(),
        }
    }

    fn row_size(sort: Sort) -> Size {
        match sort {
            Sort::Money | Sort::Signed | Sort::Cap => Size::new(30_000_000, 2),
            Sort::Rate => Size::new(1, 4),
            Sort::Days | Sort::Plain | Sort::Truth | Sort::Date | Sort::Line | Sort::Fixed => Size::new(90, 0),
        }
    }

    fn table(&mut self, sort: Sort) -> (String, Size) {
        let name = self.name("t");
        let own = self.own_of("number")[0].clone();
        let owned = (own.min..=own.max.min(6)).map(|key| key.to_string()).collect::<Vec<_>>();
        let numbers = |from: i64, to: i64| (from..=to).map(|key| key.to_string()).collect::<Vec<_>>();
        let words = |values: &[&str]| values.iter().map(|&value| value.to_owned()).collect::<Vec<String>>();
        // The key, its rows, and whether these are all that it can be.
        let (by, keys, is_all): (&str, Vec<String>, bool) = match self.draw.between(0, 7) {
            0 => ("hospital_grade", numbers(1, 3), true),
            1 => ("disability_grade", numbers(1, 10), true),
            2 => ("shares", numbers(1, 4), false),
            3 => ("own_count", owned, own.max <= 6),
            4 => ("death", words(&["true", "false"]), true),
            5 => ("own_flag", words(&["true", "false"]), true),
            _ => {
                let (fact, values) = self.category_fact();
                (fact, words(values), matches!(fact, "cause" | "insured_as" | "employment"))
            }
        };
        let is_whole = is_all && self.draw.chance(60);
        let mut rows = Vec::new();
        let last = keys.len() - 1;
        for (place, key) in keys.into_iter().enumerate() {
            if is_whole || (place == last && rows.is_empty()) || self.draw.chance(70) {
                let value = self.row(sort);
                rows.push(format!("{key} = \"{value}\""));
            }
        }
        let otherwise = if is_whole { String::new() } else { format!("otherwise = \"{}\"\n", self.row(sort)) };
        self.put(
            &name,
            &format!("[table.{name}]\nby = \"{by}\"\nrows = {{ {} }}\n{otherwise}{CITED}", rows.join(", ")),
        );
        let size = Maker::row_size(sort);
        let nothing = match sort {
            Sort::Days => "0 days",
            Sort::Rate | Sort::Plain => "0",
            _ => "0 yuan",
        };
        // Grade 0 is none, so that a table of grades is asked only where there is one.
        let has_no_zero = by == "disability_grade" || (by == "hospital_grade");
        if has_no_zero {
            return (format!("(if given({by}) then {name} else {nothing})"), size);
        }
        (name, size)
    }

    fn slab(&mut self, sort: Sort) -> (String, Size) {
        let name = self.name("s");
        let (by_sort, unit) = self.draw.one_of(&[(Sort::Signed, "yuan"), (Sort::Days, "days"), (Sort::Plain, "")]);
        let by = self.number(by_sort, 1).0;
        let edge_is = self.draw.one_of(&["up-to", "below"]);
        let last = self.draw.between(1, 4);
        let mut rows = Vec::new();
        let mut edge = 0;
        for row in 1..=last {
            let pays = self.row(sort);
            let mut text = String::new();
            if row < last {
                edge += match by_sort {
                    Sort::Signed => self.cents(),
                    Sort::Days => self.draw.between(1, 60),
                    _ => self.draw.between(1, 5),
                };
                let edges = match by_sort {
                    Sort::Signed => &mut self.edges.money,
                    Sort::Days => &mut self.edges.days,
                    _ => &mut self.edges.plain,
                };
                edges.push(edge);
                let written = if by_sort == Sort::Signed { amount(edge) } else { edge.to_string() };
                text = format!("up_to = \"{}\", ", format!("{written} {unit}").trim());
            }
            rows.push(format!("{{ {text}pays = \"{pays}\" }}"));
        }
        let rows = rows.join(", ");
        let template =
            format!("[bands.{name}]\nkind = \"slab\"\nby = \"@\"\nedge = \"{edge_is}\"\nrows = [{rows}]\n{CITED}");
        self.item(Some(&name), Tree::of(Sort::Fixed, &template, [by]));
        (name, Maker::row_size(sort))
    }
}
