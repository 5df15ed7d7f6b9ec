//! The help of the program, in the reader's language.
//!
//! The options say each text in both languages; here the reader's is taken, and what the parser of the command line says by
//! itself is put in Chinese.

use std::collections::BTreeSet;

use clap::builder::{Resettable, StyledStr};
use clap::{Arg, Command, CommandFactory};
use huzhu::Language;

use super::files::did_you_mean;
use super::layout::wrap;
use super::options::{self, Help, Options, Setting};
use super::words::{pick, say};
use super::{Failure, Report};

/// Between the English and the Chinese text.
const BETWEEN: &str = " · ";
/// What stands before the help of an option.
const INDENT: usize = 10;

pub(super) fn run(asked: &Help, setting: &Setting) -> Result<Report, Failure> {
    let mut program = program(setting.language);
    program.build();
    let mut command = match &asked.command {
        None => program,
        Some(name) => command_named(&program, name, setting.language)?,
    };
    let help = command.render_long_help();
    let results = if setting.results.is_styled { help.ansi().to_string() } else { help.to_string() };
    Ok(Report { results, ..Report::default() })
}

pub(super) fn command_named(program: &Command, name: &str, language: Language) -> Result<Command, Failure> {
    match program.find_subcommand(name) {
        Some(command) => Ok(command.clone()),
        None => {
            let names: BTreeSet<&str> = program.get_subcommands().map(Command::get_name).collect();
            let message = say!(language, "没有命令 `{name}`", "there is no command `{name}`");
            Err(Failure::new(message).with_help([did_you_mean(name, &names, language)]))
        }
    }
}

/// The command line, its help in one language.
pub(super) fn program(language: Language) -> Command {
    let program = in_one_language(Options::command(), language);
    match language {
        Language::En => program,
        Language::Zh => in_chinese(program),
    }
}

/// Every text of the commands, without the other language.
fn in_one_language(command: Command, language: Language) -> Command {
    let one = |text: Option<&StyledStr>| text.map(|text| in_language(&text.to_string(), language));
    let texts = [command.get_about(), command.get_long_about(), command.get_after_long_help()].map(one);
    let command = with_texts(command, texts).mut_args(|arg| match one(arg.get_help()) {
        Some(help) => arg.help(help),
        None => arg,
    });
    command.mut_subcommands(|command| in_one_language(command, language))
}

/// A command that says these about itself, shortly and at length, and after its help.
fn with_texts(command: Command, texts: [Option<String>; 3]) -> Command {
    let [about, long_about, after] = texts.map(|text| Resettable::from(text.map(StyledStr::from)));
    command.about(about).long_about(long_about).after_long_help(after)
}

/// The reader's part of each paragraph; one that is in one language is for both readers.
fn in_language(text: &str, language: Language) -> String {
    let paragraphs = text.split("\n\n").map(|paragraph| match paragraph.split_once(BETWEEN) {
        Some((en, zh)) => pick(language, zh, en).trim(),
        None => paragraph,
    });
    paragraphs.collect::<Vec<_>>().join("\n\n")
}

fn in_chinese(program: Command) -> Command {
    let program = chinese_texts(program);
    let mut built = program.clone();
    built.build();
    let usage = usage_in_chinese(&mut built);
    let program = program.override_usage(usage);
    program.mut_subcommands(|command| {
        let usage = built.find_subcommand_mut(command.get_name()).map(usage_in_chinese);
        command.override_usage(usage.unwrap_or_default())
    })
}

fn usage_in_chinese(built: &mut Command) -> String {
    let usage = built.render_usage().to_string();
    let usage = usage.strip_prefix("Usage: ").unwrap_or(&usage);
    usage.replace("[OPTIONS]", "[选项]")
}

fn chinese_texts(command: Command) -> Command {
    let width = options::width_of_the_terminal();
    let filled = |text: &StyledStr| {
        let lines = text.to_string();
        let lines = lines
            .lines()
            .flat_map(|line| if line.starts_with(' ') { vec![line.to_owned()] } else { wrap(line, width) });
        lines.collect::<Vec<_>>().join("\n")
    };
    let after = command.get_after_long_help().map(|text| filled(text).replace("Examples:", "示例："));
    let texts = [command.get_about().map(filled), command.get_long_about().map(filled), after];
    let command = with_texts(command, texts)
        .help_template("{about-with-newline}\n用法：{usage}\n\n{all-args}{after-help}")
        .subcommand_help_heading("命令")
        .subcommand_value_name("命令")
        .next_line_help(true);
    let command = command.mut_args(|arg| chinese_arg(arg, width.saturating_sub(INDENT)));
    command.mut_subcommands(chinese_texts)
}

