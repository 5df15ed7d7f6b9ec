//! One step: its form, its type, its value.

use std::collections::BTreeSet;

use super::canonical::Json;
use super::flaw::{Flaw, Place};
use super::inputs::{Facts, Source};
use super::members::{self, Members};
use super::number::{Mode, Number};
use super::value::{Kind, Value};

#[derive(Debug)]
pub(super) struct Step {
    pub(super) op: Op,
    /// The steps that it is worked out from, all before it.
    pub(super) args: Vec<usize>,
    pub(super) kind: Kind,
    /// What it does, by the name in the format.
    pub(super) name: String,
    /// The place of the pack that it is of, if the program says so.
    pub(super) at: Option<String>,
}

/// What a step does. Facts and priors are places in the lists of the program.
#[derive(Debug)]
pub(super) enum Op {
    Number(Number),
    Date(super::date::Date),
    Truth(bool),
    Fact(usize),
    Prior(usize),
    Add,
    Subtract,
    Times,
    Least,
    Greatest,
    Round { to: Number, mode: Mode },
    DaysBetween,
    MonthsBetween,
    YearsBetween,
    PlusDays,
    PlusMonths(u64),
    Compare(By),
    And,
    Or,
    Not,
    NotFalse,
    Given,
    Among(Vec<String>),
    Choose,
    LookUpNumber { rows: Vec<(Number, Number)>, otherwise: Option<Number>, fact: usize },
    LookUpText { rows: Vec<(String, Number)>, otherwise: Option<Number>, fact: usize },
    Derived { fact: usize },
}

#[derive(Debug, Clone, Copy)]
pub(super) enum By {
    Equal,
    Unequal,
    Less,
    AtMost,
    Greater,
    AtLeast,
}

const BYS: [(&str, By); 6] = [
    ("equal", By::Equal),
    ("unequal", By::Unequal),
    ("less", By::Less),
    ("at-most", By::AtMost),
    ("greater", By::Greater),
    ("at-least", By::AtLeast),
];

const MODES: [(&str, Mode); 7] = [
    ("floor", Mode::Floor),
    ("ceiling", Mode::Ceiling),
    ("down", Mode::Down),
    ("up", Mode::Up),
    ("half-up", Mode::HalfUp),
    ("half-down", Mode::HalfDown),
    ("half-even", Mode::HalfEven),
];

/// What a step may refer to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Before<'a> {
    pub(super) facts: &'a Facts,
    pub(super) sources: &'a [Source],
    pub(super) priors: usize,
    pub(super) steps: &'a [Step],
}

impl Step {
    pub(super) fn read(json: &Json<'_>, before: Before<'_>, place: &Place<'_>) -> Result<Step, Flaw> {
        let mut members = Members::of(json, place)?;
        let at = members.take_if_there("at");
        let at = at.map(|at| members::text(&at.value, &place.member("at")).map(str::to_owned)).transpose()?;
        let name = members.text("op")?;
        let args_place = place.member("args");
        let args = Args::read(members.list("args")?, before.steps, &args_place)?;
        let (op, kind) = Op::read(name, &args, &mut members, before, place)?;
        if matches!(name, "number" | "date" | "look-up")
            && let Some(source) = members.take_if_there("source")
        {
            let place = place.member("source");
            op.agrees(members::whole(&source.value, &place)?, before.sources, &place)?;
        }
        members.end()?;
        Ok(Step { op, args: args.steps, kind, name: name.to_owned(), at })
    }

