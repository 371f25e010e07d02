"""PDFs written anew: pages and what they are drawn with are copied into a new document, by a list of what may come.

Scripts, actions, forms, links, files inside, metadata and references to the outside hang on what is not copied.
"""

import zlib
from io import BytesIO

import pikepdf
from pikepdf import Name

from rostrum.assembly.refusal import Refused, Why
from rostrum.uploads.limits import Limits

PAGE_KEYS = frozenset({"/Type", "/MediaBox", "/CropBox", "/Rotate", "/UserUnit", "/Resources", "/Contents", "/Group"})
STREAM_KEYS_GONE = (
    "/AF", "/F", "/FDecodeParms", "/FFilter", "/LastModified", "/Measure", "/Metadata", "/OPI", "/PieceInfo", "/PtData",
    "/Ref", "/StructParent", "/StructParents",
)  # fmt: skip
"""What a stream's dictionary may say of the outside (`/F` is a file's name there) or of who made it."""
PICTURE_FILTERS = frozenset({"/DCTDecode", "/DCT", "/JPXDecode", "/JBIG2Decode", "/CCITTFaxDecode", "/CCF"})
FLATE = frozenset({"/FlateDecode", "/Fl"})
SWELL = {"/LZWDecode": 1500, "/LZW": 1500, "/RunLengthDecode": 65, "/RL": 65}
"""At most how many bytes these can make of one."""


def clean_pdf(data: bytes, limits: Limits) -> tuple[int, bytes]:
    """(pages, the new document). Raises `Refused`: FILE_BROKEN, FILE_ENCRYPTED, TOO_MANY_PAGES, FILE_SWELLS."""
    try:
        with pikepdf.open(BytesIO(data), attempt_recovery=True, suppress_warnings=True) as source:
            if source.is_encrypted:
                raise Refused(Why.FILE_ENCRYPTED)
            return _rewritten(source, limits)
    except pikepdf.PasswordError as error:
        raise Refused(Why.FILE_ENCRYPTED) from error
    except (pikepdf.PdfError, pikepdf.DataDecodingError, ValueError, KeyError, TypeError, RuntimeError) as error:
        # Without descriptors the library finds no cipher: what is locked looks broken.
        raise Refused(Why.FILE_ENCRYPTED if b"/Encrypt" in data else Why.FILE_BROKEN) from error


def _rewritten(source: pikepdf.Pdf, limits: Limits) -> tuple[int, bytes]:
    if len(source.objects) > limits.objects_max:
        raise Refused(Why.FILE_SWELLS)
    pages = len(source.pages)
    if not pages:
        raise Refused(Why.FILE_BROKEN)
    if pages > limits.pages_max:
        raise Refused(Why.TOO_MANY_PAGES, pages=limits.pages_max)
    _bound(source, limits)
    # What was filled in, signed or stamped becomes part of the page before its fields go.
    source.flatten_annotations()
    with pikepdf.new() as target:
        for page in source.pages:
            for key in set(page.obj.keys()) - PAGE_KEYS - {"/Parent"}:
                del page.obj[key]
            target.pages.append(page)
        for item in target.objects:
            if isinstance(item, pikepdf.Stream):
                _plain(item)
        written = BytesIO()
        target.save(written, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return pages, written.getvalue()


def _plain(stream: pikepdf.Stream) -> None:
    if stream.get(Name.Subtype) == Name.PS:
        raise Refused(Why.FILE_BROKEN)
    for key in STREAM_KEYS_GONE:
        if key in stream:
            del stream[key]


def _bound(source: pikepdf.Pdf, limits: Limits) -> None:
    """Raise `Refused(FILE_SWELLS)` where what is packed small would fill a reader's memory."""
    left = limits.swell_bytes_max
    for item in source.objects:
        if not isinstance(item, pikepdf.Stream):
            continue
        picture = item.get(Name.Subtype) == Name.Image
        if picture and int(item.get(Name.Width, 0)) * int(item.get(Name.Height, 0)) > limits.pixels_max * 2:
            raise Refused(Why.FILE_SWELLS)
        most = min(limits.stream_bytes_max, left)
        swollen = _swollen(item, most)
        if swollen > most:
            raise Refused(Why.FILE_SWELLS)
        left -= swollen


def _swollen(stream: pikepdf.Stream, most: int) -> int:
    """How many bytes a stream unpacks to, unpacked no further than `most`."""
    filters = stream.get(Name.Filter)
    names = [str(each) for each in filters] if isinstance(filters, pikepdf.Array) else [str(filters)] if filters else []
    data = stream.read_raw_bytes()
    size = len(data)
    for name in names:
        if name in FLATE:
            unpack = zlib.decompressobj()
            try:
                data = unpack.decompress(data, most + 1)
            except zlib.error:
                # Broken data: what a reader makes of it is small, or nothing.
                return size
            size = len(data)
        elif name in SWELL:
            return size if size * SWELL[name] <= most else most + 1
        elif name in PICTURE_FILTERS:
            return size
        if size > most:
            return most + 1
    return size
