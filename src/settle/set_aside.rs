//! Records that are not decided, and why.

use super::Place;
use super::record::Broken;
use crate::code::Code;
use crate::text::{Text, say};

/// A record, or an enrollment, that is set aside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SetAside {
    pub(super) place: Place,
    /// The settlement; empty where there is none to be read.
    pub(super) id: String,
    pub(super) code: Code,
    pub(super) field: String,
    pub(super) value: String,
    pub(super) why: Text,
}

/// Why a record is set aside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Why {
    Broken(Broken),
    /// The claim was rejected by those who decide it.
    NotDecided {
        field: String,
        value: String,
        why: Text,
    },
    Conflict {
        kept: String,
        came: String,
    },
    /// Another settlement of the member has the message number of the sender, and says the same.
    Repeated {
        of: String,
    },
    /// It says something else.
    SentOtherwise {
        of: String,
        kept: String,
        came: String,
    },
    CoverConflict {
        enrollment: String,
        kept: String,
        came: String,
    },
    RefundedAlready {
        of: String,
        by: String,
    },
    RefundOfUnknown {
        of: String,
    },
    RefundOfRefund {
        of: String,
    },
    RefundOfAnother {
        of: String,
    },
    RefundDiffers {
        of: String,
        field: String,
        paid: String,
        back: String,
    },
    OtherCare {
        field: String,
        kind: String,
    },
    NoDay,
    NoCover {
        day: String,
        covers: usize,
    },
}

/// So much of a digest tells contents apart.
const DIGITS_SHOWN: usize = 16;

impl SetAside {
    pub(super) fn broken(place: Place, id: String, Broken { field, value, why }: Broken) -> SetAside {
        SetAside { place, id, code: Code::RecordUnreadable, field, value, why }
    }

    /// A row of the enrollments.
    pub(super) fn unread(place: Place, column: &str, value: &str, why: Text) -> SetAside {
        let (field, value) = (column.to_owned(), value.to_owned());
        SetAside { place, id: String::new(), code: Code::RecordUnreadable, field, value, why }
    }

    pub(super) fn of(place: Place, id: &str, why: Why) -> SetAside {
        let (code, field, value) = why.about();
        SetAside { place, id: id.to_owned(), code, field, value, why: why.text(id) }
    }
}

impl Why {
    /// The code, the field and its value.
    fn about(&self) -> (Code, String, String) {
        let (code, field, value): (Code, &str, &str) = match self {
            Why::Broken(Broken { field, value, .. }) | Why::NotDecided { field, value, .. } => {
                (Code::RecordUnreadable, field, value)
            }
            Why::Conflict { came, .. } => (Code::RecordConflict, "setl_id", came),
            Why::Repeated { of } => (Code::RecordRepeated, "medins_setl_id", of),
            Why::SentOtherwise { came, .. } => (Code::RecordConflict, "medins_setl_id", came),
            Why::CoverConflict { enrollment, .. } => (Code::RecordConflict, "enrollment_id", enrollment),
            Why::RefundedAlready { of, .. } => (Code::RecordConflict, "init_setl_id", of),
            Why::RefundOfUnknown { of } | Why::RefundOfRefund { of } | Why::RefundOfAnother { of } => {
                (Code::RefundUnmatched, "init_setl_id", of)
            }
            Why::RefundDiffers { field, back, .. } => (Code::RefundUnmatched, field, back),
            Why::OtherCare { field, kind } => (Code::OtherCare, field, kind),
            Why::NoDay => (Code::RecordUnreadable, "event_date", ""),
            Why::NoCover { day, .. } => (Code::NoCover, "event_date", day),
        };
        (code, field.to_owned(), value.to_owned())
    }

    fn text(&self, id: &str) -> Text {
        let short = |digest: &str| digest.chars().take(DIGITS_SHOWN).collect::<String>();
        match self {
            Why::Broken(Broken { why, .. }) | Why::NotDecided { why, .. } => why.clone(),
            Why::Conflict { kept, came } => {
                let (kept, came) = (short(kept), short(came));
                say!(
                    "结算 `{id}` 已收到过，内容不同：已收的摘要为 `{kept}`，此次为 `{came}`",
                    "the settlement `{id}` has come before and said something else: its digest was `{kept}`, and is `{came}` now"
                )
            }
            Why::CoverConflict { enrollment, kept, came } => {
                let (kept, came) = (short(kept), short(came));
                say!(
                    "参保记录 `{enrollment}` 已有，内容不同：已有的摘要为 `{kept}`，此次为 `{came}`；仍按已有的审核",
                    "the enrollment `{enrollment}` is kept already and says something else: its digest was `{kept}`, and is `{came}` now; the kept one decides"
                )
            }
            Why::Repeated { of } => say!(
                "同一报文（`medins_setl_id`）先前已有结算 `{of}`，内容相同；只按该次审核",
                "the settlement `{of}` has the same message number (`medins_setl_id`) and says the same: that one is decided"
            ),
            Why::SentOtherwise { of, kept, came } => {
                let [kept, came] = [kept, came].map(|digest| digest.chars().take(DIGITS_SHOWN).collect::<String>());
                say!(
                    "结算 `{of}` 的报文编号（`medins_setl_id`）与此相同而内容不同：其摘要为 `{kept}`，此为 `{came}`；按 `{of}` 审核",
                    "the settlement `{of}` has the same message number (`medins_setl_id`) and says something else: its digest is `{kept}`, and that of this one \
                     `{came}`; `{of}` is decided"
                )
            }
            Why::RefundedAlready { of, by } => {
                say!("结算 `{of}` 已由 `{by}` 冲退", "the settlement `{of}` is taken back by `{by}` already")
            }
            Why::RefundOfUnknown { of } => say!(
                "要冲退的结算 `{of}` 还没有收到；收到后即冲退",
                "the settlement `{of}` that it takes back has not come; it is taken back when it comes"
            ),
            Why::RefundOfRefund { of } => {
                say!("`{of}` 本身是退费，不能再冲退", "`{of}` is a refund itself, which cannot be taken back")
            }
            Why::RefundOfAnother { of } => {
                say!("结算 `{of}` 不是这位会员的", "the settlement `{of}` is another member's")
            }
            Why::RefundDiffers { of, field, paid, back } => say!(
                "退费的 `{field}` 为 `{back}`，结算 `{of}` 为 `{paid}`，两者应互为相反数",
                "`{field}` of the refund is `{back}`, and of the settlement `{of}` `{paid}`: one should be the other with its sign changed"
            ),
            Why::OtherCare { kind, .. } => {
                say!("医疗类别 `{kind}` 不在对应表所列之中", "the mapping does not list care of the kind `{kind}`")
            }
            Why::NoDay => say!("无从得知事故（入院）日期", "nothing says on which day it happened"),
            Why::NoCover { day, covers: 0 } => {
                say!(
                    "会员在 {day} 没有参保：没有参保记录",
                    "the member has no cover on {day}, and no enrollment at all"
                )
            }
            Why::NoCover { day, .. } => say!("会员在 {day} 没有参保", "the member has no cover on {day}"),
        }
    }
}
