//! Who can't see well or needs a screen reader: axe looks at every view, on a desk and on a phone, in
//! both languages, and in both themes in one of them.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use thirtyfour::Key;

use crate::site::Site;
use crate::tab::{Look, Tab};
use crate::target::{button, choice, dialog, field, link, option, row};

const AXE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/target/page/node_modules/axe-core/axe.min.js");

/// What can be seen only in part because it is beyond the edge of the screen, or of the table that it is in; but on a phone a
/// table may be moved.
const BEYOND: &str = "
    const edge = (one) => {
        const table = one.closest('.table-scroll');
        const width = document.documentElement.clientWidth;
        if (!table) return width;
        return width < 600 ? Infinity : table.getBoundingClientRect().right;
    };
    return [...document.querySelectorAll('body *')].filter((one) => {
        const { left, right, width, height } = one.getBoundingClientRect();
        const inside = left > -1 && right < edge(one) + 1;
        return width > 1 && height > 1 && !inside && one.checkVisibility({ visibilityProperty: true }) && !one.matches('.skip');
    }).map((one) => one.outerHTML.slice(0, 100));";

/// What is smaller than 24 pixels (WCAG 2.2, 2.5.8), but for links within a text.
const SMALL: &str = "
    return [...document.querySelectorAll('button, a[href], select')].filter((one) => {
        const { width, height } = one.getBoundingClientRect();
        return width > 1 && height > 1 && getComputedStyle(one).display !== 'inline' && Math.min(width, height) < 24;
    }).map((one) => one.outerHTML.slice(0, 120));";

/// What axe has to complain of, of all its rules that are of a standard or good practice.
fn violations(tab: &Tab, view: &str) -> Vec<String> {
    tab.still();
    if tab.script("return typeof axe", &[]) == "undefined" {
        let axe = fs::read_to_string(AXE).expect("axe-core is there after: make tools");
        tab.script(&axe, &[]);
    }
    let run = "const done = arguments[arguments.length - 1];
        axe.run(document, { resultTypes: ['violations'] }).then((found) => done(found), (error) => done(`${error}`));";
    let found = tab.long_script(run, &[]);
    let violations = found["violations"].as_array().unwrap_or_else(|| panic!("{view}: {found}"));
    assert!(found["passes"].as_array().unwrap().len() > 10, "{view}: axe looked at nothing");
    let nodes = |rule: &Value| {
        let node = |node: &Value| {
            format!("{} {}", node["target"], node["failureSummary"].as_str().unwrap().replace('\n', " "))
        };
        rule["nodes"].as_array().unwrap().iter().take(3).map(node).collect::<Vec<_>>().join("; ")
    };
    violations.iter().map(|rule| format!("{view}: {}: {}", rule["id"], nodes(rule))).collect()
}

