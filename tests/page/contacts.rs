//! One contact: made, changed, inactivated, deleted.

use std::time::Duration;

use serde_json::json;
use thirtyfour::Key;

use crate::client::column;
use crate::proxy::{Answers, Proxy};
use crate::site::Site;
use crate::tab::{Look, Tab};
use crate::target::{button, choice, dialog, field, link, option, row};

fn new_contact(tab: &Tab, first_name: &str, last_name: &str) {
    tab.click(&button("Nuevo contacto").first());
    tab.fill(&field("Nombre"), first_name);
    tab.fill(&field("Apellidos"), last_name);
}

/// Opens the panel of somebody in the list.
fn open(tab: &Tab, name: &str) {
    tab.click(&row(name));
    tab.finds(&button("Editar"));
}

#[test]
fn a_contact_is_made_and_is_there() {
    let site = Site::new();
    let tab = site.enter();
    tab.sees("Aún no tienes contactos");
    new_contact(&tab, "José", "Núñez");
    tab.fill(&field("Correo opcional"), "jose@example.com");
    tab.fill(&field("Teléfono opcional"), "+34 600 10 20 30");
    tab.click(&button("Crear contacto"));
    tab.sees("José Núñez ya está en tus contactos");
    tab.finds(&row("José Núñez"));
    assert_eq!(site.export(), ["José,Núñez,jose@example.com,+34 600 10 20 30"]);
    tab.reload();
    tab.finds(&row("José Núñez"));
    tab.sees("jose@example.com");
}

#[test]
fn bounds_are_told_while_one_types_and_the_first_wrong_field_gets_the_focus() {
    let site = Site::new();
    let tab = site.enter();
    tab.click(&button("Nuevo contacto").first());
    tab.click(&button("Crear contacto"));
    tab.sees("Este campo es obligatorio.");
    assert_eq!(tab.focus(), ("textbox".into(), "Nombre".into()));
    tab.fill(&field("Nombre"), &"ñ".repeat(52));
    tab.sees("Sobran 2 caracteres: el máximo es 50.");
    let described = "const field = document.activeElement; return [field.getAttribute('aria-invalid'), \
                     document.getElementById(field.getAttribute('aria-describedby')).textContent]";
    assert_eq!(tab.script(described, &[]), json!(["true", "Sobran 2 caracteres: el máximo es 50."]));
    tab.key(Key::Backspace);
    tab.sees("Sobra 1 carácter: el máximo es 50.");
    tab.key(Key::Backspace);
    tab.sees_no("el máximo es 50");
    tab.fill(&field("Apellidos"), "Paz");
    tab.fill(&field("Correo opcional"), "nadie");
    tab.key(Key::Tab);
    tab.sees("Debe ser como nombre@ejemplo.com, sin espacios.");
    tab.click(&button("Crear contacto"));
    assert_eq!(site.export(), Vec::<String>::new());
    tab.fill(&field("Correo opcional"), "nadie@example.com");
    tab.click(&button("Crear contacto"));
    tab.sees("ya está en tus contactos");
    assert_eq!(site.export(), [format!("{},Paz,nadie@example.com,", "ñ".repeat(50))]);
}

#[test]
fn a_contact_is_changed_and_what_is_cleared_is_gone() {
    let site = Site::holding("Jose,Nunes,jose@example.com,+34 600,,");
    let tab = site.enter();
    open(&tab, "Jose Nunes");
    tab.click(&button("Editar"));
    assert_eq!(tab.value(&field("Correo opcional")), "jose@example.com");
    tab.fill(&field("Nombre"), "José");
    tab.fill(&field("Apellidos"), "Núñez");
    tab.fill(&field("Correo opcional"), "");
    // On another device the phone is put right meanwhile.
    let ana = site.ana();
    let uuid = ana.post("contacts/", &json!({})).unwrap().body["data"][0]["uuid"].clone();
    let phone = json!({
        "action": "update", "uuid": uuid, "first_name": "Jose", "last_name": "Nunes", "phone": "+34 611"
    });
    assert_eq!(ana.post("contacts/contact", &phone).unwrap().status, 200);
    tab.click(&button("Guardar"));
    tab.sees("Cambios de José Núñez guardados");
    tab.finds(&row("José Núñez"));
    tab.loses(&row("Jose Nunes"));
    assert_eq!(site.export(), ["José,Núñez,,+34 611"]);
}

#[test]
fn what_was_typed_is_not_lost_by_a_slip() {
    let site = Site::new();
    let tab = site.enter();
    new_contact(&tab, "José", "Núñez");
    tab.key(Key::Escape);
    tab.finds(&dialog("¿Descartar los cambios?"));
    tab.click(&button("Cancelar"));
    assert_eq!(tab.value(&field("Apellidos")), "Núñez");
    tab.key(Key::Escape);
    tab.click(&button("Descartar"));
    tab.loses(&dialog("Nuevo contacto"));
    // Where nothing was typed, nothing is asked.
    tab.click(&button("Nuevo contacto").first());
    tab.key(Key::Escape);
    tab.loses(&dialog("Nuevo contacto"));
}

