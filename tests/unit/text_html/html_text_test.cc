#include "stages/text/html_text.h"

#include <gtest/gtest.h>

namespace owt::text {
namespace {

TEST(HtmlTextTest, TitleTextAndLanguage) {
  const HtmlText result = ExtractText(
      "<html lang=de><head><title> A \n title</title></head><body><nav>menu</nav>"
      "<p>Gr\xFC\xDF dich.</p><script>x()</script></body></html>",
      "iso-8859-1", "");
  EXPECT_EQ(result.title, "A title");
  EXPECT_EQ(result.language, "de");
  EXPECT_EQ(result.text, "Gr\u00FC\u00DF dich.");
  EXPECT_EQ(result.encoding, "windows-1252");
}

TEST(HtmlTextTest, APageWithoutTextIsEmpty) {
  EXPECT_EQ(ExtractText("", "", "").text, "");
  EXPECT_EQ(ExtractText("<html><script>x</script>", "", "").origin, TextOrigin::kNone);
}

}  // namespace
}  // namespace owt::text
