//! The doors by which texts and files of others come in, each tried with any bytes.
//!
//! `scripts/fuzz` finds bytes that reach something new; what it has found lies in `tests/doors/corpus` and is tried here again.

#[path = "doors/batch.rs"]
mod batch;
#[path = "doors/case.rs"]
mod case;
#[path = "doors/certificate.rs"]
mod certificate;
#[path = "doors/choices.rs"]
mod choices;
#[path = "doors/curve.rs"]
mod curve;
#[path = "doors/expression.rs"]
mod expression;
#[path = "doors/files.rs"]
mod files;
#[path = "doors/pack.rs"]
mod pack;
#[path = "doors/pages.rs"]
mod pages;
#[path = "doors/recorded.rs"]
mod recorded;
#[path = "doors/said.rs"]
mod said;
#[path = "doors/what_if.rs"]
mod what_if;

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use huzhu::Catalog;

/// A door, and what is tried at it: a promise that does not hold is a panic.
#[derive(Clone, Copy)]
pub(crate) struct Door {
    pub(crate) name: &'static str,
    pub(crate) bytes: fn(&[u8]),
}

pub(crate) const DOORS: [Door; 10] = [
    Door { name: "csv", bytes: files::csv },
    Door { name: "parquet", bytes: files::parquet },
    Door { name: "recorded", bytes: recorded::amounts },
    Door { name: "case", bytes: case::file },
    Door { name: "pack", bytes: pack::text },
    Door { name: "expression", bytes: expression::text },
    Door { name: "certificate", bytes: certificate::text },
    Door { name: "curve", bytes: curve::of_a_case },
    Door { name: "what_if", bytes: what_if::of_a_case },
    Door { name: "batch", bytes: batch::and_alone },
];

/// Whether an input is one of so many, by its bytes alone: what takes long is tried at some while looking for new inputs, and at all of those that are kept.
pub(crate) fn is_one_of(many: u32, bytes: &[u8]) -> bool {
    cfg!(test) || crc32fast::hash(bytes).is_multiple_of(many)
}

static CATALOG: LazyLock<Catalog> = LazyLock::new(shipped);

/// Two packs: of tables, each more is made ready anew for each input.
static TWO_PLANS: LazyLock<Catalog> = LazyLock::new(|| {
    let files = ["henan-accident.toml", "wuxi-xixinbao.toml"].map(|name| {
        let bytes = std::fs::read(root().join("rules").join(name)).expect("the pack can be read");
        (name.to_owned(), bytes)
    });
    Catalog::read(files).expect("the shipped packs are right")
});

fn shipped() -> Catalog {
    Catalog::load(&root().join("rules")).expect("the shipped packs are right")
}

/// Where the packs are.
fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let is_ours = here.join("rules").is_dir();
    if is_ours { here.to_owned() } else { here.join("..") }
}

#[cfg(test)]
mod again {
    use std::fs;
    use std::path::{Path, PathBuf};

    use super::DOORS;

    /// So many inputs of each corpus are tried every time.
    const OF_EACH: usize = 8;

    /// What a door once did wrong, and some of what reaches different places behind it.
    #[test]
    fn what_was_found_stays_found() {
        for door in DOORS {
            let found = inputs(&Path::new("tests/doors/found").join(door.name));
            let corpus = inputs(&Path::new("tests/doors/corpus").join(door.name));
            assert!(!corpus.is_empty(), "{}", door.name);
            let some = corpus.iter().step_by(corpus.len().div_ceil(OF_EACH));
            for path in found.iter().chain(some) {
                (door.bytes)(&fs::read(path).unwrap());
            }
        }
    }

    #[test]
    #[ignore = "it takes long: the same of every input of the corpus"]
    fn all_of_the_corpus_is_as_promised() {
        for door in DOORS {
            for path in inputs(&Path::new("tests/doors/corpus").join(door.name)) {
                (door.bytes)(&fs::read(path).unwrap());
            }
        }
    }

    fn inputs(folder: &Path) -> Vec<PathBuf> {
        let Ok(folder) = fs::read_dir(folder) else { return Vec::new() };
        let mut inputs: Vec<_> = folder.map(|entry| entry.unwrap().path()).collect();
        inputs.sort();
        inputs
    }
}
