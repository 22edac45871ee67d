package interchange

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	ics "github.com/arran4/golang-ical"
	"github.com/teambition/rrule-go"

	"rehearse/internal/booking"
	"rehearse/internal/calendar"
)

// CalendarOptions say whose a calendar is, and what is wanted of it.
type CalendarOptions struct {
	Interviewer string         // the e-mail
	Zone        *time.Location // of times that name none
	SlotMinutes int
	MaxWindows  int
	Within      calendar.Span // only windows that end after its start and start before its end
}

// calendarField is the Field of what is wrong with a calendar as a whole.
const calendarField = "ical"

// Properties of an event; the column of what is wrong with one.
const (
	propStart  = "DTSTART"
	propEnd    = "DTEND"
	propRule   = "RRULE"
	propExcept = "EXDATE"
)

// ReadCalendar reads the events of a calendar (RFC 5545) as windows, by line,
// then start. Recurrence keeps the wall-clock time of its zone. An event that
// is called off is no window.
func ReadCalendar(text string, o CalendarOptions) ([]Row[Availability], booking.Refused) {
	parsed, err := parseCalendar(text)
	if err != nil {
		return nil, booking.Refuse(booking.InvalidInput, calendarField, fmt.Sprintf("it is not a calendar (RFC 5545): %.200v", err))
	}
	lines := eventLines(text)
	rows := []Row[Availability]{}
	moved := movedTimes(parsed.Events(), o.Zone)
	recurring := 0
	for n, component := range parsed.Events() {
		e := event{VEvent: component, o: o}
		if n < len(lines) {
			e.line = lines[n]
		}
		if e.GetProperty(ics.ComponentPropertyRrule) != nil {
			recurring++
		}
		if recurring > maxRecurring {
			return nil, booking.Refuse(booking.InvalidInput, calendarField, fmt.Sprintf(
				"the calendar has more than the %d recurring events allowed", maxRecurring))
		}
		rows = append(rows, e.rows(moved[component.Id()])...)
		if len(rows) > o.MaxWindows {
			return nil, booking.Refuse(booking.InvalidInput, calendarField, fmt.Sprintf(
				"the calendar has more than the %d windows allowed", o.MaxWindows))
		}
	}
	return rows, nil
}

// parseCalendar: the library panics on some malformed parameters.
func parseCalendar(text string) (parsed *ics.Calendar, err error) {
	defer func() {
		if recover() != nil {
			parsed, err = nil, errors.New("a line is malformed")
		}
	}()
	parsed, err = ics.ParseCalendar(strings.NewReader(strings.TrimPrefix(text, byteOrderMark)))
	if err == nil && !strings.Contains(strings.ToUpper(text), "END:VCALENDAR") {
		err = errors.New("it has no END:VCALENDAR") // empty, or cut off: the library takes both
	}
	return parsed, err
}

func eventLines(text string) []int {
	var lines []int
	for n, line := range strings.Split(text, "\n") {
		if strings.EqualFold(strings.TrimSpace(line), "BEGIN:VEVENT") {
			lines = append(lines, n+1)
		}
	}
	return lines
}

// movedTimes is, by event, the times of a recurrence that have an event of
// their own.
func movedTimes(events []*ics.VEvent, zone *time.Location) map[string][]time.Time {
	moved := map[string][]time.Time{}
	for _, e := range events {
		if p := e.GetProperty(ics.ComponentPropertyRecurrenceId); p != nil {
			if t, err := readStamp(&p.BaseProperty, p.Value, zone); err == nil {
				moved[e.Id()] = append(moved[e.Id()], t.instant())
			}
		}
	}
	return moved
}

type event struct {
	*ics.VEvent
	o    CalendarOptions
	line int
}

// stamp is a time as a calendar writes it: on the wall of a zone.
type stamp struct {
	wall time.Time // in UTC, whatever the zone
	zone *time.Location
}

func (s stamp) instant() time.Time { return calendar.InZone(s.wall, s.zone).UTC() }

func (s stamp) at(wall time.Time) stamp { return stamp{wall, s.zone} }

// of is what the wall of the stamp's zone shows at t.
func (s stamp) of(t time.Time) time.Time {
	local := t.In(s.zone)
	return time.Date(local.Year(), local.Month(), local.Day(), local.Hour(), local.Minute(), local.Second(), 0, time.UTC)
}

// maxRecurring bounds the work of a calendar: a rule that never comes true is
// followed for thousands of years, which takes a tenth of a second.
const maxRecurring = 100

// maxInterval is the longest interval of a recurrence, in its unit.
const maxInterval = 1000

const stampFormat = "20060102T150405"

// readStamp reads 20260605T130000, in UTC with a Z, else in the zone that the
// property names, else in zone.
func readStamp(p *ics.BaseProperty, text string, zone *time.Location) (stamp, error) {
	bare, utc := strings.CutSuffix(text, "Z")
	wall, err := time.Parse(stampFormat, bare)
	if err != nil {
		return stamp{}, fmt.Errorf("%s is %q; a time such as 20260605T130000Z is expected", p.IANAToken, clip(text))
	}
	if utc {
		return stamp{wall, time.UTC}, nil
	}
	if names := p.ICalParameters["TZID"]; len(names) > 0 {
		if zone, err = calendar.Zone(names[0]); err != nil {
			return stamp{}, fmt.Errorf("%s is in zone %q; an IANA name such as Europe/Berlin is expected", p.IANAToken, clip(names[0]))
		}
	}
	if wall.Year() < calendar.MinYear {
		return stamp{}, fmt.Errorf("%s is %q; a time from the year %d on is expected", p.IANAToken, clip(text), calendar.MinYear)
	}
	return stamp{wall, zone}, nil
}

