//! A ledger paid from, answered, closed, exported; and whatever is changed in it is seen, by the program and by the script that shares nothing with it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

use huzhu::settle::{self, Job, Mapping};

use crate::cli::{Ran, program, run};
use crate::settle::CATALOG;

static FOLDERS: AtomicU32 = AtomicU32::new(0);

/// A made-up city, whose two days are settled.
struct City {
    folder: PathBuf,
}

impl City {
    fn new() -> City {
        let number = FOLDERS.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("huzhu-ledger-city-{}-{number}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        City { folder }
    }

    fn settled() -> City {
        let city = City::new();
        city.settle("monday");
        city.settle("tuesday");
        city
    }

    fn place(&self, name: &str) -> String {
        self.folder.join(name).display().to_string()
    }

    fn huzhu(arguments: &[&str]) -> Ran {
        let mut command = program();
        command.args(arguments).args(["--lang", "en"]);
        run(command)
    }

    /// Settles one of the days of the demonstration.
    fn settle(&self, day: &str) {
        let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules/cases");
        let feed = cases.join(format!("{day}.jsonl"));
        let job = Job::new([feed], &cases.join("covers.csv"), &self.folder.join(format!("{day}.csv")));
        let job = job.ledger(&self.folder.join("ledger.db"));
        settle::run(&job, &CATALOG, &Mapping::shipped()).unwrap();
    }

    /// Asks the ledger; a name of a file stands for its place.
    fn ask(&self, arguments: &[&str]) -> Ran {
        let own = arguments.iter().map(|argument| match argument.strip_prefix('@') {
            Some(name) => self.place(name),
            None => (*argument).to_owned(),
        });
        let own: Vec<String> = own.collect();
        let ledger = format!("sqlite:{}", self.place("ledger.db"));
        let mut all = vec!["ledger"];
        all.extend(own.iter().map(String::as_str));
        all.extend(["--ledger", &ledger]);
        City::huzhu(&all)
    }

    fn done(&self, arguments: &[&str]) -> String {
        let ran = self.ask(arguments);
        assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{arguments:?}: {}", ran.out);
        ran.out
    }

    /// What the script says of files.
    fn script(&self, files: &[&str]) -> (i32, String) {
        let mut python = Command::new("python3");
        python.current_dir(env!("CARGO_MANIFEST_DIR")).arg("scripts/ledger.py");
        let ran = python.args(files.iter().map(|name| self.place(name))).output().expect("there is a python3");
        let said = String::from_utf8(ran.stdout).unwrap() + &String::from_utf8(ran.stderr).unwrap();
        (ran.status.code().unwrap(), said)
    }

    /// Copies of the ledger, each changed behind the program's back, with no trace in its schema: `0.db` by the first statements, and so on.
    fn edited(&self, edits: &[&str]) {
        let edit = "import shutil, sqlite3, sys\n\
            for number, edit in enumerate(sys.argv[2:]):\n\
            \x20 shutil.copy(sys.argv[1] + '/ledger.db', f'{sys.argv[1]}/{number}.db')\n\
            \x20 ledger = sqlite3.connect(f'{sys.argv[1]}/{number}.db')\n\
            \x20 triggers = ledger.execute(\"SELECT name, sql FROM sqlite_master WHERE type = 'trigger'\").fetchall()\n\
            \x20 for name, _ in triggers: ledger.execute('DROP TRIGGER ' + name)\n\
            \x20 ledger.executescript(edit)\n\
            \x20 for _, text in triggers: ledger.execute(text)\n\
            \x20 ledger.commit()\n\
            \x20 ledger.close()\n";
        let edited = Command::new("python3").args(["-c", edit]).arg(&self.folder).args(edits).status();
        assert!(edited.unwrap().success());
    }

    /// What the program finds wrong with a ledger, and with closings of it.
    fn wrong(&self, ledger: &str, closings: &[&str]) -> usize {
        let path = self.folder.join(ledger);
        let Ok(opened) = settle::open_ledger(&path) else { return 1 };
        let Ok(wrong) = settle::said(&path, opened.check()) else { return 1 };
        let files: Vec<PathBuf> = closings.iter().map(|name| self.folder.join(name)).collect();
        wrong.len() + settle::check_closings(&path, &opened, &files).map_or(1, |wrong| wrong.len())
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.folder.join(name)).unwrap()
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.folder.join(name), text).unwrap();
    }
}

