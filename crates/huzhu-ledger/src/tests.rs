//! What a ledger keeps, refuses and proves.

use crate::{Book, Decision, Fault, Ledger, Message, Part, Taken, Violation};

const PLAN: &str = "henan-accident";

fn settlement<'m>(id: &'m str, content: &'m str) -> Message<'m> {
    Message { kind: "settlement", id, owner: "M1", undoes: None, content }
}

fn decision<'d>(claim: &'d str, fen: i64, content: &'d str) -> Decision<'d> {
    let outcome = if fen > 0 { "paid" } else { "denied" };
    Decision { claim, owner: "M1", plan: PLAN, version: "1", outcome, fen, valid_on: "2025-01-10", content }
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
    assert_eq!(rows(&ledger), [before[0], before[1], before[2] + 1, before[3], before[4]]);
}

#[test]
fn a_writer_that_stops_at_any_write_leaves_the_ledger_as_it_was() {
    let mut ledger = Ledger::in_memory().unwrap();
    let before = ledger.rows().unwrap();
    let mut writes = 0;
    loop {
        ledger.fail_after(Some(writes));
        let book = ledger.begin().unwrap();
        let done = day(&book).and_then(|()| book.commit());
        assert_eq!(ledger.check().unwrap(), []);
        if done.is_ok() {
            break;
        }
        assert_eq!(ledger.rows().unwrap(), before);
        writes += 1;
    }
    assert_ne!(ledger.rows().unwrap(), before);
    assert_eq!(writes, 18); // of which the last is the commit
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
            "INSERT INTO entry VALUES (5, 4, NULL, '2025-01-10'); INSERT INTO transfer VALUES (7, 5, 'a', 'b', 1)",
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
    rusqlite::Connection::open(path("newer.db")).unwrap().pragma_update(None, "user_version", 2).unwrap();
    assert!(matches!(Ledger::open(&path("newer.db")), Err(Fault::Newer { schema: 2, known: 1 })));
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
