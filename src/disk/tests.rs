//! New files under all that a disk may do to them, and the disk of memory itself.

use std::io::ErrorKind::{Interrupted, StorageFull};
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::double::{File, Mounted, rename};
use super::draw::Draw;
use super::memory::{Disk, Harm, Plan};
use super::trial::{Told, mine, try_writing, write_all};
use super::{beside, in_the_way, make_folder, sync_folder};

/// As many bytes as files of a pack may have.
fn made() -> [(&'static str, Vec<u8>); 2] {
    [("my-plan.toml", b"[plan]\n".repeat(900)), ("my-plan.cases.toml", b"[[case]]\n".repeat(200))]
}

/// As `init` and `template` do: nothing is overwritten, but for what the same command has written.
fn write_new(root: &Path, files: &[(&str, Vec<u8>)]) -> Result<(), Told> {
    let paths: Vec<(PathBuf, &[u8])> = files.iter().map(|(name, bytes)| (root.join(name), bytes.as_slice())).collect();
    match in_the_way(paths.iter().map(|(path, bytes)| (path.as_path(), *bytes))) {
        Ok(None) => {}
        Ok(Some(path)) => {
            return Err(Told { message: format!("`{}` already exists", path.display()), has_remedy: true });
        }
        Err(fault) => return Err(Told { message: format!("{fault:?}"), has_remedy: false }),
    }
    write_all(root, files)
}

#[test]
fn what_init_writes_is_there_whole_or_not_at_all() {
    let made = made();
    let folder = |root: &Path| {
        let folder = root.join("my/rules");
        let made = make_folder(&folder).map_err(|fault| Told { message: fault.to_string(), has_remedy: false });
        made.map(|()| folder)
    };
    let (run, force) = (|root: &Path| write_new(&folder(root)?, &made), |root: &Path| write_all(&folder(root)?, &made));
    try_writing("init", mine(&["rules.tmp"]), &run, &force);
}

#[test]
fn what_template_writes_is_there_whole_or_not_at_all() {
    let made = made();
    let before = mine(&["my-plan.json", "my-plan.toml.tmp"]);
    try_writing("template", before, &|root| write_new(root, &made), &|root| write_all(root, &made));
}

/// A disk with one file at a path, and what a loss of power leaves of it in many ways.
fn left(name: &str, work: impl FnOnce(&Path)) -> Vec<Option<Vec<u8>>> {
    let disk = Arc::new(Disk::with(&mine(&["file"])));
    let root = PathBuf::from("/disk of memory").join(name);
    let mounted = Mounted::at(&root, &disk);
    work(&root);
    drop(mounted);
    let mut draw = Draw::from(1);
    let mut left: Vec<_> = (0..200).map(|_| disk.after_loss_of_power(&mut draw).files().remove("file")).collect();
    left.sort();
    left.dedup();
    left
}

/// Without syncing the file, and without syncing the folder, the disk loses what it may lose: a routine that forgets either is found out.
#[test]
fn a_disk_keeps_what_is_synced_and_may_lose_the_rest() {
    let replace = |root: &Path, file: bool, folder: bool| {
        let (path, beside) = (root.join("file"), beside(&root.join("file"), "tmp"));
        let mut new = File::create(&beside).unwrap();
        new.write_all(b"new").unwrap();
        if file {
            new.sync_all().unwrap();
        }
        rename(&beside, &path).unwrap();
        if folder {
            sync_folder(&path).unwrap();
        }
    };
    let some = |bytes: &[u8]| Some(bytes.to_vec());
    assert_eq!(left("synced", |root| replace(root, true, true)), [some(b"new")]);
    assert_eq!(left("file synced", |root| replace(root, true, false)), [some(b"mine"), some(b"new")]);
    let torn = [some(b""), some(b"n"), some(b"ne"), some(b"new")];
    assert_eq!(left("folder synced", |root| replace(root, false, true)), torn);
}

#[test]
fn a_disk_does_the_harm_that_it_is_told_to_and_no_other() {
    let root = PathBuf::from("/disk of memory/harm");
    let write = |harm: Option<Harm>| {
        let plan = harm.map(|harm| Plan { harm, at: 1, changes: true });
        let disk = Arc::new(Disk::with(&[]).again(plan));
        let _mounted = Mounted::at(&root, &disk);
        let mut file = File::create(root.join("file")).unwrap();
        let written = file.write(b"four");
        let then = file.write(b"more").map_err(|fault| fault.kind());
        let mut read = String::new();
        let again = File::open(root.join("file")).and_then(|mut file| file.read_to_string(&mut read)).is_ok();
        (written.map_err(|fault| fault.kind()), then, disk.files().remove("file").unwrap(), again)
    };
    let broken = std::io::Error::from_raw_os_error(5).kind();
    assert_eq!(write(None), (Ok(4), Ok(4), b"fourmore".to_vec(), true));
    assert_eq!(write(Some(Harm::Failed)), (Err(broken), Ok(4), b"more".to_vec(), true));
    assert_eq!(write(Some(Harm::Full)), (Err(StorageFull), Err(StorageFull), b"".to_vec(), true));
    assert_eq!(write(Some(Harm::Torn)), (Err(StorageFull), Err(StorageFull), b"fo".to_vec(), true));
    assert_eq!(write(Some(Harm::Interrupted)), (Err(Interrupted), Ok(4), b"more".to_vec(), true));
    assert_eq!(write(Some(Harm::Short)), (Ok(2), Ok(4), b"fomore".to_vec(), true));
    assert_eq!(write(Some(Harm::Killed)), (Err(broken), Err(broken), b"fo".to_vec(), false));
}
