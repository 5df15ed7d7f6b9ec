//! Random histories for a pack: members, their enrollments and their claims, as rows of texts.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};

use super::expressions::amount;
use super::packs::{Drawn, OwnFact, PLAN};
use crate::oracle::draw::Draw;

/// A row of columns; what is not given is not there.
pub(crate) type Row = BTreeMap<String, String>;

#[derive(Debug, Clone)]
pub(crate) struct Member {
    pub(crate) enrollments: Vec<Row>,
    pub(crate) claims: Vec<Row>,
}

pub(crate) fn member(drawn: &Drawn, reads: &dyn Fn(&str) -> bool, number: usize, draw: &mut Draw) -> Member {
    let own: Vec<&OwnFact> = drawn.own.iter().filter(|own| reads(&own.name)).collect();
    let (told, is_plain) = (draw.one_of(&[100, 100, 100, 97, 75]), draw.chance(70));
    let mut teller = Teller { drawn, own, draw, told, is_plain, dates: Vec::new() };
    teller.dates = (0..3).map(|_| teller.day()).collect();
    let mut enrollments: Vec<Row> =
        (0..teller.draw.one_of(&[1, 1, 2, 3])).map(|index| teller.enrollment(number, index)).collect();
    enrollments.sort_by_key(|row| row.get("coverage_start").cloned());
    born_once(&mut enrollments);
    if is_plain {
        follow_one_another(&mut enrollments);
    }
    let mut claims: Vec<Row> = Vec::new();
    for index in 0..teller.draw.between(1, 8) {
        let at = teller.draw.between(0, i64::try_from(enrollments.len()).expect("few") - 1);
        let enrollment = &enrollments[usize::try_from(at).expect("not negative")];
        let mut claim = if !is_plain && !claims.is_empty() && teller.draw.chance(20) {
            teller.reversal(&claims)
        } else {
            teller.claim(enrollment)
        };
        // The order of the ids is not that of the rows.
        claim.insert("claim_id".to_owned(), format!("C{number}-{}", (index * 5) % 8));
        // A cover that starts later has the later claims.
        let mut enrollment = enrollment;
        if is_plain {
            let has_begun = |row: &&Row| row.get("coverage_start") <= claim.get("event_date");
            enrollment = enrollments.iter().rfind(has_begun).unwrap_or(&enrollments[0]);
        }
        claim.insert("enrollment_id".to_owned(), enrollment["enrollment_id"].clone());
        claims.push(claim);
    }
    Member { enrollments, claims }
}

struct Teller<'a> {
    drawn: &'a Drawn,
    own: Vec<&'a OwnFact>,
    draw: &'a mut Draw,
    /// How many facts of a hundred are told.
    told: i64,
    /// Whether nothing about the member is out of the ordinary.
    is_plain: bool,
    /// Days on which much happens to the member.
    dates: Vec<NaiveDate>,
}

/// A member is one person: two dates of birth pend every claim, which other tests look at.
fn born_once(enrollments: &mut [Row]) {
    let born = enrollments.iter().find_map(|row| row.get("birth_date").cloned());
    for row in enrollments {
        if let (Some(told), Some(born)) = (row.get_mut("birth_date"), &born) {
            told.clone_from(born);
        }
    }
}

/// A cover that would overlap the one before it starts on the day after that, and is as long as it was.
fn follow_one_another(enrollments: &mut [Row]) {
    let day = |row: &Row, name: &str| row.get(name).and_then(|text| text.parse::<NaiveDate>().ok());
    let mut last: Option<NaiveDate> = None;
    for row in enrollments {
        let (Some(start), Some(end)) = (day(row, "coverage_start"), day(row, "coverage_end")) else { continue };
        let from = last.filter(|last| *last >= start).map_or(start, |last| plus(last, 1));
        let until = plus(from, (end - start).num_days());
        row.insert("coverage_start".to_owned(), from.to_string());
        row.insert("coverage_end".to_owned(), until.to_string());
        last = last.max(Some(until));
    }
}

