# The front door. `make help` lists the targets.
PRESET ?= release
BUILD := build/$(PRESET)
JOBS ?= $(shell nproc)
SOURCES = $(shell git ls-files '*.cc' '*.h' '*.cu' '*.cuh')

.DEFAULT_GOAL := build
.PHONY: help deps deps-test build build-all test demo bench install format lint asan tsan fuzz clean

help:
	@echo 'make              install what is missing, and build $(BUILD)/bin/owt'
	@echo 'make demo         the whole road on real pages, from a Reddit dump to a generated sentence'
	@echo 'make test         build and pass all tests; make test T=name runs those that match'
	@echo 'make bench        all benchmarks; make bench B=name runs one'
	@echo 'make install      to PREFIX (/usr/local): binary, man page, completions, configs'
	@echo 'make deps         only install what the build needs'
	@echo 'make format lint  clang-format and clang-tidy over the tree'
	@echo 'make asan tsan    the tests under a sanitizer; make fuzz each fuzz target for ten seconds'

# --- dependencies --------------------------------------------------------------------------------
deps:
	configs/packages/install.sh build
	trainer/fetch_libtorch.sh

deps-test: deps
	configs/packages/install.sh test browser
	tests/support/make_venv.sh build/venv

# --- build ---------------------------------------------------------------------------------------
build: deps
	cmake --preset $(PRESET) $(CMAKE_OPTIONS)
	cmake --build $(BUILD) -j $(JOBS) --target programs

# Everything, tests too.
build-all: build
	cmake --build $(BUILD) -j $(JOBS)

# --- tests ---------------------------------------------------------------------------------------
test: deps-test build-all
	ctest --test-dir $(BUILD) --output-on-failure -j $(JOBS) $(if $(T),-R '$(T)' --no-tests=error)

asan tsan:
	configs/packages/install.sh build test
	tests/support/make_venv.sh build/venv
	$(if $(filter tsan,$@),tests/support/make_tsan_tbb.sh build/tsan-tbb)
	cmake --preset $@
	cmake --build build/$@ -j $(JOBS)
	ctest --preset $@ -j $(JOBS) $(if $(T),-R '$(T)' --no-tests=error)

fuzz:
	configs/packages/install.sh build develop
	cmake --preset fuzz
	cmake --build build/fuzz -j $(JOBS) --target fuzzers
	ctest --test-dir build/fuzz -L fuzz --output-on-failure -j $(JOBS) $(if $(T),-R '$(T)' --no-tests=error)

bench: deps-test build-all
	build/venv/bin/pip install -q --disable-pip-version-check --no-cache-dir -r tests/bench/requirements.txt
	tests/bench/run.sh $(BUILD) $(B)

# --- the demo ------------------------------------------------------------------------------------
demo: build
	configs/packages/install.sh test
	tests/demo/demo.sh $(BUILD)/bin/owt build/demo

# --- the rest ------------------------------------------------------------------------------------
install: build
	cmake --install $(BUILD) $(if $(PREFIX),--prefix $(PREFIX))

format:
	configs/packages/install.sh develop
	clang-format -i $(SOURCES)

lint:
	configs/packages/install.sh build develop
	cmake --preset debug $(CMAKE_OPTIONS)
	clang-format --dry-run -Werror $(SOURCES)
	git ls-files '*.cc' | grep -Ev '^(tests|trainer)/' | xargs -P $(JOBS) -n 4 clang-tidy -quiet -p build/debug --extra-arg=-Wno-unknown-warning-option

clean:
	rm -rf build/release build/debug build/asan build/tsan build/fuzz
