package websession

import (
	"context"
	"errors"
	"net/http"
	"time"

	"rehearse/internal/app/signin"
	"rehearse/internal/booking"
	"rehearse/internal/identity"
)

const (
	attemptCookie = "rehearse_sign_in"
	// attemptLifetime is how long a person can take to log in at the issuer.
	attemptLifetime = 15 * time.Minute
	homePath        = "/"
)

// reasons are why a person is not signed in, for the page.
var reasons = []struct {
	err    error
	reason string
}{
	{identity.ErrStale, "stale"},
	{identity.ErrRefused, "refused"},
	{identity.ErrUnavailable, "issuer"},
	{identity.ErrInvalid, "invalid"},
	{signin.ErrUnverified, "unverified"},
	{signin.ErrNoRole, "role"},
	{signin.ErrUnknown, "unknown"},
}

func reasonOf(err error) string {
	for _, one := range reasons {
		if errors.Is(err, one.err) {
			return one.reason
		}
	}
	return ""
}

// within runs work within the limits. It reports whether the response has been written. A reason why a
// person is not signed in does not count as a fault of the server.
func (h handler) within(w http.ResponseWriter, r *http.Request, work func(context.Context) error) (done bool, err error) {
	limited := h.limit(w, r, func(ctx context.Context) error {
		if err = work(ctx); reasonOf(err) != "" {
			return nil
		}
		return err
	})
	return errors.Is(limited, h.answered), err
}

// begin sends the browser to the issuer.
func (h handler) begin(w http.ResponseWriter, r *http.Request) {
	var to, secret string
	done, err := h.within(w, r, func(ctx context.Context) (err error) {
		to, secret, err = h.Login.Begin(ctx, r.URL.Query().Has("again"))
		return err
	})
	switch {
	case done:
	case err != nil:
		h.fail(w, r, err)
	default:
		h.setAttempt(w, r, secret, int(attemptLifetime.Seconds()))
		http.Redirect(w, r, to, http.StatusSeeOther)
	}
}

// finish signs in a person who returns from the issuer.
func (h handler) finish(w http.ResponseWriter, r *http.Request) {
	secret, query := only(r, attemptCookie), r.URL.Query()
	var session identity.Session
	done, err := h.within(w, r, func(ctx context.Context) error {
		claimed, err := h.Login.Finish(ctx, query, secret)
		if err == nil {
			session, err = h.People.Find(ctx, claimed)
		}
		return err
	})
	if done {
		return
	}
	if identity.Began(query, secret) { // otherwise, any page could end a login in progress
		h.setAttempt(w, r, "", -1)
	}
	if err != nil {
		h.fail(w, r, err)
		return
	}
	if h.start(w, r, session) {
		http.Redirect(w, r, homePath, http.StatusSeeOther)
	}
}

// fail sends the browser to the page, which says why the person is not signed in.
func (h handler) fail(w http.ResponseWriter, r *http.Request, err error) {
	reason := reasonOf(err)
	if reason == "" {
		reason = "failed"
		h.Log.ErrorContext(r.Context(), "a person cannot be signed in", "error", err)
	} else {
		h.Log.InfoContext(r.Context(), "a person was not signed in", "reason", reason, "error", err)
	}
	w.Header().Set("Cache-Control", "no-store")
	http.Redirect(w, r, homePath+"?sign-in="+reason, http.StatusSeeOther)
}

// setAttempt sets the cookie with the secret of a login. It must be sent when the issuer, another site,
// sends the browser back.
func (h handler) setAttempt(w http.ResponseWriter, r *http.Request, secret string, maxAge int) {
	http.SetCookie(w, &http.Cookie{ //nolint:gosec // as in setCookie
		Name: attemptCookie, Value: secret, Path: loginPath, MaxAge: maxAge,
		HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: h.secure(r),
	})
	w.Header().Set("Cache-Control", "no-store")
}

// requestLink answers the same, whether somebody has the address or not.
func (h handler) requestLink(w http.ResponseWriter, r *http.Request) {
	var request struct{ Email string }
	if !decode(w, r, &request, `{"email": "ada@example.org"}`) {
		return
	}
	done, err := h.within(w, r, func(ctx context.Context) error { return h.People.RequestLink(ctx, request.Email) })
	switch {
	case done:
	case err != nil:
		h.unavailable(w, r, err)
	default:
		w.WriteHeader(http.StatusAccepted)
	}
}

// useLink signs in the person of a link.
func (h handler) useLink(w http.ResponseWriter, r *http.Request) {
	var request struct{ Token string }
	if !decode(w, r, &request, `{"token": "…"}`) {
		return
	}
	var session identity.Session
	var refused booking.Refused
	done, err := h.within(w, r, func(ctx context.Context) (err error) {
		session, err = h.People.UseLink(ctx, request.Token)
		return err
	})
	switch {
	case done:
	case errors.As(err, &refused) && refused.Has(booking.NotFound):
		refuse(w, http.StatusGone, "link", "The link is not valid, is too old, or has been used.")
	case errors.Is(err, signin.ErrUnknown):
		refuse(w, http.StatusForbidden, "unknown", "The school no longer has an account for you.")
	case err != nil:
		h.unavailable(w, r, err)
	case h.start(w, r, session):
		w.WriteHeader(http.StatusNoContent)
	}
}

func (h handler) unavailable(w http.ResponseWriter, r *http.Request, err error) {
	h.Log.ErrorContext(r.Context(), "a person cannot be signed in", "error", err)
	refuse(w, http.StatusServiceUnavailable, "", "The server cannot do this at the moment; try again.")
}
