//! The pages of a Parquet file put under their checksums again.

const BEGINS: &[u8] = b"PAR1";
/// The fields of the header of a page: its packed size and its checksum.
const SIZE: i64 = 3;
const CHECKSUM: i64 = 4;

/// The same, with every checksum that has room for the right one.
pub(super) fn under_their_checksums(bytes: &[u8]) -> Vec<u8> {
    let mut repaired = bytes.to_vec();
    let mut place = BEGINS.len();
    while let Some((checksum, page)) = header(bytes, place).filter(|(_, page)| page.end <= bytes.len()) {
        if let Some(checksum) = checksum {
            put(&mut repaired[checksum], crc32fast::hash(&bytes[page.clone()]));
        }
        place = page.end;
    }
    repaired
}

type Range = std::ops::Range<usize>;

/// Where the checksum of the page is that begins here, and its contents.
fn header(bytes: &[u8], place: usize) -> Option<(Option<Range>, Range)> {
    let mut header = Header { bytes, place };
    let (mut size, mut checksum, mut field) = (None, None, 0);
    while let Some((kind, number)) = header.field(field)? {
        field = number;
        let begin = header.place;
        match (kind, number) {
            (5, SIZE) => size = usize::try_from(header.whole()?).ok(),
            (5, CHECKSUM) => {
                header.whole()?;
                checksum = Some(begin..header.place);
            }
            _ => header.past(kind, 0)?,
        }
    }
    let begin = header.place;
    Some((checksum, begin..begin.checked_add(size?)?))
}

/// A whole number of as many bytes as there are.
fn put(place: &mut [u8], checksum: u32) {
    let signed = i64::from(checksum.cast_signed());
    let mut rest = u64::try_from((signed << 1) ^ (signed >> 63)).unwrap_or_default() & 0xffff_ffff;
    let last = place.len() - 1;
    if place.len() < 5 && rest >> (7 * place.len()) != 0 {
        return;
    }
    for (index, byte) in place.iter_mut().enumerate() {
        *byte = u8::try_from(rest & 0x7f).unwrap() | if index < last { 0x80 } else { 0 };
        rest >>= 7;
    }
}

/// The compact protocol of Thrift.
struct Header<'b> {
    bytes: &'b [u8],
    place: usize,
}

impl Header<'_> {
    fn byte(&mut self) -> Option<u8> {
        let byte = *self.bytes.get(self.place)?;
        self.place += 1;
        Some(byte)
    }

    fn length(&mut self) -> Option<u64> {
        let mut length = 0;
        for shift in (0..35).step_by(7) {
            let byte = self.byte()?;
            length |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Some(length);
            }
        }
        None
    }

    fn whole(&mut self) -> Option<i64> {
        let coded = i64::try_from(self.length()?).ok()?;
        Some((coded >> 1) ^ -(coded & 1))
    }

    /// The kind and the number of the next field; nothing where the structure ends.
    fn field(&mut self, before: i64) -> Option<Option<(u8, i64)>> {
        let head = self.byte()?;
        match (head & 15, i64::from(head >> 4)) {
            (0, _) => Some(None),
            (kind, 0) => Some(Some((kind, self.whole()?))),
            (kind, more) => Some(Some((kind, before + more))),
        }
    }

    fn past(&mut self, kind: u8, depth: u8) -> Option<()> {
        match kind {
            1 | 2 => {}
            3 => self.place += 1,
            4..=6 => drop(self.length()?),
            7 => self.place += 8,
            8 => self.place = self.place.checked_add(usize::try_from(self.length()?).ok()?)?,
            12 if depth < 8 => {
                let mut field = 0;
                while let Some((kind, number)) = self.field(field)? {
                    field = number;
                    self.past(kind, depth + 1)?;
                }
            }
            _ => return None,
        }
        Some(())
    }
}
