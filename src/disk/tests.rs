//! New files under all that a disk may do to them, and the disk of memory itself.

use std::io::ErrorKind::{Interrupted, StorageFull};
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::double::{self as fs, File, Mounted, rename};
use super::draw::Draw;
use super::memory::{Disk, Harm, Plan};
use super::trial::{Told, mine, try_writing, write_all};
use super::{beside, in_the_way, make_folder, publish, sync_folder};

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

/// New files, of which some are there already.
#[test]
fn a_name_is_taken_by_what_else_stands_under_it() {
    let root = PathBuf::from("/disk of memory/names");
    let [one, other] = ["one", "other"].map(|name| root.join(name));
    let taken = |there: &[(&str, &str)], folder: Option<&Path>| {
        let there: Vec<(String, Vec<u8>)> =
            there.iter().map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec())).collect();
        let disk = Arc::new(Disk::with(&there));
        let _mounted = Mounted::at(&root, &disk);
        if let Some(folder) = folder {
            fs::create_dir(folder).unwrap();
        }
        let files = [(one.as_path(), b"1".as_slice()), (other.as_path(), b"2".as_slice())];
        in_the_way(files).unwrap().map(|path| path.file_name().unwrap().to_string_lossy().into_owned())
    };
    assert_eq!(taken(&[], None), None);
    assert_eq!(taken(&[("one", "1")], None), None, "the same command had begun");
    assert_eq!(taken(&[("one", "1"), ("other", "2")], None).as_deref(), Some("one"), "all are there");
    for text in ["3", "", "22"] {
        assert_eq!(taken(&[("one", "1"), ("other", text)], None).as_deref(), Some("other"), "{text}");
    }
    assert_eq!(taken(&[], Some(&other)).as_deref(), Some("other"), "a folder");
}

#[test]
fn a_folder_is_made_where_none_is_and_no_file_is_taken_for_one() {
    let root = PathBuf::from("/disk of memory/folders");
    let disk = Arc::new(Disk::with(&mine(&["file"])));
    let _mounted = Mounted::at(&root, &disk);
    make_folder(&root.join("a/b")).unwrap();
    make_folder(&root.join("a/b")).unwrap();
    assert!(fs::metadata(root.join("a/b")).unwrap().is_dir());
    for path in ["file", "file/b"] {
        let fault = make_folder(&root.join(path)).unwrap_err();
        assert_eq!(fault.kind(), std::io::ErrorKind::NotADirectory, "{path}");
    }
}

#[test]
fn a_file_that_is_not_whole_is_read_by_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt as _;

    let root = PathBuf::from("/disk of memory/owner");
    let write = || publish([(root.join("file").as_path(), b"secret".as_slice())]).is_ok();
    let mut seen = Vec::new();
    for at in 0.. {
        let disk = Arc::new(Disk::with(&[]).again(Some(Plan { harm: Harm::Killed, at, changes: true })));
        let mounted = Mounted::at(&root, &disk);
        let is_done = write();
        drop(mounted);
        let disk = Arc::new(disk.again(None));
        let _mounted = Mounted::at(&root, &disk);
        for (name, bytes) in disk.files() {
            let mode = fs::metadata(root.join(name)).unwrap().permissions().mode();
            seen.push((bytes.len(), mode & 0o777));
        }
        if is_done {
            break;
        }
    }
    seen.dedup();
    assert_eq!(seen, [(0, 0o644), (3, 0o600), (6, 0o600), (6, 0o644)]);
}

#[test]
fn a_set_that_cannot_be_written_leaves_nothing_of_its_files() {
    let root = PathBuf::from("/disk of memory/set");
    let disk = Arc::new(Disk::with(&[]));
    let _mounted = Mounted::at(&root, &disk);
    let [one, other] = [root.join("one"), root.join("missing/other")];
    let wrong = publish([(one.as_path(), b"1".as_slice()), (other.as_path(), b"2".as_slice())]).unwrap_err();
    assert_eq!((wrong.path, wrong.fault.kind()), (other, std::io::ErrorKind::NotFound));
    assert!(disk.files().is_empty(), "{:?}", disk.files().keys());
}

#[test]
fn a_file_that_another_is_writing_is_left_alone() {
    let root = PathBuf::from("/disk of memory/busy");
    let disk = Arc::new(Disk::with(&[]));
    let _mounted = Mounted::at(&root, &disk);
    let path = root.join("file");
    let sign = crate::text::hexadecimal(&<sha2::Sha256 as sha2::Digest>::digest(b"text"));
    let mut others = File::create(beside(&path, &format!("{}.tmp", sign.get(..16).unwrap()))).unwrap();
    others.write_all(b"te").unwrap();
    others.try_lock().unwrap();
    let fault = publish([(path.as_path(), b"text".as_slice())]).unwrap_err().fault;
    assert_eq!(fault.kind(), std::io::ErrorKind::ResourceBusy);
    assert_eq!(disk.files().into_values().collect::<Vec<_>>(), [b"te"]);
    others.unlock().unwrap();
    drop(others);
    publish([(path.as_path(), b"text".as_slice())]).unwrap();
    assert_eq!(disk.files(), [("file".to_owned(), b"text".to_vec())].into());
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
