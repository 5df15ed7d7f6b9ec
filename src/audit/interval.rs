//! How sure a share is that was found in a sample: the exact interval of Clopper and Pearson.
//!
//! C. J. Clopper, E. S. Pearson: The use of confidence or fiducial limits illustrated in the case of the binomial. Biometrika 26 (1934), 404-413.
//! A quantile of the beta distribution is no amount: this is one of the two places of the engine where a float is right. Shares come in and go out
//! as millionths.

#![expect(clippy::float_arithmetic, reason = "a quantile of the beta distribution is no money")]
#![expect(clippy::as_conversions, reason = "counts become floats, and shares whole millionths")]
#![expect(clippy::cast_precision_loss, reason = "a sample has far fewer than 2⁵³ claims")]
#![expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share is from 0 to 1")]

use statrs::distribution::{Beta, ContinuousCDF};

const MILLION: f64 = 1_000_000.0;
/// Less than any hit.
const NONE: f64 = 1e-9;

/// The bounds between which the true share lies with this doubt (in millionths), in millionths: rounded outwards.
pub(super) fn clopper_pearson(hits: u64, of: u64, doubt: u64) -> (u64, u64) {
    bounds(hits.min(of) as f64, of as f64, doubt)
}

fn bounds(hits: f64, of: f64, doubt: u64) -> (u64, u64) {
    let tail = doubt as f64 / MILLION / 2.0;
    let low = if hits < NONE { 0.0 } else { quantile(hits, of - hits + 1.0, tail, 0.0) };
    let high = if of - hits < NONE { 1.0 } else { quantile(hits + 1.0, of - hits, 1.0 - tail, 1.0) };
    ((low * MILLION).floor() as u64, (high * MILLION).ceil() as u64)
}

/// A part of a sample.
#[derive(Debug, Clone, Copy)]
pub(super) struct Part {
    pub(super) population: u64,
    pub(super) size: u64,
    pub(super) hits: u64,
}

/// The same for a sample drawn in parts, by the way of Korn and Graubard: the exact interval of as many claims as, drawn from all, would be as sure.
///
/// E. L. Korn, B. I. Graubard: Confidence intervals for proportions with small expected number of positive counts estimated from survey data. Survey
/// Methodology 24 (1998), 193-201. A part of which one claim was drawn, or of which all are alike, adds no variance that could be seen.
pub(super) fn korn_graubard(parts: &[Part], doubt: u64) -> (u64, u64) {
    let population = parts.iter().map(|part| part.population as f64).sum::<f64>();
    let size = parts.iter().map(|part| part.size as f64).sum::<f64>();
    if let [Part { size, hits, .. }] = parts {
        return clopper_pearson(*hits, *size, doubt);
    }
    let (mut share, mut variance) = (0.0, 0.0);
    for part in parts.iter().filter(|part| part.size > 0) {
        let (weight, drawn) = (part.population as f64 / population, part.size as f64);
        let here = part.hits as f64 / drawn;
        share += weight * here;
        variance += weight * weight * here * (1.0 - here) / (drawn - 1.0).max(1.0);
    }
    let as_many = if variance > 0.0 { (share * (1.0 - share) / variance).min(size) } else { size };
    bounds(share * as_many, as_many, doubt)
}

/// Where the beta distribution reaches this share; nowhere is as far off as a bound can be.
fn quantile(a: f64, b: f64, share: f64, nowhere: f64) -> f64 {
    Beta::new(a, b).map_or(nowhere, |beta| beta.inverse_cdf(share))
}

#[cfg(test)]
#[expect(clippy::arithmetic_side_effects, reason = "counts are small")]
mod tests {
    use super::*;

    /// Of tables of the interval, rounded outwards to millionths.
    #[test]
    fn the_bounds_are_those_of_the_tables() {
        assert_eq!(clopper_pearson(0, 10, 50_000), (0, 308_498));
        assert_eq!(clopper_pearson(1, 10, 50_000), (2_528, 445_017));
        assert_eq!(clopper_pearson(5, 10, 50_000), (187_086, 812_914));
        assert_eq!(clopper_pearson(10, 10, 50_000), (691_502, 1_000_000));
        assert_eq!(clopper_pearson(10, 100, 50_000), (49_004, 176_223));
    }

    /// As the continued fraction of Lentz gives them.
    #[test]
    fn the_bounds_are_exact_for_many_claims() {
        assert_eq!(clopper_pearson(5_000, 100_000, 50_000), (48_657, 51_369));
        assert_eq!(clopper_pearson(500_000, 1_000_000, 50_000), (499_019, 500_981));
    }

    /// The definition itself: at the lower bound so many hits or more, at the upper so many or fewer, have half of the doubt.
    #[test]
    fn a_bound_leaves_half_of_the_doubt_on_its_side() {
        for (hits, of) in [(1_u32, 7_u32), (3, 40), (12, 60), (50, 400)] {
            let (low, high) = clopper_pearson(hits.into(), of.into(), 50_000);
            let at_most = |most: u32, share: f64| (0..=most).map(|count| binomial(count, of, share)).sum::<f64>();
            let above = 1.0 - at_most(hits - 1, low as f64 / MILLION);
            let below = at_most(hits, high as f64 / MILLION);
            assert!((above - 0.025).abs() < 1e-4 && (below - 0.025).abs() < 1e-4, "{hits} of {of}: {above} {below}");
        }
    }

    #[test]
    fn parts_that_are_as_the_whole_say_what_the_whole_says() {
        let part = |population, size, hits| Part { population, size, hits };
        let whole = clopper_pearson(20, 400, 50_000);
        assert_eq!(korn_graubard(&[part(4_000, 400, 20)], 50_000), whole);
        let (low, high) = korn_graubard(&[part(2_000, 200, 10), part(2_000, 200, 10)], 50_000);
        assert!(low.abs_diff(whole.0) < 500 && high.abs_diff(whole.1) < 500, "{low} {high} {whole:?}");
        assert_eq!(korn_graubard(&[part(900, 50, 0), part(100, 50, 0)], 50_000), clopper_pearson(0, 100, 50_000));
        let (low, high) = korn_graubard(&[part(900, 90, 0), part(100, 10, 10)], 50_000);
        assert!(low < 100_000 && high > 100_000, "a tenth of all is wrong, as far as is seen");
    }

    fn binomial(count: u32, of: u32, share: f64) -> f64 {
        let ways = (0..count).map(|taken| f64::from(of - taken) / f64::from(count - taken)).product::<f64>();
        ways * share.powi(count.cast_signed()) * (1.0 - share).powi((of - count).cast_signed())
    }
}
