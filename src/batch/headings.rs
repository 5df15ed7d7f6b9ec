//! The columns of our own, by name and by what people call them; the columns of facts go by the titles of the facts.

use crate::spelling;
use crate::text::Language;
use crate::titles::without_unit;

/// A column of results.
#[derive(Debug)]
pub(crate) struct Heading {
    pub(crate) name: &'static str,
    zh: &'static str,
    en: &'static str,
    /// How wide it is in a sheet, in letters.
    width: u8,
}

const fn heading(name: &'static str, zh: &'static str, en: &'static str, width: u8) -> Heading {
    Heading { name, zh, en, width }
}

/// The columns of payouts, benefits, differences and notes.
const RESULTS: [Heading; 46] = [
    heading("setl_id", "结算编号", "settlement id", 18),
    heading("before", "此前应付（元）", "due before (yuan)", 14),
    heading("booked", "本次入账（元）", "booked now (yuan)", 14),
    heading("day", "事件日期", "day of the event", 12),
    heading("other_order", "按另一种先后应付（元）", "due in the other order (yuan)", 16),
    heading("reference", "付款编号", "reference", 20),
    heading("amount", "金额（元）", "amount (yuan)", 14),
    heading("run", "付款批次", "run of payments", 10),
    heading("payments", "本批笔数", "payments of the run", 10),
    heading("control_sum", "本批合计（元）", "sum of the run (yuan)", 16),
    heading("state", "状态", "state", 12),
    heading("entry", "分录编号", "entry", 10),
    heading("account", "账户代码", "account", 30),
    heading("account_name", "账户", "name of the account", 40),
    heading("takes_back", "所冲销的分录", "entry that is taken back", 12),
    heading("debit", "借方（元）", "debit (yuan)", 14),
    heading("credit", "贷方（元）", "credit (yuan)", 14),
    heading("wanting", "所缺", "wanting", 12),
    heading("would_pay", "如无所缺另应付（元）", "due if it were there (yuan)", 16),
    heading("file", "文件", "file", 30),
    heading("code", "代码", "code", 20),
    heading("claim_id", "理赔编号", "claim id", 18),
    heading("enrollment_id", "参保编号", "enrollment id", 18),
    heading("member_id", "会员编号", "member id", 18),
    heading("plan", "计划", "plan", 22),
    heading("plan_version", "计划版本", "plan version", 12),
    heading("decision", "审核结果", "decision", 12),
    heading("payable", "应付（元）", "payable (yuan)", 14),
    heading("reasons", "理由", "reasons", 40),
    heading("details", "具体说明", "what they are about", 40),
    heading("notices", "提示", "notices", 40),
    heading("reverses", "冲销的理赔编号", "reversed claim", 18),
    heading("to_recover", "应追回（元）", "to be recovered (yuan)", 14),
    heading("pack_fingerprint", "规则包指纹", "fingerprint of the pack", 20),
    heading("benefit", "待遇", "benefit", 30),
    heading("gross", "计算基数（元）", "gross (yuan)", 16),
    heading("paid", "给付（元）", "paid (yuan)", 14),
    heading("recorded", "记录金额（元）", "recorded (yuan)", 16),
    heading("recomputed", "应付金额（元）", "due (yuan)", 16),
    heading("difference", "差额（元）", "difference (yuan)", 16),
    heading("causes", "原因", "causes", 40),
    heading("row", "行号", "row", 8),
    heading("column", "列", "column", 18),
    heading("value", "原值", "value", 18),
    heading("read_as", "读作（元）", "read as (yuan)", 14),
    heading("reason", "退回或改读的原因", "reason", 60),
];

/// What is said of a rejected row beside its own columns, in order. In English they go by their names everywhere.
pub(crate) const ADDED: [Heading; 6] = [
    heading("row", "行号", "row", 8),
    heading("line", "文件中的行", "line", 12),
    heading("cell", "单元格", "cell", 14),
    heading("column", "有误的列", "column", 18),
    heading("value", "原值", "value", 18),
    heading("reason", "退回原因", "reason", 60),
];

/// A column of a person's own.
pub(crate) const USUAL_WIDTH: u8 = 18;

/// What else people call the columns that are no facts, where they stand in inputs. Those of results stand here too, so that these can be read back.
const READ: [(&str, &[&str]); 7] = [
    ("claim_id", &["理赔申请编号"]),
    ("enrollment_id", &["参保记录编号"]),
    ("member_id", &["会员号"]),
    ("plan", &["计划编号", "plan id"]),
    ("plan_version", &[]),
    ("reverses", &["冲销的理赔"]),
    ("payable", &["应付金额", "给付金额", "实付金额", "amount payable"]),
];

impl Heading {
    /// The column of results of this name.
    pub(crate) fn of(name: &str) -> Option<&'static Heading> {
        RESULTS.iter().find(|heading| heading.name == name)
    }

    pub(crate) fn title(&self, language: Language) -> &'static str {
        match language {
            Language::Zh => self.zh,
            Language::En => self.en,
        }
    }

    /// Whether the column is called so.
    pub(crate) fn is_called(&self, called: &str) -> bool {
        [self.name, self.zh, self.en].contains(&called)
    }

    pub(crate) fn width(&self) -> u8 {
        self.width
    }
}

/// The column that is not a fact and goes by this title.
pub(crate) fn id_called(called: &str) -> Option<&'static str> {
    let folded = spelling::fold(without_unit(called));
    let is_title = |title: &str| spelling::fold(without_unit(title)) == folded;
    let mut read = READ.iter().filter(|(name, others)| {
        let own = Heading::of(name).into_iter().flat_map(|heading| [heading.name, heading.zh, heading.en]);
        own.chain(others.iter().copied()).any(is_title)
    });
    read.next().map(|(name, _)| *name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_have_titles_too() {
        for (called, name) in [
            ("理赔编号", "claim_id"),
            ("Claim ID", "claim_id"),
            ("应付金额（元）", "payable"),
            ("应付", "payable"),
            ("payable (yuan)", "payable"),
            ("计划", "plan"),
        ] {
            assert_eq!(id_called(called), Some(name), "{called}");
        }
        for called in ["编号", "", "应付（万元）", "记录金额（元）"] {
            assert_eq!(id_called(called), None, "{called}");
        }
    }

    #[test]
    fn a_title_is_that_of_one_column() {
        for list in [&RESULTS[..], &ADDED] {
            for language in [Language::Zh, Language::En] {
                let mut titles: Vec<&str> = list.iter().map(|heading| heading.title(language)).collect();
                titles.sort_unstable();
                titles.dedup();
                assert_eq!(titles.len(), list.len());
            }
        }
    }
}
