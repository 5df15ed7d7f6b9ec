//! Where the sections of a claim's sheet stand.

use crate::arena::Arena;
use crate::plan::expression::BenefitIndex;
use crate::reading::formula::Formula;

/// Rows, counted from 1. Each section has a title, a head, and its rows; then comes an empty row.
#[derive(Debug)]
pub(super) struct Rows {
    pub(super) facts: Section,
    pub(super) priors: Section,
    pub(super) conditions: Section,
    /// The row of each benefit's name; its gross amount, its lines and what is paid follow.
    pub(super) benefits: Arena<BenefitIndex, usize>,
    pub(super) benefits_title: usize,
    /// The row that says whether no benefit applies.
    pub(super) none_applies: usize,
    pub(super) posts: Section,
    pub(super) identities: Section,
    pub(super) steps: Section,
}

/// The rows from `first` on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Section {
    pub(super) title: usize,
    pub(super) first: usize,
    pub(super) count: usize,
}

/// The outcome stands above all sections.
pub(super) const DECISION: usize = 4;
pub(super) const PAYABLE: usize = 5;
pub(super) const REASONS: usize = 6;
pub(super) const READABLE: usize = 7;
pub(super) const EXACT: usize = 8;
const FIRST_SECTION: usize = 10;

impl Rows {
    /// With so many of the facts, and the benefits in this order.
    pub(super) fn of(formula: &Formula, facts: usize, order: &[BenefitIndex]) -> Rows {
        let facts = Section::at(FIRST_SECTION, facts);
        let priors = Section::at(facts.after(), formula.priors.len());
        let conditions = Section::at(priors.after(), formula.conditions.len());
        let benefits_title = conditions.after();
        let mut row = benefits_title.saturating_add(2);
        let mut benefits = formula.benefits.each(row);
        for benefit in order {
            benefits[*benefit] = row;
            row = row.saturating_add(formula.benefits[*benefit].lines.len()).saturating_add(3);
        }
        let none_applies = row;
        let posts = Section::at(row.saturating_add(2), formula.posts.len());
        let identities = Section::at(posts.after(), formula.identities.len());
        let steps = Section::at(identities.after(), formula.graph.steps().len());
        Rows { facts, priors, conditions, benefits, benefits_title, none_applies, posts, identities, steps }
    }
}

impl Section {
    fn at(title: usize, count: usize) -> Section {
        Section { title, first: title.saturating_add(2), count }
    }

    pub(super) fn last(self) -> usize {
        self.first.saturating_add(self.count).saturating_sub(1)
    }

    /// All rows of a column, of which there is at least one.
    pub(super) fn column(self, column: char) -> String {
        format!("${column}${}:${column}${}", self.first, self.last().max(self.first))
    }

    fn after(self) -> usize {
        self.first.saturating_add(self.count).saturating_add(1)
    }
}
