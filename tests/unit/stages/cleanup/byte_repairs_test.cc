#include "stages/cleanup/byte_repairs.h"

#include <gtest/gtest.h>

#include <string>

namespace owt::cleanup {
namespace {

using namespace std::string_literals;

std::string Restored(std::string_view bytes) {
  std::string out;
  return RestoreByteA0(bytes, &out) ? out : "unchanged";
}

std::string Replaced(std::string_view bytes) {
  std::string out;
  return ReplaceLossySequences(bytes, &out) ? out : "unchanged";
}

std::string Decoded(std::string_view bytes, bool final_line_feed = false) {
  std::string out;
  return DecodeUtf8Variants(bytes, final_line_feed, &out) ? out : "error";
}

TEST(ByteRepairs, RestoreByteA0) {
  EXPECT_EQ(Restored("voil\xC3 le"), "voil\xC3\xA0 le");
  EXPECT_EQ(Restored("\xC3 quele \xC3  \xC3 s "), "\xC3\xA0quele \xC3\xA0 \xC3\xA0s ");
  EXPECT_EQ(Restored("\xE2 \x81\xE3\x81 \xF0 \x80\x80"),
            "\xE2\xA0\x81\xE3\x81\xA0\xF0\xA0\x80\x80");
  for (const char* bytes : {"", " ", "a b", "\xE2 \x85", "\xF0  \x80", "\xC4 ", "\xE0 \x81"}) {
    EXPECT_EQ(Restored(bytes), "unchanged");
  }
}

TEST(ByteRepairs, ReplaceLossySequences) {
  const std::string lost = "\xEF\xBF\xBD";
  for (const char* bytes : {"\x1A", "\xC3?", "\xDF\x1A", "\xE2?\x80", "\xE2\x80?", "\xE2\x1A?",
                            "\xF0?\x80\x80", "\xF0\x1A\x1A\x1A", "\xED\xA0?\xED\xB0\x80"}) {
    EXPECT_EQ(Replaced(bytes), lost) << testing::PrintToString(bytes);
  }
  for (const char* bytes :
       {"?", "\xC4?", "\xE2??", "\xF0??\x80", "\xED\xA0\x80\xED\xB0\x80", "\xE2?"}) {
    EXPECT_EQ(Replaced(bytes), "unchanged") << testing::PrintToString(bytes);
  }
}

TEST(ByteRepairs, DecodeUtf8Variants) {
  EXPECT_EQ(Decoded("a\xC0\x80z"), "a\0z"s);
  EXPECT_EQ(Decoded("\xED\xA0\xBD\xED\xB8\x82"), "\U0001F602");
  EXPECT_EQ(Decoded("\xED\x95\x9C"), "\uD55C");
  for (const char* bytes :
       {"\xC0", "\xC0\x81", "\xED\xA0\xBD", "\xED\xB8\x82\xED\xA0\xBD", "\x80"}) {
    EXPECT_EQ(Decoded(bytes), "error");
  }
  EXPECT_EQ(Decoded("\xC0\n"), "error");
  EXPECT_EQ(Decoded("\xC0\n", true), "\0"s);
  EXPECT_EQ(Decoded("\xC0\n\n", true), "error");
}

}  // namespace
}  // namespace owt::cleanup
