package store

import (
	"database/sql/driver"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/pgtype/zeronull"
	"gorm.io/gorm/schema"
)

// A column is a column of a table and the field of the row that holds it.
type column struct {
	name  string
	kind  string // the type in Postgres
	field []int  // index of the field in the struct
	basic reflect.Type

	target reflect.Type // a pointer to basic, if the field has a named type
}

// columns are the columns of the rows of type R, in the order of the fields. The struct
// is the only list of them: the statements of GORM and those for pgx are made from it.
type columns[R any] []column

// columnsOf returns the columns of a row type, without the omitted ones. It panics if
// GORM cannot map the type to a table, so that the program does not start.
func columnsOf[R any](omit ...string) columns[R] {
	of, err := schema.Parse(new(R), &sync.Map{}, schema.NamingStrategy{})
	if err != nil {
		panic(err) //nolint:forbidigo // fails only if the row type is invalid
	}
	var list columns[R]
	for _, field := range of.Fields {
		if field.DBName == "" || slices.Contains(omit, field.DBName) {
			continue
		}
		basic := basicType(field.FieldType)
		kind, given := field.TagSettings["TYPE"]
		if !given {
			kind = kinds[elementOf(basic)]
		}
		c := column{name: field.DBName, kind: kind, field: field.StructField.Index, basic: basic}
		if target := reflect.PointerTo(basic); basic != field.FieldType && reflect.PointerTo(field.FieldType).ConvertibleTo(target) {
			c.target = target
		} else if field.FieldType == reflect.TypeFor[time.Time]() {
			c.target = reflect.TypeFor[*instant]()
		}
		list = append(list, c)
	}
	return list
}

// orZero returns the columns with scan targets that read NULL as the zero value, for the
// optional side of a join.
func (c columns[R]) orZero() columns[R] {
	list := slices.Clone(c)
	for i := range list {
		switch list[i].basic {
		case reflect.TypeFor[int64]():
			list[i].target = reflect.TypeFor[*zeronull.Int8]()
		case reflect.TypeFor[string]():
			list[i].target = reflect.TypeFor[*zeronull.Text]()
		}
	}
	return list
}

// kinds are the Postgres types of the basic types; a field of another type has a tag.
var kinds = map[reflect.Type]string{
	reflect.TypeFor[int64]():     "bigint",
	reflect.TypeFor[int]():       "integer",
	reflect.TypeFor[string]():    "text",
	reflect.TypeFor[bool]():      "boolean",
	reflect.TypeFor[time.Time](): "timestamptz",
}

// basicType returns the unnamed type with the same representation, which pgx reads and
// writes without reflection.
func basicType(t reflect.Type) reflect.Type {
	switch t.Kind() {
	case reflect.Pointer:
		return reflect.PointerTo(basicType(t.Elem()))
	case reflect.Int64:
		return reflect.TypeFor[int64]()
	case reflect.String:
		return reflect.TypeFor[string]()
	case reflect.Slice:
		return reflect.SliceOf(basicType(t.Elem()))
	default:
		return t
	}
}

func elementOf(t reflect.Type) reflect.Type {
	if t.Kind() == reflect.Pointer {
		return t.Elem()
	}
	return t
}

// String returns the names, separated by commas.
func (c columns[R]) String() string { return c.of("") }

// of returns the names, each after a prefix such as "s.", separated by commas.
func (c columns[R]) of(prefix string) string {
	names := make([]string, len(c))
	for i, column := range c {
		names[i] = prefix + column.name
	}
	return strings.Join(names, ", ")
}

// targets returns the scan targets of the columns in a row.
func (c columns[R]) targets(row *R) []any {
	return c.appendTargets(make([]any, 0, len(c)), row)
}

// appendTargets appends the scan targets of the columns to those of others.
func (c columns[R]) appendTargets(targets []any, row *R) []any {
	value := reflect.ValueOf(row).Elem()
	for _, column := range c {
		target := value.FieldByIndex(column.field).Addr()
		if column.target != nil {
			target = target.Convert(column.target)
		}
		targets = append(targets, target.Interface())
	}
	return targets
}

// row returns a relation of one row that is named "given". Its values are parameters, which are
// numbered from first.
func (c columns[R]) row(first int) string {
	return "(VALUES (" + c.parameters(first, func(c column) string { return c.kind }) + ")) AS given (" + c.String() + ")"
}

