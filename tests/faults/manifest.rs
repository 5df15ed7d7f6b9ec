//! A payout can be traced: to its inputs, its packs and the program, beside the results and in them.

use std::fmt::Write as _;
use std::fs::File;

use huzhu::Catalog;
use huzhu::batch::Manifest;
use parquet::file::reader::{FileReader, SerializedFileReader};
use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};

use super::program::{Folder, huzhu, input};

const CLAIMS: &str = "06-reversal-amount/c.csv";
const ENROLLMENTS: &str = "06-reversal-amount/e.csv";

fn digest(path: &str) -> (usize, String) {
    let bytes = std::fs::read(path).unwrap();
    let mut digits = String::new();
    for byte in Sha256::digest(&bytes) {
        write!(digits, "{byte:02x}").unwrap();
    }
    (bytes.len(), digits)
}

fn batch(folder: &Folder, out: &str, options: &[&str]) -> Json {
    let (claims, enrollments, out) = (input(CLAIMS), input(ENROLLMENTS), folder.path(out));
    let files = ["batch", "--claims", &claims, "--enrollments", &enrollments, "--out", &out, "--format", "json"];
    let ran = huzhu(&[&files, options].concat());
    assert_eq!((ran.code, ran.err.as_str()), (0, ""));
    serde_json::from_str(&ran.out).unwrap()
}

fn read(folder: &Folder, name: &str) -> Json {
    serde_json::from_str(&folder.read(name)).unwrap()
}

#[test]
fn a_manifest_says_what_was_decided_by_what() {
    let folder = Folder::new("manifest");
    let summary = batch(&folder, "out.csv", &[]);
    assert_eq!(summary["files"]["manifest"], folder.path("out.csv.manifest.json"));
    let manifest = read(&folder, "out.csv.manifest.json");
    let inputs = [("claims", CLAIMS, "c.csv"), ("enrollments", ENROLLMENTS, "e.csv")].map(|(holds, path, file)| {
        let (bytes, sha256) = digest(&input(path));
        json!({ "holds": holds, "file": file, "bytes": bytes, "sha256": sha256 })
    });
    assert_eq!(manifest["inputs"], json!(inputs));
    let catalog = Catalog::load("rules".as_ref()).unwrap();
    let packs = catalog
        .plans()
        .map(|plan| json!({ "plan": plan.id(), "version": plan.version(), "fingerprint": plan.fingerprint() }));
    assert_eq!(manifest["packs"], json!(packs.collect::<Vec<_>>()));
    assert_eq!(manifest["joint_limits"].as_array().unwrap().len(), 1);
    assert_eq!(manifest["program"], json!({ "name": "huzhu", "version": env!("CARGO_PKG_VERSION") }));
    assert_eq!((&manifest["manifest"], &manifest["command"]), (&1.into(), &"batch".into()));
    let as_found = |input: &str| json!({ "input": input, "sheet": null, "header_row": null, "encoding": "UTF-8" });
    let options = json!({
        "ignore_columns": [],
        "holds": [],
        "order": "by-event",
        "intakes": [as_found("claims"), as_found("enrollments")],
        "unit": null,
        "strict": false,
        "bom": null,
        "spreadsheet_safe": false,
    });
    assert_eq!(manifest["options"], options);
    assert_eq!(manifest["totals"]["payable"], summary["payable"]);
    assert_eq!(manifest["totals"]["to_recover"], "15100.00");
    assert_eq!(manifest["counts"]["claims"]["read"], summary["claims"]["read"]);
    assert_eq!(manifest["counts"]["decisions"]["reversed"], 1);
    let held = batch(&folder, "held.csv", &["--hold", "--certificates"]);
    let manifest = read(&folder, "held.csv.manifest.json");
    assert_eq!(manifest["certificates"]["root"], held["certificates"]["root"]);
    assert!(manifest["options"]["holds"].as_array().unwrap().iter().any(|hold| hold == "henan-accident 1 open-claims"));
}

#[test]
fn parquet_files_carry_the_manifest() {
    let folder = Folder::new("manifest-parquet");
    let lines = folder.path("lines.parquet");
    batch(&folder, "out.parquet", &["--lines", &lines, "--threads", "1"]);
    let manifest = folder.read("out.parquet.manifest.json");
    for path in [folder.path("out.parquet"), lines] {
        let reader = SerializedFileReader::new(File::open(path).unwrap()).unwrap();
        let pairs = reader.metadata().file_metadata().key_value_metadata().unwrap().clone();
        let [pair] = &*pairs else { panic!("{pairs:?}") };
        let in_the_footer: Json = serde_json::from_str(pair.value.as_deref().unwrap()).unwrap();
        let mut without_outputs: Json = serde_json::from_str(&manifest).unwrap();
        without_outputs.as_object_mut().unwrap().remove("outputs");
        assert_eq!((pair.key.as_str(), in_the_footer), (Manifest::KEY, without_outputs));
    }
    // it does not depend on how the run was done
    let other = Folder::new("manifest-parquet-other");
    batch(&other, "out.parquet", &["--lines", &other.path("lines.parquet"), "--threads", "2", "--memory", "64MiB"]);
    assert_eq!(other.read("out.parquet.manifest.json"), manifest);
    let typed: Manifest = serde_json::from_str(&manifest).unwrap();
    assert_eq!(typed.inputs[0].holds, "claims");
}

