package delivery

import (
	"fmt"

	"digest/internal/email"
	"digest/internal/ledger"
)

// held keeps back the first refusals of a job while nobody has been accepted
// and all refusals are alike: a relay that refuses everyone says "no such user"
// too, and nobody must be given up, or never be sent to again, for that.
type held struct {
	refusal string
	waiting []ledger.Settlement
}

const (
	// enough refusals, all alike and nobody accepted, are for everyone.
	enough = 20
	// few of them may be as many dead addresses on a short list.
	few = 3
)

// add takes an outcome and returns what can be settled now: nothing while it is
// open who is to blame, else all that waited. forAll means that everyone is
// refused, and that those who waited are deferred.
func (h *held) add(o email.Outcome, s ledger.Settlement) (settled []ledger.Settlement, forAll bool) {
	refusal := fmt.Sprint(o.Phase, o.Code, o.Enhanced)
	alike := o.Status == email.Rejected && o.Code > 0 && (h.refusal == "" || h.refusal == refusal)
	h.waiting = append(h.waiting, s)
	if !alike {
		settled, h.waiting, h.refusal = h.waiting, nil, "differs"
		return settled, false
	}
	h.refusal = refusal
	if len(h.waiting) < enough {
		return nil, false
	}
	return h.forgive(), true
}

// rest is what still waits when nobody else is left.
func (h *held) rest() []ledger.Settlement {
	if len(h.waiting) >= few {
		return h.forgive()
	}
	rest := h.waiting
	h.waiting = nil
	return rest
}

func refusedAlike(all []ledger.Settlement) error {
	return fmt.Errorf("all %d are refused alike, so it is not for the recipients' sake: %d %s", len(all), all[0].Code, all[0].Reply)
}

// forgive defers all that wait.
func (h *held) forgive() []ledger.Settlement {
	settled := h.waiting
	for i := range settled {
		settled[i].State, settled[i].Suppress = ledger.Deferred, false
	}
	h.waiting = nil
	return settled
}
