package graph_test

import (
	"os"
	"testing"

	"rehearse/internal/gqlhttp"
	"rehearse/internal/pgtest"
	"rehearse/internal/schooltest"
	"rehearse/internal/store"
)

func TestMain(m *testing.M) { os.Exit(pgtest.Main(m)) }

// school is a schooltest.School with the steps that only the tests of this package use.
type school struct{ *schooltest.School }

// For is schooltest.School.For.
func (s *school) For(t *testing.T) *school { return &school{s.School.For(t)} }

func newSchool(t *testing.T) *school { return newSchoolWith(t, store.Options{}) }

func newSchoolWith(t *testing.T, o store.Options, set ...func(*gqlhttp.Options)) *school {
	t.Helper()
	return &school{schooltest.NewWith(t, o, set...)}
}

func newServer(t *testing.T, db pgtest.Database, o store.Options) *school {
	t.Helper()
	return &school{schooltest.NewOn(t, db, o)}
}

func living(t *testing.T, set ...func(*gqlhttp.Options)) (first, second *school) {
	t.Helper()
	return livingWith(t, store.Options{}, set...)
}

func livingWith(t *testing.T, o store.Options, set ...func(*gqlhttp.Options)) (first, second *school) {
	t.Helper()
	one, other := schooltest.LivingWith(t, o, set...)
	return &school{one}, &school{other}
}

// client is a schooltest.Client with the steps that only the tests of this package use.
type client struct{ *schooltest.Client }

func (s *school) Connect() *client { return &client{s.School.Connect()} }

// These are the names of schooltest that most tests use.
type (
	answer       = schooltest.Answer
	available    = schooltest.Available
	changed      = schooltest.InterviewChange
	eligibility  = schooltest.Eligibility
	in           = schooltest.In
	interview    = schooltest.Interview
	person       = schooltest.Person
	published    = schooltest.Published
	refused      = schooltest.Refusal
	slot         = schooltest.Slot
	slotsChanged = schooltest.SlotsChanged
)

const (
	day     = schooltest.Day
	missing = schooltest.Missing
	soon    = schooltest.Soon

	interviewFields = schooltest.InterviewFields
	refusedFields   = schooltest.RefusedFields
)

var (
	t0        = schooltest.T0
	body      = schooltest.Body
	codes     = schooltest.Codes
	ids       = schooltest.IDs
	moment    = schooltest.Moment
	number    = schooltest.Number
	same      = schooltest.Same
	unlimited = schooltest.Unlimited
)
