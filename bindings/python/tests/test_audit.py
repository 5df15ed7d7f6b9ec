"""Recorded payouts recomputed: as the program does, and stopped as it is."""

from __future__ import annotations

import csv
import json
import signal
from decimal import Decimal

import pytest

import huzhu

CASES = huzhu.examples.RULES / "cases"
FILES = [CASES / name for name in ("claims.csv", "enrollments.csv", "recorded.csv")]


def test_an_audit_is_that_of_the_program(catalog, program, tmp_path):
    claims, enrollments, recorded = FILES
    files = ["--claims", claims, "--enrollments", enrollments, "--recorded", recorded, "--out", tmp_path / "theirs.csv"]
    printed = json.loads(program("audit", *files, "--format", "json", "--lang", "en", good=(1,)))
    audited = catalog.audit(*FILES, tmp_path / "ours.csv", report=tmp_path / "report.html")
    assert (tmp_path / "ours.csv").read_bytes() == (tmp_path / "theirs.csv").read_bytes()
    assert (tmp_path / "report.html").read_text("utf-8").startswith("<!doctype html>")
    theirs = printed["recorded"]
    assert {name: getattr(audited, name) for name in theirs if name != "put_right"} == {
        name: number for name, number in theirs.items() if name != "put_right"
    }
    assert [(one.cause, one.count, one.over, one.under, one.title.en) for one in audited.causes] == [
        (one["cause"], one["count"], Decimal(one["over"]), Decimal(one["under"]), one["title"]) for one in printed["causes"]
    ]
    assert (audited.overpaid, audited.underpaid) == (Decimal(printed["overpaid"]), Decimal(printed["underpaid"]))
    with (tmp_path / "ours.csv").open(newline="", encoding="utf-8-sig") as file:
        rows = [(row["claim_id"], row["recorded"], row["recomputed"], tuple(row["causes"].split(";"))) for row in csv.DictReader(file)]

    def amount(amount):
        return "" if amount is None else f"{amount:f}"

    ours = [(one.claim, amount(one.recorded), amount(one.recomputed), one.causes) for one in audited.differences]
    assert sorted(ours) == sorted(rows) and not audited.ok


def test_what_is_there_is_not_overwritten_unasked(catalog, tmp_path):
    out = tmp_path / "differences.csv"
    catalog.audit(*FILES, out)
    out.write_text("mine", "utf-8")
    with pytest.raises(huzhu.FileError):
        catalog.audit(*FILES, out)
    assert out.read_text("utf-8") == "mine"
    catalog.audit(*FILES, out, force=True)
    assert out.read_text("utf-8") != "mine"


def test_files_that_are_not_there_or_hold_floats(catalog, tmp_path):
    with pytest.raises(huzhu.FileError, match="nowhere.csv"):
        catalog.audit(tmp_path / "nowhere.csv", *FILES[1:], tmp_path / "out.csv")
    recorded = tmp_path / "recorded.csv"
    recorded.write_text("claim_id,amount\nC1,1.00\n", "utf-8")
    with pytest.raises(huzhu.ColumnsError, match="payable"):
        catalog.audit(*FILES[:2], recorded, tmp_path / "out.csv")


def test_an_interrupt_stops_it_and_the_same_call_goes_on(catalog, tmp_path):
    count = 150_000
    written = {
        "claims.csv": ("claim_id,enrollment_id,event_date,cause,personal_burden,hospital_days", "C{0},E{0},2025-01-10,accident,2019.87,51"),
        "enrollments.csv": (
            "enrollment_id,member_id,plan,shares,birth_date,coverage_start,coverage_end",
            "E{0},M{0},henan-accident,2,1990-05-05,2025-01-01,2025-12-31",
        ),
        "recorded.csv": ("claim_id,payable", "C{0},7119.87"),
    }
    for name, (head, row) in written.items():
        (tmp_path / name).write_text("\n".join([head, *(row.format(number) for number in range(count))]), "utf-8")
    files = [*(tmp_path / name for name in written), tmp_path / "out.csv"]

    def interrupt(*_):
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, 0.2)
    try:
        with pytest.raises(KeyboardInterrupt):
            catalog.audit(*files)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert not files[-1].exists()
    audited = catalog.audit(*files)
    assert (audited.read, audited.equal, audited.ok) == (count, count, True)
