"""One claim: the wheel says what the program says, of every worked case of every pack that is shipped."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import huzhu

CASES = huzhu.worked_cases(huzhu.examples.RULES)


def test_every_worked_case_is_as_the_program_prints_it(catalog, program, tmp_path):
    assert len(CASES) > 800

    def differs(numbered):
        number, case = numbered
        language = ("zh", "en")[number % 2]
        file = tmp_path / f"{number}.json"
        file.write_text(json.dumps(case, ensure_ascii=False), "utf-8")
        printed = json.loads(program("adjudicate", file, "--format", "json", "--lang", language))
        decided = catalog.adjudicate(case)
        return None if decided.to_dict(language) == printed else (number, case)

    with ThreadPoolExecutor(2) as pool:
        different = [case for case in pool.map(differs, enumerate(CASES)) if case]
    assert different == []


def test_objects_hold_what_is_printed(catalog):
    """Nothing that the JSON has is lost on the way to an object, in either language."""
    for case in CASES:
        decided = catalog.adjudicate(case)
        for language in ("zh", "en"):
            assert printed(decided, language) == without_the_rest(decided.to_dict(language))


def printed(decided, language):
    """The JSON written anew from the objects alone."""

    def text(text):
        return text.of(language)

    def amount(amount):
        return f"{amount:f}"

    return {
        "claim": decided.claim,
        "plan": vars(decided.plan),
        "decision": decided.decision.value,
        "payable": amount(decided.payable),
        "benefits": [
            {
                "id": benefit.id,
                "title": text(benefit.title),
                "clause": text(benefit.clause),
                "basis": text(benefit.basis),
                "formula": benefit.formula and text(benefit.formula),
                "gross": amount(benefit.gross),
                "paid": amount(benefit.paid),
                "assumed": list(benefit.assumed),
                "steps": [
                    {
                        "step": line.step,
                        "takes": amount(line.takes),
                        "leaves": amount(line.leaves),
                        "reason": text(line.reason),
                        "clause": text(line.clause),
                        "binding": line.binding,
                        "applies": line.applies,
                        "working": line.working and text(line.working),
                        "assumed": list(line.assumed),
                    }
                    for line in benefit.lines
                ],
            }
            for benefit in decided.benefits
        ],
        "inapplicable": [
            {"id": one.id, "title": text(one.title), "unmet": list(map(text, one.unmet))} for one in decided.inapplicable
        ],
        "reasons": [
            {
                "code": reason.code,
                "text": text(reason.text),
                "clause": reason.clause and text(reason.clause),
                "fact": reason.fact,
                "detail": reason.detail,
                "found": list(map(text, reason.found)),
            }
            for reason in decided.reasons
        ],
        "notices": [
            {"code": one.code, "text": text(one.text), "holds": one.holds, "about": list(one.about)} for one in decided.notices
        ],
        "assumptions": [{"name": one.name, "title": text(one.title), "value": one.value} for one in decided.assumptions],
        "figures": [
            {
                "name": one.name,
                "title": text(one.title),
                "value": one.value and text(one.value),
                "because": list(map(text, one.because)),
                "provenance": one.provenance,
                "clause": text(one.clause),
            }
            for one in decided.figures
        ],
        "derived": [
            {"fact": one.fact, "title": text(one.title), "value": text(one.value), "formula": text(one.formula)}
            for one in decided.derived
        ],
        "next_yuan": [{"fact": fact, "change": amount(change)} for fact, change in decided.next_yuan.items()],
    }


def without_the_rest(said):
    """The JSON with what it leaves out if it is empty, and without what the objects do not repeat."""
    for key in ("accumulators", "order", "assumed"):
        said.pop(key, None)
    for key in ("notices", "figures", "derived", "next_yuan"):
        said.setdefault(key, [])
    for benefit in said["benefits"]:
        benefit.setdefault("formula", None)
        benefit.setdefault("assumed", [])
        for step in benefit["steps"]:
            for key, value in [("assumed", []), ("applies", True), ("working", None)]:
                step.setdefault(key, value)
    for reason in said["reasons"]:
        for key, value in [("clause", None), ("fact", None), ("detail", None), ("found", [])]:
            reason.setdefault(key, value)
    for notice in said["notices"]:
        notice.setdefault("about", [])
        notice.pop("recalculation", None)
    for assumption in said["assumptions"]:
        assumption.setdefault("value", None)
    for figure in said["figures"]:
        figure.setdefault("value", None)
        figure.setdefault("because", [])
    return said


def test_every_waterfall_adds_up(catalog):
    for case in CASES:
        for benefit in catalog.adjudicate(case).benefits:
            assert benefit.gross == sum((line.takes for line in benefit.lines), Decimal(0)) + benefit.paid


def test_certificates_are_those_of_the_program(catalog, program, tmp_path):
    case, file = tmp_path / "zhao.json", tmp_path / "zhao.certificate.json"
    case.write_text(json.dumps(huzhu.examples.zhao()), "utf-8")
    program("adjudicate", case, "--certificate", file)
    certificate = catalog.certify(huzhu.examples.zhao())
    assert file.read_text("utf-8") == f"{certificate.text}\n"
    assert huzhu.verify(file) == huzhu.verify(certificate)
    assert huzhu.verify(certificate).digest == certificate.digest


def test_fingerprints_and_programs_are_those_that_the_program_checks(catalog, program):
    checked = json.loads(program("check", "--format", "json"))
    packs = {(pack["id"], pack["version"]): (pack["fingerprint"], pack["program"]) for pack in checked["packs"] if "id" in pack}
    ours = {(pack.plan, pack.version): (pack.fingerprint, pack.program_digest) for pack in huzhu.check(huzhu.examples.RULES).packs}
    assert ours == packs
    opened = {(plan.id, version.version): version.fingerprint for plan in catalog.plans.values() for version in plan.versions}
    assert opened == {key: fingerprint for key, (fingerprint, _) in packs.items()}


def test_worked_cases_run_as_in_the_program(program):
    ran = json.loads(program("test", "--format", "json"))
    theirs = [(file["plan"], case["id"], case["passed"]) for file in ran["files"] for case in file["cases"]]
    tested = huzhu.test(huzhu.examples.RULES)
    assert [(case.plan, case.id, case.passed) for case in tested.cases] == theirs
    assert tested.ok


def test_a_curve_is_that_of_the_program(catalog, program, tmp_path):
    case, drawing = tmp_path / "zhao.json", tmp_path / "zhao.svg"
    case.write_text(json.dumps(huzhu.examples.zhao()), "utf-8")
    printed = json.loads(program("adjudicate", case, "--curve", "personal_burden", "--svg", drawing, "--format", "json", "--lang", "zh"))
    curve = catalog.curve(huzhu.examples.zhao(), "personal_burden")
    assert [(str(piece.start), str(piece.end), str(piece.payable_start), str(piece.payable_end)) for piece in curve.pieces] == [
        (piece["from"], piece["to"], piece["payable_from"], piece["payable_to"]) for piece in printed["pieces"]
    ]
    assert curve.svg.zh == drawing.read_text("utf-8")
