#!/bin/sh
# The voice in the box, made again, in hours on two cores: `make voice`. What was done is not done
# again, and a training that was interrupted goes on. The two trainings have a core each; VOICE
# names the folder of corpus, stores, runs and voice.
set -eu
programs=$(dirname "$0")/..
python=${VOICE_PYTHON:-python}
out=${VOICE:-logs/voice}

"$python" -m demo_corpus --out "$out/corpus"
for speaker in sol ram; do
    "$python" "$programs/preprocess.py" --corpus "$out/corpus/$speaker" --out "$out/$speaker" \
        --speaker $speaker --preset small
done

"$python" "$programs/train_tacotron.py" --data "$out/sol" --data "$out/ram" \
    --logdir "$out/tacotron" --preset small --threads 1 --steps 4700 --hparams "$(tr -d '\n ' <<END
END
)"
