//! The report of an audit in a browser: it opens without a word on the console, asks for nothing, and shows what it has.

mod browser;

use self::browser::{Opened, measured, printed};
use crate::audit::planted::{self, Planted};
use crate::audit::world::World;
use huzhu::Language;
use huzhu::audit::{Sampling, Summary};
use serde_json::Value as Json;

/// On a screen of this width nothing must be cut off.
const WIDTH: u64 = 1_000;

/// Of the gravest differences so many are listed.
const MOST_LISTED: usize = 50;

/// What a reader would see, as the page itself measures it.
const MEASURE: &str = "
    const all = selector => [...document.querySelectorAll(selector)];
    const heights = () => all('details').map(one => one.getBoundingClientRect().height);
    const closed = heights();
    for (const one of all('details')) one.open = true;
    const opened = heights();
    measured({
        lang: document.documentElement.lang,
        heading: document.querySelector('h1').textContent,
        sections: all('h2').map(one => one.textContent),
        charts: all('svg').map(one => [one.getBoundingClientRect().width, one.getBoundingClientRect().height].map(Math.floor)),
        marks: all('svg').map(one => one.querySelectorAll('rect, circle, path').length),
        tables: all('body > table, section > table').map(one => one.rows.length),
        folded: closed.length,
        unfold: closed.filter((height, at) => opened[at] > height + 20).length,
        width: document.documentElement.scrollWidth,
        asked: performance.getEntriesByType('resource').length,
        scripts: all('script').length - 1,
    });";

#[test]
#[ignore = "it needs Chromium, which scripts/setup installs"]
fn the_report_opens_in_a_browser_and_shows_all_that_it_has() {
    let world = World::new("report", 600);
    let Planted { recorded, .. } = planted::plant(&world, 4);
    let sampling = Sampling { size: 100, seed: 1, is_stratified: false };
    let summary = world.audit_with(&recorded, |audit| audit.keep_gravest().roundings().sample(sampling));
    for (language, lang, heading) in
        [(Language::Zh, "zh", "已付记录核对报告"), (Language::En, "en", "Audit of recorded payouts")]
    {
        let html = summary.report(language);
        let Opened { measures, console } = measured(lang, &html, WIDTH, MEASURE);
        assert_eq!(console, Vec::<String>::new());
        assert_eq!((measures["lang"].as_str(), measures["heading"].as_str()), (Some(lang), Some(heading)));
        assert_eq!(measures["sections"].as_array().unwrap().len(), 8, "{measures}");
        shows_its_tables(&summary, &measures);
        shows_its_charts(&summary, &measures);
        let (folded, unfold) = (measures["folded"].as_u64().unwrap(), measures["unfold"].as_u64().unwrap());
        assert!(folded >= 30 && unfold == folded, "{measures}");
        assert!(measures["width"].as_u64().unwrap() <= WIDTH, "{measures}");
        assert_eq!((measures["asked"].as_u64(), measures["scripts"].as_u64()), (Some(0), Some(0)), "{measures}");
        let pages = printed(lang, &html);
        assert!(pages.starts_with(b"%PDF-") && pages.len() > 20_000, "{} bytes", pages.len());
    }
}

/// Below their heads: causes, the gravest differences, rules of rounding; and files and versions, without a head.
fn shows_its_tables(summary: &Summary, measures: &Json) {
    let rows: Vec<u64> =
        measures["tables"].as_array().unwrap().iter().skip(1).map(|rows| rows.as_u64().unwrap() - 1).collect();
    let causes = summary.causes.iter().filter(|total| total.count > 0).count();
    let basis = summary.inputs.len() + summary.plans.len() - 1;
    let expected = [causes, summary.differences.len().min(MOST_LISTED), summary.roundings.len(), basis];
    assert_eq!(summary.plans.len(), 2, "both versions have decided some");
    assert_eq!(rows, expected.map(|count| u64::try_from(count).unwrap()), "{measures}");
}

fn shows_its_charts(summary: &Summary, measures: &Json) {
    let charts = measures["charts"].as_array().unwrap();
    let is_seen = |size: &Json| size[0].as_u64() > Some(300) && size[1].as_u64() > Some(100);
    assert!(charts.len() == 2 && charts.iter().all(is_seen), "{measures}");
    let causes = summary.causes.iter().filter(|total| total.count > 0).count();
    assert!(measures["marks"][0].as_u64().unwrap() >= u64::try_from(causes).unwrap(), "{measures}");
}

/// What the test above relies on: a browser that finds fault with a page says so.
#[test]
#[ignore = "it needs Chromium, which scripts/setup installs"]
fn a_fault_of_a_page_is_heard() {
    let page = "<!doctype html><p id=\"wide\" style=\"width:3000px\">.</p><script>console.error('a fault')</script>";
    let measure = "measured({ width: document.documentElement.scrollWidth });";
    let Opened { measures, console } = measured("fault", page, WIDTH, measure);
    assert!(console.len() == 1 && console[0].contains("a fault"), "{console:?}");
    assert!(measures["width"].as_u64().unwrap() >= 3_000, "{measures}");
}
