"""Files made to harm, and honest ones beside them. Each is made here; none is kept in the repository."""

import struct
import zlib
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

import pikepdf
from pikepdf import Array, Dictionary, Name, Stream, String
from PIL import Image, PngImagePlugin

HIDDEN = b"the-hidden-thing"


def picture(kind: str = "JPEG", size: tuple[int, int] = (640, 480), **options: object) -> bytes:
    """A picture whose left half is red and whose right half is blue."""
    image = Image.new("RGB", size, "red")
    image.paste("blue", (size[0] // 2, 0, size[0], size[1]))
    written = BytesIO()
    image.save(written, kind, **options)
    return written.getvalue()


def picture_with_position() -> bytes:
    """A photograph lying on its side, with where it was taken, by what, and a comment."""
    exif = Image.Exif()
    exif[0x0112] = 6  # turn by 90 degrees to see it upright
    exif[0x010F] = HIDDEN.decode()
    exif.get_ifd(0x8825).update({1: "N", 2: (52.0, 5.0, 6.0), 3: "E", 4: (4.0, 18.0, 26.0)})
    return picture(exif=exif, comment=HIDDEN)


def png_with_text() -> bytes:
    """A PNG with words in it that no viewer shows."""
    info = PngImagePlugin.PngInfo()
    info.add_text("Author", HIDDEN.decode())
    return picture("PNG", pnginfo=info)


def png_bomb(side: int = 30_000) -> bytes:
    """A PNG of a few kilobytes that unpacks to gigabytes."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = zlib.compress(b"\0" * (side // 8 + 1) * 1000)
    head = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def moving_gif() -> bytes:
    """A GIF of three pictures."""
    frames = [Image.new("RGB", (32, 32), colour) for colour in ("red", "green", "blue")]
    written = BytesIO()
    frames[0].save(written, "GIF", save_all=True, append_images=frames[1:], duration=50, loop=0)
    return written.getvalue()


def saved(pdf: pikepdf.Pdf, **options: object) -> bytes:
    """A document's bytes."""
    written = BytesIO()
    pdf.save(written, **options)  # type: ignore[arg-type]  # its own options
    return written.getvalue()


def plain_pdf(pages: int = 1) -> pikepdf.Pdf:
    """A document whose pages say which they are."""
    pdf = pikepdf.new()
    for number in range(1, pages + 1):
        pdf.add_blank_page(page_size=(595, 842))
        page = pdf.pages[-1]
        page.Contents = pdf.make_stream(f"BT /F1 24 Tf 72 720 Td (Page {number}) Tj ET".encode())
        font = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
        page.Resources = Dictionary(Font=Dictionary(F1=font))
    return pdf


def inheriting_pdf() -> bytes:
    """A document whose page has its size, turn and fonts from the tree of pages."""
    pdf = plain_pdf()
    page = pdf.pages[0].obj
    pdf.Root.Pages.Resources = page.Resources
    pdf.Root.Pages.MediaBox, pdf.Root.Pages.Rotate = Array([0, 0, 400, 300]), 90
    del page.Resources
    del page.MediaBox
    return saved(pdf)


def filled_form() -> bytes:
    """A document with a form in which something has been written."""
    pdf = plain_pdf()
    look = pdf.make_stream(b"BT /F1 12 Tf (Filled in by hand) Tj ET")
    look.Type, look.Subtype, look.BBox = Name.XObject, Name.Form, Array([0, 0, 200, 20])
    look.Resources = pdf.pages[0].Resources
    field = Dictionary(
        Type=Name.Annot,
        Subtype=Name.Widget,
        FT=Name.Tx,
        T=String("name"),
        V=String("Filled in by hand"),
        Rect=Array([100, 100, 300, 120]),
        AP=Dictionary(N=look),
        F=4,
    )
    widget = pdf.make_indirect(field)
    pdf.pages[0].obj.Annots = Array([widget])
    pdf.Root.AcroForm = Dictionary(Fields=Array([widget]))
    return saved(pdf)


def locked_pdf(password: str) -> bytes:
    """A document that asks for a password, or (with an empty one) only forbids this and that."""
    return saved(plain_pdf(), encryption=pikepdf.Encryption(owner="owner", user=password))


def armed_pdf() -> bytes:
    """A document with all that a document can carry: scripts, actions, files, links, metadata, references outside."""
    pdf = plain_pdf(2)
    script = Dictionary(S=Name.JavaScript, JS=String(f"app.alert('{HIDDEN.decode()}')"))
    pdf.Root.OpenAction = script
    pdf.Root.AA = Dictionary(WC=script)
    pdf.Root.Names = Dictionary(JavaScript=Dictionary(Names=Array([String("x"), script])))
    pdf.attachments["inside.exe"] = b"MZ" + HIDDEN
    with pdf.open_metadata() as metadata:
        metadata["dc:creator"] = [HIDDEN.decode()]
    pdf.docinfo["/Author"] = HIDDEN.decode()
    page = pdf.pages[0]
    page.obj.AA = Dictionary(O=script)
    page.obj.PieceInfo = Dictionary(Hidden=Dictionary(Private=String(HIDDEN)))
    box = Array([72, 700, 200, 730])
    launch = Dictionary(S=Name.Launch, F=String("cmd.exe"))
    link = Dictionary(S=Name.URI, URI=String("https://tracker.example/" + HIDDEN.decode()))
    page.obj.Annots = Array(
        [
            pdf.make_indirect(Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=box, A=launch)),
            pdf.make_indirect(Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=box, A=link)),
        ]
    )
    outside = Stream(pdf, b"")
    outside.Type, outside.Subtype, outside.BBox = Name.XObject, Name.Form, Array([0, 0, 10, 10])
    outside.Ref = Dictionary(F=String("//share.example/" + HIDDEN.decode()), Page=0)
    page.Resources.XObject = Dictionary(X1=pdf.make_indirect(outside))
    return saved(pdf)


