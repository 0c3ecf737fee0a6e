"""theme.yaml: what cannot be drawn or read is refused at its line, before anything is written."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from golden_files import EXAMPLES

import crmaudit
from crmaudit.errors import CrmauditError
from crmaudit.report.house_style import theme

SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9">'
    '<rect width="9" height="9"/></svg>'
)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return Path(shutil.copytree(EXAMPLES / "harbourlight", tmp_path / "hl"))


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "neither PNG nor SVG"),
        (b"\xff\xd8\xff\xe0", "neither PNG nor SVG"),
        (b"\x89PNG\r\n", "failed to decode"),
        (b"<svg \xff", "failed to parse"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><rect", "failed to parse"),
        (b"\x89PNG" + bytes(3_000_000), "3.0 MB"),
    ],
)
def test_a_logo_that_cannot_be_drawn(root: Path, content: bytes, reason: str) -> None:
    (root / "logo.png").write_bytes(content)
    (root / "theme.yaml").write_text("logo: logo.png\n", "utf-8")
    with pytest.raises(CrmauditError, match=reason) as found:
        theme(crmaudit.Audit(root).facts)
    assert "theme.yaml:1" in str(found.value.problems[0].where)


def test_a_logo_and_a_font_that_are_there(root: Path) -> None:
    (root / "logo.svg").write_text(SVG, "utf-8")
    (root / "theme.yaml").write_text("logo: logo.svg\nfont: Libertinus Serif\n", "utf-8")
    made = theme(crmaudit.Audit(root).facts)
    assert made.logo == SVG.encode()
    assert made.fonts[:2] == ("Libertinus Serif", "Noto Sans")
    assert made.stack.startswith('"Libertinus Serif", "Noto Sans"')


def test_a_font_that_is_nowhere(root: Path) -> None:
    (root / "theme.yaml").write_text("font: Nonesuch\n", "utf-8")
    with pytest.raises(CrmauditError, match="no font 'Nonesuch'"):
        theme(crmaudit.Audit(root).facts)
