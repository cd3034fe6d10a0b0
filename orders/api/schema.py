"""The OpenAPI description where it says more than each view: how anything is refused, what an amount looks like."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from drf_spectacular.extensions import OpenApiSerializerFieldExtension
from drf_spectacular.utils import OpenApiParameter

from orders.domain.fields import AMOUNTS
from orders.domain.rules import BIGGEST_ID

Schema = dict[str, Any]

# The longest list that is placed or amended at once.
MOST_AT_ONCE = 1000
AMOUNT: Schema = {"type": "string", "pattern": r"^[0-9]{1,15}(\.[0-9]{1,8})?$"}
# What the serializers' own checks don't tell; an empty client_order_id is none.
REFINED: dict[str, dict[str, Schema]] = {
    "NewOrder": {"client_order_id": {"pattern": "^[A-Za-z0-9_-]{0,36}$"}},
    "Order": {name: {"pattern": AMOUNT["pattern"]} for name in sorted(AMOUNTS)},
}
# Bodies in which a field that is not known is refused.
STRICT = ("NewOrder", "Amendment", "ListAmendment", "Cancel", "Report", "SignIn")
MEANINGS = {
    "200": "Done, or found.",
    "201": "Made.",
    "400": "It makes no sense as it is: `fields` says what.",
    "401": "Nobody is signed in, or the token is not good.",
    "403": "This is not yours to do. With a session: the CSRF token is missing.",
    "404": "There is no such thing, or none that you may see.",
    "409": "The order, or another one of its name, does not allow it: `code` says why, `current` is how it stands.",
    "413": "The body is too large.",
    "415": "The body is not JSON.",
    "429": "Too much in too short a time: come back after `Retry-After` seconds.",
    "503": "The database, or for prices the broker, does not answer. Whether a change was made is not known:"
    " send it again unchanged only with its `client_order_id`, `expected_version` or `exec_id`.",
}
# Parameters that name something which may not be there.
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
    """An amount that comes in: text, so that no program rounds it; 15 digits with a point are 16 characters."""

    target_class = "orders.bodies.fields.AmountField"

    def map_serializer_field(self, auto_schema: Any, direction: Any) -> Schema:
        return AMOUNT | {"maxLength": 16}


def whole(name: str, least: int, most: int, description: str, default: int | None = None) -> OpenApiParameter:
    """A whole number within its bounds."""
    size = "int32" if most < 2**31 else "int64"
    bounds: Schema = {"type": "integer", "format": size, "minimum": least, "maximum": most}
    return OpenApiParameter(name, bounds, description=description, default=default)


def several(name: str, members: Iterable[str], description: str) -> OpenApiParameter:
    """One or more of these, separated by commas."""
    one = f"(?:{'|'.join(members)})"
    return OpenApiParameter(name, str, description=description, pattern=f"^{one}(?:,{one})*$")


def complete(result: Schema, **kwargs: Any) -> Schema:
    """Postprocessing hook of drf-spectacular, before its own: adds refusals, meanings and the bounds of lists."""
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
    """The codes that every operation of this kind may answer with."""
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
