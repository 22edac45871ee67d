-- Students whose personal data was removed: nothing is written about them again.

-- +goose Up
ALTER TABLE students ADD COLUMN anonymised_at timestamptz;

UPDATE students s SET anonymised_at = coalesce(
	(SELECT max(e.at) FROM events e WHERE e.student_id = s.id AND e.kind = 'STUDENT_ANONYMISED'), s.updated_at)
WHERE s.email = 'student-' || s.id || '@anonymous.invalid';

-- What they could still pass a rule by.
UPDATE waivers w SET revoked_at = greatest(w.granted_at, s.anonymised_at)
FROM students s WHERE s.id = w.student_id AND s.anonymised_at IS NOT NULL AND w.revoked_at IS NULL;
UPDATE waivers w SET reason = '' FROM students s WHERE s.id = w.student_id AND s.anonymised_at IS NOT NULL;
UPDATE interviews i SET note = NULL, note_shared = false, cancel_reason = NULL FROM students s
WHERE s.id = i.student_id AND s.anonymised_at IS NOT NULL AND (i.note IS NOT NULL OR i.note_shared OR i.cancel_reason IS NOT NULL);
