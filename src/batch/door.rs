//! The door.
mod vocabulary;
pub(crate) use vocabulary::Vocabulary;
