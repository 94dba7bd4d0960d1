//! `contacts roles`

use crate::support::*;

#[test]
fn it_lists_and_changes_a_workspaces_roles() {
    let folder = Folder::new();
    let first = "1\tDecisor\n2\tInfluenciador\n3\tUsuario\n4\tCompras\n5\tOtro\n";
    assert_eq!(folder.done("roles --workspace demo"), first);
    assert_eq!(folder.done("roles --workspace demo --add Legal"), format!("{first}6\tLegal\n"));
    assert!(folder.done("roles --workspace demo --rename 6 Abogado").ends_with("6\tAbogado\n"));
    assert_eq!(folder.done("roles --workspace demo --delete 6"), first);
    assert_eq!(folder.done("roles --workspace other"), first);
}

#[test]
fn what_cannot_be_done_is_said() {
    let folder = Folder::new();
    assert!(folder.fails("roles --workspace demo --delete 9").contains("there is no role 9"));
    assert!(folder.fails("roles --workspace demo --rename x y").contains("x is no id"));
    assert!(folder.fails("roles --workspace demo --add x --delete 1").contains("cannot be used with"));
    folder.write("people.csv", "first_name,last_name,account\nAna,Paz,Acme\n");
    folder.done("import people.csv --user ana --workspace demo");
    assert!(folder.fails("roles --workspace demo --delete 1").contains("role 1 is in use"));
}
