package mirror_test

import (
	"math"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"rehearse/internal/booking"
	"rehearse/internal/calendar"
	"rehearse/internal/store/mirror"
)

// anyone returns the offer to a student without a history at the time of at(0).
func anyone() booking.Offer {
	return booking.Record{Student: booking.Student{ID: 1}, Policy: booking.DefaultPolicy()}.Offer(at(0))
}

func bookable(slots []mirror.OpenSlot) []booking.BookableSlot {
	list := []booking.BookableSlot{}
	for _, slot := range slots {
		list = append(list, booking.BookableSlot{SlotRef: slot.SlotRef})
	}
	return list
}

func TestPageEnds(t *testing.T) {
	t.Parallel()
	slots := []mirror.OpenSlot{slot(1, 1, 10, 20), slot(2, 1, 20, 30), slot(4, 1, 30, 40), slot(7, 1, 30, 40), slot(9, 1, 30, 40), slot(3, 1, 40, 50)}
	s := loaded(10, slots...)
	position := func(start int, id booking.SlotID) *mirror.Position { return &mirror.Position{Start: at(start), ID: id} }
	all := calendar.Span{Start: at(0), End: at(100)}
	for _, test := range []struct {
		name  string
		query mirror.SlotsQuery
		want  []mirror.OpenSlot
		more  bool
	}{
		{"all", mirror.SlotsQuery{In: all, First: 6}, slots, false},
		{"first", mirror.SlotsQuery{In: all, First: 5}, slots[:5], true},
		{"last", mirror.SlotsQuery{In: all, First: 4, FromEnd: true}, slots[2:], true},
		{"none", mirror.SlotsQuery{In: all}, nil, true},
		{"from the start of a slot to the end of another", mirror.SlotsQuery{In: calendar.Span{Start: at(20), End: at(40)}, First: 9}, slots[1:5], false},
		{"neither starting before nor ending after", mirror.SlotsQuery{In: calendar.Span{Start: at(21), End: at(39)}, First: 9}, nil, false},
		{"after a slot of the same start", mirror.SlotsQuery{In: all, First: 1, After: position(30, 4)}, slots[3:4], true},
		{"before a slot of the same start", mirror.SlotsQuery{In: all, First: 2, FromEnd: true, Before: position(30, 9)}, slots[2:4], true},
		{"between slots of the same start", mirror.SlotsQuery{In: all, First: 2, After: position(30, 4), Before: position(30, 9)}, slots[3:4], false},
		{"between ids that do not exist", mirror.SlotsQuery{In: all, First: 2, After: position(30, 5), Before: position(30, 8)}, slots[3:4], false},
		{"after all ids of a start", mirror.SlotsQuery{In: all, First: 2, After: position(20, math.MaxInt64), Before: position(30, 7)}, slots[2:3], false},
		{"between positions in the wrong order", mirror.SlotsQuery{In: all, First: 2, After: position(30, 9), Before: position(30, 4)}, nil, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			test.query.Offer = anyone()
			got, more, known := s.Page(test.query)
			if diff := cmp.Diff(bookable(test.want), got, cmpopts.EquateEmpty()); diff != "" || more != test.more || !known {
				t.Errorf("more is %t, want %t; known is %t (-want +got):\n%s", more, test.more, known, diff)
			}
		})
	}
}

// A page that looks at too many slots for the few that the student can book is left to the
// database.
func TestPageGivesUp(t *testing.T) {
	t.Parallel()
	offer := anyone()
	offer.Self = 1
	for _, test := range []struct {
		name  string
		slots int
		known bool
	}{{"as many as it looks at", mirror.MaxScanned, true}, {"one more", mirror.MaxScanned + 1, false}} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			s := mirror.NewSlots(math.MaxInt)
			s.Load(at(0), func(yield func(mirror.OpenSlot) bool) {
				for i := range test.slots {
					if !yield(slot(booking.SlotID(i+1), 1, 10, 20)) {
						return
					}
				}
			})
			got, more, known := s.Page(mirror.SlotsQuery{In: calendar.Span{Start: at(0), End: at(100)}, Offer: offer, First: 1})
			if len(got) > 0 || more || known != test.known {
				t.Errorf("%v, more is %t, known is %t; want none, and known to be %t", got, more, known, test.known)
			}
		})
	}
}

