//! Certificates of drawn members of all plans, as batches.

use std::path::Path;

use huzhu::certificate::Roll;
use huzhu::{Catalog, Certifier};

use crate::drawn::claims::pair_of;
use crate::oracle::draw::Draw;
use crate::oracle::population::{PLANS, history};

/// One file.
pub(crate) struct Generated {
    pub(crate) lines: String,
    pub(crate) count: u64,
    pub(crate) root: String,
}

/// A batch of at least so many certificates.
pub(crate) fn batch(count: u64) -> Generated {
    Generator::seeded(20_261_123).batch(count)
}

pub(crate) struct Generator {
    catalog: Catalog,
    draw: Draw,
    drawn: usize,
}

impl Generator {
    pub(crate) fn seeded(seed: u64) -> Generator {
        Generator { catalog: Catalog::load(Path::new("rules")).unwrap(), draw: Draw::seeded(seed), drawn: 0 }
    }

    /// At least so many certificates: a member's are not divided.
    pub(crate) fn batch(&mut self, count: u64) -> Generated {
        let certifier = Certifier::new(&self.catalog);
        let mut lines = Vec::new();
        let mut roll = Roll::to(&mut lines);
        let mut made = 0;
        while made < count {
            let plan = &PLANS[self.drawn % PLANS.len()];
            self.drawn += 1;
            let member = format!("M{}", self.drawn);
            let facts = history(plan, &mut self.draw).into_iter().enumerate();
            let claims: Vec<_> = facts.map(|(index, facts)| pair_of(&member, plan.id, &facts, index)).collect();
            for record in certifier.certify_history(&claims).unwrap() {
                roll.record(&record).unwrap();
                made += u64::from(record.certificate().is_some());
            }
        }
        let root = roll.end().unwrap();
        Generated { lines: String::from_utf8(lines).unwrap(), count: made, root }
    }
}
