package sqlite

import (
	"context"
	"database/sql/driver"
	"errors"
)

// driverConn is a connection to SQLite without database/sql, which costs as much
// again as the small statements that are made for each message.
type driverConn interface {
	driver.ConnPrepareContext
}

// raw lends the connection to f, while nobody else uses it.
func (d *DB) raw(f func(driverConn) error) error {
	ctx := context.Background() // what is known must be recorded, whoever has lost interest
	c, err := d.db.Conn(ctx)
	if err != nil {
		return err
	}
	return errors.Join(c.Raw(func(conn any) error { return f(conn.(driverConn)) }), c.Close())
}

// statements are those of the writer, on one connection.
type statements struct {
	conn                               driverConn
	begin, end, undo                   driver.StmtExecContext
	commit, settle, postpone, suppress driver.StmtExecContext
	leave                              driver.StmtExecContext
	args                               []driver.NamedValue
}

func prepare(conn driverConn) (*statements, error) {
	s := &statements{conn: conn}
	for _, p := range []struct {
		to    *driver.StmtExecContext
		query string
	}{
		{&s.begin, `BEGIN IMMEDIATE`},
		{&s.end, `COMMIT`},
		{&s.undo, `ROLLBACK`},
		{&s.commit, `UPDATE delivery SET state = 'committing', changed = ? WHERE id = ? AND owner = ? AND state = 'claimed' AND listed = 1`},
		{&s.leave, `UPDATE delivery SET state = 'pending', owner = 0, changed = ? WHERE id = ? AND owner = ? AND state = 'claimed'`},
		{&s.settle, `UPDATE delivery SET state = ?, code = ?, reply = iif(address = '', '', ?), changed = ?, attempts = attempts + (? AND state <> 'unknown')
			WHERE id = ? AND owner = ? AND state IN ('claimed', 'committing', 'unknown')`},
		{&s.postpone, `UPDATE delivery SET due = ? WHERE id = ? AND owner = ? AND state IN ('deferred', 'pending')`},
		{&s.suppress, `INSERT INTO suppression (recipient, address, reason, since)
			SELECT recipient, address, ?, ? FROM delivery WHERE id = ? AND address <> '' ON CONFLICT DO NOTHING`},
	} {
		stmt, err := conn.PrepareContext(context.Background(), p.query)
		if err != nil {
			return nil, err
		}
		*p.to = stmt.(driver.StmtExecContext)
	}
	return s, nil
}

// close lets go of the statements: SQLite does not close a database before.
func (s *statements) close() (err error) {
	for _, stmt := range []driver.StmtExecContext{s.begin, s.end, s.undo, s.commit, s.settle, s.postpone, s.suppress, s.leave} {
		err = errors.Join(err, stmt.(driver.Stmt).Close())
	}
	return err
}

// transact runs f in a transaction that holds the write lock from its start.
func (s *statements) transact(f func(*statements) error) error {
	if _, err := s.exec(s.begin); err != nil {
		return err
	}
	err := f(s)
	if err == nil {
		_, err = s.exec(s.end)
	}
	if err != nil {
		_, _ = s.exec(s.undo) // SQLite may have done so itself
	}
	return err
}

// exec returns how many rows a statement has changed.
func (s *statements) exec(stmt driver.StmtExecContext, args ...driver.Value) (int64, error) {
	s.args = s.args[:0]
	for i, a := range args {
		s.args = append(s.args, driver.NamedValue{Ordinal: i + 1, Value: a})
	}
	result, err := stmt.ExecContext(context.Background(), s.args)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}
