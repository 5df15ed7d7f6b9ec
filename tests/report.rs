//! The report of an audit and the drawing of a curve, as text and in a browser: on a phone, a tablet, a desk and in print.

mod browser;

use std::path::Path;
use std::process::Command;

use huzhu::audit::{Headline, Sampling, Summary};
use huzhu::{Case, Catalog, Code, Language};
use serde_json::Value as Json;
use sha2::Digest as _;

use self::browser::{Opened, measured, printed};
use crate::audit::planted::{self, Planted};
use crate::audit::world::{World, yuan};

/// A phone, a tablet and a desk.
const WIDTHS: [u64; 3] = [390, 820, 1_280];

/// Of the gravest differences so many are listed.
const MOST_LISTED: usize = 50;

/// What a reader would see, as the page itself measures it.
const MEASURE: &str = "
    const all = selector => [...document.querySelectorAll(selector)];
    const texts = selector => all(selector).map(one => one.textContent);
    const heights = () => all('details').map(one => one.getBoundingClientRect().height);
    const closed = heights();
    for (const one of all('details')) one.open = true;
    const opened = heights();
    const lines = one => { const range = document.createRange(); range.selectNodeContents(one); return range.getClientRects().length; };
    const light = colour => {
        const [r, g, b] = colour.match(/[\\d.]+/g).slice(0, 3).map(part => part / 255)
            .map(part => part <= .04045 ? part / 12.92 : ((part + .055) / 1.055) ** 2.4);
        return .2126 * r + .7152 * g + .0722 * b;
    };
    const faintest = Math.min(...all('main *, header *').filter(one => one.matches('text') || [...one.childNodes].some(node => node.nodeType === 3 && node.data.trim()))
        .map(one => getComputedStyle(one)).map(style => 1.05 / (light(style.fill !== 'rgb(0, 0, 0)' ? style.fill : style.color) + .05)));
    measured({
        lang: document.documentElement.lang,
        heading: texts('h1'),
        sections: texts('h2'),
        figures: texts('.headline .figure'),
        charts: all('figure svg').map(one => [one.getBoundingClientRect().width, one.getBoundingClientRect().height].map(Math.floor)),
        letters: Math.min(...all('figure svg text').map(one => one.getBoundingClientRect().height)),
        points: all('figure svg .over, figure svg .under').length,
        bars: all('.bars rect').length,
        tables: all('section > table').map(one => one.tBodies[0].querySelectorAll(':scope > tr:not(.below)').length),
        heads: all('th:not([scope])').length,
        folded: closed.length,
        unfold: closed.filter((height, at) => opened[at] > height + 20).length,
        broken: all('.code:not(.long)').filter(one => lines(one) > 1).map(one => one.textContent),
        cut: all('.headline div, .bars span').filter(one => one.scrollWidth > one.clientWidth).length,
        faintest,
        width: document.documentElement.scrollWidth,
        asked: performance.getEntriesByType('resource').length,
        scripts: all('script').length - 1,
    });";

#[test]
#[ignore = "it needs Chromium, which scripts/setup installs"]
fn the_report_is_read_on_every_screen_and_shows_all_that_it_has() {
    let (_, summary) = audited("report", 600, 4);
    for (language, lang, heading) in
        [(Language::Zh, "zh-CN", "已付记录核对报告"), (Language::En, "en", "Audit of recorded payouts")]
    {
        let html = summary.report(language).fund("某某职工互助基金").to_html();
        for width in WIDTHS {
            let Opened { measures, console } = measured(lang, &html, width, MEASURE);
            assert_eq!(console, Vec::<String>::new());
            assert_eq!((measures["lang"].as_str(), &measures["heading"]), (Some(lang), &serde_json::json!([heading])));
            assert_eq!(measures["sections"].as_array().unwrap().len(), SECTIONS, "{measures}");
            shows_its_tables(&summary, &measures);
            shows_its_charts(&summary, &measures);
            let (folded, unfold) = (measures["folded"].as_u64().unwrap(), measures["unfold"].as_u64().unwrap());
            assert!(folded >= 30 && unfold == folded, "{measures}");
            assert!(measures["width"].as_u64().unwrap() <= width, "at {width}: {measures}");
            assert_eq!(
                (&measures["broken"], measures["cut"].as_u64()),
                (&serde_json::json!([]), Some(0)),
                "at {width}"
            );
            assert!(measures["faintest"].as_f64().unwrap() >= 4.5, "{measures}");
            let none = ["asked", "scripts", "heads"].map(|what| measures[what].as_u64());
            assert_eq!(none, [Some(0); 3], "{measures}");
        }
    }
}

