# The faithful stack: CPython 3.6, TensorFlow 1.3.0, CUDA 8.0, cuDNN 6.
#
#   docker build -t voicecloning .
#   docker run --gpus all -v "$PWD/data:/work/data" -v "$PWD/logs:/work/logs" voicecloning \
#       python train_tacotron.py --data data/kss --logdir logs/kss-tacotron
#
# For cards from Kepler to Pascal; it also runs, on the processor, where there is no GPU.

# The CUDA 8 images are gone from the public registries. TensorFlow's own image of this version
# was built on one and still carries the libraries; its Python 3.5 is left behind.
ARG DONOR=tensorflow/tensorflow:1.3.0-gpu-py3
ARG PYTHON_IMAGE=python:3.6.15-slim-bullseye
# The same Debian with a compiler: WaveNet's engine is made in it, and it is left behind.
ARG COMPILER_IMAGE=python:3.6.15-bullseye

FROM ${DONOR} AS donor
FROM ${COMPILER_IMAGE} AS native
WORKDIR /work
COPY wavenet_vocoder/__init__.py wavenet_vocoder/
COPY wavenet_vocoder/engine wavenet_vocoder/engine
RUN python -m wavenet_vocoder.engine.build

FROM ${PYTHON_IMAGE}

# No apt anywhere: Debian's archive for this base has moved. The files of the full version are
# copied, because what COPY makes of a link depends on the builder; ldconfig makes the links.
# libgomp is not in a slim image.
COPY --from=donor \
    /usr/local/cuda-8.0/targets/x86_64-linux/lib/libcublas.so.8.0.* \
    /usr/local/cuda-8.0/targets/x86_64-linux/lib/libcudart.so.8.0.* \
    /usr/local/cuda-8.0/targets/x86_64-linux/lib/libcufft.so.8.0.* \
    /usr/local/cuda-8.0/targets/x86_64-linux/lib/libcurand.so.8.0.* \
    /usr/local/cuda-8.0/targets/x86_64-linux/lib/libcusolver.so.8.0.* \
    /usr/lib/x86_64-linux-gnu/libcudnn.so.6.* \
    /usr/lib/x86_64-linux-gnu/libgomp.so.1.* \
    /usr/local/cuda-8.0/lib64/
# The driver's library comes from the host; docker/entrypoint puts this stub where there is none.
COPY --from=donor /usr/local/cuda-8.0/targets/x86_64-linux/lib/stubs/libcuda.so \
    /usr/local/cuda-8.0/stubs/libcuda.so.1
RUN echo /usr/local/cuda-8.0/lib64 >/etc/ld.so.conf.d/cuda-8-0.conf && ldconfig

# pip first and by itself, then the lock as it stands.
COPY requirements.txt /tmp/requirements.txt
RUN pip install --no-cache-dir "$(grep ^pip== /tmp/requirements.txt)" \
    && pip install --no-cache-dir --no-deps -r /tmp/requirements.txt \
    && pip check

# The first three are for the NVIDIA container toolkit. The caches lie where any user may write.
ENV NVIDIA_VISIBLE_DEVICES=all \
    NVIDIA_DRIVER_CAPABILITIES=compute,utility \
    NVIDIA_REQUIRE_CUDA="cuda>=8.0" \
    LANG=C.UTF-8 \
    PYTHONUNBUFFERED=1 \
    MPLBACKEND=Agg \
    MPLCONFIGDIR=/tmp/matplotlib \
    NUMBA_CACHE_DIR=/tmp/numba \
    TF_CPP_MIN_LOG_LEVEL=2

COPY docker/entrypoint /usr/local/bin/entrypoint
ENTRYPOINT ["/usr/local/bin/entrypoint"]
CMD ["python"]
RUN entrypoint python -c 'import tensorflow as tf; tf.Session()'

WORKDIR /work
COPY . .
COPY --from=native /work/wavenet_vocoder/engine/build wavenet_vocoder/engine/build
