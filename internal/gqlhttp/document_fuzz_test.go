package gqlhttp_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"rehearse/internal/gqlhttp"
)

// pieces holds the parts of hostile documents; % stands for a number.
var pieces = []string{
	"a% ", "a%:role ", "role ", "id ", "__typename ", "...f% ", "...f1 ", "...on Viewer{", "...{", "... on Student%{", "}", "{",
	"viewer{", "student(id:%){", "students(first:%){nodes{", "interviews{nodes{", "slots(first:%){edges{node{", "interviewer{", "slot{",
	"bookSlo% ", "bookSlot(input:{studentId:%,slotId:1}){errors{message}}", "__schema{", "__type(name:\"%\"){", "types{", "fields{", "type{", "ofType{", "args{",
	"x%(a:[[{b:%}]]) ", "students(orderBy:{direction:ASC%}){totalCount} ", "student(id:$v%){id} ", "@include(if:true) ", "@skip(if:$v1) ", "\"%\" ", "#\n",
	"}fragment f% on Query{", "}fragment f% on Viewer{", "}fragment f% on Student{", "}fragment f% on Mutation{", "}fragment f% on __Type{",
	"}query q%{", "}mutation q%{", "}query q%($v1:Int){", "}{",
}

// documentOf builds a document from bytes. Each byte is a piece, except that high bytes
// repeat the last few pieces, so that a few bytes make a large document.
func documentOf(data []byte) string {
	const most = 14_000
	written := []string{}
	size, number := 0, 0
	write := func(piece string) {
		if size += len(piece) + 2; size < most {
			written = append(written, piece)
		}
	}
	for _, b := range data {
		if b < 200 {
			write(pieces[int(b)%len(pieces)])
			continue
		}
		from := max(0, len(written)-1-int(b)%7)
		for _, piece := range written[from:] {
			for range 1 + int(b)/8%8*8 {
				write(piece)
			}
		}
	}
	var out strings.Builder
	out.WriteString("{")
	open := 1
	for _, piece := range written {
		if strings.HasPrefix(piece, "}") && len(piece) > 1 { // a definition begins: close what is open
			out.WriteString(strings.Repeat("}", max(0, open-1)))
			open = 1
		}
		open += strings.Count(piece, "{") - strings.Count(piece, "}")
		if open < 0 || (piece == "}" && open == 0) {
			open++
			continue
		}
		number++
		out.WriteString(strings.ReplaceAll(piece, "%", fmt.Sprint(number%90)))
	}
	out.WriteString(strings.Repeat("}", max(0, open)))
	return out.String()
}

// Checking a document within the limits takes less than tooLong. The fastest of several
// attempts counts, because other load on the machine only adds time.
func FuzzDocuments(f *testing.F) {
	for i := range 250 {
		f.Add([]byte{byte(i), byte(i * 7), 215, byte(i * 3), 255, byte(i + 31), 247, byte(i * 13), 231})
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		document := documentOf(data)
		var took time.Duration
		for range 10 {
			began := processorTime()
			problems := gqlhttp.Examine(t.Context(), document, nil)
			if took = processorTime() - began; took < tooLong {
				return
			}
			t.Logf("%d errors in %v", len(problems), took)
		}
		t.Errorf("took %v:\n%s", took, document)
	})
}

func BenchmarkHostileDocuments(b *testing.B) {
	for _, h := range withinLimits() {
		if h.variables != nil {
			continue
		}
		b.Run("validate/"+h.name, func(b *testing.B) {
			for b.Loop() {
				gqlhttp.Examine(b.Context(), h.document, nil)
			}
			if each := b.Elapsed() / time.Duration(b.N); each > tooLong/40 {
				b.Errorf("a document took %v", each)
			}
		})
	}
	for _, h := range append(refusedByLimits(), withinLimits()...) {
		b.Run("check/"+h.name, func(b *testing.B) {
			for b.Loop() {
				_ = gqlhttp.DefaultLimits().Check(h.document)
			}
		})
	}
}
