package bench

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"testing"

	"github.com/jackc/pgx/v5"

	"rehearse/internal/booking"
	"rehearse/internal/gqlhttp"
)

// BenchmarkHidden requests, as a student, interviews of others and interviews that do not
// exist. The response time must not reveal which of them exist.
func BenchmarkHidden(b *testing.B) {
	w := open(b)
	student := w.students[0].Student.ID
	rows, err := w.pool.Query(b.Context(), "SELECT id FROM interviews WHERE student_id <> $1 ORDER BY md5(id::text) LIMIT 5000", int64(student))
	if err != nil {
		b.Fatal(err)
	}
	theirs, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		b.Fatal(err)
	}
	url := w.serve(b, func(o *gqlhttp.Options) {
		o.Sender = sends(booking.RoleStudent, int64(student))
	})
	const none = 1 << 40
	missing := func(random *rand.Rand) int64 { return none + random.Int64N(none) }
	others := func(random *rand.Rand) int64 { return theirs[random.IntN(len(theirs))] }
	for _, test := range []struct{ name, document, answer string }{
		{"interview", `{ interview(id: %d) { id start status } }`, `"interview":null`},
		{"cancelInterview", `mutation { cancelInterview(input: { interviewId: %d, reason: "ill" }) { errors { code } } }`, "NOT_FOUND"},
	} {
		ask := func(id func(*rand.Rand) int64) func(context.Context, *rand.Rand) error {
			return func(ctx context.Context, random *rand.Rand) error {
				body := fmt.Appendf(nil, `{"query":%q}`, fmt.Sprintf(test.document, id(random)))
				text, err := fetch(ctx, http.MethodPost, url, body)
				if err == nil && !bytes.Contains(text, []byte(test.answer)) {
					err = fmt.Errorf("not hidden: %s", text)
				}
				return err
			}
		}
		b.Run(test.name, func(b *testing.B) {
			w.compare(b, load{clients: 1}, []contender{
				{metric: "missing", name: "does not exist", do: ask(missing)},
				{metric: "others", name: "belongs to somebody else", do: ask(others)},
			})
		})
	}
}
