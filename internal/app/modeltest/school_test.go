package modeltest

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"rehearse/internal/booking"
)

// school is the model: the state of a school as plain values. Its methods are the oracle.
// They implement the rules as simply as possible, and share only the names of ids, states
// and codes with the tested code. Elements are copied and never changed in place, so that
// a copy of the lists is a copy of the school.
type school struct {
	now            time.Time
	policy         booking.Policy // without its version
	students       []student
	interviewers   []interviewer
	availabilities []availability
	exceptions     []exception
	blocks         []block
	slots          []slot
	interviews     []interview
	holds          []hold
	waivers        []waiver
	keys           []storedRequest
}

type student struct {
	id    booking.StudentID
	email string
	limit *int
}

type interviewer struct {
	id              booking.InterviewerID
	email           string
	zone            string
	active          bool
	perDay, perWeek int // 0 for no cap
}

type span struct{ start, end time.Time }

func (s span) overlaps(o span) bool { return s.start.Before(o.end) && o.start.Before(s.end) }
func (s span) equal(o span) bool    { return s.start.Equal(o.start) && s.end.Equal(o.end) }

type slot struct {
	id           booking.SlotID // 0 until the database assigns it
	by           booking.InterviewerID
	availability booking.AvailabilityID
	span
	status    booking.SlotStatus
	takenBack bool // booked, and does not reopen
}

type interview struct {
	id       booking.InterviewID
	student  booking.StudentID
	slot     booking.SlotID
	by       booking.InterviewerID
	status   booking.InterviewStatus
	grade    *int
	noShowAt time.Time
	moves    int
	waivers  []booking.WaiverID
	exempt   bool
	link     string // empty for none
	span
}

// linkOf returns the link that the policy's template makes for an interview.
func (s *school) linkOf(i interview) string {
	return strings.NewReplacer(
		"{interviewId}", fmt.Sprint(i.id), "{interviewerId}", fmt.Sprint(i.by), "{studentId}", fmt.Sprint(i.student),
	).Replace(s.policy.MeetingURLTemplate)
}

// meets reports whether the interview took place or is booked.
func (i interview) meets() bool {
	return i.status == booking.Booked || i.status == booking.Completed
}

// counts reports whether the interview counts towards the limit.
func (i interview) counts() bool { return i.meets() || i.status == booking.StudentNoShow }

type hold struct {
	id       booking.HoldID
	student  booking.StudentID
	slot     booking.SlotID
	expires  time.Time
	extended bool
	ended    bool
	waivers  []booking.WaiverID
}

type waiver struct {
	id      booking.WaiverID
	student booking.StudentID
	rule    booking.WaivableRule
	uses    int
	expires time.Time // zero for no expiry
	revoked bool
}

func (s *school) copy() *school {
	c := *s
	c.students, c.interviewers = slices.Clone(s.students), slices.Clone(s.interviewers)
	c.availabilities, c.blocks, c.slots = slices.Clone(s.availabilities), slices.Clone(s.blocks), slices.Clone(s.slots)
	c.exceptions = slices.Clone(s.exceptions)
	c.interviews, c.holds = slices.Clone(s.interviews), slices.Clone(s.holds)
	c.waivers, c.keys = slices.Clone(s.waivers), slices.Clone(s.keys)
	return &c
}

// find returns the element with the id, or nil.
func find[T any, ID comparable](list []T, id ID, of func(T) ID) *T {
	for i := range list {
		if of(list[i]) == id {
			return &list[i]
		}
	}
	return nil
}

func (s *school) student(id booking.StudentID) *student {
	return find(s.students, id, func(x student) booking.StudentID { return x.id })
}

func (s *school) interviewer(id booking.InterviewerID) *interviewer {
	return find(s.interviewers, id, func(x interviewer) booking.InterviewerID { return x.id })
}

func (s *school) slot(id booking.SlotID) *slot {
	return find(s.slots, id, func(x slot) booking.SlotID { return x.id })
}

func (s *school) interview(id booking.InterviewID) *interview {
	return find(s.interviews, id, func(x interview) booking.InterviewID { return x.id })
}

func (s *school) hold(id booking.HoldID) *hold {
	return find(s.holds, id, func(x hold) booking.HoldID { return x.id })
}

func (s *school) live(h hold) bool { return !h.ended && s.now.Before(h.expires) }

// holdOf returns the student's live hold, or nil.
func (s *school) holdOf(id booking.StudentID) *hold {
	for i := range s.holds {
		if s.holds[i].student == id && s.live(s.holds[i]) {
			return &s.holds[i]
		}
	}
	return nil
}

// holdOn returns the live hold on a slot, or nil.
func (s *school) holdOn(id booking.SlotID) *hold {
	for i := range s.holds {
		if s.holds[i].slot == id && s.live(s.holds[i]) {
			return &s.holds[i]
		}
	}
	return nil
}

