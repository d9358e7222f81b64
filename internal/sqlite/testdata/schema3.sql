-- The ledger, schema 3. Times are RFC 3339 with nanoseconds, or milliseconds
-- since 1970 where there is one for each recipient.

-- Since when there are editions, and which number the newest got. A number that
-- was given is not given to another edition, even if that one was discarded.
CREATE TABLE newsletter (
  name    TEXT PRIMARY KEY,
  since   TEXT NOT NULL, -- start of the first window
  number  INTEGER NOT NULL,
  edition TEXT NOT NULL
) STRICT, WITHOUT ROWID;

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
  owner        INTEGER NOT NULL DEFAULT 0, -- the run that planned it last, and alone may claim
  partial      INTEGER NOT NULL DEFAULT 0, -- 1: of some categories only
  doubted      INTEGER NOT NULL DEFAULT 0, -- 1: a person decided on replies that were lost, so somebody may have it
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

-- What was there when an edition was made, and is not in it: it does not come late
-- to the next one.
CREATE TABLE passed (
  edition TEXT NOT NULL REFERENCES edition (id),
  key     TEXT NOT NULL,
  link    TEXT NOT NULL,
  final   INTEGER NOT NULL, -- 1: by an editor's decision, 0: by a limit
  PRIMARY KEY (edition, key)
) STRICT, WITHOUT ROWID;

-- Who gets an edition: the unique key is what makes "once" true. Rows are found
-- by number, which is that of a place among its neighbours: what is sent together
-- lies together, and is written as a few pages.
CREATE TABLE delivery (
  id        INTEGER PRIMARY KEY,
  edition   TEXT NOT NULL REFERENCES edition (id),
  recipient TEXT NOT NULL,
  address   TEXT NOT NULL,
  name      TEXT NOT NULL,
  state     TEXT NOT NULL, -- of package ledger; a CHECK would cost as much as the change itself
  listed    INTEGER NOT NULL, -- 1: on the list in the latest run
  owner     INTEGER NOT NULL DEFAULT 0, -- the run that claimed it last
  attempts  INTEGER NOT NULL DEFAULT 0,
  code      INTEGER NOT NULL DEFAULT 0,
  reply     TEXT NOT NULL DEFAULT '',
  changed   INTEGER NOT NULL,
  due       INTEGER NOT NULL DEFAULT 0, -- if deferred: when the run may try it again; 0: it may not
  UNIQUE (edition, recipient)
) STRICT;

CREATE INDEX delivery_pending ON delivery (edition, id) WHERE state = 'pending' AND listed = 1;
CREATE INDEX delivery_due ON delivery (edition, due) WHERE due > 0;

-- The list, if the database keeps it, and who has left it: an import does not
-- bring them back. Whoever is in suppression is suppressed, whatever stands here.
CREATE TABLE subscriber (
  newsletter TEXT NOT NULL,
  recipient  TEXT NOT NULL,
  address    TEXT NOT NULL,
  name       TEXT NOT NULL,
  categories TEXT NOT NULL,
  language   TEXT NOT NULL,
  state      TEXT NOT NULL, -- of package subscriber
  since      INTEGER NOT NULL,
  PRIMARY KEY (newsletter, recipient)
) STRICT, WITHOUT ROWID;

-- Who is never sent to again: the address does not exist, letters to it came
-- back, or its owner has complained.
CREATE TABLE suppression (
  recipient TEXT PRIMARY KEY,
  address   TEXT NOT NULL,
  reason    TEXT NOT NULL,
  since     INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- What came back of a letter, each report once a recipient. Of soft bounces those
-- of editions in a row are counted.
CREATE TABLE bounce (
  recipient TEXT NOT NULL,
  message   TEXT NOT NULL, -- identity of the report
  edition   TEXT NOT NULL,
  kind      TEXT NOT NULL, -- of package bounce: hard, soft or complaint
  status    TEXT NOT NULL,
  reply     TEXT NOT NULL,
  since     INTEGER NOT NULL,
  PRIMARY KEY (recipient, message)
) STRICT, WITHOUT ROWID;
