"""A bad network on this machine: a proxy that delays, throttles, stalls and cuts what goes through it."""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

CHUNK = 4096


@dataclass
class SlowNetwork:
    """In front of a server's port. Every `fault_every`th POST is stalled or cut; `faults` tells which."""

    port: int
    one_way: float = 0.2  # seconds: a round trip takes twice as long
    bytes_a_second: float = 256_000 / 8
    fault_every: int = 0
    posts: int = 0
    faults: list[str] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        up_reader, up_writer = await asyncio.open_connection("127.0.0.1", self.port)
        with suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            await asyncio.gather(
                self.carry(reader, up_writer, watch=True), self.carry(up_reader, writer, watch=False)
            )
        for end in (up_writer, writer):
            end.close()

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, watch: bool) -> None:
        while data := await reader.read(CHUNK):
            fault = self.fault() if watch and data.startswith(b"POST") else ""
            if fault == "cut":
                raise ConnectionResetError
            if fault == "stalled":
                await asyncio.sleep(60)
            await asyncio.sleep(self.one_way + len(data) / self.bytes_a_second)
            writer.write(data)
            await writer.drain()
        writer.close()

    def fault(self) -> str:
        self.posts += 1
        if not self.fault_every or self.posts % self.fault_every:
            return ""
        self.faults.append("cut" if len(self.faults) % 2 else "stalled")
        return self.faults[-1]


@contextmanager
def slow_network(port: int, fault_every: int = 0) -> Iterator[tuple[str, SlowNetwork]]:
    """Its address, and what it did, until the end of the block."""
    network, started = SlowNetwork(port, fault_every=fault_every), queue.SimpleQueue[Any]()
    thread = threading.Thread(target=lambda: asyncio.run(_run(network, started)), name="slow network")
    thread.start()
    address, loop, over = started.get(timeout=10)
    try:
        yield address, network
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join(timeout=10)
        assert not thread.is_alive(), "the slow network did not stop"


async def _run(network: SlowNetwork, started: queue.SimpleQueue[Any]) -> None:
    over = asyncio.Event()
    server = await asyncio.start_server(network.serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    started.put((f"http://127.0.0.1:{port}", asyncio.get_running_loop(), over))
    await over.wait()
    server.close()
    for task in asyncio.all_tasks() - {asyncio.current_task()}:
        task.cancel()
