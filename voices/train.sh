#!/bin/sh
# The voice in the box, made again, in hours on two cores: `make voice`. It needs espeak-ng. What was
# done is not done again, and a training that was interrupted goes on. VOICE names the folder of
# corpus, stores, runs and voice, PYTHON the interpreter of an environment.
set -eu
cd "$(dirname "$0")/.."
python=${PYTHON:-python}
out=${VOICE:-logs/voice}

"$python" -m demo_corpus --out "$out/corpus"
for speaker in sol ram; do
    "$python" preprocess.py --corpus "$out/corpus/$speaker" --out "$out/$speaker" \
        --speaker "$speaker" --preset small
done

# the two stages side by side, a core each
"$python" train_tacotron.py --data "$out/sol" --data "$out/ram" --logdir "$out/tacotron" \
    --preset small --threads 1 --steps 2800 --hparams "\
r_schedule=5x1500x3x6000,guided_attention_from=1500,guided_attention_until=2500,\
decay_start=1600,decay_half=500,evaluate_every=1000" &
"$python" train_vocoder.py --data "$out/sol" --data "$out/ram" --logdir "$out/vocoder" \
    --preset small --threads 1 --steps 9000 --hparams "\
wavenet_output=mulaw,wavenet_segment=4000,wavenet_learning_rate=1e-3,wavenet_decay_half=4000,\
wavenet_ema=0.9995,evaluate_every=1000"
wait $!

"$python" -m training.export --tacotron "$out/tacotron" --vocoder "$out/vocoder" --out "$out/voice"
