"""Attachments: believed by their bytes, kept once, given out as what they are."""

from __future__ import annotations

import errno
import io
import os
import stat
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from pytest_django.fixtures import Settings

from shouwen.base.attachments import StorageFull, attach, clean_name, headers, missing, open_file, path_of, store, sweep
from shouwen.base.errors import FieldError, FileRefused, NotFound
from shouwen.base.file_types import EXTENSIONS, type_of
from shouwen.base.models import Attachment
from shouwen.policy.act import Ref
from tests.world import NOW

PNG = b"\x89PNG\r\n\x1a\n" + b"\0\0\0\rIHDR" + b"\0" * 40
JPEG = b"\xff\xd8\xff\xe0" + b"\0" * 40


def office(*names: str) -> bytes:
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as z:
        for name in ("[Content_Types].xml", *names):
            z.writestr(name, "<x/>" * 50)
    return whole.getvalue()


def ftyp(brand: bytes) -> bytes:
    return b"\0\0\0\x18ftyp" + brand + b"\0" * 20


KNOWN = {
    "image/jpeg": JPEG,
    "image/png": PNG,
    "image/gif": b"GIF89a" + b"\0" * 20,
    "image/webp": b"RIFF\0\0\0\0WEBPVP8 ",
    "image/heic": ftyp(b"heic"),
    "application/pdf": b"%PDF-1.7\n",
    "video/mp4": ftyp(b"isom"),
    "video/quicktime": ftyp(b"qt  "),
    "video/webm": b"\x1a\x45\xdf\xa3\0\0",
    "audio/mp4": ftyp(b"M4A "),
    "audio/mpeg": b"ID3\x04\0",
    "audio/amr": b"#!AMR\n",
    "audio/wav": b"RIFF\0\0\0\0WAVEfmt ",
    "audio/ogg": b"OggS\0",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": office("word/document.xml"),
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": office("xl/workbook.xml"),
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": office("ppt/presentation.xml"),
}
REFUSED = {
    "html": b"<!doctype html><script>alert(1)</script>",
    "html after a space": b"  <html>",
    "svg": b"<svg xmlns='http://www.w3.org/2000/svg' onload='x()'>",
    "text": "漏水".encode(),
    "script": b"#!/bin/sh\n",
    "program": b"MZ\x90\0",
    "elf": b"\x7fELF",
    "zip": b"PK\x03\x04" + b"\0" * 40,
    "macros": office("word/document.xml", "word/vbaProject.bin"),
    "other box": ftyp(b"dash"),
    "riff": b"RIFF\0\0\0\0AVI ",
    "one byte": b"\xff",
}


@pytest.fixture(autouse=True)
def files(tmp_path: Path, settings: Settings) -> Path:
    settings.MEDIA_ROOT = tmp_path / "files"
    return tmp_path / "files"


def kept(data: bytes = PNG, name: str = "漏水.png", by: int = 7) -> Attachment:
    return store([data[:5], data[5:]], name, by=by, now=NOW)


def left(files: Path) -> list[Path]:
    return [p for p in files.rglob("*") if p.is_file()]


def test_every_allowed_type_is_known_by_its_bytes(tmp_path: Path) -> None:
    assert set(KNOWN) == set(EXTENSIONS)
    for media_type, data in KNOWN.items():
        path = tmp_path / "x"
        path.write_bytes(data)
        assert type_of(path) == media_type


@pytest.mark.django_db
@pytest.mark.parametrize("what", REFUSED)
def test_whatever_a_browser_or_computer_might_run_is_refused_under_any_name(what: str, files: Path) -> None:
    with pytest.raises(FileRefused) as refused:
        store([REFUSED[what]], "photo.jpg", by=7, now=NOW)
    assert refused.value.details("en")["reason"] == "wrong_type"
    assert left(files) == []
    assert not Attachment.objects.exists()


@pytest.mark.django_db
def test_a_file_lies_under_its_hash_and_can_be_read_back(files: Path) -> None:
    found = kept()
    assert path_of(found.sha256) == files / found.sha256[:2] / found.sha256[2:4] / found.sha256
    assert left(files) == [path_of(found.sha256)]
    assert stat.S_IMODE(path_of(found.sha256).stat().st_mode) == 0o400
    with open_file(found) as file:
        assert file.read() == PNG
    assert (found.size, found.media_type, found.name, found.uploaded_by, found.at) == (len(PNG), "image/png", "漏水.png", 7, NOW)


@pytest.mark.django_db
def test_the_same_bytes_lie_there_once(files: Path) -> None:
    first, second = kept(), kept(name="again.png", by=8)
    assert first.sha256 == second.sha256
    assert first.pk != second.pk
    assert len(left(files)) == 1


