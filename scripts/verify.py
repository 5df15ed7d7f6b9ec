#!/usr/bin/env python3
"""Checks huzhu certificates and batches: python3 scripts/verify.py [--program DIGEST]... [--root ROOT]... FILE...

Written from the specification alone (src/docs/certificate.en.md), to be read from top to bottom. Exit code 0: all hold; 1: one does not;
2: a file can not be read. Without --program nothing says that the program is the pack's; without --root, that the batch is the noted one.
"""
import argparse
import functools
import hashlib
import json
import re
import sys
from datetime import date, timedelta
from fractions import Fraction


class Flaw(Exception):
    """What does not hold."""


def need(holds, what):
    if not holds:
        raise Flaw(what)


# ── form: canonical JSON, and what may stand in it ────────────────────────

def canonical(value):
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def read(line):
    """Parses and writes again; whatever is not in the one canonical form comes out different."""
    try:
        value = json.loads(line.decode("utf-8"))
        need(canonical(value) == line, "not canonical JSON")
    except (ValueError, RecursionError) as fault:
        raise Flaw(f"not canonical JSON: {fault}") from None
    return value


def fits(value, form):
    """Refuses what is not of the form: a type, a tuple of texts of which it is one, a list of the form of its items, an object with the
    forms of its members (those that end with a question mark may be absent), or a function that refuses."""
    if isinstance(form, dict):
        need(type(value) is dict, f"not an object: {value!r:.60}")
        needed = {name for name in form if not name.endswith("?")}
        known = {name.rstrip("?") for name in form}
        need(needed <= value.keys() <= known, f"not the members {sorted(form)}: {sorted(value)}")
        for name, inner in form.items():
            name.rstrip("?") in value and fits(value[name.rstrip("?")], inner)
    elif isinstance(form, list):
        need(type(value) is list, f"not a list: {value!r:.60}")
        for item in value:
            fits(item, form[0])
    elif isinstance(form, tuple):
        need(type(value) is str and value in form, f"not one of {form}: {value!r:.60}")
    elif isinstance(form, type):
        need(type(value) is form and (form is not int or 0 <= value < 2**53), f"not a {form.__name__}: {value!r:.60}")
    else:
        form(value)
    return value


def ascii_name(value):
    need(fits(value, str).isascii(), f"not ASCII: {value!r}")


def digest(value):
    need(re.fullmatch("[0-9a-f]{64}", fits(value, str)), f"not a digest: {value!r:.80}")


# ── values: exact numbers, dates, truths, texts, and None for what is not known ──

