//! Bad packs set apart: one stops the claims that it may be about, and no others.

use std::collections::BTreeSet;

use huzhu::{Catalog, Diagnostics};

use super::Failure;
use super::files::{Shelf, Sort, file_name};
use super::layout::{Ink, Lines};
use super::options::Setting;
use super::words::say;

/// What a case can be decided by, and the files that were left out.
pub(super) struct Sound {
    pub(super) catalog: Catalog,
    left_out: BTreeSet<String>,
}

/// The packs of the rules folder that are in order, if no other can be about this case; else all that is wrong.
pub(super) fn sound(case: &[u8], setting: &Setting) -> Result<Result<Sound, Diagnostics>, Failure> {
    let shelf = Shelf::whole(&setting.rules, setting)?;
    let wrong = match shelf.catalog(|_| true) {
        Ok(catalog) => return Ok(Ok(Sound { catalog, left_out: BTreeSet::new() })),
        Err(wrong) => wrong,
    };
    let case = String::from_utf8_lossy(case);
    let mut left_out = BTreeSet::new();
    let mut more = paths(&wrong);
    // What is wrong between packs shows only once each is in order.
    while !more.is_subset(&left_out) {
        left_out.append(&mut more);
        match shelf.catalog(|name| !left_out.contains(name)) {
            Ok(catalog) => {
                let text = |name: &String| String::from_utf8_lossy(shelf.files.get(name).map_or(&[], Vec::as_slice));
                let is_of_another = catalog.plans().any(|plan| names(&case, plan.id()));
                let is_touched = !is_of_another || left_out.iter().any(|name| may_be_about(name, &text(name), &case));
                return Ok(if is_touched { Err(wrong) } else { Ok(Sound { catalog, left_out }) });
            }
            Err(wrong) => more = paths(&wrong),
        }
    }
    Ok(Err(wrong))
}

impl Sound {
    /// A line for each file that was left out.
    pub(super) fn warnings(&self, setting: &Setting) -> String {
        let mut lines = Lines::default();
        let head = setting.remarks.paint(Ink::Doubt, &say!(setting.language, "警告", "warning"));
        for path in &self.left_out {
            let words = say!(
                setting.language,
                "`{path}` 有误，未采用；`huzhu check {path}` 列出错误",
                "`{path}` has mistakes and was left out; `huzhu check {path}` shows them"
            );
            lines.line(&format!("{head}: {words}"));
        }
        lines.into_text()
    }
}

fn paths(wrong: &Diagnostics) -> BTreeSet<String> {
    wrong.iter().map(|diagnostic| diagnostic.path().to_owned()).collect()
}

/// Whether a file with mistakes may have a say in a case: where it cannot be told, it may.
fn may_be_about(path: &str, file: &str, case: &str) -> bool {
    // An escape may stand for any letter of a plan's id.
    if case.contains('\\') {
        return true;
    }
    let is_named = |id: &str| names(case, id);
    match Sort::of(path) {
        Sort::Joint => plans_of_a_joint_limit(file).is_none_or(|mut plans| plans.any(is_named)),
        Sort::Pack | Sort::Cases => {
            let name = file_name(path);
            let named_after = name.split('.').next().unwrap_or_default();
            is_named(named_after) || plan_of_a_pack(file).is_none_or(is_named)
        }
    }
}

fn names(case: &str, id: &str) -> bool {
    case.contains(&format!("\"{id}\"")) || case.contains(&format!("'{id}'"))
}

/// The id below `[plan]`, read by lines, since the rest of the file may be anything.
fn plan_of_a_pack(text: &str) -> Option<&str> {
    let mut lines = text.lines().map(str::trim).skip_while(|line| *line != "[plan]").skip(1);
    let line = lines.by_ref().take_while(|line| !line.starts_with('[')).find(|line| line.starts_with("id"))?;
    let value = line.trim_start_matches("id").trim_start().strip_prefix('=')?.trim_start();
    let id = value.strip_prefix('"')?.split('"').next()?;
    (!id.is_empty() && !id.contains('\\')).then_some(id)
}

/// The ids listed by `plans`.
fn plans_of_a_joint_limit(text: &str) -> Option<impl Iterator<Item = &str>> {
    let (_, list) = text.split_once("plans")?;
    let (_, list) = list.split_once('[')?;
    let (list, _) = list.split_once(']')?;
    (list.contains('"') && !list.contains('\\')).then(|| list.split('"').skip(1).step_by(2))
}

#[cfg(test)]
mod tests {
    use super::*;

    const CASE: &str = r#"{ "enrollment": { "plan": "a-plan" }, "claim": { "death": true } }"#;

    #[test]
    fn a_pack_is_about_the_cases_of_its_plan() {
        for (path, file, is_about) in [
            ("rules/b-plan.toml", "[plan]\nid = \"b-plan\"\n[[benefit]]\nid = \"death\"\n", false),
            ("rules/b-plan.toml", "[plan]\nversion = \"1\"\nid=\"a-plan\"\nbroken", true),
            ("rules/a-plan.2025.toml", "[plan]\nid = \"b-plan\"\n", true),
            // it does not say which plan it is of
            ("rules/b-plan.toml", "[plan]\nversion = \"1\"\n[[benefit]]\nid = \"death\"\n", true),
            ("rules/b-plan.toml", "[plan]\nid = \"b\\u002dplan\"\n", true),
            ("rules/b-plan.toml", "plan = { id = \"b-plan\" }\n", true),
            ("rules/b-plan.toml", "", true),
        ] {
            assert_eq!(may_be_about(path, file, CASE), is_about, "{path}: {file}");
        }
    }

    #[test]
    fn a_joint_limit_is_about_the_cases_of_its_plans() {
        for (file, is_about) in [
            ("[joint]\nplans = [\"b-plan\", \"c-plan\"]\n", false),
            ("[joint]\nplans = [\n  \"b-plan\",\n  \"a-plan\",\n]\n", true),
            ("[joint]\nplans = []\n", true),
            ("[joint]\n", true),
        ] {
            assert_eq!(may_be_about("rules/x.joint.toml", file, CASE), is_about, "{file}");
        }
    }

    #[test]
    fn a_case_with_an_escape_may_be_about_any_plan() {
        let pack = "[plan]\nid = \"b-plan\"\n";
        assert!(may_be_about("rules/b-plan.toml", pack, r#"{ "plan": "b\u002dplan" }"#));
    }
}
