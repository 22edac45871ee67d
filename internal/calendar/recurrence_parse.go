package calendar

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// maxInterval limits INTERVAL and COUNT so that sums do not overflow.
const maxInterval = 1_000_000

// maxRuleLength limits a rule's length in bytes. A rule that lists every day of a
// year, from the front and from the back, has about 3,000.
const maxRuleLength = 10_000

// ParseRecurrence parses the value of an RRULE or EXRULE (RFC 5545). An unknown
// part is an error, because ignoring it would change the rule's meaning.
func ParseRecurrence(text string) (Recurrence, error) {
	r := Recurrence{Interval: 1, WeekStart: time.Monday}
	if len(text) > maxRuleLength {
		return r, fmt.Errorf("it has %d bytes; at most %d are allowed", len(text), maxRuleLength)
	}
	seen := map[string]bool{}
	for part := range strings.SplitSeq(text, ";") {
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		name, value, found := strings.Cut(part, "=")
		name, value = strings.ToUpper(strings.TrimSpace(name)), strings.ToUpper(strings.TrimSpace(value))
		if !found || value == "" {
			return r, fmt.Errorf("%.80q is not a part of a recurrence rule; a part such as FREQ=WEEKLY is expected", part)
		}
		if seen[name] {
			return r, fmt.Errorf("%.80s occurs twice; it is allowed once", name)
		}
		seen[name] = true
		if err := r.set(name, value); err != nil {
			return r, err
		}
	}
	return r, r.check()
}

// numbers describes the parts that are lists of numbers. If negative is set,
// negative numbers count from the end.
var numbers = map[string]struct {
	least, most int
	negative    bool
	list        func(*Recurrence) *[]int
}{
	"BYMONTH":    {1, 12, false, func(r *Recurrence) *[]int { return &r.Months }},
	"BYWEEKNO":   {1, 53, true, func(r *Recurrence) *[]int { return &r.WeekNumbers }},
	"BYYEARDAY":  {1, 366, true, func(r *Recurrence) *[]int { return &r.YearDays }},
	"BYMONTHDAY": {1, 31, true, func(r *Recurrence) *[]int { return &r.MonthDays }},
	"BYHOUR":     {0, 23, false, func(r *Recurrence) *[]int { return &r.Hours }},
	"BYMINUTE":   {0, 59, false, func(r *Recurrence) *[]int { return &r.Minutes }},
	"BYSECOND":   {0, 59, false, func(r *Recurrence) *[]int { return &r.Seconds }},
	"BYSETPOS":   {1, 366, true, func(r *Recurrence) *[]int { return &r.Positions }},
}

func (r *Recurrence) set(name, value string) (err error) {
	if part, is := numbers[name]; is {
		list := part.list(r)
		*list, err = numberList(name, value, part.least, part.most, part.negative)
		return err
	}
	switch name {
	case "FREQ":
		r.Frequency, err = frequency(value)
	case "INTERVAL":
		r.Interval, err = number(name, value, 1, maxInterval)
	case "COUNT":
		r.Count, err = number(name, value, 1, maxInterval)
	case "UNTIL":
		r.Until, err = readUntil(value)
	case "WKST":
		day, known := weekdays[value]
		if r.WeekStart = day; !known {
			err = fmt.Errorf("WKST is %.80q; one of MO, TU, WE, TH, FR, SA, SU is expected", value)
		}
	case "BYDAY", "BYWEEKDAY":
		r.Days, err = readDays(value)
	case "RSCALE":
		if value != "GREGORIAN" {
			err = fmt.Errorf("RSCALE is %.80q; only GREGORIAN is supported", value)
		}
	case "SKIP":
		if value != "OMIT" {
			err = fmt.Errorf("SKIP is %.80q; only OMIT is supported", value)
		}
	default:
		err = fmt.Errorf("the part %.80s is unknown", name)
	}
	return err
}

func frequency(value string) (Frequency, error) {
	names := []string{"", "YEARLY", "MONTHLY", "WEEKLY", "DAILY", "HOURLY", "MINUTELY"}
	if at := slices.Index(names, value); at > 0 {
		return Frequency(at), nil
	}
	return 0, fmt.Errorf("FREQ is %.80q; one of %s is expected", value, strings.Join(names[1:], ", "))
}

func number(name, value string, least, most int) (int, error) {
	n, err := strconv.Atoi(value)
	if err != nil || n < least || n > most {
		return least, fmt.Errorf("%s is %.80q; a number from %d to %d is expected", name, value, least, most)
	}
	return n, nil
}

