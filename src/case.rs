//! A case file: one enrollment, the member's history, what the member has under other plans, and the claim to decide.

mod curve;
mod file;
mod late;
mod worked;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use rust_decimal::Decimal;

pub use self::worked::WorkedCase;
use crate::accumulator::Accumulators;
use crate::adjudicate::{Adjudication, Detail};
use crate::catalog::Catalog;
use crate::claim::Claim;
use crate::code::Code;
use crate::diagnostic::{Diagnostics, Findings, Span, did_you_mean};
use crate::document::{self, Entry, Form, Node, Notation};
use crate::enrollment::Enrollment;
use crate::error::Error;
use crate::exact;
use crate::fact::{Holder, Kind, Misfit, STANDARD, StandardFact, Value};
use crate::given::misfit_text;
use crate::history::turn::{self, Turn};
use crate::history::{self, MAX_CLAIMS};
use crate::joint::Room;
use crate::member;
use crate::notice::Notice;
use crate::order::Order;
use crate::plan::words::Meant;
use crate::plan::{EffectiveBy, Plan, PlanFact};
use crate::spelling;
use crate::text::{Text, say};
use crate::titles::{Called, Titles};
use crate::written;

/// One case, read and checked against the plans of a catalog: what `huzhu adjudicate` decides.
///
/// ```
/// use huzhu::{Case, Catalog, Code};
///
/// # let catalog = Catalog::load("rules".as_ref())?;
/// let case = Case::read("zhao.json", &std::fs::read("rules/cases/zhao.json")?, &catalog)?;
/// let (decided, account) = case.decide(&catalog)?;
/// assert_eq!((decided.payable().to_string(), account.has_posted("zhao-2025-01")), ("7119.87".to_owned(), true));
///
/// let shorter = case.with(&catalog, "hospital_days", "30")?; // what if?
/// assert_eq!(shorter.decide(&catalog)?.0.payable().to_string(), "5019.87");
///
/// let wrong = Case::read("slip.json", br#"{ "enrollment": {}, "clame": {} }"#, &catalog).unwrap_err();
/// assert!(wrong.iter().any(|problem| problem.code() == Code::UnknownKey)); // among all else that is wrong
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Case {
    /// The member's enrollment.
    pub enrollment: Enrollment,
    /// The member's earlier claims, each under the enrollment it was made under.
    pub history: Vec<(Enrollment, Claim)>,
    /// What the member has under other plans; none if the case does not say, empty if there is nothing.
    pub other_covers: Option<Vec<OtherCover>>,
    /// The claim to decide.
    pub claim: Claim,
}

/// What the member has under another plan: its claims count where a joint limit is over both plans.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OtherCover {
    /// The enrollment in the other plan.
    pub enrollment: Enrollment,
    /// The member's claims under the other plan, each under the enrollment it was made under.
    pub history: Vec<(Enrollment, Claim)>,
}

/// What counts when the claim of a case is decided.
pub(crate) struct Before<'c> {
    /// What the member's earlier claims have posted under the plan.
    pub(crate) accumulators: Accumulators,
    /// What joint limits leave.
    pub(crate) room: Room<'c>,
    /// What is said of the claim where only its id puts it after others.
    by_id: Option<Notice>,
}

impl Case {
    /// Reads a case file (UTF-8, at most 16 MiB): TOML if its name ends so, else JSON. The path is only for that and for messages.
    ///
    /// # Errors
    /// All that is wrong with it, in the order of the text: keys, facts, values, plans, versions, claim ids.
    pub fn read(path: &str, bytes: &[u8], catalog: &Catalog) -> Result<Case, Diagnostics> {
        let has_toml_ending = path
            .len()
            .checked_sub(5)
            .and_then(|start| path.get(start..))
            .is_some_and(|ending| ending.eq_ignore_ascii_case(".toml"));
        let notation = if has_toml_ending { Notation::Toml } else { Notation::Json };
        let (root, findings) = document::read(path, bytes, notation, document::MAX_CASE_BYTES)?;
        if !findings.is_readable() {
            return Err(findings.into_diagnostics());
        }
        let mut reader = Reader { catalog, findings, plan: String::new() };
        let case = reader.case(&root);
        match case {
            Some(case) if reader.findings.is_empty() => Ok(case),
            Some(_) | None => Err(reader.findings.into_diagnostics()),
        }
    }

    /// Decides the claim on top of the history, which is decided first, in its order. Of the claims under other plans, those that come
    /// before it in the declared order take from what a joint limit leaves; see [`history::decide_together`].
    ///
    /// Where claims of the history come after this one in the declared order, a notice says what that order makes of the amounts. Gives the adjudication and what is posted after it under the plan.
    ///
    /// # Errors
    /// Those of [`history::decide`] and [`crate::Plan::adjudicate`].
    pub fn decide(&self, catalog: &Catalog) -> Result<(Adjudication, Accumulators), Error> {
        self.reasoned(catalog, Detail::Plain)
    }

