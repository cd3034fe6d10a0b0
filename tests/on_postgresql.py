"""Runs pytest on a throw-away PostgreSQL: `python -m tests.on_postgresql [pytest's arguments]`."""

from __future__ import annotations

import os
import subprocess
import sys

from tests.servers import postgresql_server


def main() -> None:
    with postgresql_server() as url:
        command = [sys.executable, "-m", "pytest", *sys.argv[1:]]
        raise SystemExit(subprocess.run(command, env=os.environ | {"DATABASE_URL": url}).returncode)


if __name__ == "__main__":
    main()
