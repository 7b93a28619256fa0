# make .venv          present-day stack (TensorFlow 2.21) in ./.venv
# make .venv-legacy   faithful stack (TensorFlow 1.3.0, Python 3.6) in ./.venv-legacy
# make test           the suite, on both stacks
# make test-slow      minutes: every kind of attention learns to align, every verdict is right
# make test-sanitize  the engine's tests, its C watched for wrong addresses and undefined behaviour
# make native         WaveNet's engine in C; part of .venv and .venv-legacy
# make bench        figures of this machine, in logs/bench.json
# make demo           the voice in the box says a text, as both of its speakers; in logs/demo
# make voice          hours: that voice again, from its corpus on
# make image          the faithful image, from Dockerfile; make image-modern: the present-day one
# make test-image     builds it and drives containers of it through the chain; test-image-modern
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.ONESHELL:

PYTHON ?= python3
IMAGE ?= voicecloning
# Python 3.6 without a locale knows no Hangul in names of files.
export LC_ALL := C.UTF-8

# The processor's wheel where there is no NVIDIA GPU. Only Linux on x86-64 has one by that name;
# elsewhere the plain wheel computes on the processor already.
ifeq ($(shell nvidia-smi -L 2>/dev/null | grep '^GPU'),)
# a pin goes with the hashes below it
modern-exchange := -e '/^nvidia-.*-cu12/,/[^\\]$$/d'
ifeq ($(shell uname -sm),Linux x86_64)
modern-exchange += -e 's/^tensorflow==/tensorflow-cpu==/'
endif
endif
# The CUDA 8 wheel cannot be imported where the loader finds no CUDA 8.
ifeq ($(shell ldconfig -p 2>/dev/null | grep libcudart.so.8.0),)
legacy-exchange := -e 's/^tensorflow-gpu==/tensorflow==/'
endif

.PHONY: .venv .venv-legacy native test test-slow test-sanitize bench demo voice image image-modern \
	test-image test-image-modern

.venv:
	@lock=$$(sed -e '' $(modern-exchange) requirements-modern.txt)
	if [ "$$lock" = "$$(cat $@/lock.txt 2>/dev/null)" ] && $@/bin/python -c ''; then exit; fi
	$(PYTHON) -c 'import sys; sys.exit(not (3, 10) <= sys.version_info[:2] <= (3, 13))' 2>/dev/null || {
		version=$$($(PYTHON) --version 2>/dev/null) || version="not there"
		echo "error: TensorFlow 2.21 needs Python 3.10 to 3.13, and $(PYTHON) is $$version." \
			"Name one: make $@ PYTHON=python3.11" >&2
		exit 1
	}
	$(call install,$(PYTHON))

# Without a compiler a line says what that costs, and everything works.
.venv .venv-legacy: native
native:
	@$(PYTHON) -m wavenet_vocoder.engine.build || true

.venv-legacy:
	@lock=$$(sed -e '' $(legacy-exchange) requirements.txt)
	if [ "$$lock" = "$$(cat $@/lock.txt 2>/dev/null)" ] && $@/bin/python -c ''; then exit; fi
	candidates=("$${PYTHON36:-}")
	[ -n "$${PYTHON36:-}" ] || candidates=(python3.6 "$$(pyenv root 2>/dev/null || true)"/versions/3.6.*/bin/python)
	python=
	for candidate in "$${candidates[@]}"; do
		# pyenv's python3.6 is there even where no 3.6 is chosen; it then exits with an error
		if "$$candidate" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 6))' 2>/dev/null; then
			python=$$candidate
		fi
	done
	[ -n "$$python" ] || {
		echo "error: TensorFlow 1.3.0 needs Python 3.6, and none of these is one: $${candidates[*]}." \
			"Get it with 'pyenv install 3.6.15', or name it: make $@ PYTHON36=/path/to/python3.6" >&2
		exit 1
	}
	$(call install,"$$python")

