//! The command line: what is asked, what is answered, and how the program ends.

mod adjudicate;
mod apart;
#[cfg(feature = "batch")]
mod audit;
#[cfg(feature = "batch")]
mod batch;
mod check;
mod completions;
mod curve;
#[cfg(feature = "settle")]
mod demo;
#[cfg(feature = "batch")]
mod enroll;
mod explain;
mod explanation;
mod extract;
#[cfg(feature = "batch")]
mod feeding;
#[cfg(feature = "batch")]
mod figures;
mod files;
mod help;
mod home;
mod init;
mod layout;
#[cfg(feature = "settle")]
mod ledger;
#[cfg(feature = "batch")]
mod looked_up;
mod man;
#[cfg(feature = "batch")]
mod meter;
mod misuse;
mod notes;
mod options;
mod page;
mod schema;
#[cfg(feature = "settle")]
mod settle;
mod shipped;
mod spoken;
#[cfg(feature = "batch")]
mod template;
mod test;
mod verify;
mod what_if;
mod words;

use std::borrow::Cow;
use std::env;
use std::ffi::OsString;
use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

use anstream::AutoStream;
use anstream::stream::{AsLockedWrite, RawStream};
use clap::FromArgMatches;
use huzhu::Language;

use home::Home;
use layout::{Ink, Lines, Look, clean, tamed};
use options::{Command, Options, Setting};
use words::say;

/// What a command gives: results for standard output, remarks for standard error.
#[derive(Debug, Default)]
struct Report {
    results: String,
    remarks: String,
    /// Whether something is wrong with what was examined.
    is_wrong: bool,
    /// Why a part of it could not be examined; the results are those of the rest.
    not_run: Option<Failure>,
    /// Whether the results are the bytes of a file, which only a terminal gets otherwise.
    is_file: bool,
}

/// Why a command could not run.
#[derive(Debug)]
struct Failure {
    message: String,
    help: Vec<String>,
}

impl Failure {
    fn new(message: String) -> Failure {
        Failure { message, help: Vec::new() }
    }

    fn with_help(mut self, help: impl IntoIterator<Item = String>) -> Failure {
        self.help.extend(help);
        self
    }
}

const SOMETHING_IS_WRONG: u8 = 1;
const COULD_NOT_RUN: u8 = 2;

/// Runs the program on the arguments of the process.
pub(crate) fn run() -> ExitCode {
    let arguments: Vec<OsString> = env::args_os().collect();
    let language = language_of(&arguments);
    let asked = help::program(language).try_get_matches_from(arguments);
    let Options { common, command } = match asked.and_then(|asked| Options::from_arg_matches(&asked)) {
        Ok(options) => options,
        Err(fault) => return end_with(&fault, language),
    };
    let (home, misread) = match Home::find(common.language()) {
        Ok(home) => (home, None),
        Err(failure) => (Home::default(), Some(failure)),
    };
    let setting = common.setting(&home);
    let outcome = misread.map_or_else(|| execute(command, &setting), Err).and_then(|report| {
        match write(io::stderr(), &setting.remarks, &report.remarks) {
            // Remarks that nobody hears stop no results.
            Err(fault) if fault.kind() != io::ErrorKind::BrokenPipe => {
                return Err(not_written(&fault, setting.language));
            }
            Ok(()) | Err(_) => {}
        }
        let results = if report.is_file && !io::stdout().is_terminal() {
            Cow::Borrowed(report.results.as_bytes())
        } else {
            Cow::Owned(tamed(&report.results, setting.results.is_styled).into_bytes())
        };
        let written = write_bytes(io::stdout(), &setting.results, &results);
        written.map_err(|fault| not_written(&fault, setting.language))?;
        report.not_run.map_or(Ok(report.is_wrong), Err)
    });
    match outcome {
        Ok(false) => ExitCode::SUCCESS,
        Ok(true) => ExitCode::from(SOMETHING_IS_WRONG),
        Err(failure) => {
            // Where standard error is closed too, the exit code alone must do.
            let told = words_of(&failure, &setting.remarks, setting.language);
            let _unheard = write(io::stderr(), &setting.remarks, &told);
            ExitCode::from(COULD_NOT_RUN)
        }
    }
}

/// The language to speak before the command line is understood.
fn language_of(arguments: &[OsString]) -> Language {
    let texts = || arguments.iter().filter_map(|argument| argument.to_str());
    let behind = texts().zip(texts().skip(1)).find(|(option, _)| *option == "--lang").map(|(_, value)| value);
    let named = behind.or_else(|| texts().find_map(|argument| argument.strip_prefix("--lang=")));
    match named {
        Some("zh") => Language::Zh,
        Some("en") => Language::En,
        Some(_) | None => {
            let environment = options::language_of_the_environment();
            Home::find(environment).ok().and_then(|home| home.language).unwrap_or(environment)
        }
    }
}

