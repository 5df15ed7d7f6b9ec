//! Slips of the pen: what a recorded amount looks like beside the one that is due.

use crate::code::Code;

/// The typos that lead from what is due to what is recorded, both in fen.
pub(super) fn between(due: i64, recorded: i64) -> Vec<Code> {
    let typos = [
        (Code::SignReversed, is_reversed(due, recorded)),
        (Code::PointMoved, has_moved_point(due, recorded)),
        (Code::DigitsSwapped, has_swapped_digits(due, recorded)),
    ];
    typos.into_iter().filter(|(_, is_so)| *is_so).map(|(typo, _)| typo).collect()
}

fn is_reversed(due: i64, recorded: i64) -> bool {
    due != 0 && due.checked_neg() == Some(recorded)
}

/// By one, two or three places, no digit lost.
fn has_moved_point(due: i64, recorded: i64) -> bool {
    let times = |amount: i64, factor: i64| amount.checked_mul(factor);
    due != 0
        && [10, 100, 1_000]
            .iter()
            .any(|factor| times(due, *factor) == Some(recorded) || times(recorded, *factor) == Some(due))
}

fn has_swapped_digits(due: i64, recorded: i64) -> bool {
    if due.signum().saturating_mul(recorded.signum()) < 0 {
        return false;
    }
    let digits = |amount: i64| format!("{:019}", amount.unsigned_abs()).into_bytes();
    let (due, recorded) = (digits(due), digits(recorded));
    let differ: Vec<usize> = (0..due.len()).filter(|place| due.get(*place) != recorded.get(*place)).collect();
    match *differ {
        [one, other] if other == one.saturating_add(1) => {
            due.get(one) == recorded.get(other) && due.get(other) == recorded.get(one)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_seen_and_nothing_else_is() {
        assert_eq!(between(711_987, -711_987), [Code::SignReversed]);
        assert_eq!(between(711_987, 7_119_870), [Code::PointMoved]);
        assert_eq!(between(711_987, 71_198_700), [Code::PointMoved]);
        assert_eq!(between(711_900, 7_119), [Code::PointMoved]);
        assert_eq!(between(711_987, 171_987), [Code::DigitsSwapped]);
        assert_eq!(between(711_987, 711_978), [Code::DigitsSwapped]);
        assert_eq!(between(101_000, 11_000), [Code::DigitsSwapped]);
        assert_eq!(between(711_987, 911_787), []);
        assert_eq!(between(711_987, 711_988), []);
        assert_eq!(between(711_987, 71_198), [], "a digit is lost");
        assert_eq!(between(0, 0), []);
    }
}
