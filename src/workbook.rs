//! Claims as workbooks: inputs, figures and every step as live formulas, which a spreadsheet works out again.

mod benefits;
mod claim;
mod figures;
mod grid;
mod rows;
mod words;
mod write;

use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;

use crate::accumulator::Accumulators;
use crate::adjudicate::Detail;
use crate::case::Case;
use crate::catalog::Catalog;
use crate::certificate::conclusion::Conclusion;
use crate::claim::Claim;
use crate::enrollment::Enrollment;
use crate::error::Error;
use crate::foreign::{is_control, is_in_xml};
use crate::plan::Plan;
use crate::reading::formula::Formula;
use crate::reading::formula::evaluate::Inputs;
use crate::reading::formula::extents::{PlacesOfPriors, places_of_priors};
use crate::text::{Language, say};
use claim::Page;
use figures::Figures;
use grid::Grid;

/// Letters that the name of a sheet may have.
const LONGEST_NAME: usize = 31;
/// Names, in small letters, that Excel keeps for the history of changes, in English and in Chinese.
const RESERVED_NAMES: [&str; 2] = ["history", "历史记录"];
/// Letters that the name of a sheet may not have.
const NOT_IN_NAMES: &str = "[]:*?/\\'";

/// Claims on sheets of one workbook, each with its facts as inputs and every step as a formula; changing an input changes the payout.
///
/// The figures, tables and bands of each plan stand on a sheet of their own, which the formulas refer to. The same claims give the
/// same bytes.
///
/// ```
/// # use huzhu::{Case, Catalog, Language, Workbook};
/// # let catalog = Catalog::load("rules".as_ref())?;
/// # let case = Case::read("zhao.json", &std::fs::read("rules/cases/zhao.json")?, &catalog)?;
/// let mut workbook = Workbook::new(&catalog, Language::Zh);
/// workbook.add(&case)?; // once for each claim
/// let file = workbook.to_bytes()?;
/// assert!(file.starts_with(b"PK"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Workbook<'c> {
    catalog: &'c Catalog,
    language: Language,
    /// By id and version.
    plans: BTreeMap<(&'c str, &'c str), Known>,
    claims: Vec<(Grid, Summary)>,
    /// Of the sheets, in small letters.
    names: BTreeSet<String>,
}

/// What the sheets of all claims of a plan share.
struct Known {
    formula: Formula,
    figures: Figures,
    priors: PlacesOfPriors,
}

/// A claim in the list of all.
struct Summary {
    claim: String,
    plan: String,
    decision: String,
    payable: String,
    reasons: String,
    /// In yuan, as another system has it.
    recorded: Option<Decimal>,
}

impl<'c> Workbook<'c> {
    /// The most claims that one workbook has.
    pub const MOST_CLAIMS: usize = 1_000;

    /// Without a claim; its texts are in this language.
    #[must_use]
    pub fn new(catalog: &'c Catalog, language: Language) -> Workbook<'c> {
        let taken = RESERVED_NAMES.map(str::to_owned).into_iter().chain([words::claims(language).to_lowercase()]);
        Workbook { catalog, language, plans: BTreeMap::new(), claims: Vec::new(), names: taken.collect() }
    }

    /// Adds the claim of a case, on top of its history, with what is said beside its decision.
    ///
    /// # Errors
    /// Those of [`Case::decide`] and [`Workbook::add_claim`]; [`Error::is_workbook`] if a joint limit cuts the claim, since a sheet
    /// works out what the plan alone pays.
    pub fn add(&mut self, case: &Case) -> Result<(), Error> {
        let before = case.before(self.catalog)?;
        let case = case.known(self.catalog);
        if case.claim.reverses().is_none() {
            let plan = self.catalog.resolve(&case.enrollment, &case.claim)?;
            let alone = plan.decide(&case.enrollment, &case.claim, &before.accumulators)?.payable();
            if before.room.caps(alone, &before.accumulators)? != alone {
                return Err(Error::workbook(say!(
                    "合计限额减少了给付，工作簿只能算出计划本身的给付，故不出具",
                    "a joint limit cuts the claim: a workbook works out what the plan alone pays, and there is none"
                )));
            }
        }
        self.add_claim(&case.enrollment, &case.claim, &before.accumulators)?;
        let (adjudication, _) = case.decide(self.catalog)?;
        if let Some((grid, _)) = self.claims.last_mut() {
            claim::note(grid, adjudication.notices(), self.language);
        }
        Ok(())
    }

    /// Adds a claim, on top of what the member's earlier claims have posted.
    ///
    /// # Errors
    /// Those of [`Catalog::resolve`] and [`Plan::adjudicate`]; [`Error::is_workbook`] if the claim is a reversal or pended for what is known around it, if there are a
    /// thousand claims already, or if what the steps come to is not what the plan decides, which would be a fault of the engine.
    pub fn add_claim(
        &mut self,
        enrollment: &Enrollment,
        claim: &Claim,
        accumulators: &Accumulators,
    ) -> Result<(), Error> {
        if claim.reverses().is_some() {
            return Err(Error::workbook(say!("冲销没有工作簿", "a reversal has no workbook")));
        }
        if self.claims.len() >= Workbook::MOST_CLAIMS {
            let most = Workbook::MOST_CLAIMS;
            return Err(Error::workbook(say!(
                "一个工作簿至多 {most} 份理赔申请",
                "a workbook has at most {most} claims"
            )));
        }
        let plan = self.catalog.resolve(enrollment, claim)?;
        let adjudication = plan.reasoned(enrollment, claim, accumulators, Detail::Plain)?;
        if adjudication.is_held() {
            return Err(Error::workbook(say!(
                "理赔申请因计划以外的情况暂缓，没有工作簿",
                "the claim is pended for what is known around it and has no workbook"
            )));
        }
        let key = (plan.id(), plan.version());
        if !self.plans.contains_key(&key) {
            let name = self.new_name(&format!("{} {}", plan.id(), plan.version()));
            self.plans.insert(key, Known::of(plan, name, self.language));
        }
        let name = self.new_name(claim.id());
        let Some(known) = self.plans.get(&key) else { return Ok(()) };
        let inputs = Inputs::of(plan, &known.formula.priors, enrollment, claim, accumulators)?;
        let values = known.formula.values(plan, &inputs)?;
        let conclusion = Conclusion::of(plan, &known.formula, &values)?;
        if !conclusion.is_that_of(&adjudication) {
            let id = claim.id();
            return Err(Error::workbook(say!(
                "理赔申请 `{id}` 的工作簿与审核结果不符，请报告此错误",
                "the workbook of the claim `{id}` differs from its decision; please report this"
            )));
        }
        let page = Page {
            plan,
            formula: &known.formula,
            figures: &known.figures,
            priors: &known.priors,
            inputs: &inputs,
            values: &values,
            conclusion: &conclusion,
            claim: claim.id(),
            enrollment: enrollment.id(),
            language: self.language,
        };
        self.claims.push(page.laid_out(name));
        Ok(())
    }

    /// Adds a claim as [`Workbook::add_claim`] does; beside what is payable, the list of claims has what another system recorded, in yuan.
    ///
    /// # Errors
    /// Those of [`Workbook::add_claim`].
    pub fn add_recorded(
        &mut self,
        enrollment: &Enrollment,
        claim: &Claim,
        accumulators: &Accumulators,
        recorded: Decimal,
    ) -> Result<(), Error> {
        self.add_claim(enrollment, claim, accumulators)?;
        if let Some((_, summary)) = self.claims.last_mut() {
            summary.recorded = Some(recorded);
        }
        Ok(())
    }

    /// The claims so far.
    #[must_use]
    pub fn len(&self) -> usize {
        self.claims.len()
    }

    /// Whether there is no claim yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.claims.is_empty()
    }

