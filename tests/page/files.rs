//! Files in and out.

use std::fs;
use std::time::Duration;

use encoding_rs::WINDOWS_1252;
use serde_json::json;

use crate::proxy::{Answers, Proxy};
use crate::site::Site;
use crate::tab::{Look, Tab};
use crate::target::{button, choice, field, link, option, row};

#[test]
fn a_file_is_looked_at_imported_with_its_progress_and_its_rejected_rows_come_back() {
    let site = Site::new();
    let rows: Vec<String> =
        (0..30).map(|number| format!("Ana;Número {number:02};ana{number}@example.com;")).collect();
    let text = format!(
        "Nombre;Apellidos;Correo electrónico;Móvil\r\nJosé;\"Núñez; hijo\";jose@example.com;+34 600\r\n;Sin nombre;;\r\n\
         Eva;Gil;no es correo;\r\nRut;Paz;;+34 600;111 222\r\n{}\r\n",
        rows.join("\r\n")
    );
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("gente.csv");
    // As a spreadsheet of Windows in Spanish writes it.
    fs::write(&file, WINDOWS_1252.encode(&text).0).unwrap();
    let tab = site.enter();
    tab.click(&link("Importar"));
    tab.choose_file(&file);
    tab.sees("Vista previa");
    tab.sees("Núñez; hijo");
    assert_eq!(tab.chosen(&field("Correo opcional")), "Correo electrónico");
    assert_eq!(tab.chosen(&field("Teléfono opcional")), "Móvil");
    tab.sees("Correo: Debe ser como nombre@ejemplo.com, sin espacios.");
    assert_eq!(site.export(), Vec::<String>::new(), "nothing is in before one says so");
    tab.click(&button("Importar 31 contactos"));
    tab.finds(&crate::target::progress("Importando contactos"));
    tab.sees("Importación terminada");
    tab.click(&button("Descargar 3 filas rechazadas"));
    let rejected = tab.downloaded("gente.rechazadas.csv");
    let lines: Vec<&str> = rejected.trim_start_matches('\u{feff}').lines().collect();
    assert_eq!(lines[0], "Motivo;Nombre;Apellidos;Correo electrónico;Móvil");
    assert_eq!(lines[1], "Nombre: Este campo es obligatorio.;;Sin nombre;;");
    assert_eq!(lines[2], "\"Correo: Debe ser como nombre@ejemplo.com, sin espacios.\";Eva;Gil;no es correo;");
    assert_eq!(lines[3], "tiene más celdas que títulos;Rut;Paz;;+34 600;111 222", "nothing of it is lost");
    let held = site.export();
    assert_eq!(held.len(), 31);
    assert!(held.contains(&"José,Núñez; hijo,jose@example.com,+34 600".to_owned()), "{held:?}");
    assert_eq!(site.refused(), 0, "it stays within the limit");
    tab.click(&button("Importar otro archivo"));
    let again = folder.path().join("otra.csv");
    fs::write(&again, &rejected).unwrap();
    tab.choose_file(&again);
    tab.click(&button("Descargar 3 filas rechazadas"));
    assert_eq!(tab.downloaded("otra.rechazadas.csv"), rejected, "what is wrong is as wrong as before");
    tab.click(&link("Contactos"));
    tab.finds(&row("José Núñez; hijo"));
}

#[test]
fn a_file_is_dropped_onto_the_page() {
    let site = Site::new();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("people.csv");
    fs::write(&file, "first_name,last_name\nJosé,Núñez\n").unwrap();
    let tab = site.enter();
    tab.click(&link("Importar"));
    tab.sees("Arrastra aquí tu archivo CSV");
    let place = tab.script(
        "const { x, y } = document.querySelector('.drop').getBoundingClientRect(); return { x, y }",
        &[],
    );
    let (x, y) = (place["x"].as_f64().unwrap() + 40.0, place["y"].as_f64().unwrap() + 40.0);
    let drag = |kind: &str| {
        let data = json!({ "items": [], "files": [file], "dragOperationsMask": 1 });
        tab.cdp("Input.dispatchDragEvent", json!({ "type": kind, "x": x, "y": y, "data": data }));
    };
    drag("dragEnter");
    drag("dragOver");
    tab.wait("a place that takes it", || {
        (tab.script("return document.querySelector('.drop').matches('.over')", &[]) == true).then_some(())
    });
    drag("drop");
    tab.sees("Vista previa");
    tab.click(&button("Importar 1 contacto"));
    tab.sees("Importación terminada");
    assert_eq!(site.export(), ["José,Núñez,,"]);
}

#[test]
fn an_import_that_is_stopped_says_what_is_in_and_what_is_not() {
    let site = Site::new();
    let proxy = Proxy::before(site.node.port);
    let tab = importing_400(&site, &proxy);
    proxy.answer(Answers::Late(Duration::from_millis(700)));
    tab.click(&button("Import 400 contacts"));
    // Their answers are on their way.
    tab.wait("contacts that are in", || (site.export().len() > 5).then_some(()));
    tab.click(&button("Cancel the import"));
    tab.sees("Import stopped");
    let held = site.export().len();
    tab.sees(&format!("{held}\ncontacts imported"));
    tab.sees("0\nrows rejected");
    tab.sees(&format!("{}\nrows not tried", 400 - held));
}

