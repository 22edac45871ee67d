package graph

import (
	"context"
	"time"

	"rehearse/graph/page"
	"rehearse/graph/plan"
	"rehearse/graph/scalar"
	"rehearse/internal/booking"
)

// plannedTypes returns the types of list items, with their fields that take no arguments.
// If a selection contains another field, gqlgen executes all of it. TestPlannedResponses
// compares both results.
func plannedTypes(r *Resolver) plan.Types {
	student, interviewer := &plan.Type[booking.Student]{}, &plan.Type[booking.Interviewer]{}
	slot, interview := &plan.Type[booking.Slot]{}, &plan.Type[booking.Interview]{}
	eligibility := &plan.Type[booking.Eligibility]{}
	*eligibility = plannedEligibility(eligibilityResolver{r}, student)
	*slot = plannedSlot(slotResolver{r}, interviewer)
	*interviewer = plannedInterviewer(interviewerResolver{r})
	*student = plannedStudent(studentResolver{r}, interview, eligibility)
	*interview = plannedInterview(interviewResolver{r}, student, interviewer, slot)
	available := plannedConnection("AvailableSlot", slot, func(c *page.AvailableSlotConnection) *page.SlotConnection { return &c.Connection })
	available.Fields["eligibility"] = plan.Held(eligibility, func(c *page.AvailableSlotConnection) *booking.Eligibility { return &c.Eligibility })
	available.Fields["student"] = plan.One(student, availableSlotsResolver{r}.Student)
	available.Fields["emptyReasons"] = plannedEmptyReasons()
	return plan.Types{
		"Slot": slot, "Interviewer": interviewer, "Student": student, "Interview": interview,
		"Eligibility":             eligibility,
		"AvailableSlotConnection": available,
		"SlotConnection":          plannedConnection("Slot", slot, itself),
		"InterviewerConnection":   plannedConnection("Interviewer", interviewer, itself),
		"StudentConnection":       plannedConnection("Student", student, itself),
		"InterviewConnection":     plannedConnection("Interview", interview, itself),
	}
}

func itself[T any](object *T) *T { return object }

func plannedSlot(r slotResolver, interviewer *plan.Type[booking.Interviewer]) plan.Type[booking.Slot] {
	type T = booking.Slot
	return plan.Type[T]{Names: []string{"Slot"}, Fields: map[string]plan.Field[T]{
		"id":          plan.Of(func(s *T) booking.SlotID { return s.ID }, scalar.AppendID),
		"start":       plan.Of(func(s *T) time.Time { return s.Start }, scalar.AppendDateTime),
		"end":         plan.Of(func(s *T) time.Time { return s.End }, scalar.AppendDateTime),
		"status":      plan.Resolved(r.Status, scalar.AppendString),
		"interviewer": plan.One(interviewer, r.Interviewer),
	}}
}

func plannedInterviewer(r interviewerResolver) plan.Type[booking.Interviewer] {
	type T = booking.Interviewer
	return plan.Type[T]{Names: []string{"Interviewer", "Person"}, Fields: map[string]plan.Field[T]{
		"id":         plan.Of(func(i *T) booking.InterviewerID { return i.ID }, scalar.AppendID),
		"name":       plan.Of(func(i *T) string { return i.Name }, scalar.AppendString),
		"email":      plan.Resolved(r.Email, plan.OrNull(scalar.AppendString[string])),
		"timeZone":   plan.Of(func(i *T) string { return i.TimeZone }, scalar.AppendString),
		"tags":       plan.Of(func(i *T) []string { return i.Tags }, plan.List(scalar.AppendString[string])),
		"maxPerDay":  plan.Resolved(r.MaxPerDay, plan.OrNull(scalar.AppendInt)),
		"maxPerWeek": plan.Resolved(r.MaxPerWeek, plan.OrNull(scalar.AppendInt)),
		"meetingUrl": plan.Resolved(r.MeetingURL, plan.OrNull(scalar.AppendString[string])),
		"headline":   plan.Of(func(i *T) *string { return i.Headline }, plan.OrNull(scalar.AppendString[string])),
		"bio":        plan.Of(func(i *T) *string { return i.Bio }, plan.OrNull(scalar.AppendString[string])),
		"photoUrl":   plan.Of(func(i *T) *string { return i.PhotoURL }, plan.OrNull(scalar.AppendString[string])),
		"languages":  plan.Of(func(i *T) []string { return i.Languages }, plan.List(scalar.AppendString[string])),
		"active":     plan.Of(func(i *T) bool { return i.Active }, scalar.AppendBool),
		"createdAt":  plan.Of(func(i *T) time.Time { return i.CreatedAt }, scalar.AppendDateTime),
	}}
}

