package interchange

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"rehearse/internal/calendar"
)

// stamp is a wall-clock time in a zone, or a date.
type stamp struct {
	wall time.Time // represented in UTC
	zone *time.Location
	date bool // a whole day, which starts at wall
}

func (s stamp) instant() time.Time { return calendar.InZone(s.wall, s.zone).UTC() }

func (s stamp) at(wall time.Time) stamp { return stamp{wall, s.zone, s.date} }

// of returns the wall-clock time at t in the stamp's zone.
func (s stamp) of(t time.Time) time.Time {
	local := t.In(s.zone)
	return time.Date(local.Year(), local.Month(), local.Day(), local.Hour(), local.Minute(), local.Second(), 0, time.UTC)
}

const (
	stampFormat = "20060102T150405"
	dayFormat   = "20060102"
	oneDay      = 24 * time.Hour
)

// The range of years. Address books write birthdays without a year in 1604. The
// upper bound leaves room for computed times.
const (
	minStampYear = 1583
	maxStampYear = 9000
)

// readStamp parses 20260605T130000 or the date 20260605. A time that ends in Z is
// in UTC; otherwise it is in the property's zone, or in zone if the property has
// none. Dates are in zone.
func (z *zones) readStamp(p property, text string, zone *time.Location) (stamp, error) {
	text = strings.TrimSpace(text)
	bare, utc := strings.CutSuffix(strings.ToUpper(text), "Z")
	wall, err := time.Parse(stampFormat, bare)
	date := false
	if err != nil && !utc {
		wall, err = time.Parse(dayFormat, bare)
		date = true
	}
	if err != nil {
		return stamp{}, fmt.Errorf("%s is %q; a time such as 20260605T130000Z is expected", p.name, clip(text))
	}
	if wall.Year() < minStampYear || wall.Year() > maxStampYear {
		return stamp{}, fmt.Errorf("%s is %q; a time in the years %d to %d is expected", p.name, clip(text), minStampYear, maxStampYear)
	}
	if utc {
		return stamp{wall, time.UTC, false}, nil
	}
	if name, named := p.parameters["TZID"]; named && !date {
		if name == "" {
			return stamp{}, fmt.Errorf("%s has an empty TZID; the name of a time zone is expected", p.name)
		}
		if zone, err = z.find(name); err != nil {
			return stamp{}, fmt.Errorf("%s is in the time zone %q; %w", p.name, clip(name), err)
		}
	}
	if zone == nil {
		return stamp{}, fmt.Errorf("%s is %q, in the time zone of X-WR-TIMEZONE, which is unknown; a known time zone is expected", p.name, clip(text))
	}
	return stamp{wall, zone, date}, nil
}

// length is a duration: calendar days, then elapsed time.
type length struct {
	days    int
	elapsed time.Duration
}

// after returns the end of a span of this length that starts at s.
func (l length) after(s stamp) time.Time {
	return s.at(s.wall.AddDate(0, 0, l.days)).instant().Add(l.elapsed)
}

const durationExpected = "a duration such as PT1H30M, P1D or P1W is expected"

// maxDuration limits each number of a duration, in its unit.
const maxDuration = 1_000_000

var durationForm = regexp.MustCompile(`^[+]?P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$`)

// readLength parses a non-negative RFC 5545 duration.
func readLength(name, text string) (length, error) {
	parts := durationForm.FindStringSubmatch(strings.ToUpper(text))
	var numbers [5]int
	given := 0
	for i := range numbers {
		if parts == nil || parts[i+1] == "" {
			continue
		}
		n, err := strconv.Atoi(parts[i+1])
		if err != nil || n > maxDuration {
			parts = nil
		}
		numbers[i] = n
		given++
	}
	if parts == nil || given == 0 {
		return length{}, fmt.Errorf("%s is %q; %s", name, clip(text), durationExpected)
	}
	return length{
		days: 7*numbers[0] + numbers[1],
		elapsed: time.Duration(numbers[2])*time.Hour + time.Duration(numbers[3])*time.Minute +
			time.Duration(numbers[4])*time.Second,
	}, nil
}

// period is a value of an RDATE. Its end is zero if the value has none.
type period struct {
	start stamp
	end   time.Time
}

// readPeriods parses the value of an RDATE: times, dates or periods.
func (z *zones) readPeriods(p property, zone *time.Location) ([]period, error) {
	var periods []period
	for text := range strings.SplitSeq(p.value, ",") {
		if strings.TrimSpace(text) == "" {
			continue
		}
		from, to, isPeriod := strings.Cut(text, "/")
		start, err := z.readStamp(p, from, zone)
		if err != nil {
			return nil, err
		}
		one := period{start: start}
		switch {
		case !isPeriod:
		case start.date:
			return nil, fmt.Errorf("%s is %q; a period that begins at a time, such as 20260605T130000Z/PT1H, is expected", p.name, clip(text))
		case strings.HasPrefix(strings.TrimSpace(to), "P"), strings.HasPrefix(strings.TrimSpace(to), "p"):
			lasts, err := readLength(p.name, strings.TrimSpace(to))
			if err != nil {
				return nil, err
			}
			one.end = lasts.after(start)
		default:
			end, err := z.readStamp(p, to, zone)
			if err != nil {
				return nil, err
			}
			one.end = end.instant()
		}
		if isPeriod && !one.end.After(start.instant()) {
			return nil, fmt.Errorf("%s is %q; a period that ends after it begins is expected", p.name, clip(text))
		}
		periods = append(periods, one)
	}
	return periods, nil
}

// readOffset parses +0100, -0330 or +012345.
func readOffset(p property) (int, error) {
	digits := strings.TrimLeft(p.value, "+-")
	n, err := strconv.Atoi(digits)
	if err != nil || (len(digits) != 4 && len(digits) != 6) || len(p.value) != len(digits)+1 {
		return 0, fmt.Errorf("%s is %q; an offset such as +0100 is expected", p.name, clip(p.value))
	}
	if len(digits) == 4 {
		n *= 100
	}
	seconds := n/10000*3600 + n/100%100*60 + n%100
	if seconds > 24*3600 || n/100%100 > 59 || n%100 > 59 {
		return 0, errors.New(p.name + " is too large; an offset of at most a day is expected")
	}
	if p.value[0] == '-' {
		return -seconds, nil
	}
	return seconds, nil
}