    /// The same for a person to read, see [`crate::Plan::work_out`].
    ///
    /// # Errors
    /// Those of [`Case::decide`].
    pub fn work_out(&self, catalog: &Catalog) -> Result<(Adjudication, Accumulators), Error> {
        self.reasoned(catalog, Detail::Worked)
    }

    fn reasoned(&self, catalog: &Catalog, detail: Detail) -> Result<(Adjudication, Accumulators), Error> {
        let known = self.known(catalog);
        let Before { mut accumulators, room, by_id } = known.before_known(catalog)?;
        let claim = known.claim.clone().noting(by_id);
        let mut adjudication = history::next(catalog, &known.enrollment, &claim, &mut accumulators, &room, detail)?;
        if let Some(notice) = late::notice(self, catalog, &accumulators)? {
            adjudication.note(notice);
        }
        for notice in self.read_as_meant(catalog)? {
            adjudication.note(notice);
        }
        Ok((adjudication, accumulators))
    }

    /// What is said of values that are spelt otherwise than the plan writes them.
    fn read_as_meant(&self, catalog: &Catalog) -> Result<Vec<Notice>, Error> {
        if self.claim.reverses().is_some() {
            return Ok(Vec::new());
        }
        let plan = catalog.resolve(&self.enrollment, &self.claim)?;
        let meant = plan.read_as_meant(&self.enrollment, &self.claim).into_iter();
        let text = |meant: &Meant| {
            let Meant { fact, written, read, title, .. } = meant;
            let called = plan.fact_title(fact).map_or(&**fact, |title| &title.zh);
            let called = Text { zh: called.to_owned(), en: format!("`{fact}`") };
            spelling::meant_text(&called, written, read, title.as_ref())
        };
        Ok(meant.map(|meant| Notice::new(meant.code, text(&meant))).collect())
    }

