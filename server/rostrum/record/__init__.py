"""The official record: the journal and what lies beside it in the database."""
