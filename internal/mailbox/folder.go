package mailbox

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
)

const (
	window      = 1000      // messages among which is searched at once
	chunk       = 12 << 10  // bytes of a message that are fetched at once
	maxMessages = 1_000_000 // in a folder
)

// open opens the folder, and says how many messages are in it.
func (s *session) open(readOnly bool) (count uint32, err error) {
	err = s.step("folder "+s.Folder, func() error {
		selected, err := s.client.Select(s.Folder, &imap.SelectOptions{ReadOnly: readOnly}).Wait()
		if err != nil {
			return err
		}
		if count = selected.NumMessages; count > maxMessages {
			return fmt.Errorf("it has %d messages, more than %d are not read", count, maxMessages)
		}
		return nil
	})
	return count, err
}

// count is how many messages are in the folder now.
func (s *session) count() uint32 {
	if now := s.client.Mailbox(); now != nil {
		return now.NumMessages
	}
	return 0
}

// search returns the new ones among the messages at these places.
func (s *session) search(first, last uint32) (uids []uint32, err error) {
	places := imap.SeqSet{{Start: first, Stop: last}}
	err = s.step("search", func() error {
		found, err := s.client.UIDSearch(&imap.SearchCriteria{
			SeqNum: []imap.SeqSet{places}, NotFlag: []imap.Flag{imap.FlagSeen, imap.FlagFlagged, imap.FlagDeleted},
		}, nil).Wait()
		if err != nil {
			return err
		}
		uids, err = numbers(found.All, int(last-first)+1)
		return err
	})
	return uids, err
}

// numbers are those of a set, in order. A server can name billions in a line.
func numbers(set imap.NumSet, most int) (uids []uint32, err error) {
	ranges, _ := set.(imap.UIDSet)
	for _, r := range ranges {
		if r.Start == 0 || r.Stop < r.Start || uint64(r.Stop)-uint64(r.Start) >= uint64(most-len(uids)) {
			return nil, errors.New("the server names messages that cannot be there")
		}
		for n := uint64(r.Start); n <= uint64(r.Stop); n++ {
			uids = append(uids, uint32(n))
		}
	}
	slices.Sort(uids)
	return uids, nil
}

// fetch reads a message, as much of it as MaxSize says, without any mark on it.
func (s *session) fetch(uid uint32) (message []byte, found bool, err error) {
	for int64(len(message)) < s.MaxSize {
		var part []byte
		at, want := int64(len(message)), min(chunk, s.MaxSize-int64(len(message)))
		err = s.step(fmt.Sprintf("message %d", uid), func() (err error) {
			part, found, err = s.part(uid, at, want)
			return err
		})
		if err != nil || !found {
			return nil, false, err
		}
		message = append(message, part...)
		if int64(len(part)) < want {
			break
		}
	}
	return message, true, nil
}

// part fetches a part of a message.
func (s *session) part(uid uint32, at, size int64) (part []byte, found bool, err error) {
	s.stray.Store(false)
	command := s.client.Fetch(imap.UIDSetNum(imap.UID(uid)), &imap.FetchOptions{
		BodySection: []*imap.FetchItemBodySection{{Peek: true, Partial: &imap.SectionPartial{Offset: at, Size: size}}},
	})
	var refused error
	for item := range items(command) {
		body, ok := item.(imapclient.FetchItemDataBodySection)
		if !ok || refused != nil {
			continue
		}
		if refused = refuse(body, at, size); refused != nil {
			_ = s.conn.Close() // so that what is left of it is not waited for
			continue
		}
		if part, err = read(body.Literal); err != nil {
			return nil, false, err // go-imap must not go on to read what was cut off
		}
		found = true
	}
	if err := cmp.Or(refused, command.Close()); err != nil {
		return nil, false, err
	}
	if !found && s.stray.Load() {
		return nil, false, errors.New("the server answers with another message than was asked for")
	}
	return part, found, nil
}

// items are those of an answer, which has to be read to its end.
func items(command *imapclient.FetchCommand) func(func(imapclient.FetchItemData) bool) {
	return func(yield func(imapclient.FetchItemData) bool) {
		for m := command.Next(); m != nil; m = command.Next() {
			for item := m.Next(); item != nil; item = m.Next() {
				if !yield(item) {
					return
				}
			}
		}
	}
}

// refuse says why a body is not the part that was asked for.
func refuse(body imapclient.FetchItemDataBodySection, at, size int64) error {
	section := body.Section
	switch {
	case section.Specifier != imap.PartSpecifierNone, len(section.Part) > 0,
		section.Partial == nil && at > 0, section.Partial != nil && section.Partial.Offset != at:
		return errors.New("the server answers with another part than was asked for")
	case body.Literal != nil && body.Literal.Size() > size:
		return errTooMuch
	}
	return nil
}

// read reads a literal to its end.
func read(literal imap.LiteralReader) ([]byte, error) {
	if literal == nil {
		return nil, nil
	}
	data, err := io.ReadAll(literal)
	if err == nil && int64(len(data)) < literal.Size() {
		err = io.ErrUnexpectedEOF
	}
	return data, err
}

// mark sets the flag of a mark.
func (s *session) mark(uid uint32, mark Mark) error {
	flag := imap.FlagSeen
	if mark == Flagged {
		flag = imap.FlagFlagged
	}
	return s.step(fmt.Sprintf("marking message %d", uid), func() error {
		command := s.client.Store(imap.UIDSetNum(imap.UID(uid)), &imap.StoreFlags{Op: imap.StoreFlagsAdd, Flags: []imap.Flag{flag}}, nil)
		kept := true // the server tells of changes only
		for item := range items(command) {
			if now, ok := item.(imapclient.FetchItemDataFlags); ok {
				kept = slices.ContainsFunc(now.Flags, func(f imap.Flag) bool { return strings.EqualFold(string(f), string(flag)) })
			}
		}
		if err := command.Close(); err != nil {
			return err
		}
		if !kept {
			return fmt.Errorf("the server does not keep the flag %s", flag)
		}
		return nil
	})
}

// unasked reads what the server tells of messages that nobody asked for.
func (s *session) unasked(m *imapclient.FetchMessageData) {
	for item := m.Next(); item != nil; item = m.Next() {
		if _, ok := item.(imapclient.FetchItemDataBodySection); ok {
			s.stray.Store(true)
		}
	}
}
