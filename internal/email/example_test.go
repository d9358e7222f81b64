package email_test

import (
	"fmt"
	"log"
	"net/mail"
	"strings"
	"time"

	"digest/internal/bookmark"
	"digest/internal/email"
	"digest/internal/selector"
	"digest/templates"
)

func newsletter() email.Newsletter {
	return email.Newsletter{
		Name:           "weekly",
		Title:          "The Weekly Digest",
		From:           mail.Address{Name: "The Weekly Digest", Address: "digest@example.org"},
		Subject:        "{{.Lead}} · {{.Day}}",
		Language:       "en",
		UnsubscribeURL: "https://example.org/leave",
	}
}

func edition() selector.Edition {
	day := func(d int) time.Time { return time.Date(2026, 11, d, 0, 0, 0, 0, time.UTC) }
	return selector.Edition{
		ID:     "weekly-2026-11-20",
		Window: selector.Window{Start: day(13), End: day(20)},
		Sections: []selector.Section{{Category: "design", Title: "Design", Bookmarks: []bookmark.Bookmark{{
			Title: "Grids are older than print",
			Link:  "https://example.com/grids?utm_source=feed",
			Date:  day(16),
			Body:  "Scribes *ruled* their pages. So do we.",
		}}}},
	}
}

func ExampleRenderer_Render() {
	renderer, err := email.NewRenderer(newsletter(), templates.FS(""))
	if err != nil {
		log.Fatal(err)
	}
	draft, err := renderer.Render(edition(), 7, time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("Subject:", draft.Subject)
	fmt.Println(draft.To(email.Recipient{Token: strings.Repeat("0", email.TokenLength)}).Text())
	// Output:
	// Subject: Grids are older than print · 20 November 2026
	// The Weekly Digest
	// =================
	//
	// No. 7 · Friday, 20 November 2026
	//
	// One bookmark from 13 to 19 November 2026: Design (1)
	//
	// Design
	// ======
	//
	// Grids are older than print
	// https://example.com/grids
	// example.com · 16 November
	//
	// Scribes ruled their pages. So do we.
	//
	// About this letter
	// -----------------
	//
	// You get this letter because you subscribed to The Weekly Digest.
	//
	// Unsubscribe from The Weekly Digest
	// https://example.org/leave/00000000000000000000000000000000
}

func ExampleDraft_To() {
	renderer, err := email.NewRenderer(newsletter(), templates.FS(""))
	if err != nil {
		log.Fatal(err)
	}
	draft, err := renderer.Render(edition(), 7, time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC))
	if err != nil {
		log.Fatal(err)
	}
	message := draft.To(email.Recipient{
		Address: mail.Address{Name: "Zoé", Address: "zoe@example.net"},
		Token:   "Zm9vYmFyYmF6cXV4Zm9vYmFyYmF6cXV4", // hers alone
	})
	for line := range strings.Lines(string(message.Bytes())) {
		if line == "\r\n" {
			break // what follows is the same for all, but for the token
		}
		fmt.Println(strings.TrimSuffix(line, "\r\n"))
	}
	// Output:
	// To: =?utf-8?q?Zo=C3=A9?=
	//  <zoe@example.net>
	// List-Unsubscribe: <https://example.org/leave/Zm9vYmFyYmF6cXV4Zm9vYmFyYmF6cXV4>
	// Auto-Submitted: auto-generated
	// Date: Fri, 20 Nov 2026 09:00:00 +0000
	// List-Id: "The Weekly Digest" <weekly.example.org>
	// List-Unsubscribe-Post: List-Unsubscribe=One-Click
	// MIME-Version: 1.0
	// Message-ID: <608e42a09385ff64db452bc5a8470055@example.org>
	// Precedence: bulk
	// Subject: =?UTF-8?q?Grids_are_older_than_print_=C2=B7_20_November_2026?=
	// X-Auto-Response-Suppress: All
	// From: "The Weekly Digest" <digest@example.org>
	// Content-Type: multipart/alternative;
	//  boundary=part-1-68399f96fc587b49de16af923ee2803f
}

// The key is that of RFC 8463, Appendix A.
func ExampleSigner_Record() {
	signer, err := email.NewSigner("football.example.com", "brisbane", []byte(`-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g
-----END PRIVATE KEY-----`))
	if err != nil {
		log.Fatal(err)
	}
	name, value := signer.Record()
	fmt.Println(name, "TXT", value)
	// Output: brisbane._domainkey.football.example.com TXT v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=
}
