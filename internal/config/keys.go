package config

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/agext/levenshtein"
)

// lower returns the settings with all keys in lower case, and refuses two that
// differ in nothing else.
func lower(faults *Faults, prefix string, settings map[string]any) map[string]any {
	lowered := make(map[string]any, len(settings))
	for _, k := range slices.Sorted(maps.Keys(settings)) {
		key := strings.ToLower(k)
		if _, twice := lowered[key]; twice {
			faults.add(prefix+key, "write it once, in small letters", "it is there twice; letter case makes no difference")
		}
		lowered[key] = lowerValue(faults, prefix+key, settings[k])
	}
	return lowered
}

func lowerValue(faults *Faults, key string, value any) any {
	switch value := value.(type) {
	case map[string]any:
		return lower(faults, key+".", value)
	case map[any]any: // one of its keys is no text
		table := make(map[string]any, len(value))
		for k, v := range value {
			table[fmt.Sprint(k)] = v
		}
		return lower(faults, key+".", table)
	case []any:
		for i, item := range value {
			value[i] = lowerValue(faults, fmt.Sprintf("%s[%d]", key, i), item)
		}
	}
	return value
}

// unknown refuses keys that mean nothing, and names the nearest that does.
func unknown(faults *Faults, prefix string, settings map[string]any) {
	for _, k := range slices.Sorted(maps.Keys(settings)) {
		key, value := prefix+k, settings[k]
		_, known := defaults[key]
		group := !known && slices.ContainsFunc(Keys(), func(d string) bool { return strings.HasPrefix(d, key+".") })
		table, isTable := value.(map[string]any)
		switch {
		case key == "categories":
			list, isList := value.([]any)
			if !isList && value != nil {
				faults.add(key, "write - {name: design}", "it is no list")
			}
			for i, item := range list {
				unknownCategory(faults, fmt.Sprintf("categories[%d]", i), item)
			}
		case key == "other":
			unknownCategory(faults, key, value)
		case known:
		case group && isTable:
			unknown(faults, key+".", table)
		case group && value != nil:
			faults.add(key, "write its keys below it, or in braces", "it holds keys, not a value")
		case !group:
			faults.add(key, suggest(key, Keys()), "no such key")
		}
	}
}

func unknownCategory(faults *Faults, key string, value any) {
	table, ok := value.(map[string]any)
	if !ok {
		if value != nil {
			faults.add(key, "write {name: ..., title: ..., limit: ...}", "%v is no category", value)
		}
		return
	}
	if len(table) == 0 {
		faults.add(key, "write {title: ...}, or leave it out", "it says nothing")
	}
	for _, k := range slices.Sorted(maps.Keys(table)) {
		if !slices.Contains(categoryKeys, k) {
			faults.add(key+"."+k, suggest(k, categoryKeys), "no such key")
		}
	}
}

func suggest(key string, known []string) string {
	nearest, best := "", 1000
	for _, k := range known {
		// The last part may have been put in the wrong place.
		d := min(levenshtein.Distance(key, k, nil), 1+levenshtein.Distance(key, k[strings.LastIndexByte(k, '.')+1:], nil))
		if d < best || d == best && strings.Count(k, ".") < strings.Count(nearest, ".") {
			nearest, best = k, d
		}
	}
	if best <= max(2, len(key)/2) {
		return "did you mean " + nearest + "?"
	}
	return "remove it; config.yaml in the repository has all keys"
}

// nearest asks whether a variable is meant that differs in a letter or three.
func nearest(name string, known []string) string {
	for distance := 1; distance <= 3; distance++ {
		for _, k := range known {
			if levenshtein.Distance(name, k, nil) == distance {
				return "did you mean " + k + "?"
			}
		}
	}
	return ""
}
