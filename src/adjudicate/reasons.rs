//! The reasons of a decision, from what was heard while it was made.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rust_decimal::Decimal;

use super::detail;
use super::workings::Worker;
use super::{Adjudication, BenefitLines, Decision, Detail, Inapplicable, Reason, Said, StatedLine};
use crate::arena::Arena;
use crate::claim::Claim;
use crate::code::Code;
use crate::enrollment::Enrollment;
use crate::error::Error;
use crate::exact;
use crate::fact::Kind;
use crate::money;
use crate::plan::expression::{BenefitIndex, Comparison, ConditionIndex, IdentityIndex, Slot, Slots, WhenIndex};
use crate::plan::parts::Named;
use crate::plan::{Assumed, Benefit, Citation, Identity, Plan, some_shares_count};
use crate::reading::exact::{Exact, Known, Listener};
use crate::semantics::outcome::{self, LineKind, NONE_APPLIES, NOTHING_CLAIMED};
use crate::semantics::{Event, Place, Source};
use crate::text::{Text, say};

impl Plan {
    /// The waterfalls and the benefits that do not apply, from what was heard.
    pub(super) fn lay_out<'a>(
        &'a self,
        notes: &[Note],
        mut worker: Option<&mut Worker<'a>>,
        adjudication: &mut Adjudication,
        assumed: &mut Vec<&'a Arc<Assumed>>,
    ) -> Result<(), Error> {
        let mut unmet: Arena<BenefitIndex, Vec<Arc<Text>>> = self.benefits.each(Vec::new());
        let mut lines: Arena<BenefitIndex, Option<BenefitLines>> = self.benefits.each(None);
        for note in notes {
            match note {
                Note::Condition { index, .. } => assumed.extend(&*self.condition(*index).citation.assumed),
                Note::When { benefit, part, holds } => {
                    if *holds == Known::Known(false) {
                        unmet[*benefit].push(Arc::clone(&self.benefit(*benefit).when[*part].wording));
                    }
                }
                Note::Gross { benefit, amount } => {
                    let (amount, is_known) = match amount {
                        Known::Known(amount) => (*amount, true),
                        Known::Missing(_) => (Decimal::ZERO, false),
                    };
                    let stated = self.benefit(*benefit);
                    assumed.extend(&*stated.citation.assumed);
                    assumed.extend(&*self.rounding_citation(stated).assumed);
                    lines[*benefit] = Some(BenefitLines {
                        id: Arc::clone(&stated.id),
                        title: Arc::clone(&stated.title),
                        clause: Arc::clone(&stated.citation.clause),
                        basis: Arc::clone(&stated.gross.wording),
                        assumed: Arc::clone(&stated.gross_assumed),
                        formula: worker.as_mut().filter(|_| is_known).and_then(|w| w.gross(stated, amount)),
                        gross: amount,
                        paid: amount,
                        is_known,
                        lines: Vec::new(),
                    });
                }
                Note::Line { benefit, kind, leaves: Known::Known(leaves) } => {
                    let stated = self.benefit(*benefit);
                    if let Some(lines) = &mut lines[*benefit] {
                        let due = lines.paid;
                        lines.leave(*leaves, self.stated_line(stated, *kind))?;
                        lines.work_out(worker.as_mut().and_then(|w| match kind {
                            LineKind::Step(step) => w.step(*benefit, *step, due, *leaves),
                            LineKind::Rounding => None,
                            LineKind::Limit(limit) => w.limit(self.limit(*limit)),
                        }));
                        if let LineKind::Limit(limit) = kind {
                            assumed.extend(&*self.limit(*limit).citation.assumed);
                        }
                    }
                }
                Note::Identity { .. } | Note::Line { leaves: Known::Missing(_), .. } => {}
            }
        }
        let stated = self.benefits.iter().zip(lines.iter().zip(unmet));
        adjudication.inapplicable = stated
            .filter(|(_, (lines, _))| lines.is_none())
            .map(|(benefit, (_, unmet))| Inapplicable {
                id: Arc::clone(&benefit.id),
                title: Arc::clone(&benefit.title),
                unmet,
            })
            .collect();
        adjudication.benefits = lines.into_iter().flatten().collect();
        Ok(())
    }

    /// What the pack says of a line.
    fn stated_line<'a>(&'a self, benefit: &'a Benefit, kind: LineKind) -> StatedLine<'a> {
        let (step, cause) = (kind.name(benefit), kind.cause(benefit));
        match kind {
            LineKind::Step(index) => {
                let stated = benefit.step(index);
                let clause = stated.clause.as_ref().unwrap_or(&benefit.citation.clause);
                StatedLine {
                    step,
                    cause,
                    reason: Said::Stated(Arc::clone(&stated.text)),
                    clause,
                    assumed: &stated.assumed,
                }
            }
            LineKind::Rounding => {
                let Citation { clause, assumed, .. } = self.rounding_citation(benefit);
                StatedLine { step, cause, reason: Said::Rounded(benefit.rounding), clause, assumed }
            }
            LineKind::Limit(index) => {
                let stated = self.limit(index);
                let Citation { clause, assumed, .. } = &stated.citation;
                StatedLine { step, cause, reason: Said::Stated(Arc::clone(&stated.title)), clause, assumed }
            }
        }
    }

    /// All conditions that are not met.
    pub(super) fn list_unmet<'a>(
        &'a self,
        notes: &[Note],
        mut worker: Option<&mut Worker<'a>>,
        adjudication: &mut Adjudication,
        assumed: &mut Vec<&'a Arc<Assumed>>,
    ) {
        for note in notes {
            if let Note::Condition { index, met: Known::Known(false) } = note {
                let condition = self.condition(*index);
                adjudication.reasons.push(Reason {
                    code: condition.id.to_string(),
                    text: Text::clone(&condition.text),
                    clause: Some(Text::clone(&condition.citation.clause)),
                    fact: None,
                    detail: None,
                    found: worker.as_mut().map_or_else(Vec::new, |w| w.unmet(&condition.require)),
                });
                assumed.extend(&*condition.citation.assumed);
            }
        }
    }

    /// All identities that are broken, and by how much.
    pub(super) fn list_broken(
        &self,
        notes: &[Note],
        enrollment: &Enrollment,
        claim: &Claim,
        adjudication: &mut Adjudication,
    ) {
        for note in notes {
            if let Note::Identity { index, holds: Known::Known(false), sides } = note {
                let identity = self.identity(*index);
                let text = self.broken_text(identity, *sides);
                adjudication.reasons.push(Reason {
                    code: identity.id.to_owned(),
                    text,
                    clause: None,
                    fact: None,
                    detail: Some(detail::contradiction(self, identity, *sides, enrollment, claim)),
                    found: Vec::new(),
                });
            }
        }
    }

    /// What is wrong, with the amounts where it is between amounts. They are told alike with whatever noughts at their ends they were given.
    fn broken_text(&self, identity: &Identity, sides: Option<(Decimal, Decimal)>) -> Text {
        let Text { zh, en } = &identity.broken;
        let is_money = identity.about.iter().all(|slot| self.fact(*slot).kind == Kind::Money);
        let told = |number: Decimal| if is_money { money::print(number) } else { number.normalize().to_string() };
        match identity.sides.as_ref().zip(sides) {
            Some((stated, (given, follows))) if stated.is_derivation => {
                let (given, follows) = (told(given), told(follows));
                say!("{zh}：填 {given}，推算应为 {follows}", "{en}: {given} is given, {follows} follows from them")
            }
            Some((stated, (left, right))) => {
                let Text { zh: zh_by, en: en_by } = match exact::subtract(left, right) {
                    Ok(apart) => by_how_much(stated.relation, &told(apart)),
                    Err(_) => Text::default(),
                };
                let (left, right) = (told(left), told(right));
                say!("{zh}（{left} 与 {right}{zh_by}）", "{en} ({left} and {right}{en_by})")
            }
            None => identity.broken.clone(),
        }
    }

    pub(super) fn list_missing(&self, missing: Slots, adjudication: &mut Adjudication) {
        for slot in missing.iter() {
            let fact = self.fact(slot);
            let (name, zh, en) = (&fact.name, &fact.title.zh, &fact.title.en);
            adjudication.reasons.push(Reason {
                code: Code::MissingFact.name().to_owned(),
                text: say!("缺少{zh}", "{en} (`{name}`) is missing"),
                clause: None,
                fact: Some(name.to_string()),
                detail: Some(name.to_string()),
                found: Vec::new(),
            });
        }
    }
}

