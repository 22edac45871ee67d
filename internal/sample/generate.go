package sample

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"rehearse/internal/booking"
	"rehearse/internal/calendar"
	"rehearse/internal/store"
)

// size is the amount of generated data. slots is a multiple of interviewers times
// windowSlots, so that each interviewer publishes whole windows.
type size struct{ students, interviewers, slots int }

var sizes = map[string]size{
	"S": {1_000, 100, 20_000},
	"M": {100_000, 2_000, 1_000_000},
	"L": {1_000_000, 20_000, 10_000_000},
}

// A generated school has a past of pastMonths and publishes slots for the next
// futureMonths.
const (
	pastMonths    = 12
	futureMonths  = 6
	foundedBefore = 60 * 24 * time.Hour // everyone joined before the first slot
	windowSlots   = 4
	maxLead       = 21 * 24 * time.Hour  // longest time between booking and slot
	publishLead   = 210 * 24 * time.Hour // windows are published this long ahead, before any booking
)

// Shares in thousandths.
const (
	futureBooked      = 300 // of the future slots
	pastBooked        = 960 // of the past slots, if there are enough students
	withdrawn         = 500 // of the past slots without a booking
	cancelledBefore   = 260 // of all slots: booked and cancelled
	studentNoShows    = 30  // of the past interviews
	interviewerNoShow = 20
	unreported        = 5 // of the past interviews: still BOOKED
	ungraded          = 80
	withNote          = 250
	// usedPerStudent keeps the past from using up the students' limits: a small school
	// with many slots leaves more of them open.
	usedPerStudent = 7_400
)

// gradeShares holds the share of each grade from 0 to 5, in thousandths.
var gradeShares = []int{20, 30, 150, 300, 300, 200}

// generate loads a school of the given size, relative to now. The same seed and now give
// the same rows.
func generate(ctx context.Context, tx *store.Tx, s size, seed uint64, now time.Time) error {
	policy, err := tx.Policy(ctx)
	if err != nil {
		return err
	}
	if err := tx.BeginLoad(ctx); err != nil {
		return err
	}
	g := newGenerator(tx, s, seed, now, policy)
	if err := g.people(ctx); err != nil {
		return err
	}
	for day := range g.days {
		if err := g.live(day); err != nil {
			return err
		}
		if len(g.slots) >= flushAfter || day == g.days-1 {
			if err := g.flush(ctx); err != nil {
				return err
			}
		}
	}
	if err := tx.FillSlotHistory(ctx); err != nil {
		return err
	}
	if err := tx.FillCounts(ctx); err != nil {
		return err
	}
	return tx.SkipUsedIDs(ctx)
}

// flushAfter bounds the number of buffered rows.
const flushAfter = 20_000

// A generator simulates a school day by day. It buffers the rows of some days and keeps
// only what the rules need of each student.
type generator struct {
	tx     *store.Tx
	size   size
	random *rand.Rand
	policy booking.Policy

	now, founded, first  time.Time // first is the midnight from which days are counted
	days, perInterviewer int       // perInterviewer counts windows
	pastBooked           int       // in thousandths

	pasts   []past // by student
	history []booking.Commitment

	windows       []booking.Availability
	slots         []store.LoadedSlot
	interviews    []booking.Interview
	lastWindow    booking.AvailabilityID
	lastSlot      booking.SlotID
	lastInterview booking.InterviewID
}

func newGenerator(tx *store.Tx, s size, seed uint64, now time.Time, policy booking.Policy) *generator {
	today := now.Truncate(24 * time.Hour)
	first, end := today.AddDate(0, -pastMonths, 0), today.AddDate(0, futureMonths, 0)
	g := &generator{
		tx: tx, size: s, random: rand.New(rand.NewPCG(seed, seed)), policy: policy,
		now: now.Truncate(time.Minute), first: first, founded: first.Add(-foundedBefore),
		days: int(end.Sub(first).Hours() / 24), perInterviewer: s.slots / s.interviewers / windowSlots,
		pasts: make([]past, s.students),
	}
	future := s.slots * futureMonths / (pastMonths + futureMonths)
	wanted := usedPerStudent*s.students - futureBooked*future
	g.pastBooked = min(pastBooked, wanted/(s.slots-future))
	return g
}

var (
	firstNames = strings.Fields("Ada Ben Chiara Dev Elif Femi Grace Hugo Ines Jonas Kira Liam Mei Noah Olga Priya Quin Rosa Sven Tara Uma Vera Wim Yara Zoe")
	lastNames  = strings.Fields("Alder Ash Birch Cedar Elm Fir Hazel Holly Larch Lime Maple Oak Olive Pine Plum Rowan Spruce Teak Willow Yew Brook Dale Field Hill Lake Moor Ridge Stone Vale")
)

