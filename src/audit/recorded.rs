//! The recorded payouts: read once, kept in memory, found by claim id.

use std::path::Path;

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, StringArray};
use arrow_cast::cast;
use arrow_schema::DataType;
use serde::{Deserialize, Serialize};

use super::amount::{self, Amount, Unit};
use super::job::Audit;
use super::note::Note;
use crate::arena::{Arena, Index, indexes};
use crate::batch::files::{Encoding, Lane, Raw, Source};
use crate::batch::hash::{self, Seed};
use crate::batch::headings::id_called;
use crate::batch::{Input, room_to_read, share};
use crate::error::Error;
use crate::text::{Text, say};

indexes! {
    /// Of a recorded payout.
    #[derive(Serialize, Deserialize)]
    PayoutIndex,
}

/// All recorded payouts that could be read, in the order of their file.
#[derive(Debug)]
pub(super) struct Recorded {
    /// All claim ids, one behind the other, and where each ends.
    ids: String,
    ends: Arena<PayoutIndex, usize>,
    /// In fen.
    amounts: Arena<PayoutIndex, i64>,
    /// Where an id may stand: a part of its hash, and its place plus one. Open addressing.
    slots: Vec<(u32, u32)>,
    seed: Seed,
    /// The payouts whose claim has been recorded before.
    pub(super) again: Vec<PayoutIndex>,
    /// The rows of the file.
    pub(super) read: u64,
    /// The rows that could not be read, and those that had to be put right.
    pub(super) notes: Vec<Note>,
    /// How the file was read, where that is not what everyone expects.
    pub(super) said: Option<Text>,
    /// The encoding of its text.
    pub(super) encoding: Option<Encoding>,
}

/// The most recorded payouts: a place is 32 bits.
const MOST: usize = 2_000_000_000;
/// What a payout takes beside its claim id, in all that an audit keeps of it.
const BYTES: u64 = 56;

impl Recorded {
    /// Reads `claim_id` and `payable`, with so many threads; other columns are not looked at.
    pub(super) fn read(audit: &Audit) -> Result<Recorded, Error> {
        let (path, manner) = (audit.recorded.as_path(), audit.manner());
        let source = Source::open(path, Input::Claims, &audit.recorded_as, &|called| id_called(called).is_some())?;
        let columns = Columns::of(path, &source)?;
        let held = source.held(&columns.projection())?;
        let (threads, rows) = room_to_read(audit.memory, audit.job.thread_count(), held)?;
        let stream = source.stream(&columns.projection(), rows)?;
        let pages = share(threads, threads.get(), |_, _| Page::all(stream.lane(), &columns, manner))?;
        let mut pages: Vec<Page> = pages.into_iter().flatten().collect();
        pages.sort_by_key(|page| page.first);
        let mut recorded = Recorded { said: source.said(), encoding: source.encoding(), ..Recorded::empty() };
        let positions = source.positions();
        for page in pages {
            recorded.add(page);
        }
        if recorded.amounts.len() > MOST {
            return Err(Error::memory(say!("记录超过 {MOST} 条", "there are more than {MOST} recorded payouts")));
        }
        recorded.notes.sort_by_key(|note| note.row);
        if let Some(positions) = positions {
            recorded.notes = recorded.notes.into_iter().map(|note| note.located(&positions)).collect();
        }
        recorded.index();
        Ok(recorded)
    }

    fn empty() -> Recorded {
        Recorded {
            ids: String::new(),
            ends: Arena::new(),
            amounts: Arena::new(),
            slots: Vec::new(),
            seed: Seed::drawn(),
            again: Vec::new(),
            read: 0,
            notes: Vec::new(),
            said: None,
            encoding: None,
        }
    }

    fn add(&mut self, page: Page) {
        let before = self.ids.len();
        self.ids.push_str(&page.ids);
        self.ends.extend(page.ends.iter().map(|end| before.saturating_add(*end)));
        self.amounts.extend(page.amounts);
        self.read = self.read.saturating_add(page.read);
        self.notes.extend(page.notes);
    }

    fn index(&mut self) {
        let mut slots = vec![(0, 0); self.amounts.len().saturating_mul(2).next_power_of_two().max(2)];
        let mut again = Vec::new();
        // A slot holds the place plus one; there are no more than `MOST`.
        for (number, place) in (1_u32..).zip(self.amounts.indexes()) {
            let (slot, tag) = self.slot(&slots, self.id(place));
            match slots.get_mut(slot) {
                Some((_, 0)) => put(&mut slots, slot, (tag, number)),
                Some(_) | None => again.push(place),
            }
        }
        (self.slots, self.again) = (slots, again);
    }

