//! The columns of an input: which facts they hold, whether their types can hold them, and how each is read.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, new_null_array};
use arrow_cast::cast;
use arrow_schema::{ArrowError, DataType, Field, Schema};
use arrow_select::take::take;

use crate::batch::Input;
use crate::batch::headings::Heading;
use crate::batch::ingest::target::{self, Bad, Read, Target, Wrong};
use crate::batch::ingest::vocabulary::{Meant, PlanTitles, Vocabulary};
use crate::batch::ingest::{added, categories, dates, ids, numbers, texts};
use crate::fact::{Holder, Kind, StandardFact};
use crate::text::{Language, Text, say};
use crate::{names, spelling};

/// A raw column that is read.
#[derive(Debug)]
pub(super) struct Column {
    pub(super) name: String,
    /// What the input calls it, which may be another name of the fact.
    pub(super) called: String,
    /// Its place among the raw columns.
    pub(super) place: usize,
    /// The same fact by its other name.
    pub(super) also: Option<Box<Column>>,
    role: Role,
}

/// What a column holds.
#[derive(Debug)]
enum Role {
    Id {
        is_needed: bool,
    },
    /// An id of a plan, or its title.
    Plan(Arc<PlanTitles>),
    Fact(Target),
}

/// A column that is no fact, or one that must be there.
struct Listed {
    name: &'static str,
    is_id: bool,
    /// Whether the input must have the column; of an id, also every row a value.
    is_needed: bool,
}

const fn id(name: &'static str) -> Listed {
    Listed { name, is_id: true, is_needed: true }
}

const fn optional_id(name: &'static str) -> Listed {
    Listed { name, is_id: true, is_needed: false }
}

const fn fact(name: &'static str) -> Listed {
    Listed { name, is_id: false, is_needed: true }
}

const CLAIMS: [Listed; 3] = [id("claim_id"), id("enrollment_id"), optional_id("reverses")];
const ENROLLMENTS: [Listed; 7] = [
    id("enrollment_id"),
    id("member_id"),
    id(PLAN),
    optional_id("plan_version"),
    fact("shares"),
    fact("coverage_start"),
    fact("coverage_end"),
];

const PLAN: &str = "plan";

const NOTES: [&str; 2] = ["notes", "备注"];

fn listed(input: Input) -> &'static [Listed] {
    match input {
        Input::Claims => &CLAIMS,
        Input::Enrollments => &ENROLLMENTS,
    }
}

/// Whether an input has a column of this name that is no fact.
pub(crate) fn is_id(input: Input, name: &str) -> bool {
    listed(input).iter().any(|listed| listed.is_id && listed.name == name)
}

pub(super) fn holder(input: Input) -> Holder {
    match input {
        Input::Claims => Holder::Claim,
        Input::Enrollments => Holder::Enrollment,
    }
}

pub(super) fn other(input: Input) -> Input {
    match input {
        Input::Claims => Input::Enrollments,
        Input::Enrollments => Input::Claims,
    }
}

/// The columns to read, in plain order; or all that is wrong, missing columns first, then column by column.
pub(super) fn checked(
    vocabulary: &Vocabulary,
    input: Input,
    raw: &Schema,
    ignore: &[String],
) -> Result<Vec<Column>, Vec<Text>> {
    let mut check =
        Check { vocabulary, input, seen: BTreeMap::new(), told: Vec::new(), meant: Vec::new(), strangers: Vec::new() };
    let (mut columns, mut problems) = (Vec::new(), Vec::new());
    let added = added(vocabulary, input, raw);
    for (place, field) in raw.fields().iter().enumerate() {
        let name = field.name().trim();
        let is_left_out = ignore.iter().any(|ignored| ignored.trim() == name) || is_note(vocabulary, input, name);
        if !added.contains(&place) && !is_left_out {
            match check.column(place, field) {
                Ok(column) => columns.push(column),
                Err(problem) => problems.push(problem),
            }
        }
    }
    let missing = check.missing(&columns);
    let problems: Vec<Text> = missing.into_iter().chain(problems).chain(check.way_out()).collect();
    if !problems.is_empty() {
        let is_other = is_of_other(vocabulary, input, raw);
        return Err(if is_other { vec![swapped(input)] } else { problems });
    }
    columns.sort_by(|a, b| a.order(input).cmp(&b.order(input)));
    Ok(joined(columns))
}

