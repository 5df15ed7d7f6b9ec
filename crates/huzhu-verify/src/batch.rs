//! Many certificates in one file, with one root.

use std::collections::BTreeMap;

use super::MAX_BYTES;
use super::account::{Accounts, Standing};
use super::bounds::check_posted;
use super::canonical::{self, Json};
use super::certificate::{Checked, Verified, body, of_the_rules, same_digest};
use super::digest::Digest;
use super::flaw::{Flaw, Place};
use super::foreign;
use super::members::{self, Members};
use super::program::{Edition, Program};
use super::tree::Tree;
use super::value::{Kind, Value};

const FORMATS: [(&str, Edition); 2] = [("huzhu-batch/1", Edition::One), ("huzhu-batch/2", Edition::Two)];

/// Whether a file that begins so is a batch, and no single certificate.
#[must_use]
pub fn begins_a_batch(bytes: &[u8]) -> bool {
    let beginnings: [&[u8]; 4] = [b"{\"program\":", b"{\"posting\":", b"{\"reversal\":", b"{\"count\":"];
    beginnings.iter().any(|beginning| bytes.starts_with(beginning))
}

/// How a line without a certificate is read.
type Moves = fn(&mut Batch, &mut Members<'_, '_, '_>, &Place<'_>) -> Result<(), Flaw>;

/// A batch that holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifiedBatch {
    edition: Edition,
    count: u64,
    moves: u64,
    continued: u64,
    root: String,
    programs: Vec<String>,
}

impl VerifiedBatch {
    /// The version of the format, 1 or 2. A batch of version 1 does not say whose account a claim stands in, so that nothing holds what it inherits against
    /// what the earlier ones have posted.
    #[must_use]
    pub fn format(&self) -> u8 {
        self.edition.number()
    }

    /// The number of certificates.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.count
    }

    /// The number of claims that move an account without a certificate: reversals, and claims whose amount the batch states and does not prove.
    #[must_use]
    pub fn moves(&self) -> u64 {
        self.moves
    }

    /// The number of accounts that go on from before the batch, with amounts that it states and does not prove.
    #[must_use]
    pub fn continued(&self) -> u64 {
        self.continued
    }

    /// The root, 64 hexadecimal digits. That it is the noted one is for the reader to compare.
    #[must_use]
    pub fn root(&self) -> &str {
        &self.root
    }

    /// The digests of all programs, in ascending order.
    #[must_use]
    pub fn programs(&self) -> &[String] {
        &self.programs
    }
}

/// Checks a whole batch, the bytes of its file.
///
/// # Errors
///
/// The first [`Flaw`] found, if anything does not hold.
pub fn batch(bytes: &[u8]) -> Result<VerifiedBatch, Flaw> {
    let mut batch = Batch::new();
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        batch.line(line)?;
    }
    batch.end()
}

/// A batch that is checked line by line, in memory for one line, one account, the programs, and 32 bytes for each account that is done.
#[derive(Debug, Default)]
pub struct Batch {
    programs: BTreeMap<Digest, Program>,
    /// The program of the line before, which the next certificate must name.
    awaited: Option<Digest>,
    /// Which all lines are of, once one has said so.
    edition: Option<Edition>,
    accounts: Accounts,
    certificates: u64,
    tree: Tree,
    lines: usize,
    /// What the last line says, once it is read.
    end: Option<(Digest, Edition)>,
}

impl Batch {
    /// A batch of which nothing is read yet.
    #[must_use]
    pub fn new() -> Batch {
        Batch::default()
    }

    /// Checks the next line, with the line feed that ends it; gives what it says if it is a certificate.
    ///
    /// # Errors
    ///
    /// The first [`Flaw`] found. After one the batch does not hold, whatever follows.
    pub fn line(&mut self, line: &[u8]) -> Result<Option<Verified>, Flaw> {
        self.lines = self.lines.saturating_add(1);
        self.read(line).map_err(|flaw| flaw.on_line(self.lines))
    }

    /// Checks that the batch is complete.
    ///
    /// # Errors
    ///
    /// A [`Flaw`], if its last line has not been read.
    pub fn end(mut self) -> Result<VerifiedBatch, Flaw> {
        let missing = || Flaw::new("", "没有末行", "it has no last line").on_line(self.lines.saturating_add(1));
        let (root, edition) = self.end.ok_or_else(missing)?;
        self.accounts.leave();
        Ok(VerifiedBatch {
            edition,
            count: self.certificates,
            moves: self.tree.count.saturating_sub(self.certificates),
            continued: self.accounts.continued,
            root: root.to_string(),
            programs: self.programs.keys().map(ToString::to_string).collect(),
        })
    }

