package scalar

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"strconv"

	"rehearse/internal/spelling"
)

// Coerce checks the value of a variable against the named scalar, and returns it in the
// form that the scalar's Unmarshal function reads. Numbers are of type json.Number.
func Coerce(ctx context.Context, name string, value any) (any, error) {
	var err error
	switch name {
	case "ID":
		_, err = UnmarshalID(value)
	case "Int":
		return coerceInt(value)
	case "Float":
		err = checkFloat(value)
	case "String":
		if _, is := value.(string); !is {
			err = inputErrorf("%s is not a string", Describe(value))
		}
	case "Boolean":
		if _, is := value.(bool); !is {
			err = inputErrorf("%s is not a Boolean; true or false is expected", Describe(value))
		}
	case "DateTime":
		_, err = UnmarshalDateTime(ctx, value)
	case "Date":
		_, err = UnmarshalDate(value)
	case "LocalTime":
		_, err = UnmarshalLocalTime(value)
	default:
		err = fmt.Errorf("the scalar %s has no unmarshaler", name)
	}
	return value, err
}

// coerceInt accepts 1.0 and 1e3 as integers, because JSON encoders differ in how they write
// them.
func coerceInt(value any) (any, error) {
	number, is := value.(json.Number)
	if !is {
		return nil, notAnInt(value)
	}
	if _, err := strconv.ParseInt(number.String(), 10, 32); err == nil {
		return value, nil
	}
	f, err := number.Float64()
	if err != nil || f != math.Trunc(f) || f < math.MinInt32 || f > math.MaxInt32 {
		return nil, notAnInt(value)
	}
	return json.Number(strconv.Itoa(int(f))), nil
}

func notAnInt(value any) error {
	return inputErrorf("%s is not a whole number from %d to %d", Describe(value), math.MinInt32, math.MaxInt32)
}

// CheckText rejects text with forbidden characters, which the database rejects as well. It
// accepts values other than text.
func CheckText(value any) error {
	text, _ := value.(string)
	if problem := spelling.Problem(text); problem != "" {
		return inputErrorf("%s contains %s, which is not allowed", Describe(value), problem)
	}
	return nil
}

func checkFloat(value any) error {
	number, is := value.(json.Number)
	if is {
		_, err := number.Float64()
		is = err == nil
	}
	if !is {
		return inputErrorf("%s is not a number", Describe(value))
	}
	return nil
}

// Describe formats a JSON value for a message. It truncates long values.
func Describe(value any) string {
	switch v := value.(type) {
	case string:
		return strconv.Quote(Clip(v))
	case []any:
		return "a list"
	case map[string]any:
		return "an object"
	case nil:
		return "null"
	default:
		return Clip(fmt.Sprint(v))
	}
}
