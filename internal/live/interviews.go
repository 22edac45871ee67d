package live

import (
	"context"
	"maps"
	"slices"

	"rehearse/internal/booking"
)

// interviewWatch watches interviews.
type interviewWatch struct {
	inbox[booking.InterviewID, booking.Interview]
	wants func(booking.Interview) bool
}

// Interviews watches the interviews that wants accepts. Of several changes in quick
// succession only the last may be sent.
func (s *School) Interviews(ctx context.Context, wants func(booking.Interview) bool) Watch[booking.Interview] {
	ctx, drop := context.WithCancelCause(ctx)
	w := &interviewWatch{inbox: newInbox[booking.InterviewID, booking.Interview](drop), wants: wants}
	s.watch(ctx, w)
	return func(pace Pace, tell func(context.Context, booking.Interview)) error {
		defer drop(nil)
		return w.run(ctx, pace, tell)
	}
}

func (w *interviewWatch) take(h happened) {
	add := map[booking.InterviewID]booking.Interview{}
	for _, i := range h.interviews {
		if w.wants(i) {
			add[i.ID] = i
		}
	}
	if len(add) > 0 {
		w.put(news[booking.InterviewID, booking.Interview]{things: add})
	}
}

func (w *interviewWatch) run(ctx context.Context, pace Pace, tell func(context.Context, booking.Interview)) error {
	for {
		select {
		case <-ctx.Done():
			return ended(ctx)
		case <-w.wake:
			changed := w.inbox.take().things
			for _, id := range slices.Sorted(maps.Keys(changed)) {
				if !pace.Begin(ctx) {
					return ended(ctx)
				}
				tell(ctx, changed[id])
			}
		}
	}
}
