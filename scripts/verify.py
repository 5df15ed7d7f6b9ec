#!/usr/bin/env python3
"""Checks huzhu certificates and batches: python3 scripts/verify.py [--program DIGEST] [--root ROOT] FILE...

Written from the specification alone (src/docs/certificate.en.md), to be read from top to bottom. Exit code 0: all hold; 1: one does not;
2: a file cannot be read or is no certificate. Without --program nothing says that the program is the pack's; without --root, that the batch is the noted one.
Nothing says that the facts are true. Of a verdict, what a file says of itself stands behind it, in quotes.
"""
import argparse
import calendar
import functools
import hashlib
import io
import itertools
import json
import operator
import re
import sys
from datetime import date
from fractions import Fraction

class Flaw(Exception):
    """What does not hold."""

MOST_BYTES = 64 << 20  # of a certificate, or of a line of a batch with its line feed

class NoCertificate(Flaw):
    """A file of another kind, in which nothing was ever certified."""

def need(holds, what):
    if not holds:
        raise Flaw(what)

def shown(text):
    """A text on one line, with what a terminal would obey and not show written out."""
    return "".join(letter if letter.isprintable() else letter.encode("unicode_escape").decode() for letter in text)

def quoted(text):
    """A text from a file or a command line, which must not pass for what this program says itself."""
    return '"' + shown(text).replace('"', '\\"') + '"'

class said_first:
    """Whatever does not hold inside is said after what was changed."""

    def __init__(self, what):
        self.what = what

    def __enter__(self):
        pass

    def __exit__(self, kind, flaw, _):
        if kind is Flaw:
            raise Flaw(f"{self.what} ({flaw})") from None

# ── form: canonical JSON, and what may stand in it ────────────────────────

def canonical(value):
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()

def read(line):
    """Parses and writes again; whatever is not in the one canonical form comes out different."""
    try:
        value = json.loads(line.decode("utf-8"))
        need(canonical(value) == line, "not canonical JSON")
        return value
    except (ValueError, RecursionError) as fault:
        raise Flaw(f"not canonical JSON: {fault}") from None

BEGINNINGS = (
    (b"PK\3\4", "it is a zip archive or an Excel workbook, not a certificate"), (b"\x1f\x8b", "it is compressed with gzip: unpack it first"),
    (b"PAR1", "it is a Parquet file, not a certificate"), (b"%PDF", "it is a PDF file, not a certificate"),
    (b"\xef\xbb\xbf", "a byte order mark stands before it: another program has saved it anew"), (b"<", "it is a web page or XML, not a certificate"),
)

TRACES = b"huzhu-certificate/", b'"program_digest"', b'"conclusion"'

def not_as_written(text):
    """The flaw of a file that is no certificate as it was written; without a trace of one, it is of another kind."""
    return (Flaw if any(trace in text for trace in TRACES) else NoCertificate)(what_it_is(text))

def what_it_is(text):
    """What a file is that is no certificate as it was written."""
    for beginning, said in BEGINNINGS:
        if text.startswith(beginning):
            return said
    if not text.strip():
        return "the file is empty"
    try:
        value = json.loads(text.decode("utf-8"))
    except UnicodeDecodeError:
        return "it is another kind of file, or text in another encoding, not a certificate"
    except (ValueError, RecursionError):
        return "it is not JSON, so it is no certificate"
    if type(value) is dict and value.get("format") in ("huzhu-certificate/1", "huzhu-certificate/2"):
        return "it is a certificate that was laid out or written anew: it must stay as it was written, byte for byte"
    if type(value) is dict and {"enrollment", "claim"} <= value.keys():
        return "it is a case file, not a certificate"
    if type(value) is dict and {"decision", "benefits"} <= value.keys():
        return "it is a decision with its explanation, not a certificate"
    return "it is other JSON, not a certificate"

def fits(value, form):
    """Refuses what is not of a form, which is a type; a tuple of texts, one of which it is; a list of the form of its items; an object
    with the forms of its members, of which those with a question mark may be absent; or a function that refuses. Gives the value."""
    if isinstance(form, dict):
        forms = {name.rstrip("?"): inner for name, inner in form.items()}
        fits(value, dict)
        need({name for name in form if name[-1] != "?"} <= value.keys() <= forms.keys(), f"members {sorted(value)}, not {sorted(form)}")
        for name, member in value.items():
            fits(member, forms[name])
    elif isinstance(form, list):
        for item in fits(value, list):
            fits(item, form[0])
    elif isinstance(form, tuple):
        need(type(value) is str and value in form, f"{value!r:.60}, not one of {form}")
    elif isinstance(form, type):
        need(type(value) is form and (form is not int or 0 <= value < 2**53), f"{value!r:.60} is no {form.__name__}")
    else:
        form(value)
    return value

def key(value):
    need(fits(value, str).isascii(), f"not ASCII: {value!r}")

def digest(value):
    need(re.fullmatch("[0-9a-f]{64}", fits(value, str)), f"not a digest: {value!r:.80}")

