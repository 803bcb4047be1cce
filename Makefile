# The project's commands, a line each: `make`.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SETUP := $(VENV)/.setup
PAGES ?= README.md
BASE_URL ?=
FILES ?=
YES_LIVE ?=
FUZZ ?=
SCHEMATHESIS ?=
HOURS ?= 1
HOSTILE ?=
SPEC ?=
UPDATE ?=

.PHONY: help setup conformance test check docs generate update examples reference recordings interop schemathesis fuzz mutants board variations mutations kills hostile bench clean

help: ## List the targets
	@awk -F':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(SETUP) ## Make .venv with everything the other targets need

$(SETUP): pyproject.toml constraints.txt scripts/setup.sh
	PYTHON="$(PYTHON)" scripts/setup.sh

conformance: setup ## Start the mock, run the suite against it, show the report
	@$(BIN)/mistral-conformance run --embedded-mock --report-dir reports

test: check ## Everything that has to pass; the gate and all tests

check: setup ## The gate: format, lint, types, imports, regeneration, tests
	@$(BIN)/python scripts/check.py

docs: setup ## Build the documentation as a site in .build/site
	@NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --quiet --config-file scripts/docs_site/mkdocs.yml
	@echo "open .build/site/index.html; for the search: python3 -m http.server --bind 127.0.0.1 -d .build/site"

generate: setup ## Rebuild document and client from facts, curation, prose, templates
	@$(BIN)/python scripts/generate.py

update: setup ## Take newer upstream documents: SPEC="FILE or URL ..."; UPDATE=--drafts writes drafts
	@$(BIN)/python scripts/update.py $(SPEC) $(UPDATE)

examples: setup ## Run the code in PAGES (Markdown or scraped pages) against a fresh mock
	@$(BIN)/python scripts/run_examples.py $(PAGES) $(if $(BASE_URL),--base-url $(BASE_URL),--embedded-mock) $(if $(YES_LIVE),--yes-live)

reference: setup ## Compare the tables of reference pages in PAGES with the document
	@$(BIN)/python scripts/compare_reference.py $(PAGES)

recordings: setup ## Compare recorded exchanges in FILES (JSON lines, HAR, VCR) with document, client, mock
	@$(BIN)/python scripts/compare_recordings.py $(FILES)

interop: setup ## Try eight frameworks on the mock, each in an environment of its own: is docs/interop.md true?
	@$(BIN)/python scripts/write_frameworks_table.py --check

fuzz: setup ## Run a campaign against the mock: HOURS=1 by default, two workers; run it again to continue
	@$(BIN)/mistral-conformance fuzz --embedded-mock --hours $(HOURS) --workers 2 --report-dir reports/fuzz $(FUZZ)

schemathesis: setup ## Run Schemathesis over the whole document in parts, half an hour; SCHEMATHESIS=--resume continues
	@$(BIN)/python scripts/run_schemathesis.py $(SCHEMATHESIS)

mutants: setup ## Run the suite against every seeded defect: does it bite?
	@$(BIN)/mistral-conformance mutants
	@$(BIN)/mistral-conformance mutants --rules

board: setup ## Judge all generic defects, for hours, and write reports/board.md; goes on where it was stopped
	@$(BIN)/mistral-conformance mutants --generic --schemathesis --results reports/board.jsonl --page reports/board.md

variations: setup ## Run the suite behind a proxy that varies all that is free, over 5 seeds
	@$(BIN)/python -m tests.proxies variations

mutations: setup ## Spoil every field that a rule reads: does any rule break?
	@$(BIN)/python -m tests.proxies mutations

kills: setup ## Kill runs at 60 random moments: does `clean` leave anything behind?
	@$(BIN)/python -m tests.kills

hostile: setup ## Send a million hostile requests to the mock: no 500, no hang, flat memory; HOSTILE="--seed 1"
	@$(BIN)/python -m tests.hostile $(HOSTILE)

bench: setup ## Compare client and mock with their peers, side by side
	@$(BIN)/python conformance/tests/bench/run.py

clean: ## Remove what the other targets made
	rm -rf $(VENV) .wheelhouse .build .bench .interop reports dist openapi/lint/node_modules \
	    conformance/tests/examples/typescript/node_modules docs/examples/vitest/node_modules \
	    .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
