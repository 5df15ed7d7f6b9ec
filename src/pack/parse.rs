//! Expression text to [`Syntax`]: a lexer and a precedence climber.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::syntax::{Literal, NOT_STRENGTH, Operator, Set, Syntax, Term, Unit};
use crate::code::Code;
use crate::diagnostic::Span;
use crate::document::full_width;
use crate::fact::{Holder, Kind, STANDARD};
use crate::spelling::Spelt;
use crate::text::{Text, say};
use crate::titles::{Called, Titles};
use crate::{calendar, exact};

/// An expression has at most 4 KiB.
pub const MAX_EXPRESSION_BYTES: usize = 4096;
/// Expressions nest at most 64 deep.
pub const MAX_EXPRESSION_DEPTH: usize = 64;

/// Why a text is no expression, and where in the text.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) code: Code,
    pub(crate) span: Span,
    pub(crate) message: Text,
    pub(crate) help: Option<Text>,
    /// Whether the place holds a Chinese word that is none of the rule language; it may be a title of the pack.
    pub(crate) is_foreign_word: bool,
}

impl Fault {
    fn syntax(span: Span, message: Text) -> Fault {
        Fault { code: Code::ExpressionSyntax, span, message, help: None, is_foreign_word: false }
    }
}

/// Reads an expression; spans count from the start of the text. A number that is written as people do is answered with how it is written here.
pub(crate) fn expression(text: &str) -> Result<Syntax, Fault> {
    strictly(text).map_err(|fault| match plainly(text) {
        Some(plain) => Fault { help: Some(say!("写作 `{plain}`", "write `{plain}`"; plain)), ..fault },
        None => fault,
    })
}

/// The same of an expression of our own, which every pack reads: each is parsed once.
pub(crate) fn standard(text: &str) -> Option<Arc<Syntax>> {
    static PARSED: Mutex<BTreeMap<Box<str>, Arc<Syntax>>> = Mutex::new(BTreeMap::new());
    let mut parsed = PARSED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(syntax) = parsed.get(text) {
        return Some(Arc::clone(syntax));
    }
    let syntax = Arc::new(strictly(text).ok()?);
    parsed.insert(text.into(), Arc::clone(&syntax));
    Some(syntax)
}

fn strictly(text: &str) -> Result<Syntax, Fault> {
    let mut parser = Parser::of(text)?;
    let syntax = parser.expression(0)?;
    match parser.next() {
        (Token::End, _) => Ok(syntax),
        (token, span) => {
            let token = token.said();
            Err(Fault::syntax(span, say!("表达式之后多出{token}", "{token} follows a complete expression"; token)))
        }
    }
}

/// Reads a number with its unit, or a date: the value of a figure.
pub(crate) fn literal(text: &str) -> Result<Syntax, Fault> {
    let syntax = expression(text)?;
    match syntax.term {
        Term::Number(_) | Term::Date(_) => Ok(syntax),
        Term::Name(_) | Term::Call(..) | Term::Binary(..) | Term::Within(..) | Term::Not(_) | Term::If(_) => {
            let message = say!("此处应为带单位的数或日期", "a number with its unit or a date is expected here");
            Err(Fault { help: Some(literal_forms()), ..Fault::syntax(syntax.span, message) })
        }
    }
}

/// What people write in a number with its unit, and what stands for it in a pack.
const WRITTEN_BY_PEOPLE: [(&str, &str); 21] = [
    ("人民币", ""),
    ("￥", ""),
    ("¥", ""),
    ("每天", "/天"),
    ("每日", "/天"),
    ("一天", "/天"),
    ("/日", "/天"),
    ("块钱", "元"),
    ("块", "元"),
    ("圆", "元"),
    ("元整", "元"),
    ("个自然日", "天"),
    ("自然日", "天"),
    ("日历日", "天"),
    ("日", "天"),
    ("days/", "days"),
    ("RMB", "yuan"),
    ("CNY", "yuan"),
    ("per day", "/day"),
    ("a day", "/day"),
    ("/ days", "/day"),
];

