// Package calendarweb reads calendar feeds for the pages of package web, within the limits of
// package gqlhttp.
package calendarweb

import (
	"context"
	"errors"
	"net/http"

	"rehearse/graph"
	"rehearse/internal/app"
	"rehearse/internal/errorcode"
	"rehearse/internal/gqlhttp"
	"rehearse/internal/web"
)

// Cost is the price of reading a calendar feed, in points: that of a query for about
// as many interviews and slots as a busy interviewer has.
const Cost = 100

// Reader returns the function that reads the calendar feed with a secret, within the limits
// of the server.
func Reader(school *app.App, limits *gqlhttp.Handler) func(http.ResponseWriter, *http.Request, string) (web.Calendar, error) {
	return func(w http.ResponseWriter, r *http.Request, secret string) (web.Calendar, error) {
		var read app.CalendarFile
		err := limits.Within(w, r, gqlhttp.KindCalendar, Cost, func(ctx context.Context) (err error) {
			read, err = school.CalendarFile(ctx, secret)
			return err
		})
		switch {
		case errors.Is(err, gqlhttp.ErrAnswered):
			return web.Calendar{}, web.ErrAnswered
		case err != nil && graph.CodeOf(err) == errorcode.NotFound:
			return web.Calendar{}, web.ErrNoCalendar
		}
		return web.Calendar{Text: read.Text, Hash: read.Hash, ChangedAt: read.ChangedAt}, err
	}
}
