#include "stages/encode/encode_documents.h"

#include <oneapi/tbb/enumerable_thread_specific.h>

#include <algorithm>
#include <cstring>
#include <string_view>
#include <utility>

#include "formats/document.h"
#include "formats/document_map.h"
#include "formats/json_text.h"
#include "pipeline/buffer.h"
#include "pipeline/utf8.h"
#include "pipeline/white_space.h"
#include "stages/encode/paddle_text.h"
#include "stages/encode/provenance_block.h"
#include "stages/text/sentences.h"

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

void AppendLength(int32_t length, std::string* lengths) {
  lengths->append(reinterpret_cast<const char*>(&length), sizeof(length));
}

}  // namespace

// A key of the records: its reader and its output.
struct EncodeDocuments::Field {
  Field(DocumentKeys its_keys, bool replace_surrogates)
      : keys(std::move(its_keys)), parser(keys, replace_surrogates) {}

  DocumentKeys keys;
  DocumentParser parser;
  Document document;
  std::string_view text, url;         // of this record: the document's, or the two below
  std::string owned_text, owned_url;  // where they are not what the document says
  Buffer tokens;                      // of the batch so far
  std::string lengths;                // i32 each
  uint64_t num_special = 0;           // in the text of this record
};

// What one thread works with: the fields and one encoder.
struct EncodeDocuments::Workplace {
  Workplace(const EncodeOptions& options, const text::BpeModel& model)
      : encoder(model, {text::BestSimdTier(), options.cache_bytes}) {
    for (const std::string& key : options.json_keys) {
      fields.push_back(std::make_unique<Field>(DocumentKeys{key, options.url_key},
                                               options.bad_utf8 == BadUtf8::kReplace));
    }
    if (options.split_sentences) splitter = std::make_unique<text::SentenceSplitter>();
  }

  std::vector<std::unique_ptr<Field>> fields;
  text::BpeEncoder encoder;
  std::unique_ptr<text::SentenceSplitter> splitter;  // with split_sentences
  ProvenanceBlock provenance;
  std::string repaired;  // line, with padding
};

struct EncodeDocuments::Workplaces {
  oneapi::tbb::enumerable_thread_specific<Workplace> of_threads;
};

EncodeDocuments::EncodeDocuments(const formats::Gpt2Vocab& vocab, EncodeOptions options)
    : options_(std::move(options)),
      model_(vocab, text::BpeModel::kWindowBytes, TokenTypeOf(options_.compat, vocab.size())),
      token_type_(model_.token_type()),
      workplaces_(new Workplaces{oneapi::tbb::enumerable_thread_specific<Workplace>(
          [this] { return Workplace(options_, model_); })}) {}

EncodeDocuments::~EncodeDocuments() = default;

void EncodeDocuments::Apply(const Batch& batch, BatchResult* result) const {
  Workplace& place = workplaces_->of_threads.local();
  for (const auto& field : place.fields) {
    field->tokens.Clear();
    field->lengths.clear();
  }
  place.provenance.Clear();
  const std::string_view bytes = batch.bytes.view();
  formats::ForEachLine(bytes, [&](size_t begin, size_t end) {
    ++result->tally.in;
    const std::string_view bad = ParseRecord(bytes.substr(begin, end - begin), place);
    if (!bad.empty()) return result->Quarantine(begin, end, bad);
    bool has_text = false;
    uint64_t num_special = 0;
    for (const auto& field : place.fields) {
      has_text |= !field->text.empty();
      field->num_special = CountSpecial(field->text);
      num_special += field->num_special;
    }
    result->tally.Note("special_text", num_special);
    if (num_special > 0 && options_.special_text == SpecialText::kError) {
      return result->Quarantine(begin, end, "special_text");
    }
    if (!has_text && !options_.keep_empty) return result->Drop(begin, end, "empty_text");
    ++result->tally.out;
    EncodeRecord(place);
    if (options_.provenance) place.provenance.Add(batch.OffsetOf(begin), place.fields[0]->url);
  });
  std::swap(result->packed, place.fields[0]->tokens);  // the result's memory for the next batch
  for (const auto& field : place.fields) {
    if (field != place.fields[0]) result->packed.Append(field->tokens.view());
    result->aux += field->lengths;
    field->tokens.ShrinkTo(kKeptBytes);
  }
  if (options_.provenance) place.provenance.AppendTo(&result->aux);
}