// numberList parses a list of numbers, sorted and without duplicates.
func numberList(name, value string, least, most int, negative bool) ([]int, error) {
	var list []int
	for text := range strings.SplitSeq(value, ",") {
		n, err := strconv.Atoi(strings.TrimSpace(text))
		size := n
		if negative && n < 0 {
			size = -n
		}
		if err != nil || size < least || size > most {
			allowed := fmt.Sprintf("numbers from %d to %d", least, most)
			if negative {
				allowed += fmt.Sprintf(", or from -%d to -%d", least, most)
			}
			return nil, fmt.Errorf("%s is %.80q; %s are expected", name, value, allowed)
		}
		list = append(list, n)
	}
	slices.Sort(list)
	return slices.Compact(list), nil
}

var weekdays = map[string]time.Weekday{
	"SU": time.Sunday, "MO": time.Monday, "TU": time.Tuesday, "WE": time.Wednesday,
	"TH": time.Thursday, "FR": time.Friday, "SA": time.Saturday,
}

func readDays(value string) ([]NthDay, error) {
	var days []NthDay
	for text := range strings.SplitSeq(value, ",") {
		text = strings.TrimSpace(text)
		nth := text[:max(0, len(text)-2)]
		day, known := weekdays[text[len(nth):]]
		n := 0
		if nth != "" {
			var err error
			n, err = strconv.Atoi(nth)
			known = known && err == nil && n != 0 && n >= -53 && n <= 53
		}
		if !known {
			return nil, fmt.Errorf("BYDAY is %.80q; weekdays such as MO, 2MO or -1FR are expected", value)
		}
		if d := (NthDay{day, n}); !slices.Contains(days, d) {
			days = append(days, d)
		}
	}
	return days, nil
}

func readUntil(value string) (Until, error) {
	bare, utc := strings.CutSuffix(value, "Z")
	if t, err := time.Parse("20060102T150405", bare); err == nil {
		return Until{Time: t, UTC: utc}, nil
	}
	t, err := time.Parse("20060102", value)
	if err != nil {
		return Until{}, fmt.Errorf("UNTIL is %.80q; a date such as 20260605 or a time such as 20260605T130000Z is expected", value)
	}
	return Until{Time: t, Date: true}, nil
}

// check rejects combinations that RFC 5545 does not define.
func (r Recurrence) check() error {
	nth := slices.ContainsFunc(r.Days, func(d NthDay) bool { return d.N != 0 })
	by := len(r.Months) + len(r.WeekNumbers) + len(r.YearDays) + len(r.MonthDays) + len(r.Days) + len(r.Hours) + len(r.Minutes) + len(r.Seconds)
	switch {
	case r.Frequency == 0:
		return errors.New("it has no FREQ; FREQ is required")
	case r.Count > 0 && !r.Until.Time.IsZero():
		return errors.New("it has COUNT and UNTIL; only one of them is allowed")
	case nth && r.Frequency != Monthly && r.Frequency != Yearly:
		return errors.New("BYDAY has a number, which is allowed only in MONTHLY and YEARLY rules")
	case nth && len(r.WeekNumbers) > 0:
		return errors.New("BYDAY has a number, which is not allowed with BYWEEKNO")
	case len(r.WeekNumbers) > 0 && r.Frequency != Yearly:
		return errors.New("BYWEEKNO is allowed only in YEARLY rules")
	case len(r.YearDays) > 0 && (r.Frequency == Monthly || r.Frequency == EveryWeek || r.Frequency == Daily):
		return errors.New("BYYEARDAY is not allowed in MONTHLY, WEEKLY and DAILY rules")
	case len(r.MonthDays) > 0 && r.Frequency == EveryWeek:
		return errors.New("BYMONTHDAY is not allowed in WEEKLY rules")
	case len(r.Positions) > 0 && by == 0:
		return errors.New("BYSETPOS requires another BY part")
	case !r.hasADay():
		return errors.New("it has no occurrence: no month in BYMONTH has a day in BYMONTHDAY")
	default:
		return nil
	}
}

// hasADay reports whether any month of the rule contains any of its month days.
func (r Recurrence) hasADay() bool {
	if len(r.Months) == 0 || len(r.MonthDays) == 0 {
		return true
	}
	for _, month := range r.Months {
		length := daysInMonth(time.Date(2024, time.Month(month), 1, 0, 0, 0, 0, time.UTC)) // of a leap year
		if slices.ContainsFunc(r.MonthDays, func(day int) bool { return max(day, -day) <= length }) {
			return true
		}
	}
	return false
}
