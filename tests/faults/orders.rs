//! Claims of one event in any order.
