package bench

import (
	"context"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"rehearse/internal/localpg"
	"rehearse/internal/store"
)

var from = flag.String("from", "", "the `COMMIT` or tag of the version that the benchmarks of upgrades start from")

// older returns a world in a Postgres of its own, with a data set that the program of a commit has
// generated, and that program.
func older(b *testing.B, commit, size string) (w *world, program string) {
	b.Helper()
	folder := publicFolder(b)
	program = archived(b, folder, commit)
	postgres, err := localpg.Start(b.Context(), localpg.Options{DataDir: filepath.Join(folder, "data"), Env: os.Getenv})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = postgres.Stop() })
	const database = "upgraded"
	if err := postgres.EnsureDatabase(b.Context(), database); err != nil {
		b.Fatal(err)
	}
	w = &world{servers: map[string]process{}, now: time.Now()}
	b.Cleanup(func() {
		if err := w.close(); err != nil {
			b.Error(err)
		}
	})
	config, err := pgxpool.ParseConfig(postgres.DSN(database))
	if err != nil {
		b.Fatal(err)
	}
	config.MaxConns = connections
	if w.pool, err = pgxpool.NewWithConfig(context.Background(), config); err != nil {
		b.Fatal(err)
	}
	mustExecute(b, w.environment(), program, "sample", "--size", size)
	return w, program
}

// publicFolder returns a folder on the disk that the account of Postgres can enter.
func publicFolder(b *testing.B) string {
	b.Helper()
	folder, err := os.MkdirTemp("", "rehearse-bench-")
	if err == nil {
		b.Cleanup(func() { _ = os.RemoveAll(folder) })
		err = os.Chmod(folder, 0o755)
	}
	if err != nil {
		b.Fatal(err)
	}
	return folder
}

// archived builds the program of a commit.
func archived(b *testing.B, folder, commit string) (program string) {
	b.Helper()
	archive, source := filepath.Join(folder, "source.tar"), filepath.Join(folder, "source")
	if err := os.Mkdir(source, 0o755); err != nil {
		b.Fatal(err)
	}
	mustExecute(b, nil, "git", "-C", "..", "archive", "--output="+archive, commit)
	mustExecute(b, nil, "tar", "-xf", archive, "-C", source)
	program, err := built(source)
	if err != nil {
		b.Fatal(err)
	}
	return program
}

// mustExecute runs a program until it ends, and returns what it prints.
func mustExecute(b *testing.B, environment []string, program string, args ...string) string {
	b.Helper()
	command := exec.CommandContext(b.Context(), program, args...)
	command.Env = append(os.Environ(), environment...)
	out, err := command.CombinedOutput()
	if err != nil {
		b.Fatalf("%s: %v\n%s", command, err, out)
	}
	return string(out)
}

// mustBeSound checks all invariants of a migrated world.
func (w *world) mustBeSound(b *testing.B) {
	b.Helper()
	s, err := store.Open(b.Context(), w.url(), store.Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	findings, err := s.Check(b.Context(), time.Now())
	if err != nil || len(findings) > 0 {
		b.Errorf("after the upgrade: %v, %v", findings, err)
	}
}
