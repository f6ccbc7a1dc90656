// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers

// Asio, compiled once (BOOST_ASIO_SEPARATE_COMPILATION).
#include <boost/asio/impl/src.hpp>