/// How a number is written in a pack that is written as people do: `130,000元`, `13万元`, `60元每天`, `八十%` is none.
fn plainly(text: &str) -> Option<Text> {
    let mut plain: String = text.chars().map(crate::spelling::half_width).collect();
    for (written, stands_for) in WRITTEN_BY_PEOPLE {
        plain = plain.replace(written, stands_for);
    }
    let without_commas = without_thousands(plain.trim())?;
    let in_full = in_full(&without_commas)?;
    let in_full = in_full.replace("//", "/");
    let is_month = in_full.strip_suffix('月').filter(|before| before.ends_with(|last: char| last.is_ascii_digit()));
    let in_full = is_month.map_or(in_full.clone(), |before| format!("{before}个月"));
    let (Term::Number(literal), true) = (strictly(&in_full).ok()?.term, in_full != text) else { return None };
    Some(literal.said())
}

/// The text without commas that part digits in threes; `None` if a comma stands elsewhere.
fn without_thousands(text: &str) -> Option<String> {
    let mut parts = text.split(',');
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let digits = part.chars().take_while(char::is_ascii_digit).count();
        if digits != 3 || !plain.ends_with(|last: char| last.is_ascii_digit()) {
            return None;
        }
        plain.push_str(part);
    }
    Some(plain)
}

/// The text with 千, 万 and 亿 behind its digits as zeros.
fn in_full(text: &str) -> Option<String> {
    let digits = number_length(text);
    let (written, rest) = text.split_at_checked(digits).filter(|(written, _)| !written.is_empty())?;
    let zeros = |rest: &str| match rest.chars().next() {
        Some('千') => Some(Decimal::ONE_THOUSAND),
        Some('万') => Some(Decimal::from(10_000_u32)),
        Some('亿') => Some(Decimal::from(100_000_000_u32)),
        Some(_) | None => None,
    };
    let Some(times) = zeros(rest) else { return Some(text.to_owned()) };
    let number: String = written.chars().filter(|letter| *letter != '_').collect();
    let number = exact::multiply(exact::parse(&number).ok()?, times).ok()?.normalize();
    let mut unit = rest.chars();
    unit.next();
    Some(format!("{number}{}", unit.as_str()))
}

fn literal_forms() -> Text {
    say!(
        "写法：`50元`、`50元/天`、`80%`、`30天`、`3个月`、`2`、`2025-01-01`",
        "write `50 yuan`, `50 yuan/day`, `80%`, `30 days`, `3 months`, `2` or `2025-01-01`"
    )
}

#[derive(Debug, Clone, PartialEq)]
enum Token {
    Number(Decimal),
    Date(NaiveDate),
    Word(String),
    Symbol(&'static str),
    End,
}

impl Token {
    /// As it is quoted in a message.
    fn said(&self) -> Text {
        match self {
            Token::Number(number) => say!(" `{number}`", "`{number}`"),
            Token::Date(date) => say!(" `{date}`", "`{date}`"),
            Token::Word(word) => say!(" `{word}`", "`{word}`"),
            Token::Symbol(symbol) => say!(" `{symbol}`", "`{symbol}`"),
            Token::End => say!("结尾", "the end"),
        }
    }
}

/// Longer symbols first. The last are units in Chinese; they stand where the English ones do.
const SYMBOLS: [&str; 21] = [
    "..=", "..", "<=", ">=", "!=", "==", "(", ")", "[", "]", ",", "+", "-", "*", "/", "=", "<", ">", "元", "天", "个月",
];

/// Words of Chinese for those of the rule language.
const CHINESE_WORDS: [(&str, &str); 11] = [
    ("且", "and"),
    ("并且", "and"),
    ("和", "and"),
    ("或", "or"),
    ("或者", "or"),
    ("非", "not"),
    ("不是", "not"),
    ("若", "if"),
    ("如果", "if"),
    ("则", "then"),
    ("否则", "else"),
];

struct Lexer<'t> {
    text: &'t str,
    at: usize,
}

