"""Claims made of the worked cases of all packs, each many times with amounts and days moved a little or to an edge, and some of it spoilt."""

from __future__ import annotations

import csv
import random
from dataclasses import dataclass
from pathlib import Path

import huzhu

SPOILT = ["", "x", "-1", "1e3", "2025-02-30", "99999999999999999999999999", "0.001"]


@dataclass
class Generated:
    """Rows of claims and of enrollments; every value is a text, an empty one is not given."""

    claims: list[dict[str, str]]
    enrollments: list[dict[str, str]]

    def write(self, folder: Path) -> tuple[Path, Path]:
        return write(folder / "claims.csv", self.claims), write(folder / "enrollments.csv", self.enrollments)

    def columns(self, which: str) -> dict[str, list[str | None]]:
        rows = getattr(self, which)
        return {name: [row[name] or None for row in rows] for name in rows[0]}


def generate(times: int, seed: int = 16, spoilt: float = 0.01) -> Generated:
    chance = random.Random(seed)
    claims, enrollments = [], []
    for time in range(times):
        for number, case in enumerate(huzhu.worked_cases(huzhu.examples.RULES)):
            if any("enrollment" in earlier for earlier in case.get("history", ())):
                continue  # an earlier enrollment would be a row of its own
            mark = f"{time}-{number}-"
            enrollments.append(enrollment(case["enrollment"], mark))
            for told in [*case.get("history", ()), case["claim"]]:
                claims.append(claim(told, mark, case["enrollment"]["id"], chance if time else None))
    for rows in (claims, enrollments):
        for row in rows:
            if chance.random() < spoilt:
                row[chance.choice(list(row))] = chance.choice(SPOILT)
    return Generated(whole(claims), whole(enrollments))


def enrollment(told: dict, mark: str) -> dict[str, str]:
    told = dict(told)
    id, member = f"{mark}{told.pop('id')}", f"{mark}{told.pop('member')}"
    return {"enrollment_id": id, "member_id": member, **{name: text(value) for name, value in told.items()}}


def claim(told: dict, mark: str, enrollment_id: str, chance: random.Random | None) -> dict[str, str]:
    told = {**{name: value for name, value in told.items() if name != "settlement"}, **told.get("settlement", {})}
    row = {"claim_id": f"{mark}{told.pop('id')}", "enrollment_id": f"{mark}{enrollment_id}"}
    if "reverses" in told:
        row["reverses"] = f"{mark}{told.pop('reverses')}"
    for name, value in told.items():
        row[name] = text(value if chance is None else moved(value, chance))
    return row


def moved(value: object, chance: random.Random) -> object:
    """A number moved: by one unit, by half, to nothing, to the next thousand; others as they are."""
    written = str(value)
    if isinstance(value, bool) or not written.replace(".", "", 1).isdigit() or chance.random() < 0.5:
        return value
    whole, _, part = written.removesuffix(".00").partition(".")
    units = int(whole + part)
    units = chance.choice([units - 1, units + 1, units // 2, units * 3 // 2, 0, (units // 1000 + 1) * 1000])
    written = str(max(units, 0)).zfill(len(part) + 1)
    return f"{written[: -len(part)]}.{written[-len(part) :]}" if part else written


def text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value).removesuffix(".00")


def whole(rows: list[dict[str, str]]) -> list[dict[str, str]]:
    """Every row with every column."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    return [{name: row.get(name, "") for name in names} for row in rows]


def write(path: Path, rows: list[dict[str, str]]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    return path
