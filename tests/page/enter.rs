//! The way in, and who stays out.

use serde_json::json;
use thirtyfour::Key;

use crate::client::Client;
use crate::site::Site;
use crate::tab::{Look, Tab};
use crate::target::{button, choice, dialog, field, heading, link, row};

/// What the page keeps of the token, and where.
fn kept(tab: &Tab) -> (bool, bool) {
    let holds = |storage: &str| {
        let script = format!("return JSON.stringify({{...{storage}}}).includes('eyJ')");
        tab.script(&script, &[]) == true
    };
    (
        holds("sessionStorage"),
        holds("localStorage") || tab.script("return document.cookie !== ''", &[]) == true,
    )
}

#[test]
fn a_pasted_token_lets_one_in_and_stays_in_this_tab() {
    let site = Site::holding("Ana,Paz,,,,");
    let tab = site.visit(Look::default());
    tab.fill(&field("Token de acceso"), &format!("  Bearer {} ", site.token()));
    tab.click(&button("Entrar"));
    tab.sees("Ana Paz");
    assert_eq!(kept(&tab), (true, false));
    tab.reload();
    tab.sees("Ana Paz");
    tab.in_another(|| {
        tab.go(&site.address());
        tab.finds(&button("Entrar"));
    });
    tab.sees("Ana Paz");
}

#[test]
fn the_address_that_the_terminal_prints_lets_one_in_and_forgets_its_token() {
    let site = Site::holding("Ana,Paz,,,,");
    let tab = site.enter();
    tab.sees("Ana Paz");
    assert!(!tab.address().contains("eyJ"), "{}", tab.address());
    let history = tab.script("return [history.length, document.referrer]", &[]);
    assert_eq!(history[1], "");
    assert!(!site.node.log().contains("eyJ"));
    assert_eq!(kept(&tab), (true, false));
}

#[test]
fn what_is_no_token_is_said_to_be_none() {
    let site = Site::new();
    let tab = site.visit(Look::default());
    tab.click(&button("Entrar"));
    tab.sees("Pega aquí tu token.");
    tab.fill(&field("Token de acceso"), "ábrete, sésamo");
    tab.click(&button("Entrar"));
    tab.sees("Esto no parece un token");
    tab.may_say("401");
    let foreign = format!("{}x", site.token());
    tab.fill(&field("Token de acceso"), &foreign);
    tab.click(&button("Entrar"));
    tab.sees("Tu sesión ha caducado o el token no es válido. Entra de nuevo.");
    assert_eq!(kept(&tab), (false, false));
    tab.fill(&field("Token de acceso"), &site.token());
    tab.click(&button("Entrar"));
    tab.sees("Aún no tienes contactos");
}

#[test]
fn who_leaves_is_out() {
    let site = Site::holding("Ana,Paz,,,,");
    let tab = site.enter();
    tab.sees("Ana Paz");
    tab.click(&button("Menú de ana"));
    tab.click(&button("Salir"));
    tab.finds(&button("Entrar"));
    tab.sees_no("Ana Paz");
    assert_eq!(kept(&tab), (false, false));
    tab.reload();
    tab.finds(&button("Entrar"));
}

#[test]
fn who_is_not_let_in_any_more_is_told_so_or_led_to_where_one_signs_in() {
    let site = Site::holding("Ana,Paz,,,,");
    let tab = site.enter();
    tab.sees("Ana Paz");
    tab.may_say("401");
    let old = site.token();
    // As if the token's time were over: another secret, at the same address.
    let site = site.with_another_secret("");
    tab.fill(&field("Buscar contactos"), "ana");
    tab.sees("Tu sesión ha caducado o el token no es válido. Entra de nuevo.");
    assert_eq!(kept(&tab), (false, false));

    let site = site.with_another_secret("--login-url /health?from=contacts");
    let tab = site.visit(Look::default());
    // What is there has no picture.
    tab.may_say("favicon");
    let way = tab.finds(&link("Iniciar sesión"));
    assert_eq!(tab.attribute(&way, "href"), "/health?from=contacts");
    tab.may_say("401");
    tab.go(&format!("{}#token={}", site.address(), old));
    tab.wait("place where one signs in", || tab.address().ends_with("/health?from=contacts").then_some(()));
}