# ── values: n, exact numbers; d, dates; b, truths; t, texts; None, what is not known ──

def exact(number):
    """Refuses a number with more than 28 decimal places or 96 bits; a fraction is exact anyway."""
    places = next((places for places in range(29) if 10**places % number.denominator == 0), None)
    need(places is not None and abs(number * 10**places) < 2**96, f"too long for the format: {number}")
    return number

@functools.lru_cache(100_000)
def number_in(text):
    need(len(text) < 60 and text != "-0" and re.fullmatch(r"-?(0|[1-9][0-9]*)(\.[0-9]*[1-9])?", text), f"not a number: {text:.60}")
    return exact(Fraction(text))

@functools.lru_cache(100_000)
def number_out(number):
    digits = str(abs(number.numerator) * (10**28 // number.denominator)).rjust(29, "0")
    return "-" * (number < 0) + f"{digits[:-28]}.{digits[-28:]}".rstrip("0").rstrip(".")

@functools.lru_cache(100_000)
def date_in(text):
    try:
        need(re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", text), f"not a date: {text:.60}")
        return date(*map(int, text.split("-")))
    except ValueError as fault:
        raise Flaw(f"not a date: {text}: {fault}") from None

def value_in(letter, value):
    """A value of a type, or None for null."""
    fits(value, type(None) if value is None else bool if letter == "b" else str)
    return value if value is None or letter in "bt" else number_in(value) if letter == "n" else date_in(value)

def value_out(value):
    return number_out(value) if type(value) is Fraction else value.isoformat() if type(value) is date else value

# ── steps ─────────────────────────────────────────────────────────────────

def plus_days(day, days):
    need(days.denominator == 1, f"not a whole number of days: {days}")
    place = day.toordinal() + int(days)
    return date.fromordinal(place) if 1 <= place <= date.max.toordinal() else None

def plus_months(day, months):
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1])) if year <= 9999 else None

def months_between(first, second):
    months = 12 * (second.year - first.year) + second.month - first.month
    return Fraction(max(months if months >= 0 and plus_months(first, months) <= second else months - 1, 0))

def years_between(first, second):
    return Fraction(max(second.year - first.year - ((second.month, second.day) < (first.month, first.day)), 0))

def rounded(number, to, mode):
    quotient, half = number / to, Fraction(1, 2)
    below, part = quotient // 1, quotient % 1
    goes_up = {
        "floor": False, "ceiling": part > 0, "down": part > 0 > quotient, "up": part > 0 and quotient > 0,
        "half-up": part > half or part == half and quotient > 0, "half-down": part > half or part == half and quotient < 0,
        "half-even": part > half or part == half and below % 2 == 1,
    }
    return exact((below + goes_up[mode]) * to)

def both(first, second):
    return False if first is False or second is False else None if None in (first, second) else True

def either(first, second):
    return True if first is True or second is True else None if None in (first, second) else False

COMPARE = {"equal": operator.eq, "unequal": operator.ne, "less": operator.lt, "at-most": operator.le, "greater": operator.gt, "at-least": operator.ge}
MODES = ("floor", "ceiling", "down", "up", "half-up", "half-down", "half-even")
MEMBERS = {  # of a step, beside `op`, `args`, `at` and `source`
    "is": lambda value: need(value is not None, "a constant that is null"), "fact": str, "prior": int, "months": int, "of": [str],
    "to": lambda value: need(number_in(fits(value, str)) > 0, "rounding to nothing"), "mode": MODES, "by": tuple(COMPARE),
    "rows": [lambda row: need(len(fits(row, [str])) == 2, "a row that is no pair")], "otherwise": lambda value: value_in("n", value),
}
OPS = {  # the types of the arguments; that of the value, where it is always one; the other members; and the value, given the step and its arguments
    "number": ("", "n", ("is",), lambda step: step["constant"]), "date": ("", "d", ("is",), lambda step: step["constant"]),
    "truth": ("", "b", ("is",), lambda step: step["constant"]),
    "fact": ("", "", ("fact",), None), "prior": ("", "n", ("prior",), None),
    "add": ("nn", "n", (), lambda step, a, b: exact(a + b)), "subtract": ("nn", "n", (), lambda step, a, b: exact(a - b)),
    "times": ("nn", "n", (), lambda step, a, b: exact(a * b)),
    "least": ("nn", "n", (), lambda step, a, b: min(a, b)), "greatest": ("nn", "n", (), lambda step, a, b: max(a, b)),
    "round": ("n", "n", ("to", "mode"), lambda step, a: rounded(a, number_in(step["to"]), step["mode"])),
    "days-between": ("dd", "n", (), lambda step, a, b: Fraction((b - a).days)),
    "months-between": ("dd", "n", (), lambda step, a, b: months_between(a, b)),
    "years-between": ("dd", "n", (), lambda step, a, b: years_between(a, b)),
    "plus-days": ("dn", "d", (), lambda step, a, b: plus_days(a, b)),
    "plus-months": ("d", "d", ("months",), lambda step, a: plus_months(a, step["months"])),
    "compare": ("nn|dd", "b", ("by",), lambda step, a, b: COMPARE[step["by"]](a, b)),
    "and": ("bb", "b", (), lambda step, a, b: both(a, b)), "or": ("bb", "b", (), lambda step, a, b: either(a, b)),
    "not": ("b", "b", (), lambda step, a: not a), "not-false": ("b", "b", (), lambda step, a: a is not False),
    "given": ("n|d|b|t", "b", (), lambda step, a: a is not None), "among": ("t", "b", ("of",), lambda step, a: a in step["of"]),
    "choose": ("bnn|bdd|bbb|btt", "", (), lambda step, a, b, c: None if a is None else b if a else c),
    "look-up": ("n|t", "n", ("rows", "otherwise", "fact"), lambda step, a: step["table"].get(a, step["else"])),
    "derived": ("n|d|b|t", "", ("fact",), lambda step, a: a),
}
SAY_SOMETHING_OF_NULL = ("and", "or", "not-false", "given", "choose")

