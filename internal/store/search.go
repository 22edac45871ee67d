package store

import (
	"context"
	"database/sql"
	"math"
	"strings"

	"github.com/jackc/pgx/v5"
	"gorm.io/gorm"

	"rehearse/internal/spelling"
)

// trigram is the number of characters of an entry of the search index.
const trigram = 3

// searchOptions says what a search for people compares, and how.
type searchOptions struct {
	NamesOnly bool // not the e-mail addresses
	EachRow   bool // without the search index; this is faster if most rows are read
}

// search narrows people to those whose name or e-mail address contains the words. It
// ignores case and accents. Blank words match everyone; other words that fold to
// nothing, such as a lone accent, match nobody.
func search(db *gorm.DB, words string, o searchOptions) *gorm.DB {
	folded := spelling.Fold(words)
	if folded == "" {
		if !spelling.Blank(words) {
			db = db.Where("false")
		}
		return db
	}
	part := "%" + likeLiteral.Replace(folded) + "%"
	if o.NamesOnly {
		db = db.Where("name_folded LIKE ?", part)
	} else {
		db = db.Where("(name_folded LIKE ? OR email LIKE ?)", part, part)
	}
	if grams := trigramsOf(folded); !o.EachRow && len(grams) > 0 {
		db = db.Where("trigrams("+searchText+") @> ?::text[]", texts(grams))
	}
	return byValue(db)
}

// byValue makes Postgres plan the statement for its values: whether the trigram index or
// the list's order is faster depends on how frequent the words are.
func byValue(db *gorm.DB) *gorm.DB {
	if _, already := db.Statement.ConnPool.(planned); !already {
		db.Statement.ConnPool = planned{db.Statement.ConnPool}
	}
	return db
}

// firstOfOrder is the number of students that a search examines in the list's order
// before it uses the search index. Reading in that order accesses table pages at random.
const firstOfOrder = 1000

// pageOfStudents reads a page of students. A search in an order other than by id first
// examines the first students in that order: frequent words fill the page from them.
// Otherwise, it reads all matches and sorts them.
func pageOfStudents(db *gorm.DB, f people, p Page, rows *[]studentRow) error {
	if f.search == "" || p.Order.orDefault(ByID).Field == ByID {
		return p.by(ByID, f.apply(db)).Find(rows).Error
	}
	first := p
	first.First = firstOfOrder - 1
	ordered := db.Session(&gorm.Session{}).Table("(?) AS students", first.by(ByID, db.Session(&gorm.Session{}).Model(&studentRow{})))
	if err := p.by(ByID, f.apply(ordered)).Find(rows).Error; err != nil || len(*rows) == p.limit() {
		return err
	}
	*rows = nil
	// The limit keeps the planner from merging the search with the ordering.
	found := f.apply(db.Session(&gorm.Session{}).Model(&studentRow{})).Limit(math.MaxInt32)
	return p.by(ByID, byValue(db.Session(&gorm.Session{}).Table("(?) AS students", found))).Find(rows).Error
}

// fewPeople is the number of matches up to which the index is faster than a scan.
const fewPeople = 500

// countPeople counts the people of the list.
func countPeople(db *gorm.DB, f people) (int, error) {
	if len(trigramsOf(spelling.Fold(f.search))) > 0 {
		n, err := countUpTo(fewPeople, byValue(f.apply(db.Session(&gorm.Session{}).Table(f.table))), f.table)
		if err != nil || n <= fewPeople {
			return n, err
		}
	}
	return count(f.applyToAll(db.Table(f.table)), f.table)
}

// trigramsOf returns all substrings of three characters.
func trigramsOf(folded string) []string {
	letters := []rune(folded)
	var grams []string
	for i := range max(len(letters)-trigram+1, 0) {
		grams = append(grams, string(letters[i:i+trigram]))
	}
	return grams
}

var likeLiteral = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)

// planned sends statements with their values inlined, so that Postgres plans them for
// these values instead of using a generic plan.
type planned struct{ gorm.ConnPool }

// QueryContext implements gorm.ConnPool.
func (p planned) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	return p.ConnPool.QueryContext(ctx, query, append([]any{pgx.QueryExecModeSimpleProtocol}, args...)...)
}