/// Somebody is making a contact, and has just been asked for another token.
fn typing_when_the_session_ends() -> (Site, Tab) {
    let site = Site::new();
    let tab = site.enter();
    tab.click(&button("Nuevo contacto").first());
    tab.fill(&field("Nombre"), "José");
    tab.fill(&field("Apellidos"), "Núñez");
    tab.may_say("401");
    let site = site.with_another_secret("");
    tab.click(&button("Crear contacto"));
    tab.finds(&dialog("Tu sesión ha caducado"));
    (site, tab)
}

#[test]
fn a_session_that_ends_while_one_types_is_taken_up_again_and_nothing_is_lost() {
    let (site, tab) = typing_when_the_session_ends();
    tab.fill(&field("Token de acceso"), &site.token());
    tab.click(&button("Entrar"));
    tab.sees("José Núñez ya está en tus contactos");
    assert_eq!(site.export(), ["José,Núñez,,"]);
}

#[test]
fn a_session_that_ends_during_an_import_is_taken_up_again_and_nobody_is_in_twice_or_missing() {
    let site = Site::new();
    let tab = site.enter();
    tab.click(&link("Importar"));
    tab.choose_people(60);
    tab.click(&button("Importar 60 contactos"));
    tab.wait("contacts that are in", || (site.export().len() > 10).then_some(()));
    tab.may_say("401");
    tab.may_say("ERR_");
    let site = site.with_another_secret("");
    tab.finds(&dialog("Tu sesión ha caducado"));
    // A slip is not enough to lose it.
    tab.key(Key::Escape);
    tab.sees("Lo que escribiste y lo que está en marcha aquí se perderá.");
    tab.click(&button("Cancelar"));
    // What is below is not for somebody else.
    tab.fill(&field("Token de acceso"), &site.token_of("eva"));
    tab.click(&button("Entrar"));
    tab.sees("Este token es de otra persona.");
    tab.fill(&field("Token de acceso"), &site.token());
    tab.click(&button("Entrar"));
    tab.sees("Importación terminada");
    let mut held = site.export();
    held.sort();
    let mut all: Vec<_> = (0..60).map(|number| format!("Ana,Número {number},,")).collect();
    all.sort();
    assert_eq!(held, all);
}

#[test]
fn a_session_that_ends_takes_the_token_that_another_tab_is_given() {
    let (site, tab) = typing_when_the_session_ends();
    let given = |token: &str| {
        tab.in_another(|| {
            tab.go(&format!("{}#token={token}", site.address()));
            tab.finds(&button("Nuevo contacto").first());
        });
    };
    given(&site.token_of("eva"));
    tab.finds(&dialog("Tu sesión ha caducado"));
    given(&site.token());
    tab.sees("José Núñez ya está en tus contactos");
    assert_eq!(site.export(), ["José,Núñez,,"], "it is not somebody else's");
}

#[test]
fn who_leaves_while_something_is_about_to_be_deleted_leaves_it_deleted_and_no_trace() {
    let site = Site::holding("Ana,Paz,,,,\nJosé,Núñez,,,,");
    let tab = site.enter();
    tab.takes_its_time();
    tab.click(&row("José Núñez"));
    tab.click(&button("Eliminar"));
    tab.sees("José Núñez se eliminará enseguida");
    tab.click(&button("Menú de ana"));
    tab.click(&button("Salir"));
    tab.finds(&button("Entrar"));
    assert!(!tab.text().contains("José Núñez"), "{}", tab.text());
    tab.wait("deletion on the way out", || (site.export() == ["Ana,Paz,,"]).then_some(()));
}

#[test]
fn who_leaves_while_much_goes_on_is_asked_first() {
    let rows: Vec<_> = (0..30).map(|number| format!("Ana,Número {number:02},,,,")).collect();
    let site = Site::holding(&rows.join("\n"));
    let tab = site.enter();
    tab.takes_its_time();
    tab.sees("30 contactos");
    tab.click(&choice("Seleccionar todos los cargados"));
    tab.click(&button("Eliminar"));
    tab.sees("30 contactos se eliminarán enseguida");
    tab.click(&button("Menú de ana"));
    tab.click(&button("Salir"));
    tab.sees("¿Salir de todos modos?");
    tab.click(&button("Salir").last());
    tab.finds(&button("Entrar"));
    assert_eq!(site.export().len(), 30, "a part of it would be worse than nothing");
}