// The offer decides which of ten slots of an hour are listed.
func TestPageFollowsTheOffer(t *testing.T) {
	t.Parallel()
	limit := 1
	record := booking.Record{Student: booking.Student{ID: 1}, Policy: booking.DefaultPolicy(), Self: 10}
	held := func(r booking.Record, id booking.SlotID) booking.Record {
		start := int(id) * 60
		r.Hold = &booking.HeldSlot{
			Hold: booking.Hold{SlotID: id, ExpiresAt: at(7)}, InterviewerID: booking.InterviewerID(id), Start: at(start), End: at(start + 60),
		}
		return r
	}
	booked := func(r booking.Record, interviewer booking.InterviewerID, start, end int) booking.Record {
		r.History = append(r.History, booking.Commitment{
			ID: 1, InterviewerID: interviewer, SlotID: 99, Start: at(start), End: at(end), Status: booking.Booked,
		})
		return r
	}
	limited := record
	limited.Student.InterviewLimit = &limit
	move := booking.Interview{ID: 2} // which the record lacks, so a live hold is in its way
	for _, test := range []struct {
		name   string
		offer  booking.Offer
		change func(id booking.SlotID, slot *mirror.OpenSlot)
		want   []booking.SlotID
		own    booking.SlotID // the slot that is listed as held by the student
	}{
		{"all but those of the student as an interviewer", record.Offer(at(0)), nil, []booking.SlotID{1, 2, 3, 4, 5, 6, 7, 8, 9}, 0},
		{"a limit that is reached", booked(limited, 20, 0, 60).Offer(at(0)), nil, nil, 0},
		{"an interviewer met and a busy time that touches two slots", booked(record, 3, 300, 360).Offer(at(0)), nil, []booking.SlotID{1, 2, 4, 6, 7, 8, 9}, 0},
		{"a busy time that begins before the range", booked(record, 20, 0, 61).Offer(at(0)), nil, []booking.SlotID{2, 3, 4, 5, 6, 7, 8, 9}, 0},
		{"held and full until now and until later", record.Offer(at(5)), func(id booking.SlotID, slot *mirror.OpenSlot) {
			switch id {
			case 2:
				slot.HeldUntil = at(5)
			case 3:
				slot.HeldUntil = at(6)
			case 4:
				slot.FullUntil = at(5)
			case 5:
				slot.FullUntil = at(6)
			case 6:
				slot.FullUntil = booking.Forever
			}
		}, []booking.SlotID{1, 2, 4, 7, 8, 9}, 0},
		{"the student's hold", held(record, 4).Offer(at(0)), func(id booking.SlotID, slot *mirror.OpenSlot) {
			if id == 4 {
				slot.HeldUntil, slot.FullUntil = at(7), at(7)
			}
		}, []booking.SlotID{1, 2, 3, 4, 5, 6, 7, 8, 9}, 4},
		{"the student's hold, where an interview is moved", held(record, 4).OfferToMove(move, at(0)), nil, []booking.SlotID{1, 2, 3, 4, 5, 6, 7, 8, 9}, 4},
		{"only the held slot, because the hold reaches the limit", held(limited, 4).OfferToMove(move, at(0)), nil, []booking.SlotID{4}, 4},
		{"the held slot of an interviewer that bookings have filled", held(limited, 4).OfferToMove(move, at(0)), func(_ booking.SlotID, slot *mirror.OpenSlot) {
			slot.FullUntil = booking.Forever
		}, nil, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			var slots []mirror.OpenSlot
			for id := range booking.SlotID(10) {
				made := slot(id+1, booking.InterviewerID(id+1), int(id+1)*60, int(id+2)*60)
				if test.change != nil {
					test.change(id+1, &made)
				}
				slots = append(slots, made)
			}
			got, _, _ := loaded(10, slots...).Page(mirror.SlotsQuery{In: calendar.Span{Start: at(60), End: at(660)}, Offer: test.offer, First: 10})
			var ids []booking.SlotID
			for _, listed := range got {
				ids = append(ids, listed.ID)
				if own := listed.HeldUntil.Equal(at(7)); own != (listed.ID == test.own) {
					t.Errorf("slot %d is held until %s", listed.ID, listed.HeldUntil)
				}
			}
			if !slices.Equal(ids, test.want) {
				t.Errorf("lists %v, want %v", ids, test.want)
			}
		})
	}
}

