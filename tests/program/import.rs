//! `contacts import`

use std::process::{Command, Stdio};
use std::time::Duration;

use encoding_rs::{UTF_16LE, WINDOWS_1252};

use crate::support::*;

const OWNER: &str = "--user ana --workspace demo";

fn export(folder: &Folder) -> Vec<String> {
    folder.done(&format!("export {OWNER}")).lines().skip(1).map(str::to_owned).collect()
}

/// Imports one text and returns what is in the database then.
fn import(text: impl AsRef<[u8]>) -> Vec<String> {
    let folder = Folder::new();
    folder.write("people.csv", text);
    let said = folder.done(&format!("import people.csv {OWNER}"));
    assert!(said.contains("rejected none"), "{said}\n{}", folder.read("people.rejected.csv"));
    export(&folder)
}

#[test]
fn headings_separators_and_encodings_are_found_out() {
    let expected = ["José,Núñez,jose@example.com,+34 600", "Ana,\"Paz, Gil\",,"];
    let semicolons =
        "Nombre;Apellidos;Correo;Teléfono\r\nJosé;Núñez;jose@example.com;+34 600\r\nAna;Paz, Gil;;\r\n";
    assert_eq!(import(semicolons), expected);
    assert_eq!(import(format!("\u{feff}{semicolons}")), expected);
    assert_eq!(import(WINDOWS_1252.encode(semicolons).0), expected);
    assert_eq!(import(semicolons.replace(';', "\t")), expected);
    let mut utf16 = vec![0xff, 0xfe];
    utf16.extend(semicolons.encode_utf16().flat_map(u16::to_le_bytes));
    assert_eq!(UTF_16LE.decode(&utf16).0, semicolons);
    assert_eq!(import(utf16), expected);
    let commas = "phone,LAST NAME,\"First_Name\",E-mail,notes\n+34 600,Núñez,José,jose@example.com,x\n,\"Paz, Gil\",Ana\n";
    assert_eq!(import(commas), expected);
}

#[test]
fn a_character_that_two_reads_cut_in_two_is_still_utf_8() {
    for shift in 0..4 {
        let name = "ñ".repeat(40);
        let rows: String = (0..2_000).map(|_| format!("{name},Paz\n")).collect();
        let text = format!("first_name,last_name{}\n{rows}", " ".repeat(shift));
        let kept = import(text);
        assert!(kept.len() == 2_000 && kept.iter().all(|row| row.starts_with(&name)));
    }
}

#[test]
fn rows_that_cannot_go_in_are_kept_with_their_line_and_the_reason() {
    let folder = Folder::new();
    let text = format!(
        "first_name,last_name,email,phone\nAna,Paz,ana@example.com,1\n,Gil,,\nEva,{},,\n\"Le\no\",Gil,,\nMar,Gil,no mail,\nIvo,Gil,,,surplus\nRut,Gil,,,\n",
        "x".repeat(51)
    );
    folder.write("people.csv", text);
    let said = folder.done(&format!("import people.csv {OWNER}"));
    assert!(
        said.starts_with("imported 2 contacts") && said.contains("rejected 5: see people.rejected.csv"),
        "{said}"
    );
    assert_eq!(export(&folder), ["Ana,Paz,ana@example.com,1", "Rut,Gil,,"]);
    let rejected = folder.read("people.rejected.csv");
    let lines: Vec<&str> = rejected.lines().collect();
    assert_eq!(lines[0], "line,reason,first_name,last_name,email,phone");
    assert_eq!(lines[1], "3,first_name must be 1 to 50 characters,,Gil,,");
    assert!(lines[2].starts_with("4,last_name must be 1 to 50 characters,Eva,xxx"));
    assert!(lines[3].starts_with("5,first_name must not contain control characters,"));
    assert!(rejected.contains("\n7,\"email must be like name@example.com, with one @ and no blanks\",Mar"));
    assert!(rejected.contains("\n8,\"row must have at most 4 cells, as the headings\",Ivo"), "{rejected}");
}

#[test]
fn lines_are_counted_as_an_editor_counts_them_and_rejected_rows_of_both_halves_are_kept() {
    for end in ["\n", "\r\n"] {
        let folder = Folder::new();
        folder.write(
            "people.csv",
            ["first_name,last_name", "Ana,Paz", ",Gil", "Eva,Gil", ",Paz", ""].join(end),
        );
        folder.done(&format!("import people.csv {OWNER}"));
        let rejected = "line,reason,first_name,last_name\n3,first_name must be 1 to 50 characters,,Gil\n5,first_name must be 1 to 50 characters,,Paz\n";
        assert_eq!(folder.read("people.rejected.csv"), rejected, "{end:?}");
        folder.done(&format!("import people.csv {OWNER} --from-line 4"));
        let again = "5,first_name must be 1 to 50 characters,,Paz\n";
        assert_eq!(folder.read("people.rejected.csv"), format!("{rejected}{again}"), "{end:?}");
        assert_eq!(export(&folder), ["Ana,Paz,,", "Eva,Gil,,", "Eva,Gil,,"]);
    }
}

