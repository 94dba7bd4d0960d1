//! Statements that only PostgreSQL reads. One that may be refused says why as of the same moment, so that nothing that
//! others do meanwhile makes its answer wrong.

use crate::store::sql::{list_associations, statements};

/// The accounts of the contact `t`, in the order of association: UUIDs and names side by side.
macro_rules! accounts_of_contact {
    () => {
        "LEFT JOIN LATERAL (
             SELECT array_agg(a.uuid ORDER BY l.id) AS cuentas, array_agg(a.nombre ORDER BY l.id) AS nombres_cuentas
             FROM contactos_cuentas l JOIN cuentas a ON a.espacio = l.espacio AND a.id = l.cuenta
             WHERE l.espacio = $1 AND l.contacto = t.id AND l.fecha_eliminacion IS NULL
                 AND a.fecha_eliminacion IS NULL
         ) a ON true"
    };
}
pub(super) use accounts_of_contact;

/// What there is of a pair and its association, and then what is done.
///
/// A role that is found is kept from being deleted until the end; a deletion waits, and then sees the association.
macro_rules! of_pair {
    ($role:literal, $change:literal) => {
        concat!(
            "WITH par AS MATERIALIZED (
                 SELECT c.id AS contacto, a.id AS cuenta, a.fecha_inactivacion IS NULL AS activa, (",
            $role,
            ") AS rol
                 FROM (VALUES (true)) uno
                 LEFT JOIN contactos c ON c.espacio = $1 AND c.uuid = $2 AND c.fecha_eliminacion IS NULL
                 LEFT JOIN cuentas a ON a.espacio = $1 AND a.uuid = $3 AND a.fecha_eliminacion IS NULL),
             asociacion AS MATERIALIZED (
                 SELECT l.id FROM par JOIN contactos_cuentas l
                     ON l.espacio = $1 AND l.contacto = par.contacto AND l.cuenta = par.cuenta
                     AND l.fecha_eliminacion IS NULL),
             hecho AS (",
            $change,
            ")
             SELECT contacto IS NOT NULL AND cuenta IS NOT NULL AS ambos, coalesce(activa, false) AS activa,
                 EXISTS (SELECT 1 FROM asociacion) AS asociados, rol IS NOT NULL AS hay_rol,
                 EXISTS (SELECT 1 FROM hecho) AS hecho,
                 EXISTS (SELECT 1 FROM espacios WHERE espacio = $1) AS hay_espacio
             FROM par"
        )
    };
}

/// The associations of a side by its UUID: no row if it is absent, one of NULL if it has none.
macro_rules! associations_of {
    ($table:literal, $rows:literal, $order:literal) => {
        concat!(
            "SELECT f.* FROM ",
            $table,
            " lado LEFT JOIN LATERAL (",
            list_associations!($rows, $order),
            ") f ON true WHERE lado.espacio = $1 AND lado.uuid = $2 AND lado.fecha_eliminacion IS NULL ORDER BY f.id"
        )
    };
}

statements! {
    GET_CONTACT = concat!(
        "SELECT t.id, t.uuid, t.nombre, t.apellido, t.email, t.telefono, a.cuentas, a.nombres_cuentas
         FROM contactos t ", accounts_of_contact!(), "
         WHERE t.espacio = $1 AND t.propietario = $2 AND t.uuid = $3 AND t.fecha_eliminacion IS NULL");

    /// Rows in the order of the arrays, so that their ids are too.
    CREATE_CONTACTS =
        "INSERT INTO contactos (uuid, espacio, propietario, nombre, apellido, email, telefono, busqueda)
         SELECT uuid, espacio, propietario, nombre, apellido, email, telefono, busqueda
         FROM unnest($1::UUID[], $2::TEXT[], $3::TEXT[], $4::TEXT[], $5::TEXT[], $6::TEXT[], $7::TEXT[], $8::TEXT[])
             WITH ORDINALITY f (uuid, espacio, propietario, nombre, apellido, email, telefono, busqueda, lugar)
         ORDER BY lugar";

    /// The oldest account of each folded name.
    ACCOUNTS_BY_NAME =
        "SELECT DISTINCT ON (busqueda) busqueda, uuid, fecha_inactivacion IS NULL AS activa FROM cuentas
         WHERE espacio = $1 AND busqueda = ANY ($2) AND fecha_eliminacion IS NULL ORDER BY busqueda, id";

    CREATE_ACCOUNTS =
        "INSERT INTO cuentas (espacio, uuid, nombre, busqueda)
         SELECT $1, uuid, nombre, busqueda
         FROM unnest($2::UUID[], $3::TEXT[], $4::TEXT[]) WITH ORDINALITY f (uuid, nombre, busqueda, lugar)
         ORDER BY lugar";

    CREATE_ASSOCIATIONS =
        "INSERT INTO contactos_cuentas (espacio, contacto, cuenta, rol)
         SELECT $1, c.id, a.id, f.rol
         FROM unnest($2::UUID[], $3::UUID[], $4::BIGINT[]) WITH ORDINALITY f (contacto, cuenta, rol, lugar)
         JOIN contactos c ON c.espacio = $1 AND c.uuid = f.contacto
         JOIN cuentas a ON a.espacio = $1 AND a.uuid = f.cuenta
         ORDER BY f.lugar";

    /// Makes a workspace with its first roles, unless it is there.
    CREATE_WORKSPACE =
        "WITH nuevo AS (
             INSERT INTO espacios (espacio, siguiente_rol) VALUES ($1, cardinality($2::TEXT[]) + 1)
             ON CONFLICT DO NOTHING RETURNING espacio)
         INSERT INTO roles (espacio, id, nombre)
         SELECT espacio, id, nombre FROM nuevo CROSS JOIN unnest($2::TEXT[]) WITH ORDINALITY f (nombre, id)";

    /// One import of a workspace at a time, so that two do not both make an account of one name, and no role goes away
    /// meanwhile.
    LOCK_WORKSPACE = "SELECT espacio FROM espacios WHERE espacio = $1 FOR NO KEY UPDATE";

    /// The roles of a workspace: no row if it has not been made, one of NULL if it has no role.
    LIST_ROLES =
        "SELECT r.id, r.nombre
         FROM espacios e LEFT JOIN roles r ON r.espacio = e.espacio AND r.fecha_eliminacion IS NULL
         WHERE e.espacio = $1 ORDER BY r.id";

    CREATE_ROLE =
        "WITH siguiente AS (
             UPDATE espacios SET siguiente_rol = siguiente_rol + 1 WHERE espacio = $1
             RETURNING siguiente_rol - 1 AS id)
         INSERT INTO roles (espacio, id, nombre) SELECT $1, id, $2 FROM siguiente RETURNING id";

    LOCK_ROLE = "SELECT id FROM roles WHERE espacio = $1 AND id = $2 AND fecha_eliminacion IS NULL FOR UPDATE";

    ASSOCIATE = of_pair!(
        "SELECT id FROM roles WHERE espacio = $1 AND id = $4 AND fecha_eliminacion IS NULL FOR SHARE",
        "INSERT INTO contactos_cuentas (espacio, contacto, cuenta, rol)
         SELECT $1, contacto, cuenta, rol FROM par
         WHERE contacto IS NOT NULL AND cuenta IS NOT NULL AND activa AND rol IS NOT NULL
             AND NOT EXISTS (SELECT 1 FROM asociacion)
         ON CONFLICT (espacio, contacto, cuenta) WHERE fecha_eliminacion IS NULL DO NOTHING
         RETURNING id"
    );

    DISSOCIATE = of_pair!(
        "NULL::BIGINT",
        "UPDATE contactos_cuentas l SET fecha_eliminacion = CURRENT_TIMESTAMP FROM asociacion
         WHERE l.espacio = $1 AND l.id = asociacion.id AND l.fecha_eliminacion IS NULL RETURNING l.id"
    );

    CHANGE_ROLE = of_pair!(
        "SELECT id FROM roles WHERE espacio = $1 AND id = $4 AND fecha_eliminacion IS NULL FOR SHARE",
        "UPDATE contactos_cuentas l SET rol = par.rol FROM asociacion, par
         WHERE l.espacio = $1 AND l.id = asociacion.id AND l.fecha_eliminacion IS NULL AND par.rol IS NOT NULL
         RETURNING l.id"
    );

    ASSOCIATIONS_OF_CONTACT = associations_of!("contactos", "l.contacto = lado.id AND l.id > $3", "l.id");

    /// A range, as in the lists of contacts: one account may have nearly all associations.
    ASSOCIATIONS_OF_ACCOUNT = associations_of!(
        "cuentas",
        "(l.cuenta, l.id) > (lado.id, $3) AND l.cuenta <= lado.id",
        "l.cuenta, l.id"
    );
}
