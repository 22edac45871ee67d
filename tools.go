package main

//go:generate go tool gqlgen generate
//go:generate gofmt -w -r "buf.Reset() -> release(&buf)" graph/generated/generated.go
