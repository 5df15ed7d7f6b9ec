"""Folders of packs that are wrong or not there, and certificates that do not hold."""

from __future__ import annotations

import shutil

import pytest

import huzhu

RULES = huzhu.examples.RULES


@pytest.fixture
def spoilt(tmp_path):
    """A folder with one pack that has a slip, and its cases."""
    for name in ("henan-accident.toml", "henan-accident.cases.toml"):
        shutil.copy(RULES / name, tmp_path)
    pack = tmp_path / "henan-accident.toml"
    text = pack.read_text("utf-8")
    assert "[plan]" in text
    pack.write_text(text.replace("[plan]", '[plan]\ncolour = "red"', 1), "utf-8")
    return tmp_path


def test_a_wrong_pack_is_refused_with_its_line(spoilt):
    with pytest.raises(huzhu.PackError) as refused:
        huzhu.Catalog.open(spoilt)
    (problem,) = refused.value.problems
    assert problem.code == "unknown-key"
    assert problem.place.startswith(f"{spoilt}/henan-accident.toml:")
    assert 'colour = "red"' in str(refused.value) and "colour" in refused.value.text("zh")
    checked = huzhu.check(spoilt)
    assert not checked.ok and [problem.code for problem in checked.problems] == ["unknown-key"]
    with pytest.raises(huzhu.PackError):
        huzhu.test(spoilt)


def test_a_case_that_fails_is_told(tmp_path):
    for name in ("henan-accident.toml", "henan-accident.cases.toml"):
        shutil.copy(RULES / name, tmp_path)
    cases = tmp_path / "henan-accident.cases.toml"
    text = cases.read_text("utf-8")
    assert "7119.87" in text
    cases.write_text(text.replace("7119.87", "7119.88"), "utf-8")
    tested = huzhu.test(tmp_path)
    assert not tested.ok and any(not case.passed for case in tested.cases)
    assert {problem.code for problem in tested.problems} == {"case-failed"}


def test_a_folder_that_is_not_there(tmp_path):
    for call in (huzhu.Catalog.open, huzhu.check, huzhu.test, huzhu.worked_cases):
        with pytest.raises(OSError) as refused:
            call(tmp_path / "nowhere")
        assert isinstance(refused.value, huzhu.FileError)
        assert (refused.value.code, refused.value.place) == ("unreadable", str(tmp_path / "nowhere"))
        assert "no such file or folder" in str(refused.value)


def test_a_certificate_that_was_changed_anywhere_does_not_hold(catalog, tmp_path):
    certificate = catalog.certify(huzhu.examples.zhao())
    certificate.save(tmp_path / "zhao.json")
    assert huzhu.verify(tmp_path / "zhao.json") == huzhu.verify(str(tmp_path / "zhao.json")) == huzhu.verify(certificate.text.encode())
    for changed in (certificate.text.replace("7119.87", "7119.88"), certificate.text[:-1], "{}", ""):
        with pytest.raises(huzhu.CertificateError):
            huzhu.verify(changed.encode())
    with pytest.raises(huzhu.FileError):
        huzhu.verify(tmp_path / "nowhere.json")


def test_a_reversal_has_no_certificate(catalog):
    case = huzhu.examples.zhao()
    case["history"] = [case["claim"]]
    case["claim"] = {"id": "R", "reverses": "zhao-2025-01"}
    with pytest.raises(huzhu.CertificateError):
        catalog.certify(case)


def test_a_curve_over_what_is_no_number_or_not_there(catalog):
    for fact in ("cause", "no_such_fact"):
        with pytest.raises(huzhu.FactError):
            catalog.curve(huzhu.examples.zhao(), fact)
    curve = catalog.plan("henan-accident").curve(huzhu.examples.zhao(), "hospital_days")
    assert curve._repr_html_().startswith("<svg")
    assert all(before.end < after.start for before, after in zip(curve.pieces, curve.pieces[1:]))
