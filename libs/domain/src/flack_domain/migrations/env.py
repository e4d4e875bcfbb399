"""Alembic's entry: runs on the connection that `flack_domain.migrate` opened."""

from alembic import context

from flack_domain.models import Base

context.configure(connection=context.config.attributes["connection"], target_metadata=Base.metadata)
with context.begin_transaction():
    context.run_migrations()
