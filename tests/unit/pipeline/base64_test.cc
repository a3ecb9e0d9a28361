#include "pipeline/base64.h"

#include <gtest/gtest.h>

#include <random>

namespace owt {
namespace {

// RFC 4648, section 10.
TEST(Base64Test, VectorsOfTheRfc) {
  const std::pair<std::string_view, std::string_view> vectors[] = {{"", ""},
                                                                   {"f", "Zg=="},
                                                                   {"fo", "Zm8="},
                                                                   {"foo", "Zm9v"},
                                                                   {"foob", "Zm9vYg=="},
                                                                   {"fooba", "Zm9vYmE="},
                                                                   {"foobar", "Zm9vYmFy"}};
  for (const auto& [bytes, text] : vectors) {
    std::string encoded, decoded;
    AppendBase64(bytes, &encoded);
    EXPECT_EQ(encoded, text);
    EXPECT_TRUE(DecodeBase64(text, &decoded));
    EXPECT_EQ(decoded, bytes);
  }
}

TEST(Base64Test, NothingElseIsDecoded) {
  std::string bytes;
  for (const char* text : {"=", "==", "===", "====", "Zg", "Zg=", "Zh==", "Zm9=", "Zm9v=", "Zm9v==",
                           "Z===", "Zg==Zg==", "Zm 9", "Zm9-", "Zg==\n"}) {
    EXPECT_FALSE(DecodeBase64(text, &bytes)) << text;
  }
}

TEST(Base64Test, RandomBytesComeBackAndDamageIsSeen) {
  std::minstd_rand random(5);
  for (int i = 0; i < 20000; ++i) {
    std::string bytes(random() % 40, '\0'), text, decoded;
    for (char& c : bytes) c = static_cast<char>(random());
    AppendBase64(bytes, &text);
    ASSERT_TRUE(DecodeBase64(text, &decoded));
    ASSERT_EQ(decoded, bytes);
    if (text.empty()) continue;
    std::string damaged = text;
    damaged[random() % damaged.size()] = static_cast<char>(random());
    if (DecodeBase64(damaged, &decoded)) {
      std::string again;
      AppendBase64(decoded, &again);
      ASSERT_EQ(again, damaged);
    }
  }
}

}  // namespace
}  // namespace owt