    /// The slot of an id, or the free one where it belongs.
    fn slot(&self, slots: &[(u32, u32)], id: &str) -> (usize, u32) {
        let (mut slot, tag) = self.home(slots, id);
        let mask = slots.len().saturating_sub(1);
        while let Some((other, place)) = slots.get(slot).filter(|(_, place)| *place != 0) {
            if *other == tag && place_of(*place).is_some_and(|place| self.id(place) == id) {
                break;
            }
            slot = slot.wrapping_add(1) & mask;
        }
        (slot, tag)
    }

    /// The slot where an id is looked for first, and the part of its hash that tells it from others there.
    fn home(&self, slots: &[(u32, u32)], id: &str) -> (usize, u32) {
        let hash = self.seed.hash(id);
        let [.., a, b, c, d] = hash.to_le_bytes();
        (hash::place_of(hash) & slots.len().saturating_sub(1), u32::from_le_bytes([a, b, c, d]))
    }

    /// The first payout of a claim.
    pub(super) fn find(&self, id: &str) -> Option<PayoutIndex> {
        let (slot, _) = self.slot(&self.slots, id);
        self.slots.get(slot).and_then(|(_, place)| place_of(*place))
    }

    /// The same for many claims. What memory has far away is asked for before any of it is needed, so that one wait does for many.
    pub(super) fn find_all(&self, ids: &StringArray) -> Vec<Option<PayoutIndex>> {
        let likely = |row: usize| {
            let (slot, tag) = self.home(&self.slots, text_at(ids, row));
            self.slots.get(slot).filter(|(other, _)| *other == tag).and_then(|(_, place)| place_of(*place))
        };
        let likely: Vec<Option<PayoutIndex>> = (0..ids.len()).map(likely).collect();
        let found = likely.into_iter().enumerate().map(|(row, place)| {
            let id = text_at(ids, row);
            place.filter(|place| self.id(*place) == id).or_else(|| self.find(id))
        });
        found.collect()
    }

    /// How many could be read.
    pub(super) fn len(&self) -> usize {
        self.amounts.len()
    }

    #[expect(clippy::string_slice, reason = "an id stands from where the one before ends")]
    pub(super) fn id(&self, payout: PayoutIndex) -> &str {
        let start = payout.place().checked_sub(1).map_or(0, |before| self.ends[PayoutIndex::at(before)]);
        &self.ids[start..self.ends[payout]]
    }

    /// In fen.
    pub(super) fn amount(&self, payout: PayoutIndex) -> i64 {
        self.amounts[payout]
    }

    /// As many as there are recorded payouts, each the same.
    pub(super) fn each<T: Clone>(&self, item: T) -> Arena<PayoutIndex, T> {
        self.amounts.each(item)
    }

    /// What an audit of these payouts keeps in memory, about.
    pub(super) fn bytes(&self) -> u64 {
        let of_ids = u64::try_from(self.ids.len()).unwrap_or(u64::MAX);
        u64::try_from(self.len()).unwrap_or(u64::MAX).saturating_mul(BYTES).saturating_add(of_ids)
    }
}

/// Recorded payouts that were read in one go.
#[derive(Default)]
struct Page {
    /// The number of its first row.
    first: u64,
    read: u64,
    ids: String,
    ends: Vec<usize>,
    amounts: Vec<i64>,
    notes: Vec<Note>,
}

impl Page {
    /// All that one thread gets to read.
    fn all(mut lane: Lane<'_>, columns: &Columns, manner: Manner) -> Result<Vec<Page>, Error> {
        let mut pages = Vec::new();
        while let Some(raw) = lane.next()? {
            pages.push(Page::of(raw, columns, manner)?);
        }
        Ok(pages)
    }

    fn of(raw: Raw, columns: &Columns, manner: Manner) -> Result<Page, Error> {
        let notes = raw.rejects.into_iter().map(Note::unread).collect();
        let mut page = Page { first: raw.rows.number(0), read: raw.read, notes, ..Page::default() };
        let [ids, amounts] = columns.of_batch(raw.batch.columns())?;
        for place in 0..ids.len() {
            page.row(raw.rows.number(place), text_at(&ids, place), text_at(&amounts, place), columns, manner);
        }
        Ok(page)
    }

