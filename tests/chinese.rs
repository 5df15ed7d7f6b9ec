//! Packs as they are written by one who writes Chinese alone: units, titles, signs of a Chinese input method.

#[cfg(feature = "cli")]
use crate::cli::COMMANDS;

use std::path::Path;

use huzhu::{Case, Catalog, Diagnostics, Language, pack};

const PACK: &str = r#"
[plan]
id = "example"
title = { zh = "示例计划", en = "Example plan" }
effective = { from = 2025-01-01, by = "coverage_start" }
rounding = { to = "0.01 yuan", mode = "half-up", clause = "第九条", provenance = "stated" }

[enrollment]
price = "price"
term = "12 months"

[figure.daily]
title = { zh = "日额", en = "a day" }
value = "50 yuan/day"
clause = "第五条"
provenance = "stated"

[figure.rate]
title = { zh = "比例", en = "rate" }
value = "80%"
clause = "第五条"
provenance = "stated"

[figure.ceiling]
title = { zh = "封顶", en = "ceiling" }
value = "10_000 yuan"
clause = "第五条"
provenance = "stated"

[figure.price]
title = { zh = "会费", en = "price" }
value = "60 yuan"
clause = "第二条"
provenance = "stated"

[figure.month]
title = { zh = "等待天数", en = "days of waiting" }
value = "30 days"
clause = "第六条"
provenance = "stated"

[figure.quarter]
title = { zh = "等待月数", en = "months of waiting" }
value = "3 months"
clause = "第六条"
provenance = "stated"

[waiting.first]
title = { zh = "等待期", en = "waiting period" }
period = "month"
counts = "event_date"
waived_within = "1 day"
clause = "第六条"
provenance = "stated"

[waiting.later]
title = { zh = "复发等待期", en = "waiting period of a relapse" }
period = "quarter"
counts = "event_date"
clause = "第六条"
provenance = "stated"

[[benefit]]
id = "allowance"
title = { zh = "住院津贴", en = "hospital allowance" }
when = "hospital_days > 0 days and not(hospital_days > 1 days and personal_burden = 0 yuan)"
gross = "daily * hospital_days"
clause = "第五条"
provenance = "stated"
steps = [
  { waiting = "first" },
  { waiting = "later" },
  { pay = "rate" },
  { limit = "ceiling", per = "period" },
]
"#;

/// The same with Chinese units, some with a blank and some without.
fn in_chinese_units() -> String {
    let units = [
        ("0.01 yuan", "0.01元"),
        ("60 yuan", "60 元"),
        ("12 months", "12个月"),
        ("50 yuan/day", "50元/天"),
        ("10_000 yuan", "10_000元"),
        ("\"30 days\"", "\"30天\""),
        ("\"1 day\"", "\"1 天\""),
        ("3 months", "3个月"),
        ("> 0 days", "> 0天"),
        ("> 1 days", "> 1 天"),
        ("= 0 yuan", "= 0元"),
    ];
    units.into_iter().fold(PACK.to_owned(), |pack, (english, chinese)| {
        assert!(pack.contains(english), "{english}");
        pack.replace(english, chinese)
    })
}

fn catalog(pack: &str) -> Catalog {
    Catalog::read([("example.toml".to_owned(), pack.as_bytes().to_vec())]).unwrap_or_else(|found| panic!("{found}"))
}

fn problems(pack: &str) -> Diagnostics {
    pack::load("example.toml", pack.as_bytes()).map_or_else(|found| found, |_| Diagnostics::default())
}

/// Each problem as it is told: line, column, message, helps.
fn told(pack: &str, language: Language) -> Vec<String> {
    let found = problems(pack);
    let told = found.iter().map(|problem| {
        let (line, column) = problem.position();
        let help: Vec<&str> = problem.help(language).collect();
        format!("{line}:{column} {} | {}", problem.message(language), help.join(" | "))
    });
    told.collect()
}

const CASE: &str = r#"{
  "enrollment": { "id": "e", "member": "m", "plan": "example", "shares": 1, "coverage_start": "2025-01-01", "coverage_end": "2025-12-31" },
  "claim": { "id": "c", "event_date": "2025-05-01", "hospital_days": 11, "personal_burden": "300.00" }
}"#;

