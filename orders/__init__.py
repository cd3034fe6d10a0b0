"""The product: orders, their log, its delivery, their lists, and every way in.

Rooms from the top: admin, api, socket, journal – bodies – listing, live – trading – log – store – models – protocol –
domain. Each imports only what stands below it.
"""
