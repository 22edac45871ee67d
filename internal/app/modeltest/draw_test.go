package modeltest

import (
	"fmt"
	"time"

	"rehearse/internal/booking"
)

// dice returns a number below n, drawn by rapid, which shrinks failures, or from a seeded
// source.
type dice func(n int) int

// oneIn returns true once in n times.
func (d dice) oneIn(n int) bool { return d(n) == n-1 }

// missing is an id that does not exist.
const missing = 1 << 40

// one draws an id, most often of a recent element and rarely one that does not exist.
func one[T any, ID ~int64](d dice, list []T, of func(T) ID) ID {
	const recent = 8
	if len(list) == 0 || d.oneIn(60) {
		return missing
	}
	if len(list) > recent && !d.oneIn(4) {
		list = list[len(list)-recent:]
	}
	return of(list[d(len(list))])
}

func (s *school) aStudent(d dice) booking.StudentID {
	return one(d, s.students, func(x student) booking.StudentID { return x.id })
}

func (s *school) anInterviewer(d dice) booking.InterviewerID {
	return s.interviewers[d(len(s.interviewers))].id
}

// aSlot draws a slot, most often one that is not withdrawn, and sometimes one that is
// held.
func (s *school) aSlot(d dice) booking.SlotID {
	for _, h := range s.holds {
		if s.live(h) && d.oneIn(6) {
			return h.slot
		}
	}
	var standing []slot
	for _, x := range s.slots {
		if x.status != booking.SlotWithdrawn && x.start.After(s.now.Add(-time.Hour)) {
			standing = append(standing, x)
		}
	}
	if len(standing) > 0 && !d.oneIn(12) {
		return standing[d(len(standing))].id
	}
	return one(d, s.slots, func(x slot) booking.SlotID { return x.id })
}

// anInterview draws an interview, most often one that is still booked.
func (s *school) anInterview(d dice) booking.InterviewID {
	var booked []interview
	for _, x := range s.interviews {
		if x.status == booking.Booked {
			booked = append(booked, x)
		}
	}
	if len(booked) > 0 && !d.oneIn(3) {
		return booked[d(len(booked))].id
	}
	return one(d, s.interviews, func(x interview) booking.InterviewID { return x.id })
}

func (s *school) aHold(d dice) booking.HoldID {
	return one(d, s.holds, func(x hold) booking.HoldID { return x.id })
}

// holder draws a student and a slot, most often of a live hold, so that holds are used.
func (s *school) holder(d dice) (booking.StudentID, booking.SlotID) {
	for _, h := range s.holds {
		if s.live(h) && d.oneIn(2) {
			return h.student, h.slot
		}
	}
	return s.aStudent(d), s.aSlot(d)
}

func (s *school) actor(d dice, of booking.InterviewID) booking.Actor {
	i := s.interview(of)
	switch role := d(3); {
	case role == 0 || i == nil:
		return booking.Actor{Role: booking.RoleAdmin}
	case role == 1:
		return booking.Actor{Role: booking.RoleStudent, ID: int64(i.student)}
	default:
		return booking.Actor{Role: booking.RoleInterviewer, ID: int64(i.by)}
	}
}

// aKey draws one of a few keys, so that requests share them. It is most often empty.
func aKey(d dice) string {
	if !d.oneIn(5) {
		return ""
	}
	return fmt.Sprint("key ", d(3))
}

var admin = booking.Actor{Role: booking.RoleAdmin}

func (s *school) drawBook(d dice) operation {
	o := bookSlot{by: admin, key: aKey(d), dry: d.oneIn(5)}
	o.student, o.slot = s.holder(d)
	if h := s.holdOf(o.student); h != nil && d.oneIn(2) {
		o.hold = &h.id
	} else if d.oneIn(4) {
		id := s.aHold(d)
		if h := s.hold(id); h != nil && d.oneIn(2) {
			o.student, o.slot = h.student, h.slot // the hold is most often over
		}
		o.hold = &id
	}
	return o
}

func (s *school) drawHoldSlot(d dice) operation {
	o := holdSlot{by: admin, key: aKey(d)}
	o.student, o.slot = s.aStudent(d), s.aSlot(d)
	if d.oneIn(4) {
		o.student, o.slot = s.holder(d)
	}
	return o
}

func (s *school) drawRelease(d dice) operation { return releaseHold{s.aHold(d)} }

func (s *school) drawCancel(d dice) operation {
	id := s.anInterview(d)
	return cancelInterview{s.actor(d, id), id, aKey(d)}
}

func (s *school) drawReschedule(d dice) operation {
	id := s.anInterview(d)
	to := s.aSlot(d)
	if i := s.interview(id); i != nil && d.oneIn(3) {
		if h := s.holdOf(i.student); h != nil {
			to = h.slot
		}
	}
	by := s.actor(d, id)
	if by.Role == booking.RoleInterviewer { // not permitted
		by = admin
	}
	return rescheduleInterview{by, id, to, aKey(d)}
}

