"""The words of refusals of files."""

from collections.abc import Mapping

from rostrum.assembly.refusal import Why


def _(message: str) -> str:
    """Marks a message for the catalogue; it is translated when it is shown."""
    return message


FILES: Mapping[Why, tuple[str, str]] = {
    Why.FILE_EMPTY: (_("The file is empty."), _("Choose another file and send it again.")),
    Why.FILE_TOO_LARGE: (
        _("The file is too large."),
        _("Send a smaller one: a scan in shades of grey, or fewer pages. The page says how large it may be."),
    ),
    Why.FILE_TYPE: (
        _("This is neither a PDF nor a picture."),
        _("Send a PDF, or a picture as JPEG, PNG, WebP or GIF. What counts is what is in the file, not its name."),
    ),
    Why.PICTURE_TYPE: (
        _("This is not a picture that we can read."),
        _("Send it as JPEG, PNG, WebP or GIF. What counts is what is in the file, not its name."),
    ),
    Why.FILE_BROKEN: (
        _("The file is damaged, or is not what it says it is."),
        _("Open it on your device, save or print it as a PDF, and send that."),
    ),
    Why.FILE_ENCRYPTED: (
        _("The PDF is protected by a password."),
        _("Save it without protection, or print it as a new PDF, and send that."),
    ),
    Why.FILE_SWELLS: (
        _("The file needs more room or time to be opened than we allow."),
        _("Print it as a new PDF, or take a picture of the page, and send that."),
    ),
    Why.TOO_MANY_PAGES: (_("The PDF has too many pages."), _("Send the pages that matter. The page says how many.")),
    Why.TOO_MANY_PIXELS: (_("The picture has too many pixels."), _("Make it smaller and send it again.")),
    Why.TOO_MANY_FILES: (_("There are as many files as may be sent."), _("Remove one, then send the other.")),
    Why.NO_SUCH_FILE: (_("There is no such file here."), _("It may have been removed. Reload the page.")),
    Why.NO_SUCH_UPLOAD: (
        _("This upload is not known any more."),
        _("Uploads that were not finished are kept for a day. Choose the file again."),
    ),
    Why.UPLOAD_ELSEWHERE: (_("The upload goes on from another point."), _("Reload the page and send the file again.")),
    Why.NO_ROOM: (
        _("The server has no room for the file at the moment."),
        _("Tell the secretariat, and send it again later: it goes on from where it stopped."),
    ),
    Why.PART_DAMAGED: (_("A part of the file was damaged on its way."), _("It is sent again by itself.")),
}
