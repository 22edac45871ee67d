// Usual is a contender of the benchmarks: a GraphQL server over the school's
// tables, as most people would write it with gqlgen, GORM and dataloader, without
// changes to these libraries. It shares no code with the product.
package main

import (
	"context"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"strconv"
	"time"

	"github.com/99designs/gqlgen/graphql/handler"
	"github.com/99designs/gqlgen/graphql/handler/extension"
	"github.com/99designs/gqlgen/graphql/handler/lru"
	"github.com/99designs/gqlgen/graphql/handler/transport"
	"github.com/graph-gophers/dataloader/v7"
	"github.com/vektah/gqlparser/v2/ast"
	"gorm.io/driver/postgres"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"rehearse/bench/peers/usual/generated"
	"rehearse/bench/peers/usual/school"
)

//go:generate go tool gqlgen generate

func main() {
	if err := serve(); err != nil {
		log.Fatal(err)
	}
}

// serve reads DATABASE_URL, CONNECTIONS, CLOCK_OFFSET and NAMES. NAMES says how interviewers
// are read: "preload" or "dataloader".
func serve() error {
	offset, err := time.ParseDuration(os.Getenv("CLOCK_OFFSET"))
	if err != nil {
		return fmt.Errorf("CLOCK_OFFSET: %w", err)
	}
	connections, err := strconv.Atoi(os.Getenv("CONNECTIONS"))
	if err != nil {
		return fmt.Errorf("CONNECTIONS: %w", err)
	}
	db, err := gorm.Open(postgres.Open(os.Getenv("DATABASE_URL")), &gorm.Config{Logger: logger.Discard})
	if err != nil {
		return err
	}
	pool, err := db.DB()
	if err != nil {
		return err
	}
	pool.SetMaxOpenConns(connections)
	pool.SetMaxIdleConns(connections)
	s := school.School{
		DB: db, Now: func() time.Time { return time.Now().Add(offset) }, Preload: os.Getenv("NAMES") == "preload",
	}
	server := handler.New(generated.NewExecutableSchema(generated.Config{Resolvers: resolver{s}}))
	server.AddTransport(transport.POST{})
	server.SetQueryCache(lru.New[*ast.QueryDocument](1000))
	server.Use(extension.FixedComplexityLimit(100_000))
	listener, err := new(net.ListenConfig).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Printf("http://%s/graphql\n", listener.Addr())
	return (&http.Server{Handler: withLoader(s, server), ReadHeaderTimeout: time.Second}).Serve(listener)
}

type loaderKey struct{}

// withLoader gives each request a dataloader with its default settings.
func withLoader(s school.School, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		loader := dataloader.NewBatchedLoader(func(ctx context.Context, ids []int) []*dataloader.Result[*school.Interviewer] {
			found, err := s.Interviewers(ctx, ids)
			results := make([]*dataloader.Result[*school.Interviewer], len(ids))
			for n, id := range ids {
				results[n] = &dataloader.Result[*school.Interviewer]{Data: found[id], Error: err}
			}
			return results
		})
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), loaderKey{}, loader)))
	})
}
