package graph

import (
	"context"

	"rehearse/graph/loader"
	"rehearse/graph/model"
	"rehearse/internal/app/calendarfeed"
	"rehearse/internal/booking"
)

func (r studentResolver) CalendarFeeds(ctx context.Context, students []*booking.Student) ([][]booking.CalendarFeed, error) {
	return loader.Edge[booking.Student, booking.StudentID, []booking.CalendarFeed, struct{}]{
		Key: studentID, Read: r.app.View(ctx).CalendarFeedsOfStudents,
	}.Of(ctx, responsePath(ctx), students)
}

func (r interviewerResolver) CalendarFeeds(ctx context.Context, interviewers []*booking.Interviewer) ([][]booking.CalendarFeed, error) {
	return loader.Edge[booking.Interviewer, booking.InterviewerID, []booking.CalendarFeed, struct{}]{
		Key: interviewerID, Read: r.app.View(ctx).CalendarFeedsOfInterviewers,
	}.Of(ctx, responsePath(ctx), interviewers)
}

func (r interviewResolver) Ics(ctx context.Context, interviews []*booking.Interview) ([]string, error) {
	read := func(ctx context.Context, ids []booking.InterviewID) (map[booking.InterviewID]string, error) {
		found, err := loader.From(ctx).Interviews.Map(ctx, ids)
		if err != nil {
			return nil, err
		}
		all := make([]booking.Interview, len(ids))
		for n, id := range ids {
			all[n] = *found[id]
		}
		return r.app.View(ctx).CalendarFiles(ctx, all)
	}
	return loader.Edge[booking.Interview, booking.InterviewID, string, struct{}]{
		Key: func(i *booking.Interview) booking.InterviewID { return i.ID }, Read: read,
	}.Of(ctx, responsePath(ctx), interviews)
}

func (r mutationResolver) CreateCalendarFeed(
	ctx context.Context, in calendarfeed.CreateCalendarFeedInput,
) (*model.CreateCalendarFeedPayload, error) {
	created, err := r.app.CreateCalendarFeed(ctx, in)
	refused, err := r.userErrors(ctx, err)
	if created == nil {
		return &model.CreateCalendarFeedPayload{Errors: refused}, err
	}
	return &model.CreateCalendarFeedPayload{Feed: &created.Feed, URL: r.feedURL(ctx, created.Secret), Errors: refused}, err
}

func (r mutationResolver) DeleteCalendarFeed(
	ctx context.Context, in calendarfeed.DeleteCalendarFeedInput,
) (*model.DeleteCalendarFeedPayload, error) {
	feed, err := r.app.DeleteCalendarFeed(ctx, in)
	refused, err := r.userErrors(ctx, err)
	return &model.DeleteCalendarFeedPayload{Feed: feed, Errors: refused}, err
}

// feedURL returns the URL of the feed with the secret, or nil if the secret is not known.
func (r mutationResolver) feedURL(ctx context.Context, secret string) *string {
	if secret == "" {
		return nil
	}
	url := r.publicURL
	if url == "" {
		url = originOf(ctx)
	}
	url += "/calendar/" + secret + ".ics"
	return &url
}

type originKey struct{}

// WithOrigin returns a context with the origin under which the caller reaches the server, such
// as http://127.0.0.1:8080. URLs in responses begin with it if Options.PublicURL is empty. The
// caller chooses it, so no other caller must see it.
func WithOrigin(ctx context.Context, origin string) context.Context {
	return context.WithValue(ctx, originKey{}, origin)
}

func originOf(ctx context.Context) string {
	origin, _ := ctx.Value(originKey{}).(string)
	return origin
}
