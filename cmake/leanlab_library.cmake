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
  gtest_discover_tests(${NAME}_test TEST_PREFIX "${NAME}." DISCOVERY_MODE PRE_TEST
    PROPERTIES LABELS unit TIMEOUT 120 ${lock} SKIP_REGULAR_EXPRESSION "\\[  SKIPPED \\]")
endfunction()
