//! The headers of the pages of a column: what each page takes is known before it is unpacked.

use std::io::{self, Read, Seek, SeekFrom};

use super::compact::{Compact, STRUCT, WHOLE};
use crate::disk::fs::File;

/// A header may have statistics, which repeat values.
const LONGEST: u64 = 4 << 20;
const FIRST_LOOK: u64 = 256;
/// The most pages of a column in a row group.
const MOST: usize = 1 << 17;

/// What a page holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Dictionary,
    Values,
    /// What nobody reads.
    Other,
}

/// The header of a page.
#[derive(Debug, Clone, Copy)]
pub(super) struct Head {
    pub(super) kind: Kind,
    /// Where the page begins in the file, behind its header.
    pub(super) begin: u64,
    pub(super) packed: u64,
    pub(super) unpacked: u64,
    /// The values of the page, those that are not there among them.
    pub(super) values: u64,
    /// The number of the encoding of its values.
    pub(super) encoding: i64,
    /// The bytes at its beginning that are never packed.
    pub(super) plain: u64,
    pub(super) is_packed: bool,
}

/// The headers of all pages from here on, until the rows of the group are in them.
pub(super) fn all(file: &mut &File, begin: u64, length: u64, rows: u64) -> io::Result<Vec<Head>> {
    let (mut heads, mut next, mut left, mut values) = (Vec::new(), begin, length, 0_u64);
    while left > 0 {
        let Some((head, taken)) = one(file, next, left)? else {
            // what stands behind the last row is not read
            return if values >= rows { Ok(heads) } else { Err(nonsense()) };
        };
        if heads.len() >= MOST {
            return Err(nonsense());
        }
        next = next.saturating_add(taken);
        left = left.saturating_sub(taken);
        values = values.saturating_add(if head.kind == Kind::Values { head.values } else { 0 });
        heads.push(head);
    }
    Ok(heads)
}

fn nonsense() -> io::Error {
    io::ErrorKind::InvalidData.into()
}

/// A header, and the bytes of its page with it; none where there is no header.
fn one(file: &mut &File, place: u64, left: u64) -> io::Result<Option<(Head, u64)>> {
    let (mut look, mut bytes) = (FIRST_LOOK, Vec::new());
    loop {
        let wanted = look.min(left).min(LONGEST);
        bytes.clear();
        file.seek(SeekFrom::Start(place))?;
        file.by_ref().take(wanted).read_to_end(&mut bytes)?;
        let mut compact = Compact::of(&bytes);
        if let Some(head) = head(&mut compact) {
            let header = u64::try_from(compact.place()).unwrap_or(u64::MAX);
            let taken = header.saturating_add(head.packed);
            let head = Head { begin: place.saturating_add(header), ..head };
            return Ok((taken <= left).then_some((head, taken)));
        }
        if wanted < look {
            return Ok(None);
        }
        look = look.saturating_mul(16);
    }
}

/// A header. A field of another kind than the format says is not gone past: the library would take it for that kind.
fn head(bytes: &mut Compact<'_>) -> Option<Head> {
    let (mut kind, mut unpacked, mut packed, mut last) = (None, None, None, 0);
    let (mut plain, mut dictionary, mut levelled) = (None, None, None);
    while let Some((form, number)) = bytes.field(last)? {
        match (number, form) {
            (1, WHOLE) => kind = Some(bytes.whole()?),
            (2, WHOLE) => unpacked = Some(size(bytes.whole()?)?),
            (3, WHOLE) => packed = Some(size(bytes.whole()?)?),
            (5, STRUCT) => plain = Some(values(bytes, &Fields::OF_PLAIN)?),
            (7, STRUCT) => dictionary = Some(values(bytes, &Fields::OF_DICTIONARY)?),
            (8, STRUCT) => levelled = Some(values(bytes, &Fields::OF_LEVELLED)?),
            (4, WHOLE) => bytes.skip(form)?,
            (1..=5 | 7 | 8, _) => return None,
            (_, form) => bytes.skip(form)?,
        }
        last = number;
    }
    let (kind, of_values) = match kind? {
        0 => (Kind::Values, plain?),
        1 => (Kind::Other, Values::default()),
        2 => (Kind::Dictionary, dictionary?),
        3 => (Kind::Values, levelled?),
        _ => return None,
    };
    let Values { count, encoding, plain, is_packed } = of_values;
    let (packed, unpacked) = (packed?, unpacked?);
    (plain <= unpacked && plain <= packed).then_some(Head {
        kind,
        begin: 0,
        packed,
        unpacked,
        values: count,
        encoding,
        plain,
        is_packed,
    })
}

#[derive(Debug, Clone, Copy, Default)]
struct Values {
    count: u64,
    encoding: i64,
    plain: u64,
    is_packed: bool,
}

/// Which fields of a header say what of its values; 0 where none does.
struct Fields {
    count: i64,
    encoding: i64,
    /// The bytes of the levels, which are never packed.
    levels: [i64; 2],
    packing: i64,
    /// The last of the fields that are all whole numbers.
    last_whole: i64,
}

impl Fields {
    const OF_PLAIN: Fields = Fields { count: 1, encoding: 2, levels: [0; 2], packing: 0, last_whole: 4 };
    const OF_DICTIONARY: Fields = Fields { last_whole: 2, ..Fields::OF_PLAIN };
    const OF_LEVELLED: Fields = Fields { count: 1, encoding: 4, levels: [5, 6], packing: 7, last_whole: 6 };
}

fn values(bytes: &mut Compact<'_>, fields: &Fields) -> Option<Values> {
    let (mut found, mut last) = (Values { is_packed: true, ..Values::default() }, 0);
    while let Some((form, number)) = bytes.field(last)? {
        if number == fields.packing {
            found.is_packed = form == 1;
            if form > 2 {
                return None;
            }
        } else if (1..=fields.last_whole).contains(&number) {
            let whole = if form == WHOLE { bytes.whole()? } else { None? };
            if number == fields.count {
                found.count = size(whole)?;
            } else if number == fields.encoding {
                found.encoding = whole;
            } else if fields.levels.contains(&number) {
                found.plain = found.plain.checked_add(size(whole)?)?;
            }
        } else {
            bytes.skip(form)?;
        }
        last = number;
    }
    Some(found)
}

/// A size is no less than nothing and fits 31 bits.
fn size(whole: i64) -> Option<u64> {
    i32::try_from(whole).ok().and_then(|size| u64::try_from(size).ok())
}
