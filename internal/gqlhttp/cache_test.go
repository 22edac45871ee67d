package gqlhttp_test

import (
	"fmt"
	"strings"
	"testing"

	"rehearse/internal/gqlhttp"
)

func TestDocumentCacheSizeLimit(t *testing.T) {
	t.Parallel()
	const size = gqlhttp.MaxCached / 100
	texts, ctx := gqlhttp.NewDocumentTexts(), t.Context()
	kept := func() (n int) {
		for i := range 500 {
			if _, ok := texts.Get(ctx, fmt.Sprint(i)); ok {
				n++
			}
		}
		return n
	}
	for i := range 500 {
		texts.Add(ctx, fmt.Sprint(i), strings.Repeat("x", size-i%2))
		if _, ok := texts.Get(ctx, "0"); !ok {
			t.Fatalf("a document in use was evicted after %d others", i)
		}
	}
	if n := kept(); n < 95 || n > 100 {
		t.Errorf("%d documents of a hundredth of the size are cached", n)
	}
	texts.Add(ctx, "499", "short") // replaces a long one
	texts.Add(ctx, "another", strings.Repeat("x", size))
	if n := kept(); n < 95 {
		t.Errorf("%d documents are cached after one was replaced by a shorter one", n)
	}
	texts.Add(ctx, "huge", strings.Repeat("x", gqlhttp.MaxCached+1))
	if _, ok := texts.Get(ctx, "huge"); ok {
		t.Error("a document larger than the cache was cached")
	}
	texts.Add(ctx, "1", "short")
	if text, ok := texts.Get(ctx, "1"); !ok || text != "short" {
		t.Errorf("after that, the cache returns %q", text)
	}
}
