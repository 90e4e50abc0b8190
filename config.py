"""Settings from the environment, typed. Nothing else reads the environment."""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Settings:
    """One running instance. Paths are absolute; `mail_server` empty means: keep mail as files under `var/mail`."""

    secret_key: str
    database_url: str
    var: Path
    base_url: str = "http://127.0.0.1:8000"
    mail_server: str = ""
    mail_sender: str = "jumelage@localhost"
    demo_password: str = "demonstration"
    secure_cookies: bool = False
    trusted_hosts: tuple[str, ...] = ()
    rate_limit_storage: str = "memory://"
    trust_provider: str = "test"  # signs in a demonstration alone; "none" switches it off
    max_upload_bytes: int = 10 * 1024 * 1024
    idle_minutes: int = 60
    session_hours: int = 12
    throttle_attempts: int = 10
    throttle_minutes: int = 15
    soffice: str = "soffice"  # LibreOffice, by name or path; empty: this installation makes no PDF
    pdf_converters: int = 1
    pdf_deadline: float = 60.0  # seconds; below the lease of a job (two minutes)
    seal_key: Path | None = None  # PKCS#12 or PEM with key and certificate; None: made and kept under `var/`
    seal_passphrase: str = field(default="", repr=False)
    timestamp_url: str = ""  # a time stamp authority (RFC 3161); empty: the time is this machine's own
    testing: bool = False

    @property
    def files(self) -> Path:
        return self.var / "files"

    @property
    def converters(self) -> Path:
        return self.var / "converters"

    @property
    def mail(self) -> Path:
        return self.var / "mail"

    @classmethod
    def from_env(cls, env: Mapping[str, str] | None = None) -> "Settings":
        """Read the environment; unset values get the embedded default (SQLite and files under `var/`)."""
        source = os.environ if env is None else env
        var = Path(source.get("JUMELAGE_VAR", Path(__file__).parent / "var")).resolve()
        port = source.get("PORT", "8000")
        base_url = source.get("BASE_URL", f"http://127.0.0.1:{port}").rstrip("/")
        return cls(
            secret_key=source.get("SECRET_KEY") or _kept_secret(var / "secret_key"),
            database_url=normalise(source.get("DATABASE_URL") or f"sqlite:///{var / 'jumelage.db'}"),
            var=var,
            base_url=base_url,
            mail_server=source.get("MAIL_SERVER", ""),
            mail_sender=source.get("MAIL_SENDER", "jumelage@localhost"),
            demo_password=source.get("DEMO_PASSWORD", "demonstration"),
            secure_cookies=base_url.startswith("https://"),
            trusted_hosts=tuple(h for h in source.get("TRUSTED_HOSTS", "").split(",") if h),
            trust_provider=source.get("TRUST_PROVIDER", "test"),
            rate_limit_storage=source.get("RATE_LIMIT_STORAGE", "memory://"),
            soffice=source.get("SOFFICE", "soffice"),
            pdf_converters=max(1, int(source.get("PDF_CONVERTERS", "1"))),
            pdf_deadline=min(90.0, float(source.get("PDF_DEADLINE", "60"))),
            seal_key=Path(source["SEAL_KEY"]).resolve() if source.get("SEAL_KEY") else None,
            seal_passphrase=source.get("SEAL_PASSPHRASE", ""),
            timestamp_url=source.get("TIMESTAMP_URL", ""),
        )


def normalise(url: str) -> str:
    """`postgres://` and `postgresql://` name the psycopg 3 driver."""
    for prefix in ("postgres://", "postgresql://"):
        if url.startswith(prefix):
            return "postgresql+psycopg://" + url.removeprefix(prefix)
    return url


def _kept_secret(path: Path) -> str:
    """The instance's own key, made at the first start and kept with mode 600."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_hex(32))
    return path.read_text().strip()
