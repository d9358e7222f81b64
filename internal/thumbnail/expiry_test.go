package thumbnail

import (
	"encoding/base64"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

const cloudFront = "https://d111.example.net/353804/50962709/thumbnail/sign_712_0_0_2_0.jpg?Expires=1557430063&Signature=Djf~LAB-gq~Z__&Key-Pair-Id=APKAEXAMPLE"

// policy is a parameter in CloudFront's own base64.
func policy(json string) string {
	return strings.NewReplacer("+", "-", "=", "_", "/", "~").Replace(base64.StdEncoding.EncodeToString([]byte(json)))
}

// until is a statement of a policy.
func until(epoch string) string {
	return `{"Resource":"https://d111.example.net/*","Condition":{"DateGreaterThan":{"AWS:EpochTime":1},"DateLessThan":{"AWS:EpochTime":` + epoch + `}}}`
}

func TestExpiry(t *testing.T) {
	const (
		custom = "https://a.example/b.jpg?Signature=a~b__&Key-Pair-Id=K&Policy="
		s3     = "https://b.s3.example/a.jpg?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=A%2F20261119%2Fs3&X-Amz-SignedHeaders=host&X-Amz-Signature=ab"
		goog   = "https://storage.example/a.jpg?X-Goog-Algorithm=GOOG4-RSA-SHA256&X-Goog-Credential=a%40b&X-Goog-Signature=ab"
		azure  = "https://a.blob.example/c/d.png?sv=2022-11-02&sr=b&sp=r&sig=ab%2Bc%3D"
		broken = "expired"
		none   = "unsigned"
	)
	statements := func(s ...string) string { return policy(`{"Statement":[` + strings.Join(s, ",") + `]}`) }
	tests := []struct {
		name, url, want string
	}{
		{"CloudFront", cloudFront, "2019-05-09T19:27:43Z"},
		{"CloudFront, with a fragment", cloudFront + "#?Expires=1", "2019-05-09T19:27:43Z"},
		{"names in small letters", strings.ToLower(cloudFront), "2019-05-09T19:27:43Z"},
		{"names that are escaped", strings.Replace(cloudFront, "Expires", "%45xpires", 1), "2019-05-09T19:27:43Z"},
		{"of two, the earlier", cloudFront + "&Expires=1000000000", "2001-09-09T01:46:40Z"},
		{"of two signatures, the earlier", cloudFront + "&sig=a&se=2019-05-09", "2019-05-09T00:00:00Z"},
		{"of two signatures, one broken", cloudFront + "&sig=a&se=x", broken},
		{"CloudFront, custom policy", custom + statements(until("1557430063")), "2019-05-09T19:27:43Z"},
		{"a policy that needs all letters of base64", custom + policy(`{"Statement":[`+until("1557430063")+`],"x":"??>>~~é"}`), "2019-05-09T19:27:43Z"},
		{"a policy in plain base64", custom + base64.StdEncoding.EncodeToString([]byte(`{"Statement":[`+until("1557430063")+`],"x":"??>>~~é"}`)), "2019-05-09T19:27:43Z"},
		{"a policy beside an earlier expiry", custom + statements(until("1557430063")) + "&Expires=1000000000", "2001-09-09T01:46:40Z"},
		{"of two statements, the earlier", custom + statements(until("1557430063"), until("1000000000")), "2001-09-09T01:46:40Z"},
		{"S3, version 4", s3 + "&X-Amz-Date=20261119T134749Z&X-Amz-Expires=604800", "2026-11-26T13:47:49Z"},
		{"S3, version 4, in small letters", strings.ToLower(s3) + "&x-amz-date=20261119T134749Z&x-amz-expires=60", "2026-11-19T13:48:49Z"},
		{"S3, version 2", "https://b.s3.example/a.jpg?AWSAccessKeyId=AKIA&Expires=1557430063&Signature=a%2Bb%3D", "2019-05-09T19:27:43Z"},
		{"Google, version 4", goog + "&X-Goog-Date=20261119T134749Z&X-Goog-Expires=900", "2026-11-19T14:02:49Z"},
		{"Google, version 2", "https://storage.example/a.jpg?GoogleAccessId=a%40b&Expires=1557430063&Signature=ab", "2019-05-09T19:27:43Z"},
		{"Azure", azure + "&se=2026-11-19T13%3A47%3A49Z", "2026-11-19T13:47:49Z"},
		{"Azure, without seconds", azure + "&se=2026-11-19T13:47Z", "2026-11-19T13:47:00Z"},
		{"Azure, in parts of a second", azure + "&se=2026-11-19T13:47:49.1230000Z", "2026-11-19T13:47:49Z"},
		{"Azure, a day", azure + "&se=2026-11-19", "2026-11-19T00:00:00Z"},
		{"Azure, in another zone", azure + "&se=2026-11-19T13:47:49+02:00", "2026-11-19T11:47:49Z"},
		{"at the end of what is read", "?Signature=x&Expires=253402300799", "9999-12-31T23:59:59Z"},

		{"no number", "?Signature=x&Expires=soon", broken},
		{"no value", "?Signature=x&Expires", broken},
		{"a sign", "?Signature=x&Expires=-1", broken},
		{"beyond the year 9999", "?Signature=x&Expires=253402300800", broken},
		{"beyond 64 bits", "?Signature=x&Expires=99999999999999999999999999999999", broken},
		{"a megabyte of digits", "?Signature=x&Expires=" + strings.Repeat("9", 1<<20), broken},
		{"one of two is no number", cloudFront + "&Expires=x", broken},
		{"a bad escape", "?Signature=x&Expires=%zz", broken},
		{"a bad escape elsewhere", "https://a.example/%zz?Signature=x&Expires=1557430063&%zz", "2019-05-09T19:27:43Z"},
		{"CloudFront without an expiry", "?Signature=x&Key-Pair-Id=K", broken},
		{"S3, version 2, without an expiry", "?AWSAccessKeyId=AKIA", broken},
		{"S3 without a date", s3 + "&X-Amz-Expires=60", broken},
		{"S3 without a span", s3 + "&X-Amz-Date=20261119T134749Z", broken},
		{"S3, two dates", s3 + "&X-Amz-Expires=60&X-Amz-Date=20261119T134749Z&X-Amz-Date=20261119T134749Z", broken},
		{"S3, no date", s3 + "&X-Amz-Date=2026-11-19&X-Amz-Expires=60", broken},
		{"S3, a span that is too long", s3 + "&X-Amz-Date=20261119T134749Z&X-Amz-Expires=9223372036854775807", broken},
		{"S3, an end that is too late", s3 + "&X-Amz-Date=20261119T134749Z&X-Amz-Expires=253402300799", broken},
		{"Azure, whose policy is stored there", azure + "&si=readers", broken},
		{"Azure, the year 0", azure + "&se=0000-01-01", broken},
		{"a policy that is no base64", custom + "!!!", broken},
		{"a policy that is no JSON", custom + policy("{"), broken},
		{"an empty policy", custom, broken},
		{"a policy without a statement", custom + policy("{}"), broken},
		{"a policy without an end", custom + statements(until("1557430063"), "{}"), broken},
		{"a policy that ends at a text", custom + statements(until(`"soon"`)), broken},
		{"a policy that ends at a fraction", custom + statements(until("1.5e9")), broken},
		{"a policy of a megabyte", custom + policy(`{"Statement":[`+until("1557430063")+`]}`+strings.Repeat(" ", 1<<20)), broken},
		{"a policy of brackets", custom + policy(strings.Repeat("[", 12_000)), broken},

		{"no query", "https://a.example/b.jpg", none},
		{"empty", "", none},
		{"expires alone, as caches have it", "https://a.example/b.jpg?Expires=1557430063", none},
		{"sig alone, as resizers have it", "https://a.example/b.jpg?w=600&sig=abc", none},
		{"signature alone", "https://a.example/b.jpg?signature=abc", none},
		{"policy alone", "https://a.example/b.jpg?policy=fit", none},
		{"in the fragment", "https://a.example/b.jpg#?Signature=x&Expires=1", none},
		{"in the path", "https://a.example/Signature=x&Expires=1", none},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			at, signed := Expiry(tt.url)
			got := at.Format("2006-01-02T15:04:05Z07:00")
			switch {
			case !signed && at.IsZero():
				got = none
			case signed && at.IsZero():
				got = broken
			}
			if got != tt.want {
				t.Errorf("Expiry = %v, %t, want %s", at, signed, tt.want)
			}
		})
	}
}

func TestExpiryProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		second := rapid.Int64Range(0, 253402300799)
		want := time.Unix(second.Draw(t, "until"), 0).UTC()
		other := url.Values{rapid.String().Draw(t, "name"): {rapid.String().Draw(t, "value")}}
		if _, signed := Expiry("?" + other.Encode()); signed {
			t.Skip("part of a signature")
		}
		forms := []string{
			fmt.Sprintf("Expires=%d&Signature=x", want.Unix()),
			"Signature=x&Policy=" + policy(`{"Statement":[`+until(fmt.Sprint(want.Unix()))+`]}`),
			"sig=x&se=" + url.QueryEscape(want.Format(time.RFC3339)),
			"X-Amz-Date=19700101T000000Z&X-Amz-Expires=" + fmt.Sprint(want.Unix()),
			"X-Goog-Expires=0&X-Goog-Date=" + want.Format("20060102T150405Z"),
		}
		for _, form := range forms {
			for _, u := range []string{"https://a.example/?" + form + "&" + other.Encode(), "?" + other.Encode() + "&" + form + "#x"} {
				if at, signed := Expiry(u); !signed || !at.Equal(want) {
					t.Fatalf("Expiry(%q) = %v, %t, want %v", u, at, signed, want)
				}
			}
		}
	})
}

func FuzzExpiry(f *testing.F) {
	f.Add(cloudFront)
	f.Add("?Signature=x&Policy=" + policy(`{"Statement":[`+until("1557430063")+`]}`))
	f.Add("?X-Amz-Signature=x&X-Amz-Date=20261119T134749Z&X-Amz-Expires=604800")
	f.Add("?sig=x&sv=1&se=2026-11-19T13:47:49+02:00")
	f.Fuzz(func(t *testing.T, u string) {
		at, signed := Expiry(u)
		if !at.IsZero() && (!signed || at.Year() < 1970 || at.Year() > 9999 || at.Location() != time.UTC) {
			t.Errorf("Expiry(%q) = %v, %t", u, at, signed)
		}
		// Nothing that is there already makes a URL live longer.
		before, _, _ := strings.Cut(u, "#")
		if !strings.Contains(before, "?") {
			before += "?"
		}
		if at, signed := Expiry(before + "&Signature=x&Expires=1000000000"); !signed || at.Unix() > 1_000_000_000 {
			t.Errorf("Expiry(%q and an end in 2001) = %v, %t", u, at, signed)
		}
	})
}
