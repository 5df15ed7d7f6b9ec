//! The baseline: the Henan accident plan as a careful programmer would write it by hand, in 64-bit integers.
//!
//! Figures stand in the code and amounts are in fen. It answers what `rules/henan-accident.toml` answers, decision, amount and
//! reasons, facts missing or not. It knows no other plan, expects good data, and keeps everything in memory.

pub(crate) mod batches;
pub(crate) mod columns;
mod covers;
pub(crate) mod files;
mod members;
pub(crate) mod table;
mod threads;

/// One claim with its cover.
#[derive(Clone, Copy, Default)]
pub(crate) struct Claim {
    /// Dates are days since 1970-01-01.
    pub(crate) event_date: i32,
    pub(crate) birth_date: i32,
    pub(crate) start: i32,
    pub(crate) end: i32,
    /// Far in the past if there was no cover before.
    pub(crate) previous_end: i32,
    pub(crate) cause: u8,
    pub(crate) is_death: bool,
    /// 0 if there is none.
    pub(crate) disability_grade: u8,
    pub(crate) hospital_days: u16,
    pub(crate) shares: u16,
    pub(crate) personal_burden: i64,
    /// What is not given, as bits; its value is then 0.
    pub(crate) missing: u8,
}

pub(crate) const ACCIDENT: u8 = 0;
pub(crate) const SUDDEN_DEATH: u8 = 1;
pub(crate) const NEVER: i32 = i32::MIN / 2;

pub(crate) const NO_CAUSE: u8 = 1;
pub(crate) const NO_EVENT_DATE: u8 = 2;
pub(crate) const NO_BIRTH_DATE: u8 = 4;
pub(crate) const NO_START: u8 = 8;
pub(crate) const NO_END: u8 = 16;
pub(crate) const NO_SHARES: u8 = 32;
pub(crate) const NO_BURDEN: u8 = 64;

/// What the member was paid before: for the event, in the period, for other events.
#[derive(Clone, Copy, Default)]
pub(crate) struct Before {
    pub(crate) disability: i64,
    /// For disability and death of the event.
    pub(crate) of_event: i64,
    pub(crate) medical: i64,
    pub(crate) allowance: i64,
    pub(crate) total: i64,
    /// For another event.
    pub(crate) has_died: bool,
}

/// What the claim is paid for each benefit.
#[derive(Clone, Copy, Default)]
pub(crate) struct Paid {
    pub(crate) death: i64,
    pub(crate) disability: i64,
    pub(crate) medical: i64,
    pub(crate) allowance: i64,
}

impl Paid {
    pub(crate) fn total(self) -> i64 {
        self.death + self.disability + self.medical + self.allowance
    }
}

/// The answer in one word: 32 bits of fen, 16 of reasons, the decision.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub(crate) struct Answer(pub(crate) u64);

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Decision {
    Paid,
    NothingDue,
    Denied,
    Pended,
}

impl Answer {
    fn new(decision: Decision, payable: i64, reasons: u16) -> Answer {
        Answer(payable as u64 | u64::from(reasons) << 32 | (decision as u64) << 48)
    }

    fn of(total: i64, reasons: impl FnOnce() -> u16) -> Answer {
        if total > 0 { Answer::new(Decision::Paid, total, 0) } else { Answer::new(Decision::NothingDue, 0, reasons()) }
    }

    pub(crate) fn payable(self) -> i64 {
        i64::from(self.0 as u32)
    }

    pub(crate) fn decision(self) -> Decision {
        match self.0 >> 48 {
            0 => Decision::Paid,
            1 => Decision::NothingDue,
            2 => Decision::Denied,
            _ => Decision::Pended,
        }
    }

    /// Decision and reasons: what the texts of a row follow from.
    pub(crate) fn kind(self) -> u32 {
        (self.0 >> 32) as u32
    }
}

const DEATH_SUM: i64 = 5_000_000;
const DISABILITY_SUM: i64 = 5_000_000;
const MEDICAL_LIMIT: i64 = 1_000_000;
const DAILY_ALLOWANCE: i64 = 5_000;
const ALLOWANCE_DAYS: i64 = 100;
const CEILING: i64 = 13_000_000;
const CEILING_PER_SHARE: i64 = 6_500_000;
const WAITING_DAYS: i32 = 30;
const RENEWAL_GRACE: i32 = 30;

