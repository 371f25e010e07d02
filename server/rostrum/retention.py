"""How long what people write is kept, and what ends with it. Everything kept has a date from its first day."""

from datetime import timedelta

DRAFT_LIFE = timedelta(days=30)
"""An application that was begun and not sent, from its last change."""
DOSSIER_LIFE = timedelta(days=365)
"""What an applicant or an official wrote, from the day it was written."""
LINK_LIFE = timedelta(days=60)
"""A personal link, from its issue: the session and the weeks before it."""
LINE_MINUTES_LIFE = timedelta(days=365)
"""How many minutes a place's line was how, from the last of them: as long as the report on equity may be asked for."""
UPLOAD_LIFE = timedelta(days=1)
"""An upload that was begun and not finished, from its beginning."""
MAIL_LIFE = timedelta(days=30)
"""A mail that was sent, or given up, from then: as long as somebody may ask whether it arrived."""
PURGE_EVERY_S = 6 * 3600
