//! What a ledger keeps, refuses and proves.

use crate::{
    Answer, Answered, Book, Decision, Fault, Ledger, Message, Part, Payment, State, Taken, Through, Violation,
};

const PLAN: &str = "henan-accident";

fn settlement<'m>(id: &'m str, content: &'m str) -> Message<'m> {
    Message { kind: "settlement", id, owner: "M1", undoes: None, content }
}

fn decision<'d>(claim: &'d str, fen: i64, content: &'d str) -> Decision<'d> {
    let outcome = if fen > 0 { "paid" } else { "denied" };
    Decision {
        claim,
        owner: "M1",
        plan: PLAN,
        version: "1",
        outcome,
        fen,
        valid_on: "2025-01-10",
        content,
        certificate: None,
    }
}

fn parts(fen: &[i64]) -> Vec<Part> {
    let part = |(number, fen): (usize, &i64)| Part { account: format!("expense:{PLAN}:{number}"), fen: *fen };
    fen.iter().enumerate().map(part).collect()
}

fn decide(book: &Book<'_>, claim: &str, fen: &[i64]) -> Result<i64, Fault> {
    let sum = fen.iter().sum();
    Ok(book.decide(&decision(claim, sum, ""), &parts(fen))?.difference().unwrap())
}

/// A day's work: messages, two claims, one of which is decided otherwise later.
fn day(book: &Book<'_>) -> Result<(), Fault> {
    book.take(&settlement("S1", "a"))?;
    book.take(&Message { undoes: Some("S1"), ..settlement("R1", "b") })?;
    book.take_rules(PLAN, "1", "a3f5")?;
    decide(book, "C1", &[500, 200])?;
    decide(book, "C2", &[300])?;
    decide(book, "C1", &[])?;
    decide(book, "C1", &[400])?;
    Ok(())
}

/// The same with what is paid by it, and the period closed.
fn whole_day(book: &Book<'_>) -> Result<(), Fault> {
    day(book)?;
    for payment in book.pay("2025-01-31")? {
        book.answer(&answer(&payment.reference, State::Confirmed))?;
        book.answer(&answer(&payment.reference, State::Returned))?;
    }
    book.close(Through::Day("2025-12-31"))?;
    Ok(())
}

fn ledger() -> Ledger {
    let mut ledger = Ledger::in_memory().unwrap();
    let book = ledger.begin().unwrap();
    day(&book).unwrap();
    book.commit().unwrap();
    ledger
}

fn balances(ledger: &Ledger) -> Vec<(String, i64)> {
    ledger.balances().unwrap().into_iter().map(|balance| (balance.account, balance.fen)).collect()
}

#[test]
fn what_is_due_is_what_the_newest_decisions_say() {
    let ledger = ledger();
    let expense = |number| format!("expense:{PLAN}:{number}");
    assert_eq!(balances(&ledger), [(expense(0), 700), (expense(1), 0), ("payable:M1".to_owned(), -700)]);
    assert_eq!(ledger.check().unwrap(), []);
    let posted: Vec<(i64, Option<i64>, i64)> = ledger
        .statement("payable:M1")
        .unwrap()
        .iter()
        .map(|posted| (posted.entry, posted.reverses, posted.fen))
        .collect();
    assert_eq!(
        posted,
        [(1, None, -500), (1, None, -200), (2, None, -300), (3, Some(1), 500), (3, Some(1), 200), (4, None, -400)]
    );
}

#[test]
fn the_same_again_is_no_row() {
    let mut ledger = ledger();
    let before = ledger.rows().unwrap();
    let book = ledger.begin().unwrap();
    assert_eq!(book.take(&settlement("S1", "a")).unwrap(), Taken::Known);
    assert_eq!(decide(&book, "C1", &[400]).unwrap(), 0);
    assert_eq!(book.take_rules(PLAN, "1", "a3f5").unwrap(), None);
    book.commit().unwrap();
    assert_eq!(ledger.rows().unwrap(), before);
}