fn chinese_arg(arg: Arg, room: usize) -> Arg {
    let mut help = arg.get_help().map(ToString::to_string).unwrap_or_default();
    if arg.get_action().takes_values() {
        let values = arg.get_possible_values();
        let values: Vec<&str> = values.iter().map(clap::builder::PossibleValue::get_name).collect();
        if !values.is_empty() {
            let values = values.join("、");
            help = format!("{help} [可选：{values}]");
        }
        let defaults = arg.get_default_values().iter().map(|value| value.to_string_lossy());
        let defaults = defaults.collect::<Vec<_>>().join("、");
        if !defaults.is_empty() {
            help = format!("{help} [默认：{defaults}]");
        }
    }
    let help = wrap(&help, room).join("\n");
    let heading = match (arg.get_help_heading(), arg.is_positional()) {
        (Some(_), _) => "通用选项",
        (None, true) => "参数",
        (None, false) => "选项",
    };
    let named = arg.get_value_names().and_then(|names| names.first()).map(|name| value_name(name));
    let named = named.unwrap_or_else(|| value_name(&arg.get_id().as_str().to_uppercase()));
    let takes_values = arg.get_action().takes_values();
    let arg = arg.help(help).help_heading(heading);
    match named {
        Some(name) if takes_values => arg.value_name(name).hide_possible_values(true).hide_default_value(true),
        None if takes_values => arg.hide_possible_values(true).hide_default_value(true),
        Some(_) | None => arg,
    }
}

/// What stands for a value, in Chinese.
fn value_name(name: &str) -> Option<&'static str> {
    let names = [
        ("BATCH", "整批凭证"),
        ("CASE", "理赔文件"),
        ("CERTIFICATE", "凭证"),
        ("CLAIM", "理赔编号"),
        ("CODE", "代码"),
        ("COLUMN,…", "列名,…"),
        ("COMMAND", "命令"),
        ("DIGEST", "摘要"),
        ("DIR", "目录"),
        ("DRAW", "抽法"),
        ("FACT", "事实"),
        ("FACT=VALUE", "事实=值"),
        ("FILE", "文件"),
        ("FILE.xlsx", "文件.xlsx"),
        ("FORMAT", "格式"),
        ("[INPUT=]ENCODING", "[文件=]编码"),
        ("[INPUT=]NAME", "[文件=]表名"),
        ("[INPUT=]ROW", "[文件=]行号"),
        ("ID", "参保编号"),
        ("LANG", "语言"),
        ("N", "个数"),
        ("NAME", "名称"),
        ("PACK", "规则包"),
        ("PLAN", "计划"),
        ("PLAN-ID", "计划编号"),
        ("QUESTION", "操作"),
        ("DATE", "日期"),
        ("NUMBER", "编号"),
        ("MEMBER|CLAIM|FILE", "会员编号|理赔编号|文件"),
        ("DATE|ENTRY", "日期|分录编号"),
        ("PLACE", "账本"),
        ("ROOT", "根"),
        ("S", "种子"),
        ("SHELL", "命令行环境"),
        ("SIZE", "大小"),
        ("UNIT", "单位"),
        ("ORDER", "先后"),
        ("WHAT", "何种"),
        ("WHEN", "何时"),
        ("WHICH", "哪一种"),
    ];
    names.iter().find(|(en, _)| *en == name).map(|(_, zh)| *zh)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_of_the_command_line_is_in_both_languages() {
        let mut lacking = Vec::new();
        let mut commands = vec![Options::command()];
        while let Some(command) = commands.pop() {
            let name = command.get_name().to_owned();
            let mut texts: Vec<(String, String)> = command
                .get_arguments()
                .map(|arg| {
                    (format!("{name} {}", arg.get_id()), arg.get_help().map(ToString::to_string).unwrap_or_default())
                })
                .collect();
            let about = command.get_long_about().or(command.get_about()).map(ToString::to_string).unwrap_or_default();
            texts.extend(about.split("\n\n").map(|paragraph| (name.clone(), paragraph.to_owned())));
            for (place, text) in texts {
                let is_chinese = |text: &str| text.contains(|letter| ('\u{4e00}'..='\u{9fff}').contains(&letter));
                match text.split_once(BETWEEN) {
                    Some((en, zh)) if !en.is_empty() && is_chinese(zh) => {}
                    Some(_) | None => lacking.push(format!("{place}: {text}")),
                }
            }
            commands.extend(command.get_subcommands().cloned());
        }
        assert!(lacking.is_empty(), "write `English · 中文`:\n{}", lacking.join("\n"));
    }
}
