"""LibreOffice, headless: workbooks as people's programs save them.

Each test process has a profile of its own, for two cannot share one.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import NoReturn

import pytest

_LIBRARY = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE library:library PUBLIC "-//OpenOffice.org//DTD OfficeDocument 1.0//EN" "library.dtd">
<library:library xmlns:library="http://openoffice.org/2000/library" library:name="Standard"
 library:readonly="false" library:passwordprotected="false">
 <library:element library:name="Module1"/>
</library:library>
"""
_MODULE = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE script:module PUBLIC "-//OpenOffice.org//DTD OfficeDocument 1.0//EN" "module.dtd">
<script:module xmlns:script="http://openoffice.org/2000/script" script:name="Module1"
 script:language="StarBasic"><![CDATA[Sub Main
  On Error Goto Oops
  Dim args(0) As New com.sun.star.beans.PropertyValue
  args(0).Name = "Hidden"
  args(0).Value = True
  doc = StarDesktop.loadComponentFromURL("{old}", "_blank", 0, args())
{body}
  Dim how(0) As New com.sun.star.beans.PropertyValue
  how(0).Name = "FilterName"
  how(0).Value = "Calc MS Excel 2007 XML"
  doc.storeToURL("{new}", how())
  doc.close(True)
  Exit Sub
Oops:
  Open "{error}" For Output As #1
  Print #1, Error$ + " in line " + Erl
  Close #1
End Sub
]]></script:module>
"""


def missing(what: str) -> NoReturn:
    """Skips the test, or fails it where everything has to be installed."""
    if os.environ.get("CI"):
        pytest.fail(what)
    pytest.skip(what)


class LibreOffice:
    """One profile and the folder for what comes out."""

    def __init__(self, folder: Path) -> None:
        found = shutil.which("soffice")
        if found is None:
            missing("LibreOffice is not installed (apt-get install libreoffice-calc)")
        self._program = str(found)
        self._profile = folder / "profile"
        self._folder = folder
        self._count = 0

    def convert(self, file: Path, to: str, reading: str = "") -> Path:
        """The file as LibreOffice saves it; `reading` is the filter it is opened with."""
        out = self._out()
        options = [f"--infilter={reading}"] if reading else []
        self._run(*options, "--convert-to", to, "--outdir", str(out), str(file))
        made = list(out.iterdir())
        if not made and file.suffix == ".docx":
            missing("LibreOffice has no Writer here (apt-get install libreoffice-writer)")
        (found,) = made
        return found

    def edit(self, file: Path, *basic: str) -> Path:
        """The workbook after lines of Basic were run on it, `doc` in their hands."""
        if not self._profile.exists():
            self.convert(file, "ods")  # which makes the profile
        new, error = self._out() / file.name, self._folder / "error.txt"
        module = _MODULE.format(
            old=file.as_uri(), new=new.as_uri(), error=error, body="\n".join(basic)
        )
        library = self._profile / "user/basic/Standard"
        library.mkdir(parents=True, exist_ok=True)
        (library / "script.xlb").write_text(_LIBRARY)
        (library / "Module1.xba").write_text(module)
        self._run("macro:///Standard.Module1.Main")
        assert not error.exists(), error.read_text()
        return new

    def _out(self) -> Path:
        self._count += 1
        out = self._folder / str(self._count)
        out.mkdir()
        return out

    def _run(self, *arguments: str) -> None:
        command = [self._program, "--headless", f"-env:UserInstallation={self._profile.as_uri()}"]
        done = subprocess.run(
            [*command, *arguments], capture_output=True, text=True, timeout=120, check=False
        )
        assert done.returncode == 0, done.stderr
