package gqlhttp

import "net/http"

// outcome is what became of a request.
type outcome int

const (
	executed        outcome = iota // there is data, if only null
	malformed                      // no GraphQL request could be read
	wrongMethod                    // neither GET nor POST, or GET for what changes something
	notAcceptable                  // no media type that the sender accepts
	slowBody                       // it did not come in time
	tooLarge                       // it is larger than a body may be
	wrongMedia                     // it is no JSON in UTF-8 as it stands
	wrongDocument                  // the document or its variables are not what can be executed
	unauthenticated                // the token is no good
	rateLimited                    // the sender has asked for too much
	unavailable                    // the server cannot tell at the moment
	ranOutOfTime                   // nothing was executed in the time there is
	panicked                       // a fault outside of what is executed
)

// status is the status of an answer: here an outcome becomes one, and nowhere
// else. Under application/json a status says only whether a GraphQL request was
// answered, so that a 4xx is never a proxy's in a GraphQL server's clothes;
// under GraphQL's own media type it says what became of it.
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
	rateLimited:     http.StatusTooManyRequests,
	unavailable:     http.StatusServiceUnavailable,
	ranOutOfTime:    http.StatusGatewayTimeout,
	panicked:        http.StatusInternalServerError,
}