/// Records, plans, causes, not checked, against due, sample, gravest, roundings, basis, how to read.
const SECTIONS: usize = 10;

fn shows_its_tables(summary: &Summary, measures: &Json) {
    let rows: Vec<u64> = measures["tables"].as_array().unwrap().iter().map(|rows| rows.as_u64().unwrap()).collect();
    let is_checked = |cause: Code| ![Code::NoSuchClaim, Code::UnknownEnrollment].contains(&cause);
    let causes = |checked: bool| {
        summary.causes.iter().filter(|total| total.count > 0 && is_checked(total.cause) == checked).count()
    };
    let plans = summary.plans.len();
    assert_eq!(plans, 2, "both versions have decided some");
    let gravest = summary.differences.len().min(MOST_LISTED);
    let expected = [plans + 1, causes(true) + 1, causes(false), 4, gravest, summary.roundings.len(), 3, plans];
    assert_eq!(rows[1..], expected.map(|count| u64::try_from(count).unwrap()), "{measures}");
}

fn shows_its_charts(summary: &Summary, measures: &Json) {
    let charts = measures["charts"].as_array().unwrap();
    let is_seen = |size: &Json| size[0].as_u64() > Some(300) && size[1].as_u64() > Some(300);
    assert!(charts.len() == 1 && charts.iter().all(is_seen), "{measures}");
    assert!(measures["letters"].as_f64().unwrap() > 11.0, "the marks are too small to read: {measures}");
    let both = summary.differences.iter().filter(|line| line.recorded.is_some() && line.recomputed.is_some()).count();
    assert_eq!(measures["points"].as_u64(), u64::try_from(both).ok(), "{measures}");
    let is_checked = |cause: Code| ![Code::NoSuchClaim, Code::UnknownEnrollment].contains(&cause);
    let bars = summary.causes.iter().filter(|total| total.count > 0 && is_checked(total.cause));
    let bars = bars.map(|total| 1 + usize::from(total.over != 0) + usize::from(total.under != 0)).sum::<usize>();
    assert_eq!(measures["bars"].as_u64(), u64::try_from(bars).ok(), "{measures}");
}

#[test]
#[ignore = "it needs Chromium, which scripts/setup installs"]
fn folds_are_open_in_print() {
    let (_, summary) = audited("print", 300, 2);
    let html = summary.report(Language::Zh).to_html();
    let open = printed("open", &html);
    let rule = "details::details-content";
    assert!(html.contains(rule));
    let closed = printed("closed", &html.replace(rule, "details::nothing"));
    assert!(pages(&open) > pages(&closed) + 2, "{} and {} pages", pages(&open), pages(&closed));
}

fn pages(pdf: &[u8]) -> usize {
    String::from_utf8_lossy(pdf).matches("/Type /Page\n").count()
}

#[test]
fn the_headline_is_what_was_planted() {
    let world = World::new("headline", 600);
    let Planted { recorded, errors } = planted::plant(&world, 3);
    let due = world.due();
    let mut expected = Headline::default();
    let add = |sum: &mut i64, count: &mut u64, fen: i64| {
        *sum += fen;
        *count += 1;
    };
    let mut wrong = 0;
    for (id, (cause, amount)) in &errors {
        wrong += u64::from(amount.is_some());
        match (cause, amount.unwrap_or_default()) {
            (Code::NoSuchClaim | Code::UnknownEnrollment, fen) => {
                add(&mut expected.not_checked, &mut expected.not_checked_count, fen);
            }
            (Code::PaidAgain, fen) => add(&mut expected.over, &mut expected.over_count, fen),
            (_, fen) if fen > due[id] => add(&mut expected.over, &mut expected.over_count, fen - due[id]),
            (_, fen) => add(&mut expected.under, &mut expected.under_count, due[id] - fen),
        }
    }
    expected.read = u64::try_from(recorded.len()).unwrap();
    expected.right = expected.read - wrong;
    let summary = world.audit(&recorded);
    assert_eq!(summary.headline(), expected);
    let Headline { over, under, not_checked, not_checked_count, right, read, .. } = expected;
    assert!(over > 0 && under > 0 && not_checked == 3 * 7_700 + 3 * 8_800 && not_checked_count == 6);
    let figures = |html: &str| {
        let figures = html.split("<dd class=\"figure").skip(1).map(|rest| rest.split_once('>').unwrap().1);
        figures.map(|rest| rest.split('<').next().unwrap().trim().to_owned()).collect::<Vec<_>>()
    };
    let grouped = |fen: i64| huzhu::money::grouped(&yuan(fen));
    let share = right * 10_000 / read;
    let share = format!("{}.{:02}%", share / 100, share % 100);
    let shown = [grouped(over), grouped(under), grouped((over - under).abs()), share];
    let (zh, en) = (summary.report(Language::Zh).to_html(), summary.report(Language::En).to_html());
    assert_eq!((figures(&zh), figures(&en)), (shown.to_vec(), shown.to_vec()));
    let net = if over > under { ("净多付", "Net overpaid") } else { ("净少付", "Net underpaid") };
    assert!(zh.contains(net.0) && en.contains(net.1));
    assert!(zh.contains(&format!("{read} 笔记录中 {right} 笔")) && en.contains(&format!("{right} of {read} payouts")));
    assert!(
        zh.contains("另有 6 笔记录（合计 495.00 元）无法核对") && en.contains("Another 6 payouts (495.00 yuan in all)")
    );
}