@pytest.mark.django_db
def test_too_large_and_empty_files_are_refused_while_they_arrive(files: Path, settings: Settings) -> None:
    settings.ATTACHMENT_MAX_BYTES = 1024 * 1024
    sent = 0

    def endless() -> Iterator[bytes]:
        nonlocal sent
        while True:
            sent += 1
            yield PNG.ljust(64 * 1024, b"\0")

    with pytest.raises(FileRefused, match="file_refused") as refused:
        store(endless(), "big.png", by=7, now=NOW)
    assert refused.value.reason == "too_large"
    assert "1 MB" in refused.value.text("zh")
    assert sent == 17
    with pytest.raises(FileRefused) as refused:
        store([], "empty.png", by=7, now=NOW)
    assert refused.value.reason == "empty"
    assert left(files) == []
    settings.ATTACHMENT_MAX_BYTES = len(PNG)
    assert kept().size == len(PNG)


@pytest.mark.django_db
def test_a_full_disk_is_a_sentence_and_leaves_nothing(files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StorageFull) as refused:
        kept()
    assert "磁盘已满" in refused.value.text("zh")
    assert left(files) == []
    assert not Attachment.objects.exists()


@pytest.mark.parametrize(
    ("name", "media_type", "clean"),
    [
        ("../../etc/passwd", "image/png", "passwd.png"),
        ("C:\\照片\\漏水.JPEG", "image/jpeg", "漏水.JPEG"),
        ("x.html", "image/png", "x.png"),
        ("photo.png.exe", "image/png", "photo.png.png"),
        ("evil\u202egnp.exe", "image/png", "evilgnp.png"),
        ("a\r\nSet-Cookie: b.png", "image/png", "aSet-Cookie: b.png"),
        ("...", "application/pdf", "附件.pdf"),
        (".png", "image/png", "png.png"),
        ("漏" * 300 + ".png", "image/png", "漏" * 251 + ".png"),
        ("cafe\u0301.png", "image/png", "café.png"),
    ],
)
def test_names_are_cleaned(name: str, media_type: str, clean: str) -> None:
    assert clean_name(name, media_type) == clean
    assert len(clean) <= 255


def test_a_browser_is_told_to_run_nothing() -> None:
    picture = Attachment(size=5, media_type="image/png", name='漏"水.png')
    said = headers(picture)
    assert said["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in said["Content-Security-Policy"]
    assert said["Content-Disposition"].startswith("inline; filename*=utf-8''")
    assert headers(picture, download=True)["Content-Disposition"].startswith("attachment;")
    assert (
        headers(Attachment(size=5, media_type="video/mp4", name="a.mp4"))["Content-Disposition"] == 'attachment; filename="a.mp4"'
    )


@pytest.mark.django_db
def test_files_hang_on_one_thing_and_only_their_sender_may_hang_them() -> None:
    mine, used, others = kept(), kept(), kept(by=8)
    attach([used.pk], by=7, case=5)
    attach([], by=7, case=5)
    for wrong in ([others.pk], [used.pk], [mine.pk, 999_999]):
        with pytest.raises(FieldError), transaction.atomic():
            attach(wrong, by=7, case=6)
    attach([mine.pk, mine.pk], by=7, subject=Ref("customer", "customer", 9))
    rows: dict[int, tuple[Any, ...]] = {a.pk: (a.case_id, a.subject_kind, a.subject_id) for a in Attachment.objects.all()}
    assert rows == {used.pk: (5, "", None), mine.pk: (None, "customer", 9), others.pk: (None, "", None)}


@pytest.mark.django_db
def test_a_file_that_has_gone_is_found_out() -> None:
    found = kept()
    assert list(missing()) == []
    path_of(found.sha256).unlink()
    assert list(missing()) == [found]
    with pytest.raises(NotFound, match="not_found"):
        open_file(found)


@pytest.mark.parametrize("sha256", ["", "../../../etc/passwd", "0" * 63, "A" * 64, "0" * 64 + "/x"])
def test_a_hash_is_never_a_path(sha256: str) -> None:
    with pytest.raises(ValueError, match="not a SHA-256"):
        path_of(sha256)


def test_half_written_files_of_yesterday_are_swept(files: Path) -> None:
    incoming = files / "incoming"
    incoming.mkdir(parents=True)
    for name, age in (("old", timedelta(days=2)), ("new", timedelta(hours=1))):
        (incoming / name).write_bytes(b"x")
        os.utime(incoming / name, ((NOW - age).timestamp(),) * 2)
    assert sweep(NOW) == 1
    assert [p.name for p in incoming.iterdir()] == ["new"]