// rows are the windows of one event; one that failed when it cannot be read.
func (e event) rows(moved []time.Time) []Row[Availability] {
	if p := e.GetProperty(ics.ComponentPropertyStatus); p != nil && strings.EqualFold(p.Value, "CANCELLED") {
		return nil
	}
	start, refused := e.stamp(propStart, ics.ComponentPropertyDtStart)
	end, bad := e.stamp(propEnd, ics.ComponentPropertyDtEnd)
	refused = append(refused, bad...)
	var starts []stamp
	if len(refused) == 0 {
		starts, refused = e.starts(start, end, moved)
	}
	if len(refused) > 0 {
		return []Row[Availability]{{Line: e.line, Refused: refused}}
	}
	// A recurring window lasts as long on the wall as the first one.
	length := end.of(end.instant()).Sub(end.of(start.instant()))
	var rows []Row[Availability]
	for _, begin := range starts {
		until := stamp{end.of(begin.instant()).Add(length), end.zone}
		w := Availability{Interviewer: e.o.Interviewer, Availability: booking.Availability{
			Start: begin.instant(), End: until.instant(), SlotMinutes: e.o.SlotMinutes,
		}}
		if w.End.After(e.o.Within.Start) && w.Start.Before(e.o.Within.End) {
			rows = append(rows, Row[Availability]{Line: e.line, Value: w})
		}
	}
	return rows
}

func (e event) stamp(name string, property ics.ComponentProperty) (stamp, booking.Refused) {
	p := e.GetProperty(property)
	if p == nil {
		return stamp{}, booking.Refuse(booking.InvalidInput, name, "the event has no "+name)
	}
	s, err := readStamp(&p.BaseProperty, p.Value, e.o.Zone)
	if err != nil {
		return stamp{}, booking.Refuse(booking.InvalidInput, name, err.Error())
	}
	return s, nil
}

// starts are when the event begins: once, or by its rule, until the end of what
// is wanted.
func (e event) starts(first, end stamp, moved []time.Time) (starts []stamp, refused booking.Refused) {
	defer func() {
		if recover() != nil { // the library does, on some rules
			starts, refused = nil, booking.Refuse(booking.InvalidInput, propRule, "RRULE cannot be followed")
		}
	}()
	p := e.GetProperty(ics.ComponentPropertyRrule)
	if e.GetProperty(ics.ComponentPropertyRdate) != nil {
		return nil, booking.Refuse(booking.InvalidInput, "RDATE", "an event with RDATE is not read; give each time an event of its own")
	}
	if p == nil {
		return []stamp{first}, nil
	}
	rule, err := e.rule(p.Value, first)
	if err != nil {
		return nil, booking.Refuse(booking.InvalidInput, propRule, fmt.Sprintf("RRULE is %q: %.200v", clip(p.Value), err))
	}
	except, refused := e.except(first)
	if len(refused) > 0 {
		return nil, refused
	}
	except = append(except, moved...)
	from := e.o.Within.Start.Add(-end.instant().Sub(first.instant()) - 24*time.Hour)
	next := rule.Iterator()
	for wall, more := next(); more; wall, more = next() {
		at := first.at(wall)
		skipped := slices.ContainsFunc(except, at.instant().Equal)
		if skipped || at.instant().Before(from) {
			continue
		}
		if starts = append(starts, at); len(starts) > e.o.MaxWindows {
			return starts, nil // ReadCalendar refuses it
		}
	}
	return starts, nil
}

// rule reads a recurrence rule. It runs on the wall of the event's zone, as if
// that were UTC: what the library makes of gaps differs from zone to zone.
func (e event) rule(text string, first stamp) (*rrule.RRule, error) {
	option, err := rrule.StrToROption(text)
	if err != nil {
		return nil, err
	}
	if option.Freq > rrule.DAILY || len(option.Byhour)+len(option.Byminute)+len(option.Bysecond)+len(option.Byeaster) > 0 {
		return nil, errors.New("DAILY, WEEKLY, MONTHLY and YEARLY are read, without BYHOUR, BYMINUTE, BYSECOND and BYEASTER")
	}
	if option.Interval < 0 || option.Interval > maxInterval || option.Count < 0 {
		return nil, fmt.Errorf("an INTERVAL from 1 to %d, and a COUNT from 1 on, are allowed", maxInterval)
	}
	until := first.of(e.o.Within.End)
	if !option.Until.IsZero() {
		given := option.Until
		if strings.Contains(text, "UNTIL="+given.Format(stampFormat)+"Z") {
			given = first.of(given)
		} else if !strings.Contains(text, "UNTIL="+given.Format(stampFormat)) {
			given = given.Add(24*time.Hour - time.Second) // a date: all of it
		}
		if given.Before(until) {
			until = given
		}
	}
	option.Dtstart, option.Until = first.wall, until
	return rrule.NewRRule(*option)
}

// except is the times at which a recurring event does not take place.
func (e event) except(first stamp) ([]time.Time, booking.Refused) {
	var times []time.Time
	for _, p := range e.GetProperties(ics.ComponentPropertyExdate) {
		for text := range strings.SplitSeq(p.Value, ",") {
			s, err := readStamp(&p.BaseProperty, text, first.zone)
			if err != nil {
				return nil, booking.Refuse(booking.InvalidInput, propExcept, err.Error())
			}
			times = append(times, s.instant())
		}
	}
	return times, nil
}
