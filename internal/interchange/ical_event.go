package interchange

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"rehearse/internal/booking"
	"rehearse/internal/calendar"
)

// event is a VEVENT, or an AVAILABLE of a VAVAILABILITY.
type event struct {
	*component
	zones  *zones
	within calendar.Span  // the requested range
	bounds *calendar.Span // of its VAVAILABILITY; nil if there is none

	uid        string
	sequence   int
	written    string // the timestamps of this revision
	cancelled  bool
	unordered  bool // its SEQUENCE is invalid, so revisions cannot be compared
	exception  bool // it has a RECURRENCE-ID
	start      stamp
	end        stamp  // of DTEND; its zone is nil if there is none
	lasts      length // of DURATION, or the default
	rules      []anchoredRule
	exceptions []anchoredRule // from EXRULE
	dates      []period
	refused    booking.Refused
	changes    // of its series
}

// anchoredRule is a rule of an event, with its end as wall-clock time in the
// event's zone.
type anchoredRule struct {
	calendar.Recurrence
	line  int
	last  time.Time // zero for no end
	among string    // the property's name
}

func (e *event) fail(p property, err error) { e.failAs(booking.InvalidInput, p, err) }

func (e *event) failAs(code booking.RefusalCode, p property, err error) {
	e.refused = append(e.refused, booking.Refuse(code, p.name, fmt.Sprintf("Line %d: %.300v.", p.line, err))...)
}

// readEvent reads the properties that do not depend on other events. The series
// reads dates that depend on another event's zone.
func readEvent(c *component, z *zones, within calendar.Span) *event {
	e := &event{component: c, zones: z, within: within}
	for _, name := range []string{"UID", "SEQUENCE", "DTSTART", "DTEND", "DURATION", "RECURRENCE-ID", "STATUS"} {
		if all := e.all(name); len(all) > 1 {
			for _, other := range all[1:] {
				if other.value != all[0].value || other.parameter("TZID") != all[0].parameter("TZID") {
					e.fail(other, fmt.Errorf("the event has another %s on line %d; only one is allowed", name, all[0].line))
				}
			}
		}
	}
	e.readRevision()
	if e.unordered {
		e.cancelled = false
		return e
	}
	if e.cancelled {
		e.refused = nil
		return e
	}
	if e.readSpan(); len(e.refused) == 0 {
		e.readRules()
	}
	return e
}

func (e *event) readRevision() {
	uid, _ := e.one("UID")
	e.uid = uid.value
	if p, is := e.one("SEQUENCE"); is {
		n, err := strconv.Atoi(p.value)
		if e.unordered = err != nil || n < 0; e.unordered {
			e.fail(p, fmt.Errorf("SEQUENCE is %q; a whole number of at least 0 is expected", clip(p.value)))
		}
		e.sequence = n
	}
	for _, name := range []string{"DTSTAMP", "LAST-MODIFIED"} {
		p, _ := e.one(name)
		e.written += p.value + " "
	}
	_, e.exception = e.one("RECURRENCE-ID")
	if p, is := e.one("STATUS"); is {
		switch strings.ToUpper(p.value) {
		case "CANCELLED", "CANCELED":
			e.cancelled = true
		case "", "CONFIRMED", "TENTATIVE":
		default:
			e.fail(p, fmt.Errorf("STATUS is %q; CONFIRMED, TENTATIVE or CANCELLED is expected", clip(p.value)))
		}
	}
}

func (e *event) readSpan() {
	start, is := e.one("DTSTART")
	if !is {
		e.fail(property{name: "DTSTART", line: e.line}, fmt.Errorf("the %s has no DTSTART", e.name))
		return
	}
	var err error
	if e.start, err = e.zones.readStamp(start, start.value, e.zones.floating); err != nil {
		e.fail(start, err)
	}
	end, hasEnd := e.one("DTEND")
	if hasEnd {
		zone := e.zones.floating
		if e.start.zone != nil { // RFC 5545 requires both in the same zone
			zone = e.start.zone
		}
		if e.end, err = e.zones.readStamp(end, end.value, zone); err != nil {
			e.fail(end, err)
			return
		}
	}
	if len(e.refused) > 0 {
		return
	}
	if hasEnd && e.end.date != e.start.date {
		e.fail(end, fmt.Errorf("DTEND is %q and DTSTART is %q; both must be times, or both must be dates", clip(end.value), clip(start.value)))
		return
	}
	if hasEnd && e.end.instant().Before(e.start.instant()) {
		e.failAs(booking.InvalidRange, end, fmt.Errorf("DTEND is %q, which is before DTSTART, %q; the same or a later one is expected", clip(end.value), clip(start.value)))
	}
	e.readDuration(hasEnd)
}