fn explained(catalog: &Catalog, language: Language) -> serde_json::Value {
    let case = Case::read("case.json", CASE.as_bytes(), catalog).unwrap_or_else(|found| panic!("{found}"));
    let (adjudication, _) = case.decide(catalog).unwrap();
    let mut json = serde_json::to_value(adjudication.explain(language)).unwrap();
    // the fingerprint is of the text as it is written
    json["plan"]["fingerprint"] = serde_json::Value::Null;
    json
}

#[test]
fn units_in_chinese_are_the_english_ones_wherever_a_value_stands() {
    for language in [Language::Zh, Language::En] {
        let (english, chinese) =
            (explained(&catalog(PACK), language), explained(&catalog(&in_chinese_units()), language));
        assert_eq!(english["payable"], "440.00");
        assert_eq!(english, chinese);
    }
}

#[test]
fn a_title_in_one_language_is_shown_in_both() {
    let titles = [
        ("{ zh = \"住院津贴\", en = \"hospital allowance\" }", "\"住院津贴\"", ["住院津贴", "住院津贴"]),
        ("{ zh = \"住院津贴\", en = \"hospital allowance\" }", "{ zh = \"住院津贴\" }", ["住院津贴", "住院津贴"]),
        (
            "{ zh = \"住院津贴\", en = \"hospital allowance\" }",
            "{ en = \"hospital allowance\" }",
            ["hospital allowance", "hospital allowance"],
        ),
    ];
    for (both, one, shown) in titles {
        let catalog = catalog(&PACK.replace(both, one));
        let title = |language| explained(&catalog, language)["benefits"][0]["title"].clone();
        assert_eq!([title(Language::Zh), title(Language::En)], shown, "{one}");
    }
    let clause = PACK.replacen("clause = \"第五条\"", "clause = { zh = \"第五条\" }", 1);
    assert_eq!(explained(&catalog(&clause), Language::En), explained(&catalog(PACK), Language::En));
    assert_eq!(
        told(&PACK.replace("{ zh = \"示例计划\", en = \"Example plan\" }", "{}"), Language::Zh),
        ["4:9 `zh`（中文）与 `en`（英文）至少写一项 | 如 `{ zh = \"…\" }`"]
    );
}

#[test]
fn full_width_signs_outside_of_texts_are_told_with_the_line_as_it_should_be() {
    let lines = [
        ("value = \"80%\"", "value ＝ \"80%\"", "7", "＝", "value = \"80%\""),
        ("value = \"80%\"", "value = “80%”", "9", "“", "value = \"80%\""),
        ("value = \"80%\"", "value：\"80%\"", "6", "：", "value=\"80%\""),
    ];
    for (plain, full, column, sign, help) in lines {
        assert_eq!(
            told(&PACK.replace(plain, full), Language::Zh),
            [format!("20:{column} `{sign}` 是全角符号，此处须用半角 | 写作 `{help}`")]
        );
        assert_eq!(
            told(&PACK.replace(plain, full), Language::En),
            [format!("20:{column} `{sign}` is a full-width sign; a plain one is wanted here | write `{help}`")]
        );
    }
}

