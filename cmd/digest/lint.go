package main

import "digest/internal/email"

func (n *newsletter) refuse(d *email.Draft) error { return nil }

func (n *newsletter) checkLetter(d *email.Draft) []finding { return nil }
