//! The shape of a rule pack: every key, stated once for the checker, the JSON Schema and the reader of both.

use serde_json::{Value as Json, json};

use super::choice;
use crate::code::Code;
use crate::diagnostic::{Findings, did_you_mean};
use crate::document::{Entry, Form, Node};
use crate::fact::Kind;
use crate::names;
use crate::plan::{Edge, IfShort, Of, Overlap, Per, StepKind};
use crate::rounding::Mode;
use crate::text::{Language, Text, say};

/// What a value may be.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Shape {
    /// A text.
    Text,
    /// A name or a sentence that is shown: a text, or one in each language, or in one alone.
    Title,
    /// An expression in a text.
    Expression,
    /// A number with its unit in a text, a bare number, or a date.
    Literal,
    Date,
    /// True or false.
    YesNo,
    /// An id with hyphens.
    Id,
    /// A version's name: letters, digits, hyphens, points.
    Version,
    /// One of these texts.
    OneOf(fn() -> Vec<&'static str>),
    /// A table with these keys.
    Table(&'static [&'static [Key]]),
    /// A table with free keys.
    Map(Keys, &'static Shape),
    List(&'static Shape),
    /// Any of several.
    Either(&'static [Shape]),
    /// A value of a worked case: text, number, yes-no or date.
    Scalar,
}

/// What the free keys of a map are.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Keys {
    /// Names with underscores.
    Names,
    /// Keys of a table's rows: whole numbers, ids, `true`, `false`.
    Rows,
}

/// One key of a table.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Key {
    name: &'static str,
    shape: Shape,
    needed: bool,
    zh: &'static str,
    en: &'static str,
}

const fn key(name: &'static str, shape: Shape, zh: &'static str, en: &'static str) -> Key {
    Key { name, shape, needed: true, zh, en }
}

const fn optional(name: &'static str, shape: Shape, zh: &'static str, en: &'static str) -> Key {
    Key { name, shape, needed: false, zh, en }
}

fn modes() -> Vec<&'static str> {
    Mode::ALL.iter().map(|(name, _)| *name).collect()
}

fn kinds() -> Vec<&'static str> {
    Kind::ALL.iter().map(|(name, _)| *name).collect()
}

fn scopes() -> Vec<&'static str> {
    vec!["claim", "event", "period", "calendar-year", "life"]
}

fn edges() -> Vec<&'static str> {
    Edge::ALL.iter().map(|(name, _)| *name).collect()
}

fn pers() -> Vec<&'static str> {
    Per::ALL.iter().map(|(name, _)| *name).collect()
}

fn ofs() -> Vec<&'static str> {
    Of::ALL.iter().map(|(name, _)| *name).collect()
}

fn ways_if_short() -> Vec<&'static str> {
    IfShort::ALL.iter().map(|(name, _)| *name).collect()
}

fn overlaps() -> Vec<&'static str> {
    Overlap::ALL.iter().map(|(name, _)| *name).collect()
}

#[rustfmt::skip]
mod keys {
    use crate::order::OrderRule;
    use crate::plan::StepKind;

    use super::{Key, Keys, Shape, edges, key, kinds, modes, ofs, optional, overlaps, pers, scopes, ways_if_short};

