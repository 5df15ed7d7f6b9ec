//! The second version of the made-up plan, for events from 1 July 2025 on.

use super::ledger::Scope;
use super::misread::Mode;
use super::rules::{Ceiling, Outcome, Rules, completed_months, either, inside, months_later};
use crate::oracle::calendar::{completed_years, day, days_between};
use crate::oracle::exact::{Exact, fraction, left_of, lesser, nothing, percent, yuan};
use crate::oracle::truth::{Truth, all, any, not};
use crate::oracle::verdict::{Payout, Requirements, judge};

impl Rules<'_> {
    pub(crate) fn by_the_second(&self) -> Outcome {
        let requirements = Requirements {
            // Who holds more is refused, which is said below.
            most_shares: 2,
            or_deny: &[
                ("too-many-shares", self.holds_no_more_shares()),
                ("in-cover", self.in_the_cover_without_its_last_day()),
                ("seen-first", self.was_seen_first()),
                ("grown-and-joined", self.is_grown_and_joined()),
            ],
            or_pend: &[("moved-in-time", self.moved_in_time())],
        };
        let mut borne = Payout::new();
        let verdict = judge(self.facts, &requirements, || self.paid_by_the_second(&mut borne));
        Outcome { verdict, borne, eligible: self.bill_without_twice_the_drugs() }
    }

    fn paid_by_the_second(&self, borne: &mut Payout) -> Option<Payout> {
        let mut payout = vec![("ladder", self.second_ladder(borne)?)];
        payout.push(("yearly", self.by_visits(&payout, borne)?));
        payout.push(("stay", self.second_stay()?));
        payout.push(("drugs-aid", self.second_drugs(&payout)?));
        payout.push(("grade", self.second_grade(&payout)?));
        payout.push(("death-aid", self.second_death(&payout)?));
        payout.push(("extra", self.second_extra()?));
        self.hold(payout, self.ceilings_of_the_second()?)
    }

    // ── conditions ───────────────────────────────────────────────────────

    fn holds_no_more_shares(&self) -> Truth {
        let most = self.read.whole("2 shares: cap", 2);
        self.facts.whole("shares").map(|shares| shares <= most)
    }

    fn in_the_cover_without_its_last_day(&self) -> Truth {
        let (event, start, end) =
            (self.facts.date("event_date")?, self.facts.date("coverage_start")?, self.facts.date("coverage_end"));
        let with_the_last = self.read.takes_the_edge("2 cover: its last day", false);
        let is_before_the_end = end.map(|end| if with_the_last { event <= end } else { event < end });
        all(&[Some(event >= start), is_before_the_end])
    }

    fn was_seen_first(&self) -> Truth {
        let (seen, event) = (self.facts.date("first_seen")?, self.facts.date("event_date")?);
        Some(if self.read.takes_the_edge("2 seen: on the same day", true) { seen <= event } else { seen < event })
    }

    /// 18 completed years and six completed months of membership.
    fn is_grown_and_joined(&self) -> Truth {
        let event = self.facts.date("event_date")?;
        let (age, months) = (self.read.whole("2 age", 18), self.read.whole("2 months since joining", 6));
        let is_grown = self.facts.date("birth_date").map(|birth| i64::from(completed_years(birth, event)) >= age);
        let is_new = self.facts.date("joined_on").map(|joined| completed_months(joined, event) < months);
        all(&[is_grown, not(is_new)])
    }

    /// Ten days at most; who did not move was in time.
    fn moved_in_time(&self) -> Truth {
        let Some(moved) = self.facts.date("moved_on") else { return Some(true) };
        let days = days_between(self.facts.date("event_date")?, moved);
        Some(days <= self.read.whole("2 moved: days", 10))
    }

    // ── values ───────────────────────────────────────────────────────────

    fn bill_without_twice_the_drugs(&self) -> Option<Exact> {
        let drugs = self.money_or_none("drugs") * yuan(self.read.whole("2 eligible: weight of drugs", 2));
        Some(left_of(self.money("bill")?, drugs))
    }

    fn is_by(&self, cause: &str) -> Truth {
        self.facts.is("cause", cause)
    }

    // ── benefits ─────────────────────────────────────────────────────────

    fn second_ladder(&self, borne: &mut Payout) -> Option<Exact> {
        let bill = self.money("bill")?;
        if bill < self.read.fen("2 ladder: least bill", 10_000) {
            return Some(nothing());
        }
        let per = self.read.scope("2 ladder: part of the event, per", Scope::Event);
        let open = self.open_of(self.read.fen("2 ladder: part of the event", 50_025), "ladder", per);
        borne.push(("ladder", lesser(bill.clone(), open.clone())));
        let own_part = |due: Exact| Some(left_of(due, open.clone()));
        let by_parts = |due: Exact| Some(self.by_three_parts(&due));
        let due = self.read.in_order("2 ladder: part of the event, bands", bill, own_part, by_parts)?;
        let per = self.read.scope("2 ladder: cap, per", Scope::Period);
        let due = self.at_most(due, self.read.fen("2 ladder: cap", 600_000), "ladder", per);
        Some(self.read.rounded("2 ladder: rounding", &due, percent(1), Mode::HalfUp))
    }

    /// 90% of the first two thousand, 33.33% of the next five hundred, 60% of the rest but 3,000 at most.
    fn by_three_parts(&self, due: &Exact) -> Exact {
        let (first, second) =
            (self.read.fen("2 parts: first edge", 200_000), self.read.fen("2 parts: second edge", 250_000));
        let rest = inside(due, &second, None) * self.read.part("2 parts: last rate", 6_000);
        inside(due, &nothing(), Some(&first)) * self.read.part("2 parts: first rate", 9_000)
            + inside(due, &first, Some(&second)) * self.read.part("2 parts: second rate", 3_333)
            + lesser(rest, self.read.fen("2 parts: most of the last", 300_000))
    }

    fn by_visits(&self, so_far: &Payout, borne: &mut Payout) -> Option<Exact> {
        let ward = self.read.one_of("2 yearly: ward", "general", &["special", "intensive"]);
        if self.facts.is("ward", ward)? {
            return Some(nothing());
        }
        let gross = self.for_a_visit()? * yuan(self.facts.whole("visits")?);
        let per = self.read.scope("2 yearly: part of a life, per", Scope::Life);
        let open = self.open_of(self.read.fen("2 yearly: part of a life", 30_000), "yearly", per);
        borne.push(("yearly", lesser(gross.clone(), open.clone())));
        let per = self.read.scope("2 yearly: less the ladder, per", Scope::Period);
        let ladder = self.paid_with(so_far, &["ladder"], per);
        let is_abroad = self.says("abroad");
        let is_less = self.read.asks("2 yearly: less the ladder, not abroad", Some(!is_abroad))?;
        let is_more = self.read.asks("2 yearly: more abroad", Some(is_abroad))?;
        let due = left_of(gross, open);
        let due = if is_less { left_of(due, ladder) } else { due };
        let due = if is_more { due + self.read.fen("2 yearly: sum abroad", 1_234) } else { due };
        Some(self.read.rounded("2 yearly: rounding", &due, percent(2), Mode::HalfEven))
    }

    /// By nights: 20.20 below ten, 35 below thirty, 47.77 from there on.
    fn for_a_visit(&self) -> Option<Exact> {
        let nights = yuan(self.facts.whole("nights")?);
        let rows = [
            (yuan(self.read.whole("2 by nights: first edge", 10)), self.read.fen("2 by nights: first sum", 2_020)),
            (yuan(self.read.whole("2 by nights: second edge", 30)), self.read.fen("2 by nights: second sum", 3_500)),
        ];
        let last = self.read.fen("2 by nights: last sum", 4_777);
        Some(self.picked("2 by nights: exactly an edge", &nights, false, &rows, last))
    }

    fn second_stay(&self) -> Option<Exact> {
        let nights = self.facts.whole("nights");
        let is_listed = any(&[self.is_by("accident"), self.is_by("illness")]);
        let is_listed = self.read.asks("2 stay: causes", is_listed);
        if !all(&[nights.map(|nights| nights > 0), is_listed])? {
            return Some(nothing());
        }
        let paid = (nights? - self.read.whole("2 stay: own nights", 3)).max(0);
        let gross = self.read.fen("2 stay: daily", 3_335) * yuan(paid);
        let part = self.part_after_joining()?;
        let small = fraction(self.read.one_of("2 stay: small sum", 20_010, &[20_011, 16_675]), 100);
        let waits = |due: Exact| Some(due * &part);
        let passes = |due| Some(self.if_it_passes("2 stay: exactly the small sum", due, &small, true));
        let due = self.read.in_order("2 stay: waiting, small sum", gross, waits, passes)?;
        let due = self.at_least("2 stay: least, of something", due, self.read.fen_by(300, "2 stay: least", 30_100))?;
        let in_hardship = self.read.asks("2 stay: cap in hardship", self.facts.yes("hardship"));
        let cap = either(
            in_hardship,
            || Some(self.read.fen_by(300, "2 stay: cap of hardship", 180_000)),
            || Some(self.read.fen_by(300, "2 stay: cap", 150_000)),
        )?;
        let per = self.read.scope("2 stay: cap, per", Scope::Claim);
        Some(self.read.rounded("2 stay: rounding", &self.at_most(due, cap, "stay", per), yuan(3), Mode::Up))
    }

    /// By the day of the first visit since joining: nothing in the first two months, 55% up to day 100.
    fn part_after_joining(&self) -> Option<Exact> {
        let (joined, seen) = (self.facts.date("joined_on")?, self.facts.date("first_seen")?);
        let months = self.read.one_of("2 joining: months", 2, &[1, 3]);
        let last_reduced = self.read.whole("2 joining: last reduced day", 100);
        let reduced = self.read.part_by(100, "2 joining: reduced rate", 5_500);
        let from = self.read.one_of("2 joining: reduced from", joined, &[self.facts.date("coverage_start")?]);
        let first_day_after = months_later(joined, months);
        let waits = if self.read.takes_the_edge("2 joining: the day itself", false) {
            seen <= first_day_after
        } else {
            seen < first_day_after
        };
        Some(if waits {
            nothing()
        } else if days_between(from, seen) < last_reduced {
            reduced
        } else {
            yuan(1)
        })
    }

    fn second_drugs(&self, so_far: &Payout) -> Option<Exact> {
        let drugs = self.money_or_none("drugs");
        let is_accident = self.read.asks("2 drugs: not after an accident", self.is_by("accident"));
        if !all(&[Some(drugs > nothing()), not(is_accident)])? {
            return Some(nothing());
        }
        let abroad = self.read.part_by(100, "2 drugs: rate abroad", 6_250);
        let is_abroad = self.read.asks("2 drugs: abroad", Some(self.says("abroad")))?;
        let gross = if is_abroad { drugs * abroad } else { drugs };
        let per = self.read.scope("2 drugs: not beside the yearly, per", Scope::Claim);
        let has_yearly = Some(self.paid_with(so_far, &["yearly"], per) > nothing());
        let due = if self.read.asks("2 drugs: not beside the yearly", has_yearly)? { nothing() } else { gross };
        let per = self.read.scope("2 drugs: less the stay, per", Scope::CalendarYear);
        let stay = self.paid_with(so_far, &["stay"], per);
        let rate = match self.facts.whole("visits")? {
            0 => self.read.part_by(100, "2 drugs: without a visit", 10_000),
            1 => self.read.part_by(100, "2 drugs: one visit", 9_000),
            2 => self.read.part_by(100, "2 drugs: two visits", 7_500),
            3 => self.read.part_by(100, "2 drugs: three visits", 5_000),
            _ => self.read.part_by(100, "2 drugs: more visits", 2_500),
        };
        let less_stay = |due: Exact| Some(left_of(due, stay.clone()));
        let due = self.read.in_order("2 drugs: less the stay, rate", due, less_stay, |due| Some(due * &rate))?;
        let per = self.read.scope("2 drugs: cap, per", Scope::CalendarYear);
        let due = self.at_most(due, self.read.fen_by(500, "2 drugs: cap", 200_000), "drugs-aid", per);
        Some(self.read.rounded("2 drugs: rounding", &due, yuan(5), Mode::HalfUp))
    }

    fn second_grade(&self, so_far: &Payout) -> Option<Exact> {
        let Some(grade) = self.facts.whole("disability_grade") else { return Some(nothing()) };
        if grade > self.read.whole("2 grade: last", 4) {
            return Some(nothing());
        }
        let ratio = match grade {
            1 => self.read.part_by(100, "2 grade: of grade 1", 8_500),
            2 => self.read.part_by(100, "2 grade: of grade 2", 8_000),
            3 => self.read.part_by(100, "2 grade: of grade 3", 6_800),
            4 => self.read.part_by(100, "2 grade: of grade 4", 4_000),
            5 => percent(30),
            other => panic!("grade {other} is not paid"),
        };
        let gross = self.read.fen_by(1_250, "2 grade: sum", 1_003_750) * ratio * yuan(self.facts.whole("shares")?);
        let per = self.read.scope("2 grade: not beside drugs, per", Scope::Period);
        let has_drugs = Some(self.paid_with(so_far, &["drugs-aid"], per) > nothing());
        let due = if self.read.asks("2 grade: not beside drugs", has_drugs)? { nothing() } else { gross };
        let due = if self.waits_by_admission()? { nothing() } else { due };
        let per = self.read.scope("2 grade: cap, per", Scope::Event);
        let due = self.at_most(due, self.read.fen_by(1_000, "2 grade: cap", 900_000), "grade", per);
        Some(self.read.rounded("2 grade: rounding", &due, yuan(10), Mode::HalfDown))
    }

    /// Days 1 to 15 of the cover, by the day of the admission; nobody waits in hardship.
    fn waits_by_admission(&self) -> Truth {
        let admitted = self.facts.date("admitted")?;
        let in_hardship = self.read.asks("2 admission: none in hardship", self.facts.yes("hardship"));
        let last = if in_hardship? { 0 } else { self.read.whole("2 admission: last day", 15) };
        let day = days_between(self.facts.date("coverage_start")?, admitted) + 1;
        Some(day <= last)
    }

    fn second_death(&self, so_far: &Payout) -> Option<Exact> {
        let in_hardship = self.facts.yes("hardship");
        let is_due = any(&[Some(self.facts.died()), all(&[Some(self.says("abroad")), in_hardship])]);
        let otherwise = all(&[any(&[Some(self.facts.died()), Some(self.says("abroad"))]), in_hardship]);
        if !self.read.one_of("2 death: `and` before `or`", is_due, &[otherwise])? {
            return Some(nothing());
        }
        let sum = self.read.fen_by(100, "2 death: sum", 2_015_500);
        let per = self.read.scope("2 death: less the grade, per", Scope::Life);
        let grade = self.paid_with(so_far, &["grade"], per);
        let per = self.read.scope("2 death: not beside the stay, per", Scope::CalendarYear);
        let has_stay = Some(self.paid_with(so_far, &["stay"], per) > nothing());
        let asks = self.read.asks("2 death: not beside the stay, but by accident", not(self.is_by("accident")))?;
        let excluded = asks && self.read.asks("2 death: not beside the stay", has_stay)?;
        let rate = if self.says("abroad") {
            self.read.part("2 death: rate abroad", 8_750)
        } else {
            self.read.part("2 death: rate at home", 10_000)
        };
        let gross = if excluded { nothing() } else { sum };
        let less_grade = |due: Exact| Some(left_of(due, grade.clone()));
        let due = self.read.in_order("2 death: less the grade, rate", gross, less_grade, |due| Some(due * &rate))?;
        Some(self.read.rounded("2 death: rounding", &due, yuan(1), Mode::Down))
    }

    fn second_extra(&self) -> Option<Exact> {
        let (claims, earlier) =
            (|rule, benefit, per| self.earlier.count(benefit, self.read.scope_of_earlier(rule, per)), self.earlier);
        let before = claims("2 extra: bills before, per", "ladder", Scope::Period)
            + claims("2 extra: stays before, per", "stay", Scope::CalendarYear)
            + claims("2 extra: drugs before, per", "drugs-aid", Scope::Event);
        if before <= 0 {
            return Some(nothing());
        }
        let paid = |rule, benefit, per| earlier.paid(&[benefit], self.read.scope_of_earlier(rule, per));
        let per = self.read.scope_of_earlier("2 extra: bills, per", Scope::Life);
        let bills =
            earlier.sum(|entry| entry.eligible.clone(), per)? * self.read.part("2 extra: part of the bills", 150);
        let per = self.read.scope_of_earlier("2 extra: visits, per", Scope::Period);
        let visits = earlier.sum(|entry| entry.facts.whole("visits").map(yuan), per)?;
        let gross = lesser(
            bills + visits * self.read.fen("2 extra: for a visit", 725),
            paid("2 extra: bills paid, per", "ladder", Scope::CalendarYear)
                + paid("2 extra: stays paid, per", "stay", Scope::Life)
                + paid("2 extra: yearly paid, per", "yearly", Scope::Event),
        );
        let per = self.read.scope("2 extra: cap, per", Scope::CalendarYear);
        let due = self.at_most(gross, self.read.fen_by(5, "2 extra: cap", 150_000), "extra", per);
        Some(self.read.rounded("2 extra: rounding", &due, percent(5), Mode::Up))
    }

    // ── ceilings ─────────────────────────────────────────────────────────

    fn ceilings_of_the_second(&self) -> Option<Vec<Ceiling<'static>>> {
        let others = self.read.one_of(
            "2 ceiling of bills: others",
            vec!["drugs-aid", "stay", "stay", "stay"],
            &[vec!["stay", "stay", "stay"], vec!["drugs-aid", "stay", "stay"]],
        );
        let founding =
            self.read.one_of("2 ceiling of a period: day", day(2026, 3, 1), &[day(2026, 3, 2), day(2026, 2, 28)]);
        let is_early = self.facts.date("event_date")? < founding;
        let (early, late) = (
            self.read.fen("2 ceiling of a period: before the day", 270_000),
            self.read.fen("2 ceiling of a period: from the day on", 330_000),
        );
        let mut ceilings = vec![
            Ceiling {
                rule: "2 ceiling of a stay: served",
                served: &["grade", "stay"],
                amount: Some(self.read.fen_by(1_000, "2 ceiling of a stay", 1_020_000)),
                or_as_much_as: Vec::new(),
                per: self.read.scope("2 ceiling of a stay: per", Scope::Event),
            },
            Ceiling {
                rule: "2 ceiling of bills: served",
                served: &["ladder"],
                amount: Some(self.read.fen("2 ceiling of bills: at least", 320_000)),
                or_as_much_as: others,
                per: self.read.scope("2 ceiling of bills: per", Scope::Claim),
            },
            Ceiling {
                rule: "2 ceiling of a period: served",
                served: &["stay", "drugs-aid", "extra"],
                amount: Some(if is_early { early } else { late }),
                or_as_much_as: Vec::new(),
                per: self.read.scope("2 ceiling of a period: per", Scope::Period),
            },
            Ceiling {
                rule: "2 ceiling of a year: served",
                served: &["extra", "ladder", "drugs-aid"],
                amount: Some(self.read.fen("2 ceiling of a year", 720_000)),
                or_as_much_as: Vec::new(),
                per: self.read.scope("2 ceiling of a year: per", Scope::CalendarYear),
            },
            Ceiling {
                rule: "2 ceiling of a life: served",
                served: &["death-aid", "yearly"],
                amount: Some(self.read.fen("2 ceiling of a life", 3_000_000)),
                or_as_much_as: Vec::new(),
                per: self.read.scope("2 ceiling of a life: per", Scope::Life),
            },
        ];
        let (one, other) = self.read.one_of("2 ceilings: their order", (0, 0), &[(0, 1), (0, 2), (2, 3), (1, 3)]);
        ceilings.swap(one, other);
        Some(ceilings)
    }
}
