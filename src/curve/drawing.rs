//! A curve as a drawing that needs nothing else. Values and amounts are in hundredths here, places in whole pixels.

use std::fmt::Write as _;

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::{Curve, Piece};
use crate::exact;
use crate::fact::Kind;
use crate::foreign::in_markup;
use crate::money;
use crate::scale::Scale;
use crate::text::Language;

/// As wide as a phone shows without making the letters small.
const WIDE: i128 = 480;
const EDGE: i128 = 12;
/// Where the field ends.
const RIGHT: i128 = WIDE - 2 * EDGE;
const FIELD: i128 = 250;
/// From one line of text to the next.
const LINE: i128 = 19;
/// A line of text takes so many letters, a Chinese sign two of them.
const LETTERS: usize = 68;
const MARKS: i128 = 5;

impl Curve {
    /// The curve as one SVG file: title, unit, marks, each turn with the rule that makes it, and what is paid as the claim is.
    ///
    /// `left` is what joint limits leave for the claim, drawn as a line where the curve goes beyond.
    #[must_use]
    pub fn to_svg(&self, left: Option<Decimal>, language: Language) -> String {
        Drawing::of(self, left, language).into_svg()
    }

    /// What the fact is counted in; nothing of a bare number.
    #[must_use]
    pub fn unit(&self, language: Language) -> &'static str {
        match (self.kind, language) {
            (Kind::Money, Language::Zh) => "元",
            (Kind::Money, Language::En) => "yuan",
            (Kind::Days, Language::Zh) => "天",
            (Kind::Days, Language::En) => "days",
            (Kind::Ratio | Kind::Number | Kind::Date | Kind::YesNo | Kind::Category, _) => "",
        }
    }

    /// A value of the fact as it is shown, without its unit.
    #[must_use]
    pub fn shown(&self, value: Decimal) -> String {
        match self.kind {
            Kind::Money => money::grouped(&money::print(value)),
            Kind::Ratio | Kind::Number | Kind::Days | Kind::Date | Kind::YesNo | Kind::Category => {
                money::grouped(&value.normalize().to_string())
            }
        }
    }

    /// A value with its unit.
    #[must_use]
    pub fn with_unit(&self, value: Decimal, language: Language) -> String {
        let is_one = self.kind == Kind::Days && value == Decimal::ONE;
        match (self.shown(value), self.unit(language)) {
            (value, "") => value,
            (value, "days") if is_one => format!("{value} day"),
            (value, unit) => format!("{value} {unit}"),
        }
    }
}

/// What a drawing shows, as far as something happens, and where.
struct Drawing<'c> {
    curve: &'c Curve,
    left: Option<Decimal>,
    language: Language,
    values: Scale,
    amounts: Scale,
    /// Where the field begins, from the left and from above.
    start: (i128, i128),
    title: String,
    /// The title in lines.
    head: Vec<String>,
    /// The claim and the plan.
    under: Vec<String>,
    svg: String,
}

