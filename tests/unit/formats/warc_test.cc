#include "formats/warc.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include <random>
#include <string>
#include <vector>

namespace owt::formats {
namespace {

std::string Record(std::string_view type, std::string_view block, std::string_view end = "\r\n") {
  std::string record = "WARC/1.0";
  record.append(end).append("WARC-Type: ").append(type).append(end);
  record.append("warc-target-uri: <http://a.example/>").append(end);
  record.append("Content-Length: ").append(std::to_string(block.size())).append(end).append(end);
  return record.append(block).append(end).append(end);
}

// Bytes to pass over where no record begins; 0 where more must come first.
size_t SkipGarbage(std::string_view bytes, bool at_end) {
  const size_t blanks = bytes.find_first_not_of("\r\n");
  if (blanks > 0) return std::min(blanks, bytes.size());
  const size_t next = FindWarcRecord(bytes);
  if (next != bytes.npos) return next;
  return at_end ? bytes.size() : 0;
}

// The blocks of all records, cut from `bytes` as they would come in pieces of `step` bytes.
std::vector<std::string> Blocks(std::string_view bytes, size_t step) {
  std::vector<std::string> blocks;
  size_t from = 0;
  for (size_t to = std::min(step, bytes.size());; to = std::min(to + step, bytes.size())) {
    const bool at_end = to == bytes.size();
    for (;;) {
      const std::string_view held = bytes.substr(from, to - from);
      const WarcCut cut = CutWarc(held, at_end);
      for (size_t at = 0; at < cut.end;) {
        WarcRecord record;
        EXPECT_TRUE(ReadWarc(held.substr(at, cut.end - at), &record));
        blocks.emplace_back(record.block);
        at += WarcRecordSize(held.substr(at, cut.end - at));
      }
      const size_t skipped = cut.garbage ? SkipGarbage(held.substr(cut.end), at_end) : 0;
      from += cut.end + skipped;
      if (cut.end + skipped == 0) break;
    }
    if (at_end) break;
  }
  EXPECT_EQ(from, bytes.size());
  return blocks;
}

TEST(WarcTest, CutsTheSameWhateverThePieces) {
  const std::string bytes = Record("response", "one") + Record("metadata", "", "\n") +
                            "no record\r\nat all\r\n" + Record("response", "two\r\n\r\nmore") +
                            "WARC/1.0\r\nno length\r\n\r\n" + Record("conversion", "three");
  const std::vector<std::string> expected = {"one", "", "two\r\n\r\nmore", "three"};
  for (size_t step = 1; step <= bytes.size(); ++step) EXPECT_EQ(Blocks(bytes, step), expected);
}

TEST(WarcTest, MissingBlankLinesAndACutRecord) {
  std::string bytes = Record("response", "one");
  bytes.resize(bytes.size() - 4);
  const std::string two = Record("response", "two");
  EXPECT_EQ(Blocks(bytes + two, 7), (std::vector<std::string>{"one", "two"}));
  EXPECT_EQ(Blocks(two + bytes.substr(0, bytes.size() - 1), 7), (std::vector<std::string>{"two"}));
}

TEST(WarcTest, SaysHowLongARecordIsBeforeItIsThere) {
  const std::string bytes = Record("response", std::string(1000, 'x'));
  const WarcCut cut = CutWarc(std::string_view(bytes).substr(0, 200), false);
  EXPECT_EQ(cut.end, 0u);
  EXPECT_EQ(cut.next_size, bytes.size() - 4);
}

TEST(WarcTest, ReadsFields) {
  WarcRecord record;
  const std::string bytes = Record("response", "body");
  ASSERT_TRUE(ReadWarc(bytes, &record));
  EXPECT_EQ(record.type, "response");
  EXPECT_EQ(record.target_uri, "http://a.example/");
  EXPECT_FALSE(ReadWarc("WARC/1.0\r\n\r\n", &record));
  EXPECT_FALSE(ReadWarc("HTTP/1.0 200\r\nContent-Length: 0\r\n\r\n", &record));
  EXPECT_FALSE(ReadWarc("WARC/1.0\r\nContent-Length: 99999999999999999999\r\n\r\n", &record));
  EXPECT_FALSE(ReadWarc("WARC/1.0\r\nContent-Length: -1\r\n\r\n", &record));
}

TEST(WarcTest, HttpAnswers) {
  HttpAnswer answer;
  ASSERT_TRUE(
      ReadHttpAnswer("HTTP/1.1 200 OK\r\nContent-Type: text/html; x=y; Charset=\"koi8-r\"\r\n"
                     "Transfer-Encoding: chunked\r\n\r\nbody",
                     &answer));
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.content_type, "text/html");
  EXPECT_EQ(answer.charset, "koi8-r");
  EXPECT_TRUE(answer.chunked);
  EXPECT_EQ(answer.body, "body");
  ASSERT_TRUE(ReadHttpAnswer("HTTP/2 404\n\n", &answer));
  EXPECT_EQ(answer.status, 404);
  EXPECT_FALSE(ReadHttpAnswer("HTTP/1.1", &answer));
  EXPECT_FALSE(ReadHttpAnswer("HTTP/1.1 abc\r\n\r\n", &answer));
  EXPECT_FALSE(ReadHttpAnswer("", &answer));
}

std::string Deflate(std::string_view text, int window) {
  z_stream stream{};
  deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, window, 8, Z_DEFAULT_STRATEGY);
  std::string out(text.size() + 128, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

TEST(WarcTest, BodiesAreDecoded) {
  const std::string page = "<p>" + std::string(5000, 'p');
  HttpAnswer answer;
  std::string decoded;
  const auto decode = [&](std::string_view encoding, bool chunked, std::string_view body) {
    answer.content_encoding = encoding;
    answer.chunked = chunked;
    answer.body = body;
    return std::string(DecodeHttpBody(answer, 10'000, &decoded));
  };
  EXPECT_EQ(decode("gzip", false, Deflate(page, 15 + 16)), "");
  EXPECT_EQ(decoded, page);
  EXPECT_EQ(decode("deflate", false, Deflate(page, 15)), "");
  EXPECT_EQ(decoded, page);
  EXPECT_EQ(decode("deflate", false, Deflate(page, -15)), "");
  EXPECT_EQ(decoded, page);
  EXPECT_EQ(decode("", true, "4\r\n<p>a\r\n3;x=y\r\nbcd\r\n0\r\n\r\n"), "");
  EXPECT_EQ(decoded, "<p>abcd");
  EXPECT_EQ(decode("", true, "<p>not chunked"), "");
  EXPECT_EQ(decoded, "<p>not chunked");
  EXPECT_EQ(decode("br", false, page), "");  // decoded by the crawler
  EXPECT_EQ(decoded, page);
  EXPECT_EQ(decode("br", false, "\x8b\x02"), "unsupported_encoding");
  const std::string cut = Deflate(page, 15 + 16).substr(0, 30);
  EXPECT_EQ(decode("gzip", false, cut), "");  // its beginning
  EXPECT_EQ(decoded, page.substr(0, decoded.size()));
  EXPECT_EQ(decode("gzip", false, "\x1f\x8b nonsense"), "corrupt_body");
}

TEST(WarcTest, ABombStopsAtTheLimit) {
  HttpAnswer answer;
  answer.content_encoding = "gzip";
  const std::string bomb = Deflate(std::string(50'000'000, '\0'), 15 + 16);
  answer.body = bomb;
  std::string decoded;
  EXPECT_EQ(DecodeHttpBody(answer, 100'000, &decoded), "too_large");
  EXPECT_LT(decoded.size(), 300'000u);
}

TEST(WarcTest, AnyBytesAreCutToTheEnd) {
  const std::string_view parts[] = {
      "WARC/1.0\r\n", "WARC/", "\r\n",     "\n", "Content-Length: 3\r\n",
      "abc",          "W",     "\r\n\r\n", ":",  "Content-Length: 0"};
  std::mt19937 random(3);
  for (int round = 0; round < 3000; ++round) {
    std::string bytes;
    for (size_t i = random() % 30; i > 0; --i) bytes += parts[random() % std::size(parts)];
    Blocks(bytes, 1 + random() % 20);
  }
}

}  // namespace
}  // namespace owt::formats