/// Whether the columns are those of the other input: all ids that it needs are there, and not all of this one's.
fn is_of_other(vocabulary: &Vocabulary, input: Input, raw: &Schema) -> bool {
    let has = |of: Input, name: &str| {
        let mut called = raw.fields().iter().map(|field| field.name().trim());
        called.any(|called| vocabulary.is_name(of, called, name))
    };
    let has_all =
        |of: Input| listed(of).iter().filter(|listed| listed.is_id && listed.is_needed).all(|id| has(of, id.name));
    has_all(other(input)) && !has_all(input)
}

fn swapped(input: Input) -> Text {
    match input {
        Input::Claims => say!(
            "这是参保表的列，此处应为理赔表；两个文件是否写反了？",
            "these are the columns of enrollments, and claims are wanted here; are the two files the wrong way round?"
        ),
        Input::Enrollments => say!(
            "这是理赔表的列，此处应为参保表；两个文件是否写反了？",
            "these are the columns of claims, and enrollments are wanted here; are the two files the wrong way round?"
        ),
    }
}

/// Whether a column is for people alone, as the key `notes` of a case file is; one that a fact is called by holds the fact.
pub(super) fn is_note(vocabulary: &Vocabulary, input: Input, called: &str) -> bool {
    let folded = spelling::fold(called);
    NOTES.iter().any(|note| spelling::fold(note) == folded) && vocabulary.meant_by(input, called) == Meant::Stranger
}

/// The places of columns that an earlier run has added to rejected rows.
pub(super) fn added(vocabulary: &Vocabulary, input: Input, raw: &Schema) -> BTreeSet<usize> {
    let is_listed = |name: &str| listed(input).iter().any(|listed| listed.name == name);
    added::places(raw, |called| match vocabulary.meant_by(input, called) {
        Meant::Name(name) => is_listed(name) || vocabulary.fact(name).is_some(),
        Meant::Any(_) => true,
        Meant::Stranger => false,
    })
}

/// Columns that call one fact by its two names, as one; they follow each other.
fn joined(columns: Vec<Column>) -> Vec<Column> {
    let mut joined: Vec<Column> = Vec::with_capacity(columns.len());
    for column in columns {
        match joined.last_mut() {
            Some(last) if last.name == column.name => last.also = Some(Box::new(column)),
            Some(_) | None => joined.push(column),
        }
    }
    joined
}

struct Check<'a> {
    vocabulary: &'a Vocabulary,
    input: Input,
    /// By name without case and surrounding blanks: the first column's place and name.
    seen: BTreeMap<String, (usize, String)>,
    /// The columns so far by their names, each with what it is called.
    told: Vec<(String, String)>,
    /// The columns that misspelt ones most likely mean; they are not reported missing too.
    meant: Vec<String>,
    /// The columns that do not belong here.
    strangers: Vec<String>,
}

