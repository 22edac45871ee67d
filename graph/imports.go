package graph

import (
	"context"
	"strings"

	"rehearse/graph/model"
	"rehearse/graph/scalar"
	"rehearse/internal/app/transfer"
	"rehearse/internal/booking"
)

// withLimits returns the options of an import through the API.
func withLimits(ctx context.Context, o transfer.ImportOptions) transfer.ImportOptions {
	o.MaxRows, o.MaxSlots, o.Zone = MaxImportRows, MaxImportSlots, scalar.Zone(ctx)
	return o
}

// importPayload returns the payload that all imports share.
func (r mutationResolver) importPayload(ctx context.Context, imported *transfer.Imported, err error) (*model.ImportStudentsPayload, error) {
	if err == nil {
		err = imported.Refused.Err()
	}
	payload := &model.ImportStudentsPayload{Rows: []transfer.ImportRow{}}
	if imported != nil {
		payload.Rows = imported.Rows
		payload.Created = imported.Count(transfer.RowCreated) + imported.Count(transfer.RowExempted)
		payload.Unchanged = imported.Count(transfer.RowUnchanged)
		payload.Failed = imported.Count(transfer.RowFailed)
	}
	payload.Errors, err = r.userErrors(ctx, err)
	return payload, err
}

func (r mutationResolver) ImportStudents(ctx context.Context, in model.ImportStudentsInput) (*model.ImportStudentsPayload, error) {
	imported, err := r.app.ImportStudents(ctx, strings.NewReader(in.CSV), withLimits(ctx, transfer.ImportOptions{
		DryRun: in.DryRun, Partial: in.Partial,
		Keyed: transfer.Keyed{Key: in.IdempotencyKey, Input: transfer.KeyedTable{Mutation: "importStudents", CSV: in.CSV, Partial: in.Partial}},
	}))
	return r.importPayload(ctx, imported, err)
}

func (r mutationResolver) ImportInterviewers(
	ctx context.Context, in model.ImportInterviewersInput,
) (*model.ImportInterviewersPayload, error) {
	imported, err := r.app.ImportInterviewers(ctx, strings.NewReader(in.CSV), withLimits(ctx, transfer.ImportOptions{
		DryRun: in.DryRun, Partial: in.Partial,
		Keyed: transfer.Keyed{Key: in.IdempotencyKey, Input: transfer.KeyedTable{Mutation: "importInterviewers", CSV: in.CSV, Partial: in.Partial}},
	}))
	payload, err := r.importPayload(ctx, imported, err)
	return (*model.ImportInterviewersPayload)(payload), err
}

func (r mutationResolver) ImportAvailability(
	ctx context.Context, in model.ImportAvailabilityInput,
) (*model.ImportAvailabilityPayload, error) {
	imported, err := r.importAvailability(ctx, in)
	payload, err := r.importPayload(ctx, imported, err)
	return (*model.ImportAvailabilityPayload)(payload), err
}

func (r mutationResolver) importAvailability(ctx context.Context, in model.ImportAvailabilityInput) (*transfer.Imported, error) {
	o := withLimits(ctx, transfer.ImportOptions{
		DryRun: in.DryRun, Partial: in.Partial,
		Keyed: transfer.Keyed{Key: in.IdempotencyKey, Input: transfer.KeyedAvailability{
			CSV: in.CSV, ICal: in.Ical, InterviewerID: (*booking.InterviewerID)(in.InterviewerID), WholeDayEvents: string(in.WholeDayEvents),
			SlotMinutes: in.SlotMinutes, Partial: in.Partial, Key: in.IdempotencyKey,
		}},
	})
	switch {
	case (in.CSV == nil) == (in.Ical == nil):
		return nil, booking.Refuse(booking.InvalidInput, "csv", "csv and ical are both set, or neither is; exactly one is required.")
	case in.CSV != nil && in.InterviewerID != nil:
		return nil, booking.Refuse(booking.InvalidInput, "interviewerId", "interviewerId is set with csv; it is allowed only with ical.")
	case in.CSV != nil:
		return r.app.ImportAvailability(ctx, strings.NewReader(*in.CSV), o)
	case in.InterviewerID == nil:
		return nil, booking.Refuse(booking.InvalidInput, "interviewerId", "interviewerId is missing; it is required with ical.")
	}
	return r.app.ImportCalendar(ctx, transfer.CalendarInput{
		InterviewerID: booking.InterviewerID(*in.InterviewerID), ICal: []byte(*in.Ical), SlotMinutes: in.SlotMinutes,
		BlockWholeDays: in.WholeDayEvents == model.WholeDayEventsBlock,
	}, o)
}

func (r mutationResolver) ImportInterviews(
	ctx context.Context, in model.ImportInterviewsInput,
) (*model.ImportInterviewsPayload, error) {
	imported, err := r.app.ImportInterviews(ctx, strings.NewReader(in.CSV), withLimits(ctx, transfer.ImportOptions{
		DryRun: in.DryRun, Partial: in.Partial, Exempt: in.Exempt,
		Keyed: transfer.Keyed{Key: in.IdempotencyKey, Input: transfer.KeyedTable{
			Mutation: "importInterviews", CSV: in.CSV, Partial: in.Partial, Exempt: &in.Exempt,
		}},
	}))
	payload, err := r.importPayload(ctx, imported, err)
	return (*model.ImportInterviewsPayload)(payload), err
}
