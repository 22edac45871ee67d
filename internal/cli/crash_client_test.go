//go:build unix

package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"time"

	"rehearse/internal/booking"
)

// crashClient books, holds, moves and cancels for students of its own, and records the
// responses.
type crashClient struct {
	*crashes
	name     int
	random   *rand.Rand
	students []booking.StudentID

	requests []keyedRequest
	stands   map[string]interviewState // interviews by id
	events   map[string]int            // events that the responses imply
}

// interviewState is an interview as the last response reported it.
type interviewState struct{ Student, Slot, Status string }

// keyedRequest is a mutation with its own idempotency key, and its response.
type keyedRequest struct {
	key, document string
	answer        string
	attempts      int
	sent          time.Time // the attempt that got the response
}

// payload is the payload of every mutation here.
type payload struct {
	Interview *struct{ ID string }
	Hold      *struct{ ID string }
	Errors    []struct{ Code string }
}

func (c *crashClient) work(ctx context.Context) error {
	for !c.enough.Load() {
		student := fmt.Sprint(c.students[c.random.IntN(len(c.students))])
		if err := c.step(ctx, student); err != nil {
			return fmt.Errorf("client %d: %w", c.name, err)
		}
		if len(c.requests) > 0 && c.random.IntN(8) == 0 {
			if err := c.repeat(ctx, c.requests[c.random.IntN(len(c.requests))]); err != nil {
				return err
			}
		}
	}
	for _, w := range c.requests {
		if err := c.repeat(ctx, w); err != nil {
			return err
		}
	}
	return nil
}

// step does one thing for one student.
func (c *crashClient) step(ctx context.Context, student string) error {
	booked := ""
	for id, i := range c.stands {
		if i.Student == student && i.Status == "BOOKED" {
			booked = id
		}
	}
	if booked != "" && c.random.IntN(4) == 0 {
		return c.cancel(ctx, booked)
	}
	slot, err := c.anySlot(ctx, student)
	if err != nil || slot == "" {
		return err
	}
	switch {
	case booked != "" && c.random.IntN(3) == 0:
		return c.move(ctx, booked, slot)
	case c.random.IntN(2) == 0:
		return c.book(ctx, student, slot, "")
	}
	held, err := c.mutate(ctx, "holdSlot", fmt.Sprintf("studentId: %s, slotId: %s", student, slot), "hold { id placedAt expiresAt extended }")
	if err != nil || held.Hold == nil {
		return err
	}
	c.events["HOLD_PLACED "+student]++
	before := len(c.stands)
	if err := c.book(ctx, student, slot, ", holdId: "+held.Hold.ID); err != nil {
		return err
	}
	if len(c.stands) == before {
		return fmt.Errorf("the slot that student %s held was not booked: %s", student, c.requests[len(c.requests)-1].answer)
	}
	return nil
}

const answeredInterview = "interview { id status start completedAt }"

func (c *crashClient) book(ctx context.Context, student, slot, hold string) error {
	booked, err := c.mutate(ctx, "bookSlot", fmt.Sprintf("studentId: %s, slotId: %s%s", student, slot, hold), answeredInterview)
	if err != nil || booked.Interview == nil {
		return err
	}
	id := booked.Interview.ID
	if was, twice := c.stands[id]; twice {
		return fmt.Errorf("interview %s, %v, is also in the response to another request", id, was)
	}
	c.stands[id] = interviewState{student, slot, "BOOKED"}
	c.events["INTERVIEW_BOOKED "+id]++
	return nil
}

func (c *crashClient) cancel(ctx context.Context, id string) error {
	cancelled, err := c.mutate(ctx, "cancelInterview", fmt.Sprintf(`interviewId: %s, reason: "ill"`, id), answeredInterview)
	if err == nil && cancelled.Interview != nil {
		c.stands[id] = interviewState{c.stands[id].Student, c.stands[id].Slot, "CANCELLED"}
		c.events["INTERVIEW_CANCELLED "+id]++
	}
	return err
}

func (c *crashClient) move(ctx context.Context, id, slot string) error {
	moved, err := c.mutate(ctx, "rescheduleInterview", fmt.Sprintf("interviewId: %s, slotId: %s", id, slot), answeredInterview)
	if err == nil && moved.Interview != nil {
		c.stands[id] = interviewState{c.stands[id].Student, slot, "BOOKED"}
		c.events["INTERVIEW_RESCHEDULED "+id]++
	}
	return err
}

