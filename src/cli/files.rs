//! The files that a command is about: rule packs, joint limits, worked cases.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use huzhu::{Catalog, Diagnostics, Language, LoadError, Plan, Text, Unpublished, pack};
#[cfg(feature = "batch")]
use huzhu::{Error, Remedy};

use super::Failure;
use super::options::Setting;
use super::words::say;

/// No file is read beyond this; the engine refuses far shorter ones.
const MOST_BYTES: u64 = 64 << 20;

/// What a file of a rules folder is, by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sort {
    Pack,
    Joint,
    Cases,
}

impl Sort {
    pub(super) fn of(path: &str) -> Sort {
        if path.ends_with(".cases.toml") {
            Sort::Cases
        } else if path.ends_with(".joint.toml") {
            Sort::Joint
        } else {
            Sort::Pack
        }
    }
}

/// The `*.toml` files of a folder by path, and which of them were asked for.
#[derive(Debug)]
pub(super) struct Shelf {
    pub(super) files: BTreeMap<String, Vec<u8>>,
    pub(super) asked: BTreeSet<String>,
    /// Those that were asked for by their own path.
    pub(super) named: BTreeSet<String>,
    /// Whether the whole folder was asked for.
    pub(super) is_whole: bool,
}

impl Shelf {
    fn read(folder: &Path, setting: &Setting) -> Result<Shelf, Failure> {
        let files = huzhu::rule_files(folder).map_err(|fault| unloaded(folder, fault, setting))?;
        Ok(Shelf { files, asked: BTreeSet::new(), named: BTreeSet::new(), is_whole: false })
    }

    /// All of a folder.
    pub(super) fn whole(folder: &Path, setting: &Setting) -> Result<Shelf, Failure> {
        let mut shelf = Shelf::read(folder, setting)?;
        if !shelf.files.keys().any(|name| Sort::of(name) == Sort::Pack) {
            let folder = folder.display();
            let message = say!(setting.language, "`{folder}` 中没有规则包", "no rule pack is in `{folder}`");
            return Err(Failure::new(message).with_help([
                say!(setting.language, "用 `--rules 目录` 指明规则目录", "name the folder of packs with `--rules DIR`"),
                first_pack(setting.language),
            ]));
        }
        shelf.asked = shelf.files.keys().cloned().collect();
        shelf.is_whole = true;
        Ok(shelf)
    }

    /// The files that were asked for, of one sort.
    pub(super) fn asked(&self, sort: Sort) -> impl Iterator<Item = (&str, &[u8])> {
        let asked = self.asked.iter().filter(move |name| Sort::of(name) == sort);
        asked.filter_map(|name| Some((name.as_str(), self.files.get(name)?.as_slice())))
    }

    /// Every pack that is in order by itself.
    pub(super) fn plans(&self) -> Vec<(&str, Plan)> {
        let packs = self.files.iter().filter(|(name, _)| Sort::of(name) == Sort::Pack);
        packs.filter_map(|(name, bytes)| Some((name.as_str(), pack::load(name, bytes).ok()?))).collect()
    }

    /// A catalog of these files.
    pub(super) fn catalog(&self, wanted: impl Fn(&str) -> bool) -> Result<Catalog, Diagnostics> {
        let wanted = self.files.iter().filter(|(name, _)| Sort::of(name) != Sort::Cases && wanted(name));
        Catalog::read(wanted.map(|(name, bytes)| (name.clone(), bytes.clone())))
    }

    /// Asks for the files of a plan: those named after it, and packs that say so inside.
    fn ask_for_plan(&mut self, id: &str, setting: &Setting) -> Result<(), Failure> {
        let plans = self.plans();
        let id = plan_called(id, plans.iter().map(|(_, plan)| plan)).unwrap_or(id);
        let is_named_so = |path: &str| file_name(path).strip_prefix(id).is_some_and(|rest| rest.starts_with('.'));
        let says_so = |path: &str| plans.iter().any(|(name, plan)| *name == path && plan.id() == id);
        let found: Vec<String> = self.files.keys().filter(|name| is_named_so(name) || says_so(name)).cloned().collect();
        if found.is_empty() {
            let folder = setting.rules.display();
            let message = say!(setting.language, "`{folder}` 中没有计划 `{id}`", "no plan `{id}` is in `{folder}`");
            let plans: Vec<&Plan> = plans.iter().map(|(_, plan)| plan).collect();
            return Err(Failure::new(message).with_help([which_plan(id, &plans, setting.language)]));
        }
        self.asked.extend(found);
        Ok(())
    }
}

