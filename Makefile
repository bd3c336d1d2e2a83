# Everything the course does, each a line over `course <verb>`. On a machine without make, see README.md.
LANGUAGE ?= en
# Many desktops set a variable of this name, such as en_US:en: that is not meant for us.
ifeq ($(origin LANGUAGE),environment)
LANGUAGE := $(or $(filter en $(notdir $(wildcard course_lib/i18n/locales/*)),$(LANGUAGE)),en)
endif
PORT ?=
PYTHON ?= python3
ifeq ($(OS),Windows_NT)
BIN := .venv/Scripts
else
BIN := .venv/bin
endif
COURSE := $(BIN)/course
INSTALLED := .venv/installed
# Two tests at a time; what shares a site, a browser or a graded class stays together.
TWO := -n 2 --dist loadgroup

.PHONY: course test test-all test-most test-precision book serve lab release grade bench bench-grading bench-book pdf epub translations doctor lint clean
.DEFAULT_GOAL := course

# The environment is made once and again when the requirements change.
$(INSTALLED): requirements.txt pyproject.toml
	@echo "Setting up the environment in .venv (a few minutes the first time) ..."
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "The course needs Python 3.11 or newer; this is " + sys.version.split()[0] + ". Name another: make PYTHON=python3.12")'
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --disable-pip-version-check --progress-bar on -r requirements.txt \
	  || { echo "The packages could not be installed. Is there a network to the package registry?"; exit 2; }
	@$(BIN)/python -m pip check
	@touch $@

course: $(INSTALLED)
	@$(COURSE) all

test: $(INSTALLED)
	@$(BIN)/python -m pytest -m "not slow" $(TWO)

# The same, and then the slow ones.
test-all: test
	@$(BIN)/python -m pytest -m slow $(TWO)

# All but what goes through every page of every edition: what CI has the time for. With UNTIL, in
# seconds since 1970, what would begin later is skipped, and counted.
test-most: test
	@$(BIN)/python -m pytest -m "slow and not whole" $(TWO) $(if $(UNTIL),--until $(UNTIL))

# Every explanation of every edited answer, held against its numbers; `make test-all` has them too.
test-precision: $(INSTALLED)
	@$(BIN)/python -m pytest -m precision $(TWO)

book: $(INSTALLED)
	@$(COURSE) build

# The book on paper, one PDF for each language; WITH=id sets a second one beneath each paragraph.
pdf: $(INSTALLED)
	@$(COURSE) pdf $(if $(WITH),--with $(WITH))

# The book for e-readers, one EPUB for each language, its formulas in MathML.
epub: $(INSTALLED)
	@$(COURSE) epub

serve: $(INSTALLED)
	@$(COURSE) serve --language $(LANGUAGE) $(if $(PORT),--port $(PORT))

lab: $(INSTALLED)
	@$(COURSE) lab --language $(LANGUAGE) $(if $(PORT),--port $(PORT))

release: $(INSTALLED)
	@$(COURSE) release

grade: $(INSTALLED)
	@$(COURSE) grade

bench: $(INSTALLED)
	@$(COURSE) bench

# nbgrader's own autograde and the course's, on the same submissions.
bench-grading: $(INSTALLED)
	@$(COURSE) bench-grading

# What a page weighs and how soon it shows on a slow network, and how long a build takes.
bench-book: $(INSTALLED)
	@$(COURSE) bench-book

translations: $(INSTALLED)
	@$(COURSE) translate update
	@$(COURSE) translate status

doctor: $(INSTALLED)
	@$(COURSE) doctor

lint: $(INSTALLED)
	@$(BIN)/ruff format --check . && $(BIN)/ruff check .

# Only what can be made again; submissions, marks and your own exercises stay, and so does what
# grading remembers of a class (_build/grading: the seed of its hidden cases).
clean:
	@test ! -d _build || find _build -mindepth 1 -maxdepth 1 ! -name grading -exec rm -rf {} +
	rm -rf .pytest_cache .ruff_cache .hypothesis
