"""The words of a PDF and the language that they are in: read by the real process from what typst and cleaning made."""

from collections.abc import AsyncIterator

import pytest
import typst

from rostrum.assembly.refusal import Refused
from rostrum.i18n.guess import guess
from rostrum.uploads.cleaner import Cleaner
from rostrum.uploads.limits import Limits

CLEANER = Cleaner(Limits(bytes_max=15_000_000, pages_max=10))
TEXTS = {
    "en": "We thank the President of the Assembly for this opportunity to speak about the work of the Court. It is our "
    "view that the rights of victims are at the heart of this institution, and that we have to support it with all "
    "that is needed for the years that are ahead of us.",
    "fr": "Nous remercions la Présidente de l’Assemblée pour cette occasion de parler du travail de la Cour. Les "
    "droits des victimes sont au cœur de cette institution, et nous devons la soutenir avec tout ce qui est "
    "nécessaire pour les années qui sont devant nous, dans le respect du Statut.",
    "es": "Agradecemos a la Presidenta de la Asamblea por esta oportunidad de hablar sobre el trabajo de la Corte. Los "
    "derechos de las víctimas están en el centro de esta institución, y debemos apoyarla con todo lo que es necesario "
    "para los años que vienen, en el respeto del Estatuto.",
    "ru": "Мы благодарим Председателя Ассамблеи за возможность выступить о работе Суда. Права потерпевших находятся в "
    "центре деятельности этого учреждения, и мы должны поддерживать его всем необходимым в предстоящие годы, соблюдая "
    "положения Римского статута и решения государств.",
}


async def read(data: bytes) -> str:
    async def pieces() -> AsyncIterator[bytes]:
        yield data

    return await CLEANER.words(pieces())


async def cleaned(data: bytes) -> bytes:
    async def pieces() -> AsyncIterator[bytes]:
        yield data

    return (await CLEANER.clean(pieces(), picture_only=False)).data


@pytest.mark.parametrize("language", TEXTS)
async def test_the_language_of_a_text_is_read_from_its_pdf(language: str) -> None:
    data = typst.compile(TEXTS[language].encode(), format="pdf", ignore_system_fonts=True)
    assert isinstance(data, bytes)
    words = await read(await cleaned(data))
    assert TEXTS[language].split()[1] in words
    assert guess(words) == language


def test_scripts_tell_and_what_is_not_clear_is_not_said() -> None:
    assert guess("نشكر رئيسة الجمعية على هذه الفرصة للحديث عن عمل المحكمة وحقوق الضحايا " * 4) == "ar"
    assert guess("我们感谢主席给予这次发言的机会，谈谈法院的工作和被害人的权利，以及未来几年所需要的支持。" * 2) == "zh"
    assert guess("We thank you.") is None
    assert guess("Wir danken der Präsidentin der Versammlung und sprechen über die Arbeit des Gerichts. " * 6) is None
    assert guess(TEXTS["en"] + TEXTS["ru"]) is None
    assert guess("") is None


async def test_what_is_no_pdf_has_no_words() -> None:
    assert await read(b"no document at all") == ""
    with pytest.raises(Refused):
        await CLEANER.clean(_nothing(), picture_only=False)


async def _nothing() -> AsyncIterator[bytes]:
    yield b"no document at all"