impl Drop for City {
    fn drop(&mut self) {
        let _gone = fs::remove_dir_all(&self.folder);
    }
}

/// The cell of a table in a row (the first is 0) and a column.
fn cell(table: &str, row: usize, column: &str) -> String {
    let mut lines = table.lines();
    let place = lines.next().unwrap().split(',').position(|name| name == column).unwrap();
    lines.nth(row).unwrap().split(',').nth(place).unwrap().to_owned()
}

#[test]
fn what_is_due_is_paid_once_and_what_comes_back_is_paid_again() {
    let city = City::settled();
    let paid = city.done(&["pay", "--out", "@one.csv", "--on", "2025-03-11"]);
    assert!(paid.contains("Payments                   2\nControl sum (yuan)  3,650.00\n"), "{paid}");
    let sent = city.read("one.csv");
    let cells =
        |row| ["member_id", "amount", "day", "run", "payments", "control_sum"].map(|name| cell(&sent, row, name));
    assert_eq!(cells(0), ["MADE-UP-M1", "2700.00", "2025-03-11", "1", "2", "3650.00"]);
    assert_eq!(cells(1), ["MADE-UP-M2", "950.00", "2025-03-11", "1", "2", "3650.00"]);
    assert_eq!(city.ask(&["pay", "--out", "@one.csv"]).code, 2, "the file is there");
    let again = city.done(&["pay", "--out", "@two.csv"]);
    assert_eq!(again, "nothing more is due; `--run 1` writes the file of the last run again\n");
    city.done(&["pay", "--run", "1", "--out", "@two.csv"]);
    assert_eq!(city.read("two.csv"), sent);

    // the file that was sent, cut or changed, confirms nothing
    let (first, rest) = sent.split_once('\n').unwrap();
    let cut: Vec<&str> = rest.lines().take(1).collect();
    city.write("cut.csv", &format!("{first}\n{}\n", cut.concat()));
    let wrong = city.ask(&["confirm", "@cut.csv", "--on", "2025-03-12"]);
    assert_eq!((wrong.code, wrong.out.lines().last()), (1, Some("nothing is booked")), "{}", wrong.out);
    city.write("other.csv", &sent.replace("2700.00", "2600.00").replace("3650.00", "3550.00"));
    let wrong = city.ask(&["confirm", "@other.csv", "--on", "2025-03-12"]);
    assert!(wrong.code == 1 && wrong.out.starts_with("row 1: 2700.00 yuan were sent as `P1-1-"), "{}", wrong.out);

    let reference = cell(&sent, 0, "reference");
    city.write("answers.csv", &format!("付款编号,状态,原因\n{reference},退回,户名不符\nP9,成功,\n"));
    let unknown = city.ask(&["confirm", "@answers.csv", "--on", "2025-03-12"]);
    assert_eq!((unknown.code, unknown.out.as_str()), (1, "row 2: there is no payment `P9`\nnothing is booked\n"));
    let other = cell(&sent, 1, "reference");
    city.write("answers.csv", &format!("付款编号,状态,原因\n{reference},退回,户名不符\n{other},成功,\n"));
    let counts = |confirmed, returned, known| {
        format!("Confirmed     {confirmed}\nReturned      {returned}\nKnown before  {known}\n")
    };
    assert_eq!(city.done(&["confirm", "@answers.csv", "--on", "2025-03-12"]), counts(1, 1, 0));
    assert_eq!(city.done(&["confirm", "@answers.csv", "--on", "2025-03-12"]), counts(0, 0, 2));
    let over = city.ask(&["confirm", "@one.csv"]);
    assert!(over.code == 1 && over.out.contains("was returned before"), "{}", over.out);

    let statement = city.done(&["statement", "MADE-UP-M1"]);
    let tail =
        format!("Payments\n  {reference}  2025-03-12  returned  2,700.00  户名不符\n\ndue in all (yuan)  2,700.00\n");
    assert!(statement.ends_with(&tail), "{statement}");
    city.done(&["pay", "--out", "@three.csv", "--on", "2025-03-13"]);
    let third = city.read("three.csv");
    assert_eq!((third.lines().count(), cell(&third, 0, "amount").as_str()), (2, "2700.00"));
    assert_ne!(cell(&third, 0, "reference"), reference);
    assert_eq!(
        city.done(&["balance"]),
        "cash                                         -950.00\n\
         expense:henan-accident:hospital-allowance     650.00\n\
         expense:henan-accident:hospital-medical     3,000.00\n\
         payable:MADE-UP-M1                              0.00\n\
         payable:MADE-UP-M2                              0.00\n\
         transit                                    -2,700.00\n\
         in all                                          0.00\n"
    );
    city.done(&["check"]);
    assert_eq!(city.script(&["ledger.db"]).0, 0);
}

