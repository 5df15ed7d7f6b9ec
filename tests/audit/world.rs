//! Claims of a made-up plan, decided and recorded.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use huzhu::Catalog;
use huzhu::audit::{Audit, Summary};
use huzhu::batch::{self, Job};

const PLAN: &str = include_str!("plan.toml");
/// The rate of each version.
const RATES: [&str; 2] = ["75%", "80%"];

/// A claim with its enrollment, amounts in fen.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    pub(crate) id: String,
    pub(crate) enrollment: String,
    pub(crate) member: String,
    pub(crate) shares: u64,
    /// 1 or 2: covers from January or from July.
    pub(crate) version: usize,
    pub(crate) pinned: Option<usize>,
    /// The day of the event, from the first of the cover.
    pub(crate) day: u64,
    pub(crate) cause: &'static str,
    pub(crate) days: u64,
    pub(crate) total: i64,
    pub(crate) fund: i64,
    pub(crate) other: i64,
    pub(crate) burden: i64,
}

/// A folder with everything that an audit reads.
pub(crate) struct World {
    folder: PathBuf,
    pub(crate) catalog: Catalog,
    pub(crate) rows: Vec<Row>,
}

impl World {
    pub(crate) fn new(name: &str, claims: usize) -> World {
        let folder = std::env::temp_dir().join(format!("huzhu-audit-{name}-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let world = World { folder, catalog: catalog(str::to_owned), rows: rows(claims) };
        write(&world.folder, &world.rows);
        world
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// What is due, in fen, by claim.
    pub(crate) fn due(&self) -> BTreeMap<String, i64> {
        self.otherwise(&self.catalog, &self.rows)
    }

    /// What another system would pay that has other rules or reads other facts.
    pub(crate) fn otherwise(&self, catalog: &Catalog, rows: &[Row]) -> BTreeMap<String, i64> {
        self.decided(catalog, rows).0
    }

    /// What is due, and what each benefit pays of it.
    pub(crate) fn decided(
        &self,
        catalog: &Catalog,
        rows: &[Row],
    ) -> (BTreeMap<String, i64>, BTreeMap<(String, String), i64>) {
        let folder = self.folder.join("other");
        fs::create_dir_all(&folder).unwrap();
        write(&folder, rows);
        let (out, lines) = (folder.join("out.csv"), folder.join("lines.csv"));
        let job = Job::new(folder.join("claims.csv"), folder.join("enrollments.csv"), &out).lines(&lines).force();
        batch::run(&job, catalog, &()).unwrap();
        let payouts = table(&out).map(|fields| (fields[0].clone(), fen(&fields[5])));
        let benefits = table(&lines).map(|fields| ((fields[0].clone(), fields[1].clone()), fen(&fields[3])));
        (payouts.collect(), benefits.collect())
    }

    pub(crate) fn audit(&self, recorded: &[String]) -> Summary {
        self.audit_with(recorded, |audit| audit)
    }

    pub(crate) fn audit_with(&self, recorded: &[String], change: impl FnOnce(Audit) -> Audit) -> Summary {
        huzhu::audit::run(&change(self.audit_of(recorded)), &self.catalog, &()).unwrap()
    }

    /// An audit of these rows, before it is run.
    pub(crate) fn audit_of(&self, recorded: &[String]) -> Audit {
        let path = self.path("recorded.csv");
        fs::write(&path, format!("claim_id,payable\n{}\n", recorded.join("\n"))).unwrap();
        let (claims, enrollments) = (self.path("claims.csv"), self.path("enrollments.csv"));
        Audit::new(claims, enrollments, path, self.path("differences.csv")).force()
    }

    /// Claims of an enrollment that is not there, behind the others.
    pub(crate) fn add_claims_without_enrollment(&self, ids: &[String]) {
        let mut claims = fs::read_to_string(self.path("claims.csv")).unwrap();
        for id in ids {
            writeln!(claims, "{id},E-none,2026-02-01,accident,5,100.00,0.00,0.00,100.00").unwrap();
        }
        fs::write(self.path("claims.csv"), claims).unwrap();
    }
}

impl Drop for World {
    fn drop(&mut self) {
        let _left = fs::remove_dir_all(&self.folder);
    }
}

/// The plan in both versions, each changed.
pub(crate) fn catalog(change: impl Fn(&str) -> String) -> Catalog {
    let version = |number: usize| {
        let effective = match number {
            1 => "{ from = 2026-01-01, until = 2026-06-30, by = \"coverage_start\" }",
            _ => "{ from = 2026-07-01, by = \"coverage_start\" }",
        };
        let text = PLAN.replace("VERSION", &number.to_string()).replace("EFFECTIVE", effective);
        let text = change(&text.replace("RATE", RATES[number - 1]));
        (format!("clinic.{number}.toml"), text.into_bytes())
    };
    Catalog::read([1, 2].map(version)).unwrap_or_else(|wrong| panic!("{wrong}"))
}

/// The same numbers for the same places, and no pattern between them.
struct Lot(u64);

impl Lot {
    fn draw(&mut self, below: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % below
    }
}

/// A third of the members have several claims, some of them on one day.
fn rows(claims: usize) -> Vec<Row> {
    let mut lot = Lot(2026);
    let mut rows: Vec<Row> = Vec::new();
    let mut member = 0;
    while rows.len() < claims {
        member += 1;
        let (shares, version, first) = (1 + lot.draw(4), 1 + usize::from(lot.draw(3) == 0), lot.draw(350));
        let count = [1, 1, 1, 1, 2, 3][usize::try_from(lot.draw(6)).unwrap()];
        let same_day = lot.draw(2) == 0;
        for turn in 0..count {
            let total = i64::try_from(20_000 + lot.draw(2_000_000)).unwrap();
            let (fund, other) =
                (total * i64::try_from(lot.draw(70)).unwrap() / 100, if lot.draw(3) == 0 { total / 20 } else { 0 });
            rows.push(Row {
                id: format!("C{:06}", rows.len()),
                enrollment: format!("E{member}"),
                member: format!("M{member}"),
                shares,
                version,
                pinned: None,
                day: if same_day { first } else { (first + turn * 9).min(364) },
                cause: if lot.draw(20) == 0 { "illness" } else { "accident" },
                days: 1 + lot.draw(40),
                total,
                fund,
                other,
                burden: total - fund - other,
            });
        }
    }
    rows.truncate(claims);
    rows
}

pub(crate) fn write(folder: &Path, rows: &[Row]) {
    let mut claims =
        "claim_id,enrollment_id,event_date,cause,hospital_days,total_cost,fund_paid,other_paid,personal_burden\n"
            .to_owned();
    let mut enrollments = BTreeMap::new();
    for row in rows {
        let (start, end) = match row.version {
            1 => ("2026-01-01", "2026-12-31"),
            _ => ("2026-08-01", "2027-07-31"),
        };
        let event = start.parse::<chrono::NaiveDate>().unwrap() + chrono::Days::new(row.day);
        let [total, fund, other, burden] = [row.total, row.fund, row.other, row.burden].map(yuan);
        let Row { id, enrollment, member, shares, cause, days, .. } = row;
        writeln!(claims, "{id},{enrollment},{event},{cause},{days},{total},{fund},{other},{burden}").unwrap();
        let pinned = row.pinned.map(|version| version.to_string()).unwrap_or_default();
        enrollments.insert(enrollment, format!("{enrollment},{member},clinic,{pinned},{shares},{start},{end}\n"));
    }
    let head = "enrollment_id,member_id,plan,plan_version,shares,coverage_start,coverage_end\n";
    fs::write(folder.join("claims.csv"), claims).unwrap();
    fs::write(folder.join("enrollments.csv"), head.to_owned() + &enrollments.into_values().collect::<String>())
        .unwrap();
}

fn table(path: &Path) -> impl Iterator<Item = Vec<String>> {
    let text = fs::read_to_string(path).unwrap();
    let lines: Vec<Vec<String>> =
        text.lines().skip(1).map(|line| line.split(',').map(str::to_owned).collect()).collect();
    lines.into_iter()
}

/// An amount with two places in fen.
pub(crate) fn fen(text: &str) -> i64 {
    text.replace('.', "").parse().unwrap()
}

pub(crate) fn yuan(fen: i64) -> String {
    let sign = if fen < 0 { "-" } else { "" };
    format!("{sign}{}.{:02}", fen.abs() / 100, fen.abs() % 100)
}