func plannedStudent(
	r studentResolver, interview *plan.Type[booking.Interview], eligibility *plan.Type[booking.Eligibility],
) plan.Type[booking.Student] {
	type T = booking.Student
	return plan.Type[T]{Names: []string{"Student", "Person"}, Fields: map[string]plan.Field[T]{
		"id":                 plan.Of(func(s *T) booking.StudentID { return s.ID }, scalar.AppendID),
		"name":               plan.Of(func(s *T) string { return s.Name }, scalar.AppendString),
		"email":              plan.Of(func(s *T) string { return s.Email }, scalar.AppendString),
		"timeZone":           plan.Of(func(s *T) string { return s.TimeZone }, scalar.AppendString),
		"interviewLimit":     plan.Resolved(r.InterviewLimit, plan.OrNull(scalar.AppendInt)),
		"createdAt":          plan.Of(func(s *T) time.Time { return s.CreatedAt }, scalar.AppendDateTime),
		"eligibility":        plan.One(eligibility, r.Eligibility),
		"upcomingInterviews": plan.Many(interview, r.UpcomingInterviews),
	}}
}

func plannedInterview(
	r interviewResolver, student *plan.Type[booking.Student], interviewer *plan.Type[booking.Interviewer], slot *plan.Type[booking.Slot],
) plan.Type[booking.Interview] {
	type T = booking.Interview
	at := plan.OrNull(scalar.AppendDateTime)
	return plan.Type[T]{Names: []string{"Interview"}, Fields: map[string]plan.Field[T]{
		"id":                  plan.Of(func(i *T) booking.InterviewID { return i.ID }, scalar.AppendID),
		"student":             plan.One(student, r.Student),
		"interviewer":         plan.One(interviewer, r.Interviewer),
		"slot":                plan.One(slot, r.Slot),
		"start":               plan.Of(func(i *T) time.Time { return i.Start }, scalar.AppendDateTime),
		"end":                 plan.Of(func(i *T) time.Time { return i.End }, scalar.AppendDateTime),
		"status":              plan.Of(func(i *T) booking.InterviewStatus { return i.Status }, scalar.AppendString),
		"grade":               plan.Of(func(i *T) *int { return i.Grade }, plan.OrNull(scalar.AppendInt)),
		"note":                plan.Resolved(r.Note, plan.OrNull(scalar.AppendString[string])),
		"noteShared":          plan.Of(func(i *T) bool { return i.NoteShared }, scalar.AppendBool),
		"bookedAt":            plan.Of(func(i *T) time.Time { return i.BookedAt }, scalar.AppendDateTime),
		"completedAt":         plan.Of(func(i *T) *time.Time { return i.CompletedAt }, at),
		"cancelledAt":         plan.Of(func(i *T) *time.Time { return i.CancelledAt }, at),
		"cancelReason":        plan.Of(func(i *T) *string { return i.CancelReason }, plan.OrNull(scalar.AppendString[string])),
		"noShowAt":            plan.Of(func(i *T) *time.Time { return i.NoShowAt }, at),
		"meetingUrl":          plan.Resolved(r.MeetingURL, plan.OrNull(scalar.AppendString[string])),
		"viewerCanCancel":     plan.Resolved(r.ViewerCanCancel, scalar.AppendBool),
		"cancelableUntil":     plan.Resolved(r.CancelableUntil, at),
		"viewerCanReschedule": plan.Resolved(r.ViewerCanReschedule, scalar.AppendBool),
		"reschedulableUntil":  plan.Resolved(r.ReschedulableUntil, at),
		"reschedulesLeft":     plan.Resolved(r.ReschedulesLeft, scalar.AppendInt),
		"viewerCanComplete":   plan.Resolved(r.ViewerCanComplete, scalar.AppendBool),
		"rescheduleCount":     plan.Of(func(i *T) int { return i.Reschedules }, scalar.AppendInt),
		"exempt":              plan.Of(func(i *T) bool { return i.Exempt }, scalar.AppendBool),
	}}
}