    pub(super) const CITED: &[Key] = &[
        key("clause", Shape::Title, "条款", "where it is written"),
        key("provenance", Shape::OneOf(|| vec!["stated", "published", "assumed"]), "出处：原文载明、公开资料、推定", "how sure we are of it"),
    ];
    pub(super) const TITLED: &[Key] = &[key("title", Shape::Title, "名称", "the name that is shown")];
    const ROUNDING: Shape = Shape::Table(&[CITED, &[
        key("to", Shape::Literal, "舍入到此数的倍数", "to a multiple of this"),
        key("mode", Shape::OneOf(modes), "舍入方式", "where a value between two multiples goes"),
    ]]);
    const PLAN: &[Key] = &[
        key("id", Shape::Id, "计划编号", "the plan's id"),
        optional("version", Shape::Version, "版本", "the version's name"),
        key("title", Shape::Title, "计划名称", "the plan's name"),
        key("effective", Shape::Table(&[&[
            key("from", Shape::Date, "生效日", "the first day"),
            optional("until", Shape::Date, "失效日（含）", "the last day, included"),
            key("by", Shape::OneOf(|| vec!["coverage_start", "event_date"]), "以何日期判断", "the date that counts"),
        ]]), "有效期", "when this version holds"),
        key("rounding", ROUNDING, "舍入规则", "how benefits are rounded"),
        optional("order", Shape::List(&Shape::OneOf(OrderRule::dates)), "同一会员的理赔按哪些日期先后审核，前一日期相同才看后一日期（默认为事件日期）；都相同时按编号", "the dates by which a member's claims are decided, each where those before it are the same (the event date, if none is named); then the id"),
        optional("earlier_open", Shape::OneOf(|| vec!["decide", "pend"]), "结果取决于未结的既往理赔时：照常审核（默认）或暂缓", "what becomes of a claim whose outcome hangs on an earlier one that is open: decided (the default) or pended"),
        optional("duplicates", Shape::OneOf(|| vec!["decide", "pend"]), "票据可能已理赔过时：照常审核（默认）或暂缓", "what becomes of a claim whose bill may have come before: decided (the default) or pended"),
        optional("source", Shape::Title, "依据", "what the pack was written from"),
    ];
    const ENROLLMENT: &[Key] = &[
        optional("price", Shape::Expression, "每份会费（元）", "yuan a share"),
        optional("union_pays", Shape::Expression, "工会每份承担（元）", "what the union pays of it"),
        optional("max_shares", Shape::Expression, "份数上限", "the most shares that count"),
        optional("excess", Shape::OneOf(|| vec!["void", "refuse"]), "超出份数的处理", "what becomes of shares beyond"),
        optional("term", Shape::Text, "保障期限", "how long one cover runs"),
        optional("cover", Shape::Table(&[CITED, COVER]), "保障期", "when a cover starts, and what of one that overlaps another"),
        optional("condition", Shape::List(&Shape::Table(&[CITED, ADMISSION])), "参保条件", "what an application must meet"),
        optional("payer", Shape::List(&Shape::Table(&[TITLED, CITED, PAYER])), "承担方", "who pays the price, in this order; the last pays the rest"),
        optional("pool", Shape::List(&Shape::Table(&[TITLED, CITED, POOL])), "名额或补助资金", "places or money that payers draw from while they last"),
    ];
    const COVER: &[Key] = &[
        optional("starts", Shape::Expression, "保障起始日", "the first day of cover"),
        key("overlap", Shape::OneOf(overlaps), "与本人其他保障重叠时", "what becomes of a cover that overlaps another of the member"),
    ];
    const ADMISSION: &[Key] = &[
        key("id", Shape::Id, "编号", "the id, which is the reason's code"),
        key("require", Shape::Expression, "条件", "what must be true"),
        key("otherwise", Shape::OneOf(|| vec!["refuse", "pend"]), "不满足时", "what becomes of the application"),
        key("text", Shape::Title, "条件说明", "what is required, in words"),
    ];
    pub(super) const PAYER: &[Key] = &[
        key("id", Shape::Id, "编号", "the id"),
        optional("pays", Shape::Expression, "承担多少：金额、比例，或 `rest`（其余）", "an amount, a rate, or `rest`: all that is left"),
        optional("shares", Shape::Expression, "整份承担的份数", "so many shares whole"),
        optional("per", Shape::OneOf(pers), "金额按份或按人", "what an amount counts for"),
        optional("of", Shape::OneOf(ofs), "比例按什么计算", "what a rate is of"),
        optional("at_most", Shape::Expression, "封顶（元）", "the most, in yuan"),
        optional("when", Shape::Expression, "适用条件", "for whom"),
        optional("rounding", ROUNDING, "舍入规则", "how the part is rounded"),
        optional("pool", Shape::Id, "名额或补助资金", "the pool that pays"),
        optional("if_short", Shape::OneOf(ways_if_short), "名额或资金不足时", "what becomes of an application for which the pool has not enough"),
    ];
    const POOL: &[Key] = &[
        key("id", Shape::Id, "编号", "the id"),
        key("holds", Shape::Expression, "总份数或总金额", "shares or yuan in all"),
        key("from", Shape::Date, "首日", "the first day of application"),
        optional("until", Shape::Date, "末日（含）", "the last day, included"),
    ];
    const FIGURE: &[Key] = &[key("value", Shape::Literal, "数值与单位", "the value with its unit")];
    pub(super) const FACT: &[Key] = &[
        optional("title", Shape::Title, "名称", "the name that is shown"),
        optional("of", Shape::OneOf(|| vec!["claim", "enrollment"]), "属于申请或参保", "who it is about"),
        optional("type", Shape::OneOf(kinds), "类型", "what its value is"),
        optional("values", Shape::Either(&[Shape::List(&Shape::Id), Shape::Map(Keys::Rows, &Shape::Title)]), "可区分的取值", "the values that the pack tells apart"),
        optional("closed", Shape::YesNo, "此外没有其他取值", "whether it has no other values"),
        optional("min", Shape::Literal, "最小值", "the least"),
        optional("max", Shape::Literal, "最大值", "the most"),
        optional("absent", Shape::OneOf(|| vec!["unknown", "none"]), "未填的含义", "what absence means"),
    ];
    const TABLE: &[Key] = &[
        optional("title", Shape::Title, "名称", "the name that is shown"),
        key("by", Shape::Text, "查表所依事实", "the fact that picks the row"),
        key("rows", Shape::Map(Keys::Rows, &Shape::Literal), "各行", "the rows"),
        optional("otherwise", Shape::Literal, "其他情形", "the value where no row is named"),
    ];
    const LIST: &[Key] = &[
        optional("title", Shape::Title, "名称", "the name that is shown"),
        key("of", Shape::Text, "所列事实", "the category whose values are listed"),
        key("values", Shape::List(&Shape::Id), "取值", "the values"),
    ];
    pub(super) const BANDS: &[Key] = &[
        optional("title", Shape::Title, "名称", "the name that is shown"),
        key("kind", Shape::OneOf(|| vec!["marginal", "slab"]), "分段累进或分段全额", "each part its rate, or one for the whole"),
        optional("by", Shape::Expression, "分段所依的值（分段全额）", "what picks the band (slab)"),
        optional("edge", Shape::OneOf(edges), "上界归属（分段全额）", "whose the upper edge is (slab)"),
        key("rows", Shape::List(&Shape::Table(&[&[
            optional("above", Shape::Literal, "下界", "the lower edge"),
            optional("up_to", Shape::Literal, "上界", "the upper edge"),
            key("pays", Shape::Literal, "比例或金额", "the rate or the value"),
            optional("at_most", Shape::Literal, "本段封顶（分段累进）", "the most that this band pays (marginal)"),
        ]])), "各段", "from low to high"),
    ];
    const VALUE: &[Key] = &[key("is", Shape::Expression, "表达式", "the expression")];
    const WAITING: &[Key] = &[
        key("period", Shape::Expression, "等待期", "how long"),
        key("counts", Shape::Expression, "以何日期判断", "the date that counts"),
        optional("from", Shape::Expression, "起算日", "the date it runs from"),
        optional("not_when", Shape::Expression, "无等待期的情形", "where there is no waiting"),
        optional("waived_within", Shape::Expression, "续保宽限", "no waiting after a gap of at most so long"),
        optional("reduced_until", Shape::Expression, "减额期截止日", "the last day of the reduced window"),
        optional("reduced_pay", Shape::Expression, "减额期给付比例", "the rate in the reduced window"),
    ];
    const CONDITION: &[Key] = &[
        key("id", Shape::Id, "编号", "the id, which is the reason's code"),
        key("require", Shape::Expression, "条件", "what must be true"),
        key("otherwise", Shape::OneOf(|| vec!["deny", "pend"]), "不满足时", "what becomes of the claim"),
        key("text", Shape::Title, "条件说明", "what is required, in words"),
    ];
    /// How the value of a step is written.
    const fn of_a_step(kind: StepKind) -> Shape {
        match kind {
            StepKind::Pay | StepKind::Deductible | StepKind::Limit | StepKind::Less | StepKind::Franchise | StepKind::Minimum | StepKind::Add => Shape::Expression,
            StepKind::Bands | StepKind::Waiting => Shape::Text,
            StepKind::Offset | StepKind::Exclusive => Shape::List(&Shape::Id),
        }
    }
    const fn action(kind: StepKind) -> Key {
        let (zh, en) = kind.titles();
        optional(kind.key(), of_a_step(kind), zh, en)
    }
    #[expect(clippy::indexing_slicing, reason = "it is worked out while compiling")]
    const ACTIONS: [Key; StepKind::ALL.len()] = {
        let mut keys = [action(StepKind::Pay); StepKind::ALL.len()];
        let mut at = 0;
        while at < keys.len() {
            keys[at] = action(StepKind::ALL[at]);
            at += 1;
        }
        keys
    };
    /// What stands beside the action of a step.
    pub(super) const STEP: &[Key] = &[
        optional("per", Shape::OneOf(scopes), "累计范围", "the claims that count together"),
        optional("edge", Shape::OneOf(edges), "恰好等于门槛时归属", "where an amount counts that is exactly the franchise"),
        optional("when", Shape::Expression, "适用条件", "when the step applies"),
        optional("clause", Shape::Title, "条款", "where it is written"),
        optional("text", Shape::Title, "理由说明", "the reason that is shown"),
    ];
    const BENEFIT: &[Key] = &[
        key("id", Shape::Id, "编号", "the id"),
        key("when", Shape::Expression, "适用条件", "when it applies"),
        key("gross", Shape::Expression, "基数（元）", "the amount before all steps"),
        optional("steps", Shape::List(&Shape::Table(&[&ACTIONS, STEP])), "步骤", "what is taken from it, in order"),
        optional("rounding", ROUNDING, "舍入规则", "another rounding than the plan's"),
    ];
    const LIMIT: &[Key] = &[
        key("id", Shape::Id, "编号", "the id"),
        key("over", Shape::List(&Shape::Id), "所限待遇", "the benefits, served in this order"),
        key("amount", Shape::Expression, "限额（元）", "the limit"),
        key("per", Shape::OneOf(scopes), "累计范围", "the claims that count together"),
    ];
    const CEILING: Shape = Shape::Table(&[&[
        key("amount", Shape::Literal, "最高金额（元）", "the most that is paid, in yuan"),
        key("per", Shape::OneOf(scopes), "累计范围", "the claims that count together"),
    ]]);
    const PROMISE: &[Key] = &[
        optional("never_pays_more_than", Shape::Either(&[CEILING, Shape::List(&Shape::Either(&[CEILING, Shape::Literal])), Shape::Literal]), "给付不超过：每次，或同一累计范围合计", "no claim is paid more, or all claims of a scope together"),
        optional("never_pays_more_than_borne", Shape::Text, "给付不超过此项负担", "no claim is paid more than this fact"),
        optional("monotone_in", Shape::List(&Shape::Text), "随之不减", "more of these never pays less"),
        optional("same_in_any_order", Shape::OneOf(|| vec!["event"]), "不论先后，合计相同", "the claims of one event are paid the same together in any order"),
        optional("member_pays_at_most", Shape::Literal, "会员一次参保承担不超过", "the last payer pays no more for one application"),
    ];
    const fn map(of: &'static Shape) -> Shape {
        Shape::Map(Keys::Names, of)
    }

