"""Routes that read what lies there: programs and records."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

from fastapi import APIRouter, Path, Request
from fastapi.responses import FileResponse, JSONResponse

from openpresso.station.order import Order
from openpresso.station.service import judging
from openpresso.station.service.callers import Observer, find_couch, station_of
from openpresso.station.service.models import (
    ProgramCheck,
    ProgramVerdict,
    ProgramView,
    RecordLine,
)
from openpresso.station.service.problems import ServiceError, documented

if TYPE_CHECKING:
    from pathlib import Path as FilePath

    from openpresso.station.couch import Couch
    from openpresso.station.station import Station

router = APIRouter()
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,120}")
RecordName = Annotated[str, Path(description="Name of the record.", max_length=121)]
RecordFile = Literal[
    "report.html", "report.pdf", "session.json", "journal.jsonl", "waveforms.parquet"
]


@router.get(
    "/programs",
    tags=["programs"],
    summary="List the catalog",
    operation_id="programs",
    responses=documented(401, 403),
)
async def programs(request: Request, _key: Observer) -> list[ProgramView]:
    """Every program of the catalog, in short."""
    state = request.app.state
    if state.catalog is None:
        found = await station_of(request).workshop.do(judging.catalog)
        state.catalog = [ProgramView(**line) for line in found]
    lines: list[ProgramView] = state.catalog
    return lines


@router.post(
    "/programs/check",
    tags=["programs"],
    summary="Check a program",
    operation_id="check_program",
    responses=documented(401, 403, 404, 413, 422),
)
async def check(request: Request, body: ProgramCheck, _key: Observer) -> ProgramVerdict:
    """Check a program, by name or as YAML, against the cuffs of a couch. Nothing is loaded."""
    station = station_of(request)
    order = Order(program=body.program, text=body.text, ceiling=body.ceiling)
    cuffs = _types(find_couch(station, body.couch)) if body.couch is not None else []
    return ProgramVerdict(**await station.workshop.do(judging.judge, order, cuffs))


def _types(couch: Couch) -> list[str]:
    """Return the types of cuff that are connected to a couch."""
    shown: Any = couch.snapshot()
    known = [cuff["identity"]["cuff"] for cuff in shown["cuffs"].values() if cuff["identity"]]
    return list(dict.fromkeys(known))


@router.get(
    "/records",
    tags=["records"],
    summary="List the records",
    operation_id="records",
    responses=documented(401, 403),
)
async def records(request: Request, _key: Observer) -> list[RecordLine]:
    """Every record of this station, the newest first."""
    station = station_of(request)
    found = await station.workshop.do(judging.record_lines, station.records)
    return [RecordLine(**line) for line in found]


@router.get(
    "/records/{name}",
    tags=["records"],
    summary="Read a record",
    operation_id="record",
    response_model=dict[str, Any],
    responses=documented(401, 403, 404, 409, 422),
)
async def record(request: Request, name: RecordName, _key: Observer) -> JSONResponse:
    """Give the summary of a closed record: header, dose, quality, digests of its files."""
    station = station_of(request)
    folder = _folder(station, name)
    return JSONResponse(await station.workshop.do(judging.record_summary, folder))


@router.get(
    "/records/{name}/{file}",
    tags=["records"],
    summary="Read a file of a record",
    operation_id="record_file",
    response_class=FileResponse,
    responses={
        200: {"content": {kind: {} for kind in judging.RECORD_FILES.values()}},
        **documented(401, 403, 404, 422),
    },
)
async def record_file(
    request: Request, name: RecordName, file: RecordFile, _key: Observer
) -> FileResponse:
    """Give the report as HTML or PDF, or one of the files of a record as it lies there."""
    path = _folder(station_of(request), name) / file
    if not path.is_file() or path.is_symlink():
        remedy = f"GET /records/{name} lists its files; a report is made when the session is over."
        raise ServiceError(404, "unknown-file", f"the record {name} has no {file}", remedy)
    # A report is a page of its own: it needs no script and nothing from elsewhere.
    policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox"
    headers = {"Content-Security-Policy": policy, "X-Content-Type-Options": "nosniff"}
    return FileResponse(path, media_type=judging.RECORD_FILES[file], headers=headers)


def _folder(station: Station, name: str) -> FilePath:
    """Return the folder of a record; a name leads nowhere else."""
    folder = station.records / name
    if _NAME.fullmatch(name) and folder.is_dir() and not folder.is_symlink():
        return folder
    message = f"there is no record {name[:80]!r}"
    raise ServiceError(404, "unknown-record", message, "GET /records lists them.")
