"""What every page has in common: security headers, errors in plain words, the frame's context, templates' helpers."""

import secrets
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from flask import (
    Flask,
    Response,
    current_app,
    g,
    has_request_context,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask_babel import Babel, get_locale, get_translations
from flask_babel import gettext as _
from flask_login import AnonymousUserMixin, current_user
from flask_wtf import CSRFProtect
from flask_wtf.csrf import CSRFError
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from werkzeug.exceptions import HTTPException
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import IntegerConverter, Map

from config import Settings
from webapp import clock, errors, policy, problems, wording
from webapp.auth.access import public
from webapp.documents import pdf, seal_key
from webapp.documents.storage import LocalStorage
from webapp.extensions import db, forget, is_away
from webapp.htmx import local
from webapp.models.people import Person, SiteSetting
from webapp.services import check_address
from webapp.wording import values
from workflows.vocabulary import Machine, Role

csrf = CSRFProtect()
babel = Babel()
_NAMES = {"en": "English", "nl": "Nederlands", "fr": "Français"}
_CATALOGUES = Path(__file__).parent / "translations"
# English stands in the code; another language is offered once its catalogue is compiled (docs/languages.md).
LANGUAGES = {
    code: name
    for code, name in _NAMES.items()
    if code == "en" or (_CATALOGUES / code / "LC_MESSAGES" / "messages.mo").is_file()
}
CSP = "; ".join(
    (
        "default-src 'none'", "script-src 'self'", "style-src 'self'", "img-src 'self' data:", "connect-src 'self'",
        "font-src 'self'", "form-action 'self'", "frame-ancestors 'none'", "base-uri 'none'", "manifest-src 'self'",
    )
)  # fmt: skip


class RowId(IntegerConverter):
    """`<int:…>` in an address is a row's number: what no database column can hold is simply not found."""

    def __init__(self, url_map: Map) -> None:
        super().__init__(url_map, max=2**31 - 1)


def init_app(app: Flask, settings: Settings) -> None:
    app.url_map.converters["int"] = RowId
    csrf.init_app(app)
    babel.init_app(app, locale_selector=_language)
    app.jinja_env.install_gettext_callables(_one, _many, newstyle=True)  # type: ignore[attr-defined]
    app.extensions["jumelage.storage"] = LocalStorage(settings.files)
    pdf.set_up(settings.converters, settings.pdf_converters, settings.pdf_deadline, settings.soffice)
    check_address.set_up(settings.base_url)
    _own_seal(settings)
    app.jinja_env.filters["dateformat"] = values.spelled
    app.jinja_env.globals.update(wording=wording, clock=clock, Machine=Machine, Role=Role, enumerate=enumerate)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.context_processor(_frame)
    app.after_request(_headers)
    app.post("/language", endpoint="language")(_choose_language)
    _add_errors(app)
    if settings.secure_cookies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1)  # type: ignore[method-assign]


def _own_seal(settings: Settings) -> None:
    """The key that seals: the configured one, else one that is made at the first start and kept under `var/`."""
    path = settings.seal_key or settings.var / "seal" / "key.pem"
    if settings.seal_key is None:
        seal_key.make(path, f"Jumelage seal, {urlsplit(settings.base_url).hostname}")
    seal_key.set_up(seal_key.SealKey(path, settings.seal_passphrase, settings.timestamp_url))


def _catalogue() -> Any:
    """The reader's translations, looked up once per request: a long list asks for hundreds of words."""
    if "catalogue" not in g:
        g.catalogue = get_translations()
    return g.catalogue


def _one(text: str) -> str:
    return str(_catalogue().ugettext(text))


def _many(one: str, many: str, count: int) -> str:
    return str(_catalogue().ungettext(one, many, count))


def is_demonstration() -> bool:
    """Whether this database holds the fictional demonstration; asked once per request."""
    if "demonstration" not in g:
        value = db.session.scalar(select(SiteSetting.value).where(SiteSetting.key == "demonstration"))
        g.demonstration = value == "yes"
    return bool(g.demonstration)


