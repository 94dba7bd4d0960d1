//! Accounts, roles, and what ties contacts to them.

use serde_json::{Value, json};
use thirtyfour::Key;

use crate::client::column;
use crate::site::Site;
use crate::target::{button, field, link, option, row};

/// The links of the workspace's only contact: account and role of each.
fn links(site: &Site) -> Vec<(String, String)> {
    let contact = site.ana().done("contacts/", &json!({}))["data"][0]["uuid"].clone();
    let list =
        site.ana().done("contacts/associations", &json!({ "action": "list", "contact_uuid": contact }));
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    list["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| (text(&row["account_name"]), text(&row["rol_name"])))
        .collect()
}

fn pairs(links: &[(&str, &str)]) -> Vec<(String, String)> {
    links.iter().map(|(account, role)| ((*account).to_owned(), (*role).to_owned())).collect()
}

#[test]
fn a_contact_is_associated_its_role_changed_and_the_link_removed() {
    let site = Site::holding("José,Núñez,,,Acme,Decisor");
    for name in ["Tech Solutions", "Viejos Tiempos"] {
        let made = site.ana().done("accounts/account", &json!({ "action": "create", "name": name }));
        if name.starts_with("Viejos") {
            let inactivate = json!({ "action": "inactivate", "uuid": made["uuid"] });
            site.ana().done("accounts/account", &inactivate);
        }
    }
    let tab = site.enter();
    tab.takes_its_time();
    tab.click(&row("José Núñez"));
    tab.finds(&link("Acme"));
    tab.click(&button("Asociar cuenta"));
    tab.fill(&field("Cuenta"), "tech");
    tab.click(&option("Tech Solutions"));
    tab.choose(&field("Rol"), "Influenciador");
    tab.click(&button("Asociar cuenta"));
    tab.sees("Asociado a Tech Solutions");
    assert_eq!(links(&site), pairs(&[("Acme", "Decisor"), ("Tech Solutions", "Influenciador")]));

    tab.choose(&field("Rol en Acme"), "Compras");
    tab.sees("Rol cambiado a Compras");
    assert_eq!(links(&site)[0].1, "Compras");

    tab.click(&button("Quitar Acme"));
    tab.sees("Se quitará la asociación con Acme");
    tab.loses(&link("Acme"));
    tab.click(&button("Deshacer"));
    tab.finds(&link("Acme"));
    tab.click(&button("Quitar Acme"));
    tab.click(&button("Cerrar").last());
    tab.sees("Asociación con Acme quitada");
    assert_eq!(links(&site), pairs(&[("Tech Solutions", "Influenciador")]));

    // What can't be is said: twice the same account, and one that is inactive can't be chosen.
    tab.may_say("400");
    tab.click(&button("Asociar cuenta"));
    tab.fill(&field("Cuenta"), "tech");
    tab.click(&option("Tech Solutions"));
    tab.click(&button("Asociar cuenta"));
    tab.sees("Ya está asociado a esa cuenta.");
    tab.fill(&field("Cuenta"), "viejos");
    let old = tab.finds(&option("Viejos Tiempos Inactiva"));
    assert_eq!(tab.attribute(&old, "aria-disabled"), "true");
    // One that is missing is made on the way.
    tab.fill(&field("Cuenta"), "Nueva, S. L.");
    tab.click(&option("Crear la cuenta «Nueva, S. L.»"));
    tab.sees("Cuenta Nueva, S. L. creada");
    tab.click(&button("Asociar cuenta"));
    tab.sees("Asociado a Nueva, S. L.");
    assert_eq!(links(&site), pairs(&[("Tech Solutions", "Influenciador"), ("Nueva, S. L.", "Decisor")]));
    tab.click(&link("Nueva, S. L."));
    tab.sees("Personas asociadas");
    tab.finds(&link("José Núñez"));
}

#[test]
fn who_types_on_is_not_given_what_was_found_before() {
    let site = Site::holding("José,Núñez,,,,");
    for name in ["Aardvark", "Acme"] {
        site.ana().done("accounts/account", &json!({ "action": "create", "name": name }));
    }
    let tab = site.enter();
    tab.click(&row("José Núñez"));
    tab.click(&button("Asociar cuenta"));
    tab.fill(&field("Cuenta"), "a");
    tab.finds(&option("Aardvark"));
    // At once, as somebody does who types fast.
    tab.keys(&format!("cme{}", Key::Enter.value()));
    tab.loses(&option("Aardvark"));
    tab.finds(&option("Acme"));
    tab.key(Key::Enter);
    assert_eq!(tab.value(&field("Cuenta")), "Acme");
    tab.key(Key::Enter);
    tab.sees("Asociado a Acme");
    assert_eq!(links(&site), pairs(&[("Acme", "Decisor")]));
}

#[test]
fn a_link_that_is_about_to_go_stays_away_and_can_be_made_anew() {
    let site = Site::holding("José,Núñez,,,Acme,Decisor\nAna,Paz,,,,");
    let tab = site.enter();
    tab.takes_its_time();
    tab.click(&row("José Núñez"));
    tab.click(&button("Quitar Acme"));
    tab.loses(&link("Acme"));
    // The service has it still; who looks again does not see it.
    tab.click(&row("Ana Paz"));
    tab.has_open("Ana Paz");
    tab.click(&row("José Núñez"));
    tab.has_open("José Núñez");
    tab.sees("Aún no está asociado a ninguna cuenta.");
    assert!(!tab.has(&link("Acme")) && !tab.has(&row("Acme")));
    tab.keys_with(Key::Control, "z");
    tab.finds(&link("Acme"));
    tab.click(&button("Quitar Acme"));
    tab.loses(&link("Acme"));
    tab.click(&button("Asociar cuenta"));
    tab.fill(&field("Cuenta"), "acme");
    tab.click(&option("Acme"));
    tab.choose(&field("Rol"), "Compras");
    tab.click(&button("Asociar cuenta"));
    tab.sees("Asociado a Acme");
    tab.finds(&link("Acme"));
    assert_eq!(links(&site), pairs(&[("Acme", "Compras")]));
}

#[test]
fn a_role_that_somebody_else_made_meanwhile_is_shown() {
    let site = Site::holding("José,Núñez,,,Acme,Decisor");
    let tab = site.enter();
    tab.click(&row("José Núñez"));
    assert_eq!(tab.chosen(&field("Rol en Acme")), "Decisor");
    site.ana().done("roles/role", &json!({ "action": "create", "name": "Asesor" }));
    site.import("Ana,Paz,,,Acme,Asesor");
    tab.click(&link("Acme"));
    tab.finds(&link("Ana Paz"));
    assert_eq!(tab.chosen(&field("Rol en Ana Paz")), "Asesor");
}

#[test]
fn accounts_are_made_renamed_inactivated_and_deleted() {
    let site = Site::holding("José,Núñez,,,Acme,Decisor");
    let accounts = |status: &str| {
        let list = json!({ "filters": { "status": status } });
        column(&site.ana().done("accounts/", &list), "name")
    };
    let tab = site.enter();
    tab.takes_its_time();
    tab.click(&link("Cuentas"));
    tab.finds(&row("Acme"));
    tab.click(&button("Nueva cuenta"));
    tab.fill(&field("Nombre de la cuenta"), &"x".repeat(101));
    tab.sees("Sobra 1 carácter: el máximo es 100.");
    tab.fill(&field("Nombre de la cuenta"), "Cafés del Sur");
    tab.click(&button("Crear cuenta"));
    tab.sees("Cuenta Cafés del Sur creada");
    assert!(!tab.text().contains("null"), "{}", tab.text());
    tab.click(&button("Renombrar"));
    tab.fill(&field("Nombre de la cuenta"), "Cafés del Norte");
    tab.click(&button("Guardar"));
    tab.sees("La cuenta se llama ahora Cafés del Norte");
    tab.finds(&row("Cafés del Norte"));
    tab.click(&button("Inactivar"));
    tab.sees("La cuenta Cafés del Norte está inactiva");
    tab.sees("A una cuenta inactiva no se le pueden asociar más contactos.");
    assert_eq!(
        (accounts("active"), accounts("inactive")),
        (vec!["Acme".into()], vec!["Cafés del Norte".into()])
    );
    tab.choose(&field("Estado"), "Solo inactivas");
    tab.loses(&row("Acme"));
    tab.choose(&field("Estado"), "Todas");
    tab.fill(&field("Buscar cuentas"), "cafes");
    tab.loses(&row("Acme"));
    tab.click(&row("Cafés del Norte"));
    tab.click(&button("Activar"));
    tab.sees("La cuenta Cafés del Norte vuelve a estar activa");
    tab.click(&button("Eliminar"));
    tab.sees("La cuenta Cafés del Norte se eliminará enseguida");
    tab.click(&button("Deshacer"));
    tab.click(&row("Cafés del Norte"));
    tab.click(&button("Eliminar"));
    tab.click(&button("Cerrar").last());
    tab.sees("Cuenta Cafés del Norte eliminada");
    assert_eq!(accounts("all"), ["Acme"]);
}

#[test]
fn roles_are_made_renamed_and_deleted_but_not_while_they_are_in_use() {
    let site = Site::holding("José,Núñez,,,Acme,Decisor");
    let roles = || column(&site.ana().done("roles/", &json!({})), "name");
    let tab = site.enter();
    tab.click(&link("Roles"));
    tab.sees("Influenciador");
    tab.click(&button("Nuevo rol"));
    tab.fill(&field("Nombre del rol"), "Dirección");
    tab.key(Key::Enter);
    tab.sees("Rol Dirección creado");
    assert_eq!(roles(), ["Decisor", "Influenciador", "Usuario", "Compras", "Otro", "Dirección"]);
    tab.click(&button("Cambiar el nombre de Dirección"));
    tab.fill(&field("Nombre del rol"), "Gerencia");
    tab.click(&button("Guardar"));
    tab.sees("El rol se llama ahora Gerencia");
    tab.click(&button("Eliminar Gerencia"));
    tab.sees("¿Eliminar el rol Gerencia?");
    tab.click(&button("Eliminar"));
    tab.sees("Rol Gerencia eliminado");
    tab.may_say("400");
    tab.click(&button("Eliminar Decisor"));
    tab.click(&button("Eliminar"));
    tab.sees("Este rol está en uso");
    assert_eq!(roles(), ["Decisor", "Influenciador", "Usuario", "Compras", "Otro"]);
}