impl Check<'_> {
    fn column(&mut self, place: usize, field: &Field) -> Result<Column, Text> {
        self.stands_once(place, field.name())?;
        let called = field.name().trim();
        if called.is_empty() {
            let number = place.saturating_add(1);
            return Err(say!("第 {number} 列没有列名", "column {number} has no name"));
        }
        let name = match self.vocabulary.meant_by(self.input, called) {
            Meant::Name(name) => name,
            Meant::Stranger => called,
            Meant::Any(names) => return Err(ambiguous(called, &names)),
        };
        self.is_told_once(name, called)?;
        let id = listed(self.input).iter().find(|listed| listed.is_id && listed.name == name);
        let (role, kind) = match (id, self.vocabulary.fact(name)) {
            (Some(Listed { name: PLAN, .. }), _) => (Role::Plan(self.vocabulary.plans()), None),
            (Some(id), _) => (Role::Id { is_needed: id.is_needed }, None),
            (None, Some(known)) if known.holder == holder(self.input) => {
                (Role::Fact(Target::of(name, known)), Some(known.kind))
            }
            (None, Some(_)) => {
                self.strangers.push(called.to_owned());
                return Err(fact_of_other(self.input, name));
            }
            (None, None) => return Err(self.unknown(called)),
        };
        holds(name, kind, field.data_type())?;
        Ok(Column { name: name.to_owned(), called: called.to_owned(), place, also: None, role })
    }

    fn stands_once(&mut self, place: usize, raw: &str) -> Result<(), Text> {
        let number = place.saturating_add(1);
        let folded = raw.trim().to_lowercase();
        match self.seen.get(&folded) {
            None => {
                self.seen.insert(folded, (number, raw.to_owned()));
                Ok(())
            }
            Some((first, name)) if name == raw => Err(say!(
                "列 `{raw}` 重复（第 {first} 列与第 {number} 列）",
                "duplicate column `{raw}` (columns {first} and {number})"
            )),
            Some((first, name)) => Err(say!(
                "第 {first} 列 `{name}` 与第 {number} 列 `{raw}` 仅大小写或首尾空格不同",
                "the columns `{name}` ({first}) and `{raw}` ({number}) differ only in case or in blanks around them"
            )),
        }
    }

    /// Two columns may tell one fact by its two names, and not otherwise.
    fn is_told_once(&mut self, name: &str, called: &str) -> Result<(), Text> {
        let is_alias = |called: &str| called != name && StandardFact::meant_by(called) == name;
        let mut before = self.told.iter().filter(|(told, _)| told == name).map(|(_, called)| called.as_str());
        let clash = before.find(|first| {
            !(*first == name && is_alias(called) || called == name && is_alias(first)) && *first != called
        });
        if let Some(first) = clash {
            let name = named(name);
            return Err(say!(
                "列 `{first}` 与 `{called}` 都是 {name}",
                "the columns `{first}` and `{called}` are both {name}"; name
            ));
        }
        self.told.push((name.to_owned(), called.to_owned()));
        Ok(())
    }

    fn unknown(&mut self, name: &str) -> Text {
        let words: Vec<String> =
            name.split([' ', '-', '_']).filter(|word| !word.is_empty()).map(str::to_lowercase).collect();
        let known = || {
            let ids = listed(self.input).iter().map(|listed| listed.name);
            ids.chain(self.vocabulary.names(holder(self.input)))
        };
        let by_title = || self.vocabulary.near_title(self.input, name);
        if let Some(near) = names::nearest(&words.join("_"), known()).or_else(by_title) {
            let (near, named) = (near.to_owned(), named(near));
            let text = say!(
                "没有名为 `{name}` 的列；是否想写 {named}？",
                "no plan knows the column `{name}`; did you mean {named}?"; named
            );
            self.meant.push(near);
            return text;
        }
        self.strangers.push(name.to_owned());
        if listed(other(self.input)).iter().any(|listed| listed.name == name) {
            return fact_of_other(self.input, name);
        }
        say!("没有名为 `{name}` 的列", "no plan knows the column `{name}`")
    }

    /// The columns that are needed and not there.
    fn missing(&self, columns: &[Column]) -> Vec<Text> {
        let needed = listed(self.input).iter().filter(|listed| listed.is_needed).map(|listed| listed.name);
        let is_there = |name: &str| {
            columns.iter().any(|column| column.name == name)
                || self.seen.contains_key(name)
                || self.meant.iter().any(|meant| meant == name)
        };
        let missing = needed.filter(|name| !is_there(name));
        missing.map(named).map(|name| say!("缺少列 {name}", "the column {name} is missing"; name)).collect()
    }

    /// How to go on with columns that do not belong here.
    fn way_out(&self) -> Option<Text> {
        let list = self.strangers.join(",");
        (!self.strangers.is_empty())
            .then(|| say!("无关的列可以略过：`{list}`", "what is not meant can be left out: `{list}`"))
    }
}

fn ambiguous(called: &str, names: &[&str]) -> Text {
    let named: Vec<Text> = names.iter().map(|name| named(name)).collect();
    let list = |of: fn(&Text) -> &str, joint| named.iter().map(of).collect::<Vec<_>>().join(joint);
    let (zh, en) = (list(|text| &text.zh, "、"), list(|text| &text.en, ", "));
    say!(
        "列 `{called}` 可以是 {zh}；请写明其中之一",
        "the column `{called}` may be any of {en}; write the one that is meant"
    )
}

