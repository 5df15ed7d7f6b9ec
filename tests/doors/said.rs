//! What is said of what is wrong, by whatever door it came in.

use huzhu::{Diagnostics, Error, Language};

const LANGUAGES: [Language; 2] = [Language::Zh, Language::En];

/// There is a problem, and each lies within the file and can be shown in both languages.
pub(super) fn is_located(found: &Diagnostics, bytes: &[u8]) {
    assert!(!found.is_empty(), "the file is refused and nothing is said to be wrong");
    // how a problem is drawn takes long, so of many in one text only some are
    let step = if cfg!(test) { 1 } else { found.iter().count().div_ceil(2) };
    for (number, diagnostic) in found.iter().enumerate() {
        let span = diagnostic.span();
        assert!(span.start <= span.end && span.end <= bytes.len(), "{diagnostic:?} does not lie in the file");
        if let Ok(text) = str::from_utf8(bytes) {
            assert!(text.get(span).is_some(), "{diagnostic:?} splits a character");
        }
        let (line, column) = diagnostic.position();
        assert!(line >= 1 && column >= 1);
        for language in LANGUAGES {
            is_one_line(diagnostic.message(language));
            if number.is_multiple_of(step) {
                assert!(diagnostic.render(language, false).contains(diagnostic.code().name()));
            }
        }
    }
}

/// The error says something in both languages, and is none of our own.
pub(super) fn is_an_answer(error: &Error) {
    assert!(!error.is_bug(), "{error}");
    for language in LANGUAGES {
        is_one_line(error.message(language));
    }
}

fn is_one_line(message: &str) {
    assert!(!message.is_empty() && !message.contains('\n'), "{message:?} is not one line");
}
