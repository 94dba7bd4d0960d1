//! Pictures of the main views, which the README shows: `make screenshots`.

use std::path::PathBuf;
use std::{env, fs};

use crate::site::Site;
use crate::tab::{Look, Tab};
use crate::target::{button, choice, field, heading, link, row};

/// Where they go to. Without a word, to where nobody looks: that the views can be shown at all is worth a test.
fn folder() -> PathBuf {
    let folder = env::var_os("CONTACTS_SCREENSHOTS");
    let folder = folder.map_or_else(
        || PathBuf::from(env!("CARGO_TARGET_TMPDIR")),
        |folder| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(folder),
    );
    fs::create_dir_all(&folder).unwrap();
    folder
}

fn keep(tab: &Tab, name: &str) {
    tab.still();
    let picture = tab.picture();
    assert!(picture.len() > 5_000, "{name} shows next to nothing");
    fs::write(folder().join(name), picture).unwrap();
}

#[test]
fn pictures_of_the_main_views() {
    let site = Site::demo();
    let desk = Look { height: 720, ..Look::default() };

    let tab = site.enter_with(desk);
    tab.sees("Inactivo");
    keep(&tab, "contacts.png");
    tab.look(desk.dark().english());
    tab.reload();
    tab.fill(&field("Search contacts"), "nunez");
    tab.loses(&row("Carmen Álvarez"));
    tab.click(&row("Emilio Núñez Ferrer"));
    tab.finds(&heading("Accounts and roles"));
    tab.finds(&button("Inactivate"));
    keep(&tab, "contact-dark.png");

    let tab = site.enter_with(Look { height: 780, ..desk });
    tab.click(&link("Importar"));
    let file = tempfile::tempdir().unwrap();
    let path = file.path().join("feria.csv");
    let rows = "Nombre;Apellidos;Correo;Teléfono\nBegoña;Íñiguez;bego@cafesdelsur.example;+34 555 01 22 33\n\
                Íñigo;Peña Ruiz;ipena@;+34 555 01 44 55\nXimena;Zúñiga;ximena@lasauces.example;\nJoão;Gonçalves;;+55 20 95555 10 10\n";
    fs::write(&path, rows).unwrap();
    tab.choose_file(&path);
    tab.sees("Vista previa");
    keep(&tab, "import.png");

    let tab = site.enter_with(Look::default().phone());
    tab.sees("Inactivo");
    keep(&tab, "phone.png");
    tab.look(Look::default().phone().dark());
    tab.click(&choice("Seleccionar a Carmen Álvarez").first());
    tab.click(&row("Fabián Cordeiro").first());
    tab.finds(&heading("Cuentas y roles"));
    tab.finds(&button("Inactivar"));
    keep(&tab, "phone-dark.png");
}
