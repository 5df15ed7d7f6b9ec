//! Limits over several plans, from every way in.
