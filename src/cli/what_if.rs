//! `huzhu adjudicate --what-if`: the same claim with facts changed, beside the claim as it is.

use huzhu::{Adjudication, Case, Catalog, Code, Decision, Error, Explanation, Language, Plan, Reason, exact, money};
use rust_decimal::Decimal;

use super::layout::{Ink, grouped, pad, pad_left, width};
use super::options::{Format, Setting};
use super::page::Page;
use super::words::{self, pick, say};
use super::{Report, check};

/// The case with facts changed.
pub(super) struct Changed {
    /// The facts by name, with what they are changed to.
    changes: Vec<(String, String)>,
    case: Case,
}

/// The case with these facts, each by its name or a title.
pub(super) fn changed(case: &Case, changes: &[(String, String)], catalog: &Catalog) -> Result<Changed, Error> {
    let mut changed = Changed { changes: Vec::new(), case: case.clone() };
    for (called, value) in changes {
        let fact = case.fact_called(catalog, called)?;
        changed.case = changed.case.with(catalog, called, value)?;
        changed.changes.push((fact, value.clone()));
    }
    Ok(changed)
}

/// Decides the case twice and compares.
pub(super) fn report(case: &Case, changed: &Changed, catalog: &Catalog, setting: &Setting) -> Result<Report, Error> {
    let Changed { changes, case: changed } = changed;
    let ((now, _), (then, _)) = (case.work_out(catalog)?, changed.work_out(catalog)?);
    let difference = exact::subtract(then.payable(), now.payable())?;
    let plan = catalog.decided_by(&then)?;
    let ways = ways_out(changed, changes, &then, catalog, plan)?;
    let results = match setting.format {
        Format::Text => {
            let mut text = page(changes, plan, &now, &then, difference, setting);
            if let Some(ways) = &ways {
                text.push_str(&ways_in_words(ways, plan, setting));
            }
            text
        }
        Format::Json => {
            let explained = |adjudication: &Adjudication| -> Explanation { adjudication.explain(setting.language) };
            let what_if: serde_json::Map<String, serde_json::Value> =
                changes.iter().map(|(fact, value)| (fact.clone(), value.as_str().into())).collect();
            let mut compared = serde_json::json!({
                "what_if": what_if,
                "now": explained(&now),
                "then": explained(&then),
                "difference": money::print(difference),
            });
            if let Some((ways, object)) = ways.zip(compared.as_object_mut()) {
                let ways = ways.iter().map(|Way { fact, decided }| {
                    serde_json::json!({
                        "fact": fact,
                        "decision": decided.decision(),
                        "payable": money::print(decided.payable()),
                    })
                });
                object.insert("leave_out".to_owned(), ways.collect());
            }
            check::json(&compared)
        }
    };
    Ok(Report { results, ..Report::default() })
}

/// A fact that, left out as well, takes the contradiction away, and what is decided then.
struct Way {
    fact: String,
    decided: Adjudication,
}

/// Where the change contradicts what else is stated: the facts of which each, left out, follows from the others or is not asked for, those
/// that follow first.
fn ways_out(
    changed: &Case,
    changes: &[(String, String)],
    then: &Adjudication,
    catalog: &Catalog,
    plan: &Plan,
) -> Result<Option<Vec<Way>>, Error> {
    let contradicts = |decided: &Adjudication| decided.reasons().iter().any(|reason| plan.is_identity(&reason.code));
    if !contradicts(then) {
        return Ok(None);
    }
    let stated = serde_json::to_value(&changed.claim).unwrap_or_default();
    let names = stated.as_object().into_iter().flat_map(serde_json::Map::keys);
    let is_changed = |name: &str| changes.iter().any(|(fact, _)| fact == name);
    let mut names: Vec<&String> =
        names.filter(|name| changed.claim.fact(name).is_some() && !is_changed(name)).collect();
    names.sort_by_key(|name| !plan.can_derive(name));
    let mut ways = Vec::new();
    for fact in names {
        match changed.with(catalog, fact, "")?.decide(catalog) {
            Ok((decided, _)) if !contradicts(&decided) => ways.push(Way { fact: fact.clone(), decided }),
            Ok(_) | Err(_) => {}
        }
    }
    ways.truncate(MOST_WAYS);
    Ok(Some(ways))
}

fn ways_in_words(ways: &[Way], plan: &Plan, setting: &Setting) -> String {
    let (language, mut page) = (setting.language, Page::of(setting.results));
    page.heading(&say!(language, "变动与其他事实矛盾", "The change contradicts other facts of the claim"));
    let advice = if ways.is_empty() {
        say!(
            language,
            "去掉其他任何一项事实都不能消除矛盾；请一并改动与之相关的事实。",
            "Leaving out one other fact does not mend it; change those that belong to it as well."
        )
    } else {
        say!(
            language,
            "另去掉下列任一项即可：去掉后由其他事实推算，或不再核对。",
            "Leave out one of these as well; it follows from the others then, or is not compared:"
        )
    };
    page.wrapped(Ink::Plain, 2, &advice);
    for Way { fact, decided } in ways {
        let title = plan.fact_title(fact).map_or(fact.as_str(), |title| title.in_language(language));
        let (word, amount) = (words::decision(decided.decision(), language), grouped(&money::print(decided.payable())));
        let text = say!(
            language,
            "`--what-if {title}=`：{word}，{amount} 元",
            "--what-if {fact}= ({title}): {word}, {amount} yuan"
        );
        page.item("•", &text);
    }
    page.into_text()
}

