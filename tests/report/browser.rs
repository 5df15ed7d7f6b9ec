//! A browser without a window.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value as Json;

/// A page that was opened: what it has measured of itself, and what was written on the console.
pub(crate) struct Opened {
    pub(crate) measures: Json,
    pub(crate) console: Vec<String>,
}

/// No window of a browser is as narrow as a phone: the page is opened in a frame of this width, and says upwards what it has measured.
const FRAME: &str = "<!doctype html><title>frame</title>
<script>addEventListener('message', said => { document.title = 'measured:' + said.data });</script>
<iframe src=\"page.html\" style=\"border:0;width:WIDTHpx;height:1400px\"></iframe>";

/// Opens a page of this width and lets it measure itself by a script that calls `measured`.
pub(crate) fn measured(name: &str, html: &str, width: u64, script: &str) -> Opened {
    let browser = browser();
    let keep = "const measured = found => parent.postMessage(JSON.stringify(found), '*');";
    let page = Page::new(&format!("{name}-{width}"), &format!("{html}<script>{{{keep}{script}}}</script>"));
    std::fs::write(page.folder.join("frame.html"), FRAME.replace("WIDTH", &width.to_string())).unwrap();
    let arguments = ["--enable-logging=stderr", "--window-size=1500,1500", "--dump-dom"];
    let ran = page.open(browser, "frame.html", &arguments);
    let shown = String::from_utf8_lossy(&ran.stdout);
    let title = shown.split("<title>measured:").nth(1).and_then(|rest| rest.split("</title>").next());
    let title =
        title.unwrap_or_else(|| panic!("the page has measured nothing: {}", String::from_utf8_lossy(&ran.stderr)));
    let said = String::from_utf8_lossy(&ran.stderr);
    let console =
        said.lines().filter(|line| line.contains(":CONSOLE:") || line.contains("CONSOLE(")).map(str::to_owned);
    let measures =
        serde_json::from_str(&title.replace("&amp;", "&").replace("&lt;", "<").replace("&gt;", ">")).unwrap();
    Opened { measures, console: console.collect() }
}

/// The page as it is printed.
pub(crate) fn printed(name: &str, html: &str) -> Vec<u8> {
    let browser = browser();
    let page = Page::new(&format!("{name}-print"), html);
    let out = page.folder.join("page.pdf");
    page.open(browser, "page.html", &["--no-pdf-header-footer", &format!("--print-to-pdf={}", out.display())]);
    std::fs::read(out).unwrap()
}

/// A page in a folder of its own.
struct Page {
    folder: PathBuf,
}

impl Page {
    fn new(name: &str, html: &str) -> Page {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("report-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("page.html"), html).unwrap();
        Page { folder }
    }

    fn open(&self, browser: &str, file: &str, arguments: &[&str]) -> Output {
        let fixed = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"];
        let quiet = ["--disable-background-networking", "--disable-component-update", "--disable-sync"];
        let mut command = Command::new(browser);
        command.args(fixed).args(quiet).arg("--host-resolver-rules=MAP * ~NOTFOUND").args(arguments);
        command.arg(format!("--user-data-dir={}", self.folder.join("profile").display()));
        command.arg(format!("file://{}", self.folder.join(file).display()));
        command.stdin(Stdio::null()).output().unwrap()
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        let _left = std::fs::remove_dir_all(&self.folder);
    }
}

/// Who asks for the tests that need one is told where there is none.
fn browser() -> &'static str {
    let runs = |program: &&str| {
        let ran = Command::new(program).arg("--version").stdin(Stdio::null()).output();
        ran.is_ok_and(|ran| ran.status.success())
    };
    let found = ["chromium", "chromium-browser", "google-chrome"].into_iter().find(runs);
    found.expect("Chromium is not installed: see scripts/setup")
}
