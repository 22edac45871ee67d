package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"rehearse/internal/booking"
	"rehearse/internal/calendar"
)

// question is the range and the page size of a list request.
type question struct {
	in    calendar.Span
	first int
}

// lister is a contender that serves lists of bookable slots.
type lister struct {
	process
	metric, name string
	document     string // empty for a floor, which is requested with GET
	reads        bool   // a floor that performs all reads of the server
	atFirst      bool   // students request in turn, so that none repeats while its record is cached
}

// ask requests a student's list and returns the body.
func (l lister) ask(ctx context.Context, student booking.StudentID, q question) ([]byte, error) {
	var text []byte
	var err error
	if l.document == "" {
		text, err = fetch(ctx, http.MethodGet, fmt.Sprintf("%s?student=%d&from=%d&to=%d&first=%d&reads=%t",
			l.url, student, q.in.Start.Unix(), q.in.End.Unix(), q.first, l.reads), nil)
	} else {
		text, err = fetch(ctx, http.MethodPost, l.url, request(l.document, student, q.in, q.first))
	}
	if err == nil && !bytes.Contains(text[:min(len(text), 100)], []byte(`"nodes":[`)) {
		err = fmt.Errorf("not a response: %s", text)
	}
	return text, err
}

// about returns a contender that requests the lists of random students.
func (l lister) about(w *world, q question) contender {
	var asked atomic.Int64
	return contender{metric: l.metric, name: l.name, process: l.process, settles: !l.atFirst, do: func(ctx context.Context, random *rand.Rand) error {
		student := w.anyStudent(random)
		if l.atFirst {
			student = w.students[int(asked.Add(1))%len(w.students)].Student.ID
		}
		_, err := l.ask(ctx, student, q)
		return err
	}}
}

func (w *world) statementFloor(b *testing.B) lister {
	b.Helper()
	return lister{process: w.floors(b), metric: "statement", name: "floor, the list statement alone"}
}

func (w *world) readsFloor(b *testing.B) lister {
	b.Helper()
	return lister{process: w.floors(b), metric: "reads", name: "floor, the same three statements", reads: true}
}

func (w *world) ours(b *testing.B) lister {
	b.Helper()
	return lister{process: w.rehearse(b), metric: "rehearse", name: "**rehearse**", document: listDocument}
}

// oursAtFirst returns a separate server whose record cache misses: the records of the students
// that request lists from data set M do not fit into it.
func (w *world) oursAtFirst(b *testing.B) lister {
	b.Helper()
	p, err := w.server("rehearse, a student's first list", func() (process, error) { return w.startRehearse() })
	if err != nil {
		b.Fatal(err)
	}
	return lister{process: p, metric: "first", name: "**rehearse**, a student's first list", document: listDocument, atFirst: true}
}

// postgraphileDocument uses the type names of PostGraphile 5.
var postgraphileDocument = strings.NewReplacer("ID!", "BigInt!", "DateTime", "Datetime").Replace(listDocument)

// nodeProgram is the version of node that the lock file of PostGraphile pins.
const nodeProgram = "./peers/postgraphile5/node_modules/.bin/node"

