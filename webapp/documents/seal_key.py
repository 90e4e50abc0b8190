"""The key that seals, and its certificate: an organisation's, never a person's.

Without a setting it is made once, under `var/`, with a certificate that it signs itself. A real installation brings its
own in a file. Whoever seals keeps the certificate's fingerprint, so that a seal is recognised after a change of key.
"""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from webapp import clock

LASTS = timedelta(days=3653)  # of a certificate we make: ten years, longer than any record is kept
PRIVATE = 0o600


class SealKeyError(RuntimeError):
    """The configured key cannot be used: not there, another passphrase, or no certificate with it."""


@dataclass(frozen=True, slots=True)
class SealKey:
    """Where the key is, how it is opened, and who may stamp the time."""

    path: Path
    passphrase: str = ""
    timestamp_url: str = ""


def make(path: Path, name: str) -> None:
    """A P-256 key with a certificate signed by itself, in one file of mode 600; a file that is there stays."""
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, beside = tempfile.mkstemp(dir=path.parent, prefix=".new-")  # mkstemp gives mode 600
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(_self_signed(name))
            file.flush()
            os.fsync(file.fileno())
        os.link(beside, path)
    except FileExistsError:  # another process was first, and its key counts
        pass
    finally:
        Path(beside).unlink(missing_ok=True)


def _self_signed(name: str) -> bytes:
    from cryptography import x509  # here: loading it costs every start, making a key only the first
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name[:64])])
    begins = clock.now() - timedelta(minutes=5)
    usage = dict.fromkeys(
        ("key_encipherment", "data_encipherment", "key_agreement", "key_cert_sign", "crl_sign", "encipher_only",
         "decipher_only"), False,
    )  # fmt: skip
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(begins + LASTS)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.KeyUsage(digital_signature=True, content_commitment=True, **usage), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    form, plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    pem = serialization.Encoding.PEM
    return key.private_bytes(pem, form, plain) + certificate.public_bytes(pem)


def signer(key: SealKey) -> Any:
    """A signer of pyHanko's for this key. Raises SealKeyError."""
    try:
        return _signer(key.path, key.passphrase, key.path.stat().st_mtime_ns)
    except OSError as error:
        raise SealKeyError(f"the seal's key cannot be read: {error.strerror}") from error


@lru_cache(maxsize=4)
def _signer(path: Path, passphrase: str, _changed: int) -> Any:
    """Read once; a file that was replaced is read anew."""
    from pyhanko.sign import signers

    secret = passphrase.encode() or None
    content = path.read_bytes()
    if b"-----BEGIN" not in content:
        made = signers.SimpleSigner.load_pkcs12(str(path), passphrase=secret)  # type: ignore[no-untyped-call]
        if made is None:
            raise SealKeyError("the PKCS#12 file of the seal cannot be opened with this passphrase")
        return made
    return _from_pem(content, secret)


def _from_pem(content: bytes, secret: bytes | None) -> Any:
    from cryptography import x509
    from cryptography.hazmat.primitives import serialization
    from pyhanko.sign import signers

    try:
        private = serialization.load_pem_private_key(content, secret)
        certificates = x509.load_pem_x509_certificates(content)
    except (ValueError, TypeError) as error:
        raise SealKeyError("the PEM file of the seal needs a key, its passphrase and a certificate") from error
    der = serialization.Encoding.DER
    bare = private.private_bytes(der, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return signers.SimpleSigner(**_registered(bare, [one.public_bytes(der) for one in certificates]))


def _registered(private: bytes, certificates: list[bytes]) -> dict[str, Any]:
    """Key and certificates as pyHanko takes them; the first certificate is the key's own."""
    from asn1crypto import keys, x509
    from pyhanko_certvalidator.registry import SimpleCertificateStore

    loaded = [x509.Certificate.load(one) for one in certificates]
    store = SimpleCertificateStore()  # type: ignore[no-untyped-call]
    store.register_multiple(loaded)
    key = keys.PrivateKeyInfo.load(private)
    return {"signing_cert": loaded[0], "signing_key": key, "cert_registry": store}


def fingerprint(key: SealKey) -> str:
    """sha256 of the certificate, in hexadecimal: what is kept beside every seal. Raises SealKeyError."""
    return str(signer(key).signing_cert.sha256.hex())


_own: list[SealKey] = []


def set_up(key: SealKey) -> None:
    """Say once, at the start of the process, which key is this installation's."""
    _own[:] = [key]


def own() -> SealKey:
    """The key of this installation. Raises SealKeyError when nobody has said which."""
    if not _own:
        raise SealKeyError("no key was set up")
    return _own[0]
