//! `huzhu verify`: certificates checked without the engine.

use std::io::{self, BufRead, Read};

use huzhu::Language;
use huzhu::verify::{self, Batch, Flaw, Verified, VerifiedBatch};
use serde_json::{Value as Json, json};

use super::layout::{Ink, Lines, clean, quoted};
use super::options::{Format, Setting, Verify};
use super::words::{pick, say};
use super::{Failure, Report, check, files};

pub(super) fn run(asked: &Verify, setting: &Setting) -> Result<Report, Failure> {
    // What cannot be opened is said before anything is checked.
    let sources =
        asked.certificates.iter().map(|path| files::open(path, setting.language).map(|source| (path, source)));
    let sources = sources.collect::<Result<Vec<_>, _>>()?;
    let mut examined = Vec::new();
    for (path, source) in sources {
        let found = examine(source).map_err(|fault| files::unreadable(path, &fault, setting.language))?;
        let found = found.map_err(Fault::Flaw).and_then(|held| held.compared(asked));
        examined.push(Examined { path: path.display().to_string(), found });
    }
    let is_wrong = examined.iter().any(|examined| examined.found.is_err());
    let foreign = examined.iter().filter_map(|examined| Some((&examined.path, examined.foreign()?)));
    let foreign: Vec<String> = foreign
        .map(|(path, flaw)| {
            let [zh, en] = [flaw.zh(), flaw.en()];
            let path = quoted(path);
            say!(setting.language, "{path}：{zh}", "{path}: {en}")
        })
        .collect();
    let not_run = (!foreign.is_empty()).then(|| Failure::new(foreign.join(pick(setting.language, "；", "; "))));
    let results = match setting.format {
        Format::Text => text(&examined, asked, setting),
        Format::Json => check::json(&json!({ "files": examined.iter().map(Examined::json).collect::<Vec<_>>() })),
    };
    Ok(Report { results, is_wrong, not_run, ..Report::default() })
}

