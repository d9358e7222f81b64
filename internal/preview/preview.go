// Package preview is the local page on which an editor looks at the next edition
// before it is sent: the letter at the width of a phone and of a desktop, light
// and dark, with and without its images, and all that is said of it.
//
//	page := preview.New(preview.Options{
//		Compose: func(ctx context.Context, asOf string) (*preview.Letter, error) { … },
//		Watch:   []string{"config.yaml", "content", "templates"},
//	})
//	listener, err := net.Listen("tcp", "127.0.0.1:0")
//	…
//	err = page.Run(ctx, listener)
//
// What the page shows comes from the open web, and a browser has other pages open.
// So it answers only on this machine and under its own name, shows everything as
// text, and gives the letter a frame in which nothing runs and from which nothing
// is fetched, but pictures if the editor asks for them.
package preview

// A Letter is what the page shows of an edition.
type Letter struct {
	Edition   string // as the ledger calls it
	Number    int    // from 1; 0: none
	Bookmarks int

	Subject, Preheader, From, Date string

	HTML     string
	Text     string
	Source   []byte           // the message as it is sent
	Headers  [][2]string      // names and values, in their order
	Images   map[string]Image // by content id, of the cid: sources in HTML
	Budget   Budget
	Findings []Finding
}

// An Image is a picture that is sent within the letter.
type Image struct {
	Type string // such as image/png
	Data []byte
}

// A Budget is how large the HTML part is, and may be: some mail programs cut off
// what is beyond.
type Budget struct {
	Decoded, Encoded int      // bytes
	Limit            int      // for each of them; 0: none
	Shortened        []string // what was shortened to keep to it, and why
}

// A Finding is what a check has to say of the letter.
type Finding struct {
	ID       string   // of the check
	Severity Severity // anything unknown counts as Info
	Where    string   // may be empty
	Message  string
	Hint     string // how to mend it; may be empty
}

// A Severity is how much a finding matters.
type Severity string

// The severities, the worst first.
const (
	Error   Severity = "error"
	Warning Severity = "warning"
	Info    Severity = "info"
)

// Empty is the error of an edition that has no bookmarks: nothing is wrong, and
// nothing would be sent.
type Empty struct{ Reason string }

func (e *Empty) Error() string { return "nothing to send: " + e.Reason }
