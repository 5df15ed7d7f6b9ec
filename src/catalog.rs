//! A folder of rule packs: finds the plan and the version for a claim.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::NaiveDate;

use crate::accumulator::{Accumulators, Posting};
use crate::adjudicate::Adjudication;
use crate::calendar;
use crate::claim::Claim;
use crate::code::Code;
use crate::diagnostic::{Diagnostics, Findings, did_you_mean};
use crate::disk::fs;
use crate::document::Node;
use crate::enrollment::Enrollment;
use crate::error::Error;
use crate::fact::Holder;
use crate::facts;
use crate::joint::{self, Held, JointLimit, JointLimits};
use crate::names;
use crate::order::{self, Order, OrderRule};
use crate::pack::{self, Loaded};
use crate::plan::{EffectiveBy, Plan, PlanReference};
use crate::spelling;
use crate::text::{Text, say};

/// Plans in all their versions, and the joint limits over them: what finds the [`Plan`] for a claim.
///
/// It is made once, of a folder or of files in memory, and exists only if every pack is right and each fits the others. It is immutable, `Send` and
/// `Sync`.
///
/// ```
/// use huzhu::{Catalog, Claim, Enrollment, facts};
///
/// let catalog = Catalog::load("rules".as_ref())?;
/// let enrollment = Enrollment::new("E1", "guangdong-second-medical", "M1").with(facts::COVERAGE_START, "2019-03-01".parse()?)?;
/// let plan = catalog.resolve(&enrollment, &Claim::new("C1"))?; // of three versions the one that the date leads to
/// assert_eq!((plan.version(), catalog.versions("guangdong-second-medical").len()), ("2019", 3));
///
/// let elsewhere = Enrollment::new("E2", "guangdong-second-medicine", "M1");
/// let error = catalog.resolve(&elsewhere, &Claim::new("C1")).unwrap_err();
/// assert!(error.is_plan());
/// assert_eq!(error.to_string(), "there is no plan `guangdong-second-medicine`; did you mean `guangdong-second-medical`?");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct Catalog {
    /// By id; the versions of a plan from the earliest to the latest.
    plans: BTreeMap<String, Vec<Plan>>,
    joint_limits: JointLimits,
    order: Order,
}

/// What around a claim pends it where its pack does not say so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Hold {
    /// An earlier claim of the account that is open, where the outcome hangs on it; in a pack, `earlier_open = "pend"`.
    OpenClaims,
    /// A bill that may be that of an earlier claim; in a pack, `duplicates = "pend"`.
    Duplicates,
}

