//! `huzhu man`: the man page of the program or of one of its commands.

use clap_mangen::Man as Page;
use huzhu::Language;

use super::options::{Man, Setting};
use super::{Failure, Report, help};

/// The headings that the page has by itself.
const HEADINGS: [(&str, &str); 7] = [
    (".SH NAME", ".SH 名称"),
    (".SH SYNOPSIS", ".SH 用法"),
    (".SH DESCRIPTION", ".SH 说明"),
    (".SH OPTIONS", ".SH 选项"),
    (".SH SUBCOMMANDS", ".SH 命令"),
    (".SH EXTRA", ".SH 附记"),
    (".SH VERSION", ".SH 版本"),
];

pub(super) fn run(asked: &Man, setting: &Setting) -> Result<Report, Failure> {
    let mut program = help::program(setting.language);
    program.build();
    let command = match &asked.command {
        None => program,
        Some(name) => help::command_named(&program, name, setting.language)?,
    };
    let mut page = Vec::new();
    let written = Page::new(command).render(&mut page);
    written.map_err(|fault| Failure::new(fault.to_string()))?;
    let page = String::from_utf8_lossy(&page);
    let results = match setting.language {
        Language::En => page.into_owned(),
        Language::Zh => page.lines().map(in_chinese).collect(),
    };
    Ok(Report { results, ..Report::default() })
}

fn in_chinese(line: &str) -> String {
    let heading = HEADINGS.iter().find(|(en, _)| *en == line).map(|(_, zh)| *zh);
    format!("{}\n", heading.unwrap_or(line))
}
