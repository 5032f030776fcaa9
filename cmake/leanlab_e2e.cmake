# leanlab_e2e(FILE [LABEL label] [TIMEOUT seconds])
#   Registers each `def test_*` of a Python unittest file as one ctest test, so that a failure names the case.
#   The file gets the binary as LEANLAB_BIN. LABEL `full` marks what only `./test --full` runs.
set(LEANLAB_PYTHON /usr/bin/python3 CACHE FILEPATH "the interpreter of the black-box tests")
function(leanlab_e2e FILE)
  cmake_parse_arguments(ARG "" "LABEL;TIMEOUT" "" ${ARGN})
  if(NOT ARG_LABEL)
    set(ARG_LABEL e2e)
  endif()
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 300)
  endif()
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${FILE})
  string(REPLACE ".py" "" module ${FILE})
  file(STRINGS ${FILE} lines REGEX "^class [A-Za-z0-9_]+|^    def test_[A-Za-z0-9_]+")
  foreach(line IN LISTS lines)
    if(line MATCHES "^class ([A-Za-z0-9_]+)")
      set(class ${CMAKE_MATCH_1})
    elseif(line MATCHES "def (test_[A-Za-z0-9_]+)")
      set(test ${ARG_LABEL}.${module}.${CMAKE_MATCH_1})
      add_test(NAME ${test} COMMAND ${LEANLAB_PYTHON} -m unittest -v ${module}.${class}.${CMAKE_MATCH_1}
        WORKING_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR})
      set_tests_properties(${test} PROPERTIES LABELS ${ARG_LABEL} TIMEOUT ${ARG_TIMEOUT}
        SKIP_REGULAR_EXPRESSION "skipped=[1-9]"
        ENVIRONMENT "LEANLAB_BIN=$<TARGET_FILE:leanlab>;PYTHONPATH=${PROJECT_SOURCE_DIR}/tests/support;PYTHONDONTWRITEBYTECODE=1")
    endif()
  endforeach()
endfunction()