    /// The same, each claim told what is known around it: the member's other claims and covers. Deciding does so by itself.
    #[must_use]
    pub fn known(&self, catalog: &Catalog) -> Cow<'_, Case> {
        let nothing = Claim::default();
        let own = [(&self.enrollment, &self.claim)];
        let others = || self.other_covers.iter().flatten();
        let all = self.history.iter().chain(others().flat_map(|cover| &cover.history));
        let all = all.map(|(enrollment, claim)| (enrollment, claim)).chain(own);
        let all = all.chain(others().map(|cover| (&cover.enrollment, &nothing)));
        let mut told = member::around(catalog, all, &[]).into_iter();
        if told.len() == 0 {
            return Cow::Borrowed(self);
        }
        let mut known = self.clone();
        let others = known.other_covers.iter_mut().flatten().flat_map(|cover| &mut cover.history);
        let claims = known.history.iter_mut().chain(others).map(|(_, claim)| claim).chain([&mut known.claim]);
        claims.zip(&mut told).for_each(|(claim, told)| told.tell(claim));
        Cow::Owned(known)
    }

    /// What counts when the claim is decided: its history, and what comes before it under other plans.
    pub(crate) fn before<'c>(&self, catalog: &'c Catalog) -> Result<Before<'c>, Error> {
        self.known(catalog).before_known(catalog)
    }

    /// The same of a case whose claims have been told what is known around them.
    fn before_known<'c>(&self, catalog: &'c Catalog) -> Result<Before<'c>, Error> {
        history::check_count(self.history.len())?;
        let own_turn = Turn::of(catalog, u64::MAX, &self.enrollment, &self.claim);
        let mut given = 0_u64..;
        let own = turn::of_account(catalog, given.by_ref().zip(&self.history), None)?;
        // The history comes first whatever its dates are; what has none does not say that anything else has come.
        let days = own.iter().map(|(turn, ..)| turn.day()).filter(|(day, _)| !day.is_unknown());
        let own_day = self.claim.reverses().is_none().then(|| own_turn.day());
        let day = days.chain(own_day).max();
        let mut in_turn = own;
        for OtherCover { enrollment, history } in self.other_covers.iter().flatten() {
            history::check_count(history.len())?;
            let claims = turn::of_account(catalog, given.by_ref().zip(history), None)?;
            if catalog.joint_limits().holds_together(self.enrollment.plan(), enrollment.plan()) {
                let comes_before = |turn: &Turn<'_>| match catalog.order() {
                    Order::ByEvent => Some(turn.day()) < day,
                    Order::AsReceived => true,
                };
                in_turn.extend(claims.into_iter().filter(|(turn, ..)| comes_before(turn)));
            }
        }
        turn::put_in_order(&mut in_turn);
        let mut accounts = history::Accounts::new(catalog);
        for (_, enrollment, claim) in &in_turn {
            accounts.foresee(enrollment, claim)?;
        }
        let by_id = accounts.take_before(&in_turn, &(own_turn, &self.enrollment, &self.claim))?;
        let room = accounts.room(&self.enrollment, &self.claim)?;
        Ok(Before { accumulators: accounts.into_account(self.enrollment.plan()), room, by_id })
    }

    /// What is posted under the plan once these claims, and all under other plans, are decided in the declared order.
    fn in_order(&self, catalog: &Catalog, own: Vec<(Enrollment, Claim)>) -> Result<Accumulators, Error> {
        let plan = self.enrollment.plan();
        let others = self.other_covers.iter().flatten();
        let others = others.filter(|cover| catalog.joint_limits().holds_together(plan, cover.enrollment.plan()));
        let all: Vec<_> = own.into_iter().chain(others.flat_map(|cover| cover.history.iter().cloned())).collect();
        let (_, mut accounts) = history::decide_together(catalog, &all)?;
        Ok(accounts.remove(plan).unwrap_or_default())
    }

    /// What one more yuan of each amount that a rule reads would change, as [`Plan::next_yuan`] gives it, within what joint limits leave.
    ///
    /// # Errors
    /// Those of [`Case::decide`].
    pub fn next_yuan(&self, catalog: &Catalog) -> Result<Vec<(String, Decimal)>, Error> {
        let Case { enrollment, claim, .. } = &*self.known(catalog);
        let Before { accumulators, room, .. } = self.before(catalog)?;
        next_yuan(catalog, enrollment, claim, &accumulators, &room)
    }

    /// The most that joint limits leave for the claim, in yuan; none if there is none over its plan.
    ///
    /// # Errors
    /// Those of [`Case::accumulators`].
    pub fn joint_limits_leave(&self, catalog: &Catalog) -> Result<Option<Decimal>, Error> {
        let Before { accumulators, room, .. } = self.before(catalog)?;
        room.most(&accumulators)
    }

    /// The same with one fact of the enrollment or the claim, by its name or a title, as it is written in a file; an empty text takes the
    /// fact away.
    ///
    /// # Errors
    /// Those of [`Case::fact_called`], and [`Error::is_fact`] if the value does not fit the fact.
    pub fn with(&self, catalog: &Catalog, fact: &str, value: &str) -> Result<Case, Error> {
        let called = fact;
        let (fact, holder) = self.found(catalog, called)?;
        let fact = fact.as_str();
        let mut changed = self.clone();
        let wrong = |error: Error| {
            let mut plans = catalog.versions(self.enrollment.plan()).iter();
            let title = plans.find_map(|plan| plan.fact_title(fact));
            let zh = title.map_or(called, |title| &title.zh).to_owned();
            error.calling(fact, &Text { zh, en: called.to_owned() })
        };
        match (holder, value) {
            (Holder::Enrollment, "") => changed.enrollment = changed.enrollment.without(fact),
            (Holder::Claim, "") => changed.claim = changed.claim.without(fact),
            (Holder::Enrollment, value) => {
                changed.enrollment = changed.enrollment.with(fact, value).map_err(wrong)?;
            }
            (Holder::Claim, value) => changed.claim = changed.claim.with(fact, value).map_err(wrong)?,
        }
        Ok(changed)
    }

    /// The name of the fact that is called so: by its name, by what queries call it, or by a title as in the header of a table.
    ///
    /// # Errors
    /// [`Error::is_fact`] if the plan of the case reads no fact that is called so, or several are; [`Error::is_plan`] if there is no such plan.
    pub fn fact_called(&self, catalog: &Catalog, called: &str) -> Result<String, Error> {
        self.found(catalog, called).map(|(name, _)| name)
    }

    /// The fact that is called so, and whose it is.
    fn found(&self, catalog: &Catalog, fact: &str) -> Result<(String, Holder), Error> {
        if let Some(standard) = StandardFact::named(StandardFact::meant_by(fact)) {
            return Ok((standard.name.to_owned(), standard.holder));
        }
        let id = self.enrollment.plan();
        let versions = catalog.versions(id);
        if versions.is_empty() {
            return Err(catalog.unknown_plan(id));
        }
        let own = || versions.iter().flat_map(|plan| plan.own_facts.iter().map(|slot| plan.fact(*slot)));
        if let Some(own) = own().find(|own| &*own.name == fact) {
            return Ok((own.name.to_string(), own.holder));
        }
        let mut titles = Titles::standard();
        let facts = || versions.iter().flat_map(|plan| &plan.facts);
        for known in facts() {
            titles.add(known.holder, &known.name, &known.title);
        }
        for holder in [Holder::Claim, Holder::Enrollment] {
            match titles.find(holder, fact) {
                Called::One(name) => return Ok((name.to_owned(), holder)),
                Called::Any(names) => {
                    let names = names.join("`, `");
                    return Err(Error::fact(say!(
                        "`{fact}` 可能指 `{names}` 中的任一项，请写其名称",
                        "`{fact}` can mean any of `{names}`; write the name of the one that is meant"
                    )));
                }
                Called::Nothing => {}
            }
        }
        let standard = STANDARD.iter().flat_map(|fact| [fact.name, fact.zh, fact.en]);
        let of_plan = facts().flat_map(|fact| [&*fact.name, &*fact.title.zh, &*fact.title.en]);
        let near = did_you_mean(fact, standard.chain(of_plan)).or_else(|| part_of_a_title(fact, facts()));
        let Text { zh, en } = near.unwrap_or_else(where_facts_are_listed);
        Err(Error::fact(say!("没有事实 `{fact}`：{zh}", "there is no fact `{fact}`: {en}")))
    }

    /// What the member's earlier claims have posted.
    ///
    /// # Errors
    /// Those of [`history::decide`].
    pub fn accumulators(&self, catalog: &Catalog) -> Result<Accumulators, Error> {
        self.before(catalog).map(|before| before.accumulators)
    }
}

