package main

import (
	"context"
	"time"

	"github.com/graph-gophers/dataloader/v7"

	"rehearse/bench/peers/usual/generated"
	"rehearse/bench/peers/usual/school"
)

type resolver struct{ school school.School }

func (r resolver) Query() generated.QueryResolver { return r }
func (r resolver) Slot() generated.SlotResolver   { return r }

func (r resolver) AvailableSlots(ctx context.Context, student int, start, end time.Time, first *int) (*generated.SlotConnection, error) {
	slots, err := r.school.AvailableSlots(ctx, student, start, end, *first)
	return &generated.SlotConnection{Nodes: slots}, err
}

// Interviewer returns the interviewer of a slot, and reads them unless they were preloaded.
func (r resolver) Interviewer(ctx context.Context, slot *school.Slot) (*school.Interviewer, error) {
	if slot.Interviewer != nil {
		return slot.Interviewer, nil
	}
	loader := ctx.Value(loaderKey{}).(*dataloader.Loader[int, *school.Interviewer])
	return loader.Load(ctx, slot.InterviewerID)()
}
