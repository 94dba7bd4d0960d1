-- The search index, laid out anew: a block holds the names of one owner and no others, so that a walk reads nothing but
-- what it looks for, however many owners create in turn. A block begins with an id and holds those that follow, until it
-- fills a page of the file: SQLite reads such a text where it lies, and a longer one has to be gathered first. A line
-- holds the low 16 bits of its id (four characters from 14 on), so a block ends after 65,536 ids too.
-- The tables have other names than before, so that a service of 0.1.0 that still runs fails instead of reading them wrongly.

DROP TRIGGER contactos_busqueda_alta;
DROP TRIGGER contactos_busqueda_cambio;
DROP TRIGGER contactos_busqueda_baja;
DROP TABLE contactos_busqueda;
ALTER TABLE contactos DROP COLUMN linea;
ALTER TABLE contactos ADD COLUMN linea TEXT AS (
    char(14 + (id >> 12 & 15), 14 + (id >> 8 & 15), 14 + (id >> 4 & 15), 14 + (id & 15),
        CASE WHEN fecha_inactivacion IS NULL THEN 1 ELSE 2 END)
    || replace(busqueda, 'ñ', 'n')
    || CASE WHEN instr(busqueda, 'ñ') THEN char(9) || busqueda ELSE '' END
    || char(10)
) VIRTUAL;

CREATE TABLE contactos_bloques (
    espacio     TEXT NOT NULL,
    propietario TEXT NOT NULL,
    bloque      INTEGER NOT NULL,
    texto       TEXT NOT NULL,
    PRIMARY KEY (espacio, propietario, bloque)
) STRICT;

INSERT INTO contactos_bloques
SELECT espacio, propietario, min(id), char(10) || group_concat(linea, '' ORDER BY id)
FROM (
    SELECT espacio, propietario, id, linea, id >> 16 AS tramo,
        sum(octet_length(linea)) OVER (PARTITION BY espacio, propietario, id >> 16 ORDER BY id) / 3600 AS parte
    FROM contactos WHERE fecha_eliminacion IS NULL)
GROUP BY espacio, propietario, tramo, parte;

CREATE TRIGGER contactos_busqueda_alta AFTER INSERT ON contactos WHEN NEW.fecha_eliminacion IS NULL BEGIN
    UPDATE contactos_bloques SET texto = texto || NEW.linea
        WHERE rowid = (SELECT rowid FROM contactos_bloques
            WHERE espacio = NEW.espacio AND propietario = NEW.propietario AND bloque <= NEW.id
            ORDER BY bloque DESC LIMIT 1)
        AND octet_length(texto) < 3600 AND NEW.id - bloque < 65536;
    -- There was no block, or it is full.
    INSERT INTO contactos_bloques SELECT NEW.espacio, NEW.propietario, NEW.id, char(10) || NEW.linea WHERE changes() = 0;
END;
CREATE TRIGGER contactos_busqueda_cambio AFTER UPDATE OF busqueda, fecha_inactivacion, fecha_eliminacion ON contactos
WHEN OLD.fecha_eliminacion IS NULL AND (NEW.fecha_eliminacion IS NOT NULL OR NEW.linea <> OLD.linea) BEGIN
    UPDATE contactos_bloques
        SET texto = replace(texto, char(10) || OLD.linea,
            char(10) || CASE WHEN NEW.fecha_eliminacion IS NULL THEN NEW.linea ELSE '' END)
        WHERE rowid = (SELECT rowid FROM contactos_bloques
            WHERE espacio = OLD.espacio AND propietario = OLD.propietario AND bloque <= OLD.id
            ORDER BY bloque DESC LIMIT 1);
END;
CREATE TRIGGER contactos_busqueda_baja AFTER DELETE ON contactos WHEN OLD.fecha_eliminacion IS NULL BEGIN
    UPDATE contactos_bloques SET texto = replace(texto, char(10) || OLD.linea, char(10))
        WHERE rowid = (SELECT rowid FROM contactos_bloques
            WHERE espacio = OLD.espacio AND propietario = OLD.propietario AND bloque <= OLD.id
            ORDER BY bloque DESC LIMIT 1);
