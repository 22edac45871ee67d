package store

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"rehearse/internal/booking"
)

// MigrateTags exports migrateTags to test the migration of existing rows.
var MigrateTags = migrateTags

// The predicates that the schema repeats, exported to compare them with it.
var (
	NotWithdrawn       = notWithdrawn("")
	KeepsSlot          = keepsSlot("")
	TakesPlace         = takesPlace
	CountsAgainstLimit = countsAgainstLimit("")
	IsNoShow           = isNoShow("")
	OpenSlotsPredicate = openSlotsPredicate
)

// HasSlotRule reports whether slotRules contains the rule.
func HasSlotRule(code booking.RefusalCode) bool { return slotRules[code].excludes != nil }

// HasStudentRule reports whether studentRules contains the rule.
func HasStudentRule(code booking.RefusalCode) bool { return studentRules[code] != "" }

// A test may hold a run for as long as others take to wait for it.
func init() { sequenceTimeout = time.Minute }

// Queue queues a statement, which is sent with the next one.
func (tx *Tx) Queue(text string) { tx.state.queue(text) }

// MigrateTo applies the migrations up to a version, as an older program does.
func (s *Store) MigrateTo(ctx context.Context, version int64) error {
	provider, err := s.provider()
	if err != nil {
		return err
	}
	_, err = provider.UpTo(ctx, version)
	return err
}

// ConnConfigs returns the configurations of the connections that the store makes.
func (s *Store) ConnConfigs() map[string]*pgx.ConnConfig {
	return map[string]*pgx.ConnConfig{"the pool": s.config, "notifications": s.listening}
}

// Renew makes the store read again what it has in memory.
func (s *Store) Renew() { s.mirror.Renew() }

// Away returns why requests are refused, or nil.
func (s *Store) Away() error { return s.watch.Err() }

// CheckReady is Ready without its memory.
func (s *Store) CheckReady(ctx context.Context) error { return s.checkReady(ctx) }

// Prepared returns the number of statements that pgx has prepared on a connection.
func (s *Store) Prepared(ctx context.Context) (n int, err error) {
	err = s.pool.QueryRowContext(ctx, "SELECT count(*) FROM pg_prepared_statements").Scan(&n)
	return n, err
}

// Ask returns the text that a query returns.
func (r *Reader) Ask(ctx context.Context, query string) (text string, err error) {
	return text, r.db.WithContext(ctx).Raw(query).Scan(&text).Error
}

// OffloadAtOnce is like Offload, but does not wait until the standby has replayed anything.
func OffloadAtOnce[T any](ctx context.Context, s *Store, read func(context.Context, *Reader) (T, error)) (T, error) {
	var none T
	primary, err := s.standby.position(ctx)
	if err != nil {
		return none, err
	}
	primary.lsn = 0
	t, err := beginRead(ctx, s.standby.host().pool, standbyLimit, primary)
	if err != nil {
		return none, err
	}
	defer t.end(ctx)
	standby := s.readerIn(ctx, t)
	return read(ctx, &standby)
}

// AfterPromotion returns the error with which the standby is refused if the primary is on the next
// timeline.
func (s *Store) AfterPromotion(ctx context.Context) error {
	primary, err := s.standby.position(ctx)
	if err != nil {
		return err
	}
	primary.timeline++
	_, err = beginRead(ctx, s.standby.host().pool, standbyLimit, primary)
	return err
}
