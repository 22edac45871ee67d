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
	"rehearse/internal/store"
)

func (r subscriptionResolver) SlotsChanged(
	ctx context.Context, studentID int64, start, end time.Time, interviewerIDs []int64, tags []string, after, before *string,
) (<-chan *app.SlotsChanged, error) {
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

func (slotsChangedResolver) OpenedEdges(_ context.Context, changed *app.SlotsChanged) ([]page.SlotEdge, error) {
	return page.Available.Edges(changed.Opened), nil
}

func (r subscriptionResolver) InterviewChanged(
	ctx context.Context, studentID, interviewerID *int64,
) (<-chan *booking.Interview, error) {
	watch, err := r.app.WatchInterviews(ctx, (*booking.StudentID)(studentID), (*booking.InterviewerID)(interviewerID))
	return flow(ctx, watch, err, func(Pace, context.Context, *booking.Interview) bool { return true }) // Begin has paid
}

// flow runs a watch into a channel, which ends with it. afford pays for what an
// event holds.
func flow[T any](ctx context.Context, watch app.Watch[T], err error, afford func(Pace, context.Context, *T) bool) (<-chan *T, error) {
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

// Pace decides when the events of a subscription are executed, and what each may take.
type Pace interface {
	app.Pace
	// Ask says that the client waits for the next event.
	Ask()
	// Afford pays for an event with the slots that it holds, or for one without, which
	// asks the client to read the list again. It returns false when ctx has ended.
	Afford(ctx context.Context, changed *app.SlotsChanged) bool
	// OpenBudget begins the budget of an event, which is also the context to build it in.
	OpenBudget(ctx context.Context) (context.Context, *budget.Budget)
	// Done ends an event. It may be called again.
	Done()
}

type paceKey struct{}

// WithPace returns a context in which a subscription keeps to the pace. Without one,
// nothing can be subscribed to.
func WithPace(ctx context.Context, p Pace) context.Context {
	return context.WithValue(ctx, paceKey{}, p)
}

// paceOf returns the pace of the subscription's events; nil for another operation.
func paceOf(ctx context.Context) Pace {
	p, _ := ctx.Value(paceKey{}).(Pace)
	return p
}

// Ending tells why the source stream of a subscription has ended.
type Ending struct{ err error }

type endingKey struct{}

// WithEnding returns a context whose subscription reports its end to the Ending.
func WithEnding(ctx context.Context) (context.Context, *Ending) {
	e := &Ending{}
	return context.WithValue(ctx, endingKey{}, e), e
}

func endingOf(ctx context.Context) *Ending {
	e, _ := ctx.Value(endingKey{}).(*Ending)
	return e
}

// Err returns why the source stream has ended, once the last response was read. It
// is nil if the client has ended it.
func (e *Ending) Err() error { return e.err }

// perEvent gives each event of a subscription loaders and a budget of its own, and
// the place in the answer that gqlgen forgets: the field that was subscribed to.
func perEvent(reader *store.Reader, timeout time.Duration) graphql.ResponseMiddleware {
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
		return next(loader.WithSet(ctx, loader.New(reader, timeout)))
	}
}
