"""Every frame of the socket, both ways, and the strict JSON that frames and bodies are written in.

Knows texts and their limits; nothing of sockets, people or the database.
"""
