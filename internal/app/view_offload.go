package app

import (
	"context"

	"rehearse/internal/booking"
	"rehearse/internal/store"
)

// offload runs a read of the view, on a standby if one is configured and the caller is staff. Their
// lists are long. Those of students are short, and take less time than to look at a standby.
func offload[T any](ctx context.Context, v View, read func(context.Context, *store.Reader) (T, error)) (T, error) {
	if v.may.Role == booking.RoleStudent {
		return read(ctx, &v.app.store.Reader)
	}
	return store.Offload(ctx, v.app.store, read)
}

// offloadPage is like offload, for a page of a list. more reports whether there are more pages.
func offloadPage[T any](
	ctx context.Context, v View, read func(context.Context, *store.Reader) ([]T, bool, error),
) (items []T, more bool, err error) {
	part, err := offload(ctx, v, func(ctx context.Context, r *store.Reader) (part store.Part[T], err error) {
		part.Items, part.More, err = read(ctx, r)
		return part, err
	})
	return part.Items, part.More, err
}

// hasStandby reports whether a standby is read.
func (v View) hasStandby() bool { return v.app.store.StandbyErr() == nil }

// completed adds to the objects that were found by id those that only a standby has. While a commit
// waits for its synchronous standby, the primary hides what another standby may already list.
func completed[K comparable, T any](
	ctx context.Context, v View, ids []K, found []T, idOf func(T) K, read func(*store.Reader, context.Context, []K) ([]T, error),
) ([]T, error) {
	if len(found) >= len(ids) || !v.hasStandby() {
		return found, nil
	}
	there := make(map[K]bool, len(found))
	for _, one := range found {
		there[idOf(one)] = true
	}
	missing := only(ids, func(id K) bool { return !there[id] })
	more, err := offload(ctx, v, func(ctx context.Context, r *store.Reader) ([]T, error) { return read(r, ctx, missing) })
	return append(found, more...), err
}
