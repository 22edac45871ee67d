package store

import (
	"context"
	"time"

	"rehearse/internal/booking"
)

// AddSignInLinks adds a link for each person who may sign in with the address: a student or an active
// interviewer with the address, and the administrator, unless it is 0. If there is nobody, it adds a
// row all the same, so that a caller cannot tell the difference from the time that it takes.
func (tx *Tx) AddSignInLinks(ctx context.Context, email string, administrator int64, now time.Time) error {
	err := tx.db.WithContext(ctx).Exec(`
		WITH people AS (
			SELECT 'STUDENT' AS role, id FROM students WHERE email = @email AND anonymised_at IS NULL
			UNION ALL SELECT 'INTERVIEWER', id FROM interviewers WHERE email = @email AND active
			UNION ALL SELECT 'ADMIN', CAST(@admin AS bigint) WHERE CAST(@admin AS bigint) <> 0
		)
		INSERT INTO sign_in_links (role, person_id, created_at, mailed)
		SELECT p.role, p.id, CAST(@now AS timestamptz), p.id IS NULL FROM (VALUES (1)) AS one LEFT JOIN people p ON true`,
		map[string]any{"email": email, "admin": administrator, "now": now}).Error
	return fault(err, "add links to sign in")
}

// DispatchSignInLinks adds the messages with the new links.
func (s *Store) DispatchSignInLinks(ctx context.Context, now time.Time) error {
	due, err := one(ctx, s, func(due *bool) []any { return []any{due} }, "SELECT EXISTS (SELECT FROM sign_in_links WHERE NOT mailed)")
	if err != nil || !due {
		return fault(err, "look for links to sign in")
	}
	_, err = InTx(ctx, s, func(tx *Tx) (Nothing, error) {
		var links []struct {
			ID        int64
			Role      booking.Role
			PersonID  int64
			CreatedAt time.Time
		}
		err := tx.db.WithContext(ctx).Raw(
			"UPDATE sign_in_links SET mailed = true WHERE NOT mailed RETURNING id, role, person_id, created_at").Scan(&links).Error
		if err != nil {
			return Nothing{}, fault(err, "claim new links to sign in")
		}
		messages := make([]booking.Mail, len(links))
		for i, l := range links {
			messages[i] = booking.SignInMail(l.ID, l.CreatedAt, booking.Actor{Role: l.Role, ID: l.PersonID})
		}
		return Nothing{}, tx.AddMail(ctx, now, messages)
	})
	return err
}

// UseSignInLink marks a link as used and returns its person. It returns NotFound if there is no such
// link, if it was made before the time since, or if it has been used.
func (tx *Tx) UseSignInLink(ctx context.Context, id int64, made, since, now time.Time) (booking.Actor, error) {
	var person struct {
		Role     booking.Role
		PersonID int64
	}
	err := tx.db.WithContext(ctx).Raw(`
		UPDATE sign_in_links SET used_at = ? WHERE id = ? AND created_at = ? AND created_at > ? AND used_at IS NULL AND role IS NOT NULL
		RETURNING role, person_id`, now, id, made, since).Take(&person).Error
	return booking.Actor{Role: person.Role, ID: person.PersonID}, missing(err, "sign-in link", "token", id)
}

// DeleteSignInLinks deletes the links that were made before the given time.
func (s *Store) DeleteSignInLinks(ctx context.Context, before time.Time) error {
	return fault(s.db.WithContext(ctx).Exec("DELETE FROM sign_in_links WHERE created_at < ?", before).Error, "delete old links to sign in")
}

// MaySignIn reports whether a student exists and is not anonymised, or an interviewer exists and is
// active.
func (r *Reader) MaySignIn(ctx context.Context, person booking.Actor) (may bool, err error) {
	query := "SELECT EXISTS (SELECT FROM students WHERE id = ? AND anonymised_at IS NULL)"
	if person.Role == booking.RoleInterviewer {
		query = "SELECT EXISTS (SELECT FROM interviewers WHERE id = ? AND active)"
	}
	err = r.db.WithContext(ctx).Raw(query, person.ID).Row().Scan(&may)
	return may, fault(err, "look for a person who signs in")
}
