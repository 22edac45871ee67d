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

// NamedLimits describes all named limits, in the order in which they are checked.
func NamedLimits() []NamedLimit {
	l := DefaultLimits()
	return []NamedLimit{
		{"values", "values of the JSON of `variables` and `extensions`", MaxValues, "", errorcode.TooComplex},
		{"characters", "characters of the document", l.Characters, "", errorcode.TooComplex},
		{"tokens", "tokens of the document, including comments", l.Tokens, "", errorcode.TooComplex},
		{"nesting", "nested brackets of any kind", l.Nesting, "", errorcode.TooComplex},
		{"rootFields", "root fields of a query", l.RootFields, "", errorcode.TooComplex},
		{"rootFieldsOfMutation", "root fields of a mutation", l.RootFieldsOfMutation, "", errorcode.TooComplex},
		{"depth", "nested fields, without introspection", l.Depth, "MAX_DEPTH", errorcode.TooComplex},
		{"introspectionDepth", "nested fields in `__schema` and `__type`", l.IntrospectionDepth, "", errorcode.TooComplex},
		{"fields", "fields of an operation, with fragments expanded", l.Fields, "", errorcode.TooComplex},
		{"aliases", "aliases in the document", l.Aliases, "", errorcode.TooComplex},
		{"directives", "directives in the document", l.Directives, "", errorcode.TooComplex},
		{
			"nodes", "fields, fragments, arguments and values, once for each operation and fragment that reaches them",
			l.Nodes, "", errorcode.TooComplex,
		},
		{"sameKey", "fields that are merged into one field of the response", l.SameKey, "", errorcode.TooComplex},
		{"cost", "points of an operation", l.Cost, "MAX_COST", errorcode.TooComplex},
		{"rateLimitPoints", "points of an operation", 0, "RATE_LIMIT_BURST", errorcode.TooComplex},
		{"rateLimitBookings", "holds, bookings and reschedules of an operation", 0, "RATE_LIMIT_BOOKING_BURST", errorcode.TooComplex},
		{
			theOperations + perCaller, "queries and mutations of one caller that execute at a time; further ones wait first",
			quarter(DefaultMaxOperations), "MAX_OPERATIONS_PER_CALLER", errorcode.RateLimited,
		},
		{
			theImports + perCaller, "imports of one caller at a time; further ones wait first",
			DefaultMaxImports, "", errorcode.RateLimited,
		},
		{
			theLargeBodies + perCaller, "bodies of one caller larger than `MAX_BODY` at a time; further ones wait first",
			DefaultMaxLargeBodies, "", errorcode.RateLimited,
		},
		{
			subscriptionLimit, "subscriptions of one caller at a time",
			StreamLimits{}.withDefaults().Watches, "MAX_SUBSCRIPTIONS_PER_CALLER", errorcode.RateLimited,
		},
		{budget.AnswerLimit, "bytes of `data` in a response, before compression", DefaultMaxAnswer, "MAX_ANSWER", errorcode.AnswerTooLarge},
		{
			budget.MemoryLimit, "bytes of memory that building a response takes; the maximum is four times `MAX_ANSWER` if that is more",
			budget.DefaultShare, "", errorcode.AnswerTooLarge,
		},
	}
}

// DefaultStreamLimits returns the limits of streams that zero values stand for.
func DefaultStreamLimits() StreamLimits { return StreamLimits{}.withDefaults() }