// A page is known if the index holds the slots that decide it, even if it does not hold the
// whole range.
func TestPageAtTheEdgesOfTheIndex(t *testing.T) {
	t.Parallel()
	s := loaded(4, slot(1, 1, 10, 20), slot(2, 1, 20, 30), slot(3, 1, 30, 40), slot(4, 1, 40, 50), slot(5, 1, 50, 60))
	s.DropBefore(at(20)) // holds 2, 3 and 4, and is complete from 20 and before 50
	for _, test := range []struct {
		name     string
		from, to int
		first    int
		fromEnd  bool
		want     bool
	}{
		{"all that is held", 20, 50, 9, false, true},
		{"all that is held, from the end", 20, 50, 9, true, true},
		{"a page that leaves one", 20, 1000, 2, false, true},
		{"a page that may have more", 20, 1000, 3, false, false},
		{"to a minute past the horizon", 20, 51, 9, false, false},
		{"from earlier", 19, 50, 1, false, false},
		{"to later, from the end", 20, 51, 1, true, false},
		{"a page from the end that leaves one", 0, 50, 2, true, true},
		{"a page from the end that may have more", 0, 50, 3, true, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, _, known := s.Page(mirror.SlotsQuery{
				In: calendar.Span{Start: at(test.from), End: at(test.to)}, Offer: booking.Offer{Eligibility: booking.Eligibility{Eligible: true}},
				First: test.first, FromEnd: test.fromEnd,
			})
			if known != test.want {
				t.Errorf("known is %t, want %t", known, test.want)
			}
		})
	}
	if _, _, known := mirror.NewSlots(4).Page(mirror.SlotsQuery{In: calendar.Span{Start: at(0), End: at(9)}, Offer: anyone(), First: 1}); known {
		t.Error("a page of an index that was not loaded is known")
	}
}

// A page lists the slots that the rules allow, or says that it does not know. The rules
// judge every slot of the table.
func TestPagesAreThoseOfTheTable(t *testing.T) {
	t.Parallel()
	answered := 0
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld(t)
		actions := w.change()
		actions["page"] = func(t *rapid.T) {
			query, own := drawQuery(t, w)
			got, more, known := w.index.Page(query)
			if !known {
				covered := !query.In.Start.Before(w.index.Since()) && !query.In.End.After(w.index.Horizon())
				if covered {
					t.Fatalf("does not know a page from %s to %s", query.In.Start, query.In.End)
				}
				return
			}
			answered++
			want, wantMore := w.page(query, own)
			if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" || more != wantMore {
				t.Fatalf("%+v\nmore is %t, want %t (-want +got):\n%s", query, more, wantMore, diff)
			}
		}
		t.Repeat(actions)
	})
	if answered < 100 {
		t.Errorf("only %d pages were known", answered)
	}
}

