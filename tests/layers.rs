//! Imports point down the layers.
//!
//! A module may name modules of its own layer and of those below, in a `use` or in any other path.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Bottom up; `pack::*` is `pack` with all that is inside it. The crate's root, `lib.rs`, stands above all.
const LAYERS: [(&str, &[&str]); 8] = [
    (
        "vocabulary",
        &[
            "arena",
            "calendar",
            "code",
            "diagnostic",
            "disability",
            "disk::*",
            "error",
            "exact",
            "foreign",
            "money",
            "names",
            "notice",
            "rounding",
            "scale",
            "scope",
            "text",
        ],
    ),
    (
        "facts",
        &[
            "accumulator",
            "alike",
            "claim",
            "document::*",
            "enrollment",
            "fact",
            "facts",
            "given",
            "order::*",
            "spelling",
            "titles",
            "written::*",
        ],
    ),
    ("promises", &["plan::*"]),
    ("meaning", &["semantics::*"]),
    ("readings", &["adjudicate::*", "enroll::*", "quote", "reading::*", "wording"]),
    ("text of a pack", &["pack::*"]),
    (
        "uses",
        &[
            "applications::*",
            "audit::*",
            "batch::*",
            "case::*",
            "cases::*",
            "catalog",
            "certificate::*",
            "curve::*",
            "decider::*",
            "explain",
            "history::*",
            "joint",
            "member::*",
            "schema",
            "settle::*",
            "workbook::*",
        ],
    ),
    // a crate of its own: it sees the others through the public API only
    ("face", &["cli::*", "main"]),
];
const FACE: usize = LAYERS.len() - 1;

#[test]
fn imports_point_down_the_layers() {
    let modules = modules();
    let public = public_names(&modules);
    let mut faults = Vec::new();
    for (module, text) in &modules {
        let Some(layer) = layer_of(module) else {
            faults.push(format!(
                "`{module}` is in no layer: list it in LAYERS of tests/layers.rs, as low as it can stand"
            ));
            continue;
        };
        for path in paths_in(module, text) {
            let Some(target) = target_of(&path, &modules, &public) else {
                faults.push(format!("`{module}` names `{path}`, which is in no file of src"));
                continue;
            };
            let Some(below) = layer_of(target) else { continue };
            let (name, other) = (LAYERS[layer].0, LAYERS[below].0);
            if below > layer {
                faults.push(format!("`{module}` ({name}) names `{path}`, which is above it ({other})"));
            } else if layer == FACE && below != FACE {
                faults.push(format!("`{module}` ({name}) names `{path}`, not the public API"));
            }
        }
    }
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

/// A checker is worth something only if nothing in it is the engine's, nor a library's that reads or counts for it: it is a crate of its own, which
/// needs a hash, and of the engine only the root hands it on.
#[test]
fn the_checker_of_certificates_has_nothing_but_itself_and_a_hash() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let manifest = read(&root.join("crates/huzhu-verify/Cargo.toml"));
    let dependencies = manifest.split("[dependencies]").nth(1).and_then(|rest| rest.split("\n[").next()).unwrap();
    let names: Vec<&str> =
        dependencies.lines().filter_map(|line| line.split_once(" = ")).map(|(name, _)| name).collect();
    assert_eq!(names, ["sha2"]);
    assert!(!manifest.contains("dev-dependencies") && !manifest.contains("build-dependencies"), "{manifest}");
    let modules = modules();
    assert!(modules.len() > 100, "{} modules", modules.len());
    for (module, text) in modules {
        assert!(!without_comments(&text).contains("huzhu_verify"), "`{module}` uses the checker");
    }
    assert!(read(&root.join("src/lib.rs")).contains("pub use huzhu_verify as verify;"));
}

/// Whoever embeds the library has no options: an error says by `Error::remedy` what mends it, and the command names the option.
#[test]
fn messages_of_the_library_name_no_options_of_the_command() {
    let modules = modules();
    let library = modules.iter().filter(|(module, _)| layer_of(module) != Some(FACE));
    let lines = library.flat_map(|(module, text)| {
        let code = without_comments(text);
        let named: Vec<String> = code.lines().filter(|line| line.contains("`--")).map(str::to_owned).collect();
        named.into_iter().map(move |line| format!("`{module}`: {}", line.trim()))
    });
    let named: Vec<String> = lines.collect();
    assert!(named.is_empty(), "{}", named.join("\n"));
}

#[test]
fn the_layers_list_no_module_that_is_not_there() {
    let modules = modules();
    let listed = LAYERS.iter().flat_map(|(_, list)| list.iter().copied());
    let missing: Vec<&str> = listed.filter(|name| !name.ends_with("::*") && !modules.contains_key(*name)).collect();
    assert!(missing.is_empty(), "no files in src: {missing:?}");
}

#[test]
fn an_import_is_seen_however_it_is_written() {
    let text = "
        use crate::{calendar, plan::{self, expression::Node}}; // use crate::comment;
        #[serde(with = \"crate::money::text\")]
        let mode = crate::rounding::Mode::Up;
use super::syntax::{
    self,
};
    ";
    let seen: Vec<String> = paths_in("pack::parse", text).into_iter().collect();
    let expected =
        ["calendar", "money::text", "pack::syntax::self", "plan::expression::Node", "plan::self", "rounding::Mode::Up"];
    assert_eq!(seen, expected);
}

