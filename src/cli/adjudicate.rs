//! `huzhu adjudicate`: one case file decided and explained.

use std::io;
use std::path::{Path, PathBuf};

use huzhu::{Case, Catalog, Certifier, Code, Diagnostics, Explanation, Workbook};

use super::explanation::Statement;
use super::files::{self, why};
use super::layout::{Ink, clean};
use super::options::{Adjudicate, Format, Setting};
use super::words::say;
use super::{Failure, Report, apart, check, curve, what_if};

pub(super) fn run(asked: &Adjudicate, setting: &Setting) -> Result<Report, Failure> {
    if asked.brief && setting.format == Format::Json {
        let language = setting.language;
        let message =
            say!(language, "`--brief` 不能与 `--format json` 同用", "`--brief` cannot be used with `--format json`");
        return Err(Failure::new(message).with_help([say!(
            language,
            "去掉其中之一；JSON 中的 `decision`、`payable`、`reasons` 即是结论",
            "leave one of them out; `decision`, `payable` and `reasons` of the JSON are the outcome"
        )]));
    }
    asked.workbook.iter().try_for_each(|path| files::check_workbook(path, setting.language))?;
    #[cfg(feature = "batch")]
    if let Some(tables) = asked.tables.claims.as_deref().zip(asked.tables.enrollments.as_deref()) {
        return super::looked_up::run(asked, tables, setting);
    }
    let [case] = asked.subjects.as_slice() else { return Err(one_at_a_time(setting)) };
    let outputs = [&asked.certificate, &asked.workbook, &asked.svg].into_iter().flatten().map(PathBuf::as_path);
    files::each_once([case.as_path()].into_iter().chain(outputs), setting.language)?;
    let (name, bytes) = read(case, setting)?;
    let sound = match apart::sound(&bytes, setting)? {
        Ok(sound) => sound,
        Err(wrong) => return Ok(check::refused(&wrong, setting)),
    };
    let warnings = sound.warnings(setting);
    let report = examined(asked, &name, &bytes, &asked.policy.of(sound.catalog), setting)?;
    Ok(Report { remarks: warnings + &report.remarks, ..report })
}

fn one_at_a_time(setting: &Setting) -> Failure {
    let language = setting.language;
    let message = say!(language, "一次只审核一份理赔文件", "one case file is decided at a time");
    Failure::new(message).with_help([say!(
        language,
        "理赔表中的几件，写 `huzhu adjudicate --claims 理赔表 --enrollments 参保表 理赔编号…`；整表用 `huzhu batch`",
        "several claims of a table: `huzhu adjudicate --claims FILE --enrollments FILE CLAIM-ID…`; all of it: `huzhu batch`"
    )])
}

fn examined(
    asked: &Adjudicate,
    name: &str,
    bytes: &[u8],
    catalog: &Catalog,
    setting: &Setting,
) -> Result<Report, Failure> {
    let case = match Case::read(name, bytes, catalog) {
        Ok(case) => case,
        Err(wrong) => return Ok(refused(&wrong, setting)),
    };
    let certificate = match asked.certificate.as_ref().map(|_| Certifier::new(catalog).certify(&case)).transpose() {
        Ok(certificate) => certificate,
        Err(error) => return Ok(wrong(name, &error, setting)),
    };
    let workbook = match asked.workbook.as_ref().map(|_| workbook(&case, catalog, setting)).transpose() {
        Ok(workbook) => workbook,
        Err(error) => return Ok(wrong(name, &error, setting)),
    };
    let mut drawn = None;
    let report = match (&asked.curve, asked.what_if.as_slice()) {
        (Some(fact), _) => match case.curve(catalog, fact) {
            Ok((curve, left)) => {
                drawn = asked.svg.as_ref().map(|_| curve.to_svg(left, setting.language));
                Ok(curve::report(&curve, left, setting))
            }
            Err(error) => Err(error),
        },
        (None, []) => decided(&case, catalog, asked.brief, setting),
        (None, changes) => match what_if::changed(&case, changes, catalog) {
            Ok(changed) => what_if::report(&case, &changed, catalog, setting),
            // it is the option that is wrong, not the file
            Err(error) => return Ok(wrong("--what-if", &error, setting)),
        },
    };
    let report = report.unwrap_or_else(|error| wrong(name, &error, setting));
    let certificate = certificate.map(|certificate| format!("{}\n", certificate.to_text()).into_bytes());
    let drawn = drawn.map(String::into_bytes);
    let made = [(&asked.svg, &drawn), (&asked.certificate, &certificate), (&asked.workbook, &workbook)];
    let made = made.into_iter().filter_map(|(path, made)| Some((path.as_deref()?, made.as_deref()?)));
    files::write_all(made, setting.language)?;
    Ok(report)
}

