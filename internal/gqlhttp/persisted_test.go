package gqlhttp_test

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io/fs"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"rehearse/internal/gqlhttp"
	"rehearse/internal/store"
)

func sha(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// apollo returns the extensions of a request that names its document by hash, as Apollo's
// clients do.
func apollo(hash string) map[string]any {
	return map[string]any{"persistedQuery": map[string]any{"version": 1, "sha256Hash": hash}}
}

func (s *school) postJSON(body map[string]any) answer {
	s.T.Helper()
	text, err := json.Marshal(body)
	if err != nil {
		s.T.Fatal(err)
	}
	return s.Post("application/json", string(text))
}

func TestPersistedQueries(t *testing.T) {
	t.Parallel()
	s := newSchoolWith(t, store.Options{}, func(o *gqlhttp.Options) { o.PersistedQueries = true })
	text := `query($i: ID!) { student(id: $i) { id } }`
	hashed := func(query, hash string) answer {
		body := map[string]any{"variables": map[string]any{"i": "1"}, "extensions": apollo(hash)}
		if query != "" {
			body["query"] = query
		}
		return s.postJSON(body)
	}
	a := hashed("", sha(text))
	same(t, "an unknown hash", a.Code()+" "+a.Errors[0].Message, "PERSISTED_QUERY_NOT_FOUND PersistedQueryNotFound")
	same(t, "a document with the hash of another", hashed(text, sha("another")).Code(), "BAD_USER_INPUT")
	same(t, "the document with its hash", string(hashed(text, sha(text)).Data), `{"student":null}`)
	same(t, "the hash alone", string(hashed("", sha(text)).Data), `{"student":null}`)
	extensions, _ := json.Marshal(apollo(sha(text)))
	same(t, "the hash with GET", string(s.askByURL(map[string]string{"variables": `{"i":"1"}`, "extensions": string(extensions)}).Data), `{"student":null}`)
	same(t, "documentId", string(s.askByURL(map[string]string{"variables": `{"i":"1"}`, "documentId": "sha256:" + sha(text)}).Data), `{"student":null}`)
	same(t, "without a hash", string(s.Ask("{ __typename }", nil).Data), `{"__typename":"Query"}`)
	large := "{" + strings.Repeat(" __typename", 21) + "}"
	same(t, "a document over a limit", hashed(large, sha(large)).Code(), "QUERY_TOO_COMPLEX")
	same(t, "a refused document is not cached", hashed("", sha(large)).Code(), "PERSISTED_QUERY_NOT_FOUND")
	for name, body := range map[string]map[string]any{
		"a short hash":                   {"extensions": apollo("abc")},
		"a hash of the wrong type":       {"extensions": map[string]any{"persistedQuery": map[string]any{"sha256Hash": 5}}},
		"another version":                {"extensions": map[string]any{"persistedQuery": map[string]any{"version": 2, "sha256Hash": sha(text)}}},
		"an extension of the wrong type": {"extensions": map[string]any{"persistedQuery": "x"}},
		"an id of an unknown scheme":     {"documentId": "md5:abc"},
		"an id and a query":              {"documentId": "sha256:" + sha(text), "query": text},
		"an id of the wrong type":        {"documentId": 5},
	} {
		t.Run(name, func(t *testing.T) {
			same(t, "error code", s.For(t).postJSON(body).Code(), "BAD_USER_INPUT")
		})
	}
}

func TestPersistedQueriesDisabled(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	text := "{ __typename }"
	same(t, "the hash alone", s.postJSON(map[string]any{"extensions": apollo(sha(text))}).Code(), "PERSISTED_QUERY_NOT_SUPPORTED")
	same(t, "the document with its hash", string(s.postJSON(map[string]any{"query": text, "extensions": apollo(sha(text))}).Data), `{"__typename":"Query"}`)
}

func TestTrustedDocuments(t *testing.T) {
	t.Parallel()
	const text = "query Name { __typename }"
	documents, err := gqlhttp.LoadTrustedDocuments(t.Context(), fstest.MapFS{
		"name.graphql":       {Data: []byte(text + "\n")},
		"deeper/policy.gql":  {Data: []byte("{ bookingPolicy { version } }")},
		"deeper/README.md":   {Data: []byte("no document")},
		"deeper/two.graphql": {Data: []byte("query a { __typename } query b { viewer { role } }")},
	}, gqlhttp.DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	s := newSchoolWith(t, store.Options{}, func(o *gqlhttp.Options) { o.Trusted = documents })
	same(t, "its text", s.Ask(text, nil).Code(), "")
	same(t, "its text as in the file", s.Ask(text+"\n", nil).Code(), "")
	same(t, "its hash", string(s.postJSON(map[string]any{"documentId": "sha256:" + sha(text)}).Data), `{"__typename":"Query"}`)
	same(t, "its hash in Apollo's form", string(s.postJSON(map[string]any{"extensions": apollo(sha(text))}).Data), `{"__typename":"Query"}`)
	same(t, "one of two operations", string(s.postJSON(map[string]any{
		"documentId": "sha256:" + sha("query a { __typename } query b { viewer { role } }"), "operationName": "b",
	}).Data), `{"viewer":{"role":"ADMIN"}}`)
	same(t, "another text", s.Ask("{ __typename }", nil).Code(), "DOCUMENT_NOT_TRUSTED")
	same(t, "another text with a trusted hash",
		s.postJSON(map[string]any{"query": "{ __typename }", "extensions": apollo(sha(text))}).Code(), "BAD_USER_INPUT")
	same(t, "another hash", s.postJSON(map[string]any{"documentId": "sha256:" + sha("x")}).Code(), "PERSISTED_QUERY_NOT_FOUND")
	same(t, "no document", s.postJSON(map[string]any{}).Status, http.StatusBadRequest)
}

func TestInvalidTrustedDocuments(t *testing.T) {
	t.Parallel()
	of := func(text string) fs.FS { return fstest.MapFS{"a.graphql": {Data: []byte(text)}} }
	for _, test := range []struct {
		name   string
		folder fs.FS
		says   string
	}{
		{"a syntax error", of("{"), "Expected Name"},
		{"an unknown field", of("{ nothing }"), "Cannot query field"},
		{"a document over a limit", of("{" + strings.Repeat(" __typename", 21) + "}"), "(limit rootFields)"},
		{"an empty folder", fstest.MapFS{}, "contains no .graphql file"},
		{"a missing folder", os.DirFS("nowhere"), "no such file"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if _, err := gqlhttp.LoadTrustedDocuments(t.Context(), test.folder, gqlhttp.DefaultLimits()); err == nil || !strings.Contains(err.Error(), test.says) {
				t.Errorf("got the error %v, want %q", err, test.says)
			}
		})
	}
}

func TestHiddenSchema(t *testing.T) {
	t.Parallel()
	hidden := newSchoolWith(t, store.Options{}, func(o *gqlhttp.Options) { o.HideSchema = true })
	shown := newSchool(t)
	for _, document := range []string{
		"{ viewe { role } }", "{ viewer }", "{ student(idd: 1) { id } }", "{ students(orderBy: {direction: ASCC}) { totalCount } }",
		"{ students(orderBy: {field: NAM}) { totalCount } }",
	} {
		t.Run(document, func(t *testing.T) {
			a := hidden.For(t).Ask(document, nil)
			if a.Code() != "BAD_USER_INPUT" || strings.Contains(a.Body, "Did you mean") || strings.Contains(a.Body, "expected one of") {
				t.Errorf("got %s, want BAD_USER_INPUT without suggestions", a.Body)
			}
			if a := shown.For(t).Ask(document, nil); !strings.Contains(a.Body, "Did you mean") && !strings.Contains(a.Body, "expected one of") {
				t.Errorf("with a visible schema: got %s, want suggestions", a.Body)
			}
		})
	}
	for _, document := range []string{"{ __schema { types { name } } }", `{ __type(name: "Slot") { name } }`} {
		t.Run(document, func(t *testing.T) {
			hidden.For(t).Ask(document, nil).WantError("BAD_USER_INPUT", "Introspection is disabled")
			same(t, "error code with a visible schema", shown.For(t).Ask(document, nil).Code(), "")
		})
	}
	same(t, "__typename is not hidden", string(hidden.Ask("{ __typename }", nil).Data), `{"__typename":"Query"}`)
}

// The introspection query of GraphiQL, Apollo and graphql-codegen is within the limits.
// This is the deepest of theirs. Many concurrent callers get their responses.
func TestIntrospectionOfTools(t *testing.T) {
	t.Parallel()
	s := newSchool(t)
	const wrapped = "kind name ofType {"
	document := `query IntrospectionQuery { __schema { description queryType { name kind } mutationType { name kind } subscriptionType { name kind }
		types { ...FullType } directives { name description isRepeatable locations args(includeDeprecated: true) { ...InputValue } } } }
		fragment FullType on __Type { kind name description specifiedByURL isOneOf
			fields(includeDeprecated: true) { name description args(includeDeprecated: true) { ...InputValue } type { ...TypeRef } isDeprecated deprecationReason }
			inputFields(includeDeprecated: true) { ...InputValue } interfaces { ...TypeRef }
			enumValues(includeDeprecated: true) { name description isDeprecated deprecationReason } possibleTypes { ...TypeRef } }
		fragment InputValue on __InputValue { name description type { ...TypeRef } defaultValue isDeprecated deprecationReason }
		fragment TypeRef on __Type { ` + strings.Repeat(wrapped, 9) + " kind name " + strings.Repeat("}", 9) + " }"
	var all sync.WaitGroup
	for range 12 { // many more than fit into the memory for responses
		all.Go(func() {
			a := s.Ask(document, nil)
			if len(a.Errors) > 0 || !strings.Contains(a.Body, "availableSlots") {
				t.Errorf("got %.500s", a.Body)
			}
		})
	}
	all.Wait()
}
