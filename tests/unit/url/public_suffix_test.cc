#include "stages/text/public_suffix.h"

#include <gtest/gtest.h>

namespace owt::text {
namespace {

struct Case {
  const char *host, *subdomain, *label, *suffix;
};

TEST(PublicSuffixTest, CutsHosts) {
  const Case cases[] = {
      {"forums.bbc.co.uk", "forums", "bbc", "co.uk"},
      {"www.Amazon.DE", "www", "Amazon", "DE"},
      {"imgur.com", "", "imgur", "com"},
      {"com", "", "", "com"},
      {"foo.github.io", "foo", "github", "io"},  // private suffixes do not count
      {"localhost", "", "localhost", ""},
      {"a.b.localdomain", "a.b", "localdomain", ""},
      {"shop.co.za", "", "shop", "co.za"},
      {"nic.za2", "nic", "za2", ""},
      {"www.ck", "", "www", "ck"},         // exception to *.ck
      {"a.b.foo.ck", "a", "b", "foo.ck"},  // wildcard
      {"127.0.0.1", "", "127.0.0.1", ""},
      {"256.0.0.1", "256.0.0", "1", ""},
      {"[2001:db8::1]", "", "[2001:db8::1]", ""},
      {"a.xn--p1ai", "", "a", "xn--p1ai"},
      {"a.РФ", "", "a", "РФ"},
      {"[1.2.3.4]", "[1.2.3", "4]", ""},    // no IPv6 address
      {"imgur.co.m", "imgur.co", "m", ""},  // libpsl alone calls co.m a suffix
      {"a\u3002b\uFF0Ecom", "a", "b", "com"},
      {"", "", "", ""},
      {"a..com", "a", "", "com"},
  };
  PublicSuffix suffixes;
  for (int round = 0; round < 2; ++round) {  // the second round is answered from memory
    for (const Case& c : cases) {
      const HostParts parts = suffixes.Split(c.host);
      EXPECT_EQ(parts.subdomain, c.subdomain) << c.host;
      EXPECT_EQ(parts.label, c.label) << c.host;
      EXPECT_EQ(parts.suffix, c.suffix) << c.host;
    }
  }
}

TEST(PublicSuffixTest, RegistrableNeedsLabelAndSuffix) {
  PublicSuffix suffixes;
  EXPECT_EQ(suffixes.Split("www.bbc.co.uk").registrable(), "bbc.co.uk");
  EXPECT_EQ(suffixes.Split("co.uk").registrable(), "");
  EXPECT_EQ(suffixes.Split("10.0.0.1").registrable(), "");
}

TEST(PublicSuffixTest, AcceptsAnyBytes) {
  PublicSuffix suffixes;
  EXPECT_EQ(suffixes.Split(std::string_view("a\0b.com", 7)).suffix, "com");
  EXPECT_EQ(suffixes.Split(std::string_view("a.\0om", 5)).suffix, "");
  EXPECT_EQ(suffixes.Split("\xFF\xFE.com").label, "\xFF\xFE");
  const std::string huge(100000, '.');
  EXPECT_EQ(suffixes.Split(huge + "com").suffix, "");  // no host is that long
  const std::string long_host = std::string(300, 'a') + ".com";
  EXPECT_EQ(suffixes.Split(long_host).suffix, "com");
}

TEST(PublicSuffixTest, VersionNamesTheList) { EXPECT_GT(PublicSuffix::Version().size(), 20u); }

}  // namespace
}  // namespace owt::text
