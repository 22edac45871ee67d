// Package sample creates sample data: a small school that shows every rule, and large
// seeded schools for measurements.
package sample

import (
	"context"
	"fmt"
	"strings"
	"time"

	"rehearse/internal/booking"
	"rehearse/internal/calendar"
	"rehearse/internal/store"
)

// Students of the sample school that the documentation names.
const (
	Newcomer     booking.StudentID = 101 // no interviews
	AtFourteen   booking.StudentID = 102 // 14 of 15 used
	AtFifteen    booking.StudentID = 103 // 15 of 15 used
	FourThenOne  booking.StudentID = 104 // grades 4 and 1
	MetNearlyAll booking.StudentID = 105 // may use 20 and has met all interviewers except one
)

// interviewers lists the interviewers of the sample school with their time zones.
var interviewers = []struct{ name, zone string }{
	{"Ada Brandt", "Europe/Berlin"}, {"Ben Okafor", "Africa/Lagos"}, {"Chiara Conti", "Europe/Rome"},
	{"Dev Patel", "Asia/Kolkata"}, {"Elif Kaya", "Europe/Istanbul"}, {"Femi Adeyemi", "Europe/London"},
	{"Grace Lin", "America/Los_Angeles"}, {"Hugo Silva", "America/Sao_Paulo"}, {"Ines Garcia", "Europe/Madrid"},
	{"Jonas Berg", "Europe/Stockholm"}, {"Kira Novak", "Europe/Prague"}, {"Liam Walsh", "Europe/Dublin"},
	{"Mei Tanaka", "Asia/Tokyo"}, {"Noah Cohen", "America/New_York"}, {"Olga Kovacs", "Europe/Budapest"},
	{"Priya Nair", "Asia/Kolkata"},
}

// students lists the students of the sample school, with ids from Newcomer on, their
// past interviews, and whether they have booked another.
var students = []struct {
	name     string
	limit    int   // 0 means the policy's
	grades   []int // of past interviews, oldest first
	upcoming bool
}{
	{"Nora Newcomer", 0, nil, false},
	{"Finn Fourteen", 0, []int{3, 4, 2, 3, 5, 4, 3, 3, 4, 5, 2, 4, 3, 4}, false},
	{"Fay Fifteen", 0, []int{4, 3, 3, 4, 2, 5, 4, 3, 4, 4, 3, 5, 2, 3, 4}, false},
	{"Gus Gradeslow", 0, []int{4, 1}, false},
	{"Eve Everyone", 20, []int{3, 3, 4, 4, 2, 3, 5, 4, 3, 2, 4, 3, 4, 5, 3}, false},
	{"Anna Ash", 0, []int{3}, false}, {"Bela Birch", 0, []int{1, 3, 4}, false}, {"Carl Cedar", 0, []int{1}, false},
	{"Dana Elm", 0, []int{5, 5}, false}, {"Emil Fir", 0, []int{2, 2, 2}, false}, {"Fritz Hazel", 0, nil, false},
	{"Gina Holly", 0, []int{4, 3}, true}, {"Hana Larch", 0, []int{0, 4}, false}, {"Ivan Lime", 0, []int{3, 2, 4, 4}, false},
	{"Jana Maple", 0, nil, false}, {"Karl Oak", 0, []int{4, 4, 3}, true}, {"Lena Olive", 0, []int{2}, false},
	{"Milo Pine", 0, []int{3, 3}, false}, {"Nina Plum", 3, []int{4, 2, 3}, false}, {"Otto Rowan", 0, nil, false},
	{"Paula Spruce", 0, []int{5, 1}, false}, {"Quin Teak", 0, []int{4}, false}, {"Rosa Willow", 0, []int{2, 4}, false},
	{"Sven Yew", 0, nil, false}, {"Tara Alder", 0, []int{3, 5, 4}, false},
}

// intakes are what some of the students tell their interviewers.
var intakes = []string{
	"I want to practise talking about my own projects.",
	"My next interview is at a bank.\nPlease ask me about databases and transactions.",
	"I have two years of experience with Go. System design is new to me.",
}

const (
	windowDays  = 14 // slots are published for two weeks
	windowStart = 9  // hour in the interviewer's time zone
	windowHours = 3
	historyDays = 45 // the school started this long ago
)

// School loads the sample school, relative to now, into an empty database. Every booking
// satisfied the rules at the time it was made.
func School(ctx context.Context, tx *store.Tx, now time.Time) error {
	s := school{tx: tx, now: now, midnight: now.Truncate(24 * time.Hour)}
	policy, err := tx.Policy(ctx)
	if err != nil {
		return err
	}
	if err := s.hire(ctx); err != nil {
		return err
	}
	for i := range students {
		if err := s.admit(ctx, i, policy); err != nil {
			return err
		}
	}
	return tx.SkipUsedIDs(ctx)
}

type school struct {
	tx            *store.Tx
	now, midnight time.Time
	staff         []booking.Interviewer
	open          []booking.Slot // by start
}

