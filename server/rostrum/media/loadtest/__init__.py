"""The load generator: real receivers and senders (ICE, DTLS, SRTP, RTCP) without codecs."""
