"""A whole installation for tests: databases, services and ingress, as `make up` runs them. One for a whole run."""

import uuid
from collections.abc import Iterator

import pytest
from faults.account import Account
from flack_domain import actions
from flack_domain.actor import Actor
from flack_domain.database import make_engine, session_factory
from flack_local.stack import Stack


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    """Everything runs when a test gets it, and must run again when the test ends."""
    with Stack(settings={"RATE_LIMITS_ENABLED": "false", "LOG_FORMAT": "json"}) as running:
        yield running


@pytest.fixture(scope="session")
def administrator(stack: Stack) -> Account:
    """An administrator of that installation, whoever signed up first."""
    account = Account(stack.url, f"admin-{uuid.uuid4().hex[:8]}").sign_up()
    engine = make_engine(stack.database_url)
    with session_factory(engine)() as session:
        first = Actor(account.user_id, "administrator")
        actions.users.change(session, first, account.user_id, role="administrator")
    engine.dispose()
    return account.sign_in()  # tokens carry the role
