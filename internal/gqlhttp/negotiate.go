package gqlhttp

import (
	"math"
	"mime"
	"net/http"
	"strconv"
	"strings"
)

// Media types of responses.
const (
	jsonMedia        = "application/json"
	graphqlJSONMedia = "application/graphql-response+json"
	eventStreamMedia = "text/event-stream"
)

// responseMedia returns the media type of the response to r, and whether r accepts it. On
// equal quality it is GraphQL's own type if r names it, and JSON otherwise, which clients
// older than that type expect.
func responseMedia(r *http.Request) (media string, acceptable bool) {
	accepted := parseAccept(r.Header.Values("Accept"))
	plain, _ := accepted.quality(jsonMedia)
	own, named := accepted.quality(graphqlJSONMedia)
	switch {
	case own == 0 && plain == 0:
		return jsonMedia, false
	case own > plain || (own == plain && named):
		return graphqlJSONMedia, true
	default:
		return jsonMedia, true
	}
}

// prefersEventStream reports whether r prefers an event stream to a single response.
func prefersEventStream(r *http.Request) bool {
	accepted := parseAccept(r.Header.Values("Accept"))
	stream, _ := accepted.quality(eventStreamMedia)
	plain, _ := accepted.quality(jsonMedia)
	own, _ := accepted.quality(graphqlJSONMedia)
	return stream > max(plain, own)
}

// accept is the list of media ranges that a request accepts (RFC 9110, 12.5.1). Libraries
// such as goautoneg take the first range that matches, so that application/json;q=0, */*
// would still accept JSON.
type accept []mediaRange

type mediaRange struct {
	media   string // type/subtype, in lower case; either may be *
	quality float64
}

// parseAccept parses Accept headers. It ignores invalid media ranges and those with a
// charset other than UTF-8, the only one supported. Without a header, everything is
// accepted.
func parseAccept(headers []string) accept {
	ranges := accept{}
	for _, text := range splitQuoted(strings.Join(headers, ",")) {
		if strings.TrimSpace(text) == "" {
			continue
		}
		media, parameters, err := mime.ParseMediaType(text)
		if err != nil || !isUTF8(parameters) {
			ranges = append(ranges, mediaRange{}) // matches nothing, but the header is not empty
			continue
		}
		ranges = append(ranges, mediaRange{media, qualityOf(parameters)})
	}
	if len(ranges) == 0 {
		return accept{{"*/*", 1}}
	}
	return ranges
}

func isUTF8(parameters map[string]string) bool {
	charset, given := parameters["charset"]
	return !given || strings.EqualFold(charset, "utf-8")
}

// qualityOf returns the parameter q. It returns 1 if q is missing or invalid.
func qualityOf(parameters map[string]string) float64 {
	text, given := parameters["q"]
	if !given {
		return 1
	}
	q, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsNaN(q) || q < 0 || q > 1 {
		return 1
	}
	return q
}

// quality returns the quality of a media type, from 0 to 1, by its most specific media
// range, and whether that range names the type exactly.
func (a accept) quality(media string) (quality float64, named bool) {
	kind, _, _ := strings.Cut(media, "/")
	for _, name := range []string{media, kind + "/*", "*/*"} {
		found := false
		for _, r := range a {
			if r.media == name {
				found = true
				quality = max(quality, r.quality)
			}
		}
		if found {
			return quality, name == media
		}
	}
	return 0, false
}

// splitQuoted splits a header's list at the commas outside quotes.
func splitQuoted(list string) []string {
	quoted := false
	return strings.FieldsFunc(list, func(r rune) bool {
		if r == '"' {
			quoted = !quoted
		}
		return r == ',' && !quoted
	})
}
