package main

//go:generate go run ./graph/plan/plangen
//go:generate gofmt -w -r "buf.Reset() -> release(&buf)" graph/generated/generated.go
