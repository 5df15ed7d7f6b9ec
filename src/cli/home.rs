//! Where the packs are and which language is spoken, where no option says so: the environment, `huzhu.toml`, the folder at hand.

use std::env;
use std::path::{Path, PathBuf};

use huzhu::Language;
use toml::de::{DeTable, DeValue};

use super::Failure;
use super::files::{self, within};
use super::words::say;

/// The file that names rules and language, in the folder at hand or in one above it.
pub(super) const FILE: &str = "huzhu.toml";
const VARIABLE: &str = "HUZHU_RULES";
const USUAL_FOLDER: &str = "rules";

/// What is set for the folder at hand.
#[derive(Debug, Default)]
pub(super) struct Home {
    rules: Option<PathBuf>,
    pub(super) language: Option<Language>,
}

impl Home {
    /// What the nearest `huzhu.toml` says; nothing if there is none.
    pub(super) fn find(language: Language) -> Result<Home, Failure> {
        let Some(path) = nearest() else { return Ok(Home::default()) };
        let bytes = files::read(&path, language)?;
        let misread = |message: String, help: String| {
            let path = path.display();
            Failure::new(say!(language, "`{path}`：{message}", "`{path}`: {message}")).with_help([help])
        };
        let form = || {
            say!(
                language,
                "写作 `rules = \"rules\"` 和 `lang = \"zh\"`，两项均可省略",
                "write `rules = \"rules\"` and `lang = \"en\"`; both may be left out"
            )
        };
        let text =
            String::from_utf8(bytes).map_err(|_| misread(say!(language, "不是 UTF-8", "it is not UTF-8"), form()))?;
        let table = DeTable::parse(&text).map_err(|fault| {
            let place = fault.span().map_or(0, |span| span.start);
            let line = text.get(..place).unwrap_or_default().matches('\n').count().saturating_add(1);
            misread(say!(language, "第 {line} 行的写法有误", "line {line} is not valid TOML"), form())
        })?;
        let mut home = Home::default();
        for (key, value) in table.get_ref() {
            let (key, value) = (key.get_ref().as_ref(), value.get_ref());
            match (key, value) {
                ("rules", DeValue::String(folder)) => home.rules = Some(beside(&path, folder)),
                ("lang", DeValue::String(tongue)) if tongue == "zh" => home.language = Some(Language::Zh),
                ("lang", DeValue::String(tongue)) if tongue == "en" => home.language = Some(Language::En),
                ("rules", _) => {
                    return Err(misread(say!(language, "`rules` 应为目录", "`rules` names a folder"), form()));
                }
                ("lang", _) => {
                    return Err(misread(say!(language, "`lang` 应为 `zh` 或 `en`", "`lang` is `zh` or `en`"), form()));
                }
                (other, _) => {
                    return Err(misread(say!(language, "没有 `{other}` 这一项", "there is no key `{other}`"), form()));
                }
            }
        }
        Ok(home)
    }

    /// The rules folder: of the environment, of `huzhu.toml`, `rules`, or the folder at hand if it is one itself.
    pub(super) fn rules(&self) -> PathBuf {
        let named = env::var_os(VARIABLE).filter(|folder| !folder.is_empty()).map(PathBuf::from);
        let usual = || {
            let is_here = !Path::new(USUAL_FOLDER).is_dir() && is_rules_folder(Path::new("."));
            PathBuf::from(if is_here { "." } else { USUAL_FOLDER })
        };
        named.or_else(|| self.rules.clone()).unwrap_or_else(usual)
    }
}

/// The file here or in the nearest folder above.
fn nearest() -> Option<PathBuf> {
    if Path::new(FILE).is_file() {
        return Some(PathBuf::from(FILE));
    }
    let here = env::current_dir().ok()?;
    here.ancestors().map(|folder| folder.join(FILE)).find(|path| path.is_file())
}

/// A folder as a file names it: from where the file is.
fn beside(file: &Path, folder: &str) -> PathBuf {
    within(file.parent().unwrap_or(Path::new("")), folder)
}

/// Whether a folder is named as one of packs is, or has a pack in it.
fn is_rules_folder(folder: &Path) -> bool {
    let is_named_so =
        folder.canonicalize().is_ok_and(|folder| folder.file_name().is_some_and(|name| name == USUAL_FOLDER));
    let has_a_pack = || {
        let entries = folder.read_dir().into_iter().flatten().flatten();
        let mut packs = entries.map(|entry| entry.path()).filter(|path| files::is_toml(path) && path.is_file());
        packs.any(|path| {
            std::fs::read_to_string(path).is_ok_and(|text| text.lines().any(|line| line.trim_end() == "[plan]"))
        })
    };
    is_named_so || has_a_pack()
}
