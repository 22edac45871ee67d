package booking

import "time"

// Revision says which revision of a record something is. Each edit makes the
// next one; a change that leaves the record as it was makes none.
type Revision struct {
	Version   int // from 1 on
	UpdatedAt time.Time
}

// FirstRevision is that of a record made at a time.
func FirstRevision(at time.Time) Revision { return Revision{Version: 1, UpdatedAt: at} }

// Next is the revision that an edit at a time makes. The time of an edit is
// never before that of the one before, whatever the clock says.
func (r Revision) Next(at time.Time) Revision {
	if at.Before(r.UpdatedAt) {
		at = r.UpdatedAt
	}
	return Revision{Version: r.Version + 1, UpdatedAt: at}
}

// CheckExpected refuses a change by a caller who has read another version than
// this one; nil expects none.
func (r Revision) CheckExpected(version *int, noun string) Refused {
	if version == nil || *version == r.Version {
		return nil
	}
	return StaleVersion(noun, r.Version)
}
