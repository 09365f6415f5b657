"""The command."""

import argparse
import collections
import os
import pathlib
import random
import signal
import subprocess
import sys
import time

from . import nemesis, network, planted
from .nodes import BINARY
from .run import Run
from .stage import Stage

SHORT = ("stop3", "database-crash", "cut-client", "loss", "cut-database", "kill", "cut-nodes", "restart")
# Two at a time: one of each, to different nodes.
PAIRS = (("kill", "stop3", "stop10"), ("cut-nodes", "cut-one-way", "cut-database", "cut-client", "loss"))
BOTH_AT_ONCE = 0.25
TOLD = 10  # violations of a kind
INSIDE = "CONFAB_FAULTS_INSIDE"


def parse(arguments):
    parser = argparse.ArgumentParser(prog="cluster-faults", description=(
        "Nodes and PostgreSQL in network namespaces (root is needed), a workload through all nodes, faults, and"
        " checks that nothing acknowledged is lost, doubled, out of order or stale. The last line says how many"
        " operations, faults and violations there were; the status is 1 if there was any violation."))
    parser.add_argument("--seconds", type=int, default=60, help="how long faults are done at least (%(default)s)")
    parser.add_argument("--each", type=int, metavar="SECONDS", help="every fault in a run of its own, for so long")
    parser.add_argument("--chaos", type=float, metavar="MINUTES", help="random faults, some two at a time")
    parser.add_argument("--plant", choices=planted.PLANTS, help="spoil what nodes stand on: status 0 if the checks find it")
    parser.add_argument("--faults", help=f"which, separated by commas, of {', '.join(nemesis.FAULTS)}")
    parser.add_argument("--nodes", type=int, default=3, help="1: a single one, that is no cluster (%(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="of the choices of workload and faults (%(default)s)")
    parser.add_argument("--rate", type=int, help="operations a second at most (400; 150 with --each and --chaos)")
    parser.add_argument("--operations", type=int, default=10000, help="fewer acknowledged are a violation (%(default)s)")
    parser.add_argument("--keep", action="store_true", help="keep logs and the history")
    parser.add_argument("--probe", action="store_true", help="only find out whether the networks can be built here")
    options = parser.parse_args(arguments)
    if options.faults and (unknown := set(options.faults.split(",")) - set(nemesis.FAULTS)):
        parser.error(f"no such fault: {', '.join(unknown)}")
    return options


def main():
    options = parse(sys.argv[1:])
    if problem := what_is_missing():
        sys.exit(f"cluster-faults: {problem}")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that everything is taken down
    if options.probe:
        sys.exit(probe(options))
    if os.environ.get(INSIDE) != "yes":
        sys.exit(run_inside(options))
    sys.exit(play(options))


def what_is_missing():
    if os.geteuid() != 0:
        return "network namespaces need root"
    if not pathlib.Path(BINARY).exists():
        return f"{BINARY} is not built (CONFAB_BINARY names another)"
    for program in ("ip", "nft", "psql", "pgrep", "gcc"):
        if subprocess.run(["which", program], capture_output=True).returncode:
            return f"{program} is needed"
    return None


def probe(options):
    network.remove()
    try:
        network.build(options.nodes)
    except subprocess.CalledProcessError as error:
        return f"cluster-faults: {error}: {error.stderr}"
    finally:
        network.remove()
    return 0


def run_inside(options):
    """This command again, where the clients are."""
    network.remove()
    try:
        network.build(options.nodes)
        command = ["ip", "netns", "exec", network.CLIENT, sys.executable, *sys.argv]
        return subprocess.run(command, env={**os.environ, INSIDE: "yes"}).returncode
    finally:
        network.remove()


def play(options):
    began, totals = time.monotonic(), [0, 0, []]
    if options.plant:
        return play_planted(options, planted.PLANTS[options.plant]())
    if options.each:
        for name in chosen(options, nemesis.FAULTS):
            say(f"--- {name} for {options.each} s")
            one_run(options, totals, lambda run, name=name: alone(run, name, options.each), 150)
    elif options.chaos:
        one_run(options, totals, lambda run: chaos(run, options), 150, measures_each=False)
    else:
        # It is a test of many machines, slow ones among them.
        one_run(options, totals, lambda run: short(run, options), 400, options.nodes > 1, judges_times=False, cleared_seconds=10)
    operations, faults, violations = totals
    if operations < options.operations:
        violations.append(f"only {operations} operations were acknowledged, not {options.operations}")
    tell_violations(violations)
    say(f"operations: {operations}, faults: {faults}, violations: {len(violations)} ({time.monotonic() - began:.0f} s)")
    return 1 if violations else 0


def play_planted(options, plant):
    totals = [0, 0, []]
    one_run(options, totals, plant.play, 150, measures_each=False, plant=plant)
    tell_violations(totals[2])
    caught = [v for v in totals[2] if v.split()[0] in plant.caught_by]
    say(f"operations: {totals[0]}, faults: {totals[1]}, violations: {len(totals[2])}; {options.plant} was"
        f" {'caught' if caught else 'NOT caught'}")
    return 0 if caught else 1


def one_run(options, totals, faults, rate, measures_each=True, judges_times=True, plant=None, cleared_seconds=30):
    with Stage(options.nodes, options.keep, plant) as stage:
        run = Run(stage, options.seed, options.rate or rate, weights=plant and plant.weights, say=say)
        run.start()
        faults(run)
        try:
            found = run.judge(measures_each, judges_times, cleared_seconds)
        finally:
            if options.keep:
                run.history.save(stage.directory / "history.jsonl")
        run.report()
        say(f"{run.operations} operations, {len(run.faults)} faults, {len(found)} violations")
        totals[0] += run.operations
        totals[1] += len(run.faults)
        totals[2] += found


def tell_violations(violations):
    """The first ones of each kind."""
    counts = collections.Counter()
    for violation in violations:
        kind = violation.split()[0]
        counts[kind] += 1
        if counts[kind] <= TOLD:
            say("VIOLATION " + violation[:1500])
    for kind, count in counts.items():
        if count > TOLD:
            say(f"VIOLATION {kind}: {count - TOLD} more")


def chosen(options, default):
    return options.faults.split(",") if options.faults else list(default)


def short(run, options):
    """Each of some faults once, and again until the time is over; longer if the machine is slow."""
    names, number = chosen(options, SHORT), 0

    def is_enough():
        passed = time.monotonic() - run.began
        is_much = run.workload.acknowledged() >= options.operations
        return number >= len(names) and passed >= options.seconds and (is_much or passed >= 3 * options.seconds)

    while not is_enough():
        run.inflict([names[number % len(names)]], nemesis.SHORT_SPANS.get)
        number += 1


def alone(run, name, seconds):
    while not run.faults or time.monotonic() < run.began + seconds:
        run.inflict([name], nemesis.SPANS.get)
        time.sleep(2)


def chaos(run, options):
    choice, until = random.Random(options.seed), run.began + 60 * options.chaos
    while time.monotonic() < until:
        names = [choice.choice(chosen(options, nemesis.FAULTS))]
        if not options.faults and choice.random() < BOTH_AT_ONCE:
            names = [choice.choice(kind) for kind in PAIRS]
        run.inflict(names, nemesis.SHORT_SPANS.get if choice.random() < 0.5 else nemesis.SPANS.get)
        time.sleep(choice.uniform(0, 3))


def say(text):
    print(text, flush=True)
