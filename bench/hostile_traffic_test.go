package bench

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/coder/websocket"
)

// traffic returns requests that are expensive for reasons other than the selected fields.
func (h *hostile) traffic() []hostileRequest {
	document := func(caller, round int) []byte {
		return hostileBody(fmt.Sprintf(`query($no: Boolean!) { a%d_%d: __typename `, caller, round)+longDocument, map[string]any{"no": false})
	}
	bodies := map[string]string{
		"zeros": "[" + strings.Repeat("0,", 125_000) + "0]", "objects": "[" + strings.Repeat("{},", 83_000) + "{}]", "names": manyNames(25_000),
		"brackets": strings.Repeat(strings.Repeat("[", 5000)+strings.Repeat("]", 5000)+",", 20), "a text": `"` + strings.Repeat("x", 255_000) + `"`,
	}
	bodies["brackets"] = "[" + strings.TrimSuffix(bodies["brackets"], ",") + "]"
	all := []hostileRequest{
		{name: "clients that do not read", send: stuckReaders},
		{name: "one large document", send: func(h *hostile) { h.atOnce(10, func(caller, _ int) { h.ask(caller, document(0, 0)) }) }},
		{name: "large documents, all different", send: func(h *hostile) { h.atOnce(30, func(caller, round int) { h.ask(caller, document(caller, round)) }) }},
		{name: "subscriptions, WebSocket", send: func(h *hostile) { h.subscribers(true) }},
		{name: "subscriptions, event streams", send: func(h *hostile) { h.subscribers(false) }},
	}
	for _, name := range []string{"zeros", "objects", "names", "brackets", "a text"} {
		body := fmt.Appendf(nil, `{"query":"query($x: String) { __typename }","variables":{"y":%s}}`, bodies[name])
		all = append(all, hostileRequest{name: "variables: " + name, send: func(h *hostile) {
			h.atOnce(hostileRounds, func(caller, _ int) { h.ask(caller, body) })
		}})
	}
	return all
}

func manyNames(n int) string {
	var all strings.Builder
	for i := range n {
		fmt.Fprintf(&all, `,"%x":0`, i)
	}
	return "{" + all.String()[1:] + "}"
}

// longDocument is the rest of a document with nearly the maximum number of tokens and
// characters. The server parses and validates it, and executes almost nothing.
var longDocument = times(15, `b%d: students(first: 1) @include(if: $no) { nodes { id name email timeZone version createdAt updatedAt interviewLimit
	interviews(first: 1, filter: {status: [BOOKED, COMPLETED]}) { nodes { id start end status grade note version bookedAt interviewer { id name bio tags headline languages photoUrl timeZone }
	slot { id start end status interviewer { id name } } events(first: 1) { nodes { id kind at requestId actor { role id } changes { field before after } } } } } } }`) + `}`

// stuckReaders requests large responses and reads only the first bytes, which arrive when
// the response is complete.
func stuckReaders(h *hostile) {
	document, _ := h.largestAdmitted(`{ interviews(first: %[1]d) { nodes { note } } }`)
	at, err := url.Parse(h.process.url)
	if err != nil {
		h.b.Fatal(err)
	}
	body := hostileBody(document, nil)
	var mu sync.Mutex
	var open []net.Conn
	h.atOnce(8, func(caller, _ int) {
		conn, err := new(net.Dialer).DialContext(context.Background(), "tcp", at.Host)
		if err != nil {
			h.b.Error(err)
			return
		}
		mu.Lock()
		open = append(open, conn)
		mu.Unlock()
		_ = conn.(*net.TCPConn).SetReadBuffer(4 << 10)
		_, err = fmt.Fprintf(conn, "POST /graphql HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s",
			address32(caller), len(body), body)
		if err == nil {
			err = h.begins(conn)
		}
		if err != nil {
			h.b.Error(err)
		}
	})
	for _, conn := range open {
		_ = conn.Close()
	}
}

// begins reads the headers of a response. It reads the body only of a refusal, which is
// small.
func (h *hostile) begins(conn net.Conn) error {
	response, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		return err
	}
	const small = 2 << 10
	if response.ContentLength > small {
		h.note(int(response.ContentLength), "")
		return nil // leaves the body unread
	}
	text, err := io.ReadAll(response.Body)
	h.note(len(text), string(text))
	return errors.Join(err, response.Body.Close())
}

const subscriptionsOfOne = 4

