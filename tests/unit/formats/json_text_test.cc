#include "formats/json_text.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <random>
#include <string>

#include "pipeline/json.h"
#include "pipeline/json_string.h"

namespace owt {
namespace {

std::string Unescaped(std::string_view json, std::string_view* reason) {
  std::string text;
  *reason = AppendUnescaped(json, &text);
  return text;
}

TEST(JsonText, EveryCodePointComesBack) {
  for (char32_t code = 1; code < 0x110000; code += code < 0x3000 ? 1 : 97) {
    if (code >= 0xD800 && code < 0xE000) continue;
    char escape[16];
    const unsigned value = static_cast<unsigned>(code);
    if (code < 0x10000) {
      std::snprintf(escape, sizeof(escape), "\\u%04x", value);
    } else {
      const unsigned rest = value - 0x10000;
      std::snprintf(escape, sizeof(escape), "\\u%04X\\u%04x", 0xD800 + (rest >> 10),
                    0xDC00 + (rest & 0x3FF));
    }
    std::string_view reason;
    const std::string text = Unescaped(escape, &reason);
    ASSERT_EQ(reason, "") << escape;
    ASSERT_EQ(text, ParseJson("\"" + std::string(escape) + "\"").get<std::string>());
    std::string json;
    AppendJsonString(text, &json);
    ASSERT_EQ(ParseJson(json).get<std::string>(), text);
  }
}

TEST(JsonText, RandomStringsAsNlohmannReadsThem) {
  const std::string_view pieces[] = {"\\",    "u",   "d83d", "de00", "\\ud83d", "\\ude00",   "n",
                                     "a",     "\\n", "\\\\", "0000", "\\u00e9", "long text", "/",
                                     "\\u12", "é",   "😀",    "\\/",  "\\u0000"};
  std::minstd_rand random(7);
  int accepted = 0;
  for (int i = 0; i < 200000; ++i) {
    std::string json;
    for (size_t n = random() % 6; n > 0; --n) json += pieces[random() % std::size(pieces)];
    const auto expected = ParseJsonOrDiscard("\"" + json + "\"");
    std::string_view reason;
    const std::string text = Unescaped(json, &reason);
    if (expected.is_discarded()) {
      ASSERT_TRUE(reason == "invalid_json" || reason == "lone_surrogate") << json << " " << reason;
      continue;
    }
    ++accepted;
    ASSERT_EQ(text, expected.get<std::string>()) << json;
    ASSERT_EQ(reason, text.find('\0') == std::string::npos ? "" : "nul_in_text") << json;
  }
  EXPECT_GT(accepted, 10000);
}

// As long as blocks and longer, escapes at every place of them, and hardly any that is wrong.
TEST(JsonText, LongStringsAsNlohmannReadsThem) {
  const std::string_view escapes[] = {"\\n",     "\\\\",           "\\\"", "\\t",    "\\/",
                                      "\\u00e9", "\\ud83d\\ude00", "\\x",  "\\ud83d"};
  std::minstd_rand random(8);
  int accepted = 0;
  for (int i = 0; i < 20000; ++i) {
    std::string json;
    const size_t gap = 1 + random() % 150;
    const size_t kinds = random() % 8 == 0 ? std::size(escapes) : 7;
    for (const size_t size = random() % 900; json.size() < size;) {
      json.append(random() % gap, static_cast<char>('a' + random() % 26));
      json += escapes[random() % kinds];
    }
    json.append(random() % gap, 'x');
    const auto expected = nlohmann::json::parse("\"" + json + "\"", nullptr, false);
    std::string_view reason;
    const std::string text = Unescaped(json, &reason);
    ASSERT_EQ(reason.empty(), !expected.is_discarded()) << json;
    if (!reason.empty()) continue;
    ++accepted;
    ASSERT_EQ(text, expected.get<std::string>()) << json;
  }
  EXPECT_GT(accepted, 10000);
}

TEST(JsonText, RandomBytesSurviveTheWayThere) {
  std::minstd_rand random(3);
  for (int i = 0; i < 20000; ++i) {
    std::string text(random() % 70, '\0');
    for (char& c : text)
      c = static_cast<char>(random() % 8 == 0 ? random() % 0x20 : random() % 128);
    std::string json;
    AppendJsonString(text, &json);
    ASSERT_EQ(ParseJson(json).get<std::string>(), text);
  }
}

}  // namespace
}  // namespace owt
