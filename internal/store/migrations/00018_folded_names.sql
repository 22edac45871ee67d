-- What search and orders by name compare: the name without case and accents. The
-- program makes it, so that it is the same on every database, whatever its
-- collation. The next migration fills it and makes its indexes.

-- +goose Up
ALTER TABLE students ADD COLUMN name_folded text COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE interviewers ADD COLUMN name_folded text COLLATE "C" NOT NULL DEFAULT '';

-- The characters of a text, three at a time. Those of the extension pg_trgm know
-- no letters beyond ASCII in a database of the locale C, and a managed Postgres
-- may not have it.
-- +goose StatementBegin
CREATE FUNCTION trigrams(string text) RETURNS text[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT array_agg(pg_catalog.substr(string, i, 3)) FROM pg_catalog.generate_series(1, pg_catalog.length(string) - 2) AS i
$$;
-- +goose StatementEnd
