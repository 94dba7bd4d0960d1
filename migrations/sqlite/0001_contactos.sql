-- Contacts, accounts, roles and the links between them. Times are UTC. Deletion is soft everywhere: a row with a
-- fecha_eliminacion is treated as absent. AUTOINCREMENT keeps an id from ever being used twice.

-- A workspace. It comes into being when something first needs its roles.
CREATE TABLE espacios (
    espacio        TEXT NOT NULL PRIMARY KEY,
    siguiente_rol  INTEGER NOT NULL,
    fecha_creacion TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP
) STRICT, WITHOUT ROWID;

CREATE TABLE roles (
    espacio           TEXT NOT NULL,
    id                INTEGER NOT NULL,
    nombre            TEXT NOT NULL,
    fecha_creacion    TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP,
    fecha_eliminacion TEXT,
    PRIMARY KEY (espacio, id)
) STRICT, WITHOUT ROWID;

-- busqueda is the folded name or names; linea is the row's entry in its block of the search index below.
CREATE TABLE contactos (
    id                 INTEGER PRIMARY KEY AUTOINCREMENT,
    uuid               BLOB NOT NULL CHECK (length(uuid) = 16),
    espacio            TEXT NOT NULL,
    propietario        TEXT NOT NULL,
    nombre             TEXT NOT NULL,
    apellido           TEXT NOT NULL,
    email              TEXT,
    telefono           TEXT,
    busqueda           TEXT NOT NULL,
    fecha_creacion     TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP,
    fecha_inactivacion TEXT,
    fecha_eliminacion  TEXT,
    linea              TEXT AS (
        char(14 + (id >> 4 & 15), 14 + (id & 15), CASE WHEN fecha_inactivacion IS NULL THEN 1 ELSE 2 END)
        || replace(busqueda, 'ñ', 'n')
        || CASE WHEN instr(busqueda, 'ñ') THEN char(9) || busqueda ELSE '' END
        || char(10)
    ) VIRTUAL
) STRICT;
CREATE UNIQUE INDEX contactos_uuid ON contactos (espacio, uuid);
CREATE INDEX contactos_lista ON contactos (espacio, propietario, id) WHERE fecha_eliminacion IS NULL;
CREATE INDEX contactos_inactivos ON contactos (espacio, propietario, id)
    WHERE fecha_eliminacion IS NULL AND fecha_inactivacion IS NOT NULL;

CREATE TABLE cuentas (
    id                 INTEGER PRIMARY KEY AUTOINCREMENT,
    uuid               BLOB NOT NULL CHECK (length(uuid) = 16),
    espacio            TEXT NOT NULL,
    nombre             TEXT NOT NULL,
    busqueda           TEXT NOT NULL,
    fecha_creacion     TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP,
    fecha_inactivacion TEXT,
    fecha_eliminacion  TEXT,
    linea              TEXT AS (
        char(14 + (id >> 4 & 15), 14 + (id & 15), CASE WHEN fecha_inactivacion IS NULL THEN 1 ELSE 2 END)
        || replace(busqueda, 'ñ', 'n')
        || CASE WHEN instr(busqueda, 'ñ') THEN char(9) || busqueda ELSE '' END
        || char(10)
    ) VIRTUAL
) STRICT;
CREATE UNIQUE INDEX cuentas_uuid ON cuentas (espacio, uuid);
CREATE INDEX cuentas_lista ON cuentas (espacio, id) WHERE fecha_eliminacion IS NULL;
CREATE INDEX cuentas_inactivas ON cuentas (espacio, id)
    WHERE fecha_eliminacion IS NULL AND fecha_inactivacion IS NOT NULL;
CREATE INDEX cuentas_nombre ON cuentas (espacio, busqueda) WHERE fecha_eliminacion IS NULL;

CREATE TABLE contactos_cuentas (
    id                INTEGER PRIMARY KEY AUTOINCREMENT,
    espacio           TEXT NOT NULL,
    contacto          INTEGER NOT NULL REFERENCES contactos (id),
    cuenta            INTEGER NOT NULL REFERENCES cuentas (id),
    rol               INTEGER NOT NULL,
    fecha_creacion    TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP,
    fecha_eliminacion TEXT,
    FOREIGN KEY (espacio, rol) REFERENCES roles (espacio, id)
) STRICT;
CREATE UNIQUE INDEX contactos_cuentas_par ON contactos_cuentas (espacio, contacto, cuenta)
    WHERE fecha_eliminacion IS NULL;
