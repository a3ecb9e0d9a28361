#pragma once

#include <string>
#include <string_view>

namespace owt::encode {

// What PaddleNLP's create_pretraining_data.py does to a text before it encodes it: of more than 100
// equal characters in a row, line feeds aside, one is left; white space at both ends goes.
std::string CleanAsPaddle(std::string_view text);

}  // namespace owt::encode
