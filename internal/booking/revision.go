package booking

import "time"

// Revision is the version of a record and the time of its last edit. An edit that
// changes nothing does not create a revision.
type Revision struct {
	Version   int // starts at 1
	UpdatedAt time.Time
}

// FirstRevision returns the revision of a record created at the given time.
func FirstRevision(at time.Time) Revision { return Revision{Version: 1, UpdatedAt: at} }

// Next returns the revision after an edit at the given time. UpdatedAt never
// decreases, even if the clock does.
func (r Revision) Next(at time.Time) Revision {
	if at.Before(r.UpdatedAt) {
		at = r.UpdatedAt
	}
	return Revision{Version: r.Version + 1, UpdatedAt: at}
}

// CheckExpected refuses a change if the caller expects another version. A nil
// version matches any.
func (r Revision) CheckExpected(version *int, noun string) Refused {
	if version == nil || *version == r.Version {
		return nil
	}
	return StaleVersion(noun, r.Version)
}
