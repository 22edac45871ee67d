// Package house tests the repository as a whole: which package may import which,
// what the documents name and link to, and the language.
package house
