//go:build unix

package cli

import (
	"encoding/json"
	"maps"
	"slices"
	"testing"

	"rehearse/internal/load"
)

// runLoad runs the load command and checks its exit code.
func runLoad(t *testing.T, r *running, code int, env []string, args ...string) load.Result {
	t.Helper()
	args = append([]string{"load", "--json", "--warm-up", "0s", "--duration", "1m"}, append(args, "http://"+r.address+"/graphql")...)
	got, out, errs := runOnce(t, newDataFolder(t), env, args...)
	if got != code {
		t.Fatalf("%v: got exit code %d and %s%s", args, got, out, errs)
	}
	var result load.Result
	if err := json.Unmarshal([]byte(out), &result); err != nil {
		t.Fatalf("%v: cannot parse the result: %v in %s%s", args, err, out, errs)
	}
	return result
}

// In both loops the requested number of requests is sent, and bookings and holds are
// undone. Four clients reach every kind of step; how far the clients of an open loop get
// depends on the machine.
func TestLoad(t *testing.T) {
	t.Parallel()
	_, env := externalSchool(t)
	r := start(t, newDataFolder(t), append(env, "RATE_LIMIT=off", "MAX_OPERATIONS_PER_CALLER=32")...)
	const standing = `{ interviews(filter: {status: [BOOKED]}) { totalCount } slots(filter: {status: [HELD]}) { totalCount } }`
	before := r.ask(standing)
	for name, loop := range map[string][]string{"a closed loop": {"--clients", "4"}, "an open loop": {"--rate", "50"}} {
		t.Run(name, func(t *testing.T) {
			closed := loop[0] == "--clients"
			result := runLoad(t, r, 0, nil, append(loop, "--operations", "300", "--mix", "list=1,standing=1,book=3")...)
			seen := map[string]int64{}
			for _, o := range result.Operations {
				seen[o.Name] = o.Count
				if o.P50 <= 0 || o.P50 > o.P99 || o.P99 > o.Max {
					t.Errorf("wrong times in %+v", o)
				}
			}
			if names := slices.Sorted(maps.Keys(seen)); closed && !slices.Equal(names, []string{"book", "cancel", "hold", "list", "standing"}) {
				t.Errorf("got the operations %v", names)
			}
			if result.All.Count+int64(result.Unsent) != 300 || result.Errors(false) != 0 || result.LeftBehind != 0 {
				t.Errorf("%d responses, %d not sent, %d left behind: %s", result.All.Count, result.Unsent, result.LeftBehind, result.Example)
			}
			if s := result.Server; s == nil || s.Before.MemoryMiB < 1 || s.After.Goroutines < 1 || s.After.CPUSeconds < s.Before.CPUSeconds {
				t.Errorf("got the server metrics %+v (%s)", s, result.ServerError)
			}
		})
	}
	if after := r.ask(standing); after != before {
		t.Errorf("the school changed from %s to %s", before, after)
	}
	r.stop()
	mustContain(t, "check", mustRun(t, newDataFolder(t), env, "check"), "every invariant holds")
}

func TestLoadErrors(t *testing.T) {
	t.Parallel()
	_, env := externalSchool(t)
	limited := start(t, newDataFolder(t), append(env, "RATE_LIMIT_BURST=3800", "RATE_LIMIT_PER_SECOND=0.001")...)
	args := []string{"--operations", "20", "--clients", "2", "--mix", "list=1"}
	result := runLoad(t, limited, exitFault, nil, args...)
	if n := result.Operations[0].Errors["RATE_LIMITED"]; n == 0 || n != result.Errors(false) || int64(n)+result.All.Count != 20 {
		t.Errorf("with a rate limit: got %d refusals in %+v", n, result)
	}
	url := "http://" + limited.address + "/graphql"
	_, _, errs := runOnce(t, newDataFolder(t), nil, "load", url)
	mustContain(t, "with an empty bucket", errs, "RATE_LIMITED", "RATE_LIMIT=off")

	data := newDataFolder(t)
	closed := start(t, data, append(env, "AUTH=jwt", secretOfTests, "RATE_LIMIT=off")...)
	code, _, errs := runOnce(t, data, nil, "load", "http://"+closed.address+"/graphql")
	if code != exitFault {
		t.Errorf("without a token: got exit code %d", code)
	}
	mustContain(t, "without a token", errs, "UNAUTHENTICATED", "LOAD_TOKEN")
	token := tokenOf(t, data, []string{secretOfTests}, "--role", "admin", "--id", "0")
	runLoad(t, closed, 0, []string{"LOAD_TOKEN=" + token}, args...)
	runLoad(t, closed, 0, nil, append(args, "--token", token)...)

	closed.stop()
	code, _, errs = runOnce(t, data, nil, "load", "http://"+closed.address+"/graphql")
	if code != exitFault {
		t.Errorf("without a server: got exit code %d", code)
	}
	mustContain(t, "without a server", errs, "connection refused")
}

// A shed request is an error, unless the caller allows it.
func TestLoadAllowShed(t *testing.T) {
	t.Parallel()
	_, env := externalSchool(t)
	r := start(t, newDataFolder(t), append(env, "RATE_LIMIT_BURST=3800", "RATE_LIMIT_PER_SECOND=0.001")...)
	result := runLoad(t, r, 0, nil, "--operations", "20", "--allow-shed")
	if result.Errors(false) == 0 || result.Errors(true) != 0 {
		t.Errorf("got %d errors, and %d with shed requests allowed", result.Errors(false), result.Errors(true))
	}
}
