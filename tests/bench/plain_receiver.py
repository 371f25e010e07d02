"""The peer of `bench_upload`: a handler of aiohttp that writes each part to a file where it belongs, and no more."""

import os
import sys

from aiohttp import web


async def take(request: web.Request) -> web.Response:
    """Write a part, and bring it to the disk."""
    at = int(request.headers["Upload-Offset"])
    descriptor = os.open(sys.argv[1], os.O_WRONLY | os.O_CREAT, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.seek(at)
        async for piece in request.content.iter_chunked(64 * 1024):
            at += file.write(piece)
        file.flush()
        os.fsync(descriptor)
    return web.Response(status=204, headers={"Upload-Offset": str(at)})


def main() -> None:
    """Listen on a port of this machine."""
    app = web.Application()
    app.router.add_patch("/", take)
    web.run_app(app, host="127.0.0.1", port=int(sys.argv[2]), print=None)


if __name__ == "__main__":
    main()
