#include "stages/scrape/address_guard.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/un.h>

#include <string>

namespace owt::scrape {
namespace {

bool IsPublic(const std::string& text) {
  if (text.find(':') == std::string::npos) {
    sockaddr_in in{};
    in.sin_family = AF_INET;
    EXPECT_EQ(inet_pton(AF_INET, text.c_str(), &in.sin_addr), 1) << text;
    return IsPublicAddress(reinterpret_cast<const sockaddr*>(&in), sizeof(in));
  }
  sockaddr_in6 in6{};
  in6.sin6_family = AF_INET6;
  EXPECT_EQ(inet_pton(AF_INET6, text.c_str(), &in6.sin6_addr), 1) << text;
  return IsPublicAddress(reinterpret_cast<const sockaddr*>(&in6), sizeof(in6));
}

TEST(AddressGuardTest, PublicAddressesPass) {
  for (const char* text :
       {"1.1.1.1",         "8.8.8.8",         "9.255.255.255",    "11.0.0.0",
        "100.63.255.255",  "100.128.0.0",     "126.255.255.255",  "128.0.0.0",
        "169.253.255.255", "169.255.0.0",     "172.15.255.255",   "172.32.0.0",
        "192.0.1.0",       "192.167.255.255", "192.169.0.0",      "198.17.255.255",
        "198.20.0.0",      "223.255.255.255", "2606:4700::1111",  "2a00:1450::1",
        "2001:4860::8888", "::ffff:8.8.8.8",  "64:ff9b::8.8.8.8", "2002:808:808::1"}) {
    EXPECT_TRUE(IsPublic(text)) << text;
  }
}

TEST(AddressGuardTest, SpecialAddressesAreBlocked) {
  for (const char* text : {"0.0.0.0",
                           "0.1.2.3",
                           "10.0.0.1",
                           "10.255.255.255",
                           "100.64.0.1",
                           "100.127.255.255",
                           "127.0.0.1",
                           "127.255.255.254",
                           "169.254.169.254",
                           "172.16.0.1",
                           "172.31.255.255",
                           "192.0.0.1",
                           "192.0.2.1",
                           "192.88.99.1",
                           "192.168.0.1",
                           "198.18.0.1",
                           "198.19.255.255",
                           "198.51.100.1",
                           "203.0.113.1",
                           "168.63.129.16",
                           "224.0.0.1",
                           "239.255.255.255",
                           "240.0.0.1",
                           "255.255.255.255",
                           "::",
                           "::1",
                           "::127.0.0.1",
                           "::ffff:127.0.0.1",
                           "::ffff:10.1.2.3",
                           "64:ff9b::127.0.0.1",
                           "64:ff9b::a9fe:a9fe",
                           "64:ff9b:1::1",
                           "2002:7f00:1::1",
                           "2002:c0a8:1::1",
                           "2001::1",
                           "2001:db8::1",
                           "2001:10::1",
                           "3fff::1",
                           "fc00::1",
                           "fd00:ec2::254",
                           "fe80::1",
                           "fec0::1",
                           "ff02::1",
                           "100::1",
                           "5f00::1"}) {
    EXPECT_FALSE(IsPublic(text)) << text;
  }
}

TEST(AddressGuardTest, OtherFamiliesAndShortAddressesAreBlocked) {
  sockaddr_un local{};
  local.sun_family = AF_UNIX;
  EXPECT_FALSE(IsPublicAddress(reinterpret_cast<const sockaddr*>(&local), sizeof(local)));
  sockaddr_in in{};
  in.sin_family = AF_INET;
  in.sin_addr.s_addr = htonl(0x08080808);
  EXPECT_FALSE(IsPublicAddress(reinterpret_cast<const sockaddr*>(&in), 4));
}

TEST(AddressGuardTest, WebPorts) {
  for (int port : {80, 443, 8080, 8443}) EXPECT_TRUE(IsWebPort(static_cast<uint16_t>(port)));
  for (int port : {0, 22, 25, 53, 3306, 6379, 9200, 11211, 65535}) {
    EXPECT_FALSE(IsWebPort(static_cast<uint16_t>(port)));
  }
}

}  // namespace
}  // namespace owt::scrape
