package interchange_test

import "testing"

// TestThisAndFuture tests that RANGE=THISANDFUTURE moves an occurrence and all
// later ones by the same amount.
func TestThisAndFuture(t *testing.T) {
	t.Parallel()
	const (
		evenings = "UID:a\nDTSTART;TZID=America/New_York:20260608T200000\nDTEND;TZID=America/New_York:20260608T210000\nRRULE:FREQ=DAILY;COUNT=4"
		from     = "UID:a\nRECURRENCE-ID;RANGE=THISANDFUTURE;TZID=America/New_York:20260609T200000\n"
		earlier  = from + "DTSTART;TZID=America/New_York:20260609T150000\nDURATION:PT2H"
		first    = "0609T0000-0100" // the first occurrence of evenings, in UTC
	)
	for _, row := range []struct {
		name   string
		events []string
		want   []string // entries that start with a line number are prefixes
	}{
		{"earlier and longer", []string{evenings, earlier}, []string{first, "0609T1900-2100", "0610T1900-2100", "0611T1900-2100"}},
		{"before its series, with a date, in lower case", []string{"UID:a\nRECURRENCE-ID;RANGE=thisandfuture;VALUE=DATE:20260609\nDTSTART;TZID=America/New_York:20260609T150000\nDURATION:PT2H", evenings},
			[]string{"0609T1900-2100", "0610T1900-2100", "0611T1900-2100", first}},
		{"in another zone", []string{evenings, from + "DTSTART:20260609T120000Z\nDTEND:20260609T130000Z"}, []string{first, "0609T1200-1300", "0610T1200-1300", "0611T1200-1300"}},
		{"exceptions with the times of the series", []string{evenings + "\nEXDATE;TZID=America/New_York:20260610T200000", earlier}, []string{first, "0609T1900-2100", "0611T1900-2100"}},
		{"an occurrence with its own event", []string{evenings, earlier, "UID:a\nRECURRENCE-ID;TZID=America/New_York:20260610T200000\n" + oneHour},
			[]string{first, "0609T1900-2100", "0611T1900-2100", "0602T1000-1100"}},
		{"two changes", []string{evenings, earlier, "UID:a\nRECURRENCE-ID;RANGE=THISANDFUTURE;TZID=America/New_York:20260611T200000\nDTSTART;TZID=America/New_York:20260612T200000\nDURATION:PT30M"},
			[]string{first, "0609T1900-2100", "0610T1900-2100", "0613T0000-0030"}},
		{"the last revision of a change", []string{evenings, earlier, "SEQUENCE:1\n" + from + "DTSTART;TZID=America/New_York:20260609T210000\nDURATION:PT1H"},
			[]string{first, "0610T0100-0200", "0611T0100-0200", "0612T0100-0200"}},
		{"two events for one occurrence with equal SEQUENCE", []string{evenings, earlier, "UID:a\nRECURRENCE-ID;TZID=America/New_York:20260609T200000\nDTSTART;TZID=America/New_York:20260609T150000\nDURATION:PT2H"},
			[]string{"4 FAILED", "11 FAILED Line 11: line 18 has another event"}},
		{"cancelled", []string{evenings, from + "STATUS:CANCELLED"}, []string{first}},
		{"the wall-clock time is kept over a clock change", []string{"UID:a\nDTSTART;TZID=Europe/Berlin:20261023T100000\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=4", "UID:a\nRECURRENCE-ID;RANGE=THISANDFUTURE:20261024T080000Z\nDTSTART;TZID=Europe/Berlin:20261024T120000\nDURATION:PT1H"},
			[]string{"1023T0800-0900", "1024T1000-1100", "1025T1100-1200", "1026T1100-1200"}},
		{"from the past into the future", []string{"UID:a\nDTSTART:20260518T100000Z\nDURATION:PT1H\nRRULE:FREQ=WEEKLY;COUNT=3", "UID:a\nRECURRENCE-ID;RANGE=THISANDFUTURE:20260525T100000Z\nDTSTART:20260606T100000Z\nDURATION:PT1H"},
			[]string{"0606T1000-1100", "0613T1000-1100"}},
		{"from beyond the horizon", []string{"UID:a\nDTSTART:20261101T100000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY;INTERVAL=10;COUNT=5", "UID:a\nRECURRENCE-ID;RANGE=THISANDFUTURE:20261121T100000Z\nDTSTART:20261116T100000Z\nDURATION:PT1H"},
			[]string{"1101T1000-1100", "1111T1000-1100", "1116T1000-1100", "1126T1000-1100"}},
		{"RDATE periods take the new duration", []string{"UID:a\n" + oneHour + "\nRDATE;VALUE=PERIOD:20260603T100000Z/PT3H,20260604T100000Z/PT3H", "UID:a\nRECURRENCE-ID;RANGE=THISANDFUTURE:20260604T100000Z\nDTSTART:20260604T120000Z\nDURATION:PT2H"},
			[]string{"0602T1000-1100", "0603T1000-1300", "0604T1200-1400"}},
		{"without the series", []string{earlier}, []string{"4 FAILED Line 7: RECURRENCE-ID has RANGE=THISANDFUTURE, but the file does not contain the series"}},
		{"an invalid change", []string{evenings, from + "DTSTART:soon"}, []string{"4 FAILED Line 14: the event that replaces this and all later occurrences cannot be read", "11 FAILED Line 15: DTSTART is \"soon\""}},
		{"from times to all-day", []string{evenings, from + "DTSTART;VALUE=DATE:20260609"}, []string{"4 FAILED Line 14: RECURRENCE-ID has RANGE=THISANDFUTURE and changes all-day occurrences to times", "11 FAILED Line 14: RECURRENCE-ID"}},
		{"two years later", []string{evenings, from + "DTSTART:20280609T120000Z\nDURATION:PT1H"}, []string{"4 FAILED Line 14: RECURRENCE-ID has RANGE=THISANDFUTURE and moves the occurrences by more than 366 days", "11 FAILED Line 14: RECURRENCE-ID"}},
		{"THISANDPRIOR", []string{evenings, "UID:a\nRECURRENCE-ID;RANGE=THISANDPRIOR:20260610T000000Z\n" + oneHour}, []string{"4 FAILED Line 14: the event that replaces an occurrence of this one cannot be read: RECURRENCE-ID has RANGE=THISANDPRIOR; THISANDFUTURE", "11 FAILED Line 14: RECURRENCE-ID has RANGE=THISANDPRIOR"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			wantLines(t, readLines(t, ofEvents(row.events...), calendarOptions()), row.want)
		})
	}
}

func TestThisAndFutureOfAllDayEvents(t *testing.T) {
	t.Parallel()
	o := calendarOptions()
	o.BlockWholeDays = true
	wantLines(t, readLines(t, ofEvents("UID:a\nDTSTART;VALUE=DATE:20260603\nRRULE:FREQ=DAILY;COUNT=3", "UID:a\nRECURRENCE-ID;RANGE=THISANDFUTURE;VALUE=DATE:20260604\nDTSTART;VALUE=DATE:20260610"), o),
		[]string{"BLOCK 0603T0000-0604T0000", "BLOCK 0610T0000-0611T0000", "BLOCK 0611T0000-0612T0000"})
}
