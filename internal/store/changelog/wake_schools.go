package changelog

import (
	"crypto/rand"
	"strings"
	"sync"
)

// schoolChannel carries the wake-ups of all schools that have schemas of their own, so that a server
// needs one connection to receive them. The payload identifies the server that has committed, and
// names the school.
const schoolChannel = "rehearse_school_committed"

// Schools passes wake-ups on to the followers of the schools that this server has open.
type Schools struct {
	server string // identifies this server

	mu    sync.Mutex
	woken map[string]*func() // by school
}

// NewSchools returns a Schools without followers.
func NewSchools() *Schools { return &Schools{server: rand.Text(), woken: map[string]*func(){}} }

// Add calls woken for each wake-up of a school by another server, until remove is called, or Add for
// the same school.
func (s *Schools) Add(school string, woken func()) (remove func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.woken[school] = &woken
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.woken[school] == &woken {
			delete(s.woken, school)
		}
	}
}

// Sender returns the Sender of the wake-ups of a school.
func (s *Schools) Sender(school string) *Sender { return newSender(schoolChannel, s.server+" "+school) }

// receive wakes the follower of the school in a payload, unless this server has committed.
func (s *Schools) receive(payload string) {
	server, school, _ := strings.Cut(payload, " ")
	s.mu.Lock()
	defer s.mu.Unlock()
	if woken := s.woken[school]; woken != nil && server != s.server {
		(*woken)()
	}
}

// wakeAll wakes the followers of all schools.
func (s *Schools) wakeAll() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, woken := range s.woken {
		(*woken)()
	}
}