    /// A rule pack.
    pub(in crate::pack) const PACK: Shape = Shape::Table(&[&[
        key("plan", Shape::Table(&[PLAN]), "计划", "the plan and this version of it"),
        optional("enrollment", Shape::Table(&[ENROLLMENT]), "参保", "price and shares"),
        optional("figure", map(&Shape::Table(&[TITLED, CITED, FIGURE])), "数值", "figures with their provenance"),
        optional("fact", map(&Shape::Table(&[FACT])), "事实", "facts of its own"),
        optional("table", map(&Shape::Table(&[CITED, TABLE])), "对照表", "tables"),
        optional("list", map(&Shape::Table(&[CITED, LIST])), "名单", "lists of category values"),
        optional("bands", map(&Shape::Table(&[CITED, BANDS])), "分段", "bands"),
        optional("value", map(&Shape::Table(&[TITLED, CITED, VALUE])), "计算值", "named expressions"),
        optional("waiting", map(&Shape::Table(&[TITLED, CITED, WAITING])), "等待期", "waiting periods"),
        optional("condition", Shape::List(&Shape::Table(&[CITED, CONDITION])), "条件", "conditions"),
        key("benefit", Shape::List(&Shape::Table(&[TITLED, CITED, BENEFIT])), "待遇", "benefits"),
        optional("limit", Shape::List(&Shape::Table(&[TITLED, CITED, LIMIT])), "总限额", "limits over several benefits"),
        optional("promise", Shape::Table(&[PROMISE]), "承诺", "what the checker proves"),
    ]]);

