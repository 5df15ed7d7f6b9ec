//! `huzhu completions`: completions for a shell.

use super::options::{Completions, Setting};
use super::{Report, help};

pub(super) fn run(asked: &Completions, setting: &Setting) -> Report {
    let mut script = Vec::new();
    clap_complete::generate(asked.shell, &mut help::program(setting.language), "huzhu", &mut script);
    Report { results: String::from_utf8_lossy(&script).into_owned(), ..Report::default() }
}