/// The text of every module but the root, by its path in the crate.
fn modules() -> BTreeMap<String, String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut modules = BTreeMap::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for path in entries(&folder) {
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") && path != root.join("lib.rs") {
                let text = read(&path);
                let inside = path.strip_prefix(&root).map(|path| path.with_extension("")).unwrap_or_default();
                let steps: Vec<_> = inside.iter().map(|step| step.to_string_lossy()).collect();
                modules.insert(steps.join("::"), text);
            }
        }
    }
    modules
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap_or_else(|fault| panic!("{}: {fault}", folder.display()));
    entries.flatten().map(|entry| entry.path()).collect()
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|fault| panic!("{}: {fault}", path.display()))
}

/// What the root exports under a name of its own, such as `Plan`, and the module that it is from.
fn public_names(modules: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let root = read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lib.rs"));
    let exports = without_comments(&root);
    let exports = exports.split("pub use ").skip(1).flat_map(|text| expanded(text.trim_start_matches("crate::")));
    let exports = exports.filter_map(|path| {
        let module = innermost(&path, modules)?.to_owned();
        Some((path.rsplit("::").next()?.to_owned(), module))
    });
    exports.collect()
}

fn layer_of(module: &str) -> Option<usize> {
    LAYERS.iter().position(|(_, list)| {
        list.iter().any(|listed| match listed.strip_suffix("::*") {
            Some(parent) => module.strip_prefix(parent).is_some_and(|rest| rest.is_empty() || rest.starts_with("::")),
            None => module == *listed,
        })
    })
}

/// The module that a path leads into.
fn target_of<'a>(
    path: &str,
    modules: &'a BTreeMap<String, String>,
    public: &'a BTreeMap<String, String>,
) -> Option<&'a str> {
    let first = path.split("::").next().unwrap_or(path);
    innermost(path, modules).or_else(|| public.get(first).map(String::as_str))
}

fn innermost<'a>(path: &str, modules: &'a BTreeMap<String, String>) -> Option<&'a str> {
    let ends = path.match_indices("::").map(|(end, _)| end).chain([path.len()]);
    ends.filter_map(|end| modules.get_key_value(path.get(..end)?)).last().map(|(module, _)| module.as_str())
}

/// Every path that a module writes from `crate`, and those that its own imports write from `super`.
fn paths_in(module: &str, text: &str) -> BTreeSet<String> {
    let code = without_comments(text);
    let from_root = code.match_indices("crate::").filter(|(place, _)| {
        let before = code.get(..*place).and_then(|before| before.chars().next_back());
        !before.is_some_and(|letter| letter.is_alphanumeric() || letter == '_')
    });
    let mut paths: BTreeSet<String> =
        from_root.filter_map(|(place, start)| code.get(place + start.len()..)).flat_map(expanded).collect();
    let parent = module.rsplit_once("::").map_or("", |(parent, _)| parent);
    let imports = code.lines().zip(starts_of_lines(&code));
    for (line, start) in imports {
        let visible = line.strip_prefix("pub(crate) ").or_else(|| line.strip_prefix("pub ")).unwrap_or(line);
        if let (Some(_), Some(place)) = (visible.strip_prefix("use super::"), line.find("super::")) {
            let rest = code.get(start + place + "super::".len()..).unwrap_or_default();
            paths.extend(expanded(rest).iter().map(|path| match parent {
                "" => path.clone(),
                parent => format!("{parent}::{path}"),
            }));
        }
    }
    paths
}

fn starts_of_lines(text: &str) -> impl Iterator<Item = usize> {
    [0].into_iter().chain(text.match_indices('\n').map(|(place, _)| place + 1))
}

fn without_comments(text: &str) -> String {
    let lines = text.lines().map(|line| line.split("//").next().unwrap_or(line));
    lines.collect::<Vec<_>>().join("\n")
}

/// The paths of a tree of imports: `plan::{self, expression::Node}` is two.
fn expanded(tree: &str) -> Vec<String> {
    let tree = tree.trim_start();
    let is_path = |letter: char| letter.is_alphanumeric() || letter == '_' || letter == ':';
    let (stem, rest) = tree.split_at(tree.find(|letter| !is_path(letter)).unwrap_or(tree.len()));
    match rest.strip_prefix('{') {
        Some(group) if stem.is_empty() || stem.ends_with("::") => {
            let branches = branches(group);
            branches.into_iter().flat_map(expanded).map(|path| format!("{stem}{path}")).collect()
        }
        Some(_) | None if stem.is_empty() => Vec::new(),
        Some(_) | None => vec![stem.to_owned()],
    }
}

/// The parts of a group between its commas, up to its closing brace.
fn branches(group: &str) -> Vec<&str> {
    let (mut parts, mut depth, mut start) = (Vec::new(), 0_usize, 0);
    for (place, letter) in group.char_indices() {
        let ends = depth == 0 && (letter == ',' || letter == '}');
        if ends {
            parts.extend(group.get(start..place));
            start = place + 1;
        }
        match letter {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            _ => {}
        }
    }
    parts
}
