# The faithful stack: CPython 3.6, TensorFlow 1.3.0, CUDA 8.0, cuDNN 6.
#
#   docker build -t voicecloning .
#   docker run --rm --gpus all -v "$PWD/data:/work/data" -v "$PWD/logs:/work/logs" \
#       --user "$(id -u):$(id -g)" voicecloning train_tacotron --data data/me \
#       --logdir logs/me-tacotron
#
# For GPUs from Kepler to Pascal; Dockerfile.modern is for newer ones. Without a GPU, TensorFlow
# computes on the CPU.

# NVIDIA removed its CUDA 8 images from the public registries. TensorFlow's own image of this
# version still contains the libraries; its Python 3.5 is not used.
ARG DONOR=tensorflow/tensorflow:1.3.0-gpu-py3
ARG PYTHON_IMAGE=python:3.6.15-slim-bullseye
ARG COMPILER_IMAGE=python:3.6.15-bullseye

FROM ${DONOR} AS donor

# The WaveNet engine, with kernels for several vector instruction sets; it selects one at run time.
FROM ${COMPILER_IMAGE} AS native
WORKDIR /work
COPY wavenet_vocoder/__init__.py wavenet_vocoder/
COPY wavenet_vocoder/engine wavenet_vocoder/engine
RUN python -m wavenet_vocoder.engine.build

FROM ${PYTHON_IMAGE}

# No step uses apt, because Debian's archive for this base image has moved. The libraries are copied
# under their full version, because builders differ in how COPY treats symbolic links; ldconfig
# creates the links. Slim images lack libgomp. libcupti, for TensorFlow's profiler, is optional; if
# another library is missing, docker/libraries stops the build and names it.
COPY --from=donor \
    /usr/local/cuda-8.0/targets/x86_64-linux/lib/libcublas.so.8.0.* \
    /usr/local/cuda-8.0/targets/x86_64-linux/lib/libcudart.so.8.0.* \
    /usr/local/cuda-8.0/targets/x86_64-linux/lib/libcufft.so.8.0.* \
    /usr/local/cuda-8.0/targets/x86_64-linux/lib/libcurand.so.8.0.* \
    /usr/local/cuda-8.0/targets/x86_64-linux/lib/libcusolver.so.8.0.* \
    /usr/local/cuda-8.0/targets/x86_64-linux/lib/stubs/libcuda.so* \
    /usr/local/cuda-8.0/extras/CUPTI/lib64/libcupti.so.8.0.* \
    /usr/lib/x86_64-linux-gnu/libcudnn.so.6.* \
    /usr/lib/x86_64-linux-gnu/libgomp.so.1.* \
    /usr/local/cuda-8.0/lib64/
COPY docker/libraries /tmp/libraries
RUN sh /tmp/libraries

# First pip alone, then the complete lock. A file with a different hash stops the build.
COPY requirements.txt /tmp/requirements.txt
RUN sed -n '/^pip==/,/[^\\]$/p' /tmp/requirements.txt >/tmp/pip.txt \
    && pip install --no-cache-dir --no-deps --require-hashes -r /tmp/pip.txt \
    && pip install --no-cache-dir --no-deps --require-hashes -r /tmp/requirements.txt \
    && pip check

# Every user can write here, whatever uid `docker run --user` selects.
RUN useradd --uid 1000 --no-create-home --shell /bin/sh trainer \
    && mkdir -p /work/data /work/logs /work/voices && chmod -R 1777 /work
VOLUME ["/work/data", "/work/logs", "/work/voices"]
WORKDIR /work

# The first three configure the NVIDIA Container Toolkit. Every user can write to the caches.
ENV NVIDIA_VISIBLE_DEVICES=all \
    NVIDIA_DRIVER_CAPABILITIES=compute,utility \
    NVIDIA_REQUIRE_CUDA="cuda>=8.0" \
    LANG=C.UTF-8 \
    HOME=/tmp \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONPATH=/opt/voicecloning \
    MPLBACKEND=Agg \
    MPLCONFIGDIR=/tmp/matplotlib \
    NUMBA_CACHE_DIR=/tmp/numba

COPY docker/entrypoint /usr/local/bin/entrypoint
# The build fails if TensorFlow does not start.
RUN entrypoint python -c 'import tensorflow as tf; tf.Session()'
ENTRYPOINT ["/usr/local/bin/entrypoint"]
CMD ["help"]
LABEL org.opencontainers.image.title="voicecloning" \
    org.opencontainers.image.description="Korean text-to-speech on TensorFlow 1.3.0, CUDA 8, cuDNN 6"
USER 1000:1000

COPY --from=native /work/wavenet_vocoder/engine/build \
    /opt/voicecloning/wavenet_vocoder/engine/build
COPY . /opt/voicecloning