/// Why a folder of packs could not be loaded.
///
/// ```
/// let error = huzhu::Catalog::load("no-such-folder".as_ref()).unwrap_err();
/// assert!(error.is_unreadable() && error.diagnostics().is_none());
/// assert_eq!(error.to_string(), "no-such-folder cannot be read");
/// ```
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LoadError {
    /// The folder or a file in it could not be read.
    #[error("{} cannot be read", path.display())]
    Unreadable {
        /// The folder or the file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A file of the folder is a link, and nothing is where it leads.
    #[error("{} is a link that leads nowhere", path.display())]
    LeadsNowhere {
        /// The link.
        path: PathBuf,
    },
    /// What is wrong with the packs.
    #[error(transparent)]
    Rules(#[from] Diagnostics),
}

impl LoadError {
    /// The folder or a file in it could not be read.
    #[must_use]
    pub fn is_unreadable(&self) -> bool {
        self.diagnostics().is_none()
    }

    /// What is wrong with the packs, if that is why.
    #[must_use]
    pub fn diagnostics(&self) -> Option<&Diagnostics> {
        match self {
            LoadError::Rules(wrong) => Some(wrong),
            LoadError::Unreadable { .. } | LoadError::LeadsNowhere { .. } => None,
        }
    }
}

/// In it the command line finds its defaults: no pack.
const DEFAULTS: &str = "huzhu.toml";

/// The `*.toml` files of a folder by path: packs, joint limits and worked cases, and not `huzhu.toml`. Files whose names begin with a point are left
/// alone: systems and editors put them there.
///
/// # Errors
/// [`LoadError::Unreadable`] for the file system; [`LoadError::LeadsNowhere`] for a link to a pack that is not there: without it, other versions might decide.
pub fn rule_files(folder: &Path) -> Result<BTreeMap<String, Vec<u8>>, LoadError> {
    let unreadable = |path: &Path| {
        let path = path.to_owned();
        |source| LoadError::Unreadable { path, source }
    };
    let mut files = BTreeMap::new();
    let listed = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    for entry in fs::read_dir(listed).map_err(unreadable(folder))? {
        let name = entry.map_err(unreadable(folder))?.file_name();
        let is_aside = name.as_encoded_bytes().starts_with(b".") || name == DEFAULTS;
        if is_aside || Path::new(&name).extension().is_none_or(|ending| ending != "toml") {
            continue;
        }
        let path = if folder == Path::new(".") { PathBuf::from(name) } else { folder.join(name) };
        match fs::metadata(&path) {
            Ok(about) if about.is_file() => {
                let bytes = fs::read(&path).map_err(unreadable(&path))?;
                files.insert(path.to_string_lossy().into_owned(), bytes);
            }
            Ok(_) => {}
            Err(_) if path.is_symlink() => return Err(LoadError::LeadsNowhere { path }),
            Err(source) => return Err(LoadError::Unreadable { path, source }),
        }
    }
    Ok(files)
}

/// So many plans are named where one is unknown.
const MOST_NAMED: usize = 20;

impl Catalog {
    /// Loads every `*.toml` of a folder: packs, and joint limits (`*.joint.toml`); worked cases (`*.cases.toml`) are left out, and `huzhu.toml`, in
    /// which the command line finds its defaults.
    ///
    /// # Errors
    /// Those of [`rule_files`], and [`LoadError::Rules`] with all that is wrong in all files.
    pub fn load(folder: &Path) -> Result<Catalog, LoadError> {
        let files = rule_files(folder)?;
        Ok(Catalog::read(files.into_iter().filter(|(name, _)| !name.ends_with(".cases.toml")))?)
    }

    /// Reads files that are already in memory: their names and their bytes.
    ///
    /// # Errors
    /// All that is wrong in all files, and between them: versions that leave a gap or overlap, plans that are not there.
    pub fn read(files: impl IntoIterator<Item = (String, Vec<u8>)>) -> Result<Catalog, Diagnostics> {
        let mut wrong = Diagnostics::default();
        let (mut packs, mut joints) = (Vec::new(), Vec::new());
        for (name, bytes) in files {
            if name.ends_with(".joint.toml") {
                joint::read(&name, &bytes).map_or_else(|found| wrong.extend(found), |joint| joints.push(joint));
            } else {
                pack::read(&name, &bytes).map_or_else(|found| wrong.extend(found), |pack| packs.push(pack));
            }
        }
        if !wrong.is_empty() {
            // What is between packs makes sense only once each is right.
            for joint in joints {
                wrong.extend(joint.findings.into_diagnostics());
            }
            return Err(wrong.by_file());
        }
        packs.sort_by(|a, b| (a.plan.id(), a.plan.effective().from).cmp(&(b.plan.id(), b.plan.effective().from)));
        wrong.extend(duplicate_versions(&packs));
        post_the_same_sums(&mut packs, &mut wrong);
        for pair in packs.windows(2) {
            if let [earlier, later] = pair {
                wrong.extend(between_versions(earlier, later));
            }
        }
        let mut catalog = Catalog::default();
        for pack in packs {
            catalog.plans.entry(pack.plan.id().to_owned()).or_default().push(pack.plan);
        }
        catalog.tell_own_facts();
        joints.sort_by(|a, b| a.id().cmp(b.id()));
        let mut limits = Vec::new();
        for joint in joints {
            match catalog.known_plans(joint, &limits) {
                Ok(limit) => limits.push(limit),
                Err(found) => wrong.extend(found),
            }
        }
        catalog.joint_limits = JointLimits::of(limits.into_iter().map(|(limit, _)| limit).collect());
        if wrong.is_empty() { Ok(catalog) } else { Err(wrong.by_file()) }
    }

    /// The same, with claims pended for one more thing than the packs say.
    #[must_use]
    pub fn holding(mut self, what: Hold) -> Catalog {
        match what {
            Hold::OpenClaims => self.plans.values_mut().flatten().for_each(|plan| plan.holds_open_claims = true),
            Hold::Duplicates => self.plans.values_mut().flatten().for_each(|plan| plan.holds_duplicates = true),
        }
        self
    }

    /// The same, with the claims of a member decided in this order.
    ///
    /// ```
    /// use huzhu::{Case, Catalog, Order};
    ///
    /// let catalog = Catalog::load("rules".as_ref())?.in_order(Order::AsReceived);
    /// assert_eq!(catalog.order(), Order::AsReceived); // of all that is decided by it: claims, files, cases
    /// # Ok::<(), huzhu::LoadError>(())
    /// ```
    #[must_use]
    pub fn in_order(mut self, order: Order) -> Catalog {
        self.order = order;
        self
    }

    /// The order in which the claims of a member are decided.
    #[must_use]
    pub fn order(&self) -> Order {
        self.order
    }

    /// The dates by which the claims under a plan are ordered.
    pub(crate) fn order_of(&self, plan: &str) -> &OrderRule {
        self.versions(plan).first().map_or(&order::BY_EVENT_DATE, |version| &version.order)
    }

    /// Every version of every plan, by id and date.
    pub fn plans(&self) -> impl Iterator<Item = &Plan> {
        self.plans.values().flatten()
    }

    /// The same plans, each changed, under the same joint limits.
    #[cfg(feature = "batch")]
    pub(crate) fn with_each(&self, change: impl Fn(&mut Plan)) -> Catalog {
        let mut plans = self.plans.clone();
        plans.values_mut().flatten().for_each(change);
        Catalog { plans, joint_limits: self.joint_limits.clone(), order: self.order }
    }

    /// The versions of one plan, from the earliest to the latest; none if there is no such plan.
    #[must_use]
    pub fn versions(&self, plan: &str) -> &[Plan] {
        self.plans.get(plan).map_or(&[], Vec::as_slice)
    }

    /// The version of the enrollment's plan that decides the claim: the one it names, or the one that its date leads to.
    ///
    /// Where the date that counts is missing, the latest version; it pends the claim and names the date.
    ///
    /// # Errors
    /// [`Error::is_plan`] if there is no such plan, [`Error::is_version`] if none of its versions holds at the date.
    pub fn resolve(&self, enrollment: &Enrollment, claim: &Claim) -> Result<&Plan, Error> {
        self.resolve_on(enrollment, |by| match by {
            EffectiveBy::CoverageStart => enrollment.fact(facts::COVERAGE_START),
            EffectiveBy::EventDate => claim.fact(facts::EVENT_DATE),
        })
    }

    /// The version that has decided.
    ///
    /// # Errors
    /// [`Error::is_version`] if it is none of these.
    pub fn decided_by(&self, adjudication: &Adjudication) -> Result<&Plan, Error> {
        let PlanReference { id, version, .. } = &**adjudication.outcome().plan();
        self.version(id, version)
    }

    pub(crate) fn version(&self, id: &str, version: &str) -> Result<&Plan, Error> {
        self.versions(id).iter().find(|plan| plan.version() == version).ok_or_else(|| {
            Error::version(say!("计划 `{id}` 没有版本 `{version}`", "the plan `{id}` has no version `{version}`"))
        })
    }

    /// The version that has decided a claim, by what it has posted: a reversal need not repeat the date.
    pub(crate) fn resolve_posted(&self, enrollment: &Enrollment, posting: &Posting) -> Result<&Plan, Error> {
        self.resolve_on(enrollment, |by| match by {
            EffectiveBy::CoverageStart => Some(posting.period.start),
            EffectiveBy::EventDate => Some(posting.event_date),
        })
    }

    fn resolve_on(
        &self,
        enrollment: &Enrollment,
        date: impl Fn(EffectiveBy) -> Option<NaiveDate>,
    ) -> Result<&Plan, Error> {
        let id = enrollment.plan();
        let versions = self.versions(id);
        let Some(latest) = versions.last() else { return Err(self.unknown_plan(id)) };
        if let Some(version) = enrollment.plan_version() {
            return self.version(id, version);
        }
        let Some(date) = date(latest.effective().by) else { return Ok(latest) };
        versions.iter().find(|plan| plan.effective().holds_on(date)).ok_or_else(|| {
            Error::version(say!(
                "计划 `{id}` 没有适用于 {date} 的版本",
                "no version of the plan `{id}` holds on {date}"
            ))
        })
    }

    /// Decides one claim under several enrollments of a member, plan after plan as joint limits serve them: each by its plan, and
    /// then joint limits take off what is beyond them.
    ///
    /// Each enrollment comes with what the member's earlier claims have posted under its plan.
    ///
    /// # Errors
    /// Those of [`Catalog::resolve`] and [`Plan::adjudicate`]: a reversal is of one plan and not decided so; [`Error::is_history`] if
    /// the claim has posted already under a plan that a joint limit is over.
    pub fn adjudicate_together(
        &self,
        covers: &[(&Enrollment, &Accumulators)],
        claim: &Claim,
    ) -> Result<Vec<Adjudication>, Error> {
        let account = |(enrollment, posted): &(&Enrollment, &Accumulators)| {
            let is_held = self.joint_limits.turn_of(enrollment.plan()).is_some();
            let posted = if is_held { Accumulators::clone(posted) } else { Accumulators::new() };
            Held::new(enrollment.plan(), posted).under(enrollment)
        };
        let mut accounts: Vec<Held> = covers.iter().map(account).collect();
        let mut in_turn: Vec<_> = covers.iter().enumerate().collect();
        in_turn.sort_by_key(|(_, (enrollment, _))| self.joint_limits.place_of(enrollment.plan()));
        let mut decided = Vec::with_capacity(covers.len());
        for (place, (enrollment, posted)) in in_turn {
            let mut adjudication = self.resolve(enrollment, claim)?.adjudicate(enrollment, claim, posted)?;
            let room = self.joint_limits.room(enrollment, claim, &accounts, Some(place))?;
            room.cut(&mut adjudication, posted)?;
            if let (Some(account), Some(posting)) = (accounts.get_mut(place), adjudication.posting()) {
                account.accumulators.post(posting)?;
            }
            decided.push((place, adjudication));
        }
        decided.sort_by_key(|(place, _)| *place);
        Ok(decided.into_iter().map(|(_, adjudication)| adjudication).collect())
    }

    /// The joint limits over the plans.
    pub(crate) fn joint_limits(&self) -> &JointLimits {
        &self.joint_limits
    }

    /// The titles of the joint limits that hold this plan together with others.
    pub fn joint_limits_over(&self, plan: &str) -> impl Iterator<Item = &Text> {
        self.joint_limits.over(plan).filter(|limit| limit.is_over_several()).map(JointLimit::title)
    }

    pub(crate) fn unknown_plan(&self, id: &str) -> Error {
        match names::nearest(id, self.plans.keys().map(String::as_str)) {
            Some(near) => Error::plan(say!(
                "没有计划 `{id}`；是否想写 `{near}`？",
                "there is no plan `{id}`; did you mean `{near}`?"
            )),
            None => {
                let Text { zh, en } = self.plans_in_words();
                Error::plan(say!("没有计划 `{id}`；{zh}", "there is no plan `{id}`; {en}"))
            }
        }
    }

    /// The plan of this id, else the only one that goes by this title in one of its versions.
    #[must_use]
    pub fn plan_called(&self, called: &str) -> Option<&str> {
        if let Some((id, _)) = self.plans.get_key_value(called) {
            return Some(id);
        }
        let folded = spelling::fold(called);
        let is_called =
            |plan: &Plan| [&plan.title().zh, &plan.title().en].iter().any(|title| spelling::fold(title) == folded);
        let mut found = self.plans.iter().filter(|(_, versions)| versions.iter().any(is_called)).map(|(id, _)| id);
        found.next().filter(|_| found.next().is_none()).map(String::as_str)
    }

    /// The plans that there are.
    pub(crate) fn plans_in_words(&self) -> Text {
        let titled =
            self.plans.iter().take(MOST_NAMED).filter_map(|(id, versions)| Some((id, versions.last()?.title())));
        let (zh, en): (Vec<String>, Vec<String>) =
            titled.map(|(id, title)| (format!("`{id}`（{}）", title.zh), format!("`{id}` ({})", title.en))).unzip();
        let (zh, en) = (zh.join("、"), en.join(", "));
        match self.plans.len().saturating_sub(MOST_NAMED) {
            _ if self.plans.is_empty() => say!("尚无任何计划", "there is none at all"),
            0 => say!("已有计划：{zh}", "the plans are {en}"),
            more => say!("已有计划：{zh}，另有 {more} 个", "the plans are {en} and {more} more"),
        }
    }

    pub(crate) fn plan_ids(&self) -> impl Iterator<Item = &str> {
        self.plans.keys().map(String::as_str)
    }

    /// Tells every plan the facts of the others: what a member gives for one says nothing to the next.
    fn tell_own_facts(&mut self) {
        let own = self.plans().flat_map(|plan| plan.own_facts.iter().map(|slot| plan.fact(*slot)));
        let all: Arc<BTreeSet<(Box<str>, Holder)>> =
            Arc::new(own.map(|fact| (fact.name.clone(), fact.holder)).collect());
        self.plans.values_mut().flatten().for_each(|plan| plan.kin_facts = Arc::clone(&all));
    }

    /// The claims under plans that count together come in one order.
    fn check_orders(&self, plan_nodes: &[Node], findings: &mut Findings) {
        let mut plans = plan_nodes.iter().filter_map(|node| {
            let id = node.text()?;
            self.plans.contains_key(id).then(|| (node, id, self.order_of(id)))
        });
        let Some((_, first, order)) = plans.next() else { return };
        if let Some((node, other, _)) = plans.find(|(_, _, other)| *other != order) {
            let message = say!(
                "计划 `{other}` 的理赔先后与 `{first}` 不同，不能合计",
                "the claims of `{other}` come in another order than those of `{first}`, and cannot count together"
            );
            let help = say!("两个计划的 `order` 须一致", "let both packs say the same `order`");
            findings.report(Code::OrderDiffers, &node.span, message).help_with([help]);
        }
    }

    /// The limit if it can be applied to the plans, beside those before it, with the path of its file.
    fn known_plans(
        &self,
        joint: joint::Read,
        before: &[(JointLimit, String)],
    ) -> Result<(JointLimit, String), Diagnostics> {
        let joint::Read { limit, plan_nodes, amount_node, mut findings } = joint;
        for node in plan_nodes.iter().filter(|node| node.text().is_some_and(names::is_id)) {
            let id = node.text().unwrap_or("");
            if !self.plans.contains_key(id) {
                let help = did_you_mean(id, self.plan_ids());
                findings
                    .report(Code::UnknownPlan, &node.span, say!("没有计划 `{id}`", "there is no plan `{id}`"))
                    .help_with(help);
            }
        }
        if let Some(limit) = &limit {
            limit.check_beside(before, &plan_nodes, &mut findings);
            self.check_orders(&plan_nodes, &mut findings);
            let plans: Vec<&Plan> = plan_nodes.iter().filter_map(Node::text).flat_map(|id| self.versions(id)).collect();
            let amount_node = amount_node.filter(|_| findings.is_empty());
            if let Some((to, node)) = limit.finer_than(&plans).zip(amount_node) {
                let message = say!(
                    "合计限额不是 {to} 元的整倍数，而计划舍入至此",
                    "the joint limit is not a multiple of {to} yuan, to which a plan rounds"
                );
                findings.report(Code::LimitFinerThanRounding, &node.span, message);
            }
        }
        let path = findings.source().path.clone();
        let limit = limit.filter(|_| findings.is_empty());
        limit.map(|limit| (limit, path)).ok_or_else(|| findings.into_diagnostics())
    }
}

/// Versions of one plan that share a name.
fn duplicate_versions(packs: &[Loaded]) -> Diagnostics {
    let mut first: BTreeMap<(&str, &str), &Loaded> = BTreeMap::new();
    let mut wrong = Diagnostics::default();
    for pack in packs {
        let (id, version) = (pack.plan.id(), pack.plan.version());
        if let Some(earlier) = first.insert((id, version), pack) {
            let mut findings = Findings::of(Arc::clone(&pack.source));
            let path = &earlier.source.path;
            let message = say!(
                "计划 `{id}` 的版本 `{version}` 在 {path} 中已有",
                "version `{version}` of `{id}` is already in {path}"
            );
            findings.report(Code::DuplicateVersion, &pack.place, message);
            wrong.extend(findings.into_diagnostics());
        }
    }
    wrong
}

/// Reads versions anew that do not sum over earlier claims what another version of their plan sums: what they decide counts there.
fn post_the_same_sums(packs: &mut [Loaded], wrong: &mut Diagnostics) {
    for versions in packs.chunk_by_mut(|one, other| one.plan.id() == other.plan.id()) {
        let sums: BTreeSet<Arc<str>> = versions.iter().flat_map(|version| version.plan.sums()).cloned().collect();
        for version in versions.iter_mut().filter(|version| version.plan.sums().count() < sums.len()) {
            let source = Arc::clone(&version.source);
            match pack::read_beside(&source.path, source.text.as_bytes(), &sums) {
                Ok(posting) => *version = posting,
                Err(found) => wrong.extend(found),
            }
        }
    }
}

/// What is wrong between two packs that follow each other by id and date.
fn between_versions(earlier: &Loaded, later: &Loaded) -> Diagnostics {
    let mut findings = Findings::of(Arc::clone(&later.source));
    let (before, after) = (&earlier.plan, &later.plan);
    if before.id() != after.id() || before.version() == after.version() {
        return findings.into_diagnostics();
    }
    let (version, other) = (after.version(), before.version());
    if before.order != after.order {
        let message = say!(
            "版本 `{version}` 的理赔先后与版本 `{other}` 不同",
            "the claims of version `{version}` come in another order than those of `{other}`"
        );
        let order: Vec<String> = before.order.facts().map(|fact| format!("\"{fact}\"")).collect();
        let order = order.join(", ");
        let help =
            say!("同一计划只有一种先后：写 `order = [{order}]`", "a plan has one order: write `order = [{order}]`");
        findings.report(Code::OrderDiffers, &later.place, message).help_with([help]);
    }
    let from = after.effective().from;
    let next: Option<NaiveDate> = before.effective().until.and_then(|until| calendar::plus_days(until, 1));
    match next {
        Some(next) if next == from => {}
        Some(next) if next < from => {
            let message = say!(
                "版本 `{other}` 之后，{next} 至 {from} 前没有适用版本",
                "no version holds from {next}, after `{other}`, until {from}"
            );
            findings.report(Code::VersionGap, &later.place, message);
        }
        Some(_) | None => {
            let message = say!(
                "版本 `{version}` 自 {from} 起与版本 `{other}` 重叠",
                "version `{version}`, from {from}, overlaps version `{other}`"
            );
            let help = calendar::plus_days(from, -1).filter(|last| *last >= before.effective().from).map(|last| {
                say!(
                    "较早版本 `{other}` 写 `until = {last}`",
                    "let the earlier version `{other}` end: `until = {last}`"
                )
            });
            findings.report(Code::VersionOverlap, &later.place, message).help_with(help);
        }
    }
    findings.into_diagnostics()
}
