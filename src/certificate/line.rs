//! What a line of a batch says of itself, which is not yet believed.

use std::borrow::Cow;

use serde::Deserialize;
use serde::de::IgnoredAny;

/// A line of a batch.
pub(super) enum Line<'l> {
    Program {
        digest: Cow<'l, str>,
    },
    Certificate {
        claim: Cow<'l, str>,
        enrollment: Cow<'l, str>,
        digest: [u8; 32],
        program_digest: Cow<'l, str>,
    },
    /// How a claim without a certificate moves its account.
    Move,
    End {
        count: u64,
        root: Cow<'l, str>,
    },
}

/// The members of all kinds that are of interest here.
#[derive(Deserialize)]
struct Stated<'l> {
    #[serde(borrow)]
    claim: Option<Cow<'l, str>>,
    #[serde(borrow)]
    enrollment: Option<Cow<'l, str>>,
    #[serde(borrow)]
    digest: Option<Cow<'l, str>>,
    #[serde(borrow)]
    program_digest: Option<Cow<'l, str>>,
    posting: Option<IgnoredAny>,
    reversal: Option<IgnoredAny>,
    count: Option<u64>,
    #[serde(borrow)]
    root: Option<Cow<'l, str>>,
}

impl Line<'_> {
    /// `None` if it is not a line of a batch.
    pub(super) fn read(line: &str) -> Option<Line<'_>> {
        let stated: Stated<'_> = serde_json::from_str(line).ok()?;
        let Stated { claim, enrollment, digest, program_digest, posting, reversal, count, root } = stated;
        if posting.is_some() || reversal.is_some() {
            return Some(Line::Move);
        }
        match (claim, program_digest) {
            (Some(claim), Some(program_digest)) => {
                let digest = from_hexadecimal(&digest?)?;
                Some(Line::Certificate { claim, enrollment: enrollment?, digest, program_digest })
            }
            (None, Some(digest)) => Some(Line::Program { digest }),
            (None, None) => Some(Line::End { count: count?, root: root? }),
            (Some(_), None) => None,
        }
    }
}

fn from_hexadecimal(text: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    let is_whole = text.len() == 64 && text.is_ascii();
    for (place, byte) in bytes.iter_mut().enumerate().filter(|_| is_whole) {
        let start = place.checked_mul(2)?;
        *byte = u8::from_str_radix(text.get(start..start.checked_add(2)?)?, 16).ok()?;
    }
    is_whole.then_some(bytes)
}
