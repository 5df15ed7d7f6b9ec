//! What accounts are called for people.

use std::collections::BTreeMap;

use crate::plan::Plan;
use crate::text::{Language, say};

/// The names of accounts: those of plans and benefits by their titles.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountNames {
    language: Language,
    /// By plan: its title, and those of its benefits. The latest version says them.
    plans: BTreeMap<String, (String, BTreeMap<String, String>)>,
}

impl AccountNames {
    /// With the titles of these plans, of which later versions stand behind earlier ones.
    #[must_use]
    pub fn of(plans: &[&Plan], language: Language) -> AccountNames {
        let mut names = AccountNames { language, plans: BTreeMap::new() };
        for plan in plans {
            let (title, benefits) = names.plans.entry(plan.id().to_owned()).or_default();
            plan.title().in_language(language).clone_into(title);
            let of = plan.benefits.iter();
            benefits.extend(of.map(|own| (own.id.to_string(), own.title.in_language(language).to_owned())));
        }
        names
    }

    /// What an account is called. In English it goes by its code, which is made of words.
    #[must_use]
    pub fn title(&self, account: &str) -> String {
        match self.language {
            Language::En => account.to_owned(),
            Language::Zh => self.in_chinese(account),
        }
    }

    /// The same beside a claim, which says the plan itself.
    #[must_use]
    pub fn short_title(&self, account: &str) -> String {
        let benefit = match (self.language, account.splitn(3, ':').collect::<Vec<_>>().as_slice()) {
            (Language::Zh, ["expense", plan, benefit]) => {
                self.plans.get(*plan).and_then(|(_, benefits)| benefits.get(*benefit)).cloned()
            }
            (Language::Zh | Language::En, _) => None,
        };
        benefit.unwrap_or_else(|| self.title(account))
    }

    fn in_chinese(&self, account: &str) -> String {
        let (kind, of) = account.split_once(':').unwrap_or((account, ""));
        match kind {
            "cash" => "银行存款".to_owned(),
            "transit" => "在途付款".to_owned(),
            "payable" => format!("应付会员 {of}"),
            "expense" => {
                let (plan, benefit) = of.split_once(':').unwrap_or((of, ""));
                let known = self.plans.get(plan);
                let title = known.map_or(plan, |(title, _)| title);
                let benefit = known.and_then(|(_, benefits)| benefits.get(benefit)).map_or(benefit, String::as_str);
                format!("待遇支出 {title} {benefit}")
            }
            _ => account.to_owned(),
        }
    }
}

/// What became of a payment, in words.
#[must_use]
pub fn payment_state(state: huzhu_ledger::State, language: Language) -> String {
    let text = match state {
        huzhu_ledger::State::Sent => say!("已送出", "sent"),
        huzhu_ledger::State::Confirmed => say!("已到账", "confirmed"),
        huzhu_ledger::State::Returned => say!("已退回", "returned"),
    };
    text.in_language(language).to_owned()
}
