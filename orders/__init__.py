"""The product: orders, their event log, its delivery, the order lists and every entry point.

Rooms from top to bottom: admin, api, socket, journal – bodies – listing, live – trading – log – store – models –
protocol – domain. Each imports only from the rooms below it.
"""
