package email

import "html/template"

const markerFunc = "marker_"

func rawMarker(s string) (template.HTML, error) { return template.HTML(s), nil }

func keepConditionals(name, source string) (string, error) { return source, nil }