/// Goes through all views and lets each be looked at.
fn through_all_views(look: Look, mut see: impl FnMut(&Tab, &str)) {
    let say = |spanish, english| if look.is_english() { english } else { spanish };
    let site = Site::demo();
    let tab = site.visit(look);
    tab.finds(&button(say("Entrar", "Enter")));
    see(&tab, "the way in");
    tab.may_say("401");
    tab.fill(&field(say("Token de acceso", "Access token")), "a.b.c");
    tab.click(&button(say("Entrar", "Enter")));
    tab.sees(say("Tu sesión ha caducado", "Your session is over"));
    see(&tab, "the way in, refused");
    tab.fill(&field(say("Token de acceso", "Access token")), &site.token());
    tab.click(&button(say("Entrar", "Enter")));
    tab.sees(say("Inactivo", "Inactive"));
    see(&tab, "contacts");
    tab.choose(&field(say("Estado", "State")), say("Solo inactivos", "Inactive only"));
    tab.sees(say("35 contactos", "35 contacts"));
    tab.click(&row("Isabel Castañeda"));
    tab.finds(&field(say("Rol en Talleres del Sur, S. L.", "Role in Talleres del Sur, S. L.")));
    tab.finds(&button(say("Activar", "Activate")));
    see(&tab, "one contact");
    tab.click(&button(say("Editar", "Edit")));
    tab.fill(&field(say("Nombre", "First name")), "");
    tab.click(&button(say("Guardar", "Save")));
    tab.sees(say("Este campo es obligatorio.", "This field is required."));
    see(&tab, "a form with an error");
    tab.click(&button(say("Cancelar", "Cancel")));
    tab.finds(&button(say("Descartar", "Discard")));
    see(&tab, "a question");
    tab.click(&button(say("Descartar", "Discard")));
    tab.click(&button(say("Asociar cuenta", "Associate account")));
    tab.fill(&field(say("Cuenta", "Account")), "a");
    tab.finds(&option(say("Crear la cuenta «a»", "Create the account “a”")));
    see(&tab, "choosing an account");
    tab.key(Key::Escape);
    tab.key(Key::Escape);
    tab.takes_its_time();
    tab.click(&button(say("Eliminar", "Delete")));
    tab.sees(say("se eliminará enseguida", "is about to be deleted"));
    see(&tab, "a deletion that can be taken back");
    tab.click(&button(say("Deshacer", "Undo")));
    tab.fill(&field(say("Buscar contactos", "Search contacts")), "zzz");
    tab.sees(say("Nadie por aquí", "Nobody here"));
    see(&tab, "nobody found");
    tab.click(&button(say("Quitar los filtros", "Clear the filters")));
    tab.click(&choice(say("Seleccionar todos los cargados", "Select all that are loaded")).first());
    tab.sees(say("seleccionados", "selected"));
    see(&tab, "several selected");
    for (name, text) in [
        (say("Cuentas", "Accounts"), say("57 cuentas", "57 accounts")),
        ("Roles", "Influenciador"),
        (say("Importar", "Import"), say("Elegir archivo", "Choose a file")),
    ] {
        tab.click(&link(name));
        tab.sees(text);
        see(&tab, name);
    }
    tab.click(&link(say("Cuentas", "Accounts")));
    tab.click(&row("Talleres del Sur, S. L."));
    tab.sees("Isabel Castañeda");
    see(&tab, "one account");
    tab.key(Key::Escape);
    tab.click(&link("Roles"));
    tab.click(&button(say("Nuevo rol", "New role")));
    tab.finds(&dialog(say("Nuevo rol", "New role")));
    see(&tab, "a new role");
    tab.key(Key::Escape);
    tab.click(&button(say("Menú de ana", "Menu of ana")));
    tab.finds(&choice("English"));
    see(&tab, "the menu");
    tab.click(&button(say("Atajos de teclado", "Keyboard shortcuts")));
    tab.sees(say("Deshacer lo último", "Undo the last thing"));
    see(&tab, "the keys");
    tab.click(&button(say("Cerrar", "Close")));
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("people.csv");
    fs::write(
        &file,
        "Nombre;Apellidos;Correo;Móvil\nAna;Paz;ana@cafesdelsur.example;+34 600 10 20 30\nEva;Gil;no;\n",
    )
    .unwrap();
    tab.click(&link(say("Importar", "Import")));
    tab.choose_file(&file);
    tab.sees(say("Vista previa", "Preview"));
    see(&tab, "a file before it is imported");
    tab.click(&button(say("Importar 1 contacto", "Import 1 contact")));
    tab.sees(say("Importación terminada", "Import finished"));
    see(&tab, "what became of an import");
    tab.offline(true);
    tab.may_say("ERR_INTERNET_DISCONNECTED");
    tab.click(&link(say("Contactos", "Contacts")));
    tab.sees(say("Sin conexión", "No connection"));
    see(&tab, "no connection");
    tab.offline(false);
    drop(tab);

    let empty = Site::new();
    let tab = empty.enter_with(look);
    for (name, text) in [
        (say("Contactos", "Contacts"), say("Aún no tienes contactos", "You have no contacts yet")),
        (say("Cuentas", "Accounts"), say("Aún no hay cuentas", "No accounts yet")),
    ] {
        tab.click(&link(name));
        tab.sees(text);
        see(&tab, &format!("{name}, empty"));
    }
}