impl Teller<'_> {
    fn enrollment(&mut self, number: usize, index: i64) -> Row {
        let mut row = Row::new();
        row.insert("enrollment_id".to_owned(), format!("E{number}-{index}"));
        row.insert("member_id".to_owned(), format!("M{number}"));
        let plan = if self.is_plain || self.draw.between(0, 99) > 0 { PLAN } else { "drown" };
        row.insert("plan".to_owned(), plan.to_owned());
        if self.draw.chance(10) {
            let version = self.draw.one_of(&["v1", "v1", "v1", "v1", "v2"]);
            row.insert("plan_version".to_owned(), version.to_owned());
        }
        let start = match self.draw.between(0, 5) {
            0..=2 => date(2025, 1, 1),
            3 => date(2025, 7, 1),
            4 => date(2025, 6, 30),
            _ => self.day(),
        };
        self.date_that_counts(&mut row, "coverage_start", start);
        let length = self.draw.one_of(&[364, 364, 364, 180, 30, 0]);
        let end = if self.draw.chance(98) { plus(start, length) } else { plus(start, -1) };
        self.tell(&mut row, "coverage_end", end.to_string());
        let shares = match self.draw.between(0, 3) {
            0 => self.edge(&self.drawn.edges.plain, 1).clamp(1, 1000),
            _ => self.draw.between(1, 4),
        };
        let shares = if self.draw.chance(99) { shares.to_string() } else { "1001".to_owned() };
        self.tell(&mut row, "shares", shares);
        let years = match self.draw.between(0, 2) {
            0 => u32::try_from(self.edge(&self.drawn.edges.plain, 1).clamp(0, 90)).expect("not negative"),
            _ => self.draw.one_of(&[15, 16, 17, 30, 30, 45, 60, 61, 64]),
        };
        let born = match self.draw.between(0, 3) {
            0 => start.checked_sub_months(chrono::Months::new(12 * years)).expect("in the calendar"),
            1 => date(1992, 2, 29),
            _ => plus(date(1960, 1, 1), self.draw.between(0, 18_000)),
        };
        let born = if self.draw.chance(50) { plus(born, self.draw.between(-1, 1)) } else { born };
        self.tell(&mut row, "birth_date", born.to_string());
        if self.draw.chance(50) {
            let gap = self.edge(&self.drawn.edges.days, 1).clamp(0, 400);
            let before = if self.draw.chance(50) { gap } else { self.draw.between(0, 70) };
            row.insert("previous_coverage_end".to_owned(), plus(start, -before).to_string());
        }
        if self.draw.chance(30) {
            let gifted = self.draw.between(0, 5);
            row.insert("gifted_shares".to_owned(), gifted.to_string());
        }
        for (fact, values) in [
            ("occupation", ["courier", "truck-driver", "care-worker", "miner"]),
            ("insured_as", ["employee", "resident", "none", "employee"]),
            ("employment", ["active", "retired", "active", "active"]),
        ] {
            let value = if self.draw.chance(99) { self.draw.one_of(&values) } else { "something-else" };
            self.tell(&mut row, fact, value.to_owned());
        }
        self.own_facts(&mut row, "enrollment");
        row
    }

    fn claim(&mut self, enrollment: &Row) -> Row {
        let mut row = Row::new();
        let known = |name: &str| enrollment.get(name).and_then(|date| date.parse::<NaiveDate>().ok());
        let event = match self.draw.between(0, 9) {
            0..=4 => self.dates[usize::try_from(self.draw.between(0, 2)).expect("not negative")],
            5 => known("coverage_start").unwrap_or(self.dates[0]),
            6 => known("coverage_end").unwrap_or(self.dates[1]),
            7 => {
                let days = self.edge(&self.drawn.edges.days, 1).clamp(0, 2000);
                plus(known("coverage_start").unwrap_or(self.dates[0]), days - 1)
            }
            _ => self.day(),
        };
        self.date_that_counts(&mut row, "event_date", event);
        let reported = self.draw.between(-1, 90);
        self.tell(&mut row, "reported_on", plus(event, reported).to_string());
        let settled = self.draw.between(0, 40);
        self.tell(&mut row, "setl_time", plus(event, settled).to_string());
        let cause = self.draw.one_of(&["accident", "illness", "illness", "sudden-death"]);
        self.tell(&mut row, "cause", cause.to_owned());
        let death = self.draw.chance(20);
        self.tell(&mut row, "death", death.to_string());
        if self.draw.chance(30) {
            let grade = self.draw.between(1, 10);
            row.insert("disability_grade".to_owned(), grade.to_string());
        }
        let grade = self.draw.one_of(&["1", "2", "3", "3"]);
        self.tell(&mut row, "hospital_grade", grade.to_owned());
        if self.draw.chance(60) {
            let class = self.draw.one_of(&["stroke", "lupus", "a-cold"]);
            row.insert("illness_class".to_owned(), class.to_owned());
        }
        let rate = self.draw.one_of(&["0", "0.5", "0.12345678", "1", "0.1", "0.3333"]);
        self.tell(&mut row, "pool_prop_selfpay", rate.to_owned());
        self.stay(&mut row, event);
        self.costs(&mut row);
        self.own_facts(&mut row, "claim");
        for (flag, bad) in [("refd_setl_flag", "1"), ("vali_flag", "0")] {
            if self.draw.chance(2) {
                row.insert(flag.to_owned(), bad.to_owned());
            }
        }
        row
    }

    fn stay(&mut self, row: &mut Row, event: NaiveDate) {
        let days = match self.draw.between(0, 3) {
            0 => self.edge(&self.drawn.edges.days, 1).clamp(0, 36_500),
            1 => 0,
            _ => self.draw.between(1, 60),
        };
        let admitted = plus(event, self.draw.between(0, 3));
        let discharged = if self.draw.chance(99) { plus(admitted, days) } else { plus(admitted, -1) };
        match self.draw.between(0, 5) {
            0 | 1 => self.tell(row, "hospital_days", days.to_string()),
            2 => {
                self.tell(row, "begndate", admitted.to_string());
                self.tell(row, "enddate", discharged.to_string());
            }
            3 => {
                row.insert("hospital_days".to_owned(), days.max(1).to_string());
                row.insert("admitted".to_owned(), admitted.to_string());
                row.insert("discharged".to_owned(), discharged.to_string());
            }
            _ => {
                self.tell(row, "admitted", admitted.to_string());
                self.tell(row, "discharged", discharged.to_string());
            }
        }
    }

    fn costs(&mut self, row: &mut Row) {
        let (burden, fund, other) = (self.money(), self.money(), if self.draw.chance(30) { self.money() } else { 0 });
        let (hospital, own) = (if self.draw.chance(20) { self.money() } else { 0 }, self.money());
        let mut put = |name: &str, cents: i64| drop(row.insert(name.to_owned(), amount(cents)));
        match self.draw.between(0, 9) {
            // What is told agrees.
            0..=3 => {
                put("other_paid", other);
                put("personal_burden", burden);
                put("total_cost", burden + fund + other);
                put("fund_paid", fund);
                if own % 2 == 0 {
                    put("medfee_sumamt", burden + fund + other);
                    put("psn_part_amt", burden + other);
                    put("cvlserv_pay", hospital);
                }
            }
            4 | 5 => {
                put("personal_burden", burden);
                if other > 0 {
                    put("other_paid", other);
                }
            }
            6 => {
                put("total_cost", burden + fund);
                put("fund_paid", fund);
            }
            // A settlement record.
            7 | 8 => {
                put("medfee_sumamt", fund + burden + hospital + own);
                put("fulamt_ownpay_amt", own);
                put("overlmt_selfpay", 0);
                put("preselfpay_amt", 0);
                put("inscp_scp_amt", fund + burden + hospital);
                put("fund_pay_sumamt", fund);
                put("psn_part_amt", burden + own);
                if hospital > 0 {
                    put("hosp_part_amt", hospital);
                }
                if fund % 2 == 0 {
                    put("cvlserv_pay", fund / 2);
                    put("hifp_pay", fund - fund / 2);
                    for name in ["hifes_pay", "hifmi_pay", "hifob_pay", "maf_pay", "oth_pay"] {
                        put(name, 0);
                    }
                }
            }
            // What is told may contradict itself.
            _ => {
                put("personal_burden", burden);
                put("total_cost", own);
                put("fund_paid", fund);
                put("cvlserv_pay", hospital);
            }
        }
        if !row.contains_key("fulamt_ownpay_amt") {
            let pool = if self.draw.chance(50) { burden } else { self.money() };
            self.tell(row, "in_pool_burden", amount(pool));
            self.tell(row, "self_funded", amount(own));
        }
        let credit = self.money();
        if !row.contains_key("cvlserv_pay") && !row.contains_key("medfee_sumamt") && self.draw.chance(60) {
            row.insert("cvlserv_pay".to_owned(), amount(credit));
        }
        let cheated = self.draw.between(1, 300);
        if cheated == 1 {
            let bad = self.draw.one_of(&["-1", "1.234", "much", "9999999999999999"]);
            row.insert("self_funded".to_owned(), bad.to_owned());
        }
    }

    fn own_facts(&mut self, row: &mut Row, holder: &str) {
        for own in self.own.clone() {
            if own.holder != holder {
                continue;
            }
            // What no fact of the kind can be is refused at the door, whichever version decides.
            let is_widest = matches!(own.max, 99_999_999_999_999_999 | 1_000_000_000 | 36_500);
            let beyond = i64::from(!is_widest && self.draw.between(0, 299) == 0);
            let value = match own.kind {
                "money" => amount(self.money().clamp(own.min, own.max) + beyond),
                "number" => {
                    let number = if self.draw.chance(50) {
                        self.draw.between(0, 5)
                    } else {
                        self.edge(&self.drawn.edges.plain, 1)
                    };
                    (number.clamp(own.min, own.max) + beyond).to_string()
                }
                "days" => {
                    let days = if self.draw.chance(50) {
                        self.draw.between(0, 99)
                    } else {
                        self.edge(&self.drawn.edges.days, 1)
                    };
                    (days.clamp(own.min, own.max) + beyond).to_string()
                }
                "ratio" => {
                    let ratio = match self.draw.between(0, 3) {
                        0 => own.min,
                        1 => own.max,
                        2 => self.draw.between(1, 9) * 10_000_000,
                        _ => self.draw.between(0, 100_000_000),
                    };
                    let ratio = ratio.clamp(own.min, own.max);
                    format!("{}.{:08}", ratio / 100_000_000, ratio % 100_000_000)
                }
                "date" => self.day().to_string(),
                "yes-no" => self.draw.chance(50).to_string(),
                _ => self.draw.one_of(&["small", "middle", "large", "huge"]).to_owned(),
            };
            let is_told = !own.is_none_if_absent || self.draw.chance(70);
            if is_told {
                self.tell(row, &own.name, value);
            }
        }
    }

    fn reversal(&mut self, claims: &[Row]) -> Row {
        let at = self.draw.between(0, i64::try_from(claims.len()).expect("few") - 1);
        let of = &claims[usize::try_from(at).expect("not negative")];
        let id = if self.draw.chance(95) { of["claim_id"].clone() } else { "C-nobody".to_owned() };
        let mut row = Row::new();
        row.insert("reverses".to_owned(), id);
        if self.draw.chance(60) {
            let date = of.get("event_date").cloned().unwrap_or_else(|| self.day().to_string());
            row.insert("event_date".to_owned(), date);
        }
        row
    }

    /// Without it, columns have nothing to go by.
    fn date_that_counts(&mut self, row: &mut Row, name: &str, date: NaiveDate) {
        if self.is_plain || self.draw.chance(95) {
            row.insert(name.to_owned(), date.to_string());
        }
    }

    fn tell(&mut self, row: &mut Row, name: &str, value: String) {
        if self.draw.chance(self.told) {
            row.insert(name.to_owned(), value);
        }
    }

    fn day(&mut self) -> NaiveDate {
        match self.draw.between(0, 30) {
            0 if self.draw.chance(30) => date(2024, 2, 29),
            1 => date(2025, 12, 31),
            2 => date(2026, 1, 1),
            3 => date(2025, 6, 30),
            4 => date(2025, 7, 1),
            5 if self.draw.chance(10) => date(1800, 1, 1),
            6 if self.draw.chance(10) => date(2999, 12, 31),
            _ => plus(date(2025, 1, 1), self.draw.between(-1, 420)),
        }
    }

    /// Fen: often about an edge of the pack, sometimes far beyond what fits 64 bits with a few places.
    fn money(&mut self) -> i64 {
        match self.draw.between(0, 99) {
            0..=34 => {
                let edges = &self.drawn.edges.money;
                (self.edge(edges, 1)).clamp(0, 99_999_999_999_999_999)
            }
            35..=49 => self.draw.between(0, 500_000),
            // Where a rounding meets the middle between two multiples.
            50..=69 => self.draw.between(0, 2000) * self.draw.one_of(&[5, 25, 50, 150, 500]),
            70..=84 => self.draw.between(0, 1000) * 1000,
            85..=91 => self.draw.between(0, 20_000_000),
            92..=95 => 0,
            96 if !self.is_plain => self.draw.between(100_000_000_000, 2_000_000_000_000_000),
            _ => self.draw.between(1, 99),
        }
    }

    /// An edge of the pack, or what lies beside it.
    fn edge(&mut self, edges: &[i64], beside: i64) -> i64 {
        if edges.is_empty() {
            return self.draw.between(0, 100);
        }
        self.draw.one_of(edges) + self.draw.between(-beside, beside)
    }
}

fn date(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).expect("it is a day")
}

fn plus(date: NaiveDate, days: i64) -> NaiveDate {
    let by = Days::new(days.unsigned_abs());
    let found = if days < 0 { date.checked_sub_days(by) } else { date.checked_add_days(by) };
    found.expect("in the calendar")
}
