package graph_test

import (
	"testing"

	"rehearse/internal/booking"
)

// An interviewer changes the part of their profile that the school does not decide.
func TestInterviewersChangeTheirProfile(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	ann, bob := s.Interviewer(nil), s.Interviewer(nil)
	s.Act(booking.RoleInterviewer, int64(number(t, ann)))
	for field, value := range map[string]any{
		"timeZone": "Europe/Berlin", "maxPerDay": 3, "maxPerWeek": 9, "meetingUrl": room("ann"),
		"headline": "Go", "bio": "Ten years", "photoUrl": "https://photos.example.org/ann", "languages": []string{"de"},
	} {
		t.Run(field, func(t *testing.T) {
			s := s.For(t)
			s.Accepted(s.updateInterviewer(ann, in{field: value}))
			wantRefusal(t, s.updateInterviewer(bob, in{field: value}), "NOT_FOUND", "interviewerId")
		})
	}
	for field, value := range map[string]any{
		"name": "Other", "email": "other@example.org", "tags": []string{"go"}, "active": false, "cancelBooked": true,
	} {
		t.Run(field, func(t *testing.T) {
			s := s.For(t)
			before := s.Rows()
			refused := s.updateInterviewer(ann, in{field: value, "headline": "SQL"})
			wantRefusal(t, refused, "ADMINISTRATORS_ONLY", field)
			same(t, "message", refused[0].Message, "Only an administrator may change "+field+".")
			same(t, "rows", s.Rows(), before)
		})
	}
	var data struct {
		Interviewer struct {
			TimeZone, Headline string
			MaxPerDay          int
			Version            int
		}
		Events struct {
			Nodes []struct{ Actor struct{ Role, ID string } }
		}
	}
	s.Ask(`{ interviewer(id: `+ann+`) { timeZone headline maxPerDay version } }`, nil).Into(&data)
	same(t, "profile", []any{data.Interviewer.TimeZone, data.Interviewer.Headline, data.Interviewer.MaxPerDay}, []any{"Europe/Berlin", "Go", 3})
	var payload struct{ Errors []refused }
	s.Mutate("updateInterviewer", "", in{"interviewerId": ann, "expectedVersion": data.Interviewer.Version - 1, "bio": "New"}, &payload)
	same(t, "refusal codes of an old version", codes(payload.Errors), []string{"VERSION_CONFLICT"})
	same(t, "refusal codes of a cap of 0", codes(s.updateInterviewer(ann, in{"maxPerDay": 0})), []string{"INVALID_INPUT"})
	s.Act(booking.RoleAdmin, 0)
	s.Ask(`{ events(filter: { kind: [INTERVIEWER_UPDATED] }, first: 1) { nodes { actor { role id } } } }`, nil).Into(&data)
	same(t, "actor of the event", data.Events.Nodes[0].Actor, struct{ Role, ID string }{"INTERVIEWER", ann})
	s.Accepted(s.updateInterviewer(ann, in{"active": false}))
	s.Act(booking.RoleInterviewer, int64(number(t, ann)))
	same(t, "refusal codes of an inactive interviewer", codes(s.updateInterviewer(ann, in{"bio": "New"})), []string{"WRONG_STATUS"})
	s.Sound()
}

// A cap that an interviewer lowers hides the slots of full days at once.
func TestInterviewersLowerTheirCap(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	ann := s.Interviewer(nil)
	s.Publish(ann, t0.Add(day), 4*60*60*1e9, 60)
	other := s.Student(nil)
	same(t, "slots without a cap", len(s.List(other).Nodes), 4)
	s.Booked(s.Student(nil), s.List(other).Nodes[0].ID)
	s.Act(booking.RoleInterviewer, int64(number(t, ann)))
	s.Accepted(s.updateInterviewer(ann, in{"maxPerDay": 1}))
	s.Act(booking.RoleAdmin, 0)
	same(t, "slots of a full day", len(s.List(other).Nodes), 0)
	s.Act(booking.RoleInterviewer, int64(number(t, ann)))
	s.Accepted(s.updateInterviewer(ann, in{"maxPerDay": nil}))
	s.Act(booking.RoleAdmin, 0)
	same(t, "slots after the cap was removed", len(s.List(other).Nodes), 3)
	s.Sound()
}
