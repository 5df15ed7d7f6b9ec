//! Claims and enrollments as Arrow columns, with what is missing and what is wrong.

use std::ops::Range;
use std::sync::Arc;

use arrow_array::types::Int32Type;
use arrow_array::{
    ArrayRef, BooleanArray, Date32Array, Decimal128Array, DictionaryArray, Int32Array, RecordBatch, StringArray,
};
use arrow_schema::{DataType, Field, Schema};
use huzhu::{Holder, Kind};

use super::packs::{Fact, ROUNDABOUT, Shape, day};
use super::people::{Cover, Member, People, Purpose};
use super::random::Random;
use super::story::{Cause, Story};

/// How often the data are not as they should be.
#[derive(Clone, Copy, Default)]
pub struct Flaws {
    /// Rows in a thousand that cannot be read or not be joined.
    pub faults: u64,
    /// Claims in a thousand that take back the member's claim before.
    pub reversals: u64,
}

/// A column under way.
enum Column {
    Texts(Vec<Option<String>>),
    /// Indexes into texts that repeat.
    Values(Vec<Option<i32>>, Vec<String>),
    Amounts(Vec<Option<i128>>, i8),
    Numbers(Vec<Option<i32>>),
    Days(Vec<Option<i32>>),
    Answers(Vec<Option<bool>>),
}

/// What stands in a row for a fact.
#[derive(Clone, Copy, PartialEq)]
enum Cell {
    Nothing,
    Number(i64),
    Day(i32),
    Answer(bool),
    Value(u32),
}

/// Columns by name, in the order of the file.
struct Table(Vec<(String, Column)>);

impl People {
    /// The claims in the rows of a range.
    pub fn claims(&self, rows: Range<u64>, flaws: Flaws) -> RecordBatch {
        let facts = self.columns_of(Holder::Claim);
        let mut table = Table::new(&["claim_id", "enrollment_id"], &facts, &self.packs.facts);
        if flaws.reversals > 0 {
            table.0.insert(2, ("reverses".to_owned(), Column::Texts(Vec::new())));
        }
        let first_fact = table.0.len() - facts.len();
        for row in rows {
            let (number, nth, submitted) = self.claim_at(row);
            let member = self.member(number);
            let story = self.story(&member, nth);
            let mut claim_id = claim_id(submitted);
            let mut enrollment_id = enrollment_id(&member, story.cover);
            let mut cells = Vec::with_capacity(facts.len());
            let reverses = nth % 2 == 1 && self.random(Purpose::Gaps, number, nth).below(1000) < flaws.reversals;
            if reverses {
                cells.resize(facts.len(), Cell::Nothing);
            } else {
                self.tell(&member, &story, nth, &facts, &mut cells);
            }
            let mut faults = self.random(Purpose::Faults, number, nth);
            if faults.below(1000) < flaws.faults {
                match faults.below(4) {
                    0 => enrollment_id = format!("E{:09}-9", faults.below(1_000_000_000)),
                    1 if member.claims > 1 => {
                        claim_id = self::claim_id(self.submitted(row, nth, if nth == 0 { 1 } else { nth - 1 }));
                    }
                    2 if faults.below(4) == 0 => claim_id = String::new(),
                    _ => self.spoil(&facts, &mut cells, &mut faults),
                }
            }
            table.text(0, Some(claim_id));
            table.text(1, Some(enrollment_id));
            if first_fact == 3 {
                table.text(2, reverses.then(|| self::claim_id(self.submitted(row, nth, nth - 1))));
            }
            table.cells(first_fact, &cells);
        }
        table.finish()
    }

