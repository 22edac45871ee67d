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

// series is the set of events with one UID: the recurring events, and the events
// that replace single occurrences.
type series struct {
	masters    []*event
	exceptions []*event
}

// seriesOf groups events by UID, in file order. An event without a UID is its own
// series.
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

// latest returns the current revision: the one with the highest SEQUENCE, then the
// latest timestamp. If the order of two different revisions cannot be determined,
// or a SEQUENCE is invalid, the returned event fails.
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

// excluded is the set of cancelled occurrences of a series.
type excluded struct {
	times map[int64]bool     // Unix time
	days  map[time.Time]bool // wall-clock
}

func (x excluded) has(at stamp) bool {
	return x.days[at.wall.Truncate(oneDay)] || !at.date && x.times[at.instant().Unix()]
}

// add excludes an occurrence of the series of master. A date excludes the whole
// day.
func (x excluded) add(s stamp, master *event) {
	if s.date || master.start.date {
		x.days[s.wall.Truncate(oneDay)] = true
		return
	}
	x.times[s.instant().Unix()] = true
}

// settle selects the current revisions. master is nil if there is none or the
// whole series is cancelled.
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

// replaces returns the occurrence that the exception replaces. A time without a
// zone is in the master's zone.
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

// occurrence is an occurrence of an event.
type occurrence struct {
	*event
	calendar.Span
}

// MaxEventSteps is the maximum number of recurrence steps of an event.
const MaxEventSteps = 1_000_000

// occurrences returns the event's occurrences in the requested range, in order. It
// stops when there are more than most.
func (e *event) occurrences(out excluded, file *calendar.Work, most int) []occurrence {
	given := min(MaxEventSteps, file.Left)
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

// follow yields the occurrences of a rule that may be in the requested range. If
// the rule takes too much work, it fails the event and returns false.
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
		e.fail(property{name: rule.among, line: rule.line}, fmt.Errorf("%w; at most %d steps are allowed for an event", err, MaxEventSteps))
	}
	return err == nil
}

// readExceptions adds EXDATE and EXRULE to the excluded occurrences.
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

// refusedRow returns the row of an invalid event.
func refusedRow(e *event) Row[Availability] {
	return Row[Availability]{Line: e.line, Refused: e.refused}
}

func ignoredRow(line int, note string) Row[Availability] {
	return Row[Availability]{Line: line, Value: Availability{Use: UseIgnore, Note: note}}
}

// window returns the availability of an occurrence.
func (o CalendarOptions) window(one occurrence) Availability {
	return Availability{Interviewer: o.Interviewer, Event: true, Availability: booking.Availability{
		Start: one.Start, End: one.End, SlotMinutes: o.SlotMinutes,
	}}
}
