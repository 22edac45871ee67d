package store

import (
	"sync"

	"github.com/hashicorp/golang-lru/v2/simplelru"

	"rehearse/internal/booking"
)

// maxKnown is how many interviewers are kept, of about 300 bytes each.
const maxKnown = 10_000

// known keeps interviewers as they were read last, for what is shown of them:
// nearly every list of slots leads to the same few. They are kept only while
// changes are heard of, by the Listener, and are true but for the time that
// takes: this server's own changes are seen at once, another's when its message
// comes, and while a lost connection is not noticed yet, those of listenSilence
// and listenPatience at most. A transaction decides by what it reads itself.
type known struct {
	mu     sync.Mutex
	kept   *simplelru.LRU[booking.InterviewerID, *booking.Interviewer] // nil while nothing is heard
	forgot int                                                         // how often something was
}

// listen begins to keep what is read, or ends it.
func (k *known) listen(hears bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.forgot++
	k.kept = nil
	if hears {
		k.kept, _ = simplelru.NewLRU[booking.InterviewerID, *booking.Interviewer](maxKnown, nil) // the size is right
	}
}

// forget forgets those that have changed; of none is said, all.
func (k *known) forget(changed ...booking.InterviewerID) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.forgot++
	if k.kept == nil {
		return
	}
	for _, id := range changed {
		k.kept.Remove(id)
	}
	if len(changed) == 0 {
		k.kept.Purge()
	}
}

// at is a moment, for keep: what is read after it.
func (k *known) at() int {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.forgot
}

// keep keeps what was read since a moment, unless something has changed since.
func (k *known) keep(at int, read []booking.Interviewer) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.kept == nil || k.forgot != at {
		return
	}
	for _, i := range read {
		k.kept.Add(i.ID, &i)
	}
}

// get answers those of the interviewers that are known. They are everybody's, and
// must not be changed.
func (k *known) get(ids []booking.InterviewerID) map[booking.InterviewerID]*booking.Interviewer {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.kept == nil || k.kept.Len() == 0 {
		return nil
	}
	found := make(map[booking.InterviewerID]*booking.Interviewer, len(ids))
	for _, id := range ids {
		if one, ok := k.kept.Get(id); ok {
			found[id] = one
		}
	}
	return found
}
