package config_test

import (
	"strings"
	"testing"
)

func TestBounces(t *testing.T) {
	c := load(t, with(least, "bounce_address: Bounces@Bücher.example"))
	if want := "Bounces@xn--bcher-kva.example"; c.Bounces.Address != want {
		t.Errorf("Bounces.Address = %q, want %q", c.Bounces.Address, want)
	}
}

func TestBouncesFaults(t *testing.T) {
	for _, tt := range []struct{ name, line, key, problem string }{
		{"no address", "bounce_address: bounces", "bounce_address", "no @"},
		{"a name", "bounce_address: Bounces <bounces@example.org>", "bounce_address", "<"},
		{"no room for a token", "bounce_address: " + strings.Repeat("b", 29) + "@example.org", "bounce_address", "at most 28"},
		{"not ASCII", "bounce_address: zurück@example.org", "bounce_address", "ASCII"},
		{"no limit", "bounces: {soft_limit: 0}", "bounces.soft_limit", "0 is no such number"},
		{"no folder", `bounces: {kept: ""}`, "bounces.kept", "no folder"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			faults := faultsOf(t, write(t, with(least, tt.line)))
			if f, ok := faults[tt.key]; !ok || len(faults) != 1 || !strings.Contains(f.Problem, tt.problem) {
				t.Errorf("Load: faults %v, want one of %s with %q", faults, tt.key, tt.problem)
			}
		})
	}
}
