# Needs Python 3.11 or later, make and git; everything else is installed into .venv.
BIN := .venv/bin
.DEFAULT_GOAL := help
# Tests start hundreds of processes; where this is set, each compiles the whole program anew.
export PYTHONDONTWRITEBYTECODE :=
.PHONY: help demo test laws lint check lock dist clean runtime dev

help: ## list these targets
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' Makefile | expand -t 16

demo: runtime ## probe a small shop for a minute, then write two reports
	@$(BIN)/vigie demo

test: dev ## the whole suite, against a real PostgreSQL
	$(BIN)/pytest --numprocesses 4 --dist worksteal

laws: dev ## what takes long: the demonstration, and the arithmetic's laws with many more cases
	$(BIN)/pytest -m long
	VIGIE_LAW_CASES=2000 $(BIN)/pytest tests/sql/test_laws*.py

lint: dev ## style, types and SQL
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/sqlfluff lint --processes 2 sql

check: lint test ## everything that must pass before a commit

lock: dev ## renew the locked lists of packages (UPGRADE=1: newer versions)
	.ci/lock $(if $(UPGRADE),--upgrade)

dist: dev ## build the wheel and the source archive
	$(BIN)/python -m build --no-isolation

clean: ## remove everything that was made
	rm -rf .venv .vigie build dist out .mypy_cache .pytest_cache .ruff_cache .hypothesis

runtime:
	@.ci/setup runtime && .ci/system

dev:
	@.ci/setup dev && .ci/system
