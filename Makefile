# Two commands on a fresh machine with Python >= 3.11 and make: `make run` and `make test`.
# Paths are relative on purpose: make can't quote a target with spaces, a folder above it may have them.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
PY := .venv/bin/python
PIP := $(PY) -m pip --disable-pip-version-check
COMPILE := $(PY) -m uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header
T ?=
PHOTOS ?=
BENCHES := $(filter-out $(if $(PHOTOS),,photos),$(patsubst bench/bench_%.py,%,$(wildcard bench/bench_*.py)))

.PHONY: help run web phone test test-web test-phone lint types format bench migrate lock psql clean forget

help: ## this list
	@awk -F ':.*## ' '/^[a-z%-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile

run: .venv/run.lock ## the demo on this machine; PORT= STANDIN_PORT= HOST= STORY=play|none|only STORY_DATA=file.csv
	@$(PY) -m console.build || echo "✗ 控制台没有生成，演示照常 / no console, the demo goes on without it"
	@mkdir -p var; nice $(PY) -m miniprogram.build h5 >var/phone.log 2>&1 & # beside the start; it takes a minute or two
	@exec $(PY) -m demo

web: .venv/run.lock ## the console, typed by the API's contract, into console/dist; needs npm's registry
	@exec $(PY) -m console.build

phone: .venv/run.lock ## the phone application for WeChat and for browsers, into miniprogram/dist; needs npm's registry
	@exec $(PY) -m miniprogram.build

test: .venv/dev.lock ## all tests against a real PostgreSQL; T="tests/domain -k fees" for some
	@exec $(PY) -m pytest -n 2 --dist worksteal --ignore tests/browser --ignore tests/phone $(T)

test-web: .venv/dev.lock web ## the pages in a real browser (Debian: chromium, fonts-noto-cjk); T="-k audits" for some
	@exec $(PY) -m pytest tests/browser $(T)

test-phone: .venv/dev.lock phone ## its parts, the built mini-program in Node, and pages in a browser at phone size; T="-k offline"
	@$(PY) -m miniprogram.check
	@exec $(PY) -m pytest tests/phone $(T)

lint: .venv/dev.lock ## ruff, formatting, and the arrows between the layers
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	.venv/bin/lint-imports

# The strict run needs some `type: ignore` that the other calls unused, so only the strict one counts them.
types: .venv/dev.lock ## mypy over everything, strictly where the rules live
	$(PY) -m mypy --no-warn-unused-ignores .
	$(PY) -m mypy --strict domain services uploads wechat

format: .venv/dev.lock ## put imports and layout in order
	$(PY) -m ruff check --fix-only -q .
	$(PY) -m ruff format .

bench: $(BENCHES:%=bench-%) ## all measurements; one of them by `make bench-NAME`; photos need PHOTOS=folder

bench-%: .venv/dev.lock
	@echo "== $*"
	@PHOTOS="$(PHOTOS)" $(PY) -m bench.bench_$*

.PHONY: bench-phone-kills
bench-phone-kills: .venv/dev.lock phone ## the phone's browser killed at random moments, twenty times; ROUNDS= SEED=
	@exec $(PY) -m pytest -n0 -q -s tests/phone/kills.py

.PHONY: fuzz-photos
fuzz-photos: .venv/dev.lock ## broken photos through the way in; MINUTES=10
	@exec $(PY) -m bench.fuzz_photos

migrate: .venv/run.lock ## bring the database at DATABASE_URL to the newest schema
	@exec $(PY) -m models.migrate

lock: .venv/dev.lock ## compile requirements*.in anew, with hashes
	$(COMPILE) requirements.in -o requirements.txt
	$(COMPILE) requirements-dev.in -o requirements-dev.txt
	$(COMPILE) requirements-web.in -o requirements-web.txt

psql: .venv/run.lock ## a prompt in the demo's database while `make run` runs, or in DATABASE_URL
	@exec $(PY) -m demo.psql

clean: ## remove the virtual environment, what was built for console and phone, all caches; the demo's data stays
	rm -rf $(foreach front,console miniprogram,$(addprefix $(front)/,dist node_modules src/made)) .venv .mypy_cache .ruff_cache .hypothesis .import_linter_cache .pytest_cache
	find . -name __pycache__ -not -path './node_modules/*' -prune -exec rm -rf {} +

forget: .venv/run.lock ## remove the demo's data, photos and secrets
	@exec $(PY) -m demo.forget

# The copies of the lock files say what is installed. `cmp`, since a fresh checkout touches files without changing them.
.venv/run.lock: requirements.txt | .venv/made
	@cmp -s requirements.txt $@ || { echo "installing requirements.txt ..."; $(PIP) install -q --require-hashes -r requirements.txt; }
	@cp requirements.txt $@

.venv/dev.lock: requirements-dev.txt | .venv/made .venv/run.lock
	@cmp -s requirements-dev.txt $@ || { echo "installing requirements-dev.txt ..."; $(PIP) install -q --require-hashes -r requirements-dev.txt; }
	@cp requirements-dev.txt $@

# python3 if it will do, else the newest that will; a virtual environment that works is kept.
.venv/made:
	@if $(PY) -m pip --version >/dev/null 2>&1; then touch $@; exit 0; fi; \
	for python in python3 python3.14 python3.13 python3.12 python3.11; do \
	  if $$python -c 'import ensurepip, sys, venv; sys.exit(not (3, 11) <= sys.version_info < (3, 15))' 2>/dev/null; then \
	    echo "making .venv with $$($$python --version)"; \
	    $$python -m venv --clear .venv && touch $@; exit; \
	  fi; \
	done; \
	echo "Python 3.11 to 3.14 with the venv module is needed (Debian: apt install python3-venv)." >&2; exit 1