// anySlot returns a slot that the student may book and that other clients compete for.
func (c *crashClient) anySlot(ctx context.Context, student string) (string, error) {
	now := time.Now().UTC()
	text, _, _, err := c.untilAnswered(ctx, fmt.Sprintf(`{ done: availableSlots(studentId: %s, start: %q, end: %q, first: 50) { nodes { id } } }`,
		student, now.Format(time.RFC3339), now.AddDate(0, 0, 30).Format(time.RFC3339)))
	if err != nil {
		return "", err
	}
	var answer struct {
		Data struct {
			Done struct{ Nodes []struct{ ID string } }
		}
	}
	if err := json.Unmarshal([]byte(text), &answer); err != nil || len(answer.Data.Done.Nodes) == 0 {
		return "", err
	}
	return answer.Data.Done.Nodes[c.random.IntN(len(answer.Data.Done.Nodes))].ID, nil
}

// mutate sends a mutation with a new key until it gets a response.
func (c *crashClient) mutate(ctx context.Context, mutation, input, answers string) (payload, error) {
	w := keyedRequest{key: fmt.Sprintf("client %d, request %d", c.name, len(c.requests))}
	w.document = fmt.Sprintf("mutation { done: %s(input: {%s, idempotencyKey: %q}) { %s errors { code } } }", mutation, input, w.key, answers)
	var err error
	if w.answer, w.sent, w.attempts, err = c.untilAnswered(ctx, w.document); err != nil {
		return payload{}, err
	}
	c.requests = append(c.requests, w)
	c.answered.Add(1)
	answer, err := definite(w.answer)
	if err == nil && (len(answer.Errors) == 0) == (answer.Interview == nil && answer.Hold == nil) {
		err = fmt.Errorf("%s: got the errors in %s", w.document, w.answer)
	}
	return answer, err
}

// repeat sends a request again and checks that the response is the same.
func (c *crashClient) repeat(ctx context.Context, w keyedRequest) error {
	answer, _, _, err := c.untilAnswered(ctx, w.document)
	if err == nil && answer != w.answer {
		err = fmt.Errorf("%s: got %s on retry, and %s before", w.document, answer, w.answer)
	}
	return err
}

// untilAnswered sends a document to the current server until it gets a response.
func (c *crashClient) untilAnswered(ctx context.Context, document string) (answer string, sent time.Time, attempts int, err error) {
	for attempts = 1; ; attempts++ {
		sent = time.Now()
		answer, err = send(ctx, *c.address.Load(), document)
		if err == nil {
			if _, err = definite(answer); err == nil {
				return answer, sent, attempts, nil
			}
		}
		if errors.Is(err, errNever) {
			return answer, sent, attempts, err
		}
		select {
		case <-time.After(time.Duration(c.random.IntN(20)) * time.Millisecond): // limits the load of retries; the test does not depend on it
		case <-ctx.Done():
			return answer, sent, attempts, fmt.Errorf("after %d attempts: %w: %w", attempts, ctx.Err(), err)
		}
	}
}

// errNever reports a response that retries cannot change.
var errNever = errors.New("the request is invalid")

// definite parses a response, unless it asks for a retry.
func definite(text string) (payload, error) {
	var answer struct {
		Data   *struct{ Done *payload }
		Errors []struct {
			Message    string
			Extensions struct{ Code string }
		}
	}
	if err := json.Unmarshal([]byte(text), &answer); err != nil {
		return payload{}, fmt.Errorf("%q: %w", text, err)
	}
	for _, e := range answer.Errors {
		if e.Extensions.Code == "BAD_USER_INPUT" {
			return payload{}, fmt.Errorf("%w: %s", errNever, text)
		}
	}
	if len(answer.Errors) > 0 || answer.Data == nil || answer.Data.Done == nil {
		return payload{}, fmt.Errorf("no definite response: %s", text)
	}
	for _, e := range answer.Data.Done.Errors {
		if e.Code == "BUSY_RETRY" {
			return payload{}, fmt.Errorf("no definite response: %s", text)
		}
	}
	return *answer.Data.Done, nil
}

// send sends a document once.
func send(ctx context.Context, address, document string) (string, error) {
	body, err := json.Marshal(map[string]string{"query": document})
	if err != nil {
		return "", err
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+address+"/graphql", bytes.NewReader(body))
	if err != nil {
		return "", err
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s", response.Status, text)
	}
	return strings.TrimSpace(string(text)), err
}