CREATE INDEX contactos_cuentas_cuenta ON contactos_cuentas (espacio, cuenta, contacto)
    WHERE fecha_eliminacion IS NULL;
CREATE INDEX contactos_cuentas_orden ON contactos_cuentas (espacio, cuenta, id)
    WHERE fecha_eliminacion IS NULL;
CREATE INDEX contactos_cuentas_rol ON contactos_cuentas (espacio, rol) WHERE fecha_eliminacion IS NULL;

-- The search index: the lines of the 256 ids of a block, behind one line end, in one text that a search reads at
-- memory speed. A line holds the low byte of its id (two characters from 14 on), 1 for active or 2 for inactive, the
-- folded names with every ñ as n, and, if they have an ñ, a tab and the names with it. Names and terms have no
-- control characters, so none of these is ever taken for a name. The triggers keep it
-- for every change that there is: an owner never changes, and nothing is undeleted.
CREATE TABLE contactos_busqueda (
    espacio     TEXT NOT NULL,
    propietario TEXT NOT NULL,
    bloque      INTEGER NOT NULL,
    texto       TEXT NOT NULL,
    PRIMARY KEY (espacio, propietario, bloque)
) STRICT;

CREATE TRIGGER contactos_busqueda_alta AFTER INSERT ON contactos WHEN NEW.fecha_eliminacion IS NULL BEGIN
    INSERT INTO contactos_busqueda VALUES (NEW.espacio, NEW.propietario, NEW.id >> 8, char(10) || NEW.linea)
        ON CONFLICT DO UPDATE SET texto = texto || NEW.linea;
END;
CREATE TRIGGER contactos_busqueda_cambio AFTER UPDATE OF busqueda, fecha_inactivacion, fecha_eliminacion ON contactos
WHEN OLD.fecha_eliminacion IS NULL AND (NEW.fecha_eliminacion IS NOT NULL OR NEW.linea <> OLD.linea) BEGIN
    UPDATE contactos_busqueda
        SET texto = replace(texto, char(10) || OLD.linea,
            char(10) || CASE WHEN NEW.fecha_eliminacion IS NULL THEN NEW.linea ELSE '' END)
        WHERE espacio = OLD.espacio AND propietario = OLD.propietario AND bloque = OLD.id >> 8;
END;
CREATE TRIGGER contactos_busqueda_baja AFTER DELETE ON contactos WHEN OLD.fecha_eliminacion IS NULL BEGIN
    UPDATE contactos_busqueda SET texto = replace(texto, char(10) || OLD.linea, char(10))
        WHERE espacio = OLD.espacio AND propietario = OLD.propietario AND bloque = OLD.id >> 8;
END;

CREATE TABLE cuentas_busqueda (
    espacio TEXT NOT NULL,
    bloque  INTEGER NOT NULL,
    texto   TEXT NOT NULL,
    PRIMARY KEY (espacio, bloque)
) STRICT;

CREATE TRIGGER cuentas_busqueda_alta AFTER INSERT ON cuentas WHEN NEW.fecha_eliminacion IS NULL BEGIN
    INSERT INTO cuentas_busqueda VALUES (NEW.espacio, NEW.id >> 8, char(10) || NEW.linea)
        ON CONFLICT DO UPDATE SET texto = texto || NEW.linea;
END;
CREATE TRIGGER cuentas_busqueda_cambio AFTER UPDATE OF busqueda, fecha_inactivacion, fecha_eliminacion ON cuentas
WHEN OLD.fecha_eliminacion IS NULL AND (NEW.fecha_eliminacion IS NOT NULL OR NEW.linea <> OLD.linea) BEGIN
    UPDATE cuentas_busqueda
        SET texto = replace(texto, char(10) || OLD.linea,
            char(10) || CASE WHEN NEW.fecha_eliminacion IS NULL THEN NEW.linea ELSE '' END)
        WHERE espacio = OLD.espacio AND bloque = OLD.id >> 8;
END;
CREATE TRIGGER cuentas_busqueda_baja AFTER DELETE ON cuentas WHEN OLD.fecha_eliminacion IS NULL BEGIN
    UPDATE cuentas_busqueda SET texto = replace(texto, char(10) || OLD.linea, char(10))
        WHERE espacio = OLD.espacio AND bloque = OLD.id >> 8;
END;