/// The files that are named by plan ids, paths and folders; the rules folder if none is.
pub(super) fn shelves(packs: &[String], setting: &Setting) -> Result<Vec<Shelf>, Failure> {
    if packs.is_empty() {
        return Ok(vec![Shelf::whole(&setting.rules, setting)?]);
    }
    let mut shelves: BTreeMap<PathBuf, Shelf> = BTreeMap::new();
    for pack in packs {
        let path = Path::new(pack);
        if path.is_dir() {
            shelves.insert(path.to_owned(), Shelf::whole(path, setting)?);
            continue;
        }
        let on_the_shelf = within(&setting.rules, pack);
        // A bare file name is that of the rules folder where there is none here.
        let (path, pack) = match (path.is_file() || !is_toml(path), on_the_shelf.is_file()) {
            (false, true) => (on_the_shelf.as_path(), on_the_shelf.to_string_lossy().into_owned()),
            (true, _) | (false, false) => (path, pack.clone()),
        };
        let is_path = path.is_file() || is_toml(path) || pack.contains(['/', '\\']);
        let folder = if is_path { path.parent().unwrap_or(Path::new("")) } else { &setting.rules };
        let bytes = if is_path { read(path, setting.language)? } else { Vec::new() };
        if !shelves.contains_key(folder) {
            shelves.insert(folder.to_owned(), Shelf::read(folder, setting)?);
        }
        let Some(shelf) = shelves.get_mut(folder) else { continue };
        if is_path {
            shelf.files.insert(pack.clone(), bytes);
            shelf.asked.insert(pack.clone());
            shelf.named.insert(pack.clone());
        } else {
            shelf.ask_for_plan(&pack, setting)?;
        }
    }
    Ok(shelves.into_values().collect())
}

#[cfg(feature = "batch")]
/// The catalog of the rules folder, or all that is wrong with it.
pub(super) fn catalog(setting: &Setting) -> Result<Result<Catalog, Diagnostics>, Failure> {
    Ok(Shelf::whole(&setting.rules, setting)?.catalog(|_| true))
}

/// Every pack of the rules folder that is in order; none if there is no such folder.
pub(super) fn plans(setting: &Setting) -> Vec<Plan> {
    let shelf = Shelf::read(&setting.rules, setting);
    shelf.map(|shelf| shelf.plans().into_iter().map(|(_, plan)| plan).collect()).unwrap_or_default()
}

pub(super) fn read(path: &Path, language: Language) -> Result<Vec<u8>, Failure> {
    let read = File::open(path).and_then(read_all);
    read.map_err(|fault| unreadable(path, &fault, language))
}

/// Refuses another name than a workbook's for one that is to be written.
pub(super) fn check_workbook(path: &Path, language: Language) -> Result<(), Failure> {
    if path.extension().is_some_and(|ending| ending == "xlsx") {
        return Ok(());
    }
    let path = path.display();
    Err(Failure::new(say!(language, "`{path}` 应以 `.xlsx` 结尾", "`{path}` does not end in `.xlsx`")))
}

/// Every file of a command is one of its own, so that no output takes the place of an input or of another one.
pub(super) fn each_once<P: AsRef<Path>>(paths: impl IntoIterator<Item = P>, language: Language) -> Result<(), Failure> {
    let mut seen = BTreeSet::new();
    for path in paths.into_iter().filter(|path| path.as_ref().as_os_str() != "-") {
        let path = path.as_ref();
        let place = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        if !seen.insert(place.canonicalize().unwrap_or(place)) {
            let shown = path.display();
            return Err(Failure::new(say!(
                language,
                "`{shown}` 用了两次；每个输入和输出须是不同的文件",
                "`{shown}` is named twice; every input and output is a file of its own"
            )));
        }
    }
    Ok(())
}

