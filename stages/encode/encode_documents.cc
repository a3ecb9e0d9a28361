#include "stages/encode/encode_documents.h"

#include <oneapi/tbb/enumerable_thread_specific.h>

#include <algorithm>
#include <cstring>
#include <string_view>
#include <utility>

#include "formats/document.h"
#include "formats/document_map.h"

namespace owt::encode {
namespace {

// Room for ids that a thread keeps from record to record; a huge record's is given back.
constexpr size_t kKeptIds = size_t{1} << 20;

template <class Stored>
void Pack(const std::vector<uint32_t>& ids, std::string* out) {
  const size_t begin = out->size();
  out->resize(begin + ids.size() * sizeof(Stored));
  char* next = out->data() + begin;
  for (const uint32_t id : ids) {
    const auto stored = static_cast<Stored>(id);
    std::memcpy(next, &stored, sizeof(stored));
    next += sizeof(stored);
  }
}

}  // namespace

// What one thread works with: a reader and the output of every key, and one encoder.
struct EncodeDocuments::Workplace {
  Workplace(const EncodeOptions& options, const text::BpeModel& model) : encoder(model) {
    for (const std::string& key : options.json_keys) {
      fields.push_back(std::make_unique<Field>(DocumentKeys{key, options.url_key}));
    }
  }

  struct Field {
    explicit Field(DocumentKeys keys) : parser(std::move(keys)) {}

    DocumentParser parser;
    Document document;
    std::string tokens;   // of the batch so far
    std::string lengths;  // i32 each
  };

  std::vector<std::unique_ptr<Field>> fields;
  text::BpeEncoder encoder;
  std::vector<uint32_t> ids;
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
    field->tokens.clear();
    field->lengths.clear();
  }
  const std::string_view bytes = batch.bytes.view();
  formats::ForEachLine(bytes, [&](size_t begin, size_t end) {
    ++result->tally.in;
    bool has_text = false;
    for (const auto& field : place.fields) {
      const std::string_view line = bytes.substr(begin, end - begin);
      const std::string_view bad = field->parser.Parse(line, &field->document);
      if (!bad.empty()) return result->Quarantine(begin, end, bad);
      has_text |= !field->document.text().empty();
    }
    if (!has_text && !options_.keep_empty) return result->Drop(begin, end, "empty_text");
    ++result->tally.out;
    EncodeRecord(place);
  });
  for (const auto& field : place.fields) {
    result->bytes += field->tokens;
    result->aux += field->lengths;
  }
}

void EncodeDocuments::EncodeRecord(Workplace& place) const {
  for (const auto& field : place.fields) {
    place.ids.clear();
    place.encoder.Encode(field->document.text(), &place.ids);
    if (options_.append_eod && !place.ids.empty()) place.ids.push_back(model_.end_of_text());
    const auto length = static_cast<int32_t>(place.ids.size());
    field->lengths.append(reinterpret_cast<const char*>(&length), sizeof(length));
    if (token_type_ == formats::TokenType::kUint16) {
      Pack<uint16_t>(place.ids, &field->tokens);
    } else {
      Pack<int32_t>(place.ids, &field->tokens);
    }
    if (place.ids.capacity() > kKeptIds) place.ids = {};
  }
}

}  // namespace owt::encode