func (s *school) endHoldsOn(id booking.SlotID) {
	for i := range s.holds {
		if s.holds[i].slot == id {
			s.holds[i].ended = true
		}
	}
}

// attempt is the input of the rules: a student, an interviewer and a time. It excludes the
// interview that is being moved or booked again, and lists the waivers that are already
// spent on it.
type attempt struct {
	who     booking.StudentID
	by      booking.InterviewerID
	span    span
	without booking.InterviewID // the grades do not matter if it is set
	ownHold bool                // for the slot that the student holds
	ends    bool                // ends the student's hold on another slot
	spent   []booking.WaiverID
}

// verdict is the result of the rules for an attempt.
type verdict struct {
	refused codes
	waivers []booking.WaiverID // spent if it is fulfilled
	again   bool               // the student has met the interviewer before
}

// commitments returns the student's interviews that count, and their live hold as a booking.
func (s *school) commitments(w attempt) []interview {
	var all []interview
	for _, i := range s.interviews {
		if i.student == w.who && i.id != w.without && i.status != booking.Cancelled {
			all = append(all, i)
		}
	}
	if h := s.holdOf(w.who); h != nil && !w.ownHold && !w.ends {
		held := *s.slot(h.slot)
		all = append(all, interview{student: w.who, by: held.by, span: held.span, status: booking.Booked, waivers: h.waivers})
	}
	return all
}

// pass finds the waiver that waives the rule.
func (s *school) pass(w attempt, rule booking.WaivableRule) (booking.WaiverID, bool) {
	var good []waiver
	for _, v := range s.waivers {
		if v.student != w.who || v.rule != rule {
			continue
		}
		if !s.hasRoom(w, v) {
			continue
		}
		if slices.Contains(w.spent, v.id) {
			return v.id, true
		}
		if !v.revoked && (v.expires.IsZero() || s.now.Before(v.expires)) {
			good = append(good, v)
		}
	}
	if len(good) == 0 {
		return 0, false
	}
	first := slices.MinFunc(good, func(a, b waiver) int {
		if a.expires.IsZero() != b.expires.IsZero() {
			return cmp.Compare(boolInt(a.expires.IsZero()), boolInt(b.expires.IsZero()))
		}
		return cmp.Or(a.expires.Compare(b.expires), cmp.Compare(a.id, b.id))
	})
	return first.id, true
}

