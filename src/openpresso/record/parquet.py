"""The waveforms as Parquet, for analysts: a row a tick and leg, a column a quantity and chamber.

Columns are `time`, `leg`, and `set_point_N`, `pressure_N`, `inlet_N` for chamber N; a leg with
fewer chambers has nulls in the rest. NaN keeps its sense: a set-point that is NaN vents and
disables, a pressure that is NaN was not a valid reading. Units are in the metadata of each column.
Each leg is one row group, so that one leg is read without the other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from openpresso.errors import RecordError
from openpresso.record.waveforms import Waveforms, encode

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

FILE: Final = "waveforms.parquet"
"""Name of the Parquet file in a record's folder."""
QUANTITIES: Final = (("set_point", "mmHg"), ("pressure", "mmHg"), ("inlet", "1"))
"""Column names and units; `inlet` is a share of time."""


def write(path: Path, legs: Mapping[str, Waveforms], metadata: Mapping[str, str]) -> None:
    """Write the waveforms of a session and read them back to be sure.

    Parameters
    ----------
    path
        File to write.
    legs
        Waveforms of each leg.
    metadata
        Texts kept with the table.

    Raises
    ------
    RecordError
        If what is read back is not what was written.
    """
    import pyarrow.parquet as pq

    chambers = max((one.pressures.shape[1] for one in legs.values()), default=0)
    schema = _schema(chambers, metadata)
    split = [field.name for field in schema if field.name != "leg"]
    with pq.ParquetWriter(
        path,
        schema,
        compression="zstd",
        use_dictionary=["leg"],
        use_byte_stream_split=split,
        write_statistics=["time", "leg"],
    ) as file:
        for leg, one in legs.items():
            if len(one.time):
                file.write_table(_table(leg, one, schema, chambers), row_group_size=len(one.time))
    for leg, one in legs.items():
        if not _same(one, read(path, leg, one.pressures.shape[1])):
            message = f"{path.name}: what was read back is not what was written"
            raise RecordError(message, remedy="check the disk; the waveform log is whole.")


def read(path: Path, leg: str, chambers: int) -> Waveforms:
    """Return the waveforms of one leg.

    Parameters
    ----------
    path
        The Parquet file.
    leg
        Which leg.
    chambers
        Its number of chambers.

    Returns
    -------
    Waveforms
        Empty when the leg has no rows.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    with pq.ParquetFile(path) as file:
        groups = [
            group
            for group in range(file.metadata.num_row_groups)
            if file.metadata.row_group(group).column(1).statistics.min == leg
        ]
        names = [f"{name}_{n + 1}" for name, _ in QUANTITIES for n in range(chambers)]
        table = (
            file.read_row_groups(groups, columns=["time", *names])
            if groups
            else pa.table({name: [] for name in ["time", *names]})
        )
    blocks = [np.empty((table.num_rows, chambers), dtype=np.float32) for _ in QUANTITIES]
    for column, name in enumerate(names):
        blocks[column // chambers][:, column % chambers] = table.column(name).to_numpy()
    return Waveforms(table.column("time").to_numpy().astype(np.float64), *blocks)


def _schema(chambers: int, metadata: Mapping[str, str]) -> Any:  # noqa: ANN401 -- untyped library
    """Return the columns with their units."""
    import pyarrow as pa

    fields = [
        pa.field("time", pa.float64(), nullable=False, metadata={"unit": "s"}),
        pa.field("leg", pa.string(), nullable=False),
    ]
    fields += [
        pa.field(f"{name}_{n + 1}", pa.float32(), metadata={"unit": unit, "chamber": str(n + 1)})
        for name, unit in QUANTITIES
        for n in range(chambers)
    ]
    return pa.schema(fields, metadata=dict(metadata))


def _table(leg: str, one: Waveforms, schema: Any, chambers: int) -> Any:  # noqa: ANN401 -- as above
    """Return the rows of one leg."""
    import pyarrow as pa

    rows, own = one.pressures.shape
    nothing = pa.nulls(rows, pa.float32())
    columns = [pa.array(one.time), pa.array(np.full(rows, leg, dtype=object), pa.string())]
    for block in (one.set_points, one.pressures, one.inlet):
        across = np.ascontiguousarray(block.T)
        columns += [
            pa.array(across[n], from_pandas=False) if n < own else nothing for n in range(chambers)
        ]
    return pa.Table.from_arrays(columns, schema=schema)


def _same(one: Waveforms, other: Waveforms) -> bool:
    """Whether two waveforms have the same times and codes."""
    return np.array_equal(one.time, other.time) and np.array_equal(encode(one), encode(other))
