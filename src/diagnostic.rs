//! Diagnostics: all that is wrong with a file, where, and what to do.

use std::borrow::Cow;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use serde::Serialize;

use crate::code::Code;
use crate::foreign::{is_control, shown};
use crate::text::{Language, Text, say};

/// A place in a file, in bytes.
pub(crate) type Span = Range<usize>;

/// The control characters of a text that snippets lay out.
const LAID_OUT: [char; 3] = ['\n', '\r', '\t'];

/// A file's name and text.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Source {
    pub(crate) path: String,
    pub(crate) text: String,
}

/// One problem of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    code: Code,
    source: Arc<Source>,
    span: Span,
    message: Text,
    help: Vec<Text>,
    /// It tells only that there are more.
    is_the_last_word: bool,
}

impl Diagnostic {
    /// The stable code; `huzhu explain CODE` prints its page.
    #[must_use]
    pub fn code(&self) -> Code {
        self.code
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.source.path
    }

    /// The bytes of the file that are meant.
    #[must_use]
    pub fn span(&self) -> Range<usize> {
        self.span.clone()
    }

    /// Line and column of the place, both from 1; the column counts characters.
    #[must_use]
    pub fn position(&self) -> (usize, usize) {
        let before = self.source.text.get(..self.span.start).unwrap_or(&self.source.text);
        let line = before.matches('\n').count().saturating_add(1);
        let column = before.rsplit('\n').next().unwrap_or("").chars().count().saturating_add(1);
        (line, column)
    }

    /// What is wrong, in one line.
    #[must_use]
    pub fn message(&self, language: Language) -> &str {
        self.message.in_language(language)
    }

    /// The same in both languages.
    #[cfg(feature = "settle")]
    pub(crate) fn text(&self) -> Text {
        self.message.clone()
    }

    /// What to do about it.
    pub fn help(&self, language: Language) -> impl Iterator<Item = &str> {
        self.help.iter().map(move |help| help.in_language(language))
    }

    /// The problem with the lines it is about, the place underlined; with colour if `styled`.
    #[must_use]
    pub fn render(&self, language: Language, styled: bool) -> String {
        let (text, span) = self.shown_source();
        let path = shown(&self.source.path);
        let snippet = Snippet::source(&*text).path(&*path).annotation(AnnotationKind::Primary.span(span));
        // what stands beside a case that fails is how it came about, not what to do
        let (beside, error_name, beside_name) = match (self.code, language) {
            (Code::CaseFailed, Language::Zh) => (Level::NOTE, "错误", "说明"),
            (Code::CaseFailed, Language::En) => (Level::NOTE, "error", "note"),
            (_, Language::Zh) => (Level::HELP, "错误", "帮助"),
            (_, Language::En) => (Level::HELP, "error", "help"),
        };
        let title = Level::ERROR.with_name(error_name).primary_title(self.message(language)).id(self.code.name());
        let help = self.help(language).map(|help| beside.clone().with_name(beside_name).message(help));
        let report: [Group<'_>; 1] = [title.element(snippet).elements(help)];
        let renderer = if styled { Renderer::styled() } else { Renderer::plain() };
        renderer.render(&report)
    }

    /// The source as it can be shown, and where the place is there.
    fn shown_source(&self) -> (Cow<'_, str>, Span) {
        let text = &*self.source.text;
        let is_hidden = |letter: char| is_control(letter) && !LAID_OUT.contains(&letter);
        if !text.contains(is_hidden) {
            return (Cow::Borrowed(text), self.span.clone());
        }
        let shown = |text: &str| -> String {
            text.chars().map(|letter| if is_hidden(letter) { '\u{fffd}' } else { letter }).collect()
        };
        let place = |place: usize| shown(text.get(..place).unwrap_or_default()).len();
        (Cow::Owned(shown(text)), place(self.span.start)..place(self.span.end))
    }

    pub(crate) fn help_with(&mut self, help: impl IntoIterator<Item = Text>) -> &mut Diagnostic {
        if !self.is_the_last_word {
            self.help.extend(help.into_iter().map(Text::on_one_line));
        }
        self
    }
}

#[derive(Serialize)]
struct Record<'a> {
    code: &'static str,
    path: &'a str,
    line: usize,
    column: usize,
    span: [usize; 2],
    message: &'a Text,
    help: &'a [Text],
}

impl Serialize for Diagnostic {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (line, column) = self.position();
        Record {
            code: self.code.name(),
            path: &self.source.path,
            line,
            column,
            span: [self.span.start, self.span.end],
            message: &self.message,
            help: &self.help,
        }
        .serialize(serializer)
    }
}

