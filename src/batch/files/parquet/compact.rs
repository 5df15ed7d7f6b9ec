//! The compact protocol of Thrift, gone through without taking anything for true: a footer and the headers of pages are looked at before the
//! library reads them, since it takes the lengths that they state.

/// The kinds of fields that are asked for, by their numbers.
pub(super) const WHOLE: u8 = 5;
pub(super) const LIST: u8 = 9;
pub(super) const STRUCT: u8 = 12;

const DEEPEST: u32 = 24;
/// So many bytes hold any whole number.
const LONGEST: u32 = 10;

/// Bytes that are gone through. Nothing (`None`) is where they end or are none of the protocol.
#[derive(Debug)]
pub(super) struct Compact<'b> {
    bytes: &'b [u8],
    place: usize,
    /// The elements of lists so far that have parts of their own.
    pub(super) structs: u64,
}

impl<'b> Compact<'b> {
    pub(super) fn of(bytes: &'b [u8]) -> Compact<'b> {
        Compact { bytes, place: 0, structs: 0 }
    }

    /// How many bytes have been gone through.
    pub(super) fn place(&self) -> usize {
        self.place
    }

    fn left(&self) -> u64 {
        u64::try_from(self.bytes.len().saturating_sub(self.place)).unwrap_or(u64::MAX)
    }

    fn byte(&mut self) -> Option<u8> {
        let byte = self.bytes.get(self.place).copied();
        self.place = self.place.saturating_add(usize::from(byte.is_some()));
        byte
    }

    /// A length.
    fn length(&mut self) -> Option<u64> {
        let mut length = 0_u64;
        for place in 0..LONGEST {
            let byte = self.byte()?;
            length |= u64::from(byte & 0x7f).checked_shl(place.saturating_mul(7))?;
            if byte & 0x80 == 0 {
                return Some(length);
            }
        }
        None
    }

    /// A whole number with its sign.
    pub(super) fn whole(&mut self) -> Option<i64> {
        let coded = self.length()?;
        let size = i64::try_from(coded >> 1).ok()?;
        Some(if coded & 1 == 0 { size } else { !size })
    }

    /// The next field of a structure, by its kind and number; none inside after the last.
    pub(super) fn field(&mut self, last: i64) -> Option<Option<(u8, i64)>> {
        let byte = self.byte()?;
        match (byte & 0x0f, byte >> 4) {
            (0, _) => Some(None),
            (kind, 0) => Some(Some((kind, self.whole()?))),
            (kind, step) => Some(Some((kind, last.checked_add(step.into())?))),
        }
    }

    /// The kind of a list's elements, and how many there are: no more than there are bytes for.
    pub(super) fn list(&mut self) -> Option<(u8, u64)> {
        let byte = self.byte()?;
        let count = if byte >> 4 == 0x0f { self.length()? } else { u64::from(byte >> 4) };
        (count <= self.left()).then_some((byte & 0x0f, count))
    }

    /// Goes past a value of this kind.
    pub(super) fn skip(&mut self, kind: u8) -> Option<()> {
        self.skip_in(kind, DEEPEST)
    }

    fn skip_in(&mut self, kind: u8, depth: u32) -> Option<()> {
        let depth = depth.checked_sub(1)?;
        match kind {
            1 | 2 => Some(()), // the kind of a truth is its value
            3 => self.byte().map(|_| ()),
            4..=6 => self.length().map(|_| ()),
            7 => self.past(8),
            8 => {
                let length = self.length()?;
                self.past(length)
            }
            LIST | 10 => {
                let (kind, count) = self.list()?;
                if kind <= 2 {
                    return (count == 0).then_some(()); // no list of truths is where we look
                }
                self.structs = self.structs.saturating_add(if kind == STRUCT { count } else { 0 });
                (0..count).try_for_each(|_| self.skip_in(kind, depth))
            }
            STRUCT => {
                let mut last = 0;
                while let Some((kind, number)) = self.field(last)? {
                    self.skip_in(kind, depth)?;
                    last = number;
                }
                Some(())
            }
            _ => None, // maps are nowhere in these files
        }
    }

    fn past(&mut self, length: u64) -> Option<()> {
        let place = self.place.checked_add(usize::try_from(length).ok()?)?;
        (place <= self.bytes.len()).then(|| self.place = place)
    }
}