// started draws an interview, most often one that has begun and can be completed or
// reported.
func (s *school) started(d dice, ended bool) booking.InterviewID {
	var begun []interview
	for _, x := range s.interviews {
		if x.meets() && !s.now.Before(x.start) && (ended || x.status == booking.Booked) {
			begun = append(begun, x)
		}
	}
	if len(begun) > 0 && !d.oneIn(3) {
		return begun[d(len(begun))].id
	}
	return s.anInterview(d)
}

func (s *school) drawComplete(d dice) operation {
	o := completeInterview{interview: s.started(d, d.oneIn(2))}
	if !d.oneIn(4) {
		grade := []int{0, 1, 1, 2, 2, 3, 5, 6}[d(8)]
		o.grade = &grade
	}
	return o
}

func (s *school) drawNoShow(d dice) operation {
	return markNoShow{s.started(d, false), []booking.Party{booking.PartyStudent, booking.PartyInterviewer}[d(2)]}
}

func (s *school) drawUndo(d dice) operation {
	var missed []interview
	for _, x := range s.interviews {
		if x.status == booking.StudentNoShow || x.status == booking.InterviewerNoShow {
			missed = append(missed, x)
		}
	}
	if len(missed) > 0 && !d.oneIn(4) {
		return undoNoShow{missed[d(len(missed))].id}
	}
	return undoNoShow{s.anInterview(d)}
}

// soon draws a half hour of about the next 28 hours, or one that has just passed.
func (s *school) soon(d dice) time.Time {
	return s.now.Truncate(time.Hour).Add(time.Duration(d(60)-2) * 30 * time.Minute)
}

func (s *school) aSpan(d dice) span {
	start := s.soon(d)
	lengths := []time.Duration{time.Hour, 2 * time.Hour, 3 * time.Hour, 150 * time.Minute}
	if d.oneIn(30) {
		lengths = []time.Duration{0, -time.Hour}
	}
	return span{start, start.Add(lengths[d(len(lengths))])}
}

// windowOr draws a window, sometimes one that exists or was removed.
func (s *school) windowOr(d dice, by booking.InterviewerID) span {
	for _, a := range s.availabilities {
		if a.by == by && a.weekly == nil && a.end.After(s.now) && d.oneIn(3) {
			return a.span
		}
	}
	return s.aSpan(d)
}

func (s *school) drawPublish(d dice) operation {
	o := addAvailability{by: s.anInterviewer(d)}
	o.span = s.windowOr(d, o.by)
	return o
}

func (s *school) drawRule(d dice) operation {
	today := s.now.Truncate(24 * time.Hour)
	w := weekly{days: [7]bool{true, true, true, true, true, true, true}, first: today.AddDate(0, 0, d(2))}
	if d.oneIn(2) {
		w.days[d(7)] = false
	}
	if d.oneIn(2) {
		w.last = w.first.AddDate(0, 0, d(4))
	}
	w.opens = 7 + d(12)
	w.closes = w.opens + 1 + d(2)
	return addAvailability{by: s.anInterviewer(d), weekly: &w}
}

func (s *school) anAvailability(d dice) booking.AvailabilityID {
	return one(d, s.availabilities, func(x availability) booking.AvailabilityID { return x.id })
}

func (s *school) drawUpdateAvailability(d dice) operation {
	o := updateAvailability{availability: s.anAvailability(d), cancelBooked: d.oneIn(3)}
	a := s.availability(o.availability)
	if a != nil && a.weekly != nil {
		o.opens = 7 + d(12)
		o.closes = o.opens + 1 + d(2)
		return o
	}
	start := s.soon(d)
	if a != nil && !d.oneIn(3) {
		start = a.start.Add(time.Duration(d(3)-1) * time.Hour)
	}
	o.span = span{start, start.Add(time.Duration(1+d(3)) * time.Hour)}
	if a != nil && d.oneIn(3) {
		o.span = s.windowOr(d, a.by)
		if !o.start.Before(o.end) {
			o.span = a.span
		}
	}
	return o
}

func (s *school) drawRemove(d dice) operation {
	return removeAvailability{s.anAvailability(d), d.oneIn(3)}
}

func (s *school) drawWithdraw(d dice) operation { return withdrawSlot{s.aSlot(d), d.oneIn(3)} }

func (s *school) drawBlock(d dice) operation {
	return blockTime{s.anInterviewer(d), s.aSpan(d), d.oneIn(3)}
}

func (s *school) drawUnblock(d dice) operation {
	return unblockTime{one(d, s.blocks, func(x block) booking.BlockID { return x.id })}
}

// drawUpdateInterviewer reactivates an inactive interviewer most often.
func (s *school) drawUpdateInterviewer(d dice) operation {
	by := s.interviewers[d(len(s.interviewers))]
	o := updateInterviewer{by.id, by.active, by.perDay, by.perWeek, d.oneIn(3)}
	switch {
	case !by.active && !d.oneIn(4):
		o.active = true
	case d.oneIn(3):
		o.active = false
	default:
		o.perDay, o.perWeek = d(3), d(4)
	}
	return o
}

