package graph

import (
	"context"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"rehearse/graph/loader"
	"rehearse/graph/page"
	"rehearse/internal/app"
	"rehearse/internal/booking"
	"rehearse/internal/budget"
	"rehearse/internal/calendar"
	"rehearse/internal/live"
	"rehearse/internal/store"
)

func (r subscriptionResolver) SlotsChanged(
	ctx context.Context, studentID int64, start, end time.Time, interviewerIDs []int64, tags []string, after, before *string,
) (<-chan *live.SlotsChanged, error) {
	asked, err := page.Available.Asked(page.Args{After: after, Before: before}, nil)
	if err != nil {
		return nil, err
	}
	search := store.SlotSearch{In: calendar.Span{Start: start, End: end}, Tags: tags}
	for _, id := range interviewerIDs {
		search.InterviewerIDs = append(search.InterviewerIDs, booking.InterviewerID(id))
	}
	watch, err := r.app.WatchSlots(ctx, booking.StudentID(studentID), search, asked)
	return flow(ctx, watch, err, Pace.Afford)
}

func (slotsChangedResolver) Opened(_ context.Context, changed *live.SlotsChanged) ([]booking.SlotView, error) {
	return booking.Views(changed.Opened), nil
}

func (slotsChangedResolver) OpenedEdges(_ context.Context, changed *live.SlotsChanged) ([]page.SlotEdge, error) {
	return page.Available.Edges(booking.Views(changed.Opened)), nil
}

func (r subscriptionResolver) InterviewChanged(
	ctx context.Context, studentID, interviewerID *int64,
) (<-chan *booking.Interview, error) {
	watch, err := r.app.WatchInterviews(ctx, (*booking.StudentID)(studentID), (*booking.InterviewerID)(interviewerID))
	return flow(ctx, watch, err, func(Pace, context.Context, *booking.Interview) bool { return true }) // paid by Begin
}

func (r subscriptionResolver) EventAdded(ctx context.Context, after *int64, filter *store.EventFilter) (<-chan *booking.Event, error) {
	f := orZero(filter)
	if err := inOrder(f.Start, f.End); err != nil {
		return nil, err
	}
	watch, err := r.app.WatchEvents(ctx, (*booking.EventID)(after), f)
	return flow(ctx, watch, err, func(Pace, context.Context, *booking.Event) bool { return true }) // paid by Begin
}

// flow sends the events of a watch to a channel, which closes when the watch ends. afford
// pays for the contents of an event.
func flow[T any](ctx context.Context, watch live.Watch[T], err error, afford func(Pace, context.Context, *T) bool) (<-chan *T, error) {
	if err != nil {
		return nil, err
	}
	out, paced := make(chan *T), paceOf(ctx)
	go func() {
		defer close(out)
		defer paced.Done()
		err := watch(paced, func(ctx context.Context, what T) {
			if !afford(paced, ctx, &what) {
				return
			}
			select {
			case out <- &what:
			case <-ctx.Done():
			}
		})
		if err != nil {
			endingOf(ctx).err = err
		}
	}()
	return out, nil
}

// Pace decides when the events of a subscription execute, and limits the resources of each.
type Pace interface {
	live.Pace
	// Ask reports that the client is waiting for the next event.
	Ask()
	// Afford pays for an event with its slots. If that is too expensive, it replaces the
	// event by one without slots, which tells the client to refetch the list. It returns
	// false if ctx is done.
	Afford(ctx context.Context, changed *live.SlotsChanged) bool
	// OpenBudget opens the budget of an event and returns the context in which to build it.
	OpenBudget(ctx context.Context) (context.Context, *budget.Budget)
	// Done ends an event. It is idempotent.
	Done()
}

type paceKey struct{}

// WithPace returns a context whose subscriptions follow the pace. Subscriptions require
// one.
func WithPace(ctx context.Context, p Pace) context.Context {
	return context.WithValue(ctx, paceKey{}, p)
}

// paceOf returns the pace of a subscription, or nil for other operations.
func paceOf(ctx context.Context) Pace {
	p, _ := ctx.Value(paceKey{}).(Pace)
	return p
}

// Ending reports why the source stream of a subscription has ended.
type Ending struct{ err error }

type endingKey struct{}

// WithEnding returns a context whose subscription reports its end to the returned Ending.
func WithEnding(ctx context.Context) (context.Context, *Ending) {
	e := &Ending{}
	return context.WithValue(ctx, endingKey{}, e), e
}

func endingOf(ctx context.Context) *Ending {
	e, _ := ctx.Value(endingKey{}).(*Ending)
	return e
}

// Err returns why the source stream has ended, or nil if the client ended it. It must be
// called after the last response was read.
func (e *Ending) Err() error { return e.err }

// perEvent gives each event of a subscription its own loaders and budget. It also restores
// the field context of the subscribed field, which gqlgen does not pass on.
func perEvent(school *app.App, timeout time.Duration) graphql.ResponseMiddleware {
	return func(ctx context.Context, next graphql.ResponseHandler) *graphql.Response {
		o := graphql.GetOperationContext(ctx)
		if o.Operation == nil || o.Operation.Operation != ast.Subscription {
			return next(ctx)
		}
		fields := graphql.CollectFields(o, o.Operation.SelectionSet, []string{"Subscription"})
		if len(fields) != 1 { // the operation is refused
			return next(ctx)
		}
		ctx = graphql.WithFieldContext(ctx, &graphql.FieldContext{Object: "Subscription", Field: fields[0]})
		p := paceOf(ctx)
		if p == nil { // the operation is refused
			return next(ctx)
		}
		ctx, b := p.OpenBudget(ctx)
		defer b.Close()
		p.Ask()
		defer p.Done()
		return next(loader.WithSet(ctx, loader.New(school.View(ctx), timeout)))
	}
}
