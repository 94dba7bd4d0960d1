//! Who can't see well or needs a screen reader: axe looks at every view, in both themes, on a desk and on a phone.

use std::fs;

use serde_json::{Value, json};

use crate::site::Site;
use crate::tab::{Look, Tab};
use crate::target::{button, choice, field, link, option, row};

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
    let site = Site::demo();
    let tab = site.visit(look);
    tab.finds(&button("Entrar"));
    see(&tab, "the way in");
    tab.may_say("401");
    tab.fill(&field("Token de acceso"), "a.b.c");
    tab.click(&button("Entrar"));
    tab.sees("Tu sesión ha caducado");
    see(&tab, "the way in, refused");
    tab.fill(&field("Token de acceso"), &site.token());
    tab.click(&button("Entrar"));
    tab.sees("Inactivo");
    see(&tab, "contacts");
    tab.choose(&field("Estado"), "Solo inactivos");
    tab.sees("35 contactos");
    tab.click(&row("Isabel Castañeda"));
    tab.finds(&field("Rol en Talleres del Sur, S. L."));
    tab.finds(&button("Activar"));
    see(&tab, "one contact");
    tab.click(&button("Editar"));
    tab.fill(&field("Nombre"), "");
    tab.click(&button("Guardar"));
    tab.sees("Este campo es obligatorio.");
    see(&tab, "a form with an error");
    tab.click(&button("Cancelar"));
    tab.click(&button("Descartar"));
    tab.click(&button("Asociar cuenta"));
    tab.fill(&field("Cuenta"), "a");
    tab.finds(&option("Crear la cuenta «a»"));
    see(&tab, "choosing an account");
    tab.key(thirtyfour::Key::Escape);
    tab.key(thirtyfour::Key::Escape);
    tab.click(&button("Eliminar"));
    tab.sees("se eliminará enseguida");
    see(&tab, "a deletion that can be taken back");
    tab.click(&button("Deshacer"));
    tab.fill(&field("Buscar contactos"), "zzz");
    tab.sees("Nadie por aquí");
    see(&tab, "nobody found");
    tab.click(&button("Quitar los filtros"));
    tab.click(&choice("Seleccionar todos los cargados").first());
    tab.sees("seleccionados");
    see(&tab, "several selected");
    for (name, text) in
        [("Cuentas", "57 cuentas"), ("Roles", "Influenciador"), ("Importar", "Elegir archivo")]
    {
        tab.click(&link(name));
        tab.sees(text);
        see(&tab, name);
    }
    tab.click(&button("Menú de ana"));
    tab.finds(&choice("English"));
    see(&tab, "the menu");
    tab.click(&button("Atajos de teclado"));
    tab.sees("Deshacer lo último");
    see(&tab, "the keys");
    tab.click(&button("Cerrar"));
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("people.csv");
    fs::write(
        &file,
        "Nombre;Apellidos;Correo;Móvil\nAna;Paz;ana@cafesdelsur.example;+34 600 10 20 30\nEva;Gil;no;\n",
    )
    .unwrap();
    tab.choose_file(&file);
    tab.sees("Vista previa");
    see(&tab, "a file before it is imported");
    tab.click(&button("Importar 1 contacto"));
    tab.sees("Importación terminada");
    see(&tab, "what became of an import");
}

/// Looks at all views, and then at how they stand in these widths.
fn axe_finds_nothing(look: Look, widths: &[u32]) {
    let (mut found, mut views) = (Vec::new(), 0);
    through_all_views(look, |tab, view| {
        for look in [look, look.dark()] {
            tab.look(look);
            found.extend(violations(tab, &format!("{view}{}", if look.dark { " in the dark" } else { "" })));
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
    println!("axe: {} violations in {views} views, light and dark, {} pixels wide", found.len(), look.width);
    assert_eq!(found, Vec::<String>::new());
}

#[test]
fn axe_finds_nothing_on_a_desk() {
    axe_finds_nothing(Look::default(), &[1280, 1024]);
}

#[test]
fn axe_finds_nothing_on_a_phone() {
    // The second is that of a desk whose page is made four times as large (WCAG 2.2, 1.4.10).
    axe_finds_nothing(Look::default().phone(), &[390, 320]);
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
