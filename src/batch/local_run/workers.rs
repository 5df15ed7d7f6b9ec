//! Threads that share numbered pieces of work.

use std::num::NonZeroUsize;
use std::panic::resume_unwind;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;

use crate::error::Error;

/// Pieces of work by number, each handed out once, in order, until all are or a worker has failed.
#[derive(Debug)]
pub(crate) struct Pieces {
    next: AtomicUsize,
    count: usize,
    has_failed: AtomicBool,
}

impl Pieces {
    pub(super) fn next(&self) -> Option<usize> {
        if self.has_failed() {
            return None;
        }
        let piece = self.next.fetch_add(1, Ordering::Relaxed);
        (piece < self.count).then_some(piece)
    }

    /// Whether a worker has failed, so that nothing else is worth its while.
    pub(super) fn has_failed(&self) -> bool {
        self.has_failed.load(Ordering::Relaxed)
    }
}

/// Runs a worker on every thread until the pieces are done. What each gives, by thread; or a fault, an interruption only if there is no other.
pub(crate) fn share<R: Send>(
    threads: NonZeroUsize,
    count: usize,
    work: impl Fn(usize, &Pieces) -> Result<R, Error> + Sync,
) -> Result<Vec<R>, Error> {
    let pieces = Pieces { next: AtomicUsize::new(0), count, has_failed: AtomicBool::new(false) };
    let worker = |thread: usize| {
        let given = work(thread, &pieces);
        if given.is_err() {
            pieces.has_failed.store(true, Ordering::Relaxed);
        }
        given
    };
    let worker = &worker;
    let mut ended: Vec<Result<R, Error>> = thread::scope(|scope| {
        let running: Vec<_> = (0..threads.get()).map(|thread| scope.spawn(move || worker(thread))).collect();
        running.into_iter().map(|worker| worker.join().unwrap_or_else(|panic| resume_unwind(panic))).collect()
    });
    let is_fault = |given: &Result<R, Error>| given.as_ref().is_err_and(|error| !error.is_interrupted());
    if let Some(place) = ended.iter().position(is_fault) {
        ended.swap(0, place);
    }
    ended.into_iter().collect()
}
