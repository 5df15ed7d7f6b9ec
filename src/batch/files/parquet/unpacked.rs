//! What pages come to once they are unpacked, where their headers alone do not say it.

use std::io::{self, Read};

use flate2::read::MultiGzDecoder;
use parquet::basic::Compression;

/// Whether packed bytes come to more than so many. Some are unpacked by the library to whatever they come to, and only then counted.
pub(super) fn exceed(packed: &[u8], by: Compression, most: u64) -> bool {
    match by {
        Compression::GZIP(_) => is_longer(MultiGzDecoder::new(packed), most),
        Compression::BROTLI(_) => is_longer(brotli::Decompressor::new(packed, 1 << 12), most),
        Compression::LZ4 => is_longer(lz4_flex::frame::FrameDecoder::new(packed), most),
        // into as many bytes as are stated
        Compression::UNCOMPRESSED
        | Compression::SNAPPY
        | Compression::LZO
        | Compression::ZSTD(_)
        | Compression::LZ4_RAW => false,
    }
}

/// Bytes that cannot be unpacked are for the library to refuse: it unpacks no more of them than was seen here.
fn is_longer(unpacked: impl Read, most: u64) -> bool {
    let mut seen = Seen { bytes: 0 };
    let _is_damaged = io::copy(&mut unpacked.take(most.saturating_add(1)), &mut seen);
    seen.bytes > most
}

/// Counts what is written to it.
struct Seen {
    bytes: u64,
}

impl io::Write for Seen {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.bytes = self.bytes.saturating_add(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The longest of the texts of a dictionary, each of which stands behind its length.
pub(super) fn longest_text(dictionary: &[u8]) -> u64 {
    let (mut rest, mut longest) = (dictionary, 0_u64);
    while let Some((length, behind)) = rest.split_first_chunk::<4>() {
        let length = u32::from_le_bytes(*length);
        longest = longest.max(length.into());
        rest = usize::try_from(length).ok().and_then(|length| behind.get(length..)).unwrap_or_default();
    }
    longest
}

/// The most values that lengths at the beginning of these bytes are of: lengths of values, or of what they share with the value before and then
/// of the rest. The library makes room for as many as are stated before it has seen one.
pub(super) fn stated_lengths(values: &[u8], are_shared: bool) -> Option<u64> {
    let (count, end) = deltas(values)?;
    if !are_shared {
        return Some(count);
    }
    let (rest, _) = deltas(values.get(end..)?)?;
    Some(count.max(rest))
}

/// How many numbers a run of deltas says that it has, and where it ends.
fn deltas(bytes: &[u8]) -> Option<(u64, usize)> {
    let mut run = Run { bytes, place: 0 };
    let (block, parts, count) = (run.length()?, run.length()?, run.length()?);
    let (_first, part) = (run.length()?, block.checked_div(parts)?);
    let mut left = count.saturating_sub(1);
    while left > 0 {
        let _least = run.length()?;
        let widths = run.place..run.place.checked_add(usize::try_from(parts).ok()?)?;
        let widths = bytes.get(widths.clone()).map(|_| widths)?;
        run.place = widths.end;
        for width in bytes.get(widths)? {
            let width = if left > 0 { u64::from(*width) } else { 0 };
            let length = width.checked_mul(part)?.div_euclid(8);
            run.place = run.place.checked_add(usize::try_from(length).ok()?)?;
            left = left.saturating_sub(part);
        }
        if part == 0 {
            return None;
        }
    }
    Some((count, run.place))
}

struct Run<'b> {
    bytes: &'b [u8],
    place: usize,
}

impl Run<'_> {
    fn length(&mut self) -> Option<u64> {
        let mut length = 0_u64;
        for place in 0..10_u32 {
            let byte = *self.bytes.get(self.place)?;
            self.place = self.place.saturating_add(1);
            length |= u64::from(byte & 0x7f).checked_shl(place.saturating_mul(7))?;
            if byte & 0x80 == 0 {
                return Some(length);
            }
        }
        None
    }
}

/// Where the values of a page begin, behind its levels: `levels` has the highest of each, and whether its length stands before it.
pub(super) fn behind_levels(page: &[u8], values: u64, levels: [(u64, bool); 2]) -> Option<&[u8]> {
    let mut rest = page;
    for (highest, has_length) in levels {
        if highest == 0 {
            continue;
        }
        rest = if has_length {
            let (length, behind) = rest.split_first_chunk::<4>()?;
            behind.get(usize::try_from(u32::from_le_bytes(*length)).ok()?..)?
        } else {
            let bits = u64::from(highest.checked_ilog2()?).saturating_add(1);
            rest.get(usize::try_from(values.checked_mul(bits)?.div_ceil(8)).ok()?..)?
        };
    }
    Some(rest)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn what_is_packed_is_counted_no_further_than_it_may_go() {
        let plain = vec![b'a'; 100_000];
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        gzip.write_all(&plain).unwrap();
        let mut framed = lz4_flex::frame::FrameEncoder::new(Vec::new());
        framed.write_all(&plain).unwrap();
        let gzip = (gzip.finish().unwrap(), Compression::GZIP(parquet::basic::GzipLevel::default()));
        let framed = (framed.finish().unwrap(), Compression::LZ4);
        for (packed, by) in [gzip, framed] {
            assert!(!exceed(&packed, by, 100_000), "{by:?}");
            assert!(exceed(&packed, by, 99_999), "{by:?}");
            assert!(!exceed(&packed[..packed.len() / 2], by, 100_000), "{by:?}");
        }
    }

    #[test]
    fn the_longest_text_of_a_dictionary_is_found_even_where_it_is_cut_short() {
        assert_eq!(longest_text(b"\x02\0\0\0ab\x05\0\0\0abcde\x01\0\0\0a"), 5);
        assert_eq!(longest_text(b"\x02\0\0\0ab\xff\0\0\0a"), 255);
        assert_eq!(longest_text(b""), 0);
    }

    #[test]
    fn lengths_that_are_stated_are_not_believed() {
        // blocks of 128 in 4 parts, a million lengths, the first of them 3; then blocks of widths of no bits
        let mut stated = vec![0x80, 0x01, 0x04, 0xc0, 0x84, 0x3d, 0x06];
        assert_eq!(stated_lengths(&stated, false), None);
        stated.extend([0; 5].repeat(7_813));
        assert_eq!(stated_lengths(&stated, false), Some(1_000_000));
        stated.extend([0x80, 0x01, 0x04, 0x01, 0x02]);
        assert_eq!(stated_lengths(&stated, true), Some(1_000_000));
    }
}