/// How a key of a case is written, in JSON.
fn example_of(key: &str) -> Text {
    let value = match key {
        "enrollment" => "{ \"id\": \"E1\", \"plan\": \"…\", \"member\": \"M1\", … }",
        "claim" => "{ \"id\": \"C1\", … }",
        _ => "\"…\"",
    };
    say!("写上 `\"{key}\": {value}`", "add `\"{key}\": {value}`")
}

/// So many facts are offered.
const MOST_OFFERED: usize = 3;

/// `did you mean …?` of the facts of whose title a text is a part.
fn part_of_a_title<'p, I: IntoIterator<Item = &'p PlanFact>>(text: &str, facts: I) -> Option<Text> {
    let folded = spelling::fold(text);
    let is_part = |title: &str| spelling::is_part(&folded, &spelling::fold(title));
    let mut near: Vec<&PlanFact> = Vec::new();
    for fact in facts.into_iter().filter(|fact| is_part(&fact.title.zh) || is_part(&fact.title.en)) {
        if near.len() < MOST_OFFERED && near.iter().all(|known| known.name != fact.name) {
            near.push(fact);
        }
    }
    let list = |of: fn(&PlanFact) -> &str, joint: &str| {
        near.iter().map(|fact| format!("`{}`", of(fact))).collect::<Vec<_>>().join(joint)
    };
    let (zh, en) = (list(|fact| &fact.title.zh, "或"), list(|fact| &fact.name, " or "));
    (!near.is_empty()).then(|| say!("是否想写 {zh}？", "did you mean {en}?"))
}

/// What one more yuan of each amount would change, within what joint limits leave.
pub(crate) fn next_yuan(
    catalog: &Catalog,
    enrollment: &Enrollment,
    claim: &Claim,
    accumulators: &Accumulators,
    room: &Room<'_>,
) -> Result<Vec<(String, Decimal)>, Error> {
    let plan = catalog.resolve(enrollment, claim)?;
    let alone = plan.decide(enrollment, claim, accumulators)?.payable();
    let now = room.caps(alone, accumulators)?;
    let changes = plan.next_yuan(enrollment, claim, accumulators)?;
    let within = |(fact, change)| {
        let then = room.caps(exact::add(alone, change)?, accumulators)?;
        Ok((fact, exact::subtract(then, now)?))
    };
    changes.into_iter().map(within).collect()
}

/// Reads facts that a file gives, against the plans of a catalog.
pub(crate) struct Reader<'c> {
    pub(crate) catalog: &'c Catalog,
    pub(crate) findings: Findings,
    /// The plan of the enrollment, which says which facts are its own.
    pub(crate) plan: String,
}