/// How far two amounts are apart that should stand so to each other.
fn by_how_much(relation: Comparison, apart: &str) -> Text {
    match relation {
        Comparison::AtMost | Comparison::Less => say!("，超出 {apart}", ", {apart} too much"),
        Comparison::Equal | Comparison::Unequal | Comparison::AtLeast | Comparison::Greater => {
            say!("，相差 {apart}", ", a difference of {apart}")
        }
    }
}

/// Why an eligible claim is paid nothing: for each benefit that applies, what took the rest.
pub(super) fn why_nothing(adjudication: &Adjudication) -> Vec<Reason> {
    let reason = |code: Code, text: Text, clause: Option<Text>| Reason {
        code: code.name().to_owned(),
        text,
        clause,
        fact: None,
        detail: None,
        found: Vec::new(),
    };
    if adjudication.benefits.is_empty() {
        let none_counts = some_shares_count();
        let text = if adjudication.inapplicable.iter().any(|benefit| benefit.unmet().any(|unmet| *unmet == none_counts))
        {
            say!(
                "没有适用的待遇：其他保障先计入的份数已达上限，本保障没有计入的份数",
                "no benefit applies: the shares under other covers come to the cap, and none count here"
            )
        } else {
            say!("没有适用的待遇", "no benefit applies")
        };
        return vec![reason(NONE_APPLIES, text, None)];
    }
    let because = |lines: &BenefitLines| {
        let (zh, en) = (&lines.title.zh, &lines.title.en);
        match outcome::taker(lines.lines.iter().map(|line| (line, line.effect()))) {
            Some(line) => {
                let Text { zh: zh_reason, en: en_reason } = &*line.reason();
                let text = say!("{zh}：{zh_reason}", "{en}: {en_reason}");
                reason(line.cause, text, Some(Text::clone(&line.clause)))
            }
            None => {
                let text = say!("{zh}：基数为零", "{en}: the amount before all steps is zero");
                reason(NOTHING_CLAIMED, text, Some(Text::clone(&lines.clause)))
            }
        }
    };
    adjudication.benefits.iter().map(because).collect()
}

