package lint

import (
	"mime"
	"net/mail"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

var headerRules = []rule{
	{Rule{"letter.header-syntax", Error, "every line of the header is a field or goes on with one",
		"look for a line break in a title or a name"}, headerSyntax},
	{Rule{"letter.header-missing", Error, "From, To, Subject, Date, Message-ID and MIME-Version are there",
		"servers add what is missing, or refuse the message"}, headerMissing},
	{Rule{"letter.header-twice", Error, "no field that stands for the whole message is there twice",
		"leave one: RFC 5322 allows one, and providers refuse more"}, headerTwice},
	{Rule{"letter.header-ascii", Error, "headers are ASCII; all else is in encoded words",
		"encode it as RFC 2047 says"}, headerASCII},
	{Rule{"letter.encoded-word", Error, "encoded words can be decoded, and have at most 75 characters",
		"split long ones, between characters"}, encodedWords},
	{Rule{"letter.from", Error, "From is an address", "write it as \"Name\" <name@example.org>"}, fromAddress},
	{Rule{"letter.from-name", Warning, "From has a name", "people look for a name, not for an address"}, fromName},
	{Rule{"letter.date", Error, "Date is one", "write it as Fri, 20 Nov 2026 09:00:00 +0000"}, date},
	{Rule{"letter.message-id", Error, "Message-ID is <something@domain>", "write it so"}, messageID},
	{Rule{"letter.message-id-domain", Warning, "Message-ID is of the sender's domain",
		"filters trust it more if both are of one domain"}, messageIDDomain},
	{Rule{"letter.subject", Error, "Subject is not empty", "say in it what the edition holds"}, subject},
	{Rule{"letter.subject-length", Warning, "Subject has at most 78 characters", "phones show 40 to 60"}, subjectLength},
	{Rule{"letter.subject-shout", Warning, "Subject does not shout", "filters count capitals and exclamation marks"}, subjectShout},
	{Rule{"letter.list-id", Warning, "List-ID names the list", "providers and readers file by it (RFC 2919)"}, listID},
	{Rule{"letter.list-unsubscribe", Warning, "List-Unsubscribe has an https address",
		"set unsubscribe.url: Gmail and Yahoo ask for it"}, listUnsubscribe},
	{Rule{"letter.list-mailto", Warning, "List-Unsubscribe has a mailto address",
		"set unsubscribe.mailto: some mail programs offer no other way out"}, listMailto},
	{Rule{"letter.one-click", Warning, "List-Unsubscribe-Post says List-Unsubscribe=One-Click",
		"Gmail and Yahoo ask for it (RFC 8058)"}, oneClick},
}

func headerSyntax(l *letter, found report) {
	for _, f := range l.faults {
		found(Headers, f.line, "%s", f.what)
	}
}

func headerMissing(l *letter, found report) {
	for _, name := range []string{"From", "To", "Subject", "Date", "Message-Id", "Mime-Version"} {
		if l.header.Get(name) == "" {
			found(Headers, l.line(name), "there is no %s, or nothing in it", name)
		}
	}
}

// single are the fields of which there may be one.
var single = strings.Fields("from sender reply-to to cc subject date message-id mime-version content-type " +
	"content-transfer-encoding list-id list-unsubscribe list-unsubscribe-post")

func headerTwice(l *letter, found report) {
	seen := map[string]bool{}
	for _, f := range l.fields {
		name := strings.ToLower(f.name)
		if seen[name] && slices.Contains(single, name) {
			found(Headers, f.line, "%s is there again", f.name)
		}
		seen[name] = true
	}
}

func headerASCII(l *letter, found report) {
	for _, f := range l.fields {
		if strings.IndexFunc(f.raw, func(r rune) bool { return r > '~' }) >= 0 {
			found(Headers, f.line, "%s has more than ASCII", f.name)
		}
	}
}

func encodedWords(l *letter, found report) {
	var d mime.WordDecoder
	for _, f := range l.fields {
		for _, word := range encodedWord.FindAllString(f.raw, -1) {
			if len(word) > 75 {
				found(Headers, f.line, "an encoded word of %s has %d characters", f.name, len(word))
			}
			if _, err := d.Decode(word); err != nil {
				found(Headers, f.line, "an encoded word of %s cannot be decoded: %v", f.name, err)
			}
		}
		if strings.Contains(encodedWord.ReplaceAllLiteralString(f.raw, ""), "=?") {
			found(Headers, f.line, "an encoded word of %s does not end", f.name)
		}
	}
}

// sender is the address of From.
func (l *letter) sender() (mail.Address, error) {
	all, err := l.header.AddressList("From")
	if err != nil {
		return mail.Address{}, err
	}
	return *all[0], nil
}

func fromAddress(l *letter, found report) {
	if _, err := l.sender(); err != nil && l.header.Get("From") != "" {
		found(Headers, l.line("From"), "From cannot be read: %v", err)
	}
}

func fromName(l *letter, found report) {
	if a, err := l.sender(); err == nil && a.Name == "" {
		found(Headers, l.line("From"), "From has no name, just %s", a.Address)
	}
}

func date(l *letter, found report) {
	if s := l.header.Get("Date"); s != "" {
		if _, err := l.header.Date(); err != nil {
			found(Headers, l.line("Date"), "%.60q is no date", s)
		}
	}
}

var idForm = regexp.MustCompile(`^<[^@\s<>]+@([^@\s<>]+)>$`)

func messageID(l *letter, found report) {
	if id := l.header.Get("Message-Id"); id != "" && !idForm.MatchString(id) {
		found(Headers, l.line("Message-Id"), "%.60q is no Message-ID", id)
	}
}

func messageIDDomain(l *letter, found report) {
	id := idForm.FindStringSubmatch(l.header.Get("Message-Id"))
	from, err := l.sender()
	if id == nil || err != nil {
		return
	}
	domain := strings.ToLower(from.Address[strings.LastIndex(from.Address, "@")+1:])
	if _, parent, ok := strings.Cut(domain, "."); ok && strings.Contains(parent, ".") {
		domain = parent // news.example.org sends for example.org
	}
	if of := strings.ToLower(id[1]); of != domain && !strings.HasSuffix(of, "."+domain) {
		found(Headers, l.line("Message-Id"), "Message-ID is of %s, From of %s", of, domain)
	}
}

func subject(l *letter, found report) {
	if l.header.Get("Subject") != "" && l.subject == "" {
		found(Headers, l.line("Subject"), "Subject is empty")
	}
}

func subjectLength(l *letter, found report) {
	if n := utf8.RuneCountInString(l.subject); n > 78 {
		found(Headers, l.line("Subject"), "Subject has %d characters", n)
	}
}

var shout = regexp.MustCompile(`\p{Lu}{4,}.*!|!!`)

func subjectShout(l *letter, found report) {
	if shout.MatchString(l.subject) {
		found(Headers, l.line("Subject"), "Subject shouts: %.80q", l.subject)
	}
}

var listIDForm = regexp.MustCompile(`<[\w.-]+>`)

func listID(l *letter, found report) {
	if !listIDForm.MatchString(l.header.Get("List-Id")) {
		found(Headers, l.line("List-Id"), "no List-ID of the form Name <name.example.org>")
	}
}

func listUnsubscribe(l *letter, found report) {
	if !strings.Contains(l.header.Get("List-Unsubscribe"), "<https://") {
		found(Headers, l.line("List-Unsubscribe"), "List-Unsubscribe has no https address")
	}
}

func listMailto(l *letter, found report) {
	if !strings.Contains(l.header.Get("List-Unsubscribe"), "<mailto:") {
		found(Headers, l.line("List-Unsubscribe"), "List-Unsubscribe has no mailto address")
	}
}

func oneClick(l *letter, found report) {
	if l.header.Get("List-Unsubscribe-Post") != "List-Unsubscribe=One-Click" {
		found(Headers, l.line("List-Unsubscribe-Post"), "List-Unsubscribe-Post does not say List-Unsubscribe=One-Click")
	}
}

// line is where a field begins; 0 if there is none.
func (l *letter) line(name string) int {
	for _, f := range l.fields {
		if strings.EqualFold(f.name, name) {
			return f.line
		}
	}
	return 0
}
