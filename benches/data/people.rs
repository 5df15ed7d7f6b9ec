//! Members and their covers.

use chrono::Months;

use super::packs::{Packs, Shape, of_date, to_date};
use super::random::{Random, Shuffle};

/// In which order the rows of the files stand.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// As claims come in: those of one member far apart.
    Submission,
    /// Those of one member together.
    Member,
}

/// Members without limit of number, made up one by one; only where each one's claims begin is kept, for every sixteenth claim.
pub struct People {
    pub packs: Packs,
    pub seed: u64,
    pub claims: u64,
    pub members: u64,
    order: Order,
    claim_order: Shuffle,
    member_order: Shuffle,
    /// The member of every sixteenth claim, and which of the member's claims it is.
    index: Vec<(u32, u8)>,
}

/// What a stream of random numbers is for.
#[derive(Clone, Copy)]
pub enum Purpose {
    Member = 1,
    Cover,
    Holder,
    Event,
    Claim,
    Facts,
    Gaps,
    Faults,
}

/// One member under one plan.
pub struct Member {
    pub number: u64,
    /// Whose enrollments these are; now and then one person is in two plans.
    pub person: u64,
    pub plan: usize,
    pub claims: u64,
    pub birth_date: i32,
    pub shares: i64,
    pub covers: Vec<Cover>,
}

/// One year of cover.
#[derive(Clone, Copy)]
pub struct Cover {
    pub start: i32,
    pub end: i32,
    pub previous_end: Option<i32>,
}

const STRIDE: u64 = 16;
const MOST_CLAIMS: u64 = 12;
const YEAR: Months = Months::new(12);

impl People {
    pub fn new(packs: Packs, seed: u64, claims: u64, order: Order) -> People {
        let mut people = People {
            packs,
            seed,
            claims,
            members: 0,
            order,
            claim_order: Shuffle::of(claims, seed ^ 1),
            member_order: Shuffle::of(0, 0),
            index: Vec::new(),
        };
        let (mut member, mut claim) = (0, 0);
        while claim < claims {
            let count = people.claim_count(member);
            let inside = (claim..claim + count).filter(|claim| claim % STRIDE == 0);
            let place = u32::try_from(member).expect("fewer than four billion members");
            people.index.extend(inside.map(|inside| (place, u8::try_from(inside - claim).expect("few claims"))));
            claim += count;
            member += 1;
        }
        people.members = member;
        people.member_order = Shuffle::of(member, seed ^ 2);
        people
    }

    pub fn random(&self, purpose: Purpose, member: u64, part: u64) -> Random {
        Random::at([self.seed, purpose as u64, member, part])
    }

    /// The claim in a row of the file: the member, which of the member's claims, and its number by date of submission.
    pub fn claim_at(&self, row: u64) -> (u64, u64, u64) {
        let (claim, submitted) = match self.order {
            Order::Submission => (self.claim_order.number(row), row),
            Order::Member => (row, self.claim_order.place(row)),
        };
        let (member, nth) = self.claimant(claim);
        (member, nth, submitted)
    }

    /// The number by date of submission of another claim of the member in a row.
    pub fn submitted(&self, row: u64, nth: u64, other: u64) -> u64 {
        let claim = match self.order {
            Order::Submission => self.claim_order.number(row),
            Order::Member => row,
        };
        self.claim_order.place((claim + other - nth).min(self.claims - 1))
    }

    fn claimant(&self, claim: u64) -> (u64, u64) {
        let before = usize::try_from(claim / STRIDE).unwrap_or_default();
        let (member, nth) = self.index[before];
        let (mut member, mut nth) = (u64::from(member), u64::from(nth) + claim % STRIDE);
        loop {
            let count = self.claim_count(member);
            if nth < count {
                return (member, nth);
            }
            nth -= count;
            member += 1;
        }
    }

    /// The member whose enrollments stand at a place of the file.
    pub fn member_at(&self, place: u64) -> u64 {
        match self.order {
            Order::Submission => self.member_order.number(place),
            Order::Member => place,
        }
    }

    /// One member in ten claims nothing; the others on average 1.6 times, most of them once, at most twelve times.
    fn claim_count(&self, member: u64) -> u64 {
        let mut random = self.random(Purpose::Member, member, 0);
        if random.happens(10_000) {
            return 0;
        }
        let mut count = 1;
        while count < MOST_CLAIMS && random.happens(37_500) {
            count += 1;
        }
        count
    }

    pub fn member(&self, number: u64) -> Member {
        let claims = self.claim_count(number);
        let mut random = self.random(Purpose::Cover, number, 0);
        let plan = usize::try_from(random.below(self.packs.plans.len() as u64)).unwrap_or_default();
        let covers = covers(&self.packs.plans[plan], &mut random);
        let start = covers.first().map_or(0, |cover| cover.start);
        // Completed years on the first day, mostly between the customary 16 and 60.
        let age = random.skewed(&[(10, 14, 15), (350, 16, 30), (400, 31, 45), (225, 46, 60), (15, 61, 66)]);
        let birth_date = start - i32::try_from(age * 36_525 / 100 + random.between(0, 364)).unwrap_or_default();
        let shares = random.skewed(&[(45, 1, 1), (45, 2, 2), (6, 3, 3), (4, 4, 10)]);
        Member { number, person: self.person(number), plan, claims, birth_date, shares, covers }
    }

    fn person(&self, number: u64) -> u64 {
        let joins = number > 0 && self.packs.plans.len() > 1 && self.random(Purpose::Holder, number, 0).happens(12_500);
        if joins { self.person(number - 1) } else { number }
    }
}

/// One to three covers, each a year; most renewals follow at once, some after a gap.
fn covers(plan: &Shape, random: &mut Random) -> Vec<Cover> {
    if let Some((start, end)) = plan.campaign {
        return vec![Cover { start, end, previous_end: None }];
    }
    let (earliest, latest) = plan.starts;
    let mut start = i32::try_from(random.between(earliest.into(), latest.into())).unwrap_or(earliest);
    if random.happens(60_000) {
        start = first_of_month(start).max(earliest);
    }
    let mut previous_end = random.happens(15_000).then(|| start - i32::try_from(random.between(1, 45)).unwrap_or(1));
    let count = random.skewed(&[(60, 1, 1), (30, 2, 2), (10, 3, 3)]);
    let mut covers = Vec::new();
    for _ in 0..count {
        if start > latest && !covers.is_empty() {
            break;
        }
        let end = of_date(to_date(start) + YEAR) - 1;
        covers.push(Cover { start, end, previous_end });
        previous_end = Some(end);
        let gap = if random.happens(15_000) { random.between(1, 60) } else { 0 };
        start = end + 1 + i32::try_from(gap).unwrap_or_default();
    }
    covers
}

fn first_of_month(day: i32) -> i32 {
    use chrono::Datelike;
    day - i32::try_from(to_date(day).day0()).unwrap_or_default()
}
