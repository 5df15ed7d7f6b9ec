//! What happened to a member, claim by claim.

use super::packs::Shape;
use super::people::{Member, People, Purpose};
use super::random::Random;

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    Accident,
    SuddenDeath,
    Illness,
}

/// One claim as it really was; what of it the file says is another matter.
pub struct Story {
    pub cover: usize,
    pub event_date: i32,
    pub cause: Cause,
    pub death: bool,
    pub disability_grade: Option<i64>,
    pub admitted: Option<i32>,
    /// Nights; a stay has at least one day.
    pub hospital_days: i64,
    pub reported_on: i32,
    /// In fen, as all amounts.
    pub total_cost: i64,
    pub fund_paid: i64,
    pub self_funded: i64,
}

impl Story {
    pub fn personal_burden(&self) -> i64 {
        self.total_cost - self.fund_paid
    }

    pub fn in_pool_burden(&self) -> i64 {
        self.personal_burden() - self.self_funded
    }
}

impl People {
    pub fn story(&self, member: &Member, nth: u64) -> Story {
        let plan = &self.packs.plans[member.plan];
        let (cover, event_date, cause, is_sequel) = self.event(member, plan, nth);
        let mut random = self.random(Purpose::Claim, member.number, nth);
        let is_accident = cause == Cause::Accident;
        let death = match cause {
            Cause::Accident => random.happens(if is_sequel { 10_000 } else { 1_200 }),
            Cause::SuddenDeath => random.happens(92_000),
            Cause::Illness => random.happens(500),
        };
        let is_disabled = is_accident && random.happens(if is_sequel { 40_000 } else { 9_000 });
        let grade = random.skewed(&[(45, 10, 10), (22, 9, 9), (13, 8, 8), (8, 7, 7), (5, 6, 6), (4, 4, 5), (3, 1, 3)]);
        let stays = random.happens(match cause {
            _ if !plan.pays_accidents => 98_000,
            Cause::SuddenDeath => 30_000,
            Cause::Accident | Cause::Illness => 86_000,
        });
        let days = random.skewed(&[(30, 1, 4), (40, 5, 12), (22, 13, 30), (7, 31, 90), (1, 91, 180)]);
        let hospital_days = if stays { days } else { 0 };
        let admitted =
            stays.then(|| event_date + i32::try_from(random.skewed(&[(80, 0, 0), (20, 1, 20)])).unwrap_or_default());
        let burden = burden(&mut random);
        let fund_paid = burden * random.between(0, 400) / 100;
        Story {
            cover,
            event_date,
            cause,
            death,
            disability_grade: is_disabled.then_some(grade),
            admitted,
            hospital_days,
            reported_on: reported_on(plan, event_date, &mut random),
            total_cost: burden + fund_paid,
            fund_paid,
            self_funded: burden * random.between(0, 40) / 100,
        }
    }

    /// The cover, the date, the cause, and whether it is the same event as that of the claim before.
    fn event(&self, member: &Member, plan: &Shape, nth: u64) -> (usize, i32, Cause, bool) {
        let mut random = self.random(Purpose::Event, member.number, nth);
        if nth > 0 && random.happens(8_000) {
            let (cover, date, cause, _) = self.event(member, plan, nth - 1);
            return (cover, date, cause, true);
        }
        let cover = usize::try_from(random.below(member.covers.len() as u64)).unwrap_or_default();
        let (start, end) = (member.covers[cover].start, member.covers[cover].end);
        let date = match random.below(200) {
            0 | 1 => start,
            2 | 3 => end,
            4 | 5 => start - near(plan, &mut random),
            6..9 => end + near(plan, &mut random),
            _ => i32::try_from(random.between(start.into(), end.into())).unwrap_or(start),
        };
        (cover, date, cause(plan, &mut random), false)
    }
}

fn cause(plan: &Shape, random: &mut Random) -> Cause {
    let accidents = match (plan.pays_accidents, plan.pays_illnesses) {
        (true, false) => 93_500,
        (true, true) => 45_000,
        (false, _) => 12_000,
    };
    if random.happens(accidents) {
        Cause::Accident
    } else if random.happens(if plan.pays_sudden_death { 40_000 } else { 500 }) {
        Cause::SuddenDeath
    } else {
        Cause::Illness
    }
}

/// So many days outside the cover; not outside the year of a campaign.
fn near(plan: &Shape, random: &mut Random) -> i32 {
    let most = if plan.campaign.is_some() { 45 } else { 60 };
    i32::try_from(random.between(1, most)).unwrap_or_default()
}

/// What a member still bears, in fen: most a few thousand yuan, some nothing, a few very much.
fn burden(random: &mut Random) -> i64 {
    random.skewed(&[
        (10, 0, 0),
        (140, 5_000, 50_000),
        (300, 50_000, 200_000),
        (300, 200_000, 600_000),
        (180, 600_000, 2_000_000),
        (60, 2_000_000, 8_000_000),
        (10, 8_000_000, 40_000_000),
    ])
}

fn reported_on(plan: &Shape, event_date: i32, random: &mut Random) -> i32 {
    match plan.campaign {
        Some((start, _)) => start + 9 + i32::try_from(random.between(0, 19)).unwrap_or_default(),
        None => event_date + i32::try_from(random.between(1, 45)).unwrap_or_default(),
    }
}
