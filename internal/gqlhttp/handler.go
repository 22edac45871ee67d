// Package gqlhttp serves GraphQL over HTTP: requests by POST and GET, WebSockets and
// server-sent events. It validates documents, charges their cost and limits concurrent
// operations. Package graph executes them.
package gqlhttp

import (
	"context"
	"net/http"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/executor"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/validator/rules"

	"rehearse/graph"
	"rehearse/internal/budget"
	"rehearse/internal/gqlhttp/coerce"
	"rehearse/internal/identity"
)

// Options configure a handler.
type Options struct {
	graph.Options // options of the executor

	Rates *RateLimits // nil for no limits
	// MaxOperations is the maximum number of concurrent operations; zero means
	// DefaultMaxOperations.
	MaxOperations int
	// MaxOperationsPerCaller is the maximum number of concurrent operations of one caller;
	// zero means a quarter of MaxOperations.
	MaxOperationsPerCaller int
	// MaxImports is the maximum number of concurrent imports; zero means one.
	MaxImports int
	Limits     Limits // request limits; zero means DefaultLimits
	// MaxAnswer is the maximum size of the data of one response, in bytes; zero means
	// DefaultMaxAnswer.
	MaxAnswer int
	// HideSchema disables introspection, and name suggestions in errors.
	HideSchema bool
	// PersistedQueries lets clients send a document once and its hash afterwards.
	PersistedQueries bool
	Trusted          TrustedDocuments // documents that may execute; nil allows any
	// Sender authenticates a request by its Authorization headers. If it returns an error,
	// which is one of package identity, nothing of the request is executed.
	Sender func(ctx context.Context, authorization []string) (identity.Sender, error)
	// Observer observes requests; nil disables it.
	Observer Observer

	Streams  StreamLimits
	Origins  []string        // cross-origin pages that may open WebSockets
	Stopping context.Context // done when subscribers must be disconnected; nil for never

	path           string // below which the pages of the school are; empty for the only one
	maxLargeBodies int    // import bodies in memory; zero means DefaultMaxLargeBodies; only tests set it
	maxMutations   int    // concurrent mutations; zero means ofMutations; only tests set it
	// answerMemory is the memory in bytes for the responses to one caller, at least four
	// times MaxAnswer; the responses to all callers may take three times as much. Zero
	// means budget.DefaultShare. Only tests set it.
	answerMemory int
}

// DefaultMaxAnswer is the default maximum size of the data of one response, in bytes.
const DefaultMaxAnswer = 8 << 20

// Handler serves GraphQL over HTTP.
type Handler struct {
	http.Handler
	options     Options
	exec        *executor.Executor
	streams     *streams
	admission   admission
	observer    Observer
	operations  *limiter
	mutations   *limiter // limits the operations that are mutations
	largeBodies *limiter // limits large bodies in memory
	imports     *limiter
	answers     *budget.Pool
}

// Drain waits until every stream has ended. Streams end once Options.Stopping is done.
func (h *Handler) Drain() { h.streams.all.Wait() }

// Streams returns the number of open WebSockets and event streams.
func (h *Handler) Streams() int { return h.streams.count() }

// AtWork returns the number of operations that are executing.
func (h *Handler) AtWork() int { return h.operations.running() }

// Waiting returns the number of operations that are queued.
func (h *Handler) Waiting() int {
	return h.operations.queued() + h.mutations.queued() + h.imports.queued()
}

// Shed returns the number of operations refused as UNAVAILABLE because others held all the
// permits.
func (h *Handler) Shed() int {
	return int(h.operations.shed.Load() + h.mutations.shed.Load() + h.largeBodies.shed.Load() + h.imports.shed.Load())
}

// ShedOfCallers returns the number of operations refused as RATE_LIMITED because their
// caller already held all its permits.
func (h *Handler) ShedOfCallers() int {
	return int(h.operations.overOwn.Load() + h.mutations.overOwn.Load() + h.imports.overOwn.Load())
}

// AnswerMemory returns the memory in bytes of responses that are being built or sent.
func (h *Handler) AnswerMemory() int { return int(h.answers.Taken()) }

// AnswerMemoryLimit returns the memory in bytes for all responses.
func (h *Handler) AnswerMemoryLimit() int { return int(h.answers.Size()) }

// WithoutMemory returns the number of responses that were abandoned because those to all
// callers used the memory.
func (h *Handler) WithoutMemory() int { return int(h.answers.Refused()) }

