//! What goes wrong on the way, and what is kept all the same.

use std::time::Instant;

use serde_json::json;

use crate::proxy::{Answers, Proxy};
use crate::site::Site;
use crate::tab::{Look, Tab};
use crate::target::{button, field, row};

#[test]
fn a_limit_that_is_met_is_waited_out_and_nothing_is_lost() {
    let site = Site::with("--rate-limit 4");
    let tab = site.enter();
    tab.may_say("429");
    tab.sees("Aún no tienes contactos");
    for name in ["José", "Begoña", "Íñigo"] {
        tab.click(&button("Nuevo contacto").first());
        tab.fill(&field("Nombre"), name);
        tab.fill(&field("Apellidos"), "Núñez");
        tab.click(&button("Crear contacto"));
        tab.sees(&format!("{name} Núñez ya está en tus contactos"));
    }
    let mut held = site.export();
    held.sort();
    assert_eq!(held, ["Begoña,Núñez,,", "José,Núñez,,", "Íñigo,Núñez,,"]);
    assert!(site.refused() > 0, "the limit was met");
}

#[test]
fn a_restart_while_one_types_loses_nothing() {
    let mut site = Site::holding("Ana,Paz,,,,");
    let tab = site.enter();
    tab.finds(&row("Ana Paz"));
    tab.click(&button("Nuevo contacto").first());
    tab.fill(&field("Nombre"), "José");
    tab.may_say("ERR_CONNECTION_REFUSED");
    tab.may_say("ERR_CONNECTION_RESET");
    tab.may_say("ERR_EMPTY_RESPONSE");
    site.stop();
    tab.fill(&field("Apellidos"), "Núñez");
    tab.click(&button("Crear contacto"));
    tab.sees("Lo que escribiste sigue aquí.");
    tab.sees("Sin conexión, reintentando…");
    assert_eq!(tab.value(&field("Nombre")), "José");
    assert_eq!(tab.value(&field("Apellidos")), "Núñez");
    site.start_again();
    tab.sees_no("Sin conexión");
    tab.click(&button("Reintentar"));
    tab.sees("José Núñez ya está en tus contactos");
    assert_eq!(site.export(), ["Ana,Paz,,", "José,Núñez,,"], "once, and not twice");
}

#[test]
fn a_contact_whose_answer_was_lost_is_not_made_twice() {
    let site = Site::new();
    let proxy = Proxy::before(site.node.port);
    let tab = site.enter_through(&proxy, Look::default());
    tab.sees("Aún no tienes contactos");
    tab.click(&button("Nuevo contacto").first());
    tab.fill(&field("Nombre"), "José");
    tab.fill(&field("Apellidos"), "Núñez");
    tab.may_say("ERR_");
    proxy.answer(Answers::Replaced(
        "HTTP/1.1 200 OK\r\ncontent-length: 9\r\nconnection: close\r\n\r\n<html>???",
    ));
    tab.click(&button("Crear contacto"));
    tab.sees("Lo que escribiste sigue aquí.");
    assert_eq!(site.export(), ["José,Núñez,,"], "it is in, and the page can't know");
    proxy.answer(Answers::AsTheyAre);
    tab.sees_no("Sin conexión");
    tab.click(&button("Reintentar"));
    tab.sees("José Núñez ya está en tus contactos");
    assert_eq!(site.export(), ["José,Núñez,,"]);
}

#[test]
fn a_lost_connection_is_told_and_what_was_asked_for_comes_when_it_is_back() {
    let site = Site::holding("Ana,Paz,,,,\nJosé,Núñez,,,,");
    let tab = site.enter();
    tab.finds(&row("Ana Paz"));
    tab.may_say("ERR_INTERNET_DISCONNECTED");
    tab.offline(true);
    tab.fill(&field("Buscar contactos"), "jose");
    tab.sees("Sin conexión, reintentando…");
    tab.offline(false);
    tab.sees_no("Sin conexión");
    tab.loses(&row("Ana Paz"));
    tab.finds(&row("José Núñez"));
}

#[test]
fn a_service_that_is_busy_is_asked_again() {
    let site = Site::holding("Ana,Paz,,,,\nJosé,Núñez,,,,");
    let proxy = Proxy::before(site.node.port);
    let tab = site.enter_through(&proxy, Look::default());
    tab.finds(&row("Ana Paz"));
    tab.may_say("503");
    proxy.answer(Answers::Replaced(
        "HTTP/1.1 503 Service Unavailable\r\nretry-after: 1\r\ncontent-type: application/json\r\ncontent-length: 53\r\n\
         connection: close\r\n\r\n{\"res\":\"error\",\"code\":5,\"info\":\"Service unavailable\"}",
    ));
    tab.fill(&field("Buscar contactos"), "jose");
    tab.sees("El servicio está ocupado, reintentando…");
    proxy.answer(Answers::AsTheyAre);
    tab.loses(&row("Ana Paz"));
    tab.finds(&row("José Núñez"));
    tab.sees_no("El servicio está ocupado");
}

#[test]
fn the_page_is_there_before_the_first_contact() {
    let site = Site::holding("Ana,Paz,,,,");
    let proxy = Proxy::before(site.node.port);
    let address = format!("http://127.0.0.1:{}/", proxy.port);
    let tab = Tab::new(Look::default());
    tab.go(&address);
    tab.finds(&button("Entrar"));
    tab.fill(&field("Token de acceso"), &site.token());
    // From here on nothing comes back; the page's own files are here already.
    proxy.answer(Answers::Lost);
    let start = Instant::now();
    tab.click(&button("Entrar"));
    tab.finds(&button("Nuevo contacto"));
    let took = start.elapsed();
    assert!(!tab.text().contains("Ana Paz") && !tab.text().contains("Aún no tienes contactos"));
    let busy = "return document.querySelector('.list').getAttribute('aria-busy')";
    assert_eq!(tab.script(busy, &[]), json!("true"));
    println!("the frame of the page stood after {} ms, without any contact", took.as_millis());
    proxy.answer(Answers::AsTheyAre);
    tab.finds(&row("Ana Paz"));
}
