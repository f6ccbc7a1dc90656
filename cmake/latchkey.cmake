# SPDX-License-Identifier: Apache-2.0
# Copyright the Latchkey developers
# What every target of the project shares.

add_library(latchkey_flags INTERFACE)
target_include_directories(latchkey_flags INTERFACE
    ${PROJECT_SOURCE_DIR}/include ${PROJECT_SOURCE_DIR}/src)
target_compile_options(latchkey_flags INTERFACE
    -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wnon-virtual-dtor -Woverloaded-virtual
    -Wimplicit-fallthrough -Wnull-dereference -Werror
    # A designated initializer names what differs from the default: that is its point.
    -Wno-missing-field-initializers
    -fstack-protector-strong
    # Where files are compiled together, what one keeps to itself looks like a global to the next.
    "$<$<BOOL:$<TARGET_PROPERTY:UNITY_BUILD>>:-Wno-shadow;-Wno-subobject-linkage>")
if(NOT LATCHKEY_SANITIZE STREQUAL "")
    target_compile_options(latchkey_flags INTERFACE
        -fsanitize=${LATCHKEY_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
    target_link_options(latchkey_flags INTERFACE -fsanitize=${LATCHKEY_SANITIZE})
    # g++ 12 warns about code that the sanitizers inserted.
    target_compile_options(latchkey_flags INTERFACE
        "$<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized;-Wno-null-dereference;-Wno-tsan>")
endif()
if(CMAKE_BUILD_TYPE STREQUAL "Release")
    target_compile_definitions(latchkey_flags INTERFACE _FORTIFY_SOURCE=2)
    # g++ 12 at -O2 takes the unused value of an empty std::optional for an uninitialized read, and
    # finds a null pointer inside std::string where there is none.
    target_compile_options(latchkey_flags INTERFACE
        "$<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized;-Wno-null-dereference>")
    target_link_options(latchkey_flags INTERFACE -Wl,-z,relro,-z,now)
endif()

# One folder of src/: a static library of all its sources that links the given lower rungs.
function(latchkey_folder name)
    file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
    add_library(latchkey_${name} STATIC ${sources})
    add_library(latchkey::${name} ALIAS latchkey_${name})
    target_link_libraries(latchkey_${name} PUBLIC latchkey_flags)
    foreach(lower IN LISTS ARGN)
        target_link_libraries(latchkey_${name} PUBLIC latchkey::${lower})
    endforeach()
endfunction()

# The unit tests of one folder: tests/<name>/*_test.cpp as one program, one ctest.
function(latchkey_test_folder name)
    file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${name}/*_test.cpp)
    if(NOT sources)
        return()
    endif()
    add_executable(test_${name} ${sources})
    target_include_directories(test_${name} PRIVATE ${PROJECT_SOURCE_DIR}/tests)
    foreach(lower IN LISTS ARGN)
        target_link_libraries(test_${name} PRIVATE latchkey::${lower})
    endforeach()
    target_link_libraries(test_${name} PRIVATE latchkey_flags latchkey::doctest_main)
    # Under sanitizers -O1 takes twice as long to compile; what the tests are about has it.
    if(LATCHKEY_SANITIZE)
        target_compile_options(test_${name} PRIVATE -O0)
    endif()
    add_test(NAME ${name} COMMAND test_${name})
endfunction()
