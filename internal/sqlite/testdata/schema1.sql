-- The ledger, schema 1. Times are RFC 3339 with nanoseconds, or milliseconds
-- since 1970 where there is one for each recipient.

CREATE TABLE edition (
  id           TEXT PRIMARY KEY,
  newsletter   TEXT NOT NULL,
  number       INTEGER NOT NULL,
  window_start TEXT NOT NULL,
  window_end   TEXT NOT NULL,
  date         TEXT NOT NULL,
  content      BLOB NOT NULL,
  draft        BLOB NOT NULL,
  opened       TEXT NOT NULL,
  finished     TEXT,
  UNIQUE (newsletter, number)
) STRICT;

-- What was featured: a bookmark's canonical link, once a newsletter.
CREATE TABLE featured (
  newsletter TEXT NOT NULL,
  key        TEXT NOT NULL,
  edition    TEXT NOT NULL REFERENCES edition (id),
  position   INTEGER NOT NULL,
  link       TEXT NOT NULL,
  title      TEXT NOT NULL,
  PRIMARY KEY (newsletter, key)
) STRICT, WITHOUT ROWID;

CREATE INDEX featured_edition ON featured (edition, position);

-- Who gets an edition: the primary key is what makes "once" true.
CREATE TABLE delivery (
  edition   TEXT NOT NULL REFERENCES edition (id),
  recipient TEXT NOT NULL,
  address   TEXT NOT NULL,
  name      TEXT NOT NULL,
  state     TEXT NOT NULL CHECK (state IN ('pending', 'claimed', 'committing', 'sent', 'deferred', 'rejected', 'unknown')),
  listed    INTEGER NOT NULL, -- 1: on the list in the latest run
  owner     TEXT NOT NULL DEFAULT '', -- the run that claimed it last
  attempts  INTEGER NOT NULL DEFAULT 0,
  code      INTEGER NOT NULL DEFAULT 0,
  reply     TEXT NOT NULL DEFAULT '',
  changed   INTEGER NOT NULL,
  PRIMARY KEY (edition, recipient)
) STRICT, WITHOUT ROWID;

CREATE INDEX delivery_pending ON delivery (edition, recipient) WHERE state = 'pending' AND listed = 1;

-- Addresses that do not exist: never sent to again.
CREATE TABLE suppression (
  recipient TEXT PRIMARY KEY,
  address   TEXT NOT NULL,
  reason    TEXT NOT NULL,
  since     INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
