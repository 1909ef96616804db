# All from Debian; static archives, so that the installed binary is one file.
find_package(Threads REQUIRED)

add_library(boost_headers_only INTERFACE)
add_library(Boost::headers ALIAS boost_headers_only)
find_path(BOOST_INCLUDE boost/asio.hpp REQUIRED)
target_compile_definitions(boost_headers_only INTERFACE
  BOOST_ASIO_SEPARATE_COMPILATION BOOST_BEAST_SEPARATE_COMPILATION BOOST_ASIO_NO_DEPRECATED
  BOOST_ASIO_DISABLE_BOOST_COROUTINE)

add_library(fmt_header_only INTERFACE)
target_compile_definitions(fmt_header_only INTERFACE FMT_HEADER_ONLY SPDLOG_FMT_EXTERNAL)

function(openclaw_static name archive)
  find_library(${name}_ARCHIVE NAMES lib${archive}.a REQUIRED)
  add_library(${name} INTERFACE)
  target_link_libraries(${name} INTERFACE ${${name}_ARCHIVE} ${ARGN})
endfunction()

openclaw_static(boost_json_static boost_json)
openclaw_static(openssl_crypto crypto Threads::Threads ${CMAKE_DL_LIBS})
openclaw_static(openssl_ssl ssl openssl_crypto)
openclaw_static(sqlite3_static sqlite3 m ${CMAKE_DL_LIBS} Threads::Threads)
