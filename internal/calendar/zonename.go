package calendar

import (
	_ "embed"
	"fmt"
	"path"
	"strings"
	"time"
)

//go:embed zonenames.txt
var zoneNames string

// canonicalZones maps every name of the database, in lower case, to the
// canonical one.
var canonicalZones = func() map[string]string {
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
}()

// Zone loads an IANA time zone. Its String is the zone's canonical name:
// Europe/Kyiv for Europe/Kiev, America/New_York for US/Eastern, UTC for Etc/UTC,
// whatever the case. Places that keep the same time stay apart: Europe/Bratislava
// is not Europe/Prague. Names that mean a file of the machine and no place are
// refused: an answer must not depend on the machine.
func Zone(name string) (*time.Location, error) {
	known := name
	if canonical, found := canonicalZones[strings.ToLower(name)]; found {
		known = canonical // a name that is newer than the table stays as it is
	}
	zone, err := time.LoadLocation(known)
	if err != nil || isFile(known) {
		return nil, fmt.Errorf("%q is not a time zone; an IANA name such as Europe/Berlin or UTC is expected", name)
	}
	return zone, nil
}

// isFile reports whether a name leads to something in a machine's directory of
// zones that is no zone of a place: the machine's own zone, a default or a
// variant with leap seconds. The empty name and "Local" are such names to Go.
func isFile(name string) bool {
	switch lower := strings.ToLower(name); lower {
	case "", "local", "localtime", "posixrules", "factory":
		return true
	default:
		return path.Clean(name) != name || strings.HasPrefix(lower, "right/") || strings.HasPrefix(lower, "posix/")
	}
}