/// Conditions that are not met, as bits in the order of the pack.
const TOO_YOUNG_OR_OLD: u16 = 1;
const OUT_OF_COVER: u16 = 2;
const OTHER_CAUSE: u16 = 4;
const CONDITIONS: [&str; 3] = ["age-at-enrolment", "event-in-cover", "covered-cause"];

/// Facts that contradict each other, and above them the number of facts that are missing.
const COVER_DATES: u16 = 8;
const BIRTH_AFTER_EVENT: u16 = 16;
const MISSING_FACT: u16 = 32;

/// A claim of which everything is known. Inlined with a constant, it is the plan without what was paid before.
#[expect(clippy::inline_always, reason = "with nothing paid before, most of it falls away")]
#[inline(always)]
pub(crate) fn decide(claim: &Claim, before: Before) -> (Answer, Paid) {
    if claim.missing != 0 {
        return decide_with_gaps(claim, before);
    }
    let unmet = unmet(claim);
    if claim.start > claim.end || claim.birth_date > claim.event_date.min(claim.start) {
        return (contradicted(claim, unmet), Paid::default());
    }
    if unmet != 0 {
        return (Answer::new(Decision::Denied, 0, unmet), Paid::default());
    }
    pay(claim, before)
}

#[inline]
fn unmet(claim: &Claim) -> u16 {
    either(!is_of_age(claim.birth_date, claim.start), TOO_YOUNG_OR_OLD)
        | either(claim.event_date < claim.start, OUT_OF_COVER)
        | either(claim.event_date > claim.end, OUT_OF_COVER)
        | either(claim.cause > SUDDEN_DEATH, OTHER_CAUSE)
}

/// The bits if it is so, else none.
#[inline]
fn either(is_so: bool, bits: u16) -> u16 {
    if is_so { bits } else { 0 }
}

/// From 16 to 60 completed years. Only who is within days of a limit needs the calendar.
#[inline]
fn is_of_age(birth: i32, start: i32) -> bool {
    match start - birth {
        5_850..22_270 => true,
        5_840..5_850 | 22_270..22_290 => {
            let years_and_days = calendar_days(start) - calendar_days(birth);
            (16 * 512..61 * 512).contains(&years_and_days)
        }
        _ => false,
    }
}

/// Year, month and day so packed that the difference of two is at least 512 for each completed year.
#[cold]
fn calendar_days(day: i32) -> i32 {
    // Days are counted from 1 March of the year 0: the algorithm of Howard Hinnant.
    let day = day + 719_468;
    let era = day.div_euclid(146_097);
    let of_era = day.rem_euclid(146_097);
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let (year, month, day) = (era * 400 + year, month, of_year - (153 * month + 2) / 5 + 1);
    let (year, month) = if month < 10 { (year, month + 3) } else { (year + 1, month - 9) };
    year * 512 + month * 32 + day
}

/// The benefits, then the limit of the event, then the ceiling over all of them.
#[expect(clippy::inline_always, reason = "with nothing paid before, most of it falls away")]
#[inline(always)]
fn pay(claim: &Claim, before: Before) -> (Answer, Paid) {
    let due = due(claim, before);
    let paid = within_ceiling(within_one_sum(due, claim.shares, before.of_event), claim.shares, before.total);
    (Answer::of(paid.total(), || why_nothing(claim, before, due)), paid)
}

#[expect(clippy::inline_always, reason = "with nothing paid before, most of it falls away")]
#[inline(always)]
fn due(claim: &Claim, before: Before) -> Paid {
    let shares = i64::from(claim.shares.min(2));
    let mut due = Paid::default();
    if claim.cause == ACCIDENT {
        if claim.disability_grade > 0 {
            let ratio = 11 - i64::from(claim.disability_grade); // tenths
            due.disability = (DISABILITY_SUM / 10 * shares * ratio - before.disability).max(0);
        }
        if claim.is_death && !before.has_died {
            due.death = DEATH_SUM * shares;
        }
        if claim.hospital_days > 0 {
            due.medical = claim.personal_burden.min((MEDICAL_LIMIT * shares - before.medical).max(0));
            let a_day = DAILY_ALLOWANCE * shares;
            let left = (a_day * ALLOWANCE_DAYS - before.allowance).max(0);
            due.allowance = (a_day * i64::from(claim.hospital_days)).min(left);
        }
    } else if claim.is_death && !before.has_died && !waits(claim) {
        due.death = DEATH_SUM * shares;
    }
    due
}