#[test]
fn a_contact_is_inactivated_and_activated() {
    let site = Site::holding("José,Núñez,,,,\nAna,Paz,,,,");
    let inactive = || {
        let list = json!({ "filters": { "status": "inactive" } });
        column(&site.ana().done("contacts/", &list), "first_name")
    };
    let tab = site.enter();
    open(&tab, "José Núñez");
    tab.click(&button("Inactivar"));
    tab.sees("José Núñez está inactivo");
    assert_eq!(inactive(), ["José"]);
    tab.click(&button("Cerrar el panel"));
    tab.finds(&row("José Núñez — — Inactivo"));
    open(&tab, "José Núñez");
    tab.click(&button("Activar"));
    tab.sees("José Núñez vuelve a estar activo");
    assert_eq!(inactive(), Vec::<String>::new());
    tab.click(&button("Cerrar el panel"));
    tab.finds(&row("José Núñez — — Activo"));
}

#[test]
fn a_deletion_is_taken_back() {
    let site = Site::holding("Ana,Paz,,,,\nJosé,Núñez,,,,\nLeo,Gil,,,,");
    let tab = site.enter();
    tab.takes_its_time();
    open(&tab, "José Núñez");
    tab.click(&button("Eliminar"));
    tab.sees("José Núñez se eliminará enseguida");
    tab.loses(&row("José Núñez"));
    tab.click(&button("Deshacer"));
    tab.finds(&row("José Núñez"));
    assert_eq!(order(&tab), ["Ana Paz", "José Núñez", "Leo Gil"], "it is where it was");
    // The same by the keyboard.
    open(&tab, "Leo Gil");
    tab.click(&button("Eliminar"));
    tab.loses(&row("Leo Gil"));
    tab.keys_with(Key::Control, "z");
    tab.finds(&row("Leo Gil"));
    tab.sees_no("se eliminará enseguida");
    // Whoever is on the way out is not found meanwhile, and is there again after all.
    open(&tab, "Leo Gil");
    tab.click(&button("Eliminar"));
    tab.fill(&field("Buscar contactos"), "leo");
    tab.sees("Nadie por aquí");
    tab.click(&button("Deshacer"));
    tab.finds(&row("Leo Gil"));
    assert_eq!(site.export().len(), 3);
}

