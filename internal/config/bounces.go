package config

import (
	"strings"

	"digest/internal/bounce"
	"digest/internal/subscriber"
)

func (f *file) checkBounces(c *Config, faults *Faults) {
	c.Bounces = Bounces{SoftLimit: f.Bounces.SoftLimit, Kept: c.Path(f.Bounces.Kept)}
	if f.Bounces.SoftLimit < 1 || f.Bounces.SoftLimit > 1000 {
		faults.add("bounces.soft_limit", "write a number of editions, such as 5", "%d is no such number", f.Bounces.SoftLimit)
	}
	if f.Bounces.Kept == "" {
		faults.add("bounces.kept", "write bounces", "no folder is named")
	}
	if f.BounceAddress == "" {
		return
	}
	s, err := subscriber.New(f.BounceAddress, "")
	if err != nil {
		faults.add("bounce_address", "write bounces@example.org, or leave it empty", "%q: %v", f.BounceAddress, err)
		return
	}
	c.Bounces.Address = s.Address.Address
	local, _, _ := strings.Cut(c.Bounces.Address, "@")
	if len(local) > bounce.MaxBase || strings.ContainsFunc(local, func(r rune) bool { return r >= 0x7F || r == '=' }) {
		faults.add("bounce_address", "write bounces@example.org", "%q is not of at most %d ASCII characters before the @, none of them =", f.BounceAddress, bounce.MaxBase)
	}
}
