//go:build linux

package chaos

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

// member is a node as Patroni reports it.
type member struct{ Name, Role, State string }

// members asks the nodes, until one responds, for the state of the cluster.
func (c *cluster) members() ([]member, error) {
	var errs []error
	for range c.nodes {
		text, err := call(hasty, http.MethodGet, local(c.nodes[c.asked].rest)+"/cluster", nil)
		if err != nil {
			errs = append(errs, err)
			c.asked = (c.asked + 1) % len(c.nodes)
			continue
		}
		var found struct{ Members []member }
		return found.Members, json.Unmarshal(text, &found)
	}
	return nil, errors.Join(errs...)
}

// with returns the node that has a role, or nil.
func (c *cluster) with(role string) *node {
	members, _ := c.members()
	for _, m := range members {
		for _, n := range c.nodes {
			if m.Role == role && m.Name == n.name {
				return n
			}
		}
	}
	return nil
}

func (c *cluster) mustHave(role string) (*node, error) {
	n := c.with(role)
	if n == nil {
		return nil, fmt.Errorf("the cluster has no %s", role)
	}
	return n, nil
}

// patience is how long a standby may take to follow the primary before it is rebuilt.
const patience = time.Minute

// awaitComplete waits until the cluster has a leader and two standbys, one of them synchronous. It
// rebuilds standbys that do not follow the leader, as an operator would.
func (c *cluster) awaitComplete() error {
	begun := time.Now()
	return c.until("the cluster is complete", func() bool {
		members, _ := c.members()
		roles := map[string]int{}
		for _, m := range members {
			if m.follows() || m.Role == "leader" && m.State == "running" {
				roles[m.Role]++
			}
		}
		if time.Since(begun) > patience && roles["leader"] == 1 {
			begun = time.Now()
			c.rebuild(members)
		}
		return roles["leader"] == 1 && roles["sync_standby"] == 1 && roles["replica"] == 1
	})
}

// follows reports whether a member is a standby that is up.
func (m member) follows() bool {
	return m.Role != "leader" && (m.State == "running" || m.State == "streaming")
}

// rebuild copies the database of the leader to the standbys that do not follow it.
func (c *cluster) rebuild(members []member) {
	for _, n := range c.nodes {
		at := slices.IndexFunc(members, func(m member) bool { return m.Name == n.name })
		if at >= 0 && (members[at].follows() || members[at].Role == "leader") {
			continue
		}
		state := "missing"
		if at >= 0 {
			state = members[at].State
		}
		c.rebuilt++
		_, err := call(patient, http.MethodPost, local(n.rest)+"/reinitialize", []byte(`{"force": true}`))
		fmt.Printf("%s is %s and did not follow the primary within %v; it is rebuilt (%v)\n", n.name, state, patience, cmp.Or(err, errors.New("accepted")))
	}
}

// until waits until a condition holds, for at most ten minutes, or until the benchmark is interrupted.
func (c *cluster) until(what string, holds func() bool) error {
	late := time.After(10 * time.Minute)
	again := time.NewTicker(100 * time.Millisecond)
	defer again.Stop()
	for !holds() {
		select {
		case <-again.C:
		case <-c.interrupted:
			c.interrupted = nil // the comparison follows
			return errors.New("interrupted")
		case <-late:
			return fmt.Errorf("timed out waiting until %s", what)
		}
	}
	return nil
}

func (c *cluster) switchover() error {
	leader, err := c.mustHave("leader")
	if err != nil {
		return err
	}
	candidate, err := c.mustHave("sync_standby")
	if err != nil {
		return err
	}
	body := fmt.Appendf(nil, `{"leader": %q, "candidate": %q}`, leader.name, candidate.name)
	_, err = call(patient, http.MethodPost, local(leader.rest)+"/switchover", body)
	return err
}

// url is the value of DATABASE_URL: all hosts, of which the primary is used.
func (c *cluster) url(database string, port func(*node) int) string {
	var hosts []string
	for _, n := range c.nodes {
		hosts = append(hosts, fmt.Sprintf("127.0.0.1:%d", port(n)))
	}
	return "postgres://postgres@" + strings.Join(hosts, ",") + "/" + database + "?target_session_attrs=read-write&connect_timeout=1&sslmode=disable"
}

func direct(n *node) int { return n.postgres }

func pooled(n *node) int { return n.pool }

// has reports whether a node has replayed the creation of a database.
func (n *node) has(database string) bool {
	conn, err := pgx.Connect(n.b.Context(), fmt.Sprintf("postgres://postgres@127.0.0.1:%d/%s?sslmode=disable", n.postgres, database))
	if err != nil {
		return false
	}
	return conn.Close(n.b.Context()) == nil
}

// patient is for servers; hasty is for nodes, of which some may be frozen.
var patient, hasty = &http.Client{Timeout: 15 * time.Second}, &http.Client{Timeout: time.Second}

func call(client *http.Client, method, url string, body []byte) ([]byte, error) {
	request, err := http.NewRequestWithContext(context.Background(), method, url, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := client.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode >= http.StatusBadRequest && response.StatusCode != http.StatusServiceUnavailable {
		err = fmt.Errorf("%s: %s: %s", url, response.Status, text)
	}
	return text, err
}
