package gqlhttp

import (
	"math"
	"mime"
	"net/http"
	"strconv"
	"strings"
)

// Media types of answers.
const (
	jsonMedia        = "application/json"
	graphqlJSONMedia = "application/graphql-response+json"
	eventStreamMedia = "text/event-stream"
)

// responseMedia is the media type of the answer to r, and whether r accepts it.
// What r likes equally is GraphQL's own if r names it, and JSON otherwise: that
// is what clients from before GraphQL had its own expect.
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

// prefersEventStream reports whether r would rather have a stream of events
// than one answer.
func prefersEventStream(r *http.Request) bool {
	accepted := parseAccept(r.Header.Values("Accept"))
	stream, _ := accepted.quality(eventStreamMedia)
	plain, _ := accepted.quality(jsonMedia)
	own, _ := accepted.quality(graphqlJSONMedia)
	return stream > max(plain, own)
}

// accept is what a request accepts: its media ranges (RFC 9110, 12.5.1).
type accept []mediaRange

type mediaRange struct {
	media   string // type/subtype, in lower case; either may be *
	quality float64
}

// parseAccept leaves out what is no media range, and what asks for another
// charset than UTF-8, which is the only one here. No header accepts anything.
func parseAccept(headers []string) accept {
	ranges := accept{}
	for _, text := range splitQuoted(strings.Join(headers, ",")) {
		if strings.TrimSpace(text) == "" {
			continue
		}
		media, parameters, err := mime.ParseMediaType(text)
		if err != nil || !isUTF8(parameters) {
			ranges = append(ranges, mediaRange{}) // it accepts something, and nothing that we have
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

// qualityOf is the parameter q; one that cannot be read is as good as none.
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

// quality is how much a media type is liked, from 0, not at all, to 1, by what
// is most specific about it; named, whether that is its own name.
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

// splitQuoted splits a header's list at its commas, but those within quotes.
func splitQuoted(list string) []string {
	quoted := false
	return strings.FieldsFunc(list, func(r rune) bool {
		if r == '"' {
			quoted = !quoted
		}
		return r == ',' && !quoted
	})
}
