# Shared by the scripts beside it: source it first. Leaves the working directory as it is.
# shellcheck shell=bash
set -euo pipefail

confab_root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# Overridden by those who keep several builds of one tree.
# shellcheck disable=SC2034 # used by the scripts that source this one
confab_build_dir=${CONFAB_BUILD_DIR:-$confab_root/build}

fail() {
  printf '%s: %s\n' "$(basename "$0")" "$*" >&2
  exit 1
}

# As in `git`, but also in a tree that belongs to another user (root in a container, for instance).
confab_git() {
  git -c safe.directory="$confab_root" -C "$confab_root" "$@"
}

# Tracked files that match the given pathspecs and still exist, one a line, from the root.
tracked_files() {
  confab_git ls-files -- "$@" | while IFS= read -r file; do
    [[ ! -e $confab_root/$file ]] || printf '%s\n' "$file"
  done
}
