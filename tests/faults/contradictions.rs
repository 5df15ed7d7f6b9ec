//! Facts that can not all be true: parts above their wholes, sums that do not add up, dates out of order.
