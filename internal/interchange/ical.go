package interchange

import (
	"cmp"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"rehearse/internal/booking"
	"rehearse/internal/calendar"
)

// CalendarOptions are the options for reading a calendar.
type CalendarOptions struct {
	Interviewer string         // e-mail address
	Zone        *time.Location // zone of times without one
	SlotMinutes int
	MaxWindows  int
	Within      calendar.Span // the range that windows must overlap
	// BlockWholeDays turns all-day events into blocked time. Otherwise they are
	// ignored.
	BlockWholeDays bool
}

// stepsOfAWindow is the number of recurrence steps allowed per window of a file. A
// yearly rule needs about this many per occurrence, a daily rule two.
const stepsOfAWindow = 400

// MaxSteps returns the maximum number of recurrence steps of a file.
func (o CalendarOptions) MaxSteps() int { return o.MaxWindows * stepsOfAWindow }

// Use is the action for a row of a calendar.
type Use int

// The possible uses.
const (
	UsePublish Use = iota // publish the window
	UseBlock              // block the window's time
	UseIgnore             // skip the row; its note states the reason
)

// calendarField is the Field of refusals of a whole calendar.
const calendarField = "ical"

// ReadCalendar reads the events (RFC 5545) or the availability (RFC 7953) of
// calendars as windows, ordered by line, then start. Recurrence keeps the
// wall-clock time of the event's zone. Data that determines when an event takes
// place is never skipped: if it is invalid, the event is refused with its line.
func ReadCalendar(text []byte, o CalendarOptions) ([]Row[Availability], booking.Refused) {
	return readCalendar(text, o, &calendar.Work{Left: o.MaxSteps()})
}

func readCalendar(text []byte, o CalendarOptions, work *calendar.Work) ([]Row[Availability], booking.Refused) {
	calendars, trailing, err := readComponents(text)
	r := calendarReader{CalendarOptions: o, work: work}
	for _, c := range calendars {
		if err == nil {
			err = r.calendar(c)
		}
	}
	if err == nil {
		err = r.check()
	}
	if err == nil {
		err = r.windows()
	}
	if err != nil {
		return nil, booking.Refuse(booking.InvalidInput, calendarField, fmt.Sprintf("%.400v", err))
	}
	if trailing > 0 {
		r.rows = append(r.rows, ignoredRow(trailing, "The lines after END:VCALENDAR are ignored; they are not part of a calendar."))
	}
	slices.SortStableFunc(r.rows, func(a, b Row[Availability]) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), a.Value.Start.Compare(b.Value.Start))
	})
	if err := r.tooMany(); err != nil {
		return nil, booking.Refuse(booking.InvalidInput, calendarField, err.Error())
	}
	return r.rows, nil
}

// calendarReader is the state of reading a file.
type calendarReader struct {
	CalendarOptions
	work         *calendar.Work
	events       []*event // from VEVENT
	available    []*event // from VAVAILABILITY
	availability []bounded
	unread       []*component
	rows         []Row[Availability]
}

// bounded is a VAVAILABILITY and the span that it covers.
type bounded struct {
	*component
	calendar.Span
}

func (r *calendarReader) calendar(c *component) error {
	if err := checkCalendar(c); err != nil {
		return err
	}
	z := newZones(c, r.Zone, r.work, r.Within.End.AddDate(2, 0, 0))
	for _, one := range c.components {
		switch one.name {
		case "VTIMEZONE":
		case "VEVENT":
			r.events = append(r.events, readEvent(one, z, r.Within))
		case "VAVAILABILITY":
			if err := r.readAvailability(one, z); err != nil {
				return err
			}
		default:
			r.unread = append(r.unread, one)
		}
		if err := r.tooMuchWork(one); err != nil {
			return err
		}
	}
	return nil
}

// checkCalendar rejects a calendar of an unsupported method, version or scale.
func checkCalendar(c *component) error {
	for _, p := range c.properties {
		switch value := strings.ToUpper(p.value); p.name {
		case "METHOD":
			if value != "" && value != "PUBLISH" && value != "REQUEST" {
				return wrongLine(p.line, "METHOD is %q, so the calendar is a scheduling message; PUBLISH or REQUEST is expected", clip(p.value))
			}
		case "VERSION":
			if value != "" && !strings.HasPrefix(value, "2") {
				return wrongLine(p.line, "VERSION is %q; 2.0 is expected", clip(p.value))
			}
		case "CALSCALE":
			if value != "" && value != "GREGORIAN" {
				return wrongLine(p.line, "CALSCALE is %q; GREGORIAN is expected", clip(p.value))
			}
		}
	}
	return nil
}

