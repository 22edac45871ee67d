package booking

import (
	"testing"
	"time"
)

func responded(status int) DeliveryResponse { return DeliveryResponse{ResponseStatus: &status} }

// An unavailable receiver gets one request at a time, after pauses that grow to an hour. A
// receiver that refuses an event still gets the other events.
func TestPauses(t *testing.T) {
	t.Parallel()
	begin := time.Date(2026, 6, 1, 8, 0, 0, 0, time.UTC)
	for _, test := range []struct {
		name     string
		response DeliveryResponse
		failing  time.Duration // for how long, before the response; negative if the receiver was available
		first    time.Duration // from the first attempt of the delivery until the response

		pause   time.Duration // of the webhook; 0 for none
		next    time.Duration // pause of the delivery; 0 if there is no next attempt
		failed  bool
		allowed int // requests at the time of the response, if none is in progress
	}{
		{"accepted", responded(204), -1, 0, 0, 0, false, 4},
		{"accepted after failures", responded(200), time.Hour, time.Hour, 0, 0, false, 4},
		{"first refusal", responded(500), -1, 0, 0, 5 * time.Second, false, 4},
		{"refusal after a minute", responded(400), -1, time.Minute, 0, 2 * time.Minute, false, 4},
		{"refusal after days", responded(400), -1, 60 * time.Hour, 0, 6 * time.Hour, false, 4},
		{"refusal after 72 hours", responded(400), -1, 67 * time.Hour, 0, 0, true, 4},
		{"refusal by a receiver that was unavailable", responded(500), time.Minute, 0, 0, 5 * time.Second, false, 4},
		{"gone", responded(410), -1, 0, 0, 0, true, 4},
		{"overloaded", responded(503), -1, 0, 5 * time.Second, 5 * time.Second, false, 0},
		{"no response", DeliveryResponse{}, -1, time.Hour, 5 * time.Second, 5 * time.Second, false, 0},
		{"too many requests, again", responded(429), time.Minute, 0, 2 * time.Minute, 2 * time.Minute, false, 0},
		{"bad gateway for days", responded(502), 60 * time.Hour, 0, time.Hour, time.Hour, false, 0},
		{"timeout for 72 hours", responded(504), 71*time.Hour + time.Minute, 0, time.Hour, 0, true, 0},
		{"asks to wait", DeliveryResponse{ResponseStatus: new(503), RetryAfter: time.Minute}, -1, 0, time.Minute, time.Minute, false, 0},
		{"asks to wait for less than the pause", DeliveryResponse{ResponseStatus: new(429), RetryAfter: time.Second}, time.Minute, 0, 2 * time.Minute, 2 * time.Minute, false, 0},
		{"asks to wait for a day", DeliveryResponse{ResponseStatus: new(429), RetryAfter: 24 * time.Hour}, -1, 0, time.Hour, time.Hour, false, 0},
		{"asks to wait and refuses", DeliveryResponse{ResponseStatus: new(400), RetryAfter: time.Hour}, -1, 0, 0, 5 * time.Second, false, 4},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			now, state := begin, ReceiverState{}
			if test.failing >= 0 {
				since := now.Add(-test.failing)
				state = ReceiverState{FailingSince: &since, PausedUntil: &now}
			}
			first := now.Add(-test.first)
			after, state := Delivery{Status: DeliveryPending, FirstAt: &first}.After(test.response, state, now)
			pause, next := time.Duration(0), time.Duration(0)
			if state.PausedUntil != nil {
				pause = state.PausedUntil.Sub(now)
			}
			if after.NextAt != nil {
				next = after.NextAt.Sub(now)
			}
			if pause != test.pause || next != test.next || (after.Status == DeliveryFailed) != test.failed {
				t.Errorf("pauses %v, next attempt after %v, %s; want %v, %v, failed: %t", pause, next, after.Status, test.pause, test.next, test.failed)
			}
			if room := state.Room(0, 4, now); room != test.allowed {
				t.Errorf("%d requests are allowed, want %d", room, test.allowed)
			}
			if test.pause == 0 {
				return
			}
			end := now.Add(pause)
			if state.Room(0, 4, end.Add(-time.Microsecond)) != 0 || state.Room(0, 4, end) != 1 || state.Room(1, 4, end) != 0 {
				t.Errorf("before the end of the pause, at its end and beside a request, %d, %d and %d are allowed; want 0, 1 and 0",
					state.Room(0, 4, end.Add(-time.Microsecond)), state.Room(0, 4, end), state.Room(1, 4, end))
			}
			if earlier := now.Add(-2 * time.Hour); state.Room(0, 4, earlier) != 1 {
				t.Error("a pause lasts although the clock was put back")
			}
		})
	}
}
