//! What every target asserts of diagnostics.

use huzhu::{Diagnostics, Language};

/// There is a problem, and each lies within the file and can be shown in both languages.
///
/// # Panics
/// If that is not so.
pub fn assert_located(found: &Diagnostics, bytes: &[u8]) {
    assert!(!found.is_empty(), "the file is refused and nothing is said to be wrong");
    for diagnostic in found.iter() {
        let span = diagnostic.span();
        assert!(span.start <= span.end && span.end <= bytes.len(), "{diagnostic:?} does not lie in the file");
        if let Ok(text) = str::from_utf8(bytes) {
            assert!(text.get(span).is_some(), "{diagnostic:?} splits a character");
        }
        let (line, column) = diagnostic.position();
        assert!(line >= 1 && column >= 1);
        for language in [Language::Zh, Language::En] {
            let message = diagnostic.message(language);
            assert!(!message.is_empty() && !message.contains('\n'), "{message:?} is not one line");
            assert!(diagnostic.render(language, false).contains(diagnostic.code().name()));
        }
    }
}
