package bookmark

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// maxValues bounds what aliases may unfold into. A long text counts as one
// value for each textPerValue of its bytes, since it is read at each place.
const (
	maxValues    = 50_000
	textPerValue = 16
)

// decodeYAML keeps every scalar's own text where its type would lose some of
// it: yaml.v3 would make midnight UTC of a plain date, and with that forget
// that no zone was given.
func decodeYAML(front []byte, line int) (matter, error) {
	// Texts lose these characters anyway, and yaml.v3 refuses the first kind and
	// ends lines at the second, as only YAML 1.1 did.
	front = bytes.ToValidUTF8(front, []byte("\uFFFD"))
	front = bytes.Map(func(r rune) rune {
		switch {
		case r == '\t' || r == '\n' || r == '\r':
			return r
		case r == 0x85 || r == 0x2028 || r == 0x2029:
			return ' '
		case unicode.IsControl(r) || r == 0xFFFE || r == 0xFFFF:
			return -1
		}
		return r
	}, front)
	var doc yaml.Node
	err := yaml.Unmarshal(front, &doc)
	if err != nil && bytes.Contains(front, []byte(`\u`)) {
		err = yaml.Unmarshal(joinSurrogates(front), &doc)
	}
	if err != nil {
		return nil, yamlError(err, front)
	}
	if len(doc.Content) == 0 {
		return matter{}, nil
	}
	root := doc.Content[0]
	if root.Kind == yaml.ScalarNode && root.ShortTag() == "!!null" {
		return matter{}, nil
	}
	if root.Kind != yaml.MappingNode {
		return nil, &lineError{root.Line, errors.New("front matter is not a list of keys"), "write it as key: value"}
	}
	c := yamlConverter{line: line}
	if err := c.duplicates(root); err != nil {
		return nil, err
	}
	m := matter{}
	lower := map[string]bool{} // of two keys that differ in case only, the one in lower case counts
	err = c.mapping(root, func(k string, v any, line int) {
		if folded := strings.ToLower(k); folded == k || !lower[folded] {
			m[folded], lower[folded] = field{v, line}, folded == k
		}
	})
	return m, err
}

type yamlConverter struct {
	values int
	line   int // of the file, where the front matter begins
}

func (c *yamlConverter) value(n *yaml.Node) (any, error) {
	if err := c.spend(n); err != nil {
		return nil, err
	}
	switch n.Kind {
	case yaml.AliasNode:
		return c.value(n.Alias)
	case yaml.SequenceNode:
		list := make([]any, 0, len(n.Content))
		for _, item := range n.Content {
			v, err := c.value(item)
			if err != nil {
				return nil, err
			}
			list = append(list, v)
		}
		return list, nil
	case yaml.MappingNode:
		table := map[string]any{}
		err := c.mapping(n, func(k string, v any, _ int) { table[k] = v })
		return table, err
	}
	return scalar(n), nil
}

// spend counts a key or value as often as aliases repeat it.
func (c *yamlConverter) spend(n *yaml.Node) error {
	if c.values += 1 + len(n.Value)/textPerValue; c.values > maxValues {
		return &lineError{n.Line, fmt.Errorf("aliases unfold into more than %d values", maxValues), "write the values out"}
	}
	return nil
}

// mapping calls set for each pair, those of merged mappings ("<<") first, so
// that the mapping's own win.
func (c *yamlConverter) mapping(n *yaml.Node, set func(k string, v any, line int)) error {
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].ShortTag() != "!!merge" {
			continue
		}
		from := []*yaml.Node{n.Content[i+1]}
		if from[0].Kind == yaml.SequenceNode {
			from = from[0].Content
		}
		for _, m := range from {
			if m.Kind == yaml.AliasNode {
				m = m.Alias
			}
			if err := c.spend(m); err != nil {
				return err
			}
			if m.Kind != yaml.MappingNode {
				return &lineError{n.Content[i].Line, errors.New("<< merges something that has no keys"), "name an anchor of a mapping"}
			}
			if err := c.mapping(m, set); err != nil {
				return err
			}
		}
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		if key.ShortTag() == "!!merge" {
			continue
		}
		if err := c.spend(key); err != nil {
			return err
		}
		v, err := c.value(n.Content[i+1])
		if err != nil {
			return err
		}
		set(key.Value, v, key.Line)
	}
	return nil
}

// duplicates refuses what Hugo refuses: one key twice in one mapping.
func (c *yamlConverter) duplicates(n *yaml.Node) error {
	if n.Kind == yaml.MappingNode {
		first := make(map[string]int, len(n.Content)/2)
		for i := 0; i+1 < len(n.Content); i += 2 {
			k := n.Content[i]
			if k.Kind != yaml.ScalarNode {
				continue
			}
			if line, twice := first[k.Value]; twice {
				return &lineError{k.Line, fmt.Errorf("key %q stands here again, first at line %d", k.Value, c.line+line-1), "remove one of the two"}
			}
			first[k.Value] = k.Line
		}
	}
	for _, child := range n.Content {
		if err := c.duplicates(child); err != nil {
			return err
		}
	}
	return nil
}

// scalar gives a plain value its YAML 1.2 type; yes, no, 12:30 and dates stay text.
func scalar(n *yaml.Node) any {
	switch n.ShortTag() {
	case "!!null":
		return nil
	case "!!bool":
		var b bool
		if n.Decode(&b) == nil {
			return b
		}
	case "!!int":
		var i int64
		if n.Decode(&i) == nil {
			return i
		}
	case "!!float":
		var f float64
		if n.Decode(&f) == nil {
			return f
		}
	}
	return n.Value
}

var (
	yamlLine    = regexp.MustCompile(`^line (\d+): `)
	yamlGrammar = regexp.MustCompile(`^did not find expected (key|node content|'-' indicator|',' or)`)
)

func yamlError(err error, front []byte) error {
	line, text := yamlFault(err)
	// Of a fault in a structure yaml.v3 names the line before that where the
	// structure begins, but the line before the fault if it begins at the top.
	if yamlGrammar.MatchString(text) {
		top := bytes.TrimLeft(front, "\r\n")
		if err := yaml.Unmarshal(top, new(yaml.Node)); err != nil {
			line, text = yamlFault(err)
			line += 1 + lineEnds(front[:len(front)-len(top)])
		}
	}
	return &lineError{line, errors.New(text), "put quotes around a value that holds : # @ or a quote, and indent with blanks"}
}

func yamlFault(err error) (line int, text string) {
	text = strings.TrimPrefix(err.Error(), "yaml: ")
	if m := yamlLine.FindStringSubmatch(text); m != nil {
		line, _ = strconv.Atoi(m[1])
		text = text[len(m[0]):]
	}
	return line, text
}

var surrogates = regexp.MustCompile(`\\u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})`)

// joinSurrogates writes each pair of escaped UTF-16 halves as the character it
// means; JSON writes emoji so, and yaml.v3 refuses it.
func joinSurrogates(front []byte) []byte {
	return surrogates.ReplaceAllFunc(front, func(pair []byte) []byte {
		hi, _ := strconv.ParseUint(string(pair[2:6]), 16, 32)
		lo, _ := strconv.ParseUint(string(pair[8:12]), 16, 32)
		return utf8.AppendRune(nil, utf16.DecodeRune(rune(hi), rune(lo)))
	})
}
