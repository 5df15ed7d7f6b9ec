//! Well-typed expressions of the rule language, by chance.

use super::packs::{Maker, OwnFact};
use super::tree::{Sort, Tree};

/// How large a number can be and how many places it can have: what is beyond 28 digits is refused.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Size {
    pub(crate) high: u128,
    pub(crate) places: u32,
}

impl Size {
    pub(crate) const fn new(high: u128, places: u32) -> Size {
        Size { high, places }
    }

    pub(crate) fn plus(self, other: Size) -> Size {
        Size { high: self.high.saturating_add(other.high), places: self.places.max(other.places) }
    }

    pub(crate) fn or(self, other: Size) -> Size {
        Size { high: self.high.max(other.high), places: self.places.max(other.places) }
    }
}

/// A number with its size.
pub(crate) type Number = (Tree, Size);

/// What earlier claims can have posted, and what columns take of it.
const POSTED: u128 = 1_000_000_000_000_000;
const POSTED_IN_COLUMNS: u128 = 10_000_000_000;
/// The most of an amount and of a count that columns take.
const MOST_IN_COLUMNS: u128 = 1_000_000_000;
const MOST_COUNTED_IN_COLUMNS: u128 = 1_000_000;
const SCOPES: [&str; 4] = ["event", "period", "calendar-year", "life"];
pub(crate) const COMPARISONS: [&str; 6] = ["=", "!=", "<", "<=", ">", ">="];
const MONEY_FACTS: [(&str, u32); 10] = [
    ("personal_burden", 30),
    ("in_pool_burden", 15),
    ("self_funded", 10),
    ("total_cost", 10),
    ("fund_paid", 8),
    ("other_paid", 8),
    ("medfee_sumamt", 3),
    ("cvlserv_pay", 3),
    ("psn_part_amt", 3),
    ("hosp_part_amt", 3),
];
const DATE_FACTS: [&str; 9] = [
    "event_date",
    "event_date",
    "coverage_start",
    "coverage_start",
    "coverage_end",
    "reported_on",
    "admitted",
    "discharged",
    "setl_time",
];

