package booking

import "slices"

// EventKindInfo describes the events of a kind. The schema says what the kind means.
type EventKindInfo struct {
	Kind   EventKind
	Fields []string // the fields that can be among the changes
}

// calendarFields are the effects of a change to a calendar on slots and interviews: their
// numbers and their ids.
var calendarFields = []string{
	"closedSlots", "closedSlotIds", "keptSlots", "keptSlotIds", "openedSlots", "openedSlotIds",
	"conflicts", "conflictIds", "cancelled", "cancelledIds",
}

// EventKinds describes all kinds of events, in the order of the schema.
func EventKinds() []EventKindInfo {
	return []EventKindInfo{
		{InterviewBooked, interviewFields},
		{InterviewRescheduled, interviewFields},
		{InterviewCancelled, interviewFields},
		{InterviewCompleted, interviewFields},
		{InterviewGraded, interviewFields},
		{IntakeUpdated, interviewFields},
		{NoShowMarked, interviewFields},
		{NoShowUndone, interviewFields},
		{InterviewImported, interviewFields},
		{HoldPlaced, holdFields},
		{HoldExtended, holdFields},
		{HoldReleased, holdFields},
		{WaiverGranted, waiverFields},
		{WaiverRevoked, waiverFields},
		{AvailabilityAdded, slices.Concat(availabilityFields, []string{"slots"}, calendarFields)},
		{AvailabilityUpdated, slices.Concat(availabilityFields, calendarFields)},
		{AvailabilityRemoved, slices.Concat([]string{"availabilityId"}, calendarFields)},
		{AvailabilityExtended, slices.Concat([]string{"availabilityId", "publishedUntil", "slots"}, calendarFields)},
		{TimeBlocked, slices.Concat([]string{"block"}, calendarFields)},
		{TimeUnblocked, slices.Concat([]string{"block"}, calendarFields)},
		{SlotWithdrawal, calendarFields},
		{StudentCreated, studentChanges},
		{StudentUpdated, studentChanges},
		{StudentAnonymised, studentChanges},
		{InterviewerCreated, interviewerChanges},
		{InterviewerUpdated, slices.Concat(interviewerChanges, calendarFields)},
		{PolicyUpdated, policyFields},
		{NotificationsUpdated, notificationFields},
		{CalendarFeedCreated, calendarFeedFields},
		{CalendarFeedDeleted, calendarFeedFields},
		{DataImported, []string{"data", "created"}},
		{WebhookCreated, webhookFields},
		{WebhookUpdated, webhookFields},
		{WebhookDeleted, webhookFields},
		{WebhookSecretRotated, webhookFields},
		{WebhookDisabled, webhookFields},
	}
}

// MaxChanges returns the largest number of changes that an event can have.
func MaxChanges() int {
	longest := 0
	for _, kind := range EventKinds() {
		longest = max(longest, len(kind.Fields))
	}
	return longest
}
