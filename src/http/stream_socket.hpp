// SPDX-License-Identifier: Apache-2.0
// Copyright the Latchkey developers
#pragma once

#include "http/stream.hpp"

#include <utility>

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

namespace latchkey::http {

/// Asio's socket with its executor's type known: any_io_executor costs time on each operation.
using TcpSocket =
    boost::asio::basic_stream_socket<boost::asio::ip::tcp, boost::asio::io_context::executor_type>;

struct Stream::Socket {
    explicit Socket(TcpSocket accepted) : tcp(std::move(accepted)) {}

    TcpSocket tcp;
};

}  // namespace latchkey::http
