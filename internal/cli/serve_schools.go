package cli

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"time"

	"rehearse/internal/app"
	"rehearse/internal/app/outbox"
	"rehearse/internal/app/signin"
	"rehearse/internal/app/webhooks"
	"rehearse/internal/booking"
	"rehearse/internal/calendarweb"
	"rehearse/internal/gqlhttp"
	"rehearse/internal/identity"
	"rehearse/internal/mailweb"
	"rehearse/internal/school"
	"rehearse/internal/schools"
	"rehearse/internal/store"
	"rehearse/internal/telemetry"
	"rehearse/internal/web"
	"rehearse/internal/webhook"
	"rehearse/internal/websession"
)

// schoolServer serves the schools of a database. The fields do not change once it serves.
type schoolServer struct {
	*session
	keys     identity.Keys
	verifier *identity.Verifier
	login    *identity.Login // at an issuer; nil for none
	observer *telemetry.Telemetry
	only     *store.Store     // of the only school
	graphQL  *gqlhttp.Handler // of the only school, with the limits of the server
	site     *web.Site
	registry *schools.Registry
}

// openRegistry returns the registry of the schools that have schemas of their own.
func (s *schoolServer) openRegistry() *schools.Registry {
	return schools.NewRegistry(schools.Options{
		Open: s.open, List: s.only.Schools, Max: s.config.MaxOpenSchools, Idle: s.config.SchoolIdle, Grace: s.config.ShutdownTimeout, Log: s.log, Now: s.now,
	})
}

// router returns what passes requests on to the schools that they name.
func (s *schoolServer) router() schools.Router {
	return schools.Router{
		Registry: s.registry, Domain: s.config.SchoolDomain, Refuse: s.refuse,
		Claimed: func(r *http.Request) school.Name {
			return s.verifier.School(r.Context(), r.Header.Values("Authorization"))
		},
	}
}

// refuse responds to a request that names no school that can be served.
func (s *schoolServer) refuse(w http.ResponseWriter, r *http.Request, err error) {
	graphQL := strings.HasSuffix(r.URL.Path, "/graphql")
	if errors.Is(err, schools.ErrUnknown) || errors.Is(err, store.ErrNoSchool) {
		message := schools.ErrUnknown.Error()
		if graphQL {
			gqlhttp.RefuseNotFound(w, r, message)
			return
		}
		http.Error(w, message, http.StatusNotFound)
		return
	}
	message := "the school cannot be served at the moment; try again"
	switch {
	case errors.Is(err, store.ErrOldSchema):
		message = "the school cannot be served until it is migrated; try again later"
	case errors.Is(err, schools.ErrFull):
		message = schools.ErrFull.Error()
	}
	if graphQL {
		gqlhttp.RefuseUnavailable(w, r, message)
		return
	}
	w.Header().Set("Retry-After", "5")
	http.Error(w, message, http.StatusServiceUnavailable)
}

// pages returns the pages of a school.
func (s *schoolServer) pages(of *app.App, graphQL *gqlhttp.Handler, sessions *websession.Site) web.School {
	return web.School{
		GraphQL: graphQL, Session: sessionHandler(sessions, graphQL),
		Calendar: calendarweb.Reader(of, graphQL), Unsubscribe: mailweb.Unsubscriber(of, graphQL),
	}
}

// work starts to follow a school and its mail, and returns the tasks that serve it.
func (s *schoolServer) work(
	ctx context.Context, name school.Name, of *app.App, db *store.Store, people *signin.SignIn, observer senders,
) ([]func(context.Context), error) {
	sendMail, err := s.startMail(ctx, of, people, db, name, observer)
	if err != nil {
		return nil, err
	}
	follow, err := of.Follow(ctx, s.log) // last, because its connection is closed only by the task
	if err != nil {
		return nil, err
	}
	return []func(context.Context){follow, of.NewDispatcher(s.log, observer, webhook.Timeout).Run, sendMail}, nil
}

// senders observes what a school sends.
type senders interface {
	outbox.Observer
	webhooks.Observer
}

// openSchool is a school that is open.
type openSchool struct {
	http.Handler
	app   *app.App
	store *store.Store
	mail  bool

	stop   context.CancelFunc
	tasks  sync.WaitGroup
	forget func() // what waits to be sent, in the metrics
}

var _ schools.Served = (*openSchool)(nil)

// open opens a school.
func (s *schoolServer) open(ctx context.Context, name school.Name) (_ schools.Served, err error) {
	db, err := s.only.School(ctx, name, s.config.DatabaseMaxConns)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, db.Close())
		}
	}()
	if err := db.CheckSchoolSchema(ctx); err != nil {
		return nil, err
	}
	entrance, err := s.entrance(name, db)
	if err != nil {
		return nil, err
	}
	of := s.newApp(name, db)
	graphQL := s.graphQL.ForSchool(gqlhttp.School{
		Name: string(name), App: of, PublicURL: s.config.SchoolURL(name), Path: name.Path(),
		Sender: entrance.site.Sender(s.verifier.ForSchool(name).Sender), Rates: s.rates(db),
	})
	observer, forget := s.observer.ForSchool()
	tasks, err := s.work(ctx, name, of, db, entrance.people, observer)
	if err != nil {
		return nil, err
	}
	opened := &openSchool{
		Handler: s.site.Pages(s.pages(of, graphQL, entrance.site)), app: of, store: db, mail: s.config.Mail.Server != nil, forget: forget,
	}
	var working context.Context
	working, opened.stop = context.WithCancel(context.WithoutCancel(ctx))
	for _, task := range tasks {
		opened.tasks.Go(func() { task(working) })
	}
	return opened, nil
}

