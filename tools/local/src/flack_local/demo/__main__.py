"""`python -m flack_local.demo LOGINS`: fill an empty database, and write the logins to the file LOGINS.

The database is the one of FLACK_DATABASE_URL; it must have its schema. One that has people in it is left as it is.
"""

import json
import os
import sys
from datetime import UTC, datetime
from pathlib import Path

from flack_domain.database import make_engine, session_factory

from flack_local.demo.load import is_empty, load
from flack_local.demo.logins import make_logins
from flack_local.demo.script import conversations, people
from flack_local.keys import write_private


def main() -> None:
    """Fill the database."""
    engine = make_engine(os.environ["FLACK_DATABASE_URL"])
    with session_factory(engine)() as session:
        if not is_empty(session):
            return
        logins = make_logins(people())
        write_private(Path(sys.argv[1]), json.dumps(logins, indent=2))
        load(session, logins, conversations(datetime.now(UTC)))
    engine.dispose()


if __name__ == "__main__":
    main()
