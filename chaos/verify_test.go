//go:build linux

package chaos

import (
	"context"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"slices"
	"testing"

	"github.com/jackc/pgx/v5"
)

func connect(b *testing.B, c *cluster, database string) (*pgx.Conn, error) {
	b.Helper()
	conn, err := pgx.Connect(b.Context(), c.url(database, direct))
	if err == nil {
		b.Cleanup(func() { _ = conn.Close(context.WithoutCancel(b.Context())) })
	}
	return conn, err
}

// interviews reads the ids of all interviews, as soon as there is a primary.
func interviews(b *testing.B, c *cluster) (ids []string) {
	b.Helper()
	var last error
	err := c.until("the interviews can be read", func() bool {
		conn, err := connect(b, c, "school")
		if err == nil {
			var rows pgx.Rows
			rows, _ = conn.Query(b.Context(), "SELECT id::text FROM interviews")
			ids, err = pgx.CollectRows(rows, pgx.RowTo[string])
		}
		last = err
		return err == nil
	})
	if err != nil {
		b.Fatalf("%v: %v", err, last)
	}
	return ids
}

// verify compares the interviews in the database with those that clients were told of, and checks
// every invariant.
func verify(b *testing.B, c *cluster, s *school) {
	b.Helper()
	lost := maps.Clone(s.booked)
	unknown := 0
	for _, id := range interviews(b, c) {
		if _, told := lost[id]; !told {
			unknown++
		}
		delete(lost, id)
	}
	fmt.Printf("\nacknowledged bookings: %d, lost: %d; bookings that no client was told of: %d\n", len(s.booked), len(lost), unknown)
	if len(lost) > 0 || unknown > 0 {
		b.Errorf("lost bookings: %v; bookings that no client was told of: %d", slices.Sorted(maps.Keys(lost)), unknown)
	}
	check := exec.Command(s.servers[0].program, "check")
	check.Env = append(os.Environ(), s.servers[0].settings...)
	out, err := check.CombinedOutput()
	if err != nil {
		b.Errorf("rehearse check: %v: %s", err, out)
	}
}

// verify waits until a follower has received each event. It gives up if none arrive.
func (f *follower) verify(b *testing.B, c *cluster) {
	b.Helper()
	var err error
	for last := ""; last != f.position(); {
		last = f.position()
		err = c.until("the subscriber has received each event once", func() bool { return f.faulty() == "" })
	}
	fmt.Printf("events of %d interviews received; subscriptions that ended: %d\n", len(f.school.booked), f.lost.Load())
	if err != nil {
		b.Errorf("%v: %s", err, f.faulty())
	}
}
