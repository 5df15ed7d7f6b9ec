//! `huzhu completions`: completions for a shell.

use clap::CommandFactory;

use super::Report;
use super::options::{Completions, Options};

pub(super) fn run(asked: &Completions) -> Report {
    let mut script = Vec::new();
    clap_complete::generate(asked.shell, &mut Options::command(), "huzhu", &mut script);
    Report { results: String::from_utf8_lossy(&script).into_owned(), ..Report::default() }
}
