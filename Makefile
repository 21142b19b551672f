# Both commands do all their own set-up: a virtual environment in .venv with everything needed.
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin

.PHONY: demo test clean

demo: $(VENV)/installed
	$(BIN)/signrules recognize examples/pictures
	@echo
	$(BIN)/signrules explain examples/pictures/speed-limit-45.png

test: $(VENV)/installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/pytest

$(VENV)/installed: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --upgrade pip
	$(BIN)/pip install --quiet --editable '.[dev,train]'
	touch $@

clean:
	rm -rf $(VENV) build dist *.egg-info
