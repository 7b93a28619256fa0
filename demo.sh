#!/bin/sh
# The voice in the box says a text as both of its speakers: DEMO_TEXT, a file, into the folder DEMO.
# `make demo` runs it, and so does the image.
set -eu
programs=$(dirname "$0")
python=${DEMO_PYTHON:-python}
out=${DEMO:-logs/demo}
text=${DEMO_TEXT:-$programs/voices/demo.txt}

for speaker in sol ram; do
    (set -x; "$python" "$programs/synthesize.py" "$text" --speaker "$speaker" --out "$out/$speaker")
done
