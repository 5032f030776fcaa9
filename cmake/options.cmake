# How everything is compiled: warnings, hardening, sanitizers, compiler cache and linker.
option(LEANLAB_TESTS "build the tests" ON)
option(LEANLAB_BENCH "build the benchmarks" OFF)
option(LEANLAB_WERROR "warnings are errors" OFF)
set(LEANLAB_SANITIZE "" CACHE STRING "comma-separated sanitizers, for example address,undefined")

find_program(LEANLAB_CCACHE ccache)
if(LEANLAB_CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${LEANLAB_CCACHE})
  set(CMAKE_C_COMPILER_LAUNCHER ${LEANLAB_CCACHE})
endif()
find_program(LEANLAB_MOLD mold)
if(LEANLAB_MOLD)
  add_link_options(-fuse-ld=mold)
endif()

add_library(leanlab_options INTERFACE)
target_compile_options(leanlab_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual -Wcast-align -Wunused
  -Wextra-semi -Wimplicit-fallthrough -fstack-protector-strong -fno-omit-frame-pointer)
if(LEANLAB_WERROR)
  target_compile_options(leanlab_options INTERFACE -Werror)
endif()
target_compile_definitions(leanlab_options INTERFACE _GLIBCXX_ASSERTIONS)
# _FORTIFY_SOURCE replaces the calls that the sanitizers watch.
if(CMAKE_BUILD_TYPE MATCHES "Release|RelWithDebInfo" AND NOT LEANLAB_SANITIZE)
  target_compile_definitions(leanlab_options INTERFACE _FORTIFY_SOURCE=2)
  target_link_options(leanlab_options INTERFACE -Wl,-z,relro,-z,now)
endif()
if(LEANLAB_SANITIZE)
  target_compile_options(leanlab_options INTERFACE -fsanitize=${LEANLAB_SANITIZE} -fno-sanitize-recover=all)
  target_link_options(leanlab_options INTERFACE -fsanitize=${LEANLAB_SANITIZE})
endif()