#[test]
fn what_was_paid_and_is_taken_back_is_to_be_recovered_and_not_paid_again() {
    let city = City::new();
    city.settle("monday");
    city.done(&["pay", "--out", "@one.csv", "--on", "2025-03-09"]);
    city.settle("tuesday"); // which takes 200.00 of it back
    let statement = city.done(&["statement", "MADE-UP-M1"]);
    assert!(statement.ends_with("\nto be recovered (yuan)  200.00\n"), "{statement}");
    city.done(&["pay", "--out", "@two.csv", "--on", "2025-03-11"]);
    let second = city.read("two.csv");
    assert_eq!((second.lines().count(), cell(&second, 0, "member_id").as_str()), (2, "MADE-UP-M2"));
}

#[test]
fn a_statement_and_its_accounts_are_in_the_readers_words() {
    let city = City::settled();
    let mut chinese = program();
    chinese.args(["ledger", "statement", "MADE-UP-M2", "--lang", "zh", "--ledger"]);
    chinese.arg(format!("sqlite:{}", city.place("ledger.db")));
    assert_eq!(
        run(chinese).out,
        "会员 MADE-UP-M2\n\
         编号  日期        事由                             账户                金额（元）  应付（元）\n\
         2     2025-01-18  理赔 MADE-UP-S6/MADE-UP-E2 给付  意外住院津贴            150.00      150.00\n\
         2     2025-01-18  理赔 MADE-UP-S6/MADE-UP-E2 给付  意外住院医疗互助金      800.00      950.00\n\
         \n\
         应付合计（元）  950.00\n"
    );
    let mut balance = program();
    balance.args(["ledger", "balance", "--lang", "zh", "--ledger"]).arg(format!("sqlite:{}", city.place("ledger.db")));
    let balance = run(balance).out;
    assert!(!balance.contains("expense") && !balance.contains("payable"), "{balance}");
}

#[test]
fn all_entries_are_exported_and_every_column_of_amounts_sums_to_the_other() {
    let city = City::settled();
    city.done(&["pay", "--out", "@one.csv", "--on", "2025-03-11"]);
    assert_eq!(city.done(&["export", "--out", "@entries.csv"]), "lines written: 20\n");
    let table = city.read("entries.csv");
    let fen = |column: &str| -> u64 {
        let cells = (0..20).map(|row| cell(&table, row, column).replace('.', ""));
        cells.filter(|cell| !cell.is_empty()).map(|cell| cell.parse::<u64>().unwrap()).sum()
    };
    assert_eq!((fen("debit"), fen("debit")), (fen("credit"), 1_310_000));
    assert_eq!(city.ask(&["export", "--out", "@entries.csv"]).code, 2);
    city.done(&["export", "--force", "--out", "@entries.csv"]);
    assert_eq!(city.read("entries.csv"), table);
    assert_eq!(city.ask(&["export", "--out", "@entries.txt"]).code, 2);
    assert!(!Path::new(&city.place("entries.txt")).exists());
    let misplaced = city.ask(&["balance", "--out", "@entries.csv"]);
    assert_eq!(misplaced.err, "error: `--out` goes with another question\n");
    assert_eq!(city.ask(&["close", "--out", "@c.jsonl"]).err, "error: `--through` is needed, too\n");
}

