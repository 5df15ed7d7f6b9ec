//! A case decided with all that a person is told of it.

use rust_decimal::Decimal;

use super::Case;
use crate::accumulator::Accumulators;
use crate::adjudicate::Adjudication;
use crate::catalog::Catalog;
use crate::error::Error;
use crate::explain::{Explanation, NextYuan};
use crate::order::Order;
use crate::text::Language;

/// What became of a case, with all that is said of it to a person: what [`Case::worked`] gives.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct WorkedCase {
    /// The decision, worked out.
    pub adjudication: Adjudication,
    /// What is posted under the plan after it.
    pub accumulators: Accumulators,
    /// In which order the history was decided; none where there is no history.
    pub order: Option<Order>,
    /// What one more yuan of each amount that the claim states would change, by fact, where the claim was open to benefits.
    pub next_yuan: Vec<(String, Decimal)>,
}

impl Case {
    /// Decides the claim as [`Case::work_out`] does, and works out all else that `huzhu adjudicate` says of it.
    ///
    /// ```
    /// use huzhu::{Case, Catalog, Language};
    ///
    /// # let catalog = Catalog::load("rules".as_ref())?;
    /// let case = Case::read("zhao.json", &std::fs::read("rules/cases/zhao.json")?, &catalog)?;
    /// let worked = case.worked(&catalog)?;
    /// let [zh, en] = [Language::Zh, Language::En].map(|language| worked.explain(language)); // decided once, said in both
    /// assert_eq!((zh.payable, en.payable), ("7119.87".to_owned(), "7119.87".to_owned()));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Those of [`Case::decide`].
    pub fn worked(&self, catalog: &Catalog) -> Result<WorkedCase, Error> {
        let (adjudication, accumulators) = self.work_out(catalog)?;
        let is_open = adjudication.decision().is_open();
        Ok(WorkedCase {
            adjudication,
            accumulators,
            order: (!self.history.is_empty()).then_some(catalog.order()),
            next_yuan: if is_open { self.next_yuan(catalog)? } else { Vec::new() },
        })
    }
}

impl WorkedCase {
    /// All of it in words: what `huzhu adjudicate --format json` prints.
    #[must_use]
    pub fn explain(&self, language: Language) -> Explanation {
        let mut explanation = self.adjudication.explain(language);
        explanation.accumulators = Some(self.accumulators.clone());
        explanation.order = self.order;
        explanation.next_yuan = NextYuan::all(&self.next_yuan);
        explanation
    }
}