def _language() -> str:
    """The reader's choice, else their account's, else their browser's; English outside a request."""
    if not has_request_context():
        return "en"
    if problems.are_wanted():  # a program says it with each request, else its person's
        asked = request.accept_languages.best_match(LANGUAGES)
        own = getattr(current_user, "person", None)
        return asked or (own.language if own is not None and own.language in LANGUAGES else "en")
    chosen = session.get("language")
    if chosen in LANGUAGES:
        return str(chosen)
    if current_user and current_user.is_authenticated and current_user.person.language in LANGUAGES:
        return str(current_user.person.language)
    return request.accept_languages.best_match(LANGUAGES, "en") or "en"


@public
def _choose_language() -> Any:
    if (chosen := request.form.get("lang", "")) in LANGUAGES:
        session["language"] = chosen
    return redirect(local(request.form.get("next")) or "/", 303)


def _frame() -> dict[str, Any]:
    """What the layout shows on every page; survives a database that does not answer."""
    language = str(get_locale() or "en")
    languages = [{"code": c, "label": name, "current": c == language} for c, name in LANGUAGES.items()]
    languages = languages if len(languages) > 1 else []
    shared: dict[str, Any] = {"lang": language, "languages": languages, "links": _links(), "nav": _navigation()}
    if getattr(g, "database_down", False):
        return shared
    shared["demonstration"] = is_demonstration()
    if shared["demonstration"] and request.endpoint in ("auth.sign_in", "auth.sign_in_post"):
        shared["demo_people"] = people_of_the_demonstration()
    if current_user.is_authenticated:
        shared["place"], shared["roles"] = _place()
    return shared


def _links() -> dict[str, str]:
    links = {"home": url_for("public.home"), "about": url_for("public.about"), "source": url_for("public.source")}
    links |= {"accessibility": url_for("public.accessibility"), "language": url_for("language")}
    links |= {"verify": url_for("verification.show"), "api": url_for("api.index")}
    if current_user and current_user.is_authenticated:
        return links | {"sign_out": url_for("auth.sign_out"), "account": url_for("admin.account")}
    return links | {"sign_in": url_for("auth.sign_in")}


def _navigation() -> list[dict[str, Any]]:
    if not (current_user and current_user.is_authenticated):
        places = [(_("Open calls"), "public.calls"), (_("Check a document"), "verification.show")]
    else:
        who = current_user.principal
        places = [(_("My desk"), "desk.index"), (_("Applications"), "applications.index")]
        places += [(_("Contract register"), "register.index"), (_("Calls"), "public.calls")]
        if who.programmes(*Role) or who.holds(Role.LGA_OFFICER, Role.LEAD_REVIEWER):
            places.append((_("Programmes"), "programmes.index"))
        if who.holds(*policy.OFFICE):
            places.append((_("Templates"), "doctemplates.index"))
            places.append((_("Workflows"), "machines.index"))
        if who.holds(Role.SYSTEM_ADMIN, Role.MUNICIPALITY_ADMIN, Role.LGA_ADMIN):
            places.append((_("People"), "admin.people"))
        if who.holds(Role.SYSTEM_ADMIN):
            places += [(_("Organisations"), "admin.organisations"), (_("Failed work"), "admin.failures")]
    here = (request.endpoint or "").split(".")[0]
    return [
        {
            "label": label,
            "href": url_for(endpoint),
            "current": endpoint == request.endpoint or endpoint == f"{here}.index",
        }
        for label, endpoint in places
    ]


def _place() -> tuple[str, list[str]]:
    """Place and role of the signed-in person, under their name."""
    grants = current_user.person.grants
    places = list(dict.fromkeys(g.organisation.name for g in grants if g.organisation))
    roles = list(dict.fromkeys(wording.role(g.role) for g in current_user.principal.grants))
    return ", ".join(places[:2]), roles[:3]


def _headers(response: Response) -> Response:
    headers = response.headers
    headers.setdefault("Content-Security-Policy", CSP)
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Referrer-Policy"] = "same-origin"
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()"
    if current_app.config["SETTINGS"].secure_cookies:
        headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
    if request.endpoint != "static":
        headers["Cache-Control"] = "no-store"
    return response


