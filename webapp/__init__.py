"""The web application. `create_app` wires the rooms together and does nothing else."""

from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from flask import Flask

import webapp.models  # noqa: F401 - knows the whole schema before anything asks
from config import Settings
from webapp import cli, once, site, transaction
from webapp.auth import access, login
from webapp.auth import routes as auth_routes
from webapp.extensions import db, engine_options, migrate
from webapp.machines import examination

FEATURES = (
    "programmes",
    "casefile",
    "applications",
    "assessments",
    "reviews",
    "decisions",
    "agreements",
    "negotiation",
    "monitoring",
    "doctemplates",
    "register",
    "machines",
    "batches",
    "desk",
    "admin",
    "api",
    "public",
    "verification",
)

_MIGRATIONS = Path(__file__).parent.parent / "migrations"


def create_app(settings: Settings | None = None) -> Flask:
    """A configured application; raises when a machine is broken or an endpoint declares no access rule."""
    settings = settings or Settings.from_env()
    app = Flask(__name__)
    app.config.update(
        SETTINGS=settings,
        TESTING=settings.testing,
        SECRET_KEY=settings.secret_key,
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        SQLALCHEMY_ENGINE_OPTIONS=engine_options(settings.database_url),
        MAX_CONTENT_LENGTH=settings.max_upload_bytes + 1024 * 1024,
        MAX_FORM_PARTS=2000,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.secure_cookies,
        SESSION_COOKIE_NAME="jumelage",
        TRUSTED_HOSTS=list(settings.trusted_hosts) or None,
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_ENABLED=not settings.testing,  # tests/integration/test_sign_in.py switches it on again
        BABEL_DEFAULT_LOCALE="en",
        SEND_FILE_MAX_AGE_DEFAULT=31536000,
    )
    settings.var.mkdir(parents=True, exist_ok=True)
    db.init_app(app)
    migrate.init_app(app, db, directory=str(_MIGRATIONS))
    transaction.init_app(app)
    login.init_app(app)
    site.init_app(app, settings)
    once.init_app(app)
    app.register_blueprint(auth_routes.blueprint)
    _add_features(app)
    cli.init_app(app)
    with app.app_context():
        examination.require_sound()
    access.declared(app)
    return app


def _add_features(app: Flask) -> None:
    """Each feature brings its blueprint, the effects it answers for, and what it can do to many files at once."""
    for name in FEATURES:
        for part in ("effects", "bulk"):
            if find_spec(f"webapp.{name}.{part}"):
                import_module(f"webapp.{name}.{part}")
        app.register_blueprint(import_module(f"webapp.{name}.routes").blueprint)
