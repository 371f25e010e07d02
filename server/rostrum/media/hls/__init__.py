"""The webcast as low-latency HLS: packets become fragments of MP4 (CMAF), with playlists, in a process of its own."""
