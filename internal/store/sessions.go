package store

import "context"

// OtherSessions returns the distinct application names of the database's sessions that
// begin with prefix, except the store's own name.
func (s *Store) OtherSessions(ctx context.Context, prefix string) ([]string, error) {
	rows, err := s.pool.QueryContext(ctx, `
		SELECT DISTINCT application_name FROM pg_stat_activity
		WHERE datname = current_database() AND starts_with(application_name, $1) AND application_name <> current_setting('application_name')
		ORDER BY application_name`, prefix)
	if err != nil {
		return nil, fault(err, "look for other programs on the database")
	}
	defer func() { _ = rows.Close() }() // rows.Err returns its error
	var names []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return nil, fault(err, "look for other programs on the database")
		}
		names = append(names, name)
	}
	return names, fault(rows.Err(), "look for other programs on the database")
}
