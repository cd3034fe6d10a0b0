"""The demo: demo people and instruments, a simulated order flow, and a paper broker.

Knows orders as any client does; the product knows nothing of the demo.
"""
