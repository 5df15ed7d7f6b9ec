//! What the parsers of TOML and JSON say, in both languages; they speak English alone.

use crate::text::Text;

/// A parser's remark on TOML.
pub(super) fn of_toml(remark: &str) -> Text {
    let remark = remark.lines().next().unwrap_or_default();
    let (what, expected) = match remark.split_once(", expected ") {
        Some((what, expected)) => (what, Some(expected)),
        None => (remark, None),
    };
    let mut zh = named(TOML, what).map_or_else(|| type_in_the_way(what), str::to_owned);
    match expected {
        None | Some("nothing") => {}
        Some(expected) => {
            let whole = named(EXPECTED, expected).map(|whole| vec![whole]);
            let parts = whole.unwrap_or_else(|| {
                expected.split(", ").map(|part| named(EXPECTED, part).unwrap_or(part)).collect::<Vec<_>>()
            });
            // What is not in the table and is no sign in backticks would be English.
            if parts.iter().all(|part| part.starts_with('`') || !part.is_ascii()) {
                zh.push_str("，此处应为");
                zh.push_str(&parts.join("、"));
            }
        }
    }
    Text { zh: format!("TOML 语法错误：{zh}"), en: remark.to_owned() }
}

/// A parser's remark on JSON.
pub(super) fn of_json(remark: &str) -> Text {
    let zh = named(JSON, remark).unwrap_or_else(|| {
        let is_of_an_escape = remark.starts_with("Invalid unicode escape sequence");
        if is_of_an_escape { "`\\u` 的字符编码不成对，或没有这个字符" } else { "此处的写法有误" }
    });
    let mut letters = remark.chars();
    // One of the two parsers begins with a capital.
    let en = letters.next().map(|first| first.to_ascii_lowercase()).into_iter().chain(letters).collect();
    Text { zh: format!("JSON 语法错误：{zh}"), en }
}