#[test]
fn full_width_signs_in_an_expression_are_told_with_what_to_type() {
    let expressions = [
        ("personal_burden ≥ 0 yuan", "表达式中不写 `≥` | 写作 `>=`"),
        ("personal_burden ＞＝ 0 yuan", "`＞＝` 是全角符号，表达式中须用半角 | 写作 `>=`"),
        ("greatest（personal_burden, 1 yuan) > 0 yuan", "`（` 是全角符号，表达式中须用半角 | 写作 `(`"),
        ("greatest(personal_burden，1 yuan) > 0 yuan", "`，` 是全角符号，表达式中须用半角 | 写作 `,`"),
        ("personal_burden × 2 > 0 yuan", "表达式中不写 `×` | 写作 `*`"),
        ("personal_burden > １００元", "`１００` 是全角符号，表达式中须用半角 | 写作 `100`"),
        ("cause = “accident”", "`“` 是全角符号，表达式中须用半角 | 表达式中的取值不加引号，如 `cause = accident`"),
        ("cause：accident", "`：` 是全角符号，表达式中须用半角 | "),
        ("住院天数 > 3天", "表达式中不能有 `住院天数` | `住院天数` 写作 `hospital_days`"),
        ("hospital_days > 3天 且 cause = accident", "表达式中不能有 `且` | `且` 写作 `and`"),
        (
            "hospital_days > 3日",
            "没有 `日` 这个单位 | 写法：`50元`、`50元/天`、`80%`、`30天`、`3个月`、`2`、`2025-01-01`",
        ),
        ("daily > 50元/月", "没有 `月` 这个单位 | 写法：`50元`、`50元/天`、`80%`、`30天`、`3个月`、`2`、`2025-01-01`"),
        ("daily > 50元/month", "`元/` 之后只能是 `天` | "),
        ("hospital_days > 1元", "天与元不能比较 | "),
        (
            "hospital_days > 3元",
            "数字 `3元` 没有出处 | 另列 `[figure.名称]`，写明 `value`、`title`、`clause`、`provenance`，此处用其名称",
        ),
        ("hospital_days >", "此处应为值，却是结尾 | "),
    ];
    let when = "hospital_days > 0 days and not(hospital_days > 1 days and personal_burden = 0 yuan)";
    for (expression, expected) in expressions {
        let told = told(&PACK.replace(when, expression), Language::Zh);
        let told: Vec<&str> = told.iter().filter_map(|told| told.split_once(' ')).map(|(_, told)| told).collect();
        assert_eq!(told, [expected], "{expression}");
    }
}

// ── words ─────────────────────────────────────────────────────────────────

/// The words of `src/docs/words.md` that are not used, for others that are.
fn unused_words() -> Vec<String> {
    let rows = include_str!("../src/docs/words.md").lines().filter(|line| line.starts_with("| "));
    let words = rows.skip(1).map(|row| row.split('|').nth(3).unwrap());
    words
        .flat_map(|words| words.split('、'))
        .map(|word| word.trim().to_owned())
        .filter(|word| !word.is_empty())
        .collect()
}

/// Every text in Chinese of a file that one of ours wrote, line by line; of packs the comments alone, since the rest is quoted.
fn texts_of(path: &Path) -> Vec<String> {
    let name = path.to_string_lossy();
    let text = std::fs::read_to_string(path).unwrap();
    // what the tests of a file try is no text for a reader
    let text = text.split("\nmod tests").next().unwrap();
    let is_pack = name.contains("rules/") && name.ends_with(".toml");
    let lines = text
        .lines()
        .filter_map(|line| if is_pack { line.split_once('#').map(|(_, comment)| comment) } else { Some(line) });
    lines.map(str::to_owned).collect()
}

/// Titles and conditions that stand in the programs of certificates, whose digests are published, and what quotes them.
const STANDING: [&str; 4] = ["\"持有份数\"", "持有份数不超过上限", "事故日期不晚于出院日期", "申请日期不早于事故日期"];

#[test]
fn there_is_one_chinese_word_for_one_idea() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (mut folders, mut files) =
        (vec![root.join("src"), root.join("crates"), root.join("rules")], vec![root.join("README.zh.md")]);
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let is_written =
                ["rs", "md", "toml"].iter().any(|ending| path.extension().is_some_and(|has| has == *ending));
            let is_apart =
                path.ends_with("words.md") || path.ends_with("tests.rs") || path.ends_with("batch/files/tests");
            if path.is_dir() && !is_apart {
                folders.push(path);
            } else if is_written && !is_apart {
                files.push(path);
            }
        }
    }
    let unused = unused_words();
    assert!(unused.len() > 20 && files.len() > 300, "{unused:?} in {} files", files.len());
    let mut found = Vec::new();
    for path in files {
        for (number, line) in (1..).zip(texts_of(&path)) {
            let line = STANDING.iter().fold(line, |line, standing| line.replace(standing, "")).replace("运行清单", "");
            found.extend(
                unused
                    .iter()
                    .filter(|word| line.contains(*word))
                    .map(|word| format!("{}:{number}: {word}", path.display())),
            );
        }
    }
    assert!(found.is_empty(), "see src/docs/words.md:\n{}", found.join("\n"));
}

// ── the command line ──────────────────────────────────────────────────────

