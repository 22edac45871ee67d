package calendarweb_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"rehearse/internal/booking"
	"rehearse/internal/gqlhttp"
	"rehearse/internal/ratelimit"
	"rehearse/internal/schooltest"
)

// A client that has the calendar gets 304 until it changes, for an ETag and for a date.
func TestUnchangedFeedIsNotSentAgain(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	student, ann := s.Student(nil), s.Interviewer(nil)
	slot := s.Slot(ann, 3*schooltest.Day)
	address, _ := s.feedOf(schooltest.In{"studentId": student})
	first := s.get(http.MethodGet, address)
	tag, date := first.header.Get("ETag"), first.header.Get("Last-Modified")
	same(t, "type", first.header.Get("Content-Type"), "text/calendar; charset=utf-8")
	same(t, "caching", first.header.Get("Cache-Control"), "private, no-cache")
	same(t, "date of the first read", date, schooltest.T0.Format(http.TimeFormat))
	for _, line := range []string{"REFRESH-INTERVAL;VALUE=DURATION:PT60M", "X-PUBLISHED-TTL:PT60M", "METHOD:PUBLISH"} {
		if !strings.Contains(first.body, line+"\r\n") {
			t.Errorf("the calendar lacks %s:\n%s", line, first.body)
		}
	}
	head := s.get(http.MethodHead, address)
	same(t, "status, ETag and body of HEAD", []any{head.status, head.header.Get("ETag"), head.body}, []any{http.StatusOK, tag, ""})

	s.SetClock(schooltest.T0.Add(time.Hour))
	for name, header := range map[string][2]string{"ETag": {"If-None-Match", tag}, "date": {"If-Modified-Since", date}} {
		again := s.get(http.MethodGet, address, header[0], header[1])
		same(t, "status and body for the same "+name, []any{again.status, again.body}, []any{http.StatusNotModified, ""})
	}
	s.Booked(student, slot)
	for name, header := range map[string][2]string{"ETag": {"If-None-Match", tag}, "date": {"If-Modified-Since", date}} {
		again := s.get(http.MethodGet, address, header[0], header[1])
		same(t, "status after a booking, for the old "+name, again.status, http.StatusOK)
		same(t, "date after a booking, for the old "+name, again.header.Get("Last-Modified"), schooltest.T0.Add(time.Hour).Format(http.TimeFormat))
	}
	same(t, "status of POST", s.get(http.MethodPost, address).status, http.StatusMethodNotAllowed)
}

// Everything that is not the URL of a feed gets the same response.
func TestUnknownFeedsAreAlike(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	address, id := s.feedOf(schooltest.In{"studentId": s.Student(nil)})
	other, _ := s.feedOf(schooltest.In{"interviewerId": s.Interviewer(nil)})
	secret := secretOf(t, address)
	s.Accepted(s.delete(id))
	valid := secretOf(t, other)
	want := s.get(http.MethodGet, s.public+"/calendar/"+strings.Repeat("A", len(secret))+".ics")
	same(t, "status", want.status, http.StatusNotFound)
	for name, path := range map[string]string{
		"revoked": secret + ".ics", "without an extension": valid, "another extension": valid + ".ical", "empty": ".ics", "nothing": "",
		"longer": valid + "A.ics", "shorter": valid[1:] + ".ics", "another case": strings.ToUpper(valid) + ".ics", "a path": "a/" + valid + ".ics",
		"a long text": strings.Repeat("x", 5000) + ".ics", "an escape": "%00%ff.ics", "padded": valid + "=.ics",
	} {
		t.Run(name, func(t *testing.T) {
			got := s.get(http.MethodGet, s.public+"/calendar/"+path)
			want.header.Set("Date", got.header.Get("Date"))
			same(t, "status", got.status, want.status)
			same(t, "body", got.body, want.body)
			same(t, "headers", got.header, want.header)
		})
	}
	if strings.Contains(s.Log.String(), secret) || strings.Contains(s.Log.String(), valid) {
		t.Errorf("the log contains a secret: %s", s.Log)
	}
}

// A person has at most five feeds, also if several are created at once.
func TestFeedLimit(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	student, ann := s.Student(nil), s.Interviewer(nil)
	for name, owner := range map[string]schooltest.In{"student": {"studentId": student}, "interviewer": {"interviewerId": ann}} {
		t.Run(name, func(t *testing.T) {
			var all sync.WaitGroup
			payloads := make([]created, booking.MaxCalendarFeeds+3)
			for n := range payloads {
				all.Go(func() { payloads[n] = s.create(owner) })
			}
			all.Wait()
			refused, last := 0, ""
			for _, payload := range payloads {
				if len(payload.Errors) == 0 {
					last = payload.Feed.ID
					continue
				}
				refused++
				same(t, "codes", schooltest.Codes(payload.Errors), []string{"TOO_MANY_CALENDAR_FEEDS"})
				same(t, "feed and URL of a refusal", []bool{payload.Feed == nil, payload.URL == nil}, []bool{true, true})
			}
			same(t, "refused", refused, 3)
			s.Accepted(s.delete(last))
			s.Accepted(s.create(owner).Errors)
		})
	}
}