#[test]
fn the_same_key_with_other_content_is_a_conflict() {
    let mut ledger = ledger();
    let book = ledger.begin().unwrap();
    assert!(matches!(book.take(&settlement("S1", "other")).unwrap(), Taken::Conflict { kept, came } if kept != came));
    let second = Message { undoes: Some("S1"), ..settlement("R2", "b") };
    assert_eq!(book.take(&second).unwrap(), Taken::UndoneBy("R1".to_owned()));
    assert_eq!(book.take_rules(PLAN, "1", "ffff").unwrap(), Some("a3f5".to_owned()));
    assert!(
        matches!(book.decide(&decision("C3", 5, ""), &parts(&[4])), Err(Fault::Unbalanced { claim }) if claim == "C3")
    );
    let unknown = Decision { plan: "other", ..decision("C3", 0, "") };
    assert!(matches!(book.decide(&unknown, &[]), Err(Fault::Database(_))));
}

#[test]
fn other_reasons_are_another_decision_and_no_entry() {
    let mut ledger = ledger();
    let rows = |ledger: &Ledger| ledger.rows().unwrap().into_iter().map(|(_, rows)| rows).collect::<Vec<_>>();
    let before = rows(&ledger);
    let book = ledger.begin().unwrap();
    book.decide(&decision("C1", 400, "for another reason"), &parts(&[400])).unwrap();
    book.commit().unwrap();
    assert_eq!(rows(&ledger), [before[0], before[1], before[2] + 1, before[3], before[4], before[5], before[6]]);
}

#[test]
fn a_writer_that_stops_at_any_write_leaves_the_ledger_as_it_was() {
    let mut ledger = Ledger::in_memory().unwrap();
    let before = ledger.rows().unwrap();
    let mut writes = 0;
    loop {
        ledger.fail_after(Some(writes));
        let book = ledger.begin().unwrap();
        let done = whole_day(&book).and_then(|()| book.commit());
        assert_eq!(ledger.check().unwrap(), []);
        if done.is_ok() {
            break;
        }
        assert_eq!(ledger.rows().unwrap(), before);
        writes += 1;
    }
    assert_ne!(ledger.rows().unwrap(), before);
    assert_eq!(writes, 30); // of which the last is the commit
}

