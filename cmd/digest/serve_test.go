package main

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"digest/internal/email/smtptest"
	"digest/internal/subscriber"
)

var readersKeys = subscriber.NewKeys("a secret of enough bytes")

// A served newsroom has the pages for its readers.
type served struct {
	*newsroom
	base, metrics string
	log           *safeLog
	stop          func() // politely, and waits for the end
}

// A safeLog is written by one and read by another.
type safeLog struct {
	mu    sync.Mutex
	lines []string
}

func (l *safeLog) add(line string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lines = append(l.lines, line)
}

func (l *safeLog) Write(p []byte) (int, error) {
	l.add(string(p))
	return len(p), nil
}

func (l *safeLog) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Join(l.lines, "\n")
}

const pagesConfig = `
subscribers: database
unsubscribe: {url: "https://news.example.org/u", preferences: "https://news.example.org/p", mailto: "unsubscribe@example.org", secret_file: secret}
subscribe: {url: "https://news.example.org/join"}
serve: {listen: "127.0.0.1:0", metrics: "127.0.0.1:0"}
`

// newServed is a newsroom whose list is in the database.
func newServed(t *testing.T, config smtptest.Config) *newsroom {
	n := newNewsroom(t, smtptest.Start(t, config), "none")
	old, err := os.ReadFile(n.dir + "/config.yaml")
	if err != nil {
		t.Fatal(err)
	}
	kept := regexp.MustCompile(`(?m)^(subscribers|unsubscribe|subscribe|serve):.*\n`).ReplaceAll(old, nil)
	n.write("config.yaml", append(kept, pagesConfig...))
	n.env = slices.DeleteFunc(n.env, func(s string) bool { return strings.HasPrefix(s, "DIGEST_UNSUBSCRIBE") })
	return n
}

// serve starts digest serve.
func (n *newsroom) serve(flags ...string) *served {
	n.t.Helper()
	cmd := process(n.t, n.dir, n.env, append([]string{"serve"}, flags...)...)
	stderr, err := cmd.StderrPipe()
	if err != nil {
		n.t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		n.t.Fatal(err)
	}
	s := &served{newsroom: n, log: &safeLog{}}
	addresses, ended := make(chan string, 2), make(chan bool)
	go func() {
		defer close(ended)
		lines := bufio.NewScanner(stderr)
		for lines.Scan() {
			s.log.add(lines.Text())
			if m := regexp.MustCompile(`127\.0\.0\.1:\d+`).FindString(lines.Text()); m != "" && strings.Contains(lines.Text(), "serving") {
				addresses <- m
			}
		}
	}()
	s.stop = sync.OnceFunc(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		<-ended
		if err := cmd.Wait(); err != nil {
			n.t.Errorf("digest serve: %v\n%s", err, s.log)
		}
	})
	for _, to := range []*string{&s.base, &s.metrics} {
		select {
		case address := <-addresses:
			*to = "http://" + address
		case <-ended:
			n.t.Fatalf("digest serve ended: %s", s.log)
		}
	}
	return s
}

func (s *served) get(path string) (status int, body string) {
	s.t.Helper()
	response, err := http.Get(path)
	if err != nil {
		s.t.Fatal(err)
	}
	return readAll(s.t, response)
}

func readAll(t *testing.T, response *http.Response) (int, string) {
	t.Helper()
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(body)
}

// post posts pairs of a form's fields.
func (s *served) post(path string, fields ...string) (status int, body string) {
	s.t.Helper()
	form := url.Values{}
	for i := 0; i < len(fields); i += 2 {
		form.Add(fields[i], fields[i+1])
	}
	response, err := http.PostForm(s.base+path, form)
	if err != nil {
		s.t.Fatal(err)
	}
	return readAll(s.t, response)
}

