package subscriber

import (
	"errors"
	"time"
)

// A RequestKind is what somebody asks for on the web and gets by mail.
type RequestKind string

// The kinds.
const (
	JoinRequest RequestKind = "join" // to be on the list
	DataRequest RequestKind = "data" // to be sent what is stored of them
)

// A Request is that of somebody who may be on the list or not.
type Request struct {
	Subscriber
	Kind  RequestKind
	Since time.Time
}

// ErrTooMany is the error of a request while too many others wait.
var ErrTooMany = errors.New("too many requests wait")
