//! Any bytes as a rule pack, or as a joint limit over packs: rules that are the same when they are read again, or problems that lie in the text.

use huzhu::{Catalog, pack};

use super::said;

pub(super) fn text(bytes: &[u8]) {
    match (pack::load("pack.toml", bytes), pack::load("pack.toml", bytes)) {
        (Ok(plan), Ok(again)) => {
            assert_eq!(plan.fingerprint(), again.fingerprint());
            let catalog = Catalog::read([("pack.toml".to_owned(), bytes.to_vec())]);
            let catalog = catalog.expect("a pack that is right makes a catalog");
            assert_eq!(catalog.versions(plan.id()).len(), 1);
        }
        (Err(found), Err(again)) => {
            said::is_located(&found, bytes);
            assert_eq!(found.iter().count(), again.iter().count());
        }
        (Ok(_), Err(_)) | (Err(_), Ok(_)) => panic!("the same pack is read and refused"),
    }
    if bytes.starts_with(b"[joint") {
        // no plan that it names is there, but it is read to its end
        let joint = Catalog::read([("over.joint.toml".to_owned(), bytes.to_vec())]);
        if let Err(found) = joint {
            said::is_located(&found, bytes);
        }
    }
}