impl Lexer<'_> {
    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn token(&mut self) -> Result<(Token, Span), Fault> {
        let blank = self.rest().len().saturating_sub(self.rest().trim_start().len());
        self.at = self.at.saturating_add(blank);
        let start = self.at;
        let rest = self.rest();
        let Some(first) = rest.chars().next() else { return Ok((Token::End, start..start)) };
        if first.is_ascii_digit() {
            return self.number(start);
        }
        if first.is_ascii_alphabetic() {
            let length = word_length(rest);
            let word = rest.get(..length).unwrap_or_default().to_owned();
            self.at = start.saturating_add(length);
            return Ok((Token::Word(word), start..self.at));
        }
        if let Some(symbol) = SYMBOLS.into_iter().find(|symbol| rest.starts_with(symbol)) {
            self.at = start.saturating_add(symbol.len());
            return Ok((Token::Symbol(symbol), start..self.at));
        }
        if first == '%' {
            self.at = start.saturating_add(1);
            return Ok((Token::Symbol("%"), start..self.at));
        }
        Err(self.foreign(start, first))
    }

    /// What is nothing in an expression: a full-width sign, a Chinese word, any other sign.
    fn foreign(&self, start: usize, first: char) -> Fault {
        let rest = self.rest();
        if let Some((length, plain)) = full_width::run(rest) {
            let signs = rest.get(..length).unwrap_or_default();
            let span = start..start.saturating_add(length);
            let message = match signs {
                "×" | "✕" | "≥" | "≧" | "≤" | "≦" | "≠" | "−" | "–" | "—" => {
                    say!("表达式中不写 `{signs}`", "an expression takes no `{signs}`")
                }
                _ => say!(
                    "`{signs}` 是全角符号，表达式中须用半角",
                    "`{signs}` is full-width; an expression takes plain signs"
                ),
            };
            let help =
                if plain.contains(['"', '\'']) { no_quotes() } else { say!("写作 `{plain}`", "write `{plain}`") };
            let is_of_use = plain.contains(['"', '\'']) || Lexer::is_plain(&plain);
            return Fault { help: is_of_use.then_some(help), ..Fault::syntax(span, message) };
        }
        if first.is_alphabetic() {
            let word: String = rest.chars().take_while(|letter| letter.is_alphabetic() && !letter.is_ascii()).collect();
            let span = start..start.saturating_add(word.len());
            let follows_a_number = self.text.get(..start).is_some_and(|before| {
                before.trim_end().ends_with(|letter: char| letter.is_ascii_digit() || letter == '/')
            });
            if follows_a_number {
                let message = say!("没有 `{word}` 这个单位", "no unit is named `{word}`");
                return Fault { help: Some(literal_forms()), ..Fault::syntax(span, message) };
            }
            let message = say!("表达式中不能有 `{word}`", "`{word}` means nothing in an expression");
            return Fault {
                help: Some(in_the_rule_language(&word)),
                is_foreign_word: true,
                ..Fault::syntax(span, message)
            };
        }
        let span = start..start.saturating_add(first.len_utf8());
        let help = matches!(first, '"' | '\'').then(no_quotes);
        Fault {
            help,
            ..Fault::syntax(span, say!("表达式中不能有 `{first}`", "`{first}` means nothing in an expression"))
        }
    }

    /// Whether this, typed instead, can stand in an expression.
    fn is_plain(text: &str) -> bool {
        text.chars().all(|letter| {
            letter.is_ascii_alphanumeric()
                || matches!(letter, ' ' | '%' | '.' | '_' | '!')
                || SYMBOLS.iter().any(|symbol| symbol.contains(letter))
        })
    }

    fn number(&mut self, start: usize) -> Result<(Token, Span), Fault> {
        let rest = self.rest();
        if let Some(date) = rest.get(..10).filter(|text| is_date_form(text)) {
            let span = start..start.saturating_add(10);
            let date = calendar::parse(date)
                .ok_or_else(|| Fault::syntax(span.clone(), say!("没有 `{date}` 这一天", "there is no day `{date}`")))?;
            self.at = span.end;
            return Ok((Token::Date(date), span));
        }
        let length = number_length(rest);
        let written = rest.get(..length).unwrap_or_default();
        let span = start..start.saturating_add(length);
        let digits: String = written.chars().filter(|c| *c != '_').collect();
        let number = exact::parse(&digits).map_err(|fault| {
            let message = match fault {
                exact::Malformed::NotANumber => say!("`{written}` 不是数", "`{written}` is not a number"),
                exact::Malformed::TooManyDigits => {
                    say!(
                        "`{written}` 位数过多：小数点前最多15位，后最多8位",
                        "`{written}` has too many digits: at most 15 before and 8 after the point"
                    )
                }
            };
            Fault::syntax(span.clone(), message)
        })?;
        self.at = span.end;
        Ok((Token::Number(number), span))
    }
}

fn is_date_form(text: &str) -> bool {
    text.bytes()
        .enumerate()
        .all(|(place, byte)| if matches!(place, 4 | 7) { byte == b'-' } else { byte.is_ascii_digit() })
}

