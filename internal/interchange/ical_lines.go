package interchange

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"

	"golang.org/x/text/encoding/unicode"
)

// property is an unfolded content line of a calendar (RFC 5545, 3.1). Its name and
// its parameters' names are in upper case.
type property struct {
	line       int // first line in the file
	name       string
	parameters map[string]string
	value      string
}

// parameter returns the value of a parameter, or an empty string.
func (p property) parameter(name string) string { return p.parameters[name] }

// component is the content between a BEGIN and its END.
type component struct {
	line       int
	name       string
	properties []property
	components []*component
}

// all returns the properties with the name.
func (c *component) all(name string) []property {
	var some []property
	for _, p := range c.properties {
		if p.name == name {
			some = append(some, p)
		}
	}
	return some
}

// one returns the first property with the name.
func (c *component) one(name string) (property, bool) {
	for _, p := range c.properties {
		if p.name == name {
			return p, true
		}
	}
	return property{}, false
}

// unfolded is a content line before parsing.
type unfolded struct {
	line  int
	text  []byte
	owned bool // text is a copy and may be appended to
}

// unfold joins folded lines. Lines may end in CR LF, LF or CR, and may be folded
// between the bytes of a character.
func unfold(text []byte) []unfolded {
	text = bytes.TrimPrefix(inUTF8(text), []byte(byteOrderMark))
	var lines []unfolded
	for n := 1; len(text) > 0; n++ {
		end := bytes.IndexAny(text, "\r\n")
		raw, rest := text, []byte(nil)
		if end >= 0 {
			raw, rest = text[:end], text[end+1:]
			if text[end] == '\r' && len(rest) > 0 && rest[0] == '\n' {
				rest = rest[1:]
			}
		}
		text = rest
		switch {
		case len(raw) == 0:
		case (raw[0] == ' ' || raw[0] == '\t') && len(lines) > 0:
			last := &lines[len(lines)-1]
			if !last.owned {
				last.text, last.owned = slices.Clone(last.text), true
			}
			last.text = append(last.text, raw[1:]...)
		default:
			lines = append(lines, unfolded{line: n, text: raw})
		}
	}
	return lines
}

// inUTF8 decodes UTF-16 that starts with a byte order mark.
func inUTF8(text []byte) []byte {
	order := unicode.LittleEndian
	switch {
	case bytes.HasPrefix(text, []byte("\xfe\xff")):
		order = unicode.BigEndian
	case !bytes.HasPrefix(text, []byte("\xff\xfe")):
		return text
	}
	decoded, _ := io.ReadAll(utf16(bytes.NewReader(text), order)) // invalid sequences become U+FFFD
	return decoded
}

// readProperty parses NAME;PARAMETER=value;PARAMETER="value":value.
func readProperty(l unfolded) (property, bool) {
	text := strings.TrimRight(string(l.text), " \t\x00")
	end := strings.IndexFunc(text, func(r rune) bool { return !isNameRune(r) })
	if end < 0 { // a name alone
		return property{line: l.line, name: strings.ToUpper(text)}, false
	}
	if end == 0 {
		return property{line: l.line}, false
	}
	p := property{line: l.line, name: strings.ToUpper(text[:end])}
	for rest := text[end:]; ; {
		switch {
		case strings.HasPrefix(rest, ":"):
			p.value = strings.TrimSpace(rest[1:])
			p.mendZone()
			return p, true
		case !strings.HasPrefix(rest, ";"):
			return p, false
		}
		name, after, found := strings.Cut(rest[1:], "=")
		if !found || name == "" || strings.ContainsFunc(name, func(r rune) bool { return !isNameRune(r) }) {
			return p, false
		}
		var value string
		if value, rest, found = parameterValue(after); !found {
			return p, false
		}
		if p.parameters == nil {
			p.parameters = map[string]string{}
		}
		p.parameters[strings.ToUpper(name)] = value
	}
}

// mendZone repairs the unquoted zone names with a colon that Microsoft programs
// write. Time values contain no colon.
func (p *property) mendZone() {
	end := strings.LastIndexByte(p.value, ':')
	if zone, is := p.parameters["TZID"]; is && end >= 0 {
		p.parameters["TZID"], p.value = zone+":"+p.value[:end], p.value[end+1:]
	}
}

// parameterValue reads up to the : or ; after the value, which may be quoted.
func parameterValue(text string) (value, rest string, ok bool) {
	quoted := false
	for i, r := range text {
		switch {
		case r == '"':
			quoted = !quoted
		case !quoted && (r == ':' || r == ';'):
			return strings.ReplaceAll(text[:i], `"`, ""), text[i:], true
		}
	}
	return "", "", false
}

func isNameRune(r rune) bool {
	return r == '-' || r == '_' || (r >= 'A' && r <= 'Z') || (r >= 'a' && r <= 'z') || (r >= '0' && r <= '9')
}

// calendarError is an error about a whole calendar.
type calendarError struct {
	line    int // zero for no line
	message string
}

func (e calendarError) Error() string {
	if e.line == 0 {
		return e.message + "."
	}
	return fmt.Sprintf("Line %d: %s.", e.line, e.message)
}

func wrongLine(line int, format string, args ...any) error {
	return calendarError{line, fmt.Sprintf(format, args...)}
}

