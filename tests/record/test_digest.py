"""A digest instead of a storm: by the clock, and through restarts at every step."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from rostrum.mail.transport import Smtp
from rostrum.record.outbox import MailState
from tests.support.mails import NOW, Receiver, new, opened, plain_letter, serving

WINDOW = timedelta(minutes=15)


@dataclass(frozen=True)
class Queued:
    """A mail that is queued at a minute."""

    minute: int
    subject: str
    to: str = "a@example.org"
    urgent: bool = False
    discreet: bool = False


@dataclass(frozen=True)
class Arrived:
    """A mail that arrives in a minute: what is in it."""

    minute: int
    to: str
    holds: frozenset[str]


def arrived(minute: int, *holds: str, to: str = "a@example.org") -> Arrived:
    return Arrived(minute, to, frozenset(holds))


STORIES = {
    "one alone waits and goes as it is": ([Queued(0, "one")], [arrived(15, "one")]),
    "three within the window become one": (
        [Queued(0, "one"), Queued(7, "two"), Queued(14, "three")],
        [arrived(15, "one", "two", "three")],
    ),
    "the window begins with the first and does not move": (
        [Queued(0, "one"), Queued(10, "two"), Queued(16, "three")],
        [arrived(15, "one", "two"), arrived(31, "three")],
    ),
    "what is urgent goes at once and takes nothing along": (
        [Queued(0, "one"), Queued(3, "code", urgent=True), Queued(4, "two")],
        [arrived(3, "code"), arrived(15, "one", "two")],
    ),
    "each address has its own": (
        [Queued(0, "one"), Queued(5, "two", "b@example.org"), Queued(6, "three", "B@example.org")],
        [arrived(15, "one"), arrived(20, "two", "three", to="b@example.org")],
    ),
    "a discreet one is never beside another": (
        [Queued(0, "one"), Queued(0, "quiet", discreet=True)],
        [arrived(15, "one"), arrived(15, "quiet")],
    ),
}


@pytest.mark.parametrize("story", STORIES.values(), ids=STORIES.keys())
@pytest.mark.parametrize("restarts", [False, True])
async def test_notices_within_a_window_are_one_mail(
    tmp_path: Path, story: tuple[list[Queued], list[Arrived]], restarts: bool
) -> None:
    queued, wanted = story
    receiver, got = Receiver(), list[Arrived]()
    every = {each.subject for each in queued}
    minutes = sorted({*(each.minute for each in queued), *(each.minute for each in wanted), 14, 50})
    with serving(receiver) as url:
        post, closing = None, opened(tmp_path)
        for minute in minutes:
            if post is None or restarts:
                if post is not None:
                    await closing.__aexit__(None, None, None)
                closing = opened(tmp_path)
                post = await closing.__aenter__()
            post.now = NOW + timedelta(minutes=minute)
            held = [
                new(
                    each.to,
                    plain_letter(each.subject, f"about {each.subject}"),
                    held_for=timedelta() if each.urgent else WINDOW,
                    discreet=each.discreet,
                )
                for each in queued
                if each.minute == minute
            ]
            await post.put(*held)
            before = len(receiver.taken)
            await post.mailer(Smtp(url)).deliver_due()
            for message in receiver.messages[before:]:
                text = message.get_body(("plain",))
                assert text is not None
                words = set(text.get_content().replace("\r\n", "\n").split("about ")[1:])
                holds = {word.split("\n")[0] for word in words}
                assert (len(holds) > 1) == (message["Subject"] not in every)
                got.append(Arrived(minute, str(message["To"]), frozenset(holds)))
        assert sorted(got, key=repr) == sorted(wanted, key=repr)
        assert post is not None
        assert set(await post.outbox.count("s")) == {MailState.SENT}
        await closing.__aexit__(None, None, None)
