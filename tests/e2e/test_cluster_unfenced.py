"""The proxy that takes the fence out of the nodes' transactions changes that, and nothing else."""

import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))

from cluster_faults.unfenced import REPLACED, without_fence  # noqa: E402

WRITER = ROOT / "storage" / "sql" / "postgres_writer.cpp"


def test_the_fence_is_replaced():
    for name, query in REPLACED.items():
        assert without_fence(b"P", name + b"\0SELECT the fence\0\0\0") == name + b"\0" + query + b"\0\0\0"


def test_all_else_passes_as_it_is():
    for kind, body in ((b"P", b"other\0SELECT 1\0\0\1\0\0\0\7"), (b"Q", b"confab_is_alive\0x\0"), (b"X", b"")):
        assert without_fence(kind, body) == body


def test_nodes_still_prepare_it_under_these_names():
    source = WRITER.read_text()
    assert all(f'"{name.decode()}"' in source for name in REPLACED)
