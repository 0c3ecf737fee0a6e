"""Drawings as PNG, for formats whose readers cannot be trusted with SVG.

Office programs leave out patterns of an SVG, among them the hatch of *not
assessed*, and set its text in whatever face they have. Typst draws all of a
report's pictures in one go with the shipped fonts, so they look alike and
their bytes are the same on every machine.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from crmaudit.report.numbers import MINUS
from crmaudit.report.templates import template_root
from crmaudit.report.theme import Theme

PPI = 200.0
"""Dots per inch at which a drawing's unit is a point: enough for print."""


@dataclass(frozen=True, slots=True)
class Picture:
    """A PNG; `width` and `height` in points, as it was drawn."""

    png: bytes
    width: float
    height: float


def size(svg: str) -> tuple[float, float]:
    """Width and height of a drawing of ours."""
    width, height = svg.split('viewBox="0 0 ')[1].split('"')[0].split()
    return float(width), float(height)


def pictures(svgs: Sequence[str], theme: Theme, ppi: float = PPI) -> list[Picture]:
    """Each drawing, its colours already concrete, as a picture."""
    typst: Any = import_module("typst")  # its types leave open what a compiler is given

    if not svgs:
        return []
    # A drawing's fonts have no minus, and a whole text would be set in a serif for it.
    drawn = [svg.replace(MINUS, "–") for svg in svgs]
    sizes = [size(svg) for svg in drawn]
    pages = "\n".join(
        f'#page(width: {w}pt, height: {h}pt)[#image("{n}.svg", width: {w}pt, height: {h}pt)]'
        for n, (w, h) in enumerate(sizes)
    )
    source = f"#set page(margin: 0pt)\n{pages}"
    files = {"main.typ": source.encode()} | {f"{n}.svg": s.encode() for n, s in enumerate(drawn)}
    compiler = typst.Compiler(
        files,
        font_paths=[str(template_root() / "static" / "fonts"), *theme.font_paths],
        ignore_system_fonts=True,
    )
    made = compiler.compile(format="png", ppi=ppi)
    pngs = made if isinstance(made, list) else [made]
    return [Picture(bytes(p), w, h) for p, (w, h) in zip(pngs, sizes, strict=True)]


def why_not(image: bytes) -> str:
    """Why a house mark cannot be drawn; empty where it can."""
    typst: Any = import_module("typst")  # its types leave open what a compiler is given

    kind = "png" if image.startswith(b"\x89PNG") else "svg" if b"<svg" in image else ""
    if not kind:
        return "it is neither PNG nor SVG"
    drawing = b"#image(bytes(json(bytes(sys.inputs.image))), format: sys.inputs.kind)"
    told = {"image": json.dumps(list(image)), "kind": kind}
    try:
        typst.Compiler({"main.typ": drawing}, ignore_system_fonts=True, sys_inputs=told).compile(
            format="png", ppi=10
        )
    except (typst.TypstError, ValueError) as error:
        return str(getattr(error, "message", error))
    return ""


def logo(image: bytes, theme: Theme) -> Picture | None:
    """The house mark as a picture; None where there is none, or none that can be drawn."""
    if image.startswith(b"\x89PNG"):
        width, height = struct.unpack(">II", image[16:24])
        return Picture(image, float(width), float(height))
    if b"<svg" not in image:
        return None
    typst: Any = import_module("typst")  # its types leave open what a compiler is given

    files = {
        "main.typ": b'#set page(margin: 0pt, width: auto, height: auto)\n#image("logo.svg")',
        "logo.svg": image,
    }
    found = typst.Compiler(files, ignore_system_fonts=True).compile(format="png", ppi=300)
    assert isinstance(found, bytes)
    width, height = struct.unpack(">II", found[16:24])
    return Picture(found, width * 72 / 300, height * 72 / 300)
