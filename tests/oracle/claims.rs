//! What a claim under each plan may look like.

use super::calendar::day;
use super::draw::Draw;
use super::facts::{Named, Value};
use super::population::{Cover, day_of, moved};

/// Amounts are in fen.
const YUAN: i64 = 100;

// ── members ──────────────────────────────────────────────────────────────

pub(crate) fn nothing_more(_: &mut Draw, _: &mut Named) {}

pub(crate) fn fee_of_the_second_medical_of_2015(draw: &mut Draw, member: &mut Named) {
    fee_of_the_second_medical(draw, member);
    if draw.chance(20) {
        member.insert("high_risk_trade", Value::YesNo(draw.chance(50)));
    }
}

pub(crate) fn fee_of_the_second_medical(draw: &mut Draw, member: &mut Named) {
    if draw.chance(20) {
        member.insert("in_hardship", Value::YesNo(draw.chance(50)));
    }
}

pub(crate) fn sex(draw: &mut Draw, member: &mut Named) {
    let sex = if draw.chance(93) { "female" } else { draw.one_of(&["male", "male", "not-recorded"]) };
    if sex != "not-recorded" {
        member.insert("sex", Value::Word(sex));
    }
}

pub(crate) fn trade(draw: &mut Draw, member: &mut Named) {
    let trade = draw.one_of(&[
        "truck-driver",
        "ride-hailing-driver",
        "courier",
        "food-delivery-rider",
        "care-worker",
        "domestic-worker",
        "mall-worker",
        "housing-agent",
        "security-guard",
        "teacher",
    ]);
    member.insert("occupation", Value::Word(trade));
}

pub(crate) fn active_or_retired(draw: &mut Draw, member: &mut Named) {
    member.insert("employment", Value::Word(draw.one_of(&["active", "retired", "retired"])));
    if draw.chance(40) {
        member.insert("was_active_member", Value::YesNo(draw.chance(50)));
    }
}

pub(crate) fn place(draw: &mut Draw, member: &mut Named) {
    let number = match draw.between(1, 10) {
        1 => draw.one_of(&[25_001, 25_002, 1_000_000]),
        2..=4 => draw.one_of(&[1, 24_999, 25_000]),
        _ => whole(draw.between(1, 25_000)),
    };
    member.insert("place_number", Value::Whole(number));
}

// ── claims ───────────────────────────────────────────────────────────────

pub(crate) fn of_henan_accident(draw: &mut Draw, cover: &Cover<'_>, claim: &mut Named) {
    let cause = if draw.chance(60) { "accident" } else { draw.one_of(&["sudden-death", "sudden-death", "illness"]) };
    injury(draw, cover, claim, cause);
    burden(draw, claim, &[10_000 * YUAN, 20_000 * YUAN, 5_000 * YUAN]);
    if cause == "sudden-death" && draw.chance(70) {
        claim.insert("death", Value::YesNo(true));
    }
}

pub(crate) fn of_guangdong_accident(draw: &mut Draw, cover: &Cover<'_>, claim: &mut Named) {
    let cause = mostly_accident(draw);
    injury(draw, cover, claim, cause);
    burden(draw, claim, &[12_500 * YUAN, 6_250 * YUAN, 10_000 * YUAN]);
}

pub(crate) fn of_wuxi_xixinbao(draw: &mut Draw, cover: &Cover<'_>, claim: &mut Named) {
    let cause = mostly_accident(draw);
    injury(draw, cover, claim, cause);
}

pub(crate) fn of_guangdong_second_medical(draw: &mut Draw, cover: &Cover<'_>, claim: &mut Named) {
    admission(draw, cover, claim);
    let edges = [247_142 * YUAN + 85, 216_250 * YUAN, 75_714 * YUAN + 28, 100_000 * YUAN, 0];
    in_pool(draw, claim, &edges);
}

pub(crate) fn of_guangdong_self_funded(draw: &mut Draw, cover: &Cover<'_>, claim: &mut Named) {
    admission(draw, cover, claim);
    claim.insert("self_funded", Value::Money(money(draw, &[16_000 * YUAN, 8_000 * YUAN, 4_000 * YUAN, 0])));
}

