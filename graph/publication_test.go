package graph_test

import (
	"testing"
	"time"
)

// A rule in the past has nothing to publish and is refused. The payload of a rule beyond
// the horizon says when it will be published.
func TestRulesOutsideTheHorizon(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	s.policy(in{"publishHorizonDays": 10})
	ann := s.Interviewer(nil)
	before := s.Rows()
	for _, test := range []struct {
		name  string
		set   in
		field string
	}{
		{"wholly past", in{"startDate": "2026-05-01", "endDate": "2026-05-31"}, "endDate"},
		{"ended this morning", in{"startDate": "2026-06-01", "endDate": "2026-06-01", "startTime": "06:00", "endTime": "08:00"}, "weekdays"},
		{"no such weekday", in{"startDate": "2026-06-09", "endDate": "2026-06-10", "weekdays": []string{"FRIDAY"}}, "weekdays"},
	} {
		t.Run(test.name, func(t *testing.T) {
			wantRefusal(t, s.For(t).weekly(ann, test.set).Errors, "INVALID_RANGE", test.field)
		})
	}
	same(t, "rows", s.Rows(), before)

	publication := func(id string) (until, from *string) {
		t.Helper()
		var data struct {
			Interviewer struct {
				Availability struct {
					Nodes []struct {
						ID                            string
						PublishedUntil, PublishesFrom *string
					}
				}
			}
		}
		s.Ask("query($i: ID!) { interviewer(id: $i) { availability { nodes { id publishedUntil publishesFrom } } } }", in{"i": ann}).Into(&data)
		for _, a := range data.Interviewer.Availability.Nodes {
			if a.ID == id {
				return a.PublishedUntil, a.PublishesFrom
			}
		}
		t.Fatalf("the list has no availability %s", id)
		return nil, nil
	}
	far := s.weekly(ann, in{"startDate": "2026-08-01", "endDate": nil}) // a Saturday
	s.Accepted(far.Errors)
	same(t, "slots of a window beyond the horizon", len(far.Slots), 0)
	until, from := publication(far.Availability.ID)
	same(t, "publishedUntil", until, ptr("2026-06-11T08:00:00Z"))
	same(t, "publishedFrom", from, ptr("2026-07-22T14:00:00Z"))
	near := s.weekly(ann, nil)
	until, from = publication(near.Availability.ID)
	same(t, "publishedUntil ten days before", until, ptr("2026-06-11T08:00:00Z"))
	same(t, "publishedFrom ten days before", from, (*string)(nil))
	window := s.Publish(ann, t0.Add(400*day), 2*60*60*1e9, 60)
	until, from = publication(window.Availability.ID)
	same(t, "publishedUntil and publishedFrom of a window", []*string{until, from}, []*string{nil, nil})
	s.Sound()
}

// The reasons of an empty list distinguish between no slots at all and no slots that
// match.
func TestNoneMatch(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	ann, bob := s.Interviewer(in{"tags": []string{"go"}}), s.Interviewer(in{"tags": []string{"sql"}})
	s.Publish(ann, t0.Add(day), 2*60*60*1e9, 60)
	student := s.Student(nil)
	why := func(s *school, filter string) (code string, count int) {
		s.T.Helper()
		var data struct {
			AvailableSlots struct {
				EmptyReasons []struct {
					Code, Message string
					Count         int
				}
			}
		}
		s.Ask("query($s: ID!) { availableSlots(studentId: $s, start: \"2026-06-01T09:00:00Z\", end: \"2026-06-09T09:00:00Z\", "+filter+
			") { emptyReasons { code count message } } }", in{"s": student}).Into(&data)
		same(s.T, "number of reasons", len(data.AvailableSlots.EmptyReasons), 1)
		return data.AvailableSlots.EmptyReasons[0].Code, data.AvailableSlots.EmptyReasons[0].Count
	}
	for _, filter := range []string{
		`interviewerIds: ["` + bob + `"]`, `tags: ["sql"]`, `tags: ["go", "sql"]`, `tags: ["cobol"]`, `interviewerIds: ["999"]`,
		`interviewerIds: ["` + ann + `"], tags: ["sql"]`,
	} {
		t.Run(filter, func(t *testing.T) {
			code, count := why(s.For(t), filter)
			same(t, "empty reason", code, "NONE_MATCH")
			same(t, "count of the empty reason", count, 2)
		})
	}
	s.exec("UPDATE slots SET status = 'WITHDRAWN'")
	code, _ := why(s, `tags: ["sql"]`)
	same(t, "empty reason without published slots", code, "NONE_PUBLISHED")
	code, count := why(s, `tags: ["cobol"]`)
	same(t, "empty reason with an unknown tag, without published slots", code, "NONE_MATCH")
	same(t, "count of the empty reason with an unknown tag", count, 0)
}

// The published and blocked time of an interviewer comes in pages, by start.
func TestPagesOfAvailability(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	ann := s.Interviewer(nil)
	for n := range 3 {
		s.Publish(ann, t0.Add(day*time.Duration(3-n)), time.Hour, 60)
		s.Accepted(s.block(ann, in{"date": "2026-07-0" + string(rune('3'-n))}).Errors)
	}
	type list struct {
		TotalCount int
		Nodes      []struct{ Start string }
		PageInfo   struct {
			HasNextPage bool
			EndCursor   string
		}
	}
	var data struct {
		Interviewer struct{ Availability, Blocks list }
	}
	const fields = " { totalCount nodes { start } pageInfo { hasNextPage endCursor } } "
	s.Ask("query($i: ID!) { interviewer(id: $i) { availability(first: 2)"+fields+"blocks(last: 1)"+fields+"} }", in{"i": ann}).Into(&data)
	first := data.Interviewer.Availability
	same(t, "first page of availability", first.Nodes, []struct{ Start string }{{"2026-06-02T08:00:00Z"}, {"2026-06-03T08:00:00Z"}})
	same(t, "total of availability", first.TotalCount, 3)
	same(t, "last block", data.Interviewer.Blocks.Nodes, []struct{ Start string }{{"2026-07-03T00:00:00Z"}})
	same(t, "total of blocks", data.Interviewer.Blocks.TotalCount, 3)
	s.Ask("query($i: ID!, $a: String!) { interviewer(id: $i) { availability(first: 2, after: $a)"+fields+"blocks"+fields+"} }",
		in{"i": ann, "a": first.PageInfo.EndCursor}).Into(&data)
	same(t, "second page of availability", data.Interviewer.Availability.Nodes, []struct{ Start string }{{"2026-06-04T08:00:00Z"}})
	same(t, "availability has a third page", data.Interviewer.Availability.PageInfo.HasNextPage, false)
	same(t, "error code of too large a page of availability", s.Ask("{ interviewer(id: "+ann+") { availability(first: 101) { totalCount } } }", nil).Code(), "BAD_USER_INPUT")
	same(t, "error code of too large a page of blocks", s.Ask("{ interviewer(id: "+ann+") { blocks(first: 101) { totalCount } } }", nil).Code(), "BAD_USER_INPUT")
}