// hasRoom reports whether the waiver has a use left.
func (s *school) hasRoom(w attempt, v waiver) bool {
	used := 0
	for _, c := range s.commitments(w) {
		if c.counts() && slices.Contains(c.waivers, v.id) {
			used++
		}
	}
	return used < v.uses
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

// grades returns the last grades, newest first.
func (s *school) grades(id booking.StudentID) []int {
	var graded []interview
	for _, i := range s.interviews {
		if i.student == id && i.status == booking.Completed && i.grade != nil {
			graded = append(graded, i)
		}
	}
	slices.SortFunc(graded, func(a, b interview) int { return cmp.Or(b.start.Compare(a.start), cmp.Compare(b.id, a.id)) })
	grades := []int{}
	for n, i := range graded {
		if n < s.policy.GradeWindow {
			grades = append(grades, *i.grade)
		}
	}
	return grades
}

// used returns the number of used interviews of a student, and their limit.
func (s *school) used(w attempt) (used, limit int) {
	for _, c := range s.commitments(w) {
		if c.counts() {
			used++
		}
	}
	if own := s.student(w.who).limit; own != nil {
		return used, *own
	}
	return used, s.policy.InterviewLimit
}

// judge applies the rules about the student: 2, 3 and 4, overlaps and interviews with
// themselves.
func (s *school) judge(w attempt) verdict {
	var v verdict
	rule := func(broken bool, code booking.RefusalCode, waivable booking.WaivableRule) {
		if !broken {
			return
		}
		if id, waived := s.pass(w, waivable); waived {
			v.waivers = append(v.waivers, id)
		} else {
			v.refused = append(v.refused, code)
		}
	}
	used, limit := s.used(w)
	rule(used >= limit, booking.LimitReached, booking.WaiveLimit)
	tooLow := false
	for _, grade := range s.grades(w.who) {
		tooLow = tooLow || grade <= s.policy.MinimumGradeExclusive
	}
	rule(tooLow && w.without == 0, booking.GradesTooLow, booking.WaiveGrades)
	busy := false
	for _, c := range s.commitments(w) {
		v.again = v.again || (c.meets() && c.by == w.by)
		busy = busy || (c.meets() && c.overlaps(w.span))
	}
	rule(v.again, booking.AlreadyInterviewed, booking.WaivePair)
	if busy {
		v.refused = append(v.refused, booking.OwnOverlap)
	}
	if s.student(w.who).email == s.interviewer(w.by).email {
		v.refused = append(v.refused, booking.SelfInterview)
	}
	return v
}

// judgeSlot applies all rules to a slot.
func (s *school) judgeSlot(who booking.StudentID, of slot, moving *interview) verdict {
	w := attempt{who: who, by: of.by, span: of.span, ends: moving == nil}
	if moving != nil {
		w.without, w.spent = moving.id, moving.waivers
	}
	held := s.holdOn(of.id)
	if held != nil && held.student == who {
		w.ownHold, w.spent = true, slices.Concat(w.spent, held.waivers)
	}
	v := s.judge(w)
	switch {
	case of.status == booking.SlotBooked:
		v.refused = append(v.refused, booking.SlotTaken)
	case of.status == booking.SlotWithdrawn:
		v.refused = append(v.refused, booking.SlotIsWithdrawn)
	case held != nil && !w.ownHold:
		v.refused = append(v.refused, booking.SlotHeld)
	}
	notice := time.Duration(s.policy.MinimumNoticeSeconds) * time.Second
	switch {
	case !of.start.After(s.now):
		v.refused = append(v.refused, booking.SlotInPast)
	case of.start.Before(s.now.Add(notice)):
		if id, waived := s.pass(w, booking.WaiveNotice); waived {
			v.waivers = append(v.waivers, id)
		} else {
			v.refused = append(v.refused, booking.TooSoon)
		}
	}
	if of.status != booking.SlotWithdrawn && s.full(of, w) {
		v.refused = append(v.refused, booking.InterviewerFull)
	}
	return v
}

// full reports whether the slot's day or week has as many interviews and live holds as the
// interviewer's caps allow. For the student who holds the slot, only bookings count.
func (s *school) full(of slot, w attempt) bool {
	by := s.interviewer(of.by)
	zone, err := time.LoadLocation(by.zone)
	if err != nil {
		return false
	}
	onDay, inWeek := 0, 0
	count := func(at time.Time) {
		a, b := at.In(zone), of.start.In(zone)
		aYear, aWeek := a.ISOWeek()
		bYear, bWeek := b.ISOWeek()
		onDay += boolInt(a.Format(time.DateOnly) == b.Format(time.DateOnly))
		inWeek += boolInt(aYear == bYear && aWeek == bWeek)
	}
	for _, i := range s.interviews {
		if i.by == of.by && i.id != w.without && i.meets() {
			count(i.start)
		}
	}
	for _, h := range s.holds {
		if on := s.slot(h.slot); on.by == of.by && s.live(h) && !w.ownHold {
			count(on.start)
		}
	}
	return (by.perDay > 0 && onDay >= by.perDay) || (by.perWeek > 0 && inWeek >= by.perWeek)
}

// listed returns the slots that the student can book, by start and id.
func (s *school) listed(id booking.StudentID) []booking.SlotID {
	sorted := slices.SortedFunc(slices.Values(s.slots), func(a, b slot) int {
		return cmp.Or(a.start.Compare(b.start), cmp.Compare(a.id, b.id))
	})
	ids := []booking.SlotID{}
	for _, of := range sorted {
		if len(s.judgeSlot(id, of, nil).refused) == 0 {
			ids = append(ids, of.id)
		}
	}
	return ids
}

// extra returns the number of bookings that the student's limit waivers add.
func (s *school) extra(id booking.StudentID) int {
	left := 0
	for _, v := range s.waivers {
		if v.student != id || v.rule != booking.WaiveLimit || v.revoked || (!v.expires.IsZero() && !s.now.Before(v.expires)) {
			continue
		}
		used := 0
		for _, c := range s.commitments(attempt{who: id}) {
			used += boolInt(c.counts() && slices.Contains(c.waivers, v.id))
		}
		left += max(0, v.uses-used)
	}
	return left
}

// eligibility formats the student's eligibility.
func (s *school) eligibility(id booking.StudentID) string {
	w := attempt{who: id, ends: true}
	standing, limit := s.used(w)
	used, _ := s.used(attempt{who: id})
	grades := s.grades(id)
	reasons, waivers := codes{}, []booking.WaiverID{}
	rule := func(broken bool, code booking.RefusalCode, waivable booking.WaivableRule) {
		waiver, waived := s.pass(w, waivable)
		switch {
		case broken && waived:
			waivers = append(waivers, waiver)
		case broken:
			reasons = append(reasons, code)
		}
	}
	rule(standing >= limit, booking.LimitReached, booking.WaiveLimit)
	rule(slices.ContainsFunc(grades, func(g int) bool { return g <= s.policy.MinimumGradeExclusive }), booking.GradesTooLow, booking.WaiveGrades)
	if pair, waived := s.pass(w, booking.WaivePair); waived {
		waivers = append(waivers, pair)
	}
	if notice, waived := s.pass(w, booking.WaiveNotice); waived && s.policy.MinimumNoticeSeconds > 0 {
		waivers = append(waivers, notice)
	}
	return formatEligibility(len(reasons) == 0, used, limit, max(0, limit-used)+s.extra(id), grades, reasons, waivers)
}
