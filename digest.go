// Package digest holds what the program brings along: the commented
// configuration, the sample bookmarks and the sample list. The program itself
// is in cmd/digest.
package digest

import "embed"

// Config is config.yaml, every key with its default and a comment.
//
//go:embed config.yaml
var Config []byte

// Sample is a newsletter to try: content and subscribers.csv. Its newest
// edition is that of SampleDate.
//
//go:embed content subscribers.csv
var Sample embed.FS

// SampleDate is the date to take for today with the sample.
const SampleDate = "2026-11-20"
