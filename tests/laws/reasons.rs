//! Law 5: a no lists all its reasons.

use std::collections::BTreeSet;

use huzhu::{Accumulators, Adjudication, Decision, Text};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;

use super::law::{config, decide_in_turn, over_every_pack};
use super::member::Telling;
use super::shelf::{Pack, SHELF, words};
use super::small;

/// A claim that is paid, and for each condition of its plan what breaks that condition alone.
struct Sound {
    file: &'static str,
    cover: &'static [(&'static str, &'static str)],
    claim: &'static [(&'static str, &'static str)],
    breaks: &'static [(&'static str, Break)],
}

#[derive(Debug, Clone, Copy)]
enum Break {
    OfCover(&'static [(&'static str, &'static str)]),
    OfClaim(&'static [(&'static str, &'static str)]),
    /// So many earlier claims that were paid.
    Earlier(usize),
}

use Break::{Earlier, OfClaim, OfCover};

const COVER: &[(&str, &str)] =
    &[("shares", "1"), ("birth_date", "1990-05-05"), ("coverage_start", "2025-07-01"), ("coverage_end", "2026-06-30")];
const TOO_YOUNG: Break = OfCover(&[("birth_date", "2015-01-01")]);
const ACCIDENT: &[(&str, &str)] =
    &[("event_date", "2025-10-08"), ("cause", "accident"), ("hospital_days", "10"), ("personal_burden", "1000.00")];
const STAY: &[(&str, &str)] = &[
    ("event_date", "2025-10-08"),
    ("admitted", "2025-10-08"),
    ("cause", "illness"),
    ("hospital_days", "10"),
    ("in_pool_burden", "1000.00"),
    ("self_funded", "1000.00"),
];
const AFTER_COVER: Break = OfClaim(&[("event_date", "2026-07-01")]);
const STAY_AFTER_COVER: Break = OfClaim(&[("admitted", "2026-07-01")]);

/// What breaks the conditions of every plan.
const STANDING: &[(&str, Break)] = &[
    ("settlement-refunded", OfClaim(&[("refd_setl_flag", "1")])),
    ("settlement-invalid", OfClaim(&[("vali_flag", "0")])),
];

const SECOND_MEDICAL: &[(&str, Break)] =
    &[("age-at-enrolment", TOO_YOUNG), ("admitted-in-cover", STAY_AFTER_COVER), ("two-claims-a-period", Earlier(2))];
const SECOND_MEDICAL_IN_2015: &[(&str, Break)] = &[
    ("age-at-enrolment", TOO_YOUNG),
    ("admitted-in-cover", OfClaim(&[("admitted", "2017-01-01")])),
    ("two-claims-a-period", Earlier(2)),
];
const SECOND_MEDICAL_IN_2019: &[(&str, Break)] = &[
    ("age-at-enrolment", TOO_YOUNG),
    ("admitted-in-cover", OfClaim(&[("admitted", "2021-01-01")])),
    ("two-claims-a-period", Earlier(2)),
];

const SOUND: &[Sound] = &[
    Sound {
        file: "gansu-comprehensive.toml",
        cover: &[("occupation", "courier"), ("coverage_start", "2025-07-01"), ("coverage_end", "2026-06-30")],
        claim: &[("event_date", "2025-10-08"), ("cause", "accident"), ("disability_grade", "8")],
        breaks: &[("covered-trade", OfCover(&[("occupation", "miner")])), ("event-in-cover", AFTER_COVER)],
    },
    Sound {
        file: "guangdong-accident.toml",
        cover: COVER,
        claim: ACCIDENT,
        breaks: &[
            ("age-at-enrolment", TOO_YOUNG),
            ("accident-only", OfClaim(&[("cause", "illness")])),
            ("accident-in-cover", AFTER_COVER),
        ],
    },
    Sound {
        file: "guangdong-critical-illness.toml",
        cover: COVER,
        claim: &[("event_date", "2025-10-08"), ("cause", "illness"), ("illness_class", "stroke-sequelae")],
        breaks: &[
            ("age-at-enrolment", TOO_YOUNG),
            ("diagnosed-in-cover", AFTER_COVER),
            ("listed-illness", OfClaim(&[("illness_class", "a-cold")])),
        ],
    },
    Sound {
        file: "guangdong-hospital-allowance.toml",
        cover: COVER,
        claim: STAY,
        breaks: &[("age-at-enrolment", TOO_YOUNG), ("admitted-in-cover", STAY_AFTER_COVER)],
    },
    Sound {
        file: "guangdong-second-medical.2015.toml",
        cover: &[
            ("shares", "1"),
            ("birth_date", "1980-05-05"),
            ("coverage_start", "2016-01-01"),
            ("coverage_end", "2016-12-31"),
        ],
        claim: &[
            ("event_date", "2016-10-08"),
            ("admitted", "2016-10-08"),
            ("cause", "illness"),
            ("in_pool_burden", "1000.00"),
        ],
        breaks: SECOND_MEDICAL_IN_2015,
    },
    Sound {
        file: "guangdong-second-medical.2019.toml",
        cover: &[
            ("shares", "1"),
            ("birth_date", "1980-05-05"),
            ("coverage_start", "2020-01-01"),
            ("coverage_end", "2020-12-31"),
        ],
        claim: &[
            ("event_date", "2020-10-08"),
            ("admitted", "2020-10-08"),
            ("cause", "illness"),
            ("in_pool_burden", "1000.00"),
        ],
        breaks: SECOND_MEDICAL_IN_2019,
    },
    Sound { file: "guangdong-second-medical.2025-07.toml", cover: COVER, claim: STAY, breaks: SECOND_MEDICAL },
    Sound {
        file: "guangdong-self-funded.toml",
        cover: COVER,
        claim: STAY,
        breaks: &[("age-at-enrolment", TOO_YOUNG), ("admitted-in-cover", STAY_AFTER_COVER)],
    },
    Sound {
        file: "guangdong-womens-illness.toml",
        cover: &[
            ("sex", "female"),
            ("birth_date", "1990-05-05"),
            ("coverage_start", "2025-07-01"),
            ("coverage_end", "2026-06-30"),
        ],
        claim: &[("event_date", "2025-10-08"), ("confirmed_on", "2025-10-08"), ("illness_class", "breast-cancer")],
        breaks: &[
            ("women-only", OfCover(&[("sex", "male")])),
            ("age-at-enrolment", TOO_YOUNG),
            ("confirmed-in-cover", OfClaim(&[("confirmed_on", "2026-07-01")])),
            ("listed-illness", OfClaim(&[("illness_class", "a-cold")])),
        ],
    },
    Sound {
        file: "henan-accident.toml",
        cover: COVER,
        claim: ACCIDENT,
        breaks: &[
            ("age-at-enrolment", TOO_YOUNG),
            ("event-in-cover", AFTER_COVER),
            ("covered-cause", OfClaim(&[("cause", "illness")])),
        ],
    },
    Sound {
        file: "ningbo-critical.toml",
        cover: COVER,
        claim: &[("event_date", "2025-10-08"), ("illness_class", "stroke-sequelae")],
        breaks: &[("diagnosed-in-cover", AFTER_COVER), ("listed-illness", OfClaim(&[("illness_class", "a-cold")]))],
    },
    Sound {
        file: "ningbo-hospital.toml",
        cover: &[("employment", "active"), ("coverage_start", "2025-07-01"), ("coverage_end", "2026-06-30")],
        claim: &[
            ("event_date", "2025-10-08"),
            ("admitted", "2025-10-08"),
            ("computed_base", "1000.00"),
            ("receipt_self_paid", "1000.00"),
        ],
        breaks: &[("admitted-in-cover", STAY_AFTER_COVER)],
    },
    Sound {
        file: "wuxi-return-allowance.toml",
        cover: &[("coverage_start", "2026-01-01"), ("coverage_end", "2026-12-31")],
        claim: &[
            ("event_date", "2026-03-02"),
            ("reported_on", "2026-03-02"),
            ("came_from", "in-province"),
            ("registered_in_wuxi", "false"),
            ("travel_ticket", "true"),
            ("social_insurance_record", "true"),
            ("voucher_number", "10000"),
            ("voucher_online", "true"),
        ],
        breaks: &[
            ("return-window", OfClaim(&[("event_date", "2026-03-05"), ("reported_on", "2026-03-05")])),
            ("came-from-elsewhere", OfClaim(&[("came_from", "wuxi")])),
            ("registered-elsewhere", OfClaim(&[("registered_in_wuxi", "true")])),
            ("travel-ticket", OfClaim(&[("travel_ticket", "false")])),
            ("employed-in-wuxi", OfClaim(&[("social_insurance_record", "false")])),
            ("within-vouchers", OfClaim(&[("voucher_number", "10001")])),
            ("application-window", OfClaim(&[("reported_on", "2026-03-21")])),
            ("once-a-campaign", Earlier(1)),
        ],
    },
    Sound {
        file: "wuxi-xixinbao.toml",
        cover: &[
            ("birth_date", "1990-05-05"),
            ("coverage_start", "2025-07-01"),
            ("coverage_end", "2026-06-30"),
            ("place_number", "25000"),
        ],
        claim: ACCIDENT,
        breaks: &[
            ("within-places", OfCover(&[("place_number", "25001")])),
            ("age-at-enrolment", TOO_YOUNG),
            ("accident-in-cover", AFTER_COVER),
            ("accident-only", OfClaim(&[("cause", "illness")])),
        ],
    },
];

#[test]
fn a_denial_lists_all_its_reasons() {
    for pack in SHELF.iter() {
        let sound = Sound::of(pack);
        let breaks: Vec<&'static (&str, Break)> = sound.breaks.iter().chain(STANDING).collect();
        let stated: BTreeSet<&str> =
            pack.items("condition").iter().map(|condition| condition["id"].as_str().unwrap()).collect();
        let broken: BTreeSet<&str> = sound.breaks.iter().map(|(id, _)| *id).collect();
        assert_eq!(broken, stated, "{}: every condition has what breaks it", pack.file);
        assert_eq!(sound.decide(pack, &[]).decision(), Decision::Paid, "{}", pack.file);
        let chosen = prop::sample::subsequence(breaks.clone(), 1..=breaks.len());
        let tried = TestRunner::new(config(64)).run(&chosen, |chosen| {
            let adjudication = sound.decide(pack, &chosen);
            let expected: BTreeSet<&str> = chosen.iter().map(|(id, _)| *id).collect();
            let denies = expected.iter().any(|id| !waits_for_a_person(pack, id));
            prop_assert_eq!(adjudication.decision(), if denies { Decision::Denied } else { Decision::Pended });
            prop_assert_eq!(codes(&adjudication), expected, "every condition that fails is a reason");
            for reason in adjudication.reasons() {
                prop_assert_eq!(&reason.clause, &Some(clause(pack, &reason.code)), "{}", &reason.code);
                prop_assert_eq!(&reason.fact, &None);
            }
            for mended in &chosen {
                let rest: Vec<_> = chosen.iter().copied().filter(|broken| broken.0 != mended.0).collect();
                let left: Vec<_> =
                    adjudication.reasons().iter().filter(|reason| reason.code != mended.0).cloned().collect();
                let mended_one = sound.decide(pack, &rest);
                prop_assert_eq!(mended_one.reasons(), left, "without {} exactly its reason goes", mended.0);
            }
            Ok(())
        });
        tried.unwrap_or_else(|wrong| panic!("{}: {wrong}", pack.file));
    }
}

/// A claim whose facts contradict each other waits, and each identity that is broken is told with both sides.
#[test]
fn facts_that_contradict_each_other_say_by_how_much() {
    let plan = small::plan(
        r#"benefit = [{ id = "care", when = "total_cost >= 0 yuan", gross = "least(total_cost, fund_paid)", @titled }]"#,
    );
    let enrollment = huzhu::Enrollment::new("E", "small", "M").with("coverage_start", "2025-01-01").unwrap();
    let told = [("event_date", "2025-06-01"), ("total_cost", "2019.87"), ("fund_paid", "2100.00")];
    let claim = told.iter().fold(huzhu::Claim::new("C"), |claim, (name, value)| claim.with(name, *value).unwrap());
    let adjudication = plan.adjudicate(&enrollment, &claim, &Accumulators::new()).unwrap();
    let reasons: Vec<(&str, &str)> =
        adjudication.reasons().iter().map(|reason| (reason.code.as_str(), reason.text.en.as_str())).collect();
    let expected = "the funds pay more than the total cost (2100.00 and 2019.87, 80.13 too much)";
    assert_eq!((adjudication.decision(), reasons), (Decision::Pended, vec![("fund-above-total", expected)]));
}

fn codes(adjudication: &Adjudication) -> BTreeSet<&str> {
    adjudication.reasons().iter().map(|reason| reason.code.as_str()).collect()
}

fn waits_for_a_person(pack: &Pack, condition: &str) -> bool {
    pack.items("condition").iter().any(|stated| stated["id"] == condition && stated["otherwise"] == "pend")
}

fn clause(pack: &Pack, condition: &str) -> Text {
    match pack.items("condition").iter().find(|stated| stated["id"] == condition) {
        Some(stated) => words(&stated["clause"]),
        None => Text { zh: "通则".to_owned(), en: "general rule".to_owned() },
    }
}

impl Sound {
    fn of(pack: &Pack) -> &'static Sound {
        let known = SOUND.iter().find(|sound| sound.file == pack.file);
        known.unwrap_or_else(|| panic!("no sound claim is written for {}", pack.file))
    }

    /// Decides the sound claim with what is broken.
    fn decide(&self, pack: &Pack, broken: &[&(&str, Break)]) -> Adjudication {
        let (mut cover, mut claim) = (self.cover.to_vec(), self.claim.to_vec());
        let mut before = Accumulators::new();
        for (_, broken) in broken {
            match broken {
                OfCover(facts) => put(&mut cover, facts),
                OfClaim(facts) => put(&mut claim, facts),
                Earlier(claims) => {
                    for number in 0..*claims {
                        let earlier = decide(pack, &format!("earlier-{number}"), self.cover, self.claim, &before);
                        before.post(earlier.posting().unwrap()).unwrap();
                    }
                }
            }
        }
        decide(pack, "C", &cover, &claim, &before)
    }
}

fn put(facts: &mut Vec<(&'static str, &'static str)>, others: &[(&'static str, &'static str)]) {
    facts.retain(|(name, _)| !others.iter().any(|(other, _)| other == name));
    facts.extend(others);
}

fn decide(
    pack: &Pack,
    id: &str,
    cover: &[(&str, &str)],
    claim: &[(&str, &str)],
    before: &Accumulators,
) -> Adjudication {
    let enrollment = huzhu::Enrollment::new("E", pack.plan.id(), "M");
    let enrollment = cover.iter().fold(enrollment, |enrollment, (name, value)| enrollment.with(name, *value).unwrap());
    let claim = claim.iter().fold(huzhu::Claim::new(id), |claim, (name, value)| claim.with(name, *value).unwrap());
    pack.plan.adjudicate(&enrollment, &claim, before).unwrap()
}

/// Whoever is paid needs no reason; whoever is not is told one, with its clause where a rule is the reason.
#[test]
fn a_no_always_says_why() {
    over_every_pack(Telling::anything(3), |pack, told| {
        for decided in decide_in_turn(pack, told) {
            let adjudication = &decided.adjudication;
            let reasons = adjudication.reasons();
            prop_assert_eq!(reasons.is_empty(), adjudication.decision() == Decision::Paid);
            for reason in reasons {
                let is_rule = pack.items("condition").iter().any(|condition| condition["id"] == reason.code.as_str());
                prop_assert!(!is_rule || reason.clause.is_some(), "the clause of {}", &reason.code);
                prop_assert!(!reason.text.zh.is_empty() && !reason.text.en.is_empty());
                prop_assert_eq!(reason.fact.is_some(), reason.code == "missing-fact");
                prop_assert!(reason.fact.is_none() || adjudication.decision() == Decision::Pended);
            }
            for benefit in adjudication.inapplicable() {
                prop_assert!(benefit.unmet().next().is_some(), "{} does not apply, and nothing is unmet", benefit.id());
            }
            if matches!(adjudication.decision(), Decision::Denied | Decision::Pended) {
                prop_assert!(adjudication.benefits().is_empty() && adjudication.payable().is_zero());
            }
        }
        Ok(())
    });
}