#[test]
fn accounts_are_found_or_made_and_linked_with_their_role() {
    let folder = Folder::new();
    folder.write(
        "people.csv",
        "Nombre;Apellidos;Empresa;Rol\nAna;Paz;Acme;\nEva;Gil;ÁCME;compras\nLeo;Gil;Tech;Jefe\nMar;Gil;;\nIvo;Gil;;Compras\n",
    );
    let said = folder.done(&format!("import people.csv {OWNER}"));
    assert!(said.starts_with("imported 3 contacts"), "{said}");
    let rejected = folder.read("people.rejected.csv");
    assert!(rejected.contains("4;role is not one of the workspace;Leo"), "{rejected}");
    assert!(rejected.contains("6;account is required where there is a role;Ivo"), "{rejected}");
    let service = folder.serve("");
    let accounts = service.post("accounts/", json!({}));
    assert_eq!(accounts["data"].as_array().unwrap().len(), 1, "{accounts}");
    let list = json!({ "action": "list", "account_uuid": accounts["data"][0]["uuid"] });
    let list = service.post("contacts/associations", list);
    let rows: Vec<_> =
        list["data"].as_array().unwrap().iter().map(|row| (&row["first_name"], &row["rol_id"])).collect();
    assert_eq!(rows, [(&json!("Ana"), &json!(1)), (&json!("Eva"), &json!(4))]);

    let inactivate = json!({ "action": "inactivate", "uuid": accounts["data"][0]["uuid"] });
    service.post("accounts/account", inactivate);
    let said = folder.done(&format!("import people.csv {OWNER}"));
    assert!(said.starts_with("imported 1 contact in"), "{said}");
    assert!(folder.read("people.rejected.csv").contains("2;account is inactive;Ana"));
}

#[test]
fn a_dry_run_says_the_same_and_leaves_nothing_behind() {
    let folder = Folder::new();
    folder.write("people.csv", "first_name,last_name,account\nAna,Paz,Acme\nEva,,Acme\n");
    folder.write("people.rejected.csv", "somebody is mending these");
    let said = folder.done(&format!("import people.csv {OWNER} --dry-run"));
    assert!(said.starts_with("would import 1 contact in") && said.contains("rejected 1"), "{said}");
    assert_eq!(folder.read("people.rejected.csv"), "somebody is mending these");
    assert!(folder.read("people.dry-run.rejected.csv").contains(",Eva,,Acme"));
    assert_eq!(export(&folder), Vec::<String>::new());
    let service = folder.serve("");
    assert_eq!(service.post("accounts/", json!({}))["data"], json!([]));
    service.post("contacts/contact", json!({ "action": "create", "first_name": "Leo", "last_name": "Gil" }));
    let list = service.post("contacts/", json!({ "filters": { "page_size": 1 } }));
    let get = json!({ "action": "get", "uuid": list["data"][0]["uuid"] });
    assert_eq!(service.post("contacts/contact", get)["data"]["id"], 1);
}

#[test]
fn a_command_names_what_it_leaves_out_and_a_database_that_it_makes() {
    let folder = Folder::new();
    folder.write(
        "people.csv",
        "Given Name,Surname,Mail,Celular,Notes,,Teléfono\nAna,Paz,ana@example.com,600,x,,601\n",
    );
    let said = folder.run(&format!("import people.csv {OWNER}"));
    assert!(said.success, "{}", said.err);
    assert_eq!(
        said.err,
        "there is no sqlite:contacts.db yet: it is made now\ncolumns that are not imported: Celular, Notes\n"
    );
    assert_eq!(export(&folder), ["Ana,Paz,ana@example.com,601"]);
    assert_eq!(folder.run("roles --workspace demo").err, "");
}

#[test]
fn an_import_can_go_on_from_a_line() {
    let folder = Folder::new();
    folder.write("people.csv", "first_name,last_name\nAna,Paz\nEva,Gil\nLeo,Gil\n");
    folder.done(&format!("import people.csv {OWNER} --from-line 4"));
    assert_eq!(export(&folder), ["Leo,Gil,,"]);
}

