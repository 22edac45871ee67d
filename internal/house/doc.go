// Package house has the tests of the repository as a whole: who may import
// whom, what the documents name, and the language.
package house
