//! `huzhu man`: the man page of the program or of one of its commands.

use std::collections::BTreeSet;

use clap::CommandFactory;
use clap_mangen::Man as Page;

use super::files::did_you_mean;
use super::options::{Man, Options, Setting};
use super::words::say;
use super::{Failure, Report};

pub(super) fn run(asked: &Man, setting: &Setting) -> Result<Report, Failure> {
    let mut program = Options::command();
    program.build();
    let command = match &asked.command {
        None => program,
        Some(name) => command_named(&program, name, setting)?,
    };
    let mut page = Vec::new();
    let written = Page::new(command).render(&mut page);
    written.map_err(|fault| Failure::new(fault.to_string()))?;
    Ok(Report { results: String::from_utf8_lossy(&page).into_owned(), ..Report::default() })
}

fn command_named(program: &clap::Command, name: &str, setting: &Setting) -> Result<clap::Command, Failure> {
    match program.find_subcommand(name) {
        Some(command) => Ok(command.clone()),
        None => {
            let names: BTreeSet<&str> = program.get_subcommands().map(clap::Command::get_name).collect();
            let message = say!(setting.language, "没有命令 `{name}`", "there is no command `{name}`");
            Err(Failure::new(message).with_help([did_you_mean(name, &names, setting.language)]))
        }
    }
}