impl<'c> Drawing<'c> {
    fn of(curve: &'c Curve, left: Option<Decimal>, language: Language) -> Drawing<'c> {
        let (values, amounts) = (values(curve), amounts(curve));
        let title = curve.title.in_language(language);
        let title = match language {
            Language::Zh => format!("应付金额随“{title}”的变化"),
            Language::En => format!("What is payable by “{title}”"),
        };
        let (claim, plan) = (&curve.claim, curve.plan.in_language(language));
        let of = match language {
            Language::Zh => format!("理赔 {claim} · {plan}；其他事实不变"),
            Language::En => format!("claim {claim} · {plan}; all else as it is"),
        };
        let (head, under) = (wrapped(&title, LETTERS.saturating_sub(14)), wrapped(&of, LETTERS));
        let lines = head.len().saturating_add(under.len()).saturating_add(1);
        let lines = i128::try_from(lines).unwrap_or(3);
        let marks = amounts.marks().map(|mark| whole(mark).chars().count()).max().unwrap_or(1);
        let beside = i128::try_from(marks).unwrap_or(0).saturating_mul(8).saturating_add(16);
        let above = lines.saturating_mul(LINE).saturating_add(58);
        Drawing {
            curve,
            left,
            language,
            values,
            amounts,
            start: (beside, above),
            title,
            head,
            under,
            svg: String::new(),
        }
    }

    fn into_svg(mut self) -> String {
        self.titles();
        self.axes();
        self.turns();
        self.line();
        self.joint();
        self.now();
        let high = self.legend();
        let (body, what) = (self.svg, in_markup(&self.title));
        let lang = match self.language {
            Language::Zh => "zh-CN",
            Language::En => "en",
        };
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDE} {high}\" lang=\"{lang}\" role=\"img\" aria-label=\"{what}\" \
             style=\"width:100%;max-width:620px;height:auto\" font-family=\"'Noto Sans CJK SC','PingFang SC','Microsoft YaHei',sans-serif\" \
             font-size=\"13\" fill=\"#1b2530\">\n<title>{what}</title>\n<rect width=\"{WIDE}\" height=\"{high}\" fill=\"#fff\"/>\n{body}</svg>\n"
        )
    }

    /// What is drawn, of which claim, and what is paid as it is.
    fn titles(&mut self) {
        let mut line = 0_i128;
        for words in self.head.clone() {
            line = line.saturating_add(1);
            self.text(
                (EDGE, line.saturating_mul(LINE).saturating_add(4)),
                "start",
                "font-size=\"16\" font-weight=\"700\"",
                &words,
            );
        }
        for words in self.under.clone() {
            line = line.saturating_add(1);
            self.text((EDGE, line.saturating_mul(LINE).saturating_add(6)), "start", FAINT, &words);
        }
        if let Some(now) = self.now_in_words() {
            let y = line.saturating_add(1).saturating_mul(LINE).saturating_add(9);
            let (dot, beside) = (EDGE.saturating_add(5), EDGE.saturating_add(16));
            self.put(&format!("<circle cx=\"{dot}\" cy=\"{}\" r=\"5\" fill=\"{NOW}\"/>", y.saturating_sub(4)));
            self.text((beside, y), "start", "font-weight=\"700\"", &now);
        }
    }

    fn now_in_words(&self) -> Option<String> {
        let (now, paid) = (self.curve.now?, self.curve.payable_now?);
        let (now, paid) = (self.curve.with_unit(now, self.language), money::grouped(&money::print(paid)));
        Some(match self.language {
            Language::Zh => format!("现为 {now}，应付 {paid} 元"),
            Language::En => format!("now {now}: {paid} yuan payable"),
        })
    }

    fn axes(&mut self) {
        let ((left, top), right, bottom) = (self.start, RIGHT, self.bottom());
        for mark in self.amounts.marks() {
            let y = self.y(mark);
            self.put(&format!("<path d=\"M{left} {y}H{right}\" stroke=\"#e4e9ee\"/>"));
            self.text((left.saturating_sub(7), y.saturating_add(4)), "end", "class=\"mark\"", &whole(mark));
        }
        for mark in self.values.marks() {
            let x = self.x(mark);
            self.put(&format!("<path d=\"M{x} {bottom}v5\" stroke=\"#77838f\"/>"));
            let Some(label) = self.value_mark(mark) else { continue };
            self.text((x, bottom.saturating_add(19)), "middle", "class=\"mark\"", &label);
        }
        self.put(&format!("<path d=\"M{left} {top}V{bottom}H{right}\" fill=\"none\" stroke=\"#77838f\"/>"));
        let (title, unit) = (self.curve.title.in_language(self.language), self.curve.unit(self.language));
        let (paid, name) = match (self.language, unit) {
            (Language::Zh, "") => ("应付金额（元）", title.to_owned()),
            (Language::Zh, unit) => ("应付金额（元）", format!("{title}（{unit}）")),
            (Language::En, "") => ("payable, yuan", title.to_owned()),
            (Language::En, unit) => ("payable, yuan", format!("{title}, {unit}")),
        };
        self.text((EDGE, top.saturating_sub(30)), "start", FAINT, paid);
        self.text((right, bottom.saturating_add(38)), "end", FAINT, &name);
    }

    fn value_mark(&self, mark: i128) -> Option<String> {
        match self.curve.kind {
            Kind::Money if self.values.step().rem_euclid(100) == 0 => Some(whole(mark)),
            Kind::Money | Kind::Ratio | Kind::Number | Kind::Days | Kind::Date | Kind::YesNo | Kind::Category => {
                let value = Decimal::try_from_i128_with_scale(mark, 2).ok()?;
                Some(self.curve.shown(value))
            }
        }
    }

    /// A number above each place where something turns; close ones stand in two rows.
    fn turns(&mut self) {
        let (mut last, mut is_raised) = (i128::MIN, false);
        for (number, piece) in turning(self.curve) {
            let from = hundredths(piece.from);
            if from > self.values.high() {
                break;
            }
            let (x, bottom) = (self.x(from), self.bottom());
            is_raised = x.saturating_sub(last) < 18 && !is_raised;
            last = x;
            let y = self.start.1.saturating_sub(if is_raised { 27 } else { 10 });
            self.put(&format!("<path d=\"M{x} {y}V{bottom}\" stroke=\"#9aa5b0\" stroke-dasharray=\"3 3\"/>"));
            self.put(&format!("<circle cx=\"{x}\" cy=\"{y}\" r=\"8\" fill=\"#fff\" stroke=\"#55616d\"/>"));
            self.text((x, y.saturating_add(4)), "middle", "font-size=\"11\"", &number.to_string());
        }
    }

    fn line(&mut self) {
        for piece in &self.curve.pieces {
            let (from, paid) = (hundredths(piece.from), hundredths(piece.payable_from));
            if from > self.values.high() {
                break;
            }
            let (until, last) = seen(piece, self.values.high());
            let (x1, y1, x2, y2) = (self.x(from), self.y(paid), self.x(until), self.y(last));
            self.put(&format!(
                "<path class=\"piece\" d=\"M{x1} {y1}L{x2} {y2}\" stroke=\"#1f5f99\" stroke-width=\"3\" stroke-linecap=\"round\"/>"
            ));
        }
    }

    fn joint(&mut self) {
        let Some(left) = self.left.map(hundredths).filter(|left| self.amounts.contains(*left)) else { return };
        let ((start, _), end, y) = (self.start, RIGHT, self.y(left));
        self.put(&format!(
            "<path d=\"M{start} {y}H{end}\" stroke=\"#9a6b00\" stroke-width=\"2\" stroke-dasharray=\"8 4\"/>"
        ));
    }

    /// A disc where the claim is, and lines to both axes.
    fn now(&mut self) {
        let Some((now, paid)) = self.curve.now.zip(self.curve.payable_now) else { return };
        let (x, y) = (self.x(hundredths(now)), self.y(hundredths(paid)));
        let ((left, _), bottom) = (self.start, self.bottom());
        self.put(&format!(
            "<path d=\"M{x} {bottom}V{y}H{left}\" fill=\"none\" stroke=\"{NOW}\" stroke-dasharray=\"2 3\"/>"
        ));
        self.put(&format!("<circle class=\"now\" cx=\"{x}\" cy=\"{y}\" r=\"5\" fill=\"{NOW}\" stroke=\"#fff\"/>"));
    }

    /// The rules that make the turns; how high the whole drawing is.
    fn legend(&mut self) -> i128 {
        let mut y = self.bottom().saturating_add(64);
        let turns: Vec<(usize, String)> =
            turning(self.curve).map(|(number, piece)| (number, self.turn_in_words(piece))).collect();
        let joint = self.left.map(|left| {
            let left = money::grouped(&money::print(left));
            match self.language {
                Language::Zh => format!("合计限额对本件只余 {left} 元（横线）；曲线为计划本身的给付。"),
                Language::En => format!("A joint limit leaves {left} yuan for this claim (the level line); the curve is what the plan alone pays."),
            }
        });
        let lines =
            turns.into_iter().map(|(number, words)| (Some(number), words)).chain(joint.map(|words| (None, words)));
        for (number, words) in lines {
            if let Some(number) = number {
                let x = EDGE.saturating_add(8);
                self.put(&format!(
                    "<circle cx=\"{x}\" cy=\"{}\" r=\"8\" fill=\"#fff\" stroke=\"#55616d\"/>",
                    y.saturating_sub(4)
                ));
                self.text((x, y), "middle", "font-size=\"11\"", &number.to_string());
            }
            for line in wrapped(&words, LETTERS.saturating_sub(4)) {
                self.text((EDGE.saturating_add(24), y), "start", "", &line);
                y = y.saturating_add(LINE);
            }
            y = y.saturating_add(4);
        }
        y
    }

    fn turn_in_words(&self, piece: &Piece) -> String {
        let from = self.curve.with_unit(piece.from, self.language);
        let rules: Vec<&str> = piece.because.iter().map(|turn| turn.text.in_language(self.language)).collect();
        match self.language {
            Language::Zh => format!("自 {from}起：{}", rules.join("；")),
            Language::En => format!("from {from}: {}", rules.join("; ")),
        }
    }

    fn bottom(&self) -> i128 {
        self.start.1.saturating_add(FIELD)
    }

    fn x(&self, value: i128) -> i128 {
        let (left, _) = self.start;
        left.saturating_add(self.values.place(value, RIGHT.saturating_sub(left)))
    }

    fn y(&self, amount: i128) -> i128 {
        self.bottom().saturating_sub(self.amounts.place(amount, FIELD))
    }

    fn put(&mut self, element: &str) {
        self.svg.push_str(element);
        self.svg.push('\n');
    }

    fn text(&mut self, (x, y): (i128, i128), anchor: &str, look: &str, words: &str) {
        let words = in_markup(words);
        let _infallible =
            writeln!(self.svg, "<text x=\"{x}\" y=\"{y}\" text-anchor=\"{anchor}\" {look}>{words}</text>");
    }
}