/// All problems that were found, by file and in the order of the text: why a pack, a case or worked cases are refused.
///
/// Each has a stable [`Code`], a place, a message and what to do; [`Diagnostic::render`] shows the lines, the place underlined.
///
/// ```
/// let wrong = huzhu::pack::load("my-plan.toml", b"[plan]\nid = \"My Plan\"\n").unwrap_err();
/// for problem in wrong.iter() {
///     let (line, column) = problem.position();
///     eprintln!("{}:{line}:{column}: {} [{}]", problem.path(), problem.message(huzhu::Language::En), problem.code());
/// }
/// assert!(wrong.len() > 1 && wrong.to_string().contains("my-plan.toml"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[serde(transparent)]
pub struct Diagnostics {
    list: Vec<Diagnostic>,
}

impl Diagnostics {
    /// The problems, in order.
    pub fn iter(&self) -> impl Iterator<Item = &Diagnostic> {
        self.list.iter()
    }

    /// Whether nothing is wrong.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// How many problems there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.list.len()
    }

    pub(crate) fn extend(&mut self, others: Diagnostics) {
        self.list.extend(others.list);
    }

    /// Those of one file together, files by name; those of a file stay in their order.
    pub(crate) fn by_file(mut self) -> Diagnostics {
        self.list.sort_by(|a, b| a.path().cmp(b.path()));
        self
    }
}

impl fmt::Display for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, diagnostic) in self.list.iter().enumerate() {
            if number > 0 {
                f.write_str("\n\n")?;
            }
            f.write_str(&diagnostic.render(Language::En, false))?;
        }
        Ok(())
    }
}

impl std::error::Error for Diagnostics {}

/// So many problems of one file are told.
pub const MAX_PROBLEMS: usize = 500;

/// Collects the problems of one file while it is read.
#[derive(Debug)]
pub(crate) struct Findings {
    source: Arc<Source>,
    list: Vec<Diagnostic>,
}

impl Findings {
    pub(crate) fn of(source: Arc<Source>) -> Findings {
        Findings { source, list: Vec::new() }
    }

    pub(crate) fn source(&self) -> &Arc<Source> {
        &self.source
    }

    /// Keeps a problem; beyond [`MAX_PROBLEMS`] the last one says that there are more.
    pub(crate) fn report(&mut self, code: Code, span: &Span, message: Text) -> &mut Diagnostic {
        let span = self.whole_characters(span);
        let source = Arc::clone(&self.source);
        let message = message.on_one_line();
        let mut diagnostic = Diagnostic { code, source, span, message, help: Vec::new(), is_the_last_word: false };
        if self.list.len() >= MAX_PROBLEMS {
            let end = self.source.text.len();
            diagnostic.span = end..end;
            diagnostic.code = Code::TooMany;
            diagnostic.is_the_last_word = true;
            diagnostic.message = say!(
                "问题超过 {MAX_PROBLEMS} 个，其余从略",
                "more than {MAX_PROBLEMS} problems; the rest are left out"
            );
            self.list.pop();
        }
        let place = self.list.len();
        self.list.push(diagnostic);
        #[expect(clippy::indexing_slicing, reason = "it was pushed on the line before")]
        &mut self.list[place]
    }

    /// Whether so many problems were found that no more are told: what would be said of one need not be looked for.
    pub(crate) fn is_full(&self) -> bool {
        self.list.len() >= MAX_PROBLEMS
    }

    /// One of which nothing more is told than that there are more.
    pub(crate) fn one_more(&mut self, code: Code, span: &Span) {
        self.report(code, span, Text::default());
    }

    /// The span within the text, widened to whole characters.
    fn whole_characters(&self, span: &Span) -> Span {
        let text = &self.source.text;
        let (start, end) = (text.floor_char_boundary(span.start), text.ceil_char_boundary(span.end));
        start..end.max(start)
    }

    /// The line of a place in the text, from 1.
    pub(crate) fn line_of(&self, place: usize) -> usize {
        let before = self.source.text.get(..place).unwrap_or_default();
        before.matches('\n').count().saturating_add(1)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Whether the file could be taken apart, so that more can be said of it.
    pub(crate) fn is_readable(&self) -> bool {
        !self.list.iter().any(|diagnostic| matches!(diagnostic.code, Code::Syntax | Code::TooDeep))
    }

    /// The problems in the order of the text; one that is said twice of one place is said once.
    pub(crate) fn into_diagnostics(mut self) -> Diagnostics {
        self.list.sort_by(|a, b| {
            (a.span.start, a.span.end, a.code, &a.message).cmp(&(b.span.start, b.span.end, b.code, &b.message))
        });
        self.list.dedup();
        Diagnostics { list: self.list }
    }
}

/// `did you mean …?` if a known name is near.
pub(crate) fn did_you_mean<'k, I: IntoIterator<Item = &'k str>>(name: &str, known: I) -> Option<Text> {
    let near = crate::names::nearest(name, known)?;
    Some(say!("是否想写 `{near}`？", "did you mean `{near}`?"))
}
