//! A client in TypeScript, generated from the description: it is compiled strictly, and calls the live service.

use std::fs;
use std::path::Path;

use crate::support::*;

/// Where `make tools` has installed the generator and the compiler.
const WORKSHOP: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/target/typescript");

#[test]
fn a_generated_client_compiles_and_calls_the_service() {
    let workshop = Path::new(WORKSHOP);
    assert!(workshop.join("node_modules/.bin/tsc").exists(), "the generator is not installed: make tools");
    let folder = Folder::new();
    for (name, text) in [
        ("openapi.json", folder.done("openapi").as_str()),
        ("client.ts", include_str!("typescript/client.ts")),
        ("tsconfig.json", include_str!("typescript/tsconfig.json")),
    ] {
        fs::write(workshop.join(name), text).unwrap();
    }
    let service = folder.serve("");
    let npm = |script: &str| {
        let mut npm = folder.command("npm");
        npm.args(["run", "--silent", script]).current_dir(workshop);
        npm.env("CONTACTS_URL", &service.base).env("CONTACTS_TOKEN", &service.token);
        let said: Said = npm.output().unwrap().into();
        assert!(said.success, "npm run {script}\n{}\n{}", said.out, said.err);
        said.out
    };
    npm("generate");
    npm("build");
    assert!(npm("start").contains("every call was answered as described"));
}
