//! Arguments of a command: a name, then its value.

/// The value of a name, if it is given.
pub fn value<'a>(arguments: &'a [String], name: &str) -> Option<&'a str> {
    let place = arguments.iter().position(|argument| argument == name)?;
    Some(arguments.get(place + 1).unwrap_or_else(|| panic!("{name} needs a value")).as_str())
}

/// The number of a name, or another where it is not given.
pub fn number(arguments: &[String], name: &str, otherwise: u64) -> u64 {
    let parsed = |text: &str| text.replace('_', "").parse().unwrap_or_else(|_| panic!("{name}: {text}"));
    value(arguments, name).map_or(otherwise, parsed)
}