func (e *event) readDuration(hasEnd bool) {
	p, is := e.one("DURATION")
	if e.start.date {
		e.lasts = length{days: 1}
	}
	if !is {
		return
	}
	lasts, err := readLength(p.name, p.value)
	switch {
	case err != nil:
		e.fail(p, err)
	case e.start.date && lasts.elapsed%oneDay != 0:
		e.fail(p, fmt.Errorf("DURATION is %q; whole days are expected, because DTSTART is a date", clip(p.value)))
	case hasEnd && lasts == (length{}): // some programs write PT0S beside every DTEND
	case hasEnd && !lasts.after(e.start).Equal(e.end.instant()):
		e.fail(p, fmt.Errorf("DURATION is %q, which contradicts DTEND; only one of them is allowed", clip(p.value)))
	case lasts != (length{}):
		e.lasts = lasts
	}
}

func (e *event) readRules() {
	for _, p := range e.properties {
		if p.name != "RRULE" && p.name != "EXRULE" {
			continue
		}
		rule, err := calendar.ParseRecurrence(p.value)
		if err != nil {
			e.fail(p, fmt.Errorf("%s is %q: %w", p.name, clip(p.value), err))
			continue
		}
		one := anchoredRule{Recurrence: rule, line: p.line, among: p.name, last: rule.Until.Time}
		switch {
		case e.exception:
			e.fail(p, fmt.Errorf("an event with RECURRENCE-ID is a single occurrence; %s is not allowed", p.name))
		case rule.Until.UTC:
			one.last = e.start.of(rule.Until.Time)
		case rule.Until.Date:
			one.last = rule.Until.Time.Add(oneDay - time.Second)
		}
		if p.name == "RRULE" {
			e.rules = append(e.rules, one)
		} else {
			e.exceptions = append(e.exceptions, one)
		}
	}
	for _, p := range e.all("RDATE") {
		periods, err := e.zones.readPeriods(p, e.start.zone)
		if err != nil {
			e.fail(p, err)
			continue
		}
		for _, one := range periods {
			if one.start.date && !e.start.date { // that day, at the event's time
				one.start = e.start.at(one.start.wall.Add(e.start.wall.Sub(e.start.wall.Truncate(oneDay))))
			}
			e.dates = append(e.dates, one)
		}
	}
}

// span returns the span of the occurrence that starts at begin. With DTEND, each
// occurrence has the same elapsed length, or number of days, as the first. Days of
// a DURATION are calendar days (RFC 5545, 3.8.5.3).
func (e *event) span(begin stamp) calendar.Span {
	start := begin.instant()
	switch {
	case e.end.zone == nil:
		return calendar.Span{Start: start, End: e.lasts.after(begin)}
	case e.start.date:
		return calendar.Span{Start: start, End: begin.at(begin.wall.Add(e.end.wall.Sub(e.start.wall))).instant()}
	default:
		return calendar.Span{Start: start, End: start.Add(e.end.instant().Sub(e.start.instant()))}
	}
}

// isWanted reports whether the span is in the requested range.
func (e *event) isWanted(s calendar.Span) bool {
	return s.Start.Before(e.within.End) && (s.End.After(e.within.Start) || !s.Start.Before(e.within.Start))
}

// when returns the properties that determine when the event takes place, to
// compare two revisions.
func (e *event) when() string {
	var text strings.Builder
	for _, p := range e.properties {
		switch p.name {
		case "DTSTART", "DTEND", "DURATION", "RRULE", "EXRULE", "RDATE", "EXDATE", "STATUS":
			fmt.Fprintf(&text, "%s;%s:%s\n", p.name, p.parameter("TZID"), p.value)
		case "RECURRENCE-ID":
			fmt.Fprintf(&text, "%s:%s\n", p.name, strings.ToUpper(p.parameter("RANGE")))
		}
	}
	return text.String()
}
