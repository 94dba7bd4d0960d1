//! Spanish and English.

use serde_json::Value;

use crate::site::Site;
use crate::tab::{Look, Tab};
use crate::target::{button, choice, dialog, row};

fn language(tab: &Tab) -> Value {
    tab.script("return document.documentElement.lang", &[])
}

#[test]
fn the_page_speaks_the_language_of_the_browser() {
    let site = Site::holding("Ana,Paz,,,,");
    for (browser, page, word) in [
        ("es-ES", "es", "Nuevo contacto"),
        ("es-MX", "es", "Nuevo contacto"),
        ("en-GB", "en", "New contact"),
        ("pt-BR", "en", "New contact"),
    ] {
        let tab = site.enter_with(Look { language: browser, ..Look::default() });
        tab.finds(&button(word));
        assert_eq!(language(&tab), page, "{browser}");
    }
}

#[test]
fn another_language_is_chosen_and_kept() {
    let site = Site::holding("Ana,Paz,,,,");
    let tab = site.enter();
    tab.finds(&row("Ana Paz — — Activo"));
    tab.click(&button("Menú de ana"));
    tab.click(&choice("English"));
    tab.finds(&button("New contact"));
    tab.sees("1 contact");
    tab.finds(&row("Ana Paz — — Active"));
    assert_eq!(language(&tab), "en");
    tab.reload();
    tab.finds(&button("New contact"));
    tab.click(&button("New contact").first());
    tab.finds(&dialog("New contact"));
    tab.click(&button("Create contact"));
    tab.sees("required");
}

#[test]
fn the_theme_is_that_of_the_system_until_one_chooses() {
    let site = Site::new();
    let background =
        |tab: &Tab| tab.script("return getComputedStyle(document.documentElement).backgroundColor", &[]);
    let light = site.enter();
    let dark = site.enter_with(Look::default().dark());
    assert_ne!(background(&light), background(&dark));
    light.click(&button("Menú de ana"));
    light.click(&choice("Oscuro"));
    light.wait("dark", || (background(&light) == background(&dark)).then_some(()));
    light.reload();
    assert_eq!(background(&light), background(&dark), "it is kept");
}