    fn read(&mut self, line: &[u8]) -> Result<Option<Verified>, Flaw> {
        if self.end.is_some() {
            return Err(Flaw::new("", "末行之后还有内容", "something follows the last line"));
        }
        if line.len() > MAX_BYTES {
            return Err(Flaw::new("", "超过 64 MiB", "it is longer than 64 MiB"));
        }
        let whole = line;
        let line = canonical::text_of(line)?;
        let Some(line) = line.strip_suffix('\n') else {
            return Err(Flaw::new("", "行末没有换行", "no line feed ends it"));
        };
        let json = canonical::read(line).map_err(|flaw| foreign::told(whole, flaw))?;
        let place = Place::Whole;
        let mut members = Members::of(&json, &place)?;
        let awaited = self.awaited.take();
        if awaited.is_some() && Members::of(&json, &place)?.digest("program_digest").ok() != awaited {
            return Err(Flaw::new(
                "program_digest",
                "上一行的程序须由此行的凭证引用",
                "the program of the line before must be named by a certificate on this one",
            ));
        }
        if let Some(program) = members.take_if_there("program") {
            let stated = members.digest("program_digest")?;
            members.end()?;
            let digest = Digest::of(&[program.text.as_bytes()]);
            same_digest(stated, digest, "program_digest")?;
            let program = Program::read(&program.value, &place.member("program")).map_err(of_the_rules)?;
            self.is_of(program.edition, "program.format")?;
            if self.programs.insert(digest, program).is_some() {
                return Err(Flaw::new("program", "程序重复", "duplicate program"));
            }
            self.awaited = Some(digest);
            return Ok(None);
        }
        if let Some(root) = members.take_if_there("root") {
            return self.last(&root.value, members).map(|()| None);
        }
        let kinds: [(&str, Moves); 2] = [("posting", Batch::posting), ("reversal", Batch::reversal)];
        for (name, moves) in kinds {
            if let Some(moved) = members.take_if_there(name) {
                members.end()?;
                self.is_of(Edition::Two, name)?;
                let place = place.member(name);
                let mut members = Members::of(&moved.value, &place)?;
                moves(self, &mut members, &place)?;
                members.end()?;
                self.tree.add(Digest::of(&[line.as_bytes()]));
                return Ok(None);
            }
        }
        self.certificate(&json, members).map(Some)
    }

    /// All lines are of one version.
    fn is_of(&mut self, edition: Edition, place: &str) -> Result<(), Flaw> {
        if *self.edition.get_or_insert(edition) == edition {
            return Ok(());
        }
        Err(Flaw::new(place, "与前面各行的版本不同", "the lines before it are of another version"))
    }

    /// What a claim without a certificate adds, which is stated and not proven.
    fn posting(&mut self, members: &mut Members<'_, '_, '_>, place: &Place<'_>) -> Result<(), Flaw> {
        let mut date = |name: &str| match Value::read(&members.take(name)?.value, Kind::Date, &place.member(name))? {
            Value::Date(date) => Ok(Some(date)),
            Value::Null | Value::Number(_) | Value::Truth(_) | Value::Text(_) => {
                Err(Flaw::new(place.member(name), "不应为 `null`", "it must not be null"))
            }
        };
        let (coverage_start, event_date) = (date("coverage_start")?, date("event_date")?);
        let (claim, enrollment) = (members.text("claim")?.to_owned(), members.text("enrollment")?.to_owned());
        let (member, plan) = (members.text("member")?, members.text("plan")?);
        let stated = members.take("posts")?;
        let in_posts = place.member("posts");
        let Json::Object(entries) = &stated.value else {
            return Err(Flaw::new(in_posts, "应为对象", "it must be an object"));
        };
        let posts = entries.iter().map(|entry| {
            let (name, place) = (entry.name.to_string(), in_posts.member(&entry.name));
            let amount = Value::read(&entry.value, Kind::Number, &place)?.number();
            amount.map_or(Ok(()), |amount| check_posted(&name, amount, &place))?;
            Ok((name, amount))
        });
        let posts = posts.collect::<Result<_, Flaw>>()?;
        let standing = Standing { claim, enrollment, event_date, coverage_start };
        self.accounts.of(member, plan)?.add(standing, Some(posts), &place.member("claim"))
    }

    fn reversal(&mut self, members: &mut Members<'_, '_, '_>, place: &Place<'_>) -> Result<(), Flaw> {
        let (claim, enrollment) = (members.text("claim")?, members.text("enrollment")?);
        let (member, plan) = (members.text("member")?, members.text("plan")?);
        self.accounts.of(member, plan)?.reverse(claim, enrollment, members.text("reverses")?, place)
    }

    fn certificate(&mut self, json: &Json<'_>, members: Members<'_, '_, '_>) -> Result<Verified, Flaw> {
        let place = Place::Whole;
        let named = Members::of(json, &place)?.digest("program_digest")?;
        let Some(program) = self.programs.get(&named) else {
            return Err(Flaw::new("program_digest", "此前没有该程序", "no such program stands before it"));
        };
        let Checked { digest, verified, standing, priors, posts } = body(json, members, program, named)?;
        if let Some(member) = verified.member() {
            let account = self.accounts.of(member, &program.plan)?;
            account.check(&standing, &program.priors, &priors, &place.member("priors"))?;
            account.add(standing, posts, &place.member("claim"))?;
        }
        self.tree.add(digest);
        self.certificates = self.certificates.saturating_add(1);
        Ok(verified)
    }

    fn last(&mut self, root: &Json<'_>, mut members: Members<'_, '_, '_>) -> Result<(), Flaw> {
        let edition = members.one_of("format", &FORMATS)?;
        self.is_of(edition, "format")?;
        let count = members.whole("count")?;
        members.end()?;
        if count != self.tree.count {
            let found = self.tree.count;
            let en = format!("there are {found} certificates and moves");
            return Err(Flaw::new("count", format!("共有 {found} 份凭证和账目变动"), en));
        }
        let place = Place::Whole;
        let place = place.member("root");
        let stated = members::digest(members::text(root, &place)?, &place)?;
        if stated != self.tree.root() {
            let found = self.tree.root();
            return Err(Flaw::new(place, format!("应为 {found}"), format!("the root is {found}")));
        }
        self.end = Some((stated, edition));
        Ok(())
    }
}
