"""Five designs for gap-free event numbers, as bare SQL on PostgreSQL, and their cost for writers of the same owners.

Each transaction changes an order, does something else for a while and commits. See `benchmarks.log`.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import psycopg

TABLES = """
    DROP SCHEMA IF EXISTS bench CASCADE;
    CREATE SCHEMA bench;
    SET search_path TO bench;
    CREATE TABLE orders (id bigserial PRIMARY KEY, owner int, text text);
    CREATE TABLE counter (owner int PRIMARY KEY, head bigint NOT NULL);
    CREATE TABLE event (id bigserial PRIMARY KEY, owner int, seq bigint, body text);
    CREATE UNIQUE INDEX event_once ON event (owner, seq);
    INSERT INTO counter SELECT owner, 0 FROM generate_series(1, 100) AS owner;
"""
DEFERRED = """
    CREATE FUNCTION number() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE next bigint;
    BEGIN
        UPDATE counter SET head = head + 1 WHERE owner = NEW.owner RETURNING head INTO next;
        UPDATE event SET seq = next WHERE id = NEW.id;
        RETURN NULL;
    END $$;
    CREATE CONSTRAINT TRIGGER number AFTER INSERT ON event DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW EXECUTE FUNCTION number();
"""
STAGED = """
    CREATE FUNCTION number() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE staged record; next bigint;
    BEGIN
        FOR staged IN SELECT id, owner FROM event WHERE seq IS NULL AND xmin = pg_current_xact_id()::xid
            ORDER BY owner, id LOOP
            UPDATE counter SET head = head + 1 WHERE owner = staged.owner RETURNING head INTO next;
            UPDATE event SET seq = next WHERE id = staged.id;
        END LOOP;
        RETURN NULL;
    END $$;
    CREATE CONSTRAINT TRIGGER number AFTER INSERT ON event DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW EXECUTE FUNCTION number();
    CREATE INDEX event_staged ON event (owner, id) WHERE seq IS NULL;
"""
BODY = "{" + "x" * 600 + "}"
RAISE = "UPDATE counter SET head = head + 1 WHERE owner = %s RETURNING head"
EVENT = "INSERT INTO event (owner, seq, body) VALUES (%s, %s, %s)"

Cursor = psycopg.Cursor[Any]


@dataclass(frozen=True)
class Design:
    """A design: what a change writes at once, and what its transaction writes right before the commit."""

    name: str
    set_up: str
    at_change: Callable[[Cursor, int], Any]
    before_commit: Callable[[Cursor, list[int]], Any]


def _numbered(cursor: Cursor, owner: int) -> None:
    cursor.execute(RAISE, [owner])
    cursor.execute(EVENT, [owner, cursor.fetchone()[0], BODY])  # type: ignore[index]


def _staged(cursor: Cursor, owner: int) -> None:
    cursor.execute(EVENT, [owner, None, BODY])


def _all_numbered(cursor: Cursor, owners: list[int]) -> None:
    for owner in sorted(owners):
        _numbered(cursor, owner)


def _nothing(cursor: Cursor, owners: Any) -> None:
    """Write nothing: the design has no log, or writes at another moment."""


DESIGNS = [
    Design("no log", "", _nothing, _nothing),
    Design("counter at the save", "", _numbered, _nothing),
    Design("counter before the commit", "", _nothing, _all_numbered),
    Design("deferred trigger", DEFERRED, _staged, _nothing),
    Design("staged, numbered by trigger", STAGED, _staged, _nothing),
]


@dataclass(frozen=True)
class Work:
    """A workload: `owners_of(writer, turn)` are the owners of the changed orders, `pause` the seconds after that."""

    name: str
    owners_of: Callable[[int, int], list[int]]
    pause: float


WORKS = [
    Work("one owner", lambda writer, turn: [1], 0.0),
    Work("one owner, 5 ms more", lambda writer, turn: [1], 0.005),
    Work("100 owners", lambda writer, turn: [1 + (writer * 13 + turn * 7) % 100], 0.0),
    Work("2 owners, any order", lambda writer, turn: [1, 2] if writer % 2 else [2, 1], 0.0),
]


def rate(url: str, design: Design, work: Work, writers: int, seconds: float) -> tuple[float, int]:
    """Commits a second of `writers` threads, and the number of transactions that PostgreSQL aborted as deadlocks."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(TABLES)
        if design.set_up:
            connection.execute(design.set_up)
    done, deadlocks = [0] * writers, [0] * writers
    ready = threading.Barrier(writers + 1)

    def write(writer: int) -> None:
        with psycopg.connect(url, options="-c search_path=bench -c deadlock_timeout=100ms") as connection:
            ready.wait()
            until = time.monotonic() + seconds
            while time.monotonic() < until:
                try:
                    _transact(connection, design, work.owners_of(writer, done[writer]), work.pause)
                    done[writer] += 1
                except psycopg.errors.DeadlockDetected:
                    connection.rollback()
                    deadlocks[writer] += 1

    threads = [threading.Thread(target=write, args=(writer,)) for writer in range(writers)]
    for thread in threads:
        thread.start()
    ready.wait()
    began = time.monotonic()
    for thread in threads:
        thread.join()
    return sum(done) / (time.monotonic() - began), sum(deadlocks)


def _transact(connection: psycopg.Connection[Any], design: Design, owners: list[int], pause: float) -> None:
    with connection.cursor() as cursor:
        for owner in owners:
            cursor.execute("INSERT INTO orders (owner, text) VALUES (%s, 'x')", [owner])
            design.at_change(cursor, owner)
        if pause:
            time.sleep(pause)
        design.before_commit(cursor, owners)
    connection.commit()
