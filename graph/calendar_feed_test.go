package graph_test

// calendarFeed creates a calendar feed and returns its id.
func (s *school) calendarFeed(input in) string {
	s.T.Helper()
	var payload struct {
		Feed   *person
		Errors []refused
	}
	s.Mutate("createCalendarFeed", "feed { id }", input, &payload)
	s.Accepted(payload.Errors)
	return payload.Feed.ID
}