// peers returns the alternatives that run on this machine. lacking explains why the others
// do not run.
func (w *world) peers(b *testing.B) (found []lister, lacking []string) {
	b.Helper()
	peer := func(l lister, begin func() (process, error)) {
		p, err := w.server(l.name, begin)
		if err != nil {
			b.Logf("LEFT OUT: %v", err)
			lacking = append(lacking, fmt.Sprintf("Left out: %v.", err))
			return
		}
		l.process = p
		found = append(found, l)
	}
	postgraphile := func(folder, file, workers string) func() (process, error) {
		return func() (process, error) {
			if err := w.preparePostgraphile(folder); err != nil {
				return process{}, err
			}
			p, err := start(filepath.Join(folder, "node_modules/.bin/node")+" "+filepath.Join(folder, file),
				append(w.environment(), "NODE_ENV=production", "WORKERS="+workers)...)
			if workers != "1" {
				p.pid = 0
			}
			return p, err
		}
	}
	usual := func(names string) func() (process, error) {
		return func() (process, error) {
			program, err := built("peers/usual")
			if err != nil {
				return process{}, err
			}
			return start(program, append(w.environment(), "NAMES="+names)...)
		}
	}
	four, five := "./peers/postgraphile4", "./peers/postgraphile5"
	keys := strings.NewReplacer("{ id start", "{ id: rowId start", "{ id name", "{ id: rowId name").Replace(postgraphileDocument)
	peer(lister{metric: "postgraphile4", name: "PostGraphile 4", document: postgraphileDocument}, postgraphile(four, "server.cjs", "1"))
	peer(lister{metric: "postgraphile4x2", name: "PostGraphile 4, two processes", document: postgraphileDocument}, postgraphile(four, "server.cjs", "2"))
	peer(lister{metric: "postgraphile5", name: "PostGraphile 5", document: keys}, postgraphile(five, "server.js", "1"))
	peer(lister{metric: "preload", name: "gqlgen, GORM with Preload", document: listDocument}, usual("preload"))
	peer(lister{metric: "dataloader", name: "gqlgen, GORM with dataloader", document: listDocument}, usual("dataloader"))
	return found, lacking
}

// preparePostgraphile installs the packages of the lock file and creates the schema for
// PostGraphile beside the product's.
func (w *world) preparePostgraphile(folder string) error {
	npm, err := exec.LookPath("npm")
	if err != nil {
		return errors.New("npm is not on the PATH; install node, which includes it")
	}
	if _, err := os.Stat(filepath.Join(folder, "node_modules/.package-lock.json")); err != nil {
		command := exec.CommandContext(context.Background(), npm, "ci", "--no-audit", "--no-fund")
		command.Dir = folder
		if out, err := command.CombinedOutput(); err != nil {
			return fmt.Errorf("npm ci: %w: %s", err, out)
		}
	}
	if w.peerSchema {
		return nil
	}
	text, err := os.ReadFile("peers/peer.sql")
	if err != nil {
		return err
	}
	clock := fmt.Sprintf("%.3f seconds", w.offset.Seconds())
	if _, err := w.pool.Exec(context.Background(), strings.ReplaceAll(string(text), "CLOCK", clock)); err != nil {
		return err
	}
	w.peerSchema = true
	return nil
}

type listAnswer struct {
	Data struct{ AvailableSlots struct{ Nodes []listedSlot } }
}

type listedSlot struct {
	ID          string
	Start, End  time.Time
	Interviewer struct{ ID, Name string }
}

func (l lister) slots(b *testing.B, student booking.StudentID, q question) []listedSlot {
	b.Helper()
	text, err := l.ask(b.Context(), student, q)
	if err != nil {
		b.Fatalf("%s: %v", l.name, err)
	}
	var answer listAnswer
	if err := json.Unmarshal(text, &answer); err != nil {
		b.Fatalf("%s: %v", l.name, err)
	}
	slots := answer.Data.AvailableSlots.Nodes
	for n := range slots {
		slots[n].Start, slots[n].End = slots[n].Start.UTC(), slots[n].End.UTC()
		if l.document == "" && !l.reads {
			slots[n].Interviewer.Name = "" // the single statement reads no names
		}
	}
	return slots
}

// checkAnswers verifies that all contenders return the same slots to students who may
// book, and none to the others.
func (w *world) checkAnswers(b *testing.B, q question, ours lister, others ...lister) {
	b.Helper()
	students := slices.Concat(w.students[:20], w.refused[:min(len(w.refused), 10)])
	for n, record := range students {
		id := record.Student.ID
		want := ours.slots(b, id, q)
		if n < 20 && q.first <= 50 && len(want) < q.first || n >= 20 && len(want) > 0 {
			b.Fatalf("student %d: got %d slots", id, len(want))
		}
		for _, other := range others {
			got, want := other.slots(b, id, q), want
			if other.document == "" && !other.reads {
				want = slices.Clone(want)
				for n := range want {
					want[n].Interviewer.Name = ""
				}
			}
			if len(got)+len(want) > 0 && !reflect.DeepEqual(got, want) {
				b.Fatalf("student %d: %s and the server return different slots:\n%v\n%v", id, other.name, got, want)
			}
		}
	}
}
