"""The sound of a hall without a microphone: a voice that says nothing.

Pulses of a changing pitch through three resonances (vowels), in syllables, words and pauses, as a person speaks.
"""

import array
import math
import random

SAMPLE_RATE = 16_000
_VOWELS = (
    (730, 1090, 2440),
    (530, 1840, 2480),
    (390, 1990, 2550),
    (570, 840, 2410),
    (440, 1020, 2240),
    (300, 870, 2240),
)
"""The three lowest resonances of six vowels in Hz, of an average adult voice (Peterson and Barney, 1952)."""
_PITCH_HZ = 118
_LEVEL = 6_000


class _Resonance:
    """A second-order resonator."""

    def __init__(self, bandwidth_hz: float) -> None:
        self._radius = math.exp(-math.pi * bandwidth_hz / SAMPLE_RATE)
        self._one = self._two = 0.0
        self._turn = 0.0

    def tune(self, frequency_hz: float) -> None:
        self._turn = 2 * self._radius * math.cos(2 * math.pi * frequency_hz / SAMPLE_RATE)

    def step(self, value: float) -> float:
        self._two, self._one = self._one, value + self._turn * self._one - self._radius * self._radius * self._two
        return self._one


def voice(seconds: int) -> "array.array[int]":
    """Mono samples of 16 bits at `SAMPLE_RATE`. The same at every call."""
    chance = random.Random(1948)  # noqa: S311 - a voice, no secret
    samples: list[float] = []
    resonances = [_Resonance(90), _Resonance(110), _Resonance(170)]
    phase = 0.0
    while len(samples) < seconds * SAMPLE_RATE:
        for _ in range(chance.randint(2, 4)):
            phase = _syllable(chance, resonances, phase, samples)
        samples += [0.0] * round(chance.choice((0.12, 0.12, 0.2, 0.5)) * SAMPLE_RATE)
    del samples[seconds * SAMPLE_RATE :]
    loudest = max(abs(value) for value in samples)
    return array.array("h", (round(value * _LEVEL / loudest) for value in samples))


def _syllable(chance: random.Random, resonances: list[_Resonance], phase: float, samples: list[float]) -> float:
    length = round(chance.uniform(0.13, 0.24) * SAMPLE_RATE)
    pitch_hz = _PITCH_HZ * chance.uniform(0.85, 1.2)
    for resonance, frequency_hz in zip(resonances, chance.choice(_VOWELS), strict=True):
        resonance.tune(frequency_hz)
    first, second, third = resonances
    for index in range(length):
        phase += pitch_hz * (1 - 0.1 * index / length) / SAMPLE_RATE
        pulse = 0.0
        if phase >= 1:
            phase -= 1
            pulse = 1.0
        shape = math.sin(math.pi * index / length)
        samples.append(shape * (first.step(pulse) + 0.5 * second.step(pulse) + 0.25 * third.step(pulse)))
    return phase