#[test]
fn everybody_sees_their_own_contacts() {
    let site = Site::holding("Ana,Paz,,,,");
    let eva = Client::new(site.node.port, "eva", "demo");
    eva.create("Gil").unwrap();
    let tab = Tab::new(Look::default());
    tab.go(&format!("{}#token={}", site.address(), eva.token));
    tab.sees("Gil Paz");
    assert!(!tab.text().contains("Ana Paz"));
}

#[test]
fn a_link_to_a_contact_leads_there_also_from_outside() {
    let site = Site::new();
    let contact = site.ana().create("José").unwrap().body["uuid"].as_str().unwrap().to_owned();
    let tab = site.enter();
    tab.sees("José Paz");
    tab.go(&format!("{}#/contacts/{contact}", site.address()));
    tab.finds(&heading("Contacto"));
    tab.reload();
    tab.finds(&heading("Contacto"));
    tab.may_say("400");
    // Whoever comes anew as often as this meets the limit, and waits it out.
    tab.may_say("429");
    tab.go(&format!("{}#/contacts/{}", site.address(), crate::support::UNKNOWN));
    tab.sees("Este contacto ya no existe o no es tuyo.");
}

#[test]
fn nothing_comes_from_elsewhere_and_nothing_runs_that_is_not_ours() {
    let site = Site::new();
    let tab = site.enter();
    tab.sees("Aún no tienes contactos");
    let loaded = tab.script("return performance.getEntriesByType('resource').map((one) => one.name)", &[]);
    let loaded = loaded.as_array().unwrap();
    assert!(loaded.len() > 5);
    assert!(loaded.iter().all(|one| one.as_str().unwrap().starts_with(&site.address())), "{loaded:?}");
    let bytes = "return performance.getEntriesByType('resource').filter((one) => !one.name.includes('/api/')) \
                 .reduce((all, one) => all + one.encodedBodySize, 0)";
    let bytes = tab.script(bytes, &[]).as_u64().unwrap();
    assert!((1000..100_000).contains(&bytes), "{bytes} bytes");
    // Each of these the policy has to stop, and the browser says so.
    tab.may_say("Content Security Policy");
    tab.may_say("requires 'Trusted");
    let tries = "const done = arguments[arguments.length - 1], ran = globalThis.ran = [];
        const make = (tag) => document.body.appendChild(document.createElement(tag));
        for (const attempt of [
            () => make('script').append('ran.push(\"inline\")'),
            () => make('img').setAttribute('onerror', 'ran.push(\"handler\")'),
            () => setTimeout('ran.push(\"text\")'),
            () => (document.body.insertAdjacentHTML('beforeend', '<u>markup</u>'), ran.push('markup')),
            () => (make('iframe').src = 'data:text/html,<script>parent.ran.push(\"frame\")</script>'),
        ]) try { attempt() } catch { }
        fetch('http://127.0.0.1:9/').then(() => ran.push('fetch'), (error) => ran.push(error.name))
            .then(() => setTimeout(() => done(ran), 100));";
    assert_eq!(tab.long_script(tries, &[]), json!(["TypeError"]));
}

#[test]
fn a_link_into_somebody_elses_list_is_asked_about_before_it_is_followed() {
    let site = Site::holding("Ana,Paz,,,,");
    let eva = Client::new(site.node.port, "eva", "demo");
    eva.create("Gil").unwrap();
    let tab = site.enter();
    tab.sees("Ana Paz");
    let link = format!("{}#token={}", site.address(), eva.token);
    tab.go(&link);
    tab.finds(&dialog("¿Entrar como otra persona?"));
    tab.sees("Este enlace abre la lista de eva (demo).");
    tab.click(&button("Cancelar"));
    tab.sees("Ana Paz");
    assert!(!tab.address().contains("token"));
    // The same for a page that begins with it.
    tab.go("about:blank");
    tab.go(&link);
    tab.sees("Este enlace abre la lista de eva (demo).");
    tab.click(&button("Cancelar"));
    tab.sees("Ana Paz");
    tab.go("about:blank");
    tab.go(&link);
    tab.finds(&dialog("¿Entrar como otra persona?"));
    tab.click(&button("Entrar"));
    tab.sees("Gil Paz");
    assert!(!tab.text().contains("Ana Paz"));
}