/// What the parser of the command line answers by itself: the help, the version, or a complaint.
fn end_with(fault: &clap::Error, language: Language) -> ExitCode {
    use clap::error::ErrorKind::{DisplayHelp, DisplayHelpOnMissingArgumentOrSubcommand, DisplayVersion};
    let is_an_answer = matches!(fault.kind(), DisplayHelp | DisplayHelpOnMissingArgumentOrSubcommand | DisplayVersion);
    let is_styled = if fault.use_stderr() { is_styled(&io::stderr()) } else { is_styled(&io::stdout()) };
    let told = match language {
        Language::Zh if !is_an_answer => {
            words_of(&misuse::in_chinese(fault), &Look { is_styled, width: usize::MAX }, language)
        }
        Language::Zh | Language::En if is_styled => fault.render().ansi().to_string(),
        Language::Zh | Language::En => fault.render().to_string(),
    };
    let told = tamed(&told, is_styled);
    // Where nobody listens, the exit code alone must do.
    if fault.use_stderr() {
        let _unheard = anstream::stderr().write_all(told.as_bytes());
        return ExitCode::from(COULD_NOT_RUN);
    }
    match delivered(anstream::stdout(), told.as_bytes()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_unheard) => ExitCode::from(COULD_NOT_RUN),
    }
}

fn is_styled(stream: &impl RawStream) -> bool {
    AutoStream::choice(stream) != anstream::ColorChoice::Never
}

fn execute(command: Command, setting: &Setting) -> Result<Report, Failure> {
    match command {
        Command::Adjudicate(asked) => adjudicate::run(&asked, setting),
        Command::Check(asked) => check::run(&asked, setting),
        Command::Test(asked) => test::run(&asked, setting),
        #[cfg(feature = "batch")]
        Command::Batch(asked) => batch::run(&asked, setting),
        #[cfg(feature = "batch")]
        Command::Audit(asked) => audit::run(&asked, setting),
        #[cfg(feature = "batch")]
        Command::Template(asked) => template::run(&asked, setting),
        #[cfg(feature = "batch")]
        Command::Enroll(asked) => enroll::run(&asked, setting),
        #[cfg(feature = "settle")]
        Command::Settle(asked) => settle::run(&asked, setting),
        #[cfg(feature = "settle")]
        Command::Ledger(asked) => ledger::run(&asked, setting),
        #[cfg(feature = "settle")]
        Command::Demo(asked) => demo::run(&asked, setting),
        #[cfg(not(feature = "batch"))]
        Command::Batch(_) => Err(without_batch(setting)),
        Command::Verify(asked) => verify::run(&asked, setting),
        Command::Extract(asked) => extract::run(&asked, setting),
        Command::Schema(asked) => Ok(schema::run(&asked)),
        Command::Explain(asked) => explain::run(&asked, setting),
        Command::Init(asked) => init::run(&asked, setting),
        Command::Completions(asked) => Ok(completions::run(&asked, setting)),
        Command::Man(asked) => man::run(&asked, setting),
        Command::Help(asked) => help::run(&asked, setting),
    }
}

#[cfg(not(feature = "batch"))]
fn without_batch(setting: &Setting) -> Failure {
    let language = setting.language;
    let message =
        say!(language, "本程序编译时未包含批量命令", "this program is built without the commands for many claims");
    Failure::new(message).with_help([say!(
        language,
        "用 `cargo build` 编译完整的程序（即带 `batch` 功能）",
        "build all of it with `cargo build`, which has the feature `batch`"
    )])
}

/// Writes a text, and nothing that a terminal would obey but colours.
fn write(stream: impl AsLockedWrite + RawStream, look: &Look, text: &str) -> io::Result<()> {
    write_bytes(stream, look, tamed(text, look.is_styled).as_bytes())
}

fn write_bytes(stream: impl AsLockedWrite + RawStream, look: &Look, bytes: &[u8]) -> io::Result<()> {
    if look.is_styled { delivered(AutoStream::always(stream), bytes) } else { delivered(stream, bytes) }
}

fn not_written(fault: &io::Error, language: Language) -> Failure {
    let why = files::why(fault, language);
    Failure::new(say!(language, "结果写不出去：{why}", "the results cannot be written: {why}"))
}

/// Writes all of it. That no one reads on is no failure, as of `head`; that no one has read the first line is one.
fn delivered(mut stream: impl Write, bytes: &[u8]) -> io::Result<()> {
    let first = bytes.iter().position(|byte| *byte == b'\n').map_or(bytes.len(), |end| end.saturating_add(1));
    let (first, rest) = bytes.split_at_checked(first).unwrap_or((bytes, &[]));
    stream.write_all(first)?;
    stream.flush()?;
    match stream.write_all(rest).and_then(|()| stream.flush()) {
        Err(fault) if fault.kind() != io::ErrorKind::BrokenPipe => Err(fault),
        Ok(()) | Err(_) => Ok(()),
    }
}

fn words_of(failure: &Failure, look: &Look, language: Language) -> String {
    let (error, help) = (say!(language, "错误", "error"), say!(language, "帮助", "help"));
    let mut lines = Lines::default();
    lines.line(&format!("{}: {}", look.paint(Ink::Bad, &error), clean(&failure.message)));
    for line in &failure.help {
        lines.line(&format!("  {}: {}", look.paint(Ink::Strong, &help), clean(line)));
    }
    lines.into_text()
}
