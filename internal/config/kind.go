package config

import (
	"cmp"
	"fmt"
	"math"
	"reflect"
	"strconv"
	"strings"

	"github.com/go-viper/mapstructure/v2"
)

// strict is a hook of mapstructure that refuses what it would bend until it
// fits: 4.7 or true for a whole number, 0123 (83 in YAML) for a text, a table
// for a list. A text from the environment may stand for a number, for true or
// false, or for a list with commas. Messages do not show the value: it may be a secret.
func strict(from, to reflect.Kind, value any) (any, error) {
	text, isText := value.(string)
	switch to {
	case reflect.String:
		if !isText {
			remedy := "put it in quotes"
			if from == reflect.Slice || from == reflect.Map {
				remedy = "write a single one"
			}
			return nil, fmt.Errorf("it is %s and should be a text: %s", kind(from), remedy)
		}
	case reflect.Int, reflect.Float64:
		number, isNumber := toFloat(value)
		if isText {
			parsed, err := strconv.ParseFloat(text, 64)
			number, isNumber = parsed, err == nil
		}
		if !isNumber {
			return nil, fmt.Errorf("it is %s and should be a number: write digits", kind(from))
		}
		if to == reflect.Int && (number != math.Trunc(number) || math.Abs(number) > 1e15) {
			return nil, fmt.Errorf("%v is not a whole number: write one", number)
		}
		return number, nil
	case reflect.Bool:
		if text == "true" || text == "false" {
			return text == "true", nil
		}
		if from != reflect.Bool {
			return nil, fmt.Errorf("it is %s and should be true or false: write one of the two", kind(from))
		}
	case reflect.Slice:
		if isText {
			return strings.Split(text, ","), nil
		}
		if from != reflect.Slice {
			return nil, fmt.Errorf("it is %s and should be a list: put it in [ ]", kind(from))
		}
	}
	return value, nil
}

func toFloat(value any) (float64, bool) {
	switch n := value.(type) {
	case int:
		return float64(n), true
	case float64:
		return n, true
	}
	return 0, false
}

func kind(k reflect.Kind) string {
	switch k {
	case reflect.String:
		return "a text"
	case reflect.Bool:
		return "true or false"
	case reflect.Slice:
		return "a list"
	case reflect.Map:
		return "a table of keys"
	case reflect.Struct:
		return "a date"
	}
	return "a number"
}

// typeFaults notes the values of the wrong kind, each with its key, if nothing
// worse is said of them already.
func typeFaults(faults *Faults, err error) {
	switch err := err.(type) {
	case *mapstructure.DecodeError:
		problem, remedy, _ := strings.Cut(err.Unwrap().Error(), ": ")
		if !faults.has(err.Name()) {
			faults.add(err.Name(), cmp.Or(remedy, "write a value of the right kind"), "%s", problem)
		}
	case interface{ Unwrap() []error }:
		for _, each := range err.Unwrap() {
			typeFaults(faults, each)
		}
	case interface{ Unwrap() error }:
		typeFaults(faults, err.Unwrap())
	default:
		faults.add("configuration", "mend it", "%v", err)
	}
}