pub(crate) fn of_guangdong_hospital_allowance(draw: &mut Draw, cover: &Cover<'_>, claim: &mut Named) {
    admission(draw, cover, claim);
    if !claim.contains_key("discharged") && draw.chance(90) {
        claim.insert("hospital_days", Value::Whole(days(draw)));
    }
}

pub(crate) fn of_guangdong_womens_illness(draw: &mut Draw, cover: &Cover<'_>, claim: &mut Named) {
    claim.insert("event_date", Value::Date(day_of(draw, cover)));
    claim.insert("confirmed_on", Value::Date(day_of(draw, cover)));
    claim.insert("cause", Value::Word("illness"));
    let listed = ["breast-cancer", "cervical-cancer", "endometrial-cancer", "ovarian-cancer", "carcinoma-in-situ"];
    let class = if draw.chance(40) { "carcinoma-in-situ" } else { draw.one_of(&listed) };
    illness(draw, claim, class);
}

pub(crate) fn of_guangdong_critical_illness(draw: &mut Draw, cover: &Cover<'_>, claim: &mut Named) {
    claim.insert("event_date", Value::Date(day_of(draw, cover)));
    claim.insert("cause", Value::Word(draw.one_of(&["illness", "illness", "illness", "accident", "sudden-death"])));
    let class = draw.one_of(&[
        "malignant-tumour",
        "acute-myocardial-infarction",
        "stroke-sequelae",
        "organ-transplant",
        "bypass-surgery",
        "end-stage-renal-disease",
        "mild-malignant-tumour",
        "mild-malignant-tumour",
        "mild-myocardial-infarction",
        "mild-myocardial-infarction",
        "mild-stroke-sequelae",
        "mild-stroke-sequelae",
    ]);
    illness(draw, claim, class);
}

pub(crate) fn of_ningbo_critical(draw: &mut Draw, cover: &Cover<'_>, claim: &mut Named) {
    claim.insert("event_date", Value::Date(day_of(draw, cover)));
    if draw.chance(80) {
        claim.insert("cause", Value::Word(draw.one_of(&["illness", "accident"])));
    }
    let class = draw.one_of(&[
        "malignant-tumour",
        "acute-myocardial-infarction",
        "stroke-sequelae",
        "organ-transplant",
        "bypass-surgery",
        "end-stage-renal-disease",
    ]);
    illness(draw, claim, class);
}

pub(crate) fn of_ningbo_hospital(draw: &mut Draw, cover: &Cover<'_>, claim: &mut Named) {
    admission(draw, cover, claim);
    let computed = money(draw, &[3_000 * YUAN, 0, 1]);
    let receipt = match draw.between(1, 10) {
        1..=3 => computed,
        4 => (computed + draw.one_of(&[-1, 1])).max(0),
        5 | 6 => computed + fen(draw, 5_000),
        _ => money(draw, &[3_000 * YUAN, 0, 1]),
    };
    claim.insert("computed_base", Value::Money(computed));
    claim.insert("receipt_self_paid", Value::Money(receipt));
    if draw.chance(30) {
        let subsidy = match draw.between(1, 4) {
            1 => (computed + draw.one_of(&[-1, 0, 1])).max(0),
            2 => (computed - 3_000 * YUAN).max(0),
            3 => 0,
            _ => fen(draw, 4_000),
        };
        claim.insert("cvlserv_pay", Value::Money(subsidy));
    }
}

