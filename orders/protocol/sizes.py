"""Max sizes of WebSocket messages, for the frames and for the server, which needs them before Django's setup."""

FROM_CLIENT_BYTES = 64 * 1024
TO_CLIENT_BYTES = 256 * 1024
