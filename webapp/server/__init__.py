"""The web process: uvicorn, with direct writes, flow control and a graceful shutdown for our sockets."""