pub(crate) fn of_gansu_comprehensive(draw: &mut Draw, cover: &Cover<'_>, claim: &mut Named) {
    let cause = draw.one_of(&["accident", "accident", "accident", "illness", "illness", "sudden-death"]);
    injury(draw, cover, claim, cause);
    claim.insert("hospital_grade", Value::Whole(draw.one_of(&[1, 2, 3])));
    let edges = [5 * YUAN, 1_005 * YUAN, 1_001 * YUAN + 25, 41_000 * YUAN, 428_142 * YUAN + 85, 0];
    in_pool(draw, claim, &edges);
    if draw.chance(30) {
        let class = draw.one_of(&[
            "severe-malignancy",
            "acute-myocardial-infarction",
            "stroke-sequelae",
            "organ-transplant",
            "coronary-bypass",
            "chronic-kidney-failure",
            "loss-of-limbs",
            "acute-severe-hepatitis",
            "benign-brain-tumour",
            "chronic-liver-failure",
            "brain-infection-sequelae",
            "deep-coma",
            "deafness",
            "blindness",
            "paralysis",
            "heart-valve-surgery",
            "alzheimers-disease",
            "brain-injury",
            "parkinsons-disease",
            "third-degree-burns",
            "pulmonary-hypertension",
            "motor-neuron-disease",
            "loss-of-speech",
            "aplastic-anaemia",
            "aorta-surgery",
            "chronic-respiratory-failure",
            "crohns-disease",
            "ulcerative-colitis",
            "multiple-sclerosis",
            "lupus-nephritis",
        ]);
        illness(draw, claim, class);
    }
    if draw.chance(25) {
        let edges = [50_000 * YUAN, 25_000 * YUAN, YUAN / 2, 20_000 * YUAN + YUAN / 2, 0];
        claim.insert("relief_granted", Value::Money(money(draw, &edges)));
    }
}

pub(crate) fn of_wuxi_return_allowance(draw: &mut Draw, _: &Cover<'_>, claim: &mut Named) {
    let returned = match draw.between(1, 10) {
        1..=3 => draw.one_of(&[day(2026, 2, 20), day(2026, 2, 21), day(2026, 3, 4), day(2026, 3, 5)]),
        _ => moved(day(2026, 2, 21), draw.between(0, 11)),
    };
    let reported = match draw.between(1, 10) {
        1..=3 => draw.one_of(&[day(2026, 3, 1), day(2026, 3, 2), day(2026, 3, 20), day(2026, 3, 21)]),
        _ => moved(day(2026, 3, 2), draw.between(0, 18)),
    };
    let number = match draw.between(1, 10) {
        1 | 2 => draw.one_of(&[1, 9_999, 10_000, 10_001]),
        _ => whole(draw.between(1, 10_000)),
    };
    let came_from =
        if draw.chance(95) { draw.one_of(&["in-province", "out-of-province"]) } else { draw.one_of(&["wuxi"]) };
    claim.insert("event_date", Value::Date(returned));
    claim.insert("reported_on", Value::Date(reported.max(returned)));
    claim.insert("voucher_number", Value::Whole(number));
    claim.insert("came_from", Value::Word(came_from));
    claim.insert("registered_in_wuxi", Value::YesNo(draw.chance(5)));
    claim.insert("travel_ticket", Value::YesNo(draw.chance(95)));
    claim.insert("voucher_online", Value::YesNo(draw.chance(70)));
    claim.insert("social_insurance_record", Value::YesNo(draw.chance(80)));
    if draw.chance(30) {
        claim.insert("work_proof", Value::YesNo(draw.chance(70)));
    }
}

// ── parts of claims ──────────────────────────────────────────────────────

fn mostly_accident(draw: &mut Draw) -> &'static str {
    if draw.chance(90) { "accident" } else { draw.one_of(&["illness", "sudden-death"]) }
}

/// What happened to the member, with or without a stay, a disability, a death.
fn injury(draw: &mut Draw, cover: &Cover<'_>, claim: &mut Named, cause: &'static str) {
    let event_date = day_of(draw, cover);
    claim.insert("event_date", Value::Date(event_date));
    claim.insert("cause", Value::Word(cause));
    if draw.chance(40) {
        claim.insert("disability_grade", Value::Whole(whole(draw.between(1, 10))));
    }
    if draw.chance(20) {
        claim.insert("death", Value::YesNo(draw.chance(85)));
    }
    let admitted = moved(event_date, draw.between(0, 3));
    match draw.between(1, 100) {
        1..=45 => _ = claim.insert("hospital_days", Value::Whole(days(draw))),
        46..=65 => dated_stay(draw, claim, admitted),
        66..=67 => _ = claim.insert("admitted", Value::Date(admitted)),
        68 => _ = claim.insert("discharged", Value::Date(admitted)),
        69..=70 => _ = claim.insert("hospital_days", Value::Whole(0)),
        _ => {}
    }
}

