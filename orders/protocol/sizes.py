"""How large a message on the websocket may be, for the server before the site is set up and for the frames alike."""

FROM_CLIENT_BYTES = 64 * 1024
TO_CLIENT_BYTES = 256 * 1024
