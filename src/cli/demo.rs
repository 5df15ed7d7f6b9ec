//! `huzhu demo`: a small city with its covers and two days of settlement records, all made up.

use std::path::PathBuf;

use super::files;
use super::options::{Demo, Setting};
use super::words::say;
use super::{Failure, Report};

const FILES: [(&str, &str); 3] = [
    ("covers.csv", include_str!("../../rules/cases/covers.csv")),
    ("monday.jsonl", include_str!("../../rules/cases/monday.jsonl")),
    ("tuesday.jsonl", include_str!("../../rules/cases/tuesday.jsonl")),
];

pub(super) fn run(asked: &Demo, setting: &Setting) -> Result<Report, Failure> {
    let (folder, language) = (&asked.folder, setting.language);
    let paths: Vec<(PathBuf, &[u8])> = FILES.iter().map(|(name, text)| (folder.join(name), text.as_bytes())).collect();
    let new = || paths.iter().map(|(path, bytes)| (path.as_path(), *bytes));
    if let Some(path) = files::in_the_way(new(), language)?.filter(|_| !asked.force) {
        let path = path.display();
        let help =
            say!(language, "换一个目录，或用 `--force` 覆盖", "choose another folder, or overwrite it with `--force`");
        return Err(Failure::new(say!(language, "`{path}` 已存在", "`{path}` already exists")).with_help([help]));
    }
    huzhu::make_folder(folder).map_err(|fault| {
        let (path, why) = (folder.display(), files::why(&fault, language));
        Failure::new(say!(language, "无法新建目录 `{path}`：{why}", "the folder `{path}` cannot be made: {why}"))
    })?;
    files::write_all(new(), language)?;
    let rules = if setting.names_rules { format!(" --rules {}", setting.rules.display()) } else { String::new() };
    let place = |name: &str| folder.join(name).display().to_string();
    let (covers, ledger) = (place("covers.csv"), place("ledger.db"));
    let settle = |day: &str| {
        let (feed, out) = (place(&format!("{day}.jsonl")), place(&format!("{day}.csv")));
        format!("  huzhu settle --feed {feed} -e {covers} -o {out} --ledger sqlite:{ledger}{rules}\n")
    };
    let written: Vec<String> = paths.iter().map(|(path, _)| format!("  {}\n", path.display())).collect();
    let written = written.concat();
    let next =
        [settle("monday"), settle("tuesday"), format!("  huzhu ledger check --ledger sqlite:{ledger}\n")].concat();
    let results = say!(
        language,
        "已写入，全部为编造\n{written}\n接着运行；周二的文件中有一条退费、一条迟到、一条读不懂的记录\n{next}",
        "wrote, all of it made up\n{written}\nnext; Tuesday has a refund, a record that comes late, and one that cannot be read\n{next}"
    );
    Ok(Report { results, ..Report::default() })
}