    /// A joint limit over several plans.
    pub(crate) const JOINT: Shape = Shape::Table(&[&[
        key("joint", Shape::Table(&[TITLED, CITED, &[
            key("id", Shape::Id, "编号", "the id"),
            key("plans", Shape::List(&Shape::Id), "计划", "the plans, served in this order"),
            key("amount", Shape::Literal, "限额（元）", "the limit"),
            key("per", Shape::OneOf(|| vec!["event", "period", "calendar-year", "life"]), "累计范围", "the claims that count together"),
        ]]), "合计限额", "the joint limit"),
    ]]);

    const ROWS: &[Key] = &[
        key("rule", Shape::Title, "规则", "the rule that the table shows"),
        optional("why", Shape::Title, "说明", "why it is so"),
        key("columns", Shape::List(&Shape::Text), "列", "facts and expectations"),
        key("rows", Shape::List(&Shape::List(&Shape::Scalar)), "行", "one case a row"),
    ];

    /// Worked cases beside a pack.
    pub(crate) const CASES: Shape = Shape::Table(&[&[
        key("plan", Shape::Id, "计划编号", "the plan"),
        optional("version", Shape::Version, "版本", "the version that the dates must lead to"),
        optional("defaults", Shape::Table(&[&[
            optional("enrollment", map(&Shape::Scalar), "参保", "facts of every enrollment"),
            optional("claim", map(&Shape::Scalar), "申请", "facts of every claim"),
        ]]), "默认事实", "facts of every case"),
        optional("table", Shape::List(&Shape::Table(&[ROWS])), "表", "tables of cases"),
        optional("enrolling", Shape::List(&Shape::Table(&[ROWS])), "参保的表", "tables of applications"),
    ]]);
}
pub(super) use keys::PACK;
pub(crate) use keys::{CASES, JOINT};

