//! Several threads at the same work.

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// Runs the same work on several threads; the numbers below `count` are handed out one by one.
pub(crate) fn on_threads<T: Send>(
    threads: usize,
    count: usize,
    work: impl Fn(&mut dyn Iterator<Item = usize>) -> T + Sync,
) -> Vec<T> {
    let next = AtomicUsize::new(0);
    let take = || Some(next.fetch_add(1, Relaxed)).filter(|number| *number < count);
    std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(|| work(&mut std::iter::from_fn(take)))).collect();
        workers.into_iter().map(|worker| worker.join().expect("the thread ended well")).collect()
    })
}