/// An illness or an accident that led to a stay.
fn admission(draw: &mut Draw, cover: &Cover<'_>, claim: &mut Named) {
    let admitted = day_of(draw, cover);
    let event_date = if draw.chance(80) { admitted } else { day_of(draw, cover).min(admitted) };
    claim.insert("event_date", Value::Date(event_date));
    claim.insert("cause", Value::Word(draw.one_of(&["illness", "illness", "illness", "accident", "sudden-death"])));
    claim.insert("admitted", Value::Date(admitted));
    if draw.chance(40) {
        dated_stay(draw, claim, admitted);
    }
}

/// A stay by its dates, at times with days that agree with them or do not.
fn dated_stay(draw: &mut Draw, claim: &mut Named, admitted: chrono::NaiveDate) {
    let nights = if draw.chance(3) { -1 } else { draw.one_of(&[0, 1, 2, 3, 4, 5, 10, 50, 90, 93, 94, 100, 180, 181]) };
    claim.insert("admitted", Value::Date(admitted));
    claim.insert("discharged", Value::Date(moved(admitted, nights)));
    match draw.between(1, 20) {
        1..=3 => _ = claim.insert("hospital_days", Value::Whole(whole(nights.max(1)))),
        4 => _ = claim.insert("hospital_days", Value::Whole(whole(nights.max(0) + draw.between(0, 1)))),
        _ => {}
    }
}

fn days(draw: &mut Draw) -> u32 {
    match draw.between(1, 20) {
        1 => 36_500,
        2..=10 => whole(draw.between(1, 40)),
        _ => draw.one_of(&[1, 2, 3, 4, 5, 50, 51, 59, 60, 61, 89, 90, 91, 92, 93, 94, 99, 100, 101, 179, 180, 181]),
    }
}

/// The illness, or one that no list has, or none.
fn illness(draw: &mut Draw, claim: &mut Named, listed: &'static str) {
    match draw.between(1, 100) {
        1..=6 => _ = claim.insert("illness_class", Value::Word("pneumonia")),
        7..=8 => {}
        _ => _ = claim.insert("illness_class", Value::Word(listed)),
    }
}

/// What the member bears: said, or to be derived from the bill, or said and at odds with it.
fn burden(draw: &mut Draw, claim: &mut Named, edges: &[i64]) {
    let borne = money(draw, edges);
    let said = Value::Money(borne);
    match draw.between(1, 100) {
        1..=50 => _ = claim.insert("personal_burden", said),
        51..=80 => bill(draw, claim, borne),
        81..=92 => {
            claim.insert("personal_burden", said);
            bill(draw, claim, borne);
        }
        93..=94 => {
            claim.insert("personal_burden", Value::Money(borne + draw.one_of(&[1, YUAN])));
            bill(draw, claim, borne);
        }
        95 => {
            claim.insert("total_cost", said);
            claim.insert("fund_paid", Value::Money(borne + draw.one_of(&[0, 1, YUAN])));
        }
        96 => {
            claim.insert("total_cost", said);
            claim.insert("fund_paid", said);
            claim.insert("other_paid", Value::Money(fen(draw, 1)));
        }
        97 => {
            claim.insert("total_cost", said);
        }
        _ => {}
    }
}

/// A bill of which so much is left to the member.
fn bill(draw: &mut Draw, claim: &mut Named, borne: i64) {
    let fund = fen(draw, 80_000);
    let hospital = if draw.chance(30) { fen(draw, 500) } else { 0 };
    let others = if draw.chance(30) { fen(draw, 2_000) } else { 0 };
    claim.insert("total_cost", Value::Money(borne + fund + hospital + others));
    claim.insert("fund_paid", Value::Money(fund));
    if hospital > 0 {
        claim.insert("hosp_part_amt", Value::Money(hospital));
    }
    if others > 0 {
        claim.insert("other_paid", Value::Money(others));
    }
}

