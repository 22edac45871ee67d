// Package booking implements the booking rules: who may book which slot, and how
// an interview may change. It is pure. Its functions take the data and the time as
// arguments and fetch neither, so every rule can be tested without a database, and
// listing and booking share the same functions.
package booking
