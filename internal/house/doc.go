// Package house tests the repository as a whole: which package may import which,
// what the documents name and link to, the language, and that the rows of table tests
// are subtests.
package house