#[test]
fn the_report_says_whose_it_is_when_it_was_made_and_of_which_files() {
    let (world, summary) = audited("whose", 60, 1);
    let date = chrono::NaiveDate::from_ymd_opt(2026, 7, 2).unwrap();
    let of = |language| summary.report(language).fund("<b>互助\u{202e}\u{7}</b>").dated(date).to_html();
    let (zh, en) = (of(Language::Zh), of(Language::En));
    assert!(zh.contains("2026年7月2日") && en.contains("2 July 2026"));
    assert!(zh.contains("<p class=\"fund\">&lt;b&gt;互助\u{fffd}\u{fffd}&lt;/b&gt;</p>"));
    for name in ["claims.csv", "enrollments.csv", "recorded.csv"] {
        let bytes = std::fs::read(world.path(name)).unwrap();
        let digest = sha256(&bytes);
        let size = huzhu::money::grouped(&bytes.len().to_string());
        for html in [&zh, &en] {
            let row = html.split("<tr ").find(|row| row.contains(&format!(">{name}<"))).unwrap();
            assert!(row.contains(&digest) && row.contains(&format!(">{size}<")), "{row}");
        }
    }
    for html in [&zh, &en] {
        assert!(!html.chars().any(|letter| letter.is_control() && letter != '\n'), "a raw control character");
        assert!(summary.plans.iter().all(|total| html.contains(&total.plan.fingerprint)));
    }
    let plan = &summary.plans[0];
    assert!(zh.contains(&format!("{}（{} 版）", plan.title.zh, plan.plan.version)));
    assert!(en.contains(&format!("{}, version {}", plan.title.en, plan.plan.version)));
}

