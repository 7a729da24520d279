"""Files people attach: stored once by their hash, outside the web root, and given out only to who may see what they hang on.

The bytes are written, synced and renamed into place before the row is written. Nothing here answers HTTP; `headers` says what a
face must send with a file.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import tempfile
import unicodedata
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Final

from django.conf import settings
from django.utils.http import content_disposition_header

from shouwen.base.errors import FieldError, FileRefused, NotFound, Problem
from shouwen.base.file_types import EXTENSIONS, SHOWN, type_of
from shouwen.base.models import Attachment
from shouwen.policy.act import Ref

CHUNK: Final = 64 * 1024
MAX_BYTES: Final = 20 * 1024 * 1024  # unless settings.ATTACHMENT_MAX_BYTES says otherwise
NAME: Final = 255  # characters
STALE: Final = 24 * 3600  # seconds after which a half-written file is nobody's


class StorageFull(Problem):
    """The disk has no room for the file; nothing of it was kept."""

    status = 507
    code = "storage_full"

    def __init__(self) -> None:
        super().__init__(
            "服务器磁盘已满，附件没有保存。请通知系统管理员。",
            "The server's disk is full; the file was not kept. Tell the administrator.",
        )


def store(chunks: Iterable[bytes], name: str, *, by: int, now: datetime) -> Attachment:
    """Keep a file somebody (`by`, a staff id) sends, and return its row; `attach` later says what it hangs on.

    Raises FileRefused when it is empty, too large or of no allowed type, StorageFull when there is no room.
    """
    with _incoming() as file:
        digest, size = _receive(chunks, file)
        path = Path(file.name)
        media_type = type_of(path)
        if media_type not in EXTENSIONS:
            raise FileRefused(
                "wrong_type",
                "不支持这种文件。可以上传图片、PDF、Word、Excel、PPT、录音和视频。",
                "This type of file is not taken. Send pictures, PDF, Word, Excel, PowerPoint, sound or video.",
            )
        _place(path, path_of(digest))
    named = clean_name(name, media_type)
    return Attachment.objects.create(sha256=digest, size=size, media_type=media_type, name=named, uploaded_by=by, at=now)


def attach(ids: Iterable[int], *, by: int, case: int = 0, subject: Ref | None = None) -> None:
    """Hang files that somebody sent and has not used yet on a case or another subject. FieldError when one is not theirs."""
    wanted = sorted(set(ids))
    loose = Attachment.objects.filter(pk__in=wanted, uploaded_by=by, case_id=None, subject_id=None)
    kind, id_ = (subject.kind, subject.id) if subject else ("", None)
    if loose.update(case_id=case or None, subject_kind=kind, subject_id=id_) != len(wanted):
        raise FieldError.of(
            "attachments", "附件不存在，或已用在别处。", "An attachment does not exist or is used elsewhere.", "unknown"
        )


def open_file(attachment: Attachment) -> BinaryIO:
    """Open the bytes of an attachment that the caller found through `visible_to`. NotFound when the file has gone."""
    try:
        return path_of(attachment.sha256).open("rb")
    except FileNotFoundError:
        raise NotFound(
            "附件的文件不在了，请通知系统管理员。", "The file of this attachment is gone. Tell the administrator."
        ) from None


def headers(attachment: Attachment, *, download: bool = False) -> dict[str, str]:
    """Return what must be sent with the bytes: the type we found, no guessing, no script, and a file name."""
    as_file = download or attachment.media_type not in SHOWN
    return {
        "Content-Type": attachment.media_type,
        "Content-Length": str(attachment.size),
        "Content-Disposition": content_disposition_header(as_file, attachment.name) or "inline",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cache-Control": "private, no-store",
    }


def path_of(sha256: str) -> Path:
    """Return where the bytes with that hash lie."""
    if len(sha256) != 64 or not set(sha256) <= set("0123456789abcdef"):
        raise ValueError("not a SHA-256 in hexadecimal")
    return _root() / sha256[:2] / sha256[2:4] / sha256


def clean_name(name: str, media_type: str) -> str:
    """Return the last part of a file name without what could mislead (directories, control and direction characters), with an
    extension that fits the type.

    >>> clean_name("C:\\\\照片\\\\漏水.JPG", "image/jpeg"), clean_name("../x.html", "image/png"), clean_name("", "audio/amr")
    ('漏水.JPG', 'x.png', '附件.amr')
    """
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    plain = "".join(c for c in last if unicodedata.category(c)[0] != "C").strip(" .")
    fitting = EXTENSIONS[media_type]
    stem, extension = os.path.splitext(plain)  # noqa: PTH122  a name, no path
    if extension.lower() not in fitting:
        extension = fitting[0]
        stem = stem or plain
    return f"{(stem or '附件')[: NAME - len(extension)]}{extension}"


def missing() -> Iterator[Attachment]:
    """Return attachments whose file is not there, for `shouwen doctor`."""
    return (a for a in Attachment.objects.order_by("pk").iterator() if not path_of(a.sha256).exists())


def sweep(now: datetime) -> int:
    """Remove half-written files of senders that were killed; returns how many."""
    found = [p for p in (_root() / "incoming").glob("*") if now.timestamp() - p.stat().st_mtime > STALE]
    for path in found:
        path.unlink(missing_ok=True)
    return len(found)


def _root() -> Path:
    return Path(settings.MEDIA_ROOT)


@contextlib.contextmanager
def _incoming() -> Iterator[tempfile._TemporaryFileWrapper[bytes]]:
    """A file to write into, removed unless it was moved to its place."""
    try:
        here = _root() / "incoming"
        here.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=here, delete=False) as file:
            try:
                yield file
            finally:
                Path(file.name).unlink(missing_ok=True)
    except OSError as e:
        if e.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise StorageFull from e
        raise


def _receive(chunks: Iterable[bytes], file: tempfile._TemporaryFileWrapper[bytes]) -> tuple[str, int]:
    """Write the chunks and return hash and size. Stops as soon as there is too much."""
    most: int = getattr(settings, "ATTACHMENT_MAX_BYTES", MAX_BYTES)
    digest, size = hashlib.sha256(), 0
    for chunk in chunks:
        size += len(chunk)
        if size > most:
            mb = most / 1024 / 1024
            raise FileRefused(
                "too_large", f"文件超过 {mb:.0f} MB，请压缩后再上传。", f"The file is larger than {mb:.0f} MB. Make it smaller."
            )
        digest.update(chunk)
        file.write(chunk)
    if not size:
        raise FileRefused("empty", "文件是空的。", "The file is empty.")
    file.flush()
    os.fsync(file.fileno())
    return digest.hexdigest(), size


def _place(source: Path, target: Path) -> None:
    """Move a file to its place for good. The same bytes may be there already: then they are simply written over by themselves."""
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    source.chmod(0o400)
    source.replace(target)
    directory = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)