/// What the member bears within the pool: said, or to be derived from the settlement, or said and at odds with it.
fn in_pool(draw: &mut Draw, claim: &mut Named, edges: &[i64]) {
    let borne = money(draw, edges);
    let said = Value::Money(borne);
    match draw.between(1, 100) {
        1..=60 => _ = claim.insert("in_pool_burden", said),
        61..=78 => scope_and_fund(draw, claim, borne),
        79..=86 => {
            claim.insert("in_pool_burden", said);
            scope_and_fund(draw, claim, borne);
        }
        87 => {
            claim.insert("in_pool_burden", Value::Money(borne + draw.one_of(&[1, YUAN])));
            scope_and_fund(draw, claim, borne);
        }
        88 => _ = claim.insert("inscp_scp_amt", said),
        89 => {
            claim.insert("inscp_scp_amt", said);
            claim.insert("fund_pay_sumamt", Value::Money(borne + fen(draw, 1)));
        }
        90..=99 => settlement(draw, claim, borne),
        _ => {}
    }
}

fn scope_and_fund(draw: &mut Draw, claim: &mut Named, borne: i64) {
    let fund = fen(draw, 80_000);
    claim.insert("inscp_scp_amt", Value::Money(borne + fund));
    claim.insert("fund_pay_sumamt", Value::Money(fund));
}

/// A whole settlement record, at times with one amount that does not fit the others.
fn settlement(draw: &mut Draw, claim: &mut Named, borne: i64) {
    let funds = ["hifp_pay", "cvlserv_pay", "hifes_pay", "hifmi_pay", "hifob_pay", "maf_pay", "oth_pay"];
    let out_of_scope = ["fulamt_ownpay_amt", "overlmt_selfpay", "preselfpay_amt"];
    let mut fund = 0;
    for name in funds {
        let part = if draw.chance(40) { fen(draw, 20_000) } else { 0 };
        claim.insert(name, Value::Money(part));
        fund += part;
    }
    let in_scope = borne + fund;
    let mut total = in_scope;
    for name in out_of_scope {
        let part = fen(draw, 3_000);
        claim.insert(name, Value::Money(part));
        total += part;
    }
    let hospital = fen(draw, 100).min(total - fund);
    claim.insert("inscp_scp_amt", Value::Money(in_scope));
    claim.insert("fund_pay_sumamt", Value::Money(fund));
    claim.insert("medfee_sumamt", Value::Money(total));
    claim.insert("hosp_part_amt", Value::Money(hospital));
    claim.insert("psn_part_amt", Value::Money(total - fund - hospital));
    if draw.chance(15) {
        let wrong = draw.one_of(&["inscp_scp_amt", "fund_pay_sumamt", "medfee_sumamt", "psn_part_amt", "maf_pay"]);
        if let Some(Value::Money(amount)) = claim.get_mut(wrong) {
            *amount += 1;
        }
    }
}

/// An amount on an edge or beside it, small, middling or very large. Amounts that end on 5 fen often come to half a fen.
fn money(draw: &mut Draw, edges: &[i64]) -> i64 {
    match draw.between(1, 100) {
        1..=30 => {
            let beside = draw.one_of(&[-YUAN, -15, -5, -1, -1, 0, 0, 0, 1, 1, 5, 15, 50, YUAN]);
            (draw.one_of(edges) + beside).max(0)
        }
        31..=50 => fen(draw, 5),
        51..=70 => fen(draw, 20_000),
        71..=80 => fen(draw, 20_000) / 10 * 10 + 5,
        81..=92 => fen(draw, 300_000),
        93..=95 => fen(draw, 1_000_000_000),
        _ => draw.between(0, 3),
    }
}

/// Any amount up to so many yuan.
fn fen(draw: &mut Draw, most_yuan: i64) -> i64 {
    draw.between(0, most_yuan * YUAN)
}

fn whole(number: i64) -> u32 {
    u32::try_from(number).expect("numbers and days in this program are not negative")
}
