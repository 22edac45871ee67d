package booking

// Distinct id types turn swapped arguments into compile errors. All ids are
// positive.
type (
	StudentID      int64
	InterviewerID  int64
	AvailabilityID int64
	SlotID         int64
	InterviewID    int64
	BlockID        int64
	HoldID         int64
	WaiverID       int64
	EventID        int64
	WebhookID      int64
	DeliveryID     int64
	CalendarFeedID int64
	MailID         int64
)
