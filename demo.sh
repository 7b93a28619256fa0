#!/bin/sh
# Synthesise the text file DEMO_TEXT with both speakers of the demo voice into the folder DEMO.
# `make demo` and the image's program `demo` run it.
set -eu
programs=$(dirname "$0")
python=${DEMO_PYTHON:-python}
out=${DEMO:-logs/demo}
text=${DEMO_TEXT:-$programs/voices/demo.txt}

for speaker in sol ram; do
    (set -x; "$python" "$programs/synthesize.py" "$text" --speaker "$speaker" --out "$out/$speaker")
done