/// Digits and underscores, and a point only with a digit after it, so that `16..60` is a range.
fn number_length(text: &str) -> usize {
    let bytes = text.as_bytes();
    let is = |place: usize, test: fn(&u8) -> bool| bytes.get(place).is_some_and(test);
    let mut length = 0_usize;
    let mut seen_point = false;
    loop {
        let next = length.saturating_add(1);
        if is(length, |byte| byte.is_ascii_digit() || *byte == b'_') {
            length = next;
        } else if !seen_point && is(length, |byte| *byte == b'.') && is(next, u8::is_ascii_digit) {
            seen_point = true;
            length = next;
        } else {
            return length;
        }
    }
}

/// Letters, digits, underscores; a hyphen or (as in `prior.paid`) a point only between two of them.
fn word_length(text: &str) -> usize {
    let bytes = text.as_bytes();
    let is_word = |place: usize| bytes.get(place).is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
    let mut length = 0_usize;
    loop {
        let next = length.saturating_add(1);
        if is_word(length) || (matches!(bytes.get(length), Some(b'-' | b'.')) && is_word(next)) {
            length = next;
        } else {
            return length;
        }
    }
}

struct Parser {
    tokens: Vec<(Token, Span)>,
    at: usize,
    depth: usize,
}

impl Parser {
    fn of(text: &str) -> Result<Parser, Fault> {
        let size = text.len();
        if size > MAX_EXPRESSION_BYTES {
            let message = say!(
                "表达式有 {size} 字节，上限为 {MAX_EXPRESSION_BYTES}",
                "the expression has {size} bytes, at most {MAX_EXPRESSION_BYTES} are read"
            );
            return Err(Fault {
                code: Code::ExpressionTooLong,
                span: 0..size,
                message,
                help: None,
                is_foreign_word: false,
            });
        }
        let mut lexer = Lexer { text, at: 0 };
        let mut tokens = Vec::new();
        loop {
            let (token, span) = lexer.token()?;
            let ended = token == Token::End;
            tokens.push((token, span));
            if ended {
                return Ok(Parser { tokens, at: 0, depth: 0 });
            }
        }
    }

    fn peek(&self) -> &Token {
        self.tokens.get(self.at).map_or(&Token::End, |(token, _)| token)
    }

    fn next(&mut self) -> (Token, Span) {
        let token = self.tokens.get(self.at).or(self.tokens.last()).cloned();
        self.at = self.at.saturating_add(1);
        token.unwrap_or((Token::End, 0..0))
    }

    fn takes(&mut self, symbol: &str) -> bool {
        let found = matches!(self.peek(), Token::Symbol(found) if *found == symbol);
        if found {
            self.at = self.at.saturating_add(1);
        }
        found
    }

    fn peek_word(&self, word: &str) -> bool {
        matches!(self.peek(), Token::Word(found) if found == word)
    }

    fn expect(&mut self, symbol: &'static str) -> Result<Span, Fault> {
        let (token, span) = self.next();
        if token == Token::Symbol(symbol) {
            return Ok(span);
        }
        let token = token.said();
        Err(Fault::syntax(span, say!("此处应为 `{symbol}`，却是{token}", "expected `{symbol}`, found {token}"; token)))
    }

    fn expect_word(&mut self, word: &'static str) -> Result<(), Fault> {
        let (token, span) = self.next();
        if token == Token::Word(word.to_owned()) {
            return Ok(());
        }
        let token = token.said();
        Err(Fault::syntax(span, say!("此处应为 `{word}`，却是{token}", "expected `{word}`, found {token}"; token)))
    }

    /// Everything that binds at least as tightly as `strength`.
    fn expression(&mut self, strength: u8) -> Result<Syntax, Fault> {
        self.depth = self.depth.saturating_add(1);
        if self.depth > MAX_EXPRESSION_DEPTH {
            let (_, span) = self.next();
            let message = say!(
                "表达式嵌套超过 {MAX_EXPRESSION_DEPTH} 层",
                "the expression nests more than {MAX_EXPRESSION_DEPTH} deep"
            );
            return Err(Fault { code: Code::TooDeep, span, message, help: None, is_foreign_word: false });
        }
        let mut left = self.operand()?;
        let mut operators = 0_usize;
        loop {
            if strength <= 4 && self.peek_word("in") {
                let (_, place) = self.next();
                refuse_chain(&left, place)?;
                left = self.within(left)?;
                continue;
            }
            let Some(operator) = self.operator().filter(|operator| operator.strength() >= strength) else { break };
            let (_, place) = self.next();
            if operator.strength() == 4 {
                refuse_chain(&left, place)?;
            }
            let right = self.expression(operator.strength().saturating_add(1))?;
            let span = left.span.start..right.span.end;
            left = Syntax { span, term: Term::Binary(operator, Box::new([left, right])) };
            // A chain leans to the left, so its length is its depth.
            operators = operators.saturating_add(1);
            if operators > MAX_EXPRESSION_DEPTH {
                let message = say!(
                    "表达式嵌套超过 {MAX_EXPRESSION_DEPTH} 层",
                    "the expression nests more than {MAX_EXPRESSION_DEPTH} deep"
                );
                return Err(Fault {
                    code: Code::TooDeep,
                    span: left.span,
                    message,
                    help: None,
                    is_foreign_word: false,
                });
            }
        }
        self.depth = self.depth.saturating_sub(1);
        Ok(left)
    }