def check_step(step, types, program):
    """Checks a step and gives the letter of its type; `types` are those of the steps before it."""
    op = fits(fits(step, dict).get("op"), tuple(OPS))
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
        of = program["sources"][step["source"]]
        is_same = of["value"] == step.get("is") and (of["unit"] == "date") == (gives == "d")
        need(of["kind"] != "figure" or is_same, "not the figure of its source")
    if "is" in step:
        step["constant"] = value_in(gives, step["is"])
    if "rows" in step:
        step["table"] = {value_in(found, row[0]): number_in(row[1]) for row in step["rows"]}
        step["else"] = value_in("n", step["otherwise"])
        need(len(step["table"]) == len(step["rows"]), "a duplicate key")
    return gives or (program["kinds"][step["fact"]] if op == "fact" else found[-1])

def evaluate(program, facts, priors):
    """The value of every step."""
    values = []
    for step in program["steps"]:
        op, args = step["op"], [values[arg] for arg in step["args"]]
        if op in ("fact", "prior"):
            values.append(facts[step["fact"]] if op == "fact" else priors[step["prior"]])
        else:
            values.append(None if None in args and op not in SAY_SOMETHING_OF_NULL else OPS[op][3](step, *args))
    return values

# ── program ───────────────────────────────────────────────────────────────

FACT_KINDS = {"money": "n", "ratio": "n", "number": "n", "days": "n", "date": "d", "yes-no": "b", "category": "t"}
PLACES_OF = {"money": 2, "ratio": 8, "number": 0, "days": 0}
MEASURES = {"paid": 2, "count": 0, "deducted": None, "sum": None}  # the decimal places, where they are always the same; only a sum may be negative
LINES = {  # the reason, where a line of this kind leaves nothing
    "pay": "rate-is-zero", "bands": "rate-is-zero", "minimum": "rate-is-zero", "add": "rate-is-zero", "limit": "limit-reached",
    "deductible": "deductible-not-met", "waiting": "waiting-period", "offset": "offset-by-others", "less": "offset-by-others",
    "exclusive": "excluded-by-others", "franchise": "franchise-not-met", "rounding": "rounded-to-nothing",
}
SCOPES = ("event", "period", "calendar-year", "life")
def may_be(form):
    return lambda value: value is None or fits(value, form)

RULE = {"max": may_be(str), "min": may_be(str), "values": may_be(list)}
WORDS, ORIGIN = {"en": str, "zh": str}, ("stated", "published", "assumed")

def source(value):
    unit, number = type(None), type(None)
    if fits(value, dict).get("kind") == "figure":
        unit = ("yuan", "yuan/day", "days", "months", "none", "date")
        number = lambda text: need(value_in("d" if value.get("unit") == "date" else "n", text) is not None, "a figure without value")
    kinds = ("figure", "table", "bands")
    fits(value, {"clause": WORDS, "kind": kinds, "name": str, "provenance": ORIGIN, "title": WORDS, "unit": unit, "value": number})

def within(number, places, least, most, what):
    """Refuses a number with more places, or out of bounds."""
    need(number * 10**places % 1 == 0, f"{what}: more than {places} decimal places: {number_out(number)}")
    need(least <= number <= most, f"{what}: {number_out(number)} is not from {number_out(least)} to {number_out(most)}")

def bounds_in(value):
    least, most = value_in("n", value["min"]), value_in("n", value["max"])
    need(None not in (least, most) and least <= most, "no bounds")
    return least, most

def check_fact_rule(fact):
    """Since version 2: a number has bounds, a category may have no other values than those listed, and nothing else has either."""
    if fact["kind"] in PLACES_OF:
        bounds_in(fact)
    else:
        need(fact["min"] is None and fact["max"] is None, "bounds of what is no number")
    if fact["kind"] == "category" and fact["values"] is not None:
        need(len(set(fits(fact["values"], [str]))) == len(fact["values"]), "a duplicate value")
    else:
        need(fact["values"] is None, "values of what is no category")

