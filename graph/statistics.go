package graph

import (
	"context"
	"fmt"

	"rehearse/graph/loader"
	"rehearse/graph/page"
	"rehearse/internal/booking"
	"rehearse/internal/calendar"
)

func (r queryResolver) InterviewStatistics(
	ctx context.Context, firstMonth, lastMonth calendar.Date, timeZone string, status []booking.InterviewStatus,
) (*booking.InterviewStatistics, error) {
	months, refused := booking.MonthsFrom(firstMonth, lastMonth, timeZone)
	if err := refused.Err(); err != nil {
		return nil, err
	}
	statistics, err := r.app.View(ctx).InterviewStatistics(ctx, months, status)
	if err != nil {
		return nil, err
	}
	return &statistics, nil
}

func (interviewStatisticsResolver) Interviewers(
	_ context.Context, s *booking.InterviewStatistics, first, skip int,
) ([]booking.InterviewerStatistics, error) {
	if most := page.MaxSize("SlotConnection"); first < 1 || first > most {
		return nil, booking.Refuse(booking.InvalidInput, "first", fmt.Sprintf("first is %d; a whole number from 1 to %d is allowed.", first, most))
	}
	if skip < 0 {
		return nil, booking.Refuse(booking.InvalidInput, "skip", fmt.Sprintf("skip is %d; a whole number of at least 0 is allowed.", skip))
	}
	return s.Interviewers(first, skip), nil
}

func (r interviewerStatisticsResolver) Interviewer(ctx context.Context, of []*booking.InterviewerStatistics) ([]*booking.Interviewer, error) {
	return edge(ctx, of, &loader.From(ctx).Interviewers, func(s *booking.InterviewerStatistics) booking.InterviewerID { return s.InterviewerID })
}
