//! What is wrong with a command line, in Chinese; the parser of the command line speaks English by itself.

use std::error::Error as _;

use clap::error::{ContextKind, ContextValue, ErrorKind};

use super::Failure;
use super::options::Form;

/// The parser's complaint, said in Chinese.
pub(super) fn in_chinese(fault: &clap::Error) -> Failure {
    let what = Complaint { fault };
    Failure::new(what.message()).with_help(what.help())
}

struct Complaint<'f> {
    fault: &'f clap::Error,
}

impl Complaint<'_> {
    fn message(&self) -> String {
        let list = |kind| self.list(kind).join("、");
        let (arg, value) = (list(ContextKind::InvalidArg), list(ContextKind::InvalidValue));
        match self.fault.kind() {
            ErrorKind::UnknownArgument if arg.starts_with("`-") => format!("没有选项 {arg}"),
            ErrorKind::UnknownArgument => format!("多出 {arg}，此处不再有参数"),
            ErrorKind::InvalidSubcommand => format!("没有命令 {}", list(ContextKind::InvalidSubcommand)),
            ErrorKind::InvalidValue if value.is_empty() || value == "``" => format!("{arg} 须带一个值"),
            ErrorKind::InvalidValue => format!("{value} 不能作 {arg} 的值"),
            ErrorKind::ValueValidation => {
                let form = self.fault.source().and_then(|source| source.downcast_ref::<Form>());
                match form {
                    Some(Form { zh, en: _ }) => format!("{value} 不能作 {arg} 的值：{zh}"),
                    None => format!("{value} 不能作 {arg} 的值"),
                }
            }
            ErrorKind::NoEquals => format!("{arg} 的值须用等号连接"),
            ErrorKind::TooManyValues => format!("{arg} 不能再带 {value}"),
            ErrorKind::TooFewValues | ErrorKind::WrongNumberOfValues => format!("{arg} 的值个数不对"),
            ErrorKind::ArgumentConflict => {
                let prior = list(ContextKind::PriorArg);
                if prior == arg { format!("{arg} 只能写一次") } else { format!("{arg} 不能与 {prior} 同用") }
            }
            ErrorKind::MissingRequiredArgument => format!("缺少 {arg}"),
            ErrorKind::MissingSubcommand => "缺少命令".to_owned(),
            ErrorKind::InvalidUtf8 => "参数不是 UTF-8 文本".to_owned(),
            _ => "命令行的写法有误".to_owned(),
        }
    }

    fn help(&self) -> Vec<String> {
        let near = [ContextKind::SuggestedArg, ContextKind::SuggestedSubcommand, ContextKind::SuggestedValue];
        let near: Vec<String> = near.into_iter().flat_map(|kind| self.list(kind)).collect();
        let values = self.list(ContextKind::ValidValue);
        let usage = match self.fault.get(ContextKind::Usage) {
            Some(ContextValue::StyledStr(usage)) => usage.to_string(),
            Some(_) | None => String::new(),
        };
        let usage = usage.trim().strip_prefix("Usage: ").map(|usage| usage.replace("[OPTIONS]", "[选项]"));
        let mut help = Vec::new();
        if !near.is_empty() {
            help.push(format!("是否想写 {}？", near.join("、")));
        }
        if !values.is_empty() {
            help.push(format!("可选的值：{}", values.join("、")));
        }
        if let Some(usage) = &usage {
            help.push(format!("用法：{usage}"));
        }
        help.push("加 `--help` 查看说明".to_owned());
        help
    }

    /// What the complaint says of this, each in backticks.
    fn list(&self, kind: ContextKind) -> Vec<String> {
        let quoted = |text: &String| format!("`{text}`");
        match self.fault.get(kind) {
            Some(ContextValue::String(text)) => vec![quoted(text)],
            Some(ContextValue::Strings(texts)) => texts.iter().map(quoted).collect(),
            Some(_) | None => Vec::new(),
        }
    }
}