/// Latin that stays: names of commands, of values, of forms of files.
#[cfg(feature = "cli")]
const NAMES: &str = "huzhu adjudicate check test batch audit template enroll settle ledger balance statement export close pay confirm certificate demo verify extract schema explain init completions man help names titles \
    text json zh en auto always never simple stratified yuan fen open-claims duplicates by-event as-received bash elvish fish powershell zsh \
    JSON Lines CSV TOML HTML Parquet Schema UTF-8 GB18030 MiB true false xlsx K M G 512M 2G 1G huzhu.toml";

/// The words of a text in Latin letters that are no names: what is in backticks, options, and examples are left out.
#[cfg(feature = "cli")]
fn latin(text: &str) -> Vec<String> {
    let is_word = |letter: char| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '.' | '_');
    let names: Vec<&str> = NAMES.split_whitespace().collect();
    let prose = text.lines().filter(|line| !line.trim_start().starts_with("huzhu ")).collect::<Vec<_>>().join("\n");
    let outside = prose.split('`').step_by(2).collect::<Vec<_>>().join(" ");
    let words = outside.split(|letter| !is_word(letter)).map(|word| word.trim_matches('.'));
    let words = words.filter(|word| word.contains(|letter: char| letter.is_ascii_alphabetic()));
    words.filter(|word| !word.starts_with('-') && !names.contains(word)).map(str::to_owned).collect()
}

#[cfg(feature = "cli")]
fn huzhu(arguments: &[&str], lang: Option<&str>) -> (i32, String, String) {
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_huzhu"));
    command.current_dir(env!("CARGO_MANIFEST_DIR")).args(arguments).env_remove("HUZHU_RULES");
    for variable in ["LC_ALL", "LC_MESSAGES", "LANG"] {
        command.env_remove(variable);
    }
    if let Some(lang) = lang {
        command.env("LANG", lang);
    }
    let done = command.output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (done.status.code().unwrap(), text(done.stdout), text(done.stderr))
}

#[cfg(feature = "cli")]
#[test]
fn every_help_is_in_chinese_where_the_reader_is() {
    for command in [""].iter().chain(&COMMANDS) {
        for option in ["-h", "--help"] {
            let arguments: Vec<&str> = [*command, option].into_iter().filter(|argument| !argument.is_empty()).collect();
            let (code, out, err) = huzhu(&arguments, Some("zh_CN.UTF-8"));
            assert_eq!((code, err.as_str()), (0, ""), "{arguments:?}");
            assert!(out.contains("用法：huzhu"), "{out}");
            assert_eq!(latin(&out), Vec::<String>::new(), "{arguments:?}:\n{out}");
            let wide =
                out.lines().find(|line| unicode_width::UnicodeWidthStr::width(*line) > 80 && !line.contains("huzhu"));
            assert_eq!(wide, None, "{arguments:?}");
            let by_option = huzhu(&[&["--lang", "zh"], arguments.as_slice()].concat(), Some("en_US.UTF-8"));
            assert_eq!(by_option.1, out);
            let english = huzhu(&arguments, Some("en_US.UTF-8")).1;
            assert!(!english.contains(" · "), "{english}");
        }
    }
    let (code, _, help) = huzhu(&[], Some("zh_CN.UTF-8"));
    assert_eq!((code, latin(&help)), (2, Vec::new()));
    assert_eq!(huzhu(&["help", "check"], Some("zh_CN")).1, huzhu(&["check", "--help"], Some("zh_CN")).1);
}

