// Package errorcode lists the codes of the errors of requests. The metrics, the HTTP statuses and
// docs/reference/errors.md derive from the list. Package booking lists the codes of refusals.
package errorcode

import "slices"

// Code is the code of a top-level error, in extensions.code. Codes are part of the public API.
type Code string

const (
	Unauthenticated       Code = "UNAUTHENTICATED"
	Forbidden             Code = "FORBIDDEN"
	RateLimited           Code = "RATE_LIMITED"
	NotFound              Code = "NOT_FOUND"
	BadUserInput          Code = "BAD_USER_INPUT"
	TooComplex            Code = "QUERY_TOO_COMPLEX"
	AnswerTooLarge        Code = "ANSWER_TOO_LARGE"
	PersistedNotFound     Code = "PERSISTED_QUERY_NOT_FOUND"
	PersistedNotSupported Code = "PERSISTED_QUERY_NOT_SUPPORTED"
	NotTrusted            Code = "DOCUMENT_NOT_TRUSTED"
	Timeout               Code = "TIMEOUT"
	Unavailable           Code = "UNAVAILABLE"
	OutcomeUnknown        Code = "OUTCOME_UNKNOWN"
	Internal              Code = "INTERNAL"
)

// Info describes a code.
type Info struct {
	Code    Code
	Meaning string // a sentence
	Fault   bool   // the server is at fault and not the client
	Retry   bool   // the same request may succeed if it is sent again
	Advice  string // a sentence: what a client does
}

var list = []Info{
	{
		Code: BadUserInput, Meaning: "The request, its document, its variables or an argument of a query is invalid.",
		Advice: "Correct the request; the message says what is wrong and what is allowed.",
	},
	{
		Code: Unauthenticated, Meaning: "The token is missing, invalid or expired.",
		Advice: "Get a new token.",
	},
	{
		Code: Forbidden, Meaning: "The caller's role does not have access to the field.",
		Advice: "Do not select the field for this role.",
	},
	{
		Code: NotFound, Meaning: "A query refers to an object that does not exist or that the caller may not see.",
		Advice: "Refetch the list that contained the id.",
	},
	{
		Code: TooComplex, Meaning: "The document or the operation exceeds a limit, which `limit` names.",
		Advice: "Select fewer fields or smaller pages, or split the document.",
	},
	{
		Code: AnswerTooLarge, Meaning: "The response exceeds a limit, which `limit` names.",
		Advice: "Select fewer fields or smaller pages. Mutations in `executed` were executed: do not send them again.",
	},
	{
		Code: PersistedNotFound, Meaning: "The server does not know a document with this hash.",
		Advice: "Send the text of the document with the hash, unless the server only executes trusted documents.",
	},
	{
		Code: PersistedNotSupported, Meaning: "A hash was sent without a document, and `APQ` is off.",
		Advice: "Send the text of the document.",
	},
	{
		Code: NotTrusted, Meaning: "The server only executes the documents in `TRUSTED_DOCUMENTS`.",
		Advice: "Add the document to that folder.",
	},
	{
		Code: RateLimited, Meaning: "The caller has no points left, or has too many operations in progress.", Retry: true,
		Advice: "Wait for the seconds in `Retry-After`.",
	},
	{
		Code: Timeout, Meaning: "The operation exceeded its time limit and was cancelled.", Fault: true, Retry: true,
		Advice: "Back off. Repeat a mutation with the same idempotency key.",
	},
	{
		Code: Unavailable, Meaning: "The server is overloaded, or the database is temporarily out of service.", Fault: true, Retry: true,
		Advice: "Wait for the seconds in `Retry-After`, or back off. Repeat a mutation with the same idempotency key.",
	},
	{
		Code: OutcomeUnknown, Meaning: "The database did not confirm the change, so it may or may not have been made.", Fault: true, Retry: true,
		Advice: "Back off, and repeat the mutation with the same idempotency key: it returns the change if it was made. Without a key, read the objects first.",
	},
	{
		Code: Internal, Meaning: "The server failed; its log has the cause under the `errorId`.", Fault: true, Retry: true,
		Advice: "Back off, and report the `errorId` if it happens again. Repeat a mutation with the same idempotency key.",
	},
}

// All describes all codes, those of wrong requests first.
func All() []Info { return slices.Clone(list) }
