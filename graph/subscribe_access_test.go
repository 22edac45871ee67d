package graph_test

import (
	"fmt"
	"testing"

	"rehearse/internal/booking"
)

// subscriptions returns a selection of each field of Subscription that asks for what
// belongs to a household.
func subscriptions(h household) map[string]string {
	eventAdded := "eventAdded { id }"
	if h == nobody {
		eventAdded = "eventAdded(after: 999999) { id }"
	}
	return map[string]string{
		"eventAdded":       eventAdded,
		"slotsChanged":     fmt.Sprintf(`slotsChanged(studentId: %s, start: %q, end: %q) { refetch }`, h.student, moment(0), moment(40*day)),
		"interviewChanged": fmt.Sprintf(`interviewChanged(studentId: %s, interviewerId: %s) { id }`, h.student, h.interviewer),
	}
}

func TestWhoMaySubscribe(t *testing.T) {
	t.Parallel()
	s, second := living(t)
	a, b := s.household("a"), s.household("b")
	for _, field := range loadSchema(t).Subscription.Fields {
		rights := rightsTo(t, field)
		asked := map[string]string{"own": subscriptions(b)[field.Name], "missing": subscriptions(nobody)[field.Name]}
		if asked["own"] == "" {
			t.Errorf("%s has no subscription in this test", field.Name)
			continue
		}
		for _, who := range append(callers(a, b), caller{"the administrator", booking.RoleAdmin, "0", b, true}) {
			var want string
			switch who.role {
			case booking.RoleAnonymous:
				want = "UNAUTHENTICATED"
			case booking.RoleAdmin:
				want = "NOT_FOUND"
			default:
				want = map[string]string{"NONE": "FORBIDDEN", "OWN": "NOT_FOUND"}[rights[who.role]]
			}
			for whose, selection := range asked {
				t.Run(fmt.Sprintf("%s of %s objects by %s", field.Name, whose, who.name), func(t *testing.T) {
					s := second.For(t)
					s.Act(who.role, int64(number(t, who.id)))
					c := s.Connect()
					id := c.Begin("subscription { "+selection+" }", nil)
					if whose == "own" && who.own && want != "FORBIDDEN" {
						c.Send(`{"type":"ping"}`)
						c.Wants("pong", "") // and no error precedes it
						return
					}
					same(t, "error code", c.Fails(id), want)
				})
			}
		}
	}
}