def check_fact(fact, value):
    """Refuses a value that a fact of its kind does not have."""
    if fact["kind"] in PLACES_OF and value is not None:
        within(value, PLACES_OF[fact["kind"]], *bounds_in(fact), f"the fact `{fact['name']}`")
    if fact["kind"] == "category" and value is not None:
        need(value != "" if fact["values"] is None else value in fact["values"], f"the fact `{fact['name']}` has no such value: {value!r:.60}")

def measure(entry):
    """What an entry counts: decimal places, if they are always the same, and whether it may be negative."""
    kind, _, name = entry.partition(":")
    need(kind in MEASURES and name, f"no such entry: {entry!r:.60}")
    return MEASURES[kind], kind == "sum"

def check_prior_rule(prior):
    places, may_be_negative = measure(prior["entry"])
    need(prior["places"] <= 28 and places in (None, prior["places"]), "not the decimal places of the entry")
    need(bounds_in(prior)[0] >= 0 or may_be_negative, "an entry that is never negative")

def check_program(program):
    """Checks form and references; adds `kinds`, the type of each fact."""
    types, is_first = [], fits(program, dict).get("format") == "huzhu-program/1"

    def step(letter):
        return lambda place: need(fits(place, int) < len(types) and types[place] == letter, f"not a step of type {letter}: {place}")

    line = {"clause": WORDS, "leaves": step("n"), "step": tuple(LINES), "text": WORDS}
    form = {
        "format": ("huzhu-program/1", "huzhu-program/2"), "plan": {"fingerprint": str, "id": str, "title": WORDS, "version": str},
        "facts": [{"holder": ("enrollment", "claim"), "kind": tuple(FACT_KINDS), "name": key, "title": WORDS, **({} if is_first else RULE)}],
        "priors": [{"entry": str, "scope": SCOPES, **({} if is_first else {"max": str, "min": str, "places": int})}],
        "sources": [source], "steps": list,
        "identities": [{"holds": step("b"), "id": str, "text": WORDS}],
        "conditions": [{"clause": WORDS, "id": str, "met": step("b"), "otherwise": ("deny", "pend"), "provenance": ORIGIN, "text": WORDS}],
        "benefits": [{"applies": step("b"), "clause": WORDS, "gross": step("n"), "id": str, "lines": [line], "provenance": ORIGIN, "title": WORDS}],
        "outcome": {"cleared": step("b"), "coverage_start": step("d"), "eligible": step("b"), "event_date": step("d"), "payable": step("n"), "sound": step("b")},
        "posts": [{"entry": key, "step": step("n")}],
    }
    fits(program, {**form, "identities": list, "conditions": list, "benefits": list, "outcome": dict, "posts": list})
    if not is_first:
        for check, rows in ((check_fact_rule, program["facts"]), (check_prior_rule, program["priors"])):
            for row in rows:
                check(row)
    whole = {**program, "kinds": {fact["name"]: FACT_KINDS[fact["kind"]] for fact in program["facts"]}}
    for place, one in enumerate(program["steps"]):
        try:
            types.append(check_step(one, types, whole))
        except Flaw as flaw:
            raise Flaw(f"step {place}: {flaw}") from None
    fits(program, form)
    need(len(whole["kinds"]) == len(program["facts"]), "a duplicate fact")
    need(len({post["entry"] for post in program["posts"]}) == len(program["posts"]), "a duplicate entry")
    need(all(benefit["lines"] for benefit in program["benefits"]), "a benefit without lines")
    return whole

# ── conclusion ────────────────────────────────────────────────────────────

def missing(program, values, lacking, wanted):
    """The missing facts that make the wanted steps null; `lacking` are those of the priors."""
    facts, wanted = set(), set(wanted)
    for place in range(len(values) - 1, -1, -1):
        if place in wanted and values[place] is None:
            step = program["steps"][place]
            op, args = step["op"], step["args"]
            if op in ("fact", "derived") or op == "look-up" and values[args[0]] is not None:
                facts.add(step["fact"])
            elif op == "prior":
                facts.add(lacking[step["prior"]])
            elif op == "choose" and values[args[0]] is not None:
                wanted.add(args[1] if values[args[0]] else args[2])
            else:
                wanted.update(arg for arg in args if values[arg] is None)
    return facts

def waterfall(benefit, values):
    """One benefit of the conclusion, what it pays, and why nothing is due of it."""
    gross = due = values[benefit["gross"]]
    lines, reason = [], None
    for line in benefit["lines"]:
        leaves, takes = values[line["leaves"]], None
        if leaves is not None:
            was_unknown = due is None
            gross, due = (leaves, leaves) if was_unknown else (gross, due)
            takes, due = exact(due - leaves), leaves
            if leaves == 0 and reason is None:
                reason = LINES[line["step"]] if takes != 0 or was_unknown else "nothing-claimed"
        lines.append({"leaves": value_out(leaves), "takes": value_out(takes)})
    need(due is not None, "nothing says what a benefit pays")
    return {"gross": number_out(gross), "id": benefit["id"], "lines": lines, "paid": number_out(due)}, due, reason or "nothing-claimed"

