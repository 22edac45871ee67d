package main

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"rehearse/graph"
	"rehearse/internal/booking"
	"rehearse/internal/errorcode"
	"rehearse/internal/gqlhttp"
)

func errorsPage() []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, generated, "schema.graphqls, internal/errorcode and internal/booking")
	b.WriteString("# Error codes\n\n" +
		prose("There are two kinds of codes. If a rule refuses a mutation, nothing is changed, and the payload has the refusals in "+
			"`errors`. If a request fails, the response has top-level `errors` with a code in `extensions.code`. "+
			"[Integrate a frontend](../how-to/integrate-a-frontend.md#refusals-are-data) describes how to handle both."))
	writeRefusalCodes(&b)
	writeErrorCodes(&b)
	return b.Bytes()
}

func writeRefusalCodes(b *bytes.Buffer) {
	schema := graph.Schema()
	common := codesIn(schema.Mutation.Description)
	b.WriteString("## Refusals\n\n" +
		prose("A refusal is a `UserError`. Its type has fields for the data that belongs to the code, such as alternative slots. "+
			"The column *retry* says whether it helps to send the same request again:") +
		"| retry | |\n|---|---|\n" +
		"| " + string(booking.RetrySoon) + " | Send the request again with the same idempotency key, with exponential backoff and jitter. |\n" +
		"| " + string(booking.RetryLater) + " | The request can succeed after some time or after another change. Use a new idempotency key, because the old one returns the first response. |\n" +
		"| " + string(booking.RetryNever) + " | The request is refused again. Change the input, or read the objects again. |\n\n" +
		"New codes can be added. Treat an unknown one as a refusal with a `message`.\n\n" +
		"| code | meaning | type | retry | mutations |\n|---|---|---|---|---|\n")
	for _, code := range booking.RefusalCodes() {
		name := string(code.Code)
		mutations := "any mutation"
		switch {
		case code.Code == booking.IdempotencyMismatch:
			mutations = "any mutation with an idempotency key"
		case !slices.Contains(common, name) || code.Code == booking.WrongStatus || code.Code == booking.VersionConflict:
			mutations = list(mutationsWith(schema, name))
		}
		fmt.Fprintf(b, "| <a id=%q></a>`%s` | %s | `%s` | %s | %s |\n", strings.ToLower(name), name,
			oneLine(schema.Types["RefusalCode"].EnumValues.ForName(name).Description), typeOf(schema, name), code.Retry, mutations)
	}
	b.WriteString("\n" + prose("Any mutation can also be refused with "+code(string(booking.WrongStatus))+" if the caller is an interviewer who "+
		"is not active. In an import, each row has its own errors with the same codes (`ImportRow.errors`)."))
}

func writeErrorCodes(b *bytes.Buffer) {
	b.WriteString("## Errors of requests\n\n" +
		prose("The HTTP status depends on the [media type](graphql-over-http.md#responses) of the response, and is 200 if only some "+
			"fields fail. If a rule refuses a query, the error has the code of the refusal in `extensions.refusal`. If *retry* is "+
			"yes, the same request may succeed when it is sent again.") +
		"| code | meaning | status, `application/json` | status, `application/graphql-response+json` | retry | what to do |\n|---|---|---|---|---|---|\n")
	for _, info := range errorcode.All() {
		retry := "no"
		if info.Retry {
			retry = "yes"
		}
		asJSON, asGraphQL := gqlhttp.Statuses(info.Code)
		fmt.Fprintf(b, "| <a id=%q></a>`%s` | %s | %s | %s | %s | %s |\n", "error-"+strings.ToLower(string(info.Code)), info.Code, info.Meaning,
			numbers(asJSON), numbers(asGraphQL), retry, info.Advice)
	}
	var faults []string
	for _, info := range errorcode.All() {
		if info.Fault {
			faults = append(faults, string(info.Code))
		}
	}
	b.WriteString("\n" + strings.TrimSuffix(prose("The server causes "+list(faults[:len(faults)-1])+" and "+code(faults[len(faults)-1])+"; the request causes all other codes. The codes are the same "+
		"over HTTP, WebSockets and event streams."), "\n"))
}

var quotedWord = regexp.MustCompile("`([A-Z]+(?:_[A-Z]+)+)`")

// codesIn returns the refusal codes that a description names.
func codesIn(description string) []string {
	var codes []string
	for _, match := range quotedWord.FindAllStringSubmatch(description, -1) {
		if graph.Schema().Types["RefusalCode"].EnumValues.ForName(match[1]) != nil {
			codes = append(codes, match[1])
		}
	}
	return codes
}

// mutationsWith returns the mutations whose description, or that of an input field, names the
// code.
func mutationsWith(schema *ast.Schema, code string) []string {
	var names []string
	for _, field := range schema.Mutation.Fields {
		text := field.Description
		for _, input := range schema.Types[field.Arguments[0].Type.Name()].Fields {
			text += "\n" + input.Description
		}
		if slices.Contains(codesIn(text), code) {
			names = append(names, field.Name)
		}
	}
	return names
}

// typeOf returns the type of a refusal: the one whose description names the code.
func typeOf(schema *ast.Schema, code string) string {
	for _, of := range schema.GetPossibleTypes(schema.Types["UserError"]) {
		if of.Kind == ast.Object && slices.Contains(codesIn(of.Description), code) {
			return of.Name
		}
	}
	return "PlainError"
}

func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }

func code(text string) string { return "`" + text + "`" }

// list joins names as code.
func list(names []string) string {
	quoted := make([]string, len(names))
	for i, name := range names {
		quoted[i] = code(name)
	}
	return strings.Join(quoted, ", ")
}

func numbers(values []int) string {
	texts := make([]string, len(values))
	for i, value := range values {
		texts[i] = strconv.Itoa(value)
	}
	return strings.Join(texts, ", ")
}