#[cfg(feature = "cli")]
#[test]
fn what_is_wrong_with_a_command_line_is_said_in_chinese() {
    let usage = "  帮助: 用法：huzhu check [选项] [规则包]...\n  帮助: 加 `--help` 查看说明\n";
    let expected = [
        (vec!["check", "--x"], format!("错误: 没有选项 `--x`\n{usage}")),
        (
            vec!["check", "--formt", "json"],
            format!("错误: 没有选项 `--formt`\n  帮助: 是否想写 `--format`？\n{usage}"),
        ),
        (
            vec!["check", "--format", "xml"],
            "错误: `xml` 不能作 `--format <格式>` 的值\n  帮助: 可选的值：`text`、`json`\n  帮助: 加 `--help` 查看说明\n".into(),
        ),
    ];
    for (arguments, expected) in expected {
        assert_eq!(huzhu(&arguments, Some("zh_CN.UTF-8")), (2, String::new(), expected), "{arguments:?}");
    }
    let wrong: &[&[&str]] = &[
        &["decide"],
        &["chek"],
        &["adjudicate"],
        &["adjudicate", "a", "b"],
        &["batch", "-c", "a.csv"],
        &["check", "--format"],
        &["check", "--format="],
        &["check", "--format", "text", "--format", "json"],
        &["adjudicate", "a.json", "--what-if", "x"],
        &["adjudicate", "a.json", "--svg", "x.svg"],
        &["adjudicate", "a.json", "--curve", "x", "--certificate", "y", "--what-if", "a=1"],
        &["adjudicate", "a.json", "--hold=x"],
        &["batch", "-ca.csv", "-eb.csv", "-oc.csv", "--memory", "x"],
        &["batch", "-ca.csv", "-eb.csv", "-oc.csv", "--threads", "0"],
        &["batch", "-ca.csv", "-eb.csv", "-oc.csv", "--threads", "x"],
        &["audit", "-ca.csv", "-eb.csv", "-rc.csv", "-od.csv", "--sample", "0"],
        &["audit", "-ca.csv", "-eb.csv", "-rc.csv", "-od.csv", "--sample", "1", "--seed", "x"],
        &["verify"],
        &["verify", "a", "--root", "x"],
        &["init"],
        &["completions", "x"],
        &["man", "x"],
        &["help", "x"],
        &["explain", "no-such-code"],
    ];
    for arguments in wrong {
        let (code, out, err) = huzhu(arguments, Some("zh_CN.UTF-8"));
        assert_eq!((code, out.as_str()), (2, ""), "{arguments:?}");
        assert!(err.starts_with("错误: ") && latin(&err).is_empty(), "{arguments:?} {:?}:\n{err}", latin(&err));
    }
}

/// A new pack for one who reads Chinese is in Chinese alone, but for keys and expressions; and it passes as the English one does.
#[cfg(feature = "cli")]
#[test]
fn a_new_pack_is_in_the_readers_language() {
    let folder = std::env::temp_dir().join(format!("huzhu-chinese-init-{}", std::process::id()));
    let _gone = std::fs::remove_dir_all(&folder);
    let rules = folder.to_string_lossy().into_owned();
    let comments = |name: &str| -> Vec<String> {
        let text = std::fs::read_to_string(folder.join(name)).unwrap();
        text.lines().filter_map(|line| line.split_once('#')).map(|(_, comment)| comment.to_owned()).collect()
    };
    for (plan, lang) in [("chinese", "zh_CN.UTF-8"), ("english", "en_US.UTF-8")] {
        for arguments in [["init", plan], ["check", plan], ["test", plan]] {
            let (code, out, err) = huzhu(&[&arguments[..], &["--rules", &rules]].concat(), Some(lang));
            assert_eq!((code, err.as_str()), (0, ""), "{arguments:?}: {out}");
        }
        for name in [format!("{plan}.toml"), format!("{plan}.cases.toml")] {
            for comment in comments(&name) {
                let is_chinese = comment.contains(|letter| ('\u{4e00}'..='\u{9fff}').contains(&letter));
                let plain = comment.split('`').step_by(2).collect::<String>().split('"').step_by(2).collect::<String>();
                let is_english = plain.contains(|letter: char| letter.is_ascii_alphabetic());
                let is_foreign = if plan == "english" { is_chinese } else { is_english };
                assert!(!is_foreign, "{name}: {comment}");
            }
        }
    }
    let pack = std::fs::read_to_string(folder.join("chinese.toml")).unwrap();
    assert!(pack.contains("value      = \"50元/天\"") && !pack.contains("en = ") && !pack.contains(" yuan"), "{pack}");
    std::fs::remove_dir_all(&folder).unwrap();
}