// Reads all fields; returns why the record is bad, or an empty text.
std::string_view EncodeDocuments::ParseRecord(std::string_view line, Workplace& place) const {
  for (const auto& field : place.fields) {
    std::string_view bad = field->parser.Parse(line, &field->document);
    field->text = field->document.text();
    field->url = field->document.url();
    if (bad == "invalid_utf8" && options_.bad_utf8 != BadUtf8::kError) {
      bad = ParseBadUtf8(&line, place, field.get());
    }
    if (!bad.empty()) return bad;
    if (options_.compat == Compat::kPaddle) {
      field->owned_text = CleanAsPaddle(field->text);
      field->text = field->owned_text;
    }
  }
  return {};
}

// A line that is not UTF-8 is read in a form that is: the bad parts replaced, or masked by as many
// bytes, so that what the document finds tells where the bytes themselves are. A line with parts
// replaced stands for *line from there on: texts may be views of it.
std::string_view EncodeDocuments::ParseBadUtf8(std::string_view* line, Workplace& place,
                                               Field* field) const {
  const bool keeps_bytes = options_.bad_utf8 == BadUtf8::kBytes;
  place.repaired = keeps_bytes ? MaskInvalidUtf8(*line) : ReplaceInvalidUtf8(*line);
  const size_t size = place.repaired.size();
  place.repaired.append(Buffer::kPadding, ' ');
  const std::string_view repaired = std::string_view(place.repaired).substr(0, size);
  const std::string_view bad = field->parser.Parse(repaired, &field->document);
  if (!bad.empty()) return bad;
  field->text = field->document.text();
  field->url = field->document.url();
  if (!keeps_bytes) {
    *line = repaired;
    return {};
  }
  const auto original = [&](const std::string& key, std::string* owned) -> std::string_view {
    const auto json = field->document.Json(key);
    if (!json || !json->starts_with('"')) return {};  // no url
    const auto begin = static_cast<size_t>(json->data() - repaired.data());
    owned->clear();
    // It was read once already, masked, so that nothing can be wrong with it.
    AppendUnescaped(line->substr(begin + 1, json->size() - 2), owned);
    return *owned;
  };
  field->text = original(field->keys.text, &field->owned_text);
  field->url = original(field->keys.url, &field->owned_url);
  return {};
}

void EncodeDocuments::EncodeRecord(Workplace& place) const {
  const size_t id_bytes = formats::TokenBytes(token_type_);
  for (const auto& field : place.fields) {
    if (options_.split_sentences) {
      EncodeSentences(place, field.get());
      continue;
    }
    const size_t begin = field->tokens.size();
    EncodeText(field->text, place, field.get());
    if (options_.append_eod && field->tokens.size() > begin) AppendEndOfText(&field->tokens);
    AppendLength(static_cast<int32_t>((field->tokens.size() - begin) / id_bytes), &field->lengths);
  }
}

// A sequence for each sentence; the end of the text belongs to the last.
void EncodeDocuments::EncodeSentences(Workplace& place, Field* field) const {
  const size_t id_bytes = formats::TokenBytes(token_type_);
  int32_t pending = 0;  // tokens of the last sentence so far
  place.splitter->Split(field->text, [&](std::string_view sentence) {
    if (options_.compat == Compat::kPaddle) sentence = StripWhiteSpace(sentence);
    const size_t begin = field->tokens.size();
    EncodeText(sentence, place, field);
    const size_t num_tokens = (field->tokens.size() - begin) / id_bytes;
    if (num_tokens == 0) return;
    if (pending > 0) AppendLength(~pending, &field->lengths);
    pending = static_cast<int32_t>(num_tokens);
  });
  if (options_.append_eod && pending > 0) {
    AppendEndOfText(&field->tokens);
    ++pending;
  }
  AppendLength(pending, &field->lengths);
}

void EncodeDocuments::EncodeText(std::string_view text, Workplace& place, Field* field) const {
  if (options_.special_text == SpecialText::kSpecial && field->num_special > 0) {
    EncodeWithSpecial(text, place, &field->tokens);
  } else {
    place.encoder.EncodePacked(text, &field->tokens);
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
