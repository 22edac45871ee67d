package store

import (
	"context"
	"time"

	"rehearse/internal/booking"
)

type blockRow struct {
	ID            booking.BlockID
	InterviewerID booking.InterviewerID
	StartsAt      time.Time
	EndsAt        time.Time
	Reason        string
	CreatedAt     time.Time
}

func (blockRow) TableName() string { return "blocks" }

func newBlockRow(b booking.Block) blockRow {
	return blockRow{
		ID: b.ID, InterviewerID: b.InterviewerID, StartsAt: b.Start, EndsAt: b.End, Reason: b.Reason, CreatedAt: b.CreatedAt,
	}
}

func (r blockRow) domain() booking.Block {
	return booking.Block{
		ID: r.ID, InterviewerID: r.InterviewerID, Start: r.StartsAt.UTC(), End: r.EndsAt.UTC(), Reason: r.Reason,
		CreatedAt: r.CreatedAt.UTC(),
	}
}

// Block returns the blocked time with the id, or NotFound if it does not exist.
func (r *Reader) Block(ctx context.Context, id booking.BlockID) (booking.Block, error) {
	var found blockRow
	err := r.db.WithContext(ctx).Where("id = ?", id).Take(&found).Error
	return found.domain(), missing(err, "blocked time", "blockId", id)
}

// BlocksOf returns the blocked time of each interviewer, ordered by start.
func (r *Reader) BlocksOf(ctx context.Context, of []booking.InterviewerID) (map[booking.InterviewerID][]booking.Block, error) {
	var rows []blockRow
	err := r.db.WithContext(ctx).Where("interviewer_id = ANY(?)", ids[booking.InterviewerID](of)).
		Order("interviewer_id, starts_at, id").Find(&rows).Error
	found := grouped(of, domains(rows), func(b booking.Block) booking.InterviewerID { return b.InterviewerID })
	return found, fault(err, "read the blocked time of %d interviewers", len(of))
}

// CreateBlocks inserts blocked time and returns it with its ids.
func (tx *Tx) CreateBlocks(ctx context.Context, blocks []booking.Block) ([]booking.Block, error) {
	if len(blocks) == 0 {
		return nil, nil
	}
	rows := make([]blockRow, len(blocks))
	for i, b := range blocks {
		rows[i] = newBlockRow(b)
	}
	err := tx.db.WithContext(ctx).CreateInBatches(&rows, insertBatch).Error
	return domains(rows), fault(err, "block %d times of interviewer %d", len(blocks), blocks[0].InterviewerID)
}

// DeleteBlock deletes blocked time. The interviewer must be locked.
func (tx *Tx) DeleteBlock(ctx context.Context, id booking.BlockID) error {
	err := tx.db.WithContext(ctx).Exec("DELETE FROM blocks WHERE id = ?", id).Error
	return fault(err, "delete blocked time %d", id)
}