/// Looks at all views, and then at how they stand in these widths. Pictures of all of them stay behind, to be looked at.
fn axe_finds_nothing(look: Look, widths: &[u32]) {
    let (mut found, mut views) = (Vec::new(), 0);
    through_all_views(look, |tab, view| {
        // What the dark changes are colours, which are the same in both languages.
        let looks = if look.is_english() { vec![look] } else { vec![look, look.dark()] };
        for look in looks {
            tab.look(look);
            found.extend(violations(tab, &format!("{view}{}", if look.dark { " in the dark" } else { "" })));
            keep(tab, &format!("{views:02} {view}"), look);
        }
        assert_eq!(tab.script(SMALL, &[]), json!([]), "{view}: this is too small for a finger");
        for &width in widths {
            tab.look(Look { width, ..look });
            assert_eq!(
                tab.script(BEYOND, &[]),
                json!([]),
                "{view}: this is beyond the edge of {width} pixels"
            );
        }
        tab.look(look);
        views += 1;
    });
    let Look { language, width, .. } = look;
    println!(
        "axe: {} violations in {views} views, {language}, {}, {width} pixels wide",
        found.len(),
        if look.is_english() { "light" } else { "light and dark" }
    );
    assert_eq!(found, Vec::<String>::new());
}

/// A picture in the folder that the tests leave things in.
fn keep(tab: &Tab, view: &str, look: Look) {
    let language = if look.is_english() { "english" } else { "spanish" };
    let theme = if look.dark { "dark" } else { "light" };
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join("views")
        .join(format!("{language}-{theme}-{}", look.width));
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join(format!("{}.png", view.replace(' ', "-"))), tab.picture()).unwrap();
}

#[test]
fn axe_finds_nothing_on_a_desk() {
    axe_finds_nothing(Look::default(), &[1280, 1024]);
}

#[test]
fn axe_finds_nothing_on_a_desk_in_english() {
    axe_finds_nothing(Look::default().english(), &[1280, 1024]);
}

#[test]
fn axe_finds_nothing_on_a_phone() {
    // The second is that of a desk whose page is made four times as large (WCAG 2.2, 1.4.10).
    axe_finds_nothing(Look::default().phone(), &[390, 320]);
}

#[test]
fn axe_finds_nothing_on_a_phone_in_english() {
    axe_finds_nothing(Look::default().phone().english(), &[390, 320]);
}

#[test]
fn axe_would_find_something() {
    let site = Site::new();
    let tab = site.enter();
    tab.sees("Aún no tienes contactos");
    tab.script("document.querySelector('h1').after(document.createElement('button'))", &[]);
    let found = violations(&tab, "a button without a name");
    assert!(found.iter().any(|violation| violation.contains("button-name")), "{found:?}");
}

#[test]
fn nothing_moves_for_who_does_not_want_it() {
    let site = Site::holding("Ana,Paz,,,,");
    let longest = |tab: &Tab| {
        tab.finds(&row("Ana Paz"));
        // What was begun here is told by its length, whether it has ended or not.
        let watch = "globalThis.longest = 0;
            for (const begun of ['animationstart', 'transitionrun']) addEventListener(begun, ({ target }) => {
                const took = target.getAnimations().map((one) => one.effect.getComputedTiming().duration);
                globalThis.longest = Math.max(globalThis.longest, ...took);
            })";
        tab.script(watch, &[]);
        tab.click(&button("Nuevo contacto").first());
        tab.finds(&dialog("Nuevo contacto"));
        tab.key(Key::Escape);
        tab.click(&row("Ana Paz"));
        tab.finds(&button("Inactivar"));
        tab.still();
        tab.script("return globalThis.longest", &[]).as_f64().unwrap()
    };
    let tab = site.enter();
    assert!(longest(&tab) > 50.0, "for everybody else something does");
    drop(tab);
    let tab = Tab::new(Look::default());
    let reduced = json!({ "name": "prefers-reduced-motion", "value": "reduce" });
    tab.cdp("Emulation.setEmulatedMedia", json!({ "features": [reduced] }));
    tab.go(&format!("{}#token={}", site.address(), site.token()));
    assert!(longest(&tab) < 1.0);
}
