#!/usr/bin/env bash
# Records the ledger that the tests of audits read: real work, metered on the machine this runs on.
#
#     tests/data/record.sh DIRECTORY          (empty; takes some two minutes)
#
# It needs an environment with `pip install -e '.[demo,encoder]'`. README.md says what is in it.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
into=$1
mkdir -p "$into"
cd "$into"

# What the runs declare, in a home of their own: nothing of this user's settings gets in.
export HOME=$PWD
export FOOTPRINT_LEDGER=$PWD/audit-ledger
export FOOTPRINT_ZONE=FRA FOOTPRINT_PUE=1.2 FOOTPRINT_WUE=0.3 FOOTPRINT_TARIFF_PER_KWH="0.18 EUR"
export FOOTPRINT_LIFETIME_YEARS=5 FOOTPRINT_SEAL=off
cat > pyproject.toml <<'TOML'
[tool.footprint.tags]
team = "vision"
cost_center = "R-17"
TOML

# The host is metered throughout, as by a service: what it draws between the programs is idle.
footprint meter --quiet & meter=$!
trap 'kill "$meter" 2>/dev/null || true' EXIT
sleep 4

# 1. The demo: two classifiers, trained and served from four threads.
FOOTPRINT_PROJECT=digits footprint demo --out demo > demo.txt

# 2. The encoder tutorial, smaller: one model in three forms, by turns.
FOOTPRINT_PROJECT=search PYTHONPATH=$here/../../docs/tutorials \
    python "$here/../../docs/tutorials/encoder.py" --pairs 64 --rounds 2 \
    --ledger "$FOOTPRINT_LEDGER" > encoder.json
sleep 3

# 3. A training over four processes: one run, four ranks.
FOOTPRINT_PROJECT=digits torchrun --nproc-per-node 4 "$here/train_ranks.py"
sleep 2

# 4. Calls of models behind an API, declared: the counts are made up, nothing is called.
FOOTPRINT_PROJECT=search python - <<'PYTHON'
import footprint

for number in range(12):
    footprint.record_api_call(
        "gpt-4o-mini", "openai", tokens_in=700 + 9 * number, tokens_out=250 - 7 * number,
        duration_s=2.1, name="answer", tags={"experiment": "api"},
    )
for number in range(3):
    footprint.record_api_call(
        "claude-sonnet-4-5", "anthropic", tokens_in=1900, tokens_out=420 + number,
        duration_s=6.4, name="summarise", tags={"experiment": "api"},
    )
footprint.flush()
PYTHON

kill "$meter"; wait "$meter" || true
footprint ledger merge audit-ledger demo/ledger
footprint seal --quiet audit-ledger
rm -rf audit-ledger/derived
