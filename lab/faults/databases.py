"""Faults of databases: data that knows another password than the platform."""

import base64
import secrets
from collections.abc import Iterator
from contextlib import contextmanager

from lab.database import Database, postgresql
from lab.laboratory import Lab
from lab.parts.volumes import volume_folder


@contextmanager
def database_password_differs(
    lab: Lab, namespace: str, claim: str, secret: str, key: str = "password"
) -> Iterator[Database]:
    """Run PostgreSQL on a claim's folder, whose data has another password.

    Yields the server; it refuses the password of the Secret. Afterwards the data has
    the Secret's password, and the server is stopped. An empty folder gets a database.
    """
    found = lab.kubernetes.get("v1", "Secret", secret, namespace)
    password = base64.b64decode(found["data"][key]).decode()
    folder = volume_folder(lab.kubernetes, namespace, claim)
    database = postgresql(lab, folder, password)
    other = secrets.token_hex(16)
    try:
        database.change_password(password, other)
        try:
            yield database
        finally:
            database.change_password(other, password)
    finally:
        database.stop()
