# Aliases for the two commands, and the lock files' recipe.
.PHONY: run test lock
PYTHON ?= python3
UV ?= uv
COMPILE = $(UV) pip compile pyproject.toml --universal --generate-hashes --python-version 3.11 --no-emit-index-url \
	--no-annotate --no-config --default-index https://pypi.org/simple --custom-compile-command "make lock" -q

run:
	$(PYTHON) app.py

test:
	$(PYTHON) app.py test

lock:
	$(COMPILE) -o intranet/locks/run.txt
	$(COMPILE) --extra test -o intranet/locks/test.txt
