package subscriber_test

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"digest/internal/subscriber"
)

func ExampleNew() {
	s, err := subscriber.New("Ada+News@BÜCHER.example", "Ada\tByron")
	fmt.Println(s.Address.String(), err)
	fmt.Println(s.Key)
	_, err = subscriber.New(`"a b"@example.org`, "")
	fmt.Println(err)
	// Output:
	// "Ada Byron" <Ada+News@xn--bcher-kva.example> <nil>
	// ada+news@xn--bcher-kva.example
	// a character before the @ that needs quotes; such addresses are not sent to
}

func ExampleReadCSV() {
	list := strings.NewReader("address,name\ntobias@example.org,Tobias Fennimore\nnobody,Nobody\n")
	for s, err := range subscriber.ReadCSV(list) {
		var fault *subscriber.LineError
		switch {
		case errors.As(err, &fault):
			fmt.Println("left out:", fault)
		case err != nil:
			fmt.Println("no more:", err)
		default:
			fmt.Println(s.Address.String())
		}
	}
	// Output:
	// "Tobias Fennimore" <tobias@example.org>
	// left out: line 3: "nobody": no @ in it
}

func ExampleKeys() {
	keys := subscriber.NewKeys("sixteen bytes or more of it")
	token := keys.Token(subscriber.Leaving, "weekly", "tobias@example.org")

	claim, ok := keys.Parse(token)
	fmt.Println(ok, claim.Tag == keys.Tag("weekly", "tobias@example.org")) // whom to look for
	fmt.Println(claim.Verify(subscriber.Leaving, "weekly", "tobias@example.org", time.Now()))
	fmt.Println(claim.Verify(subscriber.Preferences, "weekly", "tobias@example.org", time.Now()))
	// Output:
	// true true
	// true
	// false
}
