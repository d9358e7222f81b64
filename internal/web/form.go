package web

import (
	"errors"
	"fmt"
	"mime"
	"net/http"
	"net/url"
)

// maxForm is the most bytes of a form.
const maxForm = 8 << 10

var errForm = errors.New("not a form")

// form is what was posted, in either of the forms that RFC 8058 (3.2) allows. What
// stands in the address is no part of it: a link changes nothing.
func (e *exchange) form() (url.Values, error) {
	e.r.Body = http.MaxBytesReader(e.w, e.r.Body, maxForm)
	if e.r.Header.Get("Content-Type") == "" { // as of a program that has only the one field to say
		e.r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	kind, _, err := mime.ParseMediaType(e.r.Header.Get("Content-Type"))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errForm, err)
	}
	if kind != "multipart/form-data" {
		if err := e.r.ParseForm(); err != nil {
			return nil, orTooLong(err)
		}
		return e.r.PostForm, nil
	}
	if err := e.r.ParseMultipartForm(maxForm); err != nil {
		return nil, orTooLong(err)
	}
	return e.r.MultipartForm.Value, nil
}

func orTooLong(err error) error {
	if long := new(http.MaxBytesError); errors.As(err, &long) {
		return err
	}
	return fmt.Errorf("%w: %w", errForm, err)
}
