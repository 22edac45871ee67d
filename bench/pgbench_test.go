package bench

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// bookingScript is the server's booking transaction for pgbench, with the read before it,
// which also fetches the next pair. It does not check the rules.
const bookingScript = `\set n :n + 1
SELECT p.student, p.slot, s.interviewer_id AS by FROM bench_pairs p JOIN slots s ON s.id = p.slot
	JOIN interviewers v ON v.id = s.interviewer_id WHERE p.client = :client_id AND p.n = :n AND num_nonnulls(v.max_per_day, v.max_per_week) = 0 \gset
BEGIN;
SELECT set_config('lock_timeout', '2000ms', true), set_config('statement_timeout', '5000ms', true);
SELECT id FROM students WHERE id = :student FOR NO KEY UPDATE;
%s;
SELECT id FROM interviewers WHERE id = :by FOR SHARE;
SELECT starts_at AS start, ends_at AS end, status FROM slots WHERE id = :slot FOR NO KEY UPDATE \gset
WITH slot AS (UPDATE slots SET status = 'BOOKED', held_by = NULL, held_until = NULL WHERE id = :slot),
	booked AS (INSERT INTO interviews (student_id, interviewer_id, slot_id, starts_at, ends_at, status, booked_at, waivers, exempt)
		VALUES (:student, :by, :slot, :start, :end, 'BOOKED', :now, '{}', false) RETURNING id)
	INSERT INTO events (at, kind, actor_role, actor_id, request_id, student_id, interviewer_id, slot_id, changes, interview_id)
	SELECT :now, 'INTERVIEW_BOOKED', 'ADMIN', 0, 'bench', :student, :by, :slot, :changes, booked.id FROM booked RETURNING interview_id;
COMMIT;
`

// pgbenchWarm is the number of transactions of each client that are not counted. They
// prepare the statements, which the other contenders prepare in their warm-up.
const pgbenchWarm = 3 // and at most half of all

// pgbench books the next pairs with the program of that name, with one connection for each
// client.
func (w *world) pgbench(b *testing.B, next func(int) []pair) (contender, error) {
	b.Helper()
	program, err := findPgbench()
	if err != nil {
		return contender{}, err
	}
	script := filepath.Join(b.TempDir(), "book.sql")
	text := fmt.Sprintf(bookingScript, strings.ReplaceAll(recordStatement, "$1", ":student"))
	if err := os.WriteFile(script, []byte(text), 0o600); err != nil {
		b.Fatal(err)
	}
	if _, err := w.pool.Exec(b.Context(), `DROP TABLE IF EXISTS bench_pairs;
		CREATE TABLE bench_pairs (client int, n int, student bigint, slot bigint, PRIMARY KEY (client, n))`); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if _, err := w.pool.Exec(context.Background(), "DROP TABLE bench_pairs"); err != nil {
			b.Error(err)
		}
	})
	return contender{metric: "pgbench", name: "floor, the transaction in pgbench", interval: func(ctx context.Context, l load) (interlude, error) {
		share := l.most / l.clients
		if err := w.layOut(ctx, next(share*l.clients), share); err != nil {
			return interlude{}, err
		}
		log := filepath.Join(b.TempDir(), fmt.Sprint("log", time.Now().UnixNano()))
		clients := strconv.Itoa(l.clients)
		out, err := exec.CommandContext(ctx, program, "-n", "-M", "prepared", "-f", script, "-c", clients, "-j", "1",
			"-t", strconv.Itoa(share), "-D", "n=0", "-D", "now="+w.now.Format(time.RFC3339Nano), "-D", "changes="+bookedChanges,
			"-l", "--log-prefix", log, w.pool.Config().ConnString()).CombinedOutput()
		if err != nil {
			return interlude{}, fmt.Errorf("pgbench: %w: %s", err, out)
		}
		return readPgbench(log, min(pgbenchWarm, share/2))
	}}, nil
}

// layOut assigns numbered pairs to each client of pgbench.
func (w *world) layOut(ctx context.Context, pairs []pair, share int) error {
	if _, err := w.pool.Exec(ctx, "TRUNCATE bench_pairs"); err != nil {
		return err
	}
	_, err := w.pool.CopyFrom(ctx, pgx.Identifier{"bench_pairs"}, []string{"client", "n", "student", "slot"},
		pgx.CopyFromSlice(len(pairs), func(n int) ([]any, error) {
			return []any{n / share, n%share + 1, int64(pairs[n].student), int64(pairs[n].slot)}, nil
		}))
	if err == nil {
		_, err = w.pool.Exec(ctx, "ANALYZE bench_pairs")
	}
	return err
}

// readPgbench reads the log of pgbench: client, transaction, microseconds, script, and end
// time. It skips the first transactions of each client.
func readPgbench(prefix string, warm int) (interlude, error) {
	files, err := filepath.Glob(prefix + ".*")
	if err != nil || len(files) == 0 {
		return interlude{}, fmt.Errorf("pgbench wrote no log: %w", err)
	}
	var took []time.Duration
	begin, end := math.Inf(1), 0.0
	for _, file := range files {
		f, err := os.Open(file)
		if err != nil {
			return interlude{}, err
		}
		defer f.Close()
		for lines := bufio.NewScanner(f); lines.Scan(); {
			var client, n, script int
			var micros, seconds, rest float64
			if _, err := fmt.Sscan(lines.Text(), &client, &n, &micros, &script, &seconds, &rest); err != nil {
				return interlude{}, fmt.Errorf("%q in pgbench's log: %w", lines.Text(), err)
			}
			if n <= warm {
				continue
			}
			ended := seconds + rest/1e6
			begin, end = min(begin, ended-micros/1e6), max(end, ended)
			took = append(took, time.Duration(micros*float64(time.Microsecond)))
		}
	}
	if len(took) == 0 {
		return interlude{}, errors.New("pgbench executed too few transactions to measure")
	}
	slices.Sort(took)
	return interlude{rate: float64(len(took)) / (end - begin), p50: took[len(took)/2], p99: took[len(took)*99/100]}, nil
}

// findPgbench looks for pgbench on the PATH and among the programs of Postgres.
func findPgbench() (string, error) {
	if found, err := exec.LookPath("pgbench"); err == nil {
		return found, nil
	}
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/pgbench")
	if err != nil || len(found) == 0 {
		return "", errors.New("pgbench is not on the PATH; it is part of Postgres")
	}
	return found[len(found)-1], nil
}