    /// Its value for one claim; the values are those of the steps before.
    pub(super) fn value<'t>(
        &self,
        values: &[Value<'t>],
        facts: &[Value<'t>],
        priors: &[Value<'t>],
    ) -> Result<Value<'t>, Refusal> {
        let arg =
            |place: usize| self.args.get(place).and_then(|step| values.get(*step)).copied().unwrap_or(Value::Null);
        let (first, second) = (arg(0), arg(1));
        let number = |number: Option<Number>| number.map(Value::Number).ok_or(Refusal::TooLarge);
        let truth = |truth: Option<bool>| Ok(truth.map_or(Value::Null, Value::Truth));
        let numbers = first.number().zip(second.number());
        let dates = first.date().zip(second.date());
        match &self.op {
            Op::Number(number) => Ok(Value::Number(*number)),
            Op::Date(date) => Ok(Value::Date(*date)),
            Op::Truth(truth) => Ok(Value::Truth(*truth)),
            Op::Fact(fact) => Ok(facts.get(*fact).copied().unwrap_or(Value::Null)),
            Op::Prior(prior) => Ok(priors.get(*prior).copied().unwrap_or(Value::Null)),
            Op::Add => numbers.map_or(Ok(Value::Null), |(a, b)| number(a.add(b))),
            Op::Subtract => numbers.map_or(Ok(Value::Null), |(a, b)| number(a.subtract(b))),
            Op::Times => numbers.map_or(Ok(Value::Null), |(a, b)| number(a.times(b))),
            Op::Least => numbers.map_or(Ok(Value::Null), |(a, b)| number(Some(a.min(b)))),
            Op::Greatest => numbers.map_or(Ok(Value::Null), |(a, b)| number(Some(a.max(b)))),
            Op::Round { to, mode } => first.number().map_or(Ok(Value::Null), |a| number(a.rounded(*to, *mode))),
            Op::DaysBetween => Ok(dates.map_or(Value::Null, |(a, b)| whole(a.days_to(b)))),
            Op::MonthsBetween => Ok(dates.map_or(Value::Null, |(a, b)| whole(a.months_to(b)))),
            Op::YearsBetween => Ok(dates.map_or(Value::Null, |(a, b)| whole(a.years_to(b)))),
            Op::PlusDays => match first.date().zip(second.number()) {
                Some((date, days)) => {
                    let days = days.to_whole().ok_or(Refusal::NotWhole)?;
                    Ok(date.plus_days(days).map_or(Value::Null, Value::Date))
                }
                None => Ok(Value::Null),
            },
            Op::PlusMonths(months) => {
                let date = first.date().and_then(|date| date.plus_months(*months));
                Ok(date.map_or(Value::Null, Value::Date))
            }
            Op::Compare(by) => truth(match (numbers, dates) {
                (Some((a, b)), _) => Some(by.holds(a, b)),
                (None, Some((a, b))) => Some(by.holds(a, b)),
                (None, None) => None,
            }),
            Op::And => truth(match (first.truth(), second.truth()) {
                (Some(false), _) | (_, Some(false)) => Some(false),
                (Some(true), Some(true)) => Some(true),
                (None, _) | (_, None) => None,
            }),
            Op::Or => truth(match (first.truth(), second.truth()) {
                (Some(true), _) | (_, Some(true)) => Some(true),
                (Some(false), Some(false)) => Some(false),
                (None, _) | (_, None) => None,
            }),
            Op::Not => truth(first.truth().map(|truth| !truth)),
            Op::NotFalse => Ok(Value::Truth(first.truth() != Some(false))),
            Op::Given => Ok(Value::Truth(!first.is_null())),
            Op::Among(list) => match first {
                Value::Text(text) => Ok(Value::Truth(list.iter().any(|one| one == text))),
                Value::Null | Value::Number(_) | Value::Date(_) | Value::Truth(_) => Ok(Value::Null),
            },
            Op::Choose => Ok(match first.truth() {
                Some(true) => second,
                Some(false) => arg(2),
                None => Value::Null,
            }),
            Op::LookUpNumber { rows, otherwise, .. } => Ok(match first {
                Value::Number(key) => found(rows.iter().find(|(known, _)| *known == key).map(|row| row.1), *otherwise),
                Value::Null | Value::Text(_) | Value::Date(_) | Value::Truth(_) => Value::Null,
            }),
            Op::LookUpText { rows, otherwise, .. } => Ok(match first {
                Value::Text(key) => found(rows.iter().find(|(known, _)| known == key).map(|row| row.1), *otherwise),
                Value::Null | Value::Number(_) | Value::Date(_) | Value::Truth(_) => Value::Null,
            }),
            Op::Derived { .. } => Ok(first),
        }
    }
}

fn whole(number: i64) -> Value<'static> {
    Value::Number(Number::from_whole(number))
}

fn found(row: Option<Number>, otherwise: Option<Number>) -> Value<'static> {
    row.or(otherwise).map_or(Value::Null, Value::Number)
}

impl By {
    fn holds<T: Ord>(self, first: T, second: T) -> bool {
        let order = first.cmp(&second);
        match self {
            By::Equal => order.is_eq(),
            By::Unequal => order.is_ne(),
            By::Less => order.is_lt(),
            By::AtMost => order.is_le(),
            By::Greater => order.is_gt(),
            By::AtLeast => order.is_ge(),
        }
    }
}

/// Why a step has no value.
#[derive(Debug, Clone, Copy)]
pub(super) enum Refusal {
    TooLarge,
    NotWhole,
}