#[test]
fn a_manifest_has_the_digest_of_each_file_that_was_written() {
    let folder = Folder::new("manifest-outputs");
    let enrollments =
        folder.write("e.csv", &std::fs::read_to_string(input(ENROLLMENTS)).unwrap().replace("henan-accident", "henan"));
    let (claims, [out, lines, certificates]) =
        (input(CLAIMS), ["out.csv", "lines.parquet", "c.jsonl"].map(|name| folder.path(name)));
    let files =
        ["batch", "-c", &claims, "-e", &enrollments, "-o", &out, "--lines", &lines, "--certificates", &certificates];
    assert_eq!(huzhu(&files).code, 1);
    let outputs = [
        ("payouts", "out.csv"),
        ("lines", "lines.parquet"),
        ("rejects", "out.rejects.csv"),
        ("rejected-enrollments", "out.rejects.enrollments.csv"),
        ("certificates", "c.jsonl"),
    ];
    let expected = outputs.map(|(holds, file)| {
        let (bytes, sha256) = digest(&folder.path(file));
        json!({ "holds": holds, "file": file, "bytes": bytes, "sha256": sha256 })
    });
    assert_eq!(read(&folder, "out.csv.manifest.json")["outputs"], json!(expected));
    let rejects = folder.read("out.rejects.enrollments.csv");
    assert!(
        rejects.contains("there is no plan `henan`; the plans are `gansu-comprehensive` (Comprehensive plan"),
        "{rejects}"
    );
}

#[test]
fn payouts_and_lines_can_be_attributed() {
    let folder = Folder::new("manifest-lines");
    let lines = folder.path("lines.csv");
    batch(&folder, "out.csv", &["--lines", &lines]);
    let payouts = folder.read("out.csv");
    let catalog = Catalog::load("rules".as_ref()).unwrap();
    let henan = &catalog.versions("henan-accident")[0];
    let short = &henan.fingerprint()[..Manifest::FINGERPRINT_DIGITS];
    let mut rows = payouts.lines();
    assert!(rows.next().unwrap().ends_with(",reverses,to_recover,pack_fingerprint,details"), "{payouts}");
    for row in rows {
        assert!(row.contains(",henan-accident,1,") && row.contains(&format!(",{short},")), "{row}");
    }
    let lines = folder.read("lines.csv");
    let mut rows = lines.lines();
    assert_eq!(rows.next(), Some("claim_id,benefit,gross,paid,enrollment_id,member_id,plan"));
    let enrollments = std::fs::read_to_string(input(ENROLLMENTS)).unwrap();
    for row in rows {
        let [.., enrollment, member, plan] = *row.split(',').collect::<Vec<_>>() else { panic!("{row}") };
        assert!(enrollments.contains(&format!("{enrollment},{member},{plan},")), "{row}");
    }
}

#[test]
fn an_audit_names_what_it_has_read_and_by_what_it_has_decided() {
    let folder = Folder::new("manifest-audit");
    let (claims, enrollments, recorded) = (input(CLAIMS), input(ENROLLMENTS), input("06-reversal-amount/recorded.csv"));
    let out = folder.path("wrong.csv");
    let files = ["audit", "-c", &claims, "-e", &enrollments, "-r", &recorded, "-o", &out];
    let ran = huzhu(&[&files[..], &["--format", "json"]].concat());
    let summary: Json = serde_json::from_str(&ran.out).unwrap();
    let manifest = read(&folder, "wrong.csv.manifest.json");
    assert_eq!((&manifest["command"], &manifest["inputs"]), (&"audit".into(), &summary["inputs"]));
    let (bytes, sha256) = digest(&recorded);
    let expected = json!({ "holds": "recorded", "file": "recorded.csv", "bytes": bytes, "sha256": sha256 });
    assert_eq!(summary["inputs"][2], expected);
    assert_eq!(manifest["options"]["unit"], "yuan");
    let intakes = manifest["options"]["intakes"].as_array().unwrap().iter();
    let intakes = intakes.map(|intake| (intake["input"].as_str().unwrap(), intake["encoding"].as_str().unwrap()));
    let expected = [("claims", "UTF-8"), ("enrollments", "UTF-8"), ("recorded", "UTF-8")];
    assert_eq!(intakes.collect::<Vec<_>>(), expected);
    let catalog = Catalog::load("rules".as_ref()).unwrap();
    let henan = &catalog.versions("henan-accident")[0];
    let pack = json!({ "plan": "henan-accident", "version": henan.version(), "fingerprint": henan.fingerprint() });
    assert_eq!(summary["packs"], json!([pack]));
    let ran = huzhu(&[&files[..], &["--force"]].concat());
    assert!(ran.out.contains("Fingerprints of inputs and packs"), "{}", ran.out);
    assert!(ran.out.contains(&sha256[..16]) && ran.out.contains(&henan.fingerprint()[..16]), "{}", ran.out);
}
