set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE RelWithDebInfo CACHE STRING "" FORCE)
endif()

find_program(CCACHE ccache)
if(CCACHE)
  # With a precompiled header ccache has to be told that its macros do not change between runs.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env
    CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
    CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} ${CCACHE})
endif()

# Everything every target of ours compiles and links with.
add_library(openclaw_options INTERFACE)
target_compile_options(openclaw_options INTERFACE -Wall -Wextra -Wshadow -Wnon-virtual-dtor
  -Wno-missing-field-initializers -fstack-protector-strong -ffunction-sections -fdata-sections)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  target_compile_options(openclaw_options INTERFACE -fcoroutines -fpch-preprocess -Wno-mismatched-new-delete)
endif()
if(CMAKE_BUILD_TYPE STREQUAL "Release")
  target_compile_definitions(openclaw_options INTERFACE _FORTIFY_SOURCE=2)
  # Relative relocations packed (glibc 2.36, Debian 12): half a megabyte less, and less to do before main.
  target_link_options(openclaw_options INTERFACE -s -Wl,-z,pack-relative-relocs)
endif()
if(OPENCLAW_SANITIZE)
  target_compile_options(openclaw_options INTERFACE -fsanitize=${OPENCLAW_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  target_link_options(openclaw_options INTERFACE -fsanitize=${OPENCLAW_SANITIZE})
  if(OPENCLAW_SANITIZE MATCHES "undefined")
    # These four double the time to compile a coroutine. A null dereference is AddressSanitizer's anyway; the others
    # find nothing on x86-64 that it does not.
    target_compile_options(openclaw_options INTERFACE -fno-sanitize=null,alignment,object-size,vptr)
  endif()
endif()
target_link_options(openclaw_options INTERFACE -Wl,--gc-sections -Wl,-z,relro -Wl,-z,now -Wl,-z,noexecstack)
if(CMAKE_INTERPROCEDURAL_OPTIMIZATION)
  # LTO objects need the compiler's own linker plugin; mold is for the fast developer link.
else()
  find_program(MOLD mold)
  if(MOLD)
    target_link_options(openclaw_options INTERFACE -fuse-ld=mold)
  endif()
endif()
if(OPENCLAW_STATIC AND NOT OPENCLAW_SANITIZE)
  target_link_options(openclaw_options INTERFACE -static-libstdc++ -static-libgcc)
endif()
target_include_directories(openclaw_options INTERFACE ${CMAKE_SOURCE_DIR}/src)
