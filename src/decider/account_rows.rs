//! Accounts of members as rows of one table: what a call takes in and gives out.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry as Slot;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Date32Type, Decimal128Type};
use arrow_array::{Array, ArrayRef, Date32Array, Decimal128Array, RecordBatch, StringArray};
use arrow_cast::cast::{CastOptions, cast_with_options};
use arrow_schema::{DataType, Field, Schema};
use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::MemberAccounts;
use crate::accumulator::{Accumulators, Entry, MOST_PLACES_POSTED, MOST_POSTED, OpenClaim, Period, Posting};
use crate::calendar;
use crate::error::{Error, OrBug};
use crate::joint::{Cover, Held};
use crate::order::Order;
use crate::order::day::{Comes, Day};
use crate::text::{Text, say};

/// What a row is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Holds {
    /// A claim that was decided, and one amount that it has posted; a row without an amount where it has posted none.
    Posting,
    /// A claim that is open: nobody knows yet what it posts.
    Open,
    /// A cover under which claims were made.
    Cover,
}

impl Holds {
    const ALL: [(&'static str, Holds); 3] =
        [("posting", Holds::Posting), ("open", Holds::Open), ("cover", Holds::Cover)];

    fn name(self) -> &'static str {
        match self {
            Holds::Posting => "posting",
            Holds::Open => "open",
            Holds::Cover => "cover",
        }
    }
}

/// Amounts are in units of 10 to the minus 8.
const DIGITS: u8 = 38;
const PLACES: i8 = 8;
/// What stands for a date that is not given, among those that put a claim in order.
const NO_DATE: &str = "?";

/// A row of the table.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Row {
    member: String,
    plan: String,
    holds: Holds,
    claim: Option<String>,
    enrollment: Option<String>,
    event_date: Option<NaiveDate>,
    coverage_start: Option<NaiveDate>,
    coverage_end: Option<NaiveDate>,
    entry: Option<String>,
    amount: Option<Decimal>,
    order: Option<String>,
}

/// The columns of the table: their names and types, and whether every row has a value.
const COLUMNS: [(&str, DataType, bool); 11] = [
    ("member_id", DataType::Utf8, true),
    ("plan", DataType::Utf8, true),
    ("holds", DataType::Utf8, true),
    ("claim_id", DataType::Utf8, false),
    ("enrollment_id", DataType::Utf8, false),
    ("event_date", DataType::Date32, false),
    ("coverage_start", DataType::Date32, false),
    ("coverage_end", DataType::Date32, false),
    ("entry", DataType::Utf8, false),
    ("amount", DataType::Decimal128(DIGITS, PLACES), false),
    ("order", DataType::Utf8, false),
];

impl MemberAccounts {
    /// The accounts of members as rows, by member, plan, claim and entry: what [`Decider::decide_rows_on`](super::Decider::decide_rows_on) takes and gives.
    ///
    /// | column | type | what |
    /// |---|---|---|
    /// | `member_id` | text | whose account |
    /// | `plan` | text | under which plan, by id |
    /// | `holds` | text | `posting`: a decided claim and one amount that it has posted; `open`: a claim of which nobody knows yet what it posts; `cover`: a cover under which claims were made |
    /// | `claim_id` | text | of `posting` and `open`: the claim |
    /// | `enrollment_id` | text | the cover; null where an account from elsewhere does not say it |
    /// | `event_date` | date | of `posting`, and of `open` if it is known |
    /// | `coverage_start` | date | the first day of the cover; of `open` if it is known |
    /// | `coverage_end` | date | of `cover`: its last day, if it is known |
    /// | `entry` | text | of `posting`: what is counted, such as `paid:death`, `count:death`, `deducted:hospital-medical`, `sum:hospital_days` ([`Entry`](crate::history::Entry)); null where the claim has posted nothing |
    /// | `amount` | decimal(38, 8) | of an entry: yuan of `paid` and `deducted`, claims of `count`, of a `sum` the unit of what is summed; null where it is not known |
    /// | `order` | text | of `open`: what it comes before, where its event date alone does not say: `as-received`, or the dates that put claims in order, apart by `;`, with `?` for one that is not given |
    ///
    /// The order of rows and columns says nothing when they are read. Types are those of Arrow: `Utf8`, `Date32`, `Decimal128`; other texts, dates and exact numbers are read
    /// as these.
    ///
    /// ```
    /// use huzhu::{Catalog, Decider, Enrollment, Claim, MemberAccounts, facts};
    ///
    /// # let catalog = Catalog::load("rules".as_ref())?;
    /// let enrollment = Enrollment::new("E1", "henan-accident", "M1")
    ///     .with(facts::SHARES, 2)?
    ///     .with(facts::BIRTH_DATE, "1990-05-05".parse()?)?
    ///     .with(facts::COVERAGE_START, "2025-01-01".parse()?)?
    ///     .with(facts::COVERAGE_END, "2025-12-31".parse()?)?;
    /// let claim = Claim::new("C1").with(facts::EVENT_DATE, "2025-05-10".parse()?)?.with(facts::CAUSE, "accident")?;
    /// let claim = claim.with(facts::PERSONAL_BURDEN, 0.into())?.with(facts::HOSPITAL_DAYS, 60)?;
    ///
    /// let mut accounts = MemberAccounts::new("M1");
    /// Decider::new(&catalog).next(&mut accounts, &enrollment, &claim)?;
    /// let rows = MemberAccounts::to_rows([&accounts])?;
    /// assert_eq!(MemberAccounts::of_rows(&rows)?, [accounts]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::is_arithmetic`] if an amount does not fit its column, which none does that the engine has posted.
    pub fn to_rows<'a, A: IntoIterator<Item = &'a MemberAccounts>>(accounts: A) -> Result<RecordBatch, Error> {
        let mut rows = Vec::new();
        for MemberAccounts { member, held } in accounts {
            for held in held {
                rows.extend(Row::all(member, held));
            }
        }
        rows.sort();
        laid_out(&rows)
    }