#[inline]
fn waits(claim: &Claim) -> bool {
    let is_renewal = claim.start - claim.previous_end <= RENEWAL_GRACE;
    claim.event_date - claim.start < WAITING_DAYS && !is_renewal
}

/// Disability and death of one event, disability first.
#[inline]
fn within_one_sum(due: Paid, shares: u16, paid_before: i64) -> Paid {
    let room = (DEATH_SUM * i64::from(shares.min(2)) - paid_before).max(0);
    let disability = due.disability.min(room);
    Paid { disability, death: due.death.min(room - disability), ..due }
}

#[inline]
fn within_ceiling(due: Paid, shares: u16, paid_before: i64) -> Paid {
    let mut room = ((CEILING_PER_SHARE * i64::from(shares.min(2))).min(CEILING) - paid_before).max(0);
    if due.total() <= room {
        return due;
    }
    let mut serve = |due: i64| {
        let paid = due.min(room);
        room -= paid;
        paid
    };
    let (death, disability) = (serve(due.death), serve(due.disability));
    Paid { death, disability, medical: serve(due.medical), allowance: serve(due.allowance) }
}

/// Why an eligible claim is paid nothing: two bits for each benefit.
#[cold]
fn why_nothing(claim: &Claim, before: Before, due: Paid) -> u16 {
    let or_limit = |reason: u16, due: i64| if due > 0 { LIMIT_REACHED } else { reason };
    let dies = claim.is_death && !before.has_died;
    if claim.cause != ACCIDENT {
        return if dies { or_limit(WAITING_PERIOD, due.death) } else { 0 };
    }
    let mut reasons = 0;
    if claim.disability_grade > 0 {
        reasons |= or_limit(OFFSET_BY_OTHERS, due.disability);
    }
    if dies {
        reasons |= LIMIT_REACHED << 2;
    }
    if claim.hospital_days > 0 {
        let medical = if claim.personal_burden > 0 { LIMIT_REACHED } else { NOTHING_CLAIMED };
        reasons |= medical << 4 | LIMIT_REACHED << 6;
    }
    reasons
}

const OFFSET_BY_OTHERS: u16 = 1;
const LIMIT_REACHED: u16 = 2;
/// Of the hospital bill, which nothing offsets.
const NOTHING_CLAIMED: u16 = 1;
/// Of sudden death, which stands alone, above the bits of the others.
const WAITING_PERIOD: u16 = 3;

/// The reasons in words, joined: codes of the engine and ids of conditions.
pub(crate) fn reasons(kind: u32) -> String {
    let reasons = (kind & 0xffff) as u16;
    let mut words = Vec::new();
    match Answer(u64::from(kind) << 32).decision() {
        Decision::Paid => {}
        Decision::NothingDue if reasons == 0 => words.push("no-benefit-applies"),
        Decision::NothingDue => {
            for benefit in 0..4 {
                match (reasons >> (2 * benefit) & 3, benefit) {
                    (LIMIT_REACHED, _) => words.push("limit-reached"),
                    (WAITING_PERIOD, _) => words.push("waiting-period"),
                    (OFFSET_BY_OTHERS, 0) => words.push("offset-by-others"),
                    (NOTHING_CLAIMED, _) => words.push("nothing-claimed"),
                    _ => {}
                }
            }
        }
        Decision::Denied | Decision::Pended => {
            if reasons & COVER_DATES != 0 {
                words.push("cover-dates");
            }
            if reasons & BIRTH_AFTER_EVENT != 0 {
                words.push("birth-after-event");
            }
            let conditions = CONDITIONS.iter().enumerate().filter(|(bit, _)| reasons >> bit & 1 == 1);
            words.extend(conditions.map(|(_, condition)| *condition));
            words.extend((0..reasons / MISSING_FACT).map(|_| "missing-fact"));
        }
    }
    words.join(";")
}

