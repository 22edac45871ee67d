package booking

import (
	"time"

	"rehearse/internal/calendar"
)

// Block is time that an interviewer has removed from their calendar.
type Block struct {
	ID            BlockID
	InterviewerID InterviewerID
	Start, End    time.Time // UTC
	Reason        string
	CreatedAt     time.Time
}

// Span returns the interval of the block.
func (b Block) Span() calendar.Span { return calendar.Span{Start: b.Start, End: b.End} }

// Told returns the block as an event records it.
func (b Block) Told() any {
	return map[string]any{
		"id": jsonValue(b.ID), "start": jsonValue(b.Start), "end": jsonValue(b.End),
	}
}

// Spans returns the intervals of the blocks.
func Spans(blocks []Block) []calendar.Span {
	spans := make([]calendar.Span, len(blocks))
	for i, b := range blocks {
		spans[i] = b.Span()
	}
	return spans
}

// MaxBlock is the longest block. MaxBlockDates is the maximum number of dates on
// which a block is repeated.
const (
	MaxBlock      = MaxRange
	MaxBlockDates = 366
)

// CheckBlock reports an invalid reason or number of dates of a block.
func CheckBlock(reason string, dates int) Refused {
	refused := checkLength("reason", reason, 1, MaxReason)
	return append(refused, checkCount("dates", dates, MaxBlockDates)...)
}