    /// Reads accounts from rows, as [`MemberAccounts::to_rows`] describes them, by member.
    ///
    /// # Errors
    /// [`Error::is_columns`] if a column is missing, unknown or of another type; [`Error::is_history`] if rows do not make an account: a claim has
    /// two dates, an entry two amounts, an amount is one that no claim posts.
    pub fn of_rows(rows: &RecordBatch) -> Result<Vec<MemberAccounts>, Error> {
        let mut drafts: BTreeMap<String, BTreeMap<String, Draft>> = BTreeMap::new();
        for row in read(rows)? {
            let plan = drafts.entry(row.member.clone()).or_default().entry(row.plan.clone()).or_default();
            plan.add(row)?;
        }
        let accounts = drafts.into_iter().map(|(member, plans)| {
            let held = plans.into_iter().map(|(plan, draft)| draft.held(&plan)).collect::<Result<_, Error>>()?;
            Ok(MemberAccounts { member, held })
        });
        accounts.collect()
    }
}

impl Row {
    /// Everything that an account holds.
    fn all(member: &str, held: &Held) -> Vec<Row> {
        let row = |holds| Row {
            member: member.to_owned(),
            plan: held.plan.clone(),
            holds,
            claim: None,
            enrollment: None,
            event_date: None,
            coverage_start: None,
            coverage_end: None,
            entry: None,
            amount: None,
            order: None,
        };
        let mut rows = Vec::new();
        for posting in held.accumulators.postings() {
            let of_claim = Row {
                claim: Some(posting.claim().to_owned()),
                enrollment: posting.period.enrollment.as_deref().map(str::to_owned),
                event_date: Some(posting.event_date),
                coverage_start: Some(posting.period.start),
                ..row(Holds::Posting)
            };
            let with = |entry: &Entry, amount| Row { entry: Some(entry.to_string()), amount, ..of_claim.clone() };
            rows.extend(posting.amounts().map(|(entry, amount)| with(entry, Some(amount))));
            rows.extend(posting.unknown.iter().map(|entry| with(entry, None)));
            if posting.amounts.is_empty() && posting.unknown.is_empty() {
                rows.push(of_claim);
            }
        }
        rows.extend(held.accumulators.open().map(|(claim, open)| Row {
            claim: Some(claim.to_owned()),
            enrollment: open.enrollment.as_deref().map(str::to_owned),
            event_date: open.event_date,
            coverage_start: open.coverage_start,
            order: order_in_words(open),
            ..row(Holds::Open)
        }));
        rows.extend(held.covers().into_iter().map(|Cover { enrollment_id, start, end }| Row {
            enrollment: enrollment_id,
            coverage_start: Some(start),
            coverage_end: end,
            ..row(Holds::Cover)
        }));
        rows
    }

    fn claim(&self) -> Result<&str, Error> {
        self.claim.as_deref().ok_or_else(|| self.lacks("claim_id"))
    }

