// Package gqlhttp serves GraphQL over HTTP: requests by POST and GET, WebSockets and
// server-sent events. It decides which documents are executed, what they cost, and how
// many operations run at a time. Package graph executes them.
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
	graph.Options // of the execution

	Rates *RateLimits // nil for none
	// MaxOperations execute at a time; DefaultMaxOperations if it is zero.
	MaxOperations int
	// MaxOperationsPerCaller of them are one caller's; a quarter if it is zero.
	MaxOperationsPerCaller int
	// MaxImports execute at a time; one if it is zero.
	MaxImports int
	// MaxLargeBodies of imports are in memory at once; DefaultMaxLargeBodies if it
	// is zero.
	MaxLargeBodies int
	Limits         Limits // of requests; DefaultLimits if it is zero
	// MaxAnswer is how many bytes the data of one answer may have;
	// DefaultMaxAnswer if it is zero.
	MaxAnswer int
	// AnswerMemory is how many bytes of memory the answers to one caller may take, at
	// least four times MaxAnswer; all callers may take three times as much.
	// budget.DefaultShare if it is zero.
	AnswerMemory int
	// HideSchema refuses introspection, and suggests no names in errors.
	HideSchema bool
	// PersistedQueries lets clients send a document once, and its hash from then on.
	PersistedQueries bool
	Trusted          TrustedDocuments // the only documents that are executed; nil for any
	// Sender is who sends a request with these Authorization headers. Its error is
	// one of package identity's: then nothing of the request is executed.
	Sender func(ctx context.Context, authorization []string) (identity.Sender, error)
	// Observer is told what became of requests; nil for nobody.
	Observer Observer

	Streams  StreamLimits
	Origins  []string        // of pages elsewhere that may open WebSockets
	Stopping context.Context // ends when subscribers are to be sent away; nil for never

	atField func(context.Context) // called by tests before each field that gqlgen executes
}

// DefaultMaxAnswer is how many bytes the data of one answer may have.
const DefaultMaxAnswer = 8 << 20

// Handler answers GraphQL over HTTP.
type Handler struct {
	http.Handler
	streams     *streams
	operations  *limiter
	largeBodies *limiter // of large bodies
	imports     *limiter
	answers     *budget.Pool
}

// Drain waits until every stream has ended, once Stopping has.
func (h *Handler) Drain() { h.streams.all.Wait() }

// Streams is how many WebSockets and event streams are open.
func (h *Handler) Streams() int { return h.streams.count() }

// AtWork is how many operations are executed at the moment.
func (h *Handler) AtWork() int { return h.operations.running() }

// Waiting is how many wait for others to be done.
func (h *Handler) Waiting() int { return h.operations.queued() + h.imports.queued() }

// LargeBodies is how many bodies of imports are in memory.
func (h *Handler) LargeBodies() int { return h.largeBodies.running() }

// Shed returns how many operations were answered UNAVAILABLE because others took
// all the permits.
func (h *Handler) Shed() int {
	return int(h.operations.shed.Load() + h.largeBodies.shed.Load() + h.imports.shed.Load())
}

// ShedOfCallers returns how many operations were answered RATE_LIMITED because
// others of the same caller took all the permits that one caller may have.
func (h *Handler) ShedOfCallers() int {
	return int(h.operations.overOwn.Load() + h.imports.overOwn.Load())
}

// AnswerMemory returns how many bytes answers take that are built or sent.
func (h *Handler) AnswerMemory() int { return int(h.answers.Taken()) }

// AnswerMemoryLimit returns how many bytes all answers may take together.
func (h *Handler) AnswerMemoryLimit() int { return int(h.answers.Size()) }

// WithoutMemory returns how many answers were given up for want of memory: because the
// answers of others took it, because those of the same caller did, and because they
// needed more than the answers to one caller may take.
func (h *Handler) WithoutMemory() (others, own, alone int) {
	return int(h.answers.Refused()), int(h.answers.RefusedOwn()), int(h.answers.RefusedAlone())
}

// NewHandler returns a handler that executes operations as o says.
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
	largeBodies := orDefault(o.MaxLargeBodies, DefaultMaxLargeBodies)
	letIn := admission{
		documents: documents, timeout: o.Timeout, maxBody: int64(o.Limits.Body), maxImport: int64(o.Limits.ImportBody), rates: o.Rates, log: o.Log,
		operations:  newLimiter("operations", operations, orDefault(o.MaxOperationsPerCaller, quarter(operations))),
		largeBodies: newLimiter("largeBodies", largeBodies, largeBodies),
		imports:     newLimiter("imports", orDefault(o.MaxImports, 1), orDefault(o.MaxImports, 1)),
		answers:     budget.NewPool(orDefault(o.MaxAnswer, DefaultMaxAnswer), orDefault(o.AnswerMemory, budget.DefaultShare)),
		schema:      schema, deprecated: deprecatedElements(schema),
	}
	open := newStreams(o.Stopping, o.Streams)
	exec := graph.NewExecutor(o.Options, o.Observer)
	exec.SetQueryCache(documents.valid)
	exec.SetDefaultRulesFn(documents.rules)
	if o.atField != nil {
		exec.AroundFields(func(ctx context.Context, next graphql.Resolver) (any, error) {
			o.atField(ctx)
			return next(ctx)
		})
	}
	answering := server{exec: exec, transports: []graphql.Transport{
		&sockets{admission: letIn, streams: open, origins: o.Origins, sender: o.Sender},
		&eventStreams{admission: letIn, streams: open},
		transport{letIn},
		unsupported{},
	}}
	return &Handler{Handler: identified(o, answering), streams: open, operations: letIn.operations, largeBodies: letIn.largeBodies, imports: letIn.imports, answers: letIn.answers}
}

// server answers a request by the first transport that supports it.
type server struct {
	exec       *executor.Executor
	transports []graphql.Transport // the last of them supports every request
}

// recover answers a request whose transport panics. It must be deferred.
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

// newDocuments says which documents the server executes.
func newDocuments(schema *ast.Schema, o Options) documents {
	byText := func(text string, _ *ast.QueryDocument) int { return len(text) }
	d := documents{
		limits: o.Limits, check: coerce.Checker{Schema: schema, Hide: o.HideSchema}, rules: rules.NewDefaultRules,
		valid: newTextCache(byText), trusted: o.Trusted,
	}
	if o.HideSchema {
		d.rules = hidingRules
	}
	if o.PersistedQueries {
		d.persisted = newTextCache(func(_, text string) int { return len(text) })
	}
	return d
}
