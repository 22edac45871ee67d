package schooltest

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// failures returns the errors of a response as "path: code", sorted.
func (a Answer) failures() []string {
	failed := []string{}
	for _, e := range a.Errors {
		failed = append(failed, strings.Trim(fmt.Sprint(e.Path), "[]")+": "+e.Extensions.Code)
	}
	slices.Sort(failed)
	return failed
}

// Want compares the data and the errors of a response.
func (a Answer) Want(data string, failures ...string) {
	a.T.Helper()
	if got := string(a.Data); got != data {
		a.T.Errorf("data = %s\nwant %s", got, data)
	}
	if diff := cmp.Diff(append([]string{}, failures...), a.failures()); diff != "" {
		a.T.Errorf("errors (-want +got):\n%s", diff)
	}
}

// WantError fails the test unless the first error of a response has the code and a message
// that contains part.
func (a Answer) WantError(code, part string) {
	a.T.Helper()
	if len(a.Errors) == 0 || a.Code() != code || !strings.Contains(a.Errors[0].Message, part) {
		a.T.Errorf("response = %.1000s, want an error with the code %s and %q in its message", a.Body, code, part)
	}
}

// Code returns the code of the first error, or "".
func (a Answer) Code() string {
	if len(a.Errors) == 0 {
		return ""
	}
	return a.Errors[0].Extensions.Code
}

// Same fails the test if two values differ.
func Same(t *testing.T, what string, got, want any) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}
