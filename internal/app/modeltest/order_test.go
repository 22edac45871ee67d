package modeltest

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/anishathalye/porcupine"
)

// reply is what an operation answered, with the id of what it made.
type reply struct {
	answer
	id int64
}

// after is the school after an operation that answered so; nil when it would
// have answered something else.
func (s *school) after(o porcupine.Operation) *school {
	next, got := s.copy(), o.Output.(reply)
	if o.Input.(operation).expect(next, got.id) != got.answer {
		return nil
	}
	return next
}

// hasSerialOrder reports whether a history, in which many did things at once,
// can be told one operation after the other: the model answers what was
// answered, and nothing comes before what had ended when it began.
//
// It goes by one thing that a checker of any model cannot know: most operations
// are refused, or done already, and could not do anything later either. Where
// such a one fits, it stays there, for moving it there from later in an order
// leaves the rest of the order as it is. Only the others are tried at several
// places, and a history takes milliseconds that takes porcupine up to minutes.
func hasSerialOrder(begun *school, history []porcupine.Operation) bool {
	hopeless := map[string]bool{}
	var from func(s *school, left []porcupine.Operation) bool
	from = func(s *school, left []porcupine.Operation) bool {
		var next []int
		for i := 0; i < len(left); i++ {
			switch changed := s.ifFirst(left, i); {
			case changed == nil:
			case changed.print() == s.print() && !repeats(left[i]):
				left, next, i = slices.Delete(slices.Clone(left), i, i+1), nil, -1
			default:
				next = append(next, i)
			}
		}
		if len(left) == 0 {
			return true
		}
		here := s.print() + timesOf(left)
		if hopeless[here] {
			return false
		}
		hopeless[here] = true
		return slices.ContainsFunc(next, func(i int) bool {
			return from(s.after(left[i]), slices.Delete(slices.Clone(left), i, i+1))
		})
	}
	byReturn := slices.SortedFunc(slices.Values(history), func(a, b porcupine.Operation) int { return int(a.Return - b.Return) })
	return from(begun, byReturn)
}

// repeats: what changes nothing now may do so later. A grade can be given again
// after another one, and a no-show marked again when it was taken back. All else
// is final, or tells by its answer which time it was.
func repeats(o porcupine.Operation) bool {
	switch in := o.Input.(type) {
	case complete:
		return in.grade != nil
	case noShow:
		return o.Output.(reply).no == ""
	default:
		return false
	}
}

// ifFirst is the school after the operation, if it can come before all others
// that are left.
func (s *school) ifFirst(left []porcupine.Operation, i int) *school {
	if left[i].Call > left[0].Return { // they are sorted: nothing returned earlier
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

// print is all that operations of a crowd change, in an order that does not
// depend on theirs.
func (s *school) print() string {
	var lines []string
	for _, x := range s.slots {
		lines = append(lines, fmt.Sprint("slot ", x.id, x.status, x.takenBack))
	}
	for _, x := range s.interviews {
		lines = append(lines, x.String())
	}
	for _, x := range s.holds {
		lines = append(lines, x.words(s.live(x)))
	}
	for _, x := range s.keys {
		lines = append(lines, fmt.Sprint("key ", x))
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

// porcupined asks the same of a checker of other people's making.
func porcupined(begun *school, history []porcupine.Operation) porcupine.CheckResult {
	return porcupine.CheckOperationsTimeout(porcupine.Model{
		Init: func() any { return begun },
		Step: func(state, input, output any) (bool, any) {
			next := state.(*school).after(porcupine.Operation{Input: input, Output: output})
			return next != nil, next
		},
		Equal: func(a, b any) bool { return a.(*school).print() == b.(*school).print() },
	}, history, time.Minute)
}
