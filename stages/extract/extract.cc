#include "stages/extract/extract.h"

#include "formats/document.h"
#include "formats/document_map.h"
#include "pipeline/json_string.h"
#include "pipeline/utf8.h"
#include "stages/text/html_text.h"

namespace owt::stages::extract {
namespace {

using formats::RecordKind;

text::HtmlLimits LimitsFor(const RunContext& context) {
  text::HtmlLimits limits;
  limits.max_bytes = static_cast<size_t>(context.common.max_record_bytes);
  return limits;
}

bool HasHtmlType(std::string_view type) {
  return type.empty() || type.starts_with("text/html") || type.starts_with("application/xhtml") ||
         type.starts_with("TEXT/HTML") || type.starts_with("Text/Html");
}

}  // namespace

RecordKind KindOf(const std::string& path, std::string_view first) {
  // Compression is found by content, so a name may end in .gz or not.
  const std::string_view name =
      path.ends_with(".gz") ? std::string_view(path).substr(0, path.size() - 3) : path;
  if (first.starts_with("WARC/") || name.ends_with(".warc") || name.ends_with(".wet")) {
    return RecordKind::kWarc;
  }
  const size_t begin = first.find_first_not_of(" \t\r\n");
  const bool brace = begin != std::string_view::npos && first[begin] == '{';
  return brace ? RecordKind::kLines : RecordKind::kFile;
}

bool LooksLikeHtml(std::string_view bytes) {
  constexpr size_t kLooked = size_t{1} << 16;
  constexpr size_t kBinaryLooked = 1024;
  // UTF-16 has NULs between its letters; a byte order mark tells it from binary data.
  if (bytes.starts_with("\xFF\xFE") || bytes.starts_with("\xFE\xFF")) return true;
  if (bytes.substr(0, kBinaryLooked).find('\0') != std::string_view::npos) return false;
  for (const std::string_view magic : {"%PDF", "\x89PNG", "GIF8", "\xFF\xD8\xFF", "PK\x03\x04"}) {
    if (bytes.starts_with(magic)) return false;
  }
  const std::string_view head = bytes.substr(0, kLooked);
  for (size_t at = head.find('<'); at != std::string_view::npos; at = head.find('<', at + 1)) {
    const char next = at + 1 < head.size() ? head[at + 1] : '\0';
    if ((next >= 'a' && next <= 'z') || (next >= 'A' && next <= 'Z') || next == '!') return true;
  }
  return false;
}

void ExtractTransform::AppendRecord(std::string_view text, std::string_view url,
                                    std::string_view title, BatchResult* result) const {
  ++result->tally.out;
  ++result->tally.changed;
  std::string& out = result->bytes;
  out.push_back('{');
  AppendJsonString(context_.common.text_key, &out);
  out.append(": ");
  AppendJsonString(text, &out);
  out.append(", ");
  AppendJsonString(context_.common.url_key, &out);
  out.append(": ");
  AppendJsonString(ReplaceInvalidUtf8(url), &out);
  out.append(", \"title\": ");
  AppendJsonString(title, &out);
  out.append("}\n");
}

void ExtractTransform::AddPage(const Page& page, BatchResult* result) const {
  if (!LooksLikeHtml(page.html)) return result->Drop(page.begin, page.end, "not_html");
  const text::HtmlText extracted = text::ExtractText(page.html, page.charset, LimitsFor(context_));
  if (extracted.text.empty()) return result->Drop(page.begin, page.end, "empty_text");
  AppendRecord(extracted.text, page.url, extracted.title, result);
}

void ExtractTransform::AddText(const Page& page, BatchResult* result) const {
  if (FindInvalidUtf8(page.html) != std::string_view::npos) {
    return result->Quarantine(page.begin, page.end, "invalid_utf8");
  }
  if (page.html.find('\0') != std::string_view::npos) {
    return result->Quarantine(page.begin, page.end, "nul_in_text");
  }
  const size_t first = page.html.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return result->Drop(page.begin, page.end, "empty_text");
  const size_t last = page.html.find_last_not_of(" \t\r\n");
  AppendRecord(page.html.substr(first, last - first + 1), page.url, {}, result);
}

void ExtractTransform::AddWarc(std::string_view bytes, size_t begin, size_t end,
                               BatchResult* result) const {
  ++result->tally.in;
  formats::WarcRecord record;
  if (!formats::ReadWarc(bytes.substr(begin, end - begin), &record)) {
    return result->Quarantine(begin, end, "malformed_warc");
  }
  if (record.type == "conversion") {
    return AddText({record.block, {}, record.target_uri, begin, end}, result);
  }
  const bool page = record.type == "response" && !record.content_type.starts_with("text/dns");
  if (!page && record.type != "resource") return result->Drop(begin, end, "not_a_page");
  if (record.type == "resource") {
    if (!HasHtmlType(record.content_type)) return result->Drop(begin, end, "not_html");
    return AddPage({record.block, {}, record.target_uri, begin, end}, result);
  }
  formats::HttpAnswer answer;
  if (!formats::ReadHttpAnswer(record.block, &answer)) {
    return result->Quarantine(begin, end, "no_http_answer");
  }
  if (answer.status < 200 || answer.status > 299) return result->Drop(begin, end, "http_status");
  if (!HasHtmlType(answer.content_type)) return result->Drop(begin, end, "not_html");
  std::string html;
  const std::string_view reason =
      formats::DecodeHttpBody(answer, static_cast<size_t>(context_.common.max_record_bytes), &html);
  if (!reason.empty()) return result->Quarantine(begin, end, reason);
  AddPage({html, answer.charset, record.target_uri, begin, end}, result);
}

void ExtractTransform::AddWarcs(const Batch& batch, BatchResult* result) const {
  const std::string_view bytes = batch.bytes.view();
  for (size_t begin = 0; begin < bytes.size();) {
    const size_t end = begin + formats::WarcRecordSize(bytes.substr(begin));
    AddWarc(bytes, begin, end, result);
    begin = end;
  }
}

void ExtractTransform::AddJsonLines(const Batch& batch, BatchResult* result) const {
  DocumentParser parser({html_key_, context_.common.url_key});
  Document document;
  const std::string& text_key = context_.common.text_key;
  const std::string_view bytes = batch.bytes.view();
  formats::ForEachLine(bytes, [&](size_t begin, size_t end) {
    ++result->tally.in;
    const std::string_view reason = parser.Parse(bytes.substr(begin, end - begin), &document);
    if (reason == "missing_text") return result->Quarantine(begin, end, "missing_html");
    if (!reason.empty()) return result->Quarantine(begin, end, reason);
    if (text_key != html_key_ && document.Json(text_key).has_value()) {
      return result->Quarantine(begin, end, "duplicate_key");
    }
    if (!LooksLikeHtml(document.text())) return result->Drop(begin, end, "not_html");
    text::HtmlText extracted = text::ExtractText(document.text(), "utf-8", LimitsFor(context_));
    if (extracted.text.empty()) return result->Drop(begin, end, "empty_text");
    document.SetText(std::move(extracted.text));
    if (text_key != html_key_) document.RenameText(text_key);
    if (!document.Json("title").has_value()) document.SetString("title", extracted.title);
    ++result->tally.out;
    ++result->tally.changed;
    document.AppendLine(&result->bytes);
  });
}

void ExtractTransform::Apply(const Batch& batch, BatchResult* result) const {
  switch (source_.kind(batch.begin.file)) {
    case RecordKind::kFile:
      if (!batch.bad.empty()) return;  // the source refused it
      ++result->tally.in;
      AddPage(
          {batch.bytes.view(), {}, context_.inputs[batch.begin.file].path, 0, batch.bytes.size()},
          result);
      break;
    case RecordKind::kWarc:
      AddWarcs(batch, result);
      break;
    case RecordKind::kLines:
      AddJsonLines(batch, result);
      break;
    case RecordKind::kNone:
      break;
  }
}

}  // namespace owt::stages::extract
