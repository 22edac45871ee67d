package plan

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
)

var errBad = errors.New("a bad object")

// A batch resolver is called once for the objects of all lists. If this fails, it is called for
// each list, as gqlgen does, because an error concerns all objects of a call.
func TestResolve(t *testing.T) {
	t.Parallel()
	batch := func(calls *int) func(context.Context, []*int) ([]int, error) {
		return func(_ context.Context, objects []*int) ([]int, error) {
			*calls++
			var values []int
			for _, object := range objects {
				if *object < 0 {
					return nil, errBad
				}
				values = append(values, *object)
			}
			return values, nil
		}
	}
	each := func(calls *int) func(context.Context, []*int) ([]int, error) {
		return Each(func(_ context.Context, object *int) (int, error) {
			*calls++
			if *object < 0 {
				return 0, errBad
			}
			return *object, nil
		})
	}
	for name, row := range map[string]struct {
		resolver func(*int) func(context.Context, []*int) ([]int, error)
		in       lists
		objects  []int
		failed   []bool
		calls    int
	}{
		"no error":               {batch, lists{2, 4}, []int{1, 2, 3, 4}, []bool{false, false, false, false}, 1},
		"one list":               {batch, lists{3}, []int{1, -2, 3}, []bool{true, true, true}, 1},
		"one list beside others": {batch, lists{0, 3, 3}, []int{1, -2, 3}, []bool{true, true, true}, 1},
		"one of several lists":   {batch, lists{2, 2, 4}, []int{1, 2, -3, 4}, []bool{false, false, true, true}, 3},
		"no list":                {batch, nil, []int{1, -2, 3}, []bool{false, true, false}, 4},
		"a resolver of one":      {each, lists{3}, []int{1, -2, 3}, []bool{false, true, false}, 3},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			calls := 0
			field := graphql.CollectedField{Field: &ast.Field{Name: "field", ObjectDefinition: &ast.Definition{Name: "Type"}}}
			values, errs := resolve(t.Context(), field, row.resolver(&calls), pointers(nil, row.objects), row.in)
			failed := make([]bool, len(row.objects))
			for i := range failed {
				switch failed[i] = errs != nil && errs[i] != nil; {
				case failed[i] && !errors.Is(errs[i], errBad) && !errors.As(errs[i], new(ownError)):
					t.Errorf("object %d: got the error %v", i, errs[i])
				case !failed[i] && values[i] != row.objects[i]:
					t.Errorf("object %d: got %d, want %d", i, values[i], row.objects[i])
				}
			}
			if !slices.Equal(failed, row.failed) {
				t.Errorf("failed: got %v, want %v", failed, row.failed)
			}
			if calls != row.calls {
				t.Errorf("got %d calls, want %d", calls, row.calls)
			}
		})
	}
}
