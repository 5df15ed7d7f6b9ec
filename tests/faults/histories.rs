//! Earlier claims that are open, and claims that come late.
