"""Changes cells of workbooks in LibreOffice, has it work everything out, and writes what every cell then holds.

    recalculate.py JOBS

JOBS is a JSON file: a list of {"file", "out", "rounds": [[{"sheet", "cell", "value"}]]}. Each file is opened once. In every round the
named cells are set (a number, a text, or null to empty the cell), all formulas are worked out, and the cells of all sheets go into
"out", as one line of JSON: {SHEET: [[cell, ...], ...]}, rows and columns from the first, numbers as numbers.
A first round without changes shows the file as it is.

It needs soffice on the PATH, and a Python that has its module uno (Debian: python3-uno).
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import uno
from com.sun.star.beans import PropertyValue
from com.sun.star.connection import NoConnectException

SECONDS_TO_START = 120


def connect(pipe):
    local = uno.getComponentContext()
    resolver = local.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", local)
    end = time.time() + SECONDS_TO_START
    while True:
        try:
            context = resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
            return context.ServiceManager.createInstanceWithContext("com.sun.star.frame.Desktop", context)
        except NoConnectException:
            if time.time() > end:
                raise
            time.sleep(0.2)


def hidden():
    value = PropertyValue()
    value.Name, value.Value = "Hidden", True
    return (value,)


def put(sheet, name, value):
    cell = sheet.getCellRangeByName(name)
    if value is None:
        cell.setString("")
    elif isinstance(value, str):
        cell.setString(value)
    else:
        cell.setValue(float(value))


def all_cells(document):
    sheets = {}
    for sheet in document.Sheets:
        cursor = sheet.createCursor()
        cursor.gotoEndOfUsedArea(False)
        used = sheet.getCellRangeByPosition(0, 0, cursor.RangeAddress.EndColumn, cursor.RangeAddress.EndRow)
        sheets[sheet.Name] = used.getDataArray()
    return sheets


def run(desktop, job):
    document = desktop.loadComponentFromURL(Path(job["file"]).resolve().as_uri(), "_blank", 0, hidden())
    try:
        with open(job["out"], "w", encoding="utf-8") as out:
            for changes in job["rounds"]:
                for change in changes:
                    put(document.Sheets.getByName(change["sheet"]), change["cell"], change["value"])
                document.calculateAll()
                json.dump(all_cells(document), out, ensure_ascii=False, default=str)
                out.write("\n")
    finally:
        document.close(True)


def main():
    jobs = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory() as profile:
        pipe = f"huzhu{os.getpid()}"
        office = subprocess.Popen(
            [
                "soffice",
                f"-env:UserInstallation={Path(profile).as_uri()}",
                f"--accept=pipe,name={pipe};urp;",
                "--headless",
                "--nologo",
                "--norestore",
            ]
        )
        try:
            desktop = connect(pipe)
            for job in jobs:
                run(desktop, job)
            desktop.terminate()
        finally:
            office.terminate()
            office.wait()


main()
