package gqlhttp

import (
	"net/http"
	"slices"

	"rehearse/internal/errorcode"
)

// outcome classifies how a request ended.
type outcome int

const (
	executed        outcome = iota // the response has data, possibly null
	malformed                      // not a readable GraphQL request
	wrongMethod                    // neither GET nor POST, or GET for a mutation
	notAcceptable                  // no acceptable media type
	slowBody                       // the body did not arrive in time
	tooLarge                       // the body is too large
	wrongMedia                     // the body is not uncompressed JSON in UTF-8
	wrongDocument                  // the document or its variables are invalid
	unauthenticated                // the token is invalid
	notFound                       // there is no such school
	rateLimited                    // the caller is over a limit
	unavailable                    // the server is overloaded or a dependency is down
	ranOutOfTime                   // timed out before anything was executed
	panicked                       // panic outside of execution
)

// status returns the HTTP status of an outcome. Under application/json, an invalid document
// and a timeout have status 200, so that clients can tell a 4xx of a proxy from a response
// of this server. Under GraphQL's own media type, the status reports the outcome.
func (o outcome) status(media string) int {
	if media == jsonMedia && (o == wrongDocument || o == ranOutOfTime) {
		return http.StatusOK
	}
	return statuses[o]
}

var statuses = map[outcome]int{
	executed:        http.StatusOK,
	malformed:       http.StatusBadRequest,
	wrongMethod:     http.StatusMethodNotAllowed,
	notAcceptable:   http.StatusNotAcceptable,
	slowBody:        http.StatusRequestTimeout,
	tooLarge:        http.StatusRequestEntityTooLarge,
	wrongMedia:      http.StatusUnsupportedMediaType,
	wrongDocument:   http.StatusBadRequest,
	unauthenticated: http.StatusUnauthorized,
	notFound:        http.StatusNotFound,
	rateLimited:     http.StatusTooManyRequests,
	unavailable:     http.StatusServiceUnavailable,
	ranOutOfTime:    http.StatusGatewayTimeout,
	panicked:        http.StatusInternalServerError,
}

// outcomesOf maps each code to the possible outcomes of requests whose first error has it.
var outcomesOf = map[errorcode.Code][]outcome{
	errorcode.BadUserInput: {
		executed, malformed, wrongMethod, notAcceptable, slowBody, tooLarge, wrongMedia, wrongDocument,
	},
	errorcode.Unauthenticated:       {executed, unauthenticated},
	errorcode.Forbidden:             {executed},
	errorcode.NotFound:              {executed, notFound},
	errorcode.TooComplex:            {wrongDocument},
	errorcode.AnswerTooLarge:        {executed},
	errorcode.PersistedNotFound:     {wrongDocument},
	errorcode.PersistedNotSupported: {wrongDocument},
	errorcode.NotTrusted:            {wrongDocument},
	errorcode.RateLimited:           {rateLimited},
	errorcode.Timeout:               {executed, ranOutOfTime},
	errorcode.Unavailable:           {executed, unavailable},
	errorcode.OutcomeUnknown:        {executed},
	errorcode.Internal:              {executed, panicked},
}

// Statuses returns the HTTP statuses of responses whose first error has the code, with
// application/json and with application/graphql-response+json, in ascending order.
func Statuses(code errorcode.Code) (asJSON, asGraphQL []int) {
	of := func(media string) []int {
		var found []int
		for _, o := range outcomesOf[code] {
			found = append(found, o.status(media))
		}
		slices.Sort(found)
		return slices.Compact(found)
	}
	return of(jsonMedia), of(graphqlJSONMedia)
}
