"""Breaks a cluster in every way and checks that nothing acknowledged is lost, doubled or stale.

| module | what it is |
|---|---|
| `cli` | the command: modes, report |
| `run` | one run: stage, workload, faults, checks |
| `stage`, `database`, `nodes` | network namespaces, PostgreSQL and the nodes in them |
| `nemesis`, `outcomes` | the faults, and what is required of the cluster under each |
| `connection`, `caller` | requests, repeated through any node until they are answered |
| `talk`, `actions`, `worker`, `people` | the workload |
| `history` | what was asked and answered, and when |
| `followers` | event streams, folded |
| `observe` | what nodes and database show in the end |
| `model`, `checks` | what must be shown: pure functions over history and observation |
| `plants` | bugs that must be caught |
"""