// page returns what Page must return: it applies the rules to each slot of the table.
func (w *world) page(q mirror.SlotsQuery, own booking.SlotID) (page []booking.BookableSlot, more bool) {
	page = []booking.BookableSlot{}
	for _, slot := range w.sorted() {
		judged := booking.Slot{
			ID: slot.ID, InterviewerID: slot.InterviewerID, Start: slot.Start, End: slot.End,
			Status: booking.SlotOpen, HeldBy: 99, HeldUntil: slot.HeldUntil, FullUntil: slot.FullUntil,
		}
		listed := booking.BookableSlot{SlotRef: slot.SlotRef}
		if slot.ID == own {
			judged.HeldBy, listed.HeldUntil = q.Offer.Student, slot.HeldUntil
		}
		position := func(p *mirror.Position) booking.SlotRef { return booking.SlotRef{ID: p.ID, Start: p.Start} }
		switch {
		case !q.In.Covers(judged.Span()), len(q.Offer.Judge(judged)) > 0:
		case q.After != nil && slot.Compare(position(q.After)) <= 0:
		case q.Before != nil && slot.Compare(position(q.Before)) >= 0:
		default:
			page = append(page, listed)
		}
	}
	if len(page) <= q.First {
		return page, false
	}
	if q.FromEnd {
		return page[len(page)-q.First:], true
	}
	return page[:q.First], true
}

// drawQuery draws a query, and the slot that its student holds, or 0.
func drawQuery(t *rapid.T, w *world) (mirror.SlotsQuery, booking.SlotID) {
	minute := rapid.Custom(func(t *rapid.T) int { return rapid.IntRange(-4, 104).Draw(t, "fives") * 5 }) // often the edge of a slot
	from := minute.Draw(t, "from")
	query := mirror.SlotsQuery{
		In:      calendar.Span{Start: at(from), End: at(max(from+1, minute.Draw(t, "to")))},
		First:   rapid.SampledFrom([]int{0, 1, 3, 50, 3000}).Draw(t, "first"),
		FromEnd: rapid.Bool().Draw(t, "fromEnd"),
	}
	position := rapid.Custom(func(t *rapid.T) *mirror.Position {
		id := booking.SlotID(rapid.IntRange(1, 3000).Draw(t, "id"))
		return &mirror.Position{Start: at(int(id*7919%50) * 10), ID: id}
	})
	query.After = rapid.OneOf(rapid.Just[*mirror.Position](nil), position).Draw(t, "after")
	query.Before = rapid.OneOf(rapid.Just[*mirror.Position](nil), position).Draw(t, "before")

	now := at(rapid.IntRange(-50, 50).Draw(t, "now"))
	record := booking.Record{
		Student: booking.Student{ID: 1}, Policy: booking.DefaultPolicy(), Self: booking.InterviewerID(rapid.IntRange(0, 2).Draw(t, "self")),
	}
	record.Policy.InterviewLimit = rapid.IntRange(0, 4).Draw(t, "limit")
	record.Policy.MinimumNoticeSeconds = rapid.IntRange(0, 60*60).Draw(t, "notice")
	for i := range rapid.IntRange(0, 2).Draw(t, "interviews") {
		start := minute.Draw(t, "start")
		record.History = append(record.History, booking.Commitment{
			ID: booking.InterviewID(i + 1), InterviewerID: booking.InterviewerID(rapid.IntRange(1, 9).Draw(t, "interviewer")),
			SlotID: booking.SlotID(10_000 + i), Start: at(start), End: at(start + 30), Status: booking.Booked,
		})
	}
	own := drawHold(t, w, &record, now)
	if len(record.History) > 0 && rapid.Bool().Draw(t, "moves") {
		moved := record.History[0]
		query.Offer = record.OfferToMove(booking.Interview{ID: moved.ID}, now)
	} else {
		query.Offer = record.Offer(now)
	}
	return query, own
}

// drawHold makes the student hold a slot or not, in the record and in the table.
func drawHold(t *rapid.T, w *world, record *booking.Record, now time.Time) booking.SlotID {
	if len(w.table) == 0 || !rapid.Bool().Draw(t, "holds") {
		return 0
	}
	held := rapid.SampledFrom(w.sorted()).Draw(t, "held")
	held.HeldUntil = now.Add(time.Minute)
	w.put(held)
	record.Hold = &booking.HeldSlot{
		Hold:          booking.Hold{ID: 1, StudentID: 1, SlotID: held.ID, PlacedAt: now, ExpiresAt: held.HeldUntil},
		InterviewerID: held.InterviewerID, Start: held.Start, End: held.End,
	}
	return held.ID
}
