#!/bin/sh
# Train the demo voice from scratch: `make voice`, hours on two cores. Needs espeak-ng. After an
# interruption, the same command resumes and skips what is finished. VOICE is the folder for the
# corpus, the stores, the runs and the voice; PYTHON is the Python interpreter.
set -eu
cd "$(dirname "$0")/.."
python=${PYTHON:-python}
out=${VOICE:-logs/voice}

"$python" -m tools.demo_corpus --out "$out/corpus"
for speaker in sol ram; do
    "$python" preprocess.py --corpus "$out/corpus/$speaker" --out "$out/$speaker" \
        --speaker "$speaker" --preset small
done

# train MODEL STEPS HPARAMS: train up to step STEPS; HPARAMS apply from the current step on
train() {
    "$python" "train_$1.py" --data "$out/sol" --data "$out/ram" --logdir "$out/$1" --preset small \
        --threads "$threads" --steps "$2" --hparams "$3"
}
tacotron=outputs_per_step_schedule=5x1500x3x6000,eval_interval=1000
tacotron=$tacotron,guided_attention_decay_start=1500,guided_attention_decay_end=2500
vocoder=wavenet_output_distribution=mulaw,wavenet_preemphasis=0.85,wavenet_segment_length=4000
vocoder=$vocoder,wavenet_ema_decay=0.9995,eval_interval=2000

# both models at the same time, on one core each
threads=1
{
    train tacotron 1680 $tacotron,decay_start=1600,decay_half_life=500
    train tacotron 2100 $tacotron,decay_start=1700,decay_half_life=120
} &
train vocoder 1702 $vocoder,wavenet_learning_rate=1e-3,wavenet_decay_half_life=4000
train vocoder 2350 $vocoder,wavenet_learning_rate=3e-3,wavenet_decay_half_life=4000
wait $!
# then the vocoder, which needs more time, on both cores
threads=2
train vocoder 8000 $vocoder,wavenet_learning_rate=3e-3,wavenet_decay_half_life=2000
train vocoder 17805 $vocoder,wavenet_learning_rate=1e-3,wavenet_decay_half_life=1000000
vocoder=$vocoder,wavenet_learning_rate=8.555e-4,wavenet_decay_start=17805
train vocoder 20500 $vocoder,wavenet_decay_half_life=900

[ -d "$out/voice" ] || "$python" -m training.export --tacotron "$out/tacotron" \
    --vocoder "$out/vocoder" --out "$out/voice"
