package interchange

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"rehearse/internal/calendar"
)

// zones resolves the time zones of a calendar.
type zones struct {
	floating *time.Location        // zone of times without one; nil if X-WR-TIMEZONE is unknown
	defined  map[string]*component // VTIMEZONE, by TZID
	found    map[string]foundZone
	work     *calendar.Work
	until    time.Time // how far to expand a VTIMEZONE
}

type foundZone struct {
	zone *time.Location
	err  error
}

func newZones(c *component, floating *time.Location, work *calendar.Work, until time.Time) *zones {
	z := &zones{floating: floating, defined: map[string]*component{}, found: map[string]foundZone{}, work: work, until: until}
	for _, one := range c.components {
		if id, is := one.one("TZID"); is && one.name == "VTIMEZONE" && z.defined[zoneName(id.value)] == nil {
			z.defined[zoneName(id.value)] = one
		}
	}
	if p, is := c.one("X-WR-TIMEZONE"); is && p.value != "" {
		z.floating, _ = z.find(p.value)
	}
	return z
}

var errUnknownZone = errors.New("an IANA name such as Europe/Berlin, a Windows name, or the TZID of a VTIMEZONE in the file is expected")

// find resolves a TZID. It tries, in order: an IANA name, a Windows name, the
// location that the file's VTIMEZONE names, an IANA name after a prefix, and the
// rules of the VTIMEZONE. Without a VTIMEZONE it finally tries a Windows display
// name.
func (z *zones) find(name string) (*time.Location, error) {
	name = zoneName(name)
	if known, is := z.found[name]; is {
		return known.zone, known.err
	}
	zone, err := z.lookUp(name)
	z.found[name] = foundZone{zone, err}
	return zone, err
}

