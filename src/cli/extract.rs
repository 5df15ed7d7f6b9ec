//! `huzhu extract`: one claim's certificate out of a batch.

use huzhu::certificate::Extract;

use super::options::{self, Setting};
use super::words::{pick, say};
use super::{Failure, Report, files};

pub(super) fn run(asked: &options::Extract, setting: &Setting) -> Result<Report, Failure> {
    let language = setting.language;
    files::each_once([&asked.batch].into_iter().chain(&asked.out), language)?;
    let path = asked.batch.display();
    let extracts = Extract::all(files::open(&asked.batch, language)?, &asked.claim)
        .map_err(|error| Failure::new(format!("`{path}`: {}", error.message(language))))?;
    let is_asked = |extract: &&Extract| asked.enrollment.as_ref().is_none_or(|asked| asked == extract.enrollment());
    let text = match *extracts.iter().filter(is_asked).collect::<Vec<_>>() {
        [extract] => format!("{}\n", extract.as_text()),
        [] => return Err(missing(asked, setting)),
        [..] => return Err(ambiguous(asked, &extracts, setting)),
    };
    match &asked.out {
        Some(out) => files::write(out, text.as_bytes(), language).map(|()| Report::default()),
        None => Ok(Report { results: text, is_file: true, ..Report::default() }),
    }
}

fn missing(asked: &options::Extract, setting: &Setting) -> Failure {
    let (path, claim, language) = (asked.batch.display(), &asked.claim, setting.language);
    let under = asked
        .enrollment
        .as_ref()
        .map(|enrollment| say!(language, "（参保记录 `{enrollment}`）", " under the enrollment `{enrollment}`"));
    let under = under.unwrap_or_default();
    let message = say!(
        language,
        "`{path}` 中没有理赔申请 `{claim}`{under}的凭证",
        "`{path}` has no certificate of the claim `{claim}`{under}"
    );
    Failure::new(message).with_help([say!(language, "冲销和退回的行没有凭证", "reversals and rejected rows have none")])
}

/// Claims of several members may share an id.
fn ambiguous(asked: &options::Extract, extracts: &[Extract], setting: &Setting) -> Failure {
    let (claim, language) = (&asked.claim, setting.language);
    let enrollments: Vec<String> = extracts.iter().map(|extract| format!("`{}`", extract.enrollment())).collect();
    let enrollments = enrollments.join(pick(language, "、", ", "));
    let message = say!(language, "有几份理赔申请用编号 `{claim}`", "several claims have the id `{claim}`");
    Failure::new(message).with_help([say!(
        language,
        "用 `--enrollment` 指明参保记录：{enrollments}",
        "say which with `--enrollment`: {enrollments}"
    )])
}
