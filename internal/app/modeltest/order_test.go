package modeltest

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/anishathalye/porcupine"
)

// reply is the response to an operation, with the id of the created object.
type reply struct {
	response
	id int64
}

// after returns the model after the operation, or nil if the model's response differs.
func (s *school) after(o porcupine.Operation) *school {
	next, got := s.copy(), o.Output.(reply)
	if o.Input.(operation).expect(next, got.id) != got.response {
		return nil
	}
	return next
}

// hasSerialOrder reports whether a concurrent history is linearizable: whether the
// operations have an order in which the model gives the same responses, and in which no
// operation precedes one that had returned before it was called.
//
// It uses a property that a general checker cannot know: most operations are refused or
// have no effect, and would have none later either. If such an operation fits at a
// position, it can stay there, because moving it there from a later position leaves the
// rest of the order valid. The search backtracks only over the others. It takes
// milliseconds for a history that takes porcupine up to minutes.
func hasSerialOrder(start *school, history []porcupine.Operation) bool {
	failed := map[string]bool{}
	var from func(s *school, left []porcupine.Operation) bool
	from = func(s *school, left []porcupine.Operation) bool {
		var next []int
		for i := 0; i < len(left); i++ {
			switch changed := s.ifFirst(left, i); {
			case changed == nil:
			case changed.fingerprint() == s.fingerprint() && !repeats(left[i]):
				left, next, i = slices.Delete(slices.Clone(left), i, i+1), nil, -1
			default:
				next = append(next, i)
			}
		}
		if len(left) == 0 {
			return true
		}
		here := s.fingerprint() + timesOf(left)
		if failed[here] {
			return false
		}
		failed[here] = true
		return slices.ContainsFunc(next, func(i int) bool {
			return from(s.after(left[i]), slices.Delete(slices.Clone(left), i, i+1))
		})
	}
	byReturn := slices.SortedFunc(slices.Values(history), func(a, b porcupine.Operation) int { return int(a.Return - b.Return) })
	return from(start, byReturn)
}

// repeats reports whether an operation that has no effect at one position may have one
// later. A grade can be set again after another one, and a no-show can be marked again
// after it was undone. All other operations are final, or their response identifies their
// position.
func repeats(o porcupine.Operation) bool {
	switch in := o.Input.(type) {
	case completeInterview:
		return in.grade != nil
	case markNoShow:
		return o.Output.(reply).refused == ""
	default:
		return false
	}
}

// ifFirst returns the model after the operation if it can precede all remaining ones, or
// nil.
func (s *school) ifFirst(left []porcupine.Operation, i int) *school {
	if left[i].Call > left[0].Return { // left is sorted: nothing returned earlier
		return nil
	}
	return s.after(left[i])
}

func timesOf(history []porcupine.Operation) string {
	var b strings.Builder
	for _, o := range history {
		fmt.Fprint(&b, " ", o.Call)
	}
	return b.String()
}

// fingerprint formats everything that concurrent operations change, independent of their order.
func (s *school) fingerprint() string {
	var lines []string
	for _, x := range s.slots {
		lines = append(lines, fmt.Sprint("slot ", x.id, x.status, x.takenBack))
	}
	for _, x := range s.interviews {
		lines = append(lines, x.String())
	}
	for _, x := range s.holds {
		lines = append(lines, x.format(s.live(x)))
	}
	for _, x := range s.keys {
		lines = append(lines, fmt.Sprint("key ", x))
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

// checkWithPorcupine checks the history with porcupine, an independent checker.
func checkWithPorcupine(start *school, history []porcupine.Operation) porcupine.CheckResult {
	return porcupine.CheckOperationsTimeout(porcupine.Model{
		Init: func() any { return start },
		Step: func(state, input, output any) (bool, any) {
			next := state.(*school).after(porcupine.Operation{Input: input, Output: output})
			return next != nil, next
		},
		Equal: func(a, b any) bool { return a.(*school).fingerprint() == b.(*school).fingerprint() },
	}, history, time.Minute)
}
