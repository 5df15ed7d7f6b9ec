//! Inputs as people have them, made for one test, and the program run on them.

use std::path::PathBuf;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::Value as Json;

use super::program::{Ran, huzhu};

/// The claims of the clerk: names, and a row for each claim.
pub(super) const CLAIMS: [[&str; 7]; 4] = [
    ["claim_id", "enrollment_id", "event_date", "cause", "personal_burden", "hospital_days", "disability_grade"],
    ["z-1", "e-赵", "2025-01-10", "accident", "2019.87", "51", ""],
    ["z-2", "e-赵", "2025-06-02", "accident", "320.00", "3", ""],
    ["q-1", "e-钱", "2025-03-04", "accident", "1234.50", "12", "9"],
];
/// Their titles, as the clerk writes them.
pub(super) const CLAIMS_IN_CHINESE: [&str; 7] =
    ["理赔编号", "参保编号", "事故日期", "原因", "个人负担（元）", "住院天数", "伤残等级"];
pub(super) const ENROLLMENTS: [[&str; 8]; 3] = [
    ["enrollment_id", "member_id", "plan", "shares", "coverage_start", "coverage_end", "birth_date", "occupation"],
    ["e-赵", "赵", "henan-accident", "2", "2025-01-01", "2025-12-31", "1990-05-05", "快递员"],
    ["e-钱", "钱", "henan-accident", "1", "2025-01-01", "2025-12-31", "1985-11-30", "courier"],
];
pub(super) const ENROLLMENTS_IN_CHINESE: [&str; 8] =
    ["参保编号", "会员编号", "计划", "持有份数", "保障起始日", "保障终止日", "出生日期", "职业"];

/// A table as a text, with this between columns.
pub(super) fn lines<const N: usize>(rows: &[[&str; N]], separator: &str) -> String {
    rows.iter().map(|row| row.join(separator) + "\n").collect()
}

/// The same table under other names.
pub(super) fn called<const N: usize, const M: usize>(
    names: [&'static str; N],
    rows: [[&'static str; N]; M],
) -> Vec<[&'static str; N]> {
    [names].into_iter().chain(rows.into_iter().skip(1)).collect()
}

/// A folder of its own, which goes with the test.
pub(super) struct Folder(PathBuf);

impl Folder {
    pub(super) fn new() -> Folder {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("huzhu-fed-{}-{number}", std::process::id()));
        let _gone = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).unwrap();
        Folder(folder)
    }

    pub(super) fn path(&self, name: &str) -> String {
        self.0.join(name).to_string_lossy().into_owned()
    }

    pub(super) fn file(&self, name: &str, bytes: impl AsRef<[u8]>) -> String {
        std::fs::write(self.0.join(name), bytes).unwrap();
        self.path(name)
    }

    pub(super) fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.0.join(name)).unwrap_or_else(|fault| panic!("{name}: {fault}"))
    }

    /// The plain inputs, in UTF-8.
    pub(super) fn plain(&self) -> [String; 2] {
        [self.file("plain-c.csv", lines(&CLAIMS, ",")), self.file("plain-e.csv", lines(&ENROLLMENTS, ","))]
    }

    /// The program under the plan of the clerk's tables alone: a folder of one pack is read in a fifth of the time.
    pub(super) fn huzhu(&self, arguments: &[&str]) -> Ran {
        let rules = self.path("rules");
        if !std::path::Path::new(&rules).exists() {
            std::fs::create_dir(&rules).unwrap();
            std::fs::copy("rules/henan-accident.toml", self.path("rules/henan-accident.toml")).unwrap();
        }
        huzhu(&[arguments, &["--rules", &rules]].concat())
    }

    /// A batch of two files; what it says, as JSON.
    pub(super) fn batch(&self, claims: &str, enrollments: &str, options: &[&str]) -> Json {
        let ran = self.ran(claims, enrollments, options);
        serde_json::from_str(&ran.out).unwrap_or_else(|_| panic!("{ran:?}"))
    }

    pub(super) fn ran(&self, claims: &str, enrollments: &str, options: &[&str]) -> Ran {
        let out = self.path("payouts.csv");
        let files = ["batch", "-c", claims, "-e", enrollments, "-o", &out, "--format", "json", "--force"];
        let arguments = [&files, options].concat();
        // what comes from elsewhere may be under any plan
        let are_ours = [claims, enrollments].iter().all(|path| path.starts_with(&self.path("")));
        if are_ours && !options.contains(&"--rules") { self.huzhu(&arguments) } else { huzhu(&arguments) }
    }

    /// The payouts of two files, in order, without the mark of their encoding.
    pub(super) fn payouts(&self, claims: &str, enrollments: &str, options: &[&str]) -> Vec<String> {
        self.decided(claims, enrollments, options).0
    }

    /// The payouts of two files, and what was said of them, as JSON.
    pub(super) fn decided(&self, claims: &str, enrollments: &str, options: &[&str]) -> (Vec<String>, Json) {
        let said = self.batch(claims, enrollments, options);
        let rejects = self.read("payouts.rejects.csv");
        assert_eq!(said["claims"]["rejected"], 0, "{rejects}");
        assert_eq!(said["enrollments"]["rejected"], 0, "{rejects}");
        let mut rows: Vec<String> =
            self.read("payouts.csv").trim_start_matches('\u{feff}').lines().map(str::to_owned).collect();
        rows.sort();
        (rows, said)
    }

    /// The rejected rows of the last batch, claims first: row, column and what is said in English, with the cell behind it if the row stands in a sheet.
    pub(super) fn rejects(&self) -> Vec<(String, String, String)> {
        let enrollments = "payouts.rejects.enrollments.csv";
        let has_enrollments = std::path::Path::new(&self.path(enrollments)).exists();
        let names = ["payouts.rejects.csv"].into_iter().chain(has_enrollments.then_some(enrollments));
        names.flat_map(|name| rejects_in(&self.read(name))).collect()
    }
}

fn rejects_in(text: &str) -> Vec<(String, String, String)> {
    let mut reader = csv::Reader::from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    let names = reader.headers().unwrap().clone();
    let place = |name: &str| names.iter().position(|found| found == name).unwrap_or_else(|| panic!("{names:?}"));
    let [row, column, reason, cell] = ["row", "column", "reason", "cell"].map(place);
    let told = |record: csv::StringRecord| {
        let cell = if record[cell].contains('!') { format!(" (cell `{}`)", &record[cell]) } else { String::new() };
        (record[row].to_owned(), record[column].to_owned(), format!("{}{cell}", &record[reason]))
    };
    reader.records().map(|record| told(record.unwrap())).collect()
}

impl Drop for Folder {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.0).unwrap();
    }
}

/// What the plain inputs pay.
pub(super) fn plain_payouts() -> Vec<String> {
    static PAYOUTS: LazyLock<Vec<String>> = LazyLock::new(decided_plain);
    PAYOUTS.clone()
}

fn decided_plain() -> Vec<String> {
    let folder = Folder::new();
    let [claims, enrollments] = folder.plain();
    let rows = folder.payouts(&claims, &enrollments, &[]);
    assert!(
        rows.iter().any(|row| row.starts_with("z-1,e-赵,henan-accident,") && row.contains(",paid,7119.87,")),
        "{rows:?}"
    );
    rows
}
