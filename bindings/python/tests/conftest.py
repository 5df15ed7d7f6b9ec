"""What the tests share: the packs, and the program that the wheel must agree with."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

import huzhu


@pytest.fixture(scope="session")
def catalog() -> huzhu.Catalog:
    return huzhu.Catalog.open(huzhu.examples.RULES)


@pytest.fixture(scope="session")
def program():
    """Runs the program on the packs of the package; what it prints."""
    path = os.environ.get("HUZHU_PROGRAM") or shutil.which("huzhu")
    assert path, "HUZHU_PROGRAM names no program, and there is none on the path"
    rules = Path(huzhu.examples.RULES)

    def run(*arguments: object, good: tuple[int, ...] = (0,)) -> str:
        command = [path, *map(str, arguments), "--rules", str(rules)]
        ran = subprocess.run(command, capture_output=True, text=True, timeout=300, env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"})
        assert ran.returncode in good, f"{command}: {ran.returncode}\n{ran.stdout}\n{ran.stderr}"
        return ran.stdout

    return run
