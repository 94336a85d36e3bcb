"""`audit report` in a real browser: nothing runs, text stays text, and it fits a telephone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from broker_api import BrokerAPI
from browser import document, screenshot, seen
from engineer import environment_of, run

from system import cast
from system.local_system import LocalSystem

ROOT = Path(__file__).resolve().parents[2]
ALICE, BOB, SAM = "alice/DatabaseAdmin", "bob/ReadOnly", "sam/SecurityAudit"
HOSTILE = "</td></table><script>owned=1;document.title='owned'</script><img src=x onerror=owned=1>"


@pytest.mark.parametrize("name", ["busy", "empty"])
@pytest.mark.parametrize("width", [360, 800, 1010, 1280])
def test_a_recorded_page_fits_and_runs_nothing(name: str, width: int, tmp_path: Path) -> None:
    page = seen(ROOT / "Tests" / "Fixtures" / "report" / f"{name}.html", tmp_path, width)
    assert (page.title, page.scripts, page.images, page.owned) == ("Sessions through ssm-broker", 0, 0, "undefined")
    assert page.visible == width or page.visible == width - 15, "the frame is as wide as told, but for a scroll bar"
    assert (page.width, page.wide) == (page.visible, []), "nothing must be scrolled sideways"
    assert page.loaded == 0
    assert page.styled == "0px", "the page's own style sheet is in force"
    if name == "busy":
        assert "<script>document.title='owned'</script><img src=x" in page.text


def test_a_real_log_becomes_a_page(system: LocalSystem, api: BrokerAPI, tmp_path: Path) -> None:
    engineer = environment_of(system, ALICE)
    done = run(engineer, "connect", cast.DB_1, "--dry-run", "--reason", HOSTILE)
    assert done.returncode == 0, done.stderr
    refused = run(environment_of(system, BOB), "connect", cast.DB_1, "--reason", HOSTILE)
    assert refused.returncode == 5, refused.stderr
    report = tmp_path / "report.html"
    verified = tmp_path / "verified.json"
    auditor = environment_of(system, SAM)
    verified.write_text(run(auditor, "audit", "verify", "--output", "json").stdout)
    assert json.loads(verified.read_text())["isIntact"] is True
    written = run(auditor, "audit", "report", "--html", str(report), "--verification", str(verified))
    assert written.returncode == 0, written.stderr
    page = seen(report, tmp_path)
    assert (page.title, page.scripts, page.images, page.owned) == ("Sessions through ssm-broker", 0, 0, "undefined")
    assert page.width == page.visible
    for words in ("Chains intact.", "bob", "PERMISSION_SET_NOT_MAPPED", HOSTILE):
        assert words in page.text, words
    as_file = document(report, tmp_path)
    assert "<script" not in as_file and "&lt;script&gt;" in as_file
    assert screenshot(report, tmp_path, 360, 1200).startswith(b"\x89PNG")