impl Shape {
    /// Reports every key that is unknown, missing or of another shape.
    pub(crate) fn check(&self, node: &Node, findings: &mut Findings) {
        match (self, &node.form) {
            (_, Form::Poisoned)
            | (Shape::Text | Shape::Title | Shape::Expression | Shape::Literal | Shape::Scalar, Form::Text { .. })
            | (Shape::Literal | Shape::Scalar, Form::Number(_) | Form::Date(_))
            | (Shape::Scalar | Shape::YesNo, Form::YesNo(_))
            | (Shape::Expression, Form::Number(_))
            | (Shape::Date, Form::Date(_)) => {}
            (Shape::Title, Form::Table(_)) => check_languages(node, findings),
            (Shape::Id, Form::Text { text, .. }) => {
                if !names::is_id(text) {
                    let message = say!("`{text}` 不是有效编号", "`{text}` is not an id");
                    findings.report(Code::BadName, &node.span, message).help_with([say!(
                        "小写字母、数字，以连字符相连，如 `sudden-death`",
                        "lower case letters and digits joined by hyphens, such as `sudden-death`"
                    )]);
                }
            }
            (Shape::Version, Form::Text { text, .. }) => {
                if text.is_empty()
                    || text.len() > 64
                    || !text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '.')
                {
                    findings.report(
                        Code::BadName,
                        &node.span,
                        say!("`{text}` 不能作版本名", "`{text}` cannot name a version"),
                    );
                }
            }
            (Shape::OneOf(values), Form::Text { text, .. }) => {
                let values = values();
                if !values.contains(&text.as_str()) {
                    let message = choice::refused(text, &values);
                    findings.report(Code::BadValue, &node.span, message).help_with([choice::help(text, &values)]);
                }
            }
            (Shape::Table(parts), Form::Table(_)) => check_table(parts, node, findings),
            (Shape::Map(keys, item), Form::Table(entries)) => {
                for entry in entries {
                    keys.check(&entry.key, &entry.key_span, findings);
                    if item.is_shown() && says_nothing(&entry.node) {
                        let key = &entry.key;
                        let message = say!("`{key}` 没有写文字", "`{key}` is blank");
                        findings.report(Code::MissingKey, &entry.node.span, message);
                    } else {
                        item.check(&entry.node, findings);
                    }
                }
            }
            (Shape::List(item), Form::List(items)) => items.iter().for_each(|node| item.check(node, findings)),
            (Shape::Either(shapes), form) => match shapes.iter().find(|shape| shape.takes(form)) {
                Some(shape) => shape.check(node, findings),
                None => self.wrong(node, findings),
            },
            (
                _,
                Form::Table(_)
                | Form::List(_)
                | Form::Text { .. }
                | Form::Number(_)
                | Form::YesNo(_)
                | Form::Date(_)
                | Form::Other,
            ) => {
                self.wrong(node, findings);
            }
        }
    }

    fn wrong(&self, node: &Node, findings: &mut Findings) {
        let (zh, en) = (self.name(Language::Zh), self.name(Language::En));
        findings.report(Code::WrongType, &node.span, say!("此处应为{zh}", "{en} is expected here"));
    }

    /// Whether it is a text that people read or a name that is looked up, so that a blank one is as good as none.
    fn is_shown(&self) -> bool {
        match self {
            Shape::Text | Shape::Title => true,
            Shape::Expression
            | Shape::Literal
            | Shape::Date
            | Shape::YesNo
            | Shape::Id
            | Shape::Version
            | Shape::OneOf(_)
            | Shape::Table(_)
            | Shape::Map(..)
            | Shape::List(_)
            | Shape::Either(_)
            | Shape::Scalar => false,
        }
    }

    fn takes(&self, form: &Form) -> bool {
        match (self, form) {
            (Shape::List(_), Form::List(_)) | (Shape::Map(..) | Shape::Table(_), Form::Table(_)) => true,
            (Shape::Literal, form) => !matches!(form, Form::List(_) | Form::Table(_)),
            _ => false,
        }
    }

    fn name(&self, language: Language) -> String {
        let (zh, en) = match self {
            Shape::Text | Shape::Id | Shape::Version | Shape::OneOf(_) => ("文本", "a text"),
            Shape::Title => ("文本，或 { zh, en }", "a text or { zh, en }"),
            Shape::Expression => ("写在文本中的表达式", "an expression in a text"),
            Shape::Literal => ("带单位的数，如 `\"50元\"`", "a number with its unit, such as \"50 yuan\""),
            Shape::Date => ("日期，如 2025-01-01", "a date, such as 2025-01-01"),
            Shape::YesNo => ("`true` 或 `false`", "true or false"),
            Shape::Table(_) | Shape::Map(..) => ("表", "a table"),
            Shape::List(_) => ("列表", "a list"),
            Shape::Either(_) => ("列表或表", "a list or a table"),
            Shape::Scalar => ("文本、数、是否或日期", "a text, a number, true or false, or a date"),
        };
        match language {
            Language::Zh => zh,
            Language::En => en,
        }
        .to_owned()
    }

    /// The shape as JSON Schema.
    pub(crate) fn schema(&self) -> Json {
        match self {
            Shape::Text => json!({ "type": "string" }),
            Shape::Title => {
                let mut in_each = Shape::Table(&[LANGUAGES]).schema();
                if let Some(object) = in_each.as_object_mut() {
                    object.insert("minProperties".into(), 1.into());
                }
                json!({ "anyOf": [{ "type": "string" }, in_each] })
            }
            Shape::Expression => json!({ "type": ["string", "integer"], "description": self.name(Language::En) }),
            Shape::Literal => json!({ "type": ["string", "number"], "description": self.name(Language::En) }),
            Shape::Date => json!({ "type": "string", "format": "date" }),
            Shape::YesNo => json!({ "type": "boolean" }),
            Shape::Id => json!({ "type": "string", "pattern": "^[a-z][a-z0-9]*(-[a-z0-9]+)*$" }),
            Shape::Version => json!({ "type": "string", "pattern": "^[A-Za-z0-9.-]{1,64}$" }),
            Shape::OneOf(values) => json!({ "enum": values() }),
            Shape::Table(parts) => {
                let keys = || parts.iter().copied().flatten();
                let properties = keys().map(|key| {
                    let mut schema = key.shape.schema();
                    if let Some(object) = schema.as_object_mut() {
                        object.insert("title".into(), format!("{} · {}", key.zh, key.en).into());
                    }
                    (key.name.to_owned(), schema)
                });
                let required: Vec<&str> = keys().filter(|key| key.needed).map(|key| key.name).collect();
                json!({
                    "type": "object",
                    "properties": properties.collect::<serde_json::Map<_, _>>(),
                    "required": required,
                    "additionalProperties": false,
                })
            }
            Shape::Map(keys, item) => json!({
                "type": "object",
                "propertyNames": { "pattern": keys.pattern() },
                "additionalProperties": item.schema(),
            }),
            Shape::List(item) => json!({ "type": "array", "items": item.schema() }),
            Shape::Either(shapes) => json!({ "anyOf": shapes.iter().map(Shape::schema).collect::<Vec<_>>() }),
            Shape::Scalar => json!({ "type": ["string", "number", "boolean"] }),
        }
    }
}