// subscribers lets each caller subscribe to the slots of four students, and then publishes
// slots.
func (h *hostile) subscribers(sockets bool) {
	start, end := h.now.Add(time.Hour).UTC(), h.now.AddDate(0, 0, 90).UTC()
	format := func(student any) string { // events of nearly MAX_ANSWER / 8
		return fmt.Sprintf(`subscription { slotsChanged(studentId: "%v", start: %q, end: %q) { totalCount closedIds opened { id start end interviewer { name bio headline tags languages photoUrl again: bio } }
			eligibility { eligible reasons { message } } } }`, student, start.Format(time.RFC3339), end.Format(time.RFC3339))
	}
	ctx, cancel := context.WithCancel(context.Background())
	events := make(chan int, 1<<20)
	var open, all sync.WaitGroup
	for caller := range hostileClients {
		documents := make([]string, subscriptionsOfOne)
		for i := range documents {
			documents[i] = format(h.students[caller*subscriptionsOfOne+i].Student.ID)
		}
		open.Add(1)
		all.Go(func() {
			if sockets {
				h.overSocket(ctx, caller, documents, open.Done, events)
			} else {
				h.overStreams(ctx, caller, documents, open.Done, events)
			}
		})
	}
	open.Wait()
	interviewer := h.newInterviewer(fmt.Sprint("Watched ", sockets))
	h.process.forgetPeak()
	const changes = 10
	for i := range changes {
		h.ask(0, hostileBody(`mutation($i: AddAvailabilityInput!) { addAvailability(input: $i) { publishedCount errors { code } } }`, map[string]any{"i": map[string]any{
			"interviewerId": interviewer, "start": start.AddDate(0, 0, 2+i).Format(time.RFC3339), "end": start.AddDate(0, 0, 2+i).Add(23 * time.Hour).Format(time.RFC3339), "slotMinutes": 15,
		}}))
	}
	h.await(events, hostileClients*subscriptionsOfOne)
	cancel()
	all.Wait()
}

// await waits for the given number of events, or until none arrives for a while.
func (h *hostile) await(events <-chan int, wanted int) {
	for came := 0; came < wanted; came++ {
		select {
		case size := <-events:
			h.note(size, "")
		case <-time.After(15 * time.Second):
			h.note(0, `"code":"NO_MORE_EVENTS"`)
			return
		}
	}
}

func (h *hostile) overSocket(ctx context.Context, caller int, documents []string, opened func(), events chan<- int) {
	header := http.Header{"X-Forwarded-For": {address32(caller)}}
	conn, _, err := websocket.Dial(ctx, h.process.url, &websocket.DialOptions{Subprotocols: []string{"graphql-transport-ws"}, HTTPHeader: header})
	if err != nil {
		h.b.Error(err)
		opened()
		return
	}
	defer conn.CloseNow()
	conn.SetReadLimit(-1)
	send := func(text string) { err = errors.Join(err, conn.Write(ctx, websocket.MessageText, []byte(text))) }
	send(`{"type":"connection_init"}`)
	for i, document := range documents {
		send(fmt.Sprintf(`{"id":"%d","type":"subscribe","payload":%s}`, i, hostileBody(document, nil)))
	}
	send(`{"type":"ping"}`)
	if err != nil {
		h.b.Error(err)
	}
	opened = sync.OnceFunc(opened)
	defer opened()
	for {
		_, text, err := conn.Read(ctx)
		if err != nil {
			return
		}
		switch head := text[:min(len(text), 300)]; {
		case bytes.Contains(head, []byte(`"pong"`)):
			opened()
		case bytes.Contains(head, []byte(`"error"`)):
			h.note(0, string(head))
		case bytes.Contains(head, []byte(`"next"`)):
			if errorCode.Match(head) {
				h.note(len(text), string(head))
			}
			events <- len(text)
		}
	}
}

func (h *hostile) overStreams(ctx context.Context, caller int, documents []string, opened func(), events chan<- int) {
	var begun, all sync.WaitGroup
	for _, document := range documents {
		begun.Add(1)
		r := h.post(caller, hostileBody(document, nil)).WithContext(ctx)
		r.Header.Set("Accept", "text/event-stream")
		all.Go(func() {
			began := sync.OnceFunc(begun.Done)
			defer began()
			response, err := http.DefaultClient.Do(r)
			if err != nil {
				h.b.Error(err)
				return
			}
			defer response.Body.Close()
			lines := bufio.NewReader(response.Body)
			for {
				line, err := lines.ReadString('\n')
				if err != nil {
					return
				}
				began() // every stream starts with a comment
				if strings.HasPrefix(line, "data: {") {
					if errorCode.MatchString(line[:min(len(line), 300)]) {
						h.note(len(line), line[:min(len(line), 300)])
					}
					events <- len(line)
				}
			}
		})
	}
	begun.Wait()
	opened()
	all.Wait()
}