const FAINT: &str = "fill=\"#55616d\"";
/// The colour of the claim as it is.
const NOW: &str = "#b3331f";

/// Pieces that begin with a turn, numbered.
fn turning(curve: &Curve) -> impl Iterator<Item = (usize, &Piece)> {
    (1..).zip(curve.pieces.iter().filter(|piece| !piece.because.is_empty()))
}

/// A quarter beyond the last turn, or the value now if that is beyond it; all values if nothing turns.
fn values(curve: &Curve) -> Scale {
    let low = curve.pieces.first().map_or(0, |piece| hundredths(piece.from)).max(0);
    let end = curve.pieces.last().map_or(100, |piece| hundredths(piece.to));
    let last = curve.pieces.last().map_or(0, |piece| hundredths(piece.from));
    let now = curve.now.map_or(0, hundredths);
    let most = match last.max(now) {
        0 => end,
        far => far.saturating_mul(5).div_euclid(4).min(end),
    };
    let unit = match curve.kind {
        Kind::Ratio => 1,
        Kind::Money | Kind::Number | Kind::Days | Kind::Date | Kind::YesNo | Kind::Category => 100,
    };
    let low = if low.saturating_mul(4) < most { low.min(0) } else { low };
    Scale::over(low, most, unit, MARKS)
}

