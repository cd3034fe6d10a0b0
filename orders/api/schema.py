"""Additions to the OpenAPI schema that no view declares: error responses, and the format of an amount."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from drf_spectacular.extensions import OpenApiSerializerFieldExtension
from drf_spectacular.utils import OpenApiParameter

from orders.domain.fields import AMOUNTS
from orders.domain.rules import BIGGEST_ID

Schema = dict[str, Any]

# Max length of a list that is placed or amended at once.
MOST_AT_ONCE = 1000
AMOUNT: Schema = {"type": "string", "pattern": r"^[0-9]{1,15}(\.[0-9]{1,8})?$"}
# Constraints that the serializers don't declare; an empty client_order_id counts as none.
REFINED: dict[str, dict[str, Schema]] = {
    "NewOrder": {"client_order_id": {"pattern": "^[A-Za-z0-9_-]{0,36}$"}},
    "Order": {name: {"pattern": AMOUNT["pattern"]} for name in sorted(AMOUNTS)},
}
# Bodies in which an unknown field is refused.
STRICT = ("NewOrder", "Amendment", "ListAmendment", "Cancel", "Report", "SignIn")
MEANINGS = {
    "200": "OK.",
    "201": "Created.",
    "400": "Invalid request: `fields` names the fields and the reasons.",
    "401": "Not signed in, or the token is not valid.",
    "403": "You don't have permission to do this. With a session: or the CSRF token is missing.",
    "404": "Not found, or not visible to you.",
    "409": "Conflict with the order's state, or a duplicate id: `code` says which, `current` is the order.",
    "413": "The body is too large.",
    "415": "The body is not JSON.",
    "429": "Rate limit exceeded: retry after `Retry-After` seconds.",
    "503": "The database, or for prices Redis, does not answer. It is not known whether a change was made:"
    " retry it only unchanged and with its `client_order_id`, `expected_version` or `exec_id`.",
}
# Parameters that name something that may not exist.
NAMING = frozenset({"user", "page"})
REFUSAL = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
RETRY_AFTER = {"Retry-After": {"schema": {"type": "integer"}, "description": "in seconds"}}

ORDER_ID = OpenApiParameter(
    "order_id",
    {"type": "integer", "format": "int64", "minimum": 1, "maximum": BIGGEST_ID},
    OpenApiParameter.PATH,
    description="the order's `id`",
)


class AmountExtension(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]
    """An amount in a request: a string, so that no client rounds it; 15 digits and a point are 16 characters."""

    target_class = "orders.bodies.fields.AmountField"

    def map_serializer_field(self, auto_schema: Any, direction: Any) -> Schema:
        return AMOUNT | {"maxLength": 16}


def whole(name: str, least: int, most: int, description: str, default: int | None = None) -> OpenApiParameter:
    """A whole-number parameter within its bounds."""
    size = "int32" if most < 2**31 else "int64"
    bounds: Schema = {"type": "integer", "format": size, "minimum": least, "maximum": most}
    return OpenApiParameter(name, bounds, description=description, default=default)


def several(name: str, members: Iterable[str], description: str) -> OpenApiParameter:
    """A parameter of one or more of these values, separated by commas."""
    one = f"(?:{'|'.join(members)})"
    return OpenApiParameter(name, str, description=description, pattern=f"^{one}(?:,{one})*$")


def complete(result: Schema, **kwargs: Any) -> Schema:
    """Postprocessing hook of drf-spectacular, run before its own: adds errors, descriptions and the bounds of lists."""
    components = result["components"]["schemas"]
    for component, properties in REFINED.items():
        for name, refinement in properties.items():
            components[component]["properties"][name].update(refinement)
    for component in STRICT:
        components[component]["additionalProperties"] = False
    for operations in result["paths"].values():
        for method, operation in operations.items():
            _add_refusals(method, operation)
            _bound_lists(operation.get("requestBody"), components)
    return result


def _add_refusals(method: str, operation: Schema) -> None:
    responses: Schema = operation["responses"]
    for code in _refusals(method, operation):
        responses.setdefault(code, {"content": REFUSAL})
    for code, response in responses.items():
        response["description"] = response.get("description") or MEANINGS.get(code, "")
        if code == "429":
            response["headers"] = RETRY_AFTER
    operation["responses"] = dict(sorted(responses.items()))


def _refusals(method: str, operation: Schema) -> Iterator[str]:
    """The error codes that every operation of this kind may return."""
    yield from ("400", "429", "503")
    if operation.get("security"):
        yield "401"
    if method != "get":
        yield "403"
    if "requestBody" in operation:
        yield from ("413", "415")
    if any(each["in"] == "path" or each["name"] in NAMING for each in operation.get("parameters", ())):
        yield "404"


def _bound_lists(body: Schema | None, components: Schema) -> None:
    for content in body["content"].values() if body else ():
        for schema in _alternatives(content["schema"], components):
            if schema.get("type") == "array":
                schema.update(minItems=1, maxItems=MOST_AT_ONCE)
                body["required"] = True  # type: ignore[index]


def _alternatives(schema: Schema, components: Schema) -> list[Schema]:
    found: Schema = components[schema["$ref"].rsplit("/", 1)[1]] if "$ref" in schema else schema
    return list(found.get("oneOf", [found]))