#[test]
fn the_program_puts_the_fund_and_the_day_on_the_report() {
    let folder = std::env::temp_dir().join(format!("huzhu-fund-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let page = folder.join("report.html");
    let ran = Command::new(env!("CARGO_BIN_EXE_huzhu"))
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(["audit", "-c", "rules/cases/claims.csv", "-e", "rules/cases/enrollments.csv"])
        .args(["-r", "rules/cases/recorded.csv", "--lang", "zh", "--format", "json", "--fund", "某某互助基金"])
        .arg("-o")
        .arg(folder.join("wrong.csv"))
        .arg("--report")
        .arg(&page)
        .output()
        .unwrap();
    let said: Json = serde_json::from_slice(&ran.stdout).unwrap_or_else(|_| panic!("{ran:?}"));
    let html = std::fs::read_to_string(&page).unwrap();
    std::fs::remove_dir_all(&folder).unwrap();
    assert!(html.contains("<p class=\"fund\">某某互助基金</p>") && html.contains("<dt>日期</dt><dd>20"), "{html}");
    let claims = std::fs::read("rules/cases/claims.csv").unwrap();
    let digest = sha256(&claims);
    let input = &said["inputs"][0];
    assert_eq!(
        (input["bytes"].as_u64(), &input["sha256"]),
        (u64::try_from(claims.len()).ok(), &Json::from(digest.clone()))
    );
    assert!(html.contains(&digest));
    let fen = |name: &str| said[name].as_str().unwrap().replace('.', "").parse::<i64>().unwrap();
    assert_eq!(fen("net"), fen("overpaid") - fen("underpaid"));
    assert!(html.contains(&huzhu::money::grouped(said["overpaid"].as_str().unwrap())));
}

/// All that a reader of Chinese meets, without ids, names of files and digests.
#[test]
fn the_report_in_chinese_has_no_english() {
    let (_, summary) = audited("chinese", 600, 2);
    let html = summary.report(Language::Zh).fund("互助基金").to_html();
    let (_, body) = html.split_once("</style>").unwrap();
    let mut words = String::new();
    for part in body.split('<').skip(1) {
        let (tag, text) = part.split_once('>').unwrap();
        if !tag.contains("class=\"code") {
            words.push_str(text);
            words.push('\n');
        }
    }
    let is_ours = |word: &str| {
        ["SHA", "huzhu", "nbsp"].contains(&word) || summary.differences.iter().any(|line| line.claim.contains(word))
    };
    let english: Vec<&str> = words
        .split(|letter: char| !letter.is_ascii_alphabetic())
        .filter(|word| word.len() > 1 && !is_ours(word))
        .collect();
    assert_eq!(english, Vec::<&str>::new());
}

#[test]
#[ignore = "it needs Chromium, which scripts/setup installs"]
fn a_curve_is_read_on_every_screen() {
    let catalog = Catalog::load(Path::new("rules")).unwrap();
    let case = Case::read("zhao.json", &std::fs::read("rules/cases/zhao.json").unwrap(), &catalog).unwrap();
    let plan = catalog.resolve(&case.enrollment, &case.claim).unwrap();
    for fact in ["personal_burden", "hospital_days", "shares"] {
        let curve = plan.curve(&case.enrollment, &case.claim, &case.accumulators(&catalog).unwrap(), fact).unwrap();
        for (language, lang) in [(Language::Zh, "zh-CN"), (Language::En, "en")] {
            let svg = curve.to_svg(None, language);
            let said = match language {
                Language::Zh => "应付 7,119.87 元",
                Language::En => "7,119.87 yuan payable",
            };
            assert!(svg.contains(said) && svg.contains(curve.title.in_language(language)), "{svg}");
            assert!(svg.contains(curve.unit(language)) && svg.matches("class=\"mark\"").count() >= 7, "{svg}");
            for width in WIDTHS {
                let page = format!(
                    "<!doctype html><meta name=\"viewport\" content=\"width=device-width\"><style>body{{margin:0}}</style>{svg}"
                );
                let Opened { measures, .. } = measured(&format!("{fact}-{lang}"), &page, width, MEASURE_CURVE);
                assert_eq!(measures["outside"], serde_json::json!([]), "{fact} at {width}");
                assert_eq!(measures["upon"], serde_json::json!([]), "{fact} at {width}");
                assert!(measures["width"].as_u64().unwrap() <= width, "{measures}");
                assert!(measures["letters"].as_f64().unwrap() > 11.0, "{measures}");
                assert_eq!(measures["now"].as_u64(), Some(1));
            }
        }
    }
}

/// Texts that leave the drawing, and marks that lie on each other.
const MEASURE_CURVE: &str = "
    const all = selector => [...document.querySelectorAll(selector)];
    const box = one => one.getBoundingClientRect();
    const whole = box(all('svg')[0]);
    const meet = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom - 3 && b.top < a.bottom - 3;
    const texts = all('svg text');
    measured({
        outside: texts.filter(one => box(one).left < whole.left || box(one).right > whole.right || box(one).bottom > whole.bottom).map(one => one.textContent),
        upon: texts.filter((one, at) => texts.slice(0, at).some(other => meet(box(one), box(other)))).map(one => one.textContent),
        width: document.documentElement.scrollWidth,
        letters: Math.min(...texts.map(one => box(one).height)),
        now: all('svg .now').length,
    });";

fn sha256(bytes: &[u8]) -> String {
    let digest = sha2::Sha256::digest(bytes);
    digest.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().concat()
}

fn audited(name: &str, claims: usize, of_each: usize) -> (World, Summary) {
    let world = World::new(&format!("report-{name}"), claims);
    let Planted { recorded, .. } = planted::plant(&world, of_each);
    let sampling = Sampling { size: 100, seed: 1, is_stratified: false };
    let summary = world.audit_with(&recorded, |audit| audit.keep_gravest().roundings().sample(sampling));
    (world, summary)
}

/// What the tests above rely on: a browser that finds fault with a page says so.
#[test]
#[ignore = "it needs Chromium, which scripts/setup installs"]
fn a_fault_of_a_page_is_heard() {
    let page = "<!doctype html><p id=\"wide\" style=\"width:3000px\">.</p><script>console.error('a fault')</script>";
    let measure = "measured({ width: document.documentElement.scrollWidth, here: innerWidth });";
    let Opened { measures, console } = measured("fault", page, 390, measure);
    assert!(console.len() == 1 && console[0].contains("a fault"), "{console:?}");
    assert!(measures["width"].as_u64().unwrap() >= 3_000, "{measures}");
    assert_eq!(measures["here"].as_u64(), Some(390));
}
