"""One small demo for all tests that only read it."""

from __future__ import annotations

from pathlib import Path

import pytest

from crmaudit.demo import Truth, generate


@pytest.fixture(scope="session")
def demo_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("demo")
    generate(folder, contacts=500, seed=1)
    return folder


@pytest.fixture(scope="session")
def demo_truth(demo_folder: Path) -> Truth:
    return Truth.read(demo_folder)