    fn lacks(&self, column: &str) -> Error {
        let holds = self.holds.name();
        self.wrong(say!("`{holds}` 行缺少 `{column}`", "a row that holds `{holds}` has no `{column}`"))
    }

    /// What is wrong with the account that the row is of.
    fn wrong(&self, Text { zh, en }: Text) -> Error {
        let (member, plan) = (&self.member, &self.plan);
        Error::history(say!(
            "会员 `{member}` 在计划 `{plan}` 下的账户：{zh}",
            "the account of `{member}` under `{plan}`: {en}"
        ))
    }
}

/// What an open claim comes before, where its event date alone does not say.
fn order_in_words(OpenClaim { event_date, comes, .. }: &OpenClaim) -> Option<String> {
    let Comes::ByEvent { first, then } = comes else { return Some(Order::AsReceived.name().to_owned()) };
    if then.is_empty() && first.date() == *event_date {
        return None;
    }
    let day = |day: &Day| day.date().map_or_else(|| NO_DATE.to_owned(), |date| date.to_string());
    Some([first].into_iter().chain(then).map(day).collect::<Vec<_>>().join(";"))
}

fn order_of_words(words: Option<&str>, event_date: Option<NaiveDate>) -> Option<Comes> {
    let Some(words) = words else { return Some(Comes::by_event_date(event_date)) };
    if words == Order::AsReceived.name() {
        return Some(Comes::AsReceived);
    }
    let day = |word: &str| if word == NO_DATE { Some(Day::Unknown) } else { calendar::parse(word).map(Day::On) };
    let mut days = words.split(';').map(day).collect::<Option<Vec<Day>>>()?.into_iter();
    Some(Comes::ByEvent { first: days.next()?, then: days.collect() })
}

/// An account as far as its rows have been read.
#[derive(Default)]
struct Draft {
    postings: BTreeMap<String, Posting>,
    open: BTreeMap<String, OpenClaim>,
    covers: Vec<Cover>,
}

impl Draft {
    fn add(&mut self, row: Row) -> Result<(), Error> {
        match row.holds {
            Holds::Posting => self.post(&row),
            Holds::Open => self.keep_open(&row),
            Holds::Cover => {
                let start = row.coverage_start.ok_or_else(|| row.lacks("coverage_start"))?;
                self.covers.push(Cover { enrollment_id: row.enrollment, start, end: row.coverage_end });
                Ok(())
            }
        }
    }

    fn post(&mut self, row: &Row) -> Result<(), Error> {
        let claim = row.claim()?;
        let event_date = row.event_date.ok_or_else(|| row.lacks("event_date"))?;
        let start = row.coverage_start.ok_or_else(|| row.lacks("coverage_start"))?;
        let period = Period { start, enrollment: row.enrollment.as_deref().map(Arc::from) };
        let posting = match self.postings.entry(claim.to_owned()) {
            Slot::Occupied(known) => known.into_mut(),
            Slot::Vacant(free) => {
                let (period, claim) = (period.clone(), claim.into());
                free.insert(Posting { claim, event_date, period, amounts: Vec::new(), unknown: Vec::new() })
            }
        };
        if (posting.event_date, &posting.period) != (event_date, &period) {
            return Err(row.wrong(say!(
                "理赔申请 `{claim}` 各行的日期或参保记录不一",
                "the rows of the claim `{claim}` have several dates or covers"
            )));
        }
        let Some(name) = &row.entry else { return Ok(()) };
        let Some(entry) = Entry::parse(name) else {
            return Err(row.wrong(say!("`{name}` 不是累计项", "`{name}` names no entry")));
        };
        let known = posting.amounts.iter().map(|(known, _)| known).chain(&posting.unknown);
        if known.into_iter().any(|known| *known == entry) {
            return Err(row
                .wrong(say!("理赔申请 `{claim}` 的 `{name}` 有两行", "the claim `{claim}` has two rows of `{name}`")));
        }
        match row.amount {
            None => posting.unknown.push(entry),
            Some(amount) => {
                if entry.misfit(amount).is_some() || amount.abs() > MOST_POSTED {
                    return Err(row.wrong(say!(
                        "理赔申请 `{claim}` 的 `{name}` 不会是 {amount}",
                        "the claim `{claim}` cannot have posted {amount} of `{name}`"
                    )));
                }
                posting.amounts.push((entry, amount));
            }
        }
        Ok(())
    }