const LANGUAGES: &[Key] =
    &[optional("zh", Shape::Text, "中文", "Chinese"), optional("en", Shape::Text, "英文", "English")];

/// One language suffices; the other then says the same.
fn check_languages(node: &Node, findings: &mut Findings) {
    check_table(&[LANGUAGES], node, findings);
    if node.entries().is_empty() {
        let message = say!("`zh`（中文）与 `en`（英文）至少写一项", "at least one of `zh` and `en` is wanted");
        let help = say!("如 `{{ zh = \"…\" }}`", "such as `{{ en = \"…\" }}`");
        findings.report(Code::MissingKey, &node.span, message).help_with([help]);
    }
}

fn check_table(parts: &[&[Key]], node: &Node, findings: &mut Findings) {
    let keys = || parts.iter().copied().flatten();
    for entry in node.entries() {
        match keys().find(|key| key.name == entry.key) {
            Some(key) if key.shape.is_shown() && says_nothing(&entry.node) => {
                let (name, en, zh) = (key.name, key.en, key.zh);
                let message = say!("`{name}`（{zh}）没有写文字", "`{name}` is blank: {en}");
                findings.report(key.code_if_missing(), &entry.node.span, message).help_with(key.example());
            }
            Some(key) => key.shape.check(&entry.node, findings),
            None => {
                let key = &entry.key;
                let message = say!("未知的键 `{key}`", "no key is named `{key}` here");
                let list = keys().map(|key| key.name).collect::<Vec<_>>().join(", ");
                let help = did_you_mean(key, keys().map(|key| key.name))
                    .unwrap_or_else(|| say!("此处的键有：{list}", "the keys here are {list}"));
                findings.report(Code::UnknownKey, &entry.key_span, message).help_with([help]);
            }
        }
    }
    for key in keys().filter(|key| key.needed && node.get(key.name).is_none()) {
        let (name, en, zh) = (key.name, key.en, key.zh);
        let place = opening(node, findings);
        let message = say!("缺少 `{name}`（{zh}）", "`{name}` is missing: {en}");
        findings.report(key.code_if_missing(), &place, message).help_with(key.example());
    }
}

