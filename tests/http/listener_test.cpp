// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#include "http/test_server.hpp"

#include <doctest/doctest.h>

namespace latchkey::test {

TEST_CASE("the port may be asked for at any time, also after the stop") {
    TestServer server{http::Router{}};
    const auto port = server.port();
    CHECK(port != 0);
    server.server().stop();
    CHECK(server.port() == port);  // while the listener closes on its own thread
    server.wait();
    CHECK(server.port() == port);
    CHECK_THROWS(RawConnection{port});
}

}  // namespace latchkey::test