    fn keep_open(&mut self, row: &Row) -> Result<(), Error> {
        let (claim, Row { event_date, coverage_start, .. }) = (row.claim()?, row);
        let Some(comes) = order_of_words(row.order.as_deref(), *event_date) else {
            let words = row.order.as_deref().unwrap_or_default();
            return Err(row.wrong(say!("`{words}` 不是先后次序", "`{words}` says no order")));
        };
        let enrollment = row.enrollment.as_deref().map(Arc::from);
        let open = OpenClaim { event_date: *event_date, coverage_start: *coverage_start, enrollment, comes };
        if self.open.insert(claim.to_owned(), open).is_some() {
            return Err(row.wrong(say!("理赔申请 `{claim}` 有两行", "the claim `{claim}` has two rows")));
        }
        Ok(())
    }

    fn held(self, plan: &str) -> Result<Held, Error> {
        let mut accumulators = Accumulators::new();
        for mut posting in self.postings.into_values() {
            posting.amounts.sort();
            posting.unknown.sort();
            accumulators.post(&posting)?;
        }
        for (claim, open) in self.open {
            if !accumulators.has_posted(&claim) {
                accumulators.keep_open(claim.into(), open);
            }
        }
        Ok(Held::of(plan, accumulators, self.covers))
    }
}

fn laid_out(rows: &[Row]) -> Result<RecordBatch, Error> {
    let text =
        |of: &dyn Fn(&Row) -> Option<&str>| -> ArrayRef { Arc::new(rows.iter().map(of).collect::<StringArray>()) };
    let dates = |of: &dyn Fn(&Row) -> Option<NaiveDate>| -> ArrayRef {
        Arc::new(rows.iter().map(|row| of(row).map(Date32Type::from_naive_date)).collect::<Date32Array>())
    };
    let amounts = rows.iter().map(|row| row.amount.map(units).transpose());
    let amounts = amounts.collect::<Result<Decimal128Array, Error>>()?.with_precision_and_scale(DIGITS, PLACES);
    let columns: Vec<ArrayRef> = vec![
        text(&|row| Some(&row.member)),
        text(&|row| Some(&row.plan)),
        text(&|row| Some(row.holds.name())),
        text(&|row| row.claim.as_deref()),
        text(&|row| row.enrollment.as_deref()),
        dates(&|row| row.event_date),
        dates(&|row| row.coverage_start),
        dates(&|row| row.coverage_end),
        text(&|row| row.entry.as_deref()),
        Arc::new(amounts.map_err(|_| Error::bug())?),
        text(&|row| row.order.as_deref()),
    ];
    let fields = COLUMNS.map(|(name, kind, is_needed)| Field::new(name, kind, !is_needed));
    RecordBatch::try_new(Arc::new(Schema::new(fields.to_vec())), columns).map_err(|_| Error::bug())
}

fn units(amount: Decimal) -> Result<i128, Error> {
    let short = amount.normalize();
    let places = MOST_PLACES_POSTED.checked_sub(short.scale());
    let raise = places.and_then(|places| 10_i128.checked_pow(places));
    raise.and_then(|raise| short.mantissa().checked_mul(raise)).ok_or_else(|| {
        Error::arithmetic(say!("累计金额 {amount} 超出列的位数", "the amount {amount} does not fit its column"))
    })
}

fn read(rows: &RecordBatch) -> Result<Vec<Row>, Error> {
    let columns = Columns::of(rows)?;
    (0..rows.num_rows()).map(|row| columns.row(row)).collect()
}

/// The columns of the table as they are read.
struct Columns {
    columns: BTreeMap<&'static str, ArrayRef>,
}

impl Columns {
    fn of(rows: &RecordBatch) -> Result<Columns, Error> {
        let schema = rows.schema();
        if let Some(other) = schema.fields().iter().find(|field| !COLUMNS.iter().any(|(name, ..)| name == field.name()))
        {
            let name = other.name();
            return Err(Error::columns(say!("账户没有列 `{name}`", "accounts have no column `{name}`")));
        }
        let column = |(name, kind, is_needed): (&'static str, DataType, bool)| {
            let column = rows
                .column_by_name(name)
                .ok_or_else(|| Error::columns(say!("账户缺少列 `{name}`", "the accounts have no column `{name}`")))?;
            let read = as_kind(name, column, &kind)?;
            if is_needed && read.null_count() > 0 {
                return Err(Error::columns(say!(
                    "账户的列 `{name}` 有空值",
                    "the column `{name}` of the accounts has an empty value"
                )));
            }
            Ok((name, read))
        };
        Ok(Columns { columns: COLUMNS.into_iter().map(column).collect::<Result<_, Error>>()? })
    }

