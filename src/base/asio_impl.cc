// The one translation unit that holds the compiled part of Asio (BOOST_ASIO_SEPARATE_COMPILATION). Its SSL and
// Beast counterparts are in net/.
#include <boost/asio/impl/src.hpp>
