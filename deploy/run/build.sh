# shellcheck shell=bash
# ./run build [preset]

# configure PRESET: runs CMake when the build folder is new. Ninja runs CMake again when a CMake
# file changes.
configure() {
  local preset="$1"
  [[ -f "build/$preset/build.ninja" ]] && return
  say "configuring preset $preset"
  cmake --preset "$preset"
}

# build_targets PRESET [TARGET...]: builds these targets, or all.
build_targets() {
  local preset="$1"
  shift
  configure "$preset"
  say "building ${*:-everything} (preset $preset)"
  NINJA_STATUS='[%f/%t %es] ' ninja -C "build/$preset" "$@"
}

run_build() {
  local preset="${1:-dev}"
  case "$preset" in
    dev | release | asan | asan-quick | tsan) ;;
    *) usage_error "no preset '$preset': dev, release, asan, asan-quick or tsan" ;;
  esac
  [[ $# -le 1 ]] || usage_error "./run build takes one preset"
  install_packages build
  build_targets "$preset"
}
