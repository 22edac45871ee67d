package booking

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"rehearse/internal/calendar"
)

// MaxStatisticsMonths is the maximum number of months of statistics.
const MaxStatisticsMonths = 24

// Months are consecutive months in a time zone.
type Months struct {
	First []calendar.Date // the first day of each month
	Zone  *time.Location
}

// MonthsFrom returns the months from that of first to that of last.
func MonthsFrom(first, last calendar.Date, zone string) (Months, Refused) {
	location, err := calendar.Zone(zone)
	if err != nil {
		return Months{}, badZone(zone)
	}
	count := 12*(last.Year-first.Year) + int(last.Month) - int(first.Month) + 1
	switch {
	case count < 1:
		return Months{}, Refuse(InvalidRange, "lastMonth", "lastMonth is before firstMonth.")
	case count > MaxStatisticsMonths:
		return Months{}, Refuse(InvalidRange, "lastMonth", fmt.Sprintf("The range has %d months; at most %d are allowed.", count, MaxStatisticsMonths))
	}
	m := Months{Zone: location}
	for n := range count {
		m.First = append(m.First, calendar.DateOf(time.Date(first.Year, first.Month+time.Month(n), 1, 0, 0, 0, 0, time.UTC)))
	}
	return m, nil
}

// Bounds returns the beginning of each month, and the end of the last one.
func (m Months) Bounds() []time.Time {
	bounds := make([]time.Time, 0, len(m.First)+1)
	for _, first := range m.First {
		bounds = append(bounds, first.Begin(m.Zone))
	}
	last := m.First[len(m.First)-1]
	after := time.Date(last.Year, last.Month+1, 1, 0, 0, 0, 0, time.UTC)
	return append(bounds, calendar.DateOf(after).Begin(m.Zone))
}

// InterviewCount is the number of interviews of an interviewer in a month.
type InterviewCount struct {
	InterviewerID InterviewerID
	Month         int // from 0
	Interviews    int
}

// InterviewStatistics are numbers of interviews by month and interviewer.
type InterviewStatistics struct {
	Months []calendar.Date // the first day of each
	Counts []int           // for each month
	Total  int
	by     []InterviewerStatistics
}

// InterviewerStatistics are the numbers of interviews of one interviewer.
type InterviewerStatistics struct {
	InterviewerID InterviewerID
	Counts        []int // for each month
	Total         int
}

// NewInterviewStatistics returns the statistics of the months. The interviewers with the most
// interviews are the first.
func NewInterviewStatistics(months Months, counts []InterviewCount) InterviewStatistics {
	s := InterviewStatistics{Months: months.First, Counts: make([]int, len(months.First))}
	at := map[InterviewerID]int{}
	for _, c := range counts {
		n, known := at[c.InterviewerID]
		if !known {
			n = len(s.by)
			at[c.InterviewerID] = n
			s.by = append(s.by, InterviewerStatistics{InterviewerID: c.InterviewerID, Counts: make([]int, len(months.First))})
		}
		s.by[n].Counts[c.Month] += c.Interviews
		s.by[n].Total += c.Interviews
		s.Counts[c.Month] += c.Interviews
		s.Total += c.Interviews
	}
	slices.SortFunc(s.by, func(a, b InterviewerStatistics) int {
		return cmp.Or(b.Total-a.Total, cmp.Compare(a.InterviewerID, b.InterviewerID))
	})
	return s
}

// InterviewerCount returns the number of interviewers with interviews.
func (s InterviewStatistics) InterviewerCount() int { return len(s.by) }

// Interviewers returns a part of the interviewers.
func (s InterviewStatistics) Interviewers(first, skip int) []InterviewerStatistics {
	from := min(skip, len(s.by))
	return s.by[from:min(from+first, len(s.by))]
}
