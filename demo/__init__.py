"""All that only pretends: the demo's people and instruments, their order flow, and a broker on paper.

Knows orders as any client does; nothing of the product knows of it.
"""
