#!/usr/bin/env python3
"""Checks huzhu ledgers and closings: python3 scripts/ledger.py [LEDGER] [CLOSING...] [--root ROOT]

Written from the specification alone (src/docs/ledger.en.md), to be read from top to bottom. Exit code 0: all holds; 1: something does not; 2: a file cannot be
read or is neither. --root is a root that was noted when the last closing named here was made. Nothing says that the facts are true.
"""
import argparse
import hashlib
import json
import pathlib
import sqlite3
import sys
from collections import defaultdict

APPLICATION, SCHEMA, FORM = 1752529512, 2, "huzhu-closing/1"
TABLES = ("message", "rules", "decision", "payment", "entry", "transfer", "closing")

class Unreadable(Exception):
    """A file that is neither a ledger nor a closing."""

def digest(*texts):
    whole = b"".join(str(len(text.encode())).encode() + b":" + text.encode() for text in map(str, texts))
    return hashlib.sha256(whole).hexdigest()

def given(*texts):
    """The texts without those that are null."""
    return [text for text in texts if text is not None]

def shown(text):
    """A text on one line, with what a terminal would obey written out."""
    return "".join(letter if letter.isprintable() else letter.encode("unicode_escape").decode() for letter in str(text))

# ── the ledger ────────────────────────────────────────────────────────────

def opened(path):
    ledger = sqlite3.connect(path.absolute().as_uri() + "?mode=ro", uri=True)
    ledger.row_factory = sqlite3.Row
    if ledger.execute("PRAGMA application_id").fetchone()[0] != APPLICATION:
        raise Unreadable("it is no ledger")
    version = ledger.execute("PRAGMA user_version").fetchone()[0]
    if version != SCHEMA:
        raise Unreadable(f"it is of schema {version}, and this program knows {SCHEMA}")
    return ledger