func (s *school) drawGrant(d dice) operation {
	o := grantWaiver{student: s.aStudent(d), uses: 1 + d(2)}
	o.rule = []booking.WaivableRule{booking.WaiveLimit, booking.WaiveGrades, booking.WaivePair, booking.WaiveNotice}[d(4)]
	switch d(4) {
	case 0:
		o.expires = s.now.Add(time.Duration(d(3)) * time.Minute)
	case 1:
		o.expires = s.now.Add(24 * time.Hour)
	}
	return o
}

func (s *school) drawRevoke(d dice) operation {
	return revokeWaiver{one(d, s.waivers, func(x waiver) booking.WaiverID { return x.id })}
}

func (s *school) drawLimit(d dice) operation {
	o := setLimit{student: s.students[d(len(s.students))].id}
	if !d.oneIn(3) {
		n := d(5)
		o.limit = &n
	}
	return o
}

func (s *school) drawPolicy(d dice) operation {
	p := s.policy
	switch d(9) {
	case 0:
		p.InterviewLimit = 1 + d(6)
	case 1:
		p.GradeWindow = d(4)
	case 2:
		p.MinimumGradeExclusive = d(3) - 1
	case 3:
		p.MinimumNoticeSeconds = d(3) * 1800
	case 4:
		p.HoldSeconds = 30 + 30*d(4)
	case 5:
		p.CancelCutoffSeconds, p.RescheduleCutoffSeconds = d(4)*3600, d(4)*3600
	case 6:
		p.MaxReschedules = d(4)
	case 7:
		p.PublishHorizonDays = 1 + d(3)
	case 8:
		p.MeetingURLTemplate = []string{
			"", "https://meet.example.org/{interviewId}", "https://meet.example.org/{interviewerId}/{interviewId}?of={studentId}",
		}[d(3)]
		p.ShareMeetingRooms = d.oneIn(2)
	}
	return updatePolicy{p}
}

// drawAdvanceClock draws a time at or next to a limit of a rule.
func (s *school) drawAdvanceClock(d dice) operation {
	at := s.now.Add([]time.Duration{time.Microsecond, time.Second, 20 * time.Second, 25 * time.Minute, time.Hour, 6 * time.Hour}[d(6)])
	switch d(12) {
	case 0, 1, 2:
		for _, h := range s.holds {
			if s.live(h) {
				at = h.expires.Add(time.Duration(d(2)-1) * time.Microsecond)
			}
		}
	case 3, 4, 5:
		id := s.anInterview(d)
		if i := s.interview(id); i != nil && i.start.After(s.now) {
			at = i.start.Add([]time.Duration{
				0, -time.Microsecond, 10 * time.Minute, 10*time.Minute - time.Microsecond, time.Hour,
				-time.Duration(s.policy.CancelCutoffSeconds) * time.Second, -time.Duration(s.policy.RescheduleCutoffSeconds) * time.Second, -time.Duration(s.policy.MinimumNoticeSeconds) * time.Second,
			}[d(7)])
		}
	case 6, 7:
		for _, i := range s.interviews {
			if !i.noShowAt.IsZero() {
				at = i.noShowAt.Add(48*time.Hour + time.Duration(d(2))*time.Microsecond)
			}
		}
	case 8:
		at = s.now.Add(24 * time.Hour)
	}
	if at.Before(s.now) {
		at = s.now
	}
	return advanceClock{at}
}

// weightedOperations lists all operations with their weights.
var weightedOperations = []struct {
	weight int
	draw   func(*school, dice) operation
}{
	{16, (*school).drawBook}, {12, (*school).drawHoldSlot}, {2, (*school).drawRelease},
	{6, (*school).drawCancel}, {6, (*school).drawReschedule},
	{9, (*school).drawComplete}, {5, (*school).drawNoShow}, {4, (*school).drawUndo},
	{6, (*school).drawPublish}, {3, (*school).drawRule}, {3, (*school).drawUpdateAvailability}, {2, (*school).drawRemove},
	{2, (*school).drawWithdraw}, {2, (*school).drawBlock}, {2, (*school).drawUnblock}, {3, (*school).drawUpdateInterviewer},
	{2, func(*school, dice) operation { return extendAvailability{} }},
	{5, (*school).drawGrant}, {1, (*school).drawRevoke}, {3, (*school).drawLimit}, {3, (*school).drawPolicy},
	{10, (*school).drawAdvanceClock},
}

func (s *school) draw(d dice) operation {
	// Do not let another operation use up the last instant at which a no-show can be
	// undone.
	for _, i := range s.interviews {
		if since := s.now.Sub(i.noShowAt); since >= 48*time.Hour && since <= 48*time.Hour+time.Microsecond && d.oneIn(2) {
			return undoNoShow{i.id}
		}
	}
	total := 0
	for _, kind := range weightedOperations {
		total += kind.weight
	}
	at := d(total)
	for _, kind := range weightedOperations {
		if at < kind.weight {
			return kind.draw(s, d)
		}
		at -= kind.weight
	}
	return extendAvailability{}
}