/// What was heard, kept.
pub(super) struct Journal {
    pub(super) notes: Vec<Note>,
    /// Whether it keeps what is read, and where.
    detail: Detail,
    /// What is being read.
    place: Option<Place>,
    /// The named parts that are being read, the innermost last.
    under_way: Vec<Named>,
    /// What was read, in this order, and what read it.
    heard: Vec<(Reader, Heard)>,
    known: BTreeSet<(Reader, Heard)>,
}

/// What reads something of the pack.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Reader {
    Place(Place),
    /// Read once, whichever places ask for it.
    Named(Named),
}

/// What was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Heard {
    Cited(Source),
    Derived(Slot),
    /// All that this was worked out from.
    Named(Named),
}

pub(super) enum Note {
    Identity { index: IdentityIndex, holds: Known<bool>, sides: Option<(Decimal, Decimal)> },
    Condition { index: ConditionIndex, met: Known<bool> },
    When { benefit: BenefitIndex, part: WhenIndex, holds: Known<bool> },
    Gross { benefit: BenefitIndex, amount: Known<Decimal> },
    Line { benefit: BenefitIndex, kind: LineKind, leaves: Known<Decimal> },
}

impl Listener for Journal {
    fn hear(&mut self, event: Event<'_, Exact<'_, Journal>>) {
        self.notes.push(match event {
            Event::Identity { index, holds, sides } => {
                let sides = match sides {
                    Some([Known::Known(left), Known::Known(right)]) => Some(((*left).into(), (*right).into())),
                    Some(_) | None => None,
                };
                Note::Identity { index, holds: *holds, sides }
            }
            Event::Condition { index, met } => Note::Condition { index, met: *met },
            Event::When { benefit, part, holds } => Note::When { benefit, part, holds: *holds },
            Event::Gross { benefit, amount } => Note::Gross { benefit, amount: amount.decimal() },
            Event::Line { benefit, kind, leaves } => Note::Line { benefit, kind, leaves: leaves.decimal() },
            Event::At(place) => {
                self.place = Some(place).filter(|_| self.detail == Detail::Worked);
                return;
            }
        });
    }

    fn cite(&mut self, source: Source) {
        self.note(Heard::Cited(source));
    }

