package interchange

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"rehearse/internal/booking"
	"rehearse/internal/calendar"
)

// series are the events of one UID: those that are repeated, and the times of
// them that have an event of their own.
type series struct {
	masters    []*event
	exceptions []*event
}

// seriesOf groups events by their UID, in the order of the file. An event
// without one is on its own.
func seriesOf(events []*event) []*series {
	var all []*series
	by := map[string]*series{}
	for _, e := range events {
		s := by[e.uid]
		if s == nil || e.uid == "" {
			s = &series{}
			by[e.uid] = s
			all = append(all, s)
		}
		if e.exception {
			s.exceptions = append(s.exceptions, e)
		} else {
			s.masters = append(s.masters, e)
		}
	}
	return all
}

// latest is the revision that counts: that with the highest SEQUENCE, then the
// one written last. Two that differ and of which neither is later both fail, and
// so does one whose SEQUENCE cannot be read.
func latest(revisions []*event) *event {
	later := func(a, b *event) int {
		return cmp.Or(cmp.Compare(a.sequence, b.sequence), cmp.Compare(a.written, b.written))
	}
	if at := slices.IndexFunc(revisions, func(e *event) bool { return e.unordered }); at >= 0 {
		return revisions[at]
	}
	last := revisions[0]
	for _, e := range revisions[1:] {
		if later(e, last) > 0 {
			last = e
		}
	}
	for _, e := range revisions {
		if e != last && later(e, last) == 0 && e.when() != last.when() {
			last.fail(property{name: "UID", line: last.line}, fmt.Errorf(
				"line %d has another event with the UID %q and the same SEQUENCE and DTSTAMP; one of them must be newer", e.line, clip(e.uid)))
			break
		}
	}
	return last
}

// excluded is when a series does not take place.
type excluded struct {
	times map[int64]bool     // Unix
	days  map[time.Time]bool // on the wall
}

func (x excluded) has(at stamp) bool {
	return x.days[at.wall.Truncate(oneDay)] || !at.date && x.times[at.instant().Unix()]
}

// add takes a time out of the series of master: a day takes all of it.
func (x excluded) add(s stamp, master *event) {
	if s.date || master.start.date {
		x.days[s.wall.Truncate(oneDay)] = true
		return
	}
	x.times[s.instant().Unix()] = true
}

// settle picks the revisions that count. Of the master it answers nil if there is
// none, or if all of the series is cancelled.
func (s *series) settle() (master *event, exceptions []*event, out excluded) {
	out = excluded{times: map[int64]bool{}, days: map[time.Time]bool{}}
	if len(s.masters) > 0 {
		if master = latest(s.masters); master.cancelled {
			return nil, nil, out
		}
	}
	revisions := map[string][]*event{}
	replaced := map[string]stamp{}
	var order []string
	for _, e := range s.exceptions {
		p, _ := e.one("RECURRENCE-ID")
		of, err := e.replaces(p, master)
		if err != nil {
			e.fail(p, err)
			if master != nil {
				master.fail(p, fmt.Errorf("the event that replaces an occurrence of this one cannot be read: %.200w", err))
			}
			exceptions = append(exceptions, e)
			continue
		}
		if master != nil && len(master.refused) == 0 {
			out.add(of, master)
		}
		key := of.instant().String()
		if revisions[key] == nil {
			order = append(order, key)
			replaced[key] = of
		}
		revisions[key] = append(revisions[key], e)
	}
	for _, key := range order {
		e := latest(revisions[key])
		exceptions = append(exceptions, e)
		if p, _ := e.one("RECURRENCE-ID"); p.parameter("RANGE") != "" {
			e.changesFrom(p, replaced[key], master)
		}
	}
	return master, exceptions, out
}