def _add_errors(app: Flask) -> None:
    @app.errorhandler(errors.NotFound)
    @app.errorhandler(404)
    def not_found(_error: Exception) -> Any:
        return _plain(404)

    @app.errorhandler(errors.Forbidden)
    def forbidden(error: errors.Forbidden) -> Any:
        return _plain(403)

    @app.errorhandler(CSRFError)
    def stale_form(error: CSRFError) -> tuple[str, int]:
        happened = _("This form was opened before you signed in, or by another site. Nothing was saved.")
        return render_template("errors/409.html", what_happened=happened, link=_back()), 400

    @app.errorhandler(errors.Conflict)
    def conflict(error: errors.Conflict) -> tuple[str, int]:
        happened = _("Somebody else moved this on after you opened the page. Nothing of yours was saved here.")
        return render_template("errors/409.html", what_happened=happened, link=_back()), 409

    @app.errorhandler(errors.Refused)
    def refused(error: errors.Refused) -> tuple[str, int]:
        reasons = " ".join(wording.blocker(blocker) for blocker in error.refusal.blockers)
        return render_template("errors/409.html", what_happened=reasons, link=_back()), 409

    @app.errorhandler(HTTPException)
    def http_error(error: HTTPException) -> Any:
        if problems.are_wanted():
            return problems.of_http(error)
        known = {403, 409, 413, 429}
        page = error.code if error.code in known else 404
        response = error.get_response()
        response.set_data(render_template(f"errors/{page}.html"))
        response.content_type = "text/html; charset=utf-8"
        return response

    @app.errorhandler(Exception)
    @app.errorhandler(500)  # a commit that failed after the page was made
    def broken(error: Exception) -> tuple[Any, int, dict[str, str]]:
        if app.testing:
            raise error
        g.database_down = True
        reference = secrets.token_hex(4)
        app.logger.exception("error %s", reference)
        away = is_away(getattr(error, "original_exception", None) or error)
        status, later = (503, {"Retry-After": "10"}) if away else (500, {})
        return _went_wrong(status, reference), status, later

    app.register_error_handler(IntegrityError, lambda error: _twice(error) if _is_twice(error) else broken(error))


def _plain(status: int) -> Any:
    """The page of this error; a program gets its problem."""
    return problems.told(status) if problems.are_wanted() else (render_template(f"errors/{status}.html"), status)


def _is_twice(error: IntegrityError) -> bool:
    """A unique constraint, as PostgreSQL and SQLite name it."""
    names = {str(getattr(error.orig, name, "")) for name in ("sqlstate", "sqlite_errorname")}
    return bool(names & {"23505", "SQLITE_CONSTRAINT_UNIQUE", "SQLITE_CONSTRAINT_PRIMARYKEY"})


def _twice(_error: IntegrityError) -> tuple[str, int]:
    """The database keeps one of two that came at once; any other broken constraint is a fault of ours."""
    db.session.rollback()
    happened = _("Somebody, or you with a second click, did the same at this moment. It was kept once.")
    return render_template("errors/409.html", what_happened=happened, link=_back()), 409


def _went_wrong(status: int, reference: str) -> Any:
    """With the reader's own frame where the database still answers, else a page that needs nobody."""
    forget()  # after a failed statement nothing can be read before
    if problems.are_wanted():
        return problems.broken(status, reference)
    page = f"errors/{status}.html"
    try:
        return render_template(page, reference=reference)
    except SQLAlchemyError:
        forget()
        g._login_user = AnonymousUserMixin()
        return render_template(page, reference=reference)


def _back() -> str:
    """The page that the form stood on, when it is one of ours."""
    referrer = request.referrer or ""
    return referrer if referrer.startswith(request.host_url) else "/"


def people_of_the_demonstration() -> list[Person]:
    """For the sign-in page of a demonstration alone; one statement."""
    return list(db.session.scalars(select(Person).where(Person.is_demo).order_by(Person.id)))
