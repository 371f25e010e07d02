"""What a check of a video statement found, in words: what is so, and what to do."""

from collections.abc import Mapping

from rostrum.assembly.statement import Check


def _(message: str) -> str:
    """Marks a message for the catalogue; it is translated when it is shown."""
    return message


CHECKS: Mapping[Check, tuple[str, str]] = {
    Check.NOT_A_VIDEO: (
        _("The file is not a video that we know."),
        _("Save it as MP4, MOV, MKV, WebM, AVI or MPEG-TS, and send it again."),
    ),
    Check.CODEC_UNKNOWN: (
        _("Picture or sound are coded in a way that we do not take."),
        _("Save it as MP4 with H.264 and AAC, and send it again."),
    ),
    Check.NO_PICTURE: (
        _("There is no moving picture in the file."),
        _("Check that the right file was chosen, and that the camera was on."),
    ),
    Check.NO_SOUND: (
        _("There is no sound in the file."),
        _("Record it again with a microphone, or save it with its sound."),
    ),
    Check.BREAKS_OFF: (
        _("The file breaks off at %(at)s."),
        _("It may not have been saved or copied whole. Send the whole file."),
    ),
    Check.DAMAGED: (
        _("The file is damaged from %(at)s."),
        _("Save it again and play it to its end on your own machine before you send it."),
    ),
    Check.TOO_LONG: (
        _("The statement is longer than your time of %(figure)s."),
        _("Shorten it, and send it again."),
    ),
    Check.TOO_SHORT: (
        _("The video is shorter than a second."),
        _("Check that the right file was chosen."),
    ),
    Check.TOO_LARGE_A_PICTURE: (
        _("The picture is larger than 4096 by 2304 points."),
        _("Save it smaller: 1280 by 720 is what is shown."),
    ),
    Check.TOO_MUCH_WORK: (
        _("The file takes too much time or memory to be read."),
        _("Save it as MP4 with H.264 in 1280 by 720, and send it again."),
    ),
    Check.ALL_SILENT: (
        _("Nothing can be heard in it."),
        _("Check the microphone, and record it again."),
    ),
    Check.ALL_BLACK: (
        _("The picture is black from beginning to end."),
        _("Check the camera, and record it again."),
    ),
    Check.SILENCE: (
        _("It is silent for %(figure)s from %(at)s."),
        _("Listen to it there before you approve."),
    ),
    Check.BLACK: (
        _("The picture is black for %(figure)s from %(at)s."),
        _("Look at it there before you approve."),
    ),
    Check.LOUDNESS_CHANGED: (
        _("The sound was at %(figure)s LUFS and was brought to %(target)s."),
        _("Listen whether it is clear."),
    ),
    Check.SMALL_PICTURE: (
        _("The picture is only %(figure)s points high."),
        _("On the hall's screen it will not be sharp. Send a larger one if you have it."),
    ),
    Check.TEXT_MISSING: (
        _("No text has been handed in for this statement."),
        _("Interpreters need it, and it is read out if the video fails. Hand it in."),
    ),
    Check.LANGUAGE_DIFFERS: (
        _("The text does not look like the language that you named."),
        _("Check which language is spoken, and hand in its text."),
    ),
}
"""Finding to (what is so, what to do), in English."""
