//! Statements that only SQLite reads. Its one writer may look, act and look again, so they are short.

use crate::store::sql::{list_associations, statements};

statements! {
    GET_CONTACT =
        "SELECT id, uuid, nombre, apellido, email, telefono FROM contactos
         WHERE espacio = $1 AND propietario = $2 AND uuid = $3 AND fecha_eliminacion IS NULL";

    /// The accounts of one contact, in the order of association.
    ACCOUNTS_OF_CONTACT =
        "SELECT a.uuid, a.nombre
         FROM contactos_cuentas l JOIN cuentas a ON a.espacio = l.espacio AND a.id = l.cuenta
         WHERE l.espacio = $1 AND l.contacto = $2 AND l.fecha_eliminacion IS NULL AND a.fecha_eliminacion IS NULL
         ORDER BY l.id";

    /// The workspace's oldest account of a folded name.
    ACCOUNT_BY_NAME =
        "SELECT uuid, fecha_inactivacion IS NULL AS activa FROM cuentas
         WHERE espacio = $1 AND busqueda = $2 AND fecha_eliminacion IS NULL ORDER BY id LIMIT 1";

    CREATE_WORKSPACE = "INSERT INTO espacios (espacio, siguiente_rol) VALUES ($1, $2) ON CONFLICT DO NOTHING";

    WORKSPACE_EXISTS = "SELECT EXISTS (SELECT 1 FROM espacios WHERE espacio = $1)";

    NEXT_ROLE_ID =
        "UPDATE espacios SET siguiente_rol = siguiente_rol + 1 WHERE espacio = $1 RETURNING siguiente_rol - 1";

    CREATE_ROLE = "INSERT INTO roles (espacio, id, nombre) VALUES ($1, $2, $3)";

    LIST_ROLES = "SELECT id, nombre FROM roles WHERE espacio = $1 AND fecha_eliminacion IS NULL ORDER BY id";

    ROLE_EXISTS =
        "SELECT EXISTS (SELECT 1 FROM roles WHERE espacio = $1 AND id = $2 AND fecha_eliminacion IS NULL)";

    ASSOCIATE =
        "INSERT INTO contactos_cuentas (espacio, contacto, cuenta, rol)
         SELECT c.espacio, c.id, a.id, r.id
         FROM contactos c JOIN cuentas a ON a.espacio = c.espacio JOIN roles r ON r.espacio = c.espacio
         WHERE c.espacio = $1 AND c.uuid = $2 AND c.fecha_eliminacion IS NULL
             AND a.uuid = $3 AND a.fecha_eliminacion IS NULL AND a.fecha_inactivacion IS NULL
             AND r.id = $4 AND r.fecha_eliminacion IS NULL
         ON CONFLICT (espacio, contacto, cuenta) WHERE fecha_eliminacion IS NULL DO NOTHING";

    DISSOCIATE =
        "UPDATE contactos_cuentas SET fecha_eliminacion = CURRENT_TIMESTAMP
         WHERE espacio = $1 AND fecha_eliminacion IS NULL
             AND contacto = (SELECT id FROM contactos
                 WHERE espacio = $1 AND uuid = $2 AND fecha_eliminacion IS NULL)
             AND cuenta = (SELECT id FROM cuentas
                 WHERE espacio = $1 AND uuid = $3 AND fecha_eliminacion IS NULL)";

    CHANGE_ROLE =
        "UPDATE contactos_cuentas SET rol = $1
         WHERE espacio = $2 AND fecha_eliminacion IS NULL
             AND contacto = (SELECT id FROM contactos
                 WHERE espacio = $2 AND uuid = $3 AND fecha_eliminacion IS NULL)
             AND cuenta = (SELECT id FROM cuentas
                 WHERE espacio = $2 AND uuid = $4 AND fecha_eliminacion IS NULL)
             AND EXISTS (SELECT 1 FROM roles WHERE espacio = $2 AND id = $1 AND fecha_eliminacion IS NULL)";

    /// Why one of the three above changed nothing: what there is of the contact, the account and the two together.
    PAIR_STATE =
        "SELECT
             EXISTS (SELECT 1 FROM contactos
                 WHERE espacio = $1 AND uuid = $2 AND fecha_eliminacion IS NULL) AS hay_contacto,
             EXISTS (SELECT 1 FROM cuentas
                 WHERE espacio = $1 AND uuid = $3 AND fecha_eliminacion IS NULL) AS hay_cuenta,
             EXISTS (SELECT 1 FROM cuentas
                 WHERE espacio = $1 AND uuid = $3 AND fecha_eliminacion IS NULL
                     AND fecha_inactivacion IS NULL) AS cuenta_activa,
             EXISTS (SELECT 1 FROM contactos_cuentas l
                 JOIN contactos c ON c.espacio = l.espacio AND c.id = l.contacto
                 JOIN cuentas a ON a.espacio = l.espacio AND a.id = l.cuenta
                 WHERE l.espacio = $1 AND c.uuid = $2 AND a.uuid = $3 AND l.fecha_eliminacion IS NULL) AS asociados";

    CONTACT_ID = "SELECT id FROM contactos WHERE espacio = $1 AND uuid = $2 AND fecha_eliminacion IS NULL";

    ACCOUNT_ID = "SELECT id FROM cuentas WHERE espacio = $1 AND uuid = $2 AND fecha_eliminacion IS NULL";

    LIST_ASSOCIATIONS_OF_CONTACT = list_associations!("l.contacto = $2 AND l.id > $3", "l.id");

    LIST_ASSOCIATIONS_OF_ACCOUNT = list_associations!("l.cuenta = $2 AND l.id > $3", "l.id");
}