/// The names in the list, as they stand.
fn order(tab: &Tab) -> Vec<String> {
    let names = "return [...document.querySelectorAll('[role=row] .name')]
        .sort((a, b) => a.getBoundingClientRect().top - b.getBoundingClientRect().top).map((name) => name.textContent)";
    tab.script(names, &[]).as_array().unwrap().iter().map(|name| name.as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_deletion_is_carried_out_after_a_while_and_when_one_leaves() {
    let site = Site::holding("Ana,Paz,,,,\nJosé,Núñez,,,,\nLeo,Gil,,,,");
    let tab = site.enter();
    open(&tab, "José Núñez");
    tab.click(&button("Eliminar"));
    tab.sees("José Núñez se eliminará enseguida");
    assert_eq!(site.export().len(), 3, "there is a way back");
    tab.sees("José Núñez eliminado");
    assert_eq!(site.export(), ["Ana,Paz,,", "Leo,Gil,,"]);
    open(&tab, "Leo Gil");
    tab.click(&button("Eliminar"));
    tab.loses(&row("Leo Gil"));
    tab.reload();
    tab.finds(&row("Ana Paz"));
    tab.wait("deletion on the way out", || (site.export() == ["Ana,Paz,,"]).then_some(()));
}

#[test]
fn each_of_many_deletions_has_its_own_way_back() {
    let names = ["Ana", "Eva", "Gil", "Leo", "Mar", "Rut"];
    let site = Site::holding(&names.map(|name| format!("{name},Paz,,,,")).join("\n"));
    let tab = site.enter();
    tab.takes_its_time();
    for name in names {
        open(&tab, &format!("{name} Paz"));
        tab.click(&button("Eliminar"));
        tab.loses(&row(&format!("{name} Paz")));
        assert!(tab.text().contains(&format!("{name} Paz se eliminará enseguida")), "{}", tab.text());
    }
    for _ in names {
        tab.keys_with(Key::Control, "z");
    }
    for name in names {
        tab.finds(&row(&format!("{name} Paz")));
    }
    assert_eq!(site.export().len(), names.len());
}

#[test]
fn a_name_full_of_html_is_shown_as_the_text_that_it_is() {
    let evil = "<img src=x onerror=alert(1)>";
    let worse = "\"><script>alert(2)</script>{n}&amp;";
    let site = Site::new();
    site.ana().done(
        "contacts/contact",
        &json!({ "action": "create", "first_name": evil, "last_name": worse, "email": "<b>@<i>", "phone": "<u>1</u>" }),
    );
    let account = json!({ "action": "create", "name": "<h1>Acme</h1>" });
    site.ana().done("accounts/account", &account);
    let tab = site.enter();
    tab.takes_its_time();
    let name = format!("{evil} {worse}");
    tab.sees(&name);
    open(&tab, evil);
    tab.sees("<b>@<i>");
    tab.sees("<u>1</u>");
    tab.click(&button("Asociar cuenta"));
    tab.click(&field("Cuenta"));
    tab.click(&option("<h1>Acme</h1>"));
    tab.click(&button("Asociar cuenta"));
    tab.sees("Asociado a <h1>Acme</h1>");
    tab.click(&button("Inactivar"));
    tab.sees(&format!("{name} está inactivo"));
    tab.click(&button("Eliminar"));
    tab.sees(&format!("{name} se eliminará enseguida"));
    tab.keys_with(Key::Control, "z");
    tab.click(&choice(&format!("Seleccionar a {name}")));
    let made =
        "return document.querySelectorAll('b, u, main i:not([class]), [src=x], script:not([src])').length";
    assert_eq!(tab.script(made, &[]), json!(0));
    tab.script("location.hash = '#/accounts'", &[]);
    tab.sees("<h1>Acme</h1>");
}

#[test]
fn a_contact_covers_the_list_of_a_phone_and_there_is_a_way_back() {
    let site = Site::holding("José,Núñez,jose@example.com,+34 600,Acme,\nAna,Paz,,,,");
    let tab = site.enter_with(Look::default().phone());
    tab.click(&row("José Núñez"));
    let mail = tab.finds(&link("jose@example.com"));
    assert_eq!(tab.attribute(&mail, "href"), "mailto:jose@example.com");
    let phone = tab.finds(&link("+34 600"));
    assert_eq!(tab.attribute(&phone, "href"), "tel:+34%20600");
    tab.loses(&row("Ana Paz"));
    tab.click(&button("Inactivar"));
    tab.sees("José Núñez está inactivo");
    tab.click(&button("Volver"));
    tab.finds(&row("Ana Paz"));
    // The way back of the phone itself leads the same way.
    tab.click(&row("Ana Paz"));
    tab.finds(&button("Editar"));
    tab.script("history.back()", &[]);
    tab.finds(&row("José Núñez"));
    tab.click(&link("Cuentas"));
    tab.finds(&row("Acme"));
}

#[test]
fn what_somebody_else_deleted_meanwhile_is_said_to_be_gone() {
    let site = Site::holding("José,Núñez,,,,\nAna,Paz,,,,");
    let tab = site.enter();
    open(&tab, "José Núñez");
    tab.click(&button("Editar"));
    let list = site.ana().done("contacts/", &json!({ "filters": { "search": "jose" } }));
    site.ana().done("contacts/contact", &json!({ "action": "delete", "uuid": list["data"][0]["uuid"] }));
    tab.may_say("400");
    tab.fill(&field("Nombre"), "Pepe");
    tab.click(&button("Guardar"));
    tab.sees("Este contacto ya no existe o no es tuyo.");
    assert_eq!(tab.value(&field("Nombre")), "Pepe", "what was typed is still there");
}

#[test]
fn what_is_to_be_deleted_and_is_gone_already_does_not_come_back() {
    let site = Site::holding("José,Núñez,,,,\nAna,Paz,,,,");
    let tab = site.enter();
    open(&tab, "José Núñez");
    let list = site.ana().done("contacts/", &json!({ "filters": { "search": "jose" } }));
    site.ana().done("contacts/contact", &json!({ "action": "delete", "uuid": list["data"][0]["uuid"] }));
    tab.may_say("400");
    tab.click(&button("Eliminar"));
    tab.click(&button("Cerrar").last());
    tab.sees("Este contacto ya no existe o no es tuyo.");
    assert!(!tab.has(&row("José Núñez")));
}

#[test]
fn a_change_that_is_on_its_way_when_one_looks_away_is_shown() {
    let site = Site::holding("José,Núñez,,,,\nAna,Paz,,,,");
    let proxy = Proxy::before(site.node.port);
    let tab = site.enter_through(&proxy, Look::default());
    tab.finds(&row("José Núñez — — Activo"));
    open(&tab, "José Núñez");
    proxy.answer(Answers::Late(Duration::from_millis(500)));
    tab.click(&button("Inactivar"));
    tab.click(&button("Cerrar el panel"));
    tab.sees("José Núñez está inactivo");
    tab.finds(&row("José Núñez — — Inactivo"));
}

#[test]
fn an_address_is_copied_as_it_is() {
    let site = Site::holding("Ana,Paz,ana.paz@ventas.example.com,,,");
    let tab = site.enter();
    tab.cdp(
        "Browser.grantPermissions",
        json!({ "permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"] }),
    );
    tab.click(&row("Ana Paz"));
    tab.click(&button("Copiar correo"));
    tab.sees("Copiado");
    let read = "const done = arguments[arguments.length - 1];
        navigator.clipboard.readText().then(done, (error) => done(`${error}`))";
    assert_eq!(tab.long_script(read, &[]), json!("ana.paz@ventas.example.com"));
}