// describe returns a person's name, e-mail and time zone. The number makes the e-mail
// unique.
func (g *generator) describe(number int, role string) (name, email, zone string) {
	first, last := pick(g.random, firstNames), pick(g.random, lastNames)
	email = fmt.Sprintf("%s.%s.%d@%s.example.org", strings.ToLower(first), strings.ToLower(last), number, role)
	return first + " " + last, email, pick(g.random, interviewers).zone
}

func pick[T any](random *rand.Rand, list []T) T { return list[random.IntN(len(list))] }

// people creates the students and the interviewers, with ids from 1.
func (g *generator) people(ctx context.Context) error {
	var staff []booking.Interviewer
	for n := 1; n <= g.size.interviewers; n++ {
		i := booking.Interviewer{ID: booking.InterviewerID(n), Active: true, CreatedAt: g.founded}
		i.Name, i.Email, i.TimeZone = g.describe(n, "staff")
		staff = append(staff, i)
	}
	if err := g.tx.LoadInterviewers(ctx, staff); err != nil {
		return err
	}
	var students []booking.Student
	for n := 1; n <= g.size.students; n++ {
		s := booking.Student{ID: booking.StudentID(n), CreatedAt: g.founded}
		s.Name, s.Email, s.TimeZone = g.describe(n, "students")
		students = append(students, s)
		if len(students) < flushAfter && n < g.size.students {
			continue
		}
		if err := g.tx.LoadStudents(ctx, students); err != nil {
			return err
		}
		students = students[:0]
	}
	return nil
}

// live publishes the slots of a day and books them, in the order of their starts.
func (g *generator) live(day int) error {
	begin := len(g.slots)
	for n := range g.size.interviewers {
		if g.publishes(n, day) {
			g.publish(booking.InterviewerID(n+1), g.first.AddDate(0, 0, day))
		}
	}
	today := g.slots[begin:]
	slices.SortFunc(today, func(a, b store.LoadedSlot) int {
		return cmp.Or(a.Start.Compare(b.Start), cmp.Compare(a.InterviewerID, b.InterviewerID))
	})
	for i := range today {
		g.lastSlot++
		today[i].ID = g.lastSlot
		if err := g.fill(&today[i].Slot); err != nil {
			return fmt.Errorf("slot %d: %w", g.lastSlot, err)
		}
	}
	return nil
}

// publishes reports whether the interviewer publishes a window on the day. Windows are
// spread evenly, on different days for different interviewers.
func (g *generator) publishes(interviewer, day int) bool {
	shifted := (day + interviewer) % g.days
	return shifted*g.perInterviewer/g.days != (shifted+1)*g.perInterviewer/g.days
}

// publish adds one window within the day, so that an interviewer's windows never
// overlap. Every fourth interviewer gives half-hour interviews.
func (g *generator) publish(by booking.InterviewerID, midnight time.Time) {
	length := time.Hour
	if by%4 == 0 {
		length = 30 * time.Minute
	}
	const earliest, latest = 5, 18 // hours in UTC; the last window ends at 22
	start := midnight.Add(time.Duration(earliest+g.random.IntN(latest-earliest+1)) * time.Hour)
	created := start.Add(-publishLead)
	if created.Before(g.founded) {
		created = g.founded
	}
	g.lastWindow++
	window := booking.Availability{
		ID: g.lastWindow, InterviewerID: by, Start: start, End: start.Add(windowSlots * length),
		SlotMinutes: int(length.Minutes()), CreatedAt: created,
	}
	g.windows = append(g.windows, window)
	spans, _ := calendar.Cut(window.Window(), length, 0)
	for _, span := range spans {
		g.slots = append(g.slots, store.LoadedSlot{
			AvailabilityID: window.ID,
			Slot:           booking.Slot{InterviewerID: by, Start: span.Start, End: span.End, Status: booking.SlotOpen},
		})
	}
}

func (g *generator) flush(ctx context.Context) error {
	if err := g.tx.LoadAvailabilities(ctx, g.windows); err != nil {
		return err
	}
	if err := g.tx.LoadSlots(ctx, g.slots); err != nil {
		return err
	}
	if err := g.tx.LoadInterviews(ctx, g.interviews); err != nil {
		return err
	}
	g.windows, g.slots, g.interviews = g.windows[:0], g.slots[:0], g.interviews[:0]
	return nil
}

// happens returns true with a probability of share thousandths.
func (g *generator) happens(share int) bool { return g.random.IntN(1000) < share }

// between returns a random whole minute in [from, to).
func (g *generator) between(from, to time.Time) time.Time {
	minutes := int64(to.Sub(from) / time.Minute)
	if minutes < 1 {
		return from
	}
	return from.Add(time.Duration(g.random.Int64N(minutes)) * time.Minute)
}
