//! `huzhu enroll`: applications in, covers out.

use huzhu::applications::{self, Job, PoolSummary, Summary};
use huzhu::enroll::PoolUnit;
use huzhu::{Language, money};
use serde_json::json;

use super::check::{self, json as print};
use super::figures::{count, figures};
use super::files;
use super::layout::{Ink, Lines, clean};
use super::options::{Enroll, Format, Setting};
use super::words::{pick, say};
use super::{Failure, Report};

pub(super) fn run(asked: &Enroll, setting: &Setting) -> Result<Report, Failure> {
    let language = setting.language;
    let catalog = match files::catalog(setting)? {
        Ok(catalog) => catalog,
        Err(wrong) => return Ok(check::refused(&wrong, setting)),
    };
    let mut job = Job::new(&asked.applications, &asked.out).language(language).explain(asked.explain.iter().cloned());
    if let Some(path) = &asked.enrollments {
        job = job.enrollments(path);
    }
    if let Some(path) = &asked.pools {
        job = job.pools(path);
    }
    if asked.force {
        job = job.force();
    }
    let written = job.written();
    let read = [&asked.applications].into_iter().chain(&asked.enrollments).chain(&asked.pools);
    files::each_once(read.chain(&written), language)?;
    let summary = applications::run(&job, &catalog).map_err(|error| Failure::new(files::said(&error, language)))?;
    let results = match setting.format {
        Format::Text => text(&summary, &job, setting),
        Format::Json => as_json(&summary, &job),
    };
    let unknown: Vec<&str> =
        asked.explain.iter().map(String::as_str).filter(|id| !summary.explained.contains_key(*id)).collect();
    let remarks = if unknown.is_empty() {
        String::new()
    } else {
        let ids = unknown.join(", ");
        say!(language, "没有审核过参保申请 {ids}", "no application {ids} was decided") + "\n"
    };
    Ok(Report { results, remarks, is_wrong: summary.rejected > 0 || !unknown.is_empty(), ..Report::default() })
}

fn as_json(summary: &Summary, job: &Job) -> String {
    let payers = summary
        .payers
        .iter()
        .map(|((plan, payer), pays)| json!({ "plan": plan, "payer": payer, "pays": money::print(*pays) }));
    let pools = summary.pools.iter().map(|pool| {
        json!({
            "plan": pool.plan,
            "pool": pool.pool,
            "unit": match pool.unit { PoolUnit::Shares => "shares", PoolUnit::Yuan => "yuan" },
            "taken": pool.taken.normalize().to_string(),
            "left": pool.left.normalize().to_string(),
            "too_late": pool.too_late,
        })
    });
    print(&json!({
        "rows": summary.rows,
        "decisions": summary.decisions,
        "rejected": summary.rejected,
        "price": money::print(summary.total),
        "payers": payers.collect::<Vec<_>>(),
        "pools": pools.collect::<Vec<_>>(),
        "explained": summary.explained,
        "written": job.written(),
    }))
}

fn text(summary: &Summary, job: &Job, setting: &Setting) -> String {
    let (language, look) = (setting.language, setting.results);
    let mut lines = Lines::default();
    let decided = |name: &str| summary.decisions.get(name).copied().unwrap_or_default();
    let mut rows = vec![(Ink::Strong, pick(language, "参保申请", "Applications").to_owned(), count(summary.rows))];
    for (name, zh, en) in
        [("enrolled", "已受理", "Enrolled"), ("refused", "不予受理", "Refused"), ("pended", "暂缓", "Pended")]
    {
        rows.push((Ink::Plain, pick(language, zh, en).to_owned(), count(decided(name))));
    }
    if summary.rejected > 0 {
        rows.push((Ink::Bad, pick(language, "退回的行", "Rejected rows").to_owned(), count(summary.rejected)));
    }
    figures(&mut lines, &rows, look);
    lines.blank();
    let amount = |amount| money::grouped(&money::print(amount));
    let price = say!(language, "会费合计（元）", "Price in all (yuan)");
    let mut rows = vec![(Ink::Strong, price, amount(summary.total))];
    rows.extend(summary.payers.iter().map(|((plan, payer), pays)| {
        (Ink::Plain, clean(&say!(language, "  {plan}：{payer}", "  {plan}: {payer}")), amount(*pays))
    }));
    figures(&mut lines, &rows, look);
    if !summary.pools.is_empty() {
        lines.blank();
        lines.line(&look.paint(Ink::Strong, pick(language, "名额与补助资金", "Pools")));
        for pool in &summary.pools {
            lines.line(&clean(&pool_line(pool, language)));
        }
    }
    for explained in summary.explained.values() {
        lines.blank();
        explained.lines().for_each(|line| lines.line(&clean(line)));
    }
    lines.blank();
    for path in job.written() {
        lines.line(&path.display().to_string());
    }
    lines.into_text()
}

fn pool_line(pool: &PoolSummary, language: Language) -> String {
    let PoolSummary { plan, pool: id, unit, taken, left, too_late } = pool;
    let measured = |amount: &huzhu::Decimal| match unit {
        PoolUnit::Shares => amount.normalize().to_string(),
        PoolUnit::Yuan => money::grouped(&money::print(*amount)),
    };
    let (taken, left) = (measured(taken), measured(left));
    let unit = match unit {
        PoolUnit::Shares => pick(language, "份", "shares"),
        PoolUnit::Yuan => pick(language, "元", "yuan"),
    };
    let late = match too_late {
        0 => String::new(),
        late => say!(language, "，不足的申请 {late} 件", ", {late} too late"),
    };
    say!(
        language,
        "  {plan}：{id} 支出 {taken} {unit}，尚余 {left} {unit}{late}",
        "  {plan}: {id} gave {taken} {unit}, {left} left{late}"
    )
}