/// A copy is in the words of its reader, comments and units, and decides as the plan that comes with the program: its cases pass.
#[cfg(feature = "cli")]
#[test]
fn a_copy_of_a_shipped_plan_is_in_the_readers_language() {
    let folder = std::env::temp_dir().join(format!("huzhu-chinese-copies-{}", std::process::id()));
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("rules");
    let plans = shipped.read_dir().unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let plans = plans.filter(|name| name.contains(".toml") && !name.contains(".joint."));
    let plans: std::collections::BTreeSet<String> =
        plans.map(|name| name.split('.').next().unwrap().to_owned()).collect();
    assert!(plans.len() >= 12, "{plans:?}");
    for lang in ["en", "zh"] {
        let _gone = std::fs::remove_dir_all(&folder);
        let rules = folder.to_string_lossy().into_owned();
        for plan in &plans {
            let (code, _, err) = huzhu(&["init", "--from", plan, "--rules", &rules, "--lang", lang], None);
            assert_eq!(code, 0, "{plan}: {err}");
        }
        let mut comments = 0;
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let (copy, original) = (
                std::fs::read_to_string(&path).unwrap(),
                std::fs::read_to_string(shipped.join(path.file_name().unwrap())).unwrap(),
            );
            assert_eq!(copy.lines().count(), original.lines().count());
            for (copied, line) in copy.lines().zip(original.lines()) {
                let (code, comment) = copied.split_once('#').unwrap_or((copied, ""));
                let is_chinese = comment.contains(|letter| ('\u{4e00}'..='\u{9fff}').contains(&letter));
                let english = comment.split('`').step_by(2).collect::<String>();
                let is_english = english.contains(|letter: char| letter.is_ascii_alphabetic());
                assert!(
                    comment.is_empty() || (is_chinese, is_english) == (lang == "zh", lang == "en"),
                    "{}: {copied}",
                    path.display()
                );
                comments += usize::from(!comment.is_empty());
                if lang == "en" {
                    assert_eq!(code, line.split('#').next().unwrap());
                } else {
                    let texts = code.split("en = \"").next().unwrap().split("en  = \"").next().unwrap();
                    let has_unit = [" yuan", " day", " month", " year"].iter().any(|unit| {
                        let before =
                            texts.match_indices(unit).filter_map(|(place, _)| texts[..place].chars().next_back());
                        before.into_iter().any(|last| last.is_ascii_digit())
                    });
                    assert!(!has_unit, "{}: {copied}", path.display());
                }
            }
        }
        assert!(comments > 70, "{comments} comments");
    }
    // the last copy is the one in Chinese
    for command in ["check", "test"] {
        let (code, out, err) = huzhu(&[command, "--rules", &folder.to_string_lossy()], Some("zh_CN.UTF-8"));
        assert_eq!((code, err.as_str()), (0, ""), "{command}: {out}");
    }
    std::fs::remove_dir_all(&folder).unwrap();
}

/// A code of a pack is told by what its condition requires, one of ours by the first sentence of its page.
#[cfg(feature = "cli")]
#[test]
fn a_summary_says_what_its_codes_mean() {
    let folder = std::env::temp_dir().join(format!("huzhu-chinese-summary-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let text = std::fs::read_to_string("rules/cases/claims.csv").unwrap();
    let (claims, out) = (folder.join("c.csv"), folder.join("p.csv"));
    std::fs::write(&claims, text.replacen("2019.87", "?", 1)).unwrap();
    let [claims, out] = [claims, out].map(|path| path.to_string_lossy().into_owned());
    let files = ["batch", "-c", &claims, "-e", "rules/cases/enrollments.csv", "-o", &out];
    let (code, said, err) = huzhu(&files, Some("zh_CN.UTF-8"));
    assert_eq!((code, err.as_str()), (1, ""));
    for told in [
        "\n  1  covered-cause  仅保障意外伤害和猝死，疾病不在保障范围内\n",
        "\n  1  earlier-claim-open  同一会员在同一计划下有一件按顺序在前的理赔申请未结：已暂缓，或因数据有误被退回\n",
        "\n退回的行：共 1 行\n",
    ] {
        assert!(said.contains(told), "{told}:\n{said}");
    }
    std::fs::remove_dir_all(&folder).unwrap();
}

#[cfg(feature = "cli")]
#[test]
fn the_pages_of_codes_and_of_the_manual_are_in_chinese() {
    let (code, list, _) = huzhu(&["explain"], Some("zh_CN.UTF-8"));
    assert_eq!(code, 0);
    for line in list.lines() {
        let text = line.split_once("  ").map_or(line, |(_, text)| text);
        assert_eq!(latin(text), Vec::<String>::new(), "{line}");
    }
    let (code, page, _) = huzhu(&["man", "check"], Some("zh_CN.UTF-8"));
    assert_eq!(code, 0);
    assert!(page.contains(".SH 名称") && page.contains("检查规则包") && !page.contains(".SH NAME"), "{page}");
}