def exact(number):
    """Refuses a result with more than 28 decimal places or 96 bits; the rest is exact anyway."""
    digits, places = number.numerator, 0
    if number.denominator != 1:
        places = next((n for n in range(1, 29) if 10**n % number.denominator == 0), 99)
        digits = digits * (10**places // number.denominator)
    need(places <= 28 and abs(digits) < 2**96, f"too long for the format: {number}")
    return number


@functools.lru_cache(100_000)
def number_in(text):
    need(re.fullmatch(r"(?!-0$)-?(0|[1-9][0-9]*)(\.[0-9]*[1-9])?", text) and len(text) < 60, f"not a number: {text!r:.60}")
    return exact(Fraction(text))


@functools.lru_cache(100_000)
def date_in(text):
    try:
        need(re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", text), f"not a date: {text!r:.60}")
        return date(*map(int, text.split("-")))
    except ValueError as fault:
        raise Flaw(f"not a date: {text}: {fault}") from None


@functools.lru_cache(100_000)
def number_out(number):
    digits = str(abs(number.numerator) * (10**28 // number.denominator)).rjust(29, "0")
    text = f"{digits[:-28]}.{digits[-28:]}".rstrip("0").rstrip(".")
    return ("-" if number < 0 else "") + text


def number(value):
    return number_in(fits(value, str))


def day(value):
    return date_in(fits(value, str))


READ = {"n": number_in, "d": date_in, "t": str, "b": bool}  # the letters of the four types


def value_in(letter, value):
    """A value of a type, or None for null."""
    return None if value is None else READ[letter](fits(value, bool if letter == "b" else str))


def value_out(value):
    return number_out(value) if type(value) is Fraction else value.isoformat() if type(value) is date else value


# ── steps ─────────────────────────────────────────────────────────────────

def plus_months(day, months):
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if not 1 <= year <= 9999:
        return None
    first_of_next = date(year + month // 11, (month + 1) % 12 + 1, 1) if (year, month) != (9999, 11) else None
    last = (first_of_next - timedelta(1)).day if first_of_next else 31
    return date(year, month + 1, min(day.day, last))


def plus_days(day, days):
    need(days.denominator == 1, f"not a whole number of days: {days}")
    place = day.toordinal() + int(days)
    return date.fromordinal(place) if 1 <= place <= date.max.toordinal() else None


def months_between(first, second):
    months = 12 * (second.year - first.year) + second.month - first.month
    if months < 0:
        return Fraction(0)
    return Fraction(months if plus_months(first, months) <= second else max(months - 1, 0))


def years_between(first, second):
    earlier = (second.month, second.day) < (first.month, first.day)
    return Fraction(max(second.year - first.year - earlier, 0))


def rounded(number, to, mode):
    quotient = number / to
    below, part = quotient // 1, quotient % 1
    up = part > 0 and {
        "floor": False, "ceiling": True, "down": quotient < 0, "up": quotient > 0,
        "half-up": part > Fraction(1, 2) or part == Fraction(1, 2) and quotient > 0,
        "half-down": part > Fraction(1, 2) or part == Fraction(1, 2) and quotient < 0,
        "half-even": part > Fraction(1, 2) or part == Fraction(1, 2) and below % 2 == 1,
    }[mode]
    return exact((below + up) * to)


def both(first, second):
    return False if first is False or second is False else None if None in (first, second) else True


def either(first, second):
    return True if first is True or second is True else None if None in (first, second) else False


COMPARE = {
    "equal": lambda a, b: a == b, "unequal": lambda a, b: a != b, "less": lambda a, b: a < b,
    "at-most": lambda a, b: a <= b, "greater": lambda a, b: a > b, "at-least": lambda a, b: a >= b,
}
MODES = ("floor", "ceiling", "down", "up", "half-up", "half-down", "half-even")
# For each op: the types of its arguments, the type of its value, its other members, and the value where no argument is null.
PLAIN = {
    "add": ("nn", "n", (), lambda s, a, b: exact(a + b)), "subtract": ("nn", "n", (), lambda s, a, b: exact(a - b)),
    "times": ("nn", "n", (), lambda s, a, b: exact(a * b)),
    "least": ("nn", "n", (), lambda s, a, b: min(a, b)), "greatest": ("nn", "n", (), lambda s, a, b: max(a, b)),
    "round": ("n", "n", ("to", "mode"), lambda s, a: rounded(a, number_in(s["to"]), s["mode"])),
    "days-between": ("dd", "n", (), lambda s, a, b: Fraction((b - a).days)),
    "months-between": ("dd", "n", (), lambda s, a, b: months_between(a, b)),
    "years-between": ("dd", "n", (), lambda s, a, b: years_between(a, b)),
    "plus-days": ("dn", "d", (), lambda s, a, b: plus_days(a, b)),
    "plus-months": ("d", "d", ("months",), lambda s, a: plus_months(a, s["months"])),
    "not": ("b", "b", (), lambda s, a: not a),
    "among": ("t", "b", ("of",), lambda s, a: a in s["of"]),
    "compare": ("nn|dd", "b", ("by",), lambda s, a, b: COMPARE[s["by"]](a, b)),
    "look-up": ("n|t", "n", ("rows", "otherwise", "fact"), lambda s, a: s["table"].get(a, s["else"])),
    "derived": ("n|d|b|t", "", ("fact",), lambda s, a: a),
}
# Those that say something of null too.
THREEFOLD = {
    "and": ("bb", "b", (), lambda s, a, b: both(a, b)), "or": ("bb", "b", (), lambda s, a, b: either(a, b)),
    "not-false": ("b", "b", (), lambda s, a: a is not False), "given": ("n|d|b|t", "b", (), lambda s, a: a is not None),
    "choose": ("bnn|bdd|bbb|btt", "", (), lambda s, a, b, c: None if a is None else b if a else c),
}
LEAVES = {
    "number": ("", "n", ("is",), None), "date": ("", "d", ("is",), None), "truth": ("", "b", ("is",), None),
    "fact": ("", "", ("fact",), None), "prior": ("", "n", ("prior",), None),
}
OPS = {**PLAIN, **THREEFOLD, **LEAVES}
FACT_KINDS = {"money": "n", "ratio": "n", "number": "n", "days": "n", "date": "d", "yes-no": "b", "category": "t"}


MEMBERS = {
    "is": lambda value: need(value is not None, "a constant that is null"), "fact": str, "prior": int, "months": int, "of": [str],
    "to": lambda value: need(number(value) > 0, "rounded to nothing"), "mode": MODES, "by": tuple(COMPARE),
    "rows": [lambda row: need(len(fits(row, [str])) == 2, "a row that is no pair")], "otherwise": lambda value: value_in("n", value),
}


def check_step(step, types, program):
    """Checks a step and gives the letter of its type; `types` are those of the steps before it."""
    op = step["op"] if type(step) is dict and step.get("op") in list(OPS) else need(False, "an unknown op")
    takes, gives, others, _ = OPS[op]
    source = {"source?": int} if op in ("number", "date", "look-up") else {}
    fits(step, {"op": str, "args": [int], "at?": str, **source, **{other: MEMBERS[other] for other in others}})
    need(all(arg < len(types) for arg in step["args"]), "an argument that does not stand before")
    found = "".join(types[arg] for arg in step["args"])
    need(found in takes.split("|"), f"arguments of other types: {found}")
    need("fact" not in step or step["fact"] in program["kinds"], "no such fact")
    need("prior" not in step or step["prior"] < len(program["priors"]), "no such prior")
    if "source" in step:
        need(step["source"] < len(program["sources"]), "no such source")
        source = program["sources"][step["source"]]
        is_date = source["unit"] == "date"
        need(source["kind"] != "figure" or source["value"] == step.get("is") and is_date == (gives == "d"), "not the figure of its source")
    if "is" in step:
        step["constant"] = value_in(gives, step["is"])
    if "rows" in step:
        step["table"] = {value_in(found, key): number_in(value) for key, value in step["rows"]}
        step["else"] = value_in("n", step["otherwise"])
        need(len(step["table"]) == len(step["rows"]), "a key that stands twice")
    return gives or (program["kinds"][step["fact"]] if op == "fact" else found[-1])


def evaluate(program, facts, priors):
    """The value of every step."""
    values = []
    for step in program["steps"]:
        op, args = step["op"], [values[arg] for arg in step["args"]]
        if op in PLAIN:
            value = None if None in args else PLAIN[op][3](step, *args)
        elif op in THREEFOLD:
            value = THREEFOLD[op][3](step, *args)
        else:
            value = facts[step["fact"]] if op == "fact" else priors[step["prior"]] if op == "prior" else step["constant"]
        values.append(value)
    return values


# ── program ───────────────────────────────────────────────────────────────

LINES = {  # the reason, where a line of this kind leaves nothing
    "pay": "rate-is-zero", "bands": "rate-is-zero", "minimum": "rate-is-zero", "add": "rate-is-zero",
    "deductible": "deductible-not-met", "limit": "limit-reached", "waiting": "waiting-period",
    "offset": "offset-by-others", "less": "offset-by-others", "exclusive": "excluded-by-others", "rounding": "rounded-to-nothing",
}
FORMAT, WORDS, ORIGIN = ("huzhu-program/1",), {"en": str, "zh": str}, ("stated", "published", "assumed")
FACT = {"holder": ("enrollment", "claim"), "kind": tuple(FACT_KINDS), "name": ascii_name, "title": WORDS}
SOURCE = {"clause": WORDS, "name": str, "provenance": ORIGIN, "title": WORDS}
FIGURE = {"kind": ("figure",), "unit": ("yuan", "yuan/day", "days", "months", "none"), "value": number}
DATE = {"kind": ("figure",), "unit": ("date",), "value": day}
TABLE = {"kind": ("table", "bands"), "unit": type(None), "value": type(None)}
PRIOR = {"entry": str, "scope": ("event", "period", "calendar-year", "life")}
PLAN = {"fingerprint": str, "id": str, "title": WORDS, "version": str}


def source(value):
    kind = value.get("kind") if type(value) is dict else None
    fits(value, {**SOURCE, **(TABLE if kind != "figure" else DATE if value.get("unit") == "date" else FIGURE)})


def once(names, what):
    need(len(set(names)) == len(names), f"{what} stands twice")


def check_program(program):
    """Checks form and references; leaves `kinds`, the type of each fact, and `types`, that of each step."""
    types = []

    def step(letter):
        return lambda place: need(fits(place, int) < len(types) and types[place] == letter, f"not a step of type {letter}: {place}")

    line = {"clause": WORDS, "leaves": step("n"), "step": tuple(LINES), "text": WORDS}
    form = {
        "format": FORMAT, "plan": PLAN, "facts": [FACT], "sources": [source], "priors": [PRIOR], "steps": list,
        "identities": [{"holds": step("b"), "id": str, "text": WORDS}],
        "conditions": [{"clause": WORDS, "id": str, "met": step("b"), "otherwise": ("deny", "pend"), "provenance": ORIGIN, "text": WORDS}],
        "benefits": [{"applies": step("b"), "clause": WORDS, "gross": step("n"), "id": str, "lines": [line], "provenance": ORIGIN, "title": WORDS}],
        "outcome": {"cleared": step("b"), "coverage_start": step("d"), "eligible": step("b"), "event_date": step("d"),
                    "payable": step("n"), "sound": step("b")},
        "posts": [{"entry": ascii_name, "step": step("n")}],
    }
    fits(program, {**form, "identities": list, "conditions": list, "benefits": list, "outcome": dict, "posts": list})
    once([fact["name"] for fact in program["facts"]], "a fact")
    kinds = {fact["name"]: FACT_KINDS[fact["kind"]] for fact in program["facts"]}
    for place, one in enumerate(program["steps"]):
        try:
            types.append(check_step(one, types, {**program, "kinds": kinds}))
        except Flaw as flaw:
            raise Flaw(f"step {place}: {flaw}") from None
    fits(program, form)
    once([post["entry"] for post in program["posts"]], "an entry")
    need(all(benefit["lines"] for benefit in program["benefits"]), "a benefit without lines")
    return {**program, "kinds": kinds, "types": types}


# ── conclusion ────────────────────────────────────────────────────────────

def missing(program, values, prior_missing, wanted):
    """The facts for want of which the wanted steps are null."""
    facts, wanted = set(), set(wanted)
    for place in range(len(values) - 1, -1, -1):
        if place not in wanted or values[place] is not None:
            continue
        step = program["steps"][place]
        op, args = step["op"], step["args"]
        if op in ("fact", "derived") or op == "look-up" and values[args[0]] is not None:
            facts.add(step["fact"])
        elif op == "prior":
            facts.add(prior_missing[step["prior"]])
        elif op == "choose" and values[args[0]] is not None:
            wanted.add(args[1] if values[args[0]] else args[2])
        else:
            wanted.update(arg for arg in args if values[arg] is None)
    return facts


def waterfall(benefit, values):
    """One benefit of the conclusion, and why nothing is due of it."""
    gross = due = values[benefit["gross"]]
    lines, reason = [], None
    for line in benefit["lines"]:
        leaves = values[line["leaves"]]
        if leaves is None:
            lines.append({"leaves": None, "takes": None})
            continue
        was_unknown = due is None
        if was_unknown:
            gross = due = leaves
        takes, due = exact(due - leaves), leaves
        if leaves == 0 and reason is None:
            reason = LINES[line["step"]] if takes != 0 or was_unknown else "nothing-claimed"
        lines.append({"leaves": number_out(leaves), "takes": number_out(takes)})
    need(due is not None, "nothing says what a benefit pays")
    whole = {"gross": number_out(gross), "id": benefit["id"], "lines": lines, "paid": number_out(due)}
    return whole, due, reason or "nothing-claimed"


def conclude(program, values, prior_missing):
    at = {name: values[place] for name, place in program["outcome"].items()}
    if at["sound"] is False:
        decision = "pended"
    elif at["eligible"] is False:
        decision = "denied"
    elif at["cleared"] is False or None in at.values():
        decision = "pended"
    else:
        decision = "paid" if at["payable"] > 0 else "nothing-due"
    payable = at["payable"] if decision == "paid" else Fraction(0)
    falls, posts, codes = [], {}, []
    failing = [one["id"] for one in program["conditions"] if values[one["met"]] is False]
    if decision in ("paid", "nothing-due"):
        falls = [waterfall(one, values) for one in program["benefits"] if values[one["applies"]] is True]
        total = functools.reduce(lambda total, fall: exact(total + fall[1]), falls, Fraction(0))
        need(total == payable, "the benefits do not add up to what is payable")
        posts = {one["entry"]: value_out(values[one["step"]]) for one in program["posts"]}
    if decision == "denied":
        codes = [(code, None) for code in failing]
    if decision == "pended":
        codes = [(one["id"], None) for one in program["identities"] if values[one["holds"]] is False]
        codes += [(code, None) for code in failing]
        names = ["event_date", "coverage_start"] + ([] if at["sound"] is False else ["eligible", "cleared", "payable"])
        lacking = missing(program, values, prior_missing, [program["outcome"][name] for name in names])
        codes += [("missing-fact", fact["name"]) for fact in program["facts"] if fact["name"] in lacking]
    if decision == "nothing-due":
        codes = [(reason, None) for _, _, reason in falls] or [("no-benefit-applies", None)]
    return {
        "decision": decision, "payable": number_out(payable), "benefits": [fall[0] for fall in falls],
        "reasons": [{"code": code, "fact": fact} for code, fact in codes], "posts": posts,
    }


# ── certificates ──────────────────────────────────────────────────────────

CERTIFICATE = {
    "format": ("huzhu-certificate/1",), "claim": str, "enrollment": str, "program_digest": digest, "facts": dict,
    "priors": [{"missing": (lambda fact: fact is None or fits(fact, str)), "value": (lambda value: value_in("n", value))}],
    "values": list, "conclusion": dict, "digest": digest,
}
INCLUSION = {"count": int, "index": int, "path": [digest], "root": digest}


def hashed(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def check_certificate(certificate, program, program_digest):
    """Checks all but program and inclusion."""
    fits(certificate, CERTIFICATE)
    covered = {member: value for member, value in certificate.items() if member != "digest"}
    need(certificate["program_digest"] == program_digest, "the program digest is another")
    need(certificate["digest"] == hashed(canonical(covered)).hex(), "the digest is another")
    given, kinds = certificate["facts"], program["kinds"]
    need(given.keys() == kinds.keys(), "other facts than the program's")
    facts = {fact: value_in(kinds[fact], value) for fact, value in given.items()}
    lacking = [prior["missing"] for prior in certificate["priors"]]
    priors = [value_in("n", prior["value"]) for prior in certificate["priors"]]
    need(len(priors) == len(program["priors"]), "more or fewer priors")
    need(all(fact in kinds if value is None else fact is None for fact, value in zip(lacking, priors)), "not what is missing")
    values, stated = evaluate(program, facts, priors), certificate["values"]
    need(len(stated) == len(values), "more or fewer values")
    for place, (value, found) in enumerate(zip(values, stated)):
        follows = value_out(value)
        need(type(follows) is type(found) and follows == found, f"step {place}: {follows!r} follows, not {found!r:.60}")
    follows = conclude(program, values, lacking)
    need(canonical(certificate["conclusion"]) == canonical(follows), f"this follows: {canonical(follows).decode()}")


def leaf(certificate):
    return hashed(b"\0", bytes.fromhex(certificate["digest"]))


def check_inclusion(inclusion, certificate):
    fits(inclusion, INCLUSION)
    place, last, found = inclusion["index"], inclusion["count"] - 1, leaf(certificate)
    need(place <= last, "a place beyond the batch")
    for beside in map(bytes.fromhex, inclusion["path"]):
        need(last != 0, "the path is too long")
        if place % 2 == 1 or place == last:
            found = hashed(b"\1", beside, found)
            while place % 2 == 0 and place != 0:
                place, last = place // 2, last // 2
        else:
            found = hashed(b"\1", found, beside)
        place, last = place // 2, last // 2
    need(last == 0 and found.hex() == inclusion["root"], "the path does not lead to the root")


def check_single(text):
    certificate = fits(read(text.removesuffix(b"\n")), {**CERTIFICATE, "program": dict, "inclusion?": dict})
    program, inclusion = certificate.pop("program"), certificate.pop("inclusion", None)
    program_digest = hashed(canonical(program)).hex()
    check_certificate(certificate, check_program(program), program_digest)
    if inclusion is not None:
        check_inclusion(inclusion, certificate)
    said = f"claim {certificate['claim']}: {certificate['conclusion']['decision']} {certificate['conclusion']['payable']}"
    return said, {program_digest}, inclusion and inclusion["root"]


def check_batch(lines):
    programs, full, count, end, awaited = {}, [], 0, None, None
    for number, line in enumerate(lines, 1):
        try:
            need(end is None and line.endswith(b"\n"), "something after the last line, or a line without its end")
            value = fits(read(line[:-1]), dict)
            need(awaited in (None, value.get("program_digest")), "a certificate must name the program of the line before")
            if "program" in value:
                fits(value, {"program": dict, "program_digest": digest})
                digest_of_it = value["program_digest"]
                need(digest_of_it == hashed(canonical(value["program"])).hex(), "the program digest is another")
                need(digest_of_it not in programs, "a program that stands twice")
                programs[digest_of_it], awaited = check_program(value["program"]), digest_of_it
            elif "root" in value:
                end = fits(value, {"count": int, "format": ("huzhu-batch/1",), "root": digest})
            else:
                digest_of_it = fits(value.get("program_digest"), str)
                need(digest_of_it in programs, "a program that does not stand before")
                check_certificate(value, programs[digest_of_it], digest_of_it)
                root, size, count, awaited = leaf(value), 1, count + 1, None
                while full and full[-1][1] == size:  # the roots of full trees, of falling size
                    root, size = hashed(b"\1", full.pop()[0], root), size * 2
                full.append((root, size))
        except Flaw as flaw:
            raise Flaw(f"line {number}: {flaw}") from None
    need(end is not None, "the last line is missing")
    need(end["count"] == count, f"there are {count} certificates")
    roots = [root for root, _ in reversed(full)] or [hashed()]
    root = functools.reduce(lambda right, left: hashed(b"\1", left, right), roots).hex()
    need(end["root"] == root, f"the root is {root}")
    return f"{count} certificates", programs.keys(), root


def check(file):
    """Checks an open file; gives what it says, the digests of its programs, and its root, if it has one."""
    is_single = file.read(9) == b'{"claim":'
    file.seek(0)
    return check_single(file.read()) if is_single else check_batch(file)


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--program", action="append", metavar="DIGEST", help="refuse programs other than these")
    options.add_argument("--root", action="append", metavar="ROOT", help="refuse batches with other roots than these")
    options.add_argument("files", nargs="+", metavar="FILE")
    asked, code = options.parse_args(), 0
    for path in asked.files:
        try:
            with open(path, "rb") as file:
                said, programs, root = check(file)
            need(not asked.program or programs <= set(asked.program), f"another program: {', '.join(sorted(programs))}")
            need(not asked.root or root in asked.root, f"another root: {root}")
            print(f"{path}: holds: {said}, program {', '.join(sorted(programs))}" + (f", root {root}" if root else ""))
        except Flaw as flaw:
            print(f"{path}: does not hold: {flaw}")
            code = max(code, 1)
        except OSError as fault:
            print(f"{path}: can not be read: {fault}", file=sys.stderr)
            code = 2
    return code


if __name__ == "__main__":
    sys.exit(main())