    /// The enrollments of the members at the places of a range.
    pub fn enrollments(&self, places: Range<u64>, flaws: Flaws) -> RecordBatch {
        let facts = self.columns_of(Holder::Enrollment);
        let mut table = Table::new(&["enrollment_id", "member_id"], &facts, &self.packs.facts);
        let plans = self.packs.plans.iter().map(|plan| plan.id.clone()).chain(["no-such-plan".to_owned()]);
        table.0.insert(2, ("plan".to_owned(), Column::Values(Vec::new(), plans.collect())));
        let versions: Vec<String> = self.packs.plans.iter().flat_map(|p| &p.versions).map(|v| v.0.clone()).collect();
        let has_versions = self.packs.plans.iter().any(|plan| plan.versions.len() > 1);
        if has_versions {
            table.0.insert(3, ("plan_version".to_owned(), Column::Values(Vec::new(), versions.clone())));
        }
        let first_fact = table.0.len() - facts.len();
        for place in places {
            let member = self.member(self.member_at(place));
            for (nth, cover) in member.covers.iter().enumerate() {
                let mut cells = Vec::with_capacity(facts.len());
                self.enroll(&member, cover, nth, &facts, &mut cells);
                let mut faults = self.random(Purpose::Faults, member.number, 1000 + nth as u64);
                let (mut plan, mut rows) = (member.plan, 1);
                if faults.below(4000) < flaws.faults {
                    match faults.below(4) {
                        0 => plan = self.packs.plans.len(),
                        1 => rows = 2,
                        _ => self.spoil(&facts, &mut cells, &mut faults),
                    }
                }
                let mut named = self.random(Purpose::Gaps, member.number, 1000 + nth as u64);
                let version = named.happens(3_000).then(|| version_of(&self.packs.plans[member.plan], cover));
                for _ in 0..rows {
                    table.text(0, Some(enrollment_id(&member, nth)));
                    table.text(1, Some(format!("M{:09}", member.person)));
                    table.value(2, i32::try_from(plan).ok());
                    if has_versions {
                        let index = version.and_then(|name| versions.iter().position(|version| version == name));
                        table.value(3, index.and_then(|index| i32::try_from(index).ok()));
                    }
                    table.cells(first_fact, &cells);
                }
            }
        }
        table.finish()
    }

    fn columns_of(&self, holder: Holder) -> Vec<usize> {
        let facts = self.packs.facts.iter().enumerate().filter(|(_, fact)| fact.holder == holder);
        facts.map(|(index, _)| index).collect()
    }

    /// What the file says of a claim.
    fn tell(&self, member: &Member, story: &Story, nth: u64, facts: &[usize], cells: &mut Vec<Cell>) {
        let plan = &self.packs.plans[member.plan];
        let mut random = self.random(Purpose::Facts, member.number, nth);
        for index in facts {
            let fact = &self.packs.facts[*index];
            let draw = random.bits();
            cells.push(match plan.facts.get(index) {
                Some(values) => {
                    let mut random = Random::at([draw, 0, 0, 0]);
                    let cell = told(fact, values, story, &mut random);
                    let forgotten = match fact.name.as_str() {
                        "event_date" => 200,
                        "personal_burden" => 800,
                        _ => 300,
                    };
                    if random.happens(forgotten) { Cell::Nothing } else { cell }
                }
                None => Cell::Nothing,
            });
        }
        let way = self.random(Purpose::Gaps, member.number, nth).below(1000);
        self.tell_roundabout(plan, story, way, facts, cells);
    }

    /// Some files say from when to when, not how long; what it cost and what the fund paid, not what was borne.
    fn tell_roundabout(&self, plan: &Shape, story: &Story, way: u64, facts: &[usize], cells: &mut [Cell]) {
        let place = |name: &str| {
            let fact = self.packs.fact(name)?;
            facts.iter().position(|index| *index == fact)
        };
        let reads = |name: &str| self.packs.fact(name).is_some_and(|fact| plan.facts.contains_key(&fact));
        let [(days, [admitted, discharged]), (burden, [total, fund])] = ROUNDABOUT;
        if let (Some(days), Some(admitted), Some(discharged), Some(from), true, 0..150) =
            (place(days), place(admitted), place(discharged), story.admitted, reads(days), way)
        {
            let nights = i32::try_from(story.hospital_days).unwrap_or_default();
            (cells[admitted], cells[discharged]) = (Cell::Day(from), Cell::Day(from + nights));
            if way < 100 {
                cells[days] = Cell::Nothing;
            }
        }
        if let (Some(burden), Some(total), Some(fund), true, 100..300) =
            (place(burden), place(total), place(fund), reads(burden), way)
        {
            (cells[total], cells[fund]) = (Cell::Number(story.total_cost), Cell::Number(story.fund_paid));
            match way {
                100 => cells[total] = Cell::Number(story.total_cost + 1), // a contradiction
                101..250 => cells[burden] = Cell::Nothing,
                _ => {}
            }
        }
    }