impl Refusal {
    pub(super) fn flaw(self, place: Place<'_>) -> Flaw {
        match self {
            Refusal::TooLarge => Flaw::new(
                place,
                "得数超过 28 位小数或 96 位二进制",
                "the result has more than 28 decimal places or more than 96 bits",
            ),
            Refusal::NotWhole => Flaw::new(place, "天数不是整数", "the number of days is not whole"),
        }
    }
}

impl Op {
    fn read(
        name: &str,
        args: &Args<'_>,
        members: &mut Members<'_, '_, '_>,
        before: Before<'_>,
        place: &Place<'_>,
    ) -> Result<(Op, Kind), Flaw> {
        use Kind::{Date, Number, Text, Truth};
        if matches!(name, "number" | "date" | "truth" | "fact" | "prior") {
            args.of([])?;
        }
        match name {
            "number" => Ok((Op::Number(members.number("is")?), Number)),
            "date" => {
                let is = Value::read(&members.take("is")?.value, Date, &place.member("is"))?;
                let date = is.date().ok_or_else(|| Flaw::new(place.member("is"), "应为日期", "it must be a date"))?;
                Ok((Op::Date(date), Date))
            }
            "truth" => {
                let is = Value::read(&members.take("is")?.value, Truth, &place.member("is"))?;
                let truth =
                    is.truth().ok_or_else(|| Flaw::new(place.member("is"), "应为真假", "it must be a truth"))?;
                Ok((Op::Truth(truth), Truth))
            }
            "fact" => {
                let fact = before.facts.named(members.text("fact")?, &place.member("fact"))?;
                let kind = before.facts.list.get(fact).map_or(Text, |fact| fact.kind);
                Ok((Op::Fact(fact), kind))
            }
            "prior" => {
                let prior = members.whole("prior")?;
                let known = usize::try_from(prior).ok().filter(|prior| *prior < before.priors);
                let missing = || Flaw::new(place.member("prior"), "没有这一项累计", "there is no such prior");
                Ok((Op::Prior(known.ok_or_else(missing)?), Number))
            }
            "add" => args.of([Number, Number]).map(|()| (Op::Add, Number)),
            "subtract" => args.of([Number, Number]).map(|()| (Op::Subtract, Number)),
            "times" => args.of([Number, Number]).map(|()| (Op::Times, Number)),
            "least" => args.of([Number, Number]).map(|()| (Op::Least, Number)),
            "greatest" => args.of([Number, Number]).map(|()| (Op::Greatest, Number)),
            "round" => {
                args.of([Number])?;
                let (to, mode) = (members.number("to")?, members.one_of("mode", &MODES)?);
                if !to.is_positive() {
                    return Err(Flaw::new(place.member("to"), "应大于 0", "it must be above 0"));
                }
                Ok((Op::Round { to, mode }, Number))
            }
            "days-between" => args.of([Date, Date]).map(|()| (Op::DaysBetween, Number)),
            "months-between" => args.of([Date, Date]).map(|()| (Op::MonthsBetween, Number)),
            "years-between" => args.of([Date, Date]).map(|()| (Op::YearsBetween, Number)),
            "plus-days" => args.of([Date, Number]).map(|()| (Op::PlusDays, Date)),
            "plus-months" => {
                args.of([Date])?;
                Ok((Op::PlusMonths(members.whole("months")?), Date))
            }
            "compare" => {
                args.of([Date, Date]).or_else(|_| args.of([Number, Number]))?;
                Ok((Op::Compare(members.one_of("by", &BYS)?), Truth))
            }
            "and" => args.of([Truth, Truth]).map(|()| (Op::And, Truth)),
            "or" => args.of([Truth, Truth]).map(|()| (Op::Or, Truth)),
            "not" => args.of([Truth]).map(|()| (Op::Not, Truth)),
            "not-false" => args.of([Truth]).map(|()| (Op::NotFalse, Truth)),
            "given" => args.any().map(|_| (Op::Given, Truth)),
            "among" => {
                args.of([Text])?;
                let place = place.member("of");
                let list = members.list("of")?.iter().enumerate();
                let list = list.map(|(number, one)| members::text(one, &place.item(number)).map(str::to_owned));
                Ok((Op::Among(list.collect::<Result<_, _>>()?), Truth))
            }
            "choose" => {
                let kind = args.kinds.get(1).copied().unwrap_or(Truth);
                args.of([Truth, kind, kind]).map(|()| (Op::Choose, kind))
            }
            "look-up" => Ok((Op::look_up(args, members, before, place)?, Number)),
            "derived" => {
                let kind = args.any()?;
                let fact = before.facts.named(members.text("fact")?, &place.member("fact"))?;
                Ok((Op::Derived { fact }, kind))
            }
            _ => Err(Flaw::new(place.member("op"), format!("不认识 `{name}`"), format!("`{name}` is not known here"))),
        }
    }

