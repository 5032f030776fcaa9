# The headers that cost the most time and that most files include, compiled once for all libraries and once for all tests.
# A header missing from a file's own includes is found by the presets that switch this off (asan-ubsan, tsan, fuzz).
set(LEANLAB_PCH_HEADERS <algorithm> <chrono> <filesystem> <functional> <map> <memory> <mutex> <optional> <string> <thread>
  <variant> <vector> <fmt/format.h> <tl/expected.hpp> "${CMAKE_CURRENT_LIST_DIR}/../src/base/json_instance.h")
function(leanlab_precompiled_headers TARGET LIBRARIES)
  file(WRITE ${PROJECT_BINARY_DIR}/${TARGET}.cc "// The carrier of the precompiled headers has no code of its own.\n")
  add_library(${TARGET} STATIC ${PROJECT_BINARY_DIR}/${TARGET}.cc)
  target_link_libraries(${TARGET} PRIVATE leanlab_options fmt::fmt tl::expected nlohmann_json::nlohmann_json Threads::Threads
    ${LIBRARIES})
  target_precompile_headers(${TARGET} PRIVATE ${ARGN})
endfunction()
if(LEANLAB_PCH)
  leanlab_precompiled_headers(leanlab_pch "" ${LEANLAB_PCH_HEADERS})
endif()

# Templates that ten files share are then instantiated once. Names of anonymous namespaces must differ within a library.
function(leanlab_unity TARGET)
  if(LEANLAB_UNITY)
    set_target_properties(${TARGET} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 10)
  endif()
endfunction()

# leanlab_library(NAME SOURCES file... DEPS library... [EXTERNAL target...])
#   The only way to make a library: a static one per folder of src/, named leanlab_NAME.
#   DEPS are other leanlab libraries whose headers it may include; the `layering` test holds it to that.
#   EXTERNAL are third-party targets that it links.
function(leanlab_library NAME)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPS;EXTERNAL" ${ARGN})
  set(target leanlab_${NAME})
  add_library(${target} STATIC ${ARG_SOURCES})
  target_include_directories(${target} PUBLIC ${PROJECT_SOURCE_DIR}/src)
  target_link_libraries(${target} PUBLIC leanlab_options fmt::fmt tl::expected nlohmann_json::nlohmann_json Threads::Threads)
  foreach(dep IN LISTS ARG_DEPS)
    target_link_libraries(${target} PUBLIC leanlab_${dep})
  endforeach()
  target_link_libraries(${target} PRIVATE ${ARG_EXTERNAL})
  if(LEANLAB_PCH)
    target_precompile_headers(${target} REUSE_FROM leanlab_pch)
  endif()
  leanlab_unity(${target})
  string(JOIN " " deps ${ARG_DEPS})
  file(RELATIVE_PATH folder ${PROJECT_SOURCE_DIR}/src ${CMAKE_CURRENT_SOURCE_DIR})
  set_property(GLOBAL APPEND PROPERTY LEANLAB_LAYERS "${NAME} ${folder}: ${deps}")
endfunction()

# Writes what each library may include, one line each, for the `layering` test.
function(leanlab_write_layers)
  get_property(layers GLOBAL PROPERTY LEANLAB_LAYERS)
  string(JOIN "\n" text ${layers})
  file(WRITE ${PROJECT_BINARY_DIR}/layers.txt "${text}\n")
endfunction()

# leanlab_test(NAME SOURCES file... DEPS library... [ONE_AT_A_TIME])
#   A GoogleTest binary NAME_test; each of its cases becomes a ctest test. The target `unit_tests` builds them all.
#   ONE_AT_A_TIME keeps cases that look for what others of the same binary leave from running side by side.
function(leanlab_test NAME)
  if(LEANLAB_PCH AND NOT TARGET leanlab_test_pch)
    leanlab_precompiled_headers(leanlab_test_pch "GTest::gtest;GTest::gmock" ${LEANLAB_PCH_HEADERS} <gmock/gmock.h> <gtest/gtest.h>)
  endif()
  cmake_parse_arguments(ARG "ONE_AT_A_TIME" "" "SOURCES;DEPS" ${ARGN})
  set(lock)
  if(ARG_ONE_AT_A_TIME)
    set(lock RUN_SERIAL TRUE)
  endif()
  add_executable(${NAME}_test ${ARG_SOURCES})
  if(NOT TARGET unit_tests)
    add_custom_target(unit_tests)
  endif()
  add_dependencies(unit_tests ${NAME}_test)
  target_include_directories(${NAME}_test PRIVATE ${PROJECT_SOURCE_DIR}/tests)
  foreach(dep IN LISTS ARG_DEPS)
    target_link_libraries(${NAME}_test PRIVATE leanlab_${dep})
  endforeach()
  target_link_libraries(${NAME}_test PRIVATE leanlab_options GTest::gtest GTest::gmock GTest::gtest_main)
  if(LEANLAB_PCH)
    target_precompile_headers(${NAME}_test REUSE_FROM leanlab_test_pch)
  endif()
  leanlab_unity(${NAME}_test)
  gtest_discover_tests(${NAME}_test TEST_PREFIX "${NAME}." DISCOVERY_MODE PRE_TEST
    PROPERTIES LABELS unit TIMEOUT 120 ${lock} ENVIRONMENT "XDG_STATE_HOME=${PROJECT_BINARY_DIR}/test-home/state;XDG_CONFIG_HOME=${PROJECT_BINARY_DIR}/test-home/config" SKIP_REGULAR_EXPRESSION "\\[  SKIPPED \\]")
endfunction()
