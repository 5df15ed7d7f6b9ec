//! The `huzhu` program.

fn main() {
    let catalog = match huzhu::Catalog::load(std::path::Path::new("rules")) {
        Ok(c) => c,
        Err(huzhu::LoadError::Rules(d)) => {
            println!("{d}");
            return;
        }
        Err(e) => {
            println!("{e}");
            return;
        }
    };
    for path in std::env::args().skip(1) {
        let bytes = std::fs::read(&path).unwrap_or_default();
        if path.ends_with(".cases.toml") {
            match huzhu::WorkedCases::read(&path, &bytes, &catalog) {
                Ok(w) => {
                    let report = w.run(&catalog);
                    println!(
                        "{path}: {} cases, {} failures\n{}",
                        report.cases.len(),
                        report.failures.len(),
                        report.failures
                    );
                }
                Err(d) => println!("{d}"),
            }
        } else {
            match huzhu::Case::read(&path, &bytes, &catalog) {
                Ok(case) => {
                    let (a, _) = case.decide(&catalog).unwrap();
                    println!("{:#?}", a.explain(huzhu::Language::Zh));
                }
                Err(d) => println!("{d}"),
            }
        }
    }
}