END;

DROP TRIGGER cuentas_busqueda_alta;
DROP TRIGGER cuentas_busqueda_cambio;
DROP TRIGGER cuentas_busqueda_baja;
DROP TABLE cuentas_busqueda;
ALTER TABLE cuentas DROP COLUMN linea;
ALTER TABLE cuentas ADD COLUMN linea TEXT AS (
    char(14 + (id >> 12 & 15), 14 + (id >> 8 & 15), 14 + (id >> 4 & 15), 14 + (id & 15),
        CASE WHEN fecha_inactivacion IS NULL THEN 1 ELSE 2 END)
    || replace(busqueda, 'ñ', 'n')
    || CASE WHEN instr(busqueda, 'ñ') THEN char(9) || busqueda ELSE '' END
    || char(10)
) VIRTUAL;

CREATE TABLE cuentas_bloques (
    espacio TEXT NOT NULL,
    bloque  INTEGER NOT NULL,
    texto   TEXT NOT NULL,
    PRIMARY KEY (espacio, bloque)
) STRICT;

INSERT INTO cuentas_bloques
SELECT espacio, min(id), char(10) || group_concat(linea, '' ORDER BY id)
FROM (
    SELECT espacio, id, linea, id >> 16 AS tramo,
        sum(octet_length(linea)) OVER (PARTITION BY espacio, id >> 16 ORDER BY id) / 3600 AS parte
    FROM cuentas WHERE fecha_eliminacion IS NULL)
GROUP BY espacio, tramo, parte;

CREATE TRIGGER cuentas_busqueda_alta AFTER INSERT ON cuentas WHEN NEW.fecha_eliminacion IS NULL BEGIN
    UPDATE cuentas_bloques SET texto = texto || NEW.linea
        WHERE rowid = (SELECT rowid FROM cuentas_bloques
            WHERE espacio = NEW.espacio AND bloque <= NEW.id
            ORDER BY bloque DESC LIMIT 1)
        AND octet_length(texto) < 3600 AND NEW.id - bloque < 65536;
    -- There was no block, or it is full.
    INSERT INTO cuentas_bloques SELECT NEW.espacio, NEW.id, char(10) || NEW.linea WHERE changes() = 0;
END;
CREATE TRIGGER cuentas_busqueda_cambio AFTER UPDATE OF busqueda, fecha_inactivacion, fecha_eliminacion ON cuentas
WHEN OLD.fecha_eliminacion IS NULL AND (NEW.fecha_eliminacion IS NOT NULL OR NEW.linea <> OLD.linea) BEGIN
    UPDATE cuentas_bloques
        SET texto = replace(texto, char(10) || OLD.linea,
            char(10) || CASE WHEN NEW.fecha_eliminacion IS NULL THEN NEW.linea ELSE '' END)
        WHERE rowid = (SELECT rowid FROM cuentas_bloques
            WHERE espacio = OLD.espacio AND bloque <= OLD.id
            ORDER BY bloque DESC LIMIT 1);
END;
CREATE TRIGGER cuentas_busqueda_baja AFTER DELETE ON cuentas WHEN OLD.fecha_eliminacion IS NULL BEGIN
    UPDATE cuentas_bloques SET texto = replace(texto, char(10) || OLD.linea, char(10))
        WHERE rowid = (SELECT rowid FROM cuentas_bloques
            WHERE espacio = OLD.espacio AND bloque <= OLD.id
            ORDER BY bloque DESC LIMIT 1);
END;

-- The accounts of a contact in the order of association, all of it in the index: a page reads no other row of a link. It
-- begins with the contact, because numbers are compared faster than texts, and an id is of one workspace only. SQLite
-- takes an index to answer a statement alone only if it holds fecha_eliminacion too.
CREATE INDEX contactos_cuentas_contacto ON contactos_cuentas (contacto, id, cuenta, espacio, fecha_eliminacion)
    WHERE fecha_eliminacion IS NULL;