/// So many facts are offered.
const MOST_WAYS: usize = 4;

fn page(
    changes: &[(String, String)],
    plan: &Plan,
    now: &Adjudication,
    then: &Adjudication,
    difference: Decimal,
    setting: &Setting,
) -> String {
    let language = setting.language;
    let mut page = Page::of(setting.results);
    let list: Vec<String> = changes
        .iter()
        .map(|(fact, value)| {
            let title = plan.fact_title(fact).map_or(fact.as_str(), |title| title.in_language(language));
            match value.as_str() {
                "" => say!(language, "{title}未填", "`{fact}` not given"),
                value => say!(language, "{title} = {value}", "{fact} = {value}"),
            }
        })
        .collect();
    let list = list.join(pick(language, "、", ", "));
    page.wrapped(Ink::Strong, 0, &say!(language, "若 {list}", "If {list}"));
    page.blank();
    let rows = rows(now, then, difference, setting);
    let columns = [0, 1, 2, 3].map(|column| rows.iter().map(|row| row.get(column).map_or(0, |cell| width(cell))).max());
    for (number, [name, now, then, change]) in rows.iter().enumerate() {
        let wide = |column: usize| columns.get(column).copied().flatten().unwrap_or_default();
        let line = format!(
            "{}  {}  {}  {}",
            pad(name, wide(0)),
            pad_left(now, wide(1)),
            pad_left(then, wide(2)),
            pad_left(change, wide(3))
        );
        let ink = if number == 0 || number.saturating_add(1) == rows.len() { Ink::Strong } else { Ink::Plain };
        page.line(ink, &line);
    }
    for (when, adjudication) in [(say!(language, "现在", "As it is"), now), (say!(language, "变动后", "Then"), then)]
    {
        // what was typed for a word is plain to who typed it
        let is_told = |notice: &&huzhu::Notice| !notice.holds() && notice.code() != Code::ReadAsMeant;
        let notices = adjudication.notices().iter().filter(is_told);
        let notices = notices.map(|notice| notice.text().in_language(language).to_owned());
        let said: Vec<String> =
            adjudication.reasons().iter().map(|reason| why(reason, adjudication, language)).chain(notices).collect();
        if !said.is_empty() {
            page.heading(&when);
            for text in said {
                page.item("•", &text);
            }
        }
    }
    page.into_text()
}

fn why(reason: &Reason, adjudication: &Adjudication, language: Language) -> String {
    let text = reason.text.in_language(language);
    match adjudication.decision() {
        Decision::Denied => say!(language, "未满足条件“{text}”", "not met: {text}"),
        Decision::Paid | Decision::NothingDue | Decision::Pended | Decision::Reversed => text.to_owned(),
    }
}

/// Head, decision, every benefit of either, and the sum.
fn rows(now: &Adjudication, then: &Adjudication, difference: Decimal, setting: &Setting) -> Vec<[String; 4]> {
    let language = setting.language;
    let amount = |amount: Decimal| grouped(&money::print(amount));
    let signed = |amount: Decimal| match amount {
        zero if zero.is_zero() => String::new(),
        more if more.is_sign_positive() => format!("+{}", grouped(&money::print(more))),
        less => grouped(&money::print(less)),
    };
    let decision = |decision: Decision| words::decision(decision, language).to_owned();
    let mut rows = vec![
        [
            String::new(),
            say!(language, "现在", "as it is"),
            say!(language, "变动后", "then"),
            say!(language, "相差", "difference"),
        ],
        [say!(language, "审核结果", "decision"), decision(now.decision()), decision(then.decision()), String::new()],
    ];
    let paid = |adjudication: &Adjudication, id: &str| {
        adjudication.benefits().iter().find(|lines| lines.id() == id).map(huzhu::BenefitLines::paid)
    };
    let more = then.benefits().iter().filter(|lines| paid(now, lines.id()).is_none());
    for lines in now.benefits().iter().chain(more) {
        let (before, after) = (paid(now, lines.id()), paid(then, lines.id()));
        let [from, to] = [before, after].map(|paid| paid.unwrap_or(Decimal::ZERO)); // what does not apply pays nothing
        let change = exact::subtract(to, from).map_or_else(|_| "—".to_owned(), signed);
        let cell = |paid: Option<Decimal>| paid.map_or_else(|| "—".to_owned(), amount);
        let title = lines.title().in_language(language).to_owned();
        rows.push([title, cell(before), cell(after), change]);
    }
    let sum = say!(language, "应付合计（元）", "payable in all, yuan");
    rows.push([sum, amount(now.payable()), amount(then.payable()), signed(difference)]);
    rows
}