    fn row(&mut self, row: u64, id: &str, amount: &str, columns: &Columns, manner: Manner) {
        if id.is_empty() {
            let reason = say!("没有理赔编号", "there is no claim id");
            self.notes.push(Note::refused(row, &columns.id_called, id, id, reason));
            return;
        }
        let called = columns.amount_called.as_str();
        match amount::read(amount, manner.unit) {
            Ok(Amount { put_right: Some(Text { zh, en }), .. }) if manner.is_strict => {
                let reason = say!("不是规范写法：{zh}", "not in its plain form: {en}");
                self.notes.push(Note::refused(row, called, id, amount, reason));
            }
            Ok(read) => {
                self.notes.extend(read.put_right.map(|said| Note::put_right(row, called, id, amount, read.fen, said)));
                self.ids.push_str(id);
                self.ends.push(self.ids.len());
                self.amounts.push(read.fen);
            }
            Err(reason) => self.notes.push(Note::refused(row, called, id, amount, reason)),
        }
    }
}

fn text_at(column: &StringArray, place: usize) -> &str {
    if column.is_valid(place) { column.value(place) } else { "" }
}

fn place_of(slot: u32) -> Option<PayoutIndex> {
    usize::try_from(slot.checked_sub(1)?).ok().map(PayoutIndex::at)
}

fn put<T>(list: &mut [T], place: usize, value: T) {
    if let Some(slot) = list.get_mut(place) {
        *slot = value;
    }
}

/// Where the two columns stand in the file.
struct Columns {
    id: usize,
    amount: usize,
    /// What the file calls them.
    id_called: String,
    amount_called: String,
}

/// How amounts are read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Manner {
    /// The unit of those that name none.
    pub(super) unit: Unit,
    /// Whether they may come in their plain form only.
    pub(super) is_strict: bool,
}

impl Columns {
    fn of(path: &Path, source: &Source) -> Result<Columns, Error> {
        let fields = source.schema().fields();
        let place = |name: &str| {
            let is_called = |called: &str| called == name || id_called(called) == Some(name);
            let mut places =
                fields.iter().enumerate().filter(|(_, field)| is_called(field.name().trim_matches(['\u{feff}', ' '])));
            let shown = path.display();
            match (places.next(), places.next()) {
                (Some((place, field)), None) if is_readable(field.data_type()) => Ok((place, field.name().clone())),
                (Some((_, field)), None) => {
                    let kind = field.data_type();
                    Err(Error::columns(say!(
                        "`{shown}` 的列 `{name}` 是 {kind}；须为文本、整数或定点小数",
                        "the column `{name}` of `{shown}` is {kind}; it must be text, whole numbers or decimals"
                    )))
                }
                (Some(_), Some(_)) => {
                    Err(Error::columns(say!("`{shown}` 有两列 `{name}`", "`{shown}` has two columns `{name}`")))
                }
                (None, _) => Err(Error::columns(say!("`{shown}` 缺少列 `{name}`", "`{shown}` has no column `{name}`"))),
            }
        };
        let ((id, id_called), (amount, amount_called)) = (place("claim_id")?, place("payable")?);
        Ok(Columns { id, amount, id_called, amount_called })
    }

    /// In the order of the file.
    fn projection(&self) -> [usize; 2] {
        [self.id.min(self.amount), self.id.max(self.amount)]
    }

    /// The ids and the amounts as text.
    fn of_batch(&self, columns: &[ArrayRef]) -> Result<[StringArray; 2], Error> {
        let text = |place: usize| {
            let text = columns.get(place).map(|column| cast(column, &DataType::Utf8));
            let text = text.and_then(Result::ok).and_then(|text| text.as_string_opt::<i32>().cloned());
            text.ok_or_else(|| Error::columns(Text::same("claim_id, payable")))
        };
        let is_first = self.id < self.amount;
        Ok([text(usize::from(!is_first))?, text(usize::from(is_first))?])
    }
}

/// A float is no amount: what it stands for is not known to the fen.
fn is_readable(kind: &DataType) -> bool {
    match kind {
        DataType::Dictionary(_, value) => is_readable(value),
        DataType::Decimal32(..) | DataType::Decimal64(..) | DataType::Decimal128(..) | DataType::Decimal256(..) => true,
        other => other.is_integer() || other.is_string(),
    }
}
