//! What one more yuan would change.

use rust_decimal::Decimal;

use crate::accumulator::Accumulators;
use crate::claim::Claim;
use crate::enrollment::Enrollment;
use crate::error::Error;
use crate::exact;
use crate::fact::Kind;
use crate::plan::Plan;
use crate::reading::exact::{Exact, Known, Silence};
use crate::semantics::Meaning;

impl Plan {
    /// What one more yuan of each amount that a rule reads would change, all other facts as they are: the fact's name and the
    /// difference in yuan.
    ///
    /// # Errors
    /// Those of [`Plan::decide`].
    pub fn next_yuan(
        &self,
        enrollment: &Enrollment,
        claim: &Claim,
        accumulators: &Accumulators,
    ) -> Result<Vec<(String, Decimal)>, Error> {
        if claim.is_held() {
            return Ok(Vec::new());
        }
        let now = self.decide(enrollment, claim, accumulators)?;
        let mut changes = Vec::new();
        let amounts = self.slots().zip(&self.facts).filter(|(_, fact)| {
            let is_stated = fact.derived.is_some() || claim.facts.get(&fact.name).is_some();
            fact.kind == Kind::Money && is_stated && self.rules_read(&fact.name)
        });
        for (slot, fact) in amounts {
            let reading = || Exact::new(self, enrollment, claim, accumulators, Silence);
            if let Known::Missing(_) = Meaning::new(self, reading()).number_fact(slot) {
                continue;
            }
            let mut meaning = Meaning::new(self, reading().raised(slot, Decimal::ONE));
            let verdict = meaning.adjudicate_as_given();
            if let (Known::Known(payable), None) = (verdict.payable, meaning.reading.fault()) {
                let change = exact::subtract(payable.into(), now.payable)?;
                changes.push((fact.name.to_string(), change));
            }
        }
        Ok(changes)
    }

    /// Whether a rule reads the fact itself, not only another fact's derivation.
    fn rules_read(&self, fact: &str) -> bool {
        self.rule_facts.iter().any(|slot| &*self.fact(*slot).name == fact)
    }
}