// replaces is the time of the series that the exception replaces. Without a zone
// it is in the master's.
func (e *event) replaces(p property, master *event) (stamp, error) {
	if e.uid == "" {
		return stamp{}, errors.New("an event with RECURRENCE-ID has no UID; the UID of its series is required")
	}
	if r := p.parameter("RANGE"); r != "" && !strings.EqualFold(r, "THISANDFUTURE") {
		return stamp{}, fmt.Errorf("RECURRENCE-ID has RANGE=%.80s; THISANDFUTURE or no RANGE is expected", r)
	}
	zone := e.zones.floating
	if master != nil && master.start.zone != nil {
		zone = master.start.zone
	}
	return e.zones.readStamp(p, p.value, zone)
}

// occurrence is one time of an event.
type occurrence struct {
	*event
	calendar.Span
}

// maxEventWork bounds the steps of following the rules of one event.
const maxEventWork = 1_000_000

// occurrences are when the event takes place, in order, as far as is wanted. It
// stops when there are more than most.
func (e *event) occurrences(out excluded, file *calendar.Work, most int) []occurrence {
	given := min(maxEventWork, file.Left)
	work := &calendar.Work{Left: given}
	defer func() { file.Left -= given - work.Left }()
	if !e.readExceptions(out, work) {
		return nil
	}
	found := map[int64]occurrence{}
	keep := func(begin stamp, end time.Time) bool {
		if out.has(begin) {
			return true
		}
		one, takesPlace := e.occurrence(begin, end)
		if takesPlace && e.isWanted(one.Span) && (e.bounds == nil || e.bounds.Overlaps(one.Span)) {
			found[one.Start.Unix()] = one
		}
		return len(found) <= most
	}
	if len(e.rules) == 0 {
		keep(e.start, time.Time{})
	}
	for _, rule := range e.rules {
		if !e.follow(rule, work, func(at stamp) bool { return keep(at, time.Time{}) }) {
			return nil
		}
	}
	for _, one := range e.dates {
		keep(one.start, one.end)
	}
	all := make([]occurrence, 0, len(found))
	for _, one := range found {
		all = append(all, one)
	}
	slices.SortFunc(all, func(a, b occurrence) int { return a.Start.Compare(b.Start) })
	return all
}

// follow yields the times of a rule that may be wanted. It reports false, and
// fails the event, if that takes too much work.
func (e *event) follow(rule anchoredRule, work *calendar.Work, yield func(stamp) bool) bool {
	first := e.span(e.start)
	from := e.start.of(e.within.Start.Add(-first.Length())).Add(-2 * oneDay).Add(-e.early)
	last := e.start.of(e.within.End).Add(e.late)
	if !rule.last.IsZero() && rule.last.Before(last) {
		last = rule.last
	}
	err := rule.Each(e.start.wall, from, last, work, func(wall time.Time) bool {
		return wall.Before(from) || yield(e.start.at(wall))
	})
	if err != nil {
		e.fail(property{name: rule.among, line: rule.line}, fmt.Errorf("%w; at most %d steps are allowed for an event", err, maxEventWork))
	}
	return err == nil
}

// readExceptions adds EXDATE and EXRULE to what is excluded.
func (e *event) readExceptions(out excluded, work *calendar.Work) bool {
	for _, p := range e.all("EXDATE") {
		for text := range splitList(p.value) {
			s, err := e.zones.readStamp(p, text, e.start.zone)
			if err != nil {
				e.fail(p, err)
				return false
			}
			out.add(s, e)
		}
	}
	for _, rule := range e.exceptions {
		if !e.follow(rule, work, func(at stamp) bool { out.add(at, e); return true }) {
			return false
		}
	}
	return true
}

// refusedRow is the row of an event that cannot be read.
func refusedRow(e *event) Row[Availability] {
	return Row[Availability]{Line: e.line, Refused: e.refused}
}

func ignoredRow(line int, note string) Row[Availability] {
	return Row[Availability]{Line: line, Value: Availability{Use: UseIgnore, Note: note}}
}

// window is the availability of an occurrence.
func (o CalendarOptions) window(one occurrence) Availability {
	return Availability{Interviewer: o.Interviewer, Event: true, Availability: booking.Availability{
		Start: one.Start, End: one.End, SlotMinutes: o.SlotMinutes,
	}}
}
