package store_test

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"rehearse/internal/pgtest"
	"rehearse/internal/store"
)

// onLog calls f with each line of a log.
type onLog func(line string)

// Write implements io.Writer.
func (f onLog) Write(line []byte) (int, error) {
	f(string(line))
	return len(line), nil
}

// Open waits for a database that is away, and logs what it waits for.
func TestOpenWaits(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	proxy := db.Proxy(t)
	proxy.Leave()
	var mu sync.Mutex
	var log bytes.Buffer
	lines := onLog(func(line string) {
		mu.Lock()
		defer mu.Unlock()
		log.WriteString(line)
		proxy.Return()
	})
	s, err := store.Open(t.Context(), proxy.DSN, store.Options{Patience: time.Hour, Log: slog.New(slog.NewTextHandler(lines, nil))})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	mu.Lock()
	defer mu.Unlock()
	for _, part := range []string{"waiting for the database", "check that Postgres runs", "the database responds"} {
		if !strings.Contains(log.String(), part) {
			t.Errorf("the log lacks %q:\n%s", part, &log)
		}
	}
}

func TestOpenDoesNotWait(t *testing.T) {
	t.Parallel()
	db := pgtest.New(t)
	proxy := db.Proxy(t)
	proxy.Leave()
	for _, c := range []struct {
		name, dsn, advice string
		patience          time.Duration
		cancels           bool
	}{
		{"the time is over", proxy.DSN, "check that Postgres runs", time.Millisecond, false},
		{"a missing database", db.With("dbname", "nowhere").DSN, "check the user, the password and the database", time.Hour, false},
		{"an unknown user", db.With("user", "nobody_of_this_name").DSN, "check the user, the password and the database", time.Hour, false},
		{"a server that is told to stop", proxy.DSN, "", time.Hour, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			ctx, stop := context.WithCancel(t.Context())
			defer stop()
			log := slog.New(slog.NewTextHandler(onLog(func(string) {
				if c.cancels {
					stop()
				}
			}), nil))
			s, err := store.Open(ctx, c.dsn, store.Options{Patience: c.patience, Log: log})
			if err == nil {
				_ = s.Close()
				t.Fatal("the database was opened")
			}
			if !strings.Contains(store.Advice(err), c.advice) {
				t.Errorf("got %v with the advice %q, want %q", err, store.Advice(err), c.advice)
			}
		})
	}
}