// busySoon is how soon a message or a delivery must be due to keep a school open.
const busySoon = time.Minute

// Busy implements schools.Served. While the database is away, what the school has in memory still
// answers queries, and the school could not be opened again.
func (o *openSchool) Busy(ctx context.Context) bool {
	busy, err := o.store.HasBacklog(ctx, o.app.Now().Add(busySoon), o.mail)
	return busy || errors.Is(err, store.ErrUnavailable)
}

// Close implements schools.Served.
func (o *openSchool) Close(context.Context) error {
	o.stop()
	o.tasks.Wait()
	o.forget()
	return o.store.Close()
}

func (s *session) newApp(of school.Name, db *store.Store) *app.App {
	return app.NewWith(db, s.clock, app.Options{PrivateWebhooks: bool(s.config.PrivateWebhooks), Mail: s.mailOptions(of)})
}

// visitEvery is how often a school that nobody uses is looked at for reminders, messages and
// deliveries that are due.
const visitEvery = 5 * time.Minute

// schoolJobs returns the periodic jobs of the schools. One of the servers runs each.
func (s *schoolServer) schoolJobs() store.SchoolJobs {
	jobs := store.SchoolJobs{Names: s.registry.Names}
	for _, job := range []struct {
		name  string
		every time.Duration
		run   func(context.Context, *app.App, *store.Store) error
	}{
		{"extend_schools", time.Hour, s.extendAvailability},
		{"forget_in_schools", time.Hour, s.forget},
	} {
		run := func(ctx context.Context, name school.Name) error { return s.inSchool(ctx, name, job.run) }
		jobs.Jobs = append(jobs.Jobs, store.SchoolJob{Name: job.name, Every: job.every, Run: s.observed(job.name, run)})
	}
	jobs.Jobs = append(jobs.Jobs, store.SchoolJob{Name: "visit_schools", Every: visitEvery, Run: s.observed("visit_schools", s.visit)})
	return jobs
}

// observed reports each run of a job.
func (s *schoolServer) observed(job string, run func(context.Context, school.Name) error) func(context.Context, school.Name) error {
	return func(ctx context.Context, name school.Name) error {
		return s.observer.Job(job, func(ctx context.Context) error { return run(ctx, name) })(ctx)
	}
}

// inSchool runs work on a school, which is not opened for requests if it is closed.
func (s *schoolServer) inSchool(ctx context.Context, name school.Name, work func(context.Context, *app.App, *store.Store) error) (err error) {
	if served, release, is := s.registry.Opened(name); is {
		defer release()
		if opened, is := served.(*openSchool); is {
			return work(ctx, opened.app, opened.store)
		}
	}
	db, err := s.only.School(ctx, name, connsOfSchool)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	if err := db.CheckSchoolSchema(ctx); err != nil {
		return err
	}
	return work(ctx, s.newApp(name, db), db)
}

// visit adds the messages that have become due in a school, and opens the school if it has messages
// or deliveries to send. It stays open until they are sent.
func (s *schoolServer) visit(ctx context.Context, name school.Name) error {
	mail, busy := s.config.Mail.Server != nil, false
	err := s.inSchool(ctx, name, func(ctx context.Context, of *app.App, db *store.Store) (err error) {
		if mail {
			if err := db.ScheduleMail(ctx, of.Now()); err != nil {
				return err
			}
		}
		busy, err = db.HasBacklog(ctx, of.Now(), mail)
		return err
	})
	if err != nil || !busy {
		return err
	}
	_, release, err := s.registry.Use(ctx, name)
	if err == nil {
		release()
	}
	return err
}

func (s *session) extendAvailability(ctx context.Context, of *app.App, _ *store.Store) error {
	result, err := of.ExtendAvailability(ctx)
	if result.Slots > 0 {
		s.log.InfoContext(ctx, "weekly availability was extended", "rules", result.Rules, "slots", result.Slots)
	}
	return err
}

// forget deletes what is not needed any more.
func (s *session) forget(ctx context.Context, of *app.App, db *store.Store) error {
	for _, forget := range []func() error{
		func() error { _, err := of.DeleteExpiredKeys(ctx); return err },
		func() error { _, err := of.DeleteExpiredBookingRefusals(ctx); return err },
		func() error { _, err := db.DeleteChanges(ctx); return err },
		func() error { _, err := of.DeleteOldDeliveries(ctx); return err },
		func() error { _, err := db.DeleteMail(ctx, of.Now().Add(-booking.MailLifetime)); return err },
		func() error { return db.DeleteSignInLinks(ctx, s.now().Add(-signin.Kept)) },
		func() error { return db.DeleteBuckets(ctx, s.now().Add(-time.Hour)) },
	} {
		if err := forget(); err != nil {
			return err
		}
	}
	return nil
}
