//! The program `contacts`.

use std::process::ExitCode;

fn main() -> ExitCode {
    contacts::cli::main()
}
