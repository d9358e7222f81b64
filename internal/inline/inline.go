package inline

func Styles(doc string) (string, error) { return doc, nil }
