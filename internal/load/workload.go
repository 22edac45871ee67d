package load

import (
	"context"
	"math/rand/v2"
	"time"
)

// Kinds of requests, which are counted separately.
const (
	kindList     = "list"
	kindStanding = "standing"
	kindHold     = "hold"
	kindBook     = "book"
	kindCancel   = "cancel"
)

var kinds = []string{kindList, kindStanding, kindHold, kindBook, kindCancel}

// operation is one request. do sends it and must be called only once.
type operation struct {
	kind string
	do   func(context.Context) (refusals []string, err error)
}

// workload chooses the next request.
type workload struct {
	client   *client
	school   *school
	mix      Mix
	journeys *journeys
}

func (w *workload) next(random *rand.Rand) operation {
	switch n := random.IntN(w.mix.total()); {
	case n < w.mix.List:
		return w.list(random)
	case n < w.mix.List+w.mix.Standing:
		return w.standing(random)
	default:
		return w.step(random)
	}
}

const listDocument = `query($student: ID!, $start: DateTime!, $end: DateTime!) {
	availableSlots(studentId: $student, start: $start, end: $end, first: 50) {
		nodes { id start end interviewer { id name } } } }`

type listed struct {
	AvailableSlots struct{ Nodes []struct{ ID string } }
}

// lists requests a student's available slots in a week.
func (w *workload) lists(ctx context.Context, student string, start, end time.Time) (listed, error) {
	var found listed
	err := w.client.ask(ctx, listDocument, map[string]any{
		"student": student, "start": start.Format(time.RFC3339), "end": end.Format(time.RFC3339),
	}, &found)
	return found, err
}

func (w *workload) list(random *rand.Rand) operation {
	student := w.school.student(random)
	start, end := w.school.week(random)
	return operation{kindList, func(ctx context.Context) ([]string, error) {
		_, err := w.lists(ctx, student, start, end)
		return nil, err
	}}
}

const standingDocument = `query($student: ID!) {
	eligibility(studentId: $student) { eligible interviewsUsed interviewsRemaining recentGrades reasons { code message } }
	student(id: $student) { id interviews { nodes { id start end status grade interviewer { id name } } } } }`

func (w *workload) standing(random *rand.Rand) operation {
	student := w.school.student(random)
	return operation{kindStanding, func(ctx context.Context) ([]string, error) {
		return nil, w.client.ask(ctx, standingDocument, map[string]any{"student": student}, &struct{}{})
	}}
}
