package app_test

import (
	"slices"
	"time"

	"pgregory.net/rapid"

	"rehearse/internal/booking"
	"rehearse/internal/store"
)

// agreeOnStanding checks that the student filters select the same students as the rules,
// in the page and in the total count, with waivers and holds.
func (c *agreement) agreeOnStanding() {
	ctx := c.world.t.Context()
	for _, s := range c.rules.students {
		for _, rule := range []booking.WaivableRule{booking.WaiveLimit, booking.WaiveGrades} {
			if rapid.IntRange(0, 2).Draw(c.T, "waived") == 0 {
				expires := t0.Add(time.Duration(rapid.IntRange(-1, 2).Draw(c.T, "expires")) * time.Hour)
				revoked := rapid.IntRange(0, 4).Draw(c.T, "revoked") == 0
				_, err := c.world.sql.ExecContext(ctx, `INSERT INTO waivers (student_id, rule, reason, uses, granted_at, expires_at, revoked_at)
					VALUES ($1, $2, 'x', 1, $3::timestamptz, $4, CASE WHEN $5 THEN $3::timestamptz END)`, s.ID, rule, t0.Add(-2*time.Hour), expires, revoked)
				if err != nil {
					c.Fatalf("grant a waiver: %v", err)
				}
				if rapid.Bool().Draw(c.T, "spent") {
					c.world.exec("UPDATE interviews SET waivers = ARRAY(SELECT max(id) FROM waivers) WHERE id = (SELECT min(id) FROM interviews" +
						" WHERE student_id = (SELECT student_id FROM waivers ORDER BY id DESC LIMIT 1))")
				}
			}
		}
	}
	verdicts := map[booking.StudentID]booking.Eligibility{}
	for _, s := range c.rules.students {
		record, err := c.world.store.Record(ctx, s.ID)
		if err != nil {
			c.Fatalf("read student %d: %v", s.ID, err)
		}
		verdicts[s.ID] = record.Eligibility(t0)
	}
	fails := func(e booking.Eligibility, code booking.RefusalCode) bool {
		return slices.ContainsFunc(e.Reasons, func(r booking.EligibilityReason) bool { return r.Code == code })
	}
	low := rapid.IntRange(0, 4).Draw(c.T, "used at least")
	high := rapid.IntRange(low, 5).Draw(c.T, "used at most")
	yes, no := true, false
	for _, test := range []struct {
		name   string
		filter store.EligibilityFilter
		want   func(booking.Eligibility) bool
	}{
		{"eligible", store.EligibilityFilter{Eligible: &yes}, func(e booking.Eligibility) bool { return e.Eligible }},
		{"not eligible", store.EligibilityFilter{Eligible: &no}, func(e booking.Eligibility) bool { return !e.Eligible }},
		{"limit", store.EligibilityFilter{Stuck: []booking.RefusalCode{booking.LimitReached}},
			func(e booking.Eligibility) bool { return fails(e, booking.LimitReached) }},
		{"grades", store.EligibilityFilter{Stuck: []booking.RefusalCode{booking.GradesTooLow}},
			func(e booking.Eligibility) bool { return fails(e, booking.GradesTooLow) }},
		{"either", store.EligibilityFilter{Stuck: []booking.RefusalCode{booking.GradesTooLow, booking.LimitReached}},
			func(e booking.Eligibility) bool { return !e.Eligible }},
		{"used", store.EligibilityFilter{InterviewsUsed: &store.IntRange{Min: &low, Max: &high}},
			func(e booking.Eligibility) bool { return e.InterviewsUsed >= low && e.InterviewsUsed <= high }},
	} {
		var want, got []booking.StudentID
		for _, s := range c.rules.students {
			if test.want(verdicts[s.ID]) {
				want = append(want, s.ID)
			}
		}
		slices.Sort(want)
		f, all := store.StudentFilter{EligibilityFilter: test.filter}, store.ScopeOf(booking.Actor{Role: booking.RoleAdmin}, t0)
		page, _, err := c.world.store.Students(ctx, all, f, store.Page{First: 100})
		for _, s := range page {
			got = append(got, s.ID)
		}
		total, countErr := c.world.store.CountStudents(ctx, all, f)
		if err != nil || countErr != nil || !slices.Equal(got, want) || total != len(want) {
			c.Fatalf("%s (%d to %d used): got %v (%v) and the total %d (%v), want %v of %+v",
				test.name, low, high, got, err, total, countErr, want, verdicts)
		}
	}
}
