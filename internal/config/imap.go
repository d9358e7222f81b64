package config

import (
	"strings"
	"unicode"
)

// checkIMAP notes what would keep the mailbox closed, or open to others.
func (f *file) checkIMAP(c *Config, faults *Faults, inFile func(string) bool) {
	const key = "bounces.imap"
	i := f.Bounces.IMAP
	c.Bounces.IMAP = IMAP{Host: i.Host, Port: i.Port, TLS: i.TLS, Username: i.Username, Folder: i.Folder}
	if i.Host == "" {
		secret(c, faults, key+".password", i.Password, "", inFile) // not used, and not to be seen either
		return
	}
	if !isHost(i.Host) {
		faults.add(key+".host", "write a name such as mail.example.org, and the port in "+key+".port", "%q is no host name", i.Host)
	}
	if i.Port < 1 || i.Port > 65535 {
		faults.add(key+".port", "write 993 for tls or 143 for starttls", "%d is not a port", i.Port)
	}
	oneOf(faults, key+".tls", i.TLS, "tls", "starttls", "none")
	if i.TLS == "none" && !isLoopback(i.Host) {
		faults.add(key+".tls", "write tls or starttls", "none sends the password in clear, and %s is another machine", i.Host)
	}
	if i.Folder == "" || strings.ContainsFunc(i.Folder, unicode.IsControl) {
		faults.add(key+".folder", "write INBOX", "%q is no folder", i.Folder)
	}
	if i.Username == "" {
		faults.add(key+".username", "write the name with which a mail program opens the mailbox", "it is empty")
	}
	c.Bounces.IMAP.Password = secret(c, faults, key+".password", i.Password, i.PasswordFile, inFile)
	if c.Bounces.IMAP.Password == "" && i.PasswordFile == "" {
		faults.add(key+".password_file", "name a file that only you can read, or set DIGEST_BOUNCES_IMAP_PASSWORD", "there is no password for %s", i.Username)
	}
}
