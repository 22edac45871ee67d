package loader

import (
	"context"
	"fmt"
	"strings"
	"sync"
)

// gqlgen hands a resolver the parents of one list. Two levels down there are
// many lists, one for each object above them, and the fields of all of them ask
// for the same: the first that is reached reads for all.

// ResponsePath is where a field stands in the answer.
type ResponsePath struct {
	// Path is the names of the fields that lead there, divided by dots, without
	// the positions in lists. What stands at one path is one field of the
	// document, so all objects there are asked the same, with the same arguments.
	Path string
	// Whole: the parents that the resolver has are all there are at this place.
	Whole bool
}

// generations are the objects of one operation by their path.
type generations struct {
	mu sync.Mutex
	at map[string]*generation
}

// generation is what one field answers for all its parents.
type generation struct {
	once    sync.Once
	objects any // []*C: all objects that the field leads to
	values  any // map[K]V: the field's value by its parent's key
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

// above is the generation that the objects at the path come from: the nearest
// that was read.
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

// Root remembers the objects of a list that is not an edge of others.
func Root[C any](ctx context.Context, at ResponsePath, objects []C) {
	From(ctx).generations.place(at.Path).objects = Many(objects)
}

// Edge is a field of objects that leads to others, or is derived from what is
// read of them.
type Edge[P any, K comparable, V, C any] struct {
	Key  func(*P) K
	Read func(context.Context, []K) (map[K]V, error)
	// Objects are those a value leads to; nil when it leads to none.
	Objects func(V) []*C
}

// Of answers the field of each of the parents. It is read once, for them and
// for all others at their place in the answer.
func (e Edge[P, K, V, C]) Of(ctx context.Context, at ResponsePath, parents []*P) ([]V, error) {
	family := &From(ctx).generations
	all, whole := parents, at.Whole
	if above := family.above(at.Path); above != nil {
		if objects, ok := above.objects.([]*P); ok {
			all, whole = objects, true
		}
	}
	if !whole { // there are others, and who they are is not known
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
	var objects []*C
	for _, key := range keys {
		if value, found := values[key]; found {
			objects = append(objects, e.Objects(value)...)
		}
	}
	g.objects = objects
}

// ask reads, and not for longer than an operation may take: a subscription, which
// has no end, may not wait for the database without one.
func (e Edge[P, K, V, C]) ask(ctx context.Context, keys []K) (map[K]V, error) {
	ctx, done := context.WithTimeout(ctx, From(ctx).timeout)
	defer done()
	return e.Read(ctx, keys)
}

// keys are the parents' keys, each once.
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

// One is the object that a value is.
func One[C any](value *C) []*C { return []*C{value} }

// Many are the objects of a list.
func Many[C any](values []C) []*C {
	objects := make([]*C, len(values))
	for i := range values {
		objects[i] = &values[i]
	}
	return objects
}

// Together reads the values of all keys when the first of them is asked for.
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
