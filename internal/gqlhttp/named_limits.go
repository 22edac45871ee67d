package gqlhttp

import (
	"rehearse/internal/budget"
	"rehearse/internal/errorcode"
)

// NamedLimit is a limit whose name is in extensions.limit of the error of a request beyond it.
type NamedLimit struct {
	Name     string
	Counts   string // what is counted
	Max      int    // the default; 0 if only Variable defines it
	Variable string // the environment variable that sets it, if any
	Code     errorcode.Code
}

// Names of limits.
const (
	limitValues               = "values"
	limitCharacters           = "characters"
	limitTokens               = "tokens"
	limitNesting              = "nesting"
	limitRootFields           = "rootFields"
	limitRootFieldsOfMutation = "rootFieldsOfMutation"
	limitDepth                = "depth"
	limitIntrospectionDepth   = "introspectionDepth"
	limitFields               = "fields"
	limitAliases              = "aliases"
	limitDirectives           = "directives"
	limitNodes                = "nodes"
	limitSameKey              = "sameKey"
	limitCost                 = "cost"
	limitPoints               = "rateLimitPoints"
	limitBookings             = "rateLimitBookings"
)

// NamedLimits describes all named limits, in the order in which they are checked.
func NamedLimits() []NamedLimit {
	l := DefaultLimits()
	limits := []NamedLimit{
		{Name: limitValues, Counts: "values of the JSON of `variables` and `extensions`", Max: MaxValues},
		{Name: limitCharacters, Counts: "characters of the document", Max: l.Characters},
		{Name: limitTokens, Counts: "tokens of the document, including comments", Max: l.Tokens},
		{Name: limitNesting, Counts: "nested brackets of any kind", Max: l.Nesting},
		{Name: limitRootFields, Counts: "root fields of a query", Max: l.RootFields},
		{Name: limitRootFieldsOfMutation, Counts: "root fields of a mutation", Max: l.RootFieldsOfMutation},
		{Name: limitDepth, Counts: "nested fields, without introspection", Max: l.Depth, Variable: "MAX_DEPTH"},
		{Name: limitIntrospectionDepth, Counts: "nested fields in `__schema` and `__type`", Max: l.IntrospectionDepth},
		{Name: limitFields, Counts: "fields of an operation, with fragments expanded", Max: l.Fields},
		{Name: limitAliases, Counts: "aliases in the document", Max: l.Aliases},
		{Name: limitDirectives, Counts: "directives in the document", Max: l.Directives},
		{
			Name:   limitNodes,
			Counts: "fields, fragments, arguments and values, once for each operation and fragment that reaches them", Max: l.Nodes,
		},
		{Name: limitSameKey, Counts: "fields that are merged into one field of the response", Max: l.SameKey},
		{Name: limitCost, Counts: "points of an operation", Max: l.Cost, Variable: "MAX_COST"},
		{Name: limitPoints, Counts: "points of an operation", Variable: "RATE_LIMIT_BURST"},
		{Name: limitBookings, Counts: "holds, bookings and reschedules of an operation", Variable: "RATE_LIMIT_BOOKING_BURST"},
	}
	for i := range limits {
		limits[i].Code = errorcode.TooComplex
	}
	return append(limits, []NamedLimit{
		{
			Name: theOperations + perCaller, Code: errorcode.RateLimited,
			Counts: "queries and mutations of one caller that execute at a time; further ones wait first",
			Max:    quarter(DefaultMaxOperations), Variable: "MAX_OPERATIONS_PER_CALLER",
		},
		{
			Name: theMutations + perCaller, Code: errorcode.RateLimited,
			Counts: "mutations of one caller that execute at a time, three quarters of `" + theOperations + perCaller + "`; further ones wait first",
			Max:    ofMutations(quarter(DefaultMaxOperations)),
		},
		{
			Name: theImports + perCaller, Code: errorcode.RateLimited,
			Counts: "imports of one caller at a time; further ones wait first", Max: DefaultMaxImports,
		},
		{
			Name: theLargeBodies + perCaller, Code: errorcode.RateLimited,
			Counts: "bodies of one caller larger than `MAX_BODY` at a time; further ones wait first", Max: DefaultMaxLargeBodies,
		},
		{
			Name: subscriptionLimit, Code: errorcode.RateLimited,
			Counts: "subscriptions of one caller at a time", Max: DefaultStreamLimits().Watches, Variable: "MAX_SUBSCRIPTIONS_PER_CALLER",
		},
		{
			Name: budget.AnswerLimit, Code: errorcode.AnswerTooLarge,
			Counts: "bytes of `data` in a response, before compression", Max: DefaultMaxAnswer, Variable: "MAX_ANSWER",
		},
		{
			Name: budget.MemoryLimit, Code: errorcode.AnswerTooLarge,
			Counts: "bytes of memory that building a response takes; the maximum is four times `MAX_ANSWER` if that is more", Max: budget.DefaultShare,
		},
	}...)
}

// DefaultStreamLimits returns the limits of streams that zero values stand for.
func DefaultStreamLimits() StreamLimits { return StreamLimits{}.withDefaults() }