/// A file of any length, or standard input, to be read bit by bit.
pub(super) fn open(path: &Path, language: Language) -> Result<Box<dyn BufRead>, Failure> {
    if path.as_os_str() == "-" {
        return Ok(Box::new(BufReader::new(io::stdin())));
    }
    let opened = File::open(path)
        .and_then(|file| if file.metadata()?.is_dir() { Err(io::ErrorKind::IsADirectory.into()) } else { Ok(file) });
    let file = opened.map_err(|fault| unreadable(path, &fault, language))?;
    Ok(Box::new(BufReader::new(file)))
}

#[cfg(feature = "batch")]
/// What went wrong in the library, and by which option it goes on.
pub(super) fn said(error: &Error, language: Language) -> String {
    let message = error.message(language);
    match error.remedy() {
        Some(Remedy::Overwrite) => {
            say!(language, "{message}；用 `--force` 覆盖", "{message}; `--force` overwrites what is there")
        }
        Some(Remedy::StartOver) => {
            say!(language, "{message}；用 `--force` 可重新开始", "{message}; `--force` starts over")
        }
        Some(Remedy::MoreMemory) => {
            say!(language, "{message}；用 `--memory` 放宽", "{message}; raise it with `--memory`")
        }
        Some(Remedy::MoreSpace) => say!(
            language,
            "{message}；用 `--work-space` 放宽，用 `--work-dir` 换一个磁盘",
            "{message}; raise it with `--work-space`, name another disk with `--work-dir`"
        ),
        Some(Remedy::HeaderRow) => say!(
            language,
            "{message}；各文件可分别写：`--header-row claims=行号`（`enrollments=`、`recorded=` 同）",
            "{message}; say it of each file: `--header-row claims=ROW`, and likewise `enrollments=` and `recorded=`"
        ),
        Some(_) | None => message.to_owned(),
    }
}

pub(super) fn unreadable(path: &Path, fault: &io::Error, language: Language) -> Failure {
    let (path, why) = (path.display(), why(fault, language));
    Failure::new(say!(language, "`{path}` 读不出：{why}", "`{path}` cannot be read: {why}"))
}

pub(super) fn read_all(source: impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    source.take(MOST_BYTES).read_to_end(&mut bytes)?;
    Ok(bytes)
}

pub(super) fn write(path: &Path, content: &[u8], language: Language) -> Result<(), Failure> {
    write_all([(path, content)], language)
}

/// The file that keeps new ones from being written.
pub(super) fn in_the_way<'f>(
    files: impl IntoIterator<Item = (&'f Path, &'f [u8])>,
    language: Language,
) -> Result<Option<&'f Path>, Failure> {
    huzhu::in_the_way(files).map_err(|Unpublished { path, fault }| unreadable(&path, &fault, language))
}

/// Writes files that belong together: none gets its name before all are there.
pub(super) fn write_all<'f>(
    files: impl IntoIterator<Item = (&'f Path, &'f [u8])>,
    language: Language,
) -> Result<(), Failure> {
    huzhu::publish(files).map_err(|Unpublished { path, fault }| {
        let why = Text::of_the_system_writing(&path, &fault);
        let (path, why) = (path.display(), why.in_language(language));
        Failure::new(say!(language, "`{path}` 写不进去：{why}", "`{path}` cannot be written: {why}"))
    })
}

/// What the system said.
pub(super) fn why(fault: &io::Error, language: Language) -> String {
    Text::of_the_system(fault).in_language(language).to_owned()
}

fn unloaded(folder: &Path, fault: LoadError, setting: &Setting) -> Failure {
    match fault {
        LoadError::Unreadable { path, source } if path == folder => no_folder(folder, &source, setting),
        LoadError::Unreadable { path, source } => unreadable(&path, &source, setting.language),
        LoadError::LeadsNowhere { path } => {
            let path = path.display();
            let message = say!(
                setting.language,
                "`{path}` 是一个链接，但它指向的文件不存在",
                "`{path}` is a link that leads nowhere"
            );
            Failure::new(message).with_help([say!(
                setting.language,
                "请移走该链接，或放回它指向的文件：缺少一个规则包，理赔可能改由其他版本审核",
                "remove the link, or put back what it leads to: without a pack, another version may decide"
            )])
        }
        other => Failure::new(other.to_string()),
    }
}

