# Every command sets up what it needs first; a second time that takes a moment.
PYTHON ?= python3
VENV := .venv/bin/python

.PHONY: help setup run test check bench
.NOTPARALLEL:

help:
	@echo "make setup   install into .venv and node_modules, compile translations"
	@echo "make run     serve Silun on http://127.0.0.1:8000 with a demo bank (PORT=… for another port)"
	@echo "make test    run every test this machine can run, name the others"
	@echo "make check   everything that must hold before a push"
	@echo "make bench   measure"

setup:
	@$(PYTHON) tools/setup.py

run: setup
	@$(VENV) manage.py serve

test: setup
	@$(VENV) tools/check.py test

check: setup
	@$(VENV) tools/check.py lint test again walls

bench: setup
	@$(VENV) -m bench
