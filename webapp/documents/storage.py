"""Where the bytes of documents and evidence are kept: named by their own sha256, written once, never changed."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from pathlib import Path
from typing import BinaryIO, Protocol

KEY = re.compile(r"[0-9a-f]{64}")


class UnknownKeyError(LookupError):
    """The key is not a sha256, or nothing is stored under it."""


class ChangedContentError(ValueError):
    """What is stored under a key is no longer what the key says: the file was damaged or replaced."""


class Storage(Protocol):
    """What the product needs from a place for bytes."""

    def put(self, content: bytes, content_type: str) -> str: ...

    def open(self, key: str) -> BinaryIO: ...


class LocalStorage:
    """A folder. The first two digits of the key name a subfolder; the content type stands in a small file beside.

    The key is the hash of the bytes, so equal content is stored once and a key can never mean something else. No name
    of a person's file becomes part of a path.
    """

    def __init__(self, folder: Path | str) -> None:
        self.folder = Path(folder)

    def put(self, content: bytes, content_type: str) -> str:
        """Store the bytes and give their key. Returns only after the bytes are on disk.

        Raises ChangedContentError if the key is taken by other bytes (a damaged file): nothing is overwritten.
        """
        key = hashlib.sha256(content).hexdigest()
        path = self._path(key)
        if path.exists():
            self._verify(key, path.read_bytes())
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            _write(path.with_suffix(".type"), content_type.encode())
            _write(path, content)
        return key

    def open(self, key: str) -> BinaryIO:
        """The stored file, for reading. Raises UnknownKeyError."""
        try:
            return self._path(key).open("rb")
        except FileNotFoundError as error:
            raise UnknownKeyError(key) from error

    def read(self, key: str) -> bytes:
        """The stored bytes, checked against the key. Raises UnknownKeyError and ChangedContentError."""
        with self.open(key) as file:
            content = file.read()
        self._verify(key, content)
        return content

    def content_type(self, key: str) -> str:
        """The type that the bytes were stored with. Raises UnknownKeyError."""
        try:
            return self._path(key).with_suffix(".type").read_text("utf-8")
        except FileNotFoundError as error:
            raise UnknownKeyError(key) from error

    def _path(self, key: str) -> Path:
        if not KEY.fullmatch(key):
            raise UnknownKeyError(key)
        return self.folder / key[:2] / key

    @staticmethod
    def _verify(key: str, content: bytes) -> None:
        if hashlib.sha256(content).hexdigest() != key:
            raise ChangedContentError(key)


def _write(path: Path, content: bytes) -> None:
    """Write beside the target, sync, then link into place: a reader sees the whole file or none.

    A link never replaces a file that another process wrote first; both hold the same bytes then.
    """
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".new-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(0o640)
        if not path.exists():
            try:
                os.link(name, path)
            except FileExistsError:
                return
            _sync_folder(path.parent)
    finally:
        Path(name).unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    """The name must survive a power cut as well as the bytes."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
