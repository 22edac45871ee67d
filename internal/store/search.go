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

// trigram is how many characters an entry of the search index has.
const trigram = 3

// search narrows people to those with the words in their name, or also in their
// e-mail, whatever their case and accents. Without the index it compares every
// row, which is the shorter way to all of many. Words of space alone narrow
// nothing; those that show nothing else, such as a lone accent, are in no name.
func search(db *gorm.DB, words string, byIndex, namesAlone bool) *gorm.DB {
	folded := spelling.Fold(words)
	if folded == "" {
		if !spelling.Blank(words) {
			db = db.Where("false")
		}
		return db
	}
	part := "%" + likeLiteral.Replace(folded) + "%"
	if namesAlone {
		db = db.Where("name_folded LIKE ?", part)
	} else {
		db = db.Where("(name_folded LIKE ? OR email LIKE ?)", part, part)
	}
	if grams := trigramsOf(folded); byIndex && len(grams) > 0 {
		db = db.Where("trigrams("+searchText+") @> ?::text[]", texts(grams))
	}
	return byValue(db)
}

// byValue has Postgres plan the statement that is being made for its values:
// whether the index of trigrams or the order of the list is the shorter way
// depends on how frequent the words are.
func byValue(db *gorm.DB) *gorm.DB {
	if _, already := db.Statement.ConnPool.(planned); !already {
		db.Statement.ConnPool = planned{db.Statement.ConnPool}
	}
	return db
}

// firstOfOrder is how many students a search looks at in the order of the list. An
// index of that order leads all over the table.
const firstOfOrder = 1000

// pageOfStudents reads a page. A search in another order than that of the table
// looks at the first students of the order, where frequent words fill the page, and
// else for all that match, which it then sorts.
func pageOfStudents(db *gorm.DB, f PeopleFilter, p Page, rows *[]studentRow) error {
	if f.Search == "" || p.Order.orDefault(ByID).Field == ByID {
		return p.by(ByID, f.apply(db)).Find(rows).Error
	}
	first := p
	first.First = firstOfOrder - 1
	ordered := db.Session(&gorm.Session{}).Table("(?) AS students", first.by(ByID, db.Session(&gorm.Session{}).Model(&studentRow{})))
	if err := p.by(ByID, f.apply(ordered)).Find(rows).Error; err != nil || len(*rows) == p.limit() {
		return err
	}
	*rows = nil
	// The limit keeps the search apart from the order.
	found := f.apply(db.Session(&gorm.Session{}).Model(&studentRow{})).Limit(math.MaxInt32)
	return p.by(ByID, byValue(db.Session(&gorm.Session{}).Table("(?) AS students", found))).Find(rows).Error
}

// fewPeople are so many that the index finds them sooner than a scan.
const fewPeople = 500

// countPeople counts the people of the table that match the filter.
func countPeople(db *gorm.DB, f PeopleFilter, table string) (int, error) {
	if len(trigramsOf(spelling.Fold(f.Search))) > 0 {
		n, err := countUpTo(fewPeople, byValue(f.apply(db.Session(&gorm.Session{}).Table(table))), table)
		if err != nil || n <= fewPeople {
			return n, err
		}
	}
	return count(f.narrow(db.Table(table), true), table)
}

// trigramsOf are the characters of the text, three at a time.
func trigramsOf(folded string) []string {
	letters := []rune(folded)
	var grams []string
	for i := range max(len(letters)-trigram+1, 0) {
		grams = append(grams, string(letters[i:i+trigram]))
	}
	return grams
}

var likeLiteral = strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`)

// planned sends statements with their values, so that Postgres plans each for
// them and not once for any.
type planned struct{ gorm.ConnPool }

// QueryContext implements gorm.ConnPool.
func (p planned) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	return p.ConnPool.QueryContext(ctx, query, append([]any{pgx.QueryExecModeSimpleProtocol}, args...)...)
}