// mail is the text of the newest message to an address, once there are n.
func (s *served) mail(to string, n int) string {
	s.t.Helper()
	for range 600 {
		var all []smtptest.Message
		for _, m := range s.server.Messages() {
			if m.To == to {
				all = append(all, m)
			}
		}
		if len(all) >= n {
			text := strings.NewReplacer("=\r\n", "", "=3D", "=").Replace(string(all[len(all)-1].Data))
			return text
		}
		time.Sleep(50 * time.Millisecond)
	}
	s.t.Fatalf("there is no message %d to %s\n%s", n, to, s.log)
	return ""
}

func linkIn(t *testing.T, text, path string) string {
	t.Helper()
	m := regexp.MustCompile(`https://news\.example\.org(` + path + `/[-\w]+)`).FindStringSubmatch(text)
	if m == nil {
		t.Fatalf("there is no link to %s in\n%s", path, text)
	}
	return m[1]
}

// The whole life of a reader, with what they get by mail.
func TestAReadersLife(t *testing.T) {
	n := newServed(t, smtptest.Config{})
	s := n.serve()
	defer s.stop()
	if status, body := s.get(s.base + "/healthz"); status != 200 || body != "ok\n" {
		t.Errorf("GET /healthz = %d, %q", status, body)
	}
	if status, body := s.get(s.base + "/join"); status != 200 || !strings.Contains(body, `name="address"`) {
		t.Fatalf("GET /join = %d\n%s", status, body)
	}
	const ada = "ada@example.net"
	s.post("/join", "address", "Ada@example.net", "name", "Ada", "category", "design", "language", "de")
	confirm := linkIn(t, s.mail("Ada@example.net", 1), "/join")
	n.digest(0, `Ada@example.net +pending`, "subscribers", "list")
	n.digest(1, `holds no address`, "--as-of", "2026-11-20")
	if status, _ := s.post(confirm, "confirm", "1"); status != 200 {
		t.Errorf("POST %s = %d", confirm, status)
	}
	n.digest(0, `Ada@example.net +active .* Ada +de +design`, "subscribers", "list")
	n.digest(0, "bo@example.net is on the list", "subscribers", "add", "bo@example.net", "--categories", "Health IT; nothing", "--language", "pt-BR")
	n.digest(0, "", "subscribers", "add", "cy@example.net")
	n.digest(0, `3 sent`, "--as-of", "2026-11-20")
	// However the list says it, the page knows what they have chosen.
	_, page := s.get(s.base + linkIn(t, s.mail("bo@example.net", 1), "/p"))
	var boxes []string
	for _, m := range regexp.MustCompile(`value="([^"]+)"(?: lang="[^"]*")? (?:checked|selected)`).FindAllStringSubmatch(page, -1) {
		boxes = append(boxes, m[1])
	}
	if want := []string{"healthcare it", "pt"}; !slices.Equal(boxes, want) {
		t.Errorf("on the page %q is chosen, want %q\n%s", boxes, want, page)
	}
	r, err := http.NewRequest("GET", s.base+linkIn(t, s.mail("cy@example.net", 1), "/p"), nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Accept-Language", "de") // the browser's, and not what they chose
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	if _, page := readAll(t, response); !strings.Contains(page, `<option value="en" lang="en" selected>`) {
		t.Errorf("who has chosen no language is shown another one than they get:\n%s", page)
	}
	letter := s.mail("Ada@example.net", 2)
	leave, choose := linkIn(t, letter, "/u"), linkIn(t, letter, "/p")

	// Who asks again is told by mail that they are on the list already.
	s.post("/join", "address", ada)
	if got := linkIn(t, s.mail("Ada@example.net", 3), "/p"); got != choose {
		t.Errorf("the link for those who are on the list is %s, want %s", got, choose)
	}
	s.post(choose, "do", "save", "category", "cybersecurity", "language", "")
	n.digest(0, `Ada@example.net +active .* Ada +cybersecurity`, "subscribers", "list")
	s.post(choose, "do", "data")
	data := s.mail("Ada@example.net", 4)
	for _, want := range []string{"Ada@example.net", "cybersecurity", "asked to join", "confirmed", "sent weekly-2026-11-20", `filename="data.json"`} {
		if !strings.Contains(data, want) {
			t.Errorf("their data lacks %s:\n%s", want, data)
		}
	}
	s.post(leave, "List-Unsubscribe", "One-Click")
	n.digest(0, `Ada@example.net +unsubscribed`, "subscribers", "list")
	n.digest(0, `unsubscribed`, "subscribers", "why", ada)
	s.post(leave, "back", "1")
	n.digest(0, `Ada@example.net +active`, "subscribers", "list")
	s.post(choose, "do", "erase", "sure", "1")
	if list := n.digest(0, `bo@`, "subscribers", "list"); strings.Contains(strings.ToLower(list), "ada") {
		t.Errorf("who was erased is on the list:\n%s", list)
	}
	n.digest(1, `nothing is known of it`, "subscribers", "why", ada)
	if status, _ := s.post(leave, "List-Unsubscribe", "One-Click"); status != 404 {
		t.Errorf("POST %s of somebody who was erased = %d, want 404", leave, status)
	}
	_, metrics := s.get(s.metrics)
	for _, want := range []string{`digest_changes_total{what="left"} 1`, `digest_changes_total{what="erased"} 1`, `digest_mails_total{outcome="sent"} 3`} {
		if !strings.Contains(metrics, want) {
			t.Errorf("the metrics lack %s:\n%s", want, metrics)
		}
	}
	s.stop()
	if out := s.log.String() + metrics; strings.Contains(strings.ToLower(out), "ada") || strings.Contains(out, leave) || strings.Contains(out, "enough bytes") {
		t.Errorf("the log or the metrics tell an address, a token or the secret:\n%s", out)
	}
}

// A secret that is put on top of the old one is used at once, and the links of both
// work.
func TestRotationWhileServing(t *testing.T) {
	n := newServed(t, smtptest.Config{})
	s := n.serve()
	defer s.stop()
	n.digest(0, "", "subscribers", "add", "ada@example.net")
	n.digest(0, "1 sent", "--as-of", "2026-11-13")
	old := linkIn(t, s.mail("ada@example.net", 1), "/u")
	if status, _ := s.get(s.base + old); status != 200 {
		t.Errorf("GET %s = %d", old, status)
	}
	n.write("secret", []byte("# since the twentieth\nanother secret of enough bytes\na secret of enough bytes\n"))
	n.digest(0, "1 sent", "--as-of", "2026-11-20")
	newer := linkIn(t, s.mail("ada@example.net", 2), "/u")
	time.Sleep(keyringCheck)
	for _, link := range []string{newer, old} {
		if status, _ := s.post(link, "List-Unsubscribe", "One-Click"); status != 200 {
			t.Errorf("POST %s = %d", link, status)
		}
	}
	n.write("secret", []byte("short\n"))
	for range 100 { // until it has looked at the file, and what it says is here
		if status, _ := s.get(s.base + newer); status != 200 {
			t.Fatalf("with a file that cannot be used GET = %d\n%s", status, s.log)
		}
		if strings.Contains(s.log.String(), "the secret of before is used") {
			return
		}
		time.Sleep(keyringCheck / 10)
	}
	t.Errorf("nothing is said of a file that cannot be used:\n%s", s.log)
}

// The links of a test letter show everything, and change nothing.
func TestLinksOfATestLetter(t *testing.T) {
	n := newServed(t, smtptest.Config{})
	s := n.serve()
	defer s.stop()
	n.digest(0, "", "subscribers", "add", "me@example.net")
	n.digest(0, "me@example.net: sent", "test", "me@example.net", "--as-of", "2026-11-20")
	letter := s.mail("me@example.net", 1)
	for _, link := range []string{linkIn(t, letter, "/u"), linkIn(t, letter, "/p")} {
		if status, _ := s.get(s.base + link); status != 200 {
			t.Errorf("GET %s = %d", link, status)
		}
		for _, form := range [][]string{{"List-Unsubscribe", "One-Click"}, {"do", "leave"}, {"do", "erase", "sure", "1"}, {"do", "data"}} {
			if status, _ := s.post(link, form...); status != 200 {
				t.Errorf("POST %s %q = %d", link, form, status)
			}
		}
	}
	n.digest(0, "me@example.net +active", "subscribers", "list")
}

// Who is erased and comes on the list again does not get an edition twice.
func TestErasedIsNotSentTwice(t *testing.T) {
	n := newServed(t, smtptest.Config{})
	s := n.serve()
	defer s.stop()
	const ada = "ada@example.net"
	n.digest(0, "", "subscribers", "add", ada)
	n.digest(0, "1 sent", "--as-of", "2026-11-20")
	s.post("/p/"+readersKeys.Token(subscriber.Preferences, "weekly", ada), "do", "erase", "sure", "1")
	n.digest(1, "nothing is known of it", "subscribers", "why", ada)
	n.digest(0, "", "subscribers", "add", ada)
	n.digest(0, "0 sent", "--as-of", "2026-11-20", "--force")
	n.delivered(1)
}

// Readers leave while an edition goes out: who has left before the last step of
// their own message does not get it, and all others do. DIGEST_LEAVERS is how many
// of forty times as many.
func TestLeavingDuringARun(t *testing.T) {
	leavers, err := strconv.Atoi(os.Getenv("DIGEST_LEAVERS"))
	if err != nil {
		leavers = 50
	}
	all := 40 * leavers
	n := newServed(t, smtptest.Config{HeaderOnly: true})
	var list strings.Builder
	list.WriteString("address\n")
	for i := range all {
		fmt.Fprintf(&list, "r%d@example.net\n", i)
	}
	n.write("list.csv", []byte(list.String()))
	n.digest(0, "", "subscribers", "import", "list.csv", "--apply", "--quiet")
	n.env = append(n.env, "DIGEST_DELIVERY_CONNECTIONS=4")
	s := n.serve()
	defer s.stop()
	send := process(t, n.dir, n.env, "send", "--as-of", "2026-11-20")
	var said strings.Builder
	send.Stdout, send.Stderr = &said, &said
	if err := send.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- send.Wait() }()
	reached := func(messages int) {
		for len(ended) == 0 && n.server.Count() < messages {
			time.Sleep(5 * time.Millisecond)
		}
	}
	reached(1)
	// All over the list: half of them at once, half of them all over the time.
	var group sync.WaitGroup
	left := make([]time.Time, leavers)
	for i := range leavers {
		group.Go(func() {
			if i%2 == 1 {
				reached(i * 35)
			}
			who := fmt.Sprintf("r%d@example.net", i*40+i%40) // as below
			response, err := http.PostForm(s.base+"/u/"+readersKeys.Token(subscriber.Leaving, "weekly", who), url.Values{"List-Unsubscribe": {"One-Click"}})
			if err != nil {
				t.Error(err)
				return
			}
			if status, body := readAll(t, response); status != 200 {
				t.Errorf("POST = %d\n%s", status, body)
			}
			left[i] = time.Now()
		})
	}
	group.Wait()
	if err := <-ended; err != nil {
		t.Fatalf("digest send: %v\n%s", err, said.String())
	}
	got := map[string][]time.Time{}
	for _, m := range n.server.Messages() {
		got[m.To] = append(got[m.To], m.At)
	}
	late, spared := 0, 0
	for i := range all {
		who := fmt.Sprintf("r%d@example.net", i)
		leaver := i%40 == (i/40)%40
		switch times := got[who]; {
		case len(times) > 1:
			t.Errorf("%s got it %d times", who, len(times))
		case len(times) == 0 && !leaver:
			t.Errorf("%s did not get it", who)
		case len(times) == 0:
			spared++
		case leaver && times[0].After(left[i/40].Add(time.Second)): // what was committed before may still be on its way
			late++
		}
	}
	t.Logf("%d of %d left, %d of them before they got it; %s", leavers, all, spared, strings.TrimSpace(said.String()))
	if late > 0 || spared < leavers/2 {
		t.Errorf("%d who had left got it, and %d did not; want none, and half of %d", late, spared, leavers)
	}
	n.digest(0, "0 sent", "send", "--as-of", "2026-11-20")
}
