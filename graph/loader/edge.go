package loader

import (
	"context"
	"fmt"
	"strings"
	"sync"
)

// gqlgen calls a resolver with the parents of one list. Two levels down there are many
// lists, one for each object above, whose fields have the same arguments. The first field
// that is resolved reads for all of them.

// ResponsePath is the place of a field in a response.
type ResponsePath struct {
	// Path is the names of the fields from the root, separated by dots, without list
	// indexes. A path identifies one field of the document, so all objects at a path have
	// the same fields with the same arguments.
	Path string
	// Whole reports whether the resolver has all the parents at this path.
	Whole bool
}

// generations holds the objects of one operation by path.
type generations struct {
	mu sync.Mutex
	at map[string]*generation
}

// generation is the result of one field for all its parents.
type generation struct {
	once    sync.Once
	objects any // []*C: all objects that the field resolves to
	values  any // map[K]V: values of the field by parent key
	err     error
}

func (g *generations) place(path string) *generation {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.at == nil {
		g.at = map[string]*generation{}
	}
	if g.at[path] == nil {
		g.at[path] = &generation{}
	}
	return g.at[path]
}

// above returns the generation that the parents at the path come from: that of the nearest
// ancestor that was read.
func (g *generations) above(path string) *generation {
	g.mu.Lock()
	defer g.mu.Unlock()
	for end := strings.LastIndexByte(path, '.'); end > 0; end = strings.LastIndexByte(path, '.') {
		path = path[:end]
		if found := g.at[path]; found != nil {
			return found
		}
	}
	return nil
}

// Root registers the objects of a list that is not an edge.
func Root[C any](ctx context.Context, at ResponsePath, objects []C) {
	From(ctx).generations.place(at.Path).objects = Many(objects)
}

// Edge is a field that resolves to other objects, or to a value derived from data that is
// read for all parents.
type Edge[P any, K comparable, V, C any] struct {
	Key  func(*P) K
	Read func(context.Context, []K) (map[K]V, error)
	// Objects returns the objects of a value; nil if the field has none.
	Objects func(V) []*C
}

// Of returns the field of each parent. It reads the field once, for all parents at the same
// path.
func (e Edge[P, K, V, C]) Of(ctx context.Context, at ResponsePath, parents []*P) ([]V, error) {
	family := &From(ctx).generations
	all, whole := parents, at.Whole
	if above := family.above(at.Path); above != nil {
		if objects, ok := above.objects.([]*P); ok {
			all, whole = objects, true
		}
	}
	if !whole { // the other parents are unknown
		values, err := e.ask(ctx, e.keys(parents))
		return e.pick(values, parents, err)
	}
	g := family.place(at.Path)
	g.once.Do(func() { e.read(ctx, g, all) })
	values, _ := g.values.(map[K]V)
	return e.pick(values, parents, g.err)
}

func (e Edge[P, K, V, C]) read(ctx context.Context, g *generation, parents []*P) {
	keys := e.keys(parents)
	values, err := e.ask(ctx, keys)
	g.values, g.err = values, err
	if e.Objects == nil || err != nil {
		return
	}
	objects := make([]*C, 0, len(keys))
	for _, key := range keys {
		if value, found := values[key]; found {
			objects = append(objects, e.Objects(value)...)
		}
	}
	g.objects = objects
}

// ask calls Read with the timeout of an operation. A subscription has no deadline of its
// own, and must not wait for the database forever.
func (e Edge[P, K, V, C]) ask(ctx context.Context, keys []K) (map[K]V, error) {
	ctx, done := context.WithTimeout(ctx, From(ctx).timeout)
	defer done()
	return e.Read(ctx, keys)
}

// keys returns the distinct keys of the parents.
func (e Edge[P, K, V, C]) keys(parents []*P) []K {
	seen := make(map[K]bool, len(parents))
	keys := make([]K, 0, len(parents))
	for _, parent := range parents {
		if key := e.Key(parent); !seen[key] {
			seen[key] = true
			keys = append(keys, key)
		}
	}
	return keys
}

func (e Edge[P, K, V, C]) pick(values map[K]V, parents []*P, err error) ([]V, error) {
	if err != nil {
		return nil, err
	}
	picked := make([]V, len(parents))
	for i, parent := range parents {
		value, found := values[e.Key(parent)]
		if !found {
			return nil, fmt.Errorf("%T %v has no value", parent, e.Key(parent))
		}
		picked[i] = value
	}
	return picked, nil
}

// One returns the objects of a single value.
func One[C any](value *C) []*C { return []*C{value} }

// Many returns pointers to the objects of a list.
func Many[C any](values []C) []*C {
	objects := make([]*C, len(values))
	for i := range values {
		objects[i] = &values[i]
	}
	return objects
}

// Together returns functions that return the value of a key. The first call reads the
// values of all keys.
func Together[K comparable, V any](
	keys []K, read func(context.Context, []K) (map[K]V, error),
) func(K) func(context.Context) (V, error) {
	var once sync.Once
	var values map[K]V
	var failed error
	return func(key K) func(context.Context) (V, error) {
		return func(ctx context.Context) (V, error) {
			once.Do(func() { values, failed = read(ctx, keys) })
			return values[key], failed
		}
	}
}
