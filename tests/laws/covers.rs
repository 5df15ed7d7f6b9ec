//! Laws of one member: one person, one cap of shares, whatever the number of covers and the order in which they come.

use std::collections::BTreeMap;
use std::sync::Arc;

use arrow_array::{ArrayRef, RecordBatch, StringArray};
use huzhu::{Case, Claim, Decision, Enrollment, batch, history, money};
use proptest::prelude::*;
use rust_decimal::Decimal;

use super::law::config;
use super::shelf::CATALOG;

/// Covers of Henan in 2025 by first day and shares; events by day, days in hospital and the cover claimed under.
#[derive(Debug, Clone)]
struct Member {
    covers: Vec<(u32, u32)>,
    events: Vec<(u32, u32, usize)>,
}

const CAP: u32 = 2;
/// A cover runs for so many days here.
const DAYS: u32 = 20;

fn a_member() -> impl Strategy<Value = Member> {
    (1_usize..4).prop_flat_map(|covers| {
        let cover = (1_u32..20, 1_u32..4);
        let event = (1_u32..40, 1_u32..30, 0..covers);
        (prop::collection::vec(cover, covers), prop::collection::vec(event, 1..5))
            .prop_map(|(covers, events)| Member { covers, events })
    })
}

fn day(number: u32) -> String {
    let first = chrono::NaiveDate::from_ymd_opt(2025, 1, 1).unwrap();
    (first + chrono::Days::new(number.into())).to_string()
}

impl Member {
    fn enrollment(&self, cover: usize) -> Enrollment {
        let (start, shares) = self.covers[cover];
        cover_of(&format!("e{cover}"), start, start + DAYS - 1, shares)
    }

    /// Each event has an amount of its own, so that no bill comes twice.
    fn claim(&self, event: usize) -> Claim {
        let (date, days, _) = self.events[event];
        let claim = Claim::new(&format!("c{event}")).with("event_date", &*day(date)).unwrap();
        let claim =
            claim.with("cause", "accident").unwrap().with("hospital_days", i32::try_from(days).unwrap()).unwrap();
        claim.with("personal_burden", &*format!("{}.00", 100 * (event + 1))).unwrap()
    }

    fn pairs(&self) -> Vec<(Enrollment, Claim)> {
        (0..self.events.len()).map(|event| (self.enrollment(self.events[event].2), self.claim(event))).collect()
    }

    /// Shares that count on a day under each cover, first come first: what the law says, by another way than the engine's.
    fn counted(&self, date: u32) -> BTreeMap<usize, u32> {
        let mut in_force: Vec<usize> = (0..self.covers.len())
            .filter(|cover| (self.covers[*cover].0..self.covers[*cover].0 + DAYS).contains(&date))
            .collect();
        in_force.sort_by_key(|cover| (self.covers[*cover].0, *cover));
        let mut left = CAP;
        let count = |cover: usize| {
            let counted = self.covers[cover].1.min(left);
            left -= counted;
            (cover, counted)
        };
        in_force.into_iter().map(count).collect()
    }
}

fn cover_of(id: &str, start: u32, end: u32, shares: u32) -> Enrollment {
    let enrollment = Enrollment::new(id, "henan-accident", "m").with("shares", shares).unwrap();
    let enrollment = enrollment.with("coverage_start", &*day(start)).unwrap().with("coverage_end", &*day(end)).unwrap();
    enrollment.with("birth_date", "1990-05-05").unwrap()
}

fn column(values: Vec<String>) -> ArrayRef {
    Arc::new(StringArray::from(values))
}

/// Claims and enrollments in columns, the rows turned by so much.
fn columns(member: &Member, turn: usize) -> (RecordBatch, RecordBatch) {
    let mut events: Vec<usize> = (0..member.events.len()).collect();
    let length = events.len();
    events.rotate_left(turn % length);
    let mut covers: Vec<usize> = (0..member.covers.len()).collect();
    let length = covers.len();
    covers.rotate_left(turn % length);
    let of = |event: &usize| member.events[*event];
    let claims = RecordBatch::try_from_iter([
        ("claim_id", column(events.iter().map(|event| format!("c{event}")).collect())),
        ("enrollment_id", column(events.iter().map(|event| format!("e{}", of(event).2)).collect())),
        ("event_date", column(events.iter().map(|event| day(of(event).0)).collect())),
        ("cause", column(vec!["accident".to_owned(); events.len()])),
        ("hospital_days", column(events.iter().map(|event| of(event).1.to_string()).collect())),
        ("personal_burden", column(events.iter().map(|event| format!("{}.00", 100 * (event + 1))).collect())),
    ]);
    let cover = |cover: &usize| member.covers[*cover];
    let enrollments = RecordBatch::try_from_iter([
        ("enrollment_id", column(covers.iter().map(|cover| format!("e{cover}")).collect())),
        ("member_id", column(vec!["m".to_owned(); covers.len()])),
        ("plan", column(vec!["henan-accident".to_owned(); covers.len()])),
        ("shares", column(covers.iter().map(|of| cover(of).1.to_string()).collect())),
        ("coverage_start", column(covers.iter().map(|of| day(cover(of).0)).collect())),
        ("coverage_end", column(covers.iter().map(|of| day(cover(of).0 + DAYS - 1)).collect())),
        ("birth_date", column(vec!["1990-05-05".to_owned(); covers.len()])),
    ]);
    (claims.unwrap(), enrollments.unwrap())
}

