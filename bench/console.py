"""The console: time of every page, what the first one weighs, when it can be used.

What a browser sees is in `console_first` and `console_live`, load beside a station in
`console_load`.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator, Mapping
from typing import Any, Final

import sqlalchemy as sa

from bench import console_first, console_live, console_load
from bench.console_room import console, demo, missing, signed_in
from bench.timing import Row, exactly
from openpresso.clinic.roles import ACTIONS
from openpresso.clinic.store.engine import connect

PAGES: Final = "pages of the console, from the request to the last byte, over loopback"
LOGINS: Final[Mapping[str, str]] = {
    "owner": "owner", "clinician": "clinician", "technician": "technician", "desk": "front-desk",
    "auditor": "auditor",
}  # fmt: skip
"""People of the made-up clinic and their roles."""
ASKED: Final[Mapping[str, str]] = {
    "/clients": "?q=c-0000", "/calendar/clients": "?q=c-0000", "/calendar": "?by=staff",
    "/programs/check": "?program=heavy-legs",
}  # fmt: skip
"""What is asked where a page without it would be empty."""


def rows(runs: int, *, quick: bool) -> list[Row]:
    """Measure everything about the console."""
    with demo(20 if quick else 200) as clinic:
        found = pages(clinic, 8 if quick else 100)
        why = missing()
        if why:
            print(f"no browser is measured: {why}")
            return [*found, *console_load.rows(clinic, quick=quick)]
        found += console_first.rows(clinic, runs)
    # Each part has a clinic of its own: what one writes is not in the way of the next.
    with demo(20) as clinic:
        found += console_live.rows(clinic, quick=quick)
        found += console_load.rows(clinic, quick=quick)
    return found


def pages(clinic: str, times: int) -> list[Row]:
    """Return the 95th percentile of every page, the worst first, and of documents apart."""
    spent: list[tuple[float, str, str, bool]] = []
    with console(clinic) as url:
        browsers = {login: signed_in(url, login) for login in LOGINS}
        for path, template, login in addresses(clinic):
            browser = browsers[login]
            answer = browser.get(path)
            if answer.status_code != 200:
                continue
            document = not answer.headers["content-type"].startswith("text/html")
            walls = []
            for _ in range(max(4, times // 10) if document else times):
                began = time.perf_counter()
                browser.get(path).read()
                walls.append(1e3 * (time.perf_counter() - began))
            size = int(answer.headers.get("content-length", len(answer.content)))
            note = f"{login}, {size / 1000:.1f} kB"
            spent.append((p95(walls), template, note, document))
        for browser in browsers.values():
            browser.close()
    spent.sort(reverse=True)
    shown = [one for one in spent if not one[3]]
    worst = shown[0]
    found = [
        Row(PAGES, f"the slowest of {len(shown)}, p95: {worst[1]}", "ms", exactly(worst[0]), "< 50")
    ]
    for value, template, note, document in spent:
        what = f"{'document ' if document else ''}{template}, p95"
        found.append(Row(PAGES, what, "ms", exactly(value), "" if document else "< 50", note))
    return found


def p95(values: list[float]) -> float:
    """Return the 95th percentile."""
    return statistics.quantiles(values, n=20)[-1]


def addresses(clinic: str) -> Iterator[tuple[str, str, str]]:
    """Yield every page that can be looked at, with its route and somebody who may.

    Keys are those of the client with the most sessions, so that pages are as full as they get.
    """
    from openpresso.console.app import create_app
    from openpresso.console.settings import Settings

    engine = connect(clinic)
    with engine.connect() as connection:
        keys = _fullest(connection)
    engine.dispose()
    for route in _routes(create_app(None, Settings(clinic))):  # type: ignore[arg-type]
        if "GET" not in route.methods or route.path.startswith(("/api/", "/feeds/")):
            continue
        if route.path.endswith(("/stream", "/state")):
            continue
        path = route.path
        for name in route.param_convertors:
            path = path.replace("{" + name + "}", str(keys.get(name, 1)))
        actions = (route.openapi_extra or {}).get("x-actions", [])
        for login, role in LOGINS.items():
            if all(role in ACTIONS[name].roles for name in actions if name in ACTIONS):
                yield path + ASKED.get(route.path, ""), route.path, login
                break


def _routes(app: Any) -> list[Any]:  # noqa: ANN401 -- an application
    """Return every route, also those of routers that are included."""
    found, waiting = [], list(app.routes)
    while waiting:
        one = waiting.pop()
        if hasattr(one, "original_router"):
            waiting += one.original_router.routes
        elif hasattr(one, "dependant"):
            found.append(one)
    return sorted(found, key=lambda one: str(one.path))


def _fullest(connection: sa.Connection) -> dict[str, object]:
    """Return a key for every name in an address: of the client with the most sessions."""
    who = connection.exec_driver_sql(
        "SELECT client_id FROM session GROUP BY client_id ORDER BY count(*) DESC LIMIT 1"
    ).scalar_one()
    found: dict[str, object] = {
        "kind": "girths", "purpose": "treatment", "name": "heavy-legs", "client_id": who,
    }  # fmt: skip
    inspector = sa.inspect(connection)
    for table in inspector.get_table_names():
        columns = {one["name"] for one in inspector.get_columns(table)}
        if "id" not in columns or table == "client":
            continue
        where = f" WHERE client_id = {who}" if "client_id" in columns else ""
        query = f"SELECT max(id) FROM {table}"  # noqa: S608 -- names of our own tables
        key = connection.exec_driver_sql(query + where).scalar()
        key = key or connection.exec_driver_sql(query).scalar()
        if key is not None:
            found[f"{table}_id"] = key
    return found
