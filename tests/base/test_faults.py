"""What a failure means, by its code and never by the data it may quote."""

from __future__ import annotations

import errno

import psycopg
import pytest
from django.db import IntegrityError, InterfaceError, InternalError, OperationalError
from psycopg import errors, sql

from shouwen.base.faults import Fault, fault_of
from tests.conftest import LiveDatabase
from tests.databases import SERVER


@pytest.mark.parametrize(
    ("error", "fault"),
    [
        (errors.DiskFull(), Fault.FULL),
        (errors.IoError(), Fault.FULL),
        (OSError(errno.ENOSPC, "full"), Fault.FULL),
        (OSError(errno.EDQUOT, "quota"), Fault.FULL),
        (errors.TooManyConnections(), Fault.BUSY),
        (errors.DeadlockDetected(), Fault.BUSY),
        (errors.QueryCanceled(), Fault.BUSY),
        (errors.ReadOnlySqlTransaction(), Fault.READ_ONLY),
        (errors.AdminShutdown(), Fault.DOWN),
        (psycopg.OperationalError("connection failed: connection refused"), Fault.DOWN),
        (errors.ConnectionTimeout(), Fault.DOWN),
        (InterfaceError("connection already closed"), Fault.DOWN),
        (errors.UniqueViolation(), None),
        (IntegrityError(), None),
        (OSError(errno.ENOENT, "disk full"), None),
        (ValueError("too many connections"), None),
    ],
)
def test_a_failure_is_known_by_its_code(error: Exception, fault: Fault | None) -> None:
    assert fault_of(error) is fault


def test_it_is_found_behind_the_errors_of_django_and_of_others() -> None:
    outer = RuntimeError()
    outer.__cause__ = InternalError()
    outer.__cause__.__cause__ = errors.ReadOnlySqlTransaction()
    full = OperationalError()
    full.__cause__ = errors.DiskFull()

    assert (fault_of(outer), fault_of(full)) == (Fault.READ_ONLY, Fault.FULL)


def test_a_database_with_no_room_for_another_connection_is_busy(live_db: LiveDatabase) -> None:
    """Which it says before there is a connection to send a code over."""
    with psycopg.connect(SERVER.uri("postgres", "postgres"), autocommit=True) as server:
        server.execute(sql.SQL("alter database {} connection limit 0").format(sql.Identifier(live_db.name)))

    with pytest.raises(psycopg.OperationalError) as refused:
        psycopg.connect(live_db.env["DATABASE_URL"])

    assert fault_of(refused.value) is Fault.BUSY
