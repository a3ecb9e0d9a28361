// The ranges are those of the IANA IPv4 and IPv6 special-purpose address registries (RFC 6890 and
// its updates) that are not globally reachable.
#include "stages/scrape/address_guard.h"

#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace owt::scrape {
namespace {

struct Range4 {
  uint32_t network;
  int prefix_bits;
};

constexpr uint32_t Ip(uint32_t a, uint32_t b, uint32_t c, uint32_t d) {
  return a << 24 | b << 16 | c << 8 | d;
}

constexpr std::array<Range4, 16> kSpecial4 = {{
    {Ip(0, 0, 0, 0), 8},         // this network
    {Ip(10, 0, 0, 0), 8},        // private
    {Ip(100, 64, 0, 0), 10},     // shared by carriers
    {Ip(127, 0, 0, 0), 8},       // loopback
    {Ip(169, 254, 0, 0), 16},    // link-local, cloud metadata
    {Ip(172, 16, 0, 0), 12},     // private
    {Ip(192, 0, 0, 0), 24},      // protocol assignments
    {Ip(192, 0, 2, 0), 24},      // documentation
    {Ip(192, 88, 99, 0), 24},    // 6to4 relays
    {Ip(192, 168, 0, 0), 16},    // private
    {Ip(198, 18, 0, 0), 15},     // benchmarks
    {Ip(198, 51, 100, 0), 24},   // documentation
    {Ip(203, 0, 113, 0), 24},    // documentation
    {Ip(168, 63, 129, 16), 32},  // a cloud's metadata address in public space
    {Ip(224, 0, 0, 0), 4},       // multicast
    {Ip(240, 0, 0, 0), 4},       // reserved, broadcast
}};

bool IsPublic4(uint32_t address) {
  return std::none_of(kSpecial4.begin(), kSpecial4.end(), [address](const Range4& range) {
    return ((address ^ range.network) >> (32 - range.prefix_bits)) == 0;
  });
}

uint32_t Load4(const uint8_t* bytes) { return Ip(bytes[0], bytes[1], bytes[2], bytes[3]); }

bool IsPublic6(const uint8_t* ip) {
  constexpr std::array<uint8_t, 12> kMapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
  constexpr std::array<uint8_t, 12> kNat64 = {0, 0x64, 0xFF, 0x9B};
  if (std::equal(kMapped.begin(), kMapped.end(), ip)) return IsPublic4(Load4(ip + 12));
  if (std::equal(kNat64.begin(), kNat64.end(), ip)) return IsPublic4(Load4(ip + 12));
  if (ip[0] == 0x20 && ip[1] == 0x02) return IsPublic4(Load4(ip + 2));  // 6to4
  // Only 2000::/3 is given out. That leaves out ::1, ::, IPv4-compatible, the local NAT64 prefix,
  // fc00::/7, fe80::/10, fec0::/10 and multicast at once.
  if ((ip[0] & 0xE0) != 0x20) return false;
  // 2001::/23 is protocols (Teredo, ORCHID, benchmarks), 2001:db8::/32 and 3fff::/20 documentation.
  if (ip[0] == 0x20 && ip[1] == 0x01 && ip[2] < 2) return false;
  if (ip[0] == 0x20 && ip[1] == 0x01 && ip[2] == 0x0D && ip[3] == 0xB8) return false;
  return !(ip[0] == 0x3F && ip[1] == 0xFF && (ip[2] & 0xF0) == 0);
}

}  // namespace

bool IsPublicAddress(const sockaddr* address, socklen_t length) {
  if (address->sa_family == AF_INET && length >= sizeof(sockaddr_in)) {
    sockaddr_in in;
    std::memcpy(&in, address, sizeof(in));
    return IsPublic4(ntohl(in.sin_addr.s_addr));
  }
  if (address->sa_family == AF_INET6 && length >= sizeof(sockaddr_in6)) {
    sockaddr_in6 in6;
    std::memcpy(&in6, address, sizeof(in6));
    return IsPublic6(in6.sin6_addr.s6_addr);
  }
  return false;
}

bool IsWebPort(uint16_t port) {
  constexpr std::array<uint16_t, 10> kPorts = {80,   443,  8000, 8008, 8080,
                                               8081, 8088, 8090, 8443, 8888};
  return std::find(kPorts.begin(), kPorts.end(), port) != kPorts.end();
}

}  // namespace owt::scrape
