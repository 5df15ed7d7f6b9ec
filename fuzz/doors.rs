//! Any bytes at the door that `HUZHU_DOOR` names, as libFuzzer draws them; see `scripts/fuzz`.
//!
//! The doors are those of the tests, `tests/doors.rs`. What is counted here: an input may take so much memory, and allocate so much in all, which bounds
//! its work alike on every machine. What runs without allocating is stopped by a time, that of `scripts/fuzz`.

#![no_main]
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "what is wrong is a panic"
)]
#![expect(clippy::arithmetic_side_effects, reason = "overflow is a panic, too")]

#[path = "../tests/doors.rs"]
mod doors;
#[path = "../tests/forgery"]
mod forgery {
    #[expect(dead_code, reason = "of the forgeries of the tests one is made here")]
    pub(crate) mod forge;
}

use std::alloc::System;
use std::sync::LazyLock;

use cap::Cap;
use doors::{DOORS, Door};

#[global_allocator]
static MEMORY: Cap<System> = Cap::new(System, usize::MAX);

/// The most that may be held at a time, by the packs, the engine of this program and an input.
const MOST_HELD: usize = 512 << 20;
/// The most that one input may allocate, all in all.
const MOST_ALLOCATED: usize = 4 << 30;

static DOOR: LazyLock<Door> = LazyLock::new(|| {
    let name = std::env::var("HUZHU_DOOR").unwrap_or_default();
    DOORS.into_iter().find(|door| door.name == name).unwrap_or_else(|| {
        let names: Vec<_> = DOORS.iter().map(|door| door.name).collect();
        panic!("HUZHU_DOOR names no door: {}", names.join(", "))
    })
});

libfuzzer_sys::fuzz_target!(
    init: {
        heed_own_panics_alone();
        (DOOR.bytes)(b"");
        MEMORY.set_limit(MOST_HELD).expect("so much is not held yet");
    },
    |bytes: &[u8]| {
        let before = MEMORY.total_allocated();
        (DOOR.bytes)(bytes);
        let allocated = MEMORY.total_allocated() - before;
        assert!(allocated <= MOST_ALLOCATED, "{allocated} bytes were allocated");
    }
);

/// Libraries that read files panic on some damage, which is caught where they are called and said. The engine would take it for a find before that.
fn heed_own_panics_alone() {
    let ends = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        let is_of_a_library = panic.location().is_some_and(|place| place.file().contains("/registry/src/"));
        if !is_of_a_library {
            ends(panic);
        }
    }));
}