    fn derive(&mut self, fact: Slot) {
        self.note(Heard::Derived(fact));
    }

    fn enter(&mut self, named: Named) {
        self.note(Heard::Named(named));
        self.under_way.push(named);
    }

    fn leave(&mut self) {
        self.under_way.pop();
    }

    fn again(&mut self, named: Named) {
        self.note(Heard::Named(named));
    }
}

impl Journal {
    pub(super) fn of(detail: Detail) -> Journal {
        Journal {
            notes: Vec::new(),
            detail,
            place: None,
            under_way: Vec::new(),
            heard: Vec::new(),
            known: BTreeSet::new(),
        }
    }

    /// Notes what is read, by what reads it.
    fn note(&mut self, heard: Heard) {
        let Some(place) = self.place else { return };
        let reader = self.under_way.last().map_or(Reader::Place(place), |named| Reader::Named(*named));
        if self.known.insert((reader, heard)) {
            self.heard.push((reader, heard));
        }
    }

    /// What each benefit pays before limits, as far as it is known; nothing where it does not apply.
    pub(super) fn paid_before_limits(&self, plan: &Plan) -> Arena<BenefitIndex, Known<Decimal>> {
        let mut paid = plan.benefits.each(Known::Known(Decimal::ZERO));
        for note in &self.notes {
            if let Note::Line { benefit, kind: LineKind::Rounding, leaves } = note {
                paid[*benefit] = *leaves;
            }
        }
        paid
    }

    /// The constants that the decision stands on, those of benefits first, each once.
    pub(super) fn sources(&self, decision: Decision) -> Vec<Source> {
        let of = |heard| match heard {
            Heard::Cited(source) => Some(source),
            Heard::Derived(_) | Heard::Named(_) => None,
        };
        self.heard_for(decision).into_iter().filter_map(of).collect()
    }

    /// The derived facts that the decision stands on.
    pub(super) fn derived(&self, decision: Decision) -> Vec<Slot> {
        let of = |heard| match heard {
            Heard::Derived(fact) => Some(fact),
            Heard::Cited(_) | Heard::Named(_) => None,
        };
        self.heard_for(decision).into_iter().filter_map(of).collect()
    }

    /// What the decision stands on by the rank of its place, as it was heard, each once.
    fn heard_for(&self, decision: Decision) -> Vec<Heard> {
        let mut by_named: BTreeMap<Named, Vec<Heard>> = BTreeMap::new();
        let mut ranked: Vec<(u8, Heard)> = Vec::new();
        for (reader, heard) in &self.heard {
            match reader {
                Reader::Place(place) => ranked.extend(self.counts(*place, decision).map(|rank| (rank, *heard))),
                Reader::Named(named) => by_named.entry(*named).or_default().push(*heard),
            }
        }
        ranked.sort_by_key(|(rank, _)| *rank);
        let (mut seen, mut all) = (BTreeSet::new(), Vec::new());
        let mut ahead: Vec<Heard> = ranked.into_iter().rev().map(|(_, heard)| heard).collect();
        while let Some(heard) = ahead.pop() {
            if seen.insert(heard) {
                match heard {
                    Heard::Cited(_) | Heard::Derived(_) => all.push(heard),
                    Heard::Named(named) => ahead.extend(by_named.get(&named).into_iter().flatten().rev()),
                }
            }
        }
        all
    }

    /// Whether the decision stands on a place, and whether it comes first.
    fn counts(&self, place: Place, decision: Decision) -> Option<u8> {
        let is_paid = decision.is_open();
        let applies = |wanted: BenefitIndex| {
            self.notes.iter().any(|note| matches!(note, Note::Gross { benefit, .. } if *benefit == wanted))
        };
        let is_unmet = |wanted: ConditionIndex| {
            let unmet =
                |note: &Note| matches!(note, Note::Condition { index, met: Known::Known(false) } if *index == wanted);
            self.notes.iter().any(unmet)
        };
        match place {
            Place::Gross(_) | Place::Step(..) | Place::Rounding(_) | Place::Limit(_) => is_paid.then_some(0),
            Place::When(benefit) => (is_paid && applies(benefit)).then_some(1),
            Place::Condition(index) => (is_paid || is_unmet(index)).then_some(2),
            Place::Identity(_) | Place::Ledger => None,
        }
    }
}