// WithoutMemoryOfCaller returns the number of responses that were abandoned because other
// responses to the same caller used the caller's share of the memory.
func (h *Handler) WithoutMemoryOfCaller() int { return int(h.answers.RefusedOwn()) }

// WithoutMemoryAlone returns the number of responses that needed more memory than one
// caller's share.
func (h *Handler) WithoutMemoryAlone() int { return int(h.answers.RefusedAlone()) }

// NewHandler returns a handler configured by o.
func NewHandler(o Options) *Handler {
	if o.Limits == (Limits{}) {
		o.Limits = DefaultLimits()
	}
	if o.Stopping == nil {
		o.Stopping = context.Background()
	}
	if o.Observer == nil {
		o.Observer = unobserved{}
	}
	schema := graph.Schema()
	documents := newDocuments(schema, o)
	operations := orDefault(o.MaxOperations, DefaultMaxOperations)
	perCaller := orDefault(o.MaxOperationsPerCaller, quarter(operations))
	largeBodies := orDefault(o.maxLargeBodies, DefaultMaxLargeBodies)
	admission := admission{
		documents: documents, timeout: o.Timeout, maxBody: int64(o.Limits.Body), maxImport: int64(o.Limits.ImportBody), rates: o.Rates, log: o.Log,
		operations:  newLimiter(theOperations, operations, perCaller),
		mutations:   newLimiter(theMutations, orDefault(o.maxMutations, ofMutations(operations)), orDefault(o.maxMutations, ofMutations(perCaller))),
		largeBodies: newLimiter(theLargeBodies, largeBodies, largeBodies),
		imports:     newLimiter(theImports, orDefault(o.MaxImports, DefaultMaxImports), orDefault(o.MaxImports, DefaultMaxImports)),
		answers:     budget.NewPool(orDefault(o.MaxAnswer, DefaultMaxAnswer), orDefault(o.answerMemory, budget.DefaultShare)),
		schema:      schema, deprecated: deprecatedElements(schema),
	}
	return (&Handler{
		streams: newStreams(o.Stopping, o.Streams), observer: o.Observer, operations: admission.operations,
		mutations: admission.mutations, largeBodies: admission.largeBodies, imports: admission.imports, answers: admission.answers,
	}).with(o, admission)
}

// with returns a handler of other operations with the limits of h.
func (h *Handler) with(o Options, a admission) *Handler {
	exec := graph.NewExecutor(o.Options, o.Observer)
	exec.SetQueryCache(a.documents.valid)
	exec.SetDefaultRulesFn(a.documents.rules)
	of := *h
	of.options, of.exec, of.admission = o, exec, a
	of.Handler = identified(o, server{exec: exec, transports: []graphql.Transport{
		&sockets{admission: a, streams: h.streams, origins: o.Origins, sender: o.Sender},
		&eventStreams{admission: a, streams: h.streams},
		transport{a},
		unsupported{},
	}})
	return &of
}

// server serves a request with the first transport that supports it.
type server struct {
	exec       *executor.Executor
	transports []graphql.Transport // the last one supports every request
}

// recover responds to a request whose transport panics. It must be deferred.
func (s server) recover(w http.ResponseWriter, r *http.Request) {
	if fault := recover(); fault != nil {
		err := s.exec.PresentRecoveredError(r.Context(), fault)
		writeRefusal(w, r, &refusal{outcome: panicked, errors: gqlerror.List{gqlerror.WrapIfUnwrapped(err)}})
	}
}

// ServeHTTP implements http.Handler.
func (s server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	defer s.recover(w, r)
	r = r.WithContext(graphql.StartOperationTrace(r.Context()))
	for _, t := range s.transports {
		if t.Supports(r) {
			t.Do(w, r, s.exec)
			return
		}
	}
}

// newDocuments returns the documents configured by o.
func newDocuments(schema *ast.Schema, o Options) documents {
	d := documents{
		limits: o.Limits, check: coerce.Checker{Schema: schema, Hide: o.HideSchema}, rules: rules.NewDefaultRules,
		// Saves parsing and validation: more than half of the allocations of a list (BenchmarkHandler).
		valid:   newTextCache(func(text string, _ *ast.QueryDocument) int { return len(text) }),
		trusted: o.Trusted,
	}
	if o.HideSchema {
		d.rules = hidingRules
	}
	if o.PersistedQueries {
		d.persisted = newPersisted()
	}
	return d
}

// newPersisted returns an empty cache of the documents that clients have sent.
func newPersisted() graphql.Cache[string] {
	return newTextCache(func(_, text string) int { return len(text) })
}
