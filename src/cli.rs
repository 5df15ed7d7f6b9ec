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
mod explain;
mod explanation;
mod extract;
#[cfg(feature = "batch")]
mod feeding;
#[cfg(feature = "batch")]
mod figures;
mod files;
mod home;
mod init;
mod layout;
mod man;
#[cfg(feature = "batch")]
mod meter;
mod notes;
mod options;
mod page;
mod schema;
mod shipped;
mod test;
mod verify;
mod what_if;
mod words;

use std::borrow::Cow;
use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;

use anstream::AutoStream;
use anstream::stream::{AsLockedWrite, RawStream};
use clap::Parser;

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
    let Options { common, command } = Options::parse();
    let (home, misread) = match Home::find(common.language()) {
        Ok(home) => (home, None),
        Err(failure) => (Home::default(), Some(failure)),
    };
    let setting = common.setting(&home);
    let outcome = misread.map_or_else(|| execute(command, &setting), Err).and_then(|report| {
        write(io::stderr(), &setting.remarks, &report.remarks, &setting)?;
        let results = if report.is_file && !io::stdout().is_terminal() {
            Cow::Borrowed(report.results.as_bytes())
        } else {
            Cow::Owned(tamed(&report.results, setting.results.is_styled).into_bytes())
        };
        write_bytes(io::stdout(), &setting.results, &results, &setting)?;
        Ok(report.is_wrong)
    });
    match outcome {
        Ok(false) => ExitCode::SUCCESS,
        Ok(true) => ExitCode::from(SOMETHING_IS_WRONG),
        Err(failure) => {
            // Where standard error is closed too, the exit code alone must do.
            let _unheard = write(io::stderr(), &setting.remarks, &words_of(&failure, &setting), &setting);
            ExitCode::from(COULD_NOT_RUN)
        }
    }
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
        #[cfg(not(feature = "batch"))]
        Command::Batch(_) => Err(without_batch(setting)),
        Command::Verify(asked) => verify::run(&asked, setting),
        Command::Extract(asked) => extract::run(&asked, setting),
        Command::Schema(asked) => Ok(schema::run(&asked)),
        Command::Explain(asked) => explain::run(&asked, setting),
        Command::Init(asked) => init::run(&asked, setting),
        Command::Completions(asked) => Ok(completions::run(&asked)),
        Command::Man(asked) => man::run(&asked, setting),
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
fn write(stream: impl AsLockedWrite + RawStream, look: &Look, text: &str, setting: &Setting) -> Result<(), Failure> {
    write_bytes(stream, look, tamed(text, look.is_styled).as_bytes(), setting)
}

/// Writes all of it; that no one reads on is no failure.
fn write_bytes(
    mut stream: impl AsLockedWrite + RawStream,
    look: &Look,
    bytes: &[u8],
    setting: &Setting,
) -> Result<(), Failure> {
    let written = if look.is_styled {
        let mut stream = AutoStream::always(stream);
        stream.write_all(bytes).and_then(|()| stream.flush())
    } else {
        stream.write_all(bytes).and_then(|()| stream.flush())
    };
    match written {
        Err(fault) if fault.kind() != io::ErrorKind::BrokenPipe => Err(Failure::new(say!(
            setting.language,
            "结果写不出去：{fault}",
            "the results can not be written: {fault}"
        ))),
        Ok(()) | Err(_) => Ok(()),
    }
}

fn words_of(failure: &Failure, setting: &Setting) -> String {
    let look = &setting.remarks;
    let (error, help) = (say!(setting.language, "错误", "error"), say!(setting.language, "帮助", "help"));
    let mut lines = Lines::default();
    lines.line(&format!("{}: {}", look.paint(Ink::Bad, &error), clean(&failure.message)));
    for line in &failure.help {
        lines.line(&format!("  {}: {}", look.paint(Ink::Strong, &help), clean(line)));
    }
    lines.into_text()
}
