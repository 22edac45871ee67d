package graph_test

import (
	"strings"
	"testing"
	"time"
)

const availabilityHeader = "interviewer,start,end,slotMinutes,gapMinutes,tags,weekdays,startTime,endTime,timeZone,startDate,endDate,everyWeeks\n"

// A row of a rule does what addWeeklyAvailability does.
func TestImportWeeklyAvailability(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	for _, name := range []string{"ann", "bob"} {
		s.Interviewer(in{"name": name, "email": name + "@example.org", "timeZone": "Europe/Berlin"})
	}
	const file = availabilityHeader +
		"ann@example.org,,,30,10,Go;sql,Monday; thursday,09:00,11:00,,2026-06-01,2026-12-31,2\n" +
		"ann@example.org,2026-06-15T07:30:00Z,2026-06-15T09:00:00Z,45,0,python,,,,,,,\n" + // overlaps the rule, and comes first
		"bob@example.org,,,,,,SUNDAY,22:00,02:00,America/New_York,2026-06-01,,\n"
	before := s.Rows()
	dry := s.imports("importAvailability", file, in{"dryRun": true})
	s.Accepted(dry.Errors)
	same(t, "rows after a dry run", s.Rows(), before)
	done := s.imports("importAvailability", file, nil)
	s.Accepted(done.Errors)
	same(t, "rows as in the dry run", done.rowLines(), dry.rowLines())
	same(t, "rows", done.rowLines(), []string{"2 CREATED", "3 CREATED", "4 CREATED"})
	s.Sound()

	other := newSchool(t)
	for _, name := range []string{"ann", "bob"} {
		other.Interviewer(in{"name": name, "email": name + "@example.org", "timeZone": "Europe/Berlin"})
	}
	var added weekly
	window := in{"interviewerId": 1, "start": "2026-06-15T07:30:00Z", "end": "2026-06-15T09:00:00Z", "slotMinutes": 45, "tags": []string{"python"}}
	other.Mutate("addAvailability", publishedFields, window, &added)
	other.Accepted(added.Errors)
	other.Accepted(other.weekly("1", in{
		"startDate": "2026-06-01", "endDate": "2026-12-31", "weekdays": []string{"MONDAY", "THURSDAY"}, "startTime": "09:00", "endTime": "11:00",
		"everyWeeks": 2, "slotMinutes": 30, "gapMinutes": 10, "tags": []string{"go", "SQL"},
	}).Errors)
	other.Accepted(other.weekly("2", in{
		"startDate": "2026-06-01", "endDate": nil, "weekdays": []string{"SUNDAY"}, "startTime": "22:00", "endTime": "02:00", "timeZone": "America/New_York",
	}).Errors)
	const published = `{ interviewers { nodes { availability { nodes { start end slotMinutes gapMinutes tags createdAt
		weekly { timeZone startDate endDate startTime endTime weekdays everyWeeks } } } } } slots(first: 100) { totalCount nodes { start end status } } }`
	var got, want any
	s.Ask(published, nil).Into(&got)
	other.Ask(published, nil).Into(&want)
	same(t, "published slots", got, want)

	before = s.Rows()
	again := s.imports("importAvailability", file, nil)
	s.Accepted(again.Errors)
	same(t, "rows of a second import", again.rowLines(), []string{"2 UNCHANGED", "3 UNCHANGED", "4 UNCHANGED"})
	same(t, "id of a row of a second import", again.Rows[0].ID, done.Rows[0].ID)
	same(t, "rows", s.Rows(), before)

	// A slot that was withdrawn from the rule stays withdrawn.
	var slots struct{ Slots struct{ Nodes []slot } }
	s.Ask("{ slots(first: 1) { nodes { id start } } }", nil).Into(&slots)
	s.Accepted(s.closing("withdrawSlot", "", in{"slotId": slots.Slots.Nodes[0].ID}).Errors)
	before = s.Rows()
	same(t, "row of an import after a withdrawal", s.imports("importAvailability", file, nil).rowLines()[0], "2 UNCHANGED")
	same(t, "rows", s.Rows(), before)

	// The rule is extended as time passes.
	s.SetClock(t0.Add(24 * time.Hour))
	same(t, "row of a later import", s.imports("importAvailability", file, nil).rowLines()[2], "4 UNCHANGED")
	s.Sound()
}

