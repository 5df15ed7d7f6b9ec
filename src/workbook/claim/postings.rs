//! What earlier claims have posted, and what this one posts.

use super::{Pen, WRONG};
use crate::accumulator::Measure;
use crate::plan::LedgerAmount;
use crate::reading::formula::extents::PlacesOfPriors;
use crate::reading::sheet::power_of_ten;
use crate::workbook::grid::{Content, Ink, Style};
use crate::workbook::words;

impl Pen<'_> {
    pub(super) fn priors(&mut self, places: &PlacesOfPriors) {
        let section = self.rows.priors;
        let heads = [
            ('A', self.say("项目", "entry")),
            ('B', self.say("含义", "what it counts")),
            ('C', self.say("值", "value")),
            ('D', self.say("单位", "unit")),
            ('E', self.say("值未知时：因缺少", "if it is not known, the missing facts:")),
        ];
        let title = self.say("此前各次申请的入账（没有时填 0）", "What earlier claims have posted (0 if nothing)");
        self.section(section.title, title, &heads);
        let priors = self.page.formula.priors.iter().zip(&self.page.inputs.priors).zip(places);
        for (row, ((prior, value), places)) in (section.first..).zip(priors) {
            let ledger = self.page.plan.entry(prior.entry);
            let scope = words::scope(prior.scope, self.page.language);
            self.grid.put(row, 'A', Style::Code, format!("{} · {}", ledger.entry, prior.scope));
            let what = self.entry_words(&ledger.entry.name, ledger.entry.measure);
            self.grid.put(row, 'B', Style::Text, format!("{what} · {scope}"));
            let unit = match ledger.amount {
                LedgerAmount::Paid(_) | LedgerAmount::Deducted(_) => self.say("元", "yuan"),
                LedgerAmount::Count(_) => self.say("次", "claims"),
                LedgerAmount::Sum(_) => "",
            };
            self.grid.put(row, 'D', Style::Code, unit);
            let input = if unit.is_empty() || *places > 0 { Style::InputAmount } else { Style::Input };
            let (amount, missing) = match value {
                Ok(amount) => (Content::Number(amount.normalize()), Content::Empty),
                Err(gap) => {
                    let named = gap.iter().next().map(|slot| &*self.page.plan.fact(slot).name);
                    (Content::Empty, named.unwrap_or_default().into())
                }
            };
            self.grid.put(row, 'C', input, amount);
            self.grid.put(row, 'E', Style::Input, missing);
            let (scale, names) = (power_of_ten(*places), &self.rows.facts.column('A'));
            let wrong = format!(
                "IF(C{row}=\"\",IF(SUMPRODUCT(EXACT({names},E{row})*1)=1,0,1),\
                 IF(ISNUMBER(C{row}),IF(ROUND(C{row}*{scale},0)/{scale}=C{row},0,1),1))"
            );
            self.grid.live(row, WRONG, Style::Work, wrong, 0);
        }
        if section.count > 0 {
            let (first, last) = ((section.first, 'A'), (section.last(), 'F'));
            self.grid.signal(first, last, format!("=${WRONG}{}=1", section.first), Ink::Bad);
        }
    }

    /// What an entry counts, with the title of what it is about.
    pub(super) fn entry_words(&self, name: &str, measure: Measure) -> String {
        let benefit =
            self.page.plan.benefits.iter().find(|benefit| &*benefit.id == name).map(|benefit| &*benefit.title);
        let title =
            benefit.or_else(|| self.page.plan.fact_title(name)).map_or_else(|| name.to_owned(), |t| self.words(t));
        let what = match measure {
            Measure::Paid => self.say("已付", "paid"),
            Measure::Count => self.say("给付次数", "claims paid"),
            Measure::Deducted => self.say("已扣起付线", "deductible taken"),
            Measure::Sum => self.say("合计", "sum"),
        };
        format!("{title} · {what}")
    }

    pub(super) fn posts(&mut self) {
        let section = self.rows.posts;
        let heads = [
            ('A', self.say("项目", "entry")),
            ('B', self.say("含义", "what it counts")),
            ('C', self.say("值", "value")),
        ];
        self.section(section.title, self.say("本次申请的入账", "What this claim posts"), &heads);
        for (row, (entry, node)) in (section.first..).zip(self.page.formula.posts.clone()) {
            let entry = &self.page.plan.entry(entry).entry;
            self.grid.put(row, 'A', Style::Code, entry.to_string());
            let what = self.entry_words(&entry.name, entry.measure);
            self.grid.put(row, 'B', Style::Text, what);
            let (shown, result) = self.readable(node, self.page.values.value(node));
            let open = format!("IF({},{shown},\"\")", Pen::is_open_now());
            let result = if self.is_open() { result } else { String::new() };
            let style = if entry.measure == Measure::Count { Style::Plain } else { Style::Amount };
            self.grid.live(row, 'C', style, open, result);
        }
    }
}
