//! Statements that every database reads the same: a rule of the API that both can read is said once, here, as a
//! condition. What only one of them reads is in its own folder.
//!
//! Every statement names the workspace (`espacio`), so that the tables can be distributed by it. Parameters are
//! mentioned first in the order of their numbers: SQLite numbers them by appearance, PostgreSQL by their digit.

use crate::status::Status;

/// Defines statements, and lists them for the tests that hold for each.
macro_rules! statements {
    ($($(#[$doc:meta])* $name:ident = $sql:expr;)*) => {
        $($(#[$doc])* pub(crate) const $name: &str = $sql;)*

        /// All of them, with their names.
        #[cfg(test)]
        pub(crate) const ALL: &[(&str, &str)] = &[$((stringify!($name), $name)),*];
    };
}
pub(crate) use statements;

/// A page of associations: which rows of `l`, and in which order.
macro_rules! list_associations {
    ($rows:literal, $order:literal) => {
        concat!(
            "SELECT l.id, c.uuid AS contacto, c.nombre, c.apellido, a.uuid AS cuenta, a.nombre AS cuenta_nombre,
                 r.id AS rol, r.nombre AS rol_nombre
             FROM contactos_cuentas l
             JOIN contactos c ON c.espacio = l.espacio AND c.id = l.contacto AND c.fecha_eliminacion IS NULL
             JOIN cuentas a ON a.espacio = l.espacio AND a.id = l.cuenta AND a.fecha_eliminacion IS NULL
             JOIN roles r ON r.espacio = l.espacio AND r.id = l.rol
             WHERE l.espacio = $1 AND ",
            $rows,
            " AND l.fecha_eliminacion IS NULL ORDER BY ",
            $order,
            " LIMIT $4"
        )
    };
}
pub(crate) use list_associations;

/// What a statement says of a state.
pub(crate) fn condition(status: Status) -> &'static str {
    match status {
        Status::All => "",
        Status::Active => "AND fecha_inactivacion IS NULL",
        Status::Inactive => "AND fecha_inactivacion IS NOT NULL",
    }
}

statements! {
    CREATE_CONTACT =
        "INSERT INTO contactos (uuid, espacio, propietario, nombre, apellido, email, telefono, busqueda)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";

    /// `$4` and `$6`: whether the email and the phone stay as they are.
    UPDATE_CONTACT =
        "UPDATE contactos SET nombre = $1, apellido = $2, busqueda = $3,
             email = CASE WHEN $4 THEN email ELSE $5 END,
             telefono = CASE WHEN $6 THEN telefono ELSE $7 END
         WHERE espacio = $8 AND propietario = $9 AND uuid = $10 AND fecha_eliminacion IS NULL
         RETURNING email, telefono";

    DELETE_CONTACT =
        "UPDATE contactos SET fecha_eliminacion = CURRENT_TIMESTAMP
         WHERE espacio = $1 AND propietario = $2 AND uuid = $3 AND fecha_eliminacion IS NULL";

    INACTIVATE_CONTACT =
        "UPDATE contactos SET fecha_inactivacion = CURRENT_TIMESTAMP
         WHERE espacio = $1 AND propietario = $2 AND uuid = $3 AND fecha_eliminacion IS NULL
             AND fecha_inactivacion IS NULL";

    ACTIVATE_CONTACT =
        "UPDATE contactos SET fecha_inactivacion = NULL
         WHERE espacio = $1 AND propietario = $2 AND uuid = $3 AND fecha_eliminacion IS NULL
             AND fecha_inactivacion IS NOT NULL";

    /// The row stays, because its id is a position in lists.
    ERASE_CONTACT =
        "UPDATE contactos SET nombre = '', apellido = '', email = NULL, telefono = NULL, busqueda = ''
         WHERE espacio = $1 AND uuid = $2 AND fecha_eliminacion IS NOT NULL";

    KNOWS_CONTACT = "SELECT 1 FROM contactos WHERE espacio = $1 AND uuid = $2";

    GET_ACCOUNT =
        "SELECT id, uuid, nombre, fecha_inactivacion IS NULL AS activa FROM cuentas
         WHERE espacio = $1 AND uuid = $2 AND fecha_eliminacion IS NULL";

    CREATE_ACCOUNT = "INSERT INTO cuentas (uuid, espacio, nombre, busqueda) VALUES ($1, $2, $3, $4)";

    UPDATE_ACCOUNT =
        "UPDATE cuentas SET nombre = $1, busqueda = $2
         WHERE espacio = $3 AND uuid = $4 AND fecha_eliminacion IS NULL";

    DELETE_ACCOUNT =
        "UPDATE cuentas SET fecha_eliminacion = CURRENT_TIMESTAMP
         WHERE espacio = $1 AND uuid = $2 AND fecha_eliminacion IS NULL";

    INACTIVATE_ACCOUNT =
        "UPDATE cuentas SET fecha_inactivacion = CURRENT_TIMESTAMP
         WHERE espacio = $1 AND uuid = $2 AND fecha_eliminacion IS NULL AND fecha_inactivacion IS NULL";

    ACTIVATE_ACCOUNT =
        "UPDATE cuentas SET fecha_inactivacion = NULL
         WHERE espacio = $1 AND uuid = $2 AND fecha_eliminacion IS NULL AND fecha_inactivacion IS NOT NULL";

    UPDATE_ROLE =
        "UPDATE roles SET nombre = $1 WHERE espacio = $2 AND id = $3 AND fecha_eliminacion IS NULL";

    /// An association with the role that can be seen: itself, its contact and its account not deleted.
    DELETE_ROLE =
        "UPDATE roles SET fecha_eliminacion = CURRENT_TIMESTAMP
         WHERE espacio = $1 AND id = $2 AND fecha_eliminacion IS NULL AND NOT EXISTS (
             SELECT 1 FROM contactos_cuentas l
             JOIN contactos c ON c.espacio = l.espacio AND c.id = l.contacto AND c.fecha_eliminacion IS NULL
             JOIN cuentas a ON a.espacio = l.espacio AND a.id = l.cuenta AND a.fecha_eliminacion IS NULL
             WHERE l.espacio = $1 AND l.rol = $2 AND l.fecha_eliminacion IS NULL)";
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::sqlite::sql as sqlite;

    #[test]
    fn parameters_are_mentioned_first_in_the_order_of_their_numbers() {
        for (name, sql) in ALL.iter().chain(sqlite::ALL) {
            let mut highest = 0;
            for number in sql.split('$').skip(1) {
                let digits = number.split(|c: char| !c.is_ascii_digit()).next().unwrap();
                let number: usize = digits.parse().unwrap();
                assert!(number <= highest + 1, "{name} mentions ${number} too early");
                highest = highest.max(number);
            }
        }
    }

    #[test]
    fn every_statement_names_the_workspace() {
        for (name, sql) in ALL.iter().chain(sqlite::ALL) {
            assert!(sql.contains("espacio"), "{name} does not name espacio");
        }
    }
}
