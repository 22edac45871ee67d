package web

import (
	"errors"
	"html/template"
	"net/http"
)

// ErrNoSubscription reports that a link to unsubscribe is not one that this server has made.
var ErrNoSubscription = errors.New("there is no such subscription")

// unsubscribePage asks for a confirmation, or reports that the notifications are turned off. The
// confirmation is needed, because programs that check e-mails follow their links. The button
// sends what an e-mail program sends for List-Unsubscribe-Post (RFC 8058).
var unsubscribePage = template.Must(template.New("unsubscribe").Parse(`<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Unsubscribe</title>
{{if .Done -}}
<p>You no longer get {{.Noun}}. If you change your mind, ask your school to turn them on again.</p>
{{- else -}}
<form method="post">
<p>Do you want to stop getting {{.Noun}}?</p>
<button name="List-Unsubscribe" value="One-Click">Unsubscribe</button>
</form>
{{- end}}
</html>
`))

// unsubscribe shows a page for a GET request and turns off the notifications for a POST
// request. The token in the path is the permission, so no other protection against requests
// from other sites is needed. The path must never be logged.
func (s *Site) unsubscribe(of School) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		noun, err := of.Unsubscribe(w, r, r.PathValue("token"))
		if errors.Is(err, ErrAnswered) {
			return
		}
		h := w.Header()
		h.Set("Cache-Control", "no-store")
		h.Set("X-Robots-Tag", "noindex")
		switch {
		case errors.Is(err, ErrNoSubscription):
			http.NotFound(w, r)
		case err != nil:
			s.options.Log.ErrorContext(r.Context(), "cannot unsubscribe", "error", err)
			h.Set("Retry-After", retryCalendar)
			text(w, http.StatusServiceUnavailable, "the server cannot do this at the moment; try again")
		default:
			h.Set("Content-Type", "text/html; charset=utf-8")
			_ = unsubscribePage.Execute(w, map[string]any{"Noun": noun, "Done": r.Method == http.MethodPost}) // the client may be gone
		}
	}
}
