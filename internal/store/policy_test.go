package store_test

import (
	"testing"

	"rehearse/internal/booking"
	"rehearse/internal/pgtest"
	"rehearse/internal/store"
)

// A new school starts with the default policy of package booking.
func TestNewSchoolHasTheDefaultPolicy(t *testing.T) {
	t.Parallel()
	policy, err := pgtest.New(t).Open(t, store.Options{}).Policy(t.Context())
	if err != nil || !policy.Equal(booking.DefaultPolicy()) {
		t.Errorf("Policy() = %+v, %v; want the default", policy, err)
	}
}