    /// The file, in the form of `.xlsx`: a list if there are several claims or one that is recorded, the claims, then the figures of their plans.
    ///
    /// # Errors
    /// [`Error::is_workbook`] if it cannot be put together: a text or a formula is longer than a cell holds.
    pub fn to_bytes(&self) -> Result<Vec<u8>, Error> {
        let has_list = self.claims.len() > 1 || self.has_recorded();
        let list = has_list.then(|| self.list());
        let claims = self.claims.iter().map(|(grid, _)| grid);
        let figures = self.plans.values().map(|known| &known.figures.grid);
        let grids: Vec<&Grid> = list.iter().chain(claims).chain(figures).collect();
        write::workbook(&grids).map_err(|fault| {
            let fault = fault.to_string();
            Error::workbook(say!("工作簿写不出：{fault}", "the workbook cannot be written: {fault}"))
        })
    }

    /// All claims with their outcomes, each of which is that of its sheet.
    fn list(&self) -> Grid {
        let mut grid = Grid::new(words::claims(self.language).to_owned());
        let has_recorded = self.has_recorded();
        words::list(&mut grid, has_recorded, self.language);
        for (row, (claim, summary)) in (3..).zip(&self.claims) {
            claim::list(&mut grid, row, claim, summary, has_recorded);
        }
        grid
    }

    fn has_recorded(&self) -> bool {
        self.claims.iter().any(|(_, summary)| summary.recorded.is_some())
    }

    /// A name for a sheet that no other has.
    fn new_name(&mut self, wanted: &str) -> String {
        let is_allowed = |letter| !is_control(letter) && is_in_xml(letter) && !NOT_IN_NAMES.contains(letter);
        let plain: String = wanted.chars().map(|letter| if is_allowed(letter) { letter } else { '-' }).collect();
        let plain = if plain.trim().is_empty() { "-".to_owned() } else { plain };
        let names = (1..).map(|count: usize| {
            let end = if count == 1 { String::new() } else { format!(" ({count})") };
            let room = LONGEST_NAME.saturating_sub(end.len());
            // counted as the file counts them
            let mut units = 0_usize;
            let start: String = plain
                .chars()
                .take_while(|letter| {
                    units = units.saturating_add(letter.len_utf16());
                    units <= room
                })
                .collect();
            format!("{start}{end}")
        });
        let mut names = names.skip_while(|name| self.names.contains(&name.to_lowercase()));
        let name = names.next().unwrap_or_default();
        self.names.insert(name.to_lowercase());
        name
    }
}

impl Known {
    fn of(plan: &Plan, name: String, language: Language) -> Known {
        let formula = Formula::of(plan);
        let figures = Figures::of(plan, &formula, name, language);
        let priors = places_of_priors(plan, &formula, &figures.places);
        Known { formula, figures, priors }
    }
}