impl Maker<'_> {
    fn fits(&self, size: Size) -> bool {
        let digits = size.high.max(1).checked_mul(10_u128.pow(size.places.min(24)));
        let most = if self.is_narrow { 18 } else { 27 };
        size.places <= 12 && digits.is_some_and(|digits| digits < 10_u128.pow(most))
    }

    pub(crate) fn times(&self, left: Size, right: Size) -> Option<Size> {
        let high = left.high.max(1).checked_mul(right.high.max(1))?;
        Some(Size { high, places: left.places + right.places }).filter(|product| self.fits(*product))
    }

    fn posted(&self, places: u32) -> Size {
        if self.is_narrow { Size::new(POSTED_IN_COLUMNS, places.min(4)) } else { Size::new(POSTED, places) }
    }

    /// What columns take of a fact.
    fn taken(&self, size: Size, most: u128) -> Size {
        if self.is_narrow { Size { high: size.high.min(most), ..size } } else { size }
    }

    /// A number of the sort with at most so many levels below it.
    pub(crate) fn number(&mut self, sort: Sort, depth: u32) -> Number {
        if depth == 0 || self.draw.chance(25) {
            return self.simple(sort);
        }
        let depth = depth - 1;
        let is_cap = sort == Sort::Cap;
        match self.draw.between(0, 11) {
            0 => self.pair(sort, "least(@, @)", depth, Size::or),
            1 => self.pair(sort, "greatest(@, @)", depth, Size::or),
            2 => {
                let (first, second, third) =
                    (self.number(sort, depth), self.number(sort, depth), self.number(sort, depth));
                let name = self.draw.one_of(&["least(@, @, @)", "greatest(@, @, @)"]);
                let size = first.1.or(second.1).or(third.1);
                if !self.fits(size) {
                    return first;
                }
                (Tree::of(sort, name, [first.0, second.0, third.0]), size)
            }
            3 | 4 => {
                let condition = self.truth(depth);
                let (then, otherwise) = (self.number(sort, depth), self.number(sort, depth));
                let size = then.1.or(otherwise.1);
                if !self.fits(size) {
                    return then;
                }
                (Tree::of(sort, "(if @ then @ else @)", [condition, then.0, otherwise.0]), size)
            }
            5 if sort != Sort::Rate => self.pair(sort, "(@ + @)", depth, Size::plus),
            6 | 7 if sort == Sort::Money => {
                let (signed, size) = self.number(Sort::Signed, depth);
                (Tree::of(sort, "greatest(@, 0 yuan)", [signed]), size)
            }
            6 | 7 if sort == Sort::Signed => self.pair(sort, "(@ - @)", depth, Size::plus),
            8 if sort == Sort::Days => self.pair(sort, "(@ - @)", depth, Size::plus),
            8 if sort == Sort::Days || sort == Sort::Money => self.allowance(depth),
            9 | 10 if !is_cap && sort != Sort::Days => self.product(sort, Sort::Rate, depth),
            9 | 10 if is_cap => self.shared(depth),
            11 if matches!(sort, Sort::Money | Sort::Signed) => self.product(sort, Sort::Plain, depth),
            _ => self.simple(sort),
        }
    }

    fn pair(&mut self, sort: Sort, template: &str, depth: u32, size: fn(Size, Size) -> Size) -> Number {
        let (left, right) = (self.number(sort, depth), self.number(sort, depth));
        let size = size(left.1, right.1);
        if self.fits(size) { (Tree::of(sort, template, [left.0, right.0]), size) } else { left }
    }

    fn product(&mut self, sort: Sort, by: Sort, depth: u32) -> Number {
        let left = self.number(sort, depth);
        let right = self.number(by, if by == Sort::Plain { 0 } else { depth.min(1) });
        match self.times(left.1, right.1) {
            Some(size) if self.draw.chance(80) => (Tree::of(sort, "(@ * @)", [left.0, right.0]), size),
            Some(size) => (Tree::of(sort, "(@ * @)", [right.0, left.0]), size),
            None => left,
        }
    }

    /// A cap for each share.
    fn shared(&mut self, depth: u32) -> Number {
        let (cap, size) = self.number(Sort::Cap, depth);
        match self.times(size, Size::new(1000, 0)) {
            Some(size) => (Tree::of(Sort::Cap, "(@ * shares)", [cap]), size),
            None => (cap, size),
        }
    }

    /// So much a day.
    fn allowance(&mut self, depth: u32) -> Number {
        let (days, size) = self.number(Sort::Days, depth);
        let cents = self.draw.between(1, 30_000);
        let places = if cents % 100 == 0 { 0 } else { 2 };
        let name = self.figure(&format!("{} yuan/day", amount(cents)));
        let days = Tree::of(Sort::Fixed, "greatest(@, 0 days)", [days]);
        match self.times(size, Size::new(300, places)) {
            Some(size) => (Tree::of(Sort::Money, &format!("({name} * @)"), [days]), size),
            None => self.simple(Sort::Money),
        }
    }

    /// A number that is no sum, product or choice of others.
    pub(crate) fn simple(&mut self, sort: Sort) -> Number {
        if self.draw.chance(20)
            && let Some(named) = self.named_number(sort)
        {
            return named;
        }
        match sort {
            Sort::Money | Sort::Signed => self.simple_money(sort),
            Sort::Cap => self.cap(),
            Sort::Rate => self.simple_rate(),
            Sort::Days => self.simple_days(),
            Sort::Plain | Sort::Truth | Sort::Date | Sort::Line | Sort::Fixed => self.simple_plain(),
        }
    }

    fn simple_money(&mut self, sort: Sort) -> Number {
        let posted = self.posted(2);
        let scope = self.scope();
        match self.draw.between(0, 13) {
            7 | 8 => self.money_figure(),
            9 => {
                let benefit = self.any_benefit();
                (Tree::leaf(sort, format!("prior.paid({benefit}{scope})")), posted)
            }
            10 if !self.earlier.is_empty() => {
                let earlier = self.earlier.clone();
                let at = self.draw.between(0, i64::try_from(earlier.len()).expect("few") - 1);
                let benefit = &earlier[usize::try_from(at).expect("not negative")];
                (Tree::leaf(sort, format!("paid({benefit})")), posted)
            }
            11 => {
                let (fact, _) = self.money_fact();
                (Tree::leaf(sort, format!("prior.sum({}{scope})", fact.text())), self.posted(8))
            }
            12 => (Tree::leaf(sort, "0 yuan"), Size::new(0, 0)),
            _ => self.money_fact(),
        }
    }

    fn scope(&mut self) -> String {
        if self.draw.chance(20) { String::new() } else { format!(", {}", self.draw.one_of(&SCOPES)) }
    }

    fn money_fact(&mut self) -> Number {
        if self.draw.chance(25) {
            let names = self.own_of("money");
            let name = names[usize::from(self.draw.chance(50)) % names.len()].clone();
            return (Tree::leaf(Sort::Money, name.name.clone()), self.taken(name.size(), MOST_IN_COLUMNS));
        }
        let mut at = self.draw.between(0, 92);
        for (name, weight) in MONEY_FACTS {
            at -= i64::from(weight);
            if at < 0 {
                return (Tree::leaf(Sort::Money, name), self.taken(self.size_of_standard(name), MOST_IN_COLUMNS));
            }
        }
        (Tree::leaf(Sort::Money, "personal_burden"), self.size_of_standard("personal_burden"))
    }

    fn money_figure(&mut self) -> Number {
        let cents = self.cents();
        self.edges.money.push(cents);
        if self.draw.chance(4) {
            let thousandths = self.draw.between(1, 999);
            let name = self.figure(&format!("0.{thousandths:03} yuan"));
            return (Tree::leaf(Sort::Money, name), Size::new(1, 3));
        }
        let name = self.figure(&format!("{} yuan", amount(cents)));
        let high = u128::try_from(cents / 100).expect("not negative") + 1;
        (Tree::leaf(Sort::Money, name), Size::new(high, if cents % 100 == 0 { 0 } else { 2 }))
    }

    fn cap(&mut self) -> Number {
        let cents = if self.has_fine_rounding {
            self.cents()
        } else {
            self.draw.between(1, 40) * self.draw.one_of(&[30_000, 30_000, 300_000])
        };
        self.edges.money.push(cents);
        let high = u128::try_from(cents / 100).expect("not negative") + 1;
        (Tree::leaf(Sort::Cap, self.figure(&format!("{} yuan", amount(cents)))), Size::new(high, 2))
    }

    fn simple_rate(&mut self) -> Number {
        match self.draw.between(0, 9) {
            0 => (Tree::leaf(Sort::Rate, "100%"), Size::new(1, 0)),
            1 if self.draw.chance(40) => (Tree::leaf(Sort::Rate, "0%"), Size::new(1, 0)),
            2 if self.draw.chance(40) => (Tree::leaf(Sort::Rate, "pool_prop_selfpay"), Size::new(1, 8)),
            3 => {
                let own = self.own_of("ratio")[0].clone();
                (Tree::leaf(Sort::Rate, own.name.clone()), own.size())
            }
            _ => {
                let (percent, places) = self.percent();
                (Tree::leaf(Sort::Rate, self.figure(&percent)), Size::new(1, places))
            }
        }
    }

    /// A rate from 0 to 1 with 0 to 4 places.
    pub(crate) fn percent(&mut self) -> (String, u32) {
        match self.draw.between(0, 5) {
            0..=2 => (format!("{}%", self.draw.between(1, 20) * 5), 2),
            3 => (format!("{}%", self.draw.between(1, 99)), 2),
            4 => (format!("{}.5%", self.draw.between(0, 99)), 3),
            _ => (format!("{}.{:02}%", self.draw.between(0, 99), self.draw.between(1, 99)), 4),
        }
    }

    fn simple_plain(&mut self) -> Number {
        let plain = |text: &str| Tree::leaf(Sort::Plain, text);
        match self.draw.between(0, 14) {
            0 | 1 => (plain("shares"), Size::new(1000, 0)),
            2 => (plain("gifted_shares"), Size::new(1000, 0)),
            3 => (plain("(if given(hospital_grade) then hospital_grade else 1)"), Size::new(3, 0)),
            4 | 5 => {
                let own = self.own_of("number")[0].clone();
                (plain(&own.name), self.taken(own.size(), MOST_COUNTED_IN_COLUMNS))
            }
            6 => (plain("(if given(disability_grade) then disability_grade else 0)"), Size::new(10, 0)),
            7 => {
                let date = self.date(1);
                (Tree::of(Sort::Plain, "age(@)", [date]), Size::new(1000, 0))
            }
            8 => {
                let (from, to) = (self.date(1), self.date(1));
                (Tree::of(Sort::Plain, "months(@, @)", [from, to]), Size::new(1_000_000, 0))
            }
            9 | 10 => {
                let (benefit, scope) = (self.any_benefit(), self.scope());
                let size = self.taken(Size::new(POSTED, 0), MOST_COUNTED_IN_COLUMNS);
                (plain(&format!("prior.count({benefit}{scope})")), size)
            }
            11 => (plain(self.draw.one_of(&["0", "1"])), Size::new(1, 0)),
            12 => {
                let text = format!("{}.{}", self.draw.between(0, 9), self.draw.between(1, 9));
                (plain(&self.figure(&text)), Size::new(10, 1))
            }
            _ => {
                let whole = self.draw.between(1, 80);
                self.edges.plain.push(whole);
                (plain(&self.figure(&whole.to_string())), Size::new(80, 0))
            }
        }
    }

    fn simple_days(&mut self) -> Number {
        let days = |text: &str| Tree::leaf(Sort::Days, text);
        match self.draw.between(0, 9) {
            0..=2 => (days("hospital_days"), Size::new(36_500, 0)),
            3 => {
                let own = self.own_of("days")[0].clone();
                (days(&own.name), own.size())
            }
            4 | 5 => {
                let (from, to) = (self.date(1), self.date(1));
                (Tree::of(Sort::Days, "days(@, @)", [from, to]), Size::new(2_000_000, 0))
            }
            6 => {
                let scope = self.scope();
                (days(&format!("prior.sum(hospital_days{scope})")), self.posted(8))
            }
            7 => (days(self.draw.one_of(&["0 days", "1 day"])), Size::new(1, 0)),
            _ => {
                let whole = self.draw.between(1, 120);
                self.edges.days.push(whole);
                (days(&self.figure(&format!("{whole} days"))), Size::new(120, 0))
            }
        }
    }

    pub(crate) fn date(&mut self, depth: u32) -> Tree {
        if depth > 0 && self.draw.chance(30) {
            let depth = depth - 1;
            let date = self.date(depth);
            return match self.draw.between(0, 3) {
                0 => {
                    let length = match self.draw.between(0, 3) {
                        0 => {
                            let months = self.draw.between(0, 30);
                            self.figure(&format!("{months} months"))
                        }
                        _ => (*self.draw.one_of(&["1 month", "1 day", "0 months"])).to_owned(),
                    };
                    Tree::of(Sort::Date, &format!("(@ + {length})"), [date])
                }
                1 => {
                    let (days, size) = self.number(Sort::Days, depth);
                    if self.is_narrow && size.high > MOST_COUNTED_IN_COLUMNS {
                        return date;
                    }
                    Tree::of(Sort::Date, "(@ + @)", [date, days])
                }
                2 => {
                    let other = self.date(depth);
                    Tree::of(
                        Sort::Date,
                        "(if given(previous_coverage_end) then @ else @)",
                        [Tree::leaf(Sort::Fixed, "previous_coverage_end"), other],
                    )
                }
                _ => {
                    let (condition, other) = (self.truth(depth), self.date(depth));
                    Tree::of(Sort::Date, "(if @ then @ else @)", [condition, date, other])
                }
            };
        }
        if self.draw.chance(15)
            && let Some(named) = self.named(Sort::Date)
        {
            return Tree::leaf(Sort::Date, named);
        }
        match self.draw.between(0, 9) {
            0 => {
                let own = self.own_of("date")[0].clone();
                let name = &own.name;
                if own.is_none_if_absent {
                    return Tree::leaf(Sort::Date, format!("(if given({name}) then {name} else event_date)"));
                }
                Tree::leaf(Sort::Date, name.clone())
            }
            1 => {
                let (month, day) = (self.draw.between(1, 12), self.draw.between(1, 28));
                let name = self.figure_bare(&format!("2025-{month:02}-{day:02}"));
                Tree::leaf(Sort::Date, name)
            }
            2 => Tree::leaf(Sort::Date, "birth_date"),
            _ => Tree::leaf(Sort::Date, self.draw.one_of(&DATE_FACTS)),
        }
    }

    pub(crate) fn truth(&mut self, depth: u32) -> Tree {
        if depth > 0 && self.draw.chance(45) {
            let depth = depth - 1;
            let (left, right) = (self.truth(depth), self.truth(depth));
            return match self.draw.between(0, 6) {
                0 | 1 => Tree::of(Sort::Truth, "(@ and @)", [left, right]),
                2 | 3 => Tree::of(Sort::Truth, "(@ or @)", [left, right]),
                4 | 5 => Tree::of(Sort::Truth, "(not @)", [left]),
                _ => {
                    let condition = self.truth(depth);
                    Tree::of(Sort::Truth, "(if @ then @ else @)", [condition, left, right])
                }
            };
        }
        if self.draw.chance(12)
            && let Some(named) = self.named(Sort::Truth)
        {
            return Tree::leaf(Sort::Truth, named);
        }
        let below = depth.min(1);
        match self.draw.between(0, 13) {
            0..=2 => self.category(),
            3 => Tree::leaf(Sort::Truth, "death"),
            4 => {
                let name = self.own_of("yes-no")[0].name.clone();
                Tree::leaf(Sort::Truth, name)
            }
            5 => {
                let own = [self.own_of("date")[0].name.clone(), self.own_of("number")[0].name.clone()];
                let known =
                    ["disability_grade", "previous_coverage_end", "birth_date", "reported_on", "hospital_grade"];
                let name = self.draw.one_of(&[known[0], known[1], known[2], known[3], known[4], &own[0], &own[1]]);
                Tree::leaf(Sort::Truth, format!("given({name})"))
            }
            6 => {
                let (subject, from, to) = (self.date(below), self.date(below), self.date(below));
                let range = self.draw.one_of(&["..=", ".."]);
                Tree::of(Sort::Truth, &format!("(@ in @{range}@)"), [subject, from, to])
            }
            7 => {
                let (left, right) = (self.date(below), self.date(below));
                let sign = self.draw.one_of(&COMPARISONS);
                Tree::of(Sort::Truth, &format!("(@ {sign} @)"), [left, right])
            }
            8 | 9 => {
                let sort = self.draw.one_of(&[Sort::Signed, Sort::Days, Sort::Plain, Sort::Rate]);
                let (subject, from, to) = (self.number(sort, below).0, self.number(sort, 0).0, self.number(sort, 0).0);
                let range = self.draw.one_of(&["..=", ".."]);
                Tree::of(Sort::Truth, &format!("(@ in @{range}@)"), [subject, from, to])
            }
            _ => {
                let sort = self.draw.one_of(&[Sort::Signed, Sort::Signed, Sort::Days, Sort::Plain, Sort::Rate]);
                let (left, right) = (self.number(sort, below), self.number(sort, below));
                if !self.fits(left.1.or(right.1)) {
                    return self.category();
                }
                let sign = self.draw.one_of(&COMPARISONS);
                Tree::of(Sort::Truth, &format!("(@ {sign} @)"), [left.0, right.0])
            }
        }
    }

    fn category(&mut self) -> Tree {
        let (name, values) = self.category_fact();
        let value = |maker: &mut Self| maker.draw.one_of(values);
        let text = match self.draw.between(0, 5) {
            0 | 1 => format!("({name} = {})", value(self)),
            2 => format!("({name} != {})", value(self)),
            3 => format!("({name} in [{}])", self.some_values(values).join(", ")),
            _ => {
                let quoted: Vec<String> =
                    self.some_values(values).into_iter().map(|value| format!("\"{value}\"")).collect();
                let list = self.name("l");
                self.put(
                    &list,
                    &format!(
                        "[list.{list}]\nof = \"{name}\"\nvalues = [{}]\nclause = \"c\"\nprovenance = \"stated\"\n",
                        quoted.join(", ")
                    ),
                );
                format!("({name} in {list})")
            }
        };
        Tree::leaf(Sort::Truth, text)
    }

    fn some_values(&mut self, values: &[&'static str]) -> Vec<&'static str> {
        let mut some: Vec<&str> = values.iter().copied().filter(|_| self.draw.chance(50)).collect();
        if some.is_empty() {
            some.push(values[0]);
        }
        some
    }

    /// Cents of a figure: round ones and odd ones, small ones and large ones.
    pub(crate) fn cents(&mut self) -> i64 {
        match self.draw.between(0, 9) {
            0..=3 => self.draw.between(1, 100) * 10_000,
            4 | 5 => self.draw.between(1, 500) * 1000,
            6 | 7 => self.draw.between(1, 500_000),
            8 => self.draw.between(1, 99),
            _ => self.draw.between(1, 200) * 1_000_000,
        }
    }
}

impl OwnFact {
    pub(crate) fn size(&self) -> Size {
        let high = u128::try_from(self.max).expect("not negative");
        match self.kind {
            "money" => Size::new(high / 100 + 1, 2),
            "ratio" => Size::new(1, 8),
            _ => Size::new(high, 0),
        }
    }
}

/// Cents as yuan are written.
pub(crate) fn amount(cents: i64) -> String {
    if cents % 100 == 0 { (cents / 100).to_string() } else { format!("{}.{:02}", cents / 100, cents % 100) }
}
