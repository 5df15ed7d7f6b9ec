//! The facts of a claim: what is given, what follows from others, what is missing.

use rust_decimal::Decimal;

use super::{BIT, LAST_SERIAL, Pen, WORD, WRONG, YEARS, is_of_settlement};
use crate::fact::{Kind, StandardFact, Value};
use crate::plan::PlanFact;
use crate::plan::expression::{Slot, Slots};
use crate::reading::formula::graph::Operation;
use crate::reading::sheet::{BITS, MISSING, WORK, bit_of, one_of, power_of_ten, quoted, text_of_date};
use crate::semantics::outcome::ReasonKind;
use crate::text::Language;
use crate::workbook::grid::{Choice, Content, Ink, Style};
use crate::workbook::rows::DECISION;
use crate::workbook::words;

impl Pen<'_> {
    pub(super) fn facts(&mut self) {
        let (section, language) = (self.rows.facts, self.page.language);
        let heads = [
            ('A', self.say("事实", "fact")),
            ('B', self.say("名称", "title")),
            ('C', self.say("值", "value")),
            ('D', self.say("未填时推算", "follows, if not given")),
            ('E', self.say("状态", "status")),
            ('F', self.say("可填", "what may be put in")),
        ];
        self.section(section.title, self.say("事实", "Facts"), &heads);
        let mut settlement = Vec::new();
        for (row, (slot, step)) in (section.first..).zip(self.facts.clone()) {
            let fact = self.page.plan.fact(slot);
            self.grid.put(row, 'A', Style::Code, &*fact.name);
            self.grid.put(row, 'B', Style::Text, fact.title.in_language(language));
            self.given(row, slot, fact);
            self.derived(row, slot);
            let allowed = self.allowed(fact);
            self.grid.put(row, 'F', Style::Clause, allowed);
            let wrong = self.wrong(row, step, fact);
            self.grid.live(row, WRONG, Style::Work, wrong, 0);
            let bit = u64::try_from(bit_of(slot)).unwrap_or_default();
            self.grid.put(row, BIT, Style::Work, Decimal::from(bit));
            let word = slot.0.checked_div(BITS).unwrap_or_default();
            self.grid.put(row, WORD, Style::Work, Decimal::from(word));
            self.grid.named.push((format!("fact_{}", fact.name), row, 'C'));
            if is_of_settlement(fact) {
                settlement.push((row, self.fact(slot).is_some()));
            }
        }
        if let (Some((first, _)), Some((last, _))) = (settlement.first(), settlement.last()) {
            let is_given = settlement.iter().any(|(_, is_given)| *is_given);
            self.grid.groups.push((*first, *last, !is_given));
        }
        let (first, last) = ((section.first, 'A'), (section.last(), 'F'));
        self.grid.signal(first, last, format!("=${WRONG}{}=1", section.first), Ink::Bad);
    }

    pub(super) fn fact(&self, slot: Slot) -> Option<&Value> {
        self.page.inputs.facts[slot].as_ref()
    }

    pub(super) fn given(&mut self, row: usize, slot: Slot, fact: &PlanFact) {
        let style = match fact.kind {
            Kind::Money => Style::InputAmount,
            Kind::Date => Style::InputDate,
            Kind::Ratio | Kind::Number | Kind::Days | Kind::YesNo | Kind::Category => Style::Input,
        };
        let content = match self.fact(slot) {
            Some(Value::Number(number)) => Content::Number(*number),
            Some(Value::Date(date)) => Content::Date(*date),
            Some(Value::YesNo(truth)) => words::yes(*truth, self.page.language).into(),
            Some(Value::Text(text)) => self.value_in_words(fact, text).into(),
            None => Content::Empty,
        };
        self.grid.put(row, 'C', style, content);
        let choice = match fact.kind {
            Kind::Money | Kind::Ratio | Kind::Number | Kind::Days => {
                Some(Choice::Between { min: fact.bounds.min, max: fact.bounds.max }) // a warning only
            }
            Kind::YesNo => {
                let values = [true, false].map(|truth| words::yes(truth, self.page.language).to_owned()).into();
                Some(Choice::Of { values, is_open: false })
            }
            Kind::Category => {
                let values = names(fact).iter().map(|name| self.value_in_words(fact, name)).collect();
                Some(Choice::Of { values, is_open: fact.open })
            }
            Kind::Date => None,
        };
        self.grid.choices.extend(choice.map(|choice| (row, 'C', choice)));
    }

    /// A value of a category as a reader writes it: in Chinese by its title, which the formulas read as its name.
    pub(super) fn value_in_words(&self, fact: &PlanFact, value: &str) -> String {
        let titled = fact.titled_values().into_iter().find(|(name, _)| *name == value);
        match (self.page.language, titled) {
            (Language::Zh, Some((_, title))) => title,
            (Language::Zh, None) | (Language::En, _) => value.to_owned(),
        }
    }

    /// What a fact that is not given follows to be.
    pub(super) fn derived(&mut self, row: usize, slot: Slot) {
        let mut derived = self.page.formula.graph.nodes().filter_map(|(derived, step)| match &step.operation {
            Operation::Derived(follows, of) if *of == slot => Some((derived, *follows)),
            _other => None,
        });
        let Some((derived, follows)) = derived.next() else {
            self.grid.put(row, 'D', Style::Plain, Content::Empty);
            return;
        };
        let is_absent = self.fact(slot).is_none();
        let (shown, result) = self.readable(follows, self.page.values.value(derived));
        let result = if is_absent { result } else { String::new() };
        self.grid.live(row, 'D', Style::Amount, format!("IF(C{row}=\"\",{shown},\"\")"), result);
    }

    pub(super) fn allowed(&self, fact: &PlanFact) -> String {
        let kind = words::kind(fact.kind, self.page.language);
        match fact.kind {
            Kind::Money | Kind::Ratio | Kind::Number | Kind::Days => {
                let (min, max) = (fact.bounds.min.normalize(), fact.bounds.max.normalize());
                match self.page.language {
                    Language::Zh => format!("{kind}，{min} 至 {max}"),
                    Language::En => format!("{kind}, {min} to {max}"),
                }
            }
            Kind::Category => {
                let named = fact.symbols.iter().map(|symbol| {
                    let title = symbol.title.in_language(self.page.language);
                    let is_written = self.value_in_words(fact, &symbol.name) == title;
                    if is_written { title.to_owned() } else { format!("{} {title}", symbol.name) }
                });
                let named = named.collect::<Vec<_>>().join(", ");
                match (named.is_empty(), fact.open) {
                    (true, _) => kind.to_owned(),
                    (false, true) => format!("{named}, …"),
                    (false, false) => named,
                }
            }
            Kind::Date | Kind::YesNo => kind.to_owned(),
        }
    }

    /// A formula that is 1 where what stands in a fact's cell is no value of it.
    pub(super) fn wrong(&self, row: usize, step: usize, fact: &PlanFact) -> String {
        let cell = format!("C{row}");
        let line = self.rows.steps.first.saturating_add(step);
        let [first_year, last_year] = YEARS;
        let is_right = match fact.kind {
            Kind::Money | Kind::Ratio | Kind::Number | Kind::Days => {
                let bounds = fact.given_bounds();
                let (min, max) = (bounds.min.normalize(), bounds.max.normalize());
                let scale = power_of_ten(fact.kind.places());
                format!("AND({cell}>={min},{cell}<={max},ROUND({cell}*{scale},0)/{scale}={cell})")
            }
            Kind::Date => {
                let [year, month, day] = WORK.map(|column| format!("{column}{line}"));
                let text = text_of_date([&year, &month, &day]);
                return format!(
                    "IF({cell}=\"\",0,IF(ISNUMBER({cell}),IF(AND({cell}>=61,{cell}<={LAST_SERIAL},{cell}=INT({cell})),0,1),\
                     IF(ISNUMBER({year}),IF(AND({year}>={first_year},{year}<={last_year},EXACT({text},{cell})),0,1),1)))"
                );
            }
            Kind::YesNo => return format!("IF({cell}=\"\",0,IF(C{line}=\"\",1,0))"),
            Kind::Category => {
                let mut values = names(fact);
                values.extend(fact.titled_values().into_iter().map(|(_, title)| title));
                if fact.open || values.is_empty() {
                    return "0".to_owned();
                }
                let listed = one_of(&format!("({cell}&\"\")"), &values);
                return format!("IF({cell}=\"\",0,IF({listed},0,1))");
            }
        };
        format!("IF({cell}=\"\",0,IF(ISNUMBER({cell}),IF({is_right},0,1),1))")
    }

    /// What each fact is to the claim; where it is missing, that is a reason.
    pub(super) fn missing_facts(&mut self) {
        let needed = self.page.formula.asked(self.page.values);
        let asks = self.gives(ReasonKind::Missing);
        let (bad, missing) =
            (self.say("✗ 读不出", "✗ cannot be read"), self.say("缺，待补", "missing: the claim waits for it"));
        let follows = self.say("推算", "follows from others");
        // as the plan came to read them
        let slots = self.facts.iter().map(|(slot, _)| *slot);
        let mut in_order: Vec<(Slot, usize)> = slots.zip(self.rows.facts.first..).collect();
        in_order.sort_unstable();
        for (slot, row) in in_order {
            let fact = self.page.plan.fact(slot);
            let word = slot.0.checked_div(BITS).unwrap_or_default();
            let mask = format!("${}${DECISION}", MISSING.get(word).copied().unwrap_or('K'));
            let is_needed = format!("AND({},_xlfn.BITAND({mask},{})>0)", Pen::has(ReasonKind::Missing), bit_of(slot));
            let absent = words::absent(fact.absent, self.page.language);
            let formula = format!(
                "IF({WRONG}{row}=1,{},IF(C{row}<>\"\",\"\",IF({is_needed},{},IF(D{row}<>\"\",{},{}))))",
                quoted(bad),
                quoted(missing),
                quoted(follows),
                quoted(absent)
            );
            let counts = asks && needed.has_any(Slots::of(slot));
            let has_derived = matches!(self.grid.cells.get(&(row, 'D')).map(|cell| &cell.content), Some(Content::Live(live)) if !live.result.is_empty());
            let result = match () {
                () if self.fact(slot).is_some() => "",
                () if counts => missing,
                () if has_derived => follows,
                () => absent,
            };
            self.grid.live(row, 'E', Style::Mark, formula, result);
            let title = self.words(&fact.title);
            let lacks = self.say("缺少", "missing: ");
            self.reason(row, &is_needed, counts, &format!("missing-fact:{}", fact.name), &format!("{lacks}{title}"));
        }
        let (first, last) = ((self.rows.facts.first, 'E'), (self.rows.facts.last(), 'E'));
        self.grid.signal(first, last, format!("=$E{}={}", self.rows.facts.first, quoted(missing)), Ink::Doubt);
    }
}

/// The values of a category, where only these are values of it.
fn names(fact: &PlanFact) -> Vec<String> {
    let standard = StandardFact::named(&fact.name).map(|fact| fact.values).unwrap_or_default();
    if standard.is_empty() {
        fact.symbols.iter().map(|symbol| symbol.name.to_string()).collect()
    } else {
        standard.iter().map(|value| (*value).to_owned()).collect()
    }
}
