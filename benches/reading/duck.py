"""DuckDB's reader over a folder of files, each read in the ways that are asked for.

Says what it made of each file in one record: kind of end, rows, what was set aside. Cells end with 1F, rows with 1E, the parts of a
record with 1D, records with 1C: none of them occurs in the files.
"""

import sys

import duckdb

NAMES = ["number", "family", "given", "born", "weight", "visits", "note"]
TYPES = {"number": "BIGINT", "born": "DATE", "weight": "DECIMAL(6,1)", "visits": "BIGINT"}


def read(connection, path, way):
    options = {
        "plain": "all_varchar = true",
        "rejects": "all_varchar = true, store_rejects = true",
        "typed": f"types = {TYPES}, store_rejects = true",
    }[way]
    try:
        relation = connection.execute(f"SELECT * FROM read_csv('{path}', {options})")
        names = [column[0].strip().lower() for column in relation.description]
        places = [names.index(name) for name in NAMES] if set(NAMES) <= set(names) else range(len(names))
        rows = [["" if row[at] is None else str(row[at]) for at in places] for row in relation.fetchall()]
        aside = []
        if way != "plain":
            aside = [str(row[0]) for row in connection.execute("SELECT csv_line FROM reject_errors").fetchall()]
    except (duckdb.Error, UnicodeDecodeError):
        return "refused", [], []
    return "read", rows, aside


def main():
    way, paths = sys.argv[1], sys.stdin.read().split("\n")
    out = open(sys.stdout.fileno(), "w", encoding="utf-8", newline="", errors="replace")
    for path in filter(None, paths):
        # A connection of its own, so that what was set aside is this file's.
        with duckdb.connect() as connection:
            end, rows, aside = read(connection, path, way)
        text = "".join("".join(cell + "\x1f" for cell in row) + "\x1e" for row in rows)
        out.write(f"{end}\x1d{text}\x1d{''.join(aside)}\x1c")
    out.close()


if __name__ == "__main__":
    if sys.argv[1:] == ["version"]:
        print(duckdb.__version__)
    else:
        main()
