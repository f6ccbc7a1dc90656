// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers

// The parts of Beast that we use, compiled once (BOOST_BEAST_SEPARATE_COMPILATION).
#include <boost/beast/src.hpp>