def conclude(program, values, lacking):
    outcome = program["outcome"]
    at = {name: values[place] for name, place in outcome.items()}
    decision = "paid" if at["payable"] is not None and at["payable"] > 0 else "nothing-due"
    if at["cleared"] is False or None in at.values():
        decision = "pended"
    if at["eligible"] is False:
        decision = "denied"
    if at["sound"] is False:
        decision = "pended"
    payable, falls, posts, codes = at["payable"] if decision == "paid" else Fraction(0), [], {}, []
    failing = [(one["id"], None) for one in program["conditions"] if values[one["met"]] is False]
    if decision in ("paid", "nothing-due"):
        falls = [waterfall(one, values) for one in program["benefits"] if values[one["applies"]] is True]
        total = functools.reduce(lambda total, fall: exact(total + fall[1]), falls, Fraction(0))
        need(total == payable, "the benefits do not add up to what is payable")
        posts = {one["entry"]: value_out(values[one["step"]]) for one in program["posts"]}
    if decision == "denied":
        codes = failing
    if decision == "pended":
        names = ("event_date", "coverage_start") + (() if at["sound"] is False else ("eligible", "cleared", "payable"))
        facts = missing(program, values, lacking, [outcome[name] for name in names])
        codes = [(one["id"], None) for one in program["identities"] if values[one["holds"]] is False] + failing
        codes += [("missing-fact", fact["name"]) for fact in program["facts"] if fact["name"] in facts]
    if decision == "nothing-due":
        codes = [(reason, None) for _, _, reason in falls] or [("no-benefit-applies", None)]
    return {
        "decision": decision, "payable": number_out(payable), "benefits": [fall[0] for fall in falls],
        "reasons": [{"code": code, "fact": fact} for code, fact in codes], "posts": posts,
    }

# ── certificates ──────────────────────────────────────────────────────────

CERTIFICATE = {
    "format": ("huzhu-certificate/1", "huzhu-certificate/2"), "claim": str, "member?": str, "enrollment": str, "program_digest": digest, "facts": dict,
    "priors": [{"missing": lambda fact: value_in("t", fact), "value": lambda value: value_in("n", value)}],
    "values": list, "conclusion": dict, "digest": digest,
}

def need_same(follows, stated, place):
    """Names the first place at which what is stated is not what follows."""
    if canonical(follows) == canonical(stated):
        return
    if type(follows) is type(stated) is dict:
        need(follows.keys() == stated.keys(), f"{place}: members {sorted(stated)}, not {sorted(follows)}")
        for name in sorted(follows):
            need_same(follows[name], stated[name], f"{place}.{name}")
    if type(follows) is type(stated) is list:
        need(len(follows) == len(stated), f"{place}: {len(stated)} items, not {len(follows)}")
        for number, (one, other) in enumerate(zip(follows, stated)):
            need_same(one, other, f"{place}[{number}]")
    raise Flaw(f"{place}: {json.dumps(follows, ensure_ascii=False):.60} follows, not {json.dumps(stated, ensure_ascii=False):.60}")

PLACES = {  # what does not follow, by the kind of a place of the pack; `{}` is its id
    "benefit": "the amount of the benefit `{}`", "limit": "what the limit `{}` leaves", "condition": "whether the condition `{}` is met",
    "identity": "whether the facts agree (`{}`)", "posts": "what counts for later claims",
}
OF_BENEFIT = {"paid": "the amount paid", "gross": "the amount before all steps", "lines": "a step"}

def changed_value(step):
    """What was changed, in an auditor's words, where the value of a step does not follow."""
    if step["op"] == "fact":
        return f"the fact `{step['fact']}` is not the one that the amounts were worked out from"
    if step["op"] == "prior":
        return "what was paid before is not what the amounts were worked out from"
    if step["op"] == "derived":
        return f"the fact `{step['fact']}` does not follow from the others"
    kind, _, rest = step.get("at", "").partition(":")
    name, _, part = rest.partition("/")
    what = f"whether the benefit `{name}` applies" if (kind, part) == ("benefit", "when") else PLACES.get(kind, "a value").format(name)
    return f"{what} does not follow from its inputs"

def changed_conclusion(follows, stated):
    """The same where the conclusion does not follow from the values."""
    for name in ("decision", "payable", "benefits", "reasons", "posts"):
        one, other = follows[name], stated.get(name)
        if canonical(one) == canonical(other):
            continue
        if name == "benefits" and type(other) is list and len(one) == len(other):
            one, other = next((one, other) for one, other in zip(one, other) if canonical(one) != canonical(other))
            part = next((part for part in sorted(one) if type(other) is dict and canonical(one[part]) != canonical(other.get(part))), None)
            if part in OF_BENEFIT:
                return f"{OF_BENEFIT[part]} of the benefit `{one['id']}` does not follow from its inputs"
        return {
            "decision": "the decision does not follow from the values", "payable": "the amount payable does not follow from the values",
            "benefits": "the benefits that are listed are not those that follow from the values",
            "reasons": "the reasons do not follow from the values", "posts": "what counts for later claims does not follow from the values",
        }[name]
    return "the conclusion has a member that does not follow from the values"

