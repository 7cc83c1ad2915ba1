"""What was erased leaves SQLite's log too, at the latest when the last reader has gone."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import text

from sync.database import drop_traces, drop_waiting_traces, open_database, reading, writing


def test_a_reader_holds_nothing_up_and_the_log_is_cut_when_it_has_gone(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path}/one.sqlite")
    log = tmp_path / "one.sqlite-wal"
    with writing(database) as connection:
        connection.execute(text("CREATE TABLE kept (body TEXT)"))
        connection.execute(text("INSERT INTO kept VALUES ('marker-of-a-person')"))
    with reading(database) as reader:
        assert reader.scalar(text("SELECT body FROM kept")) == "marker-of-a-person"
        with writing(database) as connection:
            connection.execute(text("DELETE FROM kept"))
        drop_traces(database)
        assert b"marker-of-a-person" in log.read_bytes(), "the reader still needs it"
    drop_waiting_traces()
    assert log.stat().st_size == 0
    assert b"marker-of-a-person" not in (tmp_path / "one.sqlite").read_bytes()
