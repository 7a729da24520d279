"""QR codes that stand in a page: an SVG without styles or scripts, drawn by segno."""

from __future__ import annotations

import io

import segno


def picture(text: str) -> str:
    """Return a text as a QR code, as an SVG element."""
    out = io.BytesIO()
    segno.make(text, error="m").save(
        out, kind="svg", xmldecl=False, svgns=False, svgclass="qr", lineclass=None, omitsize=True, nl=False
    )
    return out.getvalue().decode()