    fn look_up(
        args: &Args<'_>,
        members: &mut Members<'_, '_, '_>,
        before: Before<'_>,
        place: &Place<'_>,
    ) -> Result<Op, Flaw> {
        let fact = before.facts.named(members.text("fact")?, &place.member("fact"))?;
        let otherwise = Value::read(&members.take("otherwise")?.value, Kind::Number, &place.member("otherwise"))?;
        let (otherwise, place) = (otherwise.number(), place.member("rows"));
        let rows = members.list("rows")?.iter().enumerate().map(|(number, row)| {
            let place = place.item(number);
            match members::list(row, &place)? {
                [key, value] => {
                    let key = members::text(key, &place.item(0))?;
                    Ok((key, members::number(value, &place.item(1))?, number))
                }
                _ => Err(Flaw::new(place, "应为一对", "it must be a pair")),
            }
        });
        let rows = rows.collect::<Result<Vec<_>, _>>()?;
        let mut keys = BTreeSet::new();
        if let Some((key, _, number)) = rows.iter().find(|(key, _, _)| !keys.insert(*key)) {
            let message = (format!("`{key}` 重复"), format!("duplicate `{key}`"));
            return Err(Flaw::new(place.item(*number), message.0, message.1));
        }
        match args.any()? {
            Kind::Text => {
                let rows = rows.into_iter().map(|(key, value, _)| (key.to_owned(), value)).collect();
                Ok(Op::LookUpText { rows, otherwise, fact })
            }
            Kind::Number => {
                let rows = rows.into_iter().map(|(key, value, number)| match Number::parse(key) {
                    Some(key) => Ok((key, value)),
                    None => Err(Flaw::new(place.item(number), "键应为数", "its key must be a number")),
                });
                Ok(Op::LookUpNumber { rows: rows.collect::<Result<_, _>>()?, otherwise, fact })
            }
            Kind::Date | Kind::Truth => Err(args.refused()),
        }
    }

    /// Checks that a figure is the one that its source states.
    fn agrees(&self, source: u64, sources: &[Source], place: &Place<'_>) -> Result<(), Flaw> {
        let source = usize::try_from(source).ok().and_then(|source| sources.get(source));
        let source = source.ok_or_else(|| Flaw::new(place, "没有这个出处", "there is no such source"))?;
        let agrees = match (source, self) {
            (Source::Other, _) => true,
            (Source::Number(stated), Op::Number(is)) => stated == is,
            (Source::Date(stated), Op::Date(is)) => stated == is,
            (Source::Number(_) | Source::Date(_), _) => false,
        };
        if agrees {
            return Ok(());
        }
        Err(Flaw::new(place, "与出处所载的数值不同", "the step is not the figure that its source states"))
    }
}

/// The arguments of a step.
struct Args<'p> {
    place: &'p Place<'p>,
    steps: Vec<usize>,
    kinds: Vec<Kind>,
}

impl<'p> Args<'p> {
    fn read(list: &[Json<'_>], before: &[Step], place: &'p Place<'p>) -> Result<Args<'p>, Flaw> {
        let mut args = Args { place, steps: Vec::new(), kinds: Vec::new() };
        for (number, arg) in list.iter().enumerate() {
            let place = place.item(number);
            let step = usize::try_from(members::whole(arg, &place)?).ok();
            let known = step.and_then(|step| Some((step, before.get(step)?)));
            let (step, known) =
                known.ok_or_else(|| Flaw::new(place, "此前没有这一步", "no such step stands before it"))?;
            args.steps.push(step);
            args.kinds.push(known.kind);
        }
        Ok(args)
    }

    /// Checks that there are just so many, of these types.
    fn of<const N: usize>(&self, kinds: [Kind; N]) -> Result<(), Flaw> {
        if self.kinds == kinds { Ok(()) } else { Err(self.refused()) }
    }

    /// The type of the one argument.
    fn any(&self) -> Result<Kind, Flaw> {
        match self.kinds.as_slice() {
            [kind] => Ok(*kind),
            _ => Err(self.refused()),
        }
    }

    fn refused(&self) -> Flaw {
        let zh: Vec<&str> = self.kinds.iter().map(|kind| kind.zh()).collect();
        let en: Vec<&str> = self.kinds.iter().map(|kind| kind.en()).collect();
        Flaw::new(
            self.place,
            format!("参数不能是[{}]", zh.join("、")),
            format!("the arguments cannot be [{}]", en.join(", ")),
        )
    }
}