#[test]
fn a_closing_is_checked_with_the_ledger_and_without() {
    let city = City::new();
    city.settle("monday");
    assert_eq!(
        city.ask(&["close", "--through", "2025-01-01", "--out", "@one.jsonl"]).code,
        2,
        "nothing is to be closed"
    );
    let closed = city.done(&["close", "--through", "2025-03-31", "--out", "@one.jsonl"]);
    assert!(closed.starts_with("Closing  1\nEntries  1\nroot  "), "{closed}");
    city.done(&["close", "--through", "2025-03-31", "--out", "@same.jsonl"]);
    assert_eq!(city.read("one.jsonl"), city.read("same.jsonl"));
    city.settle("tuesday");
    city.done(&["close", "--through", "2", "--out", "@two.jsonl"]);
    city.done(&["close", "--through", "2025-12-31", "--out", "@three.jsonl"]);
    let files = ["one.jsonl", "two.jsonl", "three.jsonl"];
    assert_eq!(files.map(|file| city.read(file).lines().count()), [2, 2, 3]);
    city.done(&["check", "--closing", "@one.jsonl", "@two.jsonl", "@three.jsonl"]);
    let (code, said) = city.script(&["ledger.db", "one.jsonl", "two.jsonl", "three.jsonl"]);
    assert_eq!((code, said.matches("in order").count()), (0, 4), "{said}");
    let root = said_of(&city.read("three.jsonl"), "root");
    for (noted, code) in [(root.as_str(), 0), ("3f0c", 1)] {
        let mut python = Command::new("python3");
        python.current_dir(env!("CARGO_MANIFEST_DIR")).arg("scripts/ledger.py").arg(city.place("three.jsonl"));
        assert_eq!(python.args(["--root", noted]).output().unwrap().status.code(), Some(code));
    }
    // the last one changed in one place
    let three = city.read("three.jsonl");
    let cut: String = three.split_inclusive('\n').take(2).collect();
    let changed = [
        three.replacen("50000", "50001", 1),
        three.replacen("MADE-UP-M1", "MADE-UP-M2", 1),
        three.replacen("\"transfers\"", "\"more\":1,\"transfers\"", 1),
        three.replacen("\"number\":3", "\"number\":4", 1),
        three.trim_end().to_owned(),
        cut,
        three.lines().rev().collect::<Vec<_>>().join("\n"),
    ];
    let names: Vec<String> = (0..changed.len()).map(|place| format!("changed-{place}.jsonl")).collect();
    for (name, text) in names.iter().zip(&changed) {
        assert_ne!(*text, three, "{name}");
        city.write(name, text);
        assert!(city.wrong("ledger.db", &[name]) > 0, "{name}");
    }
    let (last, names) = names.split_last().unwrap();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let (code, said) = city.script(&names);
    assert!(code == 1 && names.iter().all(|name| said.contains(&format!("{}: ", city.place(name)))), "{said}");
    assert!(!said.contains("in order"), "{said}");
    assert_eq!(city.script(&[last]).0, 2, "it does not begin as a closing does");
}

fn said_of(closing: &str, key: &str) -> String {
    let head: serde_json::Value = serde_json::from_str(closing.lines().next().unwrap()).unwrap();
    head[key].as_str().unwrap().to_owned()
}

