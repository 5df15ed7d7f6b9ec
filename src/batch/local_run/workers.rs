//! Threads that share numbered pieces of work.

use std::num::NonZeroUsize;
use std::panic::resume_unwind;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread::{self, ScopedJoinHandle};

use crate::error::{Error, OrBug};

/// Pieces of work by number, each handed out once, in order, until all are or a worker has failed.
#[derive(Debug)]
pub(crate) struct Pieces {
    next: AtomicUsize,
    count: usize,
    has_failed: AtomicBool,
}

impl Pieces {
    pub(crate) fn next(&self) -> Option<usize> {
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
        let spawn = |thread| thread::Builder::new().spawn_scoped(scope, move || worker(thread));
        let others: Vec<_> = (1..threads.get()).map(spawn).collect();
        // This thread is the first of them, and where the system has no more, it does their part as well.
        let first = worker(0);
        let ended = others.into_iter().zip(1..).map(|(running, thread)| match running {
            Ok(running) => joined(running),
            Err(_) => worker(thread),
        });
        [first].into_iter().chain(ended).collect()
    });
    let is_fault = |given: &Result<R, Error>| given.as_ref().is_err_and(|error| !error.is_interrupted());
    if let Some(place) = ended.iter().position(is_fault) {
        ended.swap(0, place);
    }
    ended.into_iter().collect()
}

/// Does two things at once, or one after the other where the system has no thread for the second.
pub(crate) fn beside<A, B: Send>(
    first: impl FnOnce() -> A,
    second: impl FnOnce() -> Result<B, Error> + Send,
) -> (A, Result<B, Error>) {
    let second = Mutex::new(Some(second));
    let take = || second.lock().unwrap_or_else(PoisonError::into_inner).take();
    thread::scope(|scope| {
        let running = thread::Builder::new().spawn_scoped(scope, || take().map(|second| second()));
        let first = first();
        let done = running.ok().and_then(joined).or_else(|| take().map(|second| second()));
        (first, done.or_bug().flatten())
    })
}

fn joined<R>(running: ScopedJoinHandle<'_, R>) -> R {
    running.join().unwrap_or_else(|panic| resume_unwind(panic))
}
