package calendar_test

import (
	"os"
	"strings"
	"testing"
	"time"

	"rehearse/internal/calendar"
)

func TestCanonicalZoneNames(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"Europe/Kyiv": "Europe/Kyiv", "Europe/Kiev": "Europe/Kyiv", "Europe/Zaporozhye": "Europe/Kyiv",
		"US/Eastern": "America/New_York", "us/eastern": "America/New_York", "AMERICA/NEW_YORK": "America/New_York",
		"America/Buenos_Aires": "America/Argentina/Buenos_Aires", "Asia/Calcutta": "Asia/Kolkata", "Asia/Saigon": "Asia/Ho_Chi_Minh",
		"UTC": "UTC", "utc": "UTC", "Etc/UTC": "UTC", "Zulu": "UTC", "GMT": "UTC", "Etc/GMT+0": "UTC",
		"Etc/GMT+5": "Etc/GMT+5", "EST": "EST",
		// Zones with a history or country of their own stay distinct.
		"Europe/Oslo": "Europe/Oslo", "Europe/Bratislava": "Europe/Bratislava", "Atlantic/Reykjavik": "Atlantic/Reykjavik",
		"Arctic/Longyearbyen": "Arctic/Longyearbyen", "America/Montreal": "America/Toronto",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			zone, err := calendar.Zone(name)
			if err != nil {
				t.Fatal(err)
			}
			if zone.String() != want {
				t.Errorf("got %s, want %s", zone, want)
			}
		})
	}
}

// TestZoneAliasesKeepTheSameTime tests that Go knows every name in the table, and
// that each keeps the same time as its canonical name.
func TestZoneAliasesKeepTheSameTime(t *testing.T) {
	t.Parallel()
	table, err := os.ReadFile("zonenames.txt")
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for line := range strings.Lines(string(table)) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		names := strings.Fields(line)
		canonical, err := time.LoadLocation(names[0])
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			if low := strings.ToLower(name); seen[low] {
				t.Errorf("%s is in the table twice", name)
			} else {
				seen[low] = true
			}
			zone, err := time.LoadLocation(name)
			if err != nil {
				t.Fatal(err)
			}
			for at := time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC); name != names[0] && at.Year() < 2038; at = at.AddDate(0, 0, 7) {
				_, one := at.In(zone).Zone()
				if _, other := at.In(canonical).Zone(); one != other {
					t.Errorf("%s and %s differ at %s", name, canonical, at)
					break
				}
			}
		}
	}
	if len(seen) < 590 {
		t.Errorf("the table has %d names, want about 600", len(seen))
	}
}

func TestInvalidZoneNames(t *testing.T) {
	t.Parallel()
	for _, name := range []string{
		"", "Local", "local", "localtime", "LocalTime", "posixrules", "Posixrules", "Factory", "factory",
		"right/Europe/Berlin", "Right/UTC", "posix/Europe/Berlin", "POSIX/UTC", "posix", "right",
		"Europe//Berlin", "./Europe/Berlin", "Europe/./Berlin", "Europe/Berlin/", "/Europe/Berlin", "../zoneinfo/UTC", "Europe/../UTC",
		"zone.tab", "tzdata.zi", "leapseconds", "+00version", "CET-1CEST", "+02:00", "Mars/Base", " UTC", "UTC ", "UTC+2", "../etc/passwd",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if zone, err := calendar.Zone(name); err == nil {
				t.Errorf("got %s, want an error", zone)
			}
		})
	}
}
