#pragma once

#include <sys/socket.h>

#include <cstdint>

namespace owt::scrape {

// Guards against pages that make the crawler talk to machines inside its own network (server-side
// request forgery). Ask right before each connect, with the address that the connect will use: that
// holds after redirects, for names that resolve to something else the second time, and for every
// odd spelling of an address. Pure; no look-ups.

// True for an address on the public internet. False for loopback, private, link-local (cloud
// metadata included), shared, multicast, documentation, benchmark and reserved ranges of the IANA
// special-purpose registries, for IPv6 forms that carry such an IPv4 address, and for any family
// but IPv4 and IPv6.
bool IsPublicAddress(const sockaddr* address, socklen_t length);

// True for ports where web servers live: 80, 443 and the usual alternatives. A crawler that can be
// sent to port 25 or 6379 speaks to programs that take HTTP for commands.
bool IsWebPort(uint16_t port);

}  // namespace owt::scrape
