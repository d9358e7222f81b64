package main

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"digest/internal/selector"
)

func (a *app) categoriesCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "categories",
		Short: "Show how the bookmarks are filed: each category with its spellings, and aliases to paste for those that no section has",
		Args:  usageArgs(cobra.NoArgs),
		RunE:  func(*cobra.Command, []string) error { return a.categories() },
	}
	a.formatFlag(cmd, "text", "json")
	return cmd
}

// categories looks at all bookmarks, of whatever date.
func (a *app) categories() error {
	n, err := a.configure()
	if err != nil {
		return err
	}
	r, err := n.read(bounds{}, none)
	if err != nil {
		return err
	}
	n.warnOdd(r.odd)
	groups := n.policy.Groups(slices.Values(r.bookmarks))
	if a.flags.format == "json" {
		return printJSON(a.stdout, groupRows(groups))
	}
	w := tabwriter.NewWriter(a.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "BOOKMARKS\tSECTION\tCATEGORY")
	for _, g := range groups {
		section := "-"
		if g.Category != nil {
			section = g.Category.Heading()
		}
		var spellings []string
		for _, name := range g.Names {
			if spellings = append(spellings, name.Spelling); len(g.Names) > 1 {
				spellings[len(spellings)-1] += fmt.Sprintf(" (%d)", name.Count)
			}
		}
		fmt.Fprintf(w, "%d\t%s\t%s\n", g.Count(), section, strings.Join(spellings, ", "))
	}
	if err := w.Flush(); err != nil {
		return err
	}
	_, err = fmt.Fprint(a.stdout, aliases(groups))
	return err
}

// aliases is what to paste into config.yaml so that no spelling is left out:
// sections that are there with what they miss, and new ones for what is spelled in
// more than one way.
func aliases(groups []selector.Group) string {
	var lines []string
	for _, g := range groups {
		switch {
		case g.Category != nil && len(g.Unknown) > 0:
			lines = append(lines, fmt.Sprintf("  - {name: %s, aliases: [%s]}", quoted(g.Category.Name), quotedList(append(slices.Clone(g.Category.Aliases), g.Unknown...))))
		case g.Category == nil && len(g.Unknown) > 1:
			lines = append(lines, fmt.Sprintf("  - {name: %s, aliases: [%s]}", quoted(g.Unknown[0]), quotedList(g.Unknown[1:])))
		}
	}
	if lines == nil {
		return ""
	}
	return "\nTo have each spelling in its section, in config.yaml (keep title and limit of those that you have):\n\ncategories:\n" + strings.Join(lines, "\n") + "\n"
}

func quotedList(names []string) string {
	all := make([]string, len(names))
	for i, name := range names {
		all[i] = quoted(name)
	}
	return strings.Join(all, ", ")
}

var plainYAML = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9 -]*[A-Za-z0-9]$`)

// quoted is a name as YAML reads it back: JSON's strings are YAML too.
func quoted(name string) string {
	switch strings.ToLower(name) {
	case "true", "false", "yes", "no", "on", "off", "null":
	default:
		if plainYAML.MatchString(name) {
			return name
		}
	}
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	_ = e.Encode(name) // a text has a form in JSON
	return strings.TrimSpace(b.String())
}

type groupRow struct {
	Section   string         `json:"section,omitempty"`
	Bookmarks int            `json:"bookmarks"`
	Names     map[string]int `json:"names"`
	Unknown   []string       `json:"unknown,omitempty"`
}

func groupRows(groups []selector.Group) []groupRow {
	rows := []groupRow{}
	for _, g := range groups {
		r := groupRow{Bookmarks: g.Count(), Names: map[string]int{}, Unknown: g.Unknown}
		if g.Category != nil {
			r.Section = g.Category.Name
		}
		for _, name := range g.Names {
			r.Names[name.Spelling] = name.Count
		}
		rows = append(rows, r)
	}
	return rows
}
