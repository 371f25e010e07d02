"""Languages: which one somebody is answered in, its catalogue, and how it writes dates, numbers and lengths of time.

`negotiate` picks the language of a request; `Locale` translates and formats; `templates.environment` gives Jinja2 both.
Messages are English sentences; catalogues are gettext `.po` files under `web/locales/`.
"""

from rostrum.i18n.locale import LANGUAGES, Locale, Locales
from rostrum.i18n.negotiation import negotiate

__all__ = ["LANGUAGES", "Locale", "Locales", "negotiate"]
