//! The `huzhu` program: decides claims, checks and tests rule packs.

mod cli;

fn main() -> std::process::ExitCode {
    cli::run()
}