#[test]
fn nothing_is_changed_or_removed_and_what_was_is_seen() {
    type IsSeen<'s> = &'s dyn Fn(&Violation) -> bool;
    let edits: [(&str, IsSeen<'_>); 9] = [
        ("UPDATE transfer SET fen = fen + 1 WHERE seq = 6", &|wrong| {
            matches!(wrong, Violation::Unequal { decided: 400, booked: 401, .. })
        }),
        ("UPDATE transfer SET fen = fen + 1 WHERE seq = 1", &|wrong| *wrong == Violation::NoMirror(3)),
        ("UPDATE message SET content = 'c' WHERE id = 'S1'", &|wrong| *wrong == Violation::MessageChanged("S1".into())),
        ("UPDATE decision SET fen = 1 WHERE claim = 'C2'", &|wrong| *wrong == Violation::DecisionChanged("C2".into())),
        ("DELETE FROM message WHERE id = 'S1'", &|wrong| {
            matches!(wrong, Violation::RowsGone { table: "message", rows: 1, last: 2 })
        }),
        ("DELETE FROM decision WHERE claim = 'C2'", &|wrong| matches!(wrong, Violation::Damaged(_))),
        ("DELETE FROM transfer WHERE entry = 2", &|wrong| *wrong == Violation::Empty(2)),
        (
            "INSERT INTO entry VALUES (5, 4, NULL, NULL, '2025-01-10'); INSERT INTO transfer VALUES (7, 5, 'a', 'b', 1)",
            &|wrong| *wrong == Violation::Twice("C1".into()),
        ),
        ("INSERT INTO transfer VALUES (7, 2, 'a', 'b', 1)", &|_| true),
    ];
    for (edit, is_seen) in edits {
        let ledger = ledger();
        let connection = &ledger.connection;
        if !edit.starts_with("INSERT INTO entry") {
            connection.execute_batch(edit).unwrap_err(); // the triggers refuse it
        }
        let trigger = |row: &rusqlite::Row<'_>| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?));
        let triggers: Vec<(String, String)> = connection
            .prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'")
            .unwrap()
            .query_map([], trigger)
            .unwrap()
            .collect::<Result<_, _>>()
            .unwrap();
        for (name, _) in &triggers {
            connection.execute_batch(&format!("DROP TRIGGER {name}")).unwrap();
        }
        assert!(matches!(ledger.check().unwrap()[..], [Violation::Schema(_), ..]));
        connection.execute_batch(&format!("PRAGMA foreign_keys = OFF; {edit}")).unwrap();
        for (_, sql) in &triggers {
            connection.execute_batch(sql).unwrap();
        }
        let wrong = ledger.check().unwrap();
        if !edit.ends_with("VALUES (7, 2, 'a', 'b', 1)") {
            assert!(wrong.iter().any(is_seen), "{edit}: {wrong:?}");
        }
    }
}

#[test]
fn what_is_no_ledger_is_refused() {
    let folder = std::env::temp_dir().join(format!("huzhu-ledger-refused-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let path = |name: &str| folder.join(name);
    assert!(matches!(Ledger::open_existing(&path("none.db")), Err(Fault::NotOpened)));
    std::fs::write(path("text.db"), "claim_id,payable\n".repeat(100)).unwrap();
    assert!(matches!(Ledger::open(&path("text.db")), Err(Fault::NoLedger)));
    rusqlite::Connection::open(path("other.db")).unwrap().execute_batch("CREATE TABLE t (a)").unwrap();
    assert!(matches!(Ledger::open(&path("other.db")), Err(Fault::NoLedger)));
    drop(Ledger::open(&path("newer.db")).unwrap());
    rusqlite::Connection::open(path("newer.db")).unwrap().pragma_update(None, "user_version", 3).unwrap();
    assert!(matches!(Ledger::open(&path("newer.db")), Err(Fault::Newer { schema: 3, known: 2 })));
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn two_writers_book_one_after_the_other_and_once() {
    let folder = std::env::temp_dir().join(format!("huzhu-ledger-two-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join("two.db");
    let write = || {
        let mut ledger = Ledger::open(&path).unwrap();
        let book = ledger.begin().unwrap();
        book.message("settlement", "S1").unwrap();
        std::thread::sleep(std::time::Duration::from_millis(20)); // whoever has looked and not waited cannot write any more
        book.take_rules(PLAN, "1", "a3f5").unwrap();
        let booked = decide(&book, "C1", &[500]).unwrap();
        book.commit().unwrap();
        booked
    };
    let booked: Vec<i64> = std::thread::scope(|scope| {
        let writers: Vec<_> = (0..4).map(|_| scope.spawn(write)).collect();
        writers.into_iter().map(|writer| writer.join().unwrap()).collect()
    });
    assert_eq!(booked.iter().sum::<i64>(), 500, "{booked:?}");
    let ledger = Ledger::open_existing(&path).unwrap();
    assert_eq!(balances(&ledger), [(format!("expense:{PLAN}:0"), 500), ("payable:M1".to_owned(), -500)]);
    assert_eq!(ledger.check().unwrap(), []);
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn what_stands_of_a_claim_is_found_by_the_claim() {
    let ledger = ledger();
    let mut plan = ledger.connection.prepare(&format!("EXPLAIN QUERY PLAN {}", crate::book::STANDING)).unwrap();
    let steps: Vec<String> = plan.query_map(["C1"], |row| row.get(3)).unwrap().map(Result::unwrap).collect();
    assert!(steps.iter().all(|step| !step.starts_with("SCAN")), "{steps:?}");
    assert!(steps.iter().any(|step| step.contains("decision USING") && step.contains("(claim=?)")), "{steps:?}");
    assert!(steps.iter().any(|step| step.contains("entry USING") && step.contains("(decision=?)")), "{steps:?}");
}

fn answer(reference: &str, state: State) -> Answer<'_> {
    Answer { reference, fen: None, state, valid_on: "2025-02-01", reason: "" }
}

fn paid(ledger: &mut Ledger) -> Vec<Payment> {
    let book = ledger.begin().unwrap();
    let payments = book.pay("2025-01-31").unwrap();
    book.commit().unwrap();
    payments
}

fn answered(ledger: &mut Ledger, reference: &str, state: State) -> Answered {
    let book = ledger.begin().unwrap();
    let answered = book.answer(&answer(reference, state)).unwrap();
    book.commit().unwrap();
    answered
}

#[test]
fn what_is_due_is_sent_once_and_what_comes_back_is_due_again() {
    let mut ledger = ledger();
    let sent = paid(&mut ledger);
    let [Payment { reference, fen: 700, run: 1, state: State::Sent, .. }] = &sent[..] else { panic!("{sent:?}") };
    assert_eq!(paid(&mut ledger), [], "nothing of zero is sent");
    assert_eq!(answered(&mut ledger, "P9", State::Confirmed), Answered::Unknown);
    let other = Answer { fen: Some(699), ..answer(reference, State::Confirmed) };
    assert_eq!(ledger.begin().unwrap().answer(&other).unwrap(), Answered::OtherAmount { sent: 700 });
    assert!(matches!(answered(&mut ledger, reference, State::Confirmed), Answered::Booked(_)));
    assert_eq!(answered(&mut ledger, reference, State::Confirmed), Answered::Known);
    let of = |ledger: &Ledger, account: &str| -> i64 {
        balances(ledger).into_iter().filter(|(name, _)| name == account).map(|(_, fen)| fen).sum()
    };
    assert_eq!(["payable:M1", "transit", "cash"].map(|account| of(&ledger, account)), [0, 0, -700]);
    assert!(matches!(answered(&mut ledger, reference, State::Returned), Answered::Booked(_)));
    assert_eq!(["payable:M1", "transit", "cash"].map(|account| of(&ledger, account)), [-700, 0, 0]);
    assert_eq!(answered(&mut ledger, reference, State::Returned), Answered::Known);
    let again = paid(&mut ledger);
    assert_eq!(again.len(), 1);
    assert_ne!(again[0].reference, *reference);
    let states: Vec<State> = ledger.payments(None).unwrap().iter().map(|payment| payment.state).collect();
    assert_eq!((states, ledger.last_run().unwrap()), (vec![State::Returned, State::Sent], 2));
    assert_eq!(
        answered(&mut ledger, &again[0].reference, State::Returned),
        Answered::Booked(Payment { state: State::Returned, valid_on: "2025-02-01".to_owned(), ..again[0].clone() })
    );
    assert_eq!(answered(&mut ledger, &again[0].reference, State::Confirmed), Answered::Over);
    assert_eq!(ledger.check().unwrap(), []);
}

/// Numbers that look drawn and are the same every time.
struct Draw(u64);

impl Draw {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33).checked_rem(bound).unwrap()
    }
}

/// Whatever is decided, sent, confirmed, returned and closed in whatever order: what an owner is due is what was decided less what was sent and not returned; an
/// entry is taken back at most once; every entry sums to zero; and the whole proves itself at every moment.
#[test]
fn nobody_is_paid_twice_whatever_happens() {
    for seed in 0..12 {
        let mut draw = Draw(seed);
        let mut ledger = Ledger::in_memory().unwrap();
        let (mut decided, mut references) = (std::collections::BTreeMap::new(), Vec::new());
        for _ in 0..25 {
            let book = ledger.begin().unwrap();
            match draw.below(8) {
                0..=3 => {
                    book.take_rules(PLAN, "1", "a3f5").unwrap();
                    let claim = format!("C{}", draw.below(4));
                    let fen = i64::try_from(draw.below(3) * 100).unwrap();
                    decide(&book, &claim, &[fen]).unwrap();
                    decided.insert(claim, fen);
                }
                4 => references.extend(book.pay("2025-01-31").unwrap().into_iter().map(|payment| payment.reference)),
                5 => drop(book.close(Through::Entry(i64::try_from(draw.below(40)).unwrap())).unwrap()),
                number => {
                    let state = if number == 6 { State::Confirmed } else { State::Returned };
                    let place = usize::try_from(draw.below(9)).unwrap();
                    if let Some(reference) = references.get(place) {
                        book.answer(&answer(reference, state)).unwrap();
                    }
                }
            }
            book.commit().unwrap();
            assert_eq!(ledger.check().unwrap(), [], "{seed}");
            let out: i64 = ledger
                .payments(None)
                .unwrap()
                .iter()
                .filter(|payment| payment.state != State::Returned)
                .map(|payment| payment.fen)
                .sum();
            let due = decided.values().sum::<i64>() - out;
            let posted: i64 = ledger.statement("payable:M1").unwrap().iter().map(|posted| posted.fen).sum();
            assert_eq!(posted, -due, "{seed}");
            let unpaid = ledger.begin().unwrap().pay("2025-01-31").unwrap(); // and not committed
            assert_eq!(unpaid.iter().map(|payment| payment.fen).sum::<i64>(), due.max(0));
            let mut reversed = std::collections::BTreeSet::new();
            ledger
                .each_entry(|entry| {
                    assert!(entry.reverses.is_none_or(|of| reversed.insert(of)));
                    assert!(!entry.transfers.is_empty() && entry.transfers.iter().all(|moved| moved.fen > 0));
                    Ok::<(), Fault>(())
                })
                .unwrap();
        }
    }
}

#[test]
fn a_closing_has_every_entry_once_and_another_root_for_any_other() {
    let mut ledger = ledger();
    let close = |ledger: &mut Ledger, through| {
        let book = ledger.begin().unwrap();
        let closing = book.close(through).unwrap();
        book.commit().unwrap();
        closing
    };
    assert_eq!(close(&mut ledger, Through::Day("2025-01-09")), None, "nothing is booked for that time");
    let first = close(&mut ledger, Through::Entry(2)).unwrap();
    assert_eq!((first.number, first.last, first.entries, first.previous.as_str()), (1, 2, 2, ""));
    assert_eq!(close(&mut ledger, Through::Entry(2)), Some(first.clone()), "asked again, it is the same");
    paid(&mut ledger);
    let second = close(&mut ledger, Through::Day("2025-01-10")).unwrap();
    assert_eq!((second.number, second.entries, &second.previous), (2, 2, &first.root));
    let third = close(&mut ledger, Through::Day("2025-12-31")).unwrap();
    assert_eq!((third.number, third.entries), (3, 1));
    let mut entries = Vec::new();
    for closing in ledger.closings().unwrap() {
        let take = |entry: crate::Entry| {
            entries.push(entry.entry);
            Ok::<(), Fault>(())
        };
        ledger.each_entry_of(&closing, take).unwrap();
    }
    assert_eq!(entries, [1, 2, 3, 4, 5]);
    assert_eq!(ledger.closings().unwrap(), [first, second, third]);
    assert_eq!(ledger.check().unwrap(), []);
}

/// What is changed so that all else is in order is no more what was closed; what became of a payment cannot be said otherwise either.
#[test]
fn what_was_closed_or_paid_and_changed_is_seen() {
    let edits: [(&str, Violation); 9] = [
        (
            "UPDATE transfer SET fen = 299 WHERE entry = 2; UPDATE decision SET fen = 299, digest = DIGEST WHERE claim = 'C2'",
            Violation::ClosingChanged(1),
        ),
        ("UPDATE transfer SET debit = 'expense:other' WHERE entry = 2", Violation::ClosingChanged(1)),
        ("UPDATE entry SET valid_on = '2025-01-11' WHERE seq = 2", Violation::ClosingChanged(1)),
        ("UPDATE rules SET fingerprint = 'other'", Violation::ClosingChanged(1)),
        ("UPDATE closing SET last = 3", Violation::ClosingChanged(1)),
        ("UPDATE payment SET fen = 1 WHERE state = 'sent'", Violation::PaymentChanged("P1-1-8b185014".into())),
        (
            "UPDATE transfer SET fen = 1 WHERE debit = 'payable:M1' AND credit = 'transit'",
            Violation::PaymentUnequal("P1-1-8b185014".into()),
        ),
        (
            "UPDATE transfer SET debit = 'somebody' WHERE debit = 'transit'",
            Violation::PaymentUnequal("P1-1-8b185014".into()),
        ),
        // confirmed, and never sent
        (
            "UPDATE payment SET reference = 'P9', digest = OTHER WHERE state = 'confirmed'",
            Violation::PaymentUnequal("P9".into()),
        ),
    ];
    for (edit, seen) in edits {
        let mut ledger = ledger();
        let sent = paid(&mut ledger);
        answered(&mut ledger, &sent[0].reference, State::Confirmed);
        let book = ledger.begin().unwrap();
        book.close(Through::Entry(4)).unwrap().unwrap();
        book.commit().unwrap();
        let digest = crate::digest(&["C2", "M1", PLAN, "1", "paid", "299", "2025-01-10", ""]);
        let other = crate::digest(&["P9", "confirmed", "1", "M1", "700", "2025-02-01", ""]);
        let edit = edit.replace("DIGEST", &format!("'{digest}'")).replace("OTHER", &format!("'{other}'"));
        let connection = &ledger.connection;
        connection.execute_batch(&edit).unwrap_err();
        let triggers: Vec<(String, String)> = connection
            .prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'")
            .unwrap()
            .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
            .unwrap()
            .collect::<Result<_, _>>()
            .unwrap();
        for (name, _) in &triggers {
            connection.execute_batch(&format!("DROP TRIGGER {name}")).unwrap();
        }
        connection.execute_batch(&edit).unwrap();
        for (_, sql) in &triggers {
            connection.execute_batch(sql).unwrap();
        }
        let wrong = ledger.check().unwrap();
        assert!(wrong.contains(&seen), "{edit}: {wrong:?}");
    }
}

#[test]
fn what_undoes_nothing_is_not_what_undoes_the_empty_id() {
    let mut ledger = Ledger::in_memory().unwrap();
    let book = ledger.begin().unwrap();
    assert_eq!(book.take(&settlement("S1", "a")).unwrap(), Taken::New);
    let other = Message { undoes: Some(""), ..settlement("S1", "a") };
    assert!(matches!(book.take(&other).unwrap(), Taken::Conflict { .. }));
}

#[test]
fn payers_at_one_time_send_what_is_due_once() {
    let folder = std::env::temp_dir().join(format!("huzhu-ledger-payers-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join("payers.db");
    let mut ledger = Ledger::open(&path).unwrap();
    let book = ledger.begin().unwrap();
    day(&book).unwrap();
    book.commit().unwrap();
    let pay = || paid(&mut Ledger::open(&path).unwrap());
    let sent: Vec<Payment> = std::thread::scope(|scope| {
        let payers: Vec<_> = (0..10).map(|_| scope.spawn(pay)).collect();
        payers.into_iter().flat_map(|payer| payer.join().unwrap()).collect()
    });
    assert_eq!(sent.iter().map(|payment| payment.fen).collect::<Vec<_>>(), [700]);
    assert_eq!(ledger.check().unwrap(), []);
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn a_decision_without_a_certificate_is_not_another_one() {
    let mut ledger = ledger();
    let with = Decision { certificate: Some("c0"), ..decision("C1", 400, "") };
    let rows = |ledger: &Ledger| ledger.rows().unwrap().into_iter().map(|(_, rows)| rows).sum::<i64>();
    let mut grown = Vec::new();
    for decision in [&with, &with, &decision("C1", 400, ""), &Decision { certificate: Some("c1"), ..with }] {
        let before = rows(&ledger);
        let book = ledger.begin().unwrap();
        assert_eq!(book.decide(decision, &parts(&[400])).unwrap().difference(), Some(0));
        book.commit().unwrap();
        grown.push(rows(&ledger) - before);
    }
    assert_eq!(grown, [1, 0, 0, 1]);
    assert_eq!(ledger.begin().unwrap().newest("C1").unwrap().unwrap().certificate.as_deref(), Some("c1"));
    assert_eq!(ledger.check().unwrap(), []);
}
