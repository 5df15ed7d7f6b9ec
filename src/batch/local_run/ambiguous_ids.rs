//! Enrollments whose ids lead to several buckets: told apart by their text, and shown to every bucket that they concern.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroUsize;

use arrow_array::UInt32Array;
use arrow_select::take::take_record_batch;

use super::enrollment_index::{EnrollmentIndex, Route};
use super::partition::{number_of, row_numbers, texts};
use super::progress::{Progress, heed};
use super::spill::{self, Segment, Spill, Spilled};
use super::work_folder::Folder;
use super::workers::share;
use crate::error::Error;
use crate::text::say;

/// What is known of the rows of one id.
#[derive(Debug, Default)]
struct Seen {
    /// Where its rows are.
    buckets: BTreeSet<u16>,
    /// The first two rows by number, each with its bucket.
    first: BTreeSet<(u64, u16)>,
}

impl Seen {
    fn add(&mut self, other: Seen) {
        self.buckets.extend(other.buckets);
        self.first.extend(other.first);
        while self.first.len() > 2 {
            self.first.pop_last();
        }
    }
}

/// The ids that share a doubtful entry of the table.
#[derive(Debug, Default)]
pub(super) struct AmbiguousIds {
    ids: BTreeMap<String, Seen>,
}

/// About what an id takes in memory.
const BYTES_OF_AN_ID: u64 = 512;

impl AmbiguousIds {
    /// Finds them by reading all enrollments again.
    pub(super) fn find(
        spilled: &Spilled,
        routes: &EnrollmentIndex,
        buckets: usize,
        threads: NonZeroUsize,
        memory: u64,
        progress: &dyn Progress,
    ) -> Result<AmbiguousIds, Error> {
        let most = memory.div_euclid(BYTES_OF_AN_ID);
        let reader = spilled.reader()?;
        let found = share(threads, buckets, |_, pieces| {
            let mut ambiguous = AmbiguousIds::default();
            while let Some(piece) = pieces.next() {
                heed(progress)?;
                let bucket = number_of(piece);
                reader.each(bucket, |rows| {
                    let (ids, numbers) = (texts(&rows, "enrollment_id")?, row_numbers(&rows)?);
                    for (id, number) in ids.iter().flatten().zip(numbers.values()) {
                        if routes.by_hash(routes.seed().hash_of_enrollment(id)) == Route::Doubtful {
                            let (buckets, first) = (BTreeSet::from([bucket]), BTreeSet::from([(*number, bucket)]));
                            ambiguous.add(id, Seen { buckets, first }, most)?;
                        }
                    }
                    Ok(())
                })?;
            }
            Ok(ambiguous)
        })?;
        let mut all = AmbiguousIds::default();
        for (id, seen) in found.into_iter().flat_map(|ambiguous| ambiguous.ids) {
            all.add(&id, seen, most)?;
        }
        Ok(all)
    }

    fn add(&mut self, id: &str, seen: Seen, most: u64) -> Result<(), Error> {
        if let Some(known) = self.ids.get_mut(id) {
            known.add(seen);
            return Ok(());
        }
        if u64::try_from(self.ids.len()).is_ok_and(|count| count >= most) {
            return Err(Error::columns(say!(
                "`enrollment_id` 不能标识参保记录：超过 {most} 个编号属于多名会员，例如 `{id}`",
                "`enrollment_id` does not tell enrollments apart: more than {most} ids stand for several members, such as `{id}`"
            )));
        }
        self.ids.insert(id.to_owned(), seen);
        Ok(())
    }

    /// Copies rows so that every bucket of an id has two of them: enough to see that the id is not unique.
    pub(super) fn copy_rows(
        &self,
        spilled: &Spilled,
        folder: &Folder,
        name: &str,
        file: usize,
        held: u64,
    ) -> Result<Vec<Segment>, Error> {
        let mut wanted: BTreeMap<u16, BTreeMap<u64, Vec<u16>>> = BTreeMap::new();
        for Seen { buckets, first } in self.ids.values() {
            for (row, own) in first {
                let others = buckets.iter().copied().filter(|bucket| bucket != own);
                wanted.entry(*own).or_default().entry(*row).or_default().extend(others);
            }
        }
        let reader = spilled.reader()?;
        let mut spill =
            Spill::create(spill::path(folder.as_path(), name, file), file, spilled.schema(), folder.space())?;
        for (own, wanted) in &wanted {
            reader.each(*own, |rows| {
                let numbers = row_numbers(&rows)?;
                let (mut places, mut targets) = (Vec::new(), Vec::new());
                for (place, number) in (0_u32..).zip(numbers.values()) {
                    for target in wanted.get(number).into_iter().flatten() {
                        places.push(place);
                        targets.push(*target);
                    }
                }
                let copies = take_record_batch(&rows, &UInt32Array::from(places)).map_err(spill::unencodable)?;
                spill.hold(copies, targets);
                if spill.held_bytes() >= held { spill.flush() } else { Ok(()) }
            })?;
        }
        spill.finish()
    }

    /// The buckets of every id.
    pub(super) fn into_buckets(self) -> BTreeMap<String, BTreeSet<u16>> {
        self.ids.into_iter().map(|(id, seen)| (id, seen.buckets)).collect()
    }
}
