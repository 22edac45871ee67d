package bench

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"rehearse/internal/pgtest"
)

// BenchmarkStandby requests lists of staff from a server that reads from the primary, and from one
// that reads from a standby on the same machine. The CPU of Postgres is that of the primary.
func BenchmarkStandby(b *testing.B) {
	primary, standby := pgtest.Replicated(b)
	onPrimary := pgtest.Database{DSN: primary.DSN("postgres")}.With("synchronous_commit", "on").DSN
	w := &world{servers: map[string]process{}}
	b.Cleanup(func() {
		if err := w.close(); err != nil {
			b.Error(err)
		}
	})
	if err := w.prepare(b.Context(), onPrimary, "S"); err != nil {
		b.Fatal(err)
	}
	if err := w.analyze(b.Context()); err != nil {
		b.Fatal(err)
	}
	config, err := pgx.ParseConfig(standby.DSN("postgres"))
	if err != nil {
		b.Fatal(err)
	}
	note := w.lateness(b, config)
	for _, c := range []struct{ name, document string }{
		{"page", `{ interviews(first: 100) { nodes { id start status student { name } interviewer { name } } } }`},
		{"search", `{ students(first: 20, filter: {search: "an"}) { nodes { id name } totalCount } }`},
	} {
		for _, clients := range []int{1, 16} {
			b.Run(fmt.Sprintf("%s/clients=%d", c.name, clients), func(b *testing.B) {
				from := func(name string, settings ...string) contender {
					p, err := w.server(name, func() (process, error) {
						return w.startRehearse(append(settings, "DATABASE_URL="+w.url()+"&synchronous_commit=on")...)
					})
					if err != nil {
						b.Fatal(err)
					}
					return w.staff(b, name, p, c.document)
				}
				both := []contender{from("primary"), from("standby", "DATABASE_REPLICA_URL="+asURL(config, "postgres"))}
				before := offloaded(b, both[1].process)
				w.compare(b, load{clients: clients}, both, note)
				after := offloaded(b, both[1].process)
				b.ReportMetric((after["standby"]-before["standby"])/(after["standby"]-before["standby"]+after["primary"]-before["primary"]), "offloaded")
			})
		}
	}
}

// staff returns a contender that requests a list as an administrator.
func (w *world) staff(b *testing.B, name string, p process, document string) contender {
	b.Helper()
	body, err := json.Marshal(map[string]string{"query": document})
	if err != nil {
		b.Fatal(err)
	}
	return contender{metric: name, name: "lists from the " + name, process: p, do: func(ctx context.Context, _ *rand.Rand) error {
		text, err := fetch(ctx, http.MethodPost, p.url, body)
		if err == nil && strings.Contains(string(text), `"errors"`) {
			err = fmt.Errorf("the list failed: %.500s", text)
		}
		return err
	}}
}

var offloadedReads = regexp.MustCompile(`(?m)^rehearse_offloaded_reads_total\{source="(\w+)"\} (\S+)$`)

// offloaded returns how many reads a standby and the primary have served.
func offloaded(b *testing.B, p process) map[string]float64 {
	b.Helper()
	text, err := fetch(b.Context(), http.MethodGet, strings.Replace(p.url, "/graphql", "/metrics", 1), nil)
	if err != nil {
		b.Fatal(err)
	}
	reads := map[string]float64{}
	for _, found := range offloadedReads.FindAllStringSubmatch(string(text), -1) {
		var n float64
		if _, err := fmt.Sscan(found[2], &n); err != nil {
			b.Fatal(err)
		}
		reads[found[1]] = n
	}
	return reads
}

// lateness waits until the standby has the data set, and measures how long after a commit the
// standby has it.
func (w *world) lateness(b *testing.B, standby *pgx.ConnConfig) string {
	b.Helper()
	ctx := b.Context()
	replica, err := pgx.ConnectConfig(ctx, standby)
	if err != nil {
		b.Fatal(err)
	}
	defer replica.Close(ctx)
	var late []time.Duration
	for n := range 201 {
		var lsn string
		if _, err := w.pool.Exec(ctx, "UPDATE school SET id = id"); err != nil {
			b.Fatal(err)
		}
		at := time.Now()
		if err := w.pool.QueryRow(ctx, "SELECT pg_current_wal_flush_lsn()::text").Scan(&lsn); err != nil {
			b.Fatal(err)
		}
		for there := false; !there; {
			if err := replica.QueryRow(ctx, "SELECT pg_last_wal_replay_lsn() >= $1::text::pg_lsn", lsn).Scan(&there); err != nil {
				b.Fatal(err)
			}
		}
		if n > 0 { // the first waits for the data set
			late = append(late, time.Since(at))
		}
	}
	slices.Sort(late)
	return fmt.Sprintf("The standby had a commit after %s ms (p50) and %s ms (p99).",
		millis(late[len(late)/2].Seconds()), millis(late[len(late)*99/100].Seconds()))
}
