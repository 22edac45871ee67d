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
func (h *Hub) Interviews(ctx context.Context, wants func(booking.Interview) bool) Watch[booking.Interview] {
	ctx, drop := context.WithCancelCause(ctx)
	w := &interviewWatch{inbox: newInbox[booking.InterviewID, booking.Interview](drop), wants: wants}
	h.watch(ctx, w)
	return func(pace Pace, send func(context.Context, booking.Interview)) error {
		defer drop(nil)
		return w.run(ctx, pace, send)
	}
}

func (w *interviewWatch) take(h changeSet) {
	add := map[booking.InterviewID]booking.Interview{}
	for _, i := range h.interviews {
		if w.wants(i) {
			add[i.ID] = i
		}
	}
	if len(add) > 0 {
		w.put(pendingChanges[booking.InterviewID, booking.Interview]{items: add})
	}
}

func (w *interviewWatch) run(ctx context.Context, pace Pace, send func(context.Context, booking.Interview)) error {
	for {
		select {
		case <-ctx.Done():
			return ended(ctx)
		case <-w.wake:
			changed := w.inbox.take().items
			for _, id := range slices.Sorted(maps.Keys(changed)) {
				if !pace.Begin(ctx) {
					return ended(ctx)
				}
				send(ctx, changed[id])
			}
		}
	}
}