impl Key {
    /// What is reported where it is wanted and not there, or says nothing.
    fn code_if_missing(&self) -> Code {
        match self.name {
            "clause" => Code::MissingClause,
            "provenance" => Code::MissingProvenance,
            _ => Code::MissingKey,
        }
    }
}

/// Whether a text has nothing to read in it, in no language.
fn says_nothing(node: &Node) -> bool {
    match &node.form {
        Form::Text { text, .. } => text.trim().is_empty(),
        Form::Table(entries) => {
            let is_blank = |entry: &Entry| entry.node.text().is_some_and(|text| text.trim().is_empty());
            !entries.is_empty() && entries.iter().all(is_blank)
        }
        Form::Number(_) | Form::YesNo(_) | Form::Date(_) | Form::List(_) | Form::Other | Form::Poisoned => false,
    }
}

impl Key {
    /// How the key is written.
    fn example(&self) -> Vec<Text> {
        let name = self.name;
        match self.shape {
            Shape::OneOf(values) => {
                let all = choice::all(&values());
                vec![say!("写上 `{name} = \"…\"`，{all}", "add `{name} = \"…\"`; {all}"; all)]
            }
            Shape::Table(_) | Shape::Map(..) if matches!(name, "plan" | "joint") => {
                vec![say!("写上 `[{name}]` 一节", "add a section `[{name}]`")]
            }
            Shape::List(Shape::Table(_)) if name == "benefit" => {
                vec![say!("写上 `[[{name}]]` 一节", "add a section `[[{name}]]`")]
            }
            Shape::Text
            | Shape::Title
            | Shape::Expression
            | Shape::Literal
            | Shape::Date
            | Shape::YesNo
            | Shape::Id
            | Shape::Version
            | Shape::Table(_)
            | Shape::Map(..)
            | Shape::List(_)
            | Shape::Either(_)
            | Shape::Scalar => {
                let Text { zh, en } = self.value_as_an_example();
                vec![say!("写上一行，如 `{name} = {zh}`", "add a line such as `{name} = {en}`")]
            }
        }
    }

