#include "stages/encode/provenance_block.h"

namespace owt::encode {
namespace {

template <class Integer>
void Append(Integer value, std::string* bytes) {
  bytes->append(reinterpret_cast<const char*>(&value), sizeof(value));
}

}  // namespace

void ProvenanceBlock::Clear() {
  offsets_.clear();
  url_lengths_.clear();
  urls_.clear();
}

void ProvenanceBlock::Add(uint64_t offset, std::string_view url) {
  Append(offset, &offsets_);
  Append(static_cast<uint32_t>(url.size()), &url_lengths_);
  urls_ += url;
}

void ProvenanceBlock::AppendTo(std::string* aux) const {
  *aux += offsets_;
  *aux += url_lengths_;
  *aux += urls_;
  Append(uint64_t{urls_.size()}, aux);
  Append(uint64_t{offsets_.size() / sizeof(uint64_t)}, aux);
}

ProvenanceView ProvenanceView::TakeFrom(std::string_view* aux) {
  const auto cut = [&](size_t bytes) {
    const std::string_view end = aux->substr(aux->size() - bytes);
    aux->remove_suffix(bytes);
    return end;
  };
  ProvenanceView view;
  view.count_ = Load<uint64_t>(cut(sizeof(uint64_t)), 0);
  view.urls_ = cut(Load<uint64_t>(cut(sizeof(uint64_t)), 0));
  view.url_lengths_ = cut(view.count_ * sizeof(uint32_t));
  view.offsets_ = cut(view.count_ * sizeof(uint64_t));
  return view;
}

}  // namespace owt::encode
