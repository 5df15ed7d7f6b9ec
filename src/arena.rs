//! Lists whose places are of a type of their own: what an index is of, the compiler knows.

use std::marker::PhantomData;
use std::ops;

/// A place in an [`Arena`], of a type for each kind of thing that is kept in one.
pub(crate) trait Index: Copy {
    fn at(place: usize) -> Self;
    fn place(self) -> usize;
}

/// An index of its own for each kind of thing.
macro_rules! indexes {
    ($($(#[$doc:meta])* $name:ident,)*) => {
        $(
            $(#[$doc])*
            #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
            pub(crate) struct $name(pub(crate) usize);

            impl $crate::arena::Index for $name {
                #[inline]
                fn at(place: usize) -> $name {
                    $name(place)
                }

                #[inline]
                fn place(self) -> usize {
                    self.0
                }
            }
        )*
    };
}

pub(crate) use indexes;

/// Things of one kind, each at the index that it was given when it was put there.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Arena<I, T> {
    list: Vec<T>,
    index: PhantomData<I>,
}

impl<I: Index, T> Arena<I, T> {
    pub(crate) const fn new() -> Arena<I, T> {
        Arena { list: Vec::new(), index: PhantomData }
    }

    pub(crate) fn with_capacity(items: usize) -> Arena<I, T> {
        Vec::with_capacity(items).into()
    }

    pub(crate) fn push(&mut self, item: T) -> I {
        let index = self.next_index();
        self.list.push(item);
        index
    }

    /// Puts items in and out at will: no index that was handed out before says anything afterwards.
    #[cfg(feature = "batch")]
    pub(crate) fn edit(&mut self, change: impl FnOnce(&mut Vec<T>)) {
        change(&mut self.list);
    }

    /// What the next item will have.
    pub(crate) fn next_index(&self) -> I {
        I::at(self.list.len())
    }

    #[inline]
    pub(crate) fn len(&self) -> usize {
        self.list.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// The item, if one was put there.
    #[inline]
    pub(crate) fn find(&self, index: I) -> Option<&T> {
        self.list.get(index.place())
    }

    /// The items that stand before this one.
    pub(crate) fn before(&self, index: I) -> impl Iterator<Item = &T> {
        self.list.iter().take(index.place())
    }

    /// This item and those behind it.
    pub(crate) fn from(&self, index: I) -> impl Iterator<Item = &T> {
        self.list.iter().skip(index.place())
    }

    #[inline]
    pub(crate) fn iter(&self) -> std::slice::Iter<'_, T> {
        self.list.iter()
    }

    pub(crate) fn iter_mut(&mut self) -> std::slice::IterMut<'_, T> {
        self.list.iter_mut()
    }

    /// Each item with its index.
    #[inline]
    pub(crate) fn indexed(&self) -> impl DoubleEndedIterator<Item = (I, &T)> + ExactSizeIterator + Clone {
        self.list.iter().enumerate().map(|(place, item)| (I::at(place), item))
    }

    pub(crate) fn indexed_mut(&mut self) -> impl Iterator<Item = (I, &mut T)> {
        self.list.iter_mut().enumerate().map(|(place, item)| (I::at(place), item))
    }

    #[inline]
    pub(crate) fn indexes(&self) -> impl DoubleEndedIterator<Item = I> + ExactSizeIterator + Clone + use<I, T> {
        (0..self.list.len()).map(I::at)
    }

    /// The first of which this is so.
    pub(crate) fn position(&self, is_it: impl FnMut(&T) -> bool) -> Option<I> {
        self.list.iter().position(is_it).map(I::at)
    }

    /// The item at which this is equal, in a list that it sorts.
    #[cfg(feature = "batch")]
    pub(crate) fn search_by(&self, compare: impl FnMut(&T) -> std::cmp::Ordering) -> Option<I> {
        self.list.binary_search_by(compare).ok().map(I::at)
    }

    /// As many items as there are here, each the same, by the same indexes.
    pub(crate) fn each<U: Clone>(&self, item: U) -> Arena<I, U> {
        vec![item; self.list.len()].into()
    }
}

/// An index that its arena has handed out is within bounds; one of another arena is a fault of the program, and ends it.
#[expect(clippy::indexing_slicing, reason = "indexes come from the arena itself, or from one that is as long")]
impl<I: Index, T> ops::Index<I> for Arena<I, T> {
    type Output = T;

    #[inline]
    fn index(&self, index: I) -> &T {
        &self.list[index.place()]
    }
}

#[expect(clippy::indexing_slicing, reason = "indexes come from the arena itself, or from one that is as long")]
impl<I: Index, T> ops::IndexMut<I> for Arena<I, T> {
    #[inline]
    fn index_mut(&mut self, index: I) -> &mut T {
        &mut self.list[index.place()]
    }
}

impl<I: Index, T> Default for Arena<I, T> {
    fn default() -> Arena<I, T> {
        Arena::new()
    }
}

impl<I, T> From<Vec<T>> for Arena<I, T> {
    fn from(list: Vec<T>) -> Arena<I, T> {
        Arena { list, index: PhantomData }
    }
}

impl<I, T> Extend<T> for Arena<I, T> {
    fn extend<L: IntoIterator<Item = T>>(&mut self, items: L) {
        self.list.extend(items);
    }
}

impl<I, T> FromIterator<T> for Arena<I, T> {
    fn from_iter<L: IntoIterator<Item = T>>(list: L) -> Arena<I, T> {
        list.into_iter().collect::<Vec<T>>().into()
    }
}

impl<I, T> IntoIterator for Arena<I, T> {
    type Item = T;
    type IntoIter = std::vec::IntoIter<T>;

    fn into_iter(self) -> Self::IntoIter {
        self.list.into_iter()
    }
}

impl<'a, I, T> IntoIterator for &'a Arena<I, T> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.list.iter()
    }
}

impl<'a, I, T> IntoIterator for &'a mut Arena<I, T> {
    type Item = &'a mut T;
    type IntoIter = std::slice::IterMut<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.list.iter_mut()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    indexes! {
        Letter,
    }

    #[test]
    fn an_item_stands_at_the_index_that_it_was_given() {
        let mut letters: Arena<Letter, char> = Arena::new();
        let (a, b) = (letters.push('a'), letters.push('b'));
        assert_eq!((letters[a], letters[b]), ('a', 'b'));
        assert_eq!(letters.indexed().collect::<Vec<_>>(), [(a, &'a'), (b, &'b')]);
        assert_eq!(letters.position(|letter| *letter == 'b'), Some(b));
        assert_eq!((letters.before(b).count(), letters.from(b).count()), (1, 1));
        assert_eq!((letters.find(b), letters.find(letters.next_index())), (Some(&'b'), None));
    }

    #[test]
    fn what_is_noted_of_each_item_stands_at_its_index() {
        let letters: Arena<Letter, char> = ['a', 'b'].into_iter().collect();
        let mut seen = letters.each(0);
        for (index, times) in letters.indexes().zip(1..) {
            seen[index] += times;
        }
        assert_eq!(seen.into_iter().collect::<Vec<_>>(), [1, 2]);
    }
}
