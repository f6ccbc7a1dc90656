# SPDX-License-Identifier: Apache-2.0
# Copyright the Latchkey developers
# Short names for the scripts; each line is one call.
.PHONY: all test full demo lint format bench fuzz
all: ; ./scripts/build dev
test: ; ./scripts/test
full: ; ./scripts/test --full
demo: ; ./scripts/demo
lint: ; ./scripts/check_includes && ./scripts/check_tidy && ./scripts/check_format
format: ; ./scripts/check_format --fix
bench: ; ./scripts/bench
fuzz: ; ./scripts/fuzz 60
