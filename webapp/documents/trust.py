"""A qualified trust provider: the interface, and a test provider that really signs and has no legal value.

The provider signs the bytes of the document as a detached CMS signature. What it returns is verified before it counts,
and kept as a file, so that anybody can verify it again without this product.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import secrets
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Protocol

from asn1crypto import cms, keys, x509
from cryptography import x509 as cx509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from pyhanko.sign.signers import SimpleSigner
from pyhanko.sign.validation import async_validate_detached_cms
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.registry import SimpleCertificateStore

from webapp import clock

CMS = "application/pkcs7-signature"
TEST_LABEL = "Test provider, no legal value"


class NotTrusted(Exception):
    """What came back is no valid signature of this provider over these bytes; the message says why."""


@dataclass(frozen=True, slots=True)
class Begun:
    """A signature that was asked for: the provider's number, and its page where the signer goes; empty: ours."""

    reference: str
    redirect: str = ""


@dataclass(frozen=True, slots=True)
class Signed:
    """What a provider returns: the detached signature, and the certificate it was made with, both as DER."""

    signature: bytes
    certificate: bytes

    @property
    def fingerprint(self) -> str:
        return hashlib.sha256(self.certificate).hexdigest()

    @classmethod
    def read(cls, signature: bytes, fingerprint: str) -> Signed:
        """A kept signature with the certificate of this fingerprint, which stands in it."""
        for der in _certificates(signature):
            if hashlib.sha256(der).hexdigest() == fingerprint:
                return cls(signature, der)
        raise NotTrusted("the certificate does not stand in the signature")


class TrustProvider(Protocol):
    """What the product needs of a provider; one that is qualified is plugged in here."""

    label: str
    is_test: bool

    def begin(self, document_sha256: str, signer: str) -> Begun: ...

    def finish(self, reference: str, document: bytes, signer: str) -> Signed: ...

    def verify(self, document: bytes, signed: Signed) -> None: ...


class TestProvider:
    """Signs with a key made for one signature, under a root made for this installation. Never for real contracts."""

    __test__ = False  # a name for people, not for the collector of tests
    label = TEST_LABEL
    is_test = True

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def begin(self, document_sha256: str, signer: str) -> Begun:
        return Begun(f"test-{secrets.token_hex(12)}")

    def finish(self, reference: str, document: bytes, signer: str) -> Signed:
        """A detached CMS signature (EC P-256, SHA-256) by a certificate that names the signer and this reference."""
        root_key, root = self._root()
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = _certificate(_name(signer, reference), key, root.subject, root_key, is_root=False)
        der = certificate.public_bytes(serialization.Encoding.DER)
        maker = SimpleSigner(
            signing_cert=x509.Certificate.load(der),
            signing_key=keys.PrivateKeyInfo.load(_plain(key, serialization.Encoding.DER)),
            cert_registry=SimpleCertificateStore(),  # type: ignore[no-untyped-call]
        )
        made = asyncio.run(maker.async_sign_general_data(document, "sha256", detached=True))
        return Signed(made.dump(), der)

    def verify(self, document: bytes, signed: Signed) -> None:
        """Raises `NotTrusted` unless the signature is whole, fits these bytes and leads to this installation's root."""
        try:
            content = cms.ContentInfo.load(signed.signature)["content"]
            root = x509.Certificate.load(self._root()[1].public_bytes(serialization.Encoding.DER))
            context = ValidationContext(trust_roots=[root], allow_fetching=False, moment=clock.now())
            status = asyncio.run(async_validate_detached_cms(document, content, signer_validation_context=context))
        except Exception as error:  # a library's own errors: whatever cannot be read is not trusted
            raise NotTrusted(str(error)) from error
        if not (status.intact and status.valid and status.trusted):
            raise NotTrusted("the signature does not fit the document or its certificate is unknown")
        if hashlib.sha256(status.signing_cert.dump()).hexdigest() != signed.fingerprint:
            raise NotTrusted("another certificate was used")

    def _root(self) -> tuple[ec.EllipticCurvePrivateKey, cx509.Certificate]:
        """Key and certificate in one file of mode 600, made when first needed."""
        path = self.folder / "test-trust-provider.pem"
        if not path.exists():
            self._make_root(path)
        content = path.read_bytes()
        key = serialization.load_pem_private_key(content, None)
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise NotTrusted("the test provider's key is of another kind")
        return key, cx509.load_pem_x509_certificate(content)

    def _make_root(self, path: Path) -> None:
        """Written whole beside its place and linked there: of two who start at once, the first one's root stays."""
        self.folder.mkdir(parents=True, exist_ok=True)
        key = ec.generate_private_key(ec.SECP256R1())
        name = _name("Jumelage test root", "no legal value")
        certificate = _certificate(name, key, name, key, is_root=True)
        fresh = path.with_name(f".{secrets.token_hex(8)}.pem")
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(_plain(key, serialization.Encoding.PEM) + certificate.public_bytes(serialization.Encoding.PEM))
        try:
            os.link(fresh, path)
        except FileExistsError:
            return
        finally:
            fresh.unlink()


def _certificates(signature: bytes) -> list[bytes]:
    """The certificates that a CMS signature carries, as DER."""
    try:
        return [entry.chosen.dump() for entry in cms.ContentInfo.load(signature)["content"]["certificates"]]
    except (ValueError, KeyError, TypeError) as error:
        raise NotTrusted(str(error)) from error


def _plain(key: ec.EllipticCurvePrivateKey, encoding: serialization.Encoding) -> bytes:
    return key.private_bytes(encoding, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())


def _name(common: str, serial: str) -> cx509.Name:
    return cx509.Name(
        [
            cx509.NameAttribute(NameOID.COMMON_NAME, common[:64] or "Signatory"),
            cx509.NameAttribute(NameOID.ORGANIZATION_NAME, TEST_LABEL),
            cx509.NameAttribute(NameOID.SERIAL_NUMBER, serial[:64]),
        ]
    )


def _certificate(
    subject: cx509.Name, key: ec.EllipticCurvePrivateKey, issuer: cx509.Name, issuer_key: ec.EllipticCurvePrivateKey, *,
    is_root: bool,
) -> cx509.Certificate:  # fmt: skip
    now = clock.now()
    usage = cx509.KeyUsage(
        digital_signature=not is_root, content_commitment=not is_root, key_encipherment=False, data_encipherment=False,
        key_agreement=False, key_cert_sign=is_root, crl_sign=is_root, encipher_only=False, decipher_only=False,
    )  # fmt: skip
    return (
        cx509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(cx509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + timedelta(days=3650))
        .add_extension(cx509.BasicConstraints(ca=is_root, path_length=0 if is_root else None), critical=True)
        .add_extension(usage, critical=True)
        .sign(issuer_key, hashes.SHA256())
    )
