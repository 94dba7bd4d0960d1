//! Many contacts: searched, filtered, selected, scrolled.

use serde_json::json;
use thirtyfour::Key;

use crate::client::column;
use crate::proxy::{Answers, Proxy};
use crate::site::Site;
use crate::tab::{Look, Tab};
use crate::target::{button, choice, field, link, option, row};

const PEOPLE: &str = "José,Núñez,jose@example.com,,Acme,Decisor
Josefa,Nunes,,,Acme,Compras
Begoña,Íñiguez,,+34 600,Cafés Sur,Usuario
Ana,Paz,,,,
Ámbar,Castro,,,Cafés Sur,Otro";

/// Waits until the list has exactly these people.
fn shows(tab: &Tab, names: &[&str]) {
    let script = "return [...document.querySelectorAll('[role=row] .name')].map((name) => name.textContent)";
    let mut seen = json!(null);
    tab.wait(&format!("list of {names:?}"), || {
        seen = tab.script(script, &[]);
        let mut shown: Vec<_> = seen.as_array()?.iter().filter_map(|name| name.as_str()).collect();
        let mut wanted = names.to_vec();
        shown.sort_unstable();
        wanted.sort_unstable();
        (shown == wanted).then_some(())
    });
}

#[test]
fn a_search_finds_as_one_types_and_accents_do_not_matter() {
    let site = Site::holding(PEOPLE);
    let tab = site.enter();
    shows(&tab, &["José Núñez", "Josefa Nunes", "Begoña Íñiguez", "Ana Paz", "Ámbar Castro"]);
    let search = field("Buscar contactos");
    tab.fill(&search, "jose nu");
    shows(&tab, &["José Núñez", "Josefa Nunes"]);
    tab.fill(&search, "NUÑ");
    shows(&tab, &["José Núñez"]);
    tab.fill(&search, "íniguez bego");
    shows(&tab, &["Begoña Íñiguez"]);
    tab.fill(&search, "ambar");
    shows(&tab, &["Ámbar Castro"]);
    tab.fill(&search, "nadie <b>");
    tab.sees("No hay contactos que coincidan con «nadie <b>».");
    tab.click(&button("Quitar los filtros"));
    shows(&tab, &["José Núñez", "Josefa Nunes", "Begoña Íñiguez", "Ana Paz", "Ámbar Castro"]);
    assert_eq!(tab.value(&search), "");
}

#[test]
fn a_fast_typist_stays_within_the_limit_and_sees_the_last_word() {
    let site = Site::holding(PEOPLE);
    let tab = site.enter();
    tab.click(&field("Buscar contactos"));
    for _ in 0..8 {
        tab.keys("begoña");
        tab.keys_with(Key::Control, "a");
    }
    tab.keys("castro");
    shows(&tab, &["Ámbar Castro"]);
    assert_eq!(site.refused(), 0, "{}", site.node.log());
}

#[test]
fn a_list_is_filtered_by_account_and_by_state() {
    let site = Site::holding(PEOPLE);
    let list = site.ana().done("contacts/", &json!({ "filters": { "search": "ambar" } }));
    site.ana().done("contacts/contact", &json!({ "action": "inactivate", "uuid": list["data"][0]["uuid"] }));
    let tab = site.enter();
    let account = field("Filtrar por cuenta");
    tab.fill(&account, "cafes");
    tab.click(&option("Cafés Sur"));
    shows(&tab, &["Begoña Íñiguez", "Ámbar Castro"]);
    tab.choose(&field("Estado"), "Solo inactivos");
    shows(&tab, &["Ámbar Castro"]);
    tab.choose(&field("Estado"), "Solo activos");
    shows(&tab, &["Begoña Íñiguez"]);
    tab.fill(&field("Buscar contactos"), "zzz");
    tab.sees("Nadie por aquí");
    tab.fill(&field("Buscar contactos"), "");
    shows(&tab, &["Begoña Íñiguez"]);
    tab.click(&button("Quitar la cuenta"));
    shows(&tab, &["José Núñez", "Josefa Nunes", "Begoña Íñiguez", "Ana Paz"]);
    tab.choose(&field("Estado"), "Todos");
    shows(&tab, &["José Núñez", "Josefa Nunes", "Begoña Íñiguez", "Ana Paz", "Ámbar Castro"]);
}

#[test]
fn who_types_and_presses_enter_goes_to_what_was_typed() {
    let site = Site::holding(PEOPLE);
    let tab = site.enter();
    tab.finds(&row("José Núñez"));
    tab.fill(&field("Buscar contactos"), "castro");
    tab.key(Key::Enter);
    tab.has_focus("row", "Ámbar Castro");
    tab.key(Key::Enter);
    tab.has_open("Ámbar Castro");
}

#[test]
fn two_cells_of_a_spreadsheet_are_searched_for() {
    let site = Site::holding(PEOPLE);
    let tab = site.enter();
    tab.finds(&row("José Núñez"));
    let paste = "const field = document.querySelector('input[type=search]');
        field.value = 'José\\tNúñez';
        field.dispatchEvent(new Event('input', { bubbles: true }));";
    tab.script(paste, &[]);
    shows(&tab, &["José Núñez"]);
}

#[test]
fn a_list_that_fails_says_so_and_shows_nothing_else() {
    let site = Site::holding(PEOPLE);
    let proxy = Proxy::before(site.node.port);
    let tab = site.enter_through(&proxy, Look::default());
    tab.sees("5 contactos");
    tab.may_say("500");
    proxy.answer(Answers::Replaced(
        "HTTP/1.1 500 Internal Server Error\r\ncontent-type: application/json\r\ncontent-length: 55\r\n\
         connection: close\r\n\r\n{\"res\":\"error\",\"code\":5,\"info\":\"Internal server error\"}",
    ));
    tab.fill(&field("Buscar contactos"), "jose");
    tab.sees("No se pudo cargar la lista");
    tab.loses(&row("José Núñez"));
    assert!(!tab.text().contains("5 contactos"), "{}", tab.text());
    proxy.answer(Answers::AsTheyAre);
    tab.click(&button("Reintentar"));
    shows(&tab, &["José Núñez", "Josefa Nunes"]);
    tab.sees("2 contactos");
}