fn fact_of_other(input: Input, name: &str) -> Text {
    let name = named(name);
    match input {
        Input::Claims => {
            say!("{name}属于参保记录，不属于理赔申请", "{name} is a column of the enrollments, not of the claims"; name)
        }
        Input::Enrollments => {
            say!("{name}属于理赔申请，不属于参保记录", "{name} is a column of the claims, not of the enrollments"; name)
        }
    }
}

/// A column as a message names it: in Chinese by its title, which may stand in the file as well.
fn named(name: &str) -> Text {
    let heading = Heading::of(name).map(|heading| heading.title(Language::Zh));
    let title = heading.or_else(|| StandardFact::named(name).map(|fact| fact.zh)).unwrap_or(name);
    spelling::named(name, Some(&Text { zh: title.to_owned(), en: name.to_owned() }))
}

/// Whether a fact of the kind, or an id, can be read from a column of this type.
fn holds(name: &str, kind: Option<Kind>, data_type: &DataType) -> Result<(), Text> {
    let is_whole_decimal = match data_type {
        DataType::Decimal32(_, scale)
        | DataType::Decimal64(_, scale)
        | DataType::Decimal128(_, scale)
        | DataType::Decimal256(_, scale) => Some(*scale == 0),
        _ => None,
    };
    let is_word = data_type.is_integer() || is_whole_decimal == Some(true);
    let fits = texts::is_text(data_type)
        || *data_type == DataType::Null
        || match kind {
            Some(Kind::Money | Kind::Ratio | Kind::Number | Kind::Days) => {
                data_type.is_integer() || is_whole_decimal.is_some()
            }
            Some(Kind::Date) => {
                matches!(data_type, DataType::Date32 | DataType::Date64 | DataType::Timestamp(_, None))
            }
            Some(Kind::YesNo) => *data_type == DataType::Boolean,
            Some(Kind::Category) | None => is_word,
        };
    if fits { Ok(()) } else { Err(misfit(name, kind, data_type)) }
}

fn misfit(name: &str, kind: Option<Kind>, data_type: &DataType) -> Text {
    let (zh, en) = match kind {
        Some(Kind::Money | Kind::Ratio | Kind::Number | Kind::Days) => {
            ("应为定点小数、整数或文本", "write a DECIMAL, a whole number or text")
        }
        Some(Kind::Date) => ("应为日期、无时区的时间戳或文本", "write a DATE, a timestamp without time zone or text"),
        Some(Kind::YesNo) => ("应为是否或文本", "write a BOOLEAN or text"),
        Some(Kind::Category) | None => ("应为文本或整数", "write text or a whole number"),
    };
    let kind = kind.map_or_else(|| say!("编号", "id"), Kind::said);
    if data_type.is_floating() {
        say!(
            "列 `{name}` 为浮点数（{data_type}），不精确；{zh}",
            "the column `{name}` is a float ({data_type}), which is not exact; {en}"
        )
    } else if matches!(data_type, DataType::Timestamp(_, Some(_))) {
        say!(
            "列 `{name}` 带时区（{data_type}），其日期不确定；{zh}",
            "the column `{name}` has a time zone ({data_type}), so its day is not certain; {en}"
        )
    } else {
        say!(
            "列 `{name}`（{data_type}）不能作{kind}；{zh}",
            "the column `{name}` ({data_type}) cannot hold a value of type {kind}; {en}"; kind
        )
    }
}

impl Column {
    /// The ids as they are listed, then the facts by name.
    fn order(&self, input: Input) -> (usize, &str) {
        let place = listed(input).iter().position(|listed| listed.is_id && listed.name == self.name);
        (place.unwrap_or(usize::MAX), &self.name)
    }

    /// Its places among the raw columns, under each of its names.
    pub(super) fn places(&self) -> impl Iterator<Item = usize> {
        [self.place].into_iter().chain(self.also.as_ref().map(|also| also.place))
    }

    /// The plain column; with the texts that have no code beside it, if there may be some.
    pub(super) fn fields(&self) -> impl Iterator<Item = Field> {
        let (plain, has_uncoded) = match &self.role {
            Role::Id { is_needed } => (Field::new(&self.name, DataType::Utf8, !is_needed), false),
            Role::Plan(_) => (Field::new(&self.name, DataType::Utf8, false), false),
            Role::Fact(target) => (Field::new(&self.name, plain_type(target), true), target.has_uncoded()),
        };
        let uncoded = has_uncoded.then(|| Field::new(uncoded(&self.name), DataType::Utf8, true));
        [plain].into_iter().chain(uncoded)
    }

