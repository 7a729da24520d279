"""What a file is, found in its bytes: neither its name nor what the sender says is believed."""

from __future__ import annotations

import mmap
from collections.abc import Mapping
from pathlib import Path
from typing import Final

HEAD: Final = 64  # bytes looked at first

# Allowed types and how their files are called. No text, HTML or SVG: a browser might run what is in them. No archives.
EXTENSIONS: Final[Mapping[str, tuple[str, ...]]] = {
    "image/jpeg": (".jpg", ".jpeg"),
    "image/png": (".png",),
    "image/gif": (".gif",),
    "image/webp": (".webp",),
    "image/heic": (".heic", ".heif"),
    "application/pdf": (".pdf",),
    "video/mp4": (".mp4", ".m4v"),
    "video/quicktime": (".mov",),
    "video/webm": (".webm", ".weba"),
    "audio/mp4": (".m4a",),
    "audio/mpeg": (".mp3",),
    "audio/amr": (".amr",),
    "audio/wav": (".wav",),
    "audio/ogg": (".ogg", ".oga", ".opus"),
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": (".docx",),
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": (".xlsx",),
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": (".pptx",),
}
SHOWN: Final = frozenset({"image/jpeg", "image/png", "image/gif", "image/webp", "application/pdf"})  # what browsers show in place

_PNG: Final = b"\x89PNG\r\n\x1a\n"
_STARTS: Final = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (_PNG, "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"%PDF-", "application/pdf"),
    (b"\x1a\x45\xdf\xa3", "video/webm"),
    (b"ID3", "audio/mpeg"),
    (b"\xff\xfb", "audio/mpeg"),
    (b"\xff\xf3", "audio/mpeg"),
    (b"\xff\xf2", "audio/mpeg"),
    (b"#!AMR", "audio/amr"),
    (b"OggS", "audio/ogg"),
)
_RIFF: Final = {b"WEBP": "image/webp", b"WAVE": "audio/wav"}
_BRANDS: Final = {
    **dict.fromkeys((b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1"), "image/heic"),
    **dict.fromkeys(
        (b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1", b"M4V ", b"3gp4", b"3gp5"), "video/mp4"
    ),
    b"qt  ": "video/quicktime",
    b"M4A ": "audio/mp4",
}
_OFFICE: Final = (
    (b"word/document.xml", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    (b"xl/workbook.xml", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    (b"ppt/presentation.xml", "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
)


def type_of(path: Path) -> str:
    """Return the media type of a file, or "" when it is none of EXTENSIONS."""
    with path.open("rb") as file:
        head = file.read(HEAD)
        if head.startswith(b"PK\x03\x04"):
            with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as whole:
                return _office(whole)
    return _by_head(head)


def _by_head(head: bytes) -> str:
    if head.startswith(_PNG) and head[12:16] != b"IHDR":  # its beginning alone is no picture
        return ""
    if head[:4] == b"RIFF":
        return _RIFF.get(head[8:12], "")
    if head[4:8] == b"ftyp":
        return _BRANDS.get(head[8:12], "")
    return next((kind for start, kind in _STARTS if head.startswith(start)), "")


def _office(whole: mmap.mmap) -> str:
    """Names inside a zip are not compressed, so they are looked for without unpacking anything. No macros."""
    if whole.find(b"[Content_Types].xml") < 0 or whole.find(b"vbaProject") >= 0:
        return ""
    return next((kind for name, kind in _OFFICE if whole.find(name) >= 0), "")
