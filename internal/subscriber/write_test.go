package subscriber_test

import (
	"encoding/csv"
	"errors"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"digest/internal/subscriber"
)

func TestReadCSVColumns(t *testing.T) {
	for _, tt := range []struct {
		claim, list, language string
		categories            []string
	}{
		{"none", "address\na@example.org\n", "", nil},
		{"empty", "address,categories,language\na@example.org,,\n", "", nil},
		{"semicolons separate categories", "address,categories,language\na@example.org,design; open source;;design,en\n", "en", []string{"design", "open source"}},
		{"commas do not if they separate columns", "address,categories\na@example.org,\"arts, crafts\"\n", "", []string{"arts, crafts"}},
		{"commas do if they do not", "Topics;E-Mail;Lang\ndesign,  open\tsource,;a@example.org;de_at\n", "de-AT", []string{"design", "open source"}},
		{"semicolons go before commas", "mail\tcategory\na@example.org\tarts, crafts;\n", "", []string{"arts, crafts"}},
		{"what is no language is kept as it is", "address,language\na@example.org,Klingonish\n", "Klingonish", nil},
		{"escaped cells", "address,categories\na@example.org,'=1+1;b\n", "", []string{"=1+1", "b"}},
	} {
		for s, err := range subscriber.ReadCSV(strings.NewReader(tt.list)) {
			if err != nil || s.Language != tt.language || !slices.Equal(s.Categories.Names(), tt.categories) {
				t.Errorf("%s: ReadCSV(%q): categories %q, language %q, %v, want %q, %q", tt.claim, tt.list, s.Categories.Names(), s.Language, err, tt.categories, tt.language)
			}
		}
	}
}

func TestFault(t *testing.T) {
	for _, tt := range []struct{ list, want string }{
		{"address,name,language\na@example.org,Ada,en-GB\n", ""},
		{"address,language\na@example.org,English please\n", `"English please" is no language; write a tag such as en or pt-BR`},
		{"address,language\na@example.org," + strings.Repeat("x", 70) + "\n", "is no language"},
		{"address,name\na@example.org,Zo\xeb\n", "was not written in UTF-8"},
	} {
		for s, err := range subscriber.ReadCSV(strings.NewReader(tt.list)) {
			if err != nil {
				t.Fatal(err)
			}
			got := s.Fault()
			if (got == nil) != (tt.want == "") || got != nil && !strings.Contains(got.Error(), tt.want) {
				t.Errorf("Fault of %q = %v, want %q", tt.list, got, tt.want)
			}
		}
	}
}

// What is written is read again as it was, whatever the delimiter, and no cell
// begins a formula.
func TestWriteAndRead(t *testing.T) {
	headers := []string{"address,name,categories,language\n", "language;categories;name;address\r\n", "x\tname\taddress\tcategories\tlanguage\n"}
	text := rapid.OneOf(rapid.String(), rapid.StringMatching(`['=+@;,"\t -]{0,4}[a-c;, ]{0,6}`))
	rapid.Check(t, func(t *rapid.T) {
		local := rapid.StringMatching(`['=+!a-cA-C-]{1,8}`).Draw(t, "local")
		s, err := subscriber.New(local+"@example.org", text.Draw(t, "name"))
		if err != nil {
			t.Fatal(err)
		}
		s = s.With(subscriber.ParseCategories(text.Draw(t, "categories"), rapid.Bool().Draw(t, "commas")), rapid.SampledFrom([]string{"", "en", "pt_br", "=1"}).Draw(t, "language"))
		header := rapid.SampledFrom(headers).Draw(t, "header")
		list, err := rewrite(header, "", s)
		if err != nil {
			t.Fatalf("Rewrite(%q) with %+v = %v", header, s, err)
		}
		for got, err := range subscriber.ReadCSV(strings.NewReader(list)) {
			if got.Line = 0; err != nil || got != s {
				t.Fatalf("%+v is written as %q and read as %+v, %v", s, list, got, err)
			}
		}
		cells := csv.NewReader(strings.NewReader(list))
		cells.Comma = rune(strings.Trim(header, "abcdefghijklmnopqrstuvwxyz\r\n")[0])
		rows, err := cells.ReadAll()
		if err != nil || len(rows) != 2 {
			t.Fatalf("%q is read as %q, %v, want two rows", list, rows, err)
		}
		for _, c := range rows[1] {
			if c != "" && strings.ContainsRune("=+-@\t\r", rune(c[0])) {
				t.Fatalf("%+v is written as %q, with the formula %q", s, list, c)
			}
		}
	})
}

func TestRewrite(t *testing.T) {
	list := "\ufeffsince;E-Mail;Name\r\n2020;a@example.org;Ada\r\n\r\n2021;\"b@example.org\";'=Bo\r\n2022;nobody;\r\n2023;A@Example.org;Ada again"
	ada, err := subscriber.New("c@example.org", "=Cy")
	if err != nil {
		t.Fatal(err)
	}
	got, err := rewrite(list, "a@example.org", ada)
	want := "\ufeffsince;E-Mail;Name\r\n\r\n2021;\"b@example.org\";'=Bo\r\n2022;nobody;\r\n;c@example.org;'=Cy\r\n"
	if err != nil || got != want {
		t.Errorf("Rewrite = %q, %v, want %q", got, err, want)
	}
	var column *subscriber.ColumnError
	if _, err := rewrite(list, "", ada.With("design", "")); !errors.As(err, &column) || column.Column != "categories" {
		t.Errorf("Rewrite with categories = %v, want the error of a column", err)
	}
}
