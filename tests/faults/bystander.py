"""A trader who looks at their orders: `python -m tests.faults.bystander PORT ASKS`, a process of its own.

Prints the p95 of what they wait, in milliseconds; their token is in TOKEN.
"""

from __future__ import annotations

import http.client
import os
import sys
import time

GAP_SECONDS = 0.01


def main(port: int, asks: int) -> None:
    client = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    waited = []
    for _ in range(asks):
        began = time.perf_counter()
        client.request("GET", "/api/orders/?page_size=20", headers={"Authorization": f"Token {os.environ['TOKEN']}"})
        answer = client.getresponse()
        answer.read()
        waited.append((time.perf_counter() - began) * 1000)
        assert answer.status == 200, answer.status
        time.sleep(GAP_SECONDS)
    print(sorted(waited)[int(asks * 0.95)])


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
