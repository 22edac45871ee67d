package availability

import (
	"context"
	"time"

	"rehearse/internal/app/operation"
	"rehearse/internal/booking"
	"rehearse/internal/calendar"
)

// AddAvailabilityInput is the input of AddAvailability: one window, which is cut into
// slots from its start.
type AddAvailabilityInput struct {
	InterviewerID booking.InterviewerID
	Start, End    time.Time
	SlotMinutes   int
	GapMinutes    int
	Tags          []string

	// DryRun reports the result without publishing anything. It is not part of the digest of
	// idempotency keys, so a request can use the key of its dry run.
	DryRun         bool `json:"-"`
	IdempotencyKey *string
}

// AddWeeklyAvailabilityInput is the input of AddWeeklyAvailability: a weekly rule. Its
// slots are published up to the policy's horizon, and ExtendAvailability adds more
// as time passes.
type AddWeeklyAvailabilityInput struct {
	InterviewerID      booking.InterviewerID
	TimeZone           *string // default: the interviewer's
	StartDate          calendar.Date
	EndDate            *calendar.Date
	Weekdays           []time.Weekday
	StartTime, EndTime calendar.LocalTime
	EveryWeeks         int
	SlotMinutes        int
	GapMinutes         int
	Tags               []string

	DryRun         bool `json:"-"` // as in AddAvailabilityInput
	IdempotencyKey *string
}

// Published is the result of publishing an availability.
type Published struct {
	Availability  booking.Availability
	DryRun        bool           // nothing was published, so the ids mean nothing
	Slots         []booking.Slot // published slots, including identical ones that existed before
	Skipped       []booking.SkippedSlot
	UnusedMinutes int // total remainder at the ends of the windows
}

// AddAvailability publishes the slots of a window that do not overlap other slots.
// Adding the same window again changes nothing: slots that were withdrawn from it stay
// withdrawn.
func (s *Calendars) AddAvailability(ctx context.Context, in AddAvailabilityInput) (*Published, error) {
	ctx = operation.WithKey(ctx, "addAvailability", in.IdempotencyKey, in, publishedForm)
	return s.publish(ctx, newAvailability{Availability: booking.Availability{
		InterviewerID: in.InterviewerID, Start: in.Start, End: in.End,
		SlotMinutes: in.SlotMinutes, GapMinutes: in.GapMinutes, Tags: in.Tags,
	}, dryRun: in.DryRun})
}

// AddWeeklyAvailability publishes the slots of a weekly rule. Adding the same rule again
// changes nothing: slots that were withdrawn from it stay withdrawn.
func (s *Calendars) AddWeeklyAvailability(ctx context.Context, in AddWeeklyAvailabilityInput) (*Published, error) {
	ctx = operation.WithKey(ctx, "addWeeklyAvailability", in.IdempotencyKey, in, publishedForm)
	rule := &booking.WeeklyRule{
		StartDate: in.StartDate, EndDate: in.EndDate, Weekdays: in.Weekdays,
		StartTime: in.StartTime, EndTime: in.EndTime, EveryWeeks: in.EveryWeeks,
	}
	booking.Assign(&rule.TimeZone, in.TimeZone)
	return s.publish(ctx, newAvailability{
		Availability: booking.Availability{
			InterviewerID: in.InterviewerID, Weekly: rule,
			SlotMinutes: in.SlotMinutes, GapMinutes: in.GapMinutes, Tags: in.Tags,
		},
		defaultZone: in.TimeZone == nil, dryRun: in.DryRun,
	})
}

// newAvailability is a request to publish an availability.
type newAvailability struct {
	booking.Availability
	defaultZone bool // the rule uses the interviewer's time zone
	dryRun      bool
}

// publish publishes an availability. If it already exists, it keeps its exceptions: a
// repeated request must not offer time that the interviewer has withdrawn since the first
// one.
func (s *Calendars) publish(ctx context.Context, request newAvailability) (*Published, error) {
	if err := operation.AccessOf(ctx).AsInterviewer(request.InterviewerID); err != nil {
		return nil, err
	}
	target := CalendarTarget{InterviewerID: request.InterviewerID, DryRun: request.dryRun}
	return ChangeCalendar(ctx, s.store, s.now, target, func(c *CalendarChange) (*Published, error) {
		if err := c.Lock(ctx); err != nil {
			return nil, err
		}
		wanted, refused := c.checkNew(request)
		if err := refused.Err(); err != nil {
			return nil, err
		}
		existing, until, err := c.existingLike(ctx, wanted)
		if err != nil {
			return nil, err
		}

		wanted.ID = existing.ID // 0 if there is none
		if wanted.Weekly != nil {
			wanted.PublishedUntil = &until
		}
		// Plan before writing, so that an availability whose slots would all be skipped is
		// not stored.
		plan, err := c.plan(ctx, wanted, wanted.Start.Add(-booking.Resolution), until)
		if err != nil {
			return nil, err
		}
		published := len(plan.New) + len(plan.Restored)
		switch refused := plan.Refusal(); {
		case existing.ID != 0 && published == 0:
			return c.write(ctx, existing, plan)
		case existing.ID != 0:
		case len(refused) > 0:
			return nil, refused
		default:
			// The availability is stored even if other ones have published all of its slots,
			// because those may be removed later.
			if existing, err = c.Tx.CreateAvailability(ctx, wanted); err != nil {
				return nil, err
			}
		}
		changes := existing.Changes(booking.Availability{}).Add("slots", nil, published)
		if err := c.AppendEvent(ctx, booking.Event{Kind: booking.AvailabilityAdded, Changes: changes}); err != nil {
			return nil, err
		}
		return c.write(ctx, existing, plan)
	})
}

