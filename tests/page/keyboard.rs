//! A whole day without a mouse.

use thirtyfour::Key;

use crate::site::Site;
use crate::tab::Tab;
use crate::target::{dialog, field, heading, row};

/// Goes on with Tab until something has the focus.
fn tab_to(tab: &Tab, name: &str) {
    for _ in 0..60 {
        tab.key(Key::Tab);
        if tab.focus().1 == name {
            return;
        }
    }
    panic!("no Tab leads to {name:?}; the page shows:\n{}", tab.text());
}

#[test]
fn a_contact_is_found_changed_and_deleted_without_a_mouse() {
    let site = Site::holding("Ana,Paz,,,,\nJosé,Núñez,,,,\nJosefa,Gil,,,,\nLeo,Gil,,,,");
    let tab = site.visit(crate::tab::Look::default());
    tab_to(&tab, "Token de acceso");
    tab.keys(&site.token());
    tab.key(Key::Enter);
    tab.finds(&row("Ana Paz"));

    // A new one.
    tab.keys("n");
    tab.finds(&dialog("Nuevo contacto"));
    tab.has_focus("textbox", "Nombre");
    tab.keys("Íñigo");
    tab.key(Key::Tab);
    tab.keys("Ibáñez");
    tab.key(Key::Enter);
    tab.sees("Íñigo Ibáñez ya está en tus contactos");
    tab.finds(&heading("Contacto"));
    tab.key(Key::Escape);
    tab.loses(&heading("Contacto"));

    // An old one: searched, chosen with the arrows, opened, changed.
    tab.keys("/");
    tab.has_focus("searchbox", "Buscar contactos");
    tab.keys("jose");
    tab.loses(&row("Leo Gil"));
    tab.key(Key::Down);
    tab.has_focus("row", "José Núñez");
    tab.key(Key::Down);
    tab.has_focus("row", "Josefa Gil");
    tab.key(Key::Up);
    tab.key(Key::Enter);
    tab.finds(&heading("Contacto"));
    tab_to(&tab, "Editar");
    tab.key(Key::Enter);
    tab.has_focus("textbox", "Nombre");
    tab.keys_with(Key::Control, "a");
    tab.keys("Pepe");
    tab.key(Key::Enter);
    tab.sees("Cambios de Pepe Núñez guardados");
    tab.key(Key::Escape);
    tab.has_focus("row", "Pepe Núñez");

    // Esc empties the search, and all are there again.
    tab.keys("/");
    tab.key(Key::Escape);
    tab.finds(&row("Leo Gil"));

    // Several at once.
    tab.key(Key::Down);
    tab.keys(" ");
    tab.sees("1 seleccionado");
    tab.keys_with(Key::Shift, &format!("{0}{0}", Key::Down.value()));
    tab.sees("3 seleccionados");
    tab_to(&tab, "Eliminar");
    tab.key(Key::Enter);
    tab.sees("Deshacer");
    tab.keys_with(Key::Control, "z");
    tab.sees_no("Deshacer");
    assert_eq!(site.export().len(), 5);
}

#[test]
fn the_focus_stays_in_a_dialog_and_comes_back_after_it() {
    let site = Site::holding("Ana,Paz,,,,");
    let tab = site.enter();
    tab.finds(&row("Ana Paz"));
    tab_to(&tab, "Nuevo contacto");
    tab.key(Key::Enter);
    tab.finds(&dialog("Nuevo contacto"));
    let inside = "return document.activeElement === document.body || document.activeElement.closest('dialog') !== null";
    for _ in 0..12 {
        tab.key(Key::Tab);
        assert_eq!(tab.script(inside, &[]), true, "{:?}", tab.focus());
    }
    tab.key(Key::Escape);
    tab.loses(&dialog("Nuevo contacto"));
    tab.has_focus("button", "Nuevo contacto");
}

#[test]
fn shortcuts_are_told_and_do_not_get_into_what_one_types() {
    let site = Site::holding("Ana,Paz,,,,");
    let tab = site.enter();
    tab.finds(&row("Ana Paz"));
    tab.keys("?");
    tab.finds(&dialog("Atajos de teclado"));
    tab.key(Key::Escape);
    tab.loses(&dialog("Atajos de teclado"));
    tab.keys("/");
    tab.keys("n/?");
    assert_eq!(tab.value(&field("Buscar contactos")), "n/?");
    assert!(!tab.has(&dialog("Nuevo contacto")));
    assert!(!tab.has(&dialog("Atajos de teclado")));
    tab.sees("Nadie por aquí");
    tab_to(&tab, "Quitar los filtros");
    tab.keys(" ");
    tab.finds(&row("Ana Paz"));
    // Two keys lead to each of the views.
    tab.key(Key::Escape);
    tab_to(&tab, "Nuevo contacto");
    for (view, title) in [("a", "Cuentas"), ("r", "Roles"), ("i", "Importar contactos"), ("c", "Contactos")] {
        tab.keys("g");
        tab.keys(view);
        tab.has_focus("heading", title);
    }
}
