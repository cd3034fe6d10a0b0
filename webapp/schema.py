"""What drf-spectacular is told of the API; `orders.api.schema` adds to what it makes of the views."""

SETTINGS = {
    "TITLE": "Order monitor",
    "DESCRIPTION": (
        "Place, watch and execute orders.\n\n"
        "A program signs in by `POST /api/token/` and sends the token with every request, after the word `Token` (not "
        "`Bearer`): `Authorization: Token …`. A page sends its session, and for changes Django's CSRF token.\n\n"
        "More: [the API by example](/api/docs/api/), [the websocket's protocol](/api/docs/protocol/)."
    ),
    "VERSION": "1",
    # What the code says of itself is for its readers.
    "DISABLE_DOCSTRING_DESCRIPTIONS": True,
    # A body that changes something still has what it must have.
    "COMPONENT_SPLIT_PATCH": False,
    "POSTPROCESSING_HOOKS": ["orders.api.schema.complete", "drf_spectacular.hooks.postprocess_schema_enums"],
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.IsAuthenticated"],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "/favicon.ico",
}
