"""What is kept of people, and why: the one table that docs/retention.md, the public page and the purge are made of.

A test fails where a field that is asked for, a kind of dossier or a column is not in it. A further field has its line
in `KEPT`; a further column is named there, or in `PLAIN` where it says nothing about anybody.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import timedelta

from rostrum.retention import ENDED_LINK_LIFE, UPLOAD_LIFE, Lives


def _(message: str) -> str:
    """Marks a message for the catalogue; it is translated when it is shown."""
    return message


@dataclass(frozen=True)
class Kept:
    """One kind of what is kept.

    `asked`: fields of forms, as "page.field"; `dossiers`: kinds of dossiers; `columns`: as "table.column"; `life`: the
    name of a period in `Lives`, a period, or None for what stays; `chore`: what purges it, "" for nothing.
    """

    code: str
    what: str
    why: str
    who: str
    since: str
    life: str | timedelta | None
    chore: str
    asked: tuple[str, ...] = ()
    dossiers: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()

    def days(self, lives: Lives) -> int | None:
        """For how many days; None: it stays."""
        life = getattr(lives, self.life) if isinstance(self.life, str) else self.life
        return None if life is None else life // timedelta(days=1)


SECRETARIAT = _("the secretariat")
WRITTEN = _("from the day it was written")

KEPT: tuple[Kept, ...] = (
    Kept(
        "application",
        _("What an organisation writes: what it applies as, its name and country, its contact person, its reason"),
        _("to decide on the application, and to write to the contact person"),
        SECRETARIAT,
        WRITTEN,
        "written",
        "dossiers",
        asked=(
            "category.category",
            "organisation.organisation",
            "organisation.country",
            "contact.given_name",
            "contact.family_name",
            "contact.email",
            "contact.function",
            "contact.language",
            "reason.reason",
            "consent.consent",
        ),
        dossiers=("application",),
        columns=("dossier.sealed",),
    ),
    Kept(
        "person",
        _("Who a person is: name, address, function"),
        _("to accredit them, to send them their link, and to show who speaks"),
        _("the secretariat and the contact person; the name: all in the meeting, unless protection was asked for"),
        WRITTEN,
        "written",
        "dossiers",
        asked=("person.given_name", "person.family_name", "person.email", "person.function"),
        dossiers=("member",),
    ),
    Kept(
        "participation",
        _("Whether they come or take part from far away, and why"),
        _("to give them their seat, and to know what keeps people away"),
        SECRETARIAT,
        WRITTEN,
        "written",
        "dossiers",
        asked=("participation.mode", "participation.remote_reason", "participation.remote_words"),
    ),
    Kept(
        "languages",
        _("Languages and time zone"),
        _("to write to them and to interpret for them, at times that they can read"),
        SECRETARIAT,
        WRITTEN,
        "written",
        "dossiers",
        asked=("languages.interpretation", "languages.language", "languages.time_zone"),
    ),
    Kept(
        "needs",
        _("What they need to take part"),
        _("to provide it"),
        SECRETARIAT,
        WRITTEN,
        "written",
        "dossiers",
        asked=("needs.sign_language", "needs.captions", "needs.extended_time", "needs.needs_words"),
    ),
    Kept(
        "protection",
        _("Wishes for protection, and the name to be shown instead"),
        _("to heed them; with them everything else about the person goes"),
        _("the secretariat, each look recorded; the other name: everybody in the meeting"),
        WRITTEN,
        "protected",
        "dossiers",
        asked=(
            "protection.alias",
            "protection.voice_only",
            "protection.unlisted",
            "protection.no_photograph",
            "protection.masked",
        ),
        dossiers=("protection",),
    ),
    Kept(
        "drafts",
        _("Applications that were begun and not sent, and those whom they name"),
        _("to go on with them"),
        _("whoever has their address"),
        _("from the last change"),
        "draft",
        "drafts",
        columns=(
            "draft.sealed",
            "draft.token_hash",
            "draft_member.sealed",
            "draft_member.protected",
            "draft_member.state",
            "member_key.token_hash",
            "join_link.token_hash",
        ),
    ),
    Kept(
        "officers",
        _("Names of officers, speakers and groups that the secretariat typed"),
        _("to show who they are"),
        _("everybody in the meeting"),
        WRITTEN,
        "written",
        "dossiers",
        dossiers=("officer", "speaker", "group"),
    ),
    Kept(
        "notes",
        _("Questions, answers, reasons of decisions, texts of proposals"),
        _("to decide, and to answer for what was decided"),
        _("the secretariat, and whom it is written to"),
        WRITTEN,
        "written",
        "dossiers",
        dossiers=("answer", "question", "decision", "proposal", "appeal", "credentials-note"),
    ),
    Kept(
        "views",
        _("Saved views of the queue"),
        _("to find applications again"),
        SECRETARIAT,
        WRITTEN,
        "written",
        "dossiers",
        dossiers=("view",),
    ),
    Kept(
        "files",
        _("Files that were sent: evidence, credentials, photographs, texts of statements"),
        _("as evidence, for the badge, to be read in the meeting"),
        _("the secretariat; texts: everybody in the meeting once they are released"),
        _("from the day it was sent"),
        "written",
        "files",
        columns=(
            "file.sealed",
            "file.kind",
            "file.purpose",
            "file.media_type",
            "file.size",
            "file.pages",
            "file.sha256",
        ),
    ),
    Kept(
        "statement",
        _("Video statements; who speaks in them, and in what office"),
        _("to be played in the meeting, and to announce and interpret them"),
        _("the delegation; those who run and interpret the meeting; everybody once they are delivered and published"),
        _("from the day it was sent"),
        "video",
        "dossiers",
        dossiers=("statement-video",),
    ),
    Kept(
        "uploads",
        _("Uploads that were not finished"),
        _("to go on with them"),
        _("whoever began them"),
        _("from the last that came of it"),
        UPLOAD_LIFE,
        "uploads",
        columns=("upload.sealed", "upload.kind", "upload.purpose", "upload.length"),
    ),
    Kept(
        "mails",
        _("Mails that were sent or given up"),
        _("to see whether they arrived"),
        SECRETARIAT,
        _("from when they were done"),
        "mail",
        "mails",
        columns=(
            "outbox.sealed",
            "outbox.language",
            "outbox.last_error",
            "outbox.state",
            "outbox.address",
            "outbox.discreet",
        ),
    ),
    Kept(
        "links",
        _("Links, devices and passkeys: hashes and public keys, the browser's kind, the last day of use"),
        _("to let the holder of a link in and nobody else"),
        _("whoever holds the link"),
        _("from the end of the link"),
        ENDED_LINK_LIFE,
        "links",
        columns=(
            "link_secret.token_hash",
            "device.secret_hash",
            "device.label",
            "device.public_key",
            "device.last_seen_on",
            "device.proved_at",
            "device.passkey_at",
            "device.passkey_id",
            "device.entered_by",
            "device.former_hash",
            "device.former_until",
            "passkey.credential_id",
            "passkey.public_key",
            "passkey.sign_count",
            "passkey.label",
            "passkey.last_used_on",
        ),
    ),
    Kept(
        "arrivals",
        _("Browsers that ask to be let in, codes and challenges"),
        _("to let them in"),
        _("whoever holds the link"),
        _("until they are used, or some minutes have passed; removed by the next purge"),
        timedelta(0),
        "arrivals",
        columns=(
            "arrival.secret_hash",
            "arrival.label",
            "arrival.public_key",
            "arrival.number",
            "arrival.code_hash",
            "arrival.tries",
            "challenge.challenge_hash",
            "challenge.purpose",
            "challenge.holder",
        ),
    ),
    Kept(
        "minutes",
        _("For how many minutes of a meeting a line was how"),
        _("for the report on equal treatment"),
        SECRETARIAT,
        _("from the last of them"),
        "written",
        "minutes",
        columns=("line_minutes.word", "line_minutes.minutes"),
    ),
    Kept(
        "recordings",
        _("What was recorded of public meetings, uncut: picture and sound that the public may be given"),
        _("to make of it what is given, again when a wish for protection or a review changes"),
        _("nobody: sealed on the server; a delegation is given its own statements of it"),
        _("from the beginning of the recording"),
        "tracks",
        "files",
    ),
    Kept(
        "programme",
        _("What was made of recordings: a file for each language, its chapters by delegation, and a journal of times"),
        _("as the record of what was said"),
        _("the secretariat; everybody once it is published, what protected speakers said excepted"),
        _("from the beginning of the recording"),
        "programme",
        "files",
    ),
    Kept(
        "captions",
        _("Captions: what was said in a meeting, with the name under which the speaker was shown"),
        _("to be read in the meeting, and as the file of its captions"),
        _("everybody in the meeting; of protected speakers afterwards only once they are released"),
        WRITTEN,
        "written",
        "captions",
        columns=("caption_cue.cue_id", "caption_cue.language", "caption_cue.sealed"),
    ),
    Kept(
        "record",
        _("The official record: who did what when, by identifiers without names"),
        _("so that what was decided can be verified"),
        _("the secretariat; what was decided: everybody"),
        _("it stays; once the names are gone the identifiers lead to nobody"),
        None,
        "",
        columns=("journal.actor", "journal.body", "vote_cast.delegation_id"),
    ),
)

PLAIN: Mapping[str, frozenset[str]] = {
    "journal": frozenset({"position", "stream", "seq", "at", "kind", "version", "previous", "digest"}),
    "journal_head": frozenset({"stream", "seq", "digest"}),
    "dossier": frozenset({"kind"}),
    "vote_cast": frozenset({"vote_id"}),
    "outbox": frozenset({"attempts", "next_attempt_at", "sent_at"}),
    "purge_report": frozenset({"position", "at", "counts", "failed"}),
}
"""Columns, by table, that say nothing about anybody."""

HANDLES = frozenset(
    {
        "dossier_id", "session_id", "subject", "application_id", "member_id", "link_id", "place_id", "device_id",
        "meeting_id", "mail_id", "file_id", "upload_id", "position", "created_at", "updated_at", "purge_at",
        "expires_at",
    }
)  # fmt: skip
"""Columns of any table that are identifiers of ours and dates: they go with their row."""


def setting_of(kept: Kept) -> str | None:
    """The setting that says for how long, as `Settings` has it; None where it is not one."""
    named = {each.name for each in fields(Lives)}
    return f"keep_{kept.life}_days" if isinstance(kept.life, str) and kept.life in named else None
