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

// Interviews watches the interviews for which wants returns true. If an interview changes again
// before it is sent, only its latest state is sent.
func (h *Hub) Interviews(ctx context.Context, wants func(booking.Interview) bool) Watch[booking.Interview] {
	ctx, drop := context.WithCancelCause(ctx)
	w := &interviewWatch{inbox: newInbox[booking.InterviewID, booking.Interview](drop), wants: wants}
	h.add(ctx, w)
	return newWatch(ctx, drop, w.wake, w.next)
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

// next returns the changed interview with the lowest id.
func (w *interviewWatch) next(context.Context) (*booking.Interview, Work) {
	w.mu.Lock()
	defer w.mu.Unlock()
	changed := slices.Sorted(maps.Keys(w.new.items))
	if len(changed) == 0 {
		return nil, Work{}
	}
	if len(changed) > 1 {
		signal(w.wake)
	}
	first := w.new.items[changed[0]]
	delete(w.new.items, first.ID)
	return &first, Work{}
}