impl Reader<'_> {
    fn case(&mut self, root: &Node) -> Option<Case> {
        if !matches!(root.form, Form::Table(_) | Form::Poisoned) {
            self.findings.report(Code::WrongType, &root.span, say!("理赔文件应为一个对象", "a case is an object"));
            return None;
        }
        for entry in root.entries() {
            if !matches!(entry.key.as_str(), "enrollment" | "history" | "other_covers" | "claim" | "notes") {
                self.unknown_key(entry, &["enrollment", "history", "other_covers", "claim", "notes"]);
            }
        }
        let enrollment = self.section(root, "enrollment").and_then(|node| self.enrollment(node));
        let claim = self.section(root, "claim").and_then(|node| self.claim(node, false));
        let history = match root.get("history") {
            None => Some(Vec::new()),
            Some(node) => self.history(node, enrollment.as_ref()),
        };
        self.check_reversals(root);
        let other_covers = root.get("other_covers").map(|node| self.other_covers(node, enrollment.as_ref()));
        let case = Case { enrollment: enrollment?, history: history?, other_covers, claim: claim? };
        if let Some(node) = root.get("claim") {
            self.check_version(&case.enrollment, &case.claim, root.get("enrollment"), node);
        }
        self.check_claim_id(root, &case);
        Some(case)
    }

    /// The member's covers under other plans, one for each plan.
    fn other_covers(&mut self, node: &Node, own: Option<&Enrollment>) -> Vec<OtherCover> {
        let Form::List(items) = &node.form else {
            self.findings.report(
                Code::WrongType,
                &node.span,
                say!("`other_covers` 应为列表", "`other_covers` is a list"),
            );
            return Vec::new();
        };
        let mut covers: Vec<OtherCover> = Vec::new();
        for item in items {
            if !matches!(item.form, Form::Table(_)) {
                let message = say!("每份其他参保应为对象", "another cover is an object");
                self.findings.report(Code::WrongType, &item.span, message);
                continue;
            }
            let Some(cover) = self.other_cover(item) else { continue };
            self.check_other(&cover.enrollment, own, &covers, item);
            covers.push(cover);
        }
        covers
    }

    fn other_cover(&mut self, node: &Node) -> Option<OtherCover> {
        for entry in node.entries().iter().filter(|entry| !matches!(entry.key.as_str(), "enrollment" | "history")) {
            self.unknown_key(entry, &["enrollment", "history"]);
        }
        let enrollment = self.section(node, "enrollment").and_then(|node| self.enrollment(node));
        let history = match node.get("history") {
            None => Some(Vec::new()),
            Some(history) => self.history(history, enrollment.as_ref()),
        };
        self.check_reversals(node);
        Some(OtherCover { enrollment: enrollment?, history: history? })
    }

    /// It is the same member's, under a plan of its own.
    fn check_other(&mut self, other: &Enrollment, own: Option<&Enrollment>, told: &[OtherCover], node: &Node) {
        let place = |key: &str| {
            let node = node.get("enrollment").and_then(|enrollment| enrollment.get(key));
            node.map(|node| node.span.clone()).unwrap_or_default()
        };
        let (plan, member) = (other.plan(), other.member());
        if told.iter().map(|cover| &cover.enrollment).chain(own).any(|enrollment| enrollment.plan() == plan) {
            let message = say!("计划 `{plan}` 已有一份", "`{plan}` has a cover here already");
            let help = say!(
                "同一计划的各次理赔写在一份参保的 `history` 中",
                "all claims under a plan are the `history` of one cover"
            );
            self.findings.report(Code::OtherCover, &place("plan"), message).help_with([help]);
        }
        if let Some(own) = own.filter(|own| own.member() != member) {
            let own = own.member();
            let message = say!(
                "会员 `{member}` 不是本件的会员 `{own}`",
                "the member `{member}` is not `{own}`, whose case it is"
            );
            self.findings.report(Code::OtherCover, &place("member"), message);
        }
    }

    fn section<'n>(&mut self, root: &'n Node, key: &str) -> Option<&'n Node> {
        let found = root.get(key);
        match found.map(|node| &node.form) {
            Some(Form::Table(_)) => found,
            Some(_) => {
                let span = found.map(|node| node.span.clone()).unwrap_or_default();
                self.findings.report(Code::WrongType, &span, say!("`{key}` 应为对象", "`{key}` is an object"));
                None
            }
            None => {
                self.missing_key(key, &(root.span.start..root.span.start.saturating_add(1)));
                None
            }
        }
    }

    fn missing_key(&mut self, key: &str, span: &Span) {
        let message = say!("缺少 `{key}`", "`{key}` is missing");
        self.findings.report(Code::MissingKey, span, message).help_with([example_of(key)]);
    }

    fn unknown_key(&mut self, entry: &Entry, known: &[&str]) {
        let (key, list) = (&entry.key, known.join(", "));
        let help = did_you_mean(key, known.iter().copied())
            .unwrap_or_else(|| say!("此处的键有：{list}", "the keys here are {list}"));
        self.findings
            .report(Code::UnknownKey, &entry.key_span, say!("未知的键 `{key}`", "no key is named `{key}` here"))
            .help_with([help]);
    }

    fn text<'n>(&mut self, table: &'n Node, key: &str) -> Option<&'n str> {
        let Some(node) = table.get(key) else {
            self.missing_key(key, &(table.span.start..table.span.start.saturating_add(1)));
            return None;
        };
        match node.text() {
            Some(text) if !text.is_empty() => Some(text),
            Some(_) | None => {
                self.findings.report(
                    Code::WrongType,
                    &node.span,
                    say!("`{key}` 应为非空文本", "`{key}` is a text that is not empty"),
                );
                None
            }
        }
    }

    fn enrollment(&mut self, node: &Node) -> Option<Enrollment> {
        let (id, plan, member) = (self.text(node, "id"), self.text(node, "plan"), self.text(node, "member"));
        let catalog = self.catalog;
        let plan = plan.map(|plan| catalog.plan_called(plan).unwrap_or(plan));
        if let Some(plan) = plan {
            plan.clone_into(&mut self.plan);
            self.check_plan(plan, node);
        }
        let version = node.get("plan_version").and_then(|_| self.text(node, "plan_version"));
        let mut enrollment =
            Enrollment::new(id.unwrap_or_default(), plan.unwrap_or_default(), member.unwrap_or_default());
        if let Some(version) = version {
            enrollment = enrollment.with_plan_version(version);
        }
        self.enrollment_facts(node, &mut enrollment);
        (id.is_some() && plan.is_some() && member.is_some()).then_some(enrollment)
    }

    fn enrollment_facts(&mut self, node: &Node, enrollment: &mut Enrollment) {
        for entry in node
            .entries()
            .iter()
            .filter(|entry| !matches!(entry.key.as_str(), "id" | "plan" | "plan_version" | "member"))
        {
            if let Some(value) = self.fact(entry, Holder::Enrollment)
                && let Err(error) = enrollment.facts.set(Holder::Enrollment, &entry.key, value)
            {
                self.bad_fact(&error, &entry.node.span);
            }
        }
    }

    pub(crate) fn check_plan(&mut self, plan: &str, node: &Node) {
        if !self.knows_the_plan() {
            let span = node.get("plan").map(|plan| plan.span.clone()).unwrap_or_default();
            let help = did_you_mean(plan, self.catalog.plan_ids()).unwrap_or_else(|| self.catalog.plans_in_words());
            self.findings
                .report(Code::UnknownPlan, &span, say!("没有计划 `{plan}`", "there is no plan `{plan}`"))
                .help_with([help]);
        }
    }

    /// The version that decides must be there; it is told where the claim or what is given of its enrollment leads to none.
    /// A reversal is of the version that its claim was decided by, whatever its own date.
    fn check_version(&mut self, enrollment: &Enrollment, claim: &Claim, given: Option<&Node>, claim_node: &Node) {
        let Some(latest) = self.catalog.versions(enrollment.plan()).last() else { return };
        if claim.reverses().is_some() {
            return;
        }
        let error = match self.catalog.resolve(enrollment, claim) {
            Ok(plan) => return self.check_words(plan, enrollment, claim, given, claim_node),
            Err(error) => error,
        };
        let node = match (enrollment.plan_version(), latest.effective().by) {
            (Some(_), _) => given.and_then(|given| given.get("plan_version")),
            (None, EffectiveBy::CoverageStart) => given.and_then(|given| given.get("coverage_start")),
            (None, EffectiveBy::EventDate) => claim_node.get("event_date"),
        };
        if let Some(node) = node {
            self.findings.report(Code::UnknownVersion, &node.span, error.text());
        }
    }

    /// Every word can be decided. What is not said anew in a claim of the history is told where it stands.
    fn check_words(
        &mut self,
        plan: &Plan,
        enrollment: &Enrollment,
        claim: &Claim,
        given: Option<&Node>,
        claim_node: &Node,
    ) {
        for (fact, _, message) in plan.unread_words(enrollment, claim) {
            let node = match fact.holder {
                Holder::Enrollment => given.and_then(|given| given.get(&fact.name)),
                Holder::Claim => {
                    let settlement = || claim_node.get("settlement").and_then(|settlement| settlement.get(&fact.name));
                    claim_node.get(&fact.name).or_else(settlement)
                }
            };
            if let Some(node) = node {
                self.findings.report(Code::BadFact, &node.span, message);
            }
        }
    }

    /// The claim to decide is none of the history.
    fn check_claim_id(&mut self, root: &Node, case: &Case) {
        let id = case.claim.id();
        if case.history.iter().any(|(_, claim)| claim.id() == id) {
            let node = root.get("claim").and_then(|claim| claim.get("id"));
            let span = node.map(|node| node.span.clone()).unwrap_or_default();
            self.findings.report(
                Code::DuplicateClaim,
                &span,
                say!("既往理赔中已有编号 `{id}`", "the history has a claim `{id}` already"),
            );
        }
    }

    /// A reversal names a claim of the history that is no reversal, and that nothing before it reverses.
    fn check_reversals(&mut self, root: &Node) {
        let history = root.get("history").map(Node::items).unwrap_or_default();
        let is_reversal = |claim: &Node| claim.get("reverses").is_some();
        let past: BTreeMap<&str, bool> = history
            .iter()
            .filter_map(|claim| Some((claim.get("id").and_then(Node::text)?, is_reversal(claim))))
            .collect();
        let mut reversed = BTreeSet::new();
        for node in history.iter().chain(root.get("claim")).filter_map(|claim| claim.get("reverses")) {
            let Some(id) = node.text().filter(|id| !id.is_empty()) else { continue };
            let message = match past.get(id) {
                None => say!(
                    "要冲销的理赔申请 `{id}` 不在既往理赔中",
                    "the claim `{id}` that is reversed is not in the history"
                ),
                Some(true) => {
                    say!("`{id}` 本身是冲销，不能再冲销", "`{id}` is a reversal itself, which cannot be reversed")
                }
                Some(false) if !reversed.insert(id) => {
                    say!("理赔申请 `{id}` 已被冲销", "the claim `{id}` is reversed already")
                }
                Some(false) => continue,
            };
            self.findings.report(Code::UnknownClaim, &node.span, message);
        }
    }

    /// A claim of the history may say what was different of the enrollment that it was made under.
    fn claim(&mut self, node: &Node, is_earlier: bool) -> Option<Claim> {
        let id = self.text(node, "id");
        let reverses = node.get("reverses").and_then(|_| self.text(node, "reverses"));
        let mut claim = match reverses {
            Some(reversed) => Claim::reversal(id.unwrap_or_default(), reversed),
            None => Claim::new(id.unwrap_or_default()),
        };
        for entry in node.entries() {
            match entry.key.as_str() {
                "id" | "reverses" | "settlement" => {}
                "enrollment" if is_earlier => self.check_changes(&entry.node),
                "enrollment" => self.misplaced_enrollment(entry),
                _ => self.claim_fact(entry, &mut claim),
            }
        }
        if let Some(settlement) = node.get("settlement") {
            self.settlement(settlement, node, &mut claim);
        }
        id.map(|_| claim)
    }

    fn misplaced_enrollment(&mut self, entry: &Entry) {
        let message = say!("要审核的申请中没有 `enrollment`", "the claim to decide has no `enrollment`");
        let help = say!(
            "参保记录与 `claim` 并列；只有既往理赔可写明当时的不同",
            "the enrollment belongs beside `claim`; only a claim of the history says what was different then"
        );
        self.findings.report(Code::UnknownKey, &entry.key_span, message).help_with([help]);
    }

    fn settlement(&mut self, node: &Node, outside: &Node, claim: &mut Claim) {
        if !matches!(node.form, Form::Table(_)) {
            self.findings.report(
                Code::WrongType,
                &node.span,
                say!("`settlement` 应为对象", "`settlement` is an object"),
            );
            return;
        }
        for entry in node.entries() {
            let fields = || STANDARD.iter().filter(|fact| fact.settlement).map(|fact| fact.name);
            if !fields().any(|field| field == StandardFact::meant_by(&entry.key)) {
                let key = &entry.key;
                let help = did_you_mean(key, fields());
                let message = say!("结算记录没有字段 `{key}`", "the settlement record has no field `{key}`");
                self.findings.report(Code::UnknownFact, &entry.key_span, message).help_with(help);
            } else if outside.get(&entry.key).is_some() {
                let key = &entry.key;
                let message = say!(
                    "`{key}` 在 `settlement` 内外各有一个",
                    "`{key}` is given both inside and outside `settlement`"
                );
                self.findings.report(Code::DuplicateKey, &entry.key_span, message);
            } else {
                self.claim_fact(entry, claim);
            }
        }
    }

    fn check_changes(&mut self, node: &Node) {
        if !matches!(node.form, Form::Table(_)) {
            self.findings.report(
                Code::WrongType,
                &node.span,
                say!("`enrollment` 应为对象", "`enrollment` is an object"),
            );
        }
        for entry in node
            .entries()
            .iter()
            .filter(|entry| matches!(entry.key.as_str(), "id" | "plan" | "plan_version" | "member"))
        {
            let key = &entry.key;
            let message = say!("既往理赔的参保记录不能改变 `{key}`", "`{key}` cannot differ in the history");
            self.findings.report(Code::UnknownKey, &entry.key_span, message);
        }
    }

    fn claim_fact(&mut self, entry: &Entry, claim: &mut Claim) {
        if let Some(value) = self.fact(entry, Holder::Claim)
            && let Err(error) = claim.facts.tell(Holder::Claim, &entry.key, value)
        {
            self.bad_fact(&error, &entry.node.span);
        }
    }

    /// Who the fact is about, if there is one of this name.
    pub(crate) fn holder(&self, name: &str) -> Option<Holder> {
        let standard = StandardFact::named(StandardFact::meant_by(name));
        standard.map(|fact| fact.holder).or(self.own_fact(name).map(|fact| fact.holder))
    }

    /// The value of a fact that is known and of this holder, as it is written; it fits the kind and bounds.
    pub(crate) fn fact(&mut self, entry: &Entry, holder: Holder) -> Option<Value> {
        let name = entry.key.as_str();
        let own = self.own_fact(name).cloned();
        let standard = StandardFact::named(StandardFact::meant_by(name));
        let Some(expected) = self.holder(name) else {
            self.unknown_fact(entry, holder);
            return None;
        };
        if expected != holder {
            let message = match expected {
                Holder::Claim => say!("`{name}` 是理赔申请的事实", "`{name}` is a fact of the claim"),
                Holder::Enrollment => say!("`{name}` 是参保记录的事实", "`{name}` is a fact of the enrollment"),
            };
            self.findings.report(Code::WrongHolder, &entry.key_span, message);
            return None;
        }
        let value = self.value(&entry.node, name)?;
        let wrong = match (own, standard) {
            (Some(own), _) if own.standard.is_none() => own_misfit_text(&own, &value),
            (_, Some(standard)) => standard.fit(&value).err().map(|misfit| misfit_text(standard, &value, misfit)),
            (_, None) => return None,
        };
        let Some(message) = wrong else { return Some(value) };
        self.findings.report(Code::BadFact, &entry.node.span, message);
        None
    }

    fn own_fact(&self, name: &str) -> Option<&PlanFact> {
        self.versions().flat_map(|plan| &plan.facts).find(|fact| &*fact.name == name)
    }

    /// Whether there is a plan of the name that is given.
    pub(crate) fn knows_the_plan(&self) -> bool {
        !self.catalog.versions(&self.plan).is_empty()
    }

    /// The versions of the plan, the latest first; those of every plan where there is none of the name: any may be meant.
    pub(crate) fn versions(&self) -> impl Iterator<Item = &Plan> {
        let any = self.catalog.plans().filter(|_| !self.knows_the_plan());
        self.catalog.versions(&self.plan).iter().rev().chain(any)
    }

    /// A fact may be the own one of a plan that is misspelt; then only what is near a known one is called unknown.
    fn unknown_fact(&mut self, entry: &Entry, holder: Holder) {
        let name = entry.key.as_str();
        let standard = STANDARD.iter().filter(|fact| fact.holder == holder).map(|fact| fact.name);
        let own = self.versions().flat_map(|plan| &plan.facts).map(|fact| &*fact.name);
        let near = did_you_mean(name, standard.chain(own));
        if near.is_none() && !self.knows_the_plan() {
            return;
        }
        let help = near.unwrap_or_else(where_facts_are_listed);
        let message = say!("没有名为 `{name}` 的事实", "no fact is named `{name}`");
        self.findings.report(Code::UnknownFact, &entry.key_span, message).help_with([help]);
    }

    fn value(&mut self, node: &Node, name: &str) -> Option<Value> {
        let message = match &node.form {
            Form::Text { text, .. } => return Some(Value::Text(text.as_str().into())),
            Form::YesNo(answer) => return Some(Value::YesNo(*answer)),
            Form::Date(date) => return Some(Value::Date(*date)),
            Form::Number(raw) => match exact::parse(written::without_zeros(raw)) {
                Ok(number) => return Some(Value::Number(number)),
                Err(exact::Malformed::NotANumber) => {
                    say!("`{raw}` 不是普通十进制数", "`{raw}` is not a plain decimal number")
                }
                Err(exact::Malformed::TooManyDigits) => say!("`{raw}` 位数过多", "`{raw}` has too many digits"),
            },
            Form::Poisoned => return None,
            Form::Table(_) | Form::List(_) | Form::Other => {
                say!("`{name}` 应为文本、数、是否或日期", "`{name}` is a text, a number, true or false, or a date")
            }
        };
        self.findings.report(Code::BadFact, &node.span, message);
        None
    }

    fn bad_fact(&mut self, error: &Error, span: &Span) {
        self.findings.report(Code::BadFact, span, error.text());
    }

    fn history(&mut self, node: &Node, enrollment: Option<&Enrollment>) -> Option<Vec<(Enrollment, Claim)>> {
        let Form::List(items) = &node.form else {
            self.findings.report(Code::WrongType, &node.span, say!("`history` 应为列表", "`history` is a list"));
            return None;
        };
        let count = items.len();
        if count > MAX_CLAIMS {
            let message = say!(
                "既往理赔有 {count} 件，上限为 {MAX_CLAIMS}",
                "the history has {count} claims, at most {MAX_CLAIMS} are read"
            );
            self.findings.report(Code::TooMany, &(node.span.start..node.span.start.saturating_add(1)), message);
            return None;
        }
        let mut seen = BTreeSet::new();
        let mut claims = Vec::new();
        for item in items {
            if !matches!(item.form, Form::Table(_)) {
                self.findings.report(Code::WrongType, &item.span, say!("每次理赔申请应为对象", "a claim is an object"));
                continue;
            }
            let Some(claim) = self.claim(item, true) else { continue };
            if !seen.insert(claim.id().to_owned()) {
                let id = claim.id();
                let span = item.get("id").map(|node| node.span.clone()).unwrap_or_default();
                self.findings.report(
                    Code::DuplicateClaim,
                    &span,
                    say!("理赔申请编号 `{id}` 重复", "two claims have the id `{id}`"),
                );
            }
            if let Some(enrollment) = enrollment {
                let mut own = enrollment.clone();
                let changes = item.get("enrollment");
                if let Some(changes) = changes {
                    self.enrollment_facts(changes, &mut own);
                }
                self.check_version(&own, &claim, changes, item);
                claims.push((own, claim));
            }
        }
        Some(claims)
    }
}

