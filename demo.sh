#!/bin/sh
# The whole chain on the bundled clips, in minutes. It shows that every part runs; what it says is
# not yet speech. `make demo` runs it, and so does the image.
set -eu
programs=$(dirname "$0")
python=${DEMO_PYTHON:-python}
out=${DEMO:-logs/demo}
steps=${DEMO_STEPS:-200}
preset=${DEMO_PRESET:-small}

set -x
"$python" "$programs/preprocess.py" --corpus "$programs/tests/clips" --out "$out/data" \
    --preset "$preset"
"$python" "$programs/train_tacotron.py" --data "$out/data" --logdir "$out/tacotron" \
    --preset "$preset" --steps "$steps"
"$python" "$programs/train_vocoder.py" --data "$out/data" --logdir "$out/vocoder" \
    --preset "$preset" --steps "$steps"
echo "${DEMO_TEXT:-오늘은 날씨가 흐려요.}" >"$out/text.txt"
"$python" "$programs/synthesize.py" "$out/text.txt" --out "$out/spoken" \
    --tacotron "$out/tacotron" --vocoder "$out/vocoder"
{ set +x; } 2>/dev/null
ls "$out"/spoken/*.png "$out"/spoken/*.wav
