package calendar

import (
	_ "embed"
	"fmt"
	"strings"
	"sync"
	"time"
)

//go:embed zonenames.txt
var zoneNames string

// canonicalZones maps every name of the database, in lower case, to the
// canonical one.
var canonicalZones = sync.OnceValue(func() map[string]string {
	canonical := map[string]string{}
	for line := range strings.Lines(zoneNames) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		names := strings.Fields(line)
		for _, name := range names {
			canonical[strings.ToLower(name)] = names[0]
		}
	}
	return canonical
})

// Zone loads an IANA time zone. Its String is the zone's canonical name:
// Europe/Kyiv for Europe/Kiev, America/New_York for US/Eastern, UTC for Etc/UTC,
// whatever the case. Places that keep the same time stay apart: Europe/Bratislava
// is not Europe/Prague. The empty name and "Local", which mean the machine's zone
// to Go, are refused: an answer must not depend on the machine.
func Zone(name string) (*time.Location, error) {
	known := name
	if canonical, found := canonicalZones()[strings.ToLower(name)]; found {
		known = canonical // a name that is newer than the table stays as it is
	}
	zone, err := time.LoadLocation(known)
	if err != nil || name == "" || name == "Local" {
		return nil, fmt.Errorf("%q is not a time zone; an IANA name such as Europe/Berlin or UTC is expected", name)
	}
	return zone, nil
}
