"""Storage: written once, found by hash, never outside its folder."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from webapp.documents.storage import ChangedContentError, LocalStorage, UnknownKeyError


@pytest.fixture
def storage(tmp_path: Path) -> LocalStorage:
    return LocalStorage(tmp_path / "files")


def test_what_is_put_can_be_read_under_its_hash(storage: LocalStorage) -> None:
    key = storage.put(b"contract", "application/pdf")
    assert key == hashlib.sha256(b"contract").hexdigest()
    assert storage.read(key) == b"contract" and storage.content_type(key) == "application/pdf"
    with storage.open(key) as file:
        assert file.read() == b"contract"


def test_the_same_bytes_are_stored_once(storage: LocalStorage) -> None:
    assert storage.put(b"same", "text/plain") == storage.put(b"same", "text/plain")
    assert len([path for path in storage.folder.rglob("*") if path.is_file() and path.suffix != ".type"]) == 1


def test_a_damaged_file_is_found_and_not_overwritten(storage: LocalStorage) -> None:
    key = storage.put(b"contract", "application/pdf")
    path = storage.folder / key[:2] / key
    path.write_bytes(b"contracT")
    with pytest.raises(ChangedContentError):
        storage.read(key)
    with pytest.raises(ChangedContentError):
        storage.put(b"contract", "application/pdf")
    assert path.read_bytes() == b"contracT"


@pytest.mark.parametrize("key", ["../../etc/passwd", "/etc/passwd", "", "a" * 63, "A" * 64, "a" * 64 + "\n", "0" * 64,
                                 "../" + "a" * 61])
def test_a_key_is_a_hash_and_nothing_else(storage: LocalStorage, key: str) -> None:
    storage.put(b"x", "text/plain")
    with pytest.raises(UnknownKeyError):
        storage.open(key)


def test_a_failed_write_leaves_nothing_behind(storage: LocalStorage, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        storage.put(b"contract", "application/pdf")
    assert [path for path in storage.folder.rglob("*") if path.is_file()] == []
    with pytest.raises(UnknownKeyError):
        storage.open(hashlib.sha256(b"contract").hexdigest())


def test_bytes_are_synced_before_the_key_is_given(storage: LocalStorage, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[int] = []
    real = os.fsync
    monkeypatch.setattr(os, "fsync", lambda handle: (synced.append(handle), real(handle))[1])
    storage.put(b"contract", "application/pdf")
    assert len(synced) == 4  # type and content, each file and its folder
