# make .venv          install the present-day stack (TensorFlow 2.21) in ./.venv
# make .venv-legacy   install the faithful stack (TensorFlow 1.3.0, Python 3.6) in ./.venv-legacy
# make test           run the tests on both stacks
# make test-slow      run the tests that train for minutes: attention types, verdicts
# make test-sanitize  run the tests of the WaveNet engine with AddressSanitizer and UBSan
# make native         compile the WaveNet engine; part of .venv and .venv-legacy
# make bench          measure the speed of both stacks on this machine, into logs/bench.json
# make demo           synthesise voices/demo.txt with both demo speakers, into logs/demo
# make serve          speech server with the demo voice, on http://127.0.0.1:8010
# make voice          create the corpus of the demo voice and train it (hours)
# make image          build the faithful image from Dockerfile; image-modern: Dockerfile.modern;
#                     image-speak: Dockerfile.speak
# make test-image     build the image and run every program in containers; or test-image-modern
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.ONESHELL:

PYTHON ?= python3
IMAGE ?= voicecloning
# Without a UTF-8 locale, Python 3.6 fails on file names in Hangul.
export LC_ALL := C.UTF-8

# Without an NVIDIA GPU, tensorflow-cpu replaces tensorflow. It exists for Linux on x86-64 only;
# elsewhere tensorflow itself computes on the CPU.
ifeq ($(shell nvidia-smi -L 2>/dev/null | grep '^GPU'),)
# delete each pin together with the hashes below it
modern-sed := -e '/^nvidia-.*-cu12/,/[^\\]$$/d'
ifeq ($(shell uname -sm),Linux x86_64)
modern-sed += -e 's/^tensorflow==/tensorflow-cpu==/'
endif
endif
# tensorflow-gpu cannot be imported without the libraries of CUDA 8.
ifeq ($(shell ldconfig -p 2>/dev/null | grep libcudart.so.8.0),)
legacy-sed := -e 's/^tensorflow-gpu==/tensorflow==/'
endif

# Comments in a lock may change without a new installation. An interpreter that does not start, for
# example after an upgrade of the system, needs one.
is-installed = [ "$$lock" = "$$(sed '/^\#/d' $@/lock.txt 2>/dev/null)" ] && $@/bin/python -c ''

.PHONY: .venv .venv-legacy native clients test test-slow test-sanitize bench demo serve voice image image-modern \
	image-speak test-image test-image-modern

.venv:
	@lock=$$(sed -e '/^#/d' $(modern-sed) requirements-modern.txt)
	if $(is-installed); then exit; fi
	$(PYTHON) -c 'import sys; sys.exit(not (3, 10) <= sys.version_info[:2] <= (3, 13))' \
			2>/dev/null || {
		version=$$($(PYTHON) --version 2>/dev/null) || version="not installed"
		echo "error: $(PYTHON) is $$version; TensorFlow 2.21 needs Python 3.10 to 3.13:" \
			"make $@ PYTHON=python3.11" >&2
		exit 1
	}
	$(call install,$(PYTHON))

# Without a C compiler, only a note is printed: everything works, but synthesis is slow.
.venv .venv-legacy: native
native:
	@$(PYTHON) -m wavenet_vocoder.engine.build || true

.venv-legacy:
	@lock=$$(sed -e '/^#/d' $(legacy-sed) requirements.txt)
	if $(is-installed); then exit; fi
	candidates=("$${PYTHON36:-}")
	[ -n "$${PYTHON36:-}" ] || \
		candidates=(python3.6 "$$(pyenv root 2>/dev/null || true)"/versions/3.6.*/bin/python)
	python=
	for candidate in "$${candidates[@]}"; do
		# pyenv's python3.6 exists even if no 3.6 is selected, but then exits with an error
		if "$$candidate" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 6))' 2>/dev/null; then
			python=$$candidate
		fi
	done
	[ -n "$$python" ] || {
		echo "error: none of these is a Python 3.6, which TensorFlow 1.3.0 needs: $${candidates[*]};" \
			"install it with 'pyenv install 3.6.15', or: make $@ PYTHON36=/path/to/python3.6" >&2
		exit 1
	}
	$(call install,"$$python")

