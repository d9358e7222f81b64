package inline_test

import (
	"fmt"

	"digest/internal/inline"
)

func ExampleStyles() {
	letter, err := inline.Styles(`<!DOCTYPE html>
<head><style>
p { margin: 0; color: #333 }
.lead { color: #000 }
a:hover { color: red !important }
</style></head>
<p class="lead">Hello, <a href="https://example.org">you</a>.</p>`)
	fmt.Println(letter, err)
	// Output:
	// <!DOCTYPE html>
	// <head><style>
	// a:hover { color: red !important }
	// </style></head>
	// <p style="margin:0;color:#000" class="lead">Hello, <a href="https://example.org">you</a>.</p> <nil>
}
