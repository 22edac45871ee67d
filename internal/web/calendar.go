package web

import (
	"errors"
	"net/http"
	"strings"
	"time"
)

// A Calendar is the iCalendar file of a calendar feed.
type Calendar struct {
	Text      string
	Hash      [32]byte  // of the text
	ChangedAt time.Time // in whole seconds; rises with each change of the text
}

var (
	// ErrNoCalendar reports that no calendar feed has the secret.
	ErrNoCalendar = errors.New("there is no such calendar")
	// ErrAnswered reports that a limit refused the request, and that the response was written.
	ErrAnswered = errors.New("the request has been answered")
)

// retryCalendar is the Retry-After of a calendar that cannot be read, in seconds.
const retryCalendar = "60"

// calendar serves the file of a calendar feed, or 304 if the client has it. The path contains
// the secret of the feed, so it must never be logged. A path that no feed has, of whatever
// form, is looked up like any other, so that neither the response nor its time reveals
// anything about secrets.
func (s *Site) calendar(of School) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		file, err := of.Calendar(w, r, secretOf(r))
		if errors.Is(err, ErrAnswered) {
			return
		}
		h := w.Header()
		h.Set("Cache-Control", "private, no-cache")
		h.Set("X-Robots-Tag", "noindex")
		switch {
		case errors.Is(err, ErrNoCalendar):
			http.NotFound(w, r)
		case err != nil:
			s.options.Log.ErrorContext(r.Context(), "cannot read a calendar feed", "error", err)
			h.Set("Retry-After", retryCalendar)
			text(w, http.StatusServiceUnavailable, "the calendar cannot be read at the moment; try again")
		default:
			h.Set("Content-Type", "text/calendar; charset=utf-8")
			h.Set("Content-Disposition", `inline; filename="interviews.ics"`)
			h.Set("ETag", weakTag(file.Hash))
			http.ServeContent(w, r, "", file.ChangedAt, strings.NewReader(file.Text))
		}
	}
}

// secretOf returns the secret in the path, or an empty text, which is no secret, for a path
// that cannot be that of a feed.
func secretOf(r *http.Request) string {
	secret, is := strings.CutSuffix(r.PathValue("file"), ".ics")
	if !is {
		return ""
	}
	return secret
}