    /// Takes numbers and dates in their plain form only.
    pub(super) fn make_strict(&mut self) {
        if let Role::Fact(target) = &mut self.role {
            target.is_strict = true;
        }
        if let Some(also) = &mut self.also {
            also.make_strict();
        }
    }

    /// What is wrong with a value, in words.
    pub(super) fn reason(&self, value: &str, wrong: Wrong) -> Text {
        match &self.role {
            Role::Id { .. } | Role::Plan(_) => target::missing(&self.name),
            Role::Fact(target) => target.reason(value, wrong),
        }
    }

    /// What is said of a value: in Chinese the column goes by what its file calls it.
    pub(super) fn as_called(&self, Text { zh, en }: Text) -> Text {
        let [name, called] = [&self.name, &self.called].map(|name| format!("`{name}`"));
        Text { zh: zh.replacen(&name, &called, 1), en } // the name comes before the value
    }

    pub(super) fn read(&self, raw: &ArrayRef) -> Result<Read, ArrowError> {
        match &self.role {
            Role::Id { is_needed } => ids::read(raw, *is_needed),
            Role::Plan(titles) => ids::read_plans(raw, titles),
            Role::Fact(target) => read(target, raw),
        }
    }
}

/// The plain column of the texts of a category that have no code; no fact can have such a name.
pub(crate) fn uncoded(fact: &str) -> String {
    format!("{fact} (text)")
}

/// The type of a plain column of a fact.
fn plain_type(target: &Target) -> DataType {
    match target.kind {
        Kind::Money | Kind::Ratio | Kind::Number | Kind::Days => DataType::Int64,
        Kind::Date => DataType::Date32,
        Kind::YesNo => DataType::Boolean,
        Kind::Category if target.is_plain_text() => DataType::Utf8,
        Kind::Category => DataType::UInt16,
    }
}

fn read(target: &Target, raw: &ArrayRef) -> Result<Read, ArrowError> {
    match raw.data_type() {
        DataType::Null => {
            let nothing = |of: &DataType| new_null_array(of, raw.len());
            let uncoded = target.has_uncoded().then(|| nothing(&DataType::Utf8));
            Ok(Read { array: nothing(&plain_type(target)), uncoded, bad: Vec::new(), seen: Vec::new() })
        }
        DataType::Dictionary(_, _) => read_dictionary(target, raw),
        _ => match target.kind {
            Kind::Money | Kind::Ratio | Kind::Number | Kind::Days => numbers::read(target, raw),
            Kind::Date => dates::read(target, raw),
            Kind::YesNo => categories::read_answers(target, raw),
            Kind::Category => categories::read(target, raw),
        },
    }
}

/// Reads each of a dictionary's values once, or each row where there are fewer of those.
fn read_dictionary(target: &Target, raw: &ArrayRef) -> Result<Read, ArrowError> {
    let Some(dictionary) = raw.as_any_dictionary_opt() else {
        return Err(ArrowError::CastError("a dictionary".to_owned()));
    };
    let values = dictionary.values();
    if values.len() > dictionary.len() {
        return read(target, &cast(raw, values.data_type())?);
    }
    let read = read(target, values)?;
    if !read.seen.is_empty() {
        // What was seen is told by rows.
        return self::read(target, &cast(raw, values.data_type())?);
    }
    let array = take(&read.array, dictionary.keys(), None)?;
    let uncoded = read.uncoded.map(|uncoded| take(&uncoded, dictionary.keys(), None)).transpose()?;
    if read.bad.is_empty() {
        return Ok(Read { array, uncoded, bad: Vec::new(), seen: Vec::new() });
    }
    let keys = dictionary.normalized_keys().into_iter().enumerate();
    let given = keys.filter(|(row, _)| dictionary.keys().is_valid(*row));
    let bad = given.filter_map(|(row, key)| {
        let place = read.bad.binary_search_by_key(&key, |bad| bad.row).ok()?;
        read.bad.get(place).map(|bad| Bad { row, wrong: bad.wrong })
    });
    Ok(Read { array, uncoded, bad: bad.collect(), seen: Vec::new() })
}
