#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace owt {

// XXH3 with 64 bits, of whole texts and of streams. The same on every machine.
uint64_t Hash64(std::string_view bytes);
std::string HexText(uint64_t hash);  // 16 digits

class StreamHash {
 public:
  StreamHash();
  ~StreamHash();
  StreamHash(StreamHash&&) noexcept;
  StreamHash& operator=(StreamHash&&) noexcept;

  void Reset();
  void Update(std::string_view bytes);
  uint64_t digest() const;  // of what came so far; more may follow

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace owt
