package bench

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
)

// openCopy opens a copy of a data set, which is dropped at the end.
func openCopy(b *testing.B, size string) *world {
	b.Helper()
	ctx := context.WithoutCancel(b.Context())
	original := openSize(b, size).url()                 // creates the data set the first time
	if err := shared.worlds[size].close(); err != nil { // Postgres copies only a database without connections
		b.Fatal(err)
	}
	delete(shared.worlds, size)
	from, err := url.Parse(original)
	if err != nil {
		b.Fatal(err)
	}
	name := strings.TrimPrefix(from.Path, "/")
	target, anywhere := *from, *from
	target.Path, anywhere.Path = from.Path+"_hostile", "/postgres"
	admin, err := pgx.Connect(ctx, anywhere.String())
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		drop(ctx, b, admin, name)
		_ = admin.Close(ctx)
	})
	drop(ctx, b, admin, name)
	if _, err := admin.Exec(ctx, fmt.Sprintf(`CREATE DATABASE "%s_hostile" TEMPLATE %q STRATEGY file_copy`, name, name)); err != nil {
		b.Fatal(err)
	}
	w := &world{servers: map[string]process{}}
	if err := w.prepare(ctx, target.String(), size); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := w.close(); err != nil {
			b.Error(err)
		}
	})
	return w
}

func drop(ctx context.Context, b *testing.B, admin *pgx.Conn, name string) {
	b.Helper()
	if _, err := admin.Exec(ctx, fmt.Sprintf(`DROP DATABASE IF EXISTS "%s_hostile" WITH (FORCE)`, name)); err != nil {
		b.Error(err)
	}
}

// lengthen sets the texts at the start of lists to their maximum length, in characters of
// four bytes.
func (w *world) lengthen(b *testing.B) {
	b.Helper()
	const text = "repeat('𝄞', %d)"
	for _, statement := range []string{
		"UPDATE interviewers SET headline = " + fmt.Sprintf(text, 120) + ", bio = " + fmt.Sprintf(text, 1000) + `, photo_url = 'https://example.org/' || repeat('p', 480),
			tags = array(SELECT 'tag' || n || repeat('t', 44) FROM generate_series(1, 20) n), languages = array(SELECT 'en-' || n FROM generate_series(1, 20) n)`,
		"UPDATE interviews SET note = " + fmt.Sprintf(text, 4000) + ` WHERE id IN ((SELECT id FROM interviews ORDER BY starts_at, id LIMIT 1000)
			UNION (SELECT id FROM interviews ORDER BY starts_at DESC, id DESC LIMIT 1000) UNION (SELECT id FROM interviews ORDER BY id LIMIT 1000))`,
		"UPDATE interviews SET cancel_reason = " + fmt.Sprintf(text, 500) + " WHERE id IN (SELECT id FROM interviews WHERE status = 'CANCELLED' ORDER BY starts_at, id LIMIT 1000)",
	} {
		if _, err := w.pool.Exec(b.Context(), statement); err != nil {
			b.Fatalf("%s: %v", statement, err)
		}
	}
}
