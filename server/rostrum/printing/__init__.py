"""Documents for the record: typeset as tagged, archival PDF from data, in six languages."""