#[test]
fn an_import_that_cannot_keep_what_it_rejects_says_where_to_go_on() {
    let folder = Folder::new();
    folder.write("people.csv", "first_name,last_name\nAna,Paz\nEva,\nLeo,Gil\n");
    std::fs::create_dir(folder.path("people.rejected.csv")).unwrap();
    let said = folder.fails(&format!("import people.csv {OWNER}"));
    assert!(said.contains("stopped: 2 contacts are in, go on with --from-line 5"), "{said}");
    assert!(
        said.contains("1 rows of the lines 2 to 4 were rejected, and are not all in people.rejected.csv"),
        "{said}"
    );
    folder.done(&format!("import people.csv {OWNER} --from-line 5"));
    assert_eq!(export(&folder), ["Ana,Paz,,", "Leo,Gil,,"]);
}

#[test]
fn a_file_that_cannot_be_imported_says_what_it_needs() {
    let folder = Folder::new();
    assert!(folder.fails(&format!("import nothing.csv {OWNER}")).contains("cannot read nothing.csv"));
    folder.write("people.csv", "name,mail\nAna,x\n");
    let said = folder.fails(&format!("import people.csv {OWNER}"));
    assert!(said.contains("first_name and last_name (or Nombre and Apellidos)"), "{said}");
    folder.write("people.csv", "");
    assert!(folder.fails(&format!("import people.csv {OWNER}")).contains("headings"));
    folder.write("people.csv", "nombre,first_name,apellido\nAna,Ana,Paz\n");
    assert!(
        folder.fails(&format!("import people.csv {OWNER}")).contains("nombre and first_name mean the same")
    );
    let mut broken = "first_name,last_name\nJosé,Núñez\n".to_owned().into_bytes();
    broken.extend(b"Jos\xe9,Gil\n");
    folder.write("people.csv", broken);
    let said = folder.fails(&format!("import people.csv {OWNER}"));
    assert!(said.contains("is UTF-8 up to its byte 39"), "{said}");
    assert!(!folder.path("contacts.db").exists(), "nothing was made");
    folder.write(
        "people.csv",
        format!("first_name,last_name\nAna,Paz\n\"Eva,Gil\n{}", "Leo,Gil\n".repeat(10_000)),
    );
    let said = folder.fails(&format!("import people.csv {OWNER}"));
    assert!(said.contains("the row of line 3 does not end: is a quotation mark not closed?"), "{said}");
    assert!(said.contains("go on with --from-line 2"), "{said}");
    folder.write("people.csv", format!("first_name,last_name{}", ",x".repeat(100_000)));
    let said = folder.fails(&format!("import people.csv {OWNER}"));
    assert!(said.contains("cannot import people.csv: its first line does not end"), "{said}");
}

#[test]
fn a_hundred_thousand_rows_go_in_while_the_service_works_and_are_found() {
    let folder = Folder::new();
    let mut text = String::from("first_name,last_name,email,phone\n");
    for number in 0..100_000 {
        let name = if number == 77_777 { "José,Núñez" } else { "Ana,Paz" };
        text += &format!("{name},user{number}@example.com,+34 6{number:08}\n");
    }
    folder.write("people.csv", text);
    let service = folder.serve("");
    let import = folder
        .command(PROGRAM)
        .args(format!("import people.csv {OWNER}").split(' '))
        .stdout(Stdio::null())
        .spawn();
    let mut import = import.unwrap();
    let mut written = 0;
    while import.try_wait().unwrap().is_none() {
        service.post(
            "contacts/contact",
            json!({ "action": "create", "first_name": "Mientras", "last_name": "Tanto" }),
        );
        written += 1;
    }
    assert!(import.wait().unwrap().success());
    assert!(written > 3, "the service wrote {written} times meanwhile");
    assert_eq!(service.find("jose nunez"), ["José"]);
    assert_eq!(service.find("mientras").len(), written.min(1000));
    assert_eq!(export(&folder).len(), 100_000 + written);
}

#[test]
fn an_interrupted_import_says_where_to_go_on() {
    let folder = Folder::new();
    let rows: Vec<String> = (0..300_000).map(|number| format!("Ana{number},Paz,,")).collect();
    folder.write("people.csv", format!("first_name,last_name,email,phone\n{}\n", rows.join("\n")));
    let mut import = folder.command(PROGRAM);
    import.args(format!("import people.csv {OWNER}").split(' ')).stderr(Stdio::piped());
    let import = import.spawn().unwrap();
    std::thread::sleep(Duration::from_millis(700));
    assert!(Command::new("kill").args(["-INT", &import.id().to_string()]).status().unwrap().success());
    let said: Said = import.wait_with_output().unwrap().into();
    assert!(!said.success && said.err.contains("interrupted"), "{}", said.err);
    let line = said.err.trim().rsplit(' ').next().unwrap();
    assert!(line.parse::<u32>().unwrap() > 2, "{}", said.err);
    folder.done(&format!("import people.csv {OWNER} --from-line {line}"));
    assert_eq!(export(&folder), rows);
}
