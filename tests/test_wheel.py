"""The wheel, away from the checkout: all that it needs travels with it."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
pytestmark = pytest.mark.slow


def execute(*command: str | Path, cwd: Path) -> str:
    environment = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "COLUMNS")}
    ran = subprocess.run(
        [str(c) for c in command],
        cwd=cwd,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    assert ran.returncode == 0, ran.stdout[-3000:] + ran.stderr[-3000:]
    return ran.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("hatchling")
    folder = tmp_path_factory.mktemp("wheel")
    execute(
        sys.executable, "-m", "pip", "wheel", ROOT, "--no-deps", "--no-build-isolation",
        "--no-index", "--quiet", "--disable-pip-version-check", "-w", folder, cwd=folder,
    )  # fmt: skip
    (found,) = folder.glob("crmaudit-*.whl")
    return found


@pytest.fixture(scope="module")
def program(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """crmaudit in an environment of its own, which sees this one's libraries only."""
    home = tmp_path_factory.mktemp("home") / "env"
    venv.create(home, with_pip=False)
    scripts, site = (
        Path(sysconfig.get_path(n, "venv", {"base": str(home), "platbase": str(home)}))
        for n in ("scripts", "purelib")
    )
    libraries = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    # A path file in a path file is not read: the checkout stays out of sight.
    (site / "libraries.pth").write_text("\n".join(sorted(libraries)) + "\n")
    python = scripts / ("python.exe" if os.name == "nt" else "python")
    execute(
        sys.executable, "-m", "pip", "--python", python, "install", "--no-deps", "--no-index",
        "--ignore-installed", "--quiet", "--disable-pip-version-check", wheel, cwd=home,
    )  # fmt: skip
    return scripts / ("crmaudit.exe" if os.name == "nt" else "crmaudit")


def test_what_is_in_it(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    for part in (
        "crmaudit/_templates/sections/en/",
        "crmaudit/_templates/static/",
        "crmaudit/_examples/harbourlight/audit.yaml",
        "crmaudit/_examples/harbourlight/.schema/audit.json",
        "crmaudit/_examples/northwharf/audit.yaml",
        "crmaudit/workspace/starter/audit.yaml",
    ):
        assert any(name.startswith(part) for name in names), part
    for unwanted in (".sqlite", "/.crmaudit/", "/reports/", "__pycache__", "truth.json"):
        assert not [name for name in names if unwanted in name], unwanted
    assert wheel.stat().st_size < 10_000_000


def test_the_demo_runs_far_from_the_checkout(program: Path, tmp_path: Path) -> None:
    python = program.with_name("python.exe" if os.name == "nt" else "python")
    where = execute(python, "-c", "import crmaudit; print(crmaudit.__file__)", cwd=tmp_path)
    assert not Path(where.strip()).is_relative_to(ROOT)
    told = execute(program, "demo", "demo", "--contacts", "200", cwd=tmp_path)
    reports = tmp_path / "demo" / "reports"
    for form in ("html", "pdf"):
        (file,) = reports.glob(f"*.{form}")
        assert file.stat().st_size > 50_000
        assert str(Path("demo", "reports", file.name)) in told
    assert execute(program, "check", "--fail-on", "never", "-w", "demo", cwd=tmp_path)
    assert "CRD102" in execute(program, "explain", cwd=tmp_path)
