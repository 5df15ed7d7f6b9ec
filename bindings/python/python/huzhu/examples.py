"""The rule packs that come with the package, their worked cases, and a case to try.

They are the plans as they are published; figures marked ``assumed`` are not the plans' own. Copy the folder to edit it.

>>> from huzhu.examples import RULES
>>> (RULES / "henan-accident.toml").exists()
True
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

RULES: Path = Path(__file__).parent / "rules"
"""The folder of rule packs."""


def zhao() -> dict[str, Any]:
    """The published Henan case: courier Zhao, 9,566.46 yuan in hospital, 7,119.87 paid.

    >>> from huzhu import examples
    >>> examples.zhao()["claim"]["personal_burden"]
    '2019.87'
    """
    case: dict[str, Any] = json.loads((RULES / "cases" / "zhao.json").read_text("utf-8"))
    return case
