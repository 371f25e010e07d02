"""Alembic's door: it runs on the connection that `Database.migrate` hands it."""

from alembic import context

from rostrum.record.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