def flaws_of(ledger):
    """All that does not hold, as texts."""
    damage = [row[0] for row in ledger.execute("PRAGMA integrity_check") if row[0] != "ok"]
    damage += [f"a row of {row[0]} names one that is not there" for row in ledger.execute("PRAGMA foreign_key_check")]
    if damage:
        yield from damage
        return
    names = {row[0] for row in ledger.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")}
    for table in TABLES:
        for verb in ("update", "delete"):
            if f"{table}_keeps_{verb}" not in names:
                yield f"the trigger {table}_keeps_{verb} is gone"
        for place, row in enumerate(ledger.execute(f"SELECT seq FROM {table} ORDER BY seq"), 1):
            if row["seq"] != place:
                yield f"{table} has no row {place}"
                break
    yield from flaws_of_digests(ledger)
    yield from flaws_of_entries(ledger)
    yield from flaws_of_claims(ledger)
    yield from flaws_of_payments(ledger)
    for closing in closings(ledger):
        entries = list(entries_of(ledger, closing))
        if len(entries) != closing["entries"] or root_of(closing, entries) != closing["root"]:
            yield f"the entries of closing {closing['number']} are not those of its root"

def flaws_of_digests(ledger):
    for row in ledger.execute("SELECT * FROM message"):
        if row["digest"] != digest(row["kind"], row["id"], row["owner"], row["content"], *given(row["undoes"])):
            yield f"the message {row['id']} is not what its digest says"
    for row in ledger.execute("SELECT * FROM decision"):
        said = [row[name] for name in ("claim", "owner", "plan", "version", "outcome", "fen", "valid_on", "content")]
        if row["digest"] != digest(*said, *given(row["certificate"])):
            yield f"a decision of {row['claim']} is not what its digest says"
    for row in ledger.execute("SELECT * FROM payment"):
        said = [row[name] for name in ("reference", "state", "run", "owner", "fen", "valid_on", "reason")]
        if row["digest"] != digest(*said):
            yield f"what became of the payment {row['reference']} is not what its digest says"

def transfers(ledger):
    """The transfers of each entry."""
    by_entry = defaultdict(list)
    for row in ledger.execute("SELECT * FROM transfer ORDER BY seq"):
        by_entry[row["entry"]].append((row["debit"], row["credit"], row["fen"]))
    return by_entry

def posted(moved):
    """What transfers post to each account, debits less credits, without what is zero."""
    sums = defaultdict(int)
    for debit, credit, fen in moved:
        sums[debit] += fen
        sums[credit] -= fen
    return {account: fen for account, fen in sums.items() if fen}

def flaws_of_entries(ledger):
    moved = transfers(ledger)
    reversed_by = {}
    for row in ledger.execute("SELECT * FROM entry ORDER BY seq"):
        entry, reverses = row["seq"], row["reverses"]
        if not moved[entry]:
            yield f"the entry {entry} moves nothing"
        if any(fen <= 0 or debit == credit for debit, credit, fen in moved[entry]):
            yield f"the entry {entry} moves an amount that is none"
        if (row["decision"] is None) == (row["payment"] is None):
            yield f"the entry {entry} is not of one decision or one payment"
        if reverses is None:
            continue
        if reverses >= entry or posted(moved[entry] + moved[reverses]):
            yield f"the entry {entry} does not cancel the one that it takes back"
        if reverses in reversed_by:
            yield f"the entry {reverses} is taken back by {reversed_by[reverses]} and by {entry}"
        reversed_by[reverses] = entry
    if sum(fen for entry in moved.values() for fen in posted(entry).values()):
        yield "the accounts do not sum to zero"

def flaws_of_claims(ledger):
    moved = transfers(ledger)
    reversed_ones = {row[0] for row in ledger.execute("SELECT reverses FROM entry WHERE reverses IS NOT NULL")}
    newest, claim_of = {}, {}
    for row in ledger.execute("SELECT * FROM decision ORDER BY claim, nth"):
        before = newest.get(row["claim"])
        if row["nth"] != (before["nth"] + 1 if before else 1):
            yield f"a decision of {row['claim']} is missing"
        newest[row["claim"]] = row
        claim_of[row["seq"]] = row["claim"]
    entries = defaultdict(list)
    for row in ledger.execute("SELECT * FROM entry WHERE decision IS NOT NULL ORDER BY seq"):
        entries[claim_of[row["decision"]]].append(row)
    for claim, decision in newest.items():
        own = entries[claim]
        all_moved = [transfer for row in own for transfer in moved[row["seq"]]]
        booked = -posted(all_moved).get("payable:" + decision["owner"], 0)
        if booked != decision["fen"]:
            yield f"{decision['fen']} fen are due for {claim}, and {booked} are booked"
        if sum(row["reverses"] is None and row["seq"] not in reversed_ones for row in own) > 1:
            yield f"the claim {claim} has more than one entry that stands"

def flaws_of_payments(ledger):
    moved = transfers(ledger)
    entries = defaultdict(list)
    for row in ledger.execute("SELECT seq, payment FROM entry WHERE payment IS NOT NULL"):
        entries[row["payment"]] += moved[row["seq"]]
    states = defaultdict(list)
    for row in ledger.execute("SELECT * FROM payment ORDER BY seq"):
        before = states[row["reference"]]
        known = [state["state"] for state in before]
        if known not in {"sent": ([],), "confirmed": (["sent"],), "returned": (["sent"], ["sent", "confirmed"])}[row["state"]]:
            yield f"the payment {row['reference']} cannot be {row['state']} after {', '.join(known) or 'nothing'}"
        if before and any(row[name] != before[0][name] for name in ("run", "owner", "fen")):
            yield f"the payment {row['reference']} is not of one owner, amount and run"
        before.append(row)
        fen, owner = row["fen"], "payable:" + row["owner"]
        should = {
            "sent": {owner: fen, "transit": -fen},
            "confirmed": {"transit": fen, "cash": -fen},
            "returned": {owner: -fen, "cash" if "confirmed" in known else "transit": fen},
        }[row["state"]]
        if posted(entries[row["seq"]]) != should:
            yield f"what is booked for the payment {row['reference']} is not what became of it"

# ── closings ──────────────────────────────────────────────────────────────

def closings(ledger):
    """The heads of all closings, as they stand in the first lines of their files."""
    previous, heads = "", []
    for row in ledger.execute("SELECT * FROM closing ORDER BY seq"):
        heads.append({
            "closing": FORM, "number": row["seq"], "through": row["through"], "last": row["last"], "entries": row["entries"],
            "previous": previous, "root": row["root"],
        })
        previous = row["root"]
    return heads

def entries_of(ledger, closing):
    """The entries of a closing, as they stand in the lines of its file."""
    moved = transfers(ledger)
    earlier = [head for head in closings(ledger) if head["number"] < closing["number"]]
    for row in ledger.execute("SELECT * FROM entry ORDER BY seq"):
        reaches = lambda head: row["valid_on"] <= head["through"] and row["seq"] <= head["last"]
        if not reaches(closing) or any(map(reaches, earlier)):
            continue
        entry = {"entry": row["seq"], "valid_on": row["valid_on"], "reverses": row["reverses"]}
        if row["decision"] is not None:
            of = ledger.execute(
                "SELECT decision.*, fingerprint FROM decision JOIN rules USING (plan, version) WHERE decision.seq = ?", (row["decision"],)
            ).fetchone()
            entry |= {"cause": "decided"} | {name: of[name] for name in DECIDED}
        else:
            of = ledger.execute("SELECT * FROM payment WHERE seq = ?", (row["payment"],)).fetchone()
            entry |= {"cause": "paid"} | {name: of[name] for name in PAID}
        yield entry | {"transfers": [list(transfer) for transfer in moved[row["seq"]]]}

DECIDED = ("claim", "owner", "plan", "version", "fingerprint", "outcome", "digest", "certificate")
PAID = ("reference", "owner", "state", "digest")

def root_of(head, entries):
    chain = digest(FORM, head["previous"], head["number"], head["through"], head["last"])
    for entry in entries:
        texts = [entry["entry"], entry["valid_on"], entry["reverses"], entry["cause"]]
        texts += [entry[name] for name in (DECIDED if entry["cause"] == "decided" else PAID)]
        texts += [part for transfer in entry["transfers"] for part in transfer]
        chain = digest(chain, digest(*("" if text is None else text for text in texts)))
    return chain

NAMES = {cause: {"entry", "valid_on", "reverses", "cause", "transfers", *names} for cause, names in (("decided", DECIDED), ("paid", PAID))}

def read_closing(text):
    """The head and the entries of a file; what else it may say is a flaw."""
    lines = text.split("\n")
    head = json.loads(lines[0])
    if not isinstance(head, dict) or head.get("closing") != FORM:
        raise ValueError
    flaws, entries = [], []
    if set(head) != {"closing", "number", "through", "last", "entries", "previous", "root"}:
        flaws.append("its first line does not say what a closing says")
    if lines[-1] != "":
        flaws.append("its last line is cut")
    for number, line in enumerate(lines[1:-1], 2):
        try:
            entry = json.loads(line)
            if set(entry) != NAMES[entry["cause"]]:
                raise ValueError
            entries.append(entry)
        except (ValueError, TypeError, KeyError):
            flaws.append(f"line {number} is no entry")
    return head, entries, flaws

def flaws_of_closing(head, entries, ledger, root):
    try:
        if len(entries) != head["entries"] or root_of(head, entries) != head["root"]:
            yield "its entries are not those of its root"
    except (KeyError, TypeError) as fault:
        yield f"it cannot be followed: {fault!r}"
        return
    if root is not None and head["root"] != root:
        yield f"its root is {head['root']}, not the noted one"
    if ledger is not None and head not in closings(ledger):
        yield f"the ledger has no closing {head['number']} that says the same"

def main():
    parser = argparse.ArgumentParser(description="Checks huzhu ledgers and closings.")
    parser.add_argument("files", nargs="+", type=pathlib.Path, metavar="FILE")
    parser.add_argument("--root", help="the root of the last closing named, as it was noted")
    asked = parser.parse_args()
    ledger, flaws = None, []
    for path in asked.files:
        try:
            if path.read_bytes()[:16] == b"SQLite format 3\0":
                ledger = opened(path)
                found = list(flaws_of(ledger))
                entries = ledger.execute("SELECT COUNT(*) FROM entry").fetchone()[0] if not found else 0
            else:
                head, own, found = read_closing(path.read_text("utf-8"))
                entries = len(own)
                is_last = path == asked.files[-1]
                found += flaws_of_closing(head, own, ledger, asked.root if is_last else None)
        except (OSError, ValueError, Unreadable) as fault:
            print(f"{shown(path)}: cannot be read as a ledger or a closing: {shown(fault)}", file=sys.stderr)
            return 2
        except (sqlite3.Error, TypeError, KeyError) as fault:
            found = [f"the file is damaged: {fault!r}"]
        for flaw in found:
            print(f"{shown(path)}: {shown(flaw)}")
        if not found:
            print(f"{shown(path)}: in order, entries {entries}")
        flaws += found
    return 1 if flaws else 0

if __name__ == "__main__":
    sys.exit(main())
