"""The Assembly: the rules, pure. No I/O, clock, randomness or framework; identifiers and `now` come from outside.

`decide(state, command, actor, now)` answers events or raises `Refused`; `fold` makes the state from events.
"""
