//! Numbers that must be whole, and amounts finer than money.