def hashed(*parts):
    return hashlib.sha256(b"".join(parts)).digest()

def check_certificate(certificate, program, program_digest):
    """Checks all but program and inclusion; gives the leaf of the tree."""
    fits(certificate, CERTIFICATE)
    is_first = program["format"] == "huzhu-program/1"
    need(is_first == (certificate["format"] == "huzhu-certificate/1"), "its program is of another version")
    need(is_first != ("member" in certificate), "a member, which version 2 has and version 1 has not")
    given, kinds, stated = certificate["facts"], program["kinds"], certificate["values"]
    need(given.keys() == kinds.keys(), "other facts than the program's")
    facts = {fact: value_in(kinds[fact], value) for fact, value in given.items()}
    lacking = [prior["missing"] for prior in certificate["priors"]]
    priors = [value_in("n", prior["value"]) for prior in certificate["priors"]]
    need(len(priors) == len(program["priors"]), "more or fewer priors")
    need(all(fact in kinds if value is None else fact is None for fact, value in zip(lacking, priors)), "a prior that lacks something else")
    if not is_first:
        for fact in program["facts"]:
            check_fact(fact, facts[fact["name"]])
        for prior, value in zip(program["priors"], priors):
            if value is not None:
                within(value, prior["places"], *bounds_in(prior), f"what was posted before to `{prior['entry']}`")
    values = evaluate(program, facts, priors)
    need(len(stated) == len(values), "more or fewer values")
    for place, (follows, found) in enumerate(zip(map(value_out, values), stated)):
        step = program["steps"][place]
        of = f", of {step['at']}" if "at" in step else ""
        said = f"step {place}, {step['op']}{of}: {follows!r} follows, not {found!r:.60}"
        need(type(follows) is type(found) and follows == found, f"{changed_value(step)} ({said})")
    follows = conclude(program, values, lacking)
    with said_first(changed_conclusion(follows, certificate["conclusion"])):
        need_same(follows, certificate["conclusion"], "conclusion")
    # what was worked out wrong is said before what was hashed wrong, since it tells more
    covered = {member: value for member, value in certificate.items() if member != "digest"}
    with said_first("the rules in the certificate are not those that it was issued with"):
        need(certificate["program_digest"] == program_digest, "the program digest is another")
    with said_first("the content is not the one that the digest was made of: the id of the claim or the enrollment was changed, or a fact with all that follows from it"):
        need(certificate["digest"] == hashed(canonical(covered)).hex(), "the digest is another")
    certificate["at"] = {name: values[program["outcome"][name]] for name in ("event_date", "coverage_start")}
    return hashed(b"\0", bytes.fromhex(certificate["digest"]))

def counted(top, count):
    """The root: the top of the tree with the number of its leaves."""
    return hashed(b"\2", count.to_bytes(8, "big"), top).hex()

def check_inclusion(inclusion, found):
    fits(inclusion, {"count": int, "index": int, "path": [digest], "root": digest})
    place, last = inclusion["index"], inclusion["count"] - 1
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
    need(last == 0 and counted(found, inclusion["count"]) == inclusion["root"], "the path does not lead to the root")

def check_single(text):
    need(len(text) <= MOST_BYTES, "it is longer than 64 MiB")
    certificate = fits(read(text.removesuffix(b"\n")), {**CERTIFICATE, "program": dict, "inclusion?": dict})
    program, inclusion = certificate.pop("program"), certificate.pop("inclusion", None)
    program_digest = hashed(canonical(program)).hex()
    with said_first("the rules in the certificate, its program, were changed"):
        program = check_program(program)
    leaf = check_certificate(certificate, program, program_digest)
    if inclusion is not None:
        with said_first("the proof that the certificate is in its batch does not hold"):
            check_inclusion(inclusion, leaf)
    said = f"{certificate['conclusion']['decision']} {certificate['conclusion']['payable']}, claim {quoted(certificate['claim'])}"
    if certificate["format"] == "huzhu-certificate/1":
        said += f"; {FIRST}"
    return said, {program_digest}, inclusion and inclusion["root"]

FIRST = "version 1, which does not prove that facts and earlier amounts are whole, not negative and within bounds"
FIRST_BATCH = FIRST + ", nor that claims inherit what earlier ones have posted"

# ── accounts: what the claims of one member under one plan inherit from each other ──

def group(scope, at, enrollment):
    """The claims that count together with this one, or None where a date is missing."""
    if at["event_date"] is None or scope == "period" and at["coverage_start"] is None:
        return None
    return scope, {"event": at["event_date"], "period": (at["coverage_start"], enrollment), "calendar-year": at["event_date"].year, "life": None}[scope]

