//! The form of names and the nearest known one.

/// Lower case letters and digits joined by single underscores, a letter first: `daily_allowance`.
#[must_use]
pub(crate) fn is_name(text: &str) -> bool {
    is_joined(text, '_')
}

/// Lower case letters and digits joined by single hyphens: `sudden-death`.
#[must_use]
pub(crate) fn is_id(text: &str) -> bool {
    is_joined(text, '-')
}

/// The candidate that a misspelt name most likely means; `None` if none is near.
#[must_use]
pub(crate) fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let allowed = name.chars().count().div_euclid(3).max(1);
    candidates
        .into_iter()
        .map(|candidate| (strsim::osa_distance(name, candidate), candidate))
        .filter(|(distance, _)| *distance <= allowed)
        .min()
        .map(|(_, candidate)| candidate)
}

fn is_joined(text: &str, joint: char) -> bool {
    text.len() <= 64
        && text.starts_with(|c: char| c.is_ascii_lowercase())
        && text
            .split(joint)
            .all(|part| !part.is_empty() && part.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit()))
}
