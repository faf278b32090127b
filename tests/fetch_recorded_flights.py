#!/usr/bin/env python3
"""Fetches recorded flights and makes of them a list that an air exercise can name.

    python3 tests/fetch_recorded_flights.py FILE.csv [--minutes 60]

The recordings are sample data of the Python package `traffic` (MIT licence): positions told by the
transponders of aircraft over Switzerland on 1 August 2018 (ADS-B, OpenSky Network). They are
fetched when wanted and never kept in this repository. Of the day the busiest hour is taken
(another length with --minutes), one position of each aircraft every 20 seconds.

Needs Python 3.9 and `pip`; nothing else is installed.
"""

import argparse
import bisect
import gzip
import json
import pathlib
import subprocess
import sys
import tempfile
import zipfile

PACKAGE = "traffic==2.13"
MEMBER = "traffic/data/samples/collections/switzerland.json.gz"
EVERY_MS = 20_000
HEADER = "time,flight,north,west,altitude_ft"


def fetched(folder):
    """The recordings, as a list of dictionaries."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps",
               "--disable-pip-version-check", "--dest", folder, PACKAGE]
    subprocess.run(command, check=True)
    (wheel,) = pathlib.Path(folder).glob("traffic-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        return json.loads(gzip.decompress(archive.read(MEMBER)))


def rows(records, minutes):
    """Rows (time in ms, name, north, west, altitude) of the busiest stretch."""
    good = [r for r in records
            if all(r.get(key) is not None for key in ("latitude", "longitude", "altitude"))]
    times = sorted(r["timestamp"] for r in good)
    length = minutes * 60_000
    starts = range(times[0], max(times[0], times[-1] - length) + 1, 600_000)
    begin = max(starts, key=lambda at: bisect.bisect_left(times, at + length)
                - bisect.bisect_left(times, at))
    last = {}
    for record in sorted(good, key=lambda r: (r["timestamp"], r["icao24"])):
        at = record["timestamp"] - begin
        if not 0 <= at < length:
            continue
        address = record["icao24"]
        if at - last.get(address, -EVERY_MS) < EVERY_MS:
            continue
        last[address] = at
        # The address is the aircraft's own; a call sign may be blank, or change.
        yield at, address.upper(), record["latitude"], -record["longitude"], record["altitude"]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", type=pathlib.Path)
    parser.add_argument("--minutes", type=int, default=60)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        records = fetched(folder)
    lines = [HEADER]
    names = set()
    for at, name, north, west, altitude in rows(records, options.minutes):
        names.add(name)
        lines.append(f"{at / 1000:.1f},{name},{north:.5f},{west:.5f},{altitude:.0f}")
    options.file.write_text("\n".join(lines) + "\n")
    print(f"{options.file}: {len(lines) - 1} positions of {len(names)} aircraft")


if __name__ == "__main__":
    main()
