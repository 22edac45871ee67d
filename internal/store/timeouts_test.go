package store_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"rehearse/internal/pgtest"
	"rehearse/internal/store"
)

func TestTransactionTimeouts(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		options store.Options
		want    []any
	}{
		{"by default", store.Options{}, []any{"2000ms", "5000ms", "10000ms"}},
		{"as configured", store.Options{LockTimeout: time.Second, StatementTimeout: time.Minute, IdleTimeout: time.Hour}, []any{"1000ms", "60000ms", "3600000ms"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			var sent []any
			c.options.Tracer = pgtest.Trace(func(statement string, args []any) {
				if strings.Contains(statement, "lock_timeout") {
					sent = slices.Clone(args)
				}
			})
			s, err := store.Open(t.Context(), pgtest.New(t).DSN, c.options)
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			_, err = store.InTx(t.Context(), s, func(tx *store.Tx) (int, error) {
				return tx.CountStudents(t.Context(), everything, store.StudentFilter{})
			})
			if err != nil {
				t.Fatal(err)
			}
			if len(sent) < 3 || !slices.Equal(sent[len(sent)-3:], c.want) {
				t.Errorf("timeouts = %v, want %v", sent, c.want)
			}
		})
	}
}