fn no_folder(folder: &Path, fault: &io::Error, setting: &Setting) -> Failure {
    let (folder, why) = (folder.display(), why(fault, setting.language));
    let message = say!(
        setting.language,
        "规则目录 `{folder}` 读不出：{why}",
        "the rules folder `{folder}` cannot be read: {why}"
    );
    let help = match std::env::current_dir() {
        Ok(here) => {
            let here = here.display();
            say!(
                setting.language,
                "当前目录为 {here}；用 `--rules 目录` 指明规则目录",
                "looked from {here}; name the folder of packs with `--rules DIR`"
            )
        }
        Err(_) => {
            say!(setting.language, "用 `--rules 目录` 指明规则目录", "name the folder of packs with `--rules DIR`")
        }
    };
    Failure::new(message).with_help([help, first_pack(setting.language)])
}

/// How to come to a pack where there is none.
fn first_pack(language: Language) -> String {
    say!(
        language,
        "或用 `huzhu init 计划编号` 新建一个；`huzhu init --from henan-accident` 复制一个随程序附带的规则包",
        "or write a first pack with `huzhu init PLAN-ID`; `huzhu init --from henan-accident` copies one that comes with the program"
    )
}

/// The only plan that goes by this title.
pub(super) fn plan_called<'p>(title: &str, plans: impl Iterator<Item = &'p Plan>) -> Option<&'p str> {
    let is_called =
        |plan: &&Plan| [&plan.title().zh, &plan.title().en].iter().any(|known| known.trim() == title.trim());
    let ids: BTreeSet<&str> = plans.filter(is_called).map(Plan::id).collect();
    ids.first().copied().filter(|_| ids.len() == 1)
}

/// The plan that was meant by what is no plan's id, or all of them with their titles.
pub(super) fn which_plan(id: &str, plans: &[&Plan], language: Language) -> String {
    let titles: BTreeMap<&str, &str> =
        plans.iter().map(|plan| (plan.id(), plan.title().in_language(language))).collect();
    let allowed = id.chars().count().div_euclid(2).max(2);
    let near = |known: &&str| known.contains(id) || strsim::osa_distance(id, known) <= allowed;
    if titles.keys().any(near) {
        return did_you_mean(id, &titles.keys().copied().collect(), language);
    }
    let list = |open: &str, close: &str, joint: &str| {
        titles.iter().map(|(id, title)| format!("`{id}`{open}{title}{close}")).collect::<Vec<_>>().join(joint)
    };
    match language {
        Language::Zh => format!("已有：{}", list("（", "）", "、")),
        Language::En => format!("there are {}", list(" (", ")", ", ")),
    }
}

/// The known names nearest to one that is not known; all of them if none is near.
pub(super) fn did_you_mean(name: &str, known: &BTreeSet<&str>, language: Language) -> String {
    const MOST: usize = 5;
    let allowed = name.chars().count().div_euclid(2).max(2);
    let near = |known: &&str| known.contains(name) || strsim::osa_distance(name, known) <= allowed;
    let mut nearest: Vec<&str> = known.iter().copied().filter(near).collect();
    nearest.sort_by_key(|known| strsim::osa_distance(name, known));
    nearest.truncate(MOST);
    if nearest.is_empty() {
        let list = known.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        return say!(language, "已有：{list}", "there are {list}");
    }
    let list = nearest.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    say!(language, "是否想写 {list}？", "did you mean {list}?")
}

pub(super) fn is_toml(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending == "toml")
}

/// A path in a folder, as short as it can be written.
pub(super) fn within(folder: &Path, name: impl AsRef<Path>) -> PathBuf {
    if folder == Path::new(".") { name.as_ref().to_owned() } else { folder.join(name) }
}

/// The last part of a path.
pub(super) fn file_name(path: &str) -> String {
    Path::new(path).file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

/// The file of the rules folder that has a plan of this id; none if there is no such folder.
pub(super) fn plan_file(id: &str, setting: &Setting) -> Option<String> {
    let shelf = Shelf::read(&setting.rules, setting).ok()?;
    shelf.plans().into_iter().find(|(_, plan)| plan.id() == id).map(|(name, _)| name.to_owned())
}
