"""Settings of drf-spectacular; `orders.api.schema` completes the schema that it generates from the views."""

SETTINGS = {
    "TITLE": "Order monitor",
    "DESCRIPTION": (
        "Place, watch and execute orders.\n\n"
        "A program signs in by `POST /api/token/` and sends the token with every request, after the word `Token` (not "
        "`Bearer`): `Authorization: Token …`. A page sends its session, and for changes Django's CSRF token.\n\n"
        "More: [the API by example](/api/docs/api/), [the websocket's protocol](/api/docs/protocol/)."
    ),
    "VERSION": "1",
    # Docstrings are for readers of the code.
    "DISABLE_DOCSTRING_DESCRIPTIONS": True,
    # A PATCH keeps its required fields.
    "COMPONENT_SPLIT_PATCH": False,
    "POSTPROCESSING_HOOKS": ["orders.api.schema.complete", "drf_spectacular.hooks.postprocess_schema_enums"],
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.IsAuthenticated"],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "/favicon.ico",
}
