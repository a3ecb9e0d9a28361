#include "trainer/evaluate/task.h"

namespace owt::trainer {

bool CutToLength(int64_t length, ScoreRow* row) {
  const auto most = static_cast<size_t>(length) + 1;
  if (row->ids.size() > most) {
    row->ids.erase(row->ids.begin(), row->ids.end() - static_cast<std::ptrdiff_t>(most));
  }
  return row->num_scored < row->ids.size();
}

}  // namespace owt::trainer