// hire creates the interviewers and publishes their slots.
func (s *school) hire(ctx context.Context) error {
	for _, person := range interviewers {
		interviewer, err := s.tx.CreateInterviewer(ctx, booking.Interviewer{
			InterviewerDetails: booking.InterviewerDetails{
				Name: person.name, Email: email(person.name), TimeZone: person.zone,
			},
			Active: true, CreatedAt: s.day(-historyDays),
		})
		if err != nil {
			return err
		}
		s.staff = append(s.staff, interviewer)
		zone, err := calendar.Zone(person.zone)
		if err != nil {
			return err
		}
		for day := 1; day <= windowDays; day++ {
			start := calendar.InZone(s.day(day).Add(windowStart*time.Hour), zone)
			if wd := start.Weekday(); wd == time.Saturday || wd == time.Sunday {
				continue
			}
			slots, err := s.publish(ctx, interviewer.ID, start, windowHours)
			if err != nil {
				return err
			}
			s.open = append(s.open, slots...)
		}
	}
	booking.ByStart(s.open)
	return nil
}

func (s *school) publish(ctx context.Context, by booking.InterviewerID, start time.Time, hours int) ([]booking.Slot, error) {
	window := booking.Availability{
		InterviewerID: by, Start: start.UTC(), End: start.UTC().Add(time.Duration(hours) * time.Hour),
		SlotMinutes: 60, CreatedAt: s.day(-historyDays),
	}
	ids, err := s.tx.EnsureAvailabilities(ctx, []booking.Availability{window})
	if err != nil {
		return nil, err
	}
	window.ID = ids[0]
	spans, _ := calendar.Cut(window.Window(), time.Hour, 0)
	slots, err := s.tx.CreateSlots(ctx, window, spans)
	s.tx.DateSlotChanges(window.CreatedAt)
	return slots, err
}

// admit creates a student with their interviews. All were booked on the first day, since
// a low grade would prevent later bookings. The student meets an interviewer every
// second day. The first interviewer and the hour depend on the student, so that no two
// students meet the same one at the same time.
func (s *school) admit(ctx context.Context, index int, policy booking.Policy) error {
	described := students[index]
	student := booking.Student{
		ID: Newcomer + booking.StudentID(index), CreatedAt: s.day(-historyDays),
		StudentDetails: booking.StudentDetails{
			Name: described.name, Email: email(described.name), TimeZone: interviewers[index%len(interviewers)].zone,
		},
	}
	if described.limit > 0 {
		student.InterviewLimit = &described.limit
	}
	if _, err := s.tx.CreateStudent(ctx, student); err != nil {
		return err
	}
	record := booking.Record{Student: student, Policy: policy}
	history := make([]booking.Interview, len(described.grades))
	for i := range described.grades {
		by := s.staff[(index+i)%len(s.staff)].ID
		start := s.day(2*i - historyDays + 5).Add(time.Duration(9+index/len(s.staff)) * time.Hour)
		slots, err := s.publish(ctx, by, start, 1)
		if err != nil {
			return err
		}
		if history[i], err = s.book(ctx, &record, slots[0], s.day(-historyDays)); err != nil {
			return err
		}
	}
	for i, grade := range described.grades {
		completed, err := s.complete(ctx, history[i], grade)
		if err != nil {
			return err
		}
		record.History[i] = completed.Commitment()
	}
	if !described.upcoming {
		return nil
	}
	for i, slot := range s.open {
		if len(record.Offer(s.now).Judge(slot)) == 0 {
			s.open[i].Status = booking.SlotBooked
			_, err := s.book(ctx, &record, slot, s.now)
			return err
		}
	}
	return fmt.Errorf("no slot is left for student %d", student.ID)
}

func (s *school) book(ctx context.Context, r *booking.Record, slot booking.Slot, at time.Time) (booking.Interview, error) {
	if err := r.Offer(at).Judge(slot).Err(); err != nil {
		return booking.Interview{}, fmt.Errorf("student %d: %w", r.Student.ID, err)
	}
	wanted := r.Offer(at).Booking(slot)
	if at.Equal(s.now) || len(r.History)%3 == 0 { // those to come, and some of the past ones
		wanted.Intake = &intakes[int(r.Student.ID)%len(intakes)]
	}
	interview, err := s.tx.Book(ctx, wanted, s.event(at, wanted.Event(booking.InterviewBooked, booking.Interview{})))
	if err != nil {
		return interview, err
	}
	r.History = append(r.History, interview.Commitment())
	return interview, nil
}

func (s *school) complete(ctx context.Context, i booking.Interview, grade int) (booking.Interview, error) {
	completed, refused := i.Complete(booking.Completion{Grade: &grade}, i.End)
	if err := refused.Err(); err != nil {
		return i, err
	}
	completed, err := s.tx.UpdateInterview(ctx, completed, i.End)
	if err != nil {
		return i, err
	}
	return completed, s.tx.AppendEvents(ctx, s.event(i.End, completed.Event(booking.InterviewCompleted, i)))
}

// event returns an event of the program in the school's past.
func (s *school) event(at time.Time, e booking.Event) booking.Event {
	e.At, e.Actor = at, booking.Actor{Role: booking.RoleSystem}
	return e
}

func (s *school) day(n int) time.Time { return s.midnight.AddDate(0, 0, n) }

func email(name string) string {
	return strings.ToLower(strings.ReplaceAll(name, " ", ".")) + "@example.org"
}
