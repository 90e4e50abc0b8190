"""Every endpoint says who may call it; the list below is written by hand and must name them all."""

from flask import Flask

from webapp.auth import access

PUBLIC = {
    "static",
    "language",
    "auth.sign_in",
    "auth.sign_in_post",
    "auth.reset",
    "auth.reset_post",
    "auth.choose_password",
    "auth.choose_password_post",
    "verification.show",
    "verification.show_post",
    "verification.document",
    "api.index",
    "api.openapi",
}


def test_every_endpoint_declares_its_access(app: Flask) -> None:
    declared = access.declared(app)
    assert set(declared) == set(app.view_functions)


def test_only_the_listed_endpoints_are_public(app: Flask) -> None:
    open_doors = {endpoint for endpoint, rule in access.declared(app).items() if rule == "public"}
    assert {endpoint for endpoint in open_doors if not endpoint.startswith("public.")} == PUBLIC


def test_an_endpoint_without_a_rule_is_noticed() -> None:
    """The planted mutant."""
    careless = Flask("careless")
    careless.add_url_rule("/open", "open", lambda: "everything")
    try:
        access.declared(careless)
    except RuntimeError as error:
        assert "open declares no access rule" in str(error)
    else:
        raise AssertionError("an endpoint without a rule went unnoticed")


def test_a_stranger_gets_nothing_but_the_public_pages(app: Flask) -> None:
    """Every other endpoint, called without a session, leads to the sign-in page or refuses."""
    client = app.test_client()
    declared = access.declared(app)
    for rule in app.url_map.iter_rules():
        if declared[rule.endpoint] == "public":
            continue
        values = {name: _sample(rule, name) for name in rule.arguments}
        with app.test_request_context():
            url = app.url_for(rule.endpoint, **values)
        for method in {"GET", "POST"} & (rule.methods or set()):
            response = client.open(url, method=method)
            refused = response.status_code in (400, 401, 403, 404)
            assert refused or "/sign-in" in response.headers.get("Location", ""), (method, url, response.status_code)


def _sample(rule: object, name: str) -> str:
    if name == "machine":
        return "application"
    return "1" if name.endswith(("_id", "number", "version")) else "x"
