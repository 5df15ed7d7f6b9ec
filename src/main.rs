//! The `huzhu` program.

fn main() {
    for path in std::env::args().skip(1) {
        let bytes = std::fs::read(&path).unwrap_or_default();
        match huzhu::pack::load(&path, &bytes) {
            Ok(plan) => println!("ok {} {}", plan.id(), plan.version()),
            Err(diagnostics) => println!("{diagnostics}"),
        }
    }
}
