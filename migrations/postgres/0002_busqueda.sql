-- The search index, with pieces of three characters instead of two: one index that finds long words as well as short
-- ones, with no extension. Of each name it has the three characters from every place, and fewer at its end. A term of
-- one or two characters is the beginning of a piece, one of three is a piece, and a longer one has all of its pieces in
-- every name that it is found in. The pieces are marked with their list, as before.
--
-- The indexes themselves (contactos_trozos, cuentas_trozos) are made after this, while other nodes go on writing, and
-- then those of before are dropped. Their functions stay for nodes of the version before.
CREATE FUNCTION busqueda_trozos(espacio TEXT, propietario TEXT, simple TEXT) RETURNS TSVECTOR
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN array_to_tsvector(ARRAY(
        SELECT marca || substr(simple, lugar, 3)
        FROM busqueda_marca(espacio, propietario) marca, generate_series(1, length(simple)) lugar));

-- What a name must have for a search: all of its pieces, and what begins with the shorter ones.
CREATE FUNCTION busqueda_de_trozos(espacio TEXT, propietario TEXT, trozos TEXT[]) RETURNS TSQUERY
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN (
        SELECT string_agg(
            '''' || marca || replace(replace(trozo, '\', '\\'), '''', '''''') || ''''
            || CASE WHEN length(trozo) < 3 THEN ':*' ELSE '' END, ' & ')::TSQUERY
        FROM busqueda_marca(espacio, propietario) marca, unnest(trozos) trozo);