#[test]
fn who_goes_elsewhere_while_many_are_changed_finds_them_changed() {
    let rows: Vec<_> = (0..30).map(|number| format!("Ana,Número {number:02},,,,")).collect();
    let site = Site::holding(&rows.join("\n"));
    let tab = site.enter();
    tab.sees("30 contactos");
    tab.click(&choice("Seleccionar todos los cargados"));
    tab.click(&button("Inactivar"));
    tab.click(&link("Cuentas"));
    tab.sees("Aún no hay cuentas");
    tab.click(&link("Contactos"));
    tab.finds(&row("Número 00"));
    tab.sees("30 contactos inactivados.");
    tab.wait("end of those that are active", || {
        let active = "return [...document.querySelectorAll('.rows .row')].filter((row) => !/Inactivo/.test(row.textContent)).length";
        (tab.script(active, &[]) == 0).then_some(())
    });
}

#[test]
fn several_are_selected_and_treated_alike() {
    let site = Site::holding(PEOPLE);
    let inactive = || {
        let list = json!({ "filters": { "status": "inactive" } });
        column(&site.ana().done("contacts/", &list), "first_name")
    };
    let tab = site.enter();
    tab.takes_its_time();
    tab.click(&choice("Seleccionar a José Núñez"));
    tab.click(&choice("Seleccionar a Ana Paz"));
    tab.sees("2 seleccionados");
    tab.click(&button("Inactivar"));
    tab.sees("2 contactos inactivados.");
    assert_eq!(inactive(), ["José", "Ana"]);
    // Two of three are so already, and that is told.
    tab.may_say("400");
    tab.click(&choice("Seleccionar a Josefa Nunes"));
    tab.click(&button("Inactivar"));
    tab.sees("1 contacto inactivado. 2 ya lo estaban.");
    tab.click(&button("Activar"));
    tab.sees("3 contactos activados.");
    assert_eq!(inactive(), Vec::<String>::new());

    tab.click(&button("Asociar cuenta"));
    tab.fill(&field("Cuenta"), "cafes");
    tab.click(&option("Cafés Sur"));
    tab.click(&button("Asociar cuenta"));
    tab.sees("3 contactos asociados.");
    let cafes = site.ana().done("accounts/", &json!({ "filters": { "search": "cafes" } }));
    let links = json!({ "action": "list", "account_uuid": cafes["data"][0]["uuid"] });
    let links = site.ana().done("contacts/associations", &links);
    let mut people = column(&links, "first_name");
    people.sort();
    assert_eq!(people, ["Ana", "Begoña", "Josefa", "José", "Ámbar"]);

    tab.click(&button("Eliminar"));
    tab.sees("3 contactos se eliminarán enseguida");
    shows(&tab, &["Begoña Íñiguez", "Ámbar Castro"]);
    tab.click(&button("Deshacer"));
    shows(&tab, &["José Núñez", "Josefa Nunes", "Begoña Íñiguez", "Ana Paz", "Ámbar Castro"]);
    tab.click(&choice("Seleccionar todos los cargados"));
    tab.sees("5 seleccionados");
    tab.click(&button("Eliminar"));
    tab.sees("Aún no tienes contactos");
    // Who sends the notice away has decided.
    tab.click(&button("Cerrar").last());
    tab.sees("5 contactos eliminados");
    assert_eq!(site.export(), Vec::<String>::new());
}

#[test]
fn ten_thousand_contacts_scroll_to_the_end_and_the_page_stays_small() {
    let rows: Vec<String> = (0..10_000).map(|number| format!("Ana,Número {number:05},,,,")).collect();
    let site = Site::holding(&rows.join("\n"));
    let tab = site.enter();
    tab.finds(&row("Ana Número 00000"));
    let to_the_end = "const list = document.querySelector('.list'); list.scrollTop = list.scrollHeight; return list.scrollTop";
    tab.wait("end of the list", || {
        tab.script(to_the_end, &[]);
        let elements = tab.script("return document.querySelectorAll('*').length", &[]).as_u64().unwrap();
        assert!(elements < 1500, "{elements} elements");
        tab.text().contains("Ana Número 09999").then_some(())
    });
    tab.sees("10.000 contactos");
    // A second of wheeling through all of it: a frame that takes long is one that stutters.
    let scroll = "const done = arguments[arguments.length - 1], list = document.querySelector('.list');
        const frames = []; let before = performance.now(); let start = before;
        requestAnimationFrame(function step(now) {
            frames.push(now - before); before = now;
            list.scrollTop = list.scrollHeight * (1 - (now - start) / 1000);
            if (now - start < 1000) requestAnimationFrame(step); else done(frames.sort((a, b) => a - b));
        });";
    let frames = tab.long_script(scroll, &[]);
    let frames = frames.as_array().unwrap();
    let median = frames[frames.len() / 2].as_f64().unwrap();
    println!("10,000 rows: {} frames in a second, half of them within {median:.1} ms", frames.len());
    tab.finds(&row("Ana Número 00000"));
    // From the first to the last by one key, and the one that has the focus is there.
    tab.click(&field("Buscar contactos"));
    tab.key(Key::Down);
    tab.key(Key::End);
    tab.wait("the last row", || tab.focus().1.contains("Ana Número 09999").then_some(()));
}
