package spelling_test

import (
	"testing"

	"rehearse/internal/spelling"
)

func TestClosest(t *testing.T) {
	t.Parallel()
	known := []string{"import", "export", "extend", "man"}
	for word, want := range map[string]string{
		"imprt": "import", "IMPORT": "import", "expert": "export", "extent": "extend",
		"iport": "import", "xport": "export", // one letter less each
		"max": "man", "mix": "", "": "", "serve": "",
	} {
		t.Run(word, func(t *testing.T) {
			t.Parallel()
			if got := spelling.Closest(word, known, func(k string) int { return min(2, len(k)/3) }); got != want {
				t.Errorf("got %q, want %q", got, want)
			}
		})
	}
}