    fn row(&self, row: usize) -> Result<Row, Error> {
        let holds = self.text("holds", row)?.unwrap_or_default();
        let Some((_, holds)) = Holds::ALL.into_iter().find(|(name, _)| *name == holds) else {
            return Err(Error::columns(say!(
                "账户的列 `holds` 中有 `{holds}`；可为 `posting`、`open`、`cover`",
                "the column `holds` of the accounts has `{holds}`; it can be `posting`, `open` or `cover`"
            )));
        };
        let needed = |name| Ok::<_, Error>(self.text(name, row)?.unwrap_or_default());
        let (member, plan) = (needed("member_id")?, needed("plan")?);
        for (name, value) in [("member_id", &member), ("plan", &plan)] {
            if value.is_empty() {
                return Err(Error::columns(say!(
                    "账户的列 `{name}` 有空值",
                    "the column `{name}` of the accounts has an empty value"
                )));
            }
        }
        Ok(Row {
            member,
            plan,
            holds,
            claim: self.text("claim_id", row)?,
            enrollment: self.text("enrollment_id", row)?,
            event_date: self.date("event_date", row)?,
            coverage_start: self.date("coverage_start", row)?,
            coverage_end: self.date("coverage_end", row)?,
            entry: self.text("entry", row)?,
            amount: self.amount("amount", row)?,
            order: self.text("order", row)?,
        })
    }

    fn text(&self, name: &str, row: usize) -> Result<Option<String>, Error> {
        let column = self.columns.get(name).or_bug()?.as_string_opt::<i32>().or_bug()?;
        Ok(column.is_valid(row).then(|| column.value(row).to_owned()))
    }

    fn date(&self, name: &str, row: usize) -> Result<Option<NaiveDate>, Error> {
        let column = self.columns.get(name).or_bug()?.as_primitive_opt::<Date32Type>().or_bug()?;
        if column.is_null(row) {
            return Ok(None);
        }
        let date = Date32Type::to_naive_date_opt(column.value(row)).filter(|date| calendar::has(*date));
        date.map(Some).ok_or_else(|| {
            Error::columns(say!(
                "账户的列 `{name}` 有不可能的日期",
                "the column `{name}` of the accounts has an impossible date"
            ))
        })
    }

    fn amount(&self, name: &str, row: usize) -> Result<Option<Decimal>, Error> {
        let column = self.columns.get(name).or_bug()?.as_primitive_opt::<Decimal128Type>().or_bug()?;
        if column.is_null(row) {
            return Ok(None);
        }
        let amount = Decimal::try_from_i128_with_scale(column.value(row), MOST_PLACES_POSTED);
        let amount = amount.map_err(|_| {
            Error::columns(say!(
                "账户的列 `{name}` 有过大的数",
                "the column `{name}` of the accounts has a number that is too large"
            ))
        })?;
        Ok(Some(amount.normalize()))
    }
}

/// The column as the type that it is read as; a float is no amount, and no place after the point is lost.
fn as_kind(name: &str, column: &ArrayRef, kind: &DataType) -> Result<ArrayRef, Error> {
    let is_read = match (kind, column.data_type()) {
        (_, DataType::Null) => !matches!(name, "member_id" | "plan" | "holds"),
        (
            DataType::Decimal128(..),
            DataType::Decimal32(_, places)
            | DataType::Decimal64(_, places)
            | DataType::Decimal128(_, places)
            | DataType::Decimal256(_, places),
        ) => *places <= PLACES,
        (DataType::Decimal128(..), other) => other.is_integer(),
        (DataType::Date32, DataType::Date32 | DataType::Date64) => true,
        (DataType::Date32, other) => other.is_string(),
        (_, DataType::Dictionary(_, values)) => values.is_string(),
        (_, other) => other.is_string(),
    };
    let strictly = CastOptions { safe: false, ..CastOptions::default() };
    let read = is_read.then(|| cast_with_options(column, kind, &strictly).ok()).flatten();
    read.ok_or_else(|| {
        let given = column.data_type();
        Error::columns(say!(
            "账户的列 `{name}` 是 {given}，不能读作 {kind}",
            "the column `{name}` of the accounts is {given}, and cannot be read as {kind}"
        ))
    })
}