fn amounts(curve: &Curve) -> Scale {
    let most = values(curve).high();
    let shown = curve.pieces.iter().filter(|piece| hundredths(piece.from) <= most);
    let paid = shown.flat_map(|piece| [hundredths(piece.payable_from), seen(piece, most).1]);
    Scale::over(0, paid.max().unwrap_or(1).max(1), 100, MARKS).to_marks()
}

/// Only for the drawing: the last value of a piece that it shows, and what is paid there.
fn seen(piece: &Piece, most: i128) -> (i128, i128) {
    let (from, to) = (hundredths(piece.from), hundredths(piece.to));
    let (low, high) = (hundredths(piece.payable_from), hundredths(piece.payable_to));
    let until = to.min(most.max(from));
    let rise = high.saturating_sub(low).saturating_mul(until.saturating_sub(from));
    (until, low.saturating_add(rise.checked_div(to.saturating_sub(from)).unwrap_or(0)))
}

fn hundredths(value: Decimal) -> i128 {
    exact::multiply(value, Decimal::ONE_HUNDRED).ok().and_then(|value| value.to_i128()).unwrap_or(0)
}

/// A mark of whole yuan.
fn whole(mark: i128) -> String {
    money::grouped(&mark.div_euclid(100).to_string())
}

/// Lines of at most so many letters: between words, and before any Chinese sign but those that end a clause.
fn wrapped(words: &str, most: usize) -> Vec<String> {
    let (mut lines, mut line, mut taken) = (Vec::new(), String::new(), 0_usize);
    for part in parts(words) {
        let width = part.chars().map(letters).fold(0, usize::saturating_add);
        if taken.saturating_add(width) > most && !line.trim().is_empty() {
            lines.push(line.trim().to_owned());
            (line, taken) = (String::new(), 0);
        }
        line.push_str(&part);
        taken = taken.saturating_add(width);
    }
    lines.push(line.trim().to_owned());
    lines
}

/// What is not broken: words with the space behind them, Chinese signs with the punctuation behind them.
fn parts(words: &str) -> Vec<String> {
    let mut parts: Vec<String> = Vec::new();
    let mut before = ' ';
    for letter in words.chars() {
        let is_open = "“（《".contains(before);
        let stays = is_open
            || "，。；：、）”》".contains(letter)
            || (letters(letter) == 1 && letters(before) == 1 && before != ' ')
            || letter == ' ';
        match parts.last_mut().filter(|_| stays) {
            Some(part) => part.push(letter),
            None => parts.push(letter.to_string()),
        }
        before = letter;
    }
    parts
}

/// A Chinese sign is as wide as two letters.
fn letters(letter: char) -> usize {
    if letter >= '\u{2e80}' || "“”".contains(letter) { 2 } else { 1 }
}
