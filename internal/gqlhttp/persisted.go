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
	"rehearse/internal/gqlhttp/coerce"
)

// A document may be named by its SHA-256 in place of being sent: by the
// parameter documentId (GraphQL over HTTP, persisted documents), or as Apollo's
// clients do, in extensions.persistedQuery. Both come here as the latter.
const (
	persistedExtension = "persistedQuery"
	documentIDPrefix   = "sha256:"
)

// nameDocument keeps what documentId names where a persisted query is named.
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

// TrustedDocuments are the only ones that are executed, where there are such:
// texts by hash.
type TrustedDocuments map[string]string

// LoadTrustedDocuments reads every .graphql and .gql file of a folder, and of
// those in it. Each must be within the limits and stand against the schema. A
// document is known with and without the line breaks at its end, since editors
// add one and clients do not.
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

// find puts the text of the document that is meant into params, or says that
// there is none.
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
		return graph.RequestError(graph.CodeBadUserInput, "the parameter query is missing")
	case d.trusted != nil:
		text, known := d.trusted[hash]
		params.Query = text
		return unlessKnown(known)
	case d.persisted != nil:
		text, known := d.persisted.Get(ctx, hash)
		params.Query = text
		return unlessKnown(known)
	}
	return graph.RequestError(graph.CodePersistedNotSupported, "PersistedQueryNotSupported")
}

// unlessKnown: the words are those that clients look for, to send the text.
func unlessKnown(known bool) *gqlerror.Error {
	if known {
		return nil
	}
	return graph.RequestError(graph.CodePersistedNotFound, "PersistedQueryNotFound")
}

// recognise looks at a text that was sent, with the hash that was sent with it,
// if any.
func (d documents) recognise(text, hash string) *gqlerror.Error {
	if d.trusted == nil && d.persisted == nil {
		return nil // what was sent with it is of no use here, and no harm
	}
	actual := hashOf(text)
	if hash != "" && hash != actual {
		return graph.RequestError(graph.CodeBadUserInput, "extensions.persistedQuery.sha256Hash is not the SHA-256 of query")
	}
	if d.trusted == nil {
		return nil
	}
	if _, known := d.trusted[actual]; !known {
		return graph.RequestError(graph.CodeNotTrusted, "the document is not trusted; this server executes only its own list of documents")
	}
	return nil
}

// remember keeps a text that was sent with its hash; it is within the limits.
func (d documents) remember(ctx context.Context, params *graphql.RawParams) {
	if d.persisted == nil || params.Extensions[persistedExtension] == nil {
		return
	}
	d.persisted.Add(ctx, hashOf(params.Query), params.Query)
}

// persistedHash is the hash that extensions name, or "".
func persistedHash(extensions map[string]any) (string, *gqlerror.Error) {
	given := extensions[persistedExtension]
	if given == nil {
		return "", nil
	}
	fields, _ := given.(map[string]any)
	hash, _ := fields["sha256Hash"].(string)
	if version := fields["version"]; !isHash(hash) || (version != nil && fmt.Sprint(version) != "1") {
		return "", graph.RequestError(graph.CodeBadUserInput,
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