class Account:
    def __init__(self):
        self.posted = {}  # by claim: what it has added and not taken back, with where it stands
        self.sums = {}  # by entry and group: what the batch has added, how many claims have added what is not known
        self.before = {}  # by entry and group: what stood there before the batch, once a claim has said so; None if that is not known

    def continued(self):
        return any(before != 0 for before in self.before.values())

    def inherit(self, prior, stated, at, enrollment):
        """Checks an earlier amount that a claim states."""
        counted, what = group(prior["scope"], at, enrollment), "what was paid before is not what the earlier claims of the batch have posted"
        if counted is None:
            return need(stated in (None, 0), f"{what} (null follows, not {value_out(stated)!r})")
        place = prior["entry"], counted
        added, unknown = self.sums.get(place, (Fraction(0), 0))
        if place in self.before:
            before = self.before[place]
            follows = None if unknown or before is None else exact(before + added)
            need(stated == follows, f"{what} ({value_out(follows)!r} follows, not {value_out(stated)!r})")
        elif unknown:
            need(stated is None, f"{what} (None follows, not {value_out(stated)!r})")
        else:
            before = None if stated is None else exact(stated - added)
            need(before is None or before >= 0 or bounds_in(prior)[0] < 0, f"{what} ({value_out(added)!r} follows, not {value_out(stated)!r})")
            self.before[place] = before

    def add(self, claim, enrollment, at, posts):
        """Takes in a claim; `posts` is None if it posts nothing."""
        need(claim not in self.posted, f"two claims {quoted(claim)} of one member under one plan")
        self.posted[claim] = None if posts is None else (enrollment, at, posts)
        self.move(enrollment, at, posts or {}, 1)

    def reverse(self, claim, enrollment, reversed):
        self.add(claim, enrollment, {"event_date": None, "coverage_start": None}, None)
        posted = self.posted.get(reversed)
        need(posted is not None and posted[0] == enrollment, f"no claim {quoted(reversed)} that has posted stands before it, or it was taken back already")
        self.posted[reversed] = None
        self.move(*posted, -1)

    def move(self, enrollment, at, posts, sign):
        for (entry, amount), scope in itertools.product(posts.items(), SCOPES):
            counted = group(scope, at, enrollment)
            if counted is not None:
                added, unknown = self.sums.get((entry, counted), (Fraction(0), 0))
                self.sums[entry, counted] = (added, unknown + sign) if amount is None else (exact(added + sign * amount), unknown)

def check_posting(posting, account):
    """What a claim without a certificate adds: stated, not proven."""
    day = lambda value: need(date_in(fits(value, str)), "no date")
    fits(posting, {"claim": str, "coverage_start": day, "enrollment": str, "event_date": day, "member": str, "plan": str, "posts": dict})
    posts = {entry: value_in("n", amount) for entry, amount in posting["posts"].items()}
    for entry, amount in posts.items():
        places, may_be_negative = measure(entry)
        need(amount is None or (places is None or amount * 10**places % 1 == 0) and (may_be_negative or amount >= 0), f"no amount of the entry `{entry}`")
    at = {name: date_in(posting[name]) for name in ("event_date", "coverage_start")}
    account(posting["member"], posting["plan"]).add(posting["claim"], posting["enrollment"], at, posts)

def check_reversal(reversal, account):
    """It takes back just what another claim has added."""
    fits(reversal, dict.fromkeys(("claim", "enrollment", "member", "plan", "reverses"), str))
    account(reversal["member"], reversal["plan"]).reverse(reversal["claim"], reversal["enrollment"], reversal["reverses"])

def check_standing(certificate, program, account):
    """Whether a claim inherits what the earlier ones of its account have posted."""
    one, at, enrollment = account(certificate["member"], program["plan"]["id"]), certificate.pop("at"), certificate["enrollment"]
    for prior, stated in zip(program["priors"], certificate["priors"]):
        one.inherit(prior, value_in("n", stated["value"]), at, enrollment)
    conclusion = certificate["conclusion"]
    posts = {entry: value_in("n", amount) for entry, amount in conclusion["posts"].items()}
    one.add(certificate["claim"], enrollment, at, posts if conclusion["decision"] in ("paid", "nothing-due") else None)

# ── batches ───────────────────────────────────────────────────────────────

class Accounts:
    """The accounts of a batch, one after the other."""

    def __init__(self):
        self.names, self.name, self.one, self.continued = set(), None, None, 0

    def __call__(self, member, plan):
        if self.name != (member, plan):
            self.leave()
            need(hashed(repr((member, plan)).encode()) not in self.names, "the lines of one member under one plan must stand together")
            self.name, self.one = (member, plan), Account()
            self.names.add(hashed(repr(self.name).encode()))
        return self.one

    def leave(self):
        self.continued += self.one is not None and self.one.continued()