def swelling_pdf(megabytes: int = 400) -> bytes:
    """A document of some hundred kilobytes whose page unpacks to hundreds of megabytes."""
    pdf = plain_pdf()
    packed = zlib.compressobj(9)
    block = b" " * 1_000_000
    data = b"".join(packed.compress(block) for _ in range(megabytes)) + packed.flush()
    stream = Stream(pdf, data)
    stream.Filter = Name.FlateDecode
    pdf.pages[0].Contents = pdf.make_indirect(stream)
    return saved(pdf, stream_decode_level=pikepdf.StreamDecodeLevel.none, compress_streams=False)


def twice_packed_pdf() -> bytes:
    """A document whose page is packed twice: a few kilobytes that become a gigabyte."""
    once = zlib.compress(zlib.compress(b" " * 100_000_000, 9) * 1, 9)
    pdf = plain_pdf()
    stream = Stream(pdf, once)
    stream.Filter = Array([Name.FlateDecode, Name.FlateDecode])
    pdf.pages[0].Contents = pdf.make_indirect(stream)
    return saved(pdf, stream_decode_level=pikepdf.StreamDecodeLevel.none, compress_streams=False)


def object_stream_bomb(megabytes: int = 1500) -> bytes:
    """A document whose object stream unpacks to more than a reader's memory."""
    packed = zlib.compressobj(9)
    block = b" " * 1_000_000
    inside = packed.compress(b"5 0 << /Type /Pages /Kids [] /Count 0 >>")
    inside += b"".join(packed.compress(block) for _ in range(megabytes)) + packed.flush()
    head = b"%PDF-1.5\n"
    catalog = b"1 0 obj << /Type /Catalog /Pages 5 0 R >> endobj\n"
    bomb = (
        b"2 0 obj << /Type /ObjStm /N 1 /First 4 /Filter /FlateDecode /Length %d >>\nstream\n" % len(inside)
        + inside
        + b"\nendstream endobj\n"
    )
    at_catalog, at_bomb = len(head), len(head) + len(catalog)
    at_table = at_bomb + len(bomb)
    rows = [(0, 0, 65535), (1, at_catalog, 0), (1, at_bomb, 0), (1, at_table, 0), (0, 0, 0), (2, 2, 0)]
    table = b"".join(struct.pack(">BIH", *row) for row in rows)
    entry = b"3 0 obj << /Type /XRef /Size 6 /W [1 4 2] /Root 1 0 R /Length %d >>\nstream\n" % len(table)
    return head + catalog + bomb + entry + table + b"\nendstream endobj\nstartxref\n%d\n%%%%EOF" % at_table


def zip_file() -> bytes:
    """A ZIP archive that unpacks to much."""
    written = BytesIO()
    with ZipFile(written, "w", ZIP_DEFLATED) as archive:
        archive.writestr("zeros.bin", b"\0" * 50_000_000)
    return written.getvalue()


def picture_and_zip() -> bytes:
    """A picture that is an archive as well: one reader sees this, another that."""
    return picture() + zip_file()


def pdf_and_page() -> bytes:
    """A document with a web page before its end, which some browsers would run."""
    return saved(plain_pdf()) + b"<script>" + HIDDEN + b"</script>"


def picture_and_pdf() -> bytes:
    """A picture that carries a document in a comment."""
    return picture(comment=saved(plain_pdf())[:60_000])