    fn operator(&self) -> Option<Operator> {
        Some(match self.peek() {
            Token::Word(word) if word == "or" => Operator::Or,
            Token::Word(word) if word == "and" => Operator::And,
            Token::Symbol("=" | "==") => Operator::Equal,
            Token::Symbol("!=") => Operator::Unequal,
            Token::Symbol("<") => Operator::Less,
            Token::Symbol("<=") => Operator::AtMost,
            Token::Symbol(">") => Operator::Greater,
            Token::Symbol(">=") => Operator::AtLeast,
            Token::Symbol("+") => Operator::Add,
            Token::Symbol("-") => Operator::Subtract,
            Token::Symbol("*") => Operator::Times,
            Token::Word(_) | Token::Symbol(_) | Token::Number(_) | Token::Date(_) | Token::End => return None,
        })
    }

    fn operand(&mut self) -> Result<Syntax, Fault> {
        let (token, span) = self.next();
        match token {
            Token::Number(number) => self.measured(number, span),
            Token::Date(date) => Ok(Syntax { span, term: Term::Date(date) }),
            Token::Symbol("(") => {
                let inner = self.expression(0)?;
                self.expect(")")?;
                Ok(inner)
            }
            Token::Word(word) => match word.as_str() {
                "not" => {
                    let inner = self.expression(NOT_STRENGTH)?;
                    Ok(Syntax { span: span.start..inner.span.end, term: Term::Not(Box::new(inner)) })
                }
                "if" => self.choice(span.start),
                "and" | "or" | "in" | "then" | "else" => {
                    Err(Fault::syntax(span, say!("此处应为值，却是 `{word}`", "expected a value, found `{word}`")))
                }
                _ if self.takes("(") => self.call(word, span.start),
                _ => Ok(Syntax { span, term: Term::Name(word) }),
            },
            Token::Symbol(_) | Token::End => {
                let token = token.said();
                Err(Fault::syntax(span, say!("此处应为值，却是{token}", "expected a value, found {token}"; token)))
            }
        }
    }

    fn choice(&mut self, start: usize) -> Result<Syntax, Fault> {
        let condition = self.expression(0)?;
        self.expect_word("then")?;
        let then = self.expression(0)?;
        self.expect_word("else")?;
        let otherwise = self.expression(0)?;
        Ok(Syntax { span: start..otherwise.span.end, term: Term::If(Box::new([condition, then, otherwise])) })
    }

    fn call(&mut self, function: String, start: usize) -> Result<Syntax, Fault> {
        let mut arguments = Vec::new();
        if *self.peek() != Token::Symbol(")") {
            arguments.push(self.expression(0)?);
            while self.takes(",") {
                arguments.push(self.expression(0)?);
            }
        }
        let close = self.expect(")")?;
        Ok(Syntax { span: start..close.end, term: Term::Call(function, arguments) })
    }

    fn within(&mut self, subject: Syntax) -> Result<Syntax, Fault> {
        let start = subject.span.start;
        if self.takes("[") {
            let mut names = vec![self.operand()?];
            while self.takes(",") {
                names.push(self.operand()?);
            }
            let close = self.expect("]")?;
            return Ok(Syntax { span: start..close.end, term: Term::Within(Box::new(subject), Set::Names(names)) });
        }
        let from = self.expression(5)?;
        let closed = self.takes("..=");
        if closed || self.takes("..") {
            let to = self.expression(5)?;
            let span = start..to.span.end;
            let set = Set::Range { from: Box::new(from), to: Box::new(to), closed };
            return Ok(Syntax { span, term: Term::Within(Box::new(subject), set) });
        }
        let span = start..from.span.end;
        Ok(Syntax { span, term: Term::Within(Box::new(subject), Set::List(Box::new(from))) })
    }

