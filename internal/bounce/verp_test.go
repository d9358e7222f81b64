package bounce

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"digest/internal/subscriber"
)

var weekly = Paths{Base: "bounces@example.org", Keys: subscriber.NewKeys("a secret of the tests"), Newsletter: "weekly"}

func TestReturnPathHoldsNoAddress(t *testing.T) {
	path := weekly.Of(2857, 12, "tobias@example.net")
	if want := "bounces+2p9-"; !strings.HasPrefix(path, want) || strings.Contains(path, "tobias") {
		t.Errorf("Of = %s, want it to begin with %s and not to name the recipient", path, want)
	}
}

func TestReturnPathIsRead(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		id := rapid.Int64Range(1, maxID).Draw(t, "id")
		edition := rapid.IntRange(1, 1e6).Draw(t, "edition")
		key := rapid.String().Draw(t, "key")
		p := weekly
		p.Base = strings.Repeat("b", rapid.IntRange(1, MaxBase).Draw(t, "base")) + "@example.org"
		path := p.Of(id, edition, key)
		if local, _, _ := strings.Cut(path, "@"); len(local) > 64 {
			t.Errorf("%s has %d bytes before the @, want at most 64", path, len(local))
		}
		for _, written := range []string{path, strings.ToUpper(path), "prvs=0123456789=" + path} {
			c, ok := p.Parse(written)
			if !ok || c.ID != id || !p.Verify(c, edition, key) {
				t.Errorf("Parse(%s) = %v, %v, want delivery %d, verified", written, c, ok, id)
			}
			if p.Verify(c, edition+1, key) || p.Verify(c, edition, key+"x") {
				t.Errorf("Verify(%s) takes it for another edition or recipient", written)
			}
		}
	})
}

func TestForgedReturnPathIsRefused(t *testing.T) {
	path := weekly.Of(2857, 12, "tobias@example.net")
	other := weekly
	other.Newsletter = "monthly"
	secretless := weekly
	secretless.Keys = subscriber.NewKeys("")
	for _, forged := range []string{other.Of(2857, 12, "tobias@example.net"), secretless.Of(2857, 12, "tobias@example.net"), weekly.Of(2857, 13, "tobias@example.net")} {
		if c, ok := weekly.Parse(forged); !ok || weekly.Verify(c, 12, "tobias@example.net") {
			t.Errorf("Verify(%s) accepts it, or it is not read: %v", forged, ok)
		}
	}
	token := strings.TrimSuffix(strings.TrimPrefix(path, "bounces+2p9-"), "@example.org")
	for _, no := range []string{
		"", "@", "bounces@example.org", "bounces+@example.org", "bounces+2p9@example.org", "bounces+2p9-@example.org",
		"bounces+-" + token + "@example.org", "bounces+0-" + token + "@example.org", "bounces+02p9-" + token + "@example.org",
		"bounces+-1-" + token + "@example.org", "bounces+zz-" + token + "@example.org", "bounces+2p9-" + token[1:] + "@example.org",
		"bounces+99999999999999999999-" + token + "@example.org", "bounces+2p9-" + token + "@example.com", "other+2p9-" + token + "@example.org",
	} {
		if c, ok := weekly.Parse(no); ok {
			t.Errorf("Parse(%s) = %v, want it refused", no, c)
		}
	}
	for i := range token {
		other := "0"
		if token[i] == '0' {
			other = "1"
		}
		changed := "bounces+2p9-" + token[:i] + other + token[i+1:] + "@example.org"
		if c, ok := weekly.Parse(changed); ok && weekly.Verify(c, 12, "tobias@example.net") {
			t.Errorf("Verify(%s) accepts it, with character %d changed", changed, i)
		}
	}
}

func TestPathsWithoutBase(t *testing.T) {
	if c, ok := (Paths{}).Parse("bounces+2p9-x@example.org"); ok {
		t.Errorf("Parse without a base = %v, want nothing", c)
	}
}

func FuzzPath(f *testing.F) {
	f.Add(weekly.Of(2857, 12, "tobias@example.net"))
	f.Add("prvs=1=bounces+1-0@example.org")
	f.Fuzz(func(t *testing.T, address string) {
		c, ok := weekly.Parse(address)
		if ok && weekly.Verify(c, 12, "somebody") && !strings.Contains(strings.ToLower(address), weekly.mac(weekly.Keys[0], 12, "somebody")) {
			t.Errorf("%q is verified", address)
		}
		if ok && (c.ID < 1 || len(c.mac) != macLength) {
			t.Errorf("Parse(%q) = %v", address, c)
		}
	})
}