    /// What the file says of a cover.
    fn enroll(&self, member: &Member, cover: &Cover, nth: usize, facts: &[usize], cells: &mut Vec<Cell>) {
        let plan = &self.packs.plans[member.plan];
        let mut random = self.random(Purpose::Cover, member.number, 1 + nth as u64);
        let wrong = random.below(10_000);
        let is_born_late = self.random(Purpose::Cover, member.number, 0).below(10_000) < 2; // one person has one birth
        for index in facts {
            let fact = &self.packs.facts[*index];
            let mut random = Random::at([random.bits(), 0, 0, 0]);
            let Some(values) = plan.facts.get(index) else {
                cells.push(Cell::Nothing);
                continue;
            };
            let cell = match fact.name.as_str() {
                "shares" => Cell::Number(member.shares),
                "birth_date" if is_born_late => Cell::Day(day(2028, 1, 1)), // born after the event
                "birth_date" => Cell::Day(member.birth_date),
                "coverage_start" => Cell::Day(cover.start),
                "coverage_end" if wrong == 2 => Cell::Day(cover.start - 1), // over before it starts
                "coverage_end" => Cell::Day(cover.end),
                "previous_coverage_end" => cover.previous_end.map_or(Cell::Nothing, Cell::Day),
                _ => any_cell(fact, values, cover.start, 0, &mut random),
            };
            let forgotten = match fact.name.as_str() {
                "birth_date" => 400,
                "coverage_start" => 40,
                "coverage_end" => 100,
                _ => 150,
            };
            cells.push(if random.happens(forgotten) { Cell::Nothing } else { cell });
        }
    }

    /// Puts a value that no column may have.
    fn spoil(&self, facts: &[usize], cells: &mut [Cell], random: &mut Random) {
        let place = usize::try_from(random.below(facts.len() as u64)).unwrap_or_default();
        let fact = &self.packs.facts[facts[place]];
        cells[place] = match fact.kind {
            Kind::Money => Cell::Number(-1),
            Kind::Ratio => Cell::Number(200_000_000),
            Kind::Number | Kind::Days => Cell::Number(2_000_000_000),
            Kind::Date => Cell::Day(day(1700, 1, 1)),
            Kind::Category => Cell::Value(u32::try_from(fact.values.len() - 1).unwrap_or_default()),
            Kind::YesNo => Cell::Nothing,
        };
    }
}

fn told(fact: &Fact, values: &[u32], story: &Story, random: &mut Random) -> Cell {
    let stays = story.hospital_days > 0;
    let is_borne = stays || (!story.death && story.disability_grade.is_none());
    let if_borne = |amount: i64| if is_borne { Cell::Number(amount) } else { Cell::Nothing };
    match fact.name.as_str() {
        "event_date" => Cell::Day(story.event_date),
        "cause" => Cell::Value(match story.cause {
            Cause::Accident => 0,
            Cause::SuddenDeath => 1,
            Cause::Illness => 2,
        }),
        "death" => Cell::Answer(story.death),
        "disability_grade" => story.disability_grade.map_or(Cell::Nothing, Cell::Number),
        "admitted" => story.admitted.map_or(Cell::Nothing, Cell::Day),
        "hospital_days" if stays => Cell::Number(story.hospital_days),
        "hospital_days" => Cell::Nothing,
        "hospital_grade" => Cell::Number(random.between(1, 3)),
        "illness_class" if story.cause == Cause::Accident && random.happens(80_000) => Cell::Nothing,
        "reported_on" => Cell::Day(story.reported_on),
        "personal_burden" | "receipt_self_paid" => if_borne(story.personal_burden()),
        "in_pool_burden" | "computed_base" => if_borne(story.in_pool_burden()),
        "self_funded" => if_borne(story.self_funded),
        "total_cost" => if_borne(story.total_cost),
        "fund_paid" => if_borne(story.fund_paid),
        _ => any_cell(fact, values, story.event_date, story.personal_burden(), random),
    }
}

/// A fact of a pack's own, or one without a story: mostly what the pack wants.
fn any_cell(fact: &Fact, values: &[u32], near: i32, borne: i64, random: &mut Random) -> Cell {
    match (fact.kind, fact.name.as_str()) {
        (Kind::Money, _) if random.happens(90_000) => Cell::Nothing,
        (Kind::Money, _) => Cell::Number(borne * random.between(0, 100) / 100),
        (Kind::Ratio, _) => Cell::Number(random.between(0, 100_000_000)),
        (Kind::Number, "place_number") => Cell::Number(random.between(1, 26_000)),
        (Kind::Number, "voucher_number") => Cell::Number(random.between(1, 10_300)),
        (Kind::Number, _) => Cell::Number(random.between(1, 10)),
        (Kind::Days, _) => Cell::Number(random.between(1, 60)),
        (Kind::Date, _) => Cell::Day(near + i32::try_from(random.between(0, 10)).unwrap_or_default()),
        (Kind::YesNo, "registered_in_wuxi") => Cell::Answer(random.happens(3_000)),
        (Kind::YesNo, _) => Cell::Answer(random.happens(93_000)),
        (Kind::Category, "sex") => Cell::Value(u32::from(random.happens(4_000))),
        (Kind::Category, _) => {
            let unknown = fact.values.len() - 1;
            let is_open = huzhu::StandardFact::named(&fact.name).is_none_or(huzhu::StandardFact::is_open);
            let one = usize::try_from(random.bits() >> 8).unwrap_or_default();
            match values {
                _ if is_open && random.happens(4_000) => Cell::Value(u32::try_from(unknown).unwrap_or_default()),
                [] if unknown == 0 => Cell::Nothing,
                [] => Cell::Value(u32::try_from(one % unknown).unwrap_or_default()),
                values => Cell::Value(values[one % values.len()]),
            }
        }
    }
}

