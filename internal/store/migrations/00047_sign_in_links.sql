-- Links in e-mails with which a person signs in once. The link contains the id and the time of the
-- row, and their signature, so the table has no secret. A row without a person stands for a request
-- with an address that nobody has: such a request takes as long as any other.

-- +goose Up
CREATE TABLE IF NOT EXISTS sign_in_links (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    role       text CONSTRAINT sign_in_links_role CHECK (role IN ('STUDENT', 'INTERVIEWER', 'ADMIN')),
    person_id  bigint,
    created_at timestamptz NOT NULL,
    mailed     boolean NOT NULL, -- the table mail has its message, or there is none
    used_at    timestamptz,
    CONSTRAINT sign_in_links_person CHECK ((role IS NULL) = (person_id IS NULL))
);
CREATE INDEX IF NOT EXISTS sign_in_links_unmailed ON sign_in_links (id) WHERE NOT mailed;
CREATE INDEX IF NOT EXISTS sign_in_links_created ON sign_in_links (created_at);
CREATE INDEX IF NOT EXISTS sign_in_links_student ON sign_in_links (person_id) WHERE role = 'STUDENT';
