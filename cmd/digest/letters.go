package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"digest/internal/email"
	"digest/internal/ledger"
	"digest/internal/locale"
	"digest/internal/selector"
	"digest/templates"
)

// A fixedContent is what is stored of an edition besides its draft, so that whoever
// chooses something later gets it of the same bookmarks, with the same pictures.
type fixedContent struct {
	selector.Edition
	Pictures map[string]email.Picture `json:",omitempty"`
}

// letters are what an edition is for its recipients: the whole, and a variant for
// each choice of sections and language.
type letters struct {
	n       *newsletter
	edition ledger.Edition
	content fixedContent
	choices *choices
	book    book
	whole   func(ledger.Recipient) email.Message

	renderers map[string]*email.Renderer // by language
	shortened map[string]bool            // in which ways variants were
	refusal   error                      // of a variant, in a dry run

	mu     sync.Mutex
	recent []letter // variants, the latest first
}

// A letter makes the messages of those who have made the same choice.
type letter struct {
	choice string
	to     func(ledger.Recipient) email.Message
}

// mostRecent is how many letters are kept in memory. Who made the same choice is sent
// to together, so that a few are enough for all connections.
const mostRecent = 8

func (n *newsletter) newLetters(e ledger.Edition, whole *email.Draft, book book) (*letters, error) {
	l := &letters{n: n, edition: e, book: book, whole: n.addresser(whole, e.Number), renderers: map[string]*email.Renderer{}, shortened: map[string]bool{}}
	if err := json.Unmarshal(e.Content, &l.content); err != nil {
		return nil, fmt.Errorf("edition %s: its stored selection cannot be read: %w", e.ID, err)
	}
	w := &l.content.Window // whose zone is only an offset by now
	w.Start, w.End = w.Start.In(n.Location), w.End.In(n.Location)
	l.choices = n.choicesOf(l.content.Edition)
	return l, nil
}

// render makes the variants that somebody waits for and that there are not yet. It is
// done before the first message leaves, so that what is wrong with one of them keeps
// all of them back.
func (l *letters) render(ctx context.Context, run ledger.Run) error {
	if len(l.choices.byKey) == 0 {
		return nil
	}
	missing, err := l.book.Missing(ctx, l.edition.ID)
	if err != nil {
		return err
	}
	bar := l.n.newProgress("rendering", len(missing))
	defer bar.done()
	for some := range slices.Chunk(missing, 16) { // a write to the disk for each would take longer than the rendering
		var variants []ledger.Variant
		for _, key := range some {
			if err := ctx.Err(); err != nil {
				return err
			}
			v, err := l.variant(key)
			if err != nil {
				return err
			}
			variants = append(variants, v)
			bar.add(1)
		}
		if err := l.book.AddVariants(ctx, run, variants...); err != nil {
			return err
		}
	}
	if more := len(l.shortened) - mostShortened; more > 0 {
		l.n.log.Warn(fmt.Sprintf("%s: variants of it had to be shortened in %d more ways", l.edition.ID, more))
	}
	return nil
}

// mostShortened is of how many ways of shortening variants a run tells.
const mostShortened = 5

// variant renders the letter of a choice and holds it against the rules, as the whole
// one is.
func (l *letters) variant(key string) (ledger.Variant, error) {
	chosen, ok := l.choices.byKey[key]
	if !ok {
		return ledger.Variant{}, l.lost(key)
	}
	renderer, err := l.renderer(chosen.language)
	if err != nil {
		return ledger.Variant{}, err
	}
	draft, err := renderer.Render(l.content.Part(chosen.sections), l.edition.Number, l.edition.Date)
	name := fmt.Sprintf("%s (%s)", l.edition.ID, l.choices.describe(chosen))
	if err != nil {
		return ledger.Variant{}, fmt.Errorf("%s: %w", name, l.n.templateFault(err))
	}
	if how := strings.Join(draft.Shortened, "; "); how != "" && !l.shortened[how] {
		if l.shortened[how] = true; len(l.shortened) <= mostShortened {
			l.n.warnShortened(name, draft)
		}
	}
	if err := l.n.refuse(draft); err != nil {
		err = fmt.Errorf("%s: %w", name, err)
		if !l.n.flags.dryRun { // who looks at it may look at it
			return ledger.Variant{}, err
		}
		if l.refusal == nil {
			l.refusal = err
		}
	}
	data, err := json.Marshal(draft)
	return ledger.Variant{Choice: key, Draft: data}, err
}

// renderer is that of a language, with the edition's pictures.
func (l *letters) renderer(language string) (*email.Renderer, error) {
	if r := l.renderers[language]; r != nil {
		return r, nil
	}
	r, err := l.n.rendererIn(language, l.n.letterhead())
	if err != nil {
		return nil, l.n.templateFault(err)
	}
	l.renderers[language] = r.Illustrated(l.content.Pictures)
	return l.renderers[language], nil
}

// words is the language whose words a letter for readers of a language has, or empty.
func (n *newsletter) words(language string) string {
	return locale.Words(templates.FS(n.Templates), language)
}

// rendererIn is the newsletter's renderer with the words of a language, for what its
// letters say of their sender.
func (n *newsletter) rendererIn(language string, head email.Newsletter) (*email.Renderer, error) {
	if language == n.words(n.Language) {
		return n.renderer.For(head)
	}
	head.Language = language
	return email.NewRenderer(head, templates.FS(n.Templates))
}

// message is what a recipient gets. It may be called by many at once.
func (l *letters) message(ctx context.Context, r ledger.Recipient) (email.Message, error) {
	if r.Choice == "" {
		return l.whole(r), nil
	}
	v, err := l.of(ctx, r.Choice)
	if err != nil {
		return email.Message{}, err
	}
	return v.to(r), nil
}

// of is the letter of a choice, from the ledger if it was not used lately.
func (l *letters) of(ctx context.Context, choice string) (letter, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if at := slices.IndexFunc(l.recent, func(k letter) bool { return k.choice == choice }); at >= 0 {
		return l.recent[at], nil
	}
	loaded, err := l.load(ctx, choice)
	if err == nil {
		l.recent = append([]letter{loaded}, l.recent[:min(len(l.recent), mostRecent-1)]...)
	}
	return loaded, err
}

// shown is the choice of the variant that was used last, in words; it is empty if
// none was.
func (l *letters) shown() string {
	if len(l.recent) == 0 {
		return ""
	}
	return l.choices.describe(l.choices.byKey[l.recent[0].choice])
}

func (l *letters) load(ctx context.Context, choice string) (letter, error) {
	data, err := l.book.Variant(ctx, l.edition.ID, choice)
	if errors.Is(err, ledger.ErrNotFound) {
		err = l.lost(choice)
	}
	draft := &email.Draft{}
	if err == nil {
		err = json.Unmarshal(data, draft)
	}
	if err != nil {
		return letter{}, err
	}
	return letter{choice, l.n.addresser(draft, l.edition.Number)}, nil
}

// lost is a choice of which nobody knows any more what it was.
func (l *letters) lost(choice string) error {
	return fmt.Errorf("edition %s: the ledger names a choice %q and has no letter for it; restore the ledger from a backup", l.edition.ID, choice)
}
