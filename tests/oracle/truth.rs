//! Yes, no and not known.

/// `None` is what is not known.
pub(crate) type Truth = Option<bool>;

/// No as soon as one part is no; not known if no part is no and one is not known.
pub(crate) fn all(parts: &[Truth]) -> Truth {
    if parts.contains(&Some(false)) {
        Some(false)
    } else if parts.contains(&None) {
        None
    } else {
        Some(true)
    }
}

/// Yes as soon as one part is yes; not known if no part is yes and one is not known.
pub(crate) fn any(parts: &[Truth]) -> Truth {
    if parts.contains(&Some(true)) {
        Some(true)
    } else if parts.contains(&None) {
        None
    } else {
        Some(false)
    }
}

pub(crate) fn not(part: Truth) -> Truth {
    part.map(|is_so| !is_so)
}

#[test]
fn no_wins_over_not_known_in_all_as_yes_does_in_any() {
    assert_eq!(all(&[None, Some(false), Some(true)]), Some(false));
    assert_eq!(all(&[None, Some(true)]), None);
    assert_eq!(all(&[Some(true), Some(true)]), Some(true));
    assert_eq!(any(&[None, Some(true), Some(false)]), Some(true));
    assert_eq!(any(&[None, Some(false)]), None);
    assert_eq!(not(None), None);
}
