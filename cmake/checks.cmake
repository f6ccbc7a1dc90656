# SPDX-License-Identifier: Apache-2.0
# Copyright the Latchkey developers
# The checks of the source itself, as tests: they need no build.

function(latchkey_check name)
    add_test(NAME ${name} COMMAND ${ARGN} WORKING_DIRECTORY ${PROJECT_SOURCE_DIR})
    set_tests_properties(${name} PROPERTIES LABELS check)
endfunction()

latchkey_check(includes scripts/check_includes)
latchkey_check(tidy_rules scripts/check_tidy)
latchkey_check(formatting scripts/check_format)
latchkey_check(unit scripts/check_unit)
latchkey_check(checkers python3 -m unittest discover -s tests/scripts -p *_test.py)
set_tests_properties(checkers PROPERTIES FAIL_REGULAR_EXPRESSION "Ran 0 tests")
latchkey_check(sign_in_table scripts/render_sign_in_table --check)
latchkey_check(texts scripts/check_texts)
latchkey_check(asvs scripts/asvs --check)
