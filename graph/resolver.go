// Package graph executes GraphQL. A resolver decodes its arguments, calls one method of app
// or reads through the app.View of the caller, and shapes the response. The package
// contains no rules, no SQL and no HTTP; package gqlhttp serves it.
package graph

import (
	"errors"

	"rehearse/graph/generated"
	"rehearse/internal/app"
	"rehearse/internal/booking"
)

// Resolver is the root of all resolvers.
type Resolver struct {
	app       *app.App
	observer  Observer
	publicURL string // without a final slash; empty for the origin of the request
}

var _ generated.ResolverRoot = (*Resolver)(nil)

type (
	queryResolver        struct{ *Resolver }
	mutationResolver     struct{ *Resolver }
	subscriptionResolver struct{ *Resolver }
	slotResolver         struct{ *Resolver }
	studentResolver      struct{ *Resolver }
	interviewResolver    struct{ *Resolver }
	interviewerResolver  struct{ *Resolver }
	availabilityResolver struct{ *Resolver }
	holdResolver         struct{ *Resolver }
	waiverResolver       struct{ *Resolver }
	eventResolver        struct{ *Resolver }
	eventBatchResolver   struct{ *Resolver }
	actorResolver        struct{ *Resolver }
	refusalResolver      struct{ *Resolver }
	skippedSlotResolver  struct{ *Resolver }
	slotTakenResolver    struct{ *Resolver }
	slotChangeResolver   struct{ *Resolver }
	conflictResolver     struct{ *Resolver }
	webhookResolver      struct{ *Resolver }
	slotsChangedResolver struct{ *Resolver }

	interviewStatisticsResolver   struct{ *Resolver }
	interviewerStatisticsResolver struct{ *Resolver }

	bookingPolicyResolver      struct{ *Resolver }
	eligibilityResolver        struct{ *Resolver }
	availableSlotsResolver     struct{ *Resolver }
	alreadyInterviewedResolver struct{ *Resolver }
	ownOverlapResolver         struct{ *Resolver }
	alreadyHoldingResolver     struct{ *Resolver }
)

func (r *Resolver) Query() generated.QueryResolver                   { return queryResolver{r} }
func (r *Resolver) Mutation() generated.MutationResolver             { return mutationResolver{r} }
func (r *Resolver) Subscription() generated.SubscriptionResolver     { return subscriptionResolver{r} }
func (r *Resolver) SlotsChanged() generated.SlotsChangedResolver     { return slotsChangedResolver{r} }
func (r *Resolver) Slot() generated.SlotResolver                     { return slotResolver{r} }
func (r *Resolver) Student() generated.StudentResolver               { return studentResolver{r} }
func (r *Resolver) Interview() generated.InterviewResolver           { return interviewResolver{r} }
func (r *Resolver) Interviewer() generated.InterviewerResolver       { return interviewerResolver{r} }
func (r *Resolver) Hold() generated.HoldResolver                     { return holdResolver{r} }
func (r *Resolver) Waiver() generated.WaiverResolver                 { return waiverResolver{r} }
func (r *Resolver) Event() generated.EventResolver                   { return eventResolver{r} }
func (r *Resolver) EventBatch() generated.EventBatchResolver         { return eventBatchResolver{r} }
func (r *Resolver) Actor() generated.ActorResolver                   { return actorResolver{r} }
func (r *Resolver) Webhook() generated.WebhookResolver               { return webhookResolver{r} }
func (r *Resolver) BookingRefusal() generated.BookingRefusalResolver { return refusalResolver{r} }
func (r *Resolver) BookingPolicy() generated.BookingPolicyResolver   { return bookingPolicyResolver{r} }
func (r *Resolver) Availability() generated.AvailabilityResolver {
	return availabilityResolver{r}
}
func (r *Resolver) SkippedSlot() generated.SkippedSlotResolver { return skippedSlotResolver{r} }
func (r *Resolver) SlotChange() generated.SlotChangeResolver   { return slotChangeResolver{r} }
func (r *Resolver) SlotTaken() generated.SlotTakenResolver     { return slotTakenResolver{r} }
func (r *Resolver) AvailabilityConflict() generated.AvailabilityConflictResolver {
	return conflictResolver{r}
}

func (r *Resolver) InterviewStatistics() generated.InterviewStatisticsResolver {
	return interviewStatisticsResolver{r}
}

func (r *Resolver) InterviewerStatistics() generated.InterviewerStatisticsResolver {
	return interviewerStatisticsResolver{r}
}

func (r *Resolver) Eligibility() generated.EligibilityResolver { return eligibilityResolver{r} }
func (r *Resolver) AvailableSlotConnection() generated.AvailableSlotConnectionResolver {
	return availableSlotsResolver{r}
}
func (r *Resolver) AlreadyInterviewed() generated.AlreadyInterviewedResolver {
	return alreadyInterviewedResolver{r}
}
func (r *Resolver) OwnOverlap() generated.OwnOverlapResolver { return ownOverlapResolver{r} }
func (r *Resolver) AlreadyHolding() generated.AlreadyHoldingResolver {
	return alreadyHoldingResolver{r}
}

// nullable returns nil for an object that does not exist.
func nullable[T any](found T, err error) (*T, error) {
	var refused booking.Refused
	if errors.As(err, &refused) && refused.Has(booking.NotFound) {
		return nil, nil //nolint:nilnil // the field is null
	}
	if err != nil {
		return nil, err
	}
	return &found, nil
}

// orZero returns the filter. For nil it returns the zero filter, which matches everything.
func orZero[T any](filter *T) T {
	if filter == nil {
		var none T
		return none
	}
	return *filter
}