func TestImportInvalidWeeklyAvailability(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	s.people(nil, []string{"ann", "bob"})
	s.exec("UPDATE interviewers SET active = false WHERE email = 'bob@example.org'")
	s.Accepted(s.imports("importAvailability", availabilityHeader+
		"ann@example.org,2026-06-05T09:00:00Z,2026-06-05T11:00:00Z,,30,x,,,,,,,\n"+
		"ann@example.org,2026-06-17T09:00:00Z,2026-06-17T11:00:00Z,,,x,,,,,,,\n"+
		"ann@example.org,,,,,x,SATURDAY,09:00,11:00,UTC,2026-06-01,,\n", nil).Errors)
	s.exec(`WITH gone AS (UPDATE slots SET status = 'WITHDRAWN' WHERE starts_at = '2026-06-17T10:00:00Z' RETURNING id)
		INSERT INTO slot_history (slot_id, what, at) SELECT id, 'WITHDRAWN', now() FROM gone`)
	s.exec("INSERT INTO exceptions SELECT availability_id, starts_at, ends_at FROM slots WHERE status = 'WITHDRAWN'")
	before := s.Rows()
	file := availabilityHeader +
		"ann@example.org,2026-06-04T09:00:00Z,2026-06-04T11:00:00Z,,,,MONDAY,09:00,11:00,,2026-06-01,,\n" + // 2: both
		"ann@example.org,,2026-06-04T11:00:00Z,,,,,,,UTC,,,\n" + // 3: mixed and incomplete
		"ann@example.org,,,,,,,,,,,,\n" + // 4: neither
		"ann@example.org,,,,,,MONDAY,09:00,,,,,\n" + // 5: incomplete
		"ann@example.org,,,,x,,MOON,9,25:00,,2026-02-30,never,two\n" + // 6
		"ann@example.org,,,5,241,,MONDAY,09:00,09:00,Mars/Base,2026-06-02,2026-06-01,53\n" + // 7
		"ann@example.org,,,120,,,MONDAY,09:00,10:00,,2026-06-01,,\n" + // 8: too short
		"bob@example.org,,,,,,MONDAY,09:00,10:00,,2026-06-01,,\n" + // 9: inactive
		"nil@example.org,,,,,,MONDAY,09:00,10:00,,2026-06-01,,\n" + // 10
		"ann@example.org,,,120,,,FRIDAY,09:00,11:00,,2026-06-01,2026-06-06,\n" + // 11: overlaps the window
		"ann@example.org,,,,,y,SATURDAY,09:00,11:00,,2026-06-01,,1\n" + // 12: other tags
		"ann@example.org,2026-06-05T09:00:00Z,2026-06-05T11:00:00Z,,30,y,,,,,,,\n" + // 13: other tags
		"ann@example.org,,,,,,TUESDAY,09:00,11:00,,2026-06-01,,1\n" + // 14
		"ann@example.org,,,60,0,z,Tuesday,09:00,11:00,UTC,2026-06-01,,\n" + // 15: line 14 again
		"ann@example.org,,,,," + strings.Repeat("x", 51) + ",TUESDAY,19:00,21:00,,2026-06-01,,1\n" + // 16
		"ann@example.org,2026-06-10T09:00:00Z,2026-06-10T11:00:00Z,,,x,,,,,,,\n" + // 17
		"ann@example.org,2026-06-10T10:00:00Z,2026-06-10T11:00:00Z,,,X,,,,,,,\n" + // 18: part of line 17
		"ann@example.org,2026-06-10T09:00:00Z,2026-06-10T10:00:00Z,,,y,,,,,,,\n" + // 19: part of it, with other tags
		"ann@example.org,2026-06-17T09:00:00Z,2026-06-17T11:00:00Z,,,y,,,,,,,\n" // 20: other tags, and a slot is missing
	got := s.imports("importAvailability", file, nil)
	same(t, "rows that are refused", got.rowLines(), []string{
		"2 FAILED start:INVALID_INPUT end:INVALID_INPUT",
		"3 FAILED weekdays:INVALID_INPUT startTime:INVALID_INPUT endTime:INVALID_INPUT startDate:INVALID_INPUT end:INVALID_INPUT",
		"4 FAILED start:INVALID_INPUT end:INVALID_INPUT",
		"5 FAILED endTime:INVALID_INPUT startDate:INVALID_INPUT",
		"6 FAILED gapMinutes:INVALID_INPUT weekdays:INVALID_INPUT startTime:INVALID_INPUT endTime:INVALID_INPUT startDate:INVALID_INPUT " +
			"endDate:INVALID_INPUT everyWeeks:INVALID_INPUT",
		"7 FAILED slotMinutes:INVALID_INPUT gapMinutes:INVALID_INPUT everyWeeks:INVALID_INPUT endTime:INVALID_RANGE " +
			"endDate:INVALID_RANGE timeZone:INVALID_INPUT",
		"8 FAILED endTime:INVALID_RANGE", "9 FAILED interviewer:WRONG_STATUS", "10 FAILED interviewer:NOT_FOUND",
		"11 FAILED -:AVAILABILITY_CONFLICT", "12 FAILED tags:INVALID_INPUT", "13 FAILED tags:INVALID_INPUT",
		"14 SKIPPED", "15 FAILED weekdays:INVALID_INPUT", "16 FAILED tags:INVALID_INPUT",
		"17 SKIPPED", "18 UNCHANGED", "19 FAILED tags:INVALID_INPUT", "20 FAILED tags:INVALID_INPUT",
	})
	for _, says := range []string{
		"start is set, but the row has values of a weekly rule", "endTime is empty; a window requires start and end, and a weekly rule requires weekdays",
		`weekdays is "MOON"; a list of weekdays separated by ;`, "The rule is also on line 14", `tags is "y", but the existing availability has "x"`,
	} {
		if !strings.Contains(got.messages(), says) {
			t.Errorf("messages = %s\nwant %q in them", got.messages(), says)
		}
	}
	same(t, "rows", s.Rows(), before)
	s.Sound()
}
