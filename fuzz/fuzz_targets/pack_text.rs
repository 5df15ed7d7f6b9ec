//! Any bytes as a rule pack: a plan, or problems that lie in the text.

#![no_main]

use huzhu::pack;
use huzhu_fuzz::assert_located;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Err(found) = pack::load("pack.toml", bytes) {
        assert_located(&found, bytes);
    }
});
