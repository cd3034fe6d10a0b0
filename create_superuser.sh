#!/usr/bin/env bash
# Creates the administrator from DJANGO_SUPERUSER_USERNAME, _EMAIL and _PASSWORD, or asks for missing ones; without a
# terminal, a missing password is generated at random and printed once. There is no default password.
set -euo pipefail
cd "$(dirname "$0")"
if [ -f Makefile ]; then
  make --no-print-directory --silent .venv/stamps/runtime >&2
  exec .venv/bin/python manage.py make_administrator
fi
# In an image everything is installed already.
exec python manage.py make_administrator
