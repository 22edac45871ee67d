package gqlhttp

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/validator/rules"

	"rehearse/graph"
	"rehearse/internal/errorcode"
	"rehearse/internal/gqlhttp/coerce"
)

// A client may send the SHA-256 of a document in place of the document: in the parameter
// documentId (GraphQL over HTTP, persisted documents) or, as Apollo's clients do, in
// extensions.persistedQuery. The former is converted to the latter.
const (
	persistedExtension = "persistedQuery"
	documentIDPrefix   = "sha256:"
)

// nameDocument converts documentId to a persisted query in the extensions.
func nameDocument(params *graphql.RawParams, documentID string) *refusal {
	if documentID == "" {
		return nil
	}
	hash, is := strings.CutPrefix(documentID, documentIDPrefix)
	switch {
	case !is || !isHash(hash):
		return refuse(malformed, "the parameter documentId is invalid; %s followed by 64 lower-case hexadecimal digits is expected", documentIDPrefix)
	case params.Query != "":
		return refuse(malformed, "the parameters query and documentId are both set; only one is allowed")
	}
	if params.Extensions == nil {
		params.Extensions = map[string]any{}
	}
	params.Extensions[persistedExtension] = map[string]any{"version": 1, "sha256Hash": hash}
	return nil
}

// TrustedDocuments maps hashes to the texts of the documents that may execute.
type TrustedDocuments map[string]string

// LoadTrustedDocuments reads every .graphql and .gql file of a folder, recursively. Each
// document must be within the limits and valid for the schema. It is stored with and
// without trailing line breaks, because editors add one and clients do not.
func LoadTrustedDocuments(ctx context.Context, folder fs.FS, limits Limits) (TrustedDocuments, error) {
	known := TrustedDocuments{}
	d := documents{limits: limits, check: coerce.Checker{Schema: graph.Schema()}, rules: rules.NewDefaultRules}
	err := fs.WalkDir(folder, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || (path.Ext(name) != ".graphql" && path.Ext(name) != ".gql") {
			return err
		}
		text, err := fs.ReadFile(folder, name)
		if err != nil {
			return err
		}
		if _, problems := d.read(ctx, string(text)); len(problems) > 0 {
			return fmt.Errorf("%s: %w", name, problems)
		}
		for _, text := range []string{string(text), strings.TrimRight(string(text), "\r\n")} {
			known[hashOf(text)] = text
		}
		return nil
	})
	if err == nil && len(known) == 0 {
		err = errors.New("it contains no .graphql file")
	}
	return known, err
}

// find sets params.Query to the text of the requested document, or returns an error if it
// is unknown.
func (d documents) find(ctx context.Context, params *graphql.RawParams) *gqlerror.Error {
	hash, err := persistedHash(params.Extensions)
	if err != nil {
		return err
	}
	if params.Query != "" {
		return d.recognise(params.Query, hash)
	}
	switch {
	case hash == "":
		return graph.RequestError(errorcode.BadUserInput, "the parameter query is missing")
	case d.trusted != nil:
		text, known := d.trusted[hash]
		params.Query = text
		return unlessKnown(known)
	case d.persisted != nil:
		text, known := d.persisted.Get(ctx, hash)
		params.Query = text
		return unlessKnown(known)
	}
	return graph.RequestError(errorcode.PersistedNotSupported, "PersistedQueryNotSupported")
}

// unlessKnown returns the error for an unknown hash. Clients match its message, and resend
// the text.
func unlessKnown(known bool) *gqlerror.Error {
	if known {
		return nil
	}
	return graph.RequestError(errorcode.PersistedNotFound, "PersistedQueryNotFound")
}

// recognise checks a text against the hash that was sent with it, if any, and against the
// trusted documents.
func (d documents) recognise(text, hash string) *gqlerror.Error {
	if d.trusted == nil && d.persisted == nil {
		return nil // the hash has no use here; ignore it
	}
	actual := hashOf(text)
	if hash != "" && hash != actual {
		return graph.RequestError(errorcode.BadUserInput, "extensions.persistedQuery.sha256Hash is not the SHA-256 of query")
	}
	if d.trusted == nil {
		return nil
	}
	if _, known := d.trusted[actual]; !known {
		return graph.RequestError(errorcode.NotTrusted, "the document is not trusted; this server executes only its own list of documents")
	}
	return nil
}

// remember caches a document that was sent with its hash. The document must be valid.
func (d documents) remember(ctx context.Context, params *graphql.RawParams) {
	if d.persisted == nil || params.Extensions[persistedExtension] == nil {
		return
	}
	d.persisted.Add(ctx, hashOf(params.Query), params.Query)
}

// persistedHash returns the hash in the extensions, or "".
func persistedHash(extensions map[string]any) (string, *gqlerror.Error) {
	given := extensions[persistedExtension]
	if given == nil {
		return "", nil
	}
	fields, _ := given.(map[string]any)
	hash, _ := fields["sha256Hash"].(string)
	if version := fields["version"]; !isHash(hash) || (version != nil && fmt.Sprint(version) != "1") {
		return "", graph.RequestError(errorcode.BadUserInput,
			"extensions.persistedQuery is invalid; version 1 with a sha256Hash of 64 lower-case hexadecimal digits is expected")
	}
	return hash, nil
}

func hashOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

func isHash(text string) bool {
	return len(text) == 2*sha256.Size && strings.Trim(text, "0123456789abcdef") == ""
}