var unescapeText = strings.NewReplacer(`\\`, `\`, `\,`, ",", `\;`, ";")

// zoneName returns the name in a TZID. The property escapes characters that the
// parameter quotes.
func zoneName(text string) string { return strings.TrimSpace(unescapeText.Replace(text)) }

// Lookups cost steps, because an unknown name is searched for in the machine's
// files.
const (
	stepsOfALookUp = 200
	maxZoneName    = 255
)

func (z *zones) lookUp(name string) (*time.Location, error) {
	if err := z.work.Spend(stepsOfALookUp); err != nil {
		return nil, err
	}
	if len(name) > maxZoneName {
		return nil, fmt.Errorf("its name has %d bytes; at most %d are allowed", len(name), maxZoneName)
	}
	if zone, known := namedZone(name); known {
		return zone, nil
	}
	defined := z.defined[name]
	if defined != nil {
		for _, property := range []string{"X-LIC-LOCATION", "TZID-ALIAS-OF"} {
			if p, is := defined.one(property); is {
				if zone, known := namedZone(p.value); known {
					return zone, nil
				}
			}
		}
	}
	if zone, err := z.withoutPrefix(name); zone != nil || err != nil {
		return zone, err
	}
	if defined == nil {
		if zone, known := displayedZone(name); known {
			return zone, nil
		}
		return nil, errUnknownZone
	}
	zone, err := z.build(defined)
	if err != nil {
		return nil, fmt.Errorf("its VTIMEZONE on line %d cannot be read: %w", defined.line, err)
	}
	return zone, nil
}

// withoutPrefix resolves a name with a prefix, such as
// /mozilla.org/20050126_1/America/New_York. It returns nil if the zone is unknown.
func (z *zones) withoutPrefix(name string) (*time.Location, error) {
	for _, rest, found := strings.Cut(name, "/"); found; _, rest, found = strings.Cut(rest, "/") {
		if rest == "" {
			continue
		}
		if err := z.work.Spend(stepsOfALookUp); err != nil {
			return nil, err
		}
		if zone, known := namedZone(rest); known {
			return zone, nil
		}
	}
	return nil, nil //nolint:nilnil // a missing zone is not an error
}

// namedZone returns the zone of an IANA or Windows name.
func namedZone(name string) (*time.Location, bool) {
	name = strings.TrimSpace(name)
	if strings.EqualFold(name, "UTC") || strings.EqualFold(name, "Z") || strings.EqualFold(name, "GMT") {
		return time.UTC, true
	}
	if zone, err := calendar.Zone(name); err == nil {
		return zone, true
	}
	if iana, is := windowsZones[strings.ToLower(name)]; is {
		zone, err := calendar.Zone(iana)
		return zone, err == nil
	}
	return nil, false
}

// displayed matches a Windows display name: (UTC+10:00) Canberra, Melbourne,
// Sydney.
var displayed = regexp.MustCompile(`^\((?:utc|gmt)(?:[+-]\d\d:\d\d)?\) +(.+)$`)

// displayedZone returns the zone with the Windows display name. It goes by the
// places and ignores the offset, which excludes daylight saving time and may be
// out of date.
func displayedZone(name string) (*time.Location, bool) {
	parts := displayed.FindStringSubmatch(strings.ToLower(name))
	if parts == nil {
		return nil, false
	}
	windows, is := windowsNames[strings.ReplaceAll(parts[1], "us and canada", "us & canada")]
	if !is {
		return nil, false
	}
	return namedZone(windows)
}

// transition is a change of a zone's offset.
type transition struct {
	at           time.Time
	before, from int // offsets in seconds, before the change and after it
}

// earliestTransition is the earliest time for which a VTIMEZONE is expanded.
var earliestTransition = time.Date(1960, 1, 1, 0, 0, 0, 0, time.UTC)

// build creates a location from a VTIMEZONE.
func (z *zones) build(definition *component) (*time.Location, error) {
	var transitions []transition
	for _, c := range definition.components {
		if c.name != "STANDARD" && c.name != "DAYLIGHT" {
			continue
		}
		some, err := z.observance(c)
		if err != nil {
			return nil, err
		}
		transitions = append(transitions, some...)
	}
	if len(transitions) == 0 {
		return nil, errors.New("it has neither STANDARD nor DAYLIGHT; at least one is expected")
	}
	slices.SortStableFunc(transitions, func(a, b transition) int { return a.at.Compare(b.at) })
	id, _ := definition.one("TZID")
	return time.LoadLocationFromTZData(id.value, zoneData(transitions))
}

// observance returns the transitions of a STANDARD or DAYLIGHT component.
func (z *zones) observance(c *component) ([]transition, error) {
	start, _ := c.one("DTSTART")
	first, err := time.Parse(stampFormat, strings.TrimSuffix(strings.ToUpper(start.value), "Z"))
	if err != nil { // some programs write a date, which starts at midnight
		first, err = time.Parse(dayFormat, start.value)
	}
	if err != nil {
		return nil, fmt.Errorf("its %s on line %d begins at %q; a time such as 20260329T020000 is expected", c.name, c.line, clip(start.value))
	}
	var offsets [2]int
	for i, name := range []string{"TZOFFSETFROM", "TZOFFSETTO"} {
		p, is := c.one(name)
		if !is {
			return nil, fmt.Errorf("its %s on line %d has no %s", c.name, c.line, name)
		}
		if offsets[i], err = readOffset(p); err != nil {
			return nil, fmt.Errorf("line %d: %w", p.line, err)
		}
	}
	before := time.Duration(offsets[0]) * time.Second
	var transitions []transition
	add := func(wall time.Time) bool {
		transitions = append(transitions, transition{wall.Add(-before), offsets[0], offsets[1]})
		return true
	}
	add(first)
	for _, p := range c.all("RRULE") {
		rule, err := calendar.ParseRecurrence(p.value)
		if err == nil {
			err = rule.Each(first, earliestTransition, lastChange(rule.Until, before, z.until), z.work, add)
		}
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", p.line, err)
		}
	}
	for _, p := range c.all("RDATE") {
		periods, err := z.readPeriods(p, time.UTC)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", p.line, err)
		}
		for _, one := range periods {
			add(one.start.wall)
		}
	}
	return transitions, nil
}

// lastChange returns the end of an observance as wall-clock time. It is the end of
// the rule, or the parameter until if that is earlier. The parameter before is the
// offset before each change.
func lastChange(end calendar.Until, before time.Duration, until time.Time) time.Time {
	last := end.Time
	switch {
	case last.IsZero():
		return until
	case end.UTC:
		last = last.Add(before)
	case end.Date:
		last = last.Add(oneDay - time.Second)
	}
	if last.After(until) {
		return until
	}
	return last
}

// zoneData encodes the transitions as a TZif file (RFC 9636), which Go can load.
func zoneData(transitions []transition) []byte {
	offsets := []int{transitions[0].before}
	var times, kinds bytes.Buffer
	for i, t := range transitions {
		if i+1 < len(transitions) && transitions[i+1].at.Equal(t.at) {
			continue
		}
		kind := slices.Index(offsets, t.from)
		if kind < 0 && len(offsets) < 255 {
			kind, offsets = len(offsets), append(offsets, t.from)
		}
		_ = binary.Write(&times, binary.BigEndian, t.at.Unix()) // a Buffer returns no errors
		kinds.WriteByte(byte(max(kind, 0)))                     //nolint:gosec // there are fewer than 256 kinds
	}
	header := func(counts ...int) []byte {
		text := append([]byte("TZif2"), make([]byte, 15)...)
		for _, n := range counts {
			text = binary.BigEndian.AppendUint32(text, uint32(n)) //nolint:gosec // the counts are of values in memory
		}
		return text
	}
	abbreviation := []byte("-\x00")
	data := header(0, 0, 0, 0, 1, 1) // the 32-bit data, which is not read
	data = append(data, make([]byte, 7)...)
	data = append(data, header(0, 0, 0, kinds.Len(), len(offsets), len(abbreviation))...)
	data = append(append(data, times.Bytes()...), kinds.Bytes()...)
	for _, offset := range offsets {
		data = binary.BigEndian.AppendUint32(data, uint32(offset)) //nolint:gosec // the format requires two's complement
		data = append(data, 0, 0)                                  // the daylight saving flag is not used
	}
	data = append(data, abbreviation...)
	return append(data, "\n\n"...)
}