/// What is wrong with the value of a fact of a pack's own; `None` if it fits.
fn own_misfit_text(fact: &PlanFact, value: &Value) -> Option<Text> {
    let misfit = fact.kind.fit(value, fact.bounds).err()?;
    let (name, kind) = (&fact.name, fact.kind.said());
    let (min, max) = (fact.bounds.min, fact.bounds.max);
    let value = &value.to_string();
    Some(match fact.kind {
        Kind::Money | Kind::Ratio | Kind::Number | Kind::Days if misfit == Misfit::Digits => {
            fact.kind.digits_text(name, value)
        }
        Kind::Money | Kind::Ratio | Kind::Number | Kind::Days if written::why(value, fact.kind).is_some() => {
            fact.kind.misfit_text(name, value)
        }
        Kind::Money | Kind::Ratio | Kind::Number | Kind::Days => say!(
            "`{name}` 的值 `{value}` 应为 {min} 至 {max} 的{kind}",
            "the value `{value}` of `{name}` is not of type {kind} from {min} to {max}"; kind
        ),
        Kind::Category if misfit == Misfit::Blank => spelling::blank_text(name),
        Kind::Date if misfit == Misfit::TimeOfDay => Kind::time_of_day_text(name, value),
        Kind::Date | Kind::YesNo | Kind::Category => fact.kind.misfit_text(name, value),
    })
}

fn where_facts_are_listed() -> Text {
    say!("理赔文件的格式定义列出全部事实", "the JSON Schema of case files lists all facts")
}