/// Checks one file.
fn examine(mut source: impl BufRead) -> io::Result<Result<Held, Flaw>> {
    let mut bytes = line(&mut source)?;
    if !verify::begins_a_batch(&bytes) {
        let room = limit().saturating_sub(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
        source.take(room).read_to_end(&mut bytes)?;
        return Ok(verify::certificate(&bytes).map(|held| Held::Certificate(Box::new(held))));
    }
    let mut batch = Batch::new();
    while !bytes.is_empty() {
        if let Err(flaw) = batch.line(&bytes) {
            return Ok(Err(flaw));
        }
        bytes = line(&mut source)?;
    }
    Ok(batch.end().map(Held::Batch))
}

fn line(source: &mut impl BufRead) -> io::Result<Vec<u8>> {
    let mut line = Vec::new();
    source.take(limit()).read_until(b'\n', &mut line)?;
    Ok(line)
}

/// One byte more than may be, so that the checker refuses it.
fn limit() -> u64 {
    u64::try_from(verify::MAX_BYTES).unwrap_or(u64::MAX).saturating_add(1)
}

/// A file and what was found.
#[derive(Debug)]
struct Examined {
    path: String,
    found: Result<Held, Fault>,
}

#[derive(Debug)]
enum Held {
    Certificate(Box<Verified>),
    Batch(VerifiedBatch),
}

#[derive(Debug)]
enum Fault {
    Flaw(Flaw),
    /// It holds, but by a program that was not asked for.
    OtherProgram(String),
    /// It holds, but under a root that was not asked for, or under none.
    OtherRoot(Option<String>),
}

impl Held {
    /// Compares with what is noted elsewhere.
    fn compared(self, asked: &Verify) -> Result<Held, Fault> {
        let is_other = |program: &&str| !asked.programs.is_empty() && !asked.programs.iter().any(|one| one == program);
        if let Some(other) = self.programs().into_iter().find(is_other) {
            return Err(Fault::OtherProgram(other.to_owned()));
        }
        let root = self.root();
        if asked.roots.is_empty() || asked.roots.iter().any(|one| Some(one.as_str()) == root) {
            return Ok(self);
        }
        Err(Fault::OtherRoot(root.map(str::to_owned)))
    }

    fn programs(&self) -> Vec<&str> {
        match self {
            Held::Certificate(held) => vec![held.program_digest()],
            Held::Batch(held) => held.programs().iter().map(String::as_str).collect(),
        }
    }

    fn root(&self) -> Option<&str> {
        match self {
            Held::Certificate(held) => held.inclusion().map(verify::Inclusion::root),
            Held::Batch(held) => Some(held.root()),
        }
    }

    fn says(&self, language: Language) -> String {
        match self {
            Held::Certificate(held) => {
                let (claim, plan, version) = (quoted(held.claim()), quoted(held.plan()), quoted(held.version()));
                let (decision, payable) = (decision(held.decision(), language), held.payable());
                say!(
                    language,
                    "{decision} {payable} 元 · 理赔申请 {claim} · {plan} 版本 {version}",
                    "{decision} {payable} yuan · claim {claim} · {plan} version {version}"
                )
            }
            Held::Batch(held) => count(held.count(), language, ("份凭证", "certificate", "certificates")),
        }
    }

    /// What this file does not prove, though others do.
    fn leaves_open(&self, language: Language) -> Vec<String> {
        match self {
            Held::Certificate(held) if held.format() == 1 => vec![say!(
                language,
                "第 1 版凭证：未证明事实和此前累计为整数、不为负、在范围内",
                "version 1: it does not prove that facts and earlier amounts are whole, not negative and within bounds"
            )],
            Held::Certificate(_) => Vec::new(),
            Held::Batch(held) if held.format() == 1 => vec![say!(
                language,
                "第 1 版批次：未证明事实和此前累计为整数、不为负、在范围内，也未证明每件申请的此前累计就是在前各件所入账的",
                "version 1: it does not prove that facts and earlier amounts are whole, not negative and within bounds, nor that claims inherit what earlier ones have posted"
            )],
            Held::Batch(held) => [
                (held.moves() > 0).then(|| {
                    let moves = count(held.moves(), language, ("件申请", "claim", "claims"));
                    let verb = if held.moves() == 1 { "moves" } else { "move" };
                    say!(language, "{moves}没有凭证而变动账户", "{moves} {verb} an account without a certificate")
                }),
                (held.continued() > 0).then(|| {
                    let accounts = count(held.continued(), language, ("个账户", "account", "accounts"));
                    let verb = if held.continued() == 1 { "goes" } else { "go" };
                    say!(
                        language,
                        "{accounts}接续批次之前的累计，批次不证明该累计",
                        "{accounts} {verb} on from before the batch, which it does not prove"
                    )
                }),
            ]
            .into_iter()
            .flatten()
            .collect(),
        }
    }

    fn json(&self) -> Json {
        match self {
            Held::Certificate(held) => json!({
                "kind": "certificate",
                "format": held.format(),
                "claim": held.claim(),
                "enrollment": held.enrollment(),
                "member": held.member(),
                "plan": { "id": held.plan(), "version": held.version() },
                "decision": held.decision(),
                "payable": held.payable(),
                "digest": held.digest(),
                "program": held.program_digest(),
                "inclusion": held.inclusion().map(|inclusion| {
                    json!({ "index": inclusion.index(), "count": inclusion.count(), "root": inclusion.root() })
                }),
            }),
            Held::Batch(held) => json!({
                "kind": "batch", "format": held.format(), "count": held.count(), "moves": held.moves(),
                "continued": held.continued(), "root": held.root(), "programs": held.programs(),
            }),
        }
    }
}

fn count(number: u64, language: Language, words: (&str, &str, &str)) -> String {
    check::count(usize::try_from(number).unwrap_or(usize::MAX), language, words)
}

fn decision(name: &str, language: Language) -> &str {
    match name {
        "paid" => pick(language, "给付", "paid"),
        "nothing-due" => pick(language, "无应付", "nothing due"),
        "denied" => pick(language, "不予给付", "denied"),
        "pended" => pick(language, "暂缓", "pended"),
        other => other,
    }
}

impl Fault {
    fn says(&self, language: Language) -> String {
        match self {
            Fault::Flaw(flaw) => pick(language, &flaw.zh(), &flaw.en()).to_owned(),
            Fault::OtherProgram(program) => {
                say!(language, "程序为 {program}，不是所要的", "its program is {program}, none that was asked for")
            }
            Fault::OtherRoot(Some(root)) => {
                say!(language, "根为 {root}，不是所要的", "its root is {root}, none that was asked for")
            }
            Fault::OtherRoot(None) => {
                say!(language, "没有证明其在某批次中", "it does not prove that it is in a batch")
            }
        }
    }
}

impl Examined {
    /// Why the file is no certificate at all.
    fn foreign(&self) -> Option<&Flaw> {
        match &self.found {
            Err(Fault::Flaw(flaw)) if flaw.is_foreign() => Some(flaw),
            Ok(_) | Err(_) => None,
        }
    }

    fn json(&self) -> Json {
        let path = &self.path;
        match &self.found {
            Ok(held) => json!({ "path": path, "holds": true, "says": held.json() }),
            Err(fault) => {
                let flaw = match fault {
                    Fault::Flaw(flaw) => Some(flaw),
                    Fault::OtherProgram(_) | Fault::OtherRoot(_) => None,
                };
                json!({ "path": path, "holds": false, "flaw": {
                    "en": fault.says(Language::En),
                    "zh": fault.says(Language::Zh),
                    "line": flaw.and_then(Flaw::line),
                    "place": flaw.map(Flaw::place),
                    "step": flaw.and_then(Flaw::step),
                } })
            }
        }
    }
}

fn text(examined: &[Examined], asked: &Verify, setting: &Setting) -> String {
    let (language, look) = (setting.language, setting.results);
    let mut lines = Lines::default();
    for Examined { path, found } in examined.iter().filter(|examined| examined.foreign().is_none()) {
        let path = clean(path);
        let held = match found {
            Ok(held) => held,
            Err(fault) => {
                lines.line(&format!("{} {path}  {}", look.paint(Ink::Bad, "✗"), clean(&fault.says(language))));
                continue;
            }
        };
        lines.line(&format!("{} {path}  {}", look.paint(Ink::Good, "✓"), clean(&held.says(language))));
        let mut faint = |line: String| lines.line(&look.paint(Ink::Faint, &format!("    {line}")));
        held.leaves_open(language).into_iter().for_each(&mut faint);
        for program in held.programs() {
            faint(if asked.programs.is_empty() {
                say!(language, "程序 {program}，未比对", "program {program}, not compared")
            } else {
                say!(language, "程序 {program}，相符", "program {program}, as asked for")
            });
        }
        if let Held::Certificate(held) = held
            && let Some(place) = held.inclusion()
        {
            let (number, count) = (place.index().saturating_add(1), place.count());
            faint(say!(language, "批次 {count} 份中的第 {number} 份", "number {number} of a batch of {count}"));
        }
        if let Some(root) = held.root() {
            faint(if asked.roots.is_empty() {
                say!(language, "根 {root}，未比对", "root {root}, not compared")
            } else {
                say!(language, "根 {root}，相符", "root {root}, as asked for")
            });
        }
    }
    lines.into_text()
}
