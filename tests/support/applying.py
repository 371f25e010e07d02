"""The answers of an application, page by page, for tests that apply."""

SECTIONS: dict[str, dict[str, str]] = {
    "organisation": {"organisation": "Défense des droits – Dakar", "country": "Senegal"},
    "contact": {"given_name": "Awa", "family_name": "Sarr", "email": "awa@example.org", "language": "en"},
    "reason": {"reason": "We follow the work of the Court."},
}
"""The pages on the organisation between the first and the people."""

MEMBER: dict[str, dict[str, str]] = {
    "person": {"given_name": "Awa", "family_name": "Sarr", "email": "awa@example.org", "function": "Director"},
    "participation": {"mode": "remote", "remote_reason": "visa"},
    "languages": {"interpretation": "fr", "language": "en", "time_zone": "Africa/Dakar"},
    "needs": {"captions": "yes"},
    "protection": {},
}
"""The pages on one person."""
