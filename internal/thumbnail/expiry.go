package thumbnail

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Expiry reads from a URL alone whether it is signed, and until when it then
// works. It knows the signatures of Amazon's CloudFront and S3, of Google's and of
// Azure's storage, and those made after them. Of several expiries, the earliest
// counts. A signed URL whose expiry cannot be read counts as long expired: at is
// the zero time. An unsigned one has no expiry.
func Expiry(rawURL string) (at time.Time, signed bool) {
	q := parametersOf(rawURL)
	for _, s := range signatures {
		if !s.in(q) {
			continue
		}
		until, err := s.expiry(q)
		if err != nil {
			return time.Time{}, true
		}
		if !signed || until.Before(at) {
			at, signed = until, true
		}
	}
	return at, signed
}

// A signature is one way to sign a URL.
type signature struct {
	in     func(parameters) bool
	expiry func(parameters) (time.Time, error)
}

var signatures = []signature{
	{ // CloudFront, canned policy; S3 and Google, version 2
		in: func(q parameters) bool {
			return q.has("awsaccesskeyid", "googleaccessid") || q.has("signature") && q.has("expires") || q.has("key-pair-id") && !q.has("policy")
		},
		expiry: func(q parameters) (time.Time, error) { return earliest(q["expires"], epoch) },
	},
	{ // CloudFront, custom policy
		in:     func(q parameters) bool { return q.has("policy") && q.has("signature", "key-pair-id") },
		expiry: func(q parameters) (time.Time, error) { return earliest(q["policy"], policyEnd) },
	},
	{ // S3, version 4
		in: func(q parameters) bool {
			return q.has("x-amz-signature", "x-amz-credential", "x-amz-date", "x-amz-expires")
		},
		expiry: func(q parameters) (time.Time, error) { return dated(q["x-amz-date"], q["x-amz-expires"]) },
	},
	{ // Google, version 4
		in: func(q parameters) bool {
			return q.has("x-goog-signature", "x-goog-credential", "x-goog-date", "x-goog-expires")
		},
		expiry: func(q parameters) (time.Time, error) { return dated(q["x-goog-date"], q["x-goog-expires"]) },
	},
	{ // Azure; a name for its version is in all of them, and sig alone in many others
		in:     func(q parameters) bool { return q.has("sig") && q.has("se", "sv") },
		expiry: func(q parameters) (time.Time, error) { return earliest(q["se"], instant) },
	},
}

// parameters are the values of a query, by their names in lower case.
type parameters map[string][]string

// parametersOf reads the query of a URL, however broken the URL is.
func parametersOf(rawURL string) parameters {
	rawURL, _, _ = strings.Cut(rawURL, "#")
	_, query, _ := strings.Cut(rawURL, "?")
	q := parameters{}
	for pair := range strings.SplitSeq(query, "&") {
		name, value, _ := strings.Cut(pair, "=")
		name = strings.ToLower(unescape(name))
		q[name] = append(q[name], unescape(value))
	}
	return q
}

// unescape leaves a plus as it is: in a query it may mean a blank, but in these
// values it is a digit of base64 or the sign of a time zone.
func unescape(s string) string {
	if plain, err := url.PathUnescape(s); err == nil {
		return plain
	}
	return s
}

// has reports whether one of the names is there.
func (q parameters) has(names ...string) bool {
	for _, name := range names {
		if len(q[name]) > 0 {
			return true
		}
	}
	return false
}

var errNoExpiry = errors.New("no expiry")

// earliest is the earliest of the times in values, all of which must be one.
func earliest[T any](values []T, read func(T) (time.Time, error)) (time.Time, error) {
	var first time.Time
	for i, value := range values {
		at, err := read(value)
		if err != nil {
			return time.Time{}, err
		}
		if i == 0 || at.Before(first) {
			first = at
		}
	}
	return inEra(first)
}

// inEra refuses times that no one means: before 1970 and after 9999.
func inEra(at time.Time) (time.Time, error) {
	if at.Year() < 1970 || at.Year() > 9999 {
		return time.Time{}, errNoExpiry
	}
	return at.UTC(), nil
}

// epoch reads seconds since 1970.
func epoch(s string) (time.Time, error) {
	n, err := seconds(s)
	return time.Unix(n, 0), err
}

// seconds reads a number that is neither negative nor beyond the year 9999.
func seconds(s string) (int64, error) {
	n, err := strconv.ParseUint(s, 10, 38)
	return int64(n), err
}

// dated is the end of as many seconds from a date.
func dated(dates, spans []string) (time.Time, error) {
	if len(dates) != 1 {
		return time.Time{}, errNoExpiry
	}
	start, err := time.Parse("20060102T150405Z", dates[0])
	if err != nil {
		return time.Time{}, err
	}
	return earliest(spans, func(s string) (time.Time, error) {
		n, err := seconds(s)
		return time.Unix(start.Unix()+n, 0), err
	})
}

// instant reads a time of ISO 8601 in the forms that Azure takes.
func instant(s string) (time.Time, error) {
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04Z07:00", time.DateOnly} {
		if at, err := time.Parse(layout, s); err == nil {
			return at, nil
		}
	}
	return time.Time{}, errNoExpiry
}

// maxPolicy is a length that no real policy has.
const maxPolicy = 16 << 10

// A statement of a policy, as far as it says when it ends.
type statement struct {
	Condition struct {
		DateLessThan struct {
			Epoch json.Number `json:"AWS:EpochTime"`
		}
	}
}

// policyEnd reads CloudFront's own base64 of a policy, which lives until the first
// of its statements ends.
func policyEnd(s string) (time.Time, error) {
	if len(s) > maxPolicy {
		return time.Time{}, errNoExpiry
	}
	s = strings.TrimRight(strings.NewReplacer("-", "+", "_", "=", "~", "/").Replace(s), "=")
	text, err := base64.RawStdEncoding.DecodeString(s)
	if err != nil {
		return time.Time{}, err
	}
	var policy struct{ Statement []statement }
	if err := json.Unmarshal(text, &policy); err != nil {
		return time.Time{}, err
	}
	return earliest(policy.Statement, func(s statement) (time.Time, error) { return epoch(s.Condition.DateLessThan.Epoch.String()) })
}
