# shellcheck shell=bash
#
# Sourced by scripts/build and scripts/test: which CMake to use.

# Prints the path of the first CMake, of the one in PATH and Debian's own, that is new enough for
# CMakePresets.json.
find_cmake() {
  local candidate version
  for candidate in "$(command -v cmake || true)" /usr/bin/cmake; do
    version=$("$candidate" --version 2>/dev/null | sed -n '1s/^cmake version //p') || continue
    if [[ "$(printf '%s\n' 3.25 "$version" | sort --version-sort | head -n 1)" == 3.25 ]]; then
      echo "$candidate"
      return
    fi
  done
  echo "dtheta needs CMake 3.25 or newer in PATH or as /usr/bin/cmake (Debian 12 has it)" >&2
  return 1
}
