package bookmark

import (
	"encoding/base64"
	"net/url"
	"strings"
)

// decodeDefense2 reads a target as version 2 of Proofpoint's URL Defense writes
// it: "-" for "%", and "_" for "/".
func decodeDefense2(value string) (string, bool) {
	target, err := url.PathUnescape(strings.NewReplacer("-", "%", "_", "/").Replace(value))
	return target, err == nil
}

const defense3 = "/v3/__"

// isDefense3 reports whether an address is of version 3.
func isDefense3(host, path string) bool {
	return (host == "urldefense.com" || host == "urldefense.us") && strings.HasPrefix(path, defense3)
}

// decodeDefense3 reads what stands between "/v3/__" and "__;": the target with
// some characters replaced by "*", or runs of them by "**" and a letter for
// their number. The characters follow, in base64, up to a "!".
func decodeDefense3(pathAndQuery string) (target string, ok bool) {
	target, rest, ok := strings.Cut(strings.TrimPrefix(pathAndQuery, defense3), "__;")
	encoded, _, closed := strings.Cut(rest, "!")
	hidden, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(encoded, "="))
	if !ok || !closed || err != nil {
		return "", false
	}
	// An earlier program may have made one slash of two.
	if scheme, after, one := strings.Cut(target, ":/"); one && !strings.HasPrefix(after, "/") {
		target = scheme + "://" + after
	}
	return fillIn(target, []rune(string(hidden)))
}

// fillIn puts the hidden characters where they belong.
func fillIn(target string, hidden []rune) (string, bool) {
	const lengths = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	var b strings.Builder
	for i := 0; i < len(target); i++ {
		if target[i] != '*' {
			b.WriteByte(target[i])
			continue
		}
		n := 1
		if i+2 < len(target) && target[i+1] == '*' {
			more := strings.IndexByte(lengths, target[i+2])
			if more < 0 {
				return "", false
			}
			n, i = more+2, i+2
		}
		if n > len(hidden) {
			return "", false
		}
		b.WriteString(string(hidden[:n]))
		hidden = hidden[n:]
	}
	return b.String(), len(hidden) == 0
}
