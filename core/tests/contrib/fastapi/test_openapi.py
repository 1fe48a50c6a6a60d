"""What the host's OpenAPI document says of the endpoints, and of routes that ask for a token."""

import json
import re
from typing import Any

import pytest
from core.tests.contrib.fastapi.host import make, shop, shown
from fastapi.openapi.models import OpenAPI


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    accredit, *_ = make()
    return shop(accredit).openapi()


def test_the_document_is_valid_and_refers_to_nothing_that_is_not_there(document: dict[str, Any]) -> None:
    OpenAPI.model_validate(document)
    schemas = {f"#/components/schemas/{name}" for name in document["components"]["schemas"]}
    assert set(re.findall(r'"\$ref": "([^"]+)"', json.dumps(document))) <= schemas


def test_every_operation_is_shown_below_the_prefix_with_a_name_of_its_own(document: dict[str, Any]) -> None:
    shown = {
        (path, method): operation
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    }
    ours = {key: operation for key, operation in shown.items() if key[0].startswith("/login/")}
    assert len(ours) == 16
    assert ("/login/oauth/access_token", "post") in ours
    assert {method for path, method in ours if path == "/login/userinfo"} == {"get", "post"}
    ids = [operation["operationId"] for operation in shown.values()]
    assert len(set(ids)) == len(ids)
    assert all(operation["tags"] == ["oauth"] and operation["summary"] for operation in ours.values())


def test_bodies_answers_and_errors_have_models_and_examples(document: dict[str, Any]) -> None:
    operation = document["paths"]["/login/oauth/access_token"]["post"]
    body = operation["requestBody"]["content"]
    assert set(body) == {"application/json", "application/x-www-form-urlencoded"}
    assert body["application/json"]["schema"]["required"] == ["connection", "client_id"]
    assert body["application/json"]["examples"]["Facebook"]["value"]["connection"] == "facebook"
    answers = operation["responses"]
    assert set(answers) == {"200", "400", "401", "403", "429", "500", "503"}
    assert answers["200"]["content"]["application/json"]["schema"] == {"$ref": "#/components/schemas/OAuthTokens"}
    for status in ("400", "401", "403", "429", "500", "503"):
        content = answers[status]["content"]["application/json"]
        assert content["schema"] == {"$ref": "#/components/schemas/OAuthError"}
        assert content["examples"]
    assert content["examples"]["the service is not available, try again later"]
    assert set(answers["503"]["headers"]) == {"Retry-After"}
    assert set(answers["429"]["headers"]) == {
        "Retry-After",
        "X-RateLimit-Limit",
        "X-RateLimit-Remaining",
        "X-RateLimit-Reset",
    }
    assert set(answers["401"]["headers"]) == {"WWW-Authenticate"}
    assert "content" not in document["paths"]["/login/oauth/revoke"]["post"]["responses"]["200"]


def test_a_route_that_asks_for_a_token_has_the_security_scheme_and_its_scopes(document: dict[str, Any]) -> None:
    [(name, scheme)] = document["components"]["securitySchemes"].items()
    assert name == "shop.example.com-login"
    assert (scheme["type"], scheme["scheme"], scheme["bearerFormat"]) == ("http", "bearer", "JWT")
    assert "https://shop.example.com/login/oauth/access_token" in scheme["description"]
    assert document["paths"]["/orders"]["get"]["security"] == [{name: shown("read:orders")}]
    assert document["paths"]["/me"]["get"]["security"] == [{name: []}]
    assert document["paths"]["/login/userinfo"]["get"]["security"] == [{name: []}]
    assert "security" not in document["paths"]["/login/oauth/token"]["post"]


def test_no_parameter_of_ours_but_those_of_paths_reaches_the_document(document: dict[str, Any]) -> None:
    for path, methods in document["paths"].items():
        for operation in methods.values():
            named = re.findall(r"{(\w+)}", path)
            assert [(one["name"], one["in"]) for one in operation.get("parameters", [])] == [
                (name, "path") for name in named
            ], path


def test_the_names_of_schemas_are_none_of_a_hosts_own(document: dict[str, Any]) -> None:
    assert all(name.startswith("OAuth") for name in document["components"]["schemas"])