// Administrators and the person themselves create, list and delete feeds; for others, they do not
// exist.
func TestWhoHasFeeds(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	student, other, ann := s.Student(nil), s.Student(nil), s.Interviewer(nil)
	address, id := s.feedOf(schooltest.In{"studentId": student})
	s.text(address)
	list := func() string {
		return s.Ask(fmt.Sprintf("{ student(id: %s) { calendarFeeds { id lastReadAt } } }", student), nil).Body
	}
	want := fmt.Sprintf(`{"data":{"student":{"calendarFeeds":[{"id":"%s","lastReadAt":"2026-06-01T08:00:00Z"}]}}}`, id)
	same(t, "list of an administrator", strings.TrimSpace(list()), want)
	s.as(booking.RoleStudent, student)
	same(t, "own list", strings.TrimSpace(list()), want)
	for name, codes := range map[string][]string{
		"neither": schooltest.Codes(s.create(schooltest.In{}).Errors), "both": schooltest.Codes(s.create(schooltest.In{"studentId": student, "interviewerId": ann}).Errors),
	} {
		same(t, "codes for "+name, codes, []string{"INVALID_INPUT"})
	}
	for role, caller := range map[booking.Role]string{booking.RoleStudent: other, booking.RoleInterviewer: ann} {
		s.as(role, caller)
		same(t, "codes of another's feed", schooltest.Codes(s.create(schooltest.In{"studentId": student}).Errors), []string{"NOT_FOUND"})
		same(t, "codes of deleting another's feed", schooltest.Codes(s.delete(id)), []string{"NOT_FOUND"})
	}
	s.as(booking.RoleStudent, student)
	s.Accepted(s.delete(id))
	same(t, "status afterwards", s.get(http.MethodGet, address).status, http.StatusNotFound)
}

// Anonymising a student deletes their feeds, and no more can be created.
func TestAnonymisingRevokesFeeds(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	student := s.Student(nil)
	address, _ := s.feedOf(schooltest.In{"studentId": student})
	var payload struct{ Errors []schooltest.Refusal }
	s.Mutate("anonymiseStudent", "student { id }", schooltest.In{"studentId": student}, &payload)
	s.Accepted(payload.Errors)
	same(t, "status", s.get(http.MethodGet, address).status, http.StatusNotFound)
	same(t, "codes of a new feed", schooltest.Codes(s.create(schooltest.In{"studentId": student}).Errors), []string{"WRONG_STATUS"})
}

// A repeated request returns the same feed without the URL, because the secret is not stored.
func TestRepeatedCreationShowsNoSecret(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	input := schooltest.In{"interviewerId": s.Interviewer(nil), "idempotencyKey": "once"}
	first, again := s.create(input), s.create(input)
	same(t, "feed", again.Feed.ID, first.Feed.ID)
	same(t, "whether the repeated response has a URL", again.URL != nil, false)
	secret := secretOf(t, *first.URL)
	for _, table := range []string{"calendar_feeds", "idempotency_keys", "events"} {
		var rows string
		err := s.DB.SQL(t).QueryRowContext(t.Context(), "SELECT coalesce(string_agg(t::text, '|'), '') FROM "+table+" t").Scan(&rows)
		if err != nil || strings.Contains(rows, secret) {
			t.Errorf("%s contains the secret: %s (%v)", table, rows, err)
		}
	}
}

// The address of a client pays for reads of feeds, whether they exist or not.
func TestFeedsAreRateLimited(t *testing.T) {
	t.Parallel()
	s := newSchool(t, func(o *gqlhttp.Options) {
		o.Rates = &gqlhttp.RateLimits{
			Points:   ratelimit.NewLocal(ratelimit.Limit{Burst: 250, PerSecond: 1}),
			Bookings: ratelimit.NewLocal(ratelimit.Limit{Burst: 10, PerSecond: 1}), Now: func() time.Time { return schooltest.T0 },
		}
	})
	statuses := []int{}
	for range 4 {
		statuses = append(statuses, s.get(http.MethodGet, s.public+"/calendar/guess.ics").status)
	}
	same(t, "statuses", statuses, []int{404, 404, 429, 429})
	limited := s.get(http.MethodGet, s.public+"/calendar/guess.ics")
	// 50 points were left, and each of the two refusals before has cost one.
	same(t, "Retry-After", limited.header.Get("Retry-After"), "52")
}
