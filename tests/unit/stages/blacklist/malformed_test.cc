#include "stages/blacklist/malformed.h"

#include <gtest/gtest.h>
#include <re2/re2.h>

#include <random>
#include <string>

namespace owt::blacklist {
namespace {

TEST(MalformedTest, OurRule) {
  for (const char* url :
       {"http://a.org", "HTTPS://A.org/", "http://a.org:8080/x?y#z", "http://a.org#top",
        "http://a.org?q", "http://my_blog.example.org/", "http://b\u00FCcher.example/",
        "http://1.2.3.4/", "http://a.org./x", "http://a.org/\u00E9\u4E2D", "http://a.b1/",
        "http://1.2.3.x4/", "http://a.org/a:b@c"}) {
    EXPECT_FALSE(IsMalformed(url)) << url;
  }
  const std::string label64(64, 'a');
  for (const std::string& url :
       {std::string(),
        std::string("a.org"),
        std::string("ftp://a.org/"),
        std::string("http:/a.org"),
        std::string("http://"),
        std::string("http://localhost/"),
        std::string("http://a..org"),
        std::string("http://-a.org"),
        std::string("http://a-.org"),
        std::string("http://1.2.3.256/"),
        std::string("http://1.2.3/"),
        std::string("http://a.1/"),
        std::string("http://me@a.org/"),
        std::string("http://[::1]/"),
        std::string("http://a.org:/"),
        std::string("http://a.org:0/"),
        std::string("http://a.org:65536/"),
        std::string("http://a.org:8080x"),
        std::string("http://a.org/a b"),
        std::string("http://a.org/\x7F"),
        std::string("http://a.org/a\u00A0b"),
        std::string("http://a.org/\u0085"),
        "http://" + label64 + ".org/",
        "http://" + label64.substr(0, 60) + "." + label64.substr(0, 60) + "." +
            label64.substr(0, 60) + "." + label64.substr(0, 60) + "." + label64.substr(0, 60) + "/",
        std::string("http://a%41.org/"),
        std::string("http://a.org\\x")}) {
    EXPECT_TRUE(IsMalformed(url)) << url;
  }
}

TEST(MalformedTest, MegatronsSlipsAreKept) {
  for (const char* url :
       {"http://999.999.999.999/", "http://a.org./x", "http://a.--", "http://a.22?x", "http://a.b1",
        "http\u017F://a.org/", "http://\u212A.\u0130\u0131/", "http://\u0661.2.3.4:\u0662/",
        "http://a.org/\u200Bx", "http://a.org:99999999999/"}) {
    EXPECT_FALSE(IsMalformedForMegatron(url)) << url;
  }
  for (const char* url :
       {"http://my_blog.example.org/", "http://a.org#top", "http://a.org?", "http://a.b",
        "http://a.org/\u3000x", "http://a.org:/", "http://\u00FC.example/", "http://1.2.3.1234.5/",
        "http://a.org//\x1C", "http:a.org"}) {
    EXPECT_TRUE(IsMalformedForMegatron(url)) << url;
  }
}

// Text that comes near to a URL, so that every branch is taken both ways.
std::string RandomUrl(std::mt19937* random, std::string_view alphabet) {
  static constexpr std::string_view kPieces[] = {
      "http://", "https://", "HTTP://",
      "a.",      "b-c.",     "org",
      "x",       "1.2.3.4",  "256.",
      "0.",      ":80",      ":",
      "/",       "?",        "#",
      "..",      "-",        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"};
  std::string url;
  if ((*random)() % 8 != 0) url = kPieces[(*random)() % 3];
  if ((*random)() % 4 == 0) url += "b-c.org";
  const size_t num_pieces = (*random)() % 8;
  for (size_t i = 0; i < num_pieces; ++i) {
    if ((*random)() % 3 == 0) {
      url += alphabet[(*random)() % alphabet.size()];
    } else {
      url += kPieces[3 + (*random)() % (std::size(kPieces) - 3)];
    }
  }
  return url;
}

TEST(MalformedTest, MegatronsRuleIsTheRegularExpression) {
  // RE2 knows \s and \d by ASCII only, so the text is ASCII here; tests/conformance/blacklist.py
  // compares with Python's re on the rest. RE2's \s lacks \v and U+001C..1F.
  const re2::RE2 regex(
      "(?i)https?://"
      "(?:(?:[A-Z0-9](?:[A-Z0-9-]{0,61}[A-Z0-9])?\\.)+(?:[A-Z]{2,6}\\.?|[A-Z0-9-]{2,}\\.?)|"
      "\\d{1,3}\\.\\d{1,3}\\.\\d{1,3}\\.\\d{1,3})"
      "(?::\\d+)?(?:/?|[/?][^\\s\\x0B\\x1C-\\x1F]+)\\n?");
  ASSERT_TRUE(regex.ok()) << regex.error();
  std::mt19937 random(3);
  int num_well_formed = 0;
  for (int i = 0; i < 2000000; ++i) {
    const std::string url = RandomUrl(&random, "aZ09-._/:?#@[]% \t\n\v\x1C\x7F");
    const bool expected = !re2::RE2::FullMatch(url, regex);
    ASSERT_EQ(IsMalformedForMegatron(url), expected) << url;
    num_well_formed += !expected;
  }
  EXPECT_GT(num_well_formed, 100000);
}

TEST(MalformedTest, OurRuleIsItsRegularExpression) {
  constexpr const char* kLabel = "(?:[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?)";
  const std::string label = kLabel;
  const std::string byte = "(?:[01]?[0-9]?[0-9]|2[0-4][0-9]|25[0-5])";
  const std::string number_free_label =
      "(?:[A-Za-z0-9_-]{0,62}[A-Za-z_-][A-Za-z0-9_-]{0,62})";  // intersected with `label` below
  const re2::RE2 shape("(?i:https?)://([^/?#:]*)(?::0*([1-9][0-9]{0,4}))?(?:[/?#][\\x21-\\x7E]*)?");
  const re2::RE2 name("(?:" + label + "\\.)+(" + label + ")\\.?");
  const re2::RE2 quad("(?:" + byte + "\\.){3}" + byte + "\\.?");
  const re2::RE2 has_letter(number_free_label);
  ASSERT_TRUE(shape.ok() && name.ok() && quad.ok() && has_letter.ok());
  std::mt19937 random(4);
  int num_well_formed = 0;
  for (int i = 0; i < 1000000; ++i) {
    const std::string url = RandomUrl(&random, "aZ09-._/:?#@[]% \t\n\v\x1C\x7F");
    std::string host, port, last;
    const bool expected =
        re2::RE2::FullMatch(url, shape, &host, &port) &&
        (port.empty() || std::stoi(port) <= 65535) &&
        host.size() <= 253 + (host.ends_with('.') ? 1u : 0u) &&
        (re2::RE2::FullMatch(host, quad) ||
         (re2::RE2::FullMatch(host, name, &last) && re2::RE2::FullMatch(last, has_letter)));
    ASSERT_EQ(!IsMalformed(url), expected) << url;
    num_well_formed += expected;
  }
  EXPECT_GT(num_well_formed, 50000);
}

}  // namespace
}  // namespace owt::blacklist