/// The claim as a spreadsheet.
fn workbook(case: &Case, catalog: &Catalog, setting: &Setting) -> Result<Vec<u8>, huzhu::Error> {
    let mut workbook = Workbook::new(catalog, setting.language);
    workbook.add(case)?;
    workbook.to_bytes()
}

/// What is wrong with a case that could be read.
fn wrong(name: &str, error: &huzhu::Error, setting: &Setting) -> Report {
    let (name, error) = (clean(name), clean(error.message(setting.language)));
    let head = setting.remarks.paint(Ink::Bad, &say!(setting.language, "错误", "error"));
    Report { remarks: format!("{head}: {name}: {error}\n"), is_wrong: true, ..Report::default() }
}

/// The case file's name for messages, and its bytes.
/// A case file that is wrong; where it names what no plan knows, also how to see what they know.
fn refused(wrong: &Diagnostics, setting: &Setting) -> Report {
    let mut report = check::refused(wrong, setting);
    if setting.format == Format::Text && wrong.iter().any(|one| one.code() == Code::NotText) {
        report.remarks.push_str(&say!(
            setting.language,
            "整表审核：`huzhu batch --claims 理赔.xlsx --enrollments 参保.xlsx --out 结果.xlsx`；只看其中一件：`huzhu adjudicate --claims 理赔.xlsx --enrollments 参保.xlsx 理赔编号`\n",
            "all claims of a table: `huzhu batch --claims claims.xlsx --enrollments enrollments.xlsx --out results.xlsx`; one of them, explained: `huzhu adjudicate --claims claims.xlsx --enrollments enrollments.xlsx CLAIM-ID`\n"
        ));
    }
    if setting.format == Format::Text && wrong.iter().any(|one| one.code() == Code::UnknownFact) {
        report.remarks.push_str(&say!(
            setting.language,
            "`huzhu schema --case` 输出理赔文件的格式定义，其中列出全部事实\n",
            "`huzhu schema --case` prints the JSON Schema, which lists all facts\n"
        ));
    }
    report
}

fn read(path: &Path, setting: &Setting) -> Result<(String, Vec<u8>), Failure> {
    if path.as_os_str() != "-" {
        return Ok((path.to_string_lossy().into_owned(), files::read(path, setting.language)?));
    }
    let bytes = files::read_all(io::stdin()).map_err(|fault| {
        let why = why(&fault, setting.language);
        Failure::new(say!(setting.language, "标准输入读不出：{why}", "standard input cannot be read: {why}"))
    })?;
    let is_json = bytes.iter().find(|byte| !byte.is_ascii_whitespace()).is_none_or(|byte| *byte == b'{');
    Ok((if is_json { "stdin" } else { "stdin.toml" }.to_owned(), bytes))
}

fn decided(case: &Case, catalog: &Catalog, is_brief: bool, setting: &Setting) -> Result<Report, huzhu::Error> {
    let worked = case.worked(catalog)?;
    let explanation = worked.explain(setting.language);
    let results = match setting.format {
        Format::Text => {
            let plan = catalog.decided_by(&worked.adjudication)?;
            let (language, look) = (setting.language, setting.results);
            let joint_limits: Vec<&str> =
                catalog.joint_limits_over(plan.id()).map(|title| title.in_language(language)).collect();
            let statement = Statement {
                explanation: &explanation,
                plan,
                catalog,
                case: &case.known(catalog),
                before: &case.accumulators(catalog)?,
                joint_limits,
                language,
                look,
            };
            if is_brief { statement.brief() } else { statement.page() }
        }
        Format::Json => check::json::<Explanation>(&explanation),
    };
    Ok(Report { results, ..Report::default() })
}