// existingLike returns the availability that is the same as the wanted one, or a zero one,
// and the time up to which to publish the wanted one.
func (c *CalendarChange) existingLike(ctx context.Context, wanted booking.Availability) (booking.Availability, time.Time, error) {
	until, err := c.horizon(ctx)
	if err != nil {
		return booking.Availability{}, until, err
	}
	like, err := c.Tx.AvailabilitiesLike(ctx, []booking.Availability{wanted})
	existing := like[wanted.AvailabilityKey()]
	if existing.PublishedUntil != nil && existing.PublishedUntil.After(until) {
		until = *existing.PublishedUntil
	}
	return existing, until, err
}

// checkNew returns the requested availability in its normal form, or why the interviewer
// cannot publish it.
func (c *CalendarChange) checkNew(request newAvailability) (booking.Availability, booking.Refused) {
	wanted := request.Availability
	if request.defaultZone {
		rule := *wanted.Weekly
		rule.TimeZone = c.Interviewer.TimeZone
		wanted.Weekly = &rule
	}
	wanted, refused := wanted.Normalise()
	refused = append(refused, c.Interviewer.MayPublish()...)
	if len(refused) == 0 {
		refused = wanted.CheckToCome(c.Now)
	}
	wanted.CreatedAt = c.Now
	return wanted, refused
}

// horizon returns the time up to which rules are published.
func (c *CalendarChange) horizon(ctx context.Context) (time.Time, error) {
	policy, err := c.Tx.Policy(ctx)
	return policy.Horizon(c.Now), err
}

// plan compares the availability's future windows between from and until with the
// calendar.
func (c *CalendarChange) plan(ctx context.Context, a booking.Availability, from, until time.Time) (booking.Plan, error) {
	windows, err := a.Ahead(from, until, c.Now)
	if err != nil || len(windows) == 0 {
		return booking.Plan{}, err
	}
	known, err := c.Tx.Calendar(ctx, a.InterviewerID, a.ID,
		calendar.Span{Start: windows[0].Start, End: windows[len(windows)-1].End})
	return booking.PlanWindows(a, windows, known, c.Now), err
}

// write applies the plan to an availability that exists in the database.
func (c *CalendarChange) write(ctx context.Context, a booking.Availability, plan booking.Plan) (*Published, error) {
	created, err := c.Tx.CreateSlots(ctx, a, plan.New)
	if err != nil {
		return nil, err
	}
	if err := c.Tx.ReassignSlots(ctx, a.ID, plan.Restored); err != nil {
		return nil, err
	}
	if c.Interviewer.Capped() && len(created) > 0 {
		if err := operation.Recount(ctx, c.Tx, c.Interviewer, operation.Always); err != nil {
			return nil, err
		}
	}
	published := newPublished(a, plan)
	published.DryRun = c.DryRun
	published.Slots = booking.ByStart(append(published.Slots, created...))
	return published, nil
}

func newPublished(a booking.Availability, plan booking.Plan) *Published {
	return &Published{
		Availability: a, Slots: plan.Standing, Skipped: plan.Skipped, UnusedMinutes: int(plan.Unused / time.Minute),
	}
}

// ExtendResult holds the number of rules that were extended and of slots that were added.
type ExtendResult struct{ Rules, Slots int }

const extendBatch = 500

// ExtendAvailability publishes every weekly rule up to the horizon. It may run at any
// time, on several servers at once, and may be interrupted: each rule is extended
// exactly once, in its own transaction.
func (s *Calendars) ExtendAvailability(ctx context.Context) (ExtendResult, error) {
	var result ExtendResult
	policy, err := s.store.Policy(ctx)
	if err != nil {
		return result, err
	}
	until := policy.Horizon(s.now())
	for {
		due, err := s.store.DueAvailabilities(ctx, until, extendBatch)
		if err != nil || len(due) == 0 {
			return result, err
		}
		for _, id := range due {
			slots, err := s.extend(ctx, id, until)
			if err != nil {
				return result, err
			}
			result.Rules++
			result.Slots += slots
		}
	}
}

// extend publishes one rule up to until and returns the number of slots it adds.
func (s *Calendars) extend(ctx context.Context, id booking.AvailabilityID, until time.Time) (int, error) {
	known, err := s.store.Availability(ctx, id)
	if err != nil {
		return 0, operation.IgnoreMissing(err)
	}
	target := CalendarTarget{InterviewerID: known.InterviewerID}
	return ChangeCalendar(ctx, s.store, s.now, target, func(c *CalendarChange) (int, error) {
		if err := c.Lock(ctx); err != nil {
			return 0, err
		}
		current, err := c.Tx.Availability(ctx, id)
		if err != nil {
			return 0, operation.IgnoreMissing(err)
		}
		from := *current.PublishedUntil
		if !from.Before(until) {
			return 0, nil // another server has extended it
		}
		plan, err := c.plan(ctx, current, from, until)
		if err != nil {
			return 0, err
		}
		current.PublishedUntil = &until
		if err := c.Tx.ExtendAvailability(ctx, current); err != nil {
			return 0, err
		}
		slots := len(plan.New)
		if _, err = c.write(ctx, current, plan); err != nil || slots == 0 {
			return 0, err
		}
		return slots, c.AppendEvent(ctx, booking.Event{
			Kind: booking.AvailabilityExtended,
			Changes: booking.Changes{}.Add("availabilityId", nil, current.ID).
				Add("publishedUntil", from, until).Add("slots", nil, slots),
		})
	})
}
