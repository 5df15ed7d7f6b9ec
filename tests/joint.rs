//! Several plans paying for one event, each alone, and the joint limit over them.

use std::collections::BTreeMap;

use huzhu::{Accumulators, Adjudication, Catalog, Claim, Enrollment, Error};
use rust_decimal::Decimal;

/// The six plans of Guangdong with the caps that were published; together 506,200 yuan.
const CAPS: [(&str, i64); 6] = [
    ("guangdong-second-medical", 173_000),
    ("guangdong-self-funded", 8_000),
    ("guangdong-accident", 65_400),
    ("guangdong-hospital-allowance", 10_800),
    ("guangdong-womens-illness", 54_000),
    ("guangdong-critical-illness", 195_000),
];

#[test]
fn the_six_caps_of_guangdong_come_to_506_200_yuan() -> Result<(), Box<dyn std::error::Error>> {
    let catalog = shipped(|text| text)?;
    let mut family = Family::enrolled()?;
    for claim in worst_year()? {
        family.decide(&catalog, &claim)?;
    }
    for (plan, cap) in CAPS {
        assert_eq!(family.paid(plan), Decimal::from(cap), "{plan}");
    }
    assert_eq!(family.total(), Decimal::from(506_200));
    Ok(())
}

#[test]
fn a_joint_limit_is_never_exceeded_and_cuts_the_plans_that_are_served_last() -> Result<(), Box<dyn std::error::Error>> {
    let catalog = shipped(|text| text.replace("506_200 yuan", "300_000 yuan"))?;
    let mut family = Family::enrolled()?;
    let mut decided = Vec::new();
    for claim in worst_year()? {
        decided.extend(family.decide(&catalog, &claim)?);
        assert!(family.total() <= Decimal::from(300_000));
    }
    assert_eq!(family.total(), Decimal::from(300_000));
    assert_eq!(family.paid("guangdong-second-medical"), Decimal::from(173_000)); // in the first claim, and served first
    let cut = decided.iter().flat_map(Adjudication::benefits).flat_map(huzhu::BenefitLines::lines);
    assert!(cut.filter(|line| line.step() == "joint-limit").any(huzhu::Line::is_binding));
    for benefit in decided.iter().flat_map(Adjudication::benefits) {
        let taken: Decimal = benefit.lines().iter().map(huzhu::Line::takes).sum();
        assert_eq!(benefit.gross(), taken + benefit.paid());
    }
    Ok(())
}

/// The shipped plans of Guangdong, the joint limit's file rewritten.
fn shipped(joint: impl Fn(String) -> String) -> Result<Catalog, Box<dyn std::error::Error>> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir("rules")? {
        let path = entry?.path();
        let name = path.to_string_lossy().into_owned();
        if name.contains("guangdong") && !name.ends_with(".cases.toml") {
            let text = std::fs::read_to_string(&path)?;
            let text = if name.ends_with(".joint.toml") { joint(text) } else { text };
            files.push((name, text.into_bytes()));
        }
    }
    Ok(Catalog::read(files)?)
}

/// A stay, an accident, and two illnesses that together exhaust every plan.
fn worst_year() -> Result<Vec<Claim>, Error> {
    let claim = |id: &str, cause: &str, date: &str| Claim::new(id).with("cause", cause)?.with("event_date", date);
    let stay = claim("1-stay", "illness", "2025-08-01")?
        .with("admitted", "2025-08-01")?
        .with("discharged", "2026-03-01")?
        .with("in_pool_burden", "300000.00")?
        .with("self_funded", "20000.00")?
        .with("personal_burden", "320000.00")?;
    let accident = claim("2-accident", "accident", "2025-09-01")?
        .with("death", true)?
        .with("hospital_days", 300)?
        .with("personal_burden", "90000.00")?;
    let cancer = |id: &str, class: &str, date: &str| {
        claim(id, "illness", date)?.with("illness_class", class)?.with("confirmed_on", date)
    };
    Ok(vec![
        stay,
        accident,
        cancer("3-breast", "breast-cancer", "2025-10-01")?,
        cancer("4-tumour", "malignant-tumour", "2025-11-01")?,
    ])
}

/// One member in all six plans, with an account under each.
struct Family {
    covers: BTreeMap<&'static str, (Enrollment, Accumulators)>,
}

impl Family {
    fn enrolled() -> Result<Family, Error> {
        let mut covers = BTreeMap::new();
        for (plan, _) in CAPS {
            let enrollment = Enrollment::new(plan, plan, "M")
                .with("shares", 1)?
                .with("coverage_start", "2025-07-01")?
                .with("coverage_end", "2026-06-30")?
                .with("previous_coverage_end", "2025-06-30")?
                .with("birth_date", "1985-06-15")?
                .with("sex", "female")?;
            covers.insert(plan, (enrollment, Accumulators::new()));
        }
        Ok(Family { covers })
    }

    /// Decides a claim under all six plans together and posts what it was paid.
    fn decide(&mut self, catalog: &Catalog, claim: &Claim) -> Result<Vec<Adjudication>, Error> {
        let covers: Vec<_> = self.covers.values().map(|(enrollment, account)| (enrollment, account)).collect();
        let decided = catalog.adjudicate_together(&covers, claim)?;
        for adjudication in &decided {
            let plan = adjudication.outcome().plan().id.as_str();
            if let (Some(posting), Some((_, account))) = (adjudication.posting(), self.covers.get_mut(plan)) {
                account.post(posting)?;
            }
        }
        Ok(decided)
    }

    fn paid(&self, plan: &str) -> Decimal {
        self.covers
            .get(plan)
            .into_iter()
            .flat_map(|(_, account)| account.postings())
            .map(|posting| posting.paid().unwrap_or(Decimal::MAX))
            .sum()
    }

    fn total(&self) -> Decimal {
        CAPS.iter().map(|(plan, _)| self.paid(plan)).sum()
    }
}
