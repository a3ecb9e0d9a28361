#include "stages/encode/encode_documents.h"

#include <oneapi/tbb/enumerable_thread_specific.h>

#include <algorithm>
#include <cstring>
#include <string_view>
#include <utility>

#include "formats/document.h"
#include "formats/document_map.h"
#include "pipeline/buffer.h"
#include "stages/text/utf8.h"

namespace owt::encode {
namespace {

// Room for tokens that a thread keeps from batch to batch; a huge batch's is given back.
constexpr size_t kKeptBytes = size_t{16} << 20;

constexpr std::string_view kEndOfText = formats::Gpt2Vocab::kEndOfText;

// Looks for the second byte, "|": web pages about software are full of "<".
uint64_t CountSpecial(std::string_view text) {
  uint64_t count = 0;
  for (size_t at = 1; (at = text.find(kEndOfText[1], at)) != text.npos;) {
    const bool special = text.substr(at - 1, kEndOfText.size()) == kEndOfText;
    count += special ? 1 : 0;
    at += special ? kEndOfText.size() : 1;
  }
  return count;
}

}  // namespace

// What one thread works with: a reader and the output of every key, and one encoder.
struct EncodeDocuments::Workplace {
  Workplace(const EncodeOptions& options, const text::BpeModel& model)
      : encoder(model, {text::BestSimdTier(), options.cache_bytes}) {
    for (const std::string& key : options.json_keys) {
      fields.push_back(
          std::make_unique<Field>(DocumentKeys{key, options.url_key}, options.replace_bad_utf8));
    }
  }

  struct Field {
    Field(DocumentKeys keys, bool replace_surrogates)
        : parser(std::move(keys), replace_surrogates) {}

    DocumentParser parser;
    Document document;
    Buffer tokens;             // of the batch so far
    std::string lengths;       // i32 each
    uint64_t num_special = 0;  // in the text of this record
  };

  std::vector<std::unique_ptr<Field>> fields;
  text::BpeEncoder encoder;
  std::string repaired;  // line, with padding
};

struct EncodeDocuments::Workplaces {
  oneapi::tbb::enumerable_thread_specific<Workplace> of_threads;
};

EncodeDocuments::EncodeDocuments(const formats::Gpt2Vocab& vocab, EncodeOptions options)
    : options_(std::move(options)),
      model_(vocab),
      token_type_(formats::TokenTypeFor(vocab.size())),
      workplaces_(new Workplaces{oneapi::tbb::enumerable_thread_specific<Workplace>(
          [this] { return Workplace(options_, model_); })}) {}

EncodeDocuments::~EncodeDocuments() = default;

void EncodeDocuments::Apply(const Batch& batch, BatchResult* result) const {
  Workplace& place = workplaces_->of_threads.local();
  for (const auto& field : place.fields) {
    field->tokens.Clear();
    field->lengths.clear();
  }
  const std::string_view bytes = batch.bytes.view();
  formats::ForEachLine(bytes, [&](size_t begin, size_t end) {
    ++result->tally.in;
    const std::string_view bad = ParseRecord(bytes.substr(begin, end - begin), place);
    if (!bad.empty()) return result->Quarantine(begin, end, bad);
    bool has_text = false;
    uint64_t num_special = 0;
    for (const auto& field : place.fields) {
      has_text |= !field->document.text().empty();
      field->num_special = CountSpecial(field->document.text());
      num_special += field->num_special;
    }
    result->tally.Note("special_text", num_special);
    if (num_special > 0 && options_.special_text == SpecialText::kError) {
      return result->Quarantine(begin, end, "special_text");
    }
    if (!has_text && !options_.keep_empty) return result->Drop(begin, end, "empty_text");
    ++result->tally.out;
    EncodeRecord(place);
  });
  for (const auto& field : place.fields) {
    result->bytes += field->tokens.view();
    result->aux += field->lengths;
    field->tokens.ShrinkTo(kKeptBytes);
  }
}

// Reads all fields; returns why the record is bad, or an empty text.
std::string_view EncodeDocuments::ParseRecord(std::string_view line, Workplace& place) const {
  for (const auto& field : place.fields) {
    std::string_view bad = field->parser.Parse(line, &field->document);
    if (bad == "invalid_utf8" && options_.replace_bad_utf8) {
      place.repaired = text::ReplaceInvalidUtf8(line);
      const size_t size = place.repaired.size();
      place.repaired.append(Buffer::kPadding, ' ');
      line = std::string_view(place.repaired).substr(0, size);
      bad = field->parser.Parse(line, &field->document);
    }
    if (!bad.empty()) return bad;
  }
  return {};
}

void EncodeDocuments::EncodeRecord(Workplace& place) const {
  const size_t id_bytes = formats::TokenBytes(token_type_);
  for (const auto& field : place.fields) {
    const size_t begin = field->tokens.size();
    const std::string_view text = field->document.text();
    if (options_.special_text == SpecialText::kSpecial && field->num_special > 0) {
      EncodeWithSpecial(text, place, &field->tokens);
    } else {
      place.encoder.EncodePacked(text, &field->tokens);
    }
    if (options_.append_eod && field->tokens.size() > begin) AppendEndOfText(&field->tokens);
    const auto length = static_cast<int32_t>((field->tokens.size() - begin) / id_bytes);
    field->lengths.append(reinterpret_cast<const char*>(&length), sizeof(length));
  }
}

// The text between two tokens ends there for the pre-tokenizer too.
void EncodeDocuments::EncodeWithSpecial(std::string_view text, Workplace& place,
                                        Buffer* tokens) const {
  for (size_t at; (at = text.find(kEndOfText)) != text.npos;) {
    place.encoder.EncodePacked(text.substr(0, at), tokens);
    AppendEndOfText(tokens);
    text.remove_prefix(at + kEndOfText.size());
  }
  place.encoder.EncodePacked(text, tokens);
}

void EncodeDocuments::AppendEndOfText(Buffer* tokens) const {
  const uint32_t id = model_.end_of_text();  // little-endian, as all of owt
  tokens->Append({reinterpret_cast<const char*>(&id), formats::TokenBytes(token_type_)});
}

}  // namespace owt::encode
