package gqlhttp

import (
	"bytes"
	"encoding/json"
	"io"
	"slices"
	"sync"

	"github.com/99designs/gqlgen/graphql"
)

// parts are the consecutive parts of a response. The data are not copied into a single
// buffer, because they may take most of the memory of the response.
type parts [3][]byte

// Sizes of writes.
const (
	maxJoined = 32 << 10 // parts up to this total are written as one
	maxChunk  = 64 << 10 // a client must read this much within the write timeout
)

// buffers are used again and again for the joined parts of responses (*[]byte). A writer does not
// keep what it is given.
var buffers = sync.Pool{New: func() any { return new([]byte) }}

func (p parts) size() int { return len(p[0]) + len(p[1]) + len(p[2]) }

// writeTo writes the parts in chunks, so that a deadline per write requires progress and
// not completion.
func (p parts) writeTo(w io.Writer) error {
	if p.size() <= maxJoined {
		joined := buffers.Get().(*[]byte)
		defer buffers.Put(joined)
		*joined = append(append(append((*joined)[:0], p[0]...), p[1]...), p[2]...)
		p = parts{*joined}
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

// envelope is the text around the members of a response: its braces and the framing of the
// transport.
type envelope struct{ before, after string }

var (
	httpEnvelope  = envelope{"{", "}\n"}
	eventEnvelope = envelope{"event: next\ndata: {", "}\n\n"}
)

// encoded returns the response as JSON in its envelope. It omits data if nothing was
// executed.
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

// asJSON encodes a value that is known to be encodable.
func asJSON(value any) []byte {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(value)
	return bytes.TrimSuffix(text.Bytes(), []byte("\n"))
}

func jsonString(text string) string { return string(asJSON(text)) }

// oneLine returns the response without line breaks, which would end the data of an event.
// In JSON they occur only between tokens.
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
