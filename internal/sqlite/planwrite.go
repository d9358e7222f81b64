package sqlite

import (
	"context"

	"digest/internal/ledger"
)

const (
	// getsIt is who of the list l gets edition ?1: not who has left its newsletter, or was
	// erased from it, whatever the list says.
	getsIt = `NOT EXISTS (SELECT 1 FROM subscriber u WHERE u.newsletter = (SELECT newsletter FROM edition WHERE id = ?1)
			AND u.recipient = l.recipient AND u.state = 'unsubscribed')
		AND ` + notErased
	// notErased is who of the list l was not erased from edition ?1: there is a delivery
	// under their tag in place of their key.
	notErased = `l.tag NOT IN (SELECT CAST(substr(recipient, length('erased ') + 1) AS INTEGER) FROM delivery
		WHERE edition = ?1 AND recipient >= 'erased ' AND recipient < 'erased!')`
	// offList is which delivery d of edition ?1 is listed, and has no place on the list.
	offList = `d.listed = 1 AND NOT EXISTS (SELECT 1 FROM temp.planned l WHERE l.recipient = d.recipient AND ` + getsIt + `)`
	// untried is who may still get another variant than was planned before.
	untried = `state IN ('pending', 'empty') AND attempts = 0`
)

// takeBack takes back what other runs had claimed, and takes off who is not on the
// list any more. As the edition is the run's nobody claims any more, so that those who
// are found without the lock are all there are.
func (p *planner) takeBack(ctx context.Context, plan ledger.Plan) error {
	var before bool
	err := p.conn.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM delivery WHERE edition = ?)`, p.run.Edition).Scan(&before)
	if err != nil || !before {
		return err
	}
	if err := p.exec(ctx, `CREATE UNIQUE INDEX temp.planned_recipient ON planned (recipient)`); err != nil {
		return err
	}
	if err := p.exec(ctx, `INSERT INTO temp.stale (delivery) SELECT id FROM delivery d
		WHERE edition = ?1 AND (state IN ('claimed', 'deferred', 'committing', 'unknown') OR `+offList+`)`, p.run.Edition); err != nil {
		return err
	}
	const these = ` WHERE id IN (SELECT delivery FROM temp.stale WHERE id BETWEEN ?3 AND ?4) AND edition = ?1 AND ?2 > 0 AND `
	statements := []string{
		`UPDATE delivery AS d SET listed = 0` + these + offList,
		`UPDATE delivery SET state = 'pending', owner = 0, due = 0, changed = ?2` + these + `state IN ('claimed', 'deferred')`,
		`UPDATE delivery SET state = 'unknown', reply = 'the run ended before the reply', attempts = attempts + 1, changed = ?2` + these + `state = 'committing'`,
	}
	if plan.ResendUnknown {
		statements = append(statements, `UPDATE delivery SET state = 'pending', owner = 0, due = 0, changed = ?2`+these+`state = 'unknown'`)
	}
	return p.inTurns(ctx, "stale", statements...)
}

// enlist puts those on the list into the edition, and has [DB.Readers] know them. It
// writes what is not there yet, or is not as it should be.
func (p *planner) enlist(ctx context.Context) error {
	err := p.inTurns(ctx, "planned", `INSERT INTO delivery (edition, recipient, address, name, choice, state, listed, changed)
		SELECT ?1, recipient, address, name, choice, iif(choice = '`+ledger.Nothing+`', 'empty', 'pending'), 1, ?2
		FROM temp.planned l WHERE l.id BETWEEN ?3 AND ?4 AND `+getsIt+` ORDER BY l.id
		ON CONFLICT (edition, recipient) DO UPDATE SET listed = 1,
			address = iif(state IN ('pending', 'empty'), excluded.address, address),
			name = iif(state IN ('pending', 'empty'), excluded.name, name),
			choice = iif(`+untried+`, excluded.choice, choice),
			state = iif(`+untried+`, excluded.state, state)
		WHERE listed = 0 OR state IN ('pending', 'empty') AND (address <> excluded.address OR name <> excluded.name)
			OR `+untried+` AND (choice <> excluded.choice OR state <> excluded.state)`)
	if err != nil {
		return err
	}
	return p.inTurns(ctx, "tagged", `INSERT INTO reader (newsletter, tag, recipient, address)
		SELECT e.newsletter, l.tag, l.recipient, l.address FROM edition e, temp.tagged l
		WHERE e.id = ?1 AND ?2 > 0 AND l.id BETWEEN ?3 AND ?4 AND `+notErased+` ORDER BY l.id ON CONFLICT DO NOTHING`)
}