fn named(table: &[(&str, &'static str)], english: &str) -> Option<&'static str> {
    table.iter().find(|(known, _)| *known == english).map(|(_, zh)| *zh)
}

/// What is no fixed text: it names the type that is in the way.
fn type_in_the_way(what: &str) -> String {
    let is_one = what.starts_with("cannot extend value of type ");
    if is_one { "前面已给出值，不能再在其下加键" } else { "此处的写法有误" }.to_owned()
}

#[rustfmt::skip]
const TOML: &[(&str, &str)] = &[
    ("duplicate key", "键重复"),
    ("recursion limit", "嵌套过深"),
    ("cannot recurse further; max recursion depth met", "嵌套过深"),
    ("redundant numeric sign", "多了一个正负号"),
    ("unexpected sign", "此处不能有正负号"),
    ("integers with a radix cannot be signed", "带进制的整数不能有正负号"),
    ("radix must be lowercase", "进制前缀须小写"),
    ("redundant integer number prefix", "整数前缀多余"),
    ("unexpected leading zero", "数的开头不能有零"),
    ("`_` may only go between digits", "`_` 只能夹在数字之间"),
    ("could not allocate for string", "文本过长，内存不足"),
    ("missing opening quote", "缺少开头的引号"),
    ("string values must be quoted", "文本须加引号"),
    ("carriage return must be followed by newline", "回车符之后须有换行符"),
    ("missing escaped value", "反斜杠之后缺少字符，或该字符不能转义"),
    ("too few unicode value digits", "字符编码的位数不足"),
    ("invalid value", "此值无效"),
    ("unquoted keys cannot be empty", "键不能为空"),
    ("invalid unquoted key", "不加引号的键只能用字母、数字、`_` 和 `-`"),
    ("keys cannot be multi-line literal strings", "键不能跨行"),
    ("keys cannot be multi-line basic strings", "键不能跨行"),
    ("missing comment start", "注释须以 `#` 开头"),
    ("invalid comment character", "注释中有不允许的字符"),
    ("unclosed array table", "节名没有写完"),
    ("unclosed table", "节名没有写完"),
    ("key with no value", "此键没有值"),
    ("missing value for key", "此键没有值"),
    ("missing value", "缺少值"),
    ("extra `=`", "多了一个 `=`"),
    ("missing inline table opening", "缺少 `{`"),
    ("missing array opening", "缺少 `[`"),
    ("extra comma in array", "列表中多了一个逗号"),
    ("unexpected `=` in array", "列表中不能有 `=`"),
    ("missing comma between array elements", "列表的两项之间缺少逗号"),
    ("unclosed array", "列表没有写完"),
    ("extra comma in inline table", "花括号中多了一个逗号"),
    ("extra assignment between key-value pairs", "两个键值之间多了一个 `=`"),
    ("missing key for inline table element", "花括号中缺少键"),
    ("missing assignment between key-value pairs", "键与值之间缺少 `=`"),
    ("invalid inline table element", "花括号中有不合写法的内容"),
    ("missing comma between key-value pairs", "两个键值之间缺少逗号"),
    ("unclosed inline table", "花括号没有写完"),
    ("unexpected key or value", "一行只能有一个键值"),
    ("unexpected content between comment and newline", "注释与行末之间有多余的内容"),
    ("unexpected content", "此处有多余的内容"),
    ("invalid key", "键的写法有误"),
    ("invalid key-value pair", "键值的写法有误"),
    ("missing table open", "缺少 `[`"),
    ("invalid string", "文本的写法有误"),
    ("invalid boolean", "是否的写法有误"),
    ("invalid date-time", "日期或时刻的写法有误"),
    ("invalid float", "小数的写法有误"),
    ("invalid integer number", "整数的写法有误"),
    ("invalid hexadecimal number", "十六进制数的写法有误"),
    ("invalid octal number", "八进制数的写法有误"),
    ("invalid binary number", "二进制数的写法有误"),
    ("invalid mantissa", "数的写法有误"),
    ("invalid fraction", "小数点之后须有数字"),
    ("invalid exponent", "指数的写法有误"),
    ("invalid literal string", "文本没有写完，或有不允许的字符"),
    ("invalid basic string", "文本没有写完，或有不允许的字符"),
    ("invalid date", "日期的写法有误"),
    ("invalid time", "时刻的写法有误"),
    ("invalid offset", "时区的写法有误"),
    ("invalid datetime", "日期或时刻的写法有误"),
    ("invalid multi-line literal string", "多行文本没有写完，或有不允许的字符"),
    ("invalid multi-line basic string", "多行文本没有写完，或有不允许的字符"),
];

#[rustfmt::skip]
const EXPECTED: &[(&str, &str)] = &[
    ("key", "键"),
    ("value", "值"),
    ("newline", "换行"),
    ("digits", "数字"),
    ("literal string", "单引号文本"),
    ("basic string", "双引号文本"),
    ("unquoted string", "不加引号的键"),
    ("`-` (MM-DD)", "`-`（月-日）"),
    ("`-` (YYYY-MM) or `:` (HH:MM)", "`-`（年-月）或 `:`（时:分）"),
    ("`:` (HH:MM)", "`:`（时:分）"),
    ("`T` between date and time", "日期与时刻之间的 `T`"),
    ("`Z`, +OFFSET, -OFFSET", "时区"),
    ("a four-digit year (YYYY)", "四位数的年"),
    ("a two-digit day (DD)", "两位数的日"),
    ("a two-digit hour (HH)", "两位数的时"),
    ("a two-digit minute (MM)", "两位数的分"),
    ("a two-digit month (MM)", "两位数的月"),
    ("a two-digit second (SS)", "两位数的秒"),
    ("day", "日"),
    ("hour", "时"),
    ("hours between 00 and 23", "00 至 23 时"),
    ("hour between 00 and 23", "00 至 23 时"),
    ("minute", "分"),
    ("minute between 00 and 59", "00 至 59 分"),
    ("minutes between 00 and 59", "00 至 59 分"),
    ("month", "月"),
    ("month between 01 and 12", "01 至 12 月"),
    ("second", "秒"),
    ("second between 00 and 60", "00 至 60 秒"),
    ("nanosecond", "秒的小数"),
    ("year or hour", "年或时"),
    ("escape", "可转义的字符"),
];

#[rustfmt::skip]
const JSON: &[(&str, &str)] = &[
    ("Comments are not allowed", "不能有注释"),
    ("Expected colon after the string or word in object property", "键之后缺少冒号"),
    ("Expected digit", "此处应为数字"),
    ("Expected digit following negative sign", "负号之后应为数字"),
    ("Expected plus, minus, or digit in number literal", "数的写法有误"),
    ("Expected value after colon in object property", "冒号之后缺少值"),
    ("Expected string for object property", "键须加双引号"),
    ("Text cannot contain more than one JSON value", "文件末尾有多余的内容"),
    ("Trailing commas are not allowed", "最后一项之后不能有逗号"),
    ("Unexpected close brace", "多了一个 `}`"),
    ("Unexpected close bracket", "多了一个 `]`"),
    ("Unexpected colon", "此处不能有冒号"),
    ("Unexpected comma", "此处不能有逗号"),
    ("Unexpected word", "文本须加双引号"),
    ("Unexpected token", "此处有不合写法的内容"),
    ("Unexpected token in object", "花括号中有不合写法的内容"),
    ("Unterminated array", "方括号没有写完"),
    ("Unterminated comment block", "注释没有写完"),
    ("Unterminated object", "花括号没有写完"),
    ("Invalid escape in single quote string", "反斜杠之后的字符不能转义"),
    ("Invalid escape in double quote string", "反斜杠之后的字符不能转义"),
    ("Invalid escape", "反斜杠之后的字符不能转义"),
    ("Expected four hex digits", "`\\u` 之后须有四位十六进制数字"),
    ("Unterminated string literal", "文本没有写完"),
    ("EOF while parsing a list", "方括号没有写完"),
    ("EOF while parsing an object", "花括号没有写完"),
    ("EOF while parsing a string", "文本没有写完"),
    ("EOF while parsing a value", "缺少值"),
    ("expected `:`", "键之后缺少冒号"),
    ("expected `,` or `]`", "两项之间缺少逗号，或方括号没有写完"),
    ("expected `,` or `}`", "两个键值之间缺少逗号，或花括号没有写完"),
    ("expected ident", "只能写 `true`、`false` 或 `null`"),
    ("expected value", "此处应为值"),
    ("expected `\"`", "此处应为双引号"),
    ("invalid escape", "反斜杠之后的字符不能转义"),
    ("invalid number", "数的写法有误"),
    ("number out of range", "数过大"),
    ("invalid unicode code point", "没有这个字符编码"),
    ("key must be a string", "键须加双引号"),
    ("lone leading surrogate in hex escape", "`\\u` 的字符编码不成对"),
    ("trailing characters", "文件末尾有多余的内容"),
    ("control character (\\u0000-\\u001F) found while parsing a string", "文本中的控制字符须写成转义"),
    ("unexpected end of hex escape", "`\\u` 的字符编码不成对"),
    ("recursion limit exceeded", "嵌套过深"),
    ("trailing comma", "最后一项之后不能有逗号"),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn assert_is_chinese(text: &str, remark: &str) {
        let outside: String = text.split('`').step_by(2).collect();
        let rest = outside.replace("TOML", "").replace("JSON", "");
        assert!(!rest.contains(|letter: char| letter.is_ascii_alphabetic()), "{text}");
        assert!(!text.contains("此处的写法有误"), "no Chinese text for `{remark}`");
    }

    #[test]
    #[rustfmt::skip]
    fn what_is_said_of_bad_toml_is_said_in_chinese() {
        let texts = [
            "a", "a =", "= 1", "a = 1 b = 2", "a = [1 2]", "a = [1,", "a = {b = 1", "a = {b = 1 c = 2}", "a = {b}", "a = {= 1}",
            "a = \"x", "a = 'x", "a = \"\"\"x", "a = '''x", "a = 01", "a = 1__0", "a = +-1", "a = 0X1", "a = -0x1", "a = 0xg",
            "a = 1.", "a = 1.e1", "a = 1e", "a = 2025-13-01", "a = 2025-02-30", "a = 2025-1-1", "a = 2025/01/01", "a = 25:00:00",
            "a = 2025-01-01T", "a = tru", "a = yes", "a = nope", "a = i", "a = \"\\q\"", "a = \"\\u12\"", "a = \"\\ud800\"",
            "[a", "[[a]", "[]", "[a]\n[a]", "a = 1\na = 2", "a = 1\n[a.b]", "a = 1\na.b = 2", "[[a]]\n[a]", "a = {}\n[a.b]",
            "a.b = 1\n[a]", "a = 1 # \u{1}", "a b = 1", "a = \r", "住院 = 1", "a = 住院", "]", "}", "a = ]", "a = ,", "a = [,]",
            "a = [=]", "a = {,}", "a = {b = 1,, c = 2}", "a == 1", "\"\"\"a\"\"\" = 1", "'''a''' = 1", "a = \"\u{1}\"", "a = 1 2",
            "a = 2025-01-01 25", "[a] b", "a.= 1", "a = {b == 1}", "a = {]}", "a = [}]", "a = {b = 1]", "a = 12:60:00",
            "a = 2025-01-01T00:00:00+99:00", "a = 0b2", "a = 0o9", "a = inff", "a = nann", "a = \"\"\"\\q\"\"\"", "a = \"x\"y",
        ];
        let mut seen = BTreeSet::new();
        for text in texts {
            let (_, faults) = toml::de::DeTable::parse_recoverable(text);
            assert!(!faults.is_empty(), "{text}");
            for fault in faults {
                assert_is_chinese(&of_toml(fault.message()).zh, fault.message());
                seen.insert(fault.message().to_owned());
            }
        }
        assert!(seen.len() > 40, "{} remarks: {seen:?}", seen.len());
    }

    #[test]
    #[rustfmt::skip]
    fn what_is_said_of_bad_json_is_said_in_chinese() {
        let texts = [
            "", "{", "[", "\"", "{a: 1}", "{\"a\" 1}", "{\"a\": }", "{\"a\": 1,}", "[1,]", "[1 2]", "{\"a\": 1 \"b\": 2}", "1 2",
            "// a", "/* a", "-", "1.", "1e", "tru", "nul", "}", "]", ":", ",", "\"\\q\"", "\"\\u12\"", "\"\\ud800\"",
            "\"\\ud800\\u0041\"", "'a'", "{'a': 1}", "01", "+1", ".5", "1e999", "NaN", "{,}", "{]", "[}", "@", "“a”",
            "{\"a\":: 1}", "/* */ 1",
        ];
        let strict = jsonc_parser::ParseOptions {
            allow_comments: false,
            allow_loose_object_property_names: false,
            allow_trailing_commas: false,
        };
        let mut seen = BTreeSet::new();
        for text in texts {
            let parsed = jsonc_parser::parse_to_ast(text, &jsonc_parser::CollectOptions::default(), &strict);
            let one = parsed.err().map(|fault| fault.kind().to_string());
            let other = serde_json::from_str::<serde::de::IgnoredAny>(text).err().map(|fault| fault.to_string());
            let other = other.and_then(|fault| fault.split(" at line ").next().map(str::to_owned));
            for remark in [one, other].into_iter().flatten() {
                assert_is_chinese(&of_json(&remark).zh, &remark);
                seen.insert(remark);
            }
        }
        assert!(seen.len() > 20, "{} remarks: {seen:?}", seen.len());
    }
}
