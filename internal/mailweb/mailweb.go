// Package mailweb does the work of the unsubscribe page of package web: it turns off
// notifications, within the limits of package gqlhttp.
package mailweb

import (
	"context"
	"errors"
	"net/http"

	"rehearse/graph"
	"rehearse/internal/app"
	"rehearse/internal/app/preferences"
	"rehearse/internal/errorcode"
	"rehearse/internal/gqlhttp"
	"rehearse/internal/web"
)

// Cost is the price of a request to unsubscribe, in points: that of a mutation.
const Cost = 10

// Unsubscriber returns the function that reads what a link to unsubscribe is for, and turns it
// off if the request is a POST, within the limits of the server.
func Unsubscriber(school *app.App, limits *gqlhttp.Handler) func(http.ResponseWriter, *http.Request, string) (string, error) {
	return func(w http.ResponseWriter, r *http.Request, token string) (string, error) {
		run := school.Subscription
		if r.Method == http.MethodPost {
			run = school.Unsubscribe
		}
		var found preferences.Subscription
		err := limits.Within(w, r, gqlhttp.KindUnsubscribe, Cost, func(ctx context.Context) (err error) {
			found, err = run(ctx, token)
			return err
		})
		switch {
		case errors.Is(err, gqlhttp.ErrAnswered):
			return "", web.ErrAnswered
		case err != nil && graph.CodeOf(err) == errorcode.NotFound:
			return "", web.ErrNoSubscription
		}
		return found.Noun(), err
	}
}
