package sqlite

import "strings"

// migration takes a ledger of an older version, 0 if it is empty, to this one.
func migration(from int) string {
	switch from {
	case 0:
		return schema
	case 1:
		return toVersion2() + toVersion3() + toVersion4()
	case 2:
		return choices + toVersion3() + toVersion4()
	}
	return choices + toVersion4()
}

// toVersion2 gives recipients a number and a time to try them again, and editions
// an owner.
func toVersion2() string {
	return `ALTER TABLE edition ADD COLUMN owner INTEGER NOT NULL DEFAULT 0;
		ALTER TABLE delivery RENAME TO delivery_1; DROP INDEX delivery_pending;` + table("delivery") + `
		INSERT INTO delivery (edition, recipient, address, name, state, listed, attempts, code, reply, changed)
			SELECT edition, recipient, address, name, state, listed, attempts, code, reply, changed FROM delivery_1;
		DROP TABLE delivery_1;`
}

// toVersion3 begins to remember what had no place, and what came back. Of the
// editions that there were nobody knows, so that nothing of their time comes late.
func toVersion3() string {
	return table("newsletter") + table("passed") + table("subscriber") + table("bounce") + `
		ALTER TABLE edition ADD COLUMN partial INTEGER NOT NULL DEFAULT 0;
		ALTER TABLE edition ADD COLUMN doubted INTEGER NOT NULL DEFAULT 0;
		INSERT INTO newsletter SELECT newsletter, window_end, number, id FROM edition e
			WHERE number = (SELECT max(number) FROM edition WHERE newsletter = e.newsletter);`
}

// choices gives recipients a choice, in a table that toVersion2 has not just made.
const choices = `ALTER TABLE delivery ADD COLUMN choice TEXT NOT NULL DEFAULT '';`

// toVersion4 knows variants of an edition, whose the links in letters are, and
// what was asked for on the web.
func toVersion4() string {
	return table("variant") + table("reader") + table("request") + table("event")
}

// table is what schema.sql says of a table and its indexes.
func table(name string) string {
	var statements strings.Builder
	for _, s := range strings.SplitAfter(schema, ";\n") {
		if strings.Contains(s, "CREATE TABLE "+name+" ") || strings.Contains(s, "CREATE INDEX "+name+"_") {
			statements.WriteString(s)
		}
	}
	return statements.String()
}
