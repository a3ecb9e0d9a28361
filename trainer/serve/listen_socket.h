#pragma once

#include <string>

#include "pipeline/fd.h"

namespace owt::trainer {

// A TCP socket that listens at the first address of `host` that takes it, not blocking; port 0 is
// any free one. Throws Error{kUsage} naming both where that is impossible.
Fd Listen(const std::string& host, int port);

// "127.0.0.1:5000" or "[::1]:5000": where a socket is bound.
std::string AddressOf(const Fd& socket);

}  // namespace owt::trainer
