# `make help` lists what there is.
GOLANGCI := go run github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0

.PHONY: help run generate lint test race e2e playground desk crash chaos bench upgrade calibrate hostile release-schema image deploy-check

help: ## this list
	@grep -hE '^[a-z0-9-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "%-14s %s\n", $$1, $$2}'

run: ## the server, with its database and the sample school
	go run .

generate: ## the GraphQL code, from schema.graphqls and gqlgen.yml
	go generate ./...

lint: ## the linter, as CI runs it
	$(GOLANGCI) run

test: ## everything that needs no browser
	go test ./...

race: ## the same under the race detector, in a random order
	go test -race -shuffle=on ./...

e2e: ## the binary from outside, by other people's clients and a browser (needs node and chromium)
	cd e2e && npm ci --no-audit --no-fund && npm test

playground: ## the page that is in the binary, from its sources (needs node)
	cd internal/playground && npm ci --no-audit --no-fund && npm run build

desk: ## the pages for students and administrators that are in the binary, from its sources (needs node)
	cd internal/desk && npm ci --no-audit --no-fund && npm run build

crash: ## kill servers and Postgres under load, far more often than the tests do (KILLS=25)
	go test ./internal/cli -run 'KilledUnderLoad|AnswerLost' -v -count=1 -timeout 60m -crash.kills=$(or $(KILLS),25)

chaos: ## kill, freeze and replace the primary of a Patroni cluster under load (ROUNDS=4 STEADY=2000 BOOKINGS=100000; FAULTS='primary frozen,switchover'; needs patroni, python3-etcd, etcd-server and pgbouncer)
	go test -run '^$$' -bench Chaos -benchtime 1x -timeout 240m ./chaos -rounds $(or $(ROUNDS),1) -steady $(or $(STEADY),50) -bookings $(or $(BOOKINGS),0) -faults '$(FAULTS)' -ttl $(or $(TTL),20s) -settle $(or $(SETTLE),5s)

image: ## the container image localhost/rehearse, built by buildah (BUILDER="docker build")
	GOOS=linux CGO_ENABLED=0 go build -trimpath -ldflags '-s -w $(if $(VERSION),-X rehearse/internal/cli.release=$(VERSION))' -o build/linux/$$(go env GOARCH)/rehearse .
	$(or $(BUILDER),buildah build --format docker) --build-arg TARGETPLATFORM=linux/$$(go env GOARCH) -f deploy/Containerfile -t localhost/rehearse build

deploy-check: ## the files in deploy, and a release by goreleaser and syft, which take minutes to compile
	.ci/deploy --all

release-schema: ## the released schema, from schema.graphqls (docs/reference/schema-changes.md)
	cp schema.graphqls testdata/schema.released.graphqls

hostile: ## the memory of the server under the worst requests, 32 at once (SIZE=S or M; ONLY=import, a regular expression)
	BENCH_SIZE=$(SIZE) go test -run '^$$' -bench HostileMemory -benchtime 1x -timeout 120m ./bench -hostile '$(ONLY)'

bench: ## measure, and write the tables in docs/explanation (SIZE=S, M or L; ONLY=BookSlot; ROUNDS=7)
	BENCH_SIZE=$(SIZE) go test -run '^$$' -bench '$(or $(ONLY),.)' -benchtime 1x -timeout 120m ./bench -rounds $(or $(ROUNDS),7) -docs ../docs/explanation
	go run ./bench/plot <docs/explanation/measurements.md >docs/explanation/growth.svg.new && mv docs/explanation/growth.svg.new docs/explanation/growth.svg

upgrade: ## upgrade from another version under load: both versions at once, and the locks of each migration (FROM=a tag or commit; SIZE=S, M or L)
	BENCH_SIZE=$(SIZE) go test -run '^$$' -bench 'TwoVersions|Migrations$$' -benchtime 1x -timeout 120m ./bench -from '$(FROM)'

calibrate: ## the CPU for each point that operations cost, with data set M; fails beyond five times the median
	BENCH_SIZE=M go test -run '^$$' -bench 'CostPerPoint$$' -benchtime 1x -timeout 30m ./bench -strict