    /// A number with the unit that follows it.
    fn measured(&mut self, number: Decimal, span: Span) -> Result<Syntax, Fault> {
        let start = span.start;
        let literal = |number, unit, percent, end| {
            Ok(Syntax { span: start..end, term: Term::Number(Literal { number, unit, percent }) })
        };
        if self.takes("%") {
            let ratio = exact::multiply(number, Decimal::new(1, 2))
                .map_err(|_| Fault::syntax(span.clone(), say!("百分数位数过多", "a percentage of too many digits")))?;
            return literal(ratio, Unit::Plain, true, span.end.saturating_add(1));
        }
        let unit = match self.peek() {
            Token::Symbol("元") => Unit::Yuan,
            Token::Symbol("天") => Unit::Day,
            Token::Symbol("个月") => Unit::Month,
            Token::Number(_) | Token::Date(_) | Token::Symbol(_) | Token::End => {
                return literal(number, Unit::Plain, false, span.end);
            }
            Token::Word(word) => match word.as_str() {
                "yuan" => Unit::Yuan,
                "day" | "days" => Unit::Day,
                "month" | "months" => Unit::Month,
                "and" | "or" | "in" | "then" | "else" => return literal(number, Unit::Plain, false, span.end),
                _ => {
                    let message = say!("没有 `{word}` 这个单位", "no unit is named `{word}`");
                    let (_, place) = self.next();
                    return Err(Fault { help: Some(literal_forms()), ..Fault::syntax(place, message) });
                }
            },
        };
        let (_, place) = self.next();
        if unit == Unit::Yuan && self.takes("/") {
            let (token, place) = self.next();
            if !matches!(&token, Token::Symbol("天")) && token != Token::Word("day".to_owned()) {
                let message = say!("`元/` 之后只能是 `天`", "only `day` can follow `yuan/`");
                return Err(Fault::syntax(place, message));
            }
            return literal(number, Unit::YuanPerDay, false, place.end);
        }
        literal(number, unit, false, place.end)
    }
}

fn no_quotes() -> Text {
    say!("表达式中的取值不加引号，如 `cause = accident`", "values in an expression have no quotes: `cause = accident`")
}

/// How a Chinese word is written in an expression: that of a standard fact or of one of its values, or a word of the language.
fn in_the_rule_language(word: &str) -> Text {
    let of_the_language = CHINESE_WORDS.iter().find(|(zh, _)| *zh == word).map(|(_, en)| *en);
    match of_the_language.map(str::to_owned).or_else(|| of_a_fact(word)) {
        Some(name) => say!("`{word}` 写作 `{name}`", "`{word}` is written `{name}`"),
        None => say!(
            "表达式中的名称一律用英文字母书写，如 `hospital_days`",
            "names in an expression are in English letters, such as `hospital_days`"
        ),
    }
}

/// The name of the standard fact, or of the value of one, that has this title.
fn of_a_fact(word: &str) -> Option<String> {
    let titles = Titles::standard();
    for holder in [Holder::Claim, Holder::Enrollment] {
        if let Called::One(name) = titles.find(holder, word) {
            return Some(name.to_owned());
        }
    }
    STANDARD.iter().filter(|fact| fact.kind == Kind::Category).find_map(|fact| match fact.word(word) {
        Spelt::Meant(name) => Some(name.to_owned()),
        Spelt::Exact | Spelt::Near(_) | Spelt::Other => None,
    })
}

/// Two comparisons are not chained; the place is that of the second.
fn refuse_chain(left: &Syntax, place: Span) -> Result<(), Fault> {
    if !is_comparison(left) {
        return Ok(());
    }
    let message = say!("比较不能连写", "comparisons cannot be chained");
    let help = say!("用 `and` 连接两个比较", "join two comparisons with `and`");
    Err(Fault { help: Some(help), ..Fault::syntax(place, message) })
}

fn is_comparison(syntax: &Syntax) -> bool {
    match &syntax.term {
        Term::Binary(operator, _) => operator.strength() == 4,
        Term::Within(..) => true,
        Term::Number(_) | Term::Date(_) | Term::Name(_) | Term::Call(..) | Term::Not(_) | Term::If(_) => false,
    }
}
