//! `contacts export`

use crate::support::*;

fn folder_with(text: &str) -> Folder {
    let folder = Folder::new();
    folder.write("people.csv", text);
    folder.done("import people.csv --user ana --workspace demo");
    folder
}

#[test]
fn a_csv_imports_to_the_same_contacts() {
    let folder = folder_with(
        "first_name,last_name,email,phone\nJosé,Núñez,jose@example.com,+34 600 10 20\n=1+1,'=x,-a@b,-5\n\"O\"\"Hara, Jr\",'t Hooft,,+1;x\n@SUM,👩‍🚀,,'\n",
    );
    let first = folder.done("export --user ana --workspace demo");
    assert_eq!(
        first,
        "first_name,last_name,email,phone\nJosé,Núñez,jose@example.com,+34 600 10 20\n'=1+1,'=x,'-a@b,'-5\n\"O\"\"Hara, Jr\",'t Hooft,,'+1;x\n'@SUM,👩‍🚀,,'\n"
    );
    folder.write("again.csv", &first);
    folder.done("import again.csv --user eva --workspace demo");
    assert_eq!(folder.done("export --user eva --workspace demo --format csv"), first);
}

#[test]
fn it_holds_the_owners_contacts_only() {
    let folder = folder_with("first_name,last_name\nAna,Paz\n");
    assert_eq!(folder.done("export --user eva --workspace demo").lines().count(), 1);
    assert_eq!(folder.done("export --user ana --workspace other").lines().count(), 1);
}

#[test]
fn more_than_a_page_is_written_in_order() {
    let rows: String = (0..2_500).map(|number| format!("Ana{number},Paz,,\n")).collect();
    let text = format!("first_name,last_name,email,phone\n{rows}");
    assert_eq!(folder_with(&text).done("export --user ana --workspace demo"), text);
}

#[test]
fn a_vcard_is_version_4_and_escaped() {
    let folder = folder_with(
        "first_name,last_name,email,phone\n\"José; a\",\"Núñez, b\",jose@example.com,+34 600\nAna,Paz\n",
    );
    let cards = folder.done("export --user ana --workspace demo --format vcard");
    let lines: Vec<&str> = cards.split("\r\n").collect();
    assert_eq!(lines.iter().filter(|line| **line == "BEGIN:VCARD").count(), 2, "{cards}");
    for expected in [
        "VERSION:4.0",
        r"N:Núñez\, b;José\; a;;;",
        "EMAIL:jose@example.com",
        "TEL:+34 600",
        "N:Paz;Ana;;;",
        "FN:Ana Paz",
    ] {
        assert!(lines.contains(&expected), "{expected}\n{cards}");
    }
    assert!(cards.contains("UID:urn:uuid:"), "{cards}");
    let read = vcard4::parse(&cards).unwrap();
    assert_eq!(read.len(), 2);
}

#[test]
fn a_reader_that_has_seen_enough_is_no_error() {
    let rows: String = (0..5_000).map(|number| format!("Ana{number},Paz,,\n")).collect();
    let folder = folder_with(&format!("first_name,last_name,email,phone\n{rows}"));
    let line = format!("set -o pipefail; {PROGRAM} export --user ana --workspace demo | head -1");
    let said: Said = folder.command("bash").args(["-c", &line]).output().unwrap().into();
    assert!(said.success, "{}", said.err);
    assert_eq!((said.out.as_str(), said.err.as_str()), ("first_name,last_name,email,phone\n", ""));
}
