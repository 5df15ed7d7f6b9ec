//! `huzhu schema`: the JSON Schema of rule packs or of case files.

use super::Report;
use super::check::json;
use super::options::Schema;

pub(super) fn run(asked: &Schema) -> Report {
    let schema = if asked.case { huzhu::case_schema() } else { huzhu::pack::schema() };
    Report { results: json(&schema), ..Report::default() }
}
