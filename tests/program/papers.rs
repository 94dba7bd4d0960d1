//! What the papers print works when it is pasted.

use crate::support::*;

const README: &str = include_str!("../../README.md");

/// The first block of shell commands below a heading.
fn commands(heading: &str) -> &'static str {
    let section = README.split_once(heading).unwrap().1;
    section.split_once("```sh\n").unwrap().1.split_once("```").unwrap().0
}

#[test]
fn the_first_five_minutes_of_the_readme_work_as_printed() {
    let folder = Folder::new();
    std::fs::create_dir_all(folder.path("target/release")).unwrap();
    std::os::unix::fs::symlink(PROGRAM, folder.path("target/release/contacts")).unwrap();
    let service = folder.serve("");
    let script = commands("## The first five minutes").replace("http://127.0.0.1:8080", &service.base);
    assert!(script.contains(&service.base));
    let said: Said =
        folder.command("bash").args(["-euo", "pipefail", "-c", &script]).output().unwrap().into();
    assert!(said.success && said.err.is_empty(), "{}\n{}", said.out, said.err);
    let answers: Vec<Value> = said.out.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    assert_eq!(answers.len(), 6, "{}", said.out);
    for answer in &answers {
        assert_eq!(answer["code"], 0, "{answer}");
    }
    assert_eq!(answers[2]["data"][0]["first_name"], "José");
    for get in &answers[4..] {
        assert_eq!(get["data"]["associated_accounts"][0]["name"], "Acme Corp");
    }
    assert!(said.out.contains("imported 1 contact in"), "{}", said.out);
    assert!(said.out.ends_with("Begoña,Íñiguez,bego@example.com,+34 611\n"), "{}", said.out);
}