def check_batch(lines):
    programs, full, count, moves, end, awaited, version, accounts = {}, [], 0, 0, None, None, None, Accounts()
    for number, line in enumerate(lines, 1):
        try:
            need(len(line) <= MOST_BYTES, "it is longer than 64 MiB")
            need(end is None and line.endswith(b"\n"), "something after the last line, or a line without its end")
            value, root = fits(read(line[:-1]), dict), None
            named = value.get("program_digest")
            need(awaited in (None, named), "a certificate must name the program of the line before")
            if "program" in value:
                fits(value, {"program": dict, "program_digest": digest})
                need(named == hashed(canonical(value["program"])).hex(), "the program digest is another")
                need(named not in programs, "a duplicate program")
                with said_first("the rules in the certificate, its program, were changed"):
                    programs[named], awaited = check_program(value["program"]), named
                its = programs[named]["format"][-1]
            elif "root" in value:
                end = fits(value, {"count": int, "format": ("huzhu-batch/1", "huzhu-batch/2"), "root": digest})
                its = end["format"][-1]
            elif value.keys() in ({"posting"}, {"reversal"}):
                need(version in (None, "2"), "a line that version 1 has not")
                for kind, check_it in (("posting", check_posting), ("reversal", check_reversal)):
                    if kind in value:
                        check_it(value[kind], accounts)
                root, moves, its = hashed(b"\0", hashed(line[:-1])), moves + 1, "2"
            else:
                need(fits(named, str) in programs, "a program that does not stand before")
                root, count, awaited = check_certificate(value, programs[named], named), count + 1, None
                its = value["format"][-1]
                if its == "2":
                    check_standing(value, programs[named], accounts)
            version = version or its
            need(its == version, "the lines before it are of another version")
            if root is not None:
                size = 1
                while full and full[-1][1] == size:  # the roots of full trees, of falling size
                    root, size = hashed(b"\1", full.pop()[0], root), size * 2
                full.append((root, size))
        except Flaw as flaw:
            raise Flaw(f"line {number}: {flaw}") from None
    need(end is not None, "there is no last line")
    need(end["count"] == count + moves, f"there are {count + moves} certificates and moves, and the last line says {end['count']}")
    roots = [root for root, _ in reversed(full)] or [hashed()]
    root = counted(functools.reduce(lambda right, left: hashed(b"\1", left, right), roots), count + moves)
    need(end["root"] == root, f"the root is {root}")
    accounts.leave()
    said = "1 certificate" if count == 1 else f"{count} certificates"
    if moves:
        said += f"; {moves} claims move an account without a certificate"
    if accounts.continued:
        said += f"; {accounts.continued} accounts go on from before the batch, which it does not prove"
    return said + (f"; {FIRST_BATCH}" if version == "1" else ""), programs.keys(), root

def check(file):
    """Checks an open file; gives what it says, the digests of its programs, and its root, if it has one."""
    next_line = lambda: file.readline(MOST_BYTES + 1)  # one byte more than may be, so that it is refused
    first = next_line()
    if first.startswith((b'{"program":', b'{"posting":', b'{"reversal":', b'{"count":')):
        return check_batch(itertools.chain([first], iter(next_line, b"")))
    text = first + file.read(MOST_BYTES + 1 - len(first))
    if not text.startswith(b'{"claim":') or b'"conclusion":' not in text:
        raise not_as_written(text)
    return check_single(text)

def opened(path):
    return sys.stdin.buffer if path == "-" else open(path, "rb")

def asked_digest(text):
    if not re.fullmatch("[0-9a-f]{64}", text):
        raise argparse.ArgumentTypeError("64 hexadecimal digits in lower case")
    return text

def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--program", action="append", type=asked_digest, metavar="DIGEST", help="refuse other programs than this one, or these")
    options.add_argument("--root", action="append", type=asked_digest, metavar="ROOT", help="refuse batches with other roots than this one, or these")
    options.add_argument("files", nargs="+", metavar="FILE", help="a certificate or a batch; - reads standard input")
    asked, code = options.parse_args(), 0
    for path in asked.files:
        try:
            with opened(path) as file:
                said, programs, root = check(file)
            need(not asked.program or programs <= set(asked.program), f"another program: {', '.join(sorted(programs))}")
            need(not asked.root or root in asked.root, f"another root: {root}")
            print(shown(f"holds: {quoted(path)}: {said}; program {', '.join(sorted(programs))}" + (f"; root {root}" if root else "")))
        except NoCertificate as flaw:
            print(shown(f"no certificate: {quoted(path)}: {flaw}"), file=sys.stderr)
            code = 2
        except Flaw as flaw:
            print(shown(f"does not hold: {quoted(path)}: {flaw}"))
            code = max(code, 1)
        except OSError as fault:
            print(shown(f"cannot be read: {quoted(path)}: {fault.strerror}"), file=sys.stderr)
            code = 2
    return code

if __name__ == "__main__":
    sys.exit(main())