// rows is like row, but returns a relation of many rows, from one array for each column.
// Its text is the same for every number of rows.
func (c columns[R]) rows(first int) string {
	kind := func(c column) string {
		if c.isArray() {
			return "text[]" // unnest would flatten nested arrays
		}
		return c.kind + "[]"
	}
	return "unnest(" + c.parameters(first, kind) + ") AS given (" + c.String() + ")"
}

func (c columns[R]) parameters(first int, kind func(column) string) string {
	list := make([]string, len(c))
	for i, column := range c {
		list[i] = fmt.Sprintf("$%d::%s", first+i, kind(column))
	}
	return strings.Join(list, ", ")
}

// insert returns a statement that inserts the rows of a relation named given. The last
// parameter contains expressions for columns that get another value than that of the relation.
// insert panics if such a column does not exist.
func (c columns[R]) insert(table, given string, instead map[string]string) string {
	values, replaced := make([]string, len(c)), 0
	for i, column := range c {
		values[i] = "given." + column.name
		if column.isArray() {
			values[i] += "::" + column.kind
		}
		if expression, is := instead[column.name]; is {
			values[i] = expression
			replaced++
		}
	}
	if replaced != len(instead) {
		panic(fmt.Sprintf("the expressions %v of %s name a column that does not exist", instead, table)) //nolint:forbidigo // fails only at the start
	}
	return "INSERT INTO " + table + " (" + c.String() + ") SELECT " + strings.Join(values, ", ") + " FROM " + given
}

// values returns the arguments of row.
func (c columns[R]) values(row *R) []any {
	return c.appendValues(make([]any, 0, len(c)), row)
}

// appendValues appends the arguments of row to those of others.
func (c columns[R]) appendValues(args []any, row *R) []any {
	value := reflect.ValueOf(row).Elem()
	for _, column := range c {
		args = append(args, column.value(value.FieldByIndex(column.field)))
	}
	return args
}

// value returns the value of a field as a basic type; nil becomes NULL. The common kinds
// have cases of their own, because Interface copies the value.
func (c column) value(field reflect.Value) any {
	switch kind := field.Kind(); {
	case c.isArray():
		elements, _ := field.Addr().Interface().(driver.Valuer).Value() // the store's arrays return no error
		return elements
	case kind == reflect.Pointer && field.IsNil():
		return nil
	case kind == reflect.Pointer:
		return c.value(field.Elem())
	case kind == reflect.Int64:
		return field.Int()
	case kind == reflect.Int:
		return int(field.Int())
	case kind == reflect.Bool:
		return field.Bool()
	case kind == reflect.String:
		return field.String()
	case c.kind == "timestamptz":
		return field.Addr().Convert(reflect.TypeFor[*instant]()).Interface()
	default:
		return field.Interface()
	}
}

// arrays returns the arguments of rows.
func (c columns[R]) arrays(rows []R) []any {
	args, values := make([]any, len(c)), reflect.ValueOf(rows)
	for i, column := range c {
		args[i] = column.array(values)
	}
	return args
}

func (c column) isArray() bool { return strings.HasSuffix(c.kind, "[]") }

// array returns a slice of the column's values.
func (c column) array(rows reflect.Value) any {
	basic := c.basic
	if c.isArray() {
		basic = reflect.TypeFor[string]()
	}
	list := reflect.New(reflect.SliceOf(basic))
	list.Elem().Grow(rows.Len())
	list.Elem().SetLen(rows.Len())
	for i := range rows.Len() {
		value, element := rows.Index(i).FieldByIndex(c.field), list.Elem().Index(i)
		switch {
		case c.isArray():
			element.SetString(arrayText(value.Interface().(driver.Valuer)))
		case value.Kind() == reflect.Int64:
			element.SetInt(value.Int())
		case value.Kind() == reflect.String:
			element.SetString(value.String())
		case value.Kind() != reflect.Pointer:
			element.Set(value)
		case !value.IsNil():
			element.Set(value.Convert(basic))
		}
	}
	return list.Elem().Interface()
}

// arrayText returns an array of texts or ids in the text format of Postgres.
func arrayText(list driver.Valuer) string {
	elements, _ := list.Value() // the store's arrays return no error
	oid := uint32(pgtype.TextArrayOID)
	if _, ids := elements.([]int64); ids {
		oid = pgtype.Int8ArrayOID
	}
	types, _ := arrayTypes.Get().(*pgtype.Map)
	defer arrayTypes.Put(types)
	text, _ := types.Encode(oid, pgtype.TextFormatCode, elements, nil) // texts and ids can be encoded
	return string(text)
}