# A new environment with exactly what $lock names: --no-deps lets nothing in beside it, and pip
# check says if something is missing. lock.txt comes last, so that an interrupted install, a
# changed lock and a GPU that came or went all lead here again.
define install
echo "$@: installing $$(grep -c '^[^#]*==' <<<"$$lock") packages for $$($(1) --version 2>&1)"
	rm -rf $@
	$(1) -m venv $@
	pip() { $@/bin/python -m pip --disable-pip-version-check "$$@"; }
	install() { pip install -qq --no-deps --require-hashes -r /dev/stdin; }
	if grep -q '^pip==' <<<"$$lock"; then sed -n '/^pip==/,/[^\\]$$/p' <<<"$$lock" | install; fi
	install <<<"$$lock"
	pip check
	echo "$$lock" >$@/lock.txt
endef

# The stacks' suites run beside each other, each to its end even when the other fails; the second is
# shown when the first is over. TESTS narrows what is run.
TESTS ?= tests
test: .venv .venv-legacy
	@suite() (
		echo "=== $$1: $$($$1/bin/python --version), $$(grep -om1 '^tensorflow[^ ]*' $$1/lock.txt)"
		export OTHER_STACK=$$2/bin/python
		exec $$1/bin/python -m pytest $(TESTS)
	)
	second=$$(mktemp)
	suite .venv-legacy .venv >"$$second" 2>&1 &
	trap 'kill $$! 2>/dev/null || true; rm -f "$$second"' EXIT
	status=0
	suite .venv .venv-legacy || status=1
	wait $$! || status=1
	cat "$$second"
	exit $$status

# One stack is enough: SLOW_STACKS=".venv .venv-legacy" runs both.
SLOW_STACKS ?= .venv
test-slow: $(SLOW_STACKS)
	@status=0
	for stack in $(SLOW_STACKS); do
		echo "=== $$stack"
		$$stack/bin/python -m pytest -m slow -s $(TESTS) || status=1
	done
	exit $$status

# The leaks that Python leaves at its end are none of the engine's.
SANITIZE := -fsanitize=address,undefined -fno-sanitize-recover=all -g
test-sanitize: .venv .venv-legacy
	@export CFLAGS='$(SANITIZE)' ASAN_OPTIONS=detect_leaks=0:verify_asan_link_order=0
	for stack in .venv .venv-legacy; do
		echo "=== $$stack"
		$$stack/bin/python -m wavenet_vocoder.engine.build
		LD_PRELOAD="$$($(CC) -print-file-name=libasan.so) $$($(CC) -print-file-name=libubsan.so)" \
			$$stack/bin/python -m pytest tests/wavenet_vocoder/test_engine.py
	done

bench: .venv .venv-legacy
	@for stack in .venv .venv-legacy; do $$stack/bin/python -m tools.bench; done

# demo.sh tells what DEMO and DEMO_TEXT change.
demo: .venv
	@DEMO_PYTHON="$${DEMO_PYTHON:-.venv/bin/python}" ./demo.sh

voice: .venv
	@PYTHON=.venv/bin/python sh voices/train.sh

# DONOR, PYTHON_IMAGE and COMPILER_IMAGE name other base images of Dockerfile, MODERN_PYTHON_IMAGE
# and MODERN_COMPILER_IMAGE of Dockerfile.modern.
DOCKER_BUILD ?= docker build
base-images = $(foreach name,$(1),$(if $($(2)$(name)),--build-arg $(name)=$($(2)$(name))))
image:
	$(DOCKER_BUILD) $(call base-images,DONOR PYTHON_IMAGE COMPILER_IMAGE) -t $(IMAGE) .
image-modern:
	$(DOCKER_BUILD) $(call base-images,PYTHON_IMAGE COMPILER_IMAGE,MODERN_) \
		-f Dockerfile.modern -t $(IMAGE)-modern .

# Containers of the image go through the whole chain: docker/test_image.py.
test-image test-image-modern: test-%:
	@if ! docker info >/dev/null 2>&1; then
		echo "$@: skipped, as no Docker engine answers (docker info says why)"
		exit
	fi
	$(MAKE) $* .venv
	IMAGE=$(IMAGE)$(patsubst image%,%,$*) .venv/bin/python -m pytest docker/test_image.py
