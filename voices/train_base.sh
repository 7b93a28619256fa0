#!/bin/sh
# Train the base voice: CORPUS has a folder of recordings and transcripts for each speaker. After an
# interruption, the same command resumes and skips what is finished.
#
#     CORPUS=~/corpora/emotiontts VOICE=logs/base sh voices/train_base.sh
#
# VOICE is the folder for the stores, the runs and the voice; PYTHON is the Python interpreter;
# LEFT_OUT are folders of CORPUS that are not used, so that they can test the cloning of new
# speakers; OPTIONS are options of both trainers. Needs espeak-ng.
set -eu
cd "$(dirname "$0")/.."
corpus=${CORPUS:?should name a folder that has a folder for each speaker}
python=${PYTHON:-python}
out=${VOICE:-logs/base}
left_out=${LEFT_OUT:-ada adb pfl pml}

stores=
for folder in "$corpus"/*/; do
    speaker=$(basename "$folder")
    case " $left_out " in *" $speaker "*) continue ;; esac
    "$python" preprocess.py --corpus "$folder" --out "$out/data/$speaker" --speaker "$speaker" \
        --preset base
    stores="$stores --data $out/data/$speaker"
done
# the synthetic speakers of the demo voice contribute texts that the corpus lacks
"$python" -m tools.demo_corpus --out "$out/corpus" --limit 300
synthetic=
for speaker in sol ram; do
    "$python" preprocess.py --corpus "$out/corpus/$speaker" --out "$out/data/$speaker" \
        --speaker "$speaker" --preset base
    synthetic="$synthetic --data $out/data/$speaker"
done

# both models at the same time, on one core each
# shellcheck disable=SC2086
"$python" train_tacotron.py $stores $synthetic --logdir "$out/tacotron" --preset base \
    --threads 1 ${OPTIONS:-} &
# shellcheck disable=SC2086
"$python" train_vocoder.py $stores --logdir "$out/vocoder" --preset base --threads 1 ${OPTIONS:-}
wait $!

[ -d "$out/voice" ] || "$python" -m training.export --tacotron "$out/tacotron" \
    --vocoder "$out/vocoder" --out "$out/voice"
