//! What the papers print works when it is pasted, and what they count is so.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use crate::support::*;

const README: &str = include_str!("../../README.md");
const DEPENDENCIES: &str = include_str!("../../docs/dependencies.md");

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

/// Crates by their name and version.
type Crates = BTreeSet<String>;

/// The direct dependencies: their licence, and the crates that they stand for, themselves included.
fn dependencies(edges: &str) -> BTreeMap<String, (String, Crates)> {
    let said: Said = Command::new(env!("CARGO"))
        .args(["tree", "--locked", "--offline", "--target", "x86_64-unknown-linux-gnu", "--no-dedupe"])
        .args(["--prefix", "depth", "--format", "|{p}|{l}", "--edges", edges])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap()
        .into();
    assert!(said.success, "{}", said.err);
    let mut dependencies = BTreeMap::new();
    let mut direct = String::new();
    for line in said.out.lines().skip(1) {
        let [depth, package, licence] = line.splitn(3, '|').collect::<Vec<_>>()[..] else { panic!("{line}") };
        let mut package = package.split(' ');
        let (name, version) = (package.next().unwrap(), package.next().unwrap());
        if depth == "1" {
            direct = name.to_owned();
            dependencies.insert(direct.clone(), (licence.to_owned(), Crates::new()));
        }
        dependencies.get_mut(&direct).unwrap().1.insert(format!("{name} {version}"));
    }
    dependencies
}

/// All crates that these dependencies stand for.
fn together<'a>(dependencies: impl IntoIterator<Item = &'a (String, Crates)>) -> Crates {
    dependencies.into_iter().flat_map(|(_, crates)| crates.clone()).collect()
}

/// The table below a heading, without the column that says what for.
fn table(paper: &str, heading: &str) -> Vec<Vec<String>> {
    let section = paper.split_once(heading).unwrap().1;
    let section = section.split_once("\n## ").map_or(section, |(section, _)| section);
    let rows = section.lines().filter(|line| line.starts_with("| `"));
    let cells = |row: &str| row.split('|').map(|cell| cell.trim().trim_matches('`').to_owned()).collect();
    rows.map(cells)
        .map(|mut cells: Vec<String>| {
            cells.remove(2);
            cells[1..cells.len() - 1].to_vec()
        })
        .collect()
}

#[test]
fn the_paper_on_dependencies_names_and_counts_all_of_them() {
    let built = dependencies("normal");
    let alone = |name: &str| {
        let others = together(built.iter().filter(|(other, _)| *other != name).map(|(_, other)| other));
        built[name].1.difference(&others).count()
    };
    let row = |(name, (licence, crates)): (&String, &(String, Crates))| {
        vec![name.clone(), licence.clone(), format!("{} ({})", crates.len(), alone(name))]
    };
    let rows: Vec<_> = built.iter().map(row).collect();
    assert_eq!(table(DEPENDENCIES, "## In the program"), rows);
    let row = |(name, (licence, _)): (&String, &(String, Crates))| vec![name.clone(), licence.clone()];
    let rows: Vec<_> = dependencies("dev").iter().map(row).collect();
    assert_eq!(table(DEPENDENCIES, "## In tests"), rows);

    let [normal, with_build, all] = ["normal", "normal,build", "normal,build,dev"]
        .map(|edges| together(dependencies(edges).values()).len());
    for said in [
        format!("compiles {with_build} crates beside ours: {normal} by"),
        format!("and\n{} that only build others", with_build - normal),
        format!("need {} more", all - with_build),
    ] {
        assert!(DEPENDENCIES.contains(&said), "{said}");
    }
    // A line that is missing would be missed.
    let doctored = DEPENDENCIES.replacen("| `", "| ", 1);
    assert_ne!(table(&doctored, "## In the program").len(), built.len());
}

/// The messages of warnings and errors in a source, up to where something is put into them.
fn logged(source: &str) -> Vec<String> {
    let calls = source.split("tracing::warn!(").skip(1).chain(source.split("tracing::error!(").skip(1));
    calls.map(|call| last_text(call).split('{').next().unwrap().trim_end().to_owned()).collect()
}

/// The last string before the parenthesis closes that is open at the beginning.
fn last_text(call: &str) -> &str {
    let (mut depth, mut last) = (1, "");
    for (place, part) in call.split('"').enumerate() {
        if place % 2 == 1 {
            last = part;
            continue;
        }
        for letter in part.chars() {
            depth += i32::from(letter == '(') - i32::from(letter == ')');
            if depth == 0 {
                return last;
            }
        }
    }
    last
}

#[test]
fn the_paper_on_operation_tells_of_every_warning_and_error() {
    const OPERATIONS: &str = include_str!("../../docs/operations.md");
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    let mut messages = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                messages.extend(logged(&std::fs::read_to_string(path).unwrap()));
            }
        }
    }
    assert!(messages.len() > 20, "{messages:?}");
    messages.retain(|message| !OPERATIONS.contains(message));
    assert!(messages.is_empty(), "docs/operations.md does not tell of: {messages:#?}");
}

#[test]
fn the_settings_of_the_readme_are_those_of_the_program() {
    let help = Folder::new().done("--help");
    // Each option begins a line, and says its default below.
    let options: BTreeMap<_, _> = help
        .split("\n      --")
        .skip(1)
        .map(|option| (option.split([' ', '\n']).next().unwrap(), option))
        .collect();
    let mut told = BTreeSet::new();
    for row in README.split_once("| flag | variable | default |").unwrap().1.lines().skip(2) {
        let [_, flags, variables, default, _] = row.split('|').collect::<Vec<_>>()[..] else { break };
        let named = |cell: &'static str| cell.split('`').skip(1).step_by(2);
        for (flag, variable) in named(flags).zip(named(variables)) {
            let flag = flag.trim_start_matches("--");
            let option = options.get(flag).unwrap_or_else(|| panic!("there is no --{flag}"));
            assert!(option.contains(&format!("[env: {variable}")), "{row}: {option}");
            let is = option.split_once("[default: ").map(|(_, is)| is.split(']').next().unwrap());
            let all: Vec<_> = named(default).collect();
            assert!(is.is_none_or(|is| all.contains(&is)), "{row}: {is:?}");
            told.insert(flag);
        }
    }
    let untold: Vec<_> = options.keys().filter(|flag| !told.contains(**flag) && **flag != "help").collect();
    assert!(untold.is_empty(), "{untold:?}");
    assert!(told.len() > 25, "{told:?}");
}
