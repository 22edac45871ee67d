package gqlhttp_test

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

func living(t *testing.T, set ...func(*gqlhttp.Options)) (first, second *school) {
	t.Helper()
	one, other := schooltest.LivingWith(t, store.Options{}, set...)
	return &school{one}, &school{other}
}

// These are the names of schooltest that most tests use.
type (
	answer       = schooltest.Answer
	client       = schooltest.Client
	in           = schooltest.In
	person       = schooltest.Person
	refused      = schooltest.Refusal
	slot         = schooltest.Slot
	slotsChanged = schooltest.SlotsChanged
)

const (
	day     = schooltest.Day
	missing = schooltest.Missing
	soon    = schooltest.Soon
)

var (
	t0     = schooltest.T0
	body   = schooltest.Body
	moment = schooltest.Moment
	number = schooltest.Number
	same   = schooltest.Same
)