    fn value_as_an_example(&self) -> Text {
        let (zh, en) = match (self.name, &self.shape) {
            ("clause", _) => ("\"第八条第（一）项\"", "\"article 8(1)\""),
            ("require" | "when", _) => ("\"hospital_days > 0\"", "\"hospital_days > 0\""),
            ("period", _) => ("\"30天\"", "\"30 days\""),
            ("counts", _) => ("\"event_date\"", "\"event_date\""),
            (_, Shape::Title | Shape::Text | Shape::Scalar) => ("\"…\"", "\"…\""),
            (_, Shape::Expression) => ("\"personal_burden\"", "\"personal_burden\""),
            (_, Shape::Literal) => ("\"50元\"", "\"50 yuan\""),
            (_, Shape::Date) => ("2025-01-01", "2025-01-01"),
            (_, Shape::YesNo) => ("true", "true"),
            (_, Shape::Id) => ("\"daily-allowance\"", "\"daily-allowance\""),
            (_, Shape::Version) => ("\"2025\"", "\"2025\""),
            (_, Shape::Table(_) | Shape::Map(..)) => ("{ … }", "{ … }"),
            (_, Shape::List(_) | Shape::Either(_) | Shape::OneOf(_)) => ("[…]", "[…]"),
        };
        say!("{zh}", "{en}")
    }
}

/// How a key of the pack's own fact is written.
pub(super) fn example_for_a_fact(name: &str) -> Vec<Text> {
    keys::FACT.iter().find(|key| key.name == name).map(Key::example).unwrap_or_default()
}

/// How a key of a payer is written.
pub(super) fn example_for_a_payer(name: &str) -> Vec<Text> {
    keys::PAYER.iter().find(|key| key.name == name).map(Key::example).unwrap_or_default()
}

/// How a key of bands is written.
pub(super) fn example_for_bands(name: &str) -> Vec<Text> {
    keys::BANDS.iter().find(|key| key.name == name).map(Key::example).unwrap_or_default()
}

/// Whether a step may have this key.
pub(super) fn is_key_of_a_step(name: &str) -> bool {
    StepKind::named(name).is_some() || keys::STEP.iter().any(|key| key.name == name)
}

/// Reports a file of worked cases that has no table of any kind.
pub(crate) fn check_has_a_table(cases: &Node, findings: &mut Findings) {
    if cases.is_table() && cases.get("table").is_none() && cases.get("enrolling").is_none() {
        let message = say!("缺少 `table`（表）", "`table` is missing: tables of cases");
        let help = say!("写上 `[[table]]` 一节", "add a section `[[table]]`");
        findings.report(Code::MissingKey, &opening(cases, findings), message).help_with([help]);
    }
}

/// The place to blame for what is not there: the first line of the table.
fn opening(node: &Node, findings: &Findings) -> std::ops::Range<usize> {
    let text = findings.source().text.get(node.span.clone()).unwrap_or_default();
    let first_line = text.lines().next().unwrap_or_default().len();
    node.span.start..node.span.start.saturating_add(first_line)
}

impl Keys {
    fn check(self, key: &str, span: &std::ops::Range<usize>, findings: &mut Findings) {
        if self.takes(key) {
            return;
        }
        let (message, form) = match self {
            Keys::Names => (
                say!("`{key}` 不是有效名称", "`{key}` is not a name"),
                say!(
                    "小写字母、数字，以下划线相连，如 `daily_allowance`",
                    "lower case letters and digits joined by underscores, such as `daily_allowance`"
                ),
            ),
            Keys::Rows => (
                say!("`{key}` 不是有效的行名", "`{key}` cannot name a row"),
                say!(
                    "行名为一个整数、类别的取值（以连字符相连，如 `sudden-death`）、`true` 或 `false`",
                    "a row is one whole number, `true`, `false`, or a value of the category with hyphens: `sudden-death`"
                ),
            ),
        };
        let meant = key.replace('_', "-");
        let near = did_you_mean(key, Some(meant.as_str()).filter(|meant| self.takes(meant)));
        findings.report(Code::BadName, span, message).help_with([near.unwrap_or(form)]);
    }

    pub(super) fn takes(self, key: &str) -> bool {
        match self {
            Keys::Names => names::is_name(key),
            Keys::Rows => {
                names::is_id(key)
                    || (!key.is_empty() && key.len() <= 9 && key.bytes().all(|byte| byte.is_ascii_digit()))
            }
        }
    }

    fn pattern(self) -> &'static str {
        match self {
            Keys::Names => "^[a-z][a-z0-9]*(_[a-z0-9]+)*$",
            Keys::Rows => "^([0-9]{1,9}|[a-z][a-z0-9]*(-[a-z0-9]+)*)$",
        }
    }
}
