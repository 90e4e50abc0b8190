"""The OpenAPI description: made once from the addresses and schemas, said in the reader's language."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from flask import Flask, json, url_for
from flask_smorest import Api, Blueprint

KEY = "jumelage.api"
VERSION = "1.0"
SAMPLES = {"application_id": "1", "case_id": "1", "machine": "application"}
TOKEN = {"type": "http", "scheme": "bearer"}


class _Api(Api):  # type: ignore[misc]  # flask-smorest ships no types
    """Errors have one home, `webapp.problems`: the library would answer for the whole site, in a form of its own."""

    DEFAULT_ERROR_RESPONSE_NAME = None

    def _nothing(self) -> None:
        pass

    _register_error_handlers = _register_responses = _register_pagination_header = _nothing


def register(app: Flask, blueprint: Blueprint) -> None:
    """Add the addresses to the application and describe them."""
    api = _Api(app, spec_kwargs={"title": "Jumelage", "version": VERSION, "openapi_version": "3.1.0"})
    api.register_blueprint(blueprint)
    api.spec.components.security_scheme("token", TOKEN)
    api.spec.options["security"] = [{"token": []}]
    app.extensions[KEY] = api.spec


def of(app: Flask) -> dict[str, Any]:
    """The whole description."""
    spec: dict[str, Any] = json.loads(json.dumps(app.extensions[KEY].to_dict(), default=str))
    return spec


class Parameter(NamedTuple):
    name: str
    about: str
    is_required: bool


class Operation(NamedTuple):
    """One address as the page shows it."""

    address: str
    summary: str
    parameters: list[Parameter]
    example: str  # the path to try


def operations(spec: dict[str, Any]) -> Iterator[Operation]:
    """Each address of the description."""
    for path, item in spec["paths"].items():
        get = item["get"]
        query = [p for p in get.get("parameters", ()) if p["in"] == "query"]
        shown = [Parameter(p["name"], p.get("description", ""), p.get("required", False)) for p in query]
        example = path.format(**SAMPLES).lstrip("/")
        needed = [f"{p['name']}={p['schema']['example']}" for p in query if p.get("required")]
        yield Operation(path, get["summary"], shown, "?".join([example, *needed][:2]))


def address(endpoint: str, **query: Any) -> str:
    """The path of one of these addresses, with its parameters."""
    return url_for(f"api_v1.{endpoint}", **query)
