"""A student's process for tests: forked, without a sandbox, answering as the real one does."""

import os
import signal
import socket
import time

from course_lib.grading.engine import wire
from course_lib.grading.engine.capturing import CapturingShell
from course_lib.grading.engine.handles import Handles


class ForkedChild:
    """Runs a student's cells in a fork; ``ask`` is what ``Link`` wants."""

    def __init__(self, cells=(), seconds: float = 20.0) -> None:
        self.seconds = seconds
        self.channel, theirs = socket.socketpair()
        self.shown: list[dict] = []
        self.process = os.fork()
        if self.process == 0:
            try:
                self.channel.close()
                serve(theirs)
            finally:
                os._exit(0)
        theirs.close()
        for cell in cells:
            self.run(cell)

    def run(self, source: str) -> list[dict]:
        """The outputs of a cell of the student's."""
        self.shown = []
        self.ask({"op": "run", "source": source}, [])
        return self.shown

    def ask(self, header, blobs, on_output=None):
        deadline = time.monotonic() + self.seconds
        wire.send(self.channel, header, blobs, deadline)
        while True:
            answer, parts = wire.receive(self.channel, deadline)
            if "output" not in answer:
                return answer, parts
            (on_output or self.shown.append)(answer["output"])

    def close(self) -> None:
        self.channel.close()
        os.kill(self.process, signal.SIGKILL)
        os.waitpid(self.process, 0)


def serve(channel: socket.socket) -> None:
    shell = CapturingShell(lambda output: wire.send(channel, {"output": output}))
    handles = Handles(shell.user_ns, channel, shell.capturing)
    while True:
        try:
            header, blobs = wire.receive(channel)
        except wire.Gone:
            return
        reply: list = []
        if header["op"] == "run":
            shell.run_cell(header["source"])
            answer = {}
        else:
            answer = handles.answer(header, blobs, reply)
        wire.send(channel, answer, reply)
