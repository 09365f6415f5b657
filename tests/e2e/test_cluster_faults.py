"""Eight faults in a minute to three nodes: nothing acknowledged is lost, doubled, out of order or stale."""

import os
import re
import subprocess

import harness
import pytest

pytestmark = [pytest.mark.only_on("postgres"), pytest.mark.minutes]

FAULTS, OPERATIONS = 6, 10_000
SECONDS = 420  # of which faults take 60 on an idle machine and three times that at most, and checks as long


def test_a_cluster_keeps_its_word_under_faults():
    as_root = [] if os.geteuid() == 0 else ["sudo", "-n", f"CONFAB_BINARY={harness.BINARY}"]
    done = subprocess.run(
        [*as_root, harness.ROOT / "tools" / "cluster-faults"], capture_output=True, text=True, timeout=SECONDS,
        env={**os.environ, "CONFAB_BINARY": str(harness.BINARY)},
    )
    print(done.stdout)
    assert done.returncode == 0, (done.stdout + done.stderr)[-6000:]
    last = re.match(r"operations: (\d+), faults: (\d+), violations: 0 ", done.stdout.splitlines()[-1])
    assert last and int(last[1]) >= OPERATIONS and int(last[2]) >= FAULTS
