#include "stages/urls/openwebtext_key.h"

#include <gtest/gtest.h>

namespace owt::urls {
namespace {

std::string Key(std::string_view url) {
  std::string key;
  EXPECT_TRUE(AppendOpenWebTextKey(url, &key)) << url;
  return key;
}

TEST(OpenWebTextKeyTest, WhatTheReferencePutsTogether) {
  EXPECT_EQ(Key("HTTP://a.org/x"), Key("http://a.org/x"));
  EXPECT_EQ(Key("http://a.org/?a=1&b=2"), Key("http://a.org/?b=2&a=1&a=1"));
  EXPECT_EQ(Key("http://a.org/?a=1&b="), Key("http://a.org/?a=1&c&"));
  EXPECT_EQ(Key("http://a.org/a+b"), Key("http://a.org/a%20b"));
  EXPECT_EQ(Key("http://a.org/%C3%A9"), Key("http://a.org/\u00E9"));
  EXPECT_EQ(Key("http://a.org/%C3"), Key("http://a.org/%A9")) << "both become U+FFFD";
  EXPECT_EQ(Key("http://a.org/x?"), Key("http://a.org/x#"));
  EXPECT_EQ(Key(" http://a.org/x\n"), Key("http://a.o\trg/x"));
}

TEST(OpenWebTextKeyTest, WhatItKeepsApart) {
  const char* different[] = {"http://a.org/x",   "https://a.org/x",    "http://www.a.org/x",
                             "http://A.org/x",   "http://a.org/x/",    "http://a.org/x#y",
                             "http://a.org/x;y", "http://a.org/x?y=1", "http://a.org/x?=1",
                             "http://a.org/X",   "http://a.org:80/x"};
  for (const char* one : different) {
    for (const char* other : different) {
      if (one != other) {
        EXPECT_NE(Key(one), Key(other)) << one << " " << other;
      }
    }
  }
}

TEST(OpenWebTextKeyTest, WhatCannotBeParsed) {
  for (const char* url : {"http://[x]/", "http://[::1/", "http://::1]/", "http://[1.2.3.4]/",
                          "http://[::1%]/", "http://\u2100.org/", "http://[v1.]/"}) {
    std::string key;
    EXPECT_FALSE(AppendOpenWebTextKey(url, &key)) << url;
  }
  for (const char* url : {"http://[::1]/", "http://[::1%eth0]/", "http://[v1.x]/", ""}) Key(url);
}

}  // namespace
}  // namespace owt::urls
