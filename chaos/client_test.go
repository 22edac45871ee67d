//go:build linux

package chaos

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// listed is the number of bookings after which a client lists the slots of a student again.
const listed = 20

// unanswered is the time after which a client gives up a request.
const unanswered = 4 * time.Minute

// school is what clients book in, on any of the servers.
type school struct {
	servers []*server
	stopped atomic.Bool

	mu       sync.Mutex
	booked   map[string]string // interviews by id, with the key of the request that made each
	answered []time.Time       // of the bookings
	codes    map[string]int    // responses that clients did not want, since the last fault
}

// ask sends a document to a server, and returns the error code or what happened instead.
func (s *school) ask(on *server, document string, data any) (code string) {
	body, err := json.Marshal(map[string]string{"query": document})
	if err != nil {
		return err.Error()
	}
	text, err := call(patient, http.MethodPost, on.url+"/graphql", body)
	if err != nil {
		return "no response"
	}
	var response struct {
		Data   json.RawMessage
		Errors []struct{ Extensions struct{ Code string } }
	}
	if err := json.Unmarshal(text, &response); err != nil {
		return "no GraphQL"
	}
	if len(response.Errors) > 0 {
		return response.Errors[0].Extensions.Code
	}
	if err := json.Unmarshal(response.Data, data); err != nil {
		return err.Error()
	}
	return ""
}

// payload is the payload of a mutation.
type payload struct {
	Done struct {
		Interview *struct{ ID, Status string }
		Errors    []struct{ Code string }
	}
}

// untilAnswered repeats a mutation, each time on another server, until a rule or success answers it.
func (s *school) untilAnswered(document string) (payload, error) {
	begun := time.Now()
	for attempt := rand.Int(); ; attempt++ {
		var got payload
		code := s.ask(s.servers[attempt%len(s.servers)], document, &got)
		if code == "" && len(got.Done.Errors) > 0 && got.Done.Errors[0].Code == "BUSY_RETRY" {
			code = "BUSY_RETRY"
		}
		if code == "" {
			return got, nil
		}
		if time.Since(begun) > unanswered {
			return got, fmt.Errorf("no answer within %v: %s: %s", unanswered, code, document)
		}
		s.mu.Lock()
		s.codes[code]++
		s.mu.Unlock()
		time.Sleep(50 * time.Millisecond)
	}
}

// work books and cancels as one student after the other until the clients stop.
func (s *school) work(client int, students []string) error {
	slots := make([][]string, len(students)) // that each student may book, unless someone else did
	for n := 0; !s.stopped.Load(); n++ {
		student, own := students[n%len(students)], &slots[n%len(students)]
		if len(*own) == 0 {
			*own = s.someSlots(student)
		}
		if len(*own) == 0 {
			continue
		}
		slot := (*own)[0]
		*own = (*own)[1:]
		key := fmt.Sprintf("%d-%d", client, n)
		got, err := s.untilAnswered(fmt.Sprintf(`mutation { done: bookSlot(input: {studentId: %s, slotId: %s, idempotencyKey: %q})
			{ interview { id status } errors { code } } }`, student, slot, key))
		if err != nil {
			return err
		}
		if got.Done.Interview == nil { // another client has taken the slot
			continue
		}
		id := got.Done.Interview.ID
		s.mu.Lock()
		other, twice := s.booked[id]
		s.booked[id], s.answered = key, append(s.answered, time.Now())
		s.mu.Unlock()
		if twice {
			return fmt.Errorf("the requests %s and %s got the same interview %s", other, key, id)
		}
		cancelled, err := s.untilAnswered(fmt.Sprintf(`mutation { done: cancelInterview(input: {interviewId: %s, reason: "Test."}) { interview { id status } errors { code } } }`, id))
		if err != nil {
			return err
		}
		if cancelled.Done.Interview == nil || cancelled.Done.Interview.Status != "CANCELLED" {
			return fmt.Errorf("interview %s, which was booked, cannot be cancelled: %+v", id, cancelled)
		}
	}
	return nil
}

// someSlots returns slots that a student may book, in any order.
func (s *school) someSlots(student string) (ids []string) {
	now := time.Now().UTC()
	var got struct {
		AvailableSlots struct{ Nodes []struct{ ID string } }
	}
	code := s.ask(s.servers[rand.IntN(len(s.servers))], fmt.Sprintf(`{ availableSlots(studentId: %s, start: %q, end: %q, first: 500) { nodes { id } } }`,
		student, now.AddDate(0, 0, 2).Format(time.RFC3339), now.AddDate(0, 0, 60).Format(time.RFC3339)), &got)
	if code != "" {
		time.Sleep(50 * time.Millisecond)
	}
	nodes := got.AvailableSlots.Nodes
	for _, n := range rand.Perm(len(nodes))[:min(len(nodes), listed)] {
		ids = append(ids, nodes[n].ID)
	}
	return ids
}

// populate creates interviewers with slots, and the students of each client.
func (s *school) populate(b *testing.B, clients int) (students [][]string) {
	b.Helper()
	create := func(document string) string {
		b.Helper()
		var got struct {
			Done struct{ Person struct{ ID string } }
		}
		if code := s.ask(s.servers[0], document, &got); code != "" || got.Done.Person.ID == "" {
			b.Fatalf("%s: %s", document, code)
		}
		return got.Done.Person.ID
	}
	first := time.Now().UTC().AddDate(0, 0, 1)
	for i := range 20 {
		id := create(fmt.Sprintf(`mutation { done: createInterviewer(input: {name: "I%d", email: "i%d@example.org", timeZone: "UTC"}) { person: interviewer { id } } }`, i, i))
		var published struct{}
		code := s.ask(s.servers[0], fmt.Sprintf(`mutation { addWeeklyAvailability(input: {interviewerId: %s, timeZone: "UTC", startDate: %q, endDate: %q,
			weekdays: [MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY], startTime: "08:00", endTime: "18:00", slotMinutes: 30}) { publishedCount } }`,
			id, first.Format(time.DateOnly), first.AddDate(0, 0, 60).Format(time.DateOnly)), &published)
		if code != "" {
			b.Fatalf("publish: %s", code)
		}
	}
	for c := range clients {
		var own []string
		for i := range 10 {
			own = append(own, create(fmt.Sprintf(`mutation { done: createStudent(input: {name: "S%d", email: "s%d-%d@example.org", timeZone: "UTC"}) { person: student { id } } }`, i, c, i)))
		}
		students = append(students, own)
	}
	return students
}

// since returns the longest time without a booking since a fault, and the responses that clients
// did not want, of which it starts a new count.
func (s *school) since(fault time.Time) (gap time.Duration, codes map[string]int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	last := fault
	for _, at := range s.answered {
		if at.After(fault) {
			gap, last = max(gap, at.Sub(last)), at
		}
	}
	gap = max(gap, time.Since(last))
	codes, s.codes = s.codes, map[string]int{}
	return gap, codes
}

// bookings returns the number of bookings that were answered since a time.
func (s *school) bookings(since time.Time) (n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, at := range s.answered {
		if at.After(since) {
			n++
		}
	}
	return n
}