// readAvailability reads the AVAILABLE components of a VAVAILABILITY as windows
// within its bounds.
func (r *calendarReader) readAvailability(c *component, z *zones) error {
	within := calendar.Span{Start: time.Date(minStampYear, 1, 1, 0, 0, 0, 0, time.UTC), End: time.Date(maxStampYear, 1, 1, 0, 0, 0, 0, time.UTC)}
	if _, is := c.one("DTSTART"); is {
		whole := readEvent(&component{line: c.line, name: c.name, properties: c.properties}, z, within)
		if len(whole.refused) > 0 {
			return errors.New(whole.refused[0].Message)
		}
		span := whole.span(whole.start)
		_, ends := c.one("DTEND")
		_, lasts := c.one("DURATION")
		if within.Start = span.Start; ends || lasts {
			within.End = span.End
		}
	}
	for _, other := range r.availability {
		if other.Overlaps(within) {
			return wrongLine(c.line, "the VAVAILABILITY overlaps the one on line %d; overlapping availability is not supported", other.line)
		}
	}
	r.availability = append(r.availability, bounded{c, within})
	for _, one := range c.components {
		if one.name != "AVAILABLE" {
			continue
		}
		e := readEvent(one, z, r.Within)
		e.bounds = &within
		r.available = append(r.available, e)
	}
	return nil
}

// check rejects a file that has both availability and events, and adds a row for
// each kind of ignored component.
func (r *calendarReader) check() error {
	if len(r.availability) > 0 && len(r.events) > 0 {
		return wrongLine(r.availability[0].line, "the file has VAVAILABILITY and, on line %d, VEVENT; only one of them is allowed, because an event beside availability is an appointment", r.events[0].line)
	}
	first := map[string]*component{}
	count := map[string]int{}
	for _, c := range r.unread {
		if count[c.name]++; first[c.name] == nil {
			first[c.name] = c
		}
	}
	for name, c := range first {
		note := fmt.Sprintf("%.80s is ignored; only VEVENT and VAVAILABILITY are imported", name)
		if more := count[name] - 1; more > 0 {
			note += fmt.Sprintf(" (and %d more of them)", more)
		}
		note += "."
		r.rows = append(r.rows, ignoredRow(c.line, note))
	}
	return nil
}

func (r *calendarReader) windows() error {
	for _, s := range seriesOf(append(r.events, r.available...)) {
		master, exceptions, out := s.settle()
		if master != nil {
			r.add(master, out)
			if err := r.tooMuchWork(master.component); err != nil {
				return err
			}
		}
		for _, e := range exceptions {
			if !e.cancelled || len(e.refused) > 0 {
				r.add(e, excluded{})
			}
		}
		if err := r.tooMany(); err != nil {
			return err
		}
	}
	return nil
}

// tooMuchWork returns an error if the rules up to the component exceed the allowed
// steps.
func (r *calendarReader) tooMuchWork(c *component) error {
	if r.work.Left >= 0 {
		return nil
	}
	return wrongLine(c.line, "the recurrence rules up to this %.80s are too complex; at most %d steps are allowed for %d rows",
		c.name, r.MaxSteps(), r.MaxWindows)
}

func (r *calendarReader) tooMany() error {
	if len(r.rows) > r.MaxWindows {
		return calendarError{message: fmt.Sprintf("The calendar has too many windows; at most %d are allowed", r.MaxWindows)}
	}
	return nil
}

// add adds the rows of an event.
func (r *calendarReader) add(e *event, out excluded) {
	var all []occurrence
	if len(e.refused) == 0 {
		all = e.occurrences(out, r.work, r.MaxWindows)
	}
	if len(e.refused) > 0 {
		r.rows = append(r.rows, refusedRow(e))
		return
	}
	noted := map[string]bool{}
	for _, one := range all {
		one.Span = clipped(one.Span, e.bounds)
		row := Row[Availability]{Line: one.line, Value: r.window(one)}
		if note := r.whyNot(one); note != "" {
			row = ignoredRow(one.line, note)
			if noted[note] {
				continue
			}
			noted[note] = true
		} else if e.start.date {
			row.Value.Use = UseBlock
		}
		r.rows = append(r.rows, row)
	}
}

// whyNot returns the reason not to import an occurrence, or an empty string.
func (r *calendarReader) whyNot(one occurrence) string {
	switch long := one.Length(); {
	case one.start.date && !r.BlockWholeDays:
		return "The event is an all-day event; only events with times are published."
	case one.start.date:
		return ""
	case long <= 0:
		return "The event has no duration; there is no time to publish."
	case long < time.Duration(r.SlotMinutes)*time.Minute:
		return fmt.Sprintf("The event lasts %s; at least one slot of %d minutes is required.", long, r.SlotMinutes)
	default:
		return ""
	}
}

// clipped returns the part of the span within the bounds.
func clipped(s calendar.Span, bounds *calendar.Span) calendar.Span {
	if bounds != nil && s.Start.Before(bounds.Start) {
		s.Start = bounds.Start
	}
	if bounds != nil && s.End.After(bounds.End) {
		s.End = bounds.End
	}
	return s
}

// splitList yields the non-empty values of a list.
func splitList(text string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for one := range strings.SplitSeq(text, ",") {
			if strings.TrimSpace(one) != "" && !yield(one) {
				return
			}
		}
	}
}