#[test]
fn whatever_is_changed_in_the_file_is_seen_by_both() {
    let city = City::settled();
    city.done(&["pay", "--out", "@one.csv", "--on", "2025-03-11"]);
    city.done(&["close", "--through", "2025-03-31", "--out", "@one.jsonl"]);
    let whole = fs::read(city.folder.join("ledger.db")).unwrap();
    let edits = [
        "UPDATE transfer SET fen = fen + 1 WHERE seq = 1",
        "UPDATE transfer SET credit = 'payable:MADE-UP-M2' WHERE seq = 1",
        "UPDATE transfer SET debit = 'expense:other:one' WHERE entry = 2",
        "DELETE FROM transfer WHERE entry = (SELECT MAX(seq) FROM entry); DELETE FROM entry WHERE seq = (SELECT MAX(seq) FROM entry)",
        "DELETE FROM transfer WHERE seq = 1",
        "DELETE FROM message WHERE seq = (SELECT MIN(seq) FROM message)",
        "UPDATE message SET content = '{}' WHERE seq = 1",
        "UPDATE decision SET fen = fen + 1 WHERE seq = 1",
        "UPDATE payment SET owner = 'MADE-UP-M9' WHERE seq = 1",
        "UPDATE entry SET reverses = NULL WHERE reverses IS NOT NULL",
        "UPDATE entry SET valid_on = '2025-01-01' WHERE seq = 1",
        "UPDATE closing SET entries = 4",
        "UPDATE rules SET fingerprint = 'other'",
    ];
    city.edited(&edits);
    let names: Vec<String> = (0..edits.len()).map(|place| format!("{place}.db")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let (code, said) = city.script(&names);
    assert_eq!(code, 1, "{said}");
    for (name, edit) in names.iter().zip(edits) {
        assert!(city.wrong(name, &[]) > 0, "{edit}");
        let is_seen = |line: &str| line.starts_with(&format!("{}: ", city.place(name))) && !line.contains("in order");
        assert!(said.lines().any(is_seen), "{edit}: {said}");
    }
    let checked = city.ask(&["check"]);
    assert_eq!((checked.code, city.script(&["ledger.db", "one.jsonl"]).0), (0, 0), "{}", checked.out);
    // a closing that was made anew for what was changed is not the one that was kept
    city.edited(&["DELETE FROM closing"]);
    fs::rename(city.folder.join("0.db"), city.folder.join("ledger.db")).unwrap();
    city.done(&["close", "--through", "2", "--out", "@other.jsonl"]);
    let checked = city.ask(&["check", "--closing", "@one.jsonl"]);
    assert_eq!((checked.code, city.script(&["ledger.db", "one.jsonl"]).0), (1, 1), "{}", checked.out);
    // the file cut, at the end and in the middle of a page
    for length in [whole.len() - 4096, whole.len() / 2 + 100, 100] {
        fs::write(city.folder.join("ledger.db"), &whole[..length]).unwrap();
        assert!(city.wrong("ledger.db", &[]) > 0, "{length}");
        assert!(city.script(&["ledger.db"]).0 > 0, "{length}");
    }
}

#[test]
fn a_decision_carries_its_certificate_and_a_certificate_is_written_on_demand() {
    let city = City::new();
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules/cases");
    let feed = ["monday.jsonl", "tuesday.jsonl"].map(|day| cases.join(day));
    let job = Job::new(feed, &cases.join("covers.csv"), &city.folder.join("out.csv"));
    let job = job.ledger(&city.folder.join("ledger.db")).force();
    settle::run(&job.clone().certify(), &CATALOG, &Mapping::shipped()).unwrap();
    let rows = settle::open_ledger(&city.folder.join("ledger.db")).unwrap().rows().unwrap();
    settle::run(&job, &CATALOG, &Mapping::shipped()).unwrap();
    assert_eq!(settle::open_ledger(&city.folder.join("ledger.db")).unwrap().rows().unwrap(), rows);

    let certify = |claim: &str, catalog: &huzhu::Catalog| {
        let [ledger, out] = ["ledger.db", "certificate.json"].map(|name| city.folder.join(name));
        settle::certificate(&ledger, claim, catalog, &Mapping::shipped(), &out, true)
    };
    let certified = certify("MADE-UP-S5/MADE-UP-E1", &CATALOG).unwrap();
    assert_eq!(certified.kept.as_ref(), Some(&certified.digest));
    let text = city.read("certificate.json");
    let verified = huzhu::verify::certificate(text.as_bytes()).unwrap();
    assert_eq!(verified.payable(), "2700");
    assert!(text.contains(&certified.digest));
    assert!(certify("MADE-UP-S9/MADE-UP-E1", &CATALOG).unwrap_err().is_input());
    // by other rules it is another one
    let rules = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules/henan-accident.toml");
    let other = fs::read_to_string(rules).unwrap().replacen("10_000 yuan", "11_000 yuan", 1);
    let other = huzhu::Catalog::read([("henan-accident.toml".to_owned(), other.into_bytes())]).unwrap();
    assert!(certify("MADE-UP-S5/MADE-UP-E1", &other).unwrap_err().is_certificate());
    // the program says the same, and a closing has the digest
    let said = city.done(&["certificate", "MADE-UP-S6/MADE-UP-E2", "--out", "@S6.json"]);
    assert!(said.ends_with(", as the ledger has kept it\n"), "{said}");
    city.done(&["close", "--through", "2025-12-31", "--out", "@one.jsonl"]);
    assert!(city.read("one.jsonl").contains(&format!("\"certificate\":\"{}\"", certified.digest)));
    assert_eq!(city.script(&["ledger.db", "one.jsonl"]).0, 0);
}
