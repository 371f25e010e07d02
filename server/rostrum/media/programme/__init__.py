"""One file of a meeting's recording: what may be given of its tracks, cut and joined without being decoded."""