/// What a batch decides: decision and amount by claim.
fn by_batch(member: &Member, turn: usize) -> BTreeMap<String, (String, String)> {
    let (claims, enrollments) = columns(member, turn);
    let decided = batch::decide(&CATALOG, &claims, &enrollments).unwrap();
    let text = |name: &str| {
        let column = decided.payouts.column_by_name(name).unwrap();
        arrow_cast::cast(column, &arrow_schema::DataType::Utf8).unwrap()
    };
    let [ids, decisions, payable] = ["claim_id", "decision", "payable"].map(text);
    let at =
        |column: &ArrayRef, row: usize| column.as_any().downcast_ref::<StringArray>().unwrap().value(row).to_owned();
    (0..decided.payouts.num_rows()).map(|row| (at(&ids, row), (at(&decisions, row), at(&payable, row)))).collect()
}

proptest! {
    #![proptest_config(config(256))]

    #[test]
    fn the_shares_that_count_under_all_covers_never_pass_the_cap(member in a_member()) {
        let decided = by_batch(&member, 0);
        for (event, (date, days, cover)) in member.events.iter().enumerate() {
            let counted = member.counted(*date);
            prop_assert!(counted.values().sum::<u32>() <= CAP);
            // The allowance of one claim by itself: 50 a day a share, once the cover is in force.
            let most = Decimal::from(100 * (event + 1)) + Decimal::from(50 * days * counted.get(cover).copied().unwrap_or_default());
            let (decision, payable) = &decided[&format!("c{event}")];
            let paid: Decimal = payable.parse().unwrap();
            prop_assert!(paid <= most, "{decision} {payable}, at most {most}");
            if counted.get(cover).copied().unwrap_or_default() == 0 {
                prop_assert_ne!(decision, "paid");
            }
        }
    }

    #[test]
    fn covers_that_overlap_pay_no_more_than_one_with_the_capped_shares(drawn in a_member()) {
        // All covers are in force on every day of an event, and stays are long enough to come to the limits.
        let covers = drawn.covers.iter().map(|(start, shares)| (start % 5, *shares)).collect();
        let events = drawn.events.iter().map(|(date, days, cover)| (5 + date % 10, 3 * days, *cover)).collect();
        let member = Member { covers, events };
        let paid = |pairs: &[(Enrollment, Claim)]| {
            let (decided, _) = history::decide(&CATALOG, pairs).unwrap();
            decided.iter().map(huzhu::Adjudication::payable).sum::<Decimal>()
        };
        let several: Decimal = by_batch(&member, 0).values().map(|(_, payable)| payable.parse::<Decimal>().unwrap()).sum();
        let one: Vec<(Enrollment, Claim)> =
            member.pairs().into_iter().map(|(_, claim)| (cover_of("one", 0, 60, CAP), claim)).collect();
        prop_assert!(several <= paid(&one), "{several} under several covers, {} under one", paid(&one));
    }

    #[test]
    fn the_order_of_rows_and_the_way_in_change_nothing(member in a_member(), turn in 0_usize..6) {
        let decided = by_batch(&member, 0);
        prop_assert_eq!(&by_batch(&member, turn), &decided);
        // A history knows the covers that are claimed under; where these are all, it is the batch.
        let is_claimed = |cover: usize| member.events.iter().any(|(.., under)| *under == cover);
        if (0..member.covers.len()).all(is_claimed) {
            let pairs = member.pairs();
            let (adjudications, _) = history::decide(&CATALOG, &pairs).unwrap();
            for adjudication in adjudications {
                let outcome = (adjudication.decision().name().to_owned(), money::print(adjudication.payable()));
                prop_assert_eq!(&decided[adjudication.outcome().claim()], &outcome);
            }
        }
    }

    #[test]
    fn a_member_with_two_dates_of_birth_is_never_paid(member in a_member(), other in 1_u32..40) {
        let mut pairs = member.pairs();
        let (enrollment, claim) = pairs.pop().unwrap();
        let other = enrollment.with("birth_date", &*format!("1980-05-{:02}", other % 28 + 1)).unwrap();
        let contradicts = !pairs.is_empty();
        pairs.push((other.clone(), claim.clone()));
        let (decided, accumulators) = history::decide(&CATALOG, &pairs).unwrap();
        if contradicts {
            prop_assert!(decided.iter().all(|decided| decided.decision() == Decision::Pended));
            prop_assert!(accumulators.is_empty());
            pairs.pop();
            let case = Case { enrollment: other, history: pairs, other_covers: None, claim };
            prop_assert_eq!(case.decide(&CATALOG).unwrap().0.decision(), Decision::Pended);
        }
    }
}
