package graph_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"

	"rehearse/graph"
	"rehearse/internal/app"
	"rehearse/internal/booking"
	"rehearse/internal/gqlhttp"
	"rehearse/internal/identity"
	"rehearse/internal/pgtest"
)

// failingSchool is a plannedSchool some of whose statements fail.
type failingSchool struct {
	plannedSchool

	failing atomic.Pointer[string] // statements that contain it fail
	panics  atomic.Bool            // the clock panics
	read    atomic.Int64           // number of times that the clock was read
	mu      sync.Mutex
	sent    []string // statements, also those that failed
}

func newFailingSchool(t *testing.T) *failingSchool {
	t.Helper()
	f := &failingSchool{plannedSchool: newPlannedSchool(t)}
	f.fail("")
	school := app.New(f.DB.Intercepted(t, pgtest.Intercept{Before: f.before}), f.now)
	options := gqlhttp.Options{
		Options:    graph.Options{App: school, Log: slog.New(slog.NewTextHandler(f.Log, nil)), Zone: time.UTC, Timeout: time.Minute},
		MaxImports: 1,
		Sender: func(context.Context, []string) (identity.Sender, error) {
			return identity.Sender{Actor: *f.Actor.Load()}, nil
		},
	}
	unlimited(&options)
	const many = 1 << 30
	options.Limits.Directives, options.Limits.SameKey, options.Limits.RootFields = many, many, many
	for url, options := range map[*string]gqlhttp.Options{&f.planned: options, &f.plain: unplanned(options)} {
		server := httptest.NewServer(gqlhttp.NewHandler(options))
		t.Cleanup(server.Close)
		*url = server.URL
	}
	return f
}

// fail makes the statements that contain the text fail. If the text is empty, none of them
// fails.
func (f *failingSchool) fail(statement string) { f.failing.Store(&statement) }

func (f *failingSchool) before(_ context.Context, statement string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.sent = append(f.sent, normalise(statement))
	if failing := *f.failing.Load(); failing != "" && strings.Contains(unquoted.Replace(statement), failing) {
		return errors.New("the statement fails")
	}
	return nil
}

// unquoted removes the quotes that GORM writes around names.
var unquoted = strings.NewReplacer(`"`, "")

func (f *failingSchool) now() time.Time {
	f.read.Add(1)
	if f.panics.Load() {
		panic("the clock fails")
	}
	return *f.Clock.Load()
}

// take returns the statements that were sent and how often the clock was read since the last
// take.
func (f *failingSchool) take() (sent []string, read int64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	sent, f.sent = f.sent, nil
	return sent, f.read.Swap(0)
}

var errorID = regexp.MustCompile(`"errorId":"[^"]*"`)

// same sends a document both ways, fails the test if the responses differ, and returns the
// response.
func (f *failingSchool) same(as booking.Role, document string) string {
	f.T.Helper()
	f.Act(as, f.student)
	answer := func(url string) string {
		f.URL = url
		return inAnyOrder(errorID.ReplaceAllString(f.Ask(document, f.variables).Body, `"errorId":""`))
	}
	want, got := answer(f.plain), answer(f.planned)
	if got != want {
		f.T.Errorf("%s, as %s, while %q fails\nplanned:\n%s\nfield by field:\n%s", document, as, *f.failing.Load(), got, want)
	}
	return got
}

// failures holds documents, and a text in the statement of one of their fields.
var failures = []struct{ name, document, statement, errorAt string }{
	{"an object in a list", `{ slots(first: 3) { nodes { id status interviewer { name } } } }`, "FROM interviewers", `"path":["slots","nodes",0,"interviewer"]`},
	{"an object in an edge", `{ slots(first: 3) { edges { cursor node { id status interviewer { name } } } } }`, "FROM interviewers", `"path":["slots","edges",0,"node","interviewer"]`},
	{"a nullable object", `{ students { nodes { name hold { slot { status } } eligibility { eligible } version } } }`, "FROM holds", `"path":["students","nodes",`},
	{"a scalar", `{ interviews { nodes { id slot { status } meetingUrl } } }`, "FROM interviewers", `"path":["interviews","nodes",0,"meetingUrl"]`},
	{"a nullable list", `{ slots(first: 3) { nodes { status history { what at } } } }`, "FROM slot_history", `"path":["slots","nodes",0,"history"]`},
	{"a total", `{ slots(first: 1) { nodes { id status } totalCount totalCountIsCapped } }`, "count(*)", `"path":["slots","totalCount"]`},
	{
		"the student of an empty list", `query($s: ID!, $a: DateTime!) { availableSlots(studentId: $s, start: $a, end: "2026-06-01T08:30:00Z") {
			emptyReasons { code } eligibility { student { name } } student { name } } }`, "FROM students WHERE id", `"path":["availableSlots",`,
	},
	{"an object below others", `{ interviews { nodes { student { name upcomingInterviews { id slot { status interviewer { name } } } } } } }`, "FROM slots", `"slot"]`},
}

// A response with errors does not show whether it is planned or executed field by field, and
// no resolver or statement of the fields beside the failing one runs a second time.
func TestPlannedFailures(t *testing.T) {
	t.Parallel()
	f := newFailingSchool(t)
	for _, row := range failures {
		t.Run(row.name, func(t *testing.T) {
			f.T = t
			f.fail("")
			f.same(booking.RoleAdmin, row.document)
			f.take()
			f.Ask(row.document, f.variables)
			sent, read := f.take()
			f.fail(row.statement)
			if answer := f.same(booking.RoleAdmin, row.document); !strings.Contains(answer, row.errorAt) {
				t.Errorf("got no error at %s: %s\nstatements:\n%s", row.errorAt, answer, strings.Join(sent, "\n\n"))
			}
			f.take()
			f.Ask(row.document, f.variables)
			sentFailing, readFailing := f.take()
			if readFailing > read {
				t.Errorf("resolvers read the clock %d times if a field fails, and %d times otherwise", readFailing, read)
			}
			slices.Sort(sentFailing)
			if once := slices.Compact(slices.Clone(sentFailing)); len(once) < len(sentFailing) || len(sentFailing) > len(sent) {
				t.Errorf("statements if a field fails:\n%s\nand otherwise:\n%s", strings.Join(sentFailing, "\n\n"), strings.Join(sent, "\n\n"))
			}
		})
	}
}

// The same holds for a resolver that panics.
func TestPlannedPanics(t *testing.T) {
	t.Parallel()
	f := newFailingSchool(t)
	f.panics.Store(true)
	for _, document := range []string{
		`{ interviews { nodes { id slot { id status } } } }`,
		`{ interviews { edges { node { student { name eligibility { eligible } } } } } }`,
		`{ students { nodes { name waivers { id } } } }`,
	} {
		if answer := f.same(booking.RoleAdmin, document); !strings.Contains(answer, `"code":"INTERNAL"`) {
			t.Errorf("%s\nresponse = %s, want the error of a panic", document, answer)
		}
	}
}

// The same holds for random documents and statements.
func TestPlannedRandomFailures(t *testing.T) {
	t.Parallel()
	f := newFailingSchool(t)
	failed := 0
	rapid.Check(t, func(r *rapid.T) {
		f.fail("FROM " + rapid.SampledFrom([]string{"students", "interviewers", "slots", "interviews", "holds", "events", "waivers", "booking_policy"}).Draw(r, "table"))
		if strings.Contains(f.same(rapid.SampledFrom(everyRole).Draw(r, "as"), drawDocument(r)), `"code":"INTERNAL"`) {
			failed++
		}
	})
	if failed == 0 {
		t.Error("no document failed")
	}
}
