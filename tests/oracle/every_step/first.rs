//! The first version of the made-up plan, for events up to 30 June 2025.

use super::ledger::{Scope, of};
use super::misread::Mode;
use super::rules::{Ceiling, Outcome, Rules, either, inside, months_later};
use crate::oracle::calendar::completed_years;
use crate::oracle::calendar::days_between;
use crate::oracle::exact::{Exact, fraction, left_of, lesser, nothing, percent, yuan};
use crate::oracle::truth::{Truth, all, any, not};
use crate::oracle::verdict::{Payout, Requirements, judge};

impl Rules<'_> {
    pub(crate) fn by_the_first(&self) -> Outcome {
        let requirements = Requirements {
            most_shares: 3,
            or_deny: &[
                ("age-at-enrolment", self.of_age_at_the_start()),
                ("in-cover", self.in_the_cover_with_its_last_day()),
                ("covered-trade", self.has_a_covered_trade()),
            ],
            or_pend: &[("reported-in-time", self.is_reported_in_time())],
        };
        let mut borne = Payout::new();
        let verdict = judge(self.facts, &requirements, || self.paid_by_the_first(&mut borne));
        Outcome { verdict, borne, eligible: self.bill_without_drugs() }
    }

    fn paid_by_the_first(&self, borne: &mut Payout) -> Option<Payout> {
        let mut payout = vec![("ladder", self.first_ladder(borne)?)];
        payout.push(("yearly", self.bills_of_the_year(borne)?));
        payout.push(("stay", self.allowance()?));
        payout.push(("drugs-aid", self.first_drugs(borne)?));
        payout.push(("grade", self.first_grade(&payout)?));
        payout.push(("death-aid", self.first_death(&payout)?));
        payout.push(("extra", self.first_extra(&payout)?));
        payout.push(("loyal", self.loyalty()?));
        self.hold(payout, self.ceilings_of_the_first())
    }

    // ── conditions ───────────────────────────────────────────────────────

    /// 16 to 60 completed years on the first day of cover.
    fn of_age_at_the_start(&self) -> Truth {
        let age = completed_years(self.facts.date("birth_date")?, self.facts.date("coverage_start")?);
        let lowest = self.read.whole("1 age: lowest", 16);
        let highest = self.read.whole("1 age: highest", 60);
        Some((lowest..=highest).contains(&i64::from(age)))
    }

    fn in_the_cover_with_its_last_day(&self) -> Truth {
        let (event, start, end) =
            (self.facts.date("event_date")?, self.facts.date("coverage_start")?, self.facts.date("coverage_end"));
        let is_before_the_end = if self.read.takes_the_edge("1 cover: its last day", true) {
            end.map(|end| event <= end)
        } else {
            end.map(|end| event < end)
        };
        all(&[Some(event >= start), is_before_the_end])
    }

    /// A courier or truck driver, or ten years of service.
    fn has_a_covered_trade(&self) -> Truth {
        let listed = self.read.one_of(
            "1 trades",
            vec!["courier", "truck-driver"],
            &[vec!["courier"], vec!["truck-driver"], vec!["courier", "truck-driver", "teacher"]],
        );
        let has_trade = self.facts.word("occupation").map(|trade| listed.contains(&trade));
        let years = self.read.whole("1 trades: years of service instead", 10);
        any(&[has_trade, Some(self.seniority() >= years)])
    }

    fn seniority(&self) -> i64 {
        self.facts.whole("seniority").unwrap_or(0)
    }

    /// Up to a month after the event; a claim that does not say when it was reported is in time.
    fn is_reported_in_time(&self) -> Truth {
        let Some(reported) = self.facts.date("reported_on") else { return Some(true) };
        let months = self.read.one_of("1 reported: within a month", 1, &[0, 2]);
        let last = months_later(self.facts.date("event_date")?, months);
        Some(if self.read.takes_the_edge("1 reported: the last day", true) {
            reported <= last
        } else {
            reported < last
        })
    }

    // ── values ───────────────────────────────────────────────────────────

    fn bill_without_drugs(&self) -> Option<Exact> {
        Some(left_of(self.money("bill")?, self.money_or_none("drugs")))
    }

    /// In the ward for the gravely ill, or longer than 20 days.
    fn is_grave(&self) -> Truth {
        let days = self.read.whole("1 grave: days", 20);
        let is_long = self.facts.whole("nights").map(|nights| nights > days);
        let ward = self.read.one_of("1 grave: ward", "intensive", &["special", "general"]);
        any(&[self.facts.is("ward", ward), is_long])
    }

    /// Shares beyond three are void.
    fn shares_that_count(&self) -> Option<Exact> {
        Some(yuan(self.facts.whole("shares")?.min(self.read.whole("1 shares: cap", 3))))
    }

    // ── benefits ─────────────────────────────────────────────────────────

    fn first_ladder(&self, borne: &mut Payout) -> Option<Exact> {
        if self.money("bill")? <= nothing() {
            return Some(nothing());
        }
        let eligible = self.bill_without_drugs()?;
        let asks_own_part = self.read.asks("1 ladder: own part, not abroad", Some(!self.says("abroad")))?;
        let per = self.read.scope("1 ladder: own part, per", Scope::Claim);
        let open = self.open_of(self.read.fen("1 ladder: own part", 15_050), "ladder, of a claim", per);
        let open = if asks_own_part { open } else { nothing() };
        borne.push(("ladder, of a claim", lesser(eligible.clone(), open.clone())));
        let own_part = |due: Exact| Some(left_of(due, open.clone()));
        let due =
            self.read.in_order("1 ladder: own part, bands", eligible, own_part, |due| Some(self.by_parts(&due)))?;
        let per = self.read.scope("1 ladder: cap, per", Scope::Event);
        let due = self.at_most(due, self.read.fen_by(5, "1 ladder: cap", 800_000), "ladder", per);
        Some(self.read.rounded("1 ladder: rounding", &due, percent(5), Mode::HalfEven))
    }

    /// 50% of the first thousand, 65% of the next two but 1,200 at most, 80% up to ten thousand, 10% of the rest.
    fn by_parts(&self, due: &Exact) -> Exact {
        let (first, second, third) = (
            self.read.fen("1 parts: first edge", 100_000),
            self.read.fen("1 parts: second edge", 300_000),
            self.read.fen_by(100, "1 parts: third edge", 1_000_000),
        );
        let of_second = inside(due, &first, Some(&second)) * self.read.part("1 parts: second rate", 6_500);
        inside(due, &nothing(), Some(&first)) * self.read.part("1 parts: first rate", 5_000)
            + lesser(of_second, self.read.fen("1 parts: most of the second", 120_000))
            + inside(due, &second, Some(&third)) * self.read.part("1 parts: third rate", 8_000)
            + inside(due, &third, None) * self.read.part("1 parts: last rate", 1_000)
    }

    fn bills_of_the_year(&self, borne: &mut Payout) -> Option<Exact> {
        let often = self.read.whole("1 yearly: least visits", 2);
        let ward = self.read.one_of("1 yearly: ward", "special", &["general", "intensive"]);
        let is_often = self.facts.whole("visits").map(|visits| visits >= often);
        if !all(&[self.facts.is("ward", ward), is_often])? {
            return Some(nothing());
        }
        let bill = self.money("bill")?;
        let per = self.read.scope("1 yearly: part of the year, per", Scope::CalendarYear);
        let open = self.open_of(self.read.fen("1 yearly: part of the year", 200_000), "yearly", per);
        borne.push(("yearly", lesser(bill.clone(), open.clone())));
        let rate = self.rate_by_the_bill(&bill);
        let threshold = self.read.fen("1 yearly: threshold", 33_000);
        let year_part = |due: Exact| Some(left_of(due, open.clone()));
        let due = self.read.in_order("1 yearly: part of the year, rate", bill, year_part, |due| Some(due * &rate))?;
        let per = self.read.scope("1 yearly: cap, per", Scope::CalendarYear);
        let cap = self.read.fen_by(100, "1 yearly: cap", 800_000);
        let passes = |due| Some(self.if_it_passes("1 yearly: exactly the threshold", due, &threshold, false));
        let capped = |due| Some(self.at_most(due, cap.clone(), "yearly", per));
        let due = self.read.in_order("1 yearly: threshold, cap", due, passes, capped)?;
        Some(self.read.rounded("1 yearly: rounding", &due, yuan(1), Mode::HalfDown))
    }

    /// 55% up to five thousand, 65.5% up to nine thousand, 35% above; the edge belongs to what is below it.
    fn rate_by_the_bill(&self, bill: &Exact) -> Exact {
        let rows = [
            (self.read.fen("1 by the bill: first edge", 500_000), self.read.part("1 by the bill: first rate", 5_500)),
            (self.read.fen("1 by the bill: second edge", 900_000), self.read.part("1 by the bill: second rate", 6_550)),
        ];
        let last = self.read.part("1 by the bill: last rate", 3_500);
        self.picked("1 by the bill: exactly an edge", bill, true, &rows, last)
    }

    fn allowance(&self) -> Option<Exact> {
        let nights = self.facts.whole("nights")?;
        if nights <= 0 {
            return Some(nothing());
        }
        let counted = nights.min(self.read.whole("1 stay: most nights", 45));
        let for_a_share = self.read.fen_by(10, "1 stay: daily", 3_335) * yuan(counted);
        let part = self.part_after_waiting()?;
        // Who waits is due nothing, however much it would be.
        let gross = if part == nothing() { nothing() } else { for_a_share * self.shares_that_count()? };
        let least = self.read.fen_by(1_000, "1 stay: least", 12_000);
        let due = self.read.in_order(
            "1 stay: waiting, least",
            gross,
            |due| Some(due * &part),
            |due| self.at_least("1 stay: least, of something", due, least.clone()),
        )?;
        let per = self.read.scope("1 stay: cap, per", Scope::Period);
        let due = self.at_most(due, self.read.fen_by(1_000, "1 stay: cap", 250_000), "stay", per);
        Some(self.read.rounded("1 stay: rounding", &due, yuan(10), Mode::Up))
    }

    /// Nothing on days 1 to 30, 40% on days 31 to 90; all of it later, after an accident, or for who renewed in time.
    fn part_after_waiting(&self) -> Option<Exact> {
        let (start, event) = (self.facts.date("coverage_start")?, self.facts.date("event_date")?);
        let day = days_between(start, event) + 1;
        let grace = self.read.whole("1 waiting: grace", 30);
        let is_renewed = self.facts.date("previous_coverage_end").is_some_and(|end| days_between(end, start) <= grace);
        let is_accident = self.read.asks("1 waiting: not after an accident", self.facts.is("cause", "accident"));
        let is_free = any(&[is_accident, self.read.asks("1 waiting: renewed", Some(is_renewed))]);
        let waits = |last: i64| all(&[Some(day <= last), not(is_free)]);
        let reduced = self.read.part_by(100, "1 waiting: reduced rate", 4_000);
        let last_reduced = self.read.whole("1 waiting: last reduced day", 90);
        either(
            waits(self.read.whole("1 waiting: last day", 30)),
            || Some(nothing()),
            || either(waits(last_reduced), || Some(reduced), || Some(yuan(1))),
        )
    }

    fn first_drugs(&self, borne: &mut Payout) -> Option<Exact> {
        let drugs = self.money_or_none("drugs");
        if !self.read.asks("1 drugs: some", Some(drugs > nothing()))? {
            return Some(nothing());
        }
        let per = self.read.scope("1 drugs: part of the period, per", Scope::Period);
        let open = self.open_of(self.read.fen("1 drugs: part of the period", 40_000), "drugs-aid", per);
        borne.push(("drugs-aid", lesser(drugs.clone(), open.clone())));
        let rate = self.rate_by_the_drugs(&drugs);
        let period_part = |due: Exact| Some(left_of(due, open.clone()));
        let due =
            self.read.in_order("1 drugs: part of the period, rate", drugs, period_part, |due| Some(due * &rate))?;
        let fee = self.read.fen("1 drugs: fee of a visit", 725) * yuan(self.facts.whole("visits")?);
        let care = self.read.fen("1 drugs: care", 7_555);
        let care = if self.read.asks("1 drugs: care for the gravely ill", self.is_grave())? { care } else { nothing() };
        let due = self.read.in_order(
            "1 drugs: fee, care",
            due,
            |due| Some(left_of(due, fee.clone())),
            |due| Some(due + &care),
        )?;
        let least = self.read.fen("1 drugs: small sum", 5_000);
        let due = self.if_it_passes("1 drugs: exactly the small sum", due, &least, true);
        Some(self.read.rounded("1 drugs: rounding", &due, percent(10), Mode::Down))
    }

    /// 40% below a thousand, 60% below four thousand, 75% from there on.
    fn rate_by_the_drugs(&self, drugs: &Exact) -> Exact {
        let rows = [
            (self.read.fen("1 by the drugs: first edge", 100_000), self.read.part("1 by the drugs: first rate", 4_000)),
            (
                self.read.fen("1 by the drugs: second edge", 400_000),
                self.read.part("1 by the drugs: second rate", 6_000),
            ),
        ];
        let last = self.read.part("1 by the drugs: last rate", 7_500);
        self.picked("1 by the drugs: exactly an edge", drugs, false, &rows, last)
    }

    fn first_grade(&self, so_far: &Payout) -> Option<Exact> {
        let Some(grade) = self.facts.whole("disability_grade") else { return Some(nothing()) };
        let ratio = match grade {
            1 => self.read.part("1 grade: of grade 1", 10_000),
            2 => self.read.part("1 grade: of grade 2", 9_000),
            3 => self.read.part("1 grade: of grade 3", 7_500),
            4 => self.read.part("1 grade: of grade 4", 6_000),
            _ => self.read.part("1 grade: of any other grade", 1_234),
        };
        let gross = self.read.fen("1 grade: sum", 1_000_005) * ratio * self.shares_that_count()?;
        let per = self.read.scope("1 grade: less the stay, per", Scope::Event);
        let stay = self.paid_with(so_far, &["stay"], per);
        let rate = match self.facts.word("cause")? {
            "accident" => self.read.part("1 grade: by accident", 10_000),
            "illness" => self.read.part("1 grade: by illness", 7_000),
            "sudden-death" => self.read.part("1 grade: by sudden death", 3_000),
            other => panic!("there is no cause {other}"),
        };
        let less_stay = |due: Exact| Some(left_of(due, stay.clone()));
        let due = self.read.in_order("1 grade: less the stay, rate", gross, less_stay, |due| Some(due * &rate))?;
        let per = self.read.scope("1 grade: cap, per", Scope::Life);
        let due = self.at_most(due, self.read.fen("1 grade: cap", 1_500_000), "grade", per);
        Some(self.read.rounded("1 grade: rounding", &due, percent(1), Mode::Up))
    }

    fn first_death(&self, so_far: &Payout) -> Option<Exact> {
        if !self.facts.died() {
            return Some(nothing());
        }
        let gross = self.read.fen_by(5_000, "1 death: sum", 2_015_500) * self.shares_that_count()?;
        let per = self.read.scope("1 death: not beside the grade, per", Scope::Event);
        let graded = self
            .read
            .asks("1 death: not beside the grade", Some(self.paid_with(so_far, &["grade"], per) > nothing()))?;
        let bills =
            self.read.one_of("1 death: less bills", vec!["ladder", "yearly"], &[vec!["ladder"], vec!["yearly"]]);
        let per = self.read.scope("1 death: less bills, per", Scope::Claim);
        let bills = self.paid_with(so_far, &bills, per);
        let not_at_fault = yuan(1) - self.money_or_none("fault");
        let gross = if graded { nothing() } else { gross };
        let less_bills = |due: Exact| Some(left_of(due, bills.clone()));
        let due =
            self.read.in_order("1 death: less bills, rate", gross, less_bills, |due| Some(due * &not_at_fault))?;
        Some(self.read.rounded("1 death: rounding", &due, yuan(100), Mode::Down))
    }

    fn first_extra(&self, so_far: &Payout) -> Option<Exact> {
        let (ladder, yearly) = (of(so_far, &["ladder"]), of(so_far, &["yearly"]));
        if ladder <= nothing() && yearly <= nothing() {
            return Some(nothing());
        }
        let shared = ladder.max(yearly) * self.read.part("1 extra: shared part", 1_250);
        let gross = shared + self.read.fen("1 extra: for a year of service", 333) * yuan(self.seniority());
        let per = self.read.scope("1 extra: not beside a death, per", Scope::Life);
        let died = self.paid_with(so_far, &["death-aid"], per) > nothing();
        let due = if self.read.asks("1 extra: not beside a death", Some(died))? { nothing() } else { gross };
        let per = self.read.scope("1 extra: cap, per", Scope::Claim);
        let due = self.at_most(due, self.read.fen("1 extra: cap", 100_007), "extra", per);
        Some(self.read.rounded("1 extra: rounding", &due, percent(1), Mode::HalfUp))
    }

    fn loyalty(&self) -> Option<Exact> {
        let months = self.read.one_of("1 loyal: two months", 2, &[1, 3]);
        // One month and then another: what a short month cuts off stays off.
        let start = (0..months).fold(self.facts.date("coverage_start")?, |date, _| months_later(date, 1));
        let event = self.facts.date("event_date")?;
        let is_settled =
            if self.read.takes_the_edge("1 loyal: the first day", true) { event >= start } else { event > start };
        let per = self.read.scope_of_earlier("1 loyal: claims before, per", Scope::Life);
        let claims = self.earlier.count("ladder", per);
        let most = self.read.whole("1 loyal: most claims", 3);
        let per = self.read.scope_of_earlier("1 loyal: once, per", Scope::Event);
        let is_paid = self.earlier.paid(&["loyal"], per) > nothing();
        if !(is_settled && (1..most).contains(&claims) && !is_paid) {
            return Some(nothing());
        }
        let sum = self.read.fen("1 loyal: sum", 60_000);
        let per = self.read.scope_of_earlier("1 loyal: bills of the year, per", Scope::CalendarYear);
        let bills = self.earlier.sum(|entry| entry.facts.money("bill"), per)? + self.money("bill")?;
        let high = self.read.fen("1 loyal: high bills", 1_500_000);
        let is_high =
            if self.read.takes_the_edge("1 loyal: exactly high", false) { bills >= high } else { bills > high };
        let per = self.read.scope_of_earlier("1 loyal: bills of the event, per", Scope::Event);
        let bills = self.earlier.sum(|entry| entry.eligible.clone(), per)?;
        let is_high = is_high || bills > self.read.fen("1 loyal: high bills of the event", 200_000);
        let due = if is_high { sum } else { lesser(sum, self.loyal_by_what_was_paid()?) };
        Some(self.read.rounded("1 loyal: rounding", &due, percent(1), Mode::HalfUp))
    }

    fn loyal_by_what_was_paid(&self) -> Option<Exact> {
        let per = self.read.scope_of_earlier("1 loyal: visits, per", Scope::Life);
        let visits = self.earlier.sum(|entry| entry.facts.whole("visits").map(yuan), per)?;
        let of_visits = visits * fraction(3_335, 1_000) * self.read.one_of("1 loyal: visits", yuan(1), &[yuan(0)]);
        let per = self.read.scope_of_earlier("1 loyal: the ladder, per", Scope::Period);
        Some(of_visits + self.earlier.paid(&["ladder"], per) * self.read.part("1 loyal: part of the ladder", 500))
    }

    // ── ceilings ─────────────────────────────────────────────────────────

    fn ceilings_of_the_first(&self) -> Vec<Ceiling<'static>> {
        let of_a_claim = self.read.fen("1 ceiling of a claim", 700_000);
        let more = self.read.fen("1 ceiling of a claim: more for the gravely ill", 50_000);
        let is_grave = self.read.asks("1 ceiling of a claim: gravely ill", self.is_grave());
        let of_a_claim = is_grave.map(|is_grave| if is_grave { of_a_claim + more } else { of_a_claim });
        let mut ceilings = vec![
            Ceiling {
                rule: "1 ceiling of an event: served",
                served: &["yearly", "ladder", "drugs-aid"],
                amount: Some(self.read.fen("1 ceiling of an event", 900_000)),
                or_as_much_as: Vec::new(),
                per: self.read.scope("1 ceiling of an event: per", Scope::Event),
            },
            Ceiling {
                rule: "1 ceiling of a period: served",
                served: &["stay", "drugs-aid"],
                amount: Some(self.read.fen("1 ceiling of a period", 300_000)),
                or_as_much_as: Vec::new(),
                per: self.read.scope("1 ceiling of a period: per", Scope::Period),
            },
            Ceiling {
                rule: "1 ceiling of a life: served",
                served: &["death-aid", "grade", "loyal"],
                amount: Some(self.read.fen("1 ceiling of a life", 4_500_000)),
                or_as_much_as: Vec::new(),
                per: self.read.scope("1 ceiling of a life: per", Scope::Life),
            },
            Ceiling {
                rule: "1 ceiling of a claim: served",
                served: &["ladder", "extra", "stay"],
                amount: of_a_claim,
                or_as_much_as: Vec::new(),
                per: self.read.scope("1 ceiling of a claim: per", Scope::Claim),
            },
            Ceiling {
                rule: "1 ceiling of a year: served",
                served: &["loyal", "yearly", "ladder"],
                amount: Some(self.read.fen("1 ceiling of a year", 1_400_000)),
                or_as_much_as: Vec::new(),
                per: self.read.scope("1 ceiling of a year: per", Scope::CalendarYear),
            },
        ];
        let (one, other) = self.read.one_of("1 ceilings: their order", (0, 0), &[(0, 4), (1, 3), (3, 4)]);
        ceilings.swap(one, other);
        ceilings
    }
}
