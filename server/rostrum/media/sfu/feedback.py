"""What a receiver sends back, acted on: repair, keyframes, and the figures of its line."""

from rostrum.media.sfu.line import estimated, heard
from rostrum.media.sfu.peer import Peer
from rostrum.media.sfu.slot import Receiver, Seat
from rostrum.media.wire import rtcp, rtcp_build, rtp

REPAIRS_AT_ONCE = 64
"""Packets sent again for one RTCP packet; a receiver that misses more needs a keyframe."""


def act(data: bytes, peer: Peer, receiver: Receiver, now_s: float, wall_s: float) -> None:
    """Take one RTCP packet of a receiver, decrypted. Malformed ones are dropped."""
    try:
        messages = rtcp.parse(data)
    except rtp.Malformed:
        return
    seats = {seat.ssrc: seat for seat in receiver.seats.values()}
    for message in messages:
        match message:
            case rtcp.ReceiverReport(_, blocks) | rtcp.SenderReport(_, _, _, _, _, blocks):
                _reports(blocks, peer, seats, wall_s)
            case rtcp.Nack(_, media, sequences) if media in seats:
                _repair(sequences, peer, seats[media], now_s)
            case rtcp.KeyframeRequest(_, targets):
                for target in targets:
                    if target in seats:
                        seats[target].request_keyframe(now_s)
            case rtcp.Remb(_, bitrate_bps, _):
                estimated(peer.line, bitrate_bps, now_s)
            case _:
                continue


def _reports(blocks: tuple[rtcp.ReportBlock, ...], peer: Peer, seats: dict[int, Seat], wall_s: float) -> None:
    middle = rtcp_build.middle(rtcp_build.ntp(wall_s))
    for block in blocks:
        seat = seats.get(block.ssrc)
        if seat is not None:
            heard(peer.line, block.ssrc, block, seat.shape.clock_rate, middle)


def _repair(sequences: tuple[int, ...], peer: Peer, seat: Seat, now_s: float) -> None:
    missing = False
    for sequence in sequences[:REPAIRS_AT_ONCE]:
        packet = seat.again(sequence)
        if packet is None:
            missing = True
        else:
            peer.send_rtp(packet)
    if missing or len(sequences) > REPAIRS_AT_ONCE:
        seat.request_keyframe(now_s)