#[test]
fn an_import_that_is_stopped_says_of_which_rows_nobody_knows() {
    let site = Site::new();
    let proxy = Proxy::before(site.node.port);
    let tab = importing_400(&site, &proxy);
    proxy.answer(Answers::Replaced(
        "HTTP/1.1 200 OK\r\ncontent-length: 9\r\nconnection: close\r\n\r\n<html>???",
    ));
    tab.may_say("ERR_");
    tab.click(&button("Import 400 contacts"));
    tab.wait("contacts that are in", || (site.export().len() == 6).then_some(()));
    tab.click(&button("Cancel the import"));
    tab.sees("Import stopped");
    tab.sees("0\ncontacts imported");
    tab.sees("6\nrows rejected");
    tab.sees("394\nrows not tried");
    tab.click(&button("Download 400 rejected rows"));
    let file = tab.downloaded(".csv");
    let with = |reason| file.lines().filter(|line| line.contains(reason)).count();
    assert_eq!(with("stopped before the service had answered"), 6, "{file}");
    assert_eq!(with("not tried"), 394, "{file}");
}

/// The page in English, with a proxy before the service, in front of the import of a file of 400 rows.
fn importing_400(site: &Site, proxy: &Proxy) -> Tab {
    let tab = site.enter_through(proxy, Look::default().english());
    tab.click(&link("Import"));
    tab.choose_people(400);
    tab
}

#[test]
fn an_import_is_not_left_by_a_slip() {
    let site = Site::new();
    let tab = site.enter();
    tab.click(&link("Importar"));
    tab.choose_people(300);
    tab.click(&button("Importar 300 contactos"));
    tab.click(&link("Cuentas"));
    tab.sees("¿Dejar la importación?");
    tab.click(&button("Cancelar"));
    let before = site.export().len();
    tab.wait("import that goes on", || (site.export().len() > before).then_some(()));
    tab.click(&link("Cuentas"));
    tab.click(&button("Dejarla"));
    tab.sees("Aún no hay cuentas");
}

#[test]
fn a_file_that_is_none_is_refused_in_words() {
    let site = Site::new();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("people.csv");
    let tab = site.enter();
    tab.click(&link("Importar"));
    fs::write(&file, "Nombre;Apellidos\n").unwrap();
    tab.choose_file(&file);
    tab.sees("No hay filas");
    fs::write(&file, "uno;dos\nAna;Paz\n").unwrap();
    tab.choose_file(&file);
    tab.sees("Indica qué columnas son el nombre y los apellidos.");
    tab.choose(&field("Nombre"), "uno");
    tab.choose(&field("Apellidos"), "dos");
    tab.click(&button("Importar 1 contacto"));
    tab.sees("Importación terminada");
    assert_eq!(site.export(), ["Ana,Paz,,"]);
}

#[test]
fn an_export_has_what_the_filters_find_and_can_be_imported_again() {
    let rows: Vec<String> = (0..1_500).map(|number| format!("Ana,Número {number:04},,,,")).collect();
    let site = Site::holding(&format!(
        "José,Núñez,jose@example.com,+34 600,Acme,\n=1+1,\"Paz; \"\"y\"\" Gil\",,,,\n{}",
        rows.join("\n")
    ));
    let tab = site.enter();
    tab.finds(&row("José Núñez"));
    tab.click(&button("Exportar"));
    tab.sees("1502 contactos exportados");
    let file = tab.downloaded(".csv");
    let lines: Vec<&str> = file.trim_start_matches('\u{feff}').lines().collect();
    assert_eq!(lines.len(), 1_503);
    assert_eq!(lines[0], "Nombre;Apellidos;Correo;Teléfono;Cuentas");
    assert_eq!(lines[1], "José;Núñez;jose@example.com;+34 600;Acme");
    assert_eq!(lines[2], "'=1+1;\"Paz; \"\"y\"\" Gil\";;;", "a spreadsheet must not run it");
    assert_eq!(lines[1_502], "Ana;Número 1499;;;");

    let tab = site.enter();
    tab.fill(&field("Filtrar por cuenta"), "acme");
    tab.click(&option("Acme"));
    tab.loses(&row("Ana"));
    tab.click(&button("Exportar"));
    let file = tab.downloaded(".csv");
    assert_eq!(file.lines().count(), 2, "{file}");

    let tab = site.enter();
    tab.click(&choice("Seleccionar a José Núñez"));
    tab.click(&button("Exportar").last());
    let file = tab.downloaded(".csv");
    assert_eq!(file.lines().count(), 2);
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("people.csv"), file).unwrap();
    tab.click(&link("Importar"));
    tab.choose_file(&folder.path().join("people.csv"));
    tab.click(&button("Importar 1 contacto"));
    tab.sees("Importación terminada");
    let twice = site.export().into_iter().filter(|row| row == "José,Núñez,jose@example.com,+34 600");
    assert_eq!(twice.count(), 2);
}