# Create an environment with exactly the packages in $lock: --no-deps adds no others, and pip check
# reports missing ones. compileall uses all processors, pip only one. If nothing were compiled, then
# with PYTHONDONTWRITEBYTECODE every program would compile TensorFlow again, for 20 seconds.
# lock.txt is written last, so that an interrupted installation is repeated. It differs from $lock
# when the lock file has changed, or when a GPU was added or removed.
define install
echo "$@: installing $$(grep -c '^[^#]*==' <<<"$$lock") packages for $$($(1) --version 2>&1)"
	rm -rf $@
	$(1) -m venv $@
	pip() { $@/bin/python -m pip --disable-pip-version-check "$$@"; }
	install() { pip install -qq --no-compile --no-deps --require-hashes -r /dev/stdin; }
	if grep -q '^pip==' <<<"$$lock"; then sed -n '/^pip==/,/[^\\]$$/p' <<<"$$lock" | install; fi
	install <<<"$$lock"
	pip check
	$@/bin/python -m compileall -qq -j 0 $@/lib || true		# some packages contain files for Python 2
	echo "$$lock" >$@/lock.txt
endef

# The tests of both stacks run at the same time, and each to the end even if the other fails. The
# output of the second is printed when both have finished. TESTS selects files or folders.
TESTS ?= tests
test: .venv .venv-legacy clients
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

# Programs that speak to serve.py in the tests. They do not exist for Python 3.6.
clients: .venv
	@.venv/bin/python -c 'import openai, wyoming' 2>/dev/null || \
		.venv/bin/python -m pip install -qq --disable-pip-version-check --no-deps \
			-r requirements-clients.txt

# SLOW_STACKS=".venv .venv-legacy" runs both stacks.
SLOW_STACKS ?= .venv
test-slow: $(SLOW_STACKS)
	@status=0
	for stack in $(SLOW_STACKS); do
		echo "=== $$stack"
		$$stack/bin/python -m pytest -m slow -s $(TESTS) || status=1
	done
	exit $$status

# Leak detection is off, because CPython itself does not free everything at exit. At -O3, the
# compilation with sanitizers takes minutes.
SANITIZE := -O1 -fsanitize=address,undefined -fno-sanitize-recover=all -g
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

# See demo.sh for DEMO and DEMO_TEXT.
demo: .venv
	@DEMO_PYTHON="$${DEMO_PYTHON:-.venv/bin/python}" ./demo.sh

serve: .venv
	@exec .venv/bin/python serve.py $(SERVE_OPTIONS)

voice: .venv
	@PYTHON=.venv/bin/python sh voices/train.sh

# These variables select other base images: DONOR, PYTHON_IMAGE and COMPILER_IMAGE for Dockerfile,
# MODERN_PYTHON_IMAGE and MODERN_COMPILER_IMAGE for Dockerfile.modern and Dockerfile.speak.
DOCKER_BUILD ?= docker build
base-images = $(foreach name,$(1),$(if $($(2)$(name)),--build-arg $(name)=$($(2)$(name))))
image:
	$(DOCKER_BUILD) $(call base-images,DONOR PYTHON_IMAGE COMPILER_IMAGE) -t $(IMAGE) .
image-modern:
	$(DOCKER_BUILD) $(call base-images,PYTHON_IMAGE COMPILER_IMAGE,MODERN_) \
		-f Dockerfile.modern -t $(IMAGE)-modern .
image-speak:
	$(DOCKER_BUILD) $(call base-images,PYTHON_IMAGE COMPILER_IMAGE,MODERN_) \
		-f Dockerfile.speak -t $(IMAGE)-speak .

test-image test-image-modern: test-%:
	@if ! docker info >/dev/null 2>&1; then
		echo "$@: skipped: no Docker engine is running (docker info shows why)"
		exit
	fi
	$(MAKE) $* .venv
	IMAGE=$(IMAGE)$(patsubst image%,%,$*) .venv/bin/python -m pytest -m image \
		tests/docker/test_image_containers.py