fn version_of<'p>(plan: &'p Shape, cover: &Cover) -> &'p str {
    let holding = plan.versions.iter().rev().find(|(_, from)| *from <= cover.start);
    holding.or(plan.versions.first()).map_or("", |(name, _)| name)
}

fn claim_id(submitted: u64) -> String {
    format!("C{:010}", submitted + 1)
}

fn enrollment_id(member: &Member, cover: usize) -> String {
    format!("E{:09}-{}", member.number, cover + 1)
}

impl Table {
    fn new(ids: &[&str], facts: &[usize], all: &[Fact]) -> Table {
        let ids = ids.iter().map(|id| ((*id).to_owned(), Column::Texts(Vec::new())));
        let facts = facts.iter().map(|index| {
            let fact = &all[*index];
            let column = match fact.kind {
                Kind::Money => Column::Amounts(Vec::new(), 2),
                Kind::Ratio => Column::Amounts(Vec::new(), 8),
                Kind::Number | Kind::Days => Column::Numbers(Vec::new()),
                Kind::Date => Column::Days(Vec::new()),
                Kind::YesNo => Column::Answers(Vec::new()),
                Kind::Category => Column::Values(Vec::new(), fact.values.clone()),
            };
            (fact.name.clone(), column)
        });
        Table(ids.chain(facts).collect())
    }

    fn text(&mut self, column: usize, text: Option<String>) {
        if let Column::Texts(texts) = &mut self.0[column].1 {
            texts.push(text);
        }
    }

    fn value(&mut self, column: usize, index: Option<i32>) {
        if let Column::Values(indexes, _) = &mut self.0[column].1 {
            indexes.push(index);
        }
    }

    fn cells(&mut self, first: usize, cells: &[Cell]) {
        for ((_, column), cell) in self.0[first..].iter_mut().zip(cells) {
            let (number, is_number) = match cell {
                Cell::Number(number) => (*number, true),
                Cell::Nothing | Cell::Day(_) | Cell::Answer(_) | Cell::Value(_) => (0, false),
            };
            match column {
                Column::Amounts(amounts, _) => amounts.push(is_number.then_some(number.into())),
                Column::Numbers(numbers) => numbers.push(i32::try_from(number).ok().filter(|_| is_number)),
                Column::Days(days) => days.push(if let Cell::Day(day) = cell { Some(*day) } else { None }),
                Column::Answers(yes) => yes.push(if let Cell::Answer(answer) = cell { Some(*answer) } else { None }),
                Column::Values(indexes, _) => {
                    indexes.push(if let Cell::Value(value) = cell { i32::try_from(*value).ok() } else { None });
                }
                Column::Texts(_) => {}
            }
        }
    }

    fn finish(self) -> RecordBatch {
        let (mut fields, mut arrays) = (Vec::new(), Vec::<ArrayRef>::new());
        for (name, column) in self.0 {
            let array: ArrayRef = match column {
                Column::Texts(texts) => Arc::new(StringArray::from(texts)),
                Column::Values(indexes, values) => {
                    let keys = Int32Array::from(indexes);
                    let values = Arc::new(StringArray::from(values));
                    Arc::new(DictionaryArray::<Int32Type>::try_new(keys, values).expect("indexes of values"))
                }
                Column::Amounts(amounts, scale) => {
                    let precision = if scale == 2 { 18 } else { 9 };
                    let amounts = Decimal128Array::from(amounts).with_data_type(DataType::Decimal128(precision, scale));
                    Arc::new(amounts)
                }
                Column::Numbers(numbers) => Arc::new(Int32Array::from(numbers)),
                Column::Days(days) => Arc::new(Date32Array::from(days)),
                Column::Answers(answers) => Arc::new(BooleanArray::from(answers)),
            };
            fields.push(Field::new(name, array.data_type().clone(), true));
            arrays.push(array);
        }
        RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays).expect("columns of one length")
    }
}