/// The decision as it is written in a file.
pub(crate) fn decision_name(decision: Decision) -> &'static str {
    match decision {
        Decision::Paid => "paid",
        Decision::NothingDue => "nothing-due",
        Decision::Denied => "denied",
        Decision::Pended => "pended",
    }
}

#[cold]
fn contradicted(claim: &Claim, unmet: u16) -> Answer {
    let knows = |bits: u8| claim.missing & bits == 0;
    let dates = knows(NO_START | NO_END) && claim.start > claim.end;
    let birth = is_born_later(claim);
    let undated = u16::from(!knows(NO_EVENT_DATE)) + u16::from(!knows(NO_START));
    let broken = either(dates, COVER_DATES) | either(birth, BIRTH_AFTER_EVENT);
    Answer::new(Decision::Pended, 0, broken | unmet | (undated * MISSING_FACT))
}

/// Later than the event or the first day of cover, as far as they are known.
fn is_born_later(claim: &Claim) -> bool {
    let knows = |bits: u8| claim.missing & bits == 0;
    (knows(NO_BIRTH_DATE | NO_EVENT_DATE) && claim.birth_date > claim.event_date)
        || (knows(NO_BIRTH_DATE | NO_START) && claim.birth_date > claim.start)
}

/// A claim of which something is missing: denied if what is known denies it, pended if what is missing is needed.
#[cold]
pub(crate) fn decide_with_gaps(claim: &Claim, before: Before) -> (Answer, Paid) {
    let knows = |bits: u8| claim.missing & bits == 0;
    let mut gaps = 0;
    let mut unmet = 0;
    if !knows(NO_BIRTH_DATE | NO_START) {
        gaps |= claim.missing & (NO_BIRTH_DATE | NO_START);
    } else if !is_of_age(claim.birth_date, claim.start) {
        unmet |= TOO_YOUNG_OR_OLD;
    }
    let starts = knows(NO_EVENT_DATE | NO_START).then_some(claim.event_date >= claim.start);
    let ends = knows(NO_EVENT_DATE | NO_END).then_some(claim.event_date <= claim.end);
    match (starts, ends) {
        (Some(true), Some(true)) => {}
        (Some(false), _) | (_, Some(false)) => unmet |= OUT_OF_COVER,
        (Some(true), None) => gaps |= claim.missing & (NO_EVENT_DATE | NO_END),
        (None, Some(true)) => gaps |= claim.missing & (NO_EVENT_DATE | NO_START),
        (None, None) => gaps |= claim.missing & (NO_EVENT_DATE | NO_START | NO_END),
    }
    if !knows(NO_CAUSE) {
        gaps |= NO_CAUSE;
    } else if claim.cause > SUDDEN_DEATH {
        unmet |= OTHER_CAUSE;
    }
    let are_dates_wrong = knows(NO_START | NO_END) && claim.start > claim.end;
    if are_dates_wrong || is_born_later(claim) {
        return (contradicted(claim, unmet), Paid::default());
    }
    if unmet != 0 {
        return (Answer::new(Decision::Denied, 0, unmet), Paid::default());
    }
    let (needs_shares, needs_burden) = needs(claim, before);
    gaps |= if needs_shares { claim.missing & NO_SHARES } else { 0 };
    gaps |= if needs_burden { claim.missing & NO_BURDEN } else { 0 };
    if gaps != 0 {
        let missing = u16::try_from(gaps.count_ones()).unwrap_or_default();
        return (Answer::new(Decision::Pended, 0, missing * MISSING_FACT), Paid::default());
    }
    pay(claim, before)
}

/// Whether what is payable depends on the shares, and on what the member bears.
fn needs(claim: &Claim, before: Before) -> (bool, bool) {
    let knows = |bits: u8| claim.missing & bits == 0;
    let may_be = |cause: u8| !knows(NO_CAUSE) || claim.cause == cause;
    let dies = claim.is_death && !before.has_died;
    let stays = may_be(ACCIDENT) && claim.hospital_days > 0;
    let surely_waits = knows(NO_EVENT_DATE | NO_START) && waits(claim);
    let accident = may_be(ACCIDENT) && (claim.disability_grade > 0 || dies);
    (stays || accident || (may_be(SUDDEN_DEATH) && dies && !surely_waits), stays)
}
