"""A request that ends in a problem: which, and with what status."""

from collections.abc import Mapping

from rostrum.assembly.refusal import Why

STATUS: Mapping[Why, int] = {
    Why.NO_SUCH_APPLICATION: 404,
    Why.NO_SUCH_ENTRY: 404,
    Why.NO_SUCH_ITEM: 404,
    Why.NO_SUCH_LINK: 404,
    Why.NO_SUCH_MEETING: 404,
    Why.NO_SUCH_CUE: 404,
    Why.NO_TAPING: 404,
    Why.NO_SUCH_DOCUMENT: 404,
    Why.NO_SUCH_FILE: 404,
    Why.NO_SUCH_MEMBER: 404,
    Why.NO_SUCH_PLACE: 404,
    Why.NO_SUCH_UPLOAD: 404,
    Why.NO_SUCH_STATEMENT: 404,
    Why.STATEMENT_TOO_LARGE: 413,
    Why.NO_SUCH_REPORT: 404,
    Why.NO_SUCH_STATE: 404,
    Why.NO_SUCH_BATCH: 404,
    Why.NOTHING_CHOSEN: 422,
    Why.NOT_FOUND: 404,
    Why.LINK_REVOKED: 410,
    Why.LINK_EXPIRED: 410,
    Why.NO_SUCH_DEVICE: 404,
    Why.NO_SUCH_PASSKEY: 404,
    Why.KEY_NOT_PROVED: 422,
    Why.PASSKEY_FAILED: 422,
    Why.DEVICE_REMOVED: 403,
    Why.DEVICE_UNPROVED: 401,
    Why.PASSKEY_NEEDED: 401,
    Why.NOT_ENTITLED: 403,
    Why.FORM_NOT_OURS: 403,
    Why.TOO_MANY_TRIES: 429,
    Why.TOO_LARGE: 413,
    Why.FILE_TOO_LARGE: 413,
    Why.SIGNATORY_MISSING: 422,
    Why.FONT_MISSING: 503,
    Why.FILE_EMPTY: 422,
    Why.FILE_TYPE: 422,
    Why.PICTURE_TYPE: 422,
    Why.FILE_BROKEN: 422,
    Why.FILE_ENCRYPTED: 422,
    Why.FILE_SWELLS: 422,
    Why.TOO_MANY_PAGES: 422,
    Why.TOO_MANY_PIXELS: 422,
    Why.TOO_MANY_FILES: 422,
    Why.PART_DAMAGED: 460,
    Why.NO_ROOM: 507,
    Why.TEXT_MISSING: 422,
    Why.BROKEN: 500,
}
"""The HTTP status of a refusal; 409 for every other."""


class Trouble(Exception):
    """A request that ends in a problem page."""

    def __init__(self, why: Why, *, status: int | None = None) -> None:
        super().__init__(str(why))
        self.why = why
        self.status = status or STATUS.get(why, 409)
