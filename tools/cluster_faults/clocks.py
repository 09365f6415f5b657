"""The clocks of a node, which can be put wrong while it runs."""

import pathlib
import struct
import subprocess
import time

SOURCE = pathlib.Path(__file__).with_name("clocks.c")


def build(directory):
    """The library to be preloaded."""
    library = directory / "clocks.so"
    subprocess.run(["gcc", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-O2", "-o", library, SOURCE, "-ldl"],
                   check=True, capture_output=True, text=True, timeout=60)
    return library


class Clocks:
    def __init__(self, library, file):
        self.library, self.file = library, file
        self.ahead = self.boot_stops = 0
        self._set()

    @property
    def environment(self):
        return {"LD_PRELOAD": str(self.library), "FAULT_CLOCKS": str(self.file)}

    def jump(self, seconds):
        """The wall clock alone, so far ahead of the right time."""
        self.ahead = seconds
        self._set()

    def stop_boottime(self, is_stopped):
        self.boot_stops = int(time.clock_gettime(time.CLOCK_BOOTTIME)) if is_stopped else 0
        self._set()

    def _set(self):
        """In place: the file is mapped into the node."""
        mode = "r+b" if self.file.exists() else "w+b"
        with self.file.open(mode) as file:
            file.write(struct.pack("<qq", self.ahead, self.boot_stops))
