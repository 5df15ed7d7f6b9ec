//! The footer of a file, looked at before the library makes a table of it.

use std::io::{self, Read, Seek, SeekFrom};

use super::compact::{Compact, LIST};
use crate::disk::fs::File;

/// A footer takes some twenty times its length once it is read.
const MOST_BYTES: u64 = 16 << 20;
/// Descriptions of columns in row groups, and what is told of each.
const MOST_STRUCTS: u64 = 1 << 18;
/// The number of a row group has 16 bits.
const MOST_GROUPS: u64 = 1 << 15;

/// The length of the footer and the name of the format.
const TAIL: u64 = 8;
/// The field in which a footer lists its row groups.
const GROUPS: i64 = 4;

/// What is wrong with a footer.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Fault {
    Senseless,
    TooLarge,
}

/// What is wrong with a footer that would take more memory than it may; where there is none the library says so.
pub(super) fn fault(file: &mut &File) -> io::Result<Option<Fault>> {
    let size = file.metadata()?.len();
    let Some(end) = size.checked_sub(TAIL) else { return Ok(None) };
    file.seek(SeekFrom::Start(end))?;
    let (mut length, mut name) = ([0; 4], [0; 4]);
    file.read_exact(&mut length)?;
    file.read_exact(&mut name)?;
    let length = u64::from(u32::from_le_bytes(length));
    let Some(begin) = end.checked_sub(length).filter(|_| name == *b"PAR1") else { return Ok(None) };
    if length > MOST_BYTES {
        return Ok(Some(Fault::TooLarge));
    }
    file.seek(SeekFrom::Start(begin))?;
    let mut bytes = Vec::new();
    file.take(length).read_to_end(&mut bytes)?;
    Ok(fault_of(&bytes))
}

fn fault_of(bytes: &[u8]) -> Option<Fault> {
    let mut footer = Compact::of(bytes);
    let is_sound = goes_through(&mut footer).is_some();
    if footer.structs > MOST_STRUCTS {
        return Some(Fault::TooLarge);
    }
    (!is_sound).then_some(Fault::Senseless)
}

fn goes_through(footer: &mut Compact<'_>) -> Option<()> {
    let mut last = 0;
    while let Some((kind, number)) = footer.field(last)? {
        if number == GROUPS {
            let (of, count) = if kind == LIST { footer.list()? } else { None? };
            if count > MOST_GROUPS {
                return None;
            }
            (0..count).try_for_each(|_| footer.skip(of))?;
        } else {
            footer.skip(kind)?;
        }
        last = number;
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_footer_that_lists_more_than_it_has_bytes_for_is_refused_before_there_is_room_made_for_it() {
        // the format's version; then a list of two empty row groups, and one of two thousand million
        assert_eq!(fault_of(&[0x15, 0x02, 0x39, 0x2c, 0, 0, 0]), None);
        assert_eq!(fault_of(&[0x15, 0x02, 0x39, 0xfc, 0xff, 0xff, 0xff, 0xff, 0x07, 0, 0]), Some(Fault::Senseless));
        // row groups that are said to be a number
        assert_eq!(fault_of(&[0x15, 0x02, 0x35, 0xfc, 0xff, 0x07, 0]), Some(Fault::Senseless));
        // schemas of empty structures, as many as there are bytes
        let mut many = vec![0x29, 0xfc, 0x80, 0x80, 0x20];
        many.extend(vec![0; (1 << 19) + 1]);
        assert_eq!(fault_of(&many), Some(Fault::TooLarge));
    }
}
