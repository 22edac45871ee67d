// Package booking holds the rules of the school: who may book which slot, and
// what may become of an interview. It is pure. Its functions take facts and
// the time and return verdicts; they fetch neither, so every rule can be
// tested without a database, and the list of slots and every way to book ask
// the same functions.
package booking
