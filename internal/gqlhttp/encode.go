package gqlhttp

import (
	"bytes"
	"encoding/json"
	"io"
	"slices"

	"github.com/99designs/gqlgen/graphql"
)

// parts are what an answer is written of, one after the other. The data are not
// copied into one text with the rest: they may be most of the memory there is for
// them.
type parts [3][]byte

// The sizes of what is written at once.
const (
	maxJoined = 32 << 10 // parts that are together not more are written as one
	maxChunk  = 64 << 10 // a reader has to take so much in the time for a write
)

func (p parts) size() int { return len(p[0]) + len(p[1]) + len(p[2]) }

// writeTo writes the parts, never very much at once, so that a deadline of each
// write is one of progress.
func (p parts) writeTo(w io.Writer) error {
	if p.size() <= maxJoined {
		p = parts{slices.Concat(p[0], p[1], p[2])}
	}
	for _, part := range p {
		for chunk := range slices.Chunk(part, maxChunk) {
			if _, err := w.Write(chunk); err != nil {
				return err
			}
		}
	}
	return nil
}

// envelope is what stands around the members of a response: its braces, and what
// a transport has before and after them.
type envelope struct{ before, after string }

var (
	httpEnvelope  = envelope{"{", "}\n"}
	eventEnvelope = envelope{"event: next\ndata: {", "}\n\n"}
)

// encoded is a response as JSON, in its envelope. It has no data, not even null, if
// nothing was executed.
func encoded(response *graphql.Response, in envelope) parts {
	const data = `"data":`
	if len(response.Errors) == 0 && len(response.Extensions) == 0 && len(response.Data) > 0 {
		return parts{[]byte(in.before + data), response.Data, []byte(in.after)}
	}
	head, separator := []byte(in.before), ""
	if len(response.Errors) > 0 {
		head = append(append(head, `"errors":`...), asJSON(response.Errors)...)
		separator = ","
	}
	if len(response.Data) > 0 {
		head = append(append(head, separator...), data...)
		separator = ","
	}
	tail := []byte(in.after)
	if len(response.Extensions) > 0 {
		tail = slices.Concat([]byte(separator+`"extensions":`), asJSON(response.Extensions), tail)
	}
	return parts{head, response.Data, tail}
}

// asJSON encodes what is ours, and can be encoded.
func asJSON(value any) []byte {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(value)
	return bytes.TrimSuffix(text.Bytes(), []byte("\n"))
}

func jsonString(text string) string { return string(asJSON(text)) }

// oneLine is a response without line breaks, which end the data of an event. JSON
// has them between its tokens alone.
func oneLine(response *graphql.Response) *graphql.Response {
	if !bytes.ContainsAny(response.Data, "\r\n") {
		return response
	}
	var compact bytes.Buffer
	one := *response
	if json.Compact(&compact, response.Data) == nil {
		one.Data = compact.Bytes()
	}
	return &one
}