// significant lists the properties that determine whether and when an event takes
// place. They are never skipped if they are invalid.
var significant = map[string]bool{
	"BEGIN": true, "END": true, "METHOD": true, "VERSION": true, "CALSCALE": true,
	"UID": true, "SEQUENCE": true, "DTSTART": true, "DTEND": true, "DURATION": true, "RRULE": true, "RDATE": true,
	"EXRULE": true, "EXDATE": true, "RECURRENCE-ID": true, "STATUS": true, "TZID": true, "TZOFFSETFROM": true, "TZOFFSETTO": true,
}

// maxNesting is the maximum nesting depth of components. An alarm of an event of a
// calendar has depth 3.
const maxNesting = 8

// tree is the state of parsing a file into components.
type tree struct {
	calendars []*component
	open      []*component
	lax       bool // the last property was not significant, so skip invalid lines after it
	trailing  int  // the first line after a calendar that is outside any; zero for none
}

// readComponents parses the calendars of a file. trailing is the first line after
// a calendar that is outside any calendar, or zero.
func readComponents(text []byte) (calendars []*component, trailing int, err error) {
	var t tree
	for _, line := range unfold(text) {
		if err := t.read(line); err != nil {
			return nil, 0, err
		}
	}
	if last := len(t.open) - 1; last >= 0 {
		return nil, 0, wrongLine(t.open[last].line, "BEGIN:%.80s has no END:%[1]s; the file is truncated", t.open[last].name)
	}
	if len(t.calendars) == 0 {
		return nil, 0, wrongLine(1, "the file is not a calendar (RFC 5545); BEGIN:VCALENDAR is expected")
	}
	return t.calendars, t.trailing, nil
}

func (t *tree) read(line unfolded) error {
	p, ok := readProperty(line)
	if len(t.open) == 0 && (!ok || p.name != "BEGIN" || !strings.EqualFold(p.value, "VCALENDAR")) {
		return t.outside(line, p)
	}
	switch {
	case !ok && (significant[p.name] || !t.lax && !isProperty(p.name, line)):
		return wrongLine(line.line, "%.80q is not a property; a property such as DTSTART:20260605T130000Z is expected", line.text)
	case !ok:
		t.lax = true
	case p.name == "BEGIN":
		return t.begin(p)
	case p.name == "END":
		return t.end(p)
	default:
		at := t.open[len(t.open)-1]
		at.properties = append(at.properties, p)
		t.lax = !significant[p.name]
	}
	return nil
}

// unneeded lists properties that do not affect when an event takes place.
var unneeded = map[string]bool{
	"ORGANIZER": true, "ATTENDEE": true, "SUMMARY": true, "DESCRIPTION": true, "LOCATION": true, "COMMENT": true, "CONTACT": true,
	"CATEGORIES": true, "CLASS": true, "TRANSP": true, "PRIORITY": true, "GEO": true, "URL": true, "ATTACH": true, "RESOURCES": true,
	"RELATED-TO": true, "CREATED": true, "PRODID": true,
}

// isProperty reports whether an invalid line is recognisably a property.
// Properties that are not needed may lack their colon.
func isProperty(name string, l unfolded) bool {
	if unneeded[name] || strings.HasPrefix(name, "X-") {
		return true
	}
	rest := l.text[len(name):]
	return name != "" && len(rest) > 0 && (rest[0] == ';' || rest[0] == '=')
}

func (t *tree) outside(line unfolded, p property) error {
	switch {
	case len(bytes.Trim(line.text, " \t\x00\x1a")) == 0:
		return nil
	case p.name == "BEGIN" && strings.HasPrefix(strings.ToUpper(p.value), "V"):
		return wrongLine(line.line, "BEGIN:%.80s is outside a calendar (RFC 5545); add the line BEGIN:VCALENDAR before it and the line END:VCALENDAR at the end", p.value)
	case len(t.calendars) == 0, p.name == "BEGIN":
		return wrongLine(line.line, "the file is not a calendar (RFC 5545): found %.80q; BEGIN:VCALENDAR is expected", line.text)
	case t.trailing == 0:
		t.trailing = line.line
	}
	return nil
}

func (t *tree) begin(p property) error {
	c := &component{line: p.line, name: strings.ToUpper(p.value)}
	switch depth := len(t.open); {
	case depth == 0:
		t.calendars = append(t.calendars, c)
	case c.name == "VCALENDAR" || c.name == t.open[depth-1].name:
		return wrongLine(p.line, "BEGIN:%.80s is inside the %.80s on line %d, which has no END", c.name, t.open[depth-1].name, t.open[depth-1].line)
	case depth >= maxNesting:
		return wrongLine(p.line, "BEGIN:%.80s is nested too deeply; at most %d levels are allowed", c.name, maxNesting)
	default:
		at := t.open[depth-1]
		at.components = append(at.components, c)
	}
	t.open, t.lax = append(t.open, c), false
	return nil
}

func (t *tree) end(p property) error {
	last := len(t.open) - 1
	if at := t.open[last]; !strings.EqualFold(at.name, p.value) {
		return wrongLine(p.line, "found END:%.80s; END:%s is expected, for BEGIN:%[2]s on line %d", p.value, at.name, at.line)
	}
	t.open, t.lax = t.open[:last], false
	return nil
}