func plannedEligibility(r eligibilityResolver, student *plan.Type[booking.Student]) plan.Type[booking.Eligibility] {
	type T = booking.Eligibility
	reason := &plan.Type[booking.EligibilityReason]{Names: []string{"EligibilityReason"}, Fields: map[string]plan.Field[booking.EligibilityReason]{
		"code":    plan.Of(func(r *booking.EligibilityReason) booking.RefusalCode { return r.Code }, scalar.AppendString),
		"message": plan.Of(func(r *booking.EligibilityReason) string { return r.Message }, scalar.AppendString),
	}}
	return plan.Type[T]{Names: []string{"Eligibility"}, Fields: map[string]plan.Field[T]{
		"student":             plan.One(student, r.Student),
		"eligible":            plan.Of(func(e *T) bool { return e.Eligible }, scalar.AppendBool),
		"interviewsUsed":      plan.Of(func(e *T) int { return e.InterviewsUsed }, scalar.AppendInt),
		"interviewLimit":      plan.Of(func(e *T) int { return e.InterviewLimit }, scalar.AppendInt),
		"interviewsRemaining": plan.Of(func(e *T) int { return e.InterviewsRemaining }, scalar.AppendInt),
		"extraByWaiver":       plan.Of(func(e *T) int { return e.ExtraByWaiver }, scalar.AppendInt),
		"recentGrades":        plan.Of(func(e *T) []int { return e.RecentGrades }, plan.List(scalar.AppendInt)),
		"reasons":             plan.HeldMany(reason, func(e *T) []booking.EligibilityReason { return e.Reasons }),
	}}
}

func plannedEmptyReasons() plan.Field[page.AvailableSlotConnection] {
	type T = booking.EmptyReason
	reason := &plan.Type[T]{Names: []string{"EmptyReason"}, Fields: map[string]plan.Field[T]{
		"code":    plan.Of(func(r *T) booking.EmptyCode { return r.Code }, scalar.AppendString),
		"count":   plan.Of(func(r *T) int { return r.Count }, scalar.AppendInt),
		"message": plan.Of(func(r *T) string { return r.Message }, scalar.AppendString),
	}}
	return plan.Many(reason, plan.Each(func(ctx context.Context, c *page.AvailableSlotConnection) ([]T, error) {
		return c.EmptyReasons(ctx)
	}))
}

// plannedConnection returns the type of a connection of nodes; of returns the connection in
// a C.
func plannedConnection[C, N any](kind string, node *plan.Type[N], of func(*C) *page.Connection[N]) *plan.Type[C] {
	edge := &plan.Type[page.Edge[N]]{Names: []string{kind + "Edge"}, Fields: map[string]plan.Field[page.Edge[N]]{
		"node":   plan.Held(node, func(e *page.Edge[N]) *N { return e.Node }),
		"cursor": plan.Of(func(e *page.Edge[N]) string { return e.Cursor }, scalar.AppendString),
	}}
	info := &plan.Type[page.Info]{Names: []string{"PageInfo"}, Fields: map[string]plan.Field[page.Info]{
		"hasNextPage":     plan.Of(func(i *page.Info) bool { return i.HasNextPage }, scalar.AppendBool),
		"hasPreviousPage": plan.Of(func(i *page.Info) bool { return i.HasPreviousPage }, scalar.AppendBool),
		"startCursor":     plan.Of(func(i *page.Info) *string { return i.StartCursor }, plan.OrNull(scalar.AppendString[string])),
		"endCursor":       plan.Of(func(i *page.Info) *string { return i.EndCursor }, plan.OrNull(scalar.AppendString[string])),
	}}
	return &plan.Type[C]{Names: []string{kind + "Connection"}, Fields: map[string]plan.Field[C]{
		"nodes":    plan.HeldMany(node, func(c *C) []N { return of(c).Nodes }),
		"edges":    plan.HeldMany(edge, func(c *C) []page.Edge[N] { return of(c).Edges() }),
		"pageInfo": plan.Held(info, func(c *C) *page.Info { return &of(c).PageInfo }),
		"totalCount": plan.Resolved(plan.Each(func(ctx context.Context, c *C) (int, error) {
			return of(c).TotalCount(ctx)
		}), scalar.AppendInt),
		"totalCountIsCapped": plan.Resolved(plan.Each(func(ctx context.Context, c *C) (bool, error) {
			return of(c).TotalCountIsCapped(ctx)
		}), scalar.AppendBool),
	}}
}
